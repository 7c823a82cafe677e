//! What a new plan takes over of an older one: decisions and edits, for whatever did not change.

use super::model::{Action, Decision, Plan, Planned};
use super::store::{Store, StoreError};
use crate::root::RootPath;

/// Takes over what still holds.
pub(super) fn over(old: &Store, new: &mut Store) -> Result<(), StoreError> {
    let names: Vec<String> = new.plan().services.iter().map(|service| service.name.clone()).collect();
    for name in names {
        let (before, now) = (old.plan().service(&name), new.plan().service(&name));
        let (Some(before), Some(now)) = (before, now) else { continue };
        if now.action == Action::Retire || before.decision == Decision::Undecided && !before.edited {
            continue;
        }
        let reason = changed(old.plan(), before, new.plan(), now);
        for path in edited(old.plan(), before) {
            let Ok(text) = old.text(&path) else { continue };
            let is_same = new.plan().file(&path).map(|file| file.sha256)
                == old.plan().file(&path).map(|file| file.sha256);
            if is_same {
                new.edit(&path, &text)?;
            } else {
                new.keep(&path, &text)?;
            }
        }
        let decision = before.decision;
        if let Some(service) = new.plan_mut().services.iter_mut().find(|service| service.name == name) {
            match reason {
                None => service.decision = decision,
                Some(reason) => service.asked_again = Some(reason.to_owned()),
            }
        }
    }
    Ok(())
}

fn edited(plan: &Plan, service: &Planned) -> Vec<RootPath> {
    let files = service.files.iter().filter_map(|path| plan.file(path));
    files.filter(|file| file.edited.is_some()).map(|file| file.path.clone()).collect()
}

/// What changed of a service since an older plan.
fn changed(old: &Plan, before: &Planned, new: &Plan, now: &Planned) -> Option<&'static str> {
    let read = |plan: &Plan, service: &Planned| {
        let of_it = plan.inputs.iter().filter(|input| input.services.contains(&service.name));
        of_it.map(|input| (input.path.clone(), input.state.clone())).collect::<Vec<_>>()
    };
    if before.sources != now.sources || read(old, before) != read(new, now) {
        return Some("what it is made from changed");
    }
    if before.action != now.action || before.unit != now.unit {
        return Some("something else becomes of it");
    }
    let written = |plan: &Plan, service: &Planned| {
        let files = service.files.iter().filter_map(|path| plan.file(path));
        files.map(|file| (file.path.clone(), file.sha256, file.mode, file.uid, file.gid)).collect::<Vec<_>>()
    };
    let linked = |plan: &Plan, service: &Planned| {
        let links = service.links.iter().filter_map(|path| plan.link(path));
        links.map(|link| (link.path.clone(), link.to.clone())).collect::<Vec<_>>()
    };
    if written(old, before) != written(new, now) || linked(old, before) != linked(new, now) {
        return Some("what cutover makes of it changed");
    }
    let replaced = |plan: &Plan, service: &Planned| {
        let files = service.files.iter().filter_map(|path| plan.file(path)).map(|file| file.replaces.clone());
        let links = service.links.iter().filter_map(|path| plan.link(path)).map(|link| link.replaces.clone());
        files.chain(links).collect::<Vec<_>>()
    };
    if replaced(old, before) != replaced(new, now) {
        return Some("what it would replace changed");
    }
    (before.findings != now.findings).then_some("what is to be said of it changed")
}
