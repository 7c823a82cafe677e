//! `start on` and `stop on` as a whole: what starts a service, what it waits for, what stops it.

use std::collections::{BTreeSet, HashSet};

use super::events::{ANY_TIME, Effect, announcement, lost};
use super::session;
use super::stop_events::StopEffect;
use crate::findings::{Code, Finding};
use crate::service::{Bond, Latch, Machine, Milestone, Party, Phase, Relation, Scope, Service, ValueTest};
use crate::text::{Origin, Sourced, Text};
use crate::upstart::condition::{Condition, ConditionNode, EventMatch};
use crate::upstart::distribution::Distribution;

/// More events joined by `and` than anybody waits for.
const MOST_OPERANDS: usize = 64;

/// Puts a start condition into the service's relations.
pub fn start(
    service: &mut Service,
    condition: &Sourced<Condition>,
    distribution: Distribution,
    findings: &mut Vec<Finding>,
) {
    let (origin, scope) = (condition.origin, service.scope);
    service.start_on = Some(condition.map(|condition| Text::from(condition.to_string())));
    let mut done: Vec<Effect> = Vec::new();
    for node in &condition.value.nodes {
        let effect = match node {
            ConditionNode::Event(event) => {
                let effect = match scope {
                    Scope::System => Effect::of_start(event, distribution, origin),
                    Scope::Session => session::start(event, origin),
                };
                Effect { events: vec![event.to_string()], ..effect }
            }
            operator => {
                let (Some(right), Some(left)) = (done.pop(), done.pop()) else { return };
                if *operator == ConditionNode::And {
                    both(left, right, origin)
                } else {
                    either(left, right, origin)
                }
            }
        };
        done.push(effect);
    }
    let Some(mut effect) = done.pop() else { return };
    if let Some(rescue_too) = effect.shutdown {
        service.phase = Phase::Shutdown;
        if !rescue_too {
            service.survives_rescue = Some(origin);
        }
        findings.push(
            Finding::new(
                Code::ShutdownWork,
                "the work is done when the unit is stopped, which is at shutdown",
            )
            .at(origin)
            .became("ExecStart=/bin/true, ExecStop=")
            .help("enable the unit: it has to be up for its stop to be run"),
        );
        if !effect.starts.is_empty() || !effect.latch.is_empty() {
            let what = format!("another event beside the end of the system: {}", named(&effect.events));
            findings.push(lost(what, origin));
        }
        tie(service, Bond::After, Party::Milestone(Milestone::Network), origin);
        tie(service, Bond::StartedBy, Party::Milestone(Milestone::MultiUser), origin);
        findings.extend(merged(effect.findings, service));
        return;
    }
    if effect.early {
        service.phase = Phase::Early;
    }
    service.machine = effect.machine.map(|machine| Sourced::new(machine, origin));
    for (bond, party) in effect.ties {
        tie(service, bond, party, origin);
    }
    let mut pulls = effect.pulls;
    if pulls.is_empty() && service.machine.is_some() {
        pulls.push(Party::Milestone(Milestone::MultiUser));
    }
    for party in pulls {
        tie(service, Bond::StartedBy, party, origin);
    }
    for (bond, party) in effect.starts {
        tie(service, bond, party, origin);
    }
    service.manager_tests = effect.manager_tests;
    if effect.tests.is_empty() {
        // It starts whatever the values are.
    } else if condition.value.nodes.len() == 1 {
        service.tests = effect.tests;
    } else {
        let names =
            effect.tests.iter().map(|test| test.value.name.to_string()).collect::<Vec<_>>().join(", ");
        findings.push(
            Finding::new(
                Code::EventFilter,
                format!("among several events, the values of {names} are not looked at"),
            )
            .at(origin)
            .help("the unit reacts to the event whatever its values are"),
        );
    }
    for activation in effect.activation {
        service.activation.push(Sourced::new(activation, origin));
    }
    if effect.latch.len() > MOST_OPERANDS {
        effect.latch.truncate(MOST_OPERANDS);
        findings.push(lost(format!("more than {MOST_OPERANDS} events joined by `and`"), origin));
    }
    if let [single] = effect.latch.as_slice() {
        for relation in single {
            tie(service, relation.bond, relation.to.clone(), origin);
        }
    } else if !effect.latch.is_empty() {
        service.latch = Some(Sourced::new(Latch { operands: effect.latch, at_boot: false }, origin));
    }
    let said = merged(effect.findings, service);
    findings.extend(said);
}

