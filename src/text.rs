//! Places in a file: byte spans, and the lines and columns that people count.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use bstr::{BString, ByteSlice as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A run of bytes in one file, from `start` up to but not including `end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
}

impl Span {
    /// The span from `start` up to `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The bytes that the span covers; empty where it reaches beyond the text.
    pub fn of(self, text: &[u8]) -> &[u8] {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether the span covers no byte.
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }

    /// Whether the span covers the byte at that offset.
    pub fn contains(self, offset: usize) -> bool {
        (self.start..self.end).contains(&offset)
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span::new(self.start.min(other.start), self.end.max(other.end))
    }
}

/// A line and a column, both counted from 1; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Line number.
    pub line: usize,
    /// Column number, in characters.
    pub column: usize,
}

/// The lines of a text, for many look-ups.
#[derive(Clone, Debug)]
pub struct Lines<'t> {
    text: &'t [u8],
    /// Where each line begins.
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// Goes through the text once.
    pub fn of(text: &'t [u8]) -> Self {
        let starts = std::iter::once(0).chain(text.find_iter("\n").map(|at| at + 1)).collect();
        Lines { text, starts }
    }

    /// Where an offset stands. An offset behind the end is the end.
    pub fn place(&self, offset: usize) -> Place {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line - 1];
        Place { line, column: self.text[start..offset].chars().count() + 1 }
    }

    /// Where the line of an offset begins.
    pub fn start(&self, offset: usize) -> usize {
        self.starts[self.place(offset).line - 1]
    }
}

/// Where an offset stands. An offset behind the end is the end.
pub fn place(text: &[u8], offset: usize) -> Place {
    let before = &text[..offset.min(text.len())];
    let start = before.rfind_byte(b'\n').map_or(0, |at| at + 1);
    Place { line: line(text, offset), column: before[start..].chars().count() + 1 }
}

/// The number of the line that an offset stands in, counted from 1.
pub fn line(text: &[u8], offset: usize) -> usize {
    text[..offset.min(text.len())].find_iter("\n").count() + 1
}

/// Where a value comes from: a span in one of the files that make up a definition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Origin {
    /// Index of the file among the definition's sources: 0 is the definition itself, what follows
    /// are the files laid over it.
    pub file: usize,
    /// The stanza or directive, without its line end.
    #[serde(flatten)]
    pub span: Span,
}

impl Origin {
    /// Whether another place is this one, or stands within it.
    pub fn holds(self, other: Origin) -> bool {
        let within = self.span.start <= other.span.start && other.span.end <= self.span.end;
        self == other || self.file == other.file && within && !other.span.is_empty()
    }
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Its stanza or directive.
    pub origin: Origin,
}

impl<T> Sourced<T> {
    /// A value with its origin.
    pub fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }

    /// Another value of the same origin.
    pub fn map<U>(&self, f: impl FnOnce(&T) -> U) -> Sourced<U> {
        Sourced::new(f(&self.value), self.origin)
    }
}

/// A string as it stands in the file: bytes, usually UTF-8.
///
/// In JSON it is a string; where it is not UTF-8, an object `{"bytes": [..]}` instead.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text(pub BString);

impl Deref for Text {
    type Target = BString;

    fn deref(&self) -> &BString {
        &self.0
    }
}

impl<T: Into<BString>> From<T> for Text {
    fn from(text: T) -> Self {
        Text(text.into())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Raw<'a> {
            bytes: &'a [u8],
        }
        match self.0.to_str() {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => Raw { bytes: &self.0 }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Text(String),
            Raw { bytes: Vec<u8> },
        }
        Ok(match Either::deserialize(deserializer)? {
            Either::Text(text) => Text::from(text),
            Either::Raw { bytes } => Text::from(bytes),
        })
    }
}

/// A file's name and bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name to show to people.
    pub name: String,
    /// The contents.
    pub text: Vec<u8>,
}

/// The text as a grammar sees it: to it, all bytes above 0x7f are alike.
pub(crate) fn shadow(bytes: &[u8]) -> Cow<'_, str> {
    const INERT: char = '\x7f';
    match std::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => Cow::Borrowed(text),
        _ => Cow::Owned(
            bytes.iter().map(|&byte| if byte.is_ascii() { char::from(byte) } else { INERT }).collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_from_one_and_in_characters() {
        let text = "é a\nb".as_bytes();
        assert_eq!(place(text, 3), Place { line: 1, column: 3 });
        assert_eq!(place(text, 5), Place { line: 2, column: 1 });
        assert_eq!(place(text, 99), Place { line: 2, column: 2 });
        for offset in [0, 2, 3, 4, 5, 6, 99] {
            assert_eq!(Lines::of(text).place(offset), place(text, offset));
        }
    }

    #[test]
    fn a_span_beyond_the_text_is_empty() {
        assert_eq!(Span::new(2, 9).of(b"abc"), b"");
    }
}
