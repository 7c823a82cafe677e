//! What could not go through unchanged, and the account of what became of every stanza.
//!
//! Findings are collected here and printed nowhere below the command line.

pub mod account;
pub mod code;
pub mod codes;
mod reported;
pub mod text;

pub use account::{Account, Became, Entry};
pub use code::{Code, CodeInfo, Outcome, Severity};
pub use codes::CODES;
pub(crate) use reported::Reported;
pub use text::Message;

use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize, Serializer};

use crate::text::{At, Origin, Span, Text};

/// Something that a person who signs off the conversion should know. Its places are of the kind `P`.
#[derive(Clone, Debug, Deserialize)]
pub struct Finding<P = Origin> {
    /// What it is about.
    pub code: Code,
    /// What is so in this case, in a sentence.
    pub message: Message,
    /// The stanzas that it is about, the most important one first.
    #[serde(rename = "places")]
    pub marks: Vec<Mark<P>>,
    /// What it is about beside its places. Of findings of one code about the same subjects one is enough.
    #[serde(skip)]
    pub about: Vec<Subject>,
    /// What became of it, as directives or a file's name.
    pub became: Option<Message>,
    /// What to do.
    pub help: Option<Message>,
}

/// What a finding is about, by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// An event, as a condition says it.
    Event(Text),
    /// A job.
    Job(Text),
    /// A unit.
    Unit(Text),
    /// A job or unit that a process calls.
    Call(Text),
    /// A directive, a stanza or a variable.
    Setting(Text),
    /// A program, a file, a user or a group.
    Named(Text),
}

/// A place that a finding points at.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Mark<P = Origin> {
    /// The place; none if it is about the definition as a whole.
    #[serde(flatten)]
    pub at: Option<P>,
    /// A few words on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Message>,
    /// Whether the finding's outcome is this stanza's.
    #[serde(skip)]
    pub graded: bool,
}

/// A place as a JSON has it.
pub trait JsonPlace: Serialize {
    /// What a finding's list of such places is called.
    const LIST: &'static str;
    /// Whether findings with such places have the names of their codes, and fields for what they do not say.
    const IS_FULL: bool;
}

impl JsonPlace for At {
    const LIST: &'static str = "marks";
    const IS_FULL: bool = true;
}

impl Mark {
    /// Where it is shown: what is about the definition as a whole stands at its start.
    pub(crate) fn shown_at(&self) -> Origin {
        self.at.unwrap_or(Origin { file: 0, span: Span::new(0, 0) })
    }
}

impl Finding {
    /// A finding with its message. The constructors in [`codes`] alone call it.
    fn new(code: Code, message: impl Into<Message>) -> Self {
        let (marks, about) = (Vec::new(), Vec::new());
        Finding { code, message: message.into(), marks, about, became: None, help: None }
    }

    /// A finding that says what the page of its code says first.
    pub(crate) fn general(code: Code) -> Self {
        Self::new(code, code.info().summary().trim_end_matches('.'))
    }

    /// Says what it is about.
    #[must_use]
    pub fn about(mut self, subject: Subject) -> Self {
        self.about.push(subject);
        self
    }

    /// Points at a stanza, or a place in one, and grades it.
    #[must_use]
    pub fn at(self, origin: impl Into<Option<Origin>>) -> Self {
        self.mark(origin.into(), None, true)
    }

    /// Points at one more place that is like the others.
    pub(crate) fn also_at(&mut self, origin: impl Into<Option<Origin>>) {
        let at = origin.into();
        if self.marks.iter().all(|mark| mark.at != at) {
            self.marks.push(Mark { at, label: None, graded: true });
        }
    }

    /// Points at a stanza, grades it, and says a few words there.
    #[must_use]
    pub(crate) fn at_saying(self, origin: impl Into<Option<Origin>>, label: impl Into<Message>) -> Self {
        self.mark(origin.into(), Some(label.into()), true)
    }

    /// Points at a place that helps to understand, without grading it.
    #[must_use]
    pub fn see(self, origin: impl Into<Option<Origin>>, label: impl Into<Message>) -> Self {
        self.mark(origin.into(), Some(label.into()), false)
    }

    /// Points at a place without grading it.
    #[must_use]
    pub fn beside(self, origin: impl Into<Option<Origin>>) -> Self {
        self.mark(origin.into(), None, false)
    }

    /// Is about the definition as a whole, without grading it.
    #[must_use]
    pub fn whole(self) -> Self {
        self.mark(None, None, false)
    }

    fn mark(mut self, at: Option<Origin>, label: Option<Message>, graded: bool) -> Self {
        self.marks.push(Mark { at, label, graded });
        self
    }

    /// Says what became of it.
    #[must_use]
    pub fn became(mut self, became: impl Into<Message>) -> Self {
        self.became = Some(became.into());
        self
    }

    /// Says what to do.
    #[must_use]
    fn help(mut self, help: impl Into<Message>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Whether another one has the same code and is about the same things.
    pub(crate) fn is_like(&self, other: &Finding) -> bool {
        self.code == other.code && self.about == other.about
    }

    /// Whether another one says the same of the same places.
    pub(crate) fn is_same(&self, other: &Finding) -> bool {
        let places = |finding: &Finding| finding.marks.iter().map(|mark| mark.at).collect::<Vec<_>>();
        self.is_like(other) && places(self) == places(other)
    }

    /// The same with places of another kind; those that are none of that kind are left out.
    pub fn placed<P: JsonPlace>(&self, place: impl Fn(Origin) -> Option<P>) -> Finding<P> {
        let label = |mark: &Mark| mark.label.clone().or_else(|| P::IS_FULL.then(Message::default));
        let mark =
            |mark: &Mark| Some(Mark { at: Some(place(mark.shown_at())?), label: label(mark), graded: mark.graded });
        Finding {
            code: self.code,
            message: self.message.clone(),
            marks: self.marks.iter().filter_map(mark).collect(),
            about: self.about.clone(),
            became: self.became.clone(),
            help: self.help.clone(),
        }
    }
}

impl<P> Finding<P> {
    /// How grave it is.
    pub fn severity(&self) -> Severity {
        self.code.info().severity
    }

    /// The most important place.
    pub fn place(&self) -> Option<&P> {
        self.marks.first()?.at.as_ref()
    }

    /// Its places, the most important one first.
    pub fn places(&self) -> impl Iterator<Item = &P> {
        self.marks.iter().filter_map(|mark| mark.at.as_ref())
    }
}

impl<P: JsonPlace> Serialize for Finding<P> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(None)?;
        fields.serialize_entry("code", &self.code)?;
        if P::IS_FULL {
            fields.serialize_entry("name", self.code.info().name)?;
        }
        fields.serialize_entry("severity", &self.severity())?;
        fields.serialize_entry("message", &self.message)?;
        fields.serialize_entry(P::LIST, &self.marks)?;
        for (name, text) in [("became", &self.became), ("help", &self.help)] {
            if P::IS_FULL || text.is_some() {
                fields.serialize_entry(name, text)?;
            }
        }
        fields.end()
    }
}
