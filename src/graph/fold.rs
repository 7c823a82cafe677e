//! What of a graph is drawn. Jobs are folded: what hangs on the boot targets and on nothing else, as almost
//! everything does. Or there is but one job, with what is near it.

use std::collections::{BTreeMap, HashSet};

use thiserror::Error;

use super::{Edge, Graph, Node, NodeKind, Relation, Sort, text};
use crate::text::display::{self, counted};

/// Names in a group's subtitle: about so many characters.
const SUBTITLE: usize = 38;

/// Folds the jobs that are connected to no other job into one node for each set of boot targets that start them.
/// Of all others the boot targets become a line below the name.
#[must_use]
pub fn fold(graph: &Graph) -> Graph {
    let is_boot_target = |at: usize| graph.nodes.get(at).is_some_and(|node| node.kind == NodeKind::BootTarget);
    let count = graph.nodes.len();
    let mut started_by: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut edges: Vec<Edge> = Vec::new();
    for edge in &graph.edges {
        let (from, to) = (is_boot_target(edge.from), is_boot_target(edge.to));
        let starts = edge.has(Sort::Start);
        if from && starts {
            started_by[edge.to].push(edge.from);
        }
        // What announces a boot target stays.
        if edge.in_cycle || !from && (!to || starts) {
            edges.push(edge.clone());
        }
    }
    let tied = ends(&edges);
    let mut groups: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        started_by[at].sort_unstable();
        if node.kind == NodeKind::Job && !tied.contains(&at) {
            groups.entry(started_by[at].clone()).or_default().push(at);
        }
    }
    let mut nodes = graph.nodes.clone();
    let (mut folded, mut alone) = (HashSet::<usize>::new(), HashSet::<usize>::new());
    for (boot_targets, members) in &groups {
        if let [one] = members.as_slice() {
            alone.insert(*one);
            continue;
        }
        folded.extend(members);
        let mut whole = group(graph, members);
        if boot_targets.is_empty() {
            whole.label += " that nothing starts";
        }
        nodes.push(whole);
        edges.extend(boot_targets.iter().map(|boot_target| to_group(*boot_target, nodes.len() - 1, members.len())));
    }
    let starts_one = |edge: &&Edge| edge.has(Sort::Start) && alone.contains(&edge.to);
    edges.extend(graph.edges.iter().filter(starts_one).cloned());
    for &at in &tied {
        if nodes[at].kind != NodeKind::BootTarget && !nodes[at].in_cycle {
            let names: Vec<&str> = started_by[at].iter().map(|at| graph.nodes[*at].label.as_str()).collect();
            nodes[at].subtitle = display::cut(&names.join(", "), SUBTITLE);
        }
    }
    // A boot target that somebody announces, and that nothing to be seen hangs on, is only said in words.
    let heard: HashSet<usize> = edges.iter().map(|edge| edge.from).collect();
    let is_idle = |edge: &mut Edge| !edge.in_cycle && is_boot_target(edge.to) && !heard.contains(&edge.to);
    for Edge { from, to, .. } in edges.extract_if(.., is_idle) {
        if nodes[from].hover.len() < text::MOST_LINES {
            let tied = if graph.is_units() { "comes before" } else { "announces" };
            let line = format!("{tied} {}", nodes[to].label);
            nodes[from].hover.push(line);
        }
    }
    let used = ends(&edges);
    let is_shown = |at: usize| !folded.contains(&at) && (nodes[at].kind != NodeKind::BootTarget || used.contains(&at));
    let shown: Vec<bool> = (0..nodes.len()).map(is_shown).collect();
    subset(&Graph { title: graph.title.clone(), view: graph.view, nodes, edges }, &shown)
}

/// The nodes that edges lead from or to.
fn ends(edges: &[Edge]) -> HashSet<usize> {
    edges.iter().flat_map(|edge| [edge.from, edge.to]).collect()
}

