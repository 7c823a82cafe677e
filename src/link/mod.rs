//! What several services mean for each other: services in, linked services out.

use std::collections::{BTreeSet, HashMap, HashSet};

pub(crate) mod calls;
pub(crate) mod components;
mod job;
mod ordering_cycles;
mod triggers;
pub mod units;
pub mod vendor_jobs;

pub use job::{LinkedJob, unlinked};
pub use vendor_jobs::Known;

use indexmap::IndexMap;

use crate::findings::{Finding, Subject, codes};
use crate::service::{BootTarget, Dependency, DependencyKind, LinkedService, Phase, Scope, Service, Target};
use crate::systemd::names;
use crate::systemd::write::Style;
use crate::text::{Origin, Sourced, Text};

/// Finds out what jobs of one set mean for each other. Those of the machine and those of a session know
/// nothing of each other. `known` are units that are there in the place of jobs.
pub fn link<'a>(style: Style, known: &Known, readings: impl Iterator<Item = &'a mut LinkedJob>) {
    let (system, session): (Vec<_>, Vec<_>) = readings.partition(|reading| reading.service.scope == Scope::System);
    for (scope, readings) in [(Scope::System, system), (Scope::Session, session)] {
        link_scope(scope, style, known, readings);
    }
}

fn link_scope(scope: Scope, style: Style, known: &Known, mut readings: Vec<&mut LinkedJob>) {
    let jobs: HashMap<Text, bool> =
        readings.iter().map(|reading| (reading.service.name.clone(), reading.service.instance.is_some())).collect();
    let mut external = HashSet::new();
    for reading in &mut readings {
        targets(scope, reading, &jobs, known, &mut external);
        if scope == Scope::System && jobs.contains_key(&Text::from(MOUNTS)) {
            own_mounts(reading);
        }
    }
    triggers::link(&mut readings, &external);
    dependents(&mut readings);
    all_at_boot(&mut readings);
    // Whatever has to be up before an early service is an early service too. With the default
    // dependencies it would wait for the very system set-up that waits for it, and systemd would
    // break that cycle at random.
    for reading in readings.iter_mut().filter(|reading| precedes_setup(&reading.service)) {
        become_early(reading);
    }
    let is_early = |service: &LinkedService| service.phase == Phase::Early;
    spread(&mut readings, is_early, DependencyKind::Before, become_early);
    // Whatever waits for a service that comes behind multi-user.target comes behind it as well.
    let is_last = |service: &LinkedService| service.depends(DependencyKind::After, &LAST);
    spread(&mut readings, is_last, DependencyKind::After, become_last);
    ordering_cycles::break_all(&mut readings);
    groups(&mut readings);
    calls::rewrite_all(scope, style, known, &mut readings);
}

/// The names of the services of which something is so.
fn names_of(readings: &[&mut LinkedJob], is: impl Fn(&LinkedService) -> bool) -> HashSet<Text> {
    let services = readings.iter().map(|reading| &reading.service);
    services.filter(|service| is(service)).map(|service| service.name.clone()).collect()
}

/// Finds the services that only group others: their units can be targets, since nothing needs them to act.
fn groups(readings: &mut [&mut LinkedJob]) {
    let dependencies = readings.iter().flat_map(|reading| &reading.service.dependencies);
    let event = |to: &Target| if let Target::Event(name) = to { Some(name.clone()) } else { None };
    let events: HashSet<Text> = dependencies.filter_map(|dependency| event(&dependency.value.to)).collect();
    let groups = names_of(readings, |service| {
        service.runs_nothing()
            && service.stop_all_of.is_none()
            && service.dependencies.iter().all(|dependency| !dependency.value.kind.is_of_other())
            && service.triggers.iter().all(|trigger| trigger.dispensable)
            && !events.contains(&service.name)
            && !names::is_reserved(&service.name)
    });
    for reading in readings {
        let service = &mut reading.service;
        service.is_group = groups.contains(&service.name);
        let named = service.all_dependencies().filter_map(|(dependency, _)| match &dependency.to {
            Target::Service(name) if groups.contains(name) => Some(name.clone()),
            _ => None,
        });
        service.groups = named.collect();
    }
}

/// The job that mounts what fstab names, and whose events are boot targets.
const MOUNTS: &[u8] = b"mountall";

