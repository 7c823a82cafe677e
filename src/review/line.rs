//! Lines for people: of a known width, and safe to write to a terminal whatever stands in a job.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthChar as _;

use crate::root::shown;

/// How a piece of a line looks. Nothing is told by looks alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// As it is.
    #[default]
    Plain,
    /// Important.
    Strong,
    /// Less important.
    Faint,
    /// All is well.
    Good,
    /// To be read.
    Warn,
    /// To be decided.
    Bad,
    /// Where one is.
    Chosen,
}

impl Look {
    fn style(self) -> Style {
        let style = Style::new();
        match self {
            Look::Plain => style,
            Look::Strong => style.bold(),
            Look::Faint => style.dimmed(),
            Look::Good => style.fg_color(Some(AnsiColor::Green.into())),
            Look::Warn => style.fg_color(Some(AnsiColor::Yellow.into())),
            Look::Bad => style.fg_color(Some(AnsiColor::Red.into())).bold(),
            Look::Chosen => style.invert(),
        }
    }
}

/// One line. Control characters in what is added are escaped, so that it is one line and only text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(Vec<(Look, String)>);

impl Line {
    /// An empty one.
    pub fn new() -> Line {
        Line::default()
    }

    /// One that looks alike all over.
    pub fn of(look: Look, text: impl AsRef<[u8]>) -> Line {
        Line::new().add(look, text)
    }

    /// Adds text.
    #[must_use]
    pub fn add(mut self, look: Look, text: impl AsRef<[u8]>) -> Line {
        self.0.push((look, safe(text.as_ref())));
        self
    }

    /// Adds another line.
    #[must_use]
    pub fn then(mut self, other: Line) -> Line {
        self.0.extend(other.0);
        self
    }

    /// How many columns it takes.
    pub fn width(&self) -> usize {
        self.0.iter().map(|(_, text)| width(text)).sum()
    }

    /// At most so many columns; an ellipsis tells that there is more.
    #[must_use]
    pub fn cut(self, most: usize) -> Line {
        if self.width() <= most {
            return self;
        }
        let mut left = most.saturating_sub(1);
        let mut line = Line::new();
        for (look, text) in self.0 {
            let head = take(&text, left);
            left -= width(head);
            let is_whole = head.len() == text.len();
            line.0.push((look, head.to_owned()));
            if !is_whole {
                break;
            }
        }
        if most > 0 {
            line.0.push((Look::Faint, "…".to_owned()));
        }
        line
    }

    /// Exactly so many columns.
    #[must_use]
    pub fn fit(self, columns: usize) -> Line {
        let mut line = self.cut(columns);
        let missing = columns.saturating_sub(line.width());
        line.0.push((Look::Plain, " ".repeat(missing)));
        line
    }

    /// The text alone.
    pub fn plain(&self) -> String {
        let text: String = self.0.iter().map(|(_, text)| text.as_str()).collect();
        text.trim_end().to_owned()
    }

    /// The text with its looks, as terminals take it.
    pub fn styled(&self) -> String {
        self.written(Look::style)
    }

    /// The text without colours: only where one is is marked.
    pub fn marked(&self) -> String {
        self.written(|look| if look == Look::Chosen { look.style() } else { Style::new() })
    }

    fn written(&self, style: impl Fn(Look) -> Style) -> String {
        let piece = |(look, text): &(Look, String)| {
            let style = style(*look);
            format!("{style}{text}{style:#}")
        };
        self.0.iter().map(piece).collect()
    }
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
fn take(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, character) in text.char_indices() {
        used += character.width().unwrap_or(0);
        if used > columns {
            return &text[..at];
        }
    }
    text
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
            } else if at > 0 {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wide_characters_take_two_columns_and_are_not_cut_in_two() {
        assert_eq!(width("日本"), 4);
        assert_eq!(Line::of(Look::Plain, "日本語").cut(4).plain(), "日…");
        assert_eq!(fold("日本語".as_bytes(), 5), ["日本", "語"]);
        assert_eq!(Line::of(Look::Plain, "日本").fit(5).width(), 5);
    }

    #[test]
    fn what_steers_a_terminal_is_escaped() {
        assert_eq!(safe(b"a\x1b[2Jb\x07\r\xff"), "a\\u{1b}[2Jb\\u{7}\\r\\xff");
        assert_eq!(safe("\u{9b}31m\u{202e}".as_bytes()), "\\u{9b}31m\\u{202e}");
        assert_eq!(safe(b"\tx\tyz"), "    x   yz");
    }

    #[test]
    fn words_stay_whole_where_they_fit() {
        assert_eq!(wrap("one two three\nfour", 9), ["one two", "three", "four"]);
        assert_eq!(wrap("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
        assert_eq!(wrap("  - a b", 5), ["  - a", "  b"]);
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_it_may_be(bytes in prop::collection::vec(any::<u8>(), 0..80), columns in 2..40_usize) {
            let line = Line::of(Look::Strong, &bytes);
            prop_assert!(line.clone().cut(columns).width() <= columns);
            prop_assert_eq!(line.fit(columns).width(), columns);
            for piece in fold(&bytes, columns) {
                prop_assert!(width(&piece) <= columns);
            }
            for piece in wrap(&String::from_utf8_lossy(&bytes), columns) {
                prop_assert!(width(&piece) <= columns, "{piece:?}");
            }
        }

        #[test]
        fn only_looks_bring_escapes(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let plain = Line::of(Look::Plain, &bytes).styled();
            prop_assert!(plain.chars().all(|character| !character.is_control()), "{plain:?}");
        }
    }
}
