//! Text in pictures: how wide it is.

/// Lines of hover text, at most.
pub(crate) const MOST_LINES: usize = 60;

/// The width of a text in a sans-serif face of that size, rather too wide than too narrow: the widths are
/// those of the wide faces, Verdana and `DejaVu` Sans.
pub fn width(text: &str, size: f64) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | 'I' | '\'' | '|' => 0.36,
            'f' | 't' | 'r' | '.' | ',' | ':' | ';' | '!' | '(' | ')' | '[' | ']' | ' ' | '-' | '/' | '\\' => 0.42,
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
