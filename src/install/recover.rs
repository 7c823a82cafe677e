//! Undoing a run that did not come to its end.

use std::collections::BTreeSet;

use super::disk::{self, Held, temporary};
use super::error::{Cause, InstallError, InstallIssue, Problem, Since};
use super::manifest::{Manifest, When};
use super::store::{Lock, MOST_BYTES, Store, damaged};
use super::transaction::Recovery;
use crate::root::{RootPath, State};

/// What is known of how far a run came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// As many steps may have happened, and no more.
    Known { switched: usize },
    /// The process is gone: what lies on the root tells.
    Unknown,
}

impl Progress {
    fn may_have_done(self, index: usize) -> bool {
        match self {
            Progress::Known { switched } => index < switched,
            Progress::Unknown => true,
        }
    }
}

/// Why a run cannot be undone.
pub(crate) enum RecoveryBlocker {
    /// Nothing was undone: these files are neither what was there before nor what the run wrote.
    Edited(Vec<Problem>),
    /// Something failed on the way.
    Failed(Cause),
}

impl From<Cause> for RecoveryBlocker {
    fn from(cause: Cause) -> Self {
        RecoveryBlocker::Failed(cause)
    }
}

/// Undoes what an earlier run left, if there is something.
pub fn recover(store: &Store, _lock: &Lock, force: bool) -> Result<Option<Recovery>, InstallError> {
    let Some(journal) = store.journal()? else { return Ok(None) };
    let (manifest, digest) = store.manifest(journal.generation)?;
    if digest != journal.manifest {
        return Err(damaged("journal", "it is about another manifest than there is"));
    }
    let mut held = Held::new(&store.root);
    match undo(store, &mut held, journal.generation, &manifest, Progress::Unknown, force) {
        Ok(kept) => Ok(Some(Recovery { generation: journal.generation, action: manifest.action, kept })),
        Err(RecoveryBlocker::Edited(problems)) => Err(InstallError::Refused(problems)),
        Err(RecoveryBlocker::Failed(cause)) => Err(InstallError::Stuck(cause)),
    }
}

/// Undoes a run, as far as it came: what is on the root tells, and doing it again changes nothing.
pub fn undo(
    store: &Store,
    held: &mut Held<'_>,
    number: u32,
    manifest: &Manifest,
    progress: Progress,
    force: bool,
) -> Result<Vec<(RootPath, RootPath)>, RecoveryBlocker> {
    let (edited, problems) = edited(held, manifest, progress)?;
    if !problems.is_empty() && !force {
        return Err(RecoveryBlocker::Edited(problems));
    }
    for made in manifest.removes.iter().rev() {
        held.make(made)?;
    }
    let mut touched = Vec::new();
    let mut kept = Vec::new();
    for (index, step) in manifest.steps.iter().enumerate().rev() {
        let Some(slot) = held.find(&step.real)? else { continue };
        let temporary = temporary(number, index);
        disk::remove(&slot.directory, &temporary).map_err(Cause::system("be cleared away", &step.real))?;
        touched.push(&step.real);
        if !progress.may_have_done(index) {
            continue;
        }
        let now = slot.state(&step.path)?;
        if now == step.before {
            continue;
        }
        if edited.contains(&index) {
            let bytes = match &now {
                State::Link { to } => to.to_vec(),
                _ => slot.directory.read(&slot.name, MOST_BYTES).map_err(Cause::reason(&step.path))?.bytes,
            };
            kept.push((step.path.clone(), store.keep_edited(number, index, &bytes)?));
        }
        let content = store.content(number, index, step, When::Before)?;
        disk::stage(&slot.directory, &temporary, &content, &step.real)?;
        disk::switch(&slot, &temporary, &step.before, &step.real)?;
    }
    held.sync(touched)?;
    for made in manifest.makes.iter().rev() {
        held.remove(&made.path)?;
    }
    store.forget(number)?;
    Ok(kept)
}

/// The steps whose path is neither what it was before nor what the run made of it.
fn edited(
    held: &mut Held<'_>,
    manifest: &Manifest,
    progress: Progress,
) -> Result<(BTreeSet<usize>, Vec<Problem>), Cause> {
    let mut edited = BTreeSet::new();
    let mut problems = Vec::new();
    // Something else may change what was not come to yet: that is not the run's.
    for (index, step) in manifest.steps.iter().enumerate().filter(|(index, _)| progress.may_have_done(*index)) {
        let slot = held.find(&step.real)?;
        let now = slot.map_or(Ok(State::Absent), |slot| slot.state(&step.path))?;
        if now == step.before || now == step.after {
            continue;
        }
        let issue = if now.is_replaceable() {
            edited.insert(index);
            InstallIssue::Changed { since: Since::Interruption, before: step.before.clone(), now }
        } else {
            InstallIssue::InTheWay(now)
        };
        problems.push(issue.at(&step.path));
    }
    Ok((edited, problems))
}
