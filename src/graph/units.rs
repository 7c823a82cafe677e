//! After: units and their dependencies, as the conversion links them.

use std::collections::{HashMap, HashSet};

use bstr::ByteSlice as _;

use super::{Builder, Graph, NodeKind, Sort, View};
use crate::convert::LinkedJob;
use crate::link::vendor_jobs;
use crate::service::{Activation, Dependency, DependencyKind, LinkedService, Target, Topic, operand_name};
use crate::systemd::{dependencies, manager, names};
use crate::text::Text;
use crate::text::display::{self, counted};
use crate::upstart::glob;

/// The graph of units. The jobs have to be linked.
pub fn units(jobs: &[LinkedJob]) -> Graph {
    let mut units = Units::default();
    for job in jobs {
        let service = &job.reading.service;
        units.set.insert(service.name.clone(), unit_name(service));
        units.announced.extend(job.reading.events.announces.iter().map(|event| event.value.clone()));
        let node = units.build.node(NodeKind::Job, unit_name(&job.reading.service).as_bytes());
        units.build.graph.nodes[node].hover.extend(job.hover());
    }
    for job in jobs {
        units.service(job);
    }
    let count = units.set.len();
    let mut graph = units.build.graph;
    graph.view = View::Units;
    graph.title = format!("systemd: what starts, stops and orders {}", counted(count, "service"));
    graph
}

#[derive(Default)]
struct Units {
    build: Builder,
    /// The services of the set with their units.
    set: HashMap<Text, String>,
    /// What they announce, as patterns.
    announced: HashSet<Text>,
}

/// The name of a service's unit.
fn unit_name(service: &LinkedService) -> String {
    let suffix = match (service.is_group, &service.instance) {
        (true, _) => ".target",
        (false, Some(_)) => "@.service",
        (false, None) => ".service",
    };
    format!("{}{suffix}", names::unit(&service.name))
}

impl Units {
    fn target(&mut self, target: &Target) -> usize {
        if let Target::Service(name) = target
            && let Some(unit) = self.set.get(name)
        {
            return self.build.node(NodeKind::Job, unit.as_bytes());
        }
        let kind = match target {
            Target::Service(_) => NodeKind::External,
            Target::Event(_) => NodeKind::Event,
            Target::BootTarget(_) | Target::Mount(_) | Target::Interface(_) | Target::Other(_) => NodeKind::BootTarget,
        };
        let before = self.build.graph.nodes.len();
        let at = self.build.node(kind, names::target(target).as_bytes());
        if at == before {
            let (unresolved, hover) = match target {
                Target::Service(name) if vendor_jobs::is_unit(name) => (false, "not in the set"),
                Target::Service(_) => (true, "not in the set, and unknown"),
                Target::Event(name) if !self.is_announced(name) => (true, "an event that no job of the set announces"),
                Target::Event(_) => (false, "an event; whoever announces it has to start this target"),
                _ => (false, ""),
            };
            let node = &mut self.build.graph.nodes[at];
            node.unresolved = unresolved;
            node.hover.extend((!hover.is_empty()).then(|| hover.to_owned()));
        }
        at
    }

    fn is_announced(&self, event: &Text) -> bool {
        let is_glob = |pattern: &&Text| pattern.find_byteset(b"*?[\\").is_some();
        self.announced.contains(event)
            || self.announced.iter().filter(is_glob).any(|pattern| glob::matches(pattern, event))
    }

    fn service(&mut self, job: &LinkedJob) {
        let service = &job.reading.service;
        let node = self.build.node(NodeKind::Job, unit_name(service).as_bytes());
        for dependency in &service.dependencies {
            let stanza = job.stanza(dependency.origin());
            self.dependency(service, node, &dependency.value, &stanza);
        }
        if let Some(all_of) = &service.all_of {
            let stanza = job.stanza(all_of.origin());
            if service.all_of_at_boot {
                let boot = self.target(&Target::BootTarget(manager::all_up(service.scope)));
                self.build.relate(boot, node, Sort::Start, "WantedBy=", &stanza);
            } else {
                for (index, operand) in all_of.value.operands.iter().enumerate() {
                    let name = names::unit(&operand_name(&service.name, index + 1));
                    let helper = self.build.node(NodeKind::Helper, format!("{name}.service").as_bytes());
                    let count = all_of.value.operands.len();
                    let hover = format!("notes that {} of {count} events has come", index + 1);
                    self.build.graph.nodes[helper].hover.push(hover);
                    for dependency in operand.iter().filter(|dependency| is_kept(dependency.kind)) {
                        self.dependency(service, helper, dependency, &stanza);
                    }
                    self.build.relate(helper, node, Sort::Start, "starts it once all have come", &stanza);
                }
            }
        }
        for activation in &service.activation {
            let stanza = job.stanza(activation.origin());
            let (suffix, what, directive) = match &activation.value {
                Activation::Socket { address } => ("socket", address, "Requires="),
                Activation::File { path, .. } => ("path", path, "Unit="),
                Activation::Bus { name } => ("dbus", name, "SystemdService="),
                Activation::Device { subsystem, .. } => ("rules", subsystem, "SYSTEMD_WANTS"),
            };
            let name = format!("{}.{suffix}", names::unit(&service.name));
            let helper = self.build.node(NodeKind::Helper, name.as_bytes());
            self.build.graph.nodes[helper].hover.push(display::cut(&display::clean(what), 160));
            self.build.relate(helper, node, Sort::Start, directive, &stanza);
        }
    }

    /// A dependency of a service, or of a unit that waits for one of several events, as it is written into units.
    fn dependency(&mut self, service: &LinkedService, node: usize, dependency: &Dependency, stanza: &str) {
        let other = self.target(&dependency.to);
        if other == node {
            // No unit can be tied to itself; the conversion says so.
            return;
        }
        let broken = service.unordered.contains(&dependency.to);
        let kind = dependency.kind;
        let mut relation = |of_other, sort, text: String| {
            let (from, to) = if of_other { (other, node) } else { (node, other) };
            self.build.relate(from, to, sort, text, stanza);
        };
        let label = dependencies::label(kind);
        let (of_other, sort, more) = match kind.topic() {
            Topic::StartedBy if kind == DependencyKind::StartedBy && service.enablement.is_some() => {
                (true, Sort::Start, ", not enabled")
            }
            Topic::StartedBy => (true, Sort::Start, ""),
            // What is only wanted to be waited for lies before the unit.
            Topic::Starts if service.depends(DependencyKind::After, &dependency.to) => (true, Sort::Order, ""),
            Topic::Requires if kind == DependencyKind::Demands => (true, Sort::Order, ""),
            Topic::Starts | Topic::Requires | Topic::StartsAtEnd => (false, Sort::Start, ""),
            Topic::StopsWith | Topic::StoppedBy => (true, Sort::Stop, ""),
            // The cycle is shown, and where it is broken.
            Topic::After | Topic::Before => {
                let more = if broken { ", left out for the cycle" } else { "" };
                (kind == DependencyKind::After, Sort::Order, more)
            }
        };
        if kind.topic() == Topic::StopsWith
            && let Some(order) = service.order_of(kind, &dependency.to)
        {
            relation(order == DependencyKind::After, Sort::Order, dependencies::label(order));
        }
        relation(of_other, sort, label + more);
        if kind == DependencyKind::StoppedBy {
            relation(false, Sort::Order, dependencies::label(DependencyKind::Before));
        }
    }
}

/// Whether a unit that waits for one of several events keeps it.
fn is_kept(kind: DependencyKind) -> bool {
    kind.starts() || matches!(kind, DependencyKind::Starts | DependencyKind::After)
}
