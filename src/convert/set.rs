//! What can only be known of several jobs together.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{calls, cycles, plumbing, reactions};
use crate::findings::{Code, Finding};
use crate::service::{Bond, Milestone, Party, Phase, Relation, Scope, Service};
use crate::systemd::names;
use crate::systemd::write::Style;
use crate::text::{Origin, Sourced, Text};
use crate::upstart::read::Reading;

/// Services beyond a set that stand for jobs: a job's name, and the name of its unit without suffix.
pub type Known = HashMap<(Scope, Text), Text>;

/// Settles what jobs of one set mean for each other. Those of the machine and those of a session know
/// nothing of each other. `known` are units that are there in the place of jobs.
pub fn settle<'a>(style: Style, known: &Known, readings: impl Iterator<Item = &'a mut Reading>) {
    let (system, session): (Vec<_>, Vec<_>) =
        readings.partition(|reading| reading.service.scope == Scope::System);
    for (scope, readings) in [(Scope::System, system), (Scope::Session, session)] {
        settle_scope(scope, style, known, readings);
    }
}

fn settle_scope(scope: Scope, style: Style, known: &Known, mut readings: Vec<&mut Reading>) {
    let jobs: HashMap<Text, bool> = readings
        .iter()
        .map(|reading| (reading.service.name.clone(), reading.service.instance.is_some()))
        .collect();
    let mut beyond = HashSet::new();
    for reading in &mut readings {
        partners(scope, reading, &jobs, known, &mut beyond);
        if scope == Scope::System && jobs.contains_key(&Text::from(MOUNTS)) {
            own_mounts(reading);
        }
    }
    reactions::settle(&mut readings, &beyond);
    dependants(&mut readings);
    latches(&mut readings);
    // Whatever has to be up before an early service is an early service too. With the default
    // dependencies it would wait for the very system set-up that waits for it, and systemd would
    // break that circle at random.
    for reading in readings.iter_mut().filter(|reading| precedes_setup(&reading.service)) {
        become_early(reading);
    }
    spread(&mut readings, is_early, Bond::Before, become_early);
    // Whatever waits for a service that comes behind multi-user.target comes behind it as well.
    spread(&mut readings, is_last, Bond::After, become_last);
    cycles::break_all(&mut readings);
    groups(&mut readings);
    calls::settle(scope, style, known, &mut readings);
}

/// Finds the services that only group others: their units can be targets, since nothing needs them to act.
fn groups(readings: &mut [&mut Reading]) {
    let events: HashSet<Text> = readings
        .iter()
        .flat_map(|reading| &reading.service.relations)
        .filter_map(|relation| match &relation.value.to {
            Party::Event(name) => Some(name.clone()),
            _ => None,
        })
        .collect();
    let plain = |bond: Bond| {
        use Bond as B;
        matches!(
            bond,
            B::StartedBy | B::Starts | B::After | B::Before | B::StopsBefore | B::StopsAfter | B::StoppedBy
        )
    };
    let is_group = |service: &Service| {
        service.runs_nothing()
            && service.stop_latch.is_none()
            && service.relations.iter().all(|relation| plain(relation.value.bond))
            && service.reactions.iter().all(|reaction| reaction.dispensable)
            && !events.contains(&service.name)
            && !names::is_reserved(&service.name)
    };
    let groups: HashSet<Text> = readings
        .iter()
        .filter(|reading| is_group(&reading.service))
        .map(|reading| reading.service.name.clone())
        .collect();
    for reading in readings {
        let service = &mut reading.service;
        service.is_group = groups.contains(&service.name);
        let operands = service.latch.iter().flat_map(|latch| latch.value.operands.iter().flatten());
        let parties = service.relations.iter().map(|relation| &relation.value).chain(operands);
        let named = parties.filter_map(|relation| match &relation.to {
            Party::Service(name) if groups.contains(name) => Some(name.clone()),
            _ => None,
        });
        service.groups = named.collect();
    }
}

/// The job that mounts what fstab names, and whose events are stations of the boot.
const MOUNTS: &[u8] = b"mountall";

