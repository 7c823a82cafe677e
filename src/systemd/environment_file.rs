//! How systemd reads the file of `EnvironmentFile=` (systemd.exec(5)): lines of `KEY=value`, no expansion.
//!
//! Quotes count at the beginning of a value and directly behind another quote; anywhere else they are part
//! of the value. What stands behind a value belongs to it, a `#` too. Where versions read differently
//! (a backslash, except before the end of a line between double quotes), nothing is said for certain.

use bstr::{BString, ByteSlice as _};
use thiserror::Error;

/// Why it is not certain what systemd reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Doubt {
    /// Versions differ about this backslash.
    #[error("line {0}: what a backslash means hangs on the version of systemd")]
    Backslash(usize),
    /// A byte that no variable can hold.
    #[error("line {0}: systemd takes no such character")]
    Character(usize),
    /// A quote without its end.
    #[error("line {0}: the quote is never closed")]
    Quote(usize),
    /// Not UTF-8.
    #[error("systemd refuses what is not UTF-8")]
    Encoding,
}

/// Where the reader stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Line,
    Comment,
    Key,
    BeforeValue,
    Value,
    Single,
    Double,
}

/// The variables that systemd finds in a file, in order; a later one of the same name holds.
///
/// # Errors
/// Where it is not certain what systemd finds.
pub fn read(text: &[u8]) -> Result<Vec<(BString, BString)>, Doubt> {
    text.to_str().map_err(|_| Doubt::Encoding)?;
    let mut found = Vec::new();
    let mut state = State::Line;
    let (mut key, mut value) = (BString::default(), BString::default());
    // Blanks at the end of a value without quotes do not count.
    let mut solid = 0;
    let mut line = 1;
    let mut opened = 0;
    let mut bytes = text.iter().copied().chain([b'\n']).peekable();
    while let Some(byte) = bytes.next() {
        let ends_line = matches!(byte, b'\n' | b'\r');
        if byte.is_ascii_control() && !ends_line && byte != b'\t' {
            return Err(Doubt::Character(line));
        }
        match state {
            State::Line if byte == b'#' || byte == b';' => state = State::Comment,
            State::Line if byte.is_ascii_whitespace() => {}
            State::Line => {
                key = BString::from(vec![byte]);
                state = State::Key;
            }
            State::Comment if byte == b'\\' && matches!(bytes.peek(), Some(b'\n' | b'\r')) => {
                return Err(Doubt::Backslash(line));
            }
            State::Comment | State::Key if ends_line => state = State::Line,
            State::Comment => {}
            State::Key if byte == b'=' => {
                key = key.trim_ascii_end().into();
                value.clear();
                state = State::BeforeValue;
            }
            State::Key => key.push(byte),
            State::BeforeValue | State::Value if ends_line => {
                if state == State::Value {
                    value.truncate(solid);
                }
                keep(&mut found, &key, &value);
                state = State::Line;
            }
            State::BeforeValue if byte == b'\'' => (state, opened) = (State::Single, line),
            State::BeforeValue if byte == b'"' => (state, opened) = (State::Double, line),
            State::BeforeValue if byte == b' ' || byte == b'\t' => {}
            State::Single if byte == b'\'' => state = State::BeforeValue,
            State::Double if byte == b'"' => state = State::BeforeValue,
            State::Double if byte == b'\\' => match bytes.next() {
                Some(b'\n') if bytes.peek().is_some() => line += 1,
                _ => return Err(Doubt::Backslash(line)),
            },
            _ if byte == b'\\' => return Err(Doubt::Backslash(line)),
            // Some versions refuse such a value.
            State::Single | State::Double if ends_line => {
                let closed = bytes.peek().is_some();
                return Err(if closed { Doubt::Character(line) } else { Doubt::Quote(opened) });
            }
            State::Single | State::Double => value.push(byte),
            State::BeforeValue | State::Value => {
                value.push(byte);
                if byte != b' ' && byte != b'\t' {
                    solid = value.len();
                }
                state = State::Value;
            }
        }
        line += usize::from(byte == b'\n');
    }
    Ok(found)
}

/// Takes a variable; what has no variable's name is passed over.
fn keep(found: &mut Vec<(BString, BString)>, key: &BString, value: &BString) {
    let is_name =
        !key[0].is_ascii_digit() && key.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    if is_name {
        found.retain(|(known, _)| known != key);
        found.push((key.clone(), value.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        let found = read(text.as_bytes()).unwrap();
        found.into_iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
    }

    #[test]
    fn values_are_read_as_the_manual_says() {
        for (text, value) in [
            ("A=b", "b"),
            ("  A=b c  ", "b c"),
            ("A=", ""),
            ("A=  b", "b"),
            ("A='b  '", "b  "),
            ("A=\"b\"'c'", "bc"),
            ("A=\"b\" \"c\"", "bc"),
            ("A=\"b\"c ", "bc"),
            ("A=b\"c\"", "b\"c\""),
            ("A=b # c", "b # c"),
            ("A=\"b\" # c", "b# c"),
            ("A=$B `c` ~ *", "$B `c` ~ *"),
            ("A=\"b \\\nc\"", "b c"),
            ("A=b\r\n", "b"),
            ("A=b; B=c", "b; B=c"),
            ("A=b\nA=c", "c"),
            ("; B=x\n# C=x\nA=b", "b"),
        ] {
            assert_eq!(pairs(text), [("A".to_owned(), value.to_owned())], "{text:?}");
        }
    }

    #[test]
    fn what_is_no_assignment_is_passed_over() {
        assert_eq!(pairs("export A=b\nexport A\n1A=b\n\nif true\n=b\nB.C=d"), []);
    }

    #[test]
    fn what_hangs_on_the_version_is_not_said() {
        for (text, doubt) in [
            ("A=b\\c", Doubt::Backslash(1)),
            ("A='b\\'", Doubt::Backslash(1)),
            ("B=\nA=\"b\\$c\"", Doubt::Backslash(2)),
            ("# b \\\nA=b", Doubt::Backslash(1)),
            ("A=\"b\nc\"", Doubt::Character(1)),
            ("A=\x07", Doubt::Character(1)),
            ("\nA='b", Doubt::Quote(2)),
        ] {
            assert_eq!(read(text.as_bytes()), Err(doubt), "{text:?}");
        }
        assert_eq!(read(b"A=\xff"), Err(Doubt::Encoding));
    }
}
