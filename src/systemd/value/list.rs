//! Lists of units, and conditions.

use bstr::ByteSlice as _;

use super::ValueError;
use super::environment::List;
use super::specifier::Parts;
use super::words::Rules;

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

/// The value of a `Condition…=` or `Assert…=`.
///
/// # Errors
/// A letter behind `%` that is no specifier.
pub fn test(value: &[u8]) -> Result<Test, ValueError> {
    let mark =
        |text: &'_ [u8], mark: &[u8]| text.strip_prefix(mark).map(|rest| rest.trim_ascii_start().to_vec());
    let (value, trigger) = mark(value, b"|").map_or((value.to_vec(), false), |rest| (rest, true));
    let (value, negate) = mark(&value, b"!").map_or((value.clone(), false), |rest| (rest, true));
    Ok(Test { trigger, negate, argument: Parts::read(value.as_bytes())? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_has_marks() {
        let test = |text: &str| test(text.as_bytes()).unwrap();
        assert_eq!(test("| ! /a"), Test { trigger: true, negate: true, argument: Parts::plain("/a") });
        assert_eq!(test("!|a"), Test { trigger: false, negate: true, argument: Parts::plain("|a") });
    }

    #[test]
    fn units_are_words() {
        let list = units(br"a\x2db.mount  %p.socket %I.service");
        assert_eq!(list.items[0], Parts::plain(r"a\x2db.mount"));
        assert_eq!((list.items.len(), list.refused.len()), (2, 1));
    }
}
