//! Here-documents: the delimiter behind `<<`, and the body behind the line.

use bstr::{BString, ByteSlice as _};

use super::error::{Reason, SyntaxError};
use super::lexer::{Rule, lexemes};
use super::parse::{Parser, Result};
use super::tree::{HereDocument, Piece, PieceKind, Word};
use super::word::Mode;
use crate::text::Span;

/// A here-document whose body is still to come.
pub(super) struct Pending {
    /// Its place among the script's here-documents.
    index: usize,
    /// Whether leading tabs go.
    stripped: bool,
}

/// What ends the here-document that is being read.
#[derive(Clone)]
pub(super) struct Delimiter {
    text: BString,
    stripped: bool,
}

impl Parser<'_> {
    /// Reads the delimiter that begins here, and has the body read at the end of the line.
    pub(super) fn here_delimiter(&mut self, stripped: bool) -> Result<(Word, usize)> {
        let mut pieces = Vec::new();
        let mut quoted = false;
        loop {
            let lexed = self.input.lex(Rule::delimiter, self.pos);
            let Some(lexeme) = lexemes(&lexed).next() else { break };
            self.pos = lexeme.at.end;
            let span = self.input.span(lexeme.at);
            let raw = self.input.raw(lexeme.at);
            let kind = match lexeme.rule {
                Rule::delimiter_run => {
                    quoted |= raw.contains(&b'`');
                    PieceKind::Literal(self.input.value(lexeme.at))
                }
                Rule::single if raw.len() > 1 => PieceKind::SingleQuoted(raw[1..raw.len() - 1].into()),
                Rule::single | Rule::double => return Err(SyntaxError::new(span, Reason::Quote)),
                Rule::escape if raw.len() > 1 => PieceKind::Escaped(raw[1..].into()),
                Rule::escape => PieceKind::Literal(raw.into()),
                Rule::delimiter_double => {
                    let piece = |(rule, at): &(Rule, Span)| {
                        let raw = self.input.raw(*at);
                        let kind = match rule {
                            Rule::quoted_escape => PieceKind::Escaped(raw[1..].into()),
                            _ => PieceKind::Literal(raw.into()),
                        };
                        Piece { span: self.input.span(*at), kind }
                    };
                    PieceKind::DoubleQuoted(lexeme.parts.iter().map(piece).collect())
                }
                _ => break,
            };
            quoted |= !matches!(kind, PieceKind::Literal(_));
            pieces.push(Piece { span, kind });
        }
        let word = self.word_of(pieces);
        let index = self.here_documents.len();
        let delimiter = word.literal().unwrap_or_default();
        self.here_documents.push(HereDocument { span: word.span, delimiter, quoted, ..HereDocument::default() });
        self.pending.push(Pending { index, stripped });
        Ok((word, index))
    }

    /// Reads the bodies that are due.
    pub(super) fn here_bodies(&mut self) -> Result<()> {
        for Pending { index, stripped } in std::mem::take(&mut self.pending) {
            let text = self.here_documents[index].delimiter.clone();
            let delimiter = Delimiter { text, stripped };
            let outer = self.delimiter.replace(delimiter.clone());
            let quoted = self.here_documents[index].quoted;
            let start = self.pos;
            let mut pieces = Vec::new();
            let (body, end) = loop {
                let line = self.pos;
                if let Some(end) = self.line_start(&delimiter, quoted) {
                    break (line, Some(self.input.span(Span::new(line, end))));
                }
                if self.pos == self.input.len() {
                    break (self.pos, None);
                }
                if quoted { self.raw_line(&mut pieces) } else { self.line(&mut pieces)? }
            };
            self.delimiter = outer;
            let span = self.input.span(Span::new(start, body));
            let here = &mut self.here_documents[index];
            (here.span, here.pieces, here.end) = (span, pieces, end);
        }
        Ok(())
    }

    /// Leaves the bodies that are due empty: the `)` of a substitution came before the end of the line.
    pub(super) fn no_bodies(&mut self) {
        let span = self.input.span(Span::new(self.pos, self.pos));
        for Pending { index, .. } in std::mem::take(&mut self.pending) {
            self.here_documents[index].span = span;
        }
    }

    /// Passes over what counts for nothing in front of a line; where it is the last, over all of it.
    fn line_start(&mut self, delimiter: &Delimiter, quoted: bool) -> Option<usize> {
        let rest = Span::new(self.pos, self.input.len());
        let mut text = self.input.raw(rest);
        while let (false, Some(folded)) = (quoted, text.strip_prefix(b"\\\n")) {
            text = folded;
        }
        let (tabs, end) = delimiter.matches(text);
        let line = self.input.len() - text.len();
        self.pos = line + end.unwrap_or(tabs);
        end.map(|end| line + end)
    }

    fn raw_line(&mut self, pieces: &mut Vec<Piece>) {
        let rest = self.input.raw(Span::new(self.pos, self.input.len()));
        let at = Span::new(self.pos, self.pos + rest.find_byte(b'\n').map_or(rest.len(), |end| end + 1));
        let kind = PieceKind::Literal(self.input.raw(at).into());
        pieces.push(Piece { span: self.input.span(at), kind });
        self.pos = at.end;
    }

    fn line(&mut self, pieces: &mut Vec<Piece>) -> Result<()> {
        loop {
            let lexed = self.input.lex(Rule::body, self.pos);
            for lexeme in lexemes(&lexed) {
                self.pos = lexeme.at.end;
                if lexeme.rule == Rule::end {
                    return Ok(());
                }
                pieces.push(self.piece(Mode::Body, lexeme)?);
                if lexeme.rule == Rule::newline {
                    return Ok(());
                }
            }
        }
    }

    /// Fails where the here-document around an open `${` or `$((` ends within these bytes.
    pub(super) fn check_delimiter(&self, at: Span, open: Span) -> Result<()> {
        let Some(delimiter) = &self.delimiter else { return Ok(()) };
        for newline in self.input.raw(at).find_iter(b"\n") {
            let rest = self.input.raw(Span::new(at.start + newline + 1, self.input.len()));
            if delimiter.matches(rest).1.is_some() {
                let arithmetic = self.input.raw(open).ends_with(b"((");
                let reason = if arithmetic { Reason::Arithmetic } else { Reason::Brace };
                return Err(SyntaxError::new(self.input.span(open), reason));
            }
        }
        Ok(())
    }
}

impl Delimiter {
    /// How many tabs go, and where the line ends if it is the delimiter's.
    fn matches(&self, text: &[u8]) -> (usize, Option<usize>) {
        let tabs = if self.stripped { text.iter().take_while(|byte| **byte == b'\t').count() } else { 0 };
        let end = text[tabs..].strip_prefix(&self.text[..]).and_then(|rest| match rest.first() {
            None => Some(text.len()),
            Some(b'\n') => Some(text.len() - rest.len() + 1),
            Some(_) => None,
        });
        // At the end of the text there is no line.
        (tabs, end.filter(|_| !text.is_empty()))
    }
}
