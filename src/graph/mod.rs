//! Pictures of how jobs hang together: before, by Upstart's events, and after, by the relations of units.

pub mod cycles;
pub mod dot;
mod events;
mod focus;
mod fold;
pub mod layout;
mod order;
pub mod svg;
pub mod text;
mod units;

use std::collections::HashMap;

use bstr::ByteSlice as _;

pub use events::events;
pub use focus::{Unknown, focus};
pub use fold::fold;
pub use units::units;

use crate::text::{Origin, Text, line};
use crate::upstart::read::{JobFiles, Reading};

/// A graph to draw.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// A line about the whole.
    pub title: String,
    /// What it shows.
    pub view: View,
    /// Its nodes.
    pub nodes: Vec<Node>,
    /// Its edges: one for each pair of nodes in one direction.
    pub edges: Vec<Edge>,
}

/// What a graph shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// Before: jobs and events.
    #[default]
    Events,
    /// After: units.
    Units,
}

impl Graph {
    fn is_units(&self) -> bool {
        self.view == View::Units
    }
}

/// A job, an event, a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its name for people.
    pub label: String,
    /// What it is.
    pub kind: Kind,
    /// What else is to be said of it, line by line.
    pub hover: Vec<String>,
    /// A line below its name.
    pub subtitle: String,
    /// Whether nobody knows where it comes from.
    pub unresolved: bool,
    /// Whether it belongs to a cycle.
    pub in_cycle: bool,
    /// Whether the picture is about it.
    pub in_focus: bool,
}

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A job of the set, or its unit.
    Job,
    /// Many of them that only hang on the same stations.
    Group,
    /// Something that the system itself brings about: a station of the boot, a runlevel, a mount.
    Station,
    /// An event that anybody can announce, or its target.
    Event,
    /// A unit beside a job's: a socket, a watched file, a latch.
    Helper,
    /// A job or a unit that is not in the set.
    Beyond,
}

/// An edge, from what comes first to what follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Index of the node that it comes from.
    pub from: usize,
    /// Index of the node that it leads to.
    pub to: usize,
    /// What it stands for.
    pub ties: Vec<Tie>,
    /// Whether it belongs to a cycle.
    pub in_cycle: bool,
}

/// One relation of an edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tie {
    /// Its kind.
    pub sort: Sort,
    /// The event or the directives.
    pub text: String,
    /// The stanza that it stems from, with its place.
    pub stanza: String,
}

/// The kinds of relations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// The first starts the second.
    Start,
    /// The second waits for the first.
    Order,
    /// The first stops the second.
    Stop,
}

impl Edge {
    /// The kinds of lines that it is drawn with. A start says enough of the order.
    pub fn sorts(&self) -> Vec<Sort> {
        let has = |sort| self.ties.iter().any(|tie| tie.sort == sort);
        let mut sorts = Vec::new();
        if has(Sort::Start) {
            sorts.push(Sort::Start);
        } else if has(Sort::Order) {
            sorts.push(Sort::Order);
        }
        if has(Sort::Stop) {
            sorts.push(Sort::Stop);
        }
        sorts
    }

    /// What is to be said of a line of that kind, line by line.
    pub fn hover(&self, graph: &Graph, sort: Sort) -> Vec<String> {
        let name = |at: usize| graph.nodes.get(at).map_or("", |node| node.label.as_str());
        let mut lines = vec![format!("{} → {}", name(self.from), name(self.to))];
        let ties = self.ties.iter().filter(|tie| (tie.sort == Sort::Stop) == (sort == Sort::Stop));
        for tie in ties {
            let line = format!("{}  ({})", tie.text, tie.stanza);
            if !lines.contains(&line) {
                lines.push(line);
            }
            if lines.len() > text::MOST_LINES {
                lines.push("…".to_owned());
                break;
            }
        }
        lines
    }
}

/// Puts a graph together.
#[derive(Default)]
struct Builder {
    graph: Graph,
    nodes: HashMap<(Kind, Text), usize>,
    edges: HashMap<(usize, usize), usize>,
}

impl Builder {
    /// The node of that kind and name, which is made where there is none.
    fn node(&mut self, kind: Kind, name: &[u8]) -> usize {
        let nodes = &mut self.graph.nodes;
        *self.nodes.entry((kind, Text::from(name))).or_insert_with(|| {
            nodes.push(Node {
                label: text::clean(name),
                kind,
                hover: Vec::new(),
                subtitle: String::new(),
                unresolved: false,
                in_cycle: false,
                in_focus: false,
            });
            nodes.len() - 1
        })
    }

    fn tie(&mut self, from: usize, to: usize, sort: Sort, text: impl Into<String>, stanza: &str) {
        let edges = &mut self.graph.edges;
        let at = *self.edges.entry((from, to)).or_insert_with(|| {
            edges.push(Edge { from, to, ties: Vec::new(), in_cycle: false });
            edges.len() - 1
        });
        let tie = Tie { sort, text: text.into(), stanza: stanza.to_owned() };
        let ties = &mut edges[at].ties;
        // Of what hangs together a thousandfold, nobody reads more.
        if ties.len() < text::MOST_LINES && !ties.contains(&tie) {
            ties.push(tie);
        }
    }
}

/// A job that was read, with the files that it was read from.
#[derive(Clone, Copy, Debug)]
pub struct Read<'a> {
    /// Its files.
    pub files: &'a JobFiles,
    /// What was read.
    pub reading: &'a Reading,
}

impl Read<'_> {
    /// A stanza as written, and where: `start on startup, init/web.conf:3`.
    fn stanza(&self, origin: Origin) -> String {
        let source = match (&self.files.over, origin.file) {
            (Some(over), 1) => over,
            _ => &self.files.conf,
        };
        let whole = origin.span.of(&source.text);
        // Of a script the place is enough.
        let is_script = whole.lines().next().is_some_and(|first| first.trim_ascii_end().ends_with(b"script"));
        let first = if is_script { whole.lines().next().unwrap_or_default() } else { whole };
        let words = first.get(..400).unwrap_or(first).split(u8::is_ascii_whitespace);
        let words: Vec<&[u8]> = words.filter(|word| !word.is_empty()).collect();
        let written = text::clean(&words.join(&b' '));
        let place =
            format!("{}:{}", text::clean(source.name.as_bytes()), line(&source.text, origin.span.start));
        format!("{}, {place}", text::cut(&written, 160))
    }

    /// What is to be said of the job.
    fn hover(&self) -> Vec<String> {
        let service = &self.reading.service;
        let mut lines = vec![text::clean(self.files.conf.name.as_bytes())];
        if let Some(description) = &service.description {
            lines.push(text::cut(&text::clean(&description.value), 160));
        }
        for origin in [service.start_on.as_ref(), service.stop_on.as_ref()].into_iter().flatten() {
            lines.push(self.stanza(origin.origin));
        }
        match &service.enablement {
            Some(disabled) => lines.push(format!("disabled: {}", self.stanza(disabled.origin))),
            None if service.start_on.is_none() => lines.push("nothing starts it by itself".to_owned()),
            None => {}
        }
        lines
    }
}

/// A count with its noun.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
