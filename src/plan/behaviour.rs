//! How what will run differs from the job, value by value.

use std::collections::HashMap;

use super::builder::printed;
use super::model::Behaviour;
use super::place::Sources;
use super::survey::unit_path;
use crate::compare::{self, Aspect, Comparison, Definition, Difference, Grade, Value};
use crate::convert::batch::Job;
use crate::convert::read_job;
use crate::findings::Code;
use crate::lift::Lifting;
use crate::service::{BootTarget, Command, Dependency, DependencyKind, Target};
use crate::systemd::document::Document;
use crate::systemd::load::{Loaded, UnitFiles};
use crate::text::{Origin, Source, Sourced};

/// The job, for a comparison. Its calls of other jobs are what they became in the set.
pub(super) fn before(job: &Job, lifting: &Lifting) -> Definition {
    let mut side = Definition::of_read_job(read_job(job.files.clone()), lifting);
    let service = &job.conversion.service;
    let linked: HashMap<Origin, &Command> =
        service.commands().filter_map(|command| Some((command.origin()?, &command.value))).collect();
    let hooks = side.service.hooks.iter_mut().map(|hook| &mut hook.command);
    for command in side.service.main.iter_mut().chain(hooks) {
        if let Some(known) = command.origin().and_then(|at| linked.get(&at))
            && known.run.script().is_some()
            && command.value.run.script().is_some()
        {
            command.value.run = known.run.clone();
        }
    }
    side
}

/// Dependencies that the unit of the other job keeps, where that is one of the set.
fn is_of_other(kind: DependencyKind) -> bool {
    kind.is_of_other() || kind == DependencyKind::StopsAfter
}

/// Lets both sides know what the jobs of the set mean for each other: neither the job nor its unit says all of that, and
/// where it comes to something else, a finding tells.
fn in_the_set(job: &Job, before: &mut Definition, after: &mut Definition) {
    let service = &job.conversion.service;
    let findings = &job.conversion.findings;
    let is_unknown = |origin: Option<Origin>| {
        let mut unknown = findings.iter().filter(|finding| finding.code == Code::UnknownJob);
        unknown.any(|finding| finding.marks.iter().any(|mark| mark.at == origin))
    };
    before.service.dependencies.clone_from(&service.dependencies);
    let kept = service.dependencies.iter().filter(|it| is_of_other(it.value.kind) && !is_unknown(it.origin()));
    // Where they stand is in another unit.
    after.service.dependencies.extend(kept.map(|it| Sourced::implied(it.value.clone())));
    match &service.all_of {
        // All of its events come at boot, and the unit comes up then.
        Some(all_of) if service.all_of_at_boot => {
            let boot = Dependency { kind: DependencyKind::StartedBy, to: Target::BootTarget(BootTarget::MultiUser) };
            before.service.dependencies.push(Sourced::new(boot, all_of.origin()));
            before.service.all_of = None;
        }
        Some(_) if job.conversion.units.len() > 1 => {
            before.service.all_of.clone_from(&service.all_of);
            after.service.all_of.clone_from(&service.all_of);
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
    let units = conversion.units.iter().filter_map(|unit| {
        let path = unit_path(conversion.service.scope, &unit.name).ok()?;
        let unit = conversion.with_scripts(unit);
        let printed = printed(&unit, "/etc/init");
        let document = printed.document();
        let source = Source { name: path.to_string(), text: printed.text.into_bytes() };
        Some((UnitFiles::single(unit.name.parse().ok()?, source), document))
    });
    let units: Vec<(UnitFiles, Document)> = units.collect();
    let set = units.iter().map(|(files, document)| (files, Loaded::of(files, |_| document.clone())));
    let Ok(mut after) = Definition::of_loaded(&set.collect::<Vec<_>>()) else { return Vec::new() };
    let mut before = before(job, lifting);
    in_the_set(job, &mut before, &mut after);
    let comparison = compare::compare(&before, &after);
    rows(different(&comparison).filter(|row| !is_of_other_job(row)), &before, &after)
}

/// The rows of a comparison, those aside that are the same.
pub(super) fn different(comparison: &Comparison) -> impl Iterator<Item = &Difference> {
    comparison.differences.iter().filter(|row| row.grade != Grade::Same)
}

pub(super) fn rows<'d>(
    rows: impl Iterator<Item = &'d Difference>,
    before: &Definition,
    after: &Definition,
) -> Vec<Behaviour> {
    let (before, after) = (Sources::of(&before.sources), Sources::of(&after.sources));
    let place = |value: &Value, sources: &Sources<'_>| value.at.and_then(|at| sources.place(at.origin));
    let row = |row: &Difference| Behaviour {
        aspect: row.aspect.info().id.to_owned(),
        title: row.aspect.info().title.to_owned(),
        item: row.item.clone(),
        before: row.left.text.clone(),
        before_default: row.left.is_default,
        before_at: place(&row.left, &before),
        after: row.right.text.clone(),
        after_default: row.right.is_default,
        after_at: place(&row.right, &after),
        grade: row.grade,
        why: row.why.clone(),
    };
    rows.map(row).collect()
}
