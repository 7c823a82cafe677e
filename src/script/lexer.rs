//! The text under the reader, and the tokens that the grammar finds in it.

use std::borrow::Cow;
use std::rc::Rc;

use bstr::{BString, ByteSlice as _};
use pest::Parser as _;

use crate::text::{Span, ascii_mask};

mod grammar {
    //! The parser that pest derives; its rules are documented in the grammar file.
    #![allow(missing_docs)]

    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/shell.pest"]
    pub(crate) struct Grammar;
}
use grammar::Grammar;
pub(super) use grammar::Rule;

/// A text that is read: the script, or what backquotes hand to the shell.
pub(super) struct Input<'t> {
    bytes: Cow<'t, [u8]>,
    ascii_mask: Cow<'t, str>,
    /// Within backquotes: where each byte stands in the script, with the escape before it.
    origin: Option<Vec<Span>>,
    /// Where the text ends in the script.
    end: usize,
    /// Tokens that were found already, and how many of them were taken.
    tokens: (Rc<Lexed>, usize),
}

/// What rules found, by its place in the input: each with its parts behind it.
pub(super) type Lexed = Vec<(Rule, Span)>;

/// What a rule found, and the parts of that.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lexeme<'l> {
    pub rule: Rule,
    pub at: Span,
    pub parts: &'l [(Rule, Span)],
}

impl Lexeme<'_> {
    /// The first part of that rule.
    pub fn part(&self, rule: Rule) -> Option<Span> {
        self.parts.iter().find(|(found, _)| *found == rule).map(|(_, at)| *at)
    }
}

/// One thing after the other, without those that are parts of another.
pub(super) fn lexemes(mut lexed: &[(Rule, Span)]) -> impl Iterator<Item = Lexeme<'_>> {
    std::iter::from_fn(move || {
        let (&(rule, at), behind) = lexed.split_first()?;
        let parts = behind.iter().take_while(|(_, part)| part.start < at.end).count();
        let (parts, rest) = behind.split_at(parts);
        lexed = rest;
        Some(Lexeme { rule, at, parts })
    })
}

impl<'t> Input<'t> {
    pub fn new(text: &'t [u8]) -> Self {
        Input {
            bytes: Cow::Borrowed(text),
            ascii_mask: ascii_mask(text),
            origin: None,
            end: text.len(),
            tokens: Default::default(),
        }
    }

    /// What backquotes hand on: only these runs, some of which have an escape before their first byte.
    pub fn within(&self, runs: &[(Span, bool)], end: usize) -> Input<'static> {
        let (mut bytes, mut origin) = (Vec::new(), Vec::new());
        for &(run, escaped) in runs {
            for at in run.start..run.end {
                let from = if escaped && at == run.start { at - 1 } else { at };
                bytes.push(self.bytes[at]);
                origin.push(self.span(Span::new(from, at + 1)));
            }
        }
        let end = self.span(Span::new(end, end)).start;
        let ascii_mask = Cow::Owned(ascii_mask(&bytes).into_owned());
        Input { bytes: Cow::Owned(bytes), ascii_mask, origin: Some(origin), end, tokens: Default::default() }
    }

    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes themselves.
    pub fn raw(&self, at: Span) -> &[u8] {
        at.of(&self.bytes)
    }

    /// The bytes without escaped newlines.
    pub fn value(&self, at: Span) -> BString {
        let raw = self.raw(at);
        if raw.contains(&b'\\') { raw.replace(b"\\\n", b"").into() } else { raw.into() }
    }

    /// Where a part of the input stands in the script.
    pub fn span(&self, at: Span) -> Span {
        let Some(origin) = &self.origin else { return at };
        let start = origin.get(at.start).map_or(self.end, |span| span.start);
        let end = if at.is_empty() { start } else { origin.get(at.end - 1).map_or(self.end, |span| span.end) };
        Span::new(start, end)
    }

    /// Matches a rule at this place.
    pub(crate) fn lex(&self, rule: Rule, pos: usize) -> Lexed {
        let found = self.ascii_mask.get(pos..).and_then(|rest| Grammar::parse(rule, rest).ok());
        let place = |span: pest::Span<'_>| Span::new(pos + span.start(), pos + span.end());
        let mut lexed = Lexed::new();
        if let Some(found) = found {
            // The first one is the rule itself.
            let pairs = found.flatten().skip(1);
            lexed.reserve_exact(pairs.len());
            lexed.extend(pairs.map(|pair| (pair.as_rule(), place(pair.as_span()))));
        }
        // Every rule matches everywhere; and if one did not, it found the end.
        if lexed.is_empty() {
            lexed.push((Rule::end, Span::new(pos, pos)));
        }
        lexed
    }

    /// The token behind this place, in what was found with it and from where on; the one before was the last
    /// that was taken. `one_line`: what follows the line's end is no token.
    pub(crate) fn token(&mut self, pos: usize, one_line: bool) -> (Rc<Lexed>, usize) {
        let (tokens, taken) = &mut self.tokens;
        if *taken == tokens.len() {
            self.tokens = (Rc::new(self.lex(if one_line { Rule::line } else { Rule::tokens }, pos)), 0);
        }
        let (tokens, taken) = &mut self.tokens;
        let from = *taken;
        *taken += lexemes(&tokens[from..]).next().map_or(0, |lexeme| 1 + lexeme.parts.len());
        (Rc::clone(tokens), from)
    }

    /// Forgets the token that was taken last, for which something else is to be asked.
    pub(crate) fn forget(&mut self) {
        self.tokens = Default::default();
    }
}
