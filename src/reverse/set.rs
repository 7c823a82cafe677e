//! What units of one set mean to each other: a tie that one of them writes down can be a matter of the other.

use std::collections::HashMap;

use crate::findings::{Code, Finding};
use crate::service::{Bond, Enablement, Party, Ready, Relation, Service, Wait};
use crate::systemd::read::{Kind, Reading};
use crate::text::{Origin, Sourced, Text};

/// Settles the ties within a set.
pub fn settle(readings: &mut [Reading]) {
    name_jobs(readings);
    let names: HashMap<Text, usize> = readings
        .iter()
        .enumerate()
        .filter(|(_, reading)| reading.kind == Kind::Job)
        .map(|(at, reading)| (reading.service.name.clone(), at))
        .collect();
    let emitted: Vec<Text> = readings
        .iter()
        .filter(|reading| reading.kind == Kind::Event)
        .map(|reading| {
            reading.service.name.strip_prefix(b"event-").map_or(reading.service.name.clone(), Text::from)
        })
        .collect();
    for reading in readings.iter_mut() {
        beyond(&mut reading.service, &names);
        unheard(reading, &emitted);
    }
    turn_round(readings, &names);
    wait_at_boot(readings, &names);
}

/// A target that would have the name of a service gets another one.
fn name_jobs(readings: &mut [Reading]) {
    let services: Vec<Text> = readings
        .iter()
        .filter(|reading| reading.kind == Kind::Job && !reading.service.is_group)
        .map(|reading| reading.service.name.clone())
        .collect();
    let mut renamed: Vec<Text> = Vec::new();
    for reading in readings.iter_mut().filter(|reading| reading.kind == Kind::Job && reading.service.is_group)
    {
        let name = reading.service.name.clone();
        if services.contains(&name) {
            reading.service.name = Text::from([name.as_slice(), b"-target"].concat());
            renamed.push(name);
        }
    }
    let targets: Vec<Text> = readings
        .iter()
        .filter(|reading| reading.kind == Kind::Job && reading.service.is_group)
        .map(|reading| reading.service.name.clone())
        .collect();
    for relation in readings.iter_mut().flat_map(|reading| &mut reading.service.relations) {
        let Party::Event(name) = &relation.value.to else { continue };
        let job = if renamed.contains(name) {
            Text::from([name.as_slice(), b"-target"].concat())
        } else {
            name.clone()
        };
        if targets.contains(&job) {
            relation.value.to = Party::Service(job);
        }
    }
}

/// What is not in the set is no job.
fn beyond(service: &mut Service, names: &HashMap<Text, usize>) {
    for relation in &mut service.relations {
        if let Party::Service(name) = &relation.value.to
            && !names.contains_key(name)
        {
            relation.value.to = Party::Other(Text::from([name.as_slice(), b".service"].concat()));
        }
    }
}

/// Nobody announces a target that is not in the set.
fn unheard(reading: &mut Reading, emitted: &[Text]) {
    let mut told = Vec::new();
    for tie in &reading.service.relations {
        let Party::Event(name) = &tie.value.to else { continue };
        if tie.value.bond == Bond::StartedBy && !emitted.contains(name) {
            let message = format!(
                "the job starts at the event `{name}`, which stands for {name}.target: nothing emits that"
            );
            let finding = Finding::new(Code::StartedByNobody, message).at(tie.origin);
            told.push(finding.became(format!("start on {name}")).help(format!(
                "let something say `initctl emit {name}`, or write another event, such as `runlevel [2345]`"
            )));
        }
    }
    reading.findings.append(&mut told);
}

fn is_tied(service: &Service, bond: Bond, to: &Party) -> bool {
    service.relations.iter().any(|tie| tie.value.bond == bond && tie.value.to == *to)
}

/// Whether it starts at a station of the boot by itself.
fn boots(service: &Service) -> bool {
    let is_nameless = service.instance.as_ref().is_some_and(|instance| instance.value.default.is_none());
    // A station of the boot starts no instance that has no name.
    !is_nameless
        && service.enablement.as_ref().is_none_or(|enablement| enablement.value != Enablement::Disabled)
        && service.relations.iter().any(|tie| {
            tie.value.bond == Bond::StartedBy
                && matches!(tie.value.to, Party::Milestone(milestone) if milestone.is_of_boot())
        })
}

