//! Single commands: simple ones, and those that hold others.

use bstr::BString;

use super::bash;
use super::error::{Reason, SyntaxError};
use super::lexer::Rule;
use super::name::is_name;
use super::parse::{ListPlace, Parser, Result, TokenKind, unexpected};
use super::tree::{
    Arm, Assignment, Branch, Case, CommandKind, For, Function, If, Loop, PieceKind, Redirection, RedirectionOperator,
    ShellCommand, Simple, Word,
};
use crate::text::Span;

/// Names that dash gives to no function.
const SPECIAL_BUILTINS: [&str; 13] = [
    "break", "continue", "eval", "exec", "exit", "export", "readonly", "return", "set", "shift", "times", "trap",
    "unset",
];

impl Parser<'_> {
    pub(super) fn command(&mut self, newlines: bool) -> Result<ShellCommand> {
        let token = self.next(newlines, true)?;
        let mut span = token.span;
        self.descend(Span::new(self.pos, self.pos))?;
        let (kind, end) = match &token.kind {
            TokenKind::Word(_) | TokenKind::Redirection(..) => {
                self.push(token);
                let command = self.simple(span)?;
                self.depth -= 1;
                return Ok(command);
            }
            TokenKind::Operator("(") => (CommandKind::Subshell(self.list(ListPlace::Body)?), self.expect(")")?),
            TokenKind::Reserved("{", _) => (CommandKind::Group(self.list(ListPlace::Body)?), self.expect("}")?),
            TokenKind::Reserved("if", _) => (CommandKind::If(self.if_branches()?), self.expect("fi")?),
            TokenKind::Reserved(kind @ ("while" | "until"), _) => {
                let condition = self.list(ListPlace::Body)?;
                self.expect("do")?;
                let body = self.list(ListPlace::Body)?;
                let until = *kind == "until";
                (CommandKind::Loop(Loop { until, condition, body }), self.expect("done")?)
            }
            TokenKind::Reserved("for", _) => (CommandKind::For(self.for_loop()?), self.expect("done")?),
            TokenKind::Reserved("case", _) => {
                let (case, end) = self.case()?;
                (CommandKind::Case(case), end)
            }
            _ => return Err(unexpected(&token, None)),
        };
        span = span.to(end);
        let mut redirections = Vec::new();
        let mut token = self.next(false, true)?;
        while let TokenKind::Redirection(descriptor, operator) = token.kind {
            let redirection = self.redirection(token.span, descriptor, operator)?;
            span = span.to(redirection.span);
            redirections.push(redirection);
            token = self.next(false, false)?;
        }
        self.push(token);
        self.depth -= 1;
        Ok(ShellCommand { span, kind, redirections })
    }

    fn if_branches(&mut self) -> Result<If> {
        let mut branches = Vec::new();
        loop {
            let condition = self.list(ListPlace::Body)?;
            self.expect("then")?;
            branches.push(Branch { condition, body: self.list(ListPlace::Body)? });
            let token = self.next(false, false)?;
            if token.is("elif") {
                continue;
            }
            if token.is("else") {
                return Ok(If { branches, otherwise: Some(self.list(ListPlace::Body)?) });
            }
            self.push(token);
            return Ok(If { branches, otherwise: None });
        }
    }

    fn for_loop(&mut self) -> Result<For> {
        let token = self.next(false, false)?;
        let variable = match token.kind {
            TokenKind::Word(raw) if raw.word.bare().is_some_and(is_name) => raw.word,
            _ => return Err(SyntaxError::new(token.span, Reason::LoopVariable)),
        };
        let token = self.next(true, true)?;
        let words = if token.is("in") {
            let mut words = Vec::new();
            loop {
                let token = self.next(false, false)?;
                match token.kind {
                    TokenKind::Word(raw) => words.push(raw.word),
                    TokenKind::Newline | TokenKind::Operator(";") => break,
                    _ => return Err(unexpected(&token, Some("`;`"))),
                }
            }
            Some(words)
        } else {
            if !token.is(";") {
                self.push(token);
            }
            None
        };
        self.expect_on("do")?;
        Ok(For { variable, words, body: self.list(ListPlace::Body)? })
    }

    fn case(&mut self) -> Result<(Case, Span)> {
        let subject = self.any_word()?;
        self.expect_on("in")?;
        let mut case = Case { subject, arms: Vec::new() };
        loop {
            let mut token = self.next(true, true)?;
            if token.is("esac") {
                return Ok((case, token.span));
            }
            let mut span = token.span;
            if token.is("(") {
                token = self.next(false, false)?;
            }
            let mut patterns = Vec::new();
            loop {
                let (TokenKind::Word(raw) | TokenKind::Reserved(_, raw)) = token.kind else {
                    return Err(unexpected(&token, Some("a pattern")));
                };
                patterns.push(raw.word);
                token = self.next(false, false)?;
                if !token.is("|") {
                    break;
                }
                token = self.next(false, false)?;
            }
            if !token.is(")") {
                return Err(unexpected(&token, Some("`)`")));
            }
            span = span.to(token.span);
            let body = self.list(ListPlace::Optional)?;
            span = body.last().map_or(span, |last| span.to(last.span));
            let token = self.next(true, true)?;
            let last = token.is("esac");
            if token.is(";;") {
                span = span.to(token.span);
            } else if !last {
                return Err(unexpected(&token, Some("`;;`")));
            }
            case.arms.push(Arm { span, patterns, body });
            if last {
                return Ok((case, token.span));
            }
        }
    }

    fn any_word(&mut self) -> Result<Word> {
        let token = self.next(false, false)?;
        let TokenKind::Word(raw) = token.kind else { return Err(unexpected(&token, Some("a word"))) };
        Ok(raw.word)
    }

    fn simple(&mut self, mut span: Span) -> Result<ShellCommand> {
        let mut simple = Simple::default();
        let mut redirections = Vec::new();
        loop {
            let token = self.next(false, false)?;
            match token.kind {
                TokenKind::Word(raw) => {
                    span = span.to(token.span);
                    match raw.assigns {
                        Some(name) if simple.words.is_empty() => {
                            simple.assignments.push(assignment(name, raw.word));
                        }
                        _ => {
                            if simple.words.is_empty() {
                                self.reserved = bash::reserved(&raw.word).or(self.reserved.take());
                            }
                            simple.words.push(raw.word);
                        }
                    }
                }
                TokenKind::Redirection(descriptor, operator) => {
                    let redirection = self.redirection(token.span, descriptor, operator)?;
                    span = span.to(redirection.span);
                    redirections.push(redirection);
                }
                TokenKind::Operator("(")
                    if simple.words.len() == 1 && simple.assignments.is_empty() && redirections.is_empty() =>
                {
                    let name = simple.words.remove(0);
                    return self.function(name);
                }
                _ => {
                    self.push(token);
                    return Ok(ShellCommand { span, kind: CommandKind::Simple(simple), redirections });
                }
            }
        }
    }

    fn function(&mut self, name: Word) -> Result<ShellCommand> {
        self.expect(")")?;
        let is_special = |text: &[u8]| SPECIAL_BUILTINS.iter().any(|name| name.as_bytes() == text);
        if !name.bare().is_some_and(|text| is_name(text) && !is_special(text)) {
            return Err(SyntaxError::new(name.span, Reason::FunctionName));
        }
        let body = Box::new(self.command(true)?);
        let span = name.span.to(body.span);
        let kind = CommandKind::Function(Function { name, body });
        Ok(ShellCommand { span, kind, redirections: Vec::new() })
    }

    fn redirection(&mut self, at: Span, descriptor: Option<u8>, operator: RedirectionOperator) -> Result<Redirection> {
        let (target, here) = match operator {
            RedirectionOperator::Here | RedirectionOperator::HereStripped => {
                let (tokens, from) = self.input.token(self.pos, true);
                let (rule, at) = tokens[from];
                self.input.forget();
                if !matches!(rule, Rule::plain_word | Rule::word | Rule::begun) {
                    let token = self.take()?;
                    return Err(unexpected(&token, Some("a word")));
                }
                self.pos = at.start;
                let (word, here) = self.here_delimiter(operator == RedirectionOperator::HereStripped)?;
                (word, Some(here))
            }
            _ => (self.any_word()?, None),
        };
        Ok(Redirection { span: at.to(target.span), descriptor, operator, target, here })
    }
}

/// What a word of the form `NAME=value` assigns. No pattern in the value is one of file names.
fn assignment(name: BString, word: Word) -> Assignment {
    let span = word.span;
    let mut pieces = word.pieces;
    let start = pieces.remove(0).span.end;
    for piece in &mut pieces {
        if let PieceKind::Glob(sign) = piece.kind {
            piece.kind = PieceKind::Literal([sign][..].into());
        }
    }
    Assignment { span, name, value: Word { span: Span::new(start, span.end), pieces } }
}
