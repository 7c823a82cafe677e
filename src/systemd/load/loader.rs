//! The assignments of a unit in their order, and which of them count.

use std::collections::HashMap;

use bstr::ByteSlice as _;
use thiserror::Error;

use super::name::UnitName;
use super::problem::{Problem, ProblemKind};
use super::unit_files::UnitFiles;
use crate::systemd::document::{Assignment, Document, Fault, Header, Line, NodeKind};
use crate::systemd::table::{self, Repeat, Row, Section, ValueKind};
use crate::systemd::value::{self, Value, ValueError};
use crate::text::{Origin, Source, Sourced, Span, Text};

/// A unit as systemd would load it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// Its name.
    pub name: UnitName,
    /// Its files, in the order of [`Origin::file`].
    pub sources: Vec<Source>,
    /// Every assignment of every file, in the order in which they are read.
    pub settings: Vec<Setting>,
    /// Every comment.
    pub comments: Vec<Comment>,
    /// What systemd complains about.
    pub problems: Vec<Problem>,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its text, from `#` or `;` on.
    pub text: Text,
    /// Where it stands.
    pub origin: Origin,
    /// The setting right below it, or that it stands in the midst of: an index of [`Loaded::settings`].
    pub setting: Option<usize>,
}

/// An assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The name of the section as it stands in the file.
    pub section: Text,
    /// The key as it stands in the file.
    pub key: Text,
    /// The value, its lines joined, without blanks around it.
    pub value: Text,
    /// The value as its kind says it is read, where it counts.
    pub typed: Value,
    /// What is known of the directive.
    pub known: Option<&'static Row>,
    /// The whole assignment, without the line end.
    pub origin: Origin,
    /// The value alone.
    pub value_span: Span,
    /// Whether it counts.
    pub state: State,
}

/// Whether an assignment counts. Indices are of [`Loaded::settings`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It counts.
    Effective,
    /// It is empty, and makes what came before it forgotten.
    Resets,
    /// A later one takes its place.
    Overridden {
        /// The later one.
        by: usize,
    },
    /// A later empty one makes it forgotten.
    Reset {
        /// The empty one.
        by: usize,
    },
    /// No version of systemd knows it; those of names that begin with `X-` are not meant for systemd.
    Unknown,
    /// systemd does not take it.
    Ignored(Reason),
}

/// Why systemd does not take an assignment.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum Reason {
    #[error("{0}")]
    Invalid(ValueError),
    #[error("it belongs to another type of unit")]
    OtherType,
    /// It stands in a drop-in, behind something that makes systemd read no further.
    #[error("systemd reads no further in this file")]
    NotRead,
    #[error("it may be set only once")]
    Again,
    #[error("it is empty")]
    Empty,
}

impl Loaded {
    /// Reads the files of a unit. Whatever stands in them, the rest of them is read as well.
    pub fn read(files: &UnitFiles) -> Loaded {
        Loaded::of(files, |source| Document::read(&source.text))
    }

    /// The same, where what stands in each file is known.
    pub fn of(files: &UnitFiles, document: impl Fn(&Source) -> Document) -> Loaded {
        let nothing = Loaded {
            name: files.name.clone(),
            sources: files.sources().cloned().collect(),
            settings: Vec::new(),
            comments: Vec::new(),
            problems: Vec::new(),
        };
        let mut loader = Loader {
            loaded: nothing,
            text: b"",
            file: 0,
            is_drop_in: false,
            pending: Vec::new(),
            section: Text::default(),
            ended: false,
            standing: HashMap::new(),
        };
        for (file, source) in files.sources().enumerate() {
            (loader.text, loader.file) = (&source.text, file);
            loader.is_drop_in = file > 0 || files.fragment.is_none();
            loader.file(document(source));
        }
        loader.loaded
    }

    /// The same unit where its files stand behind that many others.
    #[must_use]
    pub(crate) fn behind(mut self, files: usize) -> Loaded {
        let settings = self.settings.iter_mut().map(|setting| &mut setting.origin);
        let comments = self.comments.iter_mut().map(|comment| &mut comment.origin);
        let problems = self.problems.iter_mut().map(|problem| &mut problem.origin);
        settings.chain(comments).chain(problems).for_each(|origin| origin.file += files);
        self
    }

    /// The settings that count of a directive, by its name of today, in order; the empty ones are left out.
    pub fn all<'l>(&'l self, section: Section, name: &'l str) -> impl DoubleEndedIterator<Item = &'l Setting> {
        self.settings.iter().filter(move |setting| setting.state == State::Effective && setting.sets(section, name))
    }

