//! How what will run differs from the job, value by value.

use std::collections::HashMap;

use super::model::Behaviour;
use super::place::Sources;
use super::survey::OWN_UNIT;
use crate::compare::{self, Aspect, Comparison, Difference, Grade, Side, Value};
use crate::convert::batch::Job;
use crate::findings::Code;
use crate::lift::Lifting;
use crate::service::{Bond, Command, Milestone, Party, Relation, Run};
use crate::systemd::load::{UnitFiles, UnitName};
use crate::systemd::manager;
use crate::systemd::unit::Unit;
use crate::text::{Origin, Source, Sourced};
use crate::upstart::read;

/// The job, for a comparison. Its calls of other jobs are what they became in the set.
pub(super) fn before(job: &Job, lifting: &Lifting) -> Side {
    let mut side = Side::of_reading(read::read(&job.files), &job.files, lifting);
    let service = &job.conversion.service;
    let settled: HashMap<Origin, &Command> = service
        .main
        .iter()
        .chain(service.hooks.iter().map(|hook| &hook.command))
        .map(|command| (command.origin, &command.value))
        .collect();
    let hooks = side.service.hooks.iter_mut().map(|hook| &mut hook.command);
    for command in side.service.main.iter_mut().chain(hooks) {
        let is_script = |run: &Run| matches!(run, Run::Line(_) | Run::Script(_));
        if let Some(known) = settled.get(&command.origin)
            && is_script(&known.run)
            && is_script(&command.value.run)
        {
            command.value.run = known.run.clone();
        }
    }
    side
}

/// Ties that the unit of the other job keeps, where that is one of the set.
fn is_of_other(bond: Bond) -> bool {
    matches!(
        bond,
        Bond::StartedByEnd
            | Bond::StartedBySuccess
            | Bond::StartedByFailure
            | Bond::StartedByStopping
            | Bond::StopsAfter
            | Bond::StoppedByStarting
            | Bond::StoppedByStarted
    )
}

/// Lets both sides know what the jobs of the set mean for each other: neither the job nor its unit says all of that, and
/// where it comes to something else, a finding tells.
fn in_the_set(job: &Job, before: &mut Side, after: &mut Side) {
    let service = &job.conversion.service;
    let findings = &job.conversion.findings;
    let is_unknown = |origin: Origin| {
        let mut unknown = findings.iter().filter(|finding| finding.code == Code::UnknownJob);
        unknown.any(|finding| finding.marks.iter().any(|mark| mark.origin == origin))
    };
    before.service.relations.clone_from(&service.relations);
    let kept = service.relations.iter().filter(|tie| is_of_other(tie.value.bond) && !is_unknown(tie.origin));
    // Where they stand is in another unit.
    after.service.relations.extend(kept.map(|tie| Sourced::new(tie.value.clone(), Origin::default())));
    match &service.latch {
        // All of its events come at boot, and the unit comes up then.
        Some(latch) if latch.value.at_boot => {
            let boot = Relation { bond: Bond::StartedBy, to: Party::Milestone(Milestone::MultiUser) };
            before.service.relations.push(Sourced::new(boot, latch.origin));
            before.service.latch = None;
        }
        Some(_) if job.conversion.units.len() > 1 => {
            before.service.latch.clone_from(&service.latch);
            after.service.latch.clone_from(&service.latch);
        }
        _ => {}
    }
}

/// What the unit does because of another job's condition; the job itself says nothing of it.
fn is_of_other_job(row: &Difference) -> bool {
    row.aspect == Aspect::StartsAtEnd && row.left.is_default
}

/// Compares a job with the units that it became. Scripts in files of their own count as if they stood in the unit.
pub(super) fn of_units(job: &Job, lifting: &Lifting) -> Vec<Behaviour> {
    let conversion = &job.conversion;
    let directory = manager::unit_dir(conversion.service.scope);
    let files = |unit: &Unit| {
        let name: UnitName = unit.name.parse().ok()?;
        // The first line of the file says where it comes from.
        let text = format!("{OWN_UNIT}/etc/init\n{}", conversion.with_scripts(unit)).into_bytes();
        let source = Source { name: format!("{directory}/{}", unit.name), text };
        Some(UnitFiles::single(name, source))
    };
    let mut files = conversion.units.iter().filter_map(files);
    let Some(own) = files.next() else { return Vec::new() };
    let triggers: Vec<UnitFiles> = files.collect();
    let Ok(mut after) = Side::of_unit(&own, &triggers) else { return Vec::new() };
    let mut before = before(job, lifting);
    in_the_set(job, &mut before, &mut after);
    let mut comparison = compare::compare(&before, &after);
    comparison.differences.retain(|row| !is_of_other_job(row));
    rows(&comparison, &before, &after)
}

/// The rows of a comparison, those aside that are the same.
pub(super) fn rows(comparison: &Comparison, before: &Side, after: &Side) -> Vec<Behaviour> {
    let places = (Sources::of(&before.sources), Sources::of(&after.sources));
    let told = comparison.differences.iter().filter(|row| row.grade != Grade::Same);
    told.map(|row| self::row(row, &places)).collect()
}

/// A row for people.
pub(super) fn row(row: &Difference, (before, after): &(Sources<'_>, Sources<'_>)) -> Behaviour {
    let place = |value: &Value, sources: &Sources<'_>| value.at.and_then(|at| sources.place(at.origin, ""));
    Behaviour {
        aspect: row.aspect.info().id.to_owned(),
        title: row.aspect.info().title.to_owned(),
        item: row.item.clone(),
        before: row.left.text.clone(),
        before_default: row.left.is_default,
        before_at: place(&row.left, before),
        after: row.right.text.clone(),
        after_default: row.right.is_default,
        after_at: place(&row.right, after),
        grade: match row.grade {
            Grade::Same => "same",
            Grade::Harmless => "harmless",
            Grade::Differs => "differs",
        }
        .to_owned(),
        why: row.why.clone(),
    }
}
