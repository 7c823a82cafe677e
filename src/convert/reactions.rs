//! Relations that only the other job's unit can keep: what it has to do, and who tells it.

use std::collections::{HashMap, HashSet};

use crate::findings::{Code, Finding};
use crate::service::{Action, Bond, Moment, Party, Phase, Reaction, Service, latch_name};
use crate::text::{Origin, Sourced, Text};
use crate::upstart::read::Reading;

/// Gives every service of the set what it has to do for the others. `beyond` are units that the set does
/// not hold and that are known to be there: they get drop-ins.
pub fn settle(readings: &mut [&mut Reading], beyond: &HashSet<Text>) {
    let mut by_service: HashMap<Text, Vec<Reaction>> = HashMap::new();
    let instances: HashMap<Text, bool> = readings
        .iter()
        .map(|reading| (reading.service.name.clone(), reading.service.instance.is_some()))
        .collect();
    // In another root directory there is no systemctl to call, and what works at shutdown starts nothing.
    let is_mute = |service: &Service| service.root.is_some() || service.phase == Phase::Shutdown;
    let mute: HashSet<Text> = readings
        .iter()
        .filter(|reading| is_mute(&reading.service))
        .map(|reading| reading.service.name.clone())
        .collect();
    for reading in readings.iter_mut() {
        let service = &mut reading.service;
        for (other, reaction, origin) in wanted(service) {
            match instances.get(&other) {
                _ if other == service.name => reading.findings.push(of_itself(&reaction, origin)),
                Some(false) if mute.contains(&other) && !reaction.moment.is_end() => {
                    if !reaction.dispensable {
                        reading.findings.push(unable(&other, origin));
                    }
                }
                Some(false) => {
                    service.told_by.push((other.clone(), reaction.moment));
                    by_service.entry(other).or_default().push(reaction);
                }
                // Which instance is meant is not said; there is a finding already.
                Some(true) => {}
                None if beyond.contains(&other) => service.asks.push((other, Sourced::new(reaction, origin))),
                None if reaction.dispensable || (reaction.instances && reaction.latch.is_none()) => {}
                None => reading.findings.push(unknown(&other, &reaction, origin)),
            }
        }
    }
    for reading in readings {
        reading.service.reactions = by_service.remove(&reading.service.name).unwrap_or_default();
    }
}

/// What a service wants of others.
fn wanted(service: &Service) -> Vec<(Text, Reaction, Origin)> {
    let after: HashSet<&Text> = service
        .relations
        .iter()
        .filter(|tie| tie.value.bond == Bond::After)
        .filter_map(|tie| name(&tie.value.to))
        .collect();
    let instances = service.instance.is_some();
    let mut wanted = Vec::new();
    let own = service.relations.iter().map(|tie| (&tie.value, tie.origin, service.name.clone()));
    let latched = service.latch.iter().flat_map(|latch| {
        latch.value.operands.iter().enumerate().flat_map(move |(index, operand)| {
            operand.iter().map(move |tie| (tie, latch.origin, latch_name(&service.name, index + 1)))
        })
    });
    for (tie, origin, to) in own.chain(latched) {
        let Some(other) = name(&tie.to) else { continue };
        let (moment, action, dispensable) = match tie.bond {
            Bond::StartedBy if after.contains(other) => (Moment::Started, Action::Start, true),
            Bond::StopsBefore => (Moment::Stopping, Action::Stop, !instances),
            Bond::StartedByStopping => (Moment::Stopping, Action::Start, false),
            Bond::StartedByEnd => (Moment::Ended, Action::Start, false),
            Bond::StartedBySuccess => (Moment::Succeeded, Action::Start, false),
            Bond::StartedByFailure => (Moment::Failed, Action::Start, false),
            Bond::StoppedByStarting => (Moment::Starting, Action::Stop, false),
            Bond::StoppedByStarted => (Moment::Started, Action::Stop, false),
            _ => continue,
        };
        // Nobody knows which instance to start.
        if instances && action == Action::Start {
            continue;
        }
        let ordered = service.relations.iter().any(|tie| {
            name(&tie.value.to) == Some(other)
                && matches!(tie.value.bond, Bond::After | Bond::Before | Bond::StopsBefore | Bond::StopsAfter)
        });
        let reaction = Reaction { moment, action, to, instances, dispensable, waits: !ordered, latch: None };
        wanted.push((other.clone(), reaction, origin));
    }
    if let Some(latch) = &service.stop_latch {
        for (index, other) in latch.value.iter().enumerate() {
            let reaction = Reaction {
                moment: Moment::Stopping,
                action: Action::Stop,
                to: service.name.clone(),
                instances,
                dispensable: false,
                waits: true,
                latch: Some((index + 1, latch.value.len())),
            };
            wanted.push((other.clone(), reaction, latch.origin));
        }
    }
    wanted
}

fn name(party: &Party) -> Option<&Text> {
    match party {
        Party::Service(name) => Some(name),
        _ => None,
    }
}

/// The unit that would have to act cannot.
fn unable(other: &Text, origin: Origin) -> Finding {
    Finding::new(
        Code::RelationElsewhere,
        format!("only the unit of `{other}` can act at that moment, and it cannot: it has another root directory, or works at shutdown"),
    )
    .at(origin)
    .help("decide what should start or stop this unit instead")
}

/// No unit can trigger itself.
fn of_itself(reaction: &Reaction, origin: Origin) -> Finding {
    let verb = if reaction.action == Action::Start { "starts" } else { "stops" };
    Finding::new(Code::LostOperand, format!("the job {verb} at an event of its own, which no unit can"))
        .at(origin)
        .help("if it was to run again and again, write Restart=always")
}

/// The unit that would have to act is not written, and nobody knows whether there is one.
fn unknown(other: &Text, reaction: &Reaction, origin: Origin) -> Finding {
    let (what, directive) = match (reaction.moment, reaction.action) {
        (Moment::Starting, _) => ("the start", "ExecStartPre=-/bin/systemctl stop"),
        (Moment::Started, Action::Start) => ("the start", "ExecStartPost=-/bin/systemctl start --no-block"),
        (Moment::Started, Action::Stop) => ("the start", "ExecStartPost=-/bin/systemctl stop --no-block"),
        (Moment::Stopping, Action::Start) => ("the stop", "ExecStop=-/bin/systemctl start"),
        (Moment::Stopping, Action::Stop) => ("the stop", "ExecStopPost=-/bin/systemctl stop"),
        (Moment::Ended, _) => ("the end", "OnSuccess= and OnFailure="),
        (Moment::Succeeded, _) => ("the end", "OnSuccess="),
        (Moment::Failed, _) => ("the end", "OnFailure="),
    };
    Finding::new(
        Code::RelationElsewhere,
        format!(
            "only the unit of `{other}` can act at {what} of `{other}`, and it is not among those converted"
        ),
    )
    .at(origin)
    .help(format!("convert them together, or add to that unit: {directive} with this unit's name"))
}
