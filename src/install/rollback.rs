//! Back to what was after an earlier generation.

use std::collections::BTreeMap;

use super::disk::Content;
use super::error::{InstallError, Problem, Trouble};
use super::manifest::{Action, Made, Manifest};
use super::perform;
use super::prepare::{self, Planned, Prepared};
use super::recover;
use super::store::Store;
use super::{Outcome, status};
use crate::root::{Root, RootPath, State};

/// Undoes all generations above one, newest first, in one run; 0 is before all of them. Without a number, the
/// newest generation that is in place and no rollback is undone; or, where an earlier run did not come to its
/// end, that run alone. The rollback is a generation itself, and keeps what it replaces.
///
/// # Errors
/// When a file was edited since, without `force`; when there is nothing to undo; or when it fails.
pub fn rollback(
    root: &Root,
    generation: Option<u32>,
    force: bool,
    dry_run: bool,
) -> Result<Outcome, InstallError> {
    let Some(store) = Store::look(root)? else { return Err(InstallError::Nothing) };
    if dry_run {
        let _lock = store.lock_to_read()?;
        if let Some(journal) = store.journal()? {
            return Err(InstallError::Pending { generation: journal.generation });
        }
        return Ok(plan(&store, generation, force)?.1.outcome());
    }
    let lock = store.lock()?;
    let recovered = recover::recover(&store, &lock, force)?;
    if recovered.is_some() && generation.is_none() {
        return Ok(Outcome { recovered, ..Outcome::default() });
    }
    let (to, prepared) = plan(&store, generation, force)?;
    let label = match to {
        0 => "back to before the first generation".to_owned(),
        number => format!("back to generation {number}"),
    };
    let mut outcome = perform::perform(&store, &lock, prepared, label, Action::Rollback { to })?;
    outcome.recovered = recovered;
    Ok(outcome)
}

/// What all generations that are undone come to for one path.
struct Net<'m> {
    /// The first of them that changed it, and the number of the step.
    first: (u32, usize),
    /// What was there before all of them.
    before: &'m super::manifest::Step,
    /// What the last of them left there.
    after: &'m State,
}

fn plan(store: &Store, generation: Option<u32>, force: bool) -> Result<(u32, Prepared), InstallError> {
    let generations = store.generations()?;
    let to = match generation {
        None => status::last_but_one(&generations).ok_or(InstallError::Nothing)?,
        Some(number) if number == 0 || generations.iter().any(|(one, _)| *one == number) => number,
        Some(number) => return Err(InstallError::NoGeneration(number)),
    };
    let undone: Vec<&(u32, Manifest)> = generations.iter().filter(|(number, _)| *number > to).collect();
    if undone.is_empty() {
        return Err(InstallError::Nothing);
    }
    let mut net: BTreeMap<&RootPath, Net<'_>> = BTreeMap::new();
    for (number, manifest) in &undone {
        for (index, step) in manifest.steps.iter().enumerate() {
            let first = Net { first: (*number, index), before: step, after: &step.after };
            net.entry(&step.real).or_insert(first).after = &step.after;
        }
    }
    let root = &store.root;
    let mut problems = Vec::new();
    let mut steps = Vec::new();
    for (real, Net { first: (number, index), before: step, after }) in net {
        if step.before == *after {
            continue;
        }
        let now = match root.place(real).and_then(|place| Ok((place, root.state(real)?))) {
            Ok((place, now)) if place == *real => now,
            Ok(_) => {
                let trouble = Trouble::Unreachable("a directory on the way became a link since".to_owned());
                problems.push(Problem { path: real.clone(), trouble });
                continue;
            }
            Err(error) => {
                problems.push(prepare::unreachable(real, &error.reason));
                continue;
            }
        };
        if now == step.before {
            continue;
        }
        if now != *after && !force {
            let trouble = Trouble::Edited { before: after.clone(), now };
            problems.push(Problem { path: real.clone(), trouble });
            continue;
        }
        let after = Content {
            state: step.before.clone(),
            bytes: store.backup(number, index, step).map_err(InstallError::Failed)?,
            kept: step.kept.clone(),
            inherited: Vec::new(),
        };
        steps.push(Planned { path: real.clone(), real: real.clone(), before: now, after });
    }
    prepare::check(root, &steps, &mut problems).map_err(InstallError::Failed)?;
    if !problems.is_empty() {
        return Err(InstallError::Refused(problems));
    }
    let (wanted, removes) = directories(root, &undone).map_err(|error| InstallError::Failed(error.into()))?;
    let makes = prepare::missing_parents(root, &steps, &wanted).map_err(InstallError::Failed)?;
    Ok((to, Prepared { makes, steps, removes }))
}

/// The directories that were there before, and those that were not.
fn directories(
    root: &Root,
    undone: &[&(u32, Manifest)],
) -> Result<(Vec<Made>, Vec<Made>), crate::root::RootError> {
    // Of each: as it was before, if it was there; and whether it was there in the end.
    let mut net: BTreeMap<&RootPath, (Option<&Made>, bool)> = BTreeMap::new();
    for (_, manifest) in undone {
        for made in &manifest.makes {
            net.entry(&made.path).or_insert((None, true)).1 = true;
        }
        for made in &manifest.removes {
            net.entry(&made.path).or_insert((Some(made), false)).1 = false;
        }
    }
    let mut wanted = Vec::new();
    let mut removes = Vec::new();
    // Children come before what they are in.
    for (path, (before, after)) in net.into_iter().rev() {
        match (before, after) {
            (Some(made), false) => wanted.push(made.clone()),
            (None, true) => {
                if let State::Directory { mode, uid, gid } = root.state(path)? {
                    removes.push(Made { path: path.clone(), mode, uid, gid });
                }
            }
            _ => {}
        }
    }
    Ok((wanted, removes))
}
