//! The assignments of a unit in their order, and which of them count.

use std::collections::HashMap;

use bstr::ByteSlice as _;

use super::comment::Comment;
use super::directories::UnitFiles;
use super::name::UnitName;
use super::problem::{Problem, ProblemKind};
use crate::systemd::catalogue::{self, Kind, Repeat, Row};
use crate::systemd::directive::Section;
use crate::systemd::document::{Assignment, Document, Fault, Line, NodeKind};
use crate::systemd::value::{self, ValueError};
use crate::text::{Origin, Source, Span, Text};

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

/// An assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The name of the section as it stands in the file.
    pub section: Text,
    /// The key as it stands in the file.
    pub key: Text,
    /// The value, its lines joined, without blanks around it.
    pub value: Text,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its value is not valid.
    Invalid(ValueError),
    /// It stands in the section of another type of unit.
    OtherType,
    /// It stands in a drop-in, behind something that makes systemd read no further.
    NotRead,
    /// It may be set only once.
    Again,
    /// It is empty, which says nothing here.
    Empty,
}

impl Loaded {
    /// Reads the files of a unit. Whatever stands in them, the rest of them is read as well.
    pub fn read(files: &UnitFiles) -> Loaded {
        let mut loader = Loader::new(files);
        for (file, source) in files.sources().enumerate() {
            loader.file(file, source, file > 0 || files.fragment.is_none());
        }
        loader.loaded
    }

