//! What bash reads otherwise than dash does. The tree shows what dash does; a remark stands beside it.

use super::tree::{
    AndOr, Command, CommandKind, Operation, Piece, PieceKind, Redirection, RedirectionOperator, Script, Word,
};
use super::walk::{Context, Visitor, walk};
use super::word::RawWord;
use super::{Opaque, Reason};
use crate::text::Span;

/// A place that bash reads otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What bash would take for something else.
    pub span: Span,
    /// For what.
    pub kind: Bashism,
}

/// Syntax that is bash's alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Bashism {
    AnsiQuote,
    AppendAssignment,
    ArithmeticCommand,
    ArithmeticFor,
    Array,
    ArrayElement,
    BackquoteRest,
    BraceExpansion,
    Coprocess,
    DoubleBracket,
    DoubleEquals,
    ExtendedGlob,
    FallThrough,
    FunctionKeyword,
    FunctionName,
    HereString,
    LocaleQuote,
    LongDescriptor,
    NamedDescriptor,
    NegatedInPipeline,
    OldArithmetic,
    ParameterExpansion,
    PipeBoth,
    ProcessSubstitution,
    RedirectBoth,
    Select,
}

/// Each of them: what it is to bash, and what dash makes of it.
const BASHISMS: [(Bashism, &str); 26] = [
    (Bashism::AnsiQuote, "`$'…'` resolves escapes in bash; to dash it is `$` and a quoted string"),
    (Bashism::AppendAssignment, "`+=` appends in bash; dash takes the word for a command"),
    (Bashism::ArithmeticCommand, "`((…))` is arithmetic in bash; to dash it is a subshell in a subshell"),
    (Bashism::ArithmeticFor, "`for ((…))` counts in bash; dash refuses it"),
    (Bashism::Array, "`NAME=(…)` is an array in bash; dash refuses it"),
    (Bashism::ArrayElement, "`NAME[…]=` sets an element in bash; dash takes the word for a command"),
    (Bashism::BackquoteRest, "dash ignores the rest of what stands in the backquotes; bash refuses it"),
    (
        Bashism::BraceExpansion,
        "braces with commas or `..` become several words in bash; dash leaves them as they are",
    ),
    (Bashism::Coprocess, "`coproc` starts a coprocess in bash; to dash it is a command's name"),
    (Bashism::DoubleBracket, "`[[` is a test of bash; to dash it is a command's name"),
    (Bashism::DoubleEquals, "`==` compares in bash; dash's `[` knows only `=`"),
    (Bashism::ExtendedGlob, "a pattern list in parentheses is an extended pattern in bash; dash refuses it"),
    (Bashism::FallThrough, "`;&` and `;;&` let an arm of `case` go on in bash; dash refuses them"),
    (Bashism::FunctionKeyword, "`function` defines a function in bash; to dash it is a command's name"),
    (Bashism::FunctionName, "bash takes nearly any name for a function; dash only names of variables"),
    (Bashism::HereString, "`<<<` gives a string as input in bash; dash refuses it"),
    (Bashism::LocaleQuote, "`$\"…\"` is translated by bash; to dash it is `$` and a quoted string"),
    (
        Bashism::LongDescriptor,
        "bash takes all digits for the file descriptor; dash takes just one, and several for a word",
    ),
    (
        Bashism::NamedDescriptor,
        "`{NAME}` before a redirection is a file descriptor in bash; to dash it is a word",
    ),
    (Bashism::NegatedInPipeline, "bash lets `!` stand behind `!` or `|`; dash refuses it"),
    (Bashism::OldArithmetic, "`$[…]` is arithmetic in bash; to dash it is text"),
    (Bashism::ParameterExpansion, "bash knows this expansion; dash fails with \"Bad substitution\""),
    (Bashism::PipeBoth, "`|&` pipes both outputs in bash; dash refuses it"),
    (Bashism::ProcessSubstitution, "`<(…)` and `>(…)` are files of commands in bash; dash refuses them"),
    (
        Bashism::RedirectBoth,
        "bash redirects both outputs; dash does not: `&>` is `&` and `>`, and `>&` needs a file descriptor",
    ),
    (Bashism::Select, "`select` is a menu in bash; to dash it is a command's name"),
];

