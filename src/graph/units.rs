//! After: units and their relations, as the conversion settles them.

use std::collections::{HashMap, HashSet};

use bstr::ByteSlice as _;

use super::{Builder, Graph, Kind, Read, Sort, View, counted, text};
use crate::convert::plumbing;
use crate::service::{Activation, Bond, Party, Phase, Relation, Service, latch_name};
use crate::systemd::{manager, names};
use crate::text::Text;
use crate::upstart::glob;

/// The graph of units. The jobs have to be settled with each other.
pub fn units(jobs: &[Read<'_>]) -> Graph {
    let mut units = Units::default();
    for job in jobs {
        let service = &job.reading.service;
        units.set.insert(service.name.clone(), unit_name(service));
        units.announced.extend(job.reading.ties.announces.iter().map(|event| Text(event.value.clone())));
    }
    for job in jobs {
        let node = units.build.node(Kind::Job, unit_name(&job.reading.service).as_bytes());
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
fn unit_name(service: &Service) -> String {
    let suffix = match (service.is_group, &service.instance) {
        (true, _) => ".target",
        (false, Some(_)) => "@.service",
        (false, None) => ".service",
    };
    format!("{}{suffix}", names::unit(&service.name))
}

impl Units {
    fn party(&mut self, party: &Party) -> usize {
        let name = match party {
            Party::Service(name) => self.set.get(name).cloned(),
            _ => None,
        };
        if let Some(name) = name {
            return self.build.node(Kind::Job, name.as_bytes());
        }
        let kind = match party {
            Party::Service(_) => Kind::Beyond,
            Party::Event(_) => Kind::Event,
            Party::Milestone(_) | Party::Mount(_) | Party::Interface(_) | Party::Other(_) => Kind::Station,
        };
        let before = self.build.graph.nodes.len();
        let at = self.build.node(kind, names::party(party).as_bytes());
        if at == before {
            let (unresolved, hover) = match party {
                Party::Service(name) if plumbing::is_unit(name) => (false, "not in the set"),
                Party::Service(_) => (true, "not in the set, and unknown"),
                Party::Event(name) if !self.is_announced(name) => {
                    (true, "an event that no job of the set announces")
                }
                Party::Event(_) => (false, "an event; whoever announces it has to start this target"),
                _ => (false, ""),
            };
            let node = &mut self.build.graph.nodes[at];
            node.unresolved = unresolved;
            node.hover.extend((!hover.is_empty()).then(|| hover.to_owned()));
        }
        at
    }

    fn is_announced(&self, event: &Text) -> bool {
        self.announced.contains(event)
            || self
                .announced
                .iter()
                .any(|pattern| pattern.find_byteset(b"*?[\\").is_some() && glob::matches(pattern, event))
    }

    fn service(&mut self, job: &Read<'_>) {
        let service = &job.reading.service;
        let node = self.build.node(Kind::Job, unit_name(service).as_bytes());
        for relation in &service.relations {
            let stanza = job.stanza(relation.origin);
            self.relation(service, node, &relation.value, &stanza);
        }
        if let Some(latch) = &service.latch {
            let stanza = job.stanza(latch.origin);
            if latch.value.at_boot {
                let boot = self.party(&Party::Milestone(manager::all_up(service.scope)));
                self.build.tie(boot, node, Sort::Start, "WantedBy=", &stanza);
            } else {
                for (index, operand) in latch.value.operands.iter().enumerate() {
                    let name = names::unit(&latch_name(&service.name, index + 1));
                    let helper = self.build.node(Kind::Helper, format!("{name}.service").as_bytes());
                    let count = latch.value.operands.len();
                    let hover = format!("notes that {} of {count} events has come", index + 1);
                    self.build.graph.nodes[helper].hover.push(hover);
                    for relation in operand.iter().filter(|relation| is_kept(relation.bond)) {
                        self.relation(service, helper, relation, &stanza);
                    }
                    self.build.tie(helper, node, Sort::Start, "starts it once all have come", &stanza);
                }
            }
        }
        for activation in &service.activation {
            let stanza = job.stanza(activation.origin);
            let (suffix, what, directive) = match &activation.value {
                Activation::Socket { address } => ("socket", address, "Requires="),
                Activation::File { path, .. } => ("path", path, "Unit="),
                Activation::Bus { name } => ("dbus", name, "SystemdService="),
                Activation::Device { subsystem, .. } => ("rules", subsystem, "SYSTEMD_WANTS"),
            };
            let name = format!("{}.{suffix}", names::unit(&service.name));
            let helper = self.build.node(Kind::Helper, name.as_bytes());
            self.build.graph.nodes[helper].hover.push(text::cut(&text::clean(what), 160));
            self.build.tie(helper, node, Sort::Start, directive, &stanza);
        }
    }

    /// A relation of a service or of one of its latches, as it is written into units.
    fn relation(&mut self, service: &Service, node: usize, relation: &Relation, stanza: &str) {
        let other = self.party(&relation.to);
        if other == node {
            // No unit can be tied to itself; the conversion says so.
            return;
        }
        let tied = |bond| {
            service.relations.iter().any(|known| known.value.bond == bond && known.value.to == relation.to)
        };
        let mut tie = |from, to, sort, text: &str| self.build.tie(from, to, sort, text, stanza);
        let off = service.enablement.is_some();
        let broken = service.unordered.contains(&relation.to);
        match relation.bond {
            Bond::StartedBy if off => tie(other, node, Sort::Start, "WantedBy=, not enabled"),
            Bond::StartedBy => tie(other, node, Sort::Start, "WantedBy="),
            Bond::StartedByStopping => tie(other, node, Sort::Start, "ExecStop=systemctl start"),
            Bond::StartedByEnd => tie(other, node, Sort::Start, "OnSuccess= OnFailure="),
            Bond::StartedBySuccess => tie(other, node, Sort::Start, "OnSuccess="),
            Bond::StartedByFailure => tie(other, node, Sort::Start, "OnFailure="),
            // What is only wanted to be waited for lies before the unit.
            Bond::Starts if tied(Bond::After) => tie(other, node, Sort::Order, "Wants="),
            Bond::Starts => tie(node, other, Sort::Start, "Wants="),
            // The circle is shown, and where it is broken.
            Bond::Needs => tie(node, other, Sort::Start, "Requires="),
            Bond::Demands => tie(other, node, Sort::Order, "Requisite="),
            Bond::Follows => tie(other, node, Sort::Stop, "PartOf="),
            Bond::StartsAtFailure => tie(node, other, Sort::Start, "OnFailure="),
            Bond::StartsAtSuccess => tie(node, other, Sort::Start, "OnSuccess="),
            Bond::After if broken => tie(other, node, Sort::Order, "After=, left out for the circle"),
            Bond::Before if broken => tie(node, other, Sort::Order, "Before=, left out for the circle"),
            Bond::After => tie(other, node, Sort::Order, "After="),
            Bond::Before => tie(node, other, Sort::Order, "Before="),
            Bond::StopsBefore => {
                let before = tied(Bond::Before) || service.phase == Phase::Early;
                if service.instance.is_none() && (tied(Bond::After) || !before) {
                    tie(other, node, Sort::Order, "After=");
                }
                tie(other, node, Sort::Stop, "PartOf= StopPropagatedFrom=");
            }
            Bond::StopsAfter => {
                if !tied(Bond::After) {
                    tie(node, other, Sort::Order, "Before=");
                }
                tie(other, node, Sort::Stop, "StopPropagatedFrom=");
            }
            Bond::StoppedBy => {
                tie(other, node, Sort::Stop, "Conflicts=");
                tie(node, other, Sort::Order, "Before=");
            }
            Bond::StoppedByStarting => tie(other, node, Sort::Stop, "ExecStartPre=systemctl stop"),
            Bond::StoppedByStarted => tie(other, node, Sort::Stop, "ExecStartPost=systemctl stop"),
        }
    }
}

/// Whether a latch heeds it.
fn is_kept(bond: Bond) -> bool {
    bond.starts() || matches!(bond, Bond::Starts | Bond::After)
}
