//! Comments and texts for people: they keep their places where a directive stands for the stanza
//! that they belonged to, and go to the head of the unit where none does.

use bstr::ByteSlice as _;

use super::Writer;
use crate::text::{Origin, Text};

impl Writer<'_> {
    pub(super) fn comments(&mut self) {
        let mut head: Vec<Vec<String>> = Vec::new();
        for comment in &self.service.comments {
            let lines: Vec<String> = comment.lines.iter().map(|line| bare(line)).collect();
            if lines.iter().all(String::is_empty) {
                continue;
            }
            match comment.before.and_then(|origin| self.first_entry(origin)) {
                Some(index) => self.unit.entries[index].comments.extend(lines),
                None => head.push(lines),
            }
        }
        let mut about = Vec::new();
        let emits: Vec<String> = self.service.emits.iter().map(|event| line(&event.value)).collect();
        for (heading, text) in &self.service.about {
            about.push(format!("{heading}: {}", line(&text.value)));
            self.account.became(text.origin, format!("# {heading}: …"));
        }
        if !emits.is_empty() {
            about.push(format!("Emits: {}", emits.join(" ")));
        }
        for event in &self.service.emits {
            self.account.became(event.origin, "# Emits: …");
        }
        if !about.is_empty() {
            head.push(about);
        }
        for paragraph in head {
            if !self.unit.head.is_empty() {
                self.unit.head.push(String::new());
            }
            self.unit.head.extend(paragraph);
        }
        // What is kept as a comment, and what the state of the unit itself says.
        if let Some(disabled) = &self.service.enablement {
            self.unit.disabled = true;
            self.account.became(disabled.origin, "[Install] kept as a comment");
        }
    }

    /// The directive that is printed first of those that stem from a stanza.
    fn first_entry(&self, origin: Origin) -> Option<usize> {
        let of_it = |entry: &crate::systemd::unit::Entry| {
            entry.origin == Some(origin)
                && entry.directive.section_in(self.options.target)
                    != super::super::directive::Section::Install
        };
        let entries = self.unit.entries.iter().enumerate().filter(|(_, entry)| of_it(entry));
        entries.min_by_key(|(_, entry)| entry.directive).map(|(index, _)| index)
    }
}

/// A comment's text without the mark in front.
fn bare(comment: &Text) -> String {
    let line = line(comment);
    let line = line.strip_prefix('#').unwrap_or(&line);
    line.strip_prefix(' ').unwrap_or(line).to_owned()
}

/// One line of UTF-8, whatever the bytes are.
fn line(text: &Text) -> String {
    text.to_str_lossy().replace(|c: char| c.is_ascii_control() && c != '\t', " ").trim_end().to_owned()
}
