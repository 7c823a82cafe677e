//! Tokens and lists of commands, in the order in which dash's own parser goes through them.

use super::error::{MAX_DEPTH, Reason, SyntaxError};
use super::heredoc::{Delimiter, Pending};
use super::lexer::{Input, Rule, lexemes};
use super::remark::{Bashism, Remark};
use super::tree::{AndOr, AndOrOperator, HereDocument, Link, Pipeline, RedirectionOperator, Script};
use super::word::RawWord;
use crate::text::Span;

pub(super) type Result<T> = std::result::Result<T, SyntaxError>;

/// A token; words have been read whole.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub span: Span,
    pub kind: TokenKind,
}

#[derive(Clone, Debug)]
pub(super) enum TokenKind {
    Word(RawWord),
    /// A reserved word where it is one.
    Reserved(&'static str, RawWord),
    Redirection(Option<u8>, RedirectionOperator),
    /// An operator, by its text.
    Operator(&'static str),
    Newline,
    End,
}

impl Token {
    pub(super) fn is(&self, text: &str) -> bool {
        matches!(self.kind, TokenKind::Reserved(found, _) | TokenKind::Operator(found) if found == text)
    }

    /// The name for what stands there.
    fn name(&self) -> &'static str {
        match self.kind {
            TokenKind::Word(_) => "a word",
            TokenKind::Redirection(..) => "a redirection",
            TokenKind::Newline => "the end of the line",
            TokenKind::End => "the end of the script",
            TokenKind::Reserved(text, _) | TokenKind::Operator(text) => quoted(text),
        }
    }

    /// Whether a list of commands ends before it.
    fn ends_list(&self) -> bool {
        const ENDS: [&str; 10] = [")", ";;", "do", "done", "elif", "else", "esac", "fi", "then", "}"];
        matches!(self.kind, TokenKind::End) || ENDS.iter().any(|end| self.is(end))
    }
}

/// Reserved words as they are named to people.
const RESERVED: [&str; 16] = [
    "`!`", "`case`", "`do`", "`done`", "`elif`", "`else`", "`esac`", "`fi`", "`for`", "`if`", "`in`", "`then`",
    "`until`", "`while`", "`{`", "`}`",
];

/// The same of operators.
const OPERATORS: [&str; 8] = ["`&&`", "`||`", "`;;`", "`&`", "`|`", "`;`", "`(`", "`)`"];

fn unquoted(name: &'static str) -> &'static str {
    &name[1..name.len() - 1]
}

fn quoted(text: &str) -> &'static str {
    RESERVED.iter().chain(&OPERATORS).copied().find(|name| unquoted(name) == text).unwrap_or("this")
}

/// Where a list of commands stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ListPlace {
    /// The script itself.
    Script,
    /// Where at least one command has to stand.
    Body,
    /// Where none need to.
    Optional,
}

pub(super) struct Parser<'t> {
    pub input: Input<'t>,
    pub pos: usize,
    pushed: Option<Token>,
    pub depth: usize,
    /// Here-documents whose bodies begin at the end of this line.
    pub pending: Vec<Pending>,
    /// The end of the here-document that is being read.
    pub delimiter: Option<Delimiter>,
    pub here_documents: Vec<HereDocument>,
    comments: Vec<Span>,
    remarks: Vec<Remark>,
    /// The last word that bash has reserved, and dash has not.
    pub reserved: Option<Remark>,
}

impl<'t> Parser<'t> {
    pub fn new(text: &'t [u8]) -> Self {
        Parser {
            input: Input::new(text),
            pos: 0,
            pushed: None,
            depth: 0,
            pending: Vec::new(),
            delimiter: None,
            here_documents: Vec::new(),
            comments: Vec::new(),
            remarks: Vec::new(),
            reserved: None,
        }
    }

    pub fn script(&mut self) -> Result<Script> {
        let commands = self.list(ListPlace::Script)?;
        Ok(Script {
            commands,
            here_documents: std::mem::take(&mut self.here_documents),
            comments: std::mem::take(&mut self.comments),
            remarks: std::mem::take(&mut self.remarks),
        })
    }

