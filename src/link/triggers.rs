//! Dependencies that only the other job's unit can keep: what that has to do, and for whom.

use std::collections::{HashMap, HashSet};

use super::LinkedJob;
use crate::findings::{Finding, codes};
use crate::service::{
    Action, Dependency, DependencyKind, LifecycleEvent, Phase, Service, Target, Trigger, operand_name,
};
use crate::systemd::dependencies;
use crate::text::{Origin, Sourced, Text};

/// Gives every service of the set what it has to do for the others. `external` are units that the set does
/// not hold and that are known to be there: they get drop-ins.
pub fn link(readings: &mut [&mut LinkedJob], external: &HashSet<Text>) {
    let mut by_service: HashMap<Text, Vec<Trigger>> = HashMap::new();
    // In another root directory there is no systemctl to call, and what works at shutdown starts nothing.
    let is_mute = |service: &Service| service.root.is_some() || service.phase == Phase::Shutdown;
    // Whether each has instances, and whether it cannot act.
    let services: HashMap<Text, (bool, bool)> = readings
        .iter()
        .map(|reading| &reading.service)
        .map(|service| (service.name.clone(), (service.instance.is_some(), is_mute(service))))
        .collect();
    for reading in readings.iter_mut() {
        let service = &mut reading.service;
        for (other, trigger, origin) in wanted(service) {
            match services.get(&other) {
                _ if other == service.name => reading.findings.push(of_itself(&trigger, origin)),
                Some((false, true)) if !trigger.event.is_end() => {
                    if !trigger.dispensable {
                        reading.findings.push(unable(&other, origin));
                    }
                }
                Some((false, _)) => {
                    service.notified_by.push((other.clone(), trigger.event));
                    by_service.entry(other).or_default().push(trigger);
                }
                // Which instance is meant is not said; there is a finding already.
                Some((true, _)) => {}
                None if external.contains(&other) => {
                    service.drop_in_requests.push((other, Sourced::new(trigger, origin)));
                }
                None if trigger.dispensable || (trigger.instances && trigger.all_of.is_none()) => {}
                None => reading.findings.push(unknown(&other, &trigger, origin)),
            }
        }
    }
    for reading in readings {
        reading.service.triggers = by_service.remove(&reading.service.name).unwrap_or_default();
    }
}

/// What a service wants of others.
fn wanted(service: &Service) -> Vec<(Text, Trigger, Option<Origin>)> {
    let instances = service.instance.is_some();
    let mut wanted = Vec::new();
    let own = service.dependencies.iter().map(|own| (&own.value, own.origin(), service.name.clone()));
    let operands = service.all_of.iter().flat_map(|all_of| {
        all_of.value.operands.iter().enumerate().flat_map(move |(index, operand)| {
            operand.iter().map(move |one| (one, all_of.origin(), operand_name(&service.name, index + 1)))
        })
    });
    for (Dependency { kind, to: other }, origin, to) in own.chain(operands) {
        let (Target::Service(name), Some((event, action))) = (other, kind.trigger()) else { continue };
        // Without an order, `WantedBy=` says it all. Nobody knows which instance to start.
        if *kind == DependencyKind::StartedBy && !service.depends(DependencyKind::After, other)
            || instances && action == Action::Start
        {
            continue;
        }
        let ordered = service.dependencies.iter().any(|own| own.value.to == *other && own.value.kind.is_order());
        let dispensable = !kind.is_of_other() && !instances;
        let trigger = Trigger { event, action, to, instances, dispensable, waits: !ordered, all_of: None };
        wanted.push((name.clone(), trigger, origin));
    }
    if let Some(all_of) = &service.stop_all_of {
        for (index, other) in all_of.value.iter().enumerate() {
            let trigger = Trigger {
                event: LifecycleEvent::Stopping,
                action: Action::Stop,
                to: service.name.clone(),
                instances,
                dispensable: false,
                waits: true,
                all_of: Some((index + 1, all_of.value.len())),
            };
            wanted.push((other.clone(), trigger, all_of.origin()));
        }
    }
    wanted
}

/// The unit that would have to act cannot.
fn unable(other: &Text, origin: Option<Origin>) -> Finding {
    codes::other_unit_cannot_act(other).at(origin)
}

/// No unit can trigger itself.
fn of_itself(trigger: &Trigger, origin: Option<Origin>) -> Finding {
    let finding =
        if trigger.action == Action::Start { codes::starts_at_own_event() } else { codes::stops_at_own_event() };
    finding.at(origin)
}

/// The unit that would have to act is not written, and nobody knows whether there is one.
fn unknown(other: &Text, trigger: &Trigger, origin: Option<Origin>) -> Finding {
    let recipe = dependencies::recipe(trigger.event, trigger.action, "-/bin/systemctl");
    let finding = match trigger.event {
        LifecycleEvent::Starting | LifecycleEvent::Started => codes::start_elsewhere(other, recipe),
        LifecycleEvent::Stopping => codes::stop_elsewhere(other, recipe),
        LifecycleEvent::Ended | LifecycleEvent::Succeeded | LifecycleEvent::Failed => {
            codes::end_elsewhere(other, recipe)
        }
    };
    finding.at(origin)
}
