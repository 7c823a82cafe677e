//! What a script is made of. Every node has its span in the original text, and nobody prints a tree:
//! who wants a node's text slices the original.

use bstr::BString;

use super::remark::Remark;
use crate::text::Span;

/// A script as dash reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The commands, in order.
    pub commands: Vec<AndOr>,
    /// The bodies of all here-documents, in the order in which dash comes upon them.
    pub here_documents: Vec<HereDocument>,
    /// All comments, from `#` on.
    pub comments: Vec<Span>,
    /// What bash would have read otherwise.
    pub remarks: Vec<Remark>,
}

/// Pipelines joined with `&&` and `||`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AndOr {
    /// From the first pipeline to the last, or to the `&` behind it.
    pub span: Span,
    /// The first pipeline.
    pub first: Pipeline,
    /// What follows it, in order.
    pub rest: Vec<Link>,
    /// The `&` that sends it to the background.
    pub background: Option<Span>,
}

impl AndOr {
    /// Its pipelines, in order.
    pub(crate) fn pipelines(&self) -> impl DoubleEndedIterator<Item = &Pipeline> {
        std::iter::once(&self.first).chain(self.rest.iter().map(|link| &link.pipeline))
    }

    /// The command that it is, where it is nothing else: no list, no pipeline, no `!`, no `&`.
    pub fn command(&self) -> Option<&ShellCommand> {
        if self.rest.is_empty() && self.background.is_none() { self.first.command() } else { None }
    }
}

/// An operator, and the pipeline behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The operator.
    pub operator: AndOrOperator,
    /// Where the operator stands.
    pub at: Span,
    /// What runs if the operator lets it.
    pub pipeline: Pipeline,
}

/// What joins pipelines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AndOrOperator {
    /// `&&`
    And,
    /// `||`
    Or,
}

/// Commands joined with `|`; most often a single one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// From the `!`, if there is one, to the last command.
    pub span: Span,
    /// The `!` in front.
    pub negation: Option<Span>,
    /// At least one command.
    pub commands: Vec<ShellCommand>,
}

impl Pipeline {
    /// The command that it is, where it is nothing else.
    pub fn command(&self) -> Option<&ShellCommand> {
        match self.commands.as_slice() {
            [command] if self.negation.is_none() => Some(command),
            _ => None,
        }
    }
}

/// A command of any kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellCommand {
    /// From its first word to its last, redirections included; bodies of here-documents stand behind it.
    pub span: Span,
    /// What it is.
    pub kind: CommandKind,
    /// Its redirections, in order.
    pub redirections: Vec<Redirection>,
}

impl ShellCommand {
    /// Its assignments and words, if it is a simple one.
    pub fn simple(&self) -> Option<&Simple> {
        if let CommandKind::Simple(simple) = &self.kind { Some(simple) } else { None }
    }
}

/// The kinds of commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandKind {
    /// Assignments and words.
    Simple(Simple),
    /// `{ …; }`
    Group(Vec<AndOr>),
    /// `( … )`
    Subshell(Vec<AndOr>),
    /// `if`
    If(If),
    /// `while` and `until`
    Loop(Loop),
    /// `for`
    For(For),
    /// `case`
    Case(Case),
    /// A definition of a function.
    Function(Function),
}

/// A simple command; its redirections are the [`ShellCommand`]'s.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Simple {
    /// The assignments in front, in order.
    pub assignments: Vec<Assignment>,
    /// The command's name and its arguments.
    pub words: Vec<Word>,
}

impl Simple {
    /// Whether `exec` stands in front of the program, and the words of that.
    pub fn program(&self) -> (bool, &[Word]) {
        match self.words.split_first() {
            Some((first, rest)) if first.is("exec") => (true, rest),
            _ => (false, &self.words),
        }
    }
}

/// `NAME=value` in front of a command, or alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// All of it.
    pub span: Span,
    /// The variable.
    pub name: BString,
    /// What follows the `=`, which may be nothing.
    pub value: Word,
}

/// `if … then … elif … then … else … fi`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct If {
    /// `if` and every `elif`, in order.
    pub branches: Vec<Branch>,
    /// What stands behind `else`.
    pub otherwise: Option<Vec<AndOr>>,
}

/// A condition, and what runs if it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The condition.
    pub condition: Vec<AndOr>,
    /// What stands behind `then`.
    pub body: Vec<AndOr>,
}

/// `while … do … done`, or the same with `until`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loop {
    /// Whether it is `until`.
    pub until: bool,
    /// The condition.
    pub condition: Vec<AndOr>,
    /// What stands behind `do`.
    pub body: Vec<AndOr>,
}

/// `for NAME in … do … done`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct For {
    /// The variable.
    pub variable: Word,
    /// The words behind `in`; without `in`, it runs over the positional parameters.
    pub words: Option<Vec<Word>>,
    /// What stands behind `do`.
    pub body: Vec<AndOr>,
}

/// `case … in … esac`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What is compared.
    pub subject: Word,
    /// The arms, in order.
    pub arms: Vec<Arm>,
}

/// An arm of `case`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arm {
    /// From its first pattern, or the `(` before it, to `;;` or the last command.
    pub span: Span,
    /// The patterns, at least one.
    pub patterns: Vec<Word>,
    /// What runs if one of them matches, which may be nothing.
    pub body: Vec<AndOr>,
}

