//! What a comparison finds.

use serde::Serialize;

use super::aspect::Aspect;
use super::definition::Init;
use crate::text::{At, named};

named! {
    /// How much two values differ.
    pub enum Grade {
        /// Not at all: what happens is the same.
        Same = "same",
        /// In a way that does no harm: both leave it to their inits, which have other habits, or it changes nothing of
        /// what the service does.
        Harmless = "harmless",
        /// In a way that somebody may notice.
        Differs = "differs",
    }
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
    /// [`ASPECTS`](super::ASPECTS).
    pub differences: Vec<Difference>,
}

/// A definition that was compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Its name, without suffix.
    pub name: String,
    /// Its init.
    pub init: Init,
    /// Its files; [`Origin::file`](crate::text::Origin::file) counts in this list.
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
    pub(crate) fn is_habit(&self) -> bool {
        self.left.is_default && self.right.is_default
    }
}