    /// The last setting of a directive that counts, by its name of today.
    pub fn last<'l>(&'l self, section: Section, name: &'l str) -> Option<&'l Setting> {
        self.all(section, name).next_back()
    }

    /// The words of all settings of a directive that count, by its name of today.
    pub fn words(&self, section: Section, name: &str) -> Vec<String> {
        let values = self.all(section, name).map(|setting| setting.value.to_string());
        values.flat_map(|value| value.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
    }

    /// Settings that count and whose directive is known, in order.
    pub fn effective(&self) -> impl Iterator<Item = (&Setting, &'static Row)> {
        self.settings
            .iter()
            .filter(|setting| setting.state == State::Effective)
            .filter_map(|setting| setting.known.map(|row| (setting, row)))
    }
}

impl Setting {
    /// A value that it says.
    pub(crate) fn sourced<T>(&self, value: T) -> Sourced<T> {
        Sourced::new(value, self.origin)
    }

    /// The section, where it is one of systemd's.
    pub fn section(&self) -> Option<Section> {
        Section::named(&self.section)
    }

    /// Whether it sets that directive, under whatever name.
    fn sets(&self, section: Section, name: &str) -> bool {
        let Some(row) = self.known else { return false };
        let (place, today) = row.today();
        let there = match row.stands_for {
            Some(_) => place.sections().contains(&section),
            None => self.section() == Some(section),
        };
        there && (today == name || row.also_sets().contains(&name))
    }
}

/// The longest line that systemd reads, its continuation included.
const LONGEST_LINE: usize = 1024 * 1024;

struct Loader<'f> {
    loaded: Loaded,
    /// The file that is read, and its place among all.
    text: &'f [u8],
    file: usize,
    is_drop_in: bool,
    /// The comments right above the line that is read.
    pending: Vec<usize>,
    section: Text,
    /// systemd reads nothing of what follows in this drop-in.
    ended: bool,
    /// The settings that count so far, by what they set.
    standing: HashMap<&'static str, Vec<usize>>,
}

