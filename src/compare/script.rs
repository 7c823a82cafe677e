//! Whether two scripts say the same.

use std::mem::{Discriminant, discriminant};

use bstr::ByteSlice as _;

use crate::script::ScriptText;
use crate::script::tree::{AndOr, AndOrOperator, CommandKind, RedirectionOperator, ShellCommand, Word};
use crate::script::walk::{Context, Visitor, walk};

/// Whether two scripts say the same but for blanks, comments and line ends.
pub(super) fn same(left: &ScriptText, right: &ScriptText) -> bool {
    match (outline(left), outline(right)) {
        (Some(left), Some(right)) => left == right,
        _ => left.trim_ascii() == right.trim_ascii(),
    }
}

/// What a script consists of, in order, without the places where it stands.
fn outline(text: &ScriptText) -> Option<Vec<Node>> {
    let script = text.tree().ok()?;
    let mut outline = Outline { text, nodes: Vec::new() };
    walk(script, &mut outline);
    let bodies = script.here_documents.iter().map(|it| Node::Word(it.span.of(text).to_vec()));
    outline.nodes.extend(bodies);
    Some(outline.nodes)
}

/// A part of a script. How many parts it has says which of those that follow are its.
#[derive(PartialEq)]
enum Node {
    /// Pipelines: what joins them, and of each how many commands it has and whether it is negated.
    Line(Vec<AndOrOperator>, Vec<(usize, bool)>, bool),
    Command(Discriminant<CommandKind>, Context, Vec<usize>),
    Redirection(Option<u8>, RedirectionOperator),
    Word(Vec<u8>),
}

struct Outline<'t> {
    text: &'t [u8],
    nodes: Vec<Node>,
}

impl Visitor for Outline<'_> {
    fn list(&mut self, list: &[AndOr], _: Context) {
        self.nodes.extend(list.iter().map(|line| {
            let pipelines = line.pipelines().map(|it| (it.commands.len(), it.negation.is_some()));
            let operators = line.rest.iter().map(|link| link.operator);
            Node::Line(operators.collect(), pipelines.collect(), line.background.is_some())
        }));
    }

    fn command(&mut self, command: &ShellCommand, context: Context) {
        let mut names = Vec::new();
        let counts = match &command.kind {
            CommandKind::Simple(it) => {
                names.extend(it.assignments.iter().map(|it| it.name.to_vec()));
                vec![it.words.len()]
            }
            CommandKind::If(it) => vec![it.branches.len(), usize::from(it.otherwise.is_some())],
            CommandKind::Loop(it) => vec![usize::from(it.until)],
            CommandKind::For(it) => {
                names.push(it.variable.span.of(self.text).to_vec());
                it.words.iter().map(Vec::len).collect()
            }
            CommandKind::Case(it) => it.arms.iter().map(|arm| arm.patterns.len()).collect(),
            CommandKind::Function(it) => {
                names.push(it.name.span.of(self.text).to_vec());
                Vec::new()
            }
            CommandKind::Group(_) | CommandKind::Subshell(_) => Vec::new(),
        };
        self.nodes.push(Node::Command(discriminant(&command.kind), context, counts));
        self.nodes.extend(names.into_iter().map(Node::Word));
        let redirections = command.redirections.iter().map(|it| Node::Redirection(it.descriptor, it.operator));
        self.nodes.extend(redirections);
    }

    fn word(&mut self, word: &Word, _: Context) {
        // A line goes on behind an escaped line end.
        self.nodes.push(Node::Word(word.span.of(self.text).replace("\\\n", "")));
    }
}
