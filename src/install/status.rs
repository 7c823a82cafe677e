//! What cutover knows of a root: its generations, and what became of their files.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::error::InstallError;
use super::manifest::{Action, Manifest};
use super::store::Store;
use crate::root::{Root, RootPath, State};

/// What cutover knows of a root.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The generations, oldest first.
    pub generations: Vec<Generation>,
    /// A run that is under way, or did not come to its end.
    pub pending: Option<Pending>,
    /// The process that holds the lock, where its number can be read.
    pub process: Option<u32>,
}

/// A run that is under way, or did not come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Pending {
    /// The generation that it is to make.
    pub generation: u32,
    /// Whether a process still works on it; else the next run undoes it.
    pub running: bool,
}

/// Changes that were made to the root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Generation {
    /// Its number.
    pub number: u32,
    /// What it is, for people.
    pub label: String,
    /// When it was made, in seconds since the epoch.
    pub time: u64,
    /// How many files and links it changed.
    pub changes: usize,
    /// What became of it.
    #[serde(flatten)]
    pub standing: Standing,
    /// Its files that are no longer as it left them.
    pub drift: Vec<Drift>,
}

/// What became of a generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "standing", rename_all = "kebab-case")]
pub enum Standing {
    /// It is in place.
    Applied,
    /// It was undone.
    RolledBack {
        /// By this generation.
        by: u32,
    },
    /// It is a rollback itself.
    Rollback {
        /// To what was after this generation.
        to: u32,
    },
}

/// A file that is no longer as cutover left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// The file.
    pub path: RootPath,
    /// As it was left.
    pub was: State,
    /// As it is now; none where that cannot be found out.
    pub now: Option<State>,
    /// The difference in words.
    pub how: String,
}

/// Looks at what there is. Nothing is written.
///
/// # Errors
/// When what cutover keeps on the root cannot be read.
pub fn status(root: &Root) -> Result<Status, InstallError> {
    let Some(store) = Store::look(root)? else { return Ok(Status::default()) };
    let (running, process) = match store.lock_to_read() {
        Ok(_) => (false, None),
        Err(InstallError::Locked(process)) => (true, process),
        Err(error) => return Err(error),
    };
    let pending = store.journal()?.map(|journal| Pending { generation: journal.generation, running });
    let generations = store.generations()?;
    let places = in_place(&generations);
    let (now, undone) = (places.now(), places.undone);
    let mut drift = drift(root, &generations, &now);
    let told = |(number, manifest): (u32, Manifest)| Generation {
        number,
        time: manifest.time,
        changes: manifest.steps.len(),
        standing: match (manifest.action, undone.get(&number)) {
            (Action::Rollback { to }, _) => Standing::Rollback { to },
            (Action::Apply, Some(by)) if !now.contains(&number) => Standing::RolledBack { by: *by },
            (Action::Apply, _) => Standing::Applied,
        },
        drift: drift.remove(&number).unwrap_or_default(),
        label: manifest.label,
    };
    Ok(Status { generations: generations.into_iter().map(told).collect(), pending, process })
}

/// Which generations were in place, after each of them.
#[derive(Default)]
struct InPlace {
    after: BTreeMap<u32, Vec<u32>>,
    /// The rollback that each was last undone by.
    undone: BTreeMap<u32, u32>,
}

impl InPlace {
    fn now(&self) -> Vec<u32> {
        self.after.values().next_back().cloned().unwrap_or_default()
    }
}

fn in_place(generations: &[(u32, Manifest)]) -> InPlace {
    let mut all = InPlace::default();
    for (number, manifest) in generations {
        let before = all.now();
        let now = match manifest.action {
            Action::Apply => before.iter().copied().chain([*number]).collect(),
            Action::Rollback { to } => {
                let now = all.after.get(&to).cloned().unwrap_or_default();
                let gone = before.iter().filter(|one| !now.contains(one));
                all.undone.extend(gone.map(|one| (*one, *number)));
                now
            }
        };
        all.after.insert(*number, now);
    }
    all
}

/// Whether the generations that are in place are those that were after one of them; 0 is before all.
pub(crate) fn is_in_place_after(generations: &[(u32, Manifest)], number: u32) -> bool {
    let all = in_place(generations);
    all.now() == all.after.get(&number).cloned().unwrap_or_default()
}

/// The generation to go back to when the newest one that is in place is undone; none where none is in place.
pub(crate) fn last_but_one(generations: &[(u32, Manifest)]) -> Option<u32> {
    let mut now = in_place(generations).now();
    now.pop()?;
    Some(now.pop().unwrap_or(0))
}

/// The files of generations in place that are no longer as they were left, by the generation they are of.
fn drift(root: &Root, generations: &[(u32, Manifest)], now: &[u32]) -> BTreeMap<u32, Vec<Drift>> {
    let now: BTreeSet<&u32> = now.iter().collect();
    // Of each path: what was left there, and by which of the generations that are in place.
    let mut left: BTreeMap<&RootPath, (&State, Option<u32>)> = BTreeMap::new();
    for (number, manifest) in generations {
        for step in &manifest.steps {
            let (was, owner) = left.entry(&step.real).or_insert((&step.after, None));
            *was = &step.after;
            *owner = if now.contains(number) { Some(*number) } else { *owner };
        }
    }
    let mut found: BTreeMap<u32, Vec<Drift>> = BTreeMap::new();
    for (path, (was, owner)) in left {
        let Some(number) = owner else { continue };
        let (now, how) = match root.state(path) {
            Ok(now) if now == *was => continue,
            Ok(now) => (Some(now.clone()), was.became(&now)),
            Err(error) => (None, error.reason.to_string()),
        };
        found.entry(number).or_default().push(Drift { path: path.clone(), was: was.clone(), now, how });
    }
    found
}
