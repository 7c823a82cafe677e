//! The rows of a comparison as they come up.

use super::{Aspect, At, Compared, Comparison, Difference, Grade, Side, Value};
use crate::text::{Lines, Origin, Sourced};

/// What one side says, before its place has been counted.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) text: String,
    pub(super) is_default: bool,
    pub(super) origin: Option<Origin>,
}

impl Said {
    /// A value that stands somewhere.
    pub(super) fn at(text: impl Into<String>, origin: Origin) -> Said {
        Said { text: text.into(), is_default: false, origin: Some(origin) }
    }

    /// What the init does where nothing is said.
    pub(super) fn default(text: impl Into<String>) -> Said {
        Said { text: text.into(), is_default: true, origin: None }
    }

    /// What is said of a value, or what the init does.
    pub(super) fn of<T>(
        value: Option<&Sourced<T>>,
        show: impl FnOnce(&T) -> String,
        default: impl Into<String>,
    ) -> Said {
        match value {
            Some(value) => Said::at(show(&value.value), value.origin),
            None => Said::default(default),
        }
    }
}

/// The rows, and the two sides that they are about.
pub(super) struct Ledger<'a> {
    pub(super) left: &'a Side,
    pub(super) right: &'a Side,
    lines: [Vec<Lines<'a>>; 2],
    rows: Vec<Difference>,
}

impl<'a> Ledger<'a> {
    pub(super) fn new(left: &'a Side, right: &'a Side) -> Self {
        let lines = [left, right].map(|side| side.sources.iter().map(|it| Lines::of(&it.text)).collect());
        Ledger { left, right, lines, rows: Vec::new() }
    }

    /// Both sides, the left one first.
    pub(super) fn sides(&self) -> [&'a Side; 2] {
        [self.left, self.right]
    }

    /// Whether both are for the same init.
    pub(super) fn is_one_init(&self) -> bool {
        self.left.init == self.right.init
    }

    /// Notes two values. Where they are not the same, they differ; harmlessly where neither side says anything.
    pub(super) fn note(&mut self, aspect: Aspect, item: Option<&str>, said: [Said; 2], same: bool) {
        let grade = match (same, said[0].is_default && said[1].is_default) {
            (true, _) => Grade::Same,
            (false, true) => Grade::Harmless,
            (false, false) => Grade::Differs,
        };
        self.row(aspect, item, said, grade, "");
    }

    /// Notes two texts, which are the same where they are equal.
    pub(super) fn texts(&mut self, aspect: Aspect, item: Option<&str>, said: [Said; 2]) {
        let same = said[0].text == said[1].text;
        self.note(aspect, item, said, same);
    }

    /// Notes a row with its grade, and what it means if that is not what the aspect's table says.
    pub(super) fn row(
        &mut self,
        aspect: Aspect,
        item: Option<&str>,
        said: [Said; 2],
        grade: Grade,
        why: &str,
    ) {
        let why = match grade {
            Grade::Same => "",
            _ if why.is_empty() => aspect.info().why,
            _ => why,
        };
        let [left, right] = said;
        self.rows.push(Difference {
            aspect,
            item: item.map(ToOwned::to_owned),
            grade,
            why: why.to_owned(),
            left: self.value(0, left),
            right: self.value(1, right),
        });
    }

    fn value(&self, side: usize, said: Said) -> Value {
        // What has no file has no place: a default, or a link that enables a unit.
        let known = said.origin.filter(|origin| *origin != Origin::default() && !origin.span.is_empty());
        let at = known.and_then(|origin| {
            Some(At { origin, place: self.lines[side].get(origin.file)?.place(origin.span.start) })
        });
        Value { text: said.text, is_default: said.is_default, at }
    }

    /// The rows so far.
    pub(super) fn rows(&self) -> &[Difference] {
        &self.rows
    }

    pub(super) fn close(mut self) -> Comparison {
        self.rows.sort_by_key(|row| row.aspect);
        let compared = |side: &Side| Compared {
            name: side.service.name.to_string(),
            init: side.init,
            files: side.sources.iter().map(|source| source.name.clone()).collect(),
        };
        Comparison {
            left: compared(self.left),
            right: compared(self.right),
            verdict: self.rows.iter().map(|row| row.grade).max().unwrap_or(Grade::Same),
            differences: self.rows,
        }
    }
}