/// Puts a stop condition into the service's relations.
pub fn stop(
    service: &mut Service,
    condition: &Sourced<Condition>,
    distribution: Distribution,
    findings: &mut Vec<Finding>,
) {
    let (origin, scope) = (condition.origin, service.scope);
    let of = |event: &EventMatch| match scope {
        Scope::System => StopEffect::of(event, distribution, origin),
        Scope::Session => {
            session::stop(event, origin).unwrap_or_else(|| StopEffect::of(event, distribution, origin))
        }
    };
    service.stop_on = Some(condition.map(|condition| Text::from(condition.to_string())));
    let shutdown_only = |condition: &Condition| condition.events().all(|event| of(event).shutdown.is_some());
    if let Some(together) = stopping_together(&condition.value, of) {
        service.stop_latch = Some(Sourced::new(together, origin));
        return;
    }
    if !condition.value.only(&ConditionNode::Or) && !shutdown_only(&condition.value) {
        let events: Vec<String> = condition.value.events().map(ToString::to_string).collect();
        findings.push(
            Finding::new(
                Code::StopCondition,
                format!("a unit cannot wait for several events before it stops: {}", named(&events)),
            )
            .at(origin)
            .help("at shutdown it stops all the same; decide what else should stop it"),
        );
        return;
    }
    let mut said = Vec::new();
    let mut rescue = None;
    for event in condition.value.events() {
        let effect = of(event);
        for (bond, party) in effect.ties {
            if outlives(&party) && starts_late(service) {
                if bond == Bond::Before {
                    said.push(
                        Finding::new(
                            Code::StopOrder,
                            format!(
                                "the unit starts behind what `{event}` outlives, so it stops before that"
                            ),
                        )
                        .at(origin)
                        .help("where it has to live on longer, start it before the network"),
                    );
                }
                continue;
            }
            tie(service, bond, party, origin);
        }
        if let Some(stops_in_rescue) = effect.shutdown {
            rescue = Some(rescue.unwrap_or(false) || stops_in_rescue);
        }
        said.extend(effect.findings);
    }
    if rescue == Some(false) && service.phase == Phase::Running {
        service.survives_rescue = Some(origin);
    }
    let said = merged(said, service);
    findings.extend(said);
}

/// The services whose stops only together stop this one: nothing but `stopping` of single jobs, joined by `and`.
fn stopping_together(condition: &Condition, of: impl Fn(&EventMatch) -> StopEffect) -> Option<Vec<Text>> {
    let mut together = Vec::new();
    for event in condition.events() {
        match of(event).ties.as_slice() {
            [(Bond::StopsBefore, Party::Service(name))] => together.push(name.clone()),
            _ => return None,
        }
    }
    let several = together.len() > 1 && together.len() <= MOST_OPERANDS;
    (several && condition.only(&ConditionNode::And)).then_some(together)
}

fn outlives(party: &Party) -> bool {
    matches!(party, Party::Milestone(Milestone::NetworkPre | Milestone::RemoteFsPre))
}

/// Whether a service waits for the network or for what is mounted over it.
fn starts_late(service: &Service) -> bool {
    service.relations.iter().any(|relation| {
        relation.value.bond == Bond::After
            && matches!(
                relation.value.to,
                Party::Milestone(
                    Milestone::Network
                        | Milestone::NetworkOnline
                        | Milestone::RemoteFs
                        | Milestone::MultiUser
                ) | Party::Service(_)
            )
    })
}

fn tie(service: &mut Service, bond: Bond, to: Party, origin: Origin) {
    let relation = Relation { bond, to };
    if !service.relations.iter().any(|known| known.value == relation) {
        service.relations.push(Sourced::new(relation, origin));
    }
}

