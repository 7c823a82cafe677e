//! What a script gives names to, and what its variables can hold.

use std::collections::HashSet;

use bstr::{BString, ByteSlice as _};

use crate::script::tree::{CommandKind, Piece, PieceKind, Script, ShellCommand, Substitution, Word};
use crate::script::walk::{self, Context, Visitor};

/// What a script gives names to.
#[derive(Default)]
pub(crate) struct ScriptNames {
    functions: HashSet<BString>,
    /// Variables that run over words which a unit's name can hold.
    plain: HashSet<BString>,
    assigned: HashSet<BString>,
}

impl ScriptNames {
    pub fn of(script: &Script) -> ScriptNames {
        let mut names = ScriptNames::default();
        walk::walk(script, &mut names);
        names
    }

    pub(crate) fn is_function(&self, name: &[u8]) -> bool {
        self.functions.contains(name.as_bstr())
    }

    /// Whether a variable has only values that a unit's name can hold as they are.
    pub fn is_plain(&self, variable: &[u8]) -> bool {
        self.plain.contains(variable.as_bstr()) && !self.assigned.contains(variable.as_bstr())
    }
}

impl Visitor for ScriptNames {
    fn command(&mut self, command: &ShellCommand, _: Context) {
        match &command.kind {
            CommandKind::Function(function) => self.functions.extend(function.name.literal()),
            CommandKind::For(it) => {
                let words = it.words.as_deref().unwrap_or_default();
                let is_plain = !words.is_empty() && words.iter().all(is_plain);
                let into = if is_plain { &mut self.plain } else { &mut self.assigned };
                into.extend(it.variable.literal());
            }
            CommandKind::Simple(simple) => {
                self.assigned.extend(simple.assignments.iter().map(|it| it.name.clone()));
                if simple.words.first().is_some_and(|name| name.is("read")) {
                    self.assigned.extend(simple.words.iter().skip(1).filter_map(Word::literal));
                }
            }
            _ => {}
        }
    }
}

/// Whether a word stands for nothing but letters, digits and the like.
fn is_plain(word: &Word) -> bool {
    if let [Piece { kind: PieceKind::Command(Substitution { commands, .. }), .. }] = &word.pieces[..]
        && let [statement] = &commands[..]
        && let Some(simple) = statement.command().and_then(ShellCommand::simple)
    {
        return simple.words.first().is_some_and(|name| name.is("seq"));
    }
    word.literal().is_some_and(|text| {
        !text.is_empty() && text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_:.".contains(byte))
    })
}
