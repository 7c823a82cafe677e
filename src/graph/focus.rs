//! One job and its surroundings.

use thiserror::Error;

use super::fold::subset;
use super::{Graph, Kind, text};

/// How many ties away from the job is still shown.
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

/// The part of a graph that is within two ties of a job, which may be named with the suffix of its unit or
/// without. What lies behind a station is not looked at: there lies almost everything.
///
/// # Errors
/// When there is no such job.
pub fn focus(graph: &Graph, name: &str) -> Result<Graph, Unknown> {
    let wanted = text::clean(name.as_bytes());
    let jobs = || graph.nodes.iter().enumerate().filter(|(_, node)| node.kind == Kind::Job);
    let found = jobs()
        .find(|(_, node)| node.label == wanted)
        .or_else(|| jobs().find(|(_, node)| stem(&node.label) == stem(&wanted)));
    let Some((start, _)) = found else {
        let near = jobs()
            .map(|(_, node)| stem(&node.label))
            .map(|label| (strsim::damerau_levenshtein(label, stem(&wanted)), label))
            .filter(|(distance, _)| *distance <= 4 && *distance < wanted.chars().count())
            .min();
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
            if graph.nodes[at].kind == Kind::Station {
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
    graph.title = format!("{}: what is within two ties of {}", graph.title, graph.nodes[start].label);
    Ok(subset(&graph, &shown))
}

fn stem(label: &str) -> &str {
    let stem = label.strip_suffix(".service").unwrap_or(label);
    stem.strip_suffix('@').unwrap_or(stem)
}
