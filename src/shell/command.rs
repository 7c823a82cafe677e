//! Single commands: simple ones, and those that hold others.

use bstr::{BString, ByteSlice as _};

use super::parse::{Kind, Parser, Place, Result, unexpected};
use super::token::Rule;
use super::tree::{
    Arm, Assignment, Branch, Case, Command, CommandKind, For, Function, If, Loop, Piece, PieceKind,
    Redirection, RedirectionOperator, Simple, Word,
};
use super::{Opaque, Reason, bash};
use crate::text::Span;

/// Names that dash gives to no function.
const SPECIAL_BUILTINS: [&[u8]; 13] = [
    b"break",
    b"continue",
    b"eval",
    b"exec",
    b"exit",
    b"export",
    b"readonly",
    b"return",
    b"set",
    b"shift",
    b"times",
    b"trap",
    b"unset",
];

impl Parser<'_> {
    pub(super) fn command(&mut self, newlines: bool) -> Result<Command> {
        let token = self.next(newlines, true)?;
        let mut span = token.span;
        self.descend(Span::new(self.pos, self.pos))?;
        let (kind, end) = match &token.kind {
            Kind::Word(_) | Kind::Redirection(..) => {
                self.push(token);
                let command = self.simple(span)?;
                self.depth -= 1;
                return Ok(command);
            }
            Kind::Operator("(") => (CommandKind::Subshell(self.list(Place::Body)?), self.expect(")")?),
            Kind::Reserved("{", _) => (CommandKind::Group(self.list(Place::Body)?), self.expect("}")?),
            Kind::Reserved("if", _) => (CommandKind::If(self.if_branches()?), self.expect("fi")?),
            Kind::Reserved(kind @ ("while" | "until"), _) => {
                let condition = self.list(Place::Body)?;
                self.expect("do")?;
                let body = self.list(Place::Body)?;
                let until = *kind == "until";
                (CommandKind::Loop(Loop { until, condition, body }), self.expect("done")?)
            }
            Kind::Reserved("for", _) => (CommandKind::For(self.for_loop()?), self.expect("done")?),
            Kind::Reserved("case", _) => {
                let (case, end) = self.case()?;
                (CommandKind::Case(case), end)
            }
            _ => return Err(unexpected(&token, None)),
        };
        span = span.to(end);
        let mut redirections = Vec::new();
        let mut token = self.next(false, true)?;
        while let Kind::Redirection(descriptor, operator) = token.kind {
            let redirection = self.redirection(token.span, descriptor, operator)?;
            span = span.to(redirection.span);
            redirections.push(redirection);
            token = self.next(false, false)?;
        }
        self.push(token);
        self.depth -= 1;
        Ok(Command { span, kind, redirections })
    }

    fn if_branches(&mut self) -> Result<If> {
        let mut branches = Vec::new();
        loop {
            let condition = self.list(Place::Body)?;
            self.expect("then")?;
            branches.push(Branch { condition, body: self.list(Place::Body)? });
            let token = self.next(false, false)?;
            if token.is("elif") {
                continue;
            }
            if token.is("else") {
                return Ok(If { branches, otherwise: Some(self.list(Place::Body)?) });
            }
            self.push(token);
            return Ok(If { branches, otherwise: None });
        }
    }

    fn for_loop(&mut self) -> Result<For> {
        let token = self.next(false, false)?;
        let Kind::Word(raw) = token.kind else { return Err(Opaque::new(token.span, Reason::LoopVariable)) };
        if !raw.bare().is_some_and(is_name) {
            return Err(Opaque::new(token.span, Reason::LoopVariable));
        }
        let token = self.next(true, true)?;
        let words = if token.is("in") {
            let mut words = Vec::new();
            loop {
                let token = self.next(false, false)?;
                match token.kind {
                    Kind::Word(raw) => words.push(raw.word),
                    Kind::Newline | Kind::Operator(";") => break,
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
        let token = self.next(true, true)?;
        if !token.is("do") {
            return Err(unexpected(&token, Some("`do`")));
        }
        Ok(For { variable: raw.word, words, body: self.list(Place::Body)? })
    }

    fn case(&mut self) -> Result<(Case, Span)> {
        let token = self.next(false, false)?;
        let Kind::Word(subject) = token.kind else { return Err(unexpected(&token, Some("a word"))) };
        let token = self.next(true, true)?;
        if !token.is("in") {
            return Err(unexpected(&token, Some("`in`")));
        }
        let mut case = Case { subject: subject.word, arms: Vec::new() };
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
                let (Kind::Word(raw) | Kind::Reserved(_, raw)) = token.kind else {
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
            let body = self.list(Place::Optional)?;
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

    fn simple(&mut self, mut span: Span) -> Result<Command> {
        let mut simple = Simple::default();
        let mut redirections = Vec::new();
        loop {
            let token = self.next(false, false)?;
            match token.kind {
                Kind::Word(raw) => {
                    span = span.to(token.span);
                    match raw.assigns {
                        Some(name) if simple.words.is_empty() => {
                            simple.assignments.push(assignment(name, raw.word));
                        }
                        _ => {
                            if simple.words.is_empty() {
                                self.reserved = bash::reserved(&raw).or(self.reserved.take());
                            }
                            simple.words.push(raw.word);
                        }
                    }
                }
                Kind::Redirection(descriptor, operator) => {
                    let redirection = self.redirection(token.span, descriptor, operator)?;
                    span = span.to(redirection.span);
                    redirections.push(redirection);
                }
                Kind::Operator("(")
                    if simple.words.len() == 1
                        && simple.assignments.is_empty()
                        && redirections.is_empty() =>
                {
                    let name = simple.words.remove(0);
                    return self.function(name);
                }
                _ => {
                    self.push(token);
                    return Ok(Command { span, kind: CommandKind::Simple(simple), redirections });
                }
            }
        }
    }

    fn function(&mut self, name: Word) -> Result<Command> {
        self.expect(")")?;
        let good = match &name.pieces[..] {
            [Piece { kind: PieceKind::Literal(text), .. }] => {
                is_name(text) && !SPECIAL_BUILTINS.contains(&text.as_bytes())
            }
            _ => false,
        };
        if !good {
            return Err(Opaque::new(name.span, Reason::FunctionName));
        }
        let body = Box::new(self.command(true)?);
        let span = name.span.to(body.span);
        let kind = CommandKind::Function(Function { name, body });
        Ok(Command { span, kind, redirections: Vec::new() })
    }

    fn redirection(
        &mut self,
        at: Span,
        descriptor: Option<u8>,
        operator: RedirectionOperator,
    ) -> Result<Redirection> {
        let (target, here) = match operator {
            RedirectionOperator::Here | RedirectionOperator::HereStripped => {
                let (tokens, from) = self.input.token(self.pos, true);
                let (rule, at) = tokens[from];
                self.input.forget();
                if !matches!(rule, Rule::word | Rule::begun) {
                    let token = self.take()?;
                    return Err(unexpected(&token, Some("a word")));
                }
                self.pos = at.start;
                let (word, here) = self.here_delimiter(operator == RedirectionOperator::HereStripped)?;
                (word, Some(here))
            }
            _ => {
                let token = self.next(false, false)?;
                let Kind::Word(raw) = token.kind else { return Err(unexpected(&token, Some("a word"))) };
                (raw.word, None)
            }
        };
        Ok(Redirection { span: at.to(target.span), descriptor, operator, target, here })
    }
}

fn is_name(text: &[u8]) -> bool {
    text.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        && text.first().is_some_and(|byte| !byte.is_ascii_digit())
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

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::super::tree::AndOr;
    use super::*;

    fn first(text: &str) -> Command {
        parse(text.as_bytes()).unwrap().commands[0].first.commands[0].clone()
    }

    fn texts(text: &str, spans: impl IntoIterator<Item = Span>) -> Vec<&str> {
        spans.into_iter().map(|span| &text[span.start..span.end]).collect()
    }

    fn list<'t>(text: &'t str, list: &[AndOr]) -> Vec<&'t str> {
        texts(text, list.iter().map(|it| it.span))
    }

    #[test]
    fn a_simple_command_has_assignments_words_and_redirections() {
        let text = " a=1 >f b='2' c d=3 2>&1 # e";
        let command = first(text);
        let CommandKind::Simple(simple) = &command.kind else { panic!() };
        assert_eq!(texts(text, [command.span]), ["a=1 >f b='2' c d=3 2>&1"]);
        assert_eq!(texts(text, simple.assignments.iter().map(|it| it.span)), ["a=1", "b='2'"]);
        assert_eq!(texts(text, simple.assignments.iter().map(|it| it.value.span)), ["1", "'2'"]);
        assert_eq!(texts(text, simple.words.iter().map(|it| it.span)), ["c", "d=3"]);
        assert_eq!(texts(text, command.redirections.iter().map(|it| it.span)), [">f", "2>&1"]);
        assert_eq!(texts(text, parse(text.as_bytes()).unwrap().comments), ["# e"]);
    }

    #[test]
    fn every_redirection_is_known() {
        use RedirectionOperator as R;
        for (text, descriptor, operator) in [
            ("<f", None, R::Input),
            ("1>f", Some(1), R::Output),
            (">>f", None, R::Append),
            (">|f", None, R::Clobber),
            ("3<> f", Some(3), R::ReadWrite),
            ("<&3", None, R::DuplicateInput),
            ("2>\\\n&-", Some(2), R::DuplicateOutput),
            ("<<E", None, R::Here),
            ("0<<-E", Some(0), R::HereStripped),
        ] {
            let command = first(&format!("a {text} b"));
            let it = &command.redirections[0];
            assert_eq!(
                (it.descriptor, it.operator, it.span),
                (descriptor, operator, Span::new(2, 2 + text.len()))
            );
        }
    }

    #[test]
    fn lists_and_pipelines_keep_their_operators() {
        let text = "a && ! b | c || d & e\nf";
        let script = parse(text.as_bytes()).unwrap();
        assert_eq!(list(text, &script.commands), ["a && ! b | c || d &", "e", "f"]);
        let it = &script.commands[0];
        assert_eq!(
            texts(text, it.rest.iter().flat_map(|it| [it.at, it.pipeline.span])),
            ["&&", "! b | c", "||", "d"]
        );
        assert_eq!(texts(text, it.rest[0].pipeline.negation), ["!"]);
        assert_eq!(texts(text, it.background), ["&"]);
    }

    #[test]
    fn compound_commands_hold_lists() {
        let text = "if a; then b; c; elif d\nthen e; else f; fi >g";
        let command = first(text);
        let CommandKind::If(it) = &command.kind else { panic!() };
        assert_eq!(texts(text, [command.span, command.redirections[0].span]), [text, ">g"]);
        assert_eq!(list(text, &it.branches[0].condition), ["a"]);
        assert_eq!(list(text, &it.branches[0].body), ["b", "c"]);
        assert_eq!(list(text, &it.branches[1].body), ["e"]);
        assert_eq!(list(text, it.otherwise.as_ref().unwrap()), ["f"]);

        let CommandKind::Loop(it) = first("until a; do b; done").kind else { panic!() };
        assert!(it.until && it.condition.len() == 1 && it.body.len() == 1);
        assert!(matches!(first("{ a; }").kind, CommandKind::Group(list) if list.len() == 1));
        assert!(matches!(first("(a; b)").kind, CommandKind::Subshell(list) if list.len() == 2));
    }

    #[test]
    fn loops_over_words_and_cases_keep_their_words() {
        let text = "for i in a do $b\ndo c; done";
        let CommandKind::For(it) = first(text).kind else { panic!() };
        assert_eq!(texts(text, it.words.unwrap().iter().map(|it| it.span)), ["a", "do", "$b"]);
        assert!(matches!(first("for i do a; done").kind, CommandKind::For(For { words: None, .. })));

        let text = "case $x in a|'b') c;; (if) ;; d*) e; esac";
        let CommandKind::Case(it) = first(text).kind else { panic!() };
        assert_eq!(texts(text, it.arms.iter().map(|arm| arm.span)), ["a|'b') c;;", "(if) ;;", "d*) e"]);
        assert_eq!(texts(text, it.arms[0].patterns.iter().map(|it| it.span)), ["a", "'b'"]);
    }

    #[test]
    fn a_function_has_a_name_and_any_command() {
        let text = "f () # c\n { a; } >b";
        let command = first(text);
        let CommandKind::Function(it) = &command.kind else { panic!() };
        assert_eq!(texts(text, [it.name.span, it.body.span]), ["f", "{ a; } >b"]);
        for bad in ["exit() a", "1() a", "'f'() a"] {
            assert_eq!(parse(bad.as_bytes()).unwrap_err().reason, Reason::FunctionName, "{bad}");
        }
    }

    #[test]
    fn reserved_words_are_such_only_where_a_command_begins() {
        for text in [
            "a if fi",
            "a=1 if",
            "'if' b",
            "{ a; }",
            "{ { a; } }",
            "i\\\nf a; then b; fi",
            "if a; then (b) fi",
        ] {
            assert!(parse(text.as_bytes()).is_ok(), "{text}");
        }
        for (text, place, sentence) in [
            ("a; fi", "fi", "`fi` cannot stand here"),
            ("if a; fi", "fi", "`fi` cannot stand here, where `then` has to"),
            ("if a; then (b) >f fi", "fi", "a word cannot stand here, where `fi` has to"),
            ("{ a }", "", "the end of the script cannot stand here, where `}` has to"),
            ("a ;; b", ";;", "`;;` cannot stand here"),
            ("a >\nb", "\n", "the end of the line cannot stand here, where a word has to"),
            ("for 1 in a; do b; done", "1", "`for` needs the name of a variable"),
            ("a 'b", "'b", "this quote is never closed"),
        ] {
            let opaque = parse(text.as_bytes()).unwrap_err();
            assert_eq!(opaque.to_string(), sentence, "{text}");
            assert!(text[opaque.span.start..].starts_with(place), "{text}: {:?}", opaque.span);
        }
    }
}
