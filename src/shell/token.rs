//! The text under the reader, and the tokens that the grammar finds in it.

use std::borrow::Cow;

use bstr::{BString, ByteSlice as _};
use pest::Parser as _;

use crate::text::{Span, shadow};

mod grammar {
    //! The parser that pest derives; its rules are documented in the grammar file.
    #![allow(missing_docs)]

    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/shell.pest"]
    pub struct Grammar;
}
use grammar::Grammar;
pub(super) use grammar::Rule;

/// A text that is read: the script, or what backquotes hand to the shell.
pub(super) struct Input<'t> {
    bytes: Cow<'t, [u8]>,
    shadow: Cow<'t, str>,
    /// Within backquotes: where each byte stands in the script, with the escape before it.
    origin: Option<Vec<Span>>,
    /// Where the text ends in the script.
    end: usize,
}

/// What a rule found, and the parts of that, all by their places in the input.
#[derive(Clone, Debug)]
pub(super) struct Lexeme {
    pub rule: Rule,
    pub at: Span,
    pub parts: Vec<(Rule, Span)>,
}

impl Lexeme {
    /// The first part of that rule.
    pub fn part(&self, rule: Rule) -> Option<Span> {
        self.parts.iter().find(|(found, _)| *found == rule).map(|(_, at)| *at)
    }
}

impl<'t> Input<'t> {
    pub fn new(text: &'t [u8]) -> Self {
        Input { bytes: Cow::Borrowed(text), shadow: shadow(text), origin: None, end: text.len() }
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
        let shadow = Cow::Owned(shadow(&bytes).into_owned());
        Input { bytes: Cow::Owned(bytes), shadow, origin: Some(origin), end }
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
        self.raw(at).replace(b"\\\n", b"").into()
    }

    /// Where a part of the input stands in the script.
    pub fn span(&self, at: Span) -> Span {
        let Some(origin) = &self.origin else { return at };
        let start = origin.get(at.start).map_or(self.end, |span| span.start);
        let end =
            if at.is_empty() { start } else { origin.get(at.end - 1).map_or(self.end, |span| span.end) };
        Span::new(start, end)
    }

    /// Matches a rule at this place. The first lexeme is the match itself; a comment may stand before it.
    pub fn lex(&self, rule: Rule, pos: usize) -> Lexeme {
        let place = |span: pest::Span<'_>| Span::new(pos + span.start(), pos + span.end());
        let found = self
            .shadow
            .get(pos..)
            .and_then(|rest| Grammar::parse(rule, rest).ok())
            .and_then(|mut found| found.next());
        // Every rule matches everywhere; and if one did not, it found the end.
        let Some(found) = found else {
            return Lexeme { rule: Rule::end, at: Span::new(pos, pos), parts: Vec::new() };
        };
        let all = place(found.as_span());
        let mut inner = found.into_inner();
        let mut parts = Vec::new();
        let mut first = inner.next();
        if let Some(comment) = first.as_ref().filter(|pair| pair.as_rule() == Rule::comment) {
            parts.push((Rule::comment, place(comment.as_span())));
            first = inner.next();
        }
        let Some(first) = first else {
            return Lexeme { rule: Rule::end, at: Span::new(all.end, all.end), parts };
        };
        let (rule, at) = (first.as_rule(), place(first.as_span()));
        parts.extend(first.into_inner().flatten().map(|pair| (pair.as_rule(), place(pair.as_span()))));
        Lexeme { rule, at, parts }
    }
}
