//! The run itself: keep what is replaced, announce, change, commit; or undo.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use super::attributes::Attributes;
use super::disk::{self, Held, Slot, temporary};
use super::error::{Cause, InstallError, Problem};
use super::manifest::{Action, Manifest, SCHEMA, Step};
use super::prepare::{Planned, Prepared};
use super::recover::{self, Progress, RecoveryBlocker};
use super::store::{Lock, MOST_BYTES, Store};
use super::transaction::Outcome;
use crate::root::{File, Root, RootPath, State};

/// Does what was prepared, or nothing.
pub(crate) fn perform(
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
    let (steps, backups): (Vec<Step>, Vec<Option<Vec<u8>>>) =
        keep(&mut held, number, &mut prepared.steps)?.into_iter().unzip();
    let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let Prepared { makes, removes, steps: planned } = prepared;
    let manifest = Manifest { schema: SCHEMA, label, action, time, makes, steps, removes };
    let backups = backups.iter().map(Option::as_deref);
    let written = planned.iter().map(|step| match step.after.state {
        State::File { .. } => Some(step.after.bytes.as_slice()),
        _ => None,
    });
    let journal = match store.keep(number, &manifest, backups.collect(), written.collect()) {
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
        Ok((_, Err(cause))) => Err(InstallError::Unsynced(number, cause)),
        Err(cause) => Err(match recover::undo(store, &mut held, number, &manifest, progress, false) {
            Ok(_) => InstallError::Undone(cause),
            Err(RecoveryBlocker::Failed(undo)) => InstallError::Half(cause, undo),
            Err(RecoveryBlocker::Edited(mut problems)) => match problems.pop() {
                Some(Problem { path, issue }) => InstallError::Half(cause, Cause::Changed(path, issue.to_string())),
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

/// A step, and the bytes of the file that it replaces.
type Kept = (Step, Option<Vec<u8>>);

/// Reads all that will be replaced: the steps with what is kept of it, and the bytes of files.
fn keep(held: &mut Held<'_>, number: u32, steps: &mut [Planned]) -> Result<Vec<Kept>, Cause> {
    let mut all = Vec::with_capacity(steps.len());
    for (index, planned) in steps.iter_mut().enumerate() {
        let (kept, bytes) = if let Some(slot) = held.find(&planned.real)? {
            replaced(slot, planned, &temporary(number, index))?
        } else {
            unchanged(planned, &State::Absent)?;
            (None, None)
        };
        planned.after.inherited = kept.as_ref().map(Attributes::for_successor).unwrap_or_default();
        let (path, real) = (planned.path.clone(), planned.real.clone());
        let (before, after) = (planned.before.clone(), planned.after.state.clone());
        all.push((Step { path, real, before, kept, after }, bytes));
    }
    Ok(all)
}

/// Reads what a step replaces. The temporary name must be free.
fn replaced(slot: Slot, step: &Planned, temporary: &[u8]) -> Result<(Option<Attributes>, Option<Vec<u8>>), Cause> {
    let failed = |reason| Cause::reason(&step.real)(reason);
    if slot.directory.state(temporary).map_err(failed)? != State::Absent {
        let path = slot.parent.join(temporary).unwrap_or(slot.parent);
        return Err(Cause::Taken(path.to_string()));
    }
    match &step.before {
        State::File { .. } => {
            let file = slot.directory.open(&slot.name).map_err(failed)?;
            let read = File::of(&file, MOST_BYTES).map_err(failed)?;
            unchanged(step, &read.state())?;
            let attributes = Attributes::of_file(&file).map_err(Cause::system("be read", &step.real))?;
            Ok((Some(attributes), Some(read.bytes)))
        }
        State::Link { .. } => {
            let stat = slot.directory.stat(&slot.name).map_err(failed)?;
            Ok((Some(Attributes::of_link(&stat)), None))
        }
        _ => Ok((None, None)),
    }
}

fn unchanged(step: &Planned, now: &State) -> Result<(), Cause> {
    if *now == step.before { Ok(()) } else { Err(Cause::Changed(step.path.clone(), step.before.became(now))) }
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
        held.make(made)?;
    }
    for (index, step) in steps.iter().enumerate().filter(|(_, step)| step.after.state != State::Absent) {
        let directory = held.slot(&step.real)?.directory;
        disk::stage(&directory, &temporary(number, index), &step.after, &step.real)?;
    }
    let mut touched = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let Some(slot) = held.find(&step.real)? else {
            unchanged(step, &State::Absent)?;
            continue;
        };
        unchanged(step, &slot.state(&step.path)?)?;
        // From here on it may have happened.
        *progress = Progress::Known { switched: index + 1 };
        disk::switch(&slot, &temporary(number, index), &step.after.state, &step.real)?;
        touched.push(&step.real);
    }
    held.sync(touched)?;
    let mut removed = Vec::new();
    for made in &manifest.removes {
        if held.remove(&made.path)? {
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
            return Err(Cause::Changed(step.path.clone(), step.after.became(&now)));
        }
    }
    Ok(())
}
