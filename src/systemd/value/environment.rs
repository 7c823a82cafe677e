//! Variables: `Environment=`, `EnvironmentFile=`, `PassEnvironment=`, `UnsetEnvironment=`.

use bstr::{BString, ByteSlice as _};

use super::error::ValueError;
use super::path;
use super::specifier::{Part, Parts};
use super::words::{List, Rules, is_text};
use crate::script::is_name;

/// A variable with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Its name.
    pub name: BString,
    /// Its value.
    pub value: Parts,
}

/// The assignments of an `Environment=`.
pub fn assignments(value: &[u8]) -> List<Assignment> {
    List::read(value, Rules::VARIABLES, assignment)
}

fn assignment(word: &[u8]) -> Result<Assignment, ValueError> {
    let parts = Parts::read(word)?;
    let valid = parts.as_plain().is_none_or(|plain| is_text(&plain));
    let mut rest = parts.0.into_iter();
    // No name of a variable has a specifier in it, unless that stands for letters alone.
    let Some(Part::Text(first)) = rest.next() else { return Err(ValueError::Variable) };
    let Some((name, behind)) = first.split_once_str("=") else { return Err(ValueError::Variable) };
    if !is_name(name) || !valid {
        return Err(ValueError::Variable);
    }
    let head = (!behind.is_empty()).then(|| Part::Text(behind.into()));
    Ok(Assignment { name: name.into(), value: Parts(head.into_iter().chain(rest).collect()) })
}

/// The names of a `PassEnvironment=`.
pub fn names(value: &[u8]) -> List<BString> {
    let name = |word: &[u8]| is_name(word).then(|| word.into()).ok_or(ValueError::Variable);
    List::read(value, Rules::QUOTED, name)
}

/// What an `UnsetEnvironment=` takes away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unset {
    /// A variable, whatever its value.
    Name(BString),
    /// A variable, if it has that value.
    Assignment(Assignment),
}

/// What an `UnsetEnvironment=` names.
pub fn unset(value: &[u8]) -> List<Unset> {
    List::read(value, Rules::VARIABLES, |word| {
        if is_name(word) { Ok(Unset::Name(word.into())) } else { assignment(word).map(Unset::Assignment) }
    })
}

/// A file of assignments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path, which may be a pattern.
    pub path: Parts,
    /// `-`: it may be missing.
    pub optional: bool,
}

/// The file of an `EnvironmentFile=`.
pub fn file(value: &[u8]) -> Result<File, ValueError> {
    let (path, optional) = path::marked_with(value, b"-");
    Ok(File { path: path::absolute(path)?, optional })
}
