//! Values as systemd 252 reads them, directive by directive.

use bstr::ByteSlice as _;
use thiserror::Error;

use super::catalogue::Kind;
use super::catalogue::choice::Choices;

/// Why a value is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum ValueError {
    #[error("neither yes nor no")]
    Boolean,
    #[error("not one of its values")]
    Choice,
}

impl ValueError {
    /// Whether systemd refuses to load the unit for it.
    pub fn is_fatal(&self) -> bool {
        false
    }
}

/// Whether systemd takes a value; one that is empty is not looked at here.
///
/// # Errors
/// Why it does not.
pub fn check(kind: Kind, value: &[u8]) -> Result<(), ValueError> {
    match kind {
        Kind::Boolean => boolean(value).map(|_| ()),
        Kind::Choice(choices) => choice(value, choices),
        _ => Ok(()),
    }
}

/// `yes`, `no` and their kin, in any case of letters.
///
/// # Errors
/// It is none of them.
pub fn boolean(value: &[u8]) -> Result<bool, ValueError> {
    let is = |words: &[&str]| words.iter().any(|word| value.eq_ignore_ascii_case(word.as_bytes()));
    if is(&["1", "yes", "y", "true", "t", "on"]) {
        Ok(true)
    } else if is(&["0", "no", "n", "false", "f", "off"]) {
        Ok(false)
    } else {
        Err(ValueError::Boolean)
    }
}

fn choice(value: &[u8], choices: Choices) -> Result<(), ValueError> {
    let listed = choices.iter().any(|choice| choice.as_bytes() == value);
    let boolean_too = choices.contains(&"yes") && choices.contains(&"no");
    if listed || boolean_too && boolean(value).is_ok() { Ok(()) } else { Err(ValueError::Choice) }
}

/// Whether systemd takes bytes for text: UTF-8 without what Unicode keeps for itself.
pub fn is_text(bytes: &[u8]) -> bool {
    let kept = |c: char| matches!(u32::from(c), 0xfdd0..=0xfdef) || u32::from(c) & 0xfffe == 0xfffe;
    bytes.to_str().is_ok_and(|text| !text.chars().any(kept))
}
