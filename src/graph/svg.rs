//! A graph as a picture.

use std::fmt::Write as _;

use super::layout::{self, Input, Layout, Point, Route};
use super::{Edge, Graph, Node, NodeKind, Sort, text};
use crate::text::display;

/// Size of names, and of what stands below them.
const NAME: f64 = 12.0;
const SMALL: f64 = 9.5;
/// Characters of a name that are shown; hover text has all of it.
const LONGEST: usize = 44;
const MARGIN: f64 = 18.0;
/// Where the graph begins: below the title.
const HEAD: f64 = 44.0;

const STYLE: &str = "text{font-family:'DejaVu Sans',Verdana,Arial,sans-serif;font-size:12px;fill:#1a1a1a}\
.small{font-size:9.5px;fill:#444}.title{font-size:15px;font-weight:bold}\
.box{fill:#fff;stroke:#444;stroke-width:1.1}.group .box{fill:#f3f3f3}.boot-target .box{fill:#e3eefb;stroke:#3a6ea5}\
.event .box{fill:#fff6d9;stroke:#8a6d00}.helper .box{fill:#eef7ee;stroke:#4a7a4a}.external .box{fill:#f3f3f3;stroke:#999}\
.unresolved .box{stroke-dasharray:5 3;stroke-width:1.6;stroke:#b34700}\
.cycle .box{stroke:#c40000;stroke-width:2;fill:#fdeaea}.focus .box{stroke-width:2.6;fill:#fffbe0}\
.line{fill:none;stroke-width:1.2}.start{stroke:#333}.order{stroke:#8c8c8c;stroke-dasharray:1.5 3}\
.stop{stroke:#7a4fa3;stroke-dasharray:6 4}.red{stroke:#d00000;stroke-width:2}.wide{fill:none;stroke:#000;stroke-opacity:0;stroke-width:9}\
.edge:hover .line{stroke-width:3}.node:hover .box{stroke-width:2.4}";

/// The picture, with what hangs together side by side.
pub fn write(graph: &Graph) -> String {
    let strong = |edge: &Edge| edge.has(Sort::Start) || edge.has(Sort::Order);
    let edges = graph.edges.iter().map(|edge| (edge.from, edge.to, strong(edge))).collect();
    let input = Input { sizes: graph.nodes.iter().map(size).collect(), edges };
    let layout = layout::layout(&input);
    let title = display::cut(&graph.title, 120);
    let width = (layout.size.0.max(text::width(&title, 16.5)).max(620.0) + 2.0 * MARGIN).ceil();
    let (legend, rows) = legend(graph, width - 2.0 * MARGIN);
    let bottom = HEAD + layout.size.1 + 30.0;
    let height = (bottom + rows + MARGIN).ceil();

    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">"
    );
    let _ = writeln!(out, "<title>{}</title>", escaped(&graph.title));
    let _ = writeln!(out, "<style>{STYLE}</style>");
    out.push_str("<defs>");
    for (name, colour) in [("start", "#333"), ("order", "#8c8c8c"), ("stop", "#7a4fa3"), ("red", "#d00000")] {
        let _ = write!(
            out,
            "<marker id=\"to-{name}\" viewBox=\"0 0 10 8\" refX=\"9.5\" refY=\"4\" markerWidth=\"9\" \
             markerHeight=\"7\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0L10 4L0 8z\" fill=\"{colour}\"/></marker>"
        );
    }
    out.push_str("</defs>\n");
    let _ = writeln!(out, "<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>");
    let _ = writeln!(out, "<text class=\"title\" x=\"{MARGIN}\" y=\"26\">{}</text>", escaped(&title));
    let _ = writeln!(out, "<g transform=\"translate({MARGIN} {HEAD})\">");
    // What matters most is drawn last, on top.
    for red in [false, true] {
        for (edge, route) in graph.edges.iter().zip(&layout.routes) {
            if edge.in_cycle == red {
                draw_edge(&mut out, graph, edge, route);
            }
        }
    }
    draw_nodes(&mut out, graph, &input, &layout);
    out.push_str("</g>\n");
    let _ = writeln!(out, "<g transform=\"translate({MARGIN} {bottom})\">{legend}</g>");
    out.push_str("</svg>\n");
    out
}

