//! Variables: `Environment=`, `EnvironmentFile=`, `PassEnvironment=`, `UnsetEnvironment=`.

use bstr::{BString, ByteSlice as _};

use super::specifier::{Part, Parts};
use super::words::{self, Rules};
use super::{ValueError, is_text};

/// A variable with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Its name.
    pub name: BString,
    /// Its value.
    pub value: Parts,
}

/// What could be read of a list, and the words that systemd passes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T> {
    /// What was read, in order.
    pub items: Vec<T>,
    /// Words that are none; with the reason.
    pub refused: Vec<(BString, ValueError)>,
}

impl<T> List<T> {
    pub(super) fn read(value: &[u8], rules: Rules, item: impl Fn(&[u8]) -> Result<T, ValueError>) -> List<T> {
        let (words, error) = words::split_lenient(value, rules);
        let mut list = List { items: Vec::new(), refused: Vec::new() };
        for word in words {
            match item(&word) {
                Ok(item) => list.items.push(item),
                Err(error) => list.refused.push((word.into(), error)),
            }
        }
        // What stands behind a word that cannot be read is not looked at.
        list.refused.extend(error.map(|error| (BString::default(), error)));
        list
    }
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
    List::read(
        value,
        Rules::QUOTED,
        |word| if is_name(word) { Ok(word.into()) } else { Err(ValueError::Variable) },
    )
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

/// Whether systemd takes a text for the name of a variable.
pub fn is_name(name: &[u8]) -> bool {
    name.first().is_some_and(|byte| !byte.is_ascii_digit())
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
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
///
/// # Errors
/// It is no absolute path.
pub fn file(value: &[u8]) -> Result<File, ValueError> {
    let (path, optional) = value.strip_prefix(b"-").map_or((value, false), |path| (path, true));
    Ok(File { path: super::path::absolute(path)?, optional })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(value: &str) -> Vec<String> {
        assignments(value.as_bytes())
            .items
            .iter()
            .map(|item| format!("{}={}", item.name, item.value))
            .collect()
    }

    #[test]
    fn variables_are_words_with_an_equals_sign() {
        assert_eq!(show(r#"A=b "C=d e" F='g h' I= J=%i\n"#), ["A=b", "C=d e", "F=g h", "I=", "J=%i\n"]);
        assert_eq!(show("1=b A-B=c A=%z X B=\\xff C=d"), ["C=d"]);
        assert_eq!(show("A=b \"C=d"), ["A=b"]);
        assert_eq!(assignments(b"A=b \"C=d").refused.len(), 1);
        assert_eq!(names(b"A 'B' 1").items, ["A", "B"]);
        assert_eq!(unset(b"A B=c").items.len(), 2);
    }

    #[test]
    fn a_file_of_variables_may_be_missing() {
        assert!(file(b"-/etc/default/a").unwrap().optional);
        assert!(!file(b"/etc/default/%i").unwrap().optional);
        assert!(file(b"etc/a").is_err());
    }
}
