//! A unit file: directives with where they come from, and their text.

use std::fmt::Write as _;

use super::table::{Directive, Section};
use super::version::{Feature, Version};
use crate::text::Origin;

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
        self.print_with_origins().0
    }

    /// The file's text, and for each line that stems from somewhere its number, from 1, and where from.
    pub fn print_with_origins(&self) -> (String, Vec<(usize, Origin)>) {
        let mut out = String::with_capacity(1024);
        let mut origins = Vec::new();
        let (mut line, mut counted) = (1, 0);
        for line in &self.head {
            comment(&mut out, line);
        }
        let mut entries: Vec<&Entry> = self.entries.iter().collect();
        let section = |entry: &Entry| entry.directive.section_in(self.target);
        entries.sort_by_key(|entry| (section(entry), entry.directive));
        let mut open = None;
        for entry in entries {
            let off = self.disabled && section(entry) == Section::Install;
            let mark = if off { "# " } else { "" };
            if open != Some(section(entry)) {
                if !out.is_empty() {
                    out.push('\n');
                }
                if off {
                    out.push_str("# Not enabled, because the job was disabled with `manual`:\n");
                }
                let _ = writeln!(out, "{mark}[{}]", section(entry).name());
                open = Some(section(entry));
            }
            for line in &entry.comments {
                comment(&mut out, line);
            }
            if let Some(origin) = entry.origin {
                line += out[counted..].matches('\n').count();
                counted = out.len();
                origins.push((line, origin));
            }
            let _ = writeln!(out, "{mark}{}={}", entry.directive.name(), entry.value);
        }
        (out, origins)
    }
}

/// A comment that ends in a backslash would swallow the next line before systemd 241.
fn comment(out: &mut String, line: &str) {
    let line = line.trim_end().trim_end_matches('\\').trim_end();
    if line.is_empty() {
        out.push_str("#\n");
    } else if line.starts_with('#') {
        let _ = writeln!(out, "{line}");
    } else {
        let _ = writeln!(out, "# {line}");
    }
}

/// Whether a line fits into what that version reads of a line.
pub fn line_fits(directive: Directive, value: &str, target: Version) -> bool {
    let limit = if target.has(Feature::LongLines) { 1_000_000 } else { 2046 };
    directive.name().len() + 1 + value.len() <= limit
}
