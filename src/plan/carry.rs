//! A new plan in its directory, and what it takes over of an older one: decisions and edits, for whatever did not
//! change.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::{fs, io};

use super::make::Made;
use super::model::{Action, Decision, File, Place, Plan, Planned};
use super::store::{FILES, INPUTS, Store, StoreError, system};
use crate::findings::{Code, Finding};
use crate::root::{Digest, RootPath, State};

impl Store {
    /// Keeps a plan in a directory. Where there is a plan already, decisions are kept for whatever did not
    /// change.
    ///
    /// # Errors
    /// When the directory holds something else, or cannot be written.
    pub fn create(made: Made, path: &Path) -> Result<Store, StoreError> {
        let old = match Store::open_alone(path) {
            Ok(old) => Some(old),
            Err(StoreError::NoPlan(_)) if is_empty(path)? => None,
            Err(StoreError::NoPlan(path)) => return Err(StoreError::Occupied(path)),
            // One that cannot be understood is made again.
            Err(StoreError::Malformed(..)) => None,
            Err(other) => return Err(other),
        };
        let parent = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let temporary = || {
            let mut builder = tempfile::Builder::new();
            // There are copies in it of what only its owner may read.
            builder.prefix(".cutover-plan-").permissions(fs::Permissions::from_mode(0o700));
            builder.tempdir_in(parent).map_err(system(parent))
        };
        let fresh = temporary()?;
        let Made { plan, texts, read, .. } = made;
        let mut store = Store::fresh(fresh.path(), plan);
        for (file, text) in &texts {
            store.put(FILES, file, text)?;
        }
        for (file, read) in &read {
            if let Some(bytes) = &read.bytes {
                store.put(INPUTS, file, bytes)?;
            }
        }
        if let Some(old) = &old {
            over(old, &mut store)?;
        }
        store.save(store.plan())?;
        let fresh = fresh.keep();
        if path.exists() {
            let aside = temporary()?;
            fs::rename(path, aside.path().join("old")).map_err(system(path))?;
        }
        fs::rename(&fresh, path).map_err(system(path))?;
        store.moved(path);
        Ok(store)
    }
}

/// Takes over what still holds.
fn over(old: &Store, new: &mut Store) -> Result<(), StoreError> {
    for at in 0..new.plan().services.len() {
        let now = &new.plan().services[at];
        let Some(before) = old.plan().service(&now.name) else { continue };
        if now.action == Action::Retire || before.decision == Decision::Undecided && !before.edited {
            continue;
        }
        let reason = changed(old.plan(), before, new.plan(), now);
        for file in files(old.plan(), before).filter(|file| file.edited.is_some()) {
            let Ok(text) = old.text(&file.path) else { continue };
            if new.plan().file(&file.path).is_some_and(|now| now.sha256 == file.sha256) {
                new.edit(&file.path, &text)?;
            } else {
                new.keep(&file.path, &text)?;
            }
        }
        let service = &mut new.plan_mut().services[at];
        match reason {
            None => service.decision = before.decision,
            Some(reason) => service.asked_again = Some(reason.to_owned()),
        }
    }
    Ok(())
}

fn files<'p>(plan: &'p Plan, service: &'p Planned) -> impl Iterator<Item = &'p File> {
    service.files.iter().filter_map(|path| plan.file(path))
}

/// What changed of a service since an older plan.
fn changed(old: &Plan, before: &Planned, new: &Plan, now: &Planned) -> Option<&'static str> {
    let (was, is) = (Grounds::of(old, before), Grounds::of(new, now));
    let changes = [
        (was.sources != is.sources || was.inputs != is.inputs, "what it is made from changed"),
        (was.becomes != is.becomes, "something else becomes of it"),
        (was.files != is.files || was.links != is.links, "what cutover makes of it changed"),
        (was.replaces != is.replaces, "what it would replace changed"),
        (was.said != is.said, "what is to be said of it changed"),
    ];
    changes.into_iter().find_map(|(is_so, what)| is_so.then_some(what))
}

/// What a decision on a service rests on.
struct Grounds<'p> {
    sources: &'p [RootPath],
    inputs: Vec<(&'p RootPath, &'p State)>,
    becomes: (Action, &'p Option<String>),
    files: Vec<(&'p RootPath, Digest, u32, u32, u32)>,
    links: Vec<(&'p RootPath, &'p Option<String>)>,
    replaces: Vec<&'p State>,
    said: Vec<(Code, Vec<&'p Option<Place>>)>,
}

impl<'p> Grounds<'p> {
    fn of(plan: &'p Plan, service: &'p Planned) -> Grounds<'p> {
        let inputs = plan.inputs.iter().filter(|input| input.services.contains(&service.name));
        let files = || files(plan, service);
        let links = || service.links.iter().filter_map(|path| plan.link(path));
        let places = |finding: &'p Finding<Place>| finding.marks.iter().map(|mark| &mark.at).collect();
        Grounds {
            sources: &service.sources,
            inputs: inputs.map(|input| (&input.path, &input.state)).collect(),
            becomes: (service.action, &service.unit),
            files: files().map(|file| (&file.path, file.sha256, file.mode, file.uid, file.gid)).collect(),
            links: links().map(|link| (&link.path, &link.to)).collect(),
            replaces: files().map(|file| &file.replaces).chain(links().map(|link| &link.replaces)).collect(),
            said: service.findings.iter().map(|finding| (finding.code, places(finding))).collect(),
        }
    }
}

fn is_empty(path: &Path) -> Result<bool, StoreError> {
    match fs::read_dir(path) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(false),
        Err(error) => Err(system(path)(error)),
    }
}
