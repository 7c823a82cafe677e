//! `start on` and `stop on` as a whole: what starts a service, what it waits for, what stops it.

use std::collections::BTreeSet;

use super::effect::{ANY_TIME, Effect};
use super::events::of_start;
use super::session;
use super::stop_events::StopEffect;
use crate::findings::{Code, Finding, Subject, codes};
use crate::service::{
    AllOf, BootTarget, Dependency, DependencyKind, Machine, Phase, Scope, Service, Target, ValueTest,
};
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
    let (origin, scope) = (condition.origin(), service.scope);
    service.start_on = Some(condition.map(|condition| Text::from(condition.to_string())));
    let mut done: Vec<Effect> = Vec::new();
    for node in &condition.value.nodes {
        let effect = match node {
            ConditionNode::Event(event) => {
                let effect = match scope {
                    Scope::System => of_start(event, distribution, origin),
                    Scope::Session => session::start(event, origin),
                };
                Effect { events: vec![event.to_string()], ..effect }
            }
            operator => {
                let (Some(right), Some(left)) = (done.pop(), done.pop()) else { return };
                if *operator == ConditionNode::And { both(left, right, origin) } else { either(left, right, origin) }
            }
        };
        done.push(effect);
    }
    let Some(mut effect) = done.pop() else { return };
    if let Some(rescue_too) = effect.shutdown {
        service.phase = Phase::Shutdown;
        if !rescue_too {
            service.ignore_on_isolate = origin;
        }
        findings.push(codes::shutdown_work().at(origin).became("ExecStart=/bin/true, ExecStop="));
        if !effect.starts.is_empty() || !effect.all_of.is_empty() {
            findings.push(codes::lost_beside_end(named(&effect.events)).at(origin));
        }
        service.add_dependency(DependencyKind::After, Target::BootTarget(BootTarget::Network), origin);
        service.add_dependency(DependencyKind::StartedBy, Target::BootTarget(BootTarget::MultiUser), origin);
        findings.extend(merged(effect.findings, service));
        return;
    }
    if effect.early {
        service.phase = Phase::Early;
    }
    service.machine = effect.machine.clone().map(|machine| Sourced::new(machine, origin));
    if effect.tells_machine && !effect.starts_something() {
        effect.pulls.push(Target::BootTarget(BootTarget::MultiUser));
    }
    let pulls = effect.pulls.into_iter().map(|target| (DependencyKind::StartedBy, target));
    for (kind, target) in effect.dependencies.into_iter().chain(pulls).chain(effect.starts) {
        service.add_dependency(kind, target, origin);
    }
    service.environment_conditions = effect.environment_conditions;
    if effect.tests.is_empty() {
        // It starts whatever the values are.
    } else if condition.value.nodes.len() == 1 {
        service.tests = effect.tests;
    } else {
        let names: Vec<String> = effect.tests.iter().map(|test| test.value.name.to_string()).collect();
        findings.push(among_several(&names, origin));
    }
    service.activation.extend(effect.activation.into_iter().map(|it| Sourced::new(it, origin)));
    if effect.all_of.len() > MOST_OPERANDS {
        effect.all_of.truncate(MOST_OPERANDS);
        findings.push(codes::lost_above(MOST_OPERANDS).at(origin));
    }
    if let [single] = effect.all_of.as_slice() {
        for dependency in single {
            service.add_dependency(dependency.kind, dependency.to.clone(), origin);
        }
    } else if !effect.all_of.is_empty() {
        service.all_of = Some(Sourced::new(AllOf { operands: effect.all_of }, origin));
    }
    findings.extend(merged(effect.findings, service));
}

/// Puts a stop condition into the service's relations.
pub fn stop(
    service: &mut Service,
    condition: &Sourced<Condition>,
    distribution: Distribution,
    findings: &mut Vec<Finding>,
) {
    let (origin, scope) = (condition.origin(), service.scope);
    let of = |event: &EventMatch| {
        let own = if scope == Scope::Session { session::stop(event, origin) } else { None };
        own.unwrap_or_else(|| StopEffect::of(event, distribution, origin))
    };
    service.stop_on = Some(condition.map(|condition| Text::from(condition.to_string())));
    let shutdown_only = |condition: &Condition| condition.events().all(|event| of(event).shutdown.is_some());
    if let Some(together) = stopping_together(&condition.value, of) {
        service.stop_all_of = Some(Sourced::new(together, origin));
        return;
    }
    if !condition.value.only(&ConditionNode::Or) && !shutdown_only(&condition.value) {
        let events: Vec<String> = condition.value.events().map(ToString::to_string).collect();
        findings.push(codes::stop_by_several(named(&events)).at(origin));
        return;
    }
    let mut said = Vec::new();
    let mut rescue = None;
    for event in condition.value.events() {
        let effect = of(event);
        for (kind, target) in effect.dependencies {
            if outlives(&target) && starts_late(service) {
                if kind == DependencyKind::Before {
                    said.push(codes::stops_before_outliving(event).about(event.subject()).at(origin));
                }
                continue;
            }
            service.add_dependency(kind, target, origin);
        }
        if let Some(stops_in_rescue) = effect.shutdown {
            rescue = Some(rescue.unwrap_or(false) || stops_in_rescue);
        }
        said.extend(effect.findings);
    }
    if rescue == Some(false) && service.phase == Phase::Running {
        service.ignore_on_isolate = origin;
    }
    findings.extend(merged(said, service));
}

