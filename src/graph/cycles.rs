//! Cycles: jobs that wait for each other.

use std::fmt::Write as _;

use super::{Edge, Graph, Sort};
use crate::link::components::{Components, Cycle};

/// Finds the cycles of relations of that sort, one for each strongly connected component, and marks all that belongs
/// to one.
pub fn mark(graph: &mut Graph, sort: Sort) -> Vec<Cycle> {
    let meant: Vec<usize> = (0..graph.edges.len()).filter(|at| graph.edges[*at].has(sort)).collect();
    let pairs: Vec<(usize, usize)> = meant.iter().map(|at| (graph.edges[*at].from, graph.edges[*at].to)).collect();
    let components = Components::of(graph.nodes.len(), &pairs);
    for at in components.in_cycles() {
        graph.edges[meant[at]].in_cycle = true;
        graph.nodes[pairs[at].0].in_cycle = true;
        graph.nodes[pairs[at].1].in_cycle = true;
    }
    components.shortest().into_iter().map(|cycle| cycle.into_iter().map(|at| meant[at]).collect()).collect()
}

/// A cycle for people: its nodes in a row, and below them the stanza of each step.
pub(crate) fn describe(graph: &Graph, cycle: &[usize], sort: Sort) -> String {
    const MOST: usize = 30;
    let edges: Vec<&Edge> = cycle.iter().filter_map(|at| graph.edges.get(*at)).collect();
    let name = |at: usize| graph.nodes.get(at).map_or("", |node| node.label.as_str());
    let mut names: Vec<&str> = edges.iter().take(MOST).map(|edge| name(edge.from)).collect();
    names.extend((edges.len() > MOST).then_some("…"));
    names.extend(edges.first().map(|edge| name(edge.from)));
    let mut text = format!("cycle: {}\n", names.join(" → "));
    for edge in edges.iter().take(MOST) {
        if let Some(relation) = edge.relations.iter().find(|relation| relation.sort == sort) {
            let _ =
                writeln!(text, "  {} → {}: {}  ({})", name(edge.from), name(edge.to), relation.text, relation.stanza);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Builder, NodeKind};

    fn graph(edges: &[(&str, &str)]) -> Graph {
        let mut build = Builder::default();
        for (from, to) in edges {
            let from = build.node(NodeKind::Job, from.as_bytes());
            let to = build.node(NodeKind::Job, to.as_bytes());
            build.relate(from, to, Sort::Order, "After=", "");
        }
        build.graph
    }

    fn cycles(edges: &[(&str, &str)]) -> Vec<String> {
        let mut graph = graph(edges);
        let cycles = mark(&mut graph, Sort::Order);
        let name = |at: &usize| graph.nodes[graph.edges[*at].from].label.clone();
        cycles.iter().map(|cycle| cycle.iter().map(name).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn what_has_no_cycle_is_left_alone() {
        assert!(cycles(&[("a", "b"), ("b", "c"), ("a", "c")]).is_empty());
    }

    #[test]
    fn each_component_is_reported_by_its_shortest_cycle() {
        assert_eq!(cycles(&[("a", "b"), ("b", "c"), ("c", "a"), ("b", "a")]), ["a b"]);
        assert_eq!(cycles(&[("a", "b"), ("b", "a"), ("b", "c"), ("c", "d"), ("d", "c")]), ["a b", "c d"]);
        assert_eq!(cycles(&[("a", "a"), ("a", "b")]), ["a"]);
    }

    #[test]
    fn only_the_component_is_marked() {
        let mut graph = graph(&[("a", "b"), ("b", "a"), ("b", "c")]);
        mark(&mut graph, Sort::Order);
        assert_eq!(graph.nodes.iter().map(|node| node.in_cycle).collect::<Vec<_>>(), [true, true, false]);
        assert_eq!(graph.edges.iter().map(|edge| edge.in_cycle).collect::<Vec<_>>(), [true, true, false]);
        assert!(mark(&mut graph, Sort::Stop).is_empty());
    }

    #[test]
    fn a_long_ring_needs_no_deep_stack() {
        let names: Vec<String> = (0..20_000).map(|number| number.to_string()).collect();
        let mut edges: Vec<(&str, &str)> = names.windows(2).map(|pair| (pair[0].as_str(), pair[1].as_str())).collect();
        edges.push((names.last().unwrap(), &names[0]));
        let mut graph = graph(&edges);
        assert_eq!(mark(&mut graph, Sort::Order)[0].len(), 20_000);
    }
}
