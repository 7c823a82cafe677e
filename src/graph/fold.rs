//! Plumbing: what hangs on the stations of the boot and on nothing else, as almost everything does.

use std::collections::BTreeMap;

use super::{Edge, Graph, Kind, Node, Sort, Tie, counted, text};

/// Names in a group's subtitle: about so many characters.
const SUBTITLE: usize = 38;

/// Folds the jobs that have no tie to another job into one node for each set of stations that start them.
/// Of all others the stations become a line below the name.
#[must_use]
pub fn fold(graph: &Graph) -> Graph {
    let is_station = |at: usize| graph.nodes[at].kind == Kind::Station;
    let count = graph.nodes.len();
    let mut tied = vec![false; count];
    let mut started_by: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut kept: Vec<bool> = Vec::with_capacity(graph.edges.len());
    for edge in &graph.edges {
        let (from, to) = (is_station(edge.from), is_station(edge.to));
        let starts = edge.ties.iter().any(|tie| tie.sort == Sort::Start);
        if from && starts {
            started_by[edge.to].push(edge.from);
        }
        // What announces a station is no plumbing.
        let keep = edge.in_cycle || !from && (!to || starts);
        kept.push(keep);
        if keep {
            tied[edge.from] = true;
            tied[edge.to] = true;
        }
    }
    let mut groups: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        started_by[at].sort_unstable();
        if node.kind == Kind::Job && !tied[at] {
            groups.entry(started_by[at].clone()).or_default().push(at);
        }
    }
    let mut nodes = graph.nodes.clone();
    let mut folded = vec![false; count];
    let mut edges: Vec<Edge> =
        graph.edges.iter().zip(kept).filter(|(_, keep)| *keep).map(|(edge, _)| edge.clone()).collect();
    let mut alone = vec![false; count];
    for (stations, members) in &groups {
        if let [one] = members.as_slice() {
            alone[*one] = true;
            continue;
        }
        for member in members {
            folded[*member] = true;
        }
        let mut whole = group(graph, members);
        if stations.is_empty() {
            whole.label += " that nothing starts";
        }
        nodes.push(whole);
        edges.extend(stations.iter().map(|station| to_group(*station, nodes.len() - 1, members.len())));
    }
    let starts = |edge: &&Edge| edge.ties.iter().any(|tie| tie.sort == Sort::Start);
    edges.extend(graph.edges.iter().filter(starts).filter(|edge| alone[edge.to]).cloned());
    for (at, node) in nodes.iter_mut().enumerate().take(count) {
        if tied[at] && node.kind != Kind::Station && !node.in_cycle {
            let names: Vec<&str> = started_by[at].iter().map(|at| graph.nodes[*at].label.as_str()).collect();
            node.subtitle = text::cut(&names.join(", "), SUBTITLE);
        }
    }
    // A station that somebody announces, and that nothing to be seen hangs on, is only said in words.
    let mut heard = vec![false; nodes.len()];
    for edge in &edges {
        heard[edge.from] = true;
    }
    let is_idle = |edge: &Edge| !edge.in_cycle && nodes[edge.to].kind == Kind::Station && !heard[edge.to];
    let idle: Vec<(usize, usize)> =
        edges.iter().filter(|edge| is_idle(edge)).map(|edge| (edge.from, edge.to)).collect();
    edges.retain(|edge| !is_idle(edge));
    for (from, to) in idle {
        if nodes[from].hover.len() < text::MOST_LINES {
            let tied = if graph.is_units() { "comes before" } else { "announces" };
            let line = format!("{tied} {}", nodes[to].label);
            nodes[from].hover.push(line);
        }
    }
    let mut used = vec![false; nodes.len()];
    for edge in &edges {
        used[edge.from] = true;
        used[edge.to] = true;
    }
    let shown: Vec<bool> = nodes
        .iter()
        .enumerate()
        .map(|(at, node)| (at >= count || !folded[at]) && (node.kind != Kind::Station || used[at]))
        .collect();
    subset(&Graph { title: graph.title.clone(), view: graph.view, nodes, edges }, &shown)
}

/// The node that stands for many.
fn group(graph: &Graph, members: &[usize]) -> Node {
    let names: Vec<&str> = members.iter().map(|at| graph.nodes[*at].label.as_str()).collect();
    let label = counted(members.len(), if graph.is_units() { "service" } else { "job" });
    let short: Vec<&str> =
        names.iter().map(|name| name.strip_suffix(".service").unwrap_or(name)).take(20).collect();
    let mut hover = vec![label.clone()];
    hover.extend(members.iter().take(text::MOST_LINES).map(|at| {
        let node = &graph.nodes[*at];
        let place = node.hover.first().map(String::as_str).unwrap_or_default();
        format!("{}  ({place})", node.label)
    }));
    hover.extend((members.len() > text::MOST_LINES).then(|| "…".to_owned()));
    Node {
        label,
        kind: Kind::Group,
        hover,
        subtitle: text::cut(&short.join(", "), SUBTITLE),
        unresolved: false,
        in_cycle: false,
        in_focus: false,
    }
}

fn to_group(station: usize, group: usize, count: usize) -> Edge {
    let tie =
        Tie { sort: Sort::Start, text: format!("starts all {count}"), stanza: "--all shows each".to_owned() };
    Edge { from: station, to: group, ties: vec![tie], in_cycle: false }
}

/// The part of a graph that consists of these nodes.
pub(super) fn subset(graph: &Graph, shown: &[bool]) -> Graph {
    let mut new = vec![None; graph.nodes.len()];
    let mut nodes = Vec::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        if shown.get(at).copied().unwrap_or(false) {
            new[at] = Some(nodes.len());
            nodes.push(node.clone());
        }
    }
    let edges = graph.edges.iter().filter_map(|edge| {
        let (from, to) = (new[edge.from]?, new[edge.to]?);
        Some(Edge { from, to, ..edge.clone() })
    });
    let edges = edges.collect();
    Graph { title: graph.title.clone(), view: graph.view, nodes, edges }
}
