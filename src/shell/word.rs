//! Words: their pieces, and what they stand for.

use bstr::BString;

use super::parse::{Parser, Result};
use super::token::{Lexeme, Rule, lexemes};
use super::tree::{Operation, Parameter, Piece, PieceKind, Substitution, TestOperator, Word};
use super::{Opaque, Reason};
use crate::text::Span;

impl Word {
    /// The string that the word is, quotes removed; none where it has to be expanded first.
    pub fn literal(&self) -> Option<BString> {
        literal(&self.pieces)
    }
}

/// The string that the pieces make, quotes removed; none where one of them has to be expanded first.
pub fn literal(pieces: &[Piece]) -> Option<BString> {
    let mut value = BString::default();
    for piece in pieces {
        match &piece.kind {
            PieceKind::Literal(text) | PieceKind::Escaped(text) | PieceKind::SingleQuoted(text) => {
                value.extend_from_slice(text);
            }
            PieceKind::DoubleQuoted(inner) => value.extend_from_slice(&literal(inner)?),
            _ => return None,
        }
    }
    Some(value)
}

/// A word, and the variable where it has the form of an assignment.
#[derive(Clone, Debug)]
pub(super) struct RawWord {
    pub word: Word,
    /// The name; the first piece is `NAME=`.
    pub assigns: Option<BString>,
}

