//! Parts of a script that run only where Upstart is there: calls in them are passed over once it is gone.

use bstr::ByteSlice as _;

use crate::script::init_tools::{self, Named, Tool};
use crate::script::tree::{AndOr, AndOrOperator, CommandKind, Pipeline, Script, ShellCommand, Word};
use crate::script::walk::{self, Context, Visitor};
use crate::text::Span;

/// What a script does only where Upstart is there, and how it asks.
#[derive(Default)]
pub struct Guards {
    end: usize,
    /// What runs only then.
    pub bodies: Vec<Span>,
    pub questions: Vec<Span>,
}

impl Guards {
    pub fn of(script: &Script, text: &[u8]) -> Guards {
        let mut guards = Guards { end: text.len(), ..Guards::default() };
        walk::walk(script, &mut guards);
        guards
    }
}

impl Visitor for Guards {
    fn list(&mut self, list: &[AndOr], _: Context) {
        for and_or in list {
            let Some(wants_upstart) = tests_for_upstart(&and_or.first) else { continue };
            self.questions.push(and_or.first.span);
            for link in &and_or.rest {
                if wants_upstart == (link.operator == AndOrOperator::And) {
                    self.bodies.push(link.pipeline.span);
                } else if leaves(&link.pipeline) {
                    self.bodies.push(Span::new(and_or.span.end, self.end));
                }
            }
        }
    }

    fn command(&mut self, command: &ShellCommand, _: Context) {
        let CommandKind::If(it) = &command.kind else { return };
        for arm in &it.branches {
            let pipelines = arm.condition.iter().flat_map(AndOr::pipelines);
            let questions: Vec<(bool, Span)> =
                pipelines.filter_map(|pipeline| Some((tests_for_upstart(pipeline)?, pipeline.span))).collect();
            self.questions.extend(questions.iter().map(|(_, at)| *at));
            let last = arm.body.last().and_then(|last| last.pipelines().next_back());
            match questions.first() {
                Some((true, _)) => self.bodies.extend(span(&arm.body)),
                Some(_) if last.is_some_and(leaves) => {
                    self.bodies.push(Span::new(command.span.end, self.end));
                }
                Some(_) => self.bodies.extend(it.otherwise.as_deref().and_then(span)),
                None => {}
            }
        }
    }
}

fn span(list: &[AndOr]) -> Option<Span> {
    list.iter().map(|and_or| and_or.span).reduce(Span::to)
}

/// `exit` or `return`
fn leaves(pipeline: &Pipeline) -> bool {
    let [command] = &pipeline.commands[..] else { return false };
    match &command.kind {
        CommandKind::Simple(simple) => {
            let name = simple.words.first().and_then(Word::literal);
            name.is_some_and(|name| name == "exit" || name == "return")
        }
        CommandKind::Group(list) => list.last().is_some_and(|last| leaves(&last.first)),
        _ => false,
    }
}

/// Whether a pipeline that asks for Upstart succeeds where it is there, or where it is not.
fn tests_for_upstart(pipeline: &Pipeline) -> Option<bool> {
    let is_question = pipeline.commands.iter().any(|command| {
        let CommandKind::Simple(simple) = &command.kind else { return false };
        let mut words = simple.words.iter().filter_map(Word::literal);
        match words.next().unwrap_or_default().as_slice() {
            b"init_is_upstart" | b"is_upstart" => true,
            b"[" | b"test" | b"which" | b"type" | b"command" | b"hash" => words.any(|word| is_of_upstart(&word)),
            name => {
                let is_initctl = init_tools::command(name).is_some_and(|it| it.tool == Tool::Initctl);
                is_initctl && words.any(|word| word == "version")
            }
        }
    });
    is_question.then_some(pipeline.negation.is_none())
}

/// A program or a socket that only Upstart brings.
fn is_of_upstart(word: &[u8]) -> bool {
    let is_own = match init_tools::command(word) {
        Some(Named { tool: Tool::Initctl, .. }) => true,
        Some(Named { tool: Tool::Verb(_), bare, .. }) => !bare,
        _ => false,
    };
    is_own || word.contains_str("/com/ubuntu/upstart")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script;

    #[test]
    fn what_runs_only_with_upstart_is_found() {
        for (text, expected) in [
            ("[ -x /sbin/initctl ] && x", Some("x")),
            ("[ -x /sbin/initctl ] || exit 0\nx", Some("\nx")),
            ("if ! init_is_upstart; then exit 0; fi; x", Some("; x")),
            ("if which initctl >/dev/null; then x; else y; fi", Some("x")),
            ("if init_is_upstart; then x; fi", Some("x")),
            ("if initctl version | grep -q upstart; then x; fi", Some("x")),
            ("if ! command -v initctl; then y; else x; fi", Some("x")),
            ("[ -x /usr/bin/web ] && x", None),
            ("if status web; then x; fi", None),
            ("[ -x /sbin/initctl ] || y", None),
        ] {
            let script = script::parse(text.as_bytes()).unwrap();
            let bodies = Guards::of(&script, text.as_bytes()).bodies;
            let found = bodies.first().map(|span| &text[span.start..span.end]);
            assert_eq!(found, expected, "{text}");
        }
    }
}
