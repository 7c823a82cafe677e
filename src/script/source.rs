//! The text of a script, and what reading it gave.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use bstr::{BString, ByteSlice as _};
use serde::{Serialize, Serializer};

use super::error::SyntaxError;
use super::outline::Outline;
use super::parse;
use super::tree::Script;
use crate::text::{Origin, Span, Text};

/// A script's text, which never changes, and what it is made of, which is read when somebody first asks for it.
/// Copies share both.
#[derive(Clone, Default)]
pub struct ScriptText {
    read: Arc<Read>,
    standing: Option<Arc<Standing>>,
}

#[derive(Default)]
struct Read {
    text: Text,
    tree: OnceLock<Result<Script, SyntaxError>>,
    outline: OnceLock<Outline>,
}

/// Where a script stands in its file.
struct Standing {
    /// Its lines there, counted from 1, up to and with the last.
    lines: (usize, usize),
    /// Where its bytes stand there: pairs of a place in the text and one in the file, from each of which on both
    /// go on alike up to the next pair.
    places: Vec<(usize, usize)>,
}

impl ScriptText {
    /// A text that begins at that line of a file, and whose bytes stand there at those places: pairs of a place
    /// in the text and one in the file, from each of which on both go on alike up to the next pair.
    #[must_use]
    pub fn standing_at(self, line: usize, places: Vec<(usize, usize)>) -> ScriptText {
        let lines = (line, line + lines_to_the_last(&self));
        ScriptText { standing: Some(Arc::new(Standing { lines, places })), ..self }
    }

    /// What the script is made of, with places in its text.
    ///
    /// # Errors
    /// As [`parse`] has them.
    pub fn tree(&self) -> Result<&Script, &SyntaxError> {
        self.read.tree.get_or_init(|| parse(&self.read.text)).as_ref()
    }

    /// Which commands and variables occur in it.
    pub fn outline(&self) -> &Outline {
        let read = || self.tree().map_or_else(|_| Outline::of_unreadable(self), |script| Outline::of(self, script));
        self.read.outline.get_or_init(read)
    }

    /// A part of the text, as a script of its own.
    #[must_use]
    pub fn part(&self, part: Span) -> ScriptText {
        if part == Span::new(0, self.len()) {
            return self.clone();
        }
        let text = Text::from(part.of(self));
        let standing = self.standing.as_ref().map(|standing| {
            let line = standing.lines.0 + Span::new(0, part.start).of(self).find_iter("\n").count();
            let places = &standing.places;
            let within = |place: &usize| part.start < *place && *place < part.end;
            let first = places.iter().rev().find(|(from, _)| *from <= part.start);
            let first = first.map(|(from, at)| (0, at + part.start - from));
            let rest = places.iter().filter(|(from, _)| within(from)).map(|(from, at)| (from - part.start, *at));
            Arc::new(Standing {
                lines: (line, line + lines_to_the_last(&text)),
                places: first.into_iter().chain(rest).collect(),
            })
        });
        ScriptText { standing, ..ScriptText::from(text.0) }
    }

    /// Another text that came out of this one.
    #[must_use]
    pub fn rewritten(&self, text: impl Into<BString>) -> ScriptText {
        let standing = self.standing.as_ref().map(|it| Standing { lines: it.lines, places: Vec::new() });
        ScriptText { standing: standing.map(Arc::new), ..ScriptText::from(text) }
    }

    /// The first and the last line of the file that it comes from.
    pub fn lines(&self) -> Option<(usize, usize)> {
        self.standing.as_ref().map(|standing| standing.lines)
    }

    /// Where a part of it stands in the file; its whole stanza where that is not known.
    pub fn origin(&self, part: Span, stanza: Origin) -> Origin {
        let places = self.standing.as_ref().map_or(&[][..], |standing| &standing.places);
        let place = |at: usize| {
            let run = places.iter().rev().find(|(from, _)| *from <= at);
            run.map(|(from, place)| place + at - from).or(places.first().map(|(_, place)| *place))
        };
        match (place(part.start), place(part.end.saturating_sub(1))) {
            (Some(start), Some(last)) => Origin { span: Span::new(start, last + 1), ..stanza },
            _ => stanza,
        }
    }
}

/// How many lines behind the first the last one is that holds anything.
fn lines_to_the_last(text: &[u8]) -> usize {
    text.trim_ascii_end().find_iter("\n").count()
}

impl Deref for ScriptText {
    type Target = BString;

    fn deref(&self) -> &BString {
        &self.read.text
    }
}

impl<T: Into<BString>> From<T> for ScriptText {
    fn from(text: T) -> Self {
        let read = Read { text: Text(text.into()), ..Read::default() };
        ScriptText { read: Arc::new(read), standing: None }
    }
}

impl PartialEq for ScriptText {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.read, &other.read) || self.read.text == other.read.text
    }
}

impl Eq for ScriptText {}

impl std::fmt::Debug for ScriptText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.read.text.fmt(f)
    }
}

impl std::fmt::Display for ScriptText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.read.text.fmt(f)
    }
}

impl Serialize for ScriptText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.read.text.serialize(serializer)
    }
}
