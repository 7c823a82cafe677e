//! Circles in the order of starts. systemd breaks one by leaving some unit out, and says so only in its log
//! (systemd.unit(5), `After=`); here it is found before, told with the chain of stanzas, and broken at one
//! of them.

use std::collections::{BTreeSet, HashMap};

use crate::findings::{Code, Finding};
use crate::service::{Bond, Milestone, Party, Phase, Service};
use crate::text::{Origin, Text};
use crate::upstart::read::Reading;

/// Stations that stand in this order on every system (bootup(7)).
const BOOT: &[(Milestone, Milestone)] = &[
    (Milestone::LocalFsPre, Milestone::LocalFs),
    (Milestone::LocalFs, Milestone::Sysinit),
    (Milestone::Swap, Milestone::Sysinit),
    (Milestone::NetworkPre, Milestone::Network),
    (Milestone::Network, Milestone::NetworkOnline),
    (Milestone::RemoteFsPre, Milestone::RemoteFs),
    (Milestone::MultiUser, Milestone::Graphical),
    (Milestone::GraphicalSessionPre, Milestone::GraphicalSession),
];

/// "This one is up before that one", and the stanza that says so.
#[derive(Clone, Debug)]
struct Edge {
    to: usize,
    /// The service whose relation it is, by its place among the readings; nothing for systemd's own.
    of: Option<(usize, Party, Origin)>,
}

#[derive(Default)]
struct Order {
    nodes: Vec<Party>,
    index: HashMap<Party, usize>,
    edges: Vec<Vec<Edge>>,
}

impl Order {
    fn node(&mut self, party: &Party) -> usize {
        if let Some(known) = self.index.get(party) {
            return *known;
        }
        self.nodes.push(party.clone());
        self.edges.push(Vec::new());
        self.index.insert(party.clone(), self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    fn before(&mut self, first: &Party, then: &Party, of: Option<(usize, Party, Origin)>) {
        let (first, to) = (self.node(first), self.node(then));
        self.edges[first].push(Edge { to, of });
    }

    fn of(readings: &[&mut Reading]) -> Order {
        let mut order = Order::default();
        for (first, then) in BOOT {
            order.before(&Party::Milestone(*first), &Party::Milestone(*then), None);
        }
        for (number, reading) in readings.iter().enumerate() {
            let service = &reading.service;
            let own = Party::Service(service.name.clone());
            if service.phase == Phase::Running {
                order.before(&Party::Milestone(Milestone::Sysinit), &own, None);
            }
            for tie in &service.relations {
                let to = &tie.value.to;
                if *to == own || service.unordered.contains(to) {
                    continue;
                }
                let of = Some((number, to.clone(), tie.origin));
                match order_of(service, tie.value.bond, to) {
                    Some(Bond::After) => order.before(to, &own, of),
                    Some(Bond::Before) => order.before(&own, to, of),
                    _ => {}
                }
            }
        }
        order
    }

    /// A circle, as the edges that make it; nothing where there is none. A walk in depth, without recursion.
    fn circle(&self) -> Option<Vec<(usize, Edge)>> {
        let mut done = vec![false; self.nodes.len()];
        for start in 0..self.nodes.len() {
            let mut path: Vec<(usize, usize)> = vec![(start, 0)];
            let mut on_path: BTreeSet<usize> = BTreeSet::from([start]);
            while let Some((node, next)) = path.last_mut() {
                let node = *node;
                if done[node] {
                    path.pop();
                    on_path.remove(&node);
                    continue;
                }
                let Some(edge) = self.edges[node].get(*next) else {
                    done[node] = true;
                    path.pop();
                    on_path.remove(&node);
                    continue;
                };
                *next += 1;
                if on_path.contains(&edge.to) {
                    let begin = path.iter().position(|(node, _)| *node == edge.to).unwrap_or_default();
                    let circle = path[begin..].iter();
                    return Some(
                        circle.map(|(node, next)| (*node, self.edges[*node][next - 1].clone())).collect(),
                    );
                }
                if !done[edge.to] {
                    on_path.insert(edge.to);
                    path.push((edge.to, 0));
                }
            }
        }
        None
    }
}

/// The order that a tie means for the start, as the writer has it.
fn order_of(service: &Service, bond: Bond, to: &Party) -> Option<Bond> {
    let tied = |bond| service.relations.iter().any(|tie| tie.value.bond == bond && tie.value.to == *to);
    match bond {
        Bond::After | Bond::Before => Some(bond),
        Bond::StopsBefore => {
            let behind = tied(Bond::Before) || service.phase == Phase::Early;
            (service.instance.is_none() && (!behind || tied(Bond::After))).then_some(Bond::After)
        }
        Bond::StopsAfter => (!tied(Bond::After)).then_some(Bond::Before),
        _ => None,
    }
}

/// Breaks every circle at a stanza of one of its jobs.
pub fn break_all(readings: &mut [&mut Reading]) {
    let mut order = Order::of(readings);
    loop {
        let Some(circle) = order.circle() else { return };
        // The tie that is easiest to do without is one that a stop condition brings; else the last.
        let weakest = circle.iter().filter_map(|(_, edge)| edge.of.as_ref()).max_by_key(|(number, to, _)| {
            let service = &readings[*number].service;
            let started = service.relations.iter().any(|tie| tie.value.to == *to && tie.value.bond.starts());
            (!started, service.name.clone())
        });
        let Some((number, to, origin)) = weakest.cloned() else { return };
        let chain: Vec<String> = circle.iter().map(|(node, _)| name(&order.nodes[*node])).collect();
        for edges in &mut order.edges {
            edges.retain(|edge| edge.of.as_ref().is_none_or(|(of, with, _)| (*of, with) != (number, &to)));
        }
        let reading = &mut *readings[number];
        reading.service.unordered.push(to.clone());
        reading.findings.push(
            Finding::new(
                Code::OrderingCycle,
                format!(
                    "a circle of units that wait for each other, {} and again: the unit does not wait for {}",
                    chain.join(", then "),
                    name(&to)
                ),
            )
            .at(origin)
            .help("decide which of them can do without the other, and take the wait out of that one"),
        );
    }
}

fn name(party: &Party) -> String {
    match party {
        Party::Service(name) => format!("`{}`", Text::clone(name)),
        other => crate::systemd::names::party(other),
    }
}