impl Bashism {
    /// What it is to bash, and what dash makes of it.
    pub fn explanation(self) -> &'static str {
        BASHISMS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, text)| text)
    }
}

/// Words that begin commands of their own kind in bash.
const RESERVED: [(&[u8], Bashism); 4] = [
    (b"[[", Bashism::DoubleBracket),
    (b"coproc", Bashism::Coprocess),
    (b"function", Bashism::FunctionKeyword),
    (b"select", Bashism::Select),
];

/// The remark on a command's first word.
pub(super) fn reserved(raw: &RawWord) -> Option<Remark> {
    reserved_word(&raw.word)
}

fn reserved_word(word: &Word) -> Option<Remark> {
    let pieces_plain = word.pieces.iter().all(|piece| matches!(piece.kind, PieceKind::Literal(_)));
    let text = word.literal().filter(|_| pieces_plain)?;
    let (_, kind) = RESERVED.iter().find(|(name, _)| text == *name)?;
    Some(Remark { span: word.span, kind: *kind })
}

/// What bash would have made of the place where dash found an error.
pub(super) fn at(text: &[u8], opaque: &Opaque) -> Option<Remark> {
    use Bashism::{
        ArithmeticFor, Array, ExtendedGlob, FallThrough, FunctionName, HereString, NegatedInPipeline,
        PipeBoth, ProcessSubstitution,
    };
    const AROUND: [(&[u8], &[u8], Bashism); 14] = [
        (b"<", b"(", ProcessSubstitution),
        (b">", b"(", ProcessSubstitution),
        (b"=", b"(", Array),
        (b"<<", b"<", HereString),
        (b"|", b"&", PipeBoth),
        (b";", b"&", FallThrough),
        (b"@", b"(", ExtendedGlob),
        (b"?", b"(", ExtendedGlob),
        (b"*", b"(", ExtendedGlob),
        (b"+", b"(", ExtendedGlob),
        (b"!", b"(", ExtendedGlob),
        (b"for ", b"((", ArithmeticFor),
        (b"! ", b"!", NegatedInPipeline),
        (b"| ", b"!", NegatedInPipeline),
    ];
    let (before, after) = text.split_at_checked(opaque.span.start)?;
    if opaque.reason == Reason::FunctionName {
        return Some(Remark { span: opaque.span, kind: FunctionName });
    }
    let (head, tail, kind) =
        AROUND.iter().find(|(head, tail, _)| before.ends_with(head) && after.starts_with(tail))?;
    let span = Span::new(opaque.span.start - head.len(), opaque.span.start + tail.len());
    Some(Remark { span, kind: *kind })
}

/// The remarks on a script that dash accepts.
pub(super) fn remarks(text: &[u8], script: &Script) -> Vec<Remark> {
    let mut finder = Finder { text, remarks: Vec::new() };
    walk(script, &mut finder);
    finder.remarks
}

struct Finder<'t> {
    text: &'t [u8],
    remarks: Vec<Remark>,
}

impl Finder<'_> {
    fn add(&mut self, span: Span, kind: Bashism) {
        self.remarks.push(Remark { span, kind });
    }

    fn redirections(&mut self, command: &Command) {
        let words = match &command.kind {
            CommandKind::Simple(simple) => &simple.words[..],
            _ => &[],
        };
        for Redirection { span, descriptor, operator, target, .. } in &command.redirections {
            let touching = words.binary_search_by_key(&span.start, |word| word.span.end);
            let touching = touching.map(|index| (words[index].span, words[index].span.of(self.text)));
            if let Ok((word, text)) = touching {
                if text.len() > 1 && text.iter().all(u8::is_ascii_digit) {
                    self.add(word.to(*span), Bashism::LongDescriptor);
                } else if text.len() > 2 && text.starts_with(b"{") && text.ends_with(b"}") {
                    self.add(word.to(*span), Bashism::NamedDescriptor);
                }
            }
            let descriptor_follows = target.literal().is_none_or(|text| {
                text == "-" || text.strip_suffix(b"-").unwrap_or(&text).iter().all(u8::is_ascii_digit)
            });
            if *operator == RedirectionOperator::DuplicateOutput
                && descriptor.is_none()
                && !descriptor_follows
            {
                self.add(*span, Bashism::RedirectBoth);
            }
        }
    }
}

