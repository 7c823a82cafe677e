//! What units of one set mean to each other: a dependency that one of them writes down can be a matter of the other.

use std::collections::{HashMap, HashSet};

use crate::findings::codes;
use crate::service::{Dependency, DependencyKind, Enablement, LinkedService, Ready, Service, Target, Wait};
use crate::systemd::read::{Reading, UnitRole};
use crate::text::{Sourced, Text};

/// A unit as its set makes it.
pub(crate) type LinkedUnit = Reading<LinkedService>;

/// Finds out what the units of one set mean for each other.
pub fn link(readings: Vec<Reading>) -> Vec<LinkedUnit> {
    let mut readings: Vec<LinkedUnit> = readings.into_iter().map(unlinked).collect();
    name_targets(&mut readings);
    let jobs = readings.iter().enumerate().filter(|(_, reading)| reading.kind == UnitRole::Job);
    let jobs: HashMap<Text, usize> = jobs.map(|(at, reading)| (reading.service.name.clone(), at)).collect();
    let emitted: HashSet<Text> = readings
        .iter()
        .filter(|reading| reading.kind == UnitRole::Event)
        .map(|reading| &reading.service.name)
        .map(|name| name.strip_prefix(b"event-").map_or_else(|| name.clone(), Text::from))
        .collect();
    for reading in &mut readings {
        name_external(&mut reading.service, &jobs);
        report_unemitted(reading, &emitted);
    }
    turn_round(&mut readings, &jobs);
    wait_at_boot(&mut readings, &jobs);
    readings
}

fn unlinked(reading: Reading) -> LinkedUnit {
    let Reading { service, kind, is_target, settings, account, findings, sources, units } = reading;
    let service = LinkedService { service, is_group: is_target, ..LinkedService::default() };
    LinkedUnit { service, kind, is_target, settings, account, findings, sources, units }
}

/// The names of the jobs that are targets, or that are none.
fn names(readings: &[LinkedUnit], are_targets: bool) -> HashSet<Text> {
    let jobs = readings.iter().filter(|reading| reading.kind == UnitRole::Job).map(|reading| &reading.service);
    jobs.filter(|job| job.is_group == are_targets).map(|job| job.name.clone()).collect()
}

/// A target that would have the name of a service gets another one.
fn name_targets(readings: &mut [LinkedUnit]) {
    let other = |name: &Text| Text::from([name.as_slice(), b"-target"].concat());
    let services = names(readings, false);
    let mut renamed: HashSet<Text> = HashSet::new();
    for reading in readings.iter_mut().filter(|reading| reading.kind == UnitRole::Job && reading.service.is_group) {
        let name = reading.service.name.clone();
        if services.contains(&name) {
            reading.service.name = other(&name);
            renamed.insert(name);
        }
    }
    let targets = names(readings, true);
    for dependency in readings.iter_mut().flat_map(|reading| &mut reading.service.dependencies) {
        let Target::Event(name) = &dependency.value.to else { continue };
        let job = if renamed.contains(name) { other(name) } else { name.clone() };
        if targets.contains(&job) {
            dependency.value.to = Target::Service(job);
        }
    }
}

/// What is not in the set is no job.
fn name_external(service: &mut Service, jobs: &HashMap<Text, usize>) {
    for Sourced { value: dependency, .. } in &mut service.dependencies {
        if let Target::Service(name) = &dependency.to
            && !jobs.contains_key(name)
        {
            dependency.to = Target::Other(Text::from([name.as_slice(), b".service"].concat()));
        }
    }
}

/// Nobody announces a target that is not in the set.
fn report_unemitted(reading: &mut LinkedUnit, emitted: &HashSet<Text>) {
    let LinkedUnit { service, findings, .. } = reading;
    for started_by in service.of_kind(DependencyKind::StartedBy) {
        let Target::Event(name) = &started_by.value.to else { continue };
        if emitted.contains(name) {
            continue;
        }
        let finding = codes::nobody_emits(name).at(started_by.origin());
        findings.push(finding.became(format!("start on {name}")));
    }
}