/// Where such a job is one of the set, what waits for it waits for its unit too: it may do more than to mount.
fn own_mounts(reading: &mut Reading) {
    let Some(start_on) = &reading.ties.start_on else { return };
    let service = &mut reading.service;
    let mounted = Relation { bond: Bond::After, to: Party::Milestone(Milestone::LocalFs) };
    let waits = service.relations.iter().any(|relation| relation.value == mounted);
    let about = start_on.value.events().filter(|event| event.value(0, "JOB") == Some((MOUNTS, false)));
    let bonds: BTreeSet<Bond> = about
        .filter_map(|event| match event.name.as_slice() {
            b"starting" => Some(Bond::Before),
            b"started" | b"stopped" if waits => Some(Bond::After),
            _ => None,
        })
        .collect();
    for bond in bonds {
        let relation = Relation { bond, to: Party::Service(MOUNTS.into()) };
        if service.name.as_slice() != MOUNTS && !service.relations.iter().any(|known| known.value == relation)
        {
            service.relations.push(Sourced::new(relation, start_on.origin));
        }
    }
}

/// The end of a task of the boot is a station of the boot: what waits for it comes up with the system.
fn boot_tasks(service: &mut Service, jobs: &HashMap<Text, bool>) {
    let is_end = |relation: &Relation| {
        matches!(relation.bond, Bond::StartedByEnd | Bond::StartedBySuccess | Bond::StartedByStopping)
            && matches!(&relation.to, Party::Service(name)
                if !jobs.contains_key(name) && plumbing::is_boot_task(name))
    };
    let at_boot = |relation: &mut Relation| {
        let task = std::mem::replace(&mut relation.to, Party::Milestone(Milestone::MultiUser));
        relation.bond = Bond::StartedBy;
        Relation { bond: Bond::After, to: task }
    };
    let mut after = Vec::new();
    for relation in service.relations.iter_mut().filter(|relation| is_end(&relation.value)) {
        after.push(Sourced::new(at_boot(&mut relation.value), relation.origin));
    }
    if let Some(latch) = &mut service.latch {
        for relation in latch.value.operands.iter_mut().flatten().filter(|relation| is_end(relation)) {
            after.push(Sourced::new(at_boot(relation), latch.origin));
        }
    }
    service.relations.extend(after);
}

/// What only a task of the boot stops is stopped once, while the system comes up; the unit that has its place stays up
/// until the system goes down.
fn stops_at_boot(reading: &mut Reading, jobs: &HashMap<Text, bool>) {
    let mut found: Vec<(Text, Origin)> = Vec::new();
    reading.service.relations.retain(|relation| {
        let Party::Service(name) = &relation.value.to else { return true };
        let stops = relation.value.bond.is_stop();
        let is_task = stops && !jobs.contains_key(name) && plumbing::is_boot_task(name);
        if is_task {
            found.push((name.clone(), relation.origin));
        }
        !is_task
    });
    for (name, origin) in found {
        let message = format!(
            "`{name}` runs once, while the system boots, and ends this job then; nothing stops the unit at that moment"
        );
        reading.findings.push(
            Finding::new(Code::StopCondition, message)
                .at(origin)
                .help("let something that comes late in the boot stop it: `ExecStart=/bin/systemctl stop` in a unit that is wanted by, and comes after, multi-user.target"),
        );
    }
}

/// Marks the services that others come up with and stand before. (Those that stand behind it, it starts
/// by itself if need be.)
fn dependants(readings: &mut [&mut Reading]) {
    let mut tied: HashSet<Text> = HashSet::new();
    for reading in readings.iter() {
        let relations = &reading.service.relations;
        for relation in relations.iter().filter(|relation| relation.value.bond == Bond::StartedBy) {
            let after = Relation { bond: Bond::After, to: relation.value.to.clone() };
            if let Party::Service(name) = &relation.value.to
                && !relations.iter().any(|relation| relation.value == after)
            {
                tied.insert(name.clone());
            }
        }
    }
    for reading in readings {
        reading.service.has_dependants = tied.contains(&reading.service.name);
    }
}

