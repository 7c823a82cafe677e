//! Lists of units, and conditions.

use super::error::ValueError;
use super::path;
use super::specifier::Parts;
use super::words::{List, Rules};

/// The units that a dependency names. Names are not looked at: one with a specifier may be none yet.
pub fn units(value: &[u8]) -> List<Parts> {
    List::read(value, Rules::UNITS, Parts::read_name)
}

/// A test of a `Condition…=` or `Assert…=`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// `|`: one of all that are so marked has to hold.
    pub trigger: bool,
    /// `!`: it has to fail.
    pub negate: bool,
    /// What is tested.
    pub argument: Parts,
}

/// Whether a `Condition…=` or `Assert…=` of that name tests a path.
pub fn tests_path(directive: &str) -> bool {
    const PATHS: &[&str] = &["Path", "Directory", "File", "NeedsUpdate"];
    let test = directive.strip_prefix("Condition").or_else(|| directive.strip_prefix("Assert"));
    test.is_some_and(|test| PATHS.iter().any(|kind| test.starts_with(kind)))
}

/// The value of a `Condition…=` or `Assert…=`.
pub fn test(directive: &str, value: &[u8]) -> Result<Test, ValueError> {
    let of_path = tests_path(directive);
    let mut argument = value;
    let mut marked = |mark: &[u8]| {
        let Some(behind) = argument.strip_prefix(mark) else { return false };
        // Where a path is tested, blanks are not skipped, and make it none.
        argument = if of_path { behind } else { behind.trim_ascii_start() };
        true
    };
    let (trigger, negate) = (marked(b"|"), marked(b"!"));
    let argument = if of_path { path::absolute(argument)? } else { Parts::read(argument)? };
    Ok(Test { trigger, negate, argument })
}