    /// The commands of `$(…)`, behind the parenthesis that opens it.
    pub fn substitution(&mut self, open: Span) -> Result<Vec<AndOr>> {
        let outer = self.enter(open)?;
        let commands = self.list(ListPlace::Optional)?;
        self.expect(")")?;
        self.leave(outer);
        Ok(commands)
    }

    /// Goes to where here-documents of its own are read.
    fn enter(&mut self, open: Span) -> Result<(Vec<Pending>, Option<Delimiter>)> {
        self.descend(open)?;
        Ok((std::mem::take(&mut self.pending), self.delimiter.take()))
    }

    fn leave(&mut self, outer: (Vec<Pending>, Option<Delimiter>)) {
        self.no_bodies();
        (self.pending, self.delimiter) = outer;
        self.depth -= 1;
    }

    /// The commands that backquotes hand to the shell.
    pub(crate) fn backquoted(&mut self, input: Input<'t>, open: Span) -> Result<Vec<AndOr>> {
        let outer = self.enter(open)?;
        let before = (std::mem::take(&mut self.pos), std::mem::replace(&mut self.input, input));
        let commands = self.list(ListPlace::Optional)?;
        // To dash the commands may end before the backquote does, and the rest counts for nothing.
        if let Some(Token { span, kind }) = self.pushed.take()
            && !matches!(kind, TokenKind::Newline | TokenKind::End)
        {
            self.remarks.push(Remark { span, kind: Bashism::BackquoteRest });
        }
        self.leave(outer);
        (self.pos, self.input) = before;
        Ok(commands)
    }

