//! Texts and places in them: byte spans, the lines and columns that people count, and values with the stanza that says them.

pub mod display;
mod named;
pub mod style;

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use bstr::{BString, ByteSlice as _};
use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) use named::named;

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

    /// The bytes that the span covers; empty where it reaches past the text.
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
pub struct LineColumn {
    /// Line number.
    pub line: usize,
    /// Column number, in characters.
    pub column: usize,
}

/// A place by offset, for programs, and by line and column, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct At {
    /// The stanza or directive.
    #[serde(flatten)]
    pub origin: Origin,
    /// Where it begins; nothing where there is no file that it could stand in.
    #[serde(flatten)]
    pub place: Option<LineColumn>,
}

impl At {
    /// Where that is in files with these lines, in the order of [`Origin::file`].
    pub fn of(origin: Origin, lines: &[Lines<'_>]) -> At {
        At { origin, place: lines.get(origin.file).map(|lines| lines.place(origin.span.start)) }
    }
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
    pub fn place(&self, offset: usize) -> LineColumn {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line - 1];
        LineColumn { line, column: self.text[start..offset].chars().count() + 1 }
    }

    /// Where the line of an offset begins.
    pub fn start(&self, offset: usize) -> usize {
        self.starts[self.place(offset).line - 1]
    }
}

/// The number of the line that an offset stands in, counted from 1.
pub fn line(text: &[u8], offset: usize) -> usize {
    text[..offset.min(text.len())].find_iter("\n").count() + 1
}

/// Where a value comes from: a span in one of the files that make up a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    /// Index of the file among the definition's sources: 0 is the definition itself, what follows
    /// are the files laid over it.
    pub file: usize,
    /// The stanza or directive, without its line end.
    pub span: Span,
}

/// Written out, since it stands at every value, and serde's `flatten` would make a map of each.
impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Origin", 3)?;
        fields.serialize_field("file", &self.file)?;
        fields.serialize_field("start", &self.span.start)?;
        fields.serialize_field("end", &self.span.end)?;
        fields.end()
    }
}

impl Origin {
    /// Whether another place is this one, or stands within it.
    pub fn holds(self, other: Origin) -> bool {
        let within = self.span.start <= other.span.start && other.span.end <= self.span.end;
        self == other || self.file == other.file && within && !other.span.is_empty()
    }
}

/// An init.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Init {
    Upstart,
    Systemd,
}

impl Init {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Init::Upstart => "Upstart",
            Init::Systemd => "systemd",
        }
    }

    /// What it calls a definition.
    pub fn definition(self) -> &'static str {
        match self {
            Init::Upstart => "job",
            Init::Systemd => "unit",
        }
    }
}

/// Why a value is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// This stanza or directive says it.
    Stated(Origin),
    /// Nothing says it: it is what this init has by default.
    Default(Init),
    /// It follows from something beside the text: a link that enables a unit, another definition.
    Implied,
}

impl From<Origin> for Provenance {
    fn from(origin: Origin) -> Self {
        Provenance::Stated(origin)
    }
}

impl From<Option<Origin>> for Provenance {
    fn from(origin: Option<Origin>) -> Self {
        origin.map_or(Provenance::Implied, Provenance::Stated)
    }
}

impl From<Provenance> for Option<Origin> {
    fn from(provenance: Provenance) -> Self {
        match provenance {
            Provenance::Stated(origin) => Some(origin),
            Provenance::Default(_) | Provenance::Implied => None,
        }
    }
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Whether the definition says it, and where.
    #[serde(rename = "origin", serialize_with = "origin_or_zeros")]
    pub provenance: Provenance,
}

impl<T> Sourced<T> {
    /// A value that a stanza or directive says, or that is there for the reason that another has.
    pub fn new(value: T, provenance: impl Into<Provenance>) -> Self {
        Self { value, provenance: provenance.into() }
    }

    /// A value that an init has by default.
    pub(crate) fn default_of(init: Init, value: T) -> Self {
        Self { value, provenance: Provenance::Default(init) }
    }

    /// A value that follows from something beside the text of the definition.
    pub fn implied(value: T) -> Self {
        Self { value, provenance: Provenance::Implied }
    }

    /// The stanza or directive that says it.
    pub fn origin(&self) -> Option<Origin> {
        self.provenance.into()
    }

    /// Another value of the same origin.
    pub fn map<U>(&self, f: impl FnOnce(&T) -> U) -> Sourced<U> {
        Sourced { value: f(&self.value), provenance: self.provenance }
    }
}

/// In JSON a place is always there: what stands nowhere in the text is at the start of the definition.
pub(crate) fn origin_or_zeros<S: Serializer>(
    origin: &(impl Copy + Into<Option<Origin>>),
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let nowhere = Origin { file: 0, span: Span::new(0, 0) };
    (*origin).into().unwrap_or(nowhere).serialize(serializer)
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

/// A text as JSON has it.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum JsonText<'t> {
    Text(Cow<'t, str>),
    Raw { bytes: Cow<'t, [u8]> },
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = match self.0.to_str() {
            Ok(text) => JsonText::Text(text.into()),
            Err(_) => JsonText::Raw { bytes: self.0.as_slice().into() },
        };
        text.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match JsonText::deserialize(deserializer)? {
            JsonText::Text(text) => Text::from(text.into_owned()),
            JsonText::Raw { bytes } => Text::from(bytes.into_owned()),
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
pub(crate) fn ascii_mask(bytes: &[u8]) -> Cow<'_, str> {
    const INERT: char = '\x7f';
    match std::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => Cow::Borrowed(text),
        _ => Cow::Owned(bytes.iter().map(|&byte| if byte.is_ascii() { char::from(byte) } else { INERT }).collect()),
    }
}
