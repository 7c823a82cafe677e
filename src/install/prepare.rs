//! The look at the root before anything is written: is it as it has to be, and where does everything really lie?

use std::collections::{BTreeMap, BTreeSet};

use super::disk::{Content, TEMPORARY};
use super::error::{Cause, InstallError, InstallIssue, Problem, Since};
use super::manifest::Made;
use super::store;
use super::transaction::{After, Change, Changed, Outcome, Transaction};
use crate::root::{Root, RootPath, State};

/// What is to be done, checked.
#[derive(Debug)]
pub(crate) struct Prepared {
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
    let moved = |before: &State, now| InstallIssue::Changed { since: Since::Plan, before: before.clone(), now };
    let mut problems = Vec::new();
    for (path, state) in &transaction.watched {
        match root.state(path) {
            Ok(now) if now == *state => {}
            Ok(now) => problems.push(moved(state, now).at(path)),
            Err(error) => problems.push(InstallIssue::unreachable(&error.reason).at(path)),
        }
    }
    let mut steps = Vec::with_capacity(transaction.changes.len());
    for Change { path, before, after } in &transaction.changes {
        let (real, now) = match root.place(path).and_then(|real| Ok((real, root.state(path)?))) {
            Ok(found) => found,
            Err(error) => {
                problems.push(InstallIssue::unreachable(&error.reason).at(path));
                continue;
            }
        };
        let state = after.state();
        // What was done before need not be done again.
        if now == state {
            continue;
        }
        if now != *before {
            problems.push(moved(before, now).at(path));
            continue;
        }
        let bytes = match after {
            After::File(file) => file.bytes.clone(),
            _ => Vec::new(),
        };
        let after = Content { state, bytes, kept: None, inherited: Vec::new() };
        steps.push(Planned { path: path.clone(), real, before: now, after });
    }
    check(root, &steps, problems)?;
    let makes = missing_parents(root, &steps, &[])?;
    Ok(Prepared { makes, steps, removes: Vec::new() })
}

/// Refuses what has problems, and what no step may do, whatever it is for.
pub fn check(root: &Root, steps: &[Planned], mut problems: Vec<Problem>) -> Result<(), InstallError> {
    let own = store::place(root)?;
    let mut taken: BTreeMap<&RootPath, &RootPath> = BTreeMap::new();
    for step in steps {
        let mut problem = |issue: InstallIssue| problems.push(issue.at(&step.path));
        match step.real.name() {
            None => problem(InstallIssue::Top),
            Some(name) if name.starts_with(TEMPORARY) => problem(InstallIssue::Own),
            Some(_) if step.real.is_below(&own) || own.is_below(&step.real) => problem(InstallIssue::Own),
            Some(_) if !step.before.is_replaceable() => problem(InstallIssue::InTheWay(step.before.clone())),
            Some(_) => {}
        }
        if let Some(other) = taken.insert(&step.real, &step.path) {
            problem(InstallIssue::Twice(other.clone()));
        }
    }
    let stays: BTreeSet<&RootPath> = staying(steps).map(|step| &step.real).collect();
    for step in staying(steps) {
        for above in std::iter::successors(step.real.parent(), RootPath::parent) {
            if let Some(given) = taken.get(&above).filter(|_| stays.contains(&above)) {
                problems.push(InstallIssue::Below(step.path.clone()).at(given));
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(InstallError::Refused(problems)) }
}

/// The steps that leave something.
fn staying(steps: &[Planned]) -> impl Iterator<Item = &Planned> {
    steps.iter().filter(|step| step.after.state != State::Absent)
}

/// The directories that have to be made first, parents first. Those that are `wanted` have their own permissions.
pub(crate) fn missing_parents(root: &Root, steps: &[Planned], wanted: &[Made]) -> Result<Vec<Made>, Cause> {
    let mut missing = BTreeSet::new();
    let parents = staying(steps).filter_map(|step| step.real.parent());
    for directory in parents.chain(wanted.iter().map(|made| made.path.clone())) {
        for path in std::iter::successors(Some(directory), RootPath::parent) {
            if missing.contains(&path) || root.state(&path)? != State::Absent {
                break;
            }
            missing.insert(path);
        }
    }
    let made = |path: RootPath| {
        let wanted = wanted.iter().find(|made| made.path == path);
        wanted.cloned().unwrap_or_else(|| Made::own(path, 0o755))
    };
    // In the order of their bytes, parents come before what is in them.
    Ok(missing.into_iter().map(made).collect())
}