    /// Goes one level deeper.
    pub(crate) fn descend(&mut self, at: Span) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(SyntaxError::new(self.input.span(at), Reason::Depth));
        }
        Ok(())
    }

    // ---- tokens ----

    /// The next token, past newlines if they count for nothing here; where a command may begin, reserved
    /// words are told from others.
    pub(super) fn next(&mut self, newlines: bool, reserved: bool) -> Result<Token> {
        let mut token = self.take()?;
        while newlines && matches!(token.kind, TokenKind::Newline) {
            self.here_bodies()?;
            token = self.take()?;
        }
        if let TokenKind::Word(raw) = &token.kind
            && reserved
            && let Some(text) = raw.word.bare()
            && let Some(name) = RESERVED.iter().copied().map(unquoted).find(|name| name.as_bytes() == text)
        {
            token.kind = match token.kind {
                TokenKind::Word(raw) => TokenKind::Reserved(name, raw),
                other => other,
            };
        }
        Ok(token)
    }

    pub(super) fn push(&mut self, token: Token) {
        self.pushed = Some(token);
    }

    pub(super) fn take(&mut self) -> Result<Token> {
        if let Some(token) = self.pushed.take() {
            return Ok(token);
        }
        let (tokens, from) = self.input.token(self.pos, !self.pending.is_empty());
        let Some(lexeme) = lexemes(&tokens[from..]).next() else {
            return Ok(Token { span: self.input.span(Span::new(self.pos, self.pos)), kind: TokenKind::End });
        };
        self.pos = lexeme.at.end;
        let span = self.input.span(lexeme.at);
        let operator = |text| Ok(Token { span, kind: TokenKind::Operator(text) });
        match lexeme.rule {
            Rule::comment => {
                self.comments.push(span);
                self.take()
            }
            Rule::plain_word => {
                let raw = self.plain_word(lexeme.at);
                Ok(Token { span: raw.word.span, kind: TokenKind::Word(raw) })
            }
            Rule::word => {
                let raw = self.word(lexeme)?;
                Ok(Token { span: raw.word.span, kind: TokenKind::Word(raw) })
            }
            Rule::begun => {
                let raw = self.nesting_word()?;
                Ok(Token { span: raw.word.span, kind: TokenKind::Word(raw) })
            }
            Rule::newline => Ok(Token { span, kind: TokenKind::Newline }),
            Rule::and_if => operator("&&"),
            Rule::or_if => operator("||"),
            Rule::double_semicolon => operator(";;"),
            Rule::background => operator("&"),
            Rule::pipe => operator("|"),
            Rule::semicolon => operator(";"),
            Rule::open => operator("("),
            Rule::close => operator(")"),
            Rule::redirection | Rule::here_document => {
                let descriptor = lexeme.part(Rule::descriptor).map(|at| self.input.raw(at)[0] - b'0');
                let rule = lexeme.parts.last().map_or(Rule::input, |(rule, _)| *rule);
                Ok(Token { span, kind: TokenKind::Redirection(descriptor, redirection_operator(rule)) })
            }
            _ => Ok(Token { span, kind: TokenKind::End }),
        }
    }

    pub(super) fn expect(&mut self, text: &'static str) -> Result<Span> {
        let token = self.next(false, false)?;
        expected(&token, text)
    }

    /// The same, past newlines.
    pub(super) fn expect_on(&mut self, text: &'static str) -> Result<Span> {
        let token = self.next(true, true)?;
        expected(&token, text)
    }

    // ---- lists ----

    pub(super) fn list(&mut self, place: ListPlace) -> Result<Vec<AndOr>> {
        let mut list = Vec::new();
        loop {
            let token = self.next(place != ListPlace::Script, true)?;
            match token.kind {
                TokenKind::Newline => {
                    self.here_bodies()?;
                    continue;
                }
                TokenKind::End => {
                    self.here_bodies()?;
                    self.push(token);
                    return Ok(list);
                }
                _ => {}
            }
            let may_end = place == ListPlace::Optional || place == ListPlace::Body && !list.is_empty();
            let ends = may_end && token.ends_list();
            self.push(token);
            if ends {
                return Ok(list);
            }
            list.push(self.and_or()?);
            let token = self.next(false, false)?;
            if token.is("&") {
                if let Some(last) = list.last_mut() {
                    last.span = last.span.to(token.span);
                    last.background = Some(token.span);
                }
            } else if token.is(";") {
            } else if matches!(token.kind, TokenKind::Newline | TokenKind::End) {
                self.push(token);
            } else if place == ListPlace::Script {
                return Err(unexpected(&token, None));
            } else {
                self.push(token);
                return Ok(list);
            }
        }
    }

    fn and_or(&mut self) -> Result<AndOr> {
        let first = self.pipeline(false)?;
        let mut and_or = AndOr { span: first.span, first, rest: Vec::new(), background: None };
        loop {
            let token = self.next(false, false)?;
            let operator = if token.is("&&") {
                AndOrOperator::And
            } else if token.is("||") {
                AndOrOperator::Or
            } else {
                self.push(token);
                return Ok(and_or);
            };
            let pipeline = self.pipeline(true)?;
            and_or.span = and_or.span.to(pipeline.span);
            and_or.rest.push(Link { operator, at: token.span, pipeline });
        }
    }

    fn pipeline(&mut self, newlines: bool) -> Result<Pipeline> {
        let token = self.next(newlines, true)?;
        let negation = token.is("!").then_some(token.span);
        if negation.is_none() {
            self.push(token);
        }
        let first = self.command(false)?;
        let mut span = negation.unwrap_or(first.span).to(first.span);
        let mut commands = vec![first];
        loop {
            let token = self.next(false, false)?;
            if !token.is("|") {
                self.push(token);
                return Ok(Pipeline { span, negation, commands });
            }
            let command = self.command(true)?;
            span = span.to(command.span);
            commands.push(command);
        }
    }
}

fn redirection_operator(rule: Rule) -> RedirectionOperator {
    match rule {
        Rule::here_strip => RedirectionOperator::HereStripped,
        Rule::here => RedirectionOperator::Here,
        Rule::duplicate_in => RedirectionOperator::DuplicateInput,
        Rule::read_write => RedirectionOperator::ReadWrite,
        Rule::append => RedirectionOperator::Append,
        Rule::clobber => RedirectionOperator::Clobber,
        Rule::duplicate_out => RedirectionOperator::DuplicateOutput,
        Rule::output => RedirectionOperator::Output,
        _ => RedirectionOperator::Input,
    }
}

fn expected(token: &Token, text: &'static str) -> Result<Span> {
    if token.is(text) { Ok(token.span) } else { Err(unexpected(token, Some(quoted(text)))) }
}

pub(super) fn unexpected(token: &Token, expected: Option<&'static str>) -> SyntaxError {
    SyntaxError::new(token.span, Reason::Unexpected { found: token.name(), expected })
}
