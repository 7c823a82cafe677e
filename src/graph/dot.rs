//! A graph in the language of Graphviz.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::{Graph, Kind, Node, Sort};

/// The graph as text for `dot`.
pub fn write(graph: &Graph) -> String {
    let mut out = String::from("digraph cutover {\n");
    let _ = writeln!(out, "  label={};", quoted(&graph.title));
    out.push_str("  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\", fontsize=11];\n");
    out.push_str("  edge [fontname=\"sans-serif\", fontsize=9];\n");
    let ids = ids(graph);
    for (node, id) in graph.nodes.iter().zip(&ids) {
        let _ = writeln!(out, "  {id}{};", attributes(&of_node(node, id)));
    }
    for edge in &graph.edges {
        let (Some(from), Some(to)) = (ids.get(edge.from), ids.get(edge.to)) else { continue };
        for sort in edge.sorts() {
            let tooltip = edge.hover(graph, sort).join("\n");
            let mut list = vec![("tooltip", quoted(&tooltip))];
            match sort {
                Sort::Start => {}
                Sort::Order => list.push(("style", "dotted".to_owned())),
                Sort::Stop => list.push(("style", "dashed".to_owned())),
            }
            if edge.in_cycle && sort != Sort::Stop {
                list.push(("color", "red".to_owned()));
            }
            let _ = writeln!(out, "  {from} -> {to}{};", attributes(&list));
        }
    }
    out.push_str("}\n");
    out
}

fn of_node(node: &Node, id: &str) -> Vec<(&'static str, String)> {
    let mut list = Vec::new();
    let label = if node.subtitle.is_empty() {
        node.label.clone()
    } else {
        format!("{}\n{}", node.label, node.subtitle)
    };
    if quoted(&label) != *id {
        list.push(("label", quoted(&label)));
    }
    match node.kind {
        Kind::Job => {}
        Kind::Group => list.push(("shape", "folder".to_owned())),
        Kind::Station => list.push(("shape", "ellipse".to_owned())),
        Kind::Event => list.push(("shape", "hexagon".to_owned())),
        Kind::Helper => list.push(("shape", "component".to_owned())),
        Kind::Beyond => list.push(("color", "gray".to_owned())),
    }
    if node.unresolved {
        list.push(("style", "dashed".to_owned()));
    }
    if node.in_cycle {
        list.push(("color", "red".to_owned()));
    }
    if node.in_focus {
        list.push(("penwidth", "2".to_owned()));
    }
    if !node.hover.is_empty() {
        list.push(("tooltip", quoted(&node.hover.join("\n"))));
    }
    list
}

/// The nodes' names; a job and an event of the same name get a number.
fn ids(graph: &Graph) -> Vec<String> {
    let mut taken: HashSet<String> = HashSet::new();
    let mut numbers: std::collections::HashMap<&str, usize> = std::collections::HashMap::new();
    let mut ids = Vec::with_capacity(graph.nodes.len());
    for node in &graph.nodes {
        let number = numbers.entry(&node.label).or_default();
        loop {
            *number += 1;
            let id = if *number == 1 { node.label.clone() } else { format!("{} ({number})", node.label) };
            if taken.insert(id.clone()) {
                ids.push(quoted(&id));
                break;
            }
        }
    }
    ids
}

fn attributes(list: &[(&str, String)]) -> String {
    if list.is_empty() {
        return String::new();
    }
    let list: Vec<String> = list.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!(" [{}]", list.join(", "))
}

/// In quotes. A backslash is doubled, since before a letter it is an escape in labels.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