/// The services whose stops only together stop this one: nothing but `stopping` of single jobs, joined by `and`.
fn stopping_together(condition: &Condition, of: impl Fn(&EventMatch) -> StopEffect) -> Option<Vec<Text>> {
    let mut together = Vec::new();
    for event in condition.events() {
        match of(event).dependencies.as_slice() {
            [(DependencyKind::StopsBefore, Target::Service(name))] => together.push(name.clone()),
            _ => return None,
        }
    }
    let several = together.len() > 1 && together.len() <= MOST_OPERANDS;
    (several && condition.only(&ConditionNode::And)).then_some(together)
}

fn outlives(target: &Target) -> bool {
    matches!(target, Target::BootTarget(BootTarget::NetworkPre | BootTarget::RemoteFsPre))
}

/// Whether a service waits for the network or for what is mounted over it.
fn starts_late(service: &Service) -> bool {
    use BootTarget::{MultiUser, Network, NetworkOnline, RemoteFs};
    service.of_kind(DependencyKind::After).any(|dependency| match dependency.value.to {
        Target::BootTarget(to) => matches!(to, Network | NetworkOnline | RemoteFs | MultiUser),
        Target::Service(_) => true,
        _ => false,
    })
}

/// Events for people.
fn named(events: &[String]) -> String {
    events.iter().map(|event| format!("`{event}`")).collect::<Vec<_>>().join(", ")
}

/// Events that a condition joins, by these words, in a way that a unit does not honor.
fn lost_group(
    finding: impl FnOnce(String) -> Finding,
    joined: &[&str],
    events: &[String],
    origin: Option<Origin>,
) -> Finding {
    let words = joined.iter().map(|word| Subject::Setting((*word).into()));
    let subjects = words.chain(events.iter().map(|event| Subject::Event(event.as_str().into())));
    subjects.fold(finding(named(events)).at(origin), Finding::about)
}

/// The same thing said of several events is said once; of events that start nothing in the end it is
/// not said that they became targets.
fn merged(findings: Vec<Finding>, service: &Service) -> Vec<Finding> {
    let is_target = |subject: &Subject| {
        let is_it = |to: &Target| matches!((to, subject), (Target::Event(a), Subject::Event(b)) if a == b);
        service.all_dependencies().any(|(dependency, _)| is_it(&dependency.to))
    };
    let mut merged: Vec<Finding> = Vec::new();
    for finding in findings {
        let is_reported = finding.code != Code::CustomEvent || finding.about.iter().all(is_target);
        if is_reported && !merged.iter().any(|known| known.is_like(&finding)) {
            merged.push(finding);
        }
    }
    merged
}

/// `and`: ordered after both, started by the one that comes last.
fn both(left: Effect, right: Effect, origin: Option<Origin>) -> Effect {
    let (mut late, mut early) = if left.rank > right.rank { (left, right) } else { (right, left) };
    late.findings.append(&mut early.findings);
    late.tests.append(&mut early.tests);
    late.environment_conditions.append(&mut early.environment_conditions);
    // What has come before all else is there when the other one comes.
    if early.given && !late.given {
        early.pulls.clear();
    }
    if late.shutdown.is_some() != early.shutdown.is_some() && !early.pulls.is_empty() | !late.pulls.is_empty() {
        let events = [late.events.clone(), early.events.clone()].concat();
        late.findings.push(lost_group(codes::lost_with_end, &["shutdown", "and"], &events, origin));
    }
    if !late.activation.is_empty() && early.starts_something() || !early.activation.is_empty() {
        // What is there at boot is there when somebody comes on demand.
        let demanded = |effect: &Effect| !effect.activation.is_empty();
        let alone = |effect: &Effect| {
            demanded(effect) && effect.pulls.is_empty() && effect.starts.is_empty() && effect.all_of.is_empty()
        };
        if early.rank >= ANY_TIME || demanded(&early) || !alone(&late) {
            let several = alone(&late) && alone(&early);
            let others = [&early, &late].into_iter().filter(|effect| several || !alone(effect));
            let others: Vec<String> = others.flat_map(|effect| effect.events.clone()).collect();
            late.findings.push(lost_group(codes::lost_with_demand, &["and"], &others, origin));
        }
        late.activation.append(&mut early.activation);
        late.pulls.clear();
        late.starts.clear();
        late.all_of.clear();
    } else if late.rank >= ANY_TIME && late.starts_something() && early.starts_something() {
        let mut all_of = operands(&mut early, &mut late.findings, origin);
        let mut late_findings = Vec::new();
        for operand in operands(&mut late, &mut late_findings, origin) {
            // One event tells of all the places that wait for it.
            if all_of.len() <= MOST_OPERANDS && !all_of.contains(&operand) {
                all_of.push(operand);
            }
        }
        late.findings.append(&mut late_findings);
        late.all_of = all_of;
    } else if !late.starts_something() {
        late.starts = early.starts;
        late.all_of = early.all_of;
        late.pulls = early.pulls;
        late.early = early.early;
        late.rank = late.rank.max(early.rank);
    }
    // What a boot event stands before, a job that waits for a later one does not.
    let outrun = early.early && !late.early;
    late.dependencies
        .extend(early.dependencies.into_iter().filter(|(kind, _)| *kind != DependencyKind::Before || !outrun));
    late.events.append(&mut early.events);
    late.machine = late.machine.or(early.machine);
    late.tells_machine |= early.tells_machine;
    late.shutdown = late.shutdown.or(early.shutdown);
    late
}