impl Loader<'_> {
    fn file(&mut self, document: Document) {
        (self.section, self.ended) = (Text::default(), false);
        for node in document.nodes {
            match node.kind {
                NodeKind::Blank => self.pending.clear(),
                NodeKind::Comment(span) => self.comment(span),
                NodeKind::Header(header) => self.header(&header),
                NodeKind::Assignment(assignment) => self.assignment(assignment),
                NodeKind::Error(line, fault) => self.fault(&line, fault),
            }
        }
        self.pending.clear();
    }

    fn origin(&self, line: &Line) -> Origin {
        Origin { file: self.file, span: line.span(self.text) }
    }

    fn comment(&mut self, span: Span) {
        self.pending.push(self.loaded.comments.len());
        let origin = Origin { file: self.file, span };
        self.loaded.comments.push(Comment { text: span.of(self.text).into(), origin, setting: None });
    }

    fn problem(&mut self, kind: ProblemKind, origin: Origin) {
        self.ended |= self.is_drop_in && kind.ends_file();
        self.loaded.problems.push(Problem { kind, origin });
    }

    fn header(&mut self, header: &Header) {
        self.pending.clear();
        self.section = header.name.clone().into();
        if !self.is_known(&self.section) && !header.name.starts_with(b"X-") {
            self.problem(ProblemKind::UnknownSection(self.section.clone()), self.origin(&header.line));
        }
    }

    fn is_known(&self, section: &[u8]) -> bool {
        Section::named(section).is_some_and(|section| self.loaded.name.kind().has(section))
    }

    fn fault(&mut self, line: &Line, fault: Fault) {
        self.pending.clear();
        let origin = self.origin(line);
        let kind = match fault {
            Fault::Header => {
                // What follows is taken as its author meant it.
                self.section = origin.span.of(self.text).trim_with(|c| "[] \t".contains(c)).into();
                ProblemKind::Header
            }
            Fault::OutsideOfSection => ProblemKind::OutsideOfSection,
            Fault::NoEqualsSign => ProblemKind::NoEqualsSign,
            Fault::NoKey => ProblemKind::NoKey,
        };
        self.problem(kind, origin);
    }

    fn assignment(&mut self, Assignment { line, key, value, value_start }: Assignment) {
        let index = self.loaded.settings.len();
        line.comments.iter().for_each(|span| self.comment(*span));
        for comment in self.pending.drain(..) {
            self.loaded.comments[comment].setting = Some(index);
        }
        let origin = self.origin(&line);
        let length: usize = line.pieces.iter().map(|piece| piece.end - piece.start).sum();
        if !value::is_text(origin.span.of(self.text)) {
            self.problem(ProblemKind::NotUtf8, origin);
        } else if length >= LONGEST_LINE {
            self.problem(ProblemKind::TooLong, origin);
        }
        let mut setting = Setting {
            known: known(&self.section, &key),
            section: self.section.clone(),
            key: key.into(),
            value: value.into(),
            typed: Value::Text,
            value_span: Span::new(value_start, origin.span.end.max(value_start)),
            origin,
            state: State::Effective,
        };
        setting.state = self.judge(&mut setting, index);
        self.loaded.settings.push(setting);
    }

    /// What becomes of a new setting; what becomes of those before it is written down.
    fn judge(&mut self, setting: &mut Setting, index: usize) -> State {
        if self.ended {
            return State::Ignored(Reason::NotRead);
        }
        let Some(row) = setting.known else {
            self.unknown(setting);
            return State::Unknown;
        };
        if !self.is_known(&setting.section) {
            return State::Ignored(Reason::OtherType);
        }
        let empty = setting.value.is_empty();
        match row.repeat {
            Repeat::List | Repeat::Shared | Repeat::LastOrDefault | Repeat::ListOrNone if empty => {
                self.displace(setting, row, &State::Reset { by: index });
                if row.repeat != Repeat::ListOrNone {
                    return State::Resets;
                }
                self.standing.entry(slot(row)).or_default().push(index);
                return State::Effective;
            }
            Repeat::Ever if empty => return State::Ignored(Reason::Empty),
            _ => {}
        }
        match value::parse(row, &setting.value, &self.loaded.name) {
            Ok(typed) => setting.typed = typed,
            Err(error) => {
                let kind = match (row.name, error.clone()) {
                    (key, error @ ValueError::Fatal(_)) => ProblemKind::FatalValue { key, error },
                    (key, error) => ProblemKind::InvalidValue { key, error },
                };
                self.problem(kind, setting.origin);
                return State::Ignored(Reason::Invalid(error));
            }
        }
        match row.repeat {
            Repeat::First if self.standing.contains_key(slot(row)) => return State::Ignored(Reason::Again),
            Repeat::Last | Repeat::LastOrDefault => {
                self.displace(setting, row, &State::Overridden { by: index });
            }
            _ => {}
        }
        self.standing.entry(slot(row)).or_default().push(index);
        State::Effective
    }

    fn unknown(&mut self, Setting { section, key, origin, .. }: &Setting) {
        if (self.is_known(section) || section.as_slice() == b"Target") && !key.starts_with(b"X-") {
            let kind = ProblemKind::UnknownKey { section: section.clone(), key: key.clone() };
            self.problem(kind, *origin);
        }
    }

    fn displace(&mut self, setting: &Setting, row: &'static Row, state: &State) {
        for slot in std::iter::once(&slot(row)).chain(row.also_sets()) {
            let Some(standing) = self.standing.get_mut(slot) else { continue };
            standing.retain(|index| {
                let other = &mut self.loaded.settings[*index];
                let displaced = other.displaced_by(setting, row);
                if displaced {
                    other.state = state.clone();
                }
                !displaced
            });
        }
    }
}

/// What a directive sets: directives of one slot may take each other's place.
fn slot(row: &'static Row) -> &'static str {
    match (row.repeat, row.kind) {
        (Repeat::Shared, ValueKind::Condition) => "Condition",
        (Repeat::Shared, ValueKind::Assertion) => "Assert",
        (Repeat::Shared, _) => row.place.sections()[0].name(),
        _ => row.today().1,
    }
}

impl Setting {
    /// Whether a later setting of that directive takes the place of this one.
    fn displaced_by(&self, later: &Setting, row: &'static Row) -> bool {
        let Some(known) = self.known.filter(|_| self.state == State::Effective) else { return false };
        if row.repeat == Repeat::Shared {
            return known.kind == row.kind && known.place == row.place;
        }
        let same_place = known.today().0 == row.today().0
            && (known.stands_for.is_some() || row.stands_for.is_some() || self.section == later.section);
        same_place && (known.today().1 == row.today().1 || row.also_sets().contains(&known.name))
    }
}

fn known(section: &[u8], key: &[u8]) -> Option<&'static Row> {
    let section = Section::named(section)?;
    table::find(section, key.to_str().ok()?)
}
