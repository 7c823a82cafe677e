//! Words: quotes and escapes (systemd.syntax(7), "Quoting").

use bstr::{BString, ByteSlice as _};

use super::error::ValueError;
use crate::systemd::quote::is_noncharacter;

/// How words are told apart.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Quotes hold words together and disappear.
    quotes: bool,
    /// What a backslash means.
    escapes: Escapes,
    /// What stands between words.
    separators: &'static [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escapes {
    /// Itself.
    Kept,
    /// The next byte is meant as it stands.
    Removed,
    /// An escape of C; any other is refused.
    C,
    /// An escape of C; any other stays as it is.
    Relaxed,
    /// An escape of C, a separator or a backslash.
    Separators,
}

const BLANKS: &[u8] = b" \t\n\r";

impl Rules {
    /// Command lines.
    pub const COMMAND: Rules = Rules { quotes: true, escapes: Escapes::Relaxed, separators: BLANKS };
    /// Variables with their values.
    pub const VARIABLES: Rules = Rules { quotes: true, escapes: Escapes::C, separators: BLANKS };
    /// Names of variables to pass on.
    pub(crate) const QUOTED: Rules = Rules { quotes: true, escapes: Escapes::Removed, separators: BLANKS };
    /// Words without quotes, such as exit statuses.
    pub const PLAIN: Rules = Rules { quotes: false, escapes: Escapes::Removed, separators: BLANKS };
    /// Names of units.
    pub const UNITS: Rules = Rules { quotes: false, escapes: Escapes::Kept, separators: BLANKS };
    /// Lists in which a backslash is itself, such as paths.
    pub const LIST: Rules = Rules { quotes: true, escapes: Escapes::Kept, separators: BLANKS };
    /// The parts of a word between colons.
    pub const COLONS: Rules = Rules { quotes: false, escapes: Escapes::Separators, separators: b":" };
}

/// All words of a value.
pub fn split(value: &[u8], rules: Rules) -> Result<Vec<Vec<u8>>, ValueError> {
    match split_lenient(value, rules) {
        (words, None) => Ok(words),
        (_, Some(error)) => Err(error),
    }
}

/// All words up to the first that cannot be read, and why that is so.
pub(crate) fn split_lenient(value: &[u8], rules: Rules) -> (Vec<Vec<u8>>, Option<ValueError>) {
    let mut words = Vec::new();
    let mut rest = value;
    loop {
        match first(rest, rules) {
            Ok(Some((word, behind))) => {
                words.push(word);
                rest = behind;
            }
            Ok(None) => return (words, None),
            Err(error) => return (words, Some(error)),
        }
    }
}

/// Whether systemd takes bytes for text: UTF-8 without what Unicode keeps for itself.
pub fn is_text(bytes: &[u8]) -> bool {
    bytes.to_str().is_ok_and(|text| !text.contains(is_noncharacter))
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
        let (words, error) = split_lenient(value, rules);
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

/// A word and what follows it behind its separators.
pub type Word<'t> = (Vec<u8>, &'t [u8]);

/// The first word, and what follows it behind the blanks; nothing where there is none.
pub fn first(text: &[u8], rules: Rules) -> Result<Option<Word<'_>>, ValueError> {
    let between = |byte: &u8| rules.separators.contains(byte);
    let mut at = text.iter().take_while(|byte| between(byte)).count();
    if at == text.len() {
        return Ok(None);
    }
    let mut word = Vec::new();
    let mut quote = None;
    while let Some(&byte) = text.get(at) {
        at += 1;
        match (quote, byte) {
            (_, b'\\') if rules.escapes != Escapes::Kept => {
                let (bytes, length) = escape(&text[at..], rules, quote.is_some())?;
                word.extend(bytes);
                at += length;
            }
            (Some(open), _) if byte == open => quote = None,
            (None, b'\'' | b'"') if rules.quotes => quote = Some(byte),
            (None, _) if between(&byte) => {
                at += text[at..].iter().take_while(|byte| between(byte)).count();
                return Ok(Some((word, &text[at..])));
            }
            _ => word.push(byte),
        }
    }
    if quote.is_some() { Err(ValueError::OpenQuote) } else { Ok(Some((word, &[]))) }
}

/// What a backslash and the bytes behind it mean, and how many these are.
fn escape(behind: &[u8], rules: Rules, quoted: bool) -> Result<(Vec<u8>, usize), ValueError> {
    let Some(&byte) = behind.first() else {
        let kept = rules.escapes == Escapes::Relaxed && !quoted;
        return if kept { Ok((vec![b'\\'], 0)) } else { Err(ValueError::Escape) };
    };
    match rules.escapes {
        Escapes::Kept | Escapes::Removed => Ok((vec![byte], 1)),
        Escapes::C => unescape(behind).ok_or(ValueError::Escape),
        Escapes::Relaxed => Ok(unescape(behind).unwrap_or_else(|| (vec![b'\\', byte], 1))),
        Escapes::Separators => unescape(behind)
            .or_else(|| (rules.separators.contains(&byte) || byte == b'\\').then(|| (vec![byte], 1)))
            .ok_or(ValueError::Escape),
    }
}

/// One escape of C behind its backslash.
fn unescape(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let number = |from: usize, to: usize, radix: u32| {
        text.get(from..to)?
            .iter()
            .try_fold(0u32, |sum, byte| Some(sum.wrapping_mul(radix) + char::from(*byte).to_digit(radix)?))
            .filter(|number| *number != 0)
    };
    let one = |byte: u8| Some((vec![byte], 1));
    match *text.first()? {
        b'a' => one(7),
        b'b' => one(8),
        b'f' => one(12),
        b'n' => one(b'\n'),
        b'r' => one(b'\r'),
        b't' => one(b'\t'),
        b'v' => one(11),
        b's' => one(b' '),
        byte @ (b'\\' | b'"' | b'\'') => one(byte),
        b'x' => Some((vec![u8::try_from(number(1, 3, 16)?).ok()?], 3)),
        b'u' => Some((utf8(number(1, 5, 16)?), 5)),
        b'U' => {
            let code = number(1, 9, 16)?;
            let valid = char::from_u32(code)?.to_string();
            super::is_text(valid.as_bytes()).then(|| (valid.into_bytes(), 9))
        }
        b'0'..=b'7' => Some((vec![u8::try_from(number(0, 3, 8)?).ok()?], 3)),
        _ => None,
    }
}

/// A code of four digits in UTF-8; systemd does so even for halves of surrogate pairs.
fn utf8(code: u32) -> Vec<u8> {
    if let Some(valid) = char::from_u32(code) {
        return valid.to_string().into_bytes();
    }
    let [_, _, high, low] = code.to_be_bytes();
    vec![0xe0 | high >> 4, 0x80 | (high & 0xf) << 2 | low >> 6, 0x80 | low & 0x3f]
}