/// Where such a job is one of the set, what waits for it waits for its unit too: it may do more than to mount.
fn own_mounts(reading: &mut LinkedJob) {
    let Some(start_on) = &reading.events.start_on else { return };
    let service = &mut reading.service;
    if service.name.as_slice() == MOUNTS {
        return;
    }
    let waits = service.depends(DependencyKind::After, &Target::BootTarget(BootTarget::LocalFs));
    let about = start_on.value.events().filter(|event| event.value(0, "JOB") == Some((MOUNTS, false)));
    let kinds: BTreeSet<DependencyKind> = about
        .filter_map(|event| match event.name.as_slice() {
            b"starting" => Some(DependencyKind::Before),
            b"started" | b"stopped" if waits => Some(DependencyKind::After),
            _ => None,
        })
        .collect();
    for kind in kinds {
        service.add_dependency(kind, Target::Service(MOUNTS.into()), start_on.origin());
    }
}

/// The end of a task of the boot is a boot target: what waits for it comes up with the system.
fn boot_tasks(service: &mut Service, jobs: &HashMap<Text, bool>) {
    let mut after = Vec::new();
    for (dependency, origin) in service.all_dependencies_mut() {
        let Target::Service(name) = &dependency.to else { continue };
        let at_end = dependency.kind.starts()
            && !matches!(dependency.kind, DependencyKind::StartedBy | DependencyKind::StartedByFailure);
        if at_end && !jobs.contains_key(name) && vendor_jobs::is_boot_task(name) {
            let task = std::mem::replace(&mut dependency.to, Target::BootTarget(BootTarget::MultiUser));
            dependency.kind = DependencyKind::StartedBy;
            after.push(Sourced::new(Dependency { kind: DependencyKind::After, to: task }, origin));
        }
    }
    service.dependencies.extend(after);
}

/// What only a task of the boot stops is stopped once, while the system comes up; the unit that has its place stays up
/// until the system goes down.
fn stops_at_boot(reading: &mut LinkedJob, jobs: &HashMap<Text, bool>) {
    let LinkedJob { service, findings, .. } = reading;
    let tasks = service.dependencies.extract_if(.., |dependency| match &dependency.value.to {
        Target::Service(name) => {
            dependency.value.kind.stops() && !jobs.contains_key(name) && vendor_jobs::is_boot_task(name)
        }
        _ => false,
    });
    for task in tasks {
        let name = task.value.to.service().unwrap_or_default();
        let finding = codes::stopped_by_boot_task(&name);
        findings.push(finding.about(Subject::Job(name)).at(task.origin()));
    }
}

/// Marks the services that others come up with and stand before. (Those that stand behind it, it starts
/// by itself if need be.)
fn dependents(readings: &mut [&mut LinkedJob]) {
    let mut tied: HashSet<Text> = HashSet::new();
    for service in readings.iter().map(|reading| &reading.service) {
        for started_by in service.of_kind(DependencyKind::StartedBy) {
            if let Target::Service(name) = &started_by.value.to
                && !service.depends(DependencyKind::After, &started_by.value.to)
            {
                tied.insert(name.clone());
            }
        }
    }
    for reading in readings {
        reading.service.has_dependents = tied.contains(&reading.service.name);
    }
}

/// Finds the groups of events that all come when the system boots.
fn all_at_boot(readings: &mut [&mut LinkedJob]) {
    let set = names_of(readings, |_| true);
    let mut booting: HashSet<Text> = HashSet::new();
    loop {
        let before = booting.len();
        for reading in readings.iter().filter(|reading| reading.service.enablement.is_none()) {
            let mut dependencies = reading.service.dependencies.iter();
            if dependencies.any(|dependency| comes_at_boot(&dependency.value, &set, &booting)) {
                booting.insert(reading.service.name.clone());
            }
        }
        if booting.len() == before {
            break;
        }
    }
    for reading in readings {
        if let Some(all_of) = &reading.service.all_of {
            let operands = &all_of.value.operands;
            let comes =
                |operand: &Vec<Dependency>| operand.iter().any(|dependency| comes_at_boot(dependency, &set, &booting));
            reading.service.all_of_at_boot = operands.iter().all(comes);
        }
    }
}

/// Whether a dependency starts a service when the system boots. Services outside the set are taken to be
/// enabled.
fn comes_at_boot(dependency: &Dependency, set: &HashSet<Text>, booting: &HashSet<Text>) -> bool {
    dependency.kind == DependencyKind::StartedBy
        && match &dependency.to {
            Target::BootTarget(boot_target) => boot_target.is_of_boot(),
            Target::Mount(_) => true,
            Target::Service(name) => booting.contains(name) || !set.contains(name),
            Target::Event(_) | Target::Interface(_) | Target::Other(_) => false,
        }
}

