//! What can only be known of several jobs together.

use std::collections::{HashMap, HashSet};

use super::known;
use crate::findings::{Code, Finding};
use crate::service::{Bond, Milestone, Party, Phase, Relation, Service};
use crate::text::{Origin, Sourced, Text};
use crate::upstart::read::Reading;

/// Settles what jobs of one set mean for each other.
pub fn settle<'a>(readings: impl Iterator<Item = &'a mut Reading>) {
    let mut readings: Vec<&mut Reading> = readings.collect();
    let jobs: HashMap<Text, bool> = readings
        .iter()
        .map(|reading| (reading.service.name.clone(), reading.service.instance.is_some()))
        .collect();
    for reading in &mut readings {
        partners(reading, &jobs);
    }
    let tied: HashSet<Text> = readings
        .iter()
        .flat_map(|reading| &reading.service.relations)
        .filter_map(|relation| match &relation.value.to {
            Party::Service(name) => Some(name.clone()),
            _ => None,
        })
        .collect();
    for reading in &mut readings {
        reading.service.has_dependants = tied.contains(&reading.service.name);
    }
    // Whatever has to be up before an early service is an early service too. With the default
    // dependencies it would wait for the very system set-up that waits for it, and systemd would
    // break that circle at random.
    spread(&mut readings, is_early, Bond::Before, become_early);
    // Whatever waits for a service that comes behind multi-user.target comes behind it as well.
    spread(&mut readings, is_last, Bond::After, become_last);
}

/// Passes a quality on to all that are tied by that bond to one that has it.
fn spread(
    readings: &mut [&mut Reading],
    has: impl Fn(&Service) -> bool,
    bond: Bond,
    make: impl Fn(&mut Reading),
) {
    let mut having: HashSet<Text> = readings
        .iter()
        .filter(|reading| has(&reading.service))
        .map(|reading| reading.service.name.clone())
        .collect();
    loop {
        let before = having.len();
        for reading in readings.iter_mut() {
            let tied = reading.service.relations.iter().any(|relation| match &relation.value.to {
                Party::Service(name) => relation.value.bond == bond && having.contains(name),
                _ => false,
            });
            if tied && reading.service.phase == Phase::Running && !having.contains(&reading.service.name) {
                make(reading);
                having.insert(reading.service.name.clone());
            }
        }
        if having.len() == before {
            return;
        }
    }
}

/// Looks at the other jobs that a job's conditions name: those of the set, those that systemd has a
/// unit for, and those that nobody knows.
fn partners(reading: &mut Reading, jobs: &HashMap<Text, bool>) {
    let mut unknown: Vec<(Text, Origin)> = Vec::new();
    let mut templates: Vec<(Text, Origin)> = Vec::new();
    for relation in &mut reading.service.relations {
        let Party::Service(name) = &mut relation.value.to else { continue };
        match (jobs.get(name), known::unit_of(name)) {
            (Some(false), _) => {}
            (Some(true), _) => templates.push((name.clone(), relation.origin)),
            (None, Some(unit)) => *name = unit.into(),
            (None, None) if matches!(relation.value.bond, Bond::After | Bond::Before) => {}
            (None, None) => unknown.push((name.clone(), relation.origin)),
        }
    }
    for (names, code, what, help) in [
        (
            unknown,
            Code::UnknownJob,
            "not among the jobs converted, nor a unit that cutover knows:",
            "make sure that there is a unit of that name; without it nothing of this kind happens",
        ),
        (
            templates,
            Code::LostOperand,
            "it is not said which instance is meant of",
            "name the instance in the unit",
        ),
    ] {
        let mut origins: Vec<Origin> = names.iter().map(|(_, origin)| *origin).collect();
        origins.dedup();
        for origin in origins {
            let mut here: Vec<String> =
                names.iter().filter(|(_, at)| *at == origin).map(|(name, _)| format!("`{name}`")).collect();
            here.dedup();
            let message = format!("{what} {}", here.join(", "));
            let known = reading.findings.iter().any(|finding| finding.message == message);
            if !known {
                reading.findings.push(Finding::new(code, message).at(origin).help(help));
            }
        }
    }
}

fn is_last(service: &Service) -> bool {
    let after = Relation { bond: Bond::After, to: Party::Milestone(Milestone::MultiUser) };
    service.relations.iter().any(|relation| relation.value == after)
}

fn become_last(reading: &mut Reading) {
    let origin = reading.service.start_on.as_ref().map(|condition| condition.origin).unwrap_or_default();
    let after = Relation { bond: Bond::After, to: Party::Milestone(Milestone::MultiUser) };
    reading.service.relations.push(Sourced::new(after, origin));
}

fn is_early(service: &Service) -> bool {
    service.phase == Phase::Early
}

/// Takes the ties to stations that come later away: they would close the circle again.
fn become_early(reading: &mut Reading) {
    let service = &mut reading.service;
    service.phase = Phase::Early;
    let is_late = |party: &Party| {
        matches!(
            party,
            Party::Milestone(
                Milestone::LocalFs
                    | Milestone::RemoteFs
                    | Milestone::Network
                    | Milestone::NetworkOnline
                    | Milestone::MultiUser
                    | Milestone::Graphical
                    | Milestone::Sysinit
            )
        )
    };
    let late =
        service.relations.iter().find(|relation| is_late(&relation.value.to)).map(|relation| relation.origin);
    service.relations.retain(|relation| !is_late(&relation.value.to));
    if let Some(origin) = late {
        reading.findings.push(
            Finding::new(
                Code::EarlyOrLate,
                "the unit comes before one that starts early, so it cannot wait for late events",
            )
            .at(origin)
            .help("split the unit if the late start is needed too"),
        );
    }
}
