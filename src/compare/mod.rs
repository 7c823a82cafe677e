//! Two definitions held against each other by what they do.
//!
//! Both are read into the neutral model, whichever init they are for, and compared value by value, with what their
//! inits do where nothing is said made explicit. [`compare`] gives a row for every aspect that either of them has
//! anything to say about, in a fixed order; each row has a grade and both values, with the places where they stand.
//!
//! ```
//! use cutover::compare::{Aspect, Grade, Side, compare};
//! use cutover::upstart::read::JobFiles;
//!
//! let before = JobFiles::named("web", "respawn\nexec web\n");
//! let after = JobFiles::named("web", "exec /usr/bin/web\nkill timeout 20\n");
//! let comparison = compare(&Side::of_job(&before), &Side::of_job(&after));
//! let differing = comparison.graded(Grade::Differs).map(|row| row.aspect);
//! assert_eq!(differing.collect::<Vec<_>>(), [Aspect::Restart, Aspect::StopTimeout]);
//! ```

mod aspect;
mod command;
mod environment;
mod ledger;
mod lifecycle;
mod occasions;
mod output;
mod process;
mod relations;
mod resources;
mod rest;
mod restart;
mod script;
mod side;
mod stop;
pub mod table;
pub mod text;
mod unit_ties;
mod words;

use serde::Serialize;

pub use aspect::{ASPECTS, Aspect, AspectInfo, FIELDS, Section};
pub use side::{Directive, Init, NotAService, Side};

use crate::text::{Origin, Place};

/// How much two values differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// Not at all: what happens is the same.
    Same,
    /// In a way that does no harm: both leave it to their inits, which have other habits, or it changes nothing of
    /// what the service does.
    Harmless,
    /// In a way that somebody may notice.
    Differs,
}

/// What a comparison found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The left definition.
    pub left: Compared,
    /// The right definition.
    pub right: Compared,
    /// The gravest grade of all rows.
    pub verdict: Grade,
    /// A row for each aspect that either has something to say about, the same ones included, in the order of
    /// [`ASPECTS`].
    pub differences: Vec<Difference>,
}

/// A definition that was compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Its name, without suffix.
    pub name: String,
    /// Its init.
    pub init: Init,
    /// Its files; [`Origin::file`] counts in this list.
    pub files: Vec<String>,
}

/// An aspect, and what the two say about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Which aspect.
    pub aspect: Aspect,
    /// Which one of several that there can be: the name of a variable or of a resource, a path, another unit.
    pub item: Option<String>,
    /// How much they differ.
    pub grade: Grade,
    /// What that means, in a sentence; empty where they are the same.
    pub why: String,
    /// What the left one says.
    pub left: Value,
    /// What the right one says.
    pub right: Value,
}

/// What one definition says about an aspect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Value {
    /// The value, for people.
    pub text: String,
    /// Whether nothing is said, so that it is what the init does by itself.
    #[serde(rename = "default")]
    pub is_default: bool,
    /// Where it is said.
    pub at: Option<At>,
}

/// A place by offset, for programs, and by line and column, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct At {
    /// The stanza or directive.
    #[serde(flatten)]
    pub origin: Origin,
    /// Where it begins.
    #[serde(flatten)]
    pub place: Place,
}

/// Compares two definitions.
pub fn compare(left: &Side, right: &Side) -> Comparison {
    if left.init != right.init {
        match (left.as_stop(), right.as_stop()) {
            (Some(left), _) => return rows(&left, right),
            (_, Some(right)) => return rows(left, &right),
            (None, None) => {}
        }
    }
    rows(left, right)
}

fn rows(left: &Side, right: &Side) -> Comparison {
    let mut ledger = ledger::Ledger::new(left, right);
    process::compare(&mut ledger);
    lifecycle::compare(&mut ledger);
    stop::compare(&mut ledger);
    restart::compare(&mut ledger);
    resources::compare(&mut ledger);
    environment::compare(&mut ledger);
    output::compare(&mut ledger);
    relations::compare(&mut ledger);
    rest::compare(&mut ledger);
    ledger.close()
}

impl Comparison {
    /// The rows of a grade.
    pub fn graded(&self, grade: Grade) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(move |row| row.grade == grade)
    }

    /// The rows about an aspect.
    pub fn about(&self, aspect: Aspect) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(move |row| row.aspect == aspect)
    }
}

impl Difference {
    /// Whether neither side says anything: the two inits differ by themselves, for every service.
    pub fn is_habit(&self) -> bool {
        self.left.is_default && self.right.is_default
    }
}

#[cfg(test)]
mod tests;
