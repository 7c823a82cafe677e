//! Lines for people: of a known width, and safe to write to a terminal whatever stands in a job.

use crate::text::display::{safe, take, width};
use crate::text::style::TextStyle;

/// Pieces of a text as lines: the first one begins with a lead, the others as far in.
pub(crate) fn hung(style: TextStyle, lead: &str, pieces: Vec<String>) -> Vec<Line> {
    let blank = " ".repeat(width(lead));
    let leads = std::iter::once(lead).chain(std::iter::repeat(blank.as_str()));
    pieces.into_iter().zip(leads).map(|(piece, lead)| Line::of(style, format!("{lead}{piece}"))).collect()
}

/// One line. Control characters in what is added are escaped, so that it is one line and only text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(Vec<(TextStyle, String)>);

impl Line {
    pub fn new() -> Line {
        Line::default()
    }

    /// One that looks alike all over.
    pub fn of(style: TextStyle, text: impl AsRef<[u8]>) -> Line {
        Line::new().add(style, text)
    }

    #[must_use]
    pub fn add(mut self, style: TextStyle, text: impl AsRef<[u8]>) -> Line {
        self.0.push((style, safe(text.as_ref())));
        self
    }

    #[must_use]
    pub fn then(mut self, other: Line) -> Line {
        self.0.extend(other.0);
        self
    }

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
        for (style, text) in self.0 {
            let head = take(&text, left);
            left -= width(head);
            let is_whole = head.len() == text.len();
            line.0.push((style, head.to_owned()));
            if !is_whole {
                break;
            }
        }
        if most > 0 {
            line.0.push((TextStyle::Faint, "…".to_owned()));
        }
        line
    }

    /// Exactly so many columns.
    #[must_use]
    pub fn fit(self, columns: usize) -> Line {
        let mut line = self.cut(columns);
        let missing = columns.saturating_sub(line.width());
        line.0.push((TextStyle::Plain, " ".repeat(missing)));
        line
    }

    pub fn plain(&self) -> String {
        let text: String = self.0.iter().map(|(_, text)| text.as_str()).collect();
        text.trim_end().to_owned()
    }

    /// The text with its looks, as terminals take it.
    pub fn styled(&self) -> String {
        self.0.iter().map(|(style, text)| style.paint(text)).collect()
    }

    /// The text without colours: only where one is is marked.
    pub fn marked(&self) -> String {
        let mark = |style| if style == TextStyle::Chosen { style } else { TextStyle::Plain };
        self.0.iter().map(|(style, text)| mark(*style).paint(text)).collect()
    }
}
