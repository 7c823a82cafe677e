//! The look at the root before anything is written: is it as it has to be, and where does everything really lie?

use std::collections::{BTreeMap, BTreeSet};

use super::disk::Content;
use super::error::{Cause, InstallError, Problem, Trouble};
use super::manifest::Made;
use super::store;
use super::{After, Change, Changed, Outcome, Transaction};
use crate::root::{Reason, Root, RootPath, State};

/// Names that begin like this are temporary.
pub const TEMPORARY: &[u8] = b".cutover-";

/// What is to be done, checked.
#[derive(Debug)]
pub struct Prepared {
    /// Directories that are made, parents first.
    pub makes: Vec<Made>,
    /// What becomes of each path.
    pub steps: Vec<Planned>,
    /// Directories that are removed where they are empty, children first.
    pub removes: Vec<Made>,
}

/// What becomes of a path.
#[derive(Debug)]
pub struct Planned {
    pub path: RootPath,
    pub real: RootPath,
    pub before: State,
    pub after: Content,
}

impl Prepared {
    /// What it comes to.
    pub fn outcome(&self) -> Outcome {
        let changed = |step: &Planned| Changed {
            path: step.path.clone(),
            before: step.before.clone(),
            after: step.after.state.clone(),
        };
        let paths = |all: &[Made]| all.iter().map(|made| made.path.clone()).collect();
        Outcome {
            changes: self.steps.iter().map(changed).collect(),
            made: paths(&self.makes),
            removed: paths(&self.removes),
            ..Outcome::default()
        }
    }
}

/// Looks at everything that a transaction is about.
pub fn prepare(root: &Root, transaction: &Transaction) -> Result<Prepared, InstallError> {
    let mut problems = Vec::new();
    for watched in &transaction.watched {
        problems.extend(compare(root, &watched.path, &watched.state));
    }
    let mut steps = Vec::with_capacity(transaction.changes.len());
    for Change { path, before, after } in &transaction.changes {
        let (real, now) = match root.place(path).and_then(|real| Ok((real, root.state(path)?))) {
            Ok(found) => found,
            Err(error) => {
                problems.push(unreachable(path, &error.reason));
                continue;
            }
        };
        let state = after.state();
        // What was done before need not be done again.
        if now == state {
            continue;
        }
        if now != *before {
            let trouble = Trouble::Moved { before: before.clone(), now };
            problems.push(Problem { path: path.clone(), trouble });
            continue;
        }
        let bytes = match after {
            After::File { content, .. } => content.clone(),
            _ => Vec::new(),
        };
        let after = Content { state, bytes, kept: None, inherited: Vec::new() };
        steps.push(Planned { path: path.clone(), real, before: now, after });
    }
    check(root, &steps, &mut problems).map_err(InstallError::Failed)?;
    if problems.is_empty() {
        let makes = missing_parents(root, &steps, &[]).map_err(InstallError::Failed)?;
        Ok(Prepared { makes, steps, removes: Vec::new() })
    } else {
        Err(InstallError::Refused(problems))
    }
}

fn compare(root: &Root, path: &RootPath, before: &State) -> Option<Problem> {
    match root.state(path) {
        Ok(now) if now == *before => None,
        Ok(now) => {
            let trouble = Trouble::Moved { before: before.clone(), now };
            Some(Problem { path: path.clone(), trouble })
        }
        Err(error) => Some(unreachable(path, &error.reason)),
    }
}

pub fn unreachable(path: &RootPath, reason: &Reason) -> Problem {
    Problem { path: path.clone(), trouble: Trouble::Unreachable(reason.to_string()) }
}

/// What no step may do, whatever it is for.
pub fn check(root: &Root, steps: &[Planned], problems: &mut Vec<Problem>) -> Result<(), Cause> {
    let own = store::place(root)?;
    let mut taken: BTreeMap<&RootPath, &RootPath> = BTreeMap::new();
    for step in steps {
        let mut problem = |trouble| problems.push(Problem { path: step.path.clone(), trouble });
        match step.real.name() {
            None => problem(Trouble::Top),
            Some(name) if name.starts_with(TEMPORARY) => problem(Trouble::Own),
            Some(_) if step.real.is_below(&own) || own.is_below(&step.real) => problem(Trouble::Own),
            Some(_) if !step.before.is_replaceable() => problem(Trouble::InTheWay(step.before.clone())),
            Some(_) => {}
        }
        if let Some(other) = taken.insert(&step.real, &step.path) {
            problem(Trouble::Twice(other.clone()));
        }
    }
    for step in steps.iter().filter(|step| step.after.state != State::Absent) {
        let mut above = step.real.parent();
        while let Some(path) = above {
            if let Some((real, given)) = taken.get_key_value(&path) {
                let trouble = Trouble::Below(step.path.clone());
                let is_file = steps.iter().any(|one| one.real == **real && one.after.state != State::Absent);
                if is_file {
                    problems.push(Problem { path: (*given).clone(), trouble });
                }
            }
            above = path.parent();
        }
    }
    Ok(())
}

/// The directories that have to be made first, parents first. Those that are `wanted` have their own permissions.
pub fn missing_parents(root: &Root, steps: &[Planned], wanted: &[Made]) -> Result<Vec<Made>, Cause> {
    let mut missing = BTreeSet::new();
    let stays = steps.iter().filter(|step| step.after.state != State::Absent);
    let parents = stays.filter_map(|step| step.real.parent());
    for directory in parents.chain(wanted.iter().map(|made| made.path.clone())) {
        let mut here = Some(directory);
        while let Some(path) = here {
            if missing.contains(&path) || root.state(&path)? != State::Absent {
                break;
            }
            here = path.parent();
            missing.insert(path);
        }
    }
    let made = |path: RootPath| {
        if let Some(made) = wanted.iter().find(|made| made.path == path) {
            return made.clone();
        }
        let (mode, uid, gid) = store::own_directory(0o755);
        Made { path, mode, uid, gid }
    };
    // In the order of their bytes, parents come before what is in them.
    Ok(missing.into_iter().map(made).collect())
}
