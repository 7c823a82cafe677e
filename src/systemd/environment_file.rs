//! How systemd reads the file of `EnvironmentFile=` (systemd.exec(5)): lines of `KEY=value`, no expansion.
//!
//! Quotes count at the beginning of a value and directly behind another quote; anywhere else they are part
//! of the value. What stands behind a value belongs to it, a `#` too. Where versions read differently
//! (a backslash, except before the end of a line between double quotes), nothing is said for certain.

use bstr::{BString, ByteSlice as _};
use thiserror::Error;

use crate::script::is_name;

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
                // What has no variable's name is passed over.
                if is_name(&key) {
                    found.retain(|(known, _)| *known != key);
                    found.push((key.clone(), value.clone()));
                }
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