/// The operands of `and` that an effect stands for. The effect itself starts nothing any more.
fn operands(effect: &mut Effect, findings: &mut Vec<Finding>, origin: Option<Origin>) -> Vec<Vec<Dependency>> {
    let mut all_of = std::mem::take(&mut effect.all_of);
    let started_by = |to| Dependency { kind: DependencyKind::StartedBy, to };
    let mut alone: Vec<Dependency> = std::mem::take(&mut effect.pulls).into_iter().map(started_by).collect();
    alone.extend(std::mem::take(&mut effect.starts).into_iter().map(|(kind, to)| Dependency { kind, to }));
    if !all_of.is_empty() && !alone.is_empty() {
        findings.push(lost_group(codes::lost_nesting, &["and", "or"], &effect.events, origin));
    }
    if !alone.is_empty() {
        alone.extend(effect.dependencies.iter().cloned().map(|(kind, to)| Dependency { kind, to }));
        all_of = vec![alone];
    }
    all_of
}

/// Of two lists of values that are looked at, what is left when either event will do.
fn either_value(left: &mut Effect, right: &mut Effect, origin: Option<Origin>) -> Vec<Vec<Sourced<ValueTest>>> {
    let tests = [std::mem::take(&mut left.environment_conditions), std::mem::take(&mut right.environment_conditions)];
    let same_start = left.pulls.iter().all(|target| right.pulls.contains(target))
        && right.pulls.iter().all(|target| left.pulls.contains(target));
    match tests {
        [one, other] if one == other => one,
        // One of the values of either.
        [mut one, mut other] if one.len() == 1 && other.len() == 1 && same_start => {
            one[0].append(&mut other[0]);
            one
        }
        [one, other] => {
            let names = one.iter().chain(&other).flatten().map(|test| test.value.name.to_string());
            let names: Vec<String> = names.collect::<BTreeSet<_>>().into_iter().collect();
            left.findings.push(among_several(&names, origin));
            Vec::new()
        }
    }
}

fn among_several(names: &[String], origin: Option<Origin>) -> Finding {
    let subjects = names.iter().map(|name| Subject::Setting(name.as_str().into()));
    subjects.fold(codes::event_values_among_several(names.join(", ")).at(origin), Finding::about)
}

/// `or`: whatever comes first starts it.
fn either(left: Effect, right: Effect, origin: Option<Origin>) -> Effect {
    let (mut first, mut second) = if right.rank < left.rank { (right, left) } else { (left, right) };
    first.findings.append(&mut second.findings);
    first.tests.append(&mut second.tests);
    first.environment_conditions = either_value(&mut first, &mut second, origin);
    first.activation.append(&mut second.activation);
    // On the machines of either it starts, if not by that, then by the other.
    if first.machine != second.machine {
        let sides = [&first.machine, &second.machine];
        let everywhere = [Machine::Container, Machine::NoContainer];
        if !everywhere.iter().all(|machine| sides.contains(&&Some(machine.clone()))) {
            first.findings.push(codes::in_containers_and_elsewhere().at(origin));
        }
        first.machine = None;
    }
    first.tells_machine |= second.tells_machine;
    if first.shutdown.is_some() != second.shutdown.is_some() && (first.pulls.len() + second.pulls.len()) > 0 {
        let down = if first.shutdown.is_some() { &first.events } else { &second.events };
        first.findings.push(lost_group(codes::lost_end, &["shutdown", "or"], down, origin));
        first.shutdown = None;
    } else {
        first.shutdown = first.shutdown.or(second.shutdown);
    }
    if !first.all_of.is_empty() && !second.all_of.is_empty() {
        first.findings.push(lost_group(codes::lost_second_group, &["or"], &second.events, origin));
    } else {
        first.all_of.append(&mut second.all_of);
    }
    first.events.append(&mut second.events);
    if first.pulls.is_empty() || second.pulls.is_empty() {
        first.early |= second.early;
        first.rank = first.rank.max(second.rank);
    } else if first.early != second.early {
        first.findings.push(codes::early_or_late().at(origin));
        return first;
    } else if second.rank < ANY_TIME {
        // Both belong to the boot, and the one always comes before the other.
        first.starts.append(&mut second.starts);
        return first;
    }
    first.rank = first.rank.max(second.rank);
    first.pulls.append(&mut second.pulls);
    first.dependencies.append(&mut second.dependencies);
    first.starts.append(&mut second.starts);
    first
}
