//! What could not go through unchanged, and the account of what became of every stanza.
//!
//! Findings are collected here and printed nowhere below the command line.

pub mod account;
pub mod code;

use serde::Serialize;

pub use account::{Account, Entry};
pub use code::{CODES, Code, CodeInfo, Outcome, Severity};

use crate::text::Origin;

/// Something that a person who signs off the conversion should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is about.
    pub code: Code,
    /// What is so in this case, in a sentence.
    pub message: String,
    /// The stanzas that it is about, the most important one first.
    pub marks: Vec<Mark>,
    /// What became of it, as directives or a file's name.
    pub became: Option<String>,
    /// What to do.
    pub help: Option<String>,
}

/// A place that a finding points at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// The place.
    #[serde(flatten)]
    pub origin: Origin,
    /// A few words on it; may be empty.
    pub label: String,
    /// Whether the finding's outcome is this stanza's.
    pub graded: bool,
}

impl Finding {
    /// A finding with its message.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Finding { code, message: message.into(), marks: Vec::new(), became: None, help: None }
    }

    /// Points at a stanza, or a place in one, and grades it.
    #[must_use]
    pub fn at(mut self, origin: Origin) -> Self {
        self.marks.push(Mark { origin, label: String::new(), graded: true });
        self
    }

    /// Points at one more place that is like the others.
    pub fn also_at(&mut self, origin: Origin) {
        if self.marks.iter().all(|mark| mark.origin != origin) {
            self.marks.push(Mark { origin, label: String::new(), graded: true });
        }
    }

    /// Points at a stanza, grades it, and says a few words there.
    #[must_use]
    pub fn at_saying(mut self, origin: Origin, label: impl Into<String>) -> Self {
        self.marks.push(Mark { origin, label: label.into(), graded: true });
        self
    }

    /// Points at a place that helps to understand, without grading it.
    #[must_use]
    pub fn see(mut self, origin: Origin, label: impl Into<String>) -> Self {
        self.marks.push(Mark { origin, label: label.into(), graded: false });
        self
    }

    /// Says what became of it.
    #[must_use]
    pub fn became(mut self, became: impl Into<String>) -> Self {
        self.became = Some(became.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// How grave it is.
    pub fn severity(&self) -> Severity {
        self.code.info().severity
    }
}