    /// The settings that count of a directive, by its name of today, in order; the empty ones are left out.
    pub fn all<'l>(
        &'l self,
        section: Section,
        name: &'l str,
    ) -> impl DoubleEndedIterator<Item = &'l Setting> {
        self.settings
            .iter()
            .filter(move |setting| setting.state == State::Effective && setting.sets(section, name))
    }

    /// The last setting of a directive that counts, by its name of today.
    pub fn last<'l>(&'l self, section: Section, name: &'l str) -> Option<&'l Setting> {
        self.all(section, name).next_back()
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

struct Loader {
    loaded: Loaded,
    /// The comments right above the line that is read.
    pending: Vec<usize>,
    section: Option<Text>,
    /// systemd reads nothing of what follows in this drop-in.
    ended: bool,
    /// The settings that count so far, by what they set.
    standing: HashMap<&'static str, Vec<usize>>,
}

impl Loader {
    fn new(files: &UnitFiles) -> Loader {
        let loaded = Loaded {
            name: files.name.clone(),
            sources: files.sources().cloned().collect(),
            settings: Vec::new(),
            comments: Vec::new(),
            problems: Vec::new(),
        };
        Loader { loaded, pending: Vec::new(), section: None, ended: false, standing: HashMap::new() }
    }

    fn file(&mut self, file: usize, source: &Source, drop_in: bool) {
        self.section = None;
        self.ended = false;
        let text = &source.text;
        for node in Document::read(text).nodes {
            match node.kind {
                NodeKind::Blank => self.pending.clear(),
                NodeKind::Comment(span) => self.comment(file, span, text),
                NodeKind::Header(header) => self.header(file, &header.line, &header.name, text),
                NodeKind::Assignment(assignment) => self.assignment(file, &assignment, text, drop_in),
                NodeKind::Error(line, fault) => self.fault(file, &line, fault, text, drop_in),
            }
        }
        self.pending.clear();
    }

    fn comment(&mut self, file: usize, span: Span, text: &[u8]) {
        self.pending.push(self.loaded.comments.len());
        let comment = Comment { text: span.of(text).into(), origin: Origin { file, span }, setting: None };
        self.loaded.comments.push(comment);
    }

    fn problem(&mut self, kind: ProblemKind, origin: Origin, drop_in: bool) {
        self.ended |= drop_in && kind.ends_file();
        self.loaded.problems.push(Problem { kind, origin });
    }

    fn header(&mut self, file: usize, line: &Line, name: &[u8], text: &[u8]) {
        self.pending.clear();
        let origin = Origin { file, span: line.span(text) };
        let known = Section::named(name).is_some_and(|section| self.loaded.name.kind().has(section));
        if !known && !name.starts_with(b"X-") {
            self.problem(ProblemKind::UnknownSection(name.into()), origin, false);
        }
        self.section = Some(name.into());
    }

    fn fault(&mut self, file: usize, line: &Line, fault: Fault, text: &[u8], drop_in: bool) {
        self.pending.clear();
        let origin = Origin { file, span: line.span(text) };
        let kind = match fault {
            Fault::Header => {
                // What follows is taken as its author meant it.
                let name = origin.span.of(text).trim_with(|c| "[] \t".contains(c));
                self.section = Some(name.into());
                ProblemKind::Header
            }
            Fault::OutsideOfSection => ProblemKind::OutsideOfSection,
            Fault::NoEqualsSign => ProblemKind::NoEqualsSign,
            Fault::NoKey => ProblemKind::NoKey,
        };
        self.problem(kind, origin, drop_in);
    }

    fn assignment(&mut self, file: usize, assignment: &Assignment, text: &[u8], drop_in: bool) {
        let index = self.loaded.settings.len();
        for span in &assignment.line.comments {
            self.comment(file, *span, text);
        }
        for comment in self.pending.drain(..) {
            self.loaded.comments[comment].setting = Some(index);
        }
        let origin = Origin { file, span: assignment.line.span(text) };
        if !value::is_text(origin.span.of(text)) {
            self.problem(ProblemKind::NotUtf8, origin, drop_in);
        } else if assignment.line.pieces.iter().map(|piece| piece.end - piece.start).sum::<usize>()
            >= LONGEST_LINE
        {
            self.problem(ProblemKind::TooLong, origin, drop_in);
        }
        let section = self.section.clone().unwrap_or_default();
        let mut setting = Setting {
            known: known(&section, &assignment.key),
            section,
            key: assignment.key.clone().into(),
            value: assignment.value.clone().into(),
            value_span: Span::new(assignment.value_start, origin.span.end.max(assignment.value_start)),
            origin,
            state: State::Effective,
        };
        setting.state = self.judge(&setting, index, drop_in);
        self.loaded.settings.push(setting);
    }

    /// What becomes of a new setting; what becomes of those before it is written down.
    fn judge(&mut self, setting: &Setting, index: usize, drop_in: bool) -> State {
        if self.ended {
            return State::Ignored(Reason::NotRead);
        }
        let Some(row) = setting.known else {
            self.unknown(setting);
            return State::Unknown;
        };
        if !setting.section().is_some_and(|section| self.loaded.name.kind().has(section)) {
            return State::Ignored(Reason::OtherType);
        }
        let empty = setting.value.is_empty();
        match row.repeat {
            Repeat::List | Repeat::Shared | Repeat::LastOrDefault if empty => {
                self.displace(setting, row, &State::Reset { by: index });
                return State::Resets;
            }
            Repeat::ListOrNone if empty => {
                self.displace(setting, row, &State::Reset { by: index });
                self.standing.entry(slot(row)).or_default().push(index);
                return State::Effective;
            }
            Repeat::Ever if empty => return State::Ignored(Reason::Empty),
            _ => {}
        }
        if let Err(error) = value::check(row, &setting.value, &self.loaded.name) {
            let kind = if error.is_fatal() {
                ProblemKind::FatalValue { key: row.name, error: error.clone() }
            } else {
                ProblemKind::InvalidValue { key: row.name, error: error.clone() }
            };
            self.problem(kind, setting.origin, drop_in);
            return State::Ignored(Reason::Invalid(error));
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

    fn unknown(&mut self, setting: &Setting) {
        let known_section = setting.section().is_some_and(|section| self.loaded.name.kind().has(section))
            || setting.section.as_slice() == b"Target";
        if known_section && !setting.key.starts_with(b"X-") {
            let kind = ProblemKind::UnknownKey { section: setting.section.clone(), key: setting.key.clone() };
            self.problem(kind, setting.origin, false);
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
        (Repeat::Shared, Kind::Condition) => "Condition",
        (Repeat::Shared, Kind::Assertion) => "Assert",
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
    catalogue::find(section, key.to_str().ok()?)
}
