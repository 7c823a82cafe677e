//! From a word as written to its value: quotes, escapes and folded lines, as Upstart reads them.

use std::borrow::Cow;

use bstr::{BString, ByteSlice as _};

use crate::text::Span;

/// Bytes that Upstart takes for blanks. NUL is one of them only because of how C looks it up.
pub const BLANKS: &[u8] = b" \t\r\0";

/// What Upstart makes of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decoded<'a> {
    /// The value.
    pub value: Cow<'a, [u8]>,
    /// Whether Upstart counts the word as empty. It counts the raw text, so that a few words with
    /// an empty value pass.
    pub empty: bool,
    /// Where blanks before an escape came out as a backslash: a bug of the real parser.
    pub garbled: bool,
}

impl Decoded<'_> {
    /// The value as an owned string.
    pub fn string(&self) -> BString {
        BString::from(self.value.as_ref())
    }
}

/// Whether quotes are taken away (arguments) or stay (keywords and commands).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quotes {
    /// Quote characters go, escaped blanks and backslashes lose their backslash.
    Removed,
    /// Everything but folded lines stays as it is.
    Kept,
}

/// The value of the word at `span`.
pub(crate) fn decode(text: &[u8], span: Span, quotes: Quotes) -> Decoded<'_> {
    let raw = span.of(text);
    let plain = raw.find_byteset(b"\\\"'\n").is_none();
    if plain {
        let value = raw.trim_end_with(|c| matches!(c, ' ' | '\t' | '\r' | '\0'));
        return Decoded { value: Cow::Borrowed(value), empty: value.is_empty(), garbled: false };
    }
    unfold(raw, quotes, false)
}

/// The value of a command as its author meant it: without the real parser's bug.
pub fn meant(text: &[u8], span: Span, quotes: Quotes) -> BString {
    unfold(span.of(text), quotes, true).string()
}

/// Where the bytes of a command or block stand in the file: pairs of a place in the value and one in the
/// file, from each of which on both go on alike up to the next pair. None where the value is another text.
pub fn places(text: &[u8], span: Span, value: &[u8]) -> Vec<(usize, usize)> {
    let folds = |at: usize| text[at] == b'\n' || text[at..].starts_with(b"\\\n");
    let mut runs = Vec::new();
    let (mut at, end) = (span.start, span.end.min(text.len()));
    let mut goes_on = false;
    for (offset, &byte) in value.iter().enumerate() {
        // What was left out: blanks at the beginning of lines, and around folded ones.
        while at < end && text[at] != byte && !(byte == b' ' && folds(at)) {
            at += 1;
            goes_on = false;
        }
        if at >= end {
            return Vec::new();
        }
        if !goes_on {
            runs.push((offset, at));
        }
        goes_on = text[at] == byte;
        at += 1;
        // A folded line is one space.
        while !goes_on && at < end && (BLANKS.contains(&text[at]) || folds(at)) {
            at += if text[at] == b'\\' { 2 } else { 1 };
        }
    }
    runs
}

fn unfold(raw: &[u8], quotes: Quotes, mended: bool) -> Decoded<'static> {
    let removed = quotes == Quotes::Removed;
    let mut out = Vec::with_capacity(raw.len());
    // Blanks and newlines are held back until it is known whether something follows them.
    let (mut blanks, mut folded, mut newline) = (0, 0, false);
    let (mut quote, mut slash, mut quoting) = (None, false, 0);
    let mut garbled = false;
    for (at, &byte) in raw.iter().enumerate() {
        let mut escaped = false;
        let mut is_quote = false;
        let mut lone_slash = false;
        if slash {
            slash = false;
            if byte == b'\n' {
                folded += 1;
                newline = true;
                continue;
            }
            if byte == b'\\' || BLANKS.contains(&byte) {
                escaped = true;
                quoting += usize::from(removed);
            } else {
                lone_slash = true;
            }
        } else if byte == b'\\' {
            slash = true;
            continue;
        } else if let Some(open) = quote {
            if byte == open {
                quote = None;
                is_quote = true;
            } else if byte == b'\n' {
                newline = true;
                continue;
            } else if BLANKS.contains(&byte) {
                blanks += 1;
                continue;
            }
        } else if byte == b'"' || byte == b'\'' {
            quote = Some(byte);
            is_quote = true;
        } else if BLANKS.contains(&byte) {
            blanks += 1;
            continue;
        }

        // The real parser writes the backslash before the blanks that stood in front of it, and
        // then copies those blanks from one byte too far on.
        let shift = lone_slash && !mended;
        if shift {
            out.push(b'\\');
        }
        if newline {
            folded += blanks;
            garbled |= lone_slash;
            out.push(b' ');
        } else if blanks > 0 {
            garbled |= lone_slash;
            let behind = at - usize::from(escaped) - usize::from(lone_slash && mended);
            out.extend_from_slice(&raw[behind - blanks..behind]);
        }
        if lone_slash && mended {
            out.push(b'\\');
        }
        if escaped && !removed {
            out.push(b'\\');
        }
        if !(is_quote && removed) {
            out.push(byte);
        }
        quoting += usize::from(is_quote && removed);
        blanks = 0;
        newline = false;
    }
    Decoded { empty: raw.len() == blanks + folded + quoting, value: Cow::Owned(out), garbled }
}