/// Events for people.
fn named(events: &[String]) -> String {
    events.iter().map(|event| format!("`{event}`")).collect::<Vec<_>>().join(", ")
}

/// The same thing said of several events is said once; of events that start nothing in the end it is
/// not said that they became targets.
fn merged(findings: Vec<Finding>, service: &Service) -> Vec<Finding> {
    let operands = service.latch.iter().flat_map(|latch| latch.value.operands.iter().flatten());
    let targets: HashSet<String> = service
        .relations
        .iter()
        .map(|relation| &relation.value)
        .chain(operands)
        .filter_map(|relation| match &relation.to {
            Party::Event(name) => Some(announcement(name)),
            _ => None,
        })
        .collect();
    let mut said = HashSet::new();
    findings
        .into_iter()
        .filter(|finding| finding.code != Code::CustomEvent || targets.contains(&finding.message))
        .filter(|finding| said.insert((finding.code, finding.message.clone())))
        .collect()
}

/// `and`: ordered after both, started by the one that comes last.
fn both(left: Effect, right: Effect, origin: Origin) -> Effect {
    let (mut late, mut early) = if left.rank > right.rank { (left, right) } else { (right, left) };
    late.findings.append(&mut early.findings);
    late.tests.append(&mut early.tests);
    late.manager_tests.append(&mut early.manager_tests);
    // What has come before all else is there when the other one comes.
    if early.given && !late.given {
        early.pulls.clear();
    }
    if late.shutdown.is_some() != early.shutdown.is_some() && !early.pulls.is_empty() | !late.pulls.is_empty()
    {
        let events = [late.events.clone(), early.events.clone()].concat();
        let what = format!("the end of the system together with another event: {}", named(&events));
        late.findings.push(lost(what, origin));
    }
    if !late.activation.is_empty() && early.starts_something() || !early.activation.is_empty() {
        // What is there at boot is there when somebody comes on demand.
        let demanded = |effect: &Effect| !effect.activation.is_empty();
        let alone = |effect: &Effect| {
            demanded(effect) && effect.pulls.is_empty() && effect.starts.is_empty() && effect.latch.is_empty()
        };
        if early.rank >= ANY_TIME || demanded(&early) || !alone(&late) {
            let several = alone(&late) && alone(&early);
            let others = [&early, &late].into_iter().filter(|effect| several || !alone(effect));
            let others: Vec<String> = others.flat_map(|effect| effect.events.clone()).collect();
            let what =
                format!("what an event that comes on demand is joined to by `and`: {}", named(&others));
            late.findings.push(lost(what, origin));
        }
        late.activation.append(&mut early.activation);
        late.pulls.clear();
        late.starts.clear();
        late.latch.clear();
    } else if late.rank >= ANY_TIME && late.starts_something() && early.starts_something() {
        let mut latch = operands(&mut early, &mut late.findings, origin);
        let mut lost = Vec::new();
        for operand in operands(&mut late, &mut lost, origin) {
            // One event tells of all the places that wait for it.
            if latch.len() <= MOST_OPERANDS && !latch.contains(&operand) {
                latch.push(operand);
            }
        }
        late.findings.append(&mut lost);
        late.latch = latch;
    } else if !late.starts_something() {
        late.starts = early.starts;
        late.latch = early.latch;
        late.pulls = early.pulls;
        late.early = early.early;
        late.rank = late.rank.max(early.rank);
    }
    // What a boot event stands before, a job that waits for a later one does not.
    let outrun = early.early && !late.early;
    late.ties.extend(early.ties.into_iter().filter(|(bond, _)| *bond != Bond::Before || !outrun));
    late.events.append(&mut early.events);
    late.machine = late.machine.or(early.machine);
    late.shutdown = late.shutdown.or(early.shutdown);
    late
}

