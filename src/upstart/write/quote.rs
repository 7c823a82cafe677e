//! Words, written so that Upstart reads the value that is meant (`decode.rs` tells how it reads).
//!
//! Both quotes are alike to Upstart, may begin and end within a word, and a backslash counts in either of
//! them. It is always doubled: any other escape keeps it, and spoils blanks that stand before it.

use bstr::ByteSlice as _;
use thiserror::Error;

use crate::upstart::decode::BLANKS;

/// Why something cannot be written so that Upstart reads it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Why {
    /// A line break in a word or a command: Upstart makes a space of every one.
    #[error("it holds a line break")]
    LineBreak,
    /// A NUL, which ends every string.
    #[error("it holds a NUL byte")]
    Nul,
    /// A number, signal or resource that the stanza does not take.
    #[error("the stanza takes no such value")]
    Value,
    /// A condition that is no tree, or with a positional value behind a named one.
    #[error("it is no condition that Upstart has")]
    Condition,
    /// A command that Upstart would cut or change: it holds `#`, an open quote, or blanks at its ends or
    /// before an escape.
    #[error("Upstart would read it as another command")]
    Command,
    /// A command without any word.
    #[error("it is empty")]
    Empty,
    /// A script whose last line does not end.
    #[error("its last line has no end")]
    LineEnd,
    /// A script whose lines all begin with the same blanks: they would be lost.
    #[error("all of its lines are indented, and Upstart takes that away")]
    Indented,
    /// A script with a line that ends the block.
    #[error("it holds a line `end script`")]
    EndScript,
    /// A stanza of another Upstart's.
    #[error("only Chrome OS has this stanza")]
    ChromeOs,
}

/// A word of a stanza.
///
/// # Errors
/// Line breaks and NULs cannot be written.
pub fn word(value: &[u8]) -> Result<Vec<u8>, Why> {
    writable(value)?;
    Ok(match value {
        // Two quotes alone are no word to Upstart, but a line folded behind them is one, of no bytes.
        b"" => b"\"\"\\\n".to_vec(),
        _ if value.find_byteset(b" \t\r#\\\"'").is_none() => value.to_vec(),
        _ => quoted(value),
    })
}

/// An assignment: only its value is quoted, where the name does without.
///
/// # Errors
/// As of [`word`].
pub fn assignment(entry: &[u8]) -> Result<Vec<u8>, Why> {
    named(entry, word)
}

/// A word of a condition: parentheses end words there, and `and` and `or` are none.
///
/// # Errors
/// As of [`word`].
pub fn operand(value: &[u8]) -> Result<Vec<u8>, Why> {
    named(value, |value| match value {
        b"and" | b"or" => Ok(quoted(value)),
        _ if value.find_byteset(b"()").is_some() => writable(value).map(|()| quoted(value)),
        _ => word(value),
    })
}

fn named(entry: &[u8], word: impl Fn(&[u8]) -> Result<Vec<u8>, Why>) -> Result<Vec<u8>, Why> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_!".contains(byte);
    match entry.split_once_str("=") {
        Some((name, b"")) if name.iter().all(plain) => Ok(entry.to_vec()),
        Some((name, value)) if name.iter().all(plain) => Ok([name, b"=", word(value)?.as_slice()].concat()),
        _ => word(entry),
    }
}

/// Makes sure that a value can stand on a line at all.
fn writable(value: &[u8]) -> Result<(), Why> {
    match value.find_byteset(b"\n\0") {
        Some(at) if value[at] == 0 => Err(Why::Nul),
        Some(_) => Err(Why::LineBreak),
        None => Ok(()),
    }
}

/// The value in quotes: in one pair, if it does not hold both kinds.
fn quoted(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len() + 2);
    let mut rest = value;
    loop {
        let quote = match rest.find_byteset(b"\"'") {
            Some(at) if rest[at] == b'"' => b'\'',
            _ => b'"',
        };
        let (inner, behind) = rest.split_at(rest.find_byte(quote).unwrap_or(rest.len()));
        out.push(quote);
        out.extend(inner.replace(b"\\", b"\\\\"));
        out.push(quote);
        if behind.is_empty() {
            return out;
        }
        rest = behind;
    }
}

/// Whether a line ends a block.
pub(super) fn ends_block(line: &[u8]) -> bool {
    let blank = |byte: char| byte.is_ascii() && BLANKS.contains(&(byte as u8));
    let Some(rest) = line.trim_start_with(blank).strip_prefix(b"end") else { return false };
    let Some(behind) = rest.trim_start_with(blank).strip_prefix(b"script") else { return false };
    let behind = behind.trim_start_with(blank);
    rest.first().is_some_and(|byte| BLANKS.contains(byte))
        && (behind.is_empty() || behind.starts_with(b"\n") || behind.starts_with(b"#"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &str) -> String {
        String::from_utf8(word(value.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn only_what_needs_quotes_gets_them() {
        assert_eq!(written("/usr/sbin/web"), "/usr/sbin/web");
        assert_eq!(written("A web server"), "\"A web server\"");
        assert_eq!(written("a#b"), "\"a#b\"");
        assert_eq!(written(r"a\b"), r#""a\\b""#);
    }

    #[test]
    fn quotes_stand_in_the_other_quotes() {
        assert_eq!(written("it's"), "\"it's\"");
        assert_eq!(written("say \"hi\""), "'say \"hi\"'");
        assert_eq!(written("it's \"so\""), "\"it's \"'\"so\"'");
    }

    #[test]
    fn the_empty_word_is_a_folded_line() {
        assert_eq!(written(""), "\"\"\\\n");
    }

    #[test]
    fn the_value_of_an_assignment_is_quoted_alone() {
        assert_eq!(assignment(b"OPTS=-a -b").unwrap(), b"OPTS=\"-a -b\"");
        assert_eq!(assignment(b"OPTS=").unwrap(), b"OPTS=");
        assert_eq!(assignment(b"a b=c").unwrap(), b"\"a b=c\"");
        assert_eq!(operand(b"IFACE!=lo and").unwrap(), b"IFACE!=\"lo and\"");
    }

    #[test]
    fn operators_and_parentheses_are_quoted_in_conditions() {
        assert_eq!(operand(b"and").unwrap(), b"\"and\"");
        assert_eq!(operand(b"a(b)").unwrap(), b"\"a(b)\"");
        assert_eq!(word(b"and").unwrap(), b"and");
    }

    #[test]
    fn what_no_quotes_can_keep_is_an_error() {
        assert_eq!(word(b"a\nb"), Err(Why::LineBreak));
        assert_eq!(operand(b"a=b\0"), Err(Why::Nul));
    }

    #[test]
    fn a_line_ends_a_block_as_upstart_has_it() {
        for line in ["end script", "  end\t script # so\n", "end script#"] {
            assert!(ends_block(line.as_bytes()), "{line}");
        }
        for line in ["endscript", "end scripts", "end script;", "echo end script", "end"] {
            assert!(!ends_block(line.as_bytes()), "{line}");
        }
    }
}
