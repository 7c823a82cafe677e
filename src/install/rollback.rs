//! Back to what was after an earlier generation.

use std::collections::BTreeMap;

use super::error::{Cause, InstallError, InstallIssue, Since};
use super::manifest::{Action, Made, Manifest, Step, When};
use super::perform;
use super::prepare::{self, Planned, Prepared};
use super::recover;
use super::status;
use super::store::Store;
use super::transaction::Outcome;
use crate::root::{Root, RootPath, State};

/// Undoes all generations above one in one run; 0 is before all of them. What that generation or one below it wrote
/// becomes what they wrote, though somebody may have edited it before a later one changed it. Without a number,
/// the newest generation that is in place and no rollback is undone, back to what it found; or, where an earlier
/// run did not come to its end, that run alone. The rollback is a generation itself, and keeps what it replaces.
///
/// # Errors
/// When a file was edited since, without `force`; when no generation is in place to be undone; or when it fails.
pub fn rollback(root: &Root, generation: Option<u32>, force: bool, dry_run: bool) -> Result<Outcome, InstallError> {
    let Some(store) = Store::look(root)? else {
        return match generation {
            Some(0) => Ok(Outcome::default()),
            Some(number) => Err(InstallError::NoGeneration(number)),
            None => Err(InstallError::Nothing),
        };
    };
    if dry_run {
        let _lock = store.lock_to_look()?;
        return Ok(plan(&store, generation, force)?.1.outcome());
    }
    let lock = store.lock()?;
    let recovered = recover::recover(&store, &lock, force)?;
    if recovered.is_some() && generation.is_none() {
        return Ok(Outcome { recovered, ..Outcome::default() });
    }
    let (to, prepared) = plan(&store, generation, force)?;
    if prepared.steps.is_empty() && status::is_in_place_after(&store.generations()?, to) {
        return Ok(Outcome { recovered, ..Outcome::default() });
    }
    let label = match to {
        0 => "back to before the first generation".to_owned(),
        number => format!("back to generation {number}"),
    };
    let outcome = perform::perform(&store, &lock, prepared, label, Action::Rollback { to })?;
    Ok(Outcome { recovered, ..outcome })
}

/// A step of a generation: its numbers, and what it did.
type Done<'m> = (u32, usize, &'m Step);

/// What all generations that are undone come to for one path.
struct Net<'m> {
    /// What is gone back to: what this step replaced, or what it wrote.
    back: (Done<'m>, When),
    /// What the last of them left there.
    after: &'m State,
}

/// What the generations that are undone come to, by the real paths.
fn net(generations: &[(u32, Manifest)], to: u32, by_record: bool) -> BTreeMap<&RootPath, Net<'_>> {
    let mut written: BTreeMap<&RootPath, Done<'_>> = BTreeMap::new();
    let mut net: BTreeMap<&RootPath, Net<'_>> = BTreeMap::new();
    for (number, manifest) in generations {
        for (index, step) in manifest.steps.iter().enumerate() {
            let done = (*number, index, step);
            if *number <= to {
                written.insert(&step.real, done);
                continue;
            }
            // What lay there before is more than the record tells of it: it had times and attributes.
            let back = match written.get(&step.real) {
                Some(record) if by_record && record.2.after != step.before => (*record, When::After),
                _ => (done, When::Before),
            };
            net.entry(&step.real).or_insert(Net { back, after: &step.after }).after = &step.after;
        }
        let Action::Rollback { to: below } = manifest.action else { continue };
        // A rollback takes back also what somebody had taken back already, and has no step for that.
        for (path, record) in written.iter().filter(|(_, (of, ..))| by_record && *number > to && *of > below) {
            if manifest.steps.iter().any(|step| step.real == **path) {
                continue;
            }
            let Some(after) = state_after(generations, below, path) else { continue };
            net.entry(path).or_insert(Net { back: (*record, When::After), after }).after = after;
        }
    }
    net
}

/// What was at a path after a generation, as they tell it.
fn state_after<'m>(generations: &'m [(u32, Manifest)], to: u32, path: &RootPath) -> Option<&'m State> {
    let steps = |(number, manifest): &'m (u32, Manifest)| {
        manifest.steps.iter().filter(|step| step.real == *path).map(|step| (*number, step))
    };
    let mut all = generations.iter().flat_map(steps).peekable();
    let before = all.peek().map(|(_, step)| &step.before);
    all.take_while(|(number, _)| *number <= to).last().map(|(_, step)| &step.after).or(before)
}

fn plan(store: &Store, generation: Option<u32>, force: bool) -> Result<(u32, Prepared), InstallError> {
    let generations = store.generations()?;
    let to = match generation {
        None => status::last_but_one(&generations).ok_or(InstallError::Nothing)?,
        Some(number) if number == 0 || generations.iter().any(|(one, _)| *one == number) => number,
        Some(number) => return Err(InstallError::NoGeneration(number)),
    };
    let root = &store.root;
    let mut problems = Vec::new();
    let mut steps = Vec::new();
    for (real, Net { back: ((number, index, step), when), after }) in net(&generations, to, generation.is_some()) {
        let wanted = step.state(when);
        if wanted == after {
            continue;
        }
        let now = match root.place(real).and_then(|place| Ok((place, root.state(real)?))) {
            Ok((place, now)) if place == *real => now,
            Ok(_) => {
                let reason = "a directory on the way became a link since".to_owned();
                problems.push(InstallIssue::Unreachable(reason).at(real));
                continue;
            }
            Err(error) => {
                problems.push(InstallIssue::unreachable(&error.reason).at(real));
                continue;
            }
        };
        if now == *wanted {
            continue;
        }
        if now != *after && !force {
            let issue = InstallIssue::Changed { since: Since::Install, before: after.clone(), now };
            problems.push(issue.at(real));
            continue;
        }
        let after = store.content(number, index, step, when)?;
        steps.push(Planned { path: real.clone(), real: real.clone(), before: now, after });
    }
    prepare::check(root, &steps, problems)?;
    let undone = generations.iter().filter(|(number, _)| *number > to);
    let (wanted, removes) = directories(root, undone.map(|(_, manifest)| manifest))?;
    let makes = prepare::missing_parents(root, &steps, &wanted)?;
    Ok((to, Prepared { makes, steps, removes }))
}

/// The directories that were there before, and those that were not.
fn directories<'m>(root: &Root, undone: impl Iterator<Item = &'m Manifest>) -> Result<(Vec<Made>, Vec<Made>), Cause> {
    // Of each: as it was before, if it was there; and whether it was there in the end.
    let mut net: BTreeMap<&RootPath, (Option<&Made>, bool)> = BTreeMap::new();
    for manifest in undone {
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