impl Visitor for Finder<'_> {
    fn list(&mut self, list: &[AndOr], _: Context) {
        for pair in list.windows(2) {
            let (Some(background), next) = (pair[0].background, pair[1].span) else { continue };
            let touches = background.end == next.start;
            if touches && next.of(self.text).starts_with(b">") && !next.of(self.text).starts_with(b">&") {
                self.add(Span::new(background.start, next.start + 1), Bashism::RedirectBoth);
            }
        }
    }

    fn command(&mut self, command: &Command, _: Context) {
        self.redirections(command);
        let start = command.span.start;
        match &command.kind {
            CommandKind::Subshell(_) if command.span.of(self.text).starts_with(b"((") => {
                self.add(Span::new(start, start + 2), Bashism::ArithmeticCommand);
            }
            CommandKind::Simple(simple) => {
                let Some(first) = simple.words.first() else { return };
                self.remarks.extend(reserved_word(first));
                let text = first.span.of(self.text);
                let name =
                    text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
                let behind = &text[name..];
                if name > 0 && behind.starts_with(b"+=") {
                    self.add(first.span, Bashism::AppendAssignment);
                } else if name > 0 && behind.starts_with(b"[") && behind.windows(2).any(|pair| pair == b"]=")
                {
                    self.add(first.span, Bashism::ArrayElement);
                }
                if matches!(text, b"[" | b"test") {
                    for word in simple.words.iter().filter(|word| word.span.of(self.text) == b"==") {
                        self.add(word.span, Bashism::DoubleEquals);
                    }
                }
            }
            _ => {}
        }
    }

    fn word(&mut self, word: &Word, _: Context) {
        for pair in word.pieces.windows(2) {
            let PieceKind::Literal(text) = &pair[0].kind else { continue };
            if !text.ends_with(b"$") || pair[0].span.end != pair[1].span.start {
                continue;
            }
            let span = Span::new(pair[0].span.end - 1, pair[1].span.end);
            match &pair[1].kind {
                PieceKind::SingleQuoted(_) => self.add(span, Bashism::AnsiQuote),
                PieceKind::DoubleQuoted(_) => self.add(span, Bashism::LocaleQuote),
                PieceKind::Glob(b'[') => self.add(span, Bashism::OldArithmetic),
                PieceKind::Literal(text) if text.starts_with(b"[") => self.add(span, Bashism::OldArithmetic),
                _ => {}
            }
        }
        if let Some(span) = braces(word) {
            self.add(span, Bashism::BraceExpansion);
        }
    }

    fn piece(&mut self, piece: &Piece, _: Context) {
        if let PieceKind::Parameter(parameter) = &piece.kind
            && parameter.operation == Operation::Bad
        {
            self.add(piece.span, Bashism::ParameterExpansion);
        }
    }
}