/// Whether it starts at a boot target by itself.
fn boots(service: &Service) -> bool {
    let is_nameless = service.instance.as_ref().is_some_and(|instance| instance.value.default.is_none());
    let is_disabled = service.enablement.as_ref().is_some_and(|it| it.value == Enablement::Disabled);
    let of_boot = |to: &Target| matches!(to, Target::BootTarget(boot_target) if boot_target.is_of_boot());
    // The boot starts no instance that has no name.
    !is_nameless
        && !is_disabled
        && service.of_kind(DependencyKind::StartedBy).any(|started_by| of_boot(&started_by.value.to))
}

/// Gives each dependency to the service in whose conditions it has to stand.
fn turn_round(readings: &mut [LinkedUnit], jobs: &HashMap<Text, usize>) {
    let mut gifts: Vec<(usize, Dependency)> = Vec::new();
    for at in 0..readings.len() {
        if readings[at].kind != UnitRole::Job {
            continue;
        }
        let service = &readings[at].service;
        let own = Target::Service(service.name.clone());
        let mut findings = Vec::new();
        for dependency in &service.dependencies {
            let Dependency { kind, to } = &dependency.value;
            let Target::Service(name) = to else { continue };
            let Some(&other) = jobs.get(name).filter(|other| **other != at) else { continue };
            let mut give = |kind| gifts.push((other, Dependency { kind, to: own.clone() }));
            match kind {
                DependencyKind::Starts | DependencyKind::Needs => {
                    if boots(service) && boots(&readings[other].service) {
                        findings.push(codes::both_start_at_boot(name).at(dependency.origin()));
                        continue;
                    }
                    give(DependencyKind::StartedBy);
                    if !service.depends(DependencyKind::After, to) {
                        continue;
                    }
                    give(DependencyKind::Before);
                    if *kind == DependencyKind::Needs {
                        let became = format!("start on starting {}, in {name}", service.name);
                        findings.push(codes::needed_may_fail(name).at(dependency.origin()).became(became));
                    }
                }
                DependencyKind::Before => give(DependencyKind::After),
                DependencyKind::StartsAtFailure => give(DependencyKind::StartedByFailure),
                DependencyKind::StartsAtSuccess => give(DependencyKind::StartedBySuccess),
                DependencyKind::StoppedBy => give(DependencyKind::StoppedBy),
                _ => {}
            }
        }
        readings[at].findings.append(&mut findings);
    }
    for (to, Dependency { kind, to: with }) in gifts {
        let service = &mut readings[to].service;
        // What starts before another one does not wait for it as well.
        if kind != DependencyKind::After || !service.depends(DependencyKind::Before, &with) {
            service.add_dependency(kind, with, None);
        }
    }
}

/// The boot targets that a service starts at.
fn boot_targets(service: &Service) -> Vec<&Target> {
    let starts = service.of_kind(DependencyKind::StartedBy).map(|started_by| &started_by.value.to);
    starts.filter(|to| matches!(to, Target::BootTarget(_))).collect()
}

/// Services that start at boot and are ordered wait for each other.
fn wait_at_boot(readings: &mut [LinkedUnit], jobs: &HashMap<Text, usize>) {
    for at in 0..readings.len() {
        let service = &readings[at].service;
        if readings[at].kind != UnitRole::Job || !boots(service) || service.instance.is_some() {
            continue;
        }
        let own = Target::Service(service.name.clone());
        let mut waits = Vec::new();
        let mut findings = Vec::new();
        for after in service.of_kind(DependencyKind::After) {
            let to = &after.value.to;
            let Target::Service(name) = to else { continue };
            let Some(other) = jobs.get(name).map(|other| &readings[*other].service) else { continue };
            if !boots(other)
                || other.instance.is_some()
                || service.starts().any(|start| start.value.to == *to)
                || other.depends(DependencyKind::After, &own)
            {
                continue;
            }
            findings.push(codes::waits_at_boot(name).at(after.origin()));
            let needs = service.depends(DependencyKind::Needs, to);
            let ends = other.ready.value == Ready::Finished && !other.stays_up;
            let needed = needs || service.depends(DependencyKind::Demands, to);
            let says_all = needs && !ends && boot_targets(service) == boot_targets(other);
            waits.push(Sourced::new(Wait { service: name.clone(), ends, needed, says_all }, after.origin()));
        }
        if let [_, _, ..] = waits.as_slice() {
            for wait in &mut waits {
                wait.value.says_all = false;
            }
        }
        readings[at].service.waits = waits;
        readings[at].findings.append(&mut findings);
    }
}
