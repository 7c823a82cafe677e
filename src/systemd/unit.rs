//! A unit file: directives with where they come from, and their text.

use std::fmt::{self, Write as _};

use super::document::{Assignment, Document, Header, Line, Node, NodeKind};
use super::table::{Directive, Section};
use super::version::{Feature, Version};
use crate::text::{Origin, Span};

/// A unit file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The file's name: `nginx.service`.
    pub name: String,
    /// Comments at the top; lines without a `#` get one.
    pub head: Vec<String>,
    /// The directives; they are printed section by section in their customary order.
    pub entries: Vec<Entry>,
    /// Whether `[Install]` is kept as a comment only: the unit is not to be enabled.
    pub disabled: bool,
    target: Version,
}

/// A directive with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The directive.
    pub directive: Directive,
    /// Its value as it stands in the file.
    pub value: String,
    /// What it stems from.
    pub origin: Option<Origin>,
    /// Comment lines above it; those without a `#` get one.
    pub comments: Vec<String>,
}

impl Unit {
    /// Whether a directive stands in it.
    pub fn has(&self, directive: Directive) -> bool {
        self.entries.iter().any(|entry| entry.directive == directive)
    }

    /// A unit without directives, for that version of systemd.
    pub fn new(name: impl Into<String>, target: Version) -> Self {
        Unit { name: name.into(), head: Vec::new(), entries: Vec::new(), disabled: false, target }
    }

    /// The version that it is for.
    pub fn target(&self) -> Version {
        self.target
    }

    /// Adds a directive. Values of a list are joined on one line, each of them once.
    pub fn add(&mut self, directive: Directive, value: impl Into<String>, origin: Option<Origin>) {
        let value = value.into();
        if directive.is_joined()
            && let Some(entry) = self.entries.iter_mut().find(|entry| entry.directive == directive)
        {
            for word in value.split(' ') {
                if !entry.value.split(' ').any(|known| known == word) {
                    entry.value.push(' ');
                    entry.value.push_str(word);
                }
            }
            return;
        }
        self.entries.push(Entry { directive, value, origin, comments: Vec::new() });
    }

    /// The value of a directive, the first one where there are several.
    pub fn get(&self, directive: Directive) -> Option<&str> {
        self.entries.iter().find(|entry| entry.directive == directive).map(|entry| entry.value.as_str())
    }

    /// The file's text.
    pub fn print(&self) -> String {
        self.printed(None).text
    }

    /// The file's text, below a first line of that comment, and what its lines are.
    pub fn printed(&self, first: Option<&str>) -> Printed<'_> {
        let mut out = Printed { text: String::with_capacity(1024), lines: Vec::new() };
        if let Some(line) = first {
            out.comment(line);
        }
        let begin = out.text.len();
        for line in &self.head {
            out.comment(line);
        }
        let mut entries: Vec<&Entry> = self.entries.iter().collect();
        let section = |entry: &Entry| entry.directive.section_in(self.target);
        entries.sort_by_key(|entry| (section(entry), entry.directive));
        let mut open = None;
        for entry in entries {
            let is_off = self.disabled && section(entry) == Section::Install;
            let mark = if is_off { "# " } else { "" };
            if open != Some(section(entry)) {
                if out.text.len() > begin {
                    out.line(PrintedLine::Blank, format_args!(""));
                }
                if is_off {
                    let why = format_args!("# Not enabled, because the job was disabled with `manual`:");
                    out.line(PrintedLine::Comment(None), why);
                }
                let name = section(entry).name();
                let kind = if is_off { PrintedLine::Comment(None) } else { PrintedLine::Header(name) };
                out.line(kind, format_args!("{mark}[{name}]"));
                open = Some(section(entry));
            }
            for line in &entry.comments {
                out.comment(line);
            }
            let kind = if is_off { PrintedLine::Comment(entry.origin) } else { PrintedLine::Assignment(entry) };
            out.line(kind, format_args!("{mark}{}={}", entry.directive.name(), entry.value));
        }
        out
    }
}

/// A unit file's text, and where its lines begin.
#[derive(Clone, Debug)]
pub struct Printed<'u> {
    /// The text.
    pub text: String,
    lines: Vec<(usize, PrintedLine<'u>)>,
}

/// What a line is.
#[derive(Clone, Copy, Debug)]
enum PrintedLine<'u> {
    Blank,
    /// A comment, or a directive that is kept as one, and what that stems from.
    Comment(Option<Origin>),
    Header(&'static str),
    Assignment(&'u Entry),
}

impl<'u> Printed<'u> {
    fn line(&mut self, kind: PrintedLine<'u>, text: fmt::Arguments<'_>) {
        self.lines.push((self.text.len(), kind));
        let _ = writeln!(self.text, "{text}");
    }

    /// A comment that ends in a backslash would swallow the next line before systemd 241.
    fn comment(&mut self, line: &str) {
        let line = line.trim_end().trim_end_matches('\\').trim_end();
        let mark = match line {
            "" => "#",
            _ if line.starts_with('#') => "",
            _ => "# ",
        };
        self.line(PrintedLine::Comment(None), format_args!("{mark}{line}"));
    }

    /// For each line that stems from somewhere its number, from 1, and where from.
    pub fn origins(&self) -> Vec<(usize, Origin)> {
        let origin = |(number, (_, line)): (usize, &(usize, PrintedLine<'_>))| match line {
            PrintedLine::Assignment(Entry { origin: Some(origin), .. }) | PrintedLine::Comment(Some(origin)) => {
                Some((number + 1, *origin))
            }
            _ => None,
        };
        self.lines.iter().enumerate().filter_map(origin).collect()
    }

    /// What stands in the text: the same as [`Document::read`] finds in it.
    pub fn document(&self) -> Document {
        let ends = self.lines.iter().skip(1).map(|(start, _)| *start).chain([self.text.len()]);
        let nodes = self.lines.iter().zip(ends).map(|(&(start, line), end)| {
            let inked = Span::new(start, end - 1);
            let whole = || Line { pieces: vec![inked], comments: Vec::new() };
            let kind = match line {
                PrintedLine::Blank => NodeKind::Blank,
                PrintedLine::Comment(_) => NodeKind::Comment(inked),
                PrintedLine::Header(name) => NodeKind::Header(Header { line: whole(), name: name.into() }),
                PrintedLine::Assignment(entry) => {
                    let key = entry.directive.name();
                    let value_start = start + key.len() + 1;
                    let (key, value) = (key.into(), entry.value.as_str().into());
                    NodeKind::Assignment(Assignment { line: whole(), key, value, value_start })
                }
            };
            Node { span: Span::new(start, end), kind }
        });
        Document { nodes: nodes.collect() }
    }
}

/// Whether a line fits into what that version reads of a line.
pub(crate) fn line_fits(directive: Directive, value: &str, target: Version) -> bool {
    let limit = if target.has(Feature::LongLines) { 1_000_000 } else { 2046 };
    directive.name().len() + 1 + value.len() <= limit
}