/// How many blanks all lines of a block begin with: those that Upstart takes away. They are
/// compared byte for byte with those of the first line.
pub(crate) fn shared_blanks(block: &[u8]) -> usize {
    let first: Vec<u8> = block.iter().copied().take_while(|byte| BLANKS.contains(byte)).collect();
    let shared = block
        .lines_with_terminator()
        .map(|line| line.iter().zip(&first).take_while(|(byte, blank)| byte == blank).count());
    shared.min().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn removed(raw: &str) -> String {
        decode(raw.as_bytes(), Span::new(0, raw.len()), Quotes::Removed).string().to_string()
    }

    fn kept(raw: &str) -> String {
        decode(raw.as_bytes(), Span::new(0, raw.len()), Quotes::Kept).string().to_string()
    }

    #[test]
    fn quotes_go_wherever_they_stand() {
        assert_eq!(removed(r#"a"b c"d"#), "ab cd");
        assert_eq!(removed(r#"'it is' "so""#), "it is so");
    }

    #[test]
    fn only_blanks_and_backslashes_lose_their_backslash() {
        assert_eq!(removed(r"a\ b\\c\x"), r"a b\c\x");
        assert_eq!(removed(r#"\""#), r#"\""#);
    }

    #[test]
    fn a_folded_line_is_one_space() {
        assert_eq!(removed("\"a  \n   b\""), "a b");
        assert_eq!(kept("foo --bar \\\n    --baz  "), "foo --bar --baz");
    }

    #[test]
    fn blanks_before_an_escape_come_out_as_a_backslash() {
        let raw = r#"sh -c "echo \"x\"""#;
        assert_eq!(kept(raw), r#"sh -c "echo\\"x\"""#);
        assert!(decode(raw.as_bytes(), Span::new(0, raw.len()), Quotes::Kept).garbled);
        assert_eq!(meant(raw.as_bytes(), Span::new(0, raw.len()), Quotes::Kept), raw);
    }

    #[test]
    fn every_byte_of_a_command_has_its_place_in_the_file() {
        let place = |raw: &str, value: &str, part: &str| {
            let text = format!("exec {raw}");
            let runs = places(text.as_bytes(), Span::new(5, text.len()), value.as_bytes());
            let offset = value.find(part).unwrap();
            let (from, at) = *runs.iter().rev().find(|(from, _)| *from <= offset)?;
            Some(text[at + offset - from..].to_owned())
        };
        for (raw, part, found) in [
            ("a --b c", "c", "c"),
            ("a --b \\\n    --c d", "--c", "--c d"),
            ("a\\\n\t--c d", "--c", "--c d"),
            ("a 'b  \n   c' d", "c'", "c' d"),
            ("a \\\n \\\n b \\\n c", "c", "c"),
        ] {
            assert_eq!(place(raw, &kept(raw), part).as_deref(), Some(found), "{raw}");
        }
        assert_eq!(place("  a\n    b\n  c\n", "a\n  b\nc\n", "b").as_deref(), Some("b\n  c\n"));
        assert_eq!(place("\ta\n\n\tb c\n", "\ta\n\n\tb c\n", "c").as_deref(), Some("c\n"));
        assert_eq!(place("a", "another", "other"), None);
        assert_eq!(places(b"", Span::new(0, 9), b""), []);
    }

    #[test]
    fn what_is_empty_is_judged_by_the_raw_text() {
        let empty = |raw: &str| decode(raw.as_bytes(), Span::new(0, raw.len()), Quotes::Removed).empty;
        assert!(empty(r#""""#));
        assert!(!empty("\"\n\""));
        assert!(!empty("\" \""));
        assert!(!empty("\"\"\\\n"));
    }
}
