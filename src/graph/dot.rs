//! A graph in the language of Graphviz.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::{Graph, Node, NodeKind, Sort};

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
    let lines = [&node.label, &node.subtitle].into_iter().filter(|line| !line.is_empty());
    let label = quoted(&lines.map(String::as_str).collect::<Vec<_>>().join("\n"));
    let mut list = Vec::new();
    if label != *id {
        list.push(("label", label));
    }
    let by_kind = match node.kind {
        NodeKind::Job => None,
        NodeKind::Group => Some(("shape", "folder")),
        NodeKind::BootTarget => Some(("shape", "ellipse")),
        NodeKind::Event => Some(("shape", "hexagon")),
        NodeKind::Helper => Some(("shape", "component")),
        NodeKind::External => Some(("color", "gray")),
    };
    let marks = [
        by_kind,
        node.unresolved.then_some(("style", "dashed")),
        node.in_cycle.then_some(("color", "red")),
        node.in_focus.then_some(("penwidth", "2")),
    ];
    list.extend(marks.into_iter().flatten().map(|(name, value)| (name, value.to_owned())));
    if !node.hover.is_empty() {
        list.push(("tooltip", quoted(&node.hover.join("\n"))));
    }
    list
}

/// The nodes' names; a job and an event of the same name get a number.
fn ids(graph: &Graph) -> Vec<String> {
    let mut taken: HashSet<String> = HashSet::new();
    let ids = graph.nodes.iter().map(|node| {
        let label = &node.label;
        let mut names = std::iter::once(label.clone()).chain((2..).map(|number| format!("{label} ({number})")));
        quoted(&names.find(|id| taken.insert(id.clone())).unwrap_or_default())
    });
    ids.collect()
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
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n"))
}
