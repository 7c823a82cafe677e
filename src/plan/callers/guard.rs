//! Parts of a script that run only where Upstart is there: calls in them are passed over once it is gone.

use bstr::ByteSlice as _;

use crate::convert::calls;
use crate::shell::tree::{AndOr, AndOrOperator, Command, CommandKind, Pipeline, Script, Word};
use crate::shell::walk::{self, Context, Visitor};
use crate::text::Span;

/// What a script does only where Upstart is there, and how it asks.
#[derive(Default)]
pub struct Guards {
    /// What runs only then.
    pub bodies: Vec<Span>,
    /// The questions.
    pub questions: Vec<Span>,
}

impl Guards {
    /// Those of a script.
    pub fn of(script: &Script, text: &[u8]) -> Guards {
        let mut finder = Finder { end: text.len(), guards: Guards::default() };
        walk::walk(script, &mut finder);
        finder.guards
    }
}

struct Finder {
    end: usize,
    guards: Guards,
}

/// What a list asks, seen by its exit status.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// Whether Upstart is there.
    Present,
    /// Whether it is not.
    Absent,
}

impl Visitor for Finder {
    fn list(&mut self, list: &[AndOr], _: Context) {
        for and_or in list {
            let Some((asks, at)) = asks(&and_or.first) else { continue };
            self.guards.questions.push(at);
            for link in &and_or.rest {
                match (link.operator, asks) {
                    (AndOrOperator::And, Asks::Present) | (AndOrOperator::Or, Asks::Absent) => {
                        self.guards.bodies.push(link.pipeline.span);
                    }
                    (AndOrOperator::Or, Asks::Present) | (AndOrOperator::And, Asks::Absent)
                        if leaves(&link.pipeline) =>
                    {
                        self.guards.bodies.push(Span::new(and_or.span.end, self.end));
                    }
                    _ => {}
                }
            }
        }
    }

    fn command(&mut self, command: &Command, _: Context) {
        let CommandKind::If(it) = &command.kind else { return };
        for arm in &it.branches {
            let pipelines = arm.condition.iter().flat_map(|and_or| {
                std::iter::once(&and_or.first).chain(and_or.rest.iter().map(|link| &link.pipeline))
            });
            let found: Vec<(Asks, Span)> = pipelines.filter_map(asks).collect();
            self.guards.questions.extend(found.iter().map(|(_, at)| *at));
            let body = span(&arm.body);
            match found.first() {
                Some((Asks::Present, _)) => self.guards.bodies.extend(body),
                Some((Asks::Absent, _)) => {
                    let last = arm
                        .body
                        .last()
                        .map(|last| last.rest.last().map_or(&last.first, |link| &link.pipeline));
                    if last.is_some_and(leaves) {
                        self.guards.bodies.push(Span::new(command.span.end, self.end));
                    } else if let Some(otherwise) = &it.otherwise {
                        self.guards.bodies.extend(span(otherwise));
                    }
                }
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

/// Whether a pipeline asks for Upstart.
fn asks(pipeline: &Pipeline) -> Option<(Asks, Span)> {
    let is_question = pipeline.commands.iter().any(|command| {
        let CommandKind::Simple(simple) = &command.kind else { return false };
        let mut words = simple.words.iter().filter_map(Word::literal);
        let name = words.next().unwrap_or_default();
        match name.as_slice() {
            b"init_is_upstart" | b"is_upstart" => true,
            b"[" | b"test" | b"which" | b"type" | b"command" | b"hash" => {
                words.any(|word| is_of_upstart(&word))
            }
            b"initctl" | b"/sbin/initctl" => words.any(|word| word == "version"),
            _ => false,
        }
    });
    let asks = if pipeline.negation.is_some() { Asks::Absent } else { Asks::Present };
    is_question.then_some((asks, pipeline.span))
}

/// A program or a socket that only Upstart brings.
fn is_of_upstart(word: &[u8]) -> bool {
    matches!(calls::program(word), Some((calls::Grammar::Initctl | calls::Grammar::Verb(_), bare)) if !bare || word == b"initctl")
        || word.contains_str("/com/ubuntu/upstart")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell;

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
            let script = shell::parse(text.as_bytes()).unwrap();
            let bodies = Guards::of(&script, text.as_bytes()).bodies;
            let found = bodies.first().map(|span| &text[span.start..span.end]);
            assert_eq!(found, expected, "{text}");
        }
    }
}