/// Passes a quality on to all that depend in that way on one that has it.
fn spread(
    readings: &mut [&mut LinkedJob],
    has: impl Fn(&LinkedService) -> bool,
    kind: DependencyKind,
    make: impl Fn(&mut LinkedJob),
) {
    let mut having = names_of(readings, has);
    loop {
        let before = having.len();
        for reading in readings.iter_mut() {
            let tied = reading
                .service
                .of_kind(kind)
                .any(|dependency| matches!(&dependency.value.to, Target::Service(name) if having.contains(name)));
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
fn targets(
    scope: Scope,
    reading: &mut LinkedJob,
    jobs: &HashMap<Text, bool>,
    known: &Known,
    external: &mut HashSet<Text>,
) {
    if scope == Scope::System {
        boot_tasks(&mut reading.service, jobs);
        stops_at_boot(reading, jobs);
    }
    let mut unknown: IndexMap<Option<Origin>, Vec<Text>> = IndexMap::new();
    let mut templates = unknown.clone();
    let mut per_interface: Vec<Option<Origin>> = Vec::new();
    let LinkedJob { service, findings, .. } = reading;
    for (dependency, origin) in service.all_dependencies_mut() {
        let Target::Service(name) = &mut dependency.to else { continue };
        let stands = || known.get(&(scope, name.clone())).map(|unit| Target::Service(unit.clone()));
        let other = stands().or_else(|| vendor_jobs::target_of(scope, name, dependency.kind));
        match (jobs.get(name), other) {
            (Some(false), _) => {}
            (Some(true), _) => templates.entry(origin).or_default().push(name.clone()),
            (None, Some(target)) => {
                if name.as_slice() == vendor_jobs::PER_INTERFACE {
                    per_interface.push(origin);
                }
                if let Target::Service(unit) = &target {
                    external.insert(unit.clone());
                }
                dependency.to = target;
            }
            // Of what only the other unit can do, more is said where that is sought.
            (None, None) if dependency.kind.event().is_none() || dependency.kind.is_of_other() => {}
            (None, None) => unknown.entry(origin).or_default().push(name.clone()),
        }
    }
    per_interface.dedup();
    findings.extend(per_interface.into_iter().map(|origin| codes::goes_with_network().at(origin)));
    let unknown = unknown.into_iter().map(|(origin, names)| naming(codes::unknown_jobs, names).at(origin));
    let templates = templates.into_iter().map(|(origin, names)| naming(codes::instance_not_said, names).at(origin));
    for finding in unknown.chain(templates) {
        if !findings.iter().any(|known| known.is_like(&finding)) {
            findings.push(finding);
        }
    }
}

/// A finding about jobs, which it names.
fn naming(finding: impl Fn(String) -> Finding, mut jobs: Vec<Text>) -> Finding {
    jobs.dedup();
    let quoted: Vec<String> = jobs.iter().map(|job| format!("`{job}`")).collect();
    jobs.into_iter().map(Subject::Job).fold(finding(quoted.join(", ")), Finding::about)
}

/// What comes up last.
const LAST: Target = Target::BootTarget(BootTarget::MultiUser);

fn become_last(reading: &mut LinkedJob) {
    let after = Dependency { kind: DependencyKind::After, to: LAST };
    let said = reading.service.start_on.as_ref().map(|condition| condition.map(|_| after.clone()));
    reading.service.dependencies.push(said.unwrap_or_else(|| Sourced::implied(after)));
}

/// Whether a service without a place of its own stands before a unit of the system that starts early.
fn precedes_setup(service: &Service) -> bool {
    let mut before = service.of_kind(DependencyKind::Before);
    service.phase == Phase::Running && before.any(|other| vendor_jobs::is_early(&other.value.to))
}

/// Boot targets that come when the system is set up, or later.
const LATE: [BootTarget; 7] = [
    BootTarget::LocalFs,
    BootTarget::Sysinit,
    BootTarget::RemoteFs,
    BootTarget::Network,
    BootTarget::NetworkOnline,
    BootTarget::MultiUser,
    BootTarget::Graphical,
];

/// Takes away the waiting for boot targets that come later: it would close the cycle again. What starts it, and what it
/// stands before, stays.
fn become_early(reading: &mut LinkedJob) {
    let LinkedJob { service, findings, .. } = reading;
    service.phase = Phase::Early;
    let waits = |Sourced { value: Dependency { kind, to }, .. }: &mut Sourced<Dependency>| {
        matches!(kind, DependencyKind::After | DependencyKind::Starts)
            && matches!(to, Target::BootTarget(boot_target) if LATE.contains(boot_target))
    };
    let late: Vec<Sourced<Dependency>> = service.dependencies.extract_if(.., waits).collect();
    if let Some(late) = late.first() {
        findings.push(codes::early_before_late().at(late.origin()));
    }
}
