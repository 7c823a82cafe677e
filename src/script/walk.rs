//! A walk over all commands of a script, wherever they stand: in branches, functions, substitutions and
//! here-documents as well.

use super::tree::{
    AndOr, CommandKind, Parameter, Piece, PieceKind, Pipeline, Redirection, Script, ShellCommand, Substitution, Word,
};

/// What surrounds a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Its exit status is asked for, so that `set -e` lets it fail: a condition, the left of `&&` or
    /// `||`, behind `!`, or any command but the last of a pipeline.
    pub condition: bool,
    /// Whether it runs hangs on another command: a branch, the right of `&&` or `||`, a loop's body.
    pub branch: bool,
    /// It may run more than once: a loop.
    pub repeated: bool,
    /// It stands in `( … )`, so that what it sets is lost.
    pub subshell: bool,
    /// It stands in a pipeline of several commands.
    pub pipeline: bool,
    /// It stands before a `&`.
    pub background: bool,
    /// It stands in the body of a function, which something else calls; the rest of the context is
    /// that within the body.
    pub function: bool,
    /// It stands in `$(…)` or backquotes.
    pub substitution: bool,
    /// It stands within double quotes or a here-document, which it only has to fill.
    pub quoted: bool,
}

/// What is told of a script as the walk goes through it.
pub trait Visitor {
    /// A command of any kind, before what it consists of.
    fn command(&mut self, _command: &ShellCommand, _context: Context) {}
    /// Commands that stand in line, before each of them.
    fn list(&mut self, _list: &[AndOr], _context: Context) {}
    /// A pipeline, before its commands.
    fn pipeline(&mut self, _pipeline: &Pipeline, _context: Context) {}
    /// A word of any kind: also a pattern, the target of a redirection, the value of an assignment.
    fn word(&mut self, _word: &Word, _context: Context) {}
    /// A piece of a word or of a here-document, before the pieces in it.
    fn piece(&mut self, _piece: &Piece, _context: Context) {}
}

/// Goes through a script in the order in which it is written.
pub fn walk(script: &Script, visitor: &mut dyn Visitor) {
    Walk { script, visitor }.list(&script.commands, Context::default());
}

/// Tells of every simple command of the script and of what surrounds it.
pub fn simple_commands(script: &Script, visit: impl FnMut(&ShellCommand, Context)) {
    struct Simples<F>(F);
    impl<F: FnMut(&ShellCommand, Context)> Visitor for Simples<F> {
        fn command(&mut self, command: &ShellCommand, context: Context) {
            if command.simple().is_some() {
                (self.0)(command, context);
            }
        }
    }
    walk(script, &mut Simples(visit));
}

struct Walk<'a> {
    script: &'a Script,
    visitor: &'a mut dyn Visitor,
}

impl Walk<'_> {
    fn list(&mut self, list: &[AndOr], context: Context) {
        self.visitor.list(list, context);
        for and_or in list {
            let context = Context { background: context.background || and_or.background.is_some(), ..context };
            let links = and_or.rest.len();
            for (index, pipeline) in and_or.pipelines().enumerate() {
                let condition = context.condition || index < links || pipeline.negation.is_some();
                let branch = context.branch || index > 0;
                self.pipeline(pipeline, Context { condition, branch, ..context });
            }
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline, context: Context) {
        self.visitor.pipeline(pipeline, context);
        let last = pipeline.commands.len() - 1;
        for (index, command) in pipeline.commands.iter().enumerate() {
            let condition = context.condition || index < last;
            self.command(command, Context { condition, pipeline: context.pipeline || last > 0, ..context });
        }
    }

    fn command(&mut self, command: &ShellCommand, context: Context) {
        self.visitor.command(command, context);
        let condition = Context { condition: true, ..context };
        let branch = Context { branch: true, ..context };
        match &command.kind {
            CommandKind::Simple(simple) => {
                simple.assignments.iter().for_each(|assignment| self.word(&assignment.value, context));
                simple.words.iter().for_each(|word| self.word(word, context));
            }
            CommandKind::Group(list) => self.list(list, context),
            CommandKind::Subshell(list) => self.list(list, Context { subshell: true, ..context }),
            CommandKind::If(it) => {
                for (index, arm) in it.branches.iter().enumerate() {
                    self.list(&arm.condition, Context { branch: context.branch || index > 0, ..condition });
                    self.list(&arm.body, branch);
                }
                it.otherwise.iter().for_each(|list| self.list(list, branch));
            }
            CommandKind::Loop(it) => {
                self.list(&it.condition, Context { repeated: true, ..condition });
                self.list(&it.body, Context { repeated: true, ..branch });
            }
            CommandKind::For(it) => {
                it.words.iter().flatten().for_each(|word| self.word(word, context));
                self.list(&it.body, Context { repeated: true, ..branch });
            }
            CommandKind::Case(it) => {
                self.word(&it.subject, context);
                for arm in &it.arms {
                    arm.patterns.iter().for_each(|pattern| self.word(pattern, context));
                    self.list(&arm.body, branch);
                }
            }
            CommandKind::Function(it) => {
                self.command(&it.body, Context { function: true, ..Context::default() });
            }
        }
        command.redirections.iter().for_each(|redirection| self.redirection(redirection, context));
    }

    fn redirection(&mut self, redirection: &Redirection, context: Context) {
        self.word(&redirection.target, context);
        let script = self.script;
        if let Some(here) = redirection.here.and_then(|index| script.here_documents.get(index)) {
            self.pieces(&here.pieces, Context { quoted: true, ..context });
        }
    }

    fn word(&mut self, word: &Word, context: Context) {
        self.visitor.word(word, context);
        self.pieces(&word.pieces, context);
    }

    fn pieces(&mut self, pieces: &[Piece], context: Context) {
        for piece in pieces {
            self.visitor.piece(piece, context);
            match &piece.kind {
                PieceKind::DoubleQuoted(inner) => self.pieces(inner, Context { quoted: true, ..context }),
                PieceKind::Arithmetic(inner) | PieceKind::Parameter(Parameter { word: inner, .. }) => {
                    self.pieces(inner, context);
                }
                PieceKind::Command(Substitution { commands, .. }) => {
                    self.list(commands, Context { substitution: true, ..context });
                }
                PieceKind::Literal(_)
                | PieceKind::Escaped(_)
                | PieceKind::SingleQuoted(_)
                | PieceKind::Glob(_)
                | PieceKind::Tilde => {}
            }
        }
    }
}
