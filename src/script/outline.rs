//! Which commands and variables occur in a script, without regard to what surrounds them.

use std::collections::BTreeSet;

use bstr::{BStr, BString, ByteSlice as _};

use super::name::{base_name, is_name};
use super::remark::{Bashism, Remark};
use super::tree::{AndOr, CommandKind, Parameter, Piece, PieceKind, Script, ShellCommand, Word};
use super::walk::{Context, Visitor, walk};
use crate::text::Span;

/// What occurs in a script. Of what stands in double quotes only the variables count.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// Simple commands with their words, quotes taken away and expansions as they are written.
    pub commands: Vec<Vec<BString>>,
    /// Variables that are read.
    pub variables: BTreeSet<BString>,
    /// Variables that are set, and functions that are defined.
    pub assigned: BTreeSet<BString>,
    /// Whether there is a pipeline.
    pub pipes: bool,
    /// Whether commands stand in a list like `a && b` or `a; b`.
    pub lists: bool,
    /// Whether something is put into the background.
    pub backgrounds: bool,
    /// Whether there is a `while` or an `until`.
    pub loops: bool,
    /// How many of the commands stand in compound ones, or before the last of those.
    behind: usize,
}

impl Outline {
    /// The outline of a command that no shell sees.
    pub(crate) fn of_words(words: impl IntoIterator<Item = BString>) -> Outline {
        let words: Vec<BString> = words.into_iter().collect();
        let commands = if words.is_empty() { Vec::new() } else { vec![words] };
        Outline { commands, ..Outline::default() }
    }

    pub(super) fn of(text: &[u8], script: &Script) -> Outline {
        let mut reader = Reader { text, remarks: &script.remarks, compound: 0, outline: Outline::default() };
        walk(script, &mut reader);
        reader.outline
    }

    /// What may occur in a script that cannot be read: the shell runs it up to there. Each variable counts that is
    /// named, and as set only what stands where an assignment may.
    pub(super) fn of_unreadable(text: &[u8]) -> Outline {
        const RESERVED: [&str; 13] =
            ["if", "then", "elif", "else", "fi", "while", "until", "do", "done", "esac", "!", "{", "}"];
        let alone = |byte, others: &[&str]| {
            let taken_out = others.iter().fold(text.to_vec(), |text, other| text.replace(other, ""));
            taken_out.contains(&byte)
        };
        let mut outline = Outline {
            pipes: alone(b'|', &["||"]),
            lists: [";", "&&", "||"].iter().any(|operator| text.contains_str(operator)),
            backgrounds: alone(b'&', &["&&", ">&", "<&", "&>"]),
            ..Outline::default()
        };
        for place in text.split_str("$").skip(1) {
            let name = place.trim_start_with(|c| c == '{' || c == '#');
            let end = name.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
            let name = &name[..end.unwrap_or(name.len())];
            outline.variables.extend(is_name(name).then(|| name.into()));
        }
        for command in text.split(|byte| b"\n;&|()`".contains(byte)) {
            let words = command.fields_with(char::is_whitespace).take_while(|word| !word.starts_with(b"#")).skip_while(
                |word| {
                    outline.loops |= matches!(*word, b"while" | b"until");
                    let name = word.split_once_str("=").map(|(name, _)| name).filter(|name| is_name(name));
                    outline.assigned.extend(name.map(BString::from));
                    name.is_some() || RESERVED.iter().any(|reserved| reserved.as_bytes() == *word)
                },
            );
            let words: Vec<BString> = words.map(|word| word.replace("\"", "").replace("'", "").into()).collect();
            if !words.is_empty() {
                outline.simple(words);
            }
        }
        outline
    }

    fn simple(&mut self, words: Vec<BString>) {
        match words[0].as_slice() {
            b"for" | b"read" => self.assigned.extend(words[1..].iter().cloned()),
            b"export" | b"local" | b"readonly" => {
                let names = words[1..].iter().filter_map(|word| word.split_once_str("="));
                let names = names.map(|(name, _)| name).filter(|name| is_name(name));
                self.assigned.extend(names.map(BString::from));
            }
            _ => {}
        }
        self.commands.push(words);
    }

    /// The commands of that program, by its bare name or with a path in front, without `exec`.
    pub fn calls<'s>(&'s self, program: &'s str) -> impl Iterator<Item = &'s [BString]> {
        self.commands.iter().filter_map(move |words| {
            let words = if words[0] == "exec" { &words[1..] } else { &words[..] };
            let name = base_name(words.first()?);
            (name == program.as_bytes() && !self.assigned.contains(name.as_bstr())).then_some(words)
        })
    }

    /// The commands behind the last compound one.
    pub fn tail(&self) -> &[Vec<BString>] {
        self.commands.get(self.behind..).unwrap_or_default()
    }

    /// Whether a variable is read that the script itself never sets.
    pub fn needs(&self, variable: &str) -> bool {
        let name = BStr::new(variable);
        self.variables.contains(name) && !self.assigned.contains(name)
    }
}

struct Reader<'s> {
    text: &'s [u8],
    remarks: &'s [Remark],
    /// Where the last compound command so far ends.
    compound: usize,
    outline: Outline,
}

impl Reader<'_> {
    fn text_of(&self, pieces: &[Piece], into: &mut BString) {
        for piece in pieces {
            match &piece.kind {
                PieceKind::DoubleQuoted(inner) => self.text_of(inner, into),
                kind => into.extend_from_slice(kind.text().map_or(piece.span.of(self.text), |text| text)),
            }
        }
    }

    /// Whether a `&` is meant as a redirection of both outputs, which it is to bash.
    fn redirects(&self, at: Span) -> bool {
        self.remarks.iter().any(|it| it.kind == Bashism::RedirectBoth && it.span.start == at.start)
    }
}

impl Visitor for Reader<'_> {
    fn list(&mut self, list: &[AndOr], context: Context) {
        if context.quoted {
            return;
        }
        self.outline.lists |= list.len() > 1;
        for and_or in list {
            self.outline.lists |= !and_or.rest.is_empty();
            self.outline.backgrounds |= and_or.background.is_some_and(|at| !self.redirects(at));
            self.outline.pipes |= and_or.pipelines().any(|it| it.commands.len() > 1);
        }
    }

    fn command(&mut self, command: &ShellCommand, context: Context) {
        if context.quoted {
            return;
        }
        if !matches!(command.kind, CommandKind::Simple(_) | CommandKind::Subshell(_)) {
            self.compound = self.compound.max(command.span.end);
        }
        let assigned = &mut self.outline.assigned;
        match &command.kind {
            CommandKind::Simple(simple) => {
                assigned.extend(simple.assignments.iter().map(|it| it.name.clone()));
                if !simple.words.is_empty() {
                    let text = |word: &Word| {
                        let mut text = BString::default();
                        self.text_of(&word.pieces, &mut text);
                        text
                    };
                    let words = simple.words.iter().map(text).collect();
                    self.outline.simple(words);
                    if command.span.start < self.compound {
                        self.outline.behind = self.outline.commands.len();
                    }
                }
            }
            CommandKind::For(it) => assigned.extend(it.variable.literal()),
            CommandKind::Function(it) => assigned.extend(it.name.literal()),
            CommandKind::Loop(_) => self.outline.loops = true,
            _ => {}
        }
    }

    fn piece(&mut self, piece: &Piece, _: Context) {
        if let PieceKind::Parameter(Parameter { name, .. }) = &piece.kind
            && is_name(name)
        {
            self.outline.variables.insert(name.clone());
        }
    }
}