/// The node that stands for many.
fn group(graph: &Graph, members: &[usize]) -> Node {
    let names: Vec<&str> = members.iter().map(|at| graph.nodes[*at].label.as_str()).collect();
    let label = counted(members.len(), if graph.is_units() { "service" } else { "job" });
    let short = names.iter().take(20).map(|name| name.strip_suffix(".service").unwrap_or(name));
    let short: Vec<&str> = short.collect();
    let mut hover = vec![label.clone()];
    hover.extend(members.iter().take(text::MOST_LINES).map(|at| {
        let node = &graph.nodes[*at];
        let place = node.hover.first().map(String::as_str).unwrap_or_default();
        format!("{}  ({place})", node.label)
    }));
    hover.extend((members.len() > text::MOST_LINES).then(|| "…".to_owned()));
    let subtitle = display::cut(&short.join(", "), SUBTITLE);
    Node { hover, subtitle, ..Node::new(NodeKind::Group, label) }
}

fn to_group(boot_target: usize, group: usize, count: usize) -> Edge {
    let relation =
        Relation { sort: Sort::Start, text: format!("starts all {count}"), stanza: "--all shows each".to_owned() };
    Edge { from: boot_target, to: group, relations: vec![relation], in_cycle: false }
}

/// How many steps away from the job is still shown.
const REACH: usize = 2;

/// There is no such job.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("there is no job `{name}`{}", near.as_ref().map_or_else(String::new, |near| format!("; did you mean `{near}`?")))]
pub struct Unknown {
    /// What was asked for.
    pub name: String,
    /// The name that is nearest, if one is near.
    pub near: Option<String>,
}

/// The part of a graph that is within two steps of a job, which may be named with the suffix of its unit or
/// without. What lies behind a boot target is not looked at: there lies almost everything.
///
/// # Errors
/// When there is no such job.
pub fn focus(graph: &Graph, name: &str) -> Result<Graph, Unknown> {
    let wanted = display::clean(name.as_bytes());
    let jobs = || graph.nodes.iter().enumerate().filter(|(_, node)| node.kind == NodeKind::Job);
    let found = jobs()
        .find(|(_, node)| node.label == wanted)
        .or_else(|| jobs().find(|(_, node)| stem(&node.label) == stem(&wanted)));
    let Some((start, _)) = found else {
        let labels = jobs().map(|(_, node)| stem(&node.label));
        let distances = labels.map(|label| (strsim::damerau_levenshtein(label, stem(&wanted)), label));
        let near = distances.filter(|(far, _)| *far <= 4 && *far < wanted.chars().count()).min();
        return Err(Unknown { name: wanted, near: near.map(|(_, label)| label.to_owned()) });
    };
    let mut beside = vec![Vec::new(); graph.nodes.len()];
    for edge in &graph.edges {
        beside[edge.from].push(edge.to);
        beside[edge.to].push(edge.from);
    }
    let mut shown = vec![false; graph.nodes.len()];
    shown[start] = true;
    let mut edge_of = vec![start];
    for _ in 0..REACH {
        let mut next = Vec::new();
        for at in edge_of {
            if graph.nodes[at].kind == NodeKind::BootTarget {
                continue;
            }
            for &other in &beside[at] {
                if !std::mem::replace(&mut shown[other], true) {
                    next.push(other);
                }
            }
        }
        edge_of = next;
    }
    let mut graph = graph.clone();
    graph.nodes[start].in_focus = true;
    graph.title = format!("{}: what is within two steps of {}", graph.title, graph.nodes[start].label);
    Ok(subset(&graph, &shown))
}

fn stem(label: &str) -> &str {
    let stem = label.strip_suffix(".service").unwrap_or(label);
    stem.strip_suffix('@').unwrap_or(stem)
}

/// The part of a graph that consists of these nodes.
fn subset(graph: &Graph, shown: &[bool]) -> Graph {
    let mut new = vec![None; graph.nodes.len()];
    let mut nodes = Vec::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        if shown.get(at).copied().unwrap_or(false) {
            new[at] = Some(nodes.len());
            nodes.push(node.clone());
        }
    }
    let kept = |edge: &Edge| Some(Edge { from: new[edge.from]?, to: new[edge.to]?, ..edge.clone() });
    let edges = graph.edges.iter().filter_map(kept).collect();
    Graph { title: graph.title.clone(), view: graph.view, nodes, edges }
}
