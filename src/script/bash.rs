//! What bash reads otherwise than dash does. The tree shows what dash does; a remark stands beside it.

use super::error::{Reason, SyntaxError};
use super::remark::{Bashism, Remark};
use super::tree::{
    AndOr, CommandKind, Operation, Piece, PieceKind, Redirection, RedirectionOperator, Script, ShellCommand, Word,
};
use super::walk::{Context, Visitor, walk};
use crate::text::Span;

/// Words that begin commands of their own kind in bash.
const RESERVED: [(&[u8], Bashism); 4] = [
    (b"[[", Bashism::DoubleBracket),
    (b"coproc", Bashism::Coprocess),
    (b"function", Bashism::FunctionKeyword),
    (b"select", Bashism::Select),
];

/// The remark on a command's first word.
pub(super) fn reserved(word: &Word) -> Option<Remark> {
    let pieces_plain = word.pieces.iter().all(|piece| matches!(piece.kind, PieceKind::Literal(_)));
    let text = word.literal().filter(|_| pieces_plain)?;
    let (_, kind) = RESERVED.iter().find(|(name, _)| text == *name)?;
    Some(Remark { span: word.span, kind: *kind })
}

/// What bash would have made of the place where dash found an error.
pub(super) fn at(text: &[u8], error: &SyntaxError) -> Option<Remark> {
    use Bashism::{
        ArithmeticFor, Array, ExtendedGlob, FallThrough, FunctionName, HereString, NegatedInPipeline, PipeBoth,
        ProcessSubstitution,
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
    let (before, after) = text.split_at_checked(error.span.start)?;
    if error.reason == Reason::FunctionName {
        return Some(Remark { span: error.span, kind: FunctionName });
    }
    let (head, tail, kind) = AROUND.iter().find(|(head, tail, _)| before.ends_with(head) && after.starts_with(tail))?;
    let span = Span::new(error.span.start - head.len(), error.span.start + tail.len());
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

    fn redirections(&mut self, command: &ShellCommand) {
        let words = command.simple().map_or(&[][..], |simple| &simple.words);
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
            if *operator == RedirectionOperator::DuplicateOutput && descriptor.is_none() && !descriptor_follows {
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

    fn command(&mut self, command: &ShellCommand, _: Context) {
        self.redirections(command);
        let start = command.span.start;
        match &command.kind {
            CommandKind::Subshell(_) if command.span.of(self.text).starts_with(b"((") => {
                self.add(Span::new(start, start + 2), Bashism::ArithmeticCommand);
            }
            CommandKind::Simple(simple) => {
                let Some(first) = simple.words.first() else { return };
                self.remarks.extend(reserved(first));
                let text = first.span.of(self.text);
                let name = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
                let behind = &text[name..];
                if name > 0 && behind.starts_with(b"+=") {
                    self.add(first.span, Bashism::AppendAssignment);
                } else if name > 0 && behind.starts_with(b"[") && behind.windows(2).any(|pair| pair == b"]=") {
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
    let mark = |open: &mut Vec<(usize, bool)>| open.last_mut().into_iter().for_each(|(_, parts)| *parts = true);
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
