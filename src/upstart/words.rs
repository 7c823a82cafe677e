//! A stanza's words one by one, with the place in the file where Upstart stands at each step.

use bstr::BString;

use super::decode::{Decoded, Quotes, decode};
use super::document::{Part, Stanza};
use super::refusal::{ParseError, Refusal};

/// Goes through the words of a stanza as Upstart does, so that errors name the line it would name.
#[derive(Clone, Copy)]
pub struct Words<'a> {
    text: &'a [u8],
    stanza: &'a Stanza,
    next: usize,
    /// The place that Upstart names when a value is wrong: in front of the value.
    mark: usize,
}

impl<'a> Words<'a> {
    /// Stands behind the keyword.
    pub fn new(text: &'a [u8], stanza: &'a Stanza) -> Self {
        let mut words = Words { text, stanza, next: 0, mark: 0 };
        words.mark();
        words
    }

    /// The next part, whatever it is.
    pub fn part(&self) -> Option<Part> {
        self.stanza.parts.get(self.next).copied()
    }

    /// What has not been read yet.
    pub fn rest(&self) -> &'a [Part] {
        &self.stanza.parts[self.next.min(self.stanza.parts.len())..]
    }

    /// Passes over a part.
    pub fn skip(&mut self) {
        self.next += 1;
    }

    /// Whether a word follows, be it a broken one.
    pub fn more(&self) -> bool {
        matches!(self.part(), Some(Part::Word(_) | Part::Command(_) | Part::Open(_) | Part::Close(_) | Part::Broken(_)))
    }

    /// Where Upstart stands: in front of the next word or at the line's end.
    pub fn at(&self) -> usize {
        match self.part() {
            Some(part) if self.more() => part.span().start,
            _ => self.stanza.stop,
        }
    }

    /// Moves the place of the next [`Words::wrong`] here.
    pub fn mark(&mut self) {
        self.mark = self.at();
    }

    /// An error of value: it is placed at the mark.
    ///
    /// # Errors
    /// Upstart's.
    pub fn wrong<T>(&self, error: ParseError) -> Result<T, Refusal> {
        Err(Refusal { error, at: self.mark })
    }

    /// The next word, its quotes removed.
    ///
    /// # Errors
    /// Upstart's.
    pub fn arg(&mut self) -> Result<BString, Refusal> {
        self.token(Quotes::Removed).map(|word| word.string())
    }

    /// The next word as a keyword: quotes count.
    ///
    /// # Errors
    /// Upstart's.
    pub fn keyword(&mut self) -> Result<BString, Refusal> {
        self.token(Quotes::Kept).map(|word| word.string())
    }

    fn token(&mut self, quotes: Quotes) -> Result<Decoded<'a>, Refusal> {
        let refuse = |error, at| Err(Refusal { error, at });
        match self.part() {
            Some(Part::Word(span)) => {
                let word = decode(self.text, span, quotes);
                if word.empty {
                    return refuse(ParseError::ExpectedToken, span.end);
                }
                self.next += 1;
                Ok(word)
            }
            Some(Part::Broken(span)) => refuse(broken(span.of(self.text)), span.end),
            _ => refuse(ParseError::ExpectedToken, self.at()),
        }
    }

    /// Makes sure that nothing but a comment follows.
    ///
    /// # Errors
    /// Upstart's.
    pub fn end(&self) -> Result<(), Refusal> {
        if self.more() {
            return Err(Refusal { error: ParseError::UnexpectedToken, at: self.at() });
        }
        Ok(())
    }
}

/// Which of the two things that swallow the rest of a file this is.
pub fn broken(raw: &[u8]) -> ParseError {
    let slash = raw.iter().fold(false, |slash, &byte| byte == b'\\' && !slash);
    if slash { ParseError::TrailingSlash } else { ParseError::UnterminatedQuote }
}
