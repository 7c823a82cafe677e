//! Comments and texts for people: they keep their places where a directive stands for the stanza
//! that they belonged to, and go to the head of the unit where none does.

use super::Writer;
use crate::systemd::quote::unicode;
use crate::systemd::table::{Directive, Section};
use crate::text::{Origin, Text};

impl Writer<'_> {
    pub(super) fn comments(&mut self) {
        let mut head: Vec<Vec<String>> = Vec::new();
        for comment in &self.service.comments {
            let lines: Vec<String> = comment.lines.iter().map(line).filter(|line| !is_modeline(line)).collect();
            if lines.iter().all(|line| line.trim_matches('#').is_empty()) {
                continue;
            }
            match comment.before.and_then(|origin| self.first_entry(origin)) {
                Some(index) => {
                    let comments = &mut self.unit.entries[index].comments;
                    if !comments.is_empty() {
                        comments.push(String::new());
                    }
                    comments.extend(lines);
                }
                None => head.push(lines),
            }
        }
        let mut about = Vec::new();
        for (heading, text) in &self.service.about {
            about.push(format!("{heading}: {}", line(&text.value)));
            self.account.words(text.origin(), format!("# {heading}: …"));
        }
        let emits: Vec<String> = self.service.emits.iter().map(|event| line(&event.value)).collect();
        about.extend((!emits.is_empty()).then(|| format!("Emits: {}", emits.join(" "))));
        for event in &self.service.emits {
            self.account.words(event.origin(), "# Emits: …");
        }
        head.extend(Some(about).filter(|about| !about.is_empty()));
        for paragraph in head {
            if !self.unit.head.is_empty() {
                self.unit.head.push(String::new());
            }
            self.unit.head.extend(paragraph);
        }
        // What is kept as a comment, and what the state of the unit itself says.
        if let Some(disabled) = &self.service.enablement {
            self.unit.disabled = true;
            self.account.words(disabled.origin(), "[Install] kept as a comment");
        }
    }

    /// The directive that is printed first of those that stem from a stanza.
    fn first_entry(&self, origin: Origin) -> Option<usize> {
        let of_it = |entry: &crate::systemd::unit::Entry| {
            entry.origin == Some(origin) && entry.directive.section_in(self.options.target) != Section::Install
        };
        let entries = self.unit.entries.iter().enumerate().filter(|(_, entry)| of_it(entry));
        // A comment on the process speaks of the command, not of what follows from it.
        let rank = |directive: Directive| (matches!(directive, Directive::Type | Directive::Environment), directive);
        entries.min_by_key(|(_, entry)| rank(entry.directive)).map(|(index, _)| index)
    }
}

/// What tells an editor that the file is an Upstart job, which the unit is not.
fn is_modeline(line: &str) -> bool {
    line.starts_with("#!upstart") || ["vim:", "vi:", "-*-"].iter().any(|mark| line.contains(mark))
}

/// One line of UTF-8. Bytes that are none are taken for Latin-1.
pub(super) fn line(text: &Text) -> String {
    let text = unicode(text);
    text.replace(|c: char| c.is_control() && c != '\t', " ").trim_end().to_owned()
}
