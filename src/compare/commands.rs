//! What runs: the main process, and the commands around it.

use super::command::{Judgement, judge_with};
use super::diff_builder::DiffBuilder;
use super::value::{AspectValue, DisplayValue};
use super::{Aspect, Definition, Grade, process};
use crate::service::{Command, CommandFacts, Failure, Hook, Run, Stage};
use crate::text::Sourced;

/// A command, or one of the programs of a hook's script.
struct Piece<'a> {
    /// As it is written.
    written: Run,
    command: Sourced<Command>,
    hook: Option<&'a Hook>,
    ignored: bool,
}

impl<'a> Piece<'a> {
    fn of(definition: &Definition, command: &Sourced<Command>, hook: Option<&'a Hook>) -> Piece<'a> {
        let run = &command.value.run;
        let rewritten = command.origin().filter(|_| run.script().is_some());
        let written = rewritten.and_then(|at| definition.written.get(&at)).unwrap_or(run).clone();
        let fails = hook.is_some_and(|hook| hook.failure == Failure::Ignored);
        Piece { written, command: command.clone(), hook, ignored: fails || command.value.ignored }
    }
}

fn of_stage(definition: &Definition, stage: Stage) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for hook in definition.service.hooks.iter().filter(|hook| hook.stage == stage) {
        let whole = Piece::of(definition, &hook.command, Some(hook));
        if hook.steps.is_empty() {
            pieces.push(whole);
            continue;
        }
        for step in &hook.steps {
            let run = Run::Argv(step.argv.clone());
            let command = whole.command.map(|command| Command {
                run: run.clone(),
                argv0: None,
                facts: CommandFacts::default(),
                ..command.clone()
            });
            let ignored = whole.ignored || step.ignored;
            pieces.push(Piece { written: run, command, hook: Some(hook), ignored });
        }
    }
    pieces
}

/// The commands of the main process, one by one.
pub(super) fn main(builder: &mut DiffBuilder<'_>) {
    let pieces =
        builder.both.map(|of| of.service.main.iter().map(|command| Piece::of(of, command, None)).collect::<Vec<_>>());
    let count = pieces[0].len().max(pieces[1].len());
    let pairs = (0..count).map(|at| [0, 1].map(|side| (at < pieces[side].len()).then_some(at))).collect();
    rows(builder, Aspect::Command, &pieces, pairs);
}

/// The commands of a stage. Those that do the same stand in one row; of the rest, the first of one definition stands
/// beside the first of the other.
pub(super) fn hooks(builder: &mut DiffBuilder<'_>, stage: Stage, aspect: Aspect) {
    let pieces = builder.both.map(|of| of_stage(of, stage));
    let [ours, theirs] = &pieces;
    let mut free: Vec<usize> = (0..theirs.len()).collect();
    let mut pairs: Vec<[Option<usize>; 2]> = Vec::new();
    for (at, one) in ours.iter().enumerate() {
        let found = free.iter().position(|other| judge(builder, one, &theirs[*other]).0 != Grade::Differs);
        pairs.push([Some(at), found.map(|found| free.remove(found))]);
    }
    let mut free = free.into_iter();
    for pair in pairs.iter_mut().filter(|pair| pair[1].is_none()) {
        pair[1] = free.next();
    }
    pairs.extend(free.map(|other| [None, Some(other)]));
    rows(builder, aspect, &pieces, pairs);
}

fn judge(builder: &DiffBuilder<'_>, one: &Piece<'_>, other: &Piece<'_>) -> Judgement {
    let [left, right] = builder.both;
    judge_with((&one.command.value.run, left), (&other.command.value.run, right))
}

fn rows(builder: &mut DiffBuilder<'_>, aspect: Aspect, pieces: &[Vec<Piece<'_>>; 2], pairs: Vec<[Option<usize>; 2]>) {
    let is_main = aspect == Aspect::Command;
    let total = pieces[0].len().max(pieces[1].len());
    for (at, pair) in pairs.into_iter().enumerate() {
        let number = (total > 1).then(|| (at + 1).to_string());
        let item = number.as_deref();
        let found = [0, 1].map(|side| pair[side].map(|at| &pieces[side][at]));
        let values = found.map(|piece| match piece {
            Some(piece) => DisplayValue::at(AspectValue::Command(piece.written.clone()), piece.command.origin()),
            None => DisplayValue::absent(),
        });
        let [Some(one), Some(other)] = found else {
            let what = if is_main { "nothing of the kind runs" } else { "nothing is done then" };
            builder.row(aspect, item, values, Grade::Differs, format!("on one side {what}"));
            continue;
        };
        let (grade, why) = judge(builder, one, other);
        builder.row(aspect, item, values, grade, why);
        let both = [one, other];
        if is_main {
            privileges(builder, item.unwrap_or("main"), both);
            facts(builder, item, both);
        } else {
            let title = aspect.info().title;
            let name = item.map_or_else(|| title.to_owned(), |number| format!("{title} {number}"));
            privileges(builder, &name, both);
            consequences(builder, &name, both);
        }
    }
}

/// What a failure of the program counts, and what it is called to itself.
fn facts(builder: &mut DiffBuilder<'_>, item: Option<&str>, both: [&Piece<'_>; 2]) {
    let commands = both.map(|piece| &piece.command);
    if commands.iter().any(|command| command.value.ignored) {
        let values = commands.map(|it| DisplayValue::flag(it.value.ignored.then_some(it.origin())));
        builder.note(Aspect::CommandFailure, item, values);
    }
    if commands.iter().any(|command| command.value.argv0.is_some()) {
        let values = commands.map(|it| {
            let name = it.value.argv0.clone().map(|name| Sourced::new(name, it.origin()));
            DisplayValue::text(name.as_ref())
        });
        builder.note(Aspect::ProgramName, item, values);
    }
}

/// Whose rights a command has, where that need not be the service's user.
fn privileges(builder: &mut DiffBuilder<'_>, item: &str, both: [&Piece<'_>; 2]) {
    if both.iter().any(|piece| piece.command.value.privileged) {
        let values = [0, 1].map(|at| {
            if both[at].command.value.privileged {
                DisplayValue::at(AspectValue::Text("root".into()), both[at].command.origin())
            } else {
                process::user(builder.both[at])
            }
        });
        builder.note(Aspect::Privileges, Some(item), values);
    }
}

/// What a hook's failure means, and when it runs.
fn consequences(builder: &mut DiffBuilder<'_>, name: &str, both: [&Piece<'_>; 2]) {
    let [Some(one), Some(other)] = both.map(|piece| piece.hook) else { return };
    let hooks = [one, other];
    let failures = [0, 1].map(|at| {
        let failure = if both[at].ignored { Failure::Ignored } else { hooks[at].failure };
        DisplayValue::at(AspectValue::Failure(failure), both[at].command.origin())
    });
    builder.note(Aspect::HookFailure, Some(name), failures);
    if one.stage == Stage::PreStop {
        let when = hooks.map(|hook| DisplayValue::at(AspectValue::When(hook.when), hook.command.origin()));
        builder.note(Aspect::HookWhen, Some(name), when);
    }
}
