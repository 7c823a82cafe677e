//! Text for people: what may be shown of it, how wide it is, how it is cut and wrapped, and how things are counted.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar as _;

/// So many of a thing: `1 job`, `2 jobs`.
pub fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// A path or text as people see it: control characters, and what is not UTF-8, escaped.
pub fn shown(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character.is_control() || is_direction(character) {
                let _ = write!(out, "{}", character.escape_default());
            } else {
                out.push(character);
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// Characters that turn the direction of the text around them.
fn is_direction(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text without what no picture or table may hold: control characters, characters that turn the direction of what
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

/// The columns between the stops of tabs.
const TAB: usize = 4;

/// Text that only shows: tabs become spaces, what else steers a terminal is escaped.
pub fn safe(bytes: &[u8]) -> String {
    let mut out = String::new();
    for (at, piece) in bytes.split(|byte| *byte == b'\t').enumerate() {
        if at > 0 {
            out.push_str(&" ".repeat(TAB - width(&out) % TAB));
        }
        out.push_str(&shown(piece));
    }
    out
}

/// How many columns a text takes on a terminal.
pub fn width(text: &str) -> usize {
    text.chars().map(|character| character.width().unwrap_or(0)).sum()
}

/// As much from the start of a text as goes into so many columns.
pub fn take(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, character) in text.char_indices() {
        used += character.width().unwrap_or(0);
        if used > columns {
            return &text[..at];
        }
    }
    text
}

/// At most so many columns; where there are more, the last one is an ellipsis.
pub fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    format!("{}…", take(text, columns.saturating_sub(1)))
}

/// At most so many columns of the end; where there are more, the first one is an ellipsis.
pub fn cut_left(text: &str, columns: usize) -> String {
    let all = width(text);
    if all <= columns {
        return text.to_owned();
    }
    let mut gone = 0;
    let mut is_kept = |c: char| {
        let keeps = all - gone < columns;
        gone += c.width().unwrap_or(0);
        keeps
    };
    let at = text.char_indices().find(|(_, c)| is_kept(*c)).map_or(text.len(), |(at, _)| at);
    format!("…{}", &text[at..])
}

/// A text in lines of so many columns, cut wherever they are full; at least one line.
pub fn fold(text: &[u8], columns: usize) -> Vec<String> {
    let text = safe(text);
    let mut rest = text.as_str();
    let mut lines = Vec::new();
    loop {
        let mut head = take(rest, columns);
        if head.is_empty() {
            // Not even one character fits.
            head = rest.chars().next().map_or("", |first| &rest[..first.len_utf8()]);
        }
        lines.push(head.to_owned());
        rest = &rest[head.len()..];
        if rest.is_empty() {
            return lines;
        }
    }
}

/// A text in lines of so many columns, cut between words where that can be; line ends in it are kept, and what
/// goes on stands as far in as it began.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let words = paragraph.trim_start_matches(' ');
        let indent = " ".repeat((paragraph.len() - words.len()).min(columns / 2));
        let room = columns - indent.len();
        let mut line = String::new();
        let mut full = |line: &str| lines.push(format!("{indent}{line}"));
        for (at, word) in words.split(' ').enumerate() {
            let word = safe(word.as_bytes());
            if at > 0 && width(&line) + 1 + width(&word) > room {
                full(&std::mem::take(&mut line));
            } else if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&word);
            if width(&line) > room {
                let mut pieces = fold(line.as_bytes(), room);
                line = pieces.pop().unwrap_or_default();
                for piece in pieces {
                    full(&piece);
                }
            }
        }
        full(&line);
    }
    lines
}
