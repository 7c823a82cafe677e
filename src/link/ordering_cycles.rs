//! Cycles in the order of starts. systemd breaks one by leaving some unit out, and says so only in its log
//! (systemd.unit(5), `After=`); here it is found before, told with the chain of stanzas, and broken at one
//! of them.

use indexmap::IndexSet;

use super::LinkedJob;
use super::components::Components;
use crate::findings::codes;
use crate::service::{BootTarget, DependencyKind, Phase, Target};
use crate::systemd::names;
use crate::text::Origin;

/// Boot targets that stand in this order on every system (bootup(7)).
const BOOT: &[(BootTarget, BootTarget)] = &[
    (BootTarget::LocalFsPre, BootTarget::LocalFs),
    (BootTarget::LocalFs, BootTarget::Sysinit),
    (BootTarget::Swap, BootTarget::Sysinit),
    (BootTarget::NetworkPre, BootTarget::Network),
    (BootTarget::Network, BootTarget::NetworkOnline),
    (BootTarget::RemoteFsPre, BootTarget::RemoteFs),
    (BootTarget::MultiUser, BootTarget::Graphical),
    (BootTarget::GraphicalSessionPre, BootTarget::GraphicalSession),
];

/// Why one is up before another: the number of the service that waits or is waited for, what it is ordered with, and
/// the stanza that says so. Nothing where systemd itself has it so.
type Tie = Option<(usize, Target, Option<Origin>)>;

/// What is up before what.
#[derive(Default)]
struct Order {
    nodes: IndexSet<Target>,
    edges: Vec<((usize, usize), Tie)>,
}

impl Order {
    fn before(&mut self, first: &Target, then: &Target, tie: Tie) {
        let mut node = |target: &Target| self.nodes.insert_full(target.clone()).0;
        self.edges.push(((node(first), node(then)), tie));
    }

    fn of(readings: &[&mut LinkedJob]) -> Order {
        let mut order = Order::default();
        for (first, then) in BOOT {
            order.before(&Target::BootTarget(*first), &Target::BootTarget(*then), None);
        }
        for (number, reading) in readings.iter().enumerate() {
            let service = &reading.service;
            let own = Target::Service(service.name.clone());
            if service.phase == Phase::Running {
                order.before(&Target::BootTarget(BootTarget::Sysinit), &own, None);
            }
            for dependency in &service.dependencies {
                let to = &dependency.value.to;
                if *to == own || service.unordered.contains(to) {
                    continue;
                }
                let tie = Some((number, to.clone(), dependency.origin()));
                match service.order_of(dependency.value.kind, to) {
                    Some(DependencyKind::After) => order.before(to, &own, tie),
                    Some(DependencyKind::Before) => order.before(&own, to, tie),
                    _ => {}
                }
            }
        }
        order
    }
}

/// Breaks every cycle at a stanza of one of its jobs.
pub(crate) fn break_all(readings: &mut [&mut LinkedJob]) {
    let mut order = Order::of(readings);
    loop {
        let edges: Vec<(usize, usize)> = order.edges.iter().map(|(edge, _)| *edge).collect();
        let cycles = Components::of(order.nodes.len(), &edges).shortest();
        let Some(mut cycle) = cycles.into_iter().next() else { return };
        // It begins at what was named first.
        let first = (0..cycle.len()).min_by_key(|at| edges[cycle[*at]].0);
        cycle.rotate_left(first.unwrap_or_default());
        // The tie that is easiest to do without is one that a stop condition brings; else the last.
        let ties = cycle.iter().filter_map(|at| order.edges[*at].1.as_ref());
        let weakest = ties.max_by_key(|(number, to, _)| {
            let service = &readings[*number].service;
            let started = service.starts().any(|start| start.value.to == *to);
            (!started, service.name.clone())
        });
        let Some((number, to, origin)) = weakest.cloned() else { return };
        let chain: Vec<String> = cycle.iter().map(|at| name(&order.nodes[edges[*at].0])).collect();
        order.edges.retain(|(_, tie)| tie.as_ref().is_none_or(|(of, with, _)| (*of, with) != (number, &to)));
        let finding = codes::waits_in_cycle(chain.join(", then "), name(&to));
        let reading = &mut *readings[number];
        reading.service.unordered.push(to);
        reading.findings.push(finding.at(origin));
    }
}

fn name(target: &Target) -> String {
    match target {
        Target::Service(name) => format!("`{name}`"),
        other => names::target(other),
    }
}