/// `NAME() …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// The name.
    pub name: Word,
    /// The command that it stands for.
    pub body: Box<ShellCommand>,
}

/// A redirection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirection {
    /// From the file descriptor or the operator to the end of the word.
    pub span: Span,
    /// The file descriptor in front of the operator.
    pub descriptor: Option<u8>,
    /// The operator.
    pub operator: RedirectionOperator,
    /// The word behind it; of a here-document the delimiter.
    pub target: Word,
    /// Which of [`Script::here_documents`] it brings.
    pub here: Option<usize>,
}

/// What a redirection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectionOperator {
    /// `<`
    Input,
    /// `>`
    Output,
    /// `>>`
    Append,
    /// `>|`
    Clobber,
    /// `<>`
    ReadWrite,
    /// `<&`
    DuplicateInput,
    /// `>&`
    DuplicateOutput,
    /// `<<`
    Here,
    /// `<<-`
    HereStripped,
}

/// The body of a here-document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HereDocument {
    /// The lines, without the delimiter's; empty and at the operator's place if no line followed.
    pub span: Span,
    /// The delimiter after quote removal.
    pub delimiter: BString,
    /// Whether any of the delimiter was quoted: then nothing in the body is expanded.
    pub quoted: bool,
    /// The body, leading tabs left out where the operator is `<<-`.
    pub pieces: Vec<Piece>,
    /// The line with the delimiter, if one was found; dash takes all that is left otherwise.
    pub end: Option<Span>,
}

/// A word, as it stands there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// All of it, quotes included.
    pub span: Span,
    /// Its pieces, in order. Escaped newlines may stand between them.
    pub pieces: Vec<Piece>,
}

impl Word {
    /// The string that the word is, quotes removed; none where it has to be expanded first.
    pub fn literal(&self) -> Option<BString> {
        literal(&self.pieces)
    }

    /// The word, if no part of it is quoted or expanded.
    pub(super) fn bare(&self) -> Option<&[u8]> {
        match &self.pieces[..] {
            [Piece { kind: PieceKind::Literal(text), .. }] => Some(text),
            _ => None,
        }
    }

    /// Whether it is that string, quotes removed.
    pub fn is(&self, text: &str) -> bool {
        self.literal().is_some_and(|word| word == text)
    }
}

/// The string that the pieces make, quotes removed; none where one of them has to be expanded first.
pub fn literal(pieces: &[Piece]) -> Option<BString> {
    let mut value = BString::default();
    for piece in pieces {
        match &piece.kind {
            PieceKind::DoubleQuoted(inner) => value.extend_from_slice(&literal(inner)?),
            kind => value.extend_from_slice(kind.text()?),
        }
    }
    Some(value)
}

/// A piece of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// All of it, quotes included.
    pub span: Span,
    /// What it is.
    pub kind: PieceKind,
}

/// The kinds of pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// Bytes that stand for themselves.
    Literal(BString),
    /// A backslash and the byte that it makes literal.
    Escaped(BString),
    /// What stands between single quotes.
    SingleQuoted(BString),
    /// What stands between double quotes.
    DoubleQuoted(Vec<Piece>),
    /// `*`, `?`, or a `[` that a `]` follows: a pattern of file names, or in `case` of strings.
    Glob(u8),
    /// `~` or `~user`, where the shell looks for it. In arguments of the form `NAME=~`, which only
    /// some commands expand, it is one as well.
    Tilde,
    /// `$NAME`, `${NAME…}` and the special parameters.
    Parameter(Parameter),
    /// `$(…)` and `` `…` ``
    Command(Substitution),
    /// `$((…))`
    Arithmetic(Vec<Piece>),
}

impl PieceKind {
    /// The bytes that it stands for, however they are quoted, where nothing has to be expanded.
    pub fn text(&self) -> Option<&BString> {
        match self {
            PieceKind::Literal(text) | PieceKind::Escaped(text) | PieceKind::SingleQuoted(text) => Some(text),
            _ => None,
        }
    }
}

/// An expansion of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The name, number or special sign; empty in `${}` and its like, which fail when they are expanded.
    pub name: BString,
    /// What is done with the value.
    pub operation: Operation,
    /// The word behind the operator.
    pub word: Vec<Piece>,
}

/// What an expansion does with the parameter's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `$NAME` or `${NAME}`
    Value,
    /// `${#NAME}`
    Length,
    /// `-`, `=`, `?` or `+`, and whether a colon stands before it.
    Test(TestOperator, bool),
    /// `%`
    ShortestSuffix,
    /// `%%`
    LongestSuffix,
    /// `#`
    ShortestPrefix,
    /// `##`
    LongestPrefix,
    /// Anything else: dash reads it, and fails with "Bad substitution" when it is expanded.
    Bad,
}

/// What to do where a parameter is unset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestOperator {
    /// `-`: take the word.
    Default,
    /// `=`: take the word, and keep it.
    Assign,
    /// `?`: fail.
    Fail,
    /// `+`: the other way around: take the word where it is set.
    Alternative,
}

/// A substitution of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substitution {
    /// Whether it is written with backquotes.
    pub backquoted: bool,
    /// Whether what runs is not what stands there, since backquotes take escapes off.
    pub escaped: bool,
    /// The commands.
    pub commands: Vec<AndOr>,
}
