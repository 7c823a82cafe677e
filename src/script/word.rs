//! Words: their pieces, and what they stand for.

use bstr::BString;

use super::error::{Reason, SyntaxError};
use super::lexer::{Lexeme, Rule, lexemes};
use super::parse::{Parser, Result};
use super::tree::{Operation, Parameter, Piece, PieceKind, Substitution, TestOperator, Word};
use crate::text::Span;

/// A word, and the variable where it has the form of an assignment.
#[derive(Clone, Debug)]
pub(super) struct RawWord {
    pub word: Word,
    /// The name; the first piece is `NAME=`.
    pub assigns: Option<BString>,
}

/// What surrounds a piece.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Plain,
    Brace,
    Quoted,
    QuotedBrace,
    Arithmetic,
    /// A here-document, which `heredoc` reads line by line.
    Body,
}

impl Mode {
    fn rule(self) -> Rule {
        match self {
            Mode::Plain => Rule::plain,
            Mode::Brace => Rule::brace,
            Mode::Quoted => Rule::quoted,
            Mode::QuotedBrace => Rule::quoted_brace,
            Mode::Arithmetic => Rule::arithmetic,
            Mode::Body => Rule::body,
        }
    }

    /// Whether only `$`, `` ` `` and the backslash are special.
    fn is_quoted(self) -> bool {
        !matches!(self, Mode::Plain | Mode::Brace)
    }
}

