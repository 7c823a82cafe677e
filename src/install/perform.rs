//! The run itself: keep what is replaced, announce, change, commit; or undo.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::Outcome;
use super::attributes::Attributes;
use super::disk;
use super::error::{Cause, InstallError};
use super::manifest::{Action, Manifest, SCHEMA, Step};
use super::prepare::{Planned, Prepared, TEMPORARY};
use super::recover::{self, Obstacle, Progress};
use super::store::{Lock, MOST_BYTES, Store};
use crate::root::{Directory, File, Reason, Root, RootPath, State};

/// The directories that a run works in. Each is looked up once: what is put in its place later does not count.
pub struct Held<'r> {
    root: &'r Root,
    open: BTreeMap<RootPath, Rc<Directory>>,
}

impl<'r> Held<'r> {
    pub fn new(root: &'r Root) -> Held<'r> {
        Held { root, open: BTreeMap::new() }
    }

    /// The directory of this real path.
    pub fn get(&mut self, real: &RootPath) -> Result<Rc<Directory>, Cause> {
        if let Some(directory) = self.open.get(real) {
            return Ok(Rc::clone(directory));
        }
        let directory = Rc::new(self.root.directory(real)?);
        self.open.insert(real.clone(), Rc::clone(&directory));
        Ok(directory)
    }

    /// The same; none where it is not there.
    pub fn find(&mut self, real: &RootPath) -> Result<Option<Rc<Directory>>, Cause> {
        match self.get(real) {
            Err(Cause::Root(error)) if matches!(error.reason, Reason::Missing) => Ok(None),
            other => other.map(Some),
        }
    }

    /// Forgets a directory that was removed.
    pub fn drop(&mut self, real: &RootPath) {
        self.open.remove(real);
    }
}

/// A real path as the directory it lies in and its name.
pub fn apart(real: &RootPath) -> (RootPath, Vec<u8>) {
    (real.parent().unwrap_or_else(RootPath::top), real.name().unwrap_or_default().to_vec())
}

/// The temporary name of what a step puts in place.
pub fn temporary(generation: u32, step: usize) -> Vec<u8> {
    [TEMPORARY, format!("{generation}-{step}").as_bytes()].concat()
}

/// Does what was prepared, or nothing.
pub fn perform(
    store: &Store,
    lock: &Lock,
    mut prepared: Prepared,
    label: String,
    action: Action,
) -> Result<Outcome, InstallError> {
    let mut outcome = prepared.outcome();
    if prepared.steps.is_empty() && action == Action::Apply {
        return Ok(outcome);
    }
    let number = store.next(lock)?;
    outcome.over_edits = over_edits(store, &prepared.steps)?;
    let mut held = Held::new(&store.root);
    let kept = keep(&mut held, number, &mut prepared.steps).map_err(InstallError::Failed)?;
    let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let step = |(planned, kept): (&Planned, &Option<Kept>)| Step {
        path: planned.path.clone(),
        real: planned.real.clone(),
        before: planned.before.clone(),
        kept: kept.as_ref().map(|kept| kept.attributes.clone()),
        after: planned.after.state.clone(),
    };
    let steps = prepared.steps.iter().zip(&kept).map(step).collect();
    let Prepared { makes, removes, steps: planned } = prepared;
    let manifest = Manifest { schema: SCHEMA, label, action, time, makes, steps, removes };
    let backups: Vec<(usize, &[u8])> = kept
        .iter()
        .enumerate()
        .filter_map(|(index, kept)| Some((index, kept.as_ref()?.bytes.as_deref()?)))
        .collect();
    let is_file = |step: &Planned| matches!(step.after.state, State::File { .. });
    let written: Vec<(usize, &[u8])> = planned
        .iter()
        .enumerate()
        .filter(|(_, step)| is_file(step))
        .map(|(index, step)| (index, step.after.bytes.as_slice()))
        .collect();
    let journal = match store.keep(number, &manifest, &backups, &written) {
        Ok(journal) => journal,
        Err(cause) => {
            // What cannot be removed now is removed by the next run.
            let _ = store.discard(number);
            return Err(InstallError::Failed(cause));
        }
    };
    let mut progress = Progress::Known { switched: 0 };
    let changed = store
        .announce(&journal)
        .and_then(|()| change(&mut held, number, &manifest, &planned, &mut progress))
        .and_then(|removed| {
            verify(&store.root, &manifest)?;
            Ok((removed, store.commit(number)?))
        });
    match changed {
        Ok((removed, Ok(()))) => {
            outcome.generation = Some(number);
            outcome.removed = removed;
            Ok(outcome)
        }
        Ok((_, Err(cause))) => Err(InstallError::Unsynced { generation: number, cause }),
        Err(cause) => Err(match recover::undo(store, &mut held, number, &manifest, progress, false) {
            Ok(_) => InstallError::Undone(cause),
            Err(Obstacle::Failed(undo)) => InstallError::Half { cause, undo },
            Err(Obstacle::Edited(mut problems)) => match problems.pop() {
                Some(problem) => {
                    let undo = Cause::Changed { path: problem.path, how: problem.trouble.to_string() };
                    InstallError::Half { cause, undo }
                }
                None => InstallError::Undone(cause),
            },
        }),
    }
}

/// Whether a step replaces what somebody made of a file of an earlier generation.
fn over_edits(store: &Store, steps: &[Planned]) -> Result<bool, InstallError> {
    let generations = store.generations()?;
    let done = generations.iter().flat_map(|(_, manifest)| &manifest.steps);
    let left: BTreeMap<&RootPath, &State> = done.map(|step| (&step.real, &step.after)).collect();
    Ok(steps.iter().any(|step| left.get(&step.real).is_some_and(|state| **state != step.before)))
}

/// What is kept of what a step replaces.
struct Kept {
    attributes: Attributes,
    /// Of a file.
    bytes: Option<Vec<u8>>,
}

/// Reads all that will be replaced.
fn keep(held: &mut Held<'_>, number: u32, steps: &mut [Planned]) -> Result<Vec<Option<Kept>>, Cause> {
    let mut all = Vec::with_capacity(steps.len());
    for (index, step) in steps.iter_mut().enumerate() {
        let (parent, name) = apart(&step.real);
        let Some(directory) = held.find(&parent)? else {
            unchanged(step, &State::Absent)?;
            all.push(None);
            continue;
        };
        let temporary = temporary(number, index);
        let looked = directory.state(&temporary).map_err(Cause::reason(&step.real))?;
        if looked != State::Absent {
            let path = parent.join(&temporary).unwrap_or(parent);
            return Err(Cause::Taken(path.to_string()));
        }
        let reason = |reason: Reason| Cause::reason(&step.real)(reason);
        let kept = match &step.before {
            State::File { .. } => {
                let file = directory.open(&name).map_err(reason)?;
                let read = File::of(&file, MOST_BYTES).map_err(reason)?;
                unchanged(step, &read.state())?;
                let attributes = Attributes::of_file(&file).map_err(Cause::system("be read", &step.real))?;
                Some(Kept { attributes, bytes: Some(read.bytes) })
            }
            State::Link { .. } => {
                let stat = directory.stat(&name).map_err(reason)?;
                Some(Kept { attributes: Attributes::of_link(&stat), bytes: None })
            }
            _ => None,
        };
        if let Some(kept) = &kept {
            step.after.inherited = kept.attributes.for_successor();
        }
        all.push(kept);
    }
    Ok(all)
}

fn unchanged(step: &Planned, now: &State) -> Result<(), Cause> {
    if *now == step.before {
        Ok(())
    } else {
        Err(Cause::Changed { path: step.path.clone(), how: step.before.became(now) })
    }
}

/// Changes the root. Gives back the directories that were removed.
fn change(
    held: &mut Held<'_>,
    number: u32,
    manifest: &Manifest,
    steps: &[Planned],
    progress: &mut Progress,
) -> Result<Vec<RootPath>, Cause> {
    for made in &manifest.makes {
        let (parent, name) = apart(&made.path);
        let parent = held.get(&parent)?;
        disk::make_directory(&parent, &name, (made.mode, made.uid, made.gid), &made.path)?;
    }
    for (index, step) in steps.iter().enumerate().filter(|(_, step)| step.after.state != State::Absent) {
        let directory = held.get(&apart(&step.real).0)?;
        disk::stage(&directory, &temporary(number, index), &step.after, &step.real)?;
    }
    let mut touched = BTreeSet::new();
    for (index, step) in steps.iter().enumerate() {
        let (parent, name) = apart(&step.real);
        let Some(directory) = held.find(&parent)? else {
            unchanged(step, &State::Absent)?;
            continue;
        };
        unchanged(step, &directory.state(&name).map_err(Cause::reason(&step.path))?)?;
        // From here on it may have happened.
        *progress = Progress::Known { switched: index + 1 };
        disk::switch(&directory, &temporary(number, index), &name, &step.after.state, &step.real)?;
        touched.insert(parent);
    }
    for path in &touched {
        disk::sync(&*held.get(path)?, path)?;
    }
    let mut removed = Vec::new();
    for made in &manifest.removes {
        let (parent, name) = apart(&made.path);
        let Some(directory) = held.find(&parent)? else { continue };
        if disk::remove_directory(&directory, &name, &made.path)? {
            held.drop(&made.path);
            disk::sync(&*directory, &parent)?;
            removed.push(made.path.clone());
        }
    }
    Ok(removed)
}

/// Looks whether the paths that were asked for are what they are to be: nothing was swapped on the way to them.
fn verify(root: &Root, manifest: &Manifest) -> Result<(), Cause> {
    for step in &manifest.steps {
        let now = root.state(&step.path)?;
        if now != step.after || root.place(&step.path)? != step.real {
            return Err(Cause::Changed { path: step.path.clone(), how: step.after.became(&now) });
        }
    }
    Ok(())
}
