//! How what will run differs from the job, value by value.

use std::collections::HashMap;

use super::model::Behaviour;
use super::place::Sources;
use super::survey::OWN_UNIT;
use crate::compare::{self, Comparison, Difference, Grade, Side, Value};
use crate::convert::batch::Job;
use crate::lift::Lifting;
use crate::service::{Command, Run};
use crate::systemd::load::{UnitFiles, UnitName};
use crate::systemd::manager;
use crate::systemd::unit::Unit;
use crate::text::{Origin, Source};
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

/// Compares a job with the unit that it became.
pub(super) fn of_units(job: &Job, units: &[Unit], lifting: &Lifting) -> Vec<Behaviour> {
    let directory = manager::unit_dir(job.conversion.service.scope);
    let files = |unit: &Unit| {
        let name: UnitName = unit.name.parse().ok()?;
        // The first line of the file says where it comes from.
        let text = format!("{OWN_UNIT}/etc/init\n{}", unit.print()).into_bytes();
        let source = Source { name: format!("{directory}/{}", unit.name), text };
        Some(UnitFiles::single(name, source))
    };
    let mut files = units.iter().filter_map(files);
    let Some(own) = files.next() else { return Vec::new() };
    let triggers: Vec<UnitFiles> = files.collect();
    let Ok(after) = Side::of_unit(&own, &triggers) else { return Vec::new() };
    let before = before(job, lifting);
    rows(&compare::compare(&before, &after), &before, &after)
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
