//! Cycles: jobs that wait for each other.

use std::fmt::Write as _;

use super::{Edge, Graph, Sort};

/// A cycle: indices of edges, each of which begins where the one before it ends.
pub type Cycle = Vec<usize>;

/// Finds the cycles of relations of that sort, one for each knot of nodes, and marks all that belongs to a
/// knot.
pub fn mark(graph: &mut Graph, sort: Sort) -> Vec<Cycle> {
    let is_meant = |edge: &Edge| edge.ties.iter().any(|tie| tie.sort == sort);
    let pairs: Vec<(usize, usize)> = graph.edges.iter().map(|edge| (edge.from, edge.to)).collect();
    let meant: Vec<usize> = (0..pairs.len()).filter(|at| is_meant(&graph.edges[*at])).collect();
    let mut out = vec![Vec::new(); graph.nodes.len()];
    for &at in &meant {
        out[pairs[at].0].push(at);
    }
    let knots = knots(&pairs, &out);
    let mut sizes = vec![0_usize; graph.nodes.len()];
    for knot in &knots {
        sizes[*knot] += 1;
    }
    let mut firsts: Vec<usize> = Vec::new();
    let mut seen = vec![false; graph.nodes.len()];
    for &at in &meant {
        let (from, to) = pairs[at];
        if knots[from] == knots[to] && (sizes[knots[from]] > 1 || from == to) {
            graph.edges[at].in_cycle = true;
            graph.nodes[from].in_cycle = true;
            graph.nodes[to].in_cycle = true;
            if !std::mem::replace(&mut seen[knots[from]], true) {
                firsts.push(from);
            }
        }
    }
    let mut searched = vec![usize::MAX; graph.nodes.len()];
    firsts.into_iter().map(|first| shortest(first, &pairs, &out, &knots, &mut searched)).collect()
}

/// For each node the number of its strongly connected component (Tarjan 1972, with a stack of its own).
fn knots(pairs: &[(usize, usize)], out: &[Vec<usize>]) -> Vec<usize> {
    const NONE: usize = usize::MAX;
    let count = out.len();
    let (mut index, mut low, mut knot) = (vec![NONE; count], vec![0; count], vec![NONE; count]);
    let (mut next, mut knots) = (0, 0);
    let mut open: Vec<usize> = Vec::new();
    let mut calls: Vec<(usize, usize)> = Vec::new();
    for root in 0..count {
        if index[root] != NONE {
            continue;
        }
        calls.push((root, 0));
        while let Some((node, edge)) = calls.pop() {
            if edge == 0 {
                index[node] = next;
                low[node] = next;
                next += 1;
                open.push(node);
            } else {
                // Back from the edge before this one.
                let to = pairs[out[node][edge - 1]].1;
                if knot[to] == NONE {
                    low[node] = low[node].min(low[to]);
                }
            }
            let mut rest = edge;
            let mut descends = false;
            while let Some(&at) = out[node].get(rest) {
                let to = pairs[at].1;
                rest += 1;
                if index[to] == NONE {
                    calls.push((node, rest));
                    calls.push((to, 0));
                    descends = true;
                    break;
                }
                if knot[to] == NONE {
                    low[node] = low[node].min(index[to]);
                }
            }
            if !descends && low[node] == index[node] {
                while let Some(member) = open.pop() {
                    knot[member] = knots;
                    if member == node {
                        break;
                    }
                }
                knots += 1;
            }
        }
    }
    knot
}

/// The shortest way from a node back to itself within its knot.
fn shortest(
    start: usize,
    pairs: &[(usize, usize)],
    out: &[Vec<usize>],
    knots: &[usize],
    came: &mut [usize],
) -> Cycle {
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for &at in &out[node] {
            let to = pairs[at].1;
            if to == start {
                let mut cycle = vec![at];
                let mut node = pairs[at].0;
                while node != start {
                    cycle.push(came[node]);
                    node = pairs[came[node]].0;
                }
                cycle.reverse();
                return cycle;
            }
            if knots[to] == knots[start] && came[to] == usize::MAX {
                came[to] = at;
                queue.push_back(to);
            }
        }
    }
    Vec::new()
}

/// A cycle for people: its nodes in a row, and below them the stanza of each step.
pub fn describe(graph: &Graph, cycle: &[usize], sort: Sort) -> String {
    const MOST: usize = 30;
    let edges: Vec<&Edge> = cycle.iter().filter_map(|at| graph.edges.get(*at)).collect();
    let name = |at: usize| graph.nodes.get(at).map_or("", |node| node.label.as_str());
    let mut names: Vec<&str> = edges.iter().take(MOST).map(|edge| name(edge.from)).collect();
    names.extend((edges.len() > MOST).then_some("…"));
    names.extend(edges.first().map(|edge| name(edge.from)));
    let mut text = format!("cycle: {}\n", names.join(" → "));
    for edge in edges.iter().take(MOST) {
        if let Some(tie) = edge.ties.iter().find(|tie| tie.sort == sort) {
            let _ =
                writeln!(text, "  {} → {}: {}  ({})", name(edge.from), name(edge.to), tie.text, tie.stanza);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Builder, Kind};

    fn graph(edges: &[(&str, &str)]) -> Graph {
        let mut build = Builder::default();
        for (from, to) in edges {
            let from = build.node(Kind::Job, from.as_bytes());
            let to = build.node(Kind::Job, to.as_bytes());
            build.tie(from, to, Sort::Order, "After=", "");
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
    fn each_knot_is_told_by_its_shortest_cycle() {
        assert_eq!(cycles(&[("a", "b"), ("b", "c"), ("c", "a"), ("b", "a")]), ["a b"]);
        assert_eq!(cycles(&[("a", "b"), ("b", "a"), ("b", "c"), ("c", "d"), ("d", "c")]), ["a b", "c d"]);
        assert_eq!(cycles(&[("a", "a"), ("a", "b")]), ["a"]);
    }

    #[test]
    fn only_what_belongs_to_the_knot_is_marked() {
        let mut graph = graph(&[("a", "b"), ("b", "a"), ("b", "c")]);
        mark(&mut graph, Sort::Order);
        assert_eq!(graph.nodes.iter().map(|node| node.in_cycle).collect::<Vec<_>>(), [true, true, false]);
        assert_eq!(graph.edges.iter().map(|edge| edge.in_cycle).collect::<Vec<_>>(), [true, true, false]);
        assert!(mark(&mut graph, Sort::Stop).is_empty());
    }

    #[test]
    fn a_long_ring_needs_no_deep_stack() {
        let names: Vec<String> = (0..20_000).map(|number| number.to_string()).collect();
        let mut edges: Vec<(&str, &str)> =
            names.windows(2).map(|pair| (pair[0].as_str(), pair[1].as_str())).collect();
        edges.push((names.last().unwrap(), &names[0]));
        let mut graph = graph(&edges);
        assert_eq!(mark(&mut graph, Sort::Order)[0].len(), 20_000);
    }
}