/// The operands of `and` that an effect stands for. The effect itself starts nothing any more.
fn operands(effect: &mut Effect, findings: &mut Vec<Finding>, origin: Origin) -> Vec<Vec<Relation>> {
    let mut latch = std::mem::take(&mut effect.latch);
    let started_by = |to| Relation { bond: Bond::StartedBy, to };
    let mut alone: Vec<Relation> = std::mem::take(&mut effect.pulls).into_iter().map(started_by).collect();
    alone.extend(std::mem::take(&mut effect.starts).into_iter().map(|(bond, to)| Relation { bond, to }));
    if !latch.is_empty() && !alone.is_empty() {
        let what = format!("`and` within `or` within `and`: {}", named(&effect.events));
        findings.push(lost(what, origin));
    }
    if !alone.is_empty() {
        alone.extend(effect.ties.iter().cloned().map(|(bond, to)| Relation { bond, to }));
        latch = vec![alone];
    }
    latch
}

/// Of two lists of values that are looked at, what is left when either event will do.
fn either_value(left: &mut Effect, right: &mut Effect, origin: Origin) -> Vec<Vec<Sourced<ValueTest>>> {
    let tests = [std::mem::take(&mut left.manager_tests), std::mem::take(&mut right.manager_tests)];
    let same_start = left.pulls.iter().all(|party| right.pulls.contains(party))
        && right.pulls.iter().all(|party| left.pulls.contains(party));
    match tests {
        [one, other] if one == other => one,
        // One of the values of either.
        [mut one, mut other] if one.len() == 1 && other.len() == 1 && same_start => {
            one[0].append(&mut other[0]);
            one
        }
        [one, other] => {
            let names = one.iter().chain(&other).flatten().map(|test| test.value.name.to_string());
            let names = names.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ");
            left.findings.push(
                Finding::new(
                    Code::EventFilter,
                    format!("among several events, the values of {names} are not looked at"),
                )
                .at(origin)
                .help("the unit reacts to the event whatever its values are"),
            );
            Vec::new()
        }
    }
}

/// `or`: whatever comes first starts it.
fn either(left: Effect, right: Effect, origin: Origin) -> Effect {
    let (mut first, mut second) = if right.rank < left.rank { (right, left) } else { (left, right) };
    first.findings.append(&mut second.findings);
    first.tests.append(&mut second.tests);
    first.manager_tests = either_value(&mut first, &mut second, origin);
    first.activation.append(&mut second.activation);
    // On the machines of either it starts, if not by that, then by the other.
    if first.machine != second.machine {
        let sides = [&first.machine, &second.machine];
        let everywhere = [Machine::Container, Machine::NoContainer];
        if !everywhere.iter().all(|machine| sides.contains(&&Some(machine.clone()))) {
            first.findings.push(
                Finding::new(Code::EventFilter, "the unit starts in containers and elsewhere alike")
                    .at(origin)
                    .help("add ConditionVirtualization= if it has to start in one of them only"),
            );
        }
        first.machine = None;
    }
    if first.shutdown.is_some() != second.shutdown.is_some() && (first.pulls.len() + second.pulls.len()) > 0 {
        let down = if first.shutdown.is_some() { &first.events } else { &second.events };
        let what = format!("the end of the system, which would start the job as well: {}", named(down));
        first.findings.push(lost(what, origin));
        first.shutdown = None;
    } else {
        first.shutdown = first.shutdown.or(second.shutdown);
    }
    if !first.latch.is_empty() && !second.latch.is_empty() {
        let what = format!("a second group of events joined by `and`: {}", named(&second.events));
        first.findings.push(lost(what, origin));
    } else {
        first.latch.append(&mut second.latch);
    }
    first.events.append(&mut second.events);
    if first.pulls.is_empty() || second.pulls.is_empty() {
        first.early |= second.early;
        first.rank = first.rank.max(second.rank);
    } else if first.early != second.early {
        first.findings.push(
            Finding::new(Code::EarlyOrLate, "of an early and a late event, the unit waits for the early one")
                .at(origin)
                .help(
                    "it starts before the system is set up; split the unit if the late start is needed too",
                ),
        );
        return first;
    } else if second.rank < ANY_TIME {
        // Both belong to the boot, and the one always comes before the other.
        first.starts.append(&mut second.starts);
        return first;
    }
    first.rank = first.rank.max(second.rank);
    first.pulls.append(&mut second.pulls);
    first.ties.append(&mut second.ties);
    first.starts.append(&mut second.starts);
    first
}