/// Finds the latches whose events all come when the system boots.
fn latches(readings: &mut [&mut Reading]) {
    let set: HashSet<Text> = readings.iter().map(|reading| reading.service.name.clone()).collect();
    let mut booting: HashSet<Text> = HashSet::new();
    loop {
        let before = booting.len();
        for reading in readings.iter().filter(|reading| reading.service.enablement.is_none()) {
            let mut relations = reading.service.relations.iter().map(|relation| &relation.value);
            if relations.any(|relation| comes_at_boot(relation, &set, &booting)) {
                booting.insert(reading.service.name.clone());
            }
        }
        if booting.len() == before {
            break;
        }
    }
    for reading in readings {
        if let Some(latch) = &mut reading.service.latch {
            let comes = |operand: &Vec<Relation>| {
                operand.iter().any(|relation| comes_at_boot(relation, &set, &booting))
            };
            latch.value.at_boot = latch.value.operands.iter().all(comes);
        }
    }
}

/// Whether a relation starts a service when the system boots. Services beyond the set are taken to be
/// enabled.
fn comes_at_boot(relation: &Relation, set: &HashSet<Text>, booting: &HashSet<Text>) -> bool {
    relation.bond == Bond::StartedBy
        && match &relation.to {
            Party::Milestone(milestone) => milestone.is_of_boot(),
            Party::Mount(_) => true,
            Party::Service(name) => booting.contains(name) || !set.contains(name),
            Party::Event(_) | Party::Interface(_) | Party::Other(_) => false,
        }
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
fn partners(
    scope: Scope,
    reading: &mut Reading,
    jobs: &HashMap<Text, bool>,
    known: &Known,
    beyond: &mut HashSet<Text>,
) {
    let mut unknown: Vec<(Text, Origin)> = Vec::new();
    let mut templates: Vec<(Text, Origin)> = Vec::new();
    let mut whole: Vec<Origin> = Vec::new();
    if scope == Scope::System {
        boot_tasks(&mut reading.service, jobs);
        stops_at_boot(reading, jobs);
    }
    let service = &mut reading.service;
    let own = service.relations.iter_mut().map(|relation| (&mut relation.value, relation.origin));
    let latched = service.latch.iter_mut().flat_map(|latch| {
        let origin = latch.origin;
        latch.value.operands.iter_mut().flatten().map(move |relation| (relation, origin))
    });
    for (relation, origin) in own.chain(latched) {
        let Party::Service(name) = &mut relation.to else { continue };
        let stands = || known.get(&(scope, name.clone())).map(|unit| Party::Service(unit.clone()));
        let other = stands().or_else(|| plumbing::party_of(scope, name, relation.bond));
        match (jobs.get(name), other) {
            (Some(false), _) => {}
            (Some(true), _) => templates.push((name.clone(), origin)),
            (None, Some(party)) => {
                if name.as_slice() == plumbing::PER_INTERFACE {
                    whole.push(origin);
                }
                if let Party::Service(unit) = &party {
                    beyond.insert(unit.clone());
                }
                relation.to = party;
            }
            // Of bonds that only the other unit can keep, more is said where that is sought.
            (None, None)
                if !matches!(relation.bond, Bond::StartedBy | Bond::StopsBefore | Bond::StopsAfter) => {}
            (None, None) => unknown.push((name.clone(), origin)),
        }
    }
    whole.dedup();
    reading.findings.extend(whole.into_iter().map(|origin| {
        Finding::new(
            Code::NetworkInterface,
            "the unit goes with the network as a whole, not with each interface that comes and goes",
        )
        .at(origin)
        .help("where it has to follow one interface, tie it to that: ifup@eth0.service, or the .device unit")
    }));
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

/// Whether a service without a place of its own stands before a unit of the system that starts early.
fn precedes_setup(service: &Service) -> bool {
    let mut relations = service.relations.iter().map(|relation| &relation.value);
    service.phase == Phase::Running
        && relations.any(|relation| relation.bond == Bond::Before && plumbing::is_early(&relation.to))
}

/// Takes away the waiting for stations that come later: it would close the circle again. What starts it, and what it
/// stands before, stays.
fn become_early(reading: &mut Reading) {
    let service = &mut reading.service;
    service.phase = Phase::Early;
    let waits = |relation: &Relation| {
        matches!(relation.bond, Bond::After | Bond::Starts)
            && matches!(
                relation.to,
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
        service.relations.iter().find(|relation| waits(&relation.value)).map(|relation| relation.origin);
    service.relations.retain(|relation| !waits(&relation.value));
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
