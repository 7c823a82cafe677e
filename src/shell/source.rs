//! The text of a script, and what reading it gave.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use bstr::{BString, ByteSlice as _};
use serde::{Serialize, Serializer};

use super::{Opaque, Script, parse};
use crate::text::{Origin, Span, Text};

/// A script's text, which never changes, and its tree, which is read when somebody first asks for it.
#[derive(Clone, Default)]
pub struct ScriptText {
    text: Text,
    tree: OnceLock<Arc<Result<Script, Opaque>>>,
    standing: Option<Standing>,
}

/// Where a script stands in its file.
#[derive(Clone)]
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
        let lines = (line, line + lines_to_the_last(&self.text));
        ScriptText { standing: Some(Standing { lines, places }), ..self }
    }

    /// What the script is made of, with places in its text.
    ///
    /// # Errors
    /// As [`parse`] has them.
    pub fn tree(&self) -> Result<&Script, &Opaque> {
        self.tree.get_or_init(|| Arc::new(parse(&self.text))).as_ref().as_ref()
    }

    /// A part of the text, as a script of its own.
    #[must_use]
    pub fn part(&self, part: Span) -> ScriptText {
        let text = Text::from(part.of(&self.text));
        let standing = self.standing.as_ref().map(|standing| {
            let line = standing.lines.0 + Span::new(0, part.start).of(&self.text).find_iter("\n").count();
            let places = &standing.places;
            let within = |place: &usize| part.start < *place && *place < part.end;
            let first = places.iter().rev().find(|(from, _)| *from <= part.start);
            let first = first.map(|(from, at)| (0, at + part.start - from));
            let rest =
                places.iter().filter(|(from, _)| within(from)).map(|(from, at)| (from - part.start, *at));
            Standing {
                lines: (line, line + lines_to_the_last(&text)),
                places: first.into_iter().chain(rest).collect(),
            }
        });
        ScriptText { text, tree: OnceLock::new(), standing }
    }

    /// Another text that came out of this one.
    #[must_use]
    pub fn rewritten(&self, text: impl Into<BString>) -> ScriptText {
        let standing = self.standing.as_ref().map(|it| Standing { lines: it.lines, places: Vec::new() });
        ScriptText { text: Text::from(text), tree: OnceLock::new(), standing }
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
        &self.text
    }
}

impl<T: Into<BString>> From<T> for ScriptText {
    fn from(text: T) -> Self {
        ScriptText { text: Text::from(text), ..ScriptText::default() }
    }
}

impl PartialEq for ScriptText {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for ScriptText {}

impl std::fmt::Debug for ScriptText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.text.fmt(f)
    }
}

impl std::fmt::Display for ScriptText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.text.fmt(f)
    }
}

impl Serialize for ScriptText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_once_and_its_copies_share_what_was_read() {
        let script = ScriptText::from("a; b");
        let tree = script.tree().unwrap();
        assert!(std::ptr::eq(script.tree().unwrap(), tree));
        assert!(std::ptr::eq(script.clone().tree().unwrap(), tree));
        assert!(ScriptText::from("a `b").tree().is_err());
    }

    #[test]
    fn a_part_keeps_its_place_in_the_file() {
        // script, then a line of two blanks' indentation, and one of four.
        let file = "script\n  a\n    b c\n  d\nend script\n";
        let stanza = Origin { file: 1, span: Span::new(0, 99) };
        let script = ScriptText::from("a\n  b c\nd\n").standing_at(2, vec![(0, 9), (2, 13), (8, 21)]);
        let found = |script: &ScriptText, part: &str| {
            let at = script.find(part).unwrap();
            let origin = script.origin(Span::new(at, at + part.len()), stanza);
            (origin.file, &file[origin.span.start..origin.span.end])
        };
        assert_eq!(found(&script, "b c"), (1, "b c"));
        assert_eq!(found(&script, "c\nd"), (1, "c\n  d"));
        assert_eq!(script.lines(), Some((2, 4)));
        let rest = script.part(Span::new(4, 10));
        assert_eq!((&rest[..], rest.lines()), (&b"b c\nd\n"[..], Some((3, 4))));
        assert_eq!(found(&rest, "c"), (1, "c"));
        assert_eq!(found(&rest, "d"), (1, "d"));
        let other = rest.rewritten("e");
        assert_eq!((other.lines(), other.origin(Span::new(0, 1), stanza)), (Some((3, 4)), stanza));
    }
}
