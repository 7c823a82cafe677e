//! Strongly connected components of a directed graph, and a shortest cycle of each.

use std::collections::VecDeque;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;

/// A cycle: indices of edges, each of which begins where the one before it ends.
pub(crate) type Cycle = Vec<usize>;

/// The components of a graph.
pub(crate) struct Components<'e> {
    /// From which node to which.
    edges: &'e [(usize, usize)],
    /// The edges that leave each node.
    out: Vec<Vec<usize>>,
    /// For each node the number of its component, and whether that has more than one node.
    of: Vec<(usize, bool)>,
}

impl<'e> Components<'e> {
    pub(crate) fn of(nodes: usize, edges: &'e [(usize, usize)]) -> Components<'e> {
        let mut graph: DiGraph<(), (), usize> = DiGraph::with_capacity(nodes, edges.len());
        for _ in 0..nodes {
            graph.add_node(());
        }
        graph.extend_with_edges(edges);
        let mut of = vec![(0, false); nodes];
        // Tarjan's algorithm would be one pass, but the crate's is recursive.
        for (number, component) in kosaraju_scc(&graph).into_iter().enumerate() {
            for node in &component {
                of[node.index()] = (number, component.len() > 1);
            }
        }
        let mut out = vec![Vec::new(); nodes];
        for (at, (from, _)) in edges.iter().enumerate() {
            out[*from].push(at);
        }
        Components { edges, out, of }
    }

    /// The edges that belong to a cycle, in order.
    pub(crate) fn in_cycles(&self) -> impl Iterator<Item = usize> {
        let within = |at: &usize| {
            let (from, to) = self.edges[*at];
            from == to || self.of[from].1 && self.of[from] == self.of[to]
        };
        (0..self.edges.len()).filter(within)
    }

    /// A shortest cycle for each component that has one: through the node where its first edge begins.
    pub(crate) fn shortest(&self) -> Vec<Cycle> {
        let mut seen = vec![false; self.out.len()];
        let mut came = vec![None; self.out.len()];
        let firsts = self.in_cycles().map(|at| self.edges[at].0);
        let firsts = firsts.filter(|from| !std::mem::replace(&mut seen[self.of[*from].0], true));
        firsts.map(|first| self.back_to(first, &mut came)).collect()
    }

    /// The shortest way from a node back to itself within its component. `came` tells by which edge a node was reached.
    fn back_to(&self, start: usize, came: &mut [Option<usize>]) -> Cycle {
        let mut queue = VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            for &at in &self.out[node] {
                let to = self.edges[at].1;
                if to == start {
                    let mut cycle = vec![at];
                    let mut node = node;
                    while let Some(at) = came[node].filter(|_| node != start) {
                        cycle.push(at);
                        node = self.edges[at].0;
                    }
                    cycle.reverse();
                    return cycle;
                }
                if self.of[to] == self.of[start] && came[to].is_none() {
                    came[to] = Some(at);
                    queue.push_back(to);
                }
            }
        }
        Vec::new()
    }
}
