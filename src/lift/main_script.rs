//! The main process: what its script prepares becomes the unit's, statement by statement from the top, and
//! the command at the end its `ExecStart=`. Where a statement is none of those, the script stays from there on.

use super::context::{Changes, Context, Value};
use super::{
    Lifting, dot_include, environment, limits, logger, mask, pre_commands, program, redirect, statement, variables,
    working_directory,
};
use crate::findings::{Finding, codes};
use crate::script::ScriptText;
use crate::script::tree::{AndOr, Script};
use crate::service::{
    Command, CommandFacts, Comment, Failure, Hook, Part, Phase, Ready, Run, Service, Stage, Variable, When,
};
use crate::text::{Origin, Sourced, Span, Text};

type Rule = fn(&mut Context<'_>, &AndOr) -> Option<()>;

/// What may stand before the command; the first of them is about files that are read in.
const SETTINGS: &[Rule] =
    &[dot_include::lift, working_directory::lift, environment::lift, limits::lift, mask::lift, redirect::lift];

/// What may stand at the end.
const LAST: &[Rule] = &[program::lift, logger::lift];

pub(super) fn lift(service: &mut Service, lifting: &Lifting, findings: &mut Vec<Finding>) {
    let [main] = service.main.as_slice() else { return };
    let origin = main.origin();
    // What works at shutdown has another form, and what asks Upstart for something is not understood here.
    let facts = &main.value.facts;
    let is_plain = service.phase != Phase::Shutdown && !facts.stops_itself;
    let mut was_script = false;
    let mut context = Context::new(service, lifting, origin);
    match &main.value.run {
        Run::Line(text) | Run::Script(text) => {
            let Ok(script) = text.tree() else { return };
            was_script = matches!(main.value.run, Run::Script(_)) || !text.starts_with(b"exec ");
            if !is_plain {
                return;
            }
            let lifted = statements(&mut context, text, script);
            findings.append(&mut context.changes.unresolved);
            let Some(lifted) = lifted else { return };
            let mut end = text.len();
            if lifted < script.commands.len() {
                end = statement::behind(text, script, lifted);
                context.changes.run = Some(Run::Script(text.part(Span::new(end, text.len()))));
            }
            context.changes.comments = statement::comments(text, script, Span::new(0, end));
        }
        Run::Argv(words) if is_plain => {
            let line = words.iter().map(|word| vec![Part::Text(word.clone())]).collect();
            if program::run(&mut context, line).is_none() {
                return;
            }
        }
        Run::Argv(_) | Run::Expand(_) => return,
    }
    apply(service, context.changes, was_script, findings);
}

/// Puts what was lifted into the service.
fn apply(service: &mut Service, changes: Changes, was_script: bool, findings: &mut Vec<Finding>) {
    let Some(run) = changes.run else { return };
    let origin = service.main[0].origin();
    let Command { run: main, facts, .. } = &mut service.main[0].value;
    facts.dies_of_sigpipe |= was_script;
    facts.pipes &= changes.log_tag.is_none();
    *main = run;
    if changes.foreground {
        facts.foreground = None;
        facts.leaves_processes = false;
        if matches!(service.ready.value, Ready::Forked(_)) {
            service.ready.value = Ready::Executed;
        }
    }
    if changes.forgets_pid_file {
        facts.pid_file = None;
    }
    if let Some(text) = changes.before_text {
        // What the command alone does as another user, they did as the script's.
        let privileged = service.user.is_none() && (changes.user.is_some() || changes.group.is_some());
        let command = Command {
            run: Run::Script(text.0.into()),
            argv0: None,
            ignored: false,
            privileged,
            facts: CommandFacts::default(),
        };
        service.hooks.push(Hook {
            stage: Stage::PreStart,
            command: Sourced::new(command, origin),
            failure: Failure::FailsStart,
            when: When::Always,
            steps: changes.before,
        });
    }
    put(&mut service.io_priority, changes.io_priority, origin);
    put(&mut service.scheduling, changes.scheduling, origin);
    put(&mut service.cpus, changes.cpus, origin);
    put(&mut service.user, changes.user, origin);
    put(&mut service.group, changes.group, origin);
    put(&mut service.log_tag, changes.log_tag, origin);
    put(&mut service.output, changes.output, origin);
    put(&mut service.input, changes.input, origin);
    overrule(put(&mut service.directory, changes.directory.map(Text), origin), origin, findings);
    overrule(put(&mut service.umask, changes.umask, origin), origin, findings);
    overrule(put(&mut service.nice, changes.nice, origin), origin, findings);
    for (resource, limit) in changes.limits {
        overrule(service.limits.insert(resource, Sourced::new(limit, origin)), origin, findings);
    }
    let files = changes.files.into_iter().map(|reading| Sourced::new(reading.file, origin));
    service.environment_files.extend(files);
    for (name, value) in changes.environment {
        let is_same =
            |it: &mut Sourced<Variable>| matches!(&it.value, Variable::Set { name: known, .. } if *known == name);
        for old in service.environment.extract_if(.., is_same) {
            overrule(Some(old), origin, findings);
        }
        service.environment.push(Sourced::new(Variable::Set { name, value }, origin));
    }
    if !changes.comments.is_empty() {
        service.comments.push(Comment { lines: changes.comments, before: origin });
    }
    findings.extend(changes.findings);
}

/// Takes the statements from the top; says how many were lifted, if any. Files are read by the unit only where
/// all of the script goes.
fn statements(context: &mut Context<'_>, text: &ScriptText, script: &Script) -> Option<usize> {
    let all = script.commands.len();
    let (before, values) = (context.changes.clone(), context.values.clone());
    context.exported = variables::exported(script);
    let lifted = taken(context, text, script, SETTINGS);
    if context.changes.files.is_empty() {
        return lifted;
    }
    let reads = lifted == Some(all) && variables::close(context).is_some();
    if reads && context.changes.unresolved.is_empty() {
        return lifted;
    }
    let unresolved = std::mem::replace(&mut context.changes, before).unresolved;
    context.values = values;
    if reads {
        context.changes.unresolved = unresolved;
    }
    taken(context, text, script, &SETTINGS[1..])
}

/// Takes the statements from the top by these rules.
fn taken(context: &mut Context<'_>, text: &ScriptText, script: &Script, rules: &[Rule]) -> Option<usize> {
    let stanza = context.origin;
    let all = script.commands.len();
    let (last, settings) = script.commands.split_last()?;
    let by_one_of = |context: &mut Context<'_>, rules: &[Rule], statement: &AndOr| {
        rules.iter().any(|rule| context.attempt(|context| rule(context, statement)).is_some())
    };
    let mut lifted = 0;
    for statement in settings {
        context.place = stanza.map(|stanza| text.origin(statement.span, stanza));
        if !statement::is_idle(statement) && !by_one_of(context, rules, statement) {
            break;
        }
        lifted += 1;
    }
    context.place = stanza.map(|stanza| text.origin(last.span, stanza));
    if lifted == settings.len() && by_one_of(context, LAST, last) {
        context.report(codes::lifted_program());
        return Some(all);
    }
    let with_programs = context.attempt(|context| {
        let before = context.changes.clone();
        pre_commands::lift(context, text, script, lifted)?;
        program::lift(context, last)?;
        pre_commands::may_share(&before, &context.changes).then_some(all)
    });
    // A variable of the script's own would be lost with the statement that sets it.
    let has_locals = || context.values.values().any(|value| matches!(value, Value::Local(_)));
    let is_worth_it = lifted > 0 && !context.changes.findings.is_empty() && !has_locals();
    with_programs.or(is_worth_it.then_some(lifted))
}

/// Gives a value its place in the service; returns what stood there.
fn put<T>(place: &mut Option<Sourced<T>>, value: Option<T>, origin: Option<Origin>) -> Option<Sourced<T>> {
    place.replace(Sourced::new(value?, origin))
}

/// A stanza whose value the script itself replaces.
fn overrule<T>(old: Option<Sourced<T>>, origin: Option<Origin>, findings: &mut Vec<Finding>) {
    findings.extend(old.map(|old| codes::superseded_by_script().at(old.origin()).see(origin, codes::script_counts())));
}
