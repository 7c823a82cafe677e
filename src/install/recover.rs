//! Undoing a run that did not come to its end.

use std::collections::BTreeSet;

use super::disk::{self, Content};
use super::error::{Cause, InstallError, Problem, Trouble};
use super::manifest::{Action, Manifest};
use super::perform::{Held, apart, temporary};
use super::store::{Lock, MOST_BYTES, Store, damaged};
use crate::root::{RootPath, State};

/// What became of a run that had not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// The generation that it was to make.
    pub generation: u32,
    /// What kind of run it was.
    pub action: Action,
    /// Files that were overwritten by force, and where copies of them are.
    pub kept: Vec<(RootPath, RootPath)>,
}

/// What is known of how far a run came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// As many steps may have happened, and no more.
    Known { switched: usize },
    /// The process is gone: what lies on the root tells.
    Unknown,
}

/// Why a run cannot be undone.
pub enum Obstacle {
    /// Nothing was undone: these files are neither what was there before nor what the run wrote.
    Edited(Vec<Problem>),
    /// Something failed on the way.
    Failed(Cause),
}

impl From<Cause> for Obstacle {
    fn from(cause: Cause) -> Self {
        Obstacle::Failed(cause)
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
        Err(Obstacle::Edited(problems)) => Err(InstallError::Refused(problems)),
        Err(Obstacle::Failed(cause)) => Err(InstallError::Stuck(cause)),
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
) -> Result<Vec<(RootPath, RootPath)>, Obstacle> {
    let (edited, problems) = edited(held, manifest, progress)?;
    if !problems.is_empty() && !force {
        return Err(Obstacle::Edited(problems));
    }
    for made in manifest.removes.iter().rev() {
        let (parent, name) = apart(&made.path);
        let parent = held.get(&parent)?;
        disk::make_directory(&parent, &name, (made.mode, made.uid, made.gid), &made.path)?;
    }
    let mut touched = BTreeSet::new();
    let mut kept = Vec::new();
    for (index, step) in manifest.steps.iter().enumerate().rev() {
        let (parent, name) = apart(&step.real);
        let Some(directory) = held.find(&parent)? else { continue };
        let temporary = temporary(number, index);
        disk::remove(&directory, &temporary).map_err(Cause::system("be cleared away", &step.real))?;
        touched.insert(parent);
        if matches!(progress, Progress::Known { switched } if index >= switched) {
            continue;
        }
        let now = directory.state(&name).map_err(Cause::reason(&step.path))?;
        if now == step.before {
            continue;
        }
        if edited.contains(&index) {
            let bytes = match &now {
                State::Link { to } => to.to_vec(),
                _ => directory.read(&name, MOST_BYTES).map_err(Cause::reason(&step.path))?.bytes,
            };
            kept.push((step.path.clone(), store.keep_edited(number, index, &bytes)?));
        }
        let content = Content {
            state: step.before.clone(),
            bytes: store.backup(number, index, step)?,
            kept: step.kept.clone(),
            inherited: Vec::new(),
        };
        disk::stage(&directory, &temporary, &content, &step.real)?;
        disk::switch(&directory, &temporary, &name, &step.before, &step.real)?;
    }
    for path in &touched {
        disk::sync(&*held.get(path)?, path)?;
    }
    for made in manifest.makes.iter().rev() {
        let (parent, name) = apart(&made.path);
        let Some(directory) = held.find(&parent)? else { continue };
        if disk::remove_directory(&directory, &name, &made.path)? {
            held.drop(&made.path);
            disk::sync(&*directory, &parent)?;
        }
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
    for (index, step) in manifest.steps.iter().enumerate() {
        // Something else may change what was not come to yet: that is not the run's.
        if matches!(progress, Progress::Known { switched } if index >= switched) {
            continue;
        }
        let (parent, name) = apart(&step.real);
        let now = match held.find(&parent)? {
            Some(directory) => directory.state(&name).map_err(Cause::reason(&step.path))?,
            None => State::Absent,
        };
        if now == step.before || now == step.after {
            continue;
        }
        let trouble = if now.is_replaceable() {
            edited.insert(index);
            Trouble::EditedSince { before: step.before.clone(), now }
        } else {
            Trouble::InTheWay(now)
        };
        problems.push(Problem { path: step.path.clone(), trouble });
    }
    Ok((edited, problems))
}
