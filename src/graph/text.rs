//! Text in pictures: what can be shown of it, and how wide it is.

/// Lines of hover text, at most.
pub const MOST_LINES: usize = 60;

/// A text without what no picture may hold: control characters, characters that turn the direction of what
/// follows, and what XML does not allow. Bytes that are no UTF-8 become the replacement character as well.
pub fn clean(text: &[u8]) -> String {
    String::from_utf8_lossy(text)
        .chars()
        .map(|c| match c {
            '\t' | '\n' | '\r' => ' ',
            c if c.is_control() => char::REPLACEMENT_CHARACTER,
            '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {
                char::REPLACEMENT_CHARACTER
            }
            '\u{fffe}' | '\u{ffff}' => char::REPLACEMENT_CHARACTER,
            c => c,
        })
        .collect()
}

/// At most so many characters; where there are more, the last one is an ellipsis.
pub fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// The width of a text in a sans-serif face of that size, rather too wide than too narrow: the widths are
/// those of the wide faces, Verdana and `DejaVu` Sans.
pub fn width(text: &str, size: f64) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | 'I' | '\'' | '|' => 0.36,
            'f' | 't' | 'r' | '.' | ',' | ':' | ';' | '!' | '(' | ')' | '[' | ']' | ' ' | '-' | '/'
            | '\\' => 0.42,
            'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' => 1.02,
            '=' | '+' | '<' | '>' | '~' | '^' | '#' => 0.86,
            c if c.is_ascii_uppercase() => 0.78,
            c if c.is_ascii() => 0.65,
            c if (c as u32) < 0x1100 => 0.9,
            _ => 1.1,
        })
        .sum();
    ems * size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_shown_is_replaced() {
        assert_eq!(clean(b"a\x01\xffb\nc"), "a\u{fffd}\u{fffd}b c");
        assert_eq!(clean("\u{202e}x\u{ffff}".as_bytes()), "\u{fffd}x\u{fffd}");
    }

    #[test]
    fn a_long_text_ends_in_an_ellipsis() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abcde…");
        assert_eq!(cut("äöüä", 2), "ä…");
    }

    #[test]
    fn wide_letters_are_wider() {
        assert!(width("mmm", 10.0) > width("iii", 10.0));
        assert!(width("", 10.0).abs() < f64::EPSILON);
    }
}
