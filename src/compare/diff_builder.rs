//! The rows of a comparison as they come up.

use std::borrow::Cow;

use super::value::{AspectValue, DisplayValue};
use super::{Aspect, Compared, Comparison, Definition, Difference, Grade, Value, render};
use crate::text::{At, Lines, Sourced, Text};

/// How two values that are not the same differ, and what that means if that is not what the table of aspects says.
pub(super) type Grading = fn(&DiffBuilder<'_>, &[DisplayValue; 2]) -> (Grade, &'static str);

/// Names of which each is so.
pub(super) fn flags(names: &[Sourced<Text>]) -> Vec<(String, DisplayValue)> {
    names.iter().map(|name| (render::text(&name.value), DisplayValue::flag(Some(name.origin())))).collect()
}

/// Whether neither definition says anything.
pub(super) fn are_defaults(values: &[DisplayValue; 2]) -> bool {
    values.iter().all(|value| value.is_default)
}

/// What differs does harm, unless neither definition says anything.
pub(super) fn differs(_: &DiffBuilder<'_>, values: &[DisplayValue; 2]) -> (Grade, &'static str) {
    (if are_defaults(values) { Grade::Harmless } else { Grade::Differs }, "")
}

/// What differs does harm; where neither definition says anything, it does not, for that reason.
pub(super) fn differs_unless(values: &[DisplayValue; 2], why: &'static str) -> (Grade, &'static str) {
    if are_defaults(values) { (Grade::Harmless, why) } else { (Grade::Differs, "") }
}

/// The rows, and the two definitions that they are about.
pub(super) struct DiffBuilder<'a> {
    pub(super) both: [&'a Definition; 2],
    rows: Vec<Row>,
}

/// A row whose values have not been made texts.
pub(super) struct Row {
    pub(super) aspect: Aspect,
    pub(super) item: Option<String>,
    pub(super) grade: Grade,
    why: Cow<'static, str>,
    pub(super) values: [DisplayValue; 2],
}

impl<'a> DiffBuilder<'a> {
    pub(super) fn new(left: &'a Definition, right: &'a Definition) -> DiffBuilder<'a> {
        DiffBuilder { both: [left, right], rows: Vec::new() }
    }

    /// Whether both are for the same init.
    pub(super) fn is_one_init(&self) -> bool {
        self.both[0].init == self.both[1].init
    }

    /// Notes two values. Where they are not the same, they differ; harmlessly where neither definition says anything.
    pub(super) fn note(&mut self, aspect: Aspect, item: Option<&str>, values: [DisplayValue; 2]) {
        self.graded(aspect, item, values, differs);
    }

    /// Notes two values, graded where they are not the same.
    pub(super) fn graded(&mut self, aspect: Aspect, item: Option<&str>, values: [DisplayValue; 2], grading: Grading) {
        let (grade, why) = if values[0].value == values[1].value { (Grade::Same, "") } else { grading(self, &values) };
        self.row(aspect, item, values, grade, why);
    }

    /// Notes a row with its grade, and what it means if that is not what the table of aspects says.
    pub(super) fn row(
        &mut self,
        aspect: Aspect,
        item: Option<&str>,
        values: [DisplayValue; 2],
        grade: Grade,
        why: impl Into<Cow<'static, str>>,
    ) {
        let item = item.map(ToOwned::to_owned);
        self.rows.push(Row { aspect, item, grade, why: why.into(), values });
    }

    /// Notes all that either definition lists, item by item and value by value, and what the other one has in its place.
    pub(super) fn listed(
        &mut self,
        aspect: Aspect,
        read: impl Fn(&Definition) -> Vec<(String, DisplayValue)>,
        missing: fn(&Definition, &AspectValue) -> DisplayValue,
        grading: Grading,
    ) {
        let both = self.both;
        let listed = both.map(read);
        let mut all: Vec<(&String, &AspectValue)> = Vec::new();
        for (item, value) in listed.iter().flatten() {
            if !all.contains(&(item, &value.value)) {
                all.push((item, &value.value));
            }
        }
        all.sort_by_key(|(item, _)| *item);
        for (item, wanted) in all {
            let values = [0, 1].map(|at| {
                let found = listed[at].iter().find(|(known, value)| known == item && value.is(wanted.clone()));
                found.map_or_else(|| missing(both[at], wanted), |(_, value)| value.clone())
            });
            self.graded(aspect, Some(item), values, grading);
        }
    }

    /// The rows so far.
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Makes texts of all values.
    pub(super) fn close(mut self) -> Comparison {
        self.rows.sort_by_key(|row| row.aspect);
        let lines = self.both.map(|it| it.sources.iter().map(|source| Lines::of(&source.text)).collect::<Vec<_>>());
        let value = |row: &Row, side: usize| {
            let placed = |origin| Some(At::of(origin, &lines[side])).filter(|at| at.place.is_some());
            let DisplayValue { value, is_default, origin } = &row.values[side];
            let text = render::value(row.aspect, value);
            Value { text, is_default: *is_default, at: origin.and_then(placed) }
        };
        let differences = self.rows.into_iter().map(|row| {
            let (left, right) = (value(&row, 0), value(&row, 1));
            let Row { aspect, item, grade, why, .. } = row;
            let why = match grade {
                Grade::Same => String::new(),
                _ if why.is_empty() => aspect.info().why.to_owned(),
                _ => why.into_owned(),
            };
            Difference { aspect, item, grade, why, left, right }
        });
        let differences: Vec<Difference> = differences.collect();
        let [left, right] = self.both.map(|definition| Compared {
            name: definition.service.name.to_string(),
            init: definition.init,
            files: definition.sources.iter().map(|source| source.name.clone()).collect(),
        });
        let verdict = differences.iter().map(|row| row.grade).max().unwrap_or(Grade::Same);
        Comparison { left, right, verdict, differences }
    }
}
