//! Pictures of how jobs hang together: before, by Upstart's events, and after, by the relations of units.

pub mod cycles;
pub mod dot;
mod events;
mod fold;
pub mod layout;
mod order;
pub mod svg;
pub mod text;
mod units;

use std::collections::HashMap;

use bstr::ByteSlice as _;

pub use events::events;
pub use fold::{Unknown, focus, fold};
pub use units::units;

use crate::convert::LinkedJob;
use crate::text::display;
use crate::text::{Origin, Text, line, named};

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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// Its name for people.
    pub label: String,
    /// What it is.
    pub kind: NodeKind,
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

impl Node {
    fn new(kind: NodeKind, label: String) -> Node {
        Node { label, kind, ..Node::default() }
    }
}

named! {
    /// What a node stands for.
    #[derive(Default)]
    pub enum NodeKind {
        /// A job of the set, or its unit.
        #[default]
        Job = "job",
        /// Many of them that only hang on the same boot targets.
        Group = "group",
        /// Something that the system itself brings about: a boot target, a runlevel, a mount.
        BootTarget = "boot-target",
        /// An event that anybody can announce, or its target.
        Event = "event",
        /// A unit beside a job's: a socket, a watched file, a unit of all conditions.
        Helper = "helper",
        /// A job or a unit that is not in the set.
        External = "external",
    }

    /// The kinds of relations.
    pub enum Sort {
        /// The first starts the second.
        Start = "start",
        /// The second waits for the first.
        Order = "order",
        /// The first stops the second.
        Stop = "stop",
    }
}

/// An edge, from what comes first to what follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Index of the node that it comes from.
    pub from: usize,
    /// Index of the node that it leads to.
    pub to: usize,
    /// What it stands for.
    pub relations: Vec<Relation>,
    /// Whether it belongs to a cycle.
    pub in_cycle: bool,
}

/// One relation of an edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Its kind.
    pub sort: Sort,
    /// The event or the directives.
    pub text: String,
    /// The stanza that it stems from, with its place.
    pub stanza: String,
}

impl Edge {
    /// The kinds of lines that it is drawn with. A start says enough of the order.
    pub(crate) fn sorts(&self) -> Vec<Sort> {
        let drawn = |sort: &Sort| self.has(*sort) && (*sort != Sort::Order || !self.has(Sort::Start));
        Sort::ALL.iter().copied().filter(drawn).collect()
    }

    /// Whether it stands for a relation of that kind.
    fn has(&self, sort: Sort) -> bool {
        self.relations.iter().any(|relation| relation.sort == sort)
    }

    /// What is to be said of a line of that kind, line by line.
    pub(crate) fn hover(&self, graph: &Graph, sort: Sort) -> Vec<String> {
        let name = |at: usize| graph.nodes.get(at).map_or("", |node| node.label.as_str());
        let mut lines = vec![format!("{} → {}", name(self.from), name(self.to))];
        for relation in self.relations.iter().filter(|relation| (relation.sort == Sort::Stop) == (sort == Sort::Stop)) {
            let line = format!("{}  ({})", relation.text, relation.stanza);
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
    nodes: HashMap<(NodeKind, Text), usize>,
    edges: HashMap<(usize, usize), usize>,
}

impl Builder {
    /// The node of that kind and name, which is made where there is none.
    fn node(&mut self, kind: NodeKind, name: &[u8]) -> usize {
        let nodes = &mut self.graph.nodes;
        *self.nodes.entry((kind, Text::from(name))).or_insert_with(|| {
            nodes.push(Node::new(kind, display::clean(name)));
            nodes.len() - 1
        })
    }

    fn relate(&mut self, from: usize, to: usize, sort: Sort, text: impl Into<String>, stanza: &str) {
        let edges = &mut self.graph.edges;
        let at = *self.edges.entry((from, to)).or_insert_with(|| {
            edges.push(Edge { from, to, relations: Vec::new(), in_cycle: false });
            edges.len() - 1
        });
        let relation = Relation { sort, text: text.into(), stanza: stanza.to_owned() };
        let relations = &mut edges[at].relations;
        // Of what hangs together a thousandfold, nobody reads more.
        if relations.len() < text::MOST_LINES && !relations.contains(&relation) {
            relations.push(relation);
        }
    }
}

impl LinkedJob {
    /// A stanza as written, and where: `start on startup, init/web.conf:3`.
    fn stanza(&self, origin: Option<Origin>) -> String {
        let Some(origin) = origin else { return display::clean(self.files.conf.name.as_bytes()) };
        let source = self.files.over.as_ref().filter(|_| origin.file == 1).unwrap_or(&self.files.conf);
        let whole = origin.span.of(&source.text);
        let first = whole.lines().next().unwrap_or_default();
        // Of a script the place is enough.
        let shown = if first.trim_ascii_end().ends_with(b"script") { first } else { whole };
        let words = shown.get(..400).unwrap_or(shown).split(u8::is_ascii_whitespace);
        let words: Vec<&[u8]> = words.filter(|word| !word.is_empty()).collect();
        let written = display::cut(&display::clean(&words.join(&b' ')), 160);
        let file = display::clean(source.name.as_bytes());
        format!("{written}, {file}:{}", line(&source.text, origin.span.start))
    }

    /// What is to be said of the job.
    fn hover(&self) -> Vec<String> {
        let service = &self.reading.service;
        let mut lines = vec![display::clean(self.files.conf.name.as_bytes())];
        if let Some(description) = &service.description {
            lines.push(display::cut(&display::clean(&description.value), 160));
        }
        let conditions = [&service.start_on, &service.stop_on].into_iter().flatten();
        lines.extend(conditions.map(|condition| self.stanza(condition.origin())));
        match &service.enablement {
            Some(disabled) => lines.push(format!("disabled: {}", self.stanza(disabled.origin()))),
            None if service.start_on.is_none() => lines.push("nothing starts it by itself".to_owned()),
            None => {}
        }
        lines
    }
}
