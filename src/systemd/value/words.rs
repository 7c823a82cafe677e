//! Words: quotes and escapes (systemd.syntax(7), "Quoting").

use super::ValueError;

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
    pub const QUOTED: Rules = Rules { quotes: true, escapes: Escapes::Removed, separators: BLANKS };
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
///
/// # Errors
/// A quote is not closed, or an escape is none.
pub fn split(value: &[u8], rules: Rules) -> Result<Vec<Vec<u8>>, ValueError> {
    let mut words = Vec::new();
    let mut rest = value;
    while let Some((word, behind)) = first(rest, rules)? {
        words.push(word);
        rest = behind;
    }
    Ok(words)
}

/// All words up to the first that cannot be read, and why that is so.
pub fn split_lenient(value: &[u8], rules: Rules) -> (Vec<Vec<u8>>, Option<ValueError>) {
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

/// A word and what follows it behind its separators.
pub type Word<'t> = (Vec<u8>, &'t [u8]);

/// The first word, and what follows it behind the blanks; nothing where there is none.
///
/// # Errors
/// A quote is not closed, or an escape is none.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, rules: Rules) -> Option<Vec<String>> {
        let words = split(text.as_bytes(), rules).ok()?;
        Some(words.into_iter().map(|word| String::from_utf8_lossy(&word).into_owned()).collect())
    }

    #[test]
    fn quotes_may_stand_anywhere_and_escapes_count_within() {
        let command = |text: &str| words(text, Rules::VARIABLES);
        assert_eq!(command(r#" a "b c"d 'e"f' \x41\n "" "#).unwrap(), ["a", "b cd", "e\"f", "A\n", ""]);
        assert_eq!(command(r"\u00e9\U0001f427\101\s").unwrap(), ["\u{e9}\u{1f427}A "]);
        for text in [r"\q", "\"a", "a\\", r"\x0", r"\x00", r"\400", r"\U00110000", r"\ "] {
            assert_eq!(command(text), None, "{text}");
        }
        // In a command line, what is no escape stays.
        assert_eq!(words(r"a\qb \x4 c\", Rules::COMMAND).unwrap(), [r"a\qb", r"\x4", r"c\"]);
        assert_eq!(words("\"a\\", Rules::COMMAND), None);
    }

    #[test]
    fn each_kind_of_list_has_its_own_rules() {
        assert_eq!(words(r"a\x2db.mount", Rules::UNITS).unwrap(), [r"a\x2db.mount"]);
        assert_eq!(words(r#"a\ b "c d""#, Rules::PLAIN).unwrap(), ["a b", "\"c", "d\""]);
        assert_eq!(words(r#""c d" e\f"#, Rules::LIST).unwrap(), ["c d", r"e\f"]);
        assert_eq!(words(r"a\:b:c", Rules::COLONS).unwrap(), ["a:b", "c"]);
    }
}