impl Parser<'_> {
    /// A word of plain bytes alone.
    pub(super) fn plain_word(&self, at: Span) -> RawWord {
        let piece = self.literal_piece(at);
        RawWord { word: Word { span: piece.span, pieces: vec![piece] }, assigns: None }
    }

    /// A word in which nothing nests.
    pub(super) fn word(&mut self, lexeme: Lexeme<'_>) -> Result<RawWord> {
        self.descend(Span::default())?;
        let mut pieces = Vec::new();
        let mut assigns = None;
        for piece in lexemes(lexeme.parts) {
            if piece.rule == Rule::assignment {
                assigns = piece.part(Rule::name).map(|name| self.input.value(name));
                pieces.push(self.literal_piece(piece.at));
            } else {
                self.plain_piece(Mode::Plain, piece, lexeme.at, assigns.is_some(), &mut pieces)?;
            }
        }
        self.depth -= 1;
        Ok(self.raw_word(pieces, assigns))
    }

    /// The word that begins here.
    pub(super) fn nesting_word(&mut self) -> Result<RawWord> {
        let head = self.input.lex(Rule::beginning, self.pos);
        let mut pieces = Vec::new();
        let mut assigns = None;
        if let Some(head) = lexemes(&head).next().filter(|head| head.rule == Rule::assignment) {
            assigns = head.part(Rule::name).map(|name| self.input.value(name));
            pieces.push(self.literal_piece(head.at));
            self.pos = head.at.end;
        }
        self.pieces(Mode::Plain, Span::default(), &mut pieces)?;
        Ok(self.raw_word(pieces, assigns))
    }

    fn raw_word(&self, mut pieces: Vec<Piece>, assigns: Option<BString>) -> RawWord {
        resolve_brackets(&mut pieces);
        RawWord { word: self.word_of(pieces), assigns }
    }

    /// The word of these pieces; where there are none, it is here.
    pub(super) fn word_of(&self, pieces: Vec<Piece>) -> Word {
        let span = match (pieces.first(), pieces.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => self.input.span(Span::new(self.pos, self.pos)),
        };
        Word { span, pieces }
    }

    fn literal_piece(&self, at: Span) -> Piece {
        Piece { span: self.input.span(at), kind: PieceKind::Literal(self.input.value(at)) }
    }

    /// Pieces up to where the mode ends; `open` is what began it.
    fn pieces(&mut self, mode: Mode, open: Span, pieces: &mut Vec<Piece>) -> Result<()> {
        self.descend(open)?;
        let assigns = !pieces.is_empty();
        let mut parentheses = 0_usize;
        loop {
            let lexed = self.input.lex(mode.rule(), self.pos);
            for lexeme in lexemes(&lexed) {
                let mut at = lexeme.at;
                if mode == Mode::Arithmetic && lexeme.rule == Rule::arithmetic_close && parentheses > 0 {
                    at.end = at.start + 1;
                }
                self.pos = at.end;
                let ends = match lexeme.rule {
                    Rule::double => mode == Mode::Quoted,
                    Rule::brace_close => true,
                    Rule::arithmetic_close => parentheses == 0,
                    Rule::end if mode == Mode::Plain => true,
                    Rule::end => {
                        let reason = match mode {
                            Mode::Brace | Mode::QuotedBrace => Reason::Brace,
                            Mode::Arithmetic => Reason::Arithmetic,
                            _ => Reason::Quote,
                        };
                        return Err(SyntaxError::new(self.input.span(open), reason));
                    }
                    _ => false,
                };
                if ends {
                    self.depth -= 1;
                    return Ok(());
                }
                match lexeme.rule {
                    Rule::double => {
                        let mut inner = Vec::new();
                        self.pieces(Mode::Quoted, at, &mut inner)?;
                        let span = self.input.span(Span::new(at.start, self.pos));
                        pieces.push(Piece { span, kind: PieceKind::DoubleQuoted(inner) });
                    }
                    Rule::arithmetic_close | Rule::close => {
                        parentheses = parentheses.saturating_sub(1);
                        pieces.push(self.literal_piece(at));
                    }
                    Rule::open => {
                        parentheses += 1;
                        pieces.push(self.literal_piece(at));
                    }
                    _ => self.plain_piece(mode, lexeme, open, assigns, pieces)?,
                }
            }
        }
    }

    /// A piece that neither ends the mode nor holds commands up to its own end.
    fn plain_piece(
        &mut self,
        mode: Mode,
        lexeme: Lexeme<'_>,
        open: Span,
        assigns: bool,
        pieces: &mut Vec<Piece>,
    ) -> Result<()> {
        let at = lexeme.at;
        let span = self.input.span(at);
        match lexeme.rule {
            Rule::plain_run => {
                let fresh = pieces.len() == usize::from(assigns);
                self.plain_run(at, fresh, assigns, pieces);
            }
            Rule::glob => {
                let sign = self.input.raw(at).first().copied().unwrap_or_default();
                pieces.push(Piece { span, kind: PieceKind::Glob(sign) });
            }
            Rule::single => {
                let raw = self.input.raw(at);
                if raw.len() < 2 {
                    return Err(SyntaxError::new(span, Reason::Quote));
                }
                let text = raw[1..raw.len() - 1].into();
                self.check_delimiter(at, open)?;
                pieces.push(Piece { span, kind: PieceKind::SingleQuoted(text) });
            }
            Rule::quotation => {
                self.descend(at)?;
                let mut inner = Vec::new();
                for piece in lexemes(lexeme.parts) {
                    inner.push(self.piece(Mode::Quoted, piece)?);
                }
                self.depth -= 1;
                pieces.push(Piece { span, kind: PieceKind::DoubleQuoted(inner) });
            }
            _ => {
                if !matches!(lexeme.rule, Rule::variable | Rule::dollar | Rule::backquote) {
                    self.check_delimiter(at, open)?;
                }
                let piece = self.piece(mode, lexeme)?;
                pieces.push(piece);
            }
        }
        Ok(())
    }

    /// A piece that means the same in every mode.
    pub(super) fn piece(&mut self, mode: Mode, lexeme: Lexeme<'_>) -> Result<Piece> {
        let span = self.input.span(lexeme.at);
        match lexeme.rule {
            Rule::escape | Rule::quoted_escape | Rule::brace_escape | Rule::body_escape
                if lexeme.at.end - lexeme.at.start == 2 =>
            {
                let value = self.input.raw(Span::new(lexeme.at.start + 1, lexeme.at.end)).into();
                Ok(Piece { span, kind: PieceKind::Escaped(value) })
            }
            Rule::variable | Rule::dollar => self.dollar(mode, lexeme),
            Rule::backquote => self.backquote(mode, lexeme),
            _ => Ok(self.literal_piece(lexeme.at)),
        }
    }

    /// Splits a run at the tildes that the shell looks at.
    fn plain_run(&self, run: Span, fresh: bool, assigns: bool, pieces: &mut Vec<Piece>) {
        let raw = |at: usize| self.input.raw(Span::new(at, run.end));
        let (mut from, mut at, mut expected) = (run.start, run.start, fresh);
        while at < run.end {
            if raw(at).starts_with(b"\\\n") {
                at += 2;
            } else if expected && raw(at)[0] == b'~' {
                if from < at {
                    pieces.push(self.literal_piece(Span::new(from, at)));
                }
                let stop = raw(at).iter().position(|byte| *byte == b'/' || assigns && *byte == b':');
                from = stop.map_or(run.end, |stop| at + stop);
                pieces.push(Piece { span: self.input.span(Span::new(at, from)), kind: PieceKind::Tilde });
                at = from;
                expected = false;
            } else {
                expected = assigns && raw(at)[0] == b':';
                at += 1;
            }
        }
        if from < run.end {
            pieces.push(self.literal_piece(Span::new(from, run.end)));
        }
    }

    fn dollar(&mut self, mode: Mode, lexeme: Lexeme<'_>) -> Result<Piece> {
        let start = lexeme.at.start;
        let nests = lexeme.rule == Rule::dollar;
        let kind = if lexeme.part(Rule::lone).is_some() {
            PieceKind::Literal("$".into())
        } else if lexeme.part(Rule::arithmetic_open).is_some() {
            let mut inner = Vec::new();
            self.pieces(Mode::Arithmetic, lexeme.at, &mut inner)?;
            PieceKind::Arithmetic(inner)
        } else if lexeme.part(Rule::command_open).is_some() {
            let commands = self.substitution(lexeme.at)?;
            PieceKind::Command(Substitution { backquoted: false, escaped: false, commands })
        } else {
            PieceKind::Parameter(self.parameter(mode, lexeme)?)
        };
        let end = if nests { self.pos } else { lexeme.at.end };
        Ok(Piece { span: self.input.span(Span::new(start, end)), kind })
    }

    fn parameter(&mut self, mode: Mode, lexeme: Lexeme<'_>) -> Result<Parameter> {
        const NAMES: [Rule; 4] = [Rule::name, Rule::parameter_digit, Rule::parameter_digits, Rule::parameter_special];
        let name = lexeme.parts.iter().find(|(rule, _)| NAMES.contains(rule));
        let name = name.map(|(_, at)| self.input.value(*at)).unwrap_or_default();
        let whole = lexeme.part(Rule::brace_open).is_none() || lexeme.part(Rule::whole).is_some();
        let operation = if whole {
            if lexeme.part(Rule::length).is_some() { Operation::Length } else { Operation::Value }
        } else {
            let null = lexeme.part(Rule::null).is_some();
            lexeme.parts.iter().find_map(|(rule, _)| operation(*rule, null)).unwrap_or(Operation::Bad)
        };
        let mut word = Vec::new();
        if !whole {
            let inner = match operation {
                Operation::ShortestSuffix
                | Operation::LongestSuffix
                | Operation::ShortestPrefix
                | Operation::LongestPrefix => Mode::Brace,
                _ if mode.is_quoted() => Mode::QuotedBrace,
                _ => Mode::Brace,
            };
            self.pieces(inner, lexeme.at, &mut word)?;
        }
        Ok(Parameter { name, operation, word })
    }

    fn backquote(&mut self, mode: Mode, lexeme: Lexeme<'_>) -> Result<Piece> {
        let span = self.input.span(lexeme.at);
        let Some(end) = lexeme.part(Rule::backquote_end) else {
            return Err(SyntaxError::new(span, Reason::Backquote));
        };
        let mut runs = Vec::new();
        let mut escaped = false;
        for &(rule, at) in lexeme.parts {
            match rule {
                Rule::backquote_run => runs.push((at, false)),
                Rule::backquote_escape => {
                    let byte = self.input.raw(at).get(1).copied();
                    let comes_off = matches!(byte, Some(b'\\' | b'`' | b'$')) || mode.is_quoted() && byte == Some(b'"');
                    escaped |= comes_off;
                    runs.push((Span::new(at.start + usize::from(comes_off), at.end), comes_off));
                }
                _ => {}
            }
        }
        let input = self.input.within(&runs, end.start);
        let commands = self.backquoted(input, lexeme.at)?;
        Ok(Piece { span, kind: PieceKind::Command(Substitution { backquoted: true, escaped, commands }) })
    }
}

fn operation(rule: Rule, null: bool) -> Option<Operation> {
    Some(match rule {
        Rule::use_default => Operation::Test(TestOperator::Default, null),
        Rule::assign_default => Operation::Test(TestOperator::Assign, null),
        Rule::error_if => Operation::Test(TestOperator::Fail, null),
        Rule::use_alternative => Operation::Test(TestOperator::Alternative, null),
        Rule::shortest_suffix => Operation::ShortestSuffix,
        Rule::longest_suffix => Operation::LongestSuffix,
        Rule::shortest_prefix => Operation::ShortestPrefix,
        Rule::longest_prefix => Operation::LongestPrefix,
        _ => return None,
    })
}

/// A `[` without a `]` behind it stands for itself.
fn resolve_brackets(pieces: &mut [Piece]) {
    let closes = |piece: &Piece| matches!(&piece.kind, PieceKind::Literal(text) if text.contains(&b']'));
    let last = pieces.iter().rposition(closes).unwrap_or(0);
    for piece in &mut pieces[last..] {
        if piece.kind == PieceKind::Glob(b'[') {
            piece.kind = PieceKind::Literal("[".into());
        }
    }
}