/// The first pair of unquoted braces with an unquoted `,` or `..` between them.
fn braces(word: &Word) -> Option<Span> {
    let mut open: Vec<(usize, bool)> = Vec::new();
    let mark =
        |open: &mut Vec<(usize, bool)>| open.last_mut().into_iter().for_each(|(_, parts)| *parts = true);
    for piece in &word.pieces {
        let PieceKind::Literal(text) = &piece.kind else { continue };
        // Escaped newlines are left out of the text, so places in it are only about right behind one.
        for (index, byte) in text.iter().enumerate() {
            let at = (piece.span.start + index).min(piece.span.end - 1);
            match byte {
                b'{' => open.push((at, false)),
                b',' => mark(&mut open),
                b'.' if text.get(index + 1) == Some(&b'.') => mark(&mut open),
                b'}' => {
                    if let Some((start, true)) = open.pop() {
                        return Some(Span::new(start, at + 1));
                    }
                }
                _ => {}
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn what_dash_reads_otherwise_is_remarked_on() {
        use Bashism as B;
        for (script, text, kind) in [
            ("a $'\\n'", "$'\\n'", B::AnsiQuote),
            ("a $\"b\"", "$\"b\"", B::LocaleQuote),
            ("a+=b", "a+=b", B::AppendAssignment),
            ("((a++))", "((", B::ArithmeticCommand),
            ("a[0]=b", "a[0]=b", B::ArrayElement),
            ("a `b) c`", ")", B::BackquoteRest),
            ("a x{b,c}", "{b,c}", B::BraceExpansion),
            ("a {1..3}", "{1..3}", B::BraceExpansion),
            ("coproc a", "coproc", B::Coprocess),
            ("if [[ a ]]; then b; fi", "[[", B::DoubleBracket),
            ("[ a == b ]", "==", B::DoubleEquals),
            ("a 10>b", "10>b", B::LongDescriptor),
            ("a {x}>b", "{x}>b", B::NamedDescriptor),
            ("a $[1]", "$[", B::OldArithmetic),
            ("a \"${b//c}\"", "${b//c}", B::ParameterExpansion),
            ("a &>b", "&>", B::RedirectBoth),
            ("a >&b", ">&b", B::RedirectBoth),
        ] {
            let remarks = parse(script.as_bytes()).unwrap().remarks;
            let found: Vec<_> =
                remarks.iter().map(|it| (&script[it.span.start..it.span.end], it.kind)).collect();
            assert_eq!(found, [(text, kind)], "{script}");
        }
    }

    #[test]
    fn what_dash_refuses_is_told_apart_from_errors() {
        use Bashism as B;
        for (script, text, kind) in [
            ("for ((;;)); do a; done", "for ((", B::ArithmeticFor),
            ("a=(b c)", "=(", B::Array),
            ("[[ a = @(b|c) ]]", "@(", B::ExtendedGlob),
            ("case a in b) c;& esac", ";&", B::FallThrough),
            ("function f { a; }", "function", B::FunctionKeyword),
            ("function f() { a; }", "function", B::FunctionKeyword),
            ("a-b() { c; }", "a-b", B::FunctionName),
            ("a <<<b", "<<<", B::HereString),
            ("a | ! b", "| !", B::NegatedInPipeline),
            ("a |& b", "|&", B::PipeBoth),
            ("a <(b)", "<(", B::ProcessSubstitution),
            ("select a in b; do c; done", "select", B::Select),
            ("[[ a =~ (b) ]]", "[[", B::DoubleBracket),
        ] {
            let remark = parse(script.as_bytes()).unwrap_err().remark.unwrap();
            assert_eq!((&script[remark.span.start..remark.span.end], remark.kind), (text, kind), "{script}");
        }
        assert_eq!(parse(b"if a; fi").unwrap_err().remark, None);
    }

    #[test]
    fn what_both_read_alike_needs_no_remark() {
        for script in [
            "local a=b; source c; echo -e d",
            "a '$[1]' \"{b,c}\" {d} {}",
            "a 2>&1 >&2 3>&- &",
            "a & >b",
            "(a); ( (b) )",
        ] {
            assert_eq!(parse(script.as_bytes()).unwrap().remarks, [], "{script}");
        }
    }

    #[test]
    fn every_kind_has_its_explanation() {
        let explained =
            |(kind, text): &(Bashism, &'static str)| kind.explanation() == *text && !text.is_empty();
        assert!(BASHISMS.iter().all(explained) && BASHISMS.is_sorted_by_key(|(kind, _)| *kind));
    }
}