impl RawWord {
    /// The word, if no part of it is quoted or expanded.
    pub fn bare(&self) -> Option<&[u8]> {
        match &self.word.pieces[..] {
            [Piece { kind: PieceKind::Literal(text), .. }] => Some(text),
            _ => None,
        }
    }
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
    /// A word in which nothing nests.
    pub(super) fn word(&mut self, lexeme: Lexeme<'_>) -> Result<RawWord> {
        self.descend(Span::default())?;
        let mut pieces = Vec::new();
        let mut assigns = None;
        for piece in lexemes(lexeme.parts) {
            if piece.rule == Rule::assignment {
                assigns = piece.part(Rule::assigned).map(|name| self.input.value(name));
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
            assigns = head.part(Rule::assigned).map(|name| self.input.value(name));
            pieces.push(self.literal_piece(head.at));
            self.pos = head.at.end;
        }
        self.pieces(Mode::Plain, Span::default(), &mut pieces)?;
        Ok(self.raw_word(pieces, assigns))
    }

    fn raw_word(&self, mut pieces: Vec<Piece>, assigns: Option<BString>) -> RawWord {
        settle_brackets(&mut pieces);
        let span = match (pieces.first(), pieces.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => self.input.span(Span::new(self.pos, self.pos)),
        };
        RawWord { word: Word { span, pieces }, assigns }
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
                        return Err(Opaque::new(self.input.span(open), reason));
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
                    return Err(Opaque::new(span, Reason::Quote));
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
        let is_name = |rule: Rule| {
            matches!(
                rule,
                Rule::parameter_name
                    | Rule::parameter_digit
                    | Rule::parameter_digits
                    | Rule::parameter_special
            )
        };
        let name = lexeme.parts.iter().find(|(rule, _)| is_name(*rule));
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
            return Err(Opaque::new(span, Reason::Backquote));
        };
        let mut runs = Vec::new();
        let mut escaped = false;
        for &(rule, at) in lexeme.parts {
            match rule {
                Rule::backquote_run => runs.push((at, false)),
                Rule::backquote_escape => {
                    let byte = self.input.raw(at).get(1).copied();
                    let comes_off =
                        matches!(byte, Some(b'\\' | b'`' | b'$')) || mode.is_quoted() && byte == Some(b'"');
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
fn settle_brackets(pieces: &mut [Piece]) {
    let closes = |piece: &Piece| matches!(&piece.kind, PieceKind::Literal(text) if text.contains(&b']'));
    let last = pieces.iter().rposition(closes).unwrap_or(0);
    for piece in &mut pieces[last..] {
        if piece.kind == PieceKind::Glob(b'[') {
            piece.kind = PieceKind::Literal("[".into());
        }
    }
}

#[cfg(test)]
mod tests {
    use bstr::ByteSlice as _;

    use super::super::parse;
    use super::super::tree::CommandKind;
    use super::*;

    /// The pieces of the first word, each with its own text.
    fn pieces(text: &str) -> Vec<(String, PieceKind)> {
        let script = parse(text.as_bytes()).unwrap();
        let CommandKind::Simple(simple) = &script.commands[0].first.commands[0].kind else {
            panic!("{text}")
        };
        let slice = |piece: &Piece| text[piece.span.start..piece.span.end].to_owned();
        simple.words[0].pieces.iter().map(|piece| (slice(piece), piece.kind.clone())).collect()
    }

    fn texts(text: &str) -> Vec<String> {
        pieces(text).into_iter().map(|(slice, _)| slice).collect()
    }

    fn only(text: &str) -> PieceKind {
        let mut pieces = pieces(text);
        assert_eq!((pieces.len(), &pieces[0].0[..]), (1, text), "{pieces:?}");
        pieces.remove(0).1
    }

    fn parameter(text: &str) -> (String, Operation, Option<BString>) {
        let PieceKind::Parameter(parameter) = only(text) else { panic!("{text}") };
        (parameter.name.to_string(), parameter.operation, literal(&parameter.word))
    }

    fn value(text: &str) -> Option<BString> {
        let script = parse(text.as_bytes()).unwrap();
        let CommandKind::Simple(simple) = &script.commands[0].first.commands[0].kind else {
            panic!("{text}")
        };
        simple.words.first().or(simple.assignments.first().map(|it| &it.value)).unwrap().literal()
    }

    #[test]
    fn a_word_is_cut_where_its_kind_changes() {
        assert_eq!(texts(r#"a'b c'"d $e"\ f$g"#), ["a", "'b c'", r#""d $e""#, r"\ ", "f", "$g"]);
        assert_eq!(texts("a\\\nb"), ["a\\\nb"]);
        assert_eq!(texts("a*b?[c]"), ["a", "*", "b", "?", "[", "c]"]);
        assert_eq!(texts("~u/x"), ["~u", "/x"]);
        assert_eq!(texts("$1a$$b$"), ["$1", "a", "$$", "b", "$"]);
    }

    #[test]
    fn parameters_have_a_name_an_operation_and_a_word() {
        use Operation::{
            Bad, Length, LongestPrefix, LongestSuffix, ShortestPrefix, ShortestSuffix, Test, Value,
        };
        for (text, name, operation, word) in [
            ("$a_1", "a_1", Value, ""),
            ("${a}", "a", Value, ""),
            ("${10}", "10", Value, ""),
            ("$@", "@", Value, ""),
            ("${#}", "#", Value, ""),
            ("${#a}", "a", Length, ""),
            ("${##}", "#", Length, ""),
            ("${#-b}", "#", Test(TestOperator::Default, false), "b"),
            ("${a:-b c}", "a", Test(TestOperator::Default, true), "b c"),
            ("${a='}'}", "a", Test(TestOperator::Assign, false), "}"),
            ("${a:?}", "a", Test(TestOperator::Fail, true), ""),
            ("${a+\"}\"}", "a", Test(TestOperator::Alternative, false), "}"),
            ("${a%.x}", "a", ShortestSuffix, ".x"),
            ("${a%%.x}", "a", LongestSuffix, ".x"),
            ("${a#\\}}", "a", ShortestPrefix, "}"),
            ("${a##/}", "a", LongestPrefix, "/"),
            ("${a/b/c}", "a", Bad, "b/c"),
            ("${a:1}", "a", Bad, ""),
            ("${!a}", "!", Bad, ""),
            ("${}", "", Bad, ""),
            ("$\\\n{\\\na\\\n:\\\n-b}", "a", Test(TestOperator::Default, true), "b"),
        ] {
            assert_eq!(parameter(text), (name.to_owned(), operation, Some(word.into())), "{text}");
        }
    }

    #[test]
    fn quotes_in_braces_depend_on_the_quotes_around_them() {
        assert_eq!(texts(r#""${a:-'}""#), [r#""${a:-'}""#]);
        assert_eq!(texts(r#""${a%'}'}""#), [r#""${a%'}'}""#]);
        assert_eq!(texts(r#""${a:-"}"}""#), [r#""${a:-"}"}""#]);
        assert_eq!(parse(b"${a:-'}").unwrap_err().reason, Reason::Quote);
        assert_eq!(parse(b"${a:}").unwrap_err().reason, Reason::Brace);
    }

    #[test]
    fn commands_and_arithmetic_are_read_within_words() {
        for text in ["$(a; b)", "$(case x in a) b;; esac)", "$( (a) )", "`a \\`b\\` \\$c`", "`a\nb`"] {
            assert!(matches!(only(text), PieceKind::Command(_)), "{text}");
        }
        assert!(matches!(only("$((1+(2)*$a))"), PieceKind::Arithmetic(_)));
        assert_eq!(parse(b"a $((b) )").unwrap_err().reason, Reason::Arithmetic);
        assert_eq!(parse(b"a `b").unwrap_err().reason, Reason::Backquote);
    }

    #[test]
    fn places_within_backquotes_are_those_of_the_script() {
        let text = br"a `b \$c \`d\`` e";
        let script = parse(text).unwrap();
        let mut seen = Vec::new();
        super::super::walk::simple_commands(&script, |command, _| seen.push(command.span.of(text).as_bstr()));
        assert_eq!(seen, [text.as_bstr(), br"b \$c \`d\`".as_bstr(), b"d".as_bstr()]);
    }

    #[test]
    fn a_word_without_expansions_has_a_value() {
        assert_eq!(value(r#"a'b'"c\$\d"\e"#).unwrap(), r"abc$\de");
        assert_eq!(value("a\\\nb").unwrap(), "ab");
        assert_eq!(value("[").unwrap(), "[");
        assert_eq!(value("x=*").unwrap(), "*");
        assert_eq!(value("''").unwrap(), "");
        for expanded in ["$a", "\"$a\"", "`a`", "$((1))", "*", "a[b]", "~", "x=~", "x=a:~b/c"] {
            assert_eq!(value(expanded), None, "{expanded}");
        }
    }

    #[test]
    fn bytes_that_are_no_utf_8_are_part_of_words() {
        let script = parse(b"a \xff\xfe'\x80' b").unwrap();
        let CommandKind::Simple(simple) = &script.commands[0].first.commands[0].kind else { panic!() };
        assert_eq!(simple.words[1].literal().unwrap(), b"\xff\xfe\x80");
        assert_eq!(simple.words[1].span, Span::new(2, 7));
    }
}