/// Width and height of a node's box.
fn size(node: &Node) -> (f64, f64) {
    let name = text::width(&display::cut(&node.label, LONGEST), NAME);
    let small = text::width(&node.subtitle, SMALL);
    let side = if matches!(node.kind, NodeKind::BootTarget | NodeKind::Event) { 26.0 } else { 16.0 };
    ((name.max(small) + side).ceil(), if node.subtitle.is_empty() { 22.0 } else { 34.0 })
}

fn draw_nodes(out: &mut String, graph: &Graph, input: &Input, layout: &Layout) {
    for ((node, (width, height)), (x, y)) in graph.nodes.iter().zip(&input.sizes).zip(&layout.nodes) {
        let hover = [std::slice::from_ref(&node.label), &node.hover].concat().join("\n");
        let _ = write!(out, "<g class=\"node {}\"><title>{}</title>", classes(node), escaped(&hover));
        let (left, top) = (x - width / 2.0, y - height / 2.0);
        let round = match node.kind {
            NodeKind::BootTarget | NodeKind::Event => height / 2.0,
            _ => 3.0,
        };
        if node.kind == NodeKind::Group {
            // A second box behind it: there are several.
            let right = left + 3.0;
            let _ = write!(out, r#"<path class="box" d="M{right:.1} {top:.1}v-3h{width:.1}v{height:.1}h-3"/>"#);
        }
        let _ = write!(
            out,
            "<rect class=\"box\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{round}\"/>"
        );
        let label = display::cut(&node.label, LONGEST);
        let base = if node.subtitle.is_empty() { y + 4.2 } else { y - 2.2 };
        out.push_str(&words("", (*x, base), MIDDLE, &label));
        if !node.subtitle.is_empty() {
            out.push_str(&words(BELOW, (*x, y + 11.0), MIDDLE, &node.subtitle));
        }
        out.push_str("</g>\n");
    }
}

fn classes(node: &Node) -> String {
    let mut classes = node.kind.name().to_owned();
    let marks = [(node.unresolved, " unresolved"), (node.in_cycle, " cycle"), (node.in_focus, " focus")];
    classes.extend(marks.iter().filter(|(is, _)| *is).map(|(_, class)| *class));
    classes
}

fn draw_edge(out: &mut String, graph: &Graph, edge: &Edge, route: &Route) {
    for sort in edge.sorts() {
        let path = path(route, if sort == Sort::Stop && edge.sorts().len() > 1 { 4.0 } else { 0.0 });
        let (class, marker) = match sort {
            Sort::Start | Sort::Order if edge.in_cycle => ("start red", "red"),
            sort => (sort.name(), sort.name()),
        };
        let hover = edge.hover(graph, sort).join("\n");
        let _ = writeln!(
            out,
            "<g class=\"edge\"><title>{}</title><path class=\"wide\" d=\"{path}\"/>\
             <path class=\"line {class}\" marker-end=\"url(#to-{marker})\" d=\"{path}\"/></g>",
            escaped(&hover)
        );
    }
}

/// A curve along a route, so much lower than it.
fn path(route: &Route, lower: f64) -> String {
    let mut path = String::new();
    match route {
        Route::Across(points) => {
            let mut last: Option<Point> = None;
            for &(x, y) in points {
                let y = y + lower;
                match last {
                    None => {
                        let _ = write!(path, "M{x:.1} {y:.1}");
                    }
                    Some((_, before)) if (before - y).abs() < 0.05 => {
                        let _ = write!(path, "L{x:.1} {y:.1}");
                    }
                    Some((left, before)) => {
                        let middle = f64::midpoint(left, x);
                        let _ = write!(path, "C{middle:.1} {before:.1} {middle:.1} {y:.1} {x:.1} {y:.1}");
                    }
                }
                last = Some((x, y));
            }
        }
        Route::Beside(from, to) => {
            // To itself, it leaves above and comes back below.
            let apart = if (from.1 - to.1).abs() < 0.05 { 6.0 } else { 0.0 };
            let (x1, y1, x2, y2) = (from.0, from.1 - apart + lower, to.0, to.1 + apart + lower);
            let out = x1.max(x2) + 30.0;
            let _ = write!(path, "M{x1:.1} {y1:.1}C{out:.1} {y1:.1} {out:.1} {y2:.1} {x2:.1} {y2:.1}");
        }
    }
    path
}

/// What the shapes and lines mean, as far as they occur, and its height.
fn legend(graph: &Graph, width: f64) -> (String, f64) {
    let node = |is: &dyn Fn(&Node) -> bool| graph.nodes.iter().any(is);
    let kind = |kind| node(&|node| node.kind == kind);
    let line = |sort| graph.edges.iter().any(|edge| edge.sorts().contains(&sort));
    let after = graph.is_units();
    let boxes = [
        (kind(NodeKind::Job), "job", if after { "unit of a job" } else { "job" }),
        (kind(NodeKind::Group), "group", "jobs connected to nothing but the boot target"),
        (kind(NodeKind::BootTarget), "boot-target", "boot target or event of the kernel"),
        (kind(NodeKind::Event), "event", if after { "target of a custom event" } else { "custom event" }),
        (kind(NodeKind::Helper), "helper", "unit beside a job's"),
        (kind(NodeKind::External), "external", "not in the set"),
        (node(&|node| node.unresolved), "unresolved", "unresolved: nobody announces or provides it"),
        (node(&|node| node.in_cycle), "cycle", "part of a cycle"),
    ];
    let lines = [
        (line(Sort::Start), "start", "start", "starts"),
        (line(Sort::Order), "order", "order", "is waited for by"),
        (line(Sort::Stop), "stop", "stop", "stops"),
        (graph.edges.iter().any(|edge| edge.in_cycle), "start red", "red", "closes a cycle"),
    ];
    let mut out = String::new();
    let (mut x, mut y) = (0.0, 8.0);
    let mut put = |says: &str, swatch: &dyn Fn(&mut String, f64, f64)| {
        let long = 34.0 + text::width(says, SMALL) + 20.0;
        if x > 0.0 && x + long > width {
            x = 0.0;
            y += 20.0;
        }
        swatch(&mut out, x, y);
        out.push_str(&words(BELOW, (x + 34.0, y + 3.4), "", says));
        x += long;
    };
    for (_, class, says) in boxes.iter().filter(|(is, _, _)| *is) {
        put(says, &|out, x, y| {
            let round = if matches!(*class, "boot-target" | "event") { 7 } else { 2 };
            let top = y - 7.0;
            let _ = write!(
                out,
                r#"<g class="{class}"><rect class="box" x="{x:.1}" y="{top:.1}" width="27" height="14" rx="{round}"/></g>"#
            );
        });
    }
    for (_, class, marker, says) in lines.iter().filter(|(is, ..)| *is) {
        put(says, &|out, x, y| {
            let _ = write!(out, r#"<path class="line {class}" marker-end="url(#to-{marker})" d="M{x:.1} {y:.1}h28"/>"#);
        });
    }
    if node(&|node| !node.subtitle.is_empty() && node.kind != NodeKind::Group) {
        put("small below a name: boot targets that start it", &|out, x, y| {
            out.push_str(&words(BELOW, (x, y + 3.4), "", "name"));
        });
    }
    (out, y + 12.0)
}

/// What words below a name have, and those around whose middle the place is.
const BELOW: &str = r#" class="small""#;
const MIDDLE: &str = r#" text-anchor="middle""#;

/// Words at a place.
fn words(class: &str, (x, y): Point, anchor: &str, text: &str) -> String {
    format!(r#"<text{class} x="{x:.1}" y="{y:.1}"{anchor}>{}</text>"#, escaped(text))
}

/// As XML wants it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
