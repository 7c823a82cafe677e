//! Here-documents: the delimiter behind `<<`, and the body behind the line.

use bstr::{BString, ByteSlice as _};

use super::parse::{Parser, Result};
use super::token::{Rule, lexemes};
use super::tree::{HereDocument, Piece, PieceKind, Word};
use super::word::{Mode, literal};
use super::{Opaque, Reason};
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
                Rule::single | Rule::double => return Err(Opaque::new(span, Reason::Quote)),
                Rule::escape if raw.len() > 1 => PieceKind::Escaped(raw[1..].into()),
                Rule::escape => PieceKind::Literal(raw.into()),
                Rule::delimiter_double => PieceKind::DoubleQuoted(
                    lexeme
                        .parts
                        .iter()
                        .map(|(rule, at)| {
                            let raw = self.input.raw(*at);
                            let kind = match rule {
                                Rule::quoted_escape => PieceKind::Escaped(raw[1..].into()),
                                _ => PieceKind::Literal(raw.into()),
                            };
                            Piece { span: self.input.span(*at), kind }
                        })
                        .collect(),
                ),
                _ => break,
            };
            quoted |= !matches!(kind, PieceKind::Literal(_));
            pieces.push(Piece { span, kind });
        }
        let span = match (pieces.first(), pieces.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => self.input.span(Span::new(self.pos, self.pos)),
        };
        let index = self.here_documents.len();
        let delimiter = literal(&pieces).unwrap_or_default();
        self.here_documents.push(HereDocument { span, delimiter, quoted, ..HereDocument::default() });
        self.pending.push(Pending { index, stripped });
        Ok((Word { span, pieces }, index))
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
                return Err(Opaque::new(self.input.span(open), reason));
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

#[cfg(test)]
mod tests {
    use super::super::{parse, tree::Script};
    use super::*;

    /// The bodies, and what they stand for.
    fn bodies(text: &str) -> Vec<(&str, Option<String>)> {
        let script: Script = parse(text.as_bytes()).unwrap();
        let body = |it: &HereDocument| {
            (&text[it.span.start..it.span.end], literal(&it.pieces).map(|text| text.to_string()))
        };
        script.here_documents.iter().map(body).collect()
    }

    #[test]
    fn a_body_stands_behind_the_line_and_ends_at_the_delimiter() {
        assert_eq!(bodies("a <<E b; c\nx\nE\nd\n"), [("x\n", Some("x\n".into()))]);
        assert_eq!(bodies("a <<E\nEE\n E\nE"), [("EE\n E\n", Some("EE\n E\n".into()))]);
        let two = [("x\n", Some("x\n".to_owned())), ("y\n", Some("y\n".to_owned()))];
        assert_eq!(bodies("a <<E 2<<F | b\nx\nE\ny\nF\nc"), two);
        assert_eq!(bodies("if a <<E\nx\nE\nthen b <<E; fi\ny\nE\n"), two);
        assert_eq!(bodies("a $(b <<E\nx\nE\n) <<E\ny\nE\n"), two);
    }

    #[test]
    fn a_quoted_delimiter_keeps_the_body_as_it_is() {
        for head in ["<<'E'", "<<\\E", "<<\"E\"", "<<E''"] {
            let text = format!("a {head}\n$x `\\\nE\n");
            assert_eq!(bodies(&text), [("$x `\\\n", Some("$x `\\\n".into()))], "{head}");
        }
        assert_eq!(bodies("a <<E\n$x\nE\n"), [("$x\n", None)]);
        assert_eq!(bodies("a <<E\n\\$x \\\ny \"'\nE\n"), [("\\$x \\\ny \"'\n", Some("$x y \"'\n".into()))]);
        assert_eq!(bodies("a <<$x\n1\n$x\n"), [("1\n", Some("1\n".into()))]);
    }

    #[test]
    fn tabs_go_where_the_operator_says_so() {
        assert_eq!(bodies("a <<-E\n\t\tx\n\t E\n\tE\n"), [("\t\tx\n\t E\n", Some("x\n E\n".into()))]);
        assert_eq!(bodies("a <<E\n\tE\nE\n"), [("\tE\n", Some("\tE\n".into()))]);
    }

    #[test]
    fn the_end_may_be_missing_but_not_within_an_expansion() {
        assert_eq!(bodies("a <<E"), [("", Some(String::new()))]);
        assert_eq!(bodies("a <<E\nx"), [("x", Some("x".into()))]);
        assert_eq!(bodies("a $(b <<E)\nE"), [("", Some(String::new()))]);
        assert_eq!(bodies("a <<E\n$(b\nE\n)\nE\n"), [("$(b\nE\n)\n", None)]);
        assert_eq!(parse(b"a <<E\n${x:-\nE\n}\nE\n").unwrap_err().reason, Reason::Brace);
    }
}