/// Gives each tie to the service in whose conditions it has to stand.
fn turn_round(readings: &mut [Reading], names: &HashMap<Text, usize>) {
    let mut gifts: Vec<(usize, Relation)> = Vec::new();
    for at in 0..readings.len() {
        if readings[at].kind != Kind::Job {
            continue;
        }
        let own = Party::Service(readings[at].service.name.clone());
        let mut said = Vec::new();
        for tie in &readings[at].service.relations {
            let Party::Service(name) = &tie.value.to else { continue };
            let Some(&other) = names.get(name).filter(|other| **other != at) else { continue };
            let mut give = |bond| gifts.push((other, Relation { bond, to: own.clone() }));
            match tie.value.bond {
                Bond::Starts | Bond::Needs => {
                    let both_boot = boots(&readings[at].service) && boots(&readings[other].service);
                    let after = is_tied(&readings[at].service, Bond::After, &tie.value.to);
                    if both_boot {
                        said.push(
                            Finding::new(
                                Code::LostTie,
                                format!(
                                    "both start at boot; a start of this job by hand does not start `{name}`"
                                ),
                            )
                            .at(tie.origin),
                        );
                        continue;
                    }
                    give(Bond::StartedBy);
                    if after {
                        give(Bond::Before);
                        if tie.value.bond == Bond::Needs {
                            said.push(
                                Finding::new(
                                    Code::NeededMayFail,
                                    format!("the job starts although the start of `{name}` has failed"),
                                )
                                .at(tie.origin)
                                .became(format!("start on starting {}, in {name}", readings[at].service.name))
                                .help(format!(
                                    "ask in pre-start: initctl status {name} | grep -q start/running"
                                )),
                            );
                        }
                    }
                }
                Bond::Before => give(Bond::After),
                Bond::StartsAtFailure => give(Bond::StartedByFailure),
                Bond::StartsAtSuccess => give(Bond::StartedBySuccess),
                Bond::StoppedBy => give(Bond::StoppedBy),
                _ => {}
            }
        }
        readings[at].findings.append(&mut said);
    }
    for (to, relation) in gifts {
        let service = &mut readings[to].service;
        // What starts before another one does not wait for it as well.
        let contrary = relation.bond == Bond::After
            && service
                .relations
                .iter()
                .any(|tie| tie.value.to == relation.to && tie.value.bond == Bond::Before);
        if !contrary && !service.relations.iter().any(|tie| tie.value == relation) {
            service.relations.push(Sourced::new(relation, Origin::default()));
        }
    }
}

/// The stations of the boot that a service starts at.
fn stations(service: &Service) -> Vec<&Party> {
    let starts = service.relations.iter().filter(|tie| tie.value.bond == Bond::StartedBy);
    starts.map(|tie| &tie.value.to).filter(|to| matches!(to, Party::Milestone(_))).collect()
}

/// Services that start at boot and are ordered wait for each other.
fn wait_at_boot(readings: &mut [Reading], names: &HashMap<Text, usize>) {
    for at in 0..readings.len() {
        let service = &readings[at].service;
        if readings[at].kind != Kind::Job || !boots(service) || service.instance.is_some() {
            continue;
        }
        let mut waits = Vec::new();
        let mut said = Vec::new();
        for tie in service.relations.iter().filter(|tie| tie.value.bond == Bond::After) {
            let Party::Service(name) = &tie.value.to else { continue };
            let Some(other) = names.get(name).map(|other| &readings[*other].service) else { continue };
            let own = Party::Service(service.name.clone());
            let follows = service
                .relations
                .iter()
                .any(|known| known.value.bond.starts() && known.value.to == tie.value.to);
            if !boots(other) || other.instance.is_some() || follows || is_tied(other, Bond::After, &own) {
                continue;
            }
            let needed = is_tied(service, Bond::Needs, &tie.value.to)
                || is_tied(service, Bond::Demands, &tie.value.to);
            let ends = other.ready.value == Ready::Finished && !other.stays_up;
            said.push(
                Finding::new(
                    Code::WaitsAtBoot,
                    format!("at boot the job waits for `{name}`: where that is disabled, it does not start by itself"),
                )
                .at(tie.origin)
                .help("take `and` and what is behind it out of `start on` where the other one is not to start at boot"),
            );
            let says_all =
                is_tied(service, Bond::Needs, &tie.value.to) && !ends && stations(service) == stations(other);
            waits.push(Sourced::new(Wait { service: name.clone(), ends, needed, says_all }, tie.origin));
        }
        if waits.len() > 1 {
            for wait in &mut waits {
                wait.value.says_all = false;
            }
        }
        readings[at].service.waits = waits;
        readings[at].findings.append(&mut said);
    }
}
