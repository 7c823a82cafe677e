//! The main process: what its script prepares becomes the unit's, statement by statement from the top, and
//! the command at the end its `ExecStart=`. Where a statement is none of those, the script stays from there on.

use super::draft::{Changes, Draft};
use super::{
    Lifting, directory, environment, limits, logger, mask, program, redirect, row, sourced, statement,
    variables,
};
use crate::findings::{Code, Finding};
use crate::service::{
    Command, Comment, Failure, Hook, Part, Phase, Ready, Run, Service, Stage, Traits, Variable, When,
};
use crate::shell::ScriptText;
use crate::shell::tree::{AndOr, Script};
use crate::text::{Origin, Sourced, Span, Text};

type Rule = fn(&mut Draft<'_>, &AndOr) -> Option<()>;

/// What may stand before the command.
const SETTINGS: &[Rule] = &[directory::lift, environment::lift, limits::lift, mask::lift, redirect::lift];

/// The same, where files are read in.
const WITH_FILES: &[Rule] =
    &[sourced::lift, directory::lift, environment::lift, limits::lift, mask::lift, redirect::lift];

/// What may stand at the end.
const LAST: &[Rule] = &[program::lift, logger::lift];

pub(super) fn lift(service: &mut Service, lifting: &Lifting, findings: &mut Vec<Finding>) {
    let [main] = service.main.as_slice() else { return };
    let origin = main.origin;
    // What works at shutdown has another form, and what asks Upstart for something is not understood here.
    let traits = &main.value.traits;
    let is_plain = service.phase != Phase::Shutdown && !traits.stops_itself;
    let mut was_script = false;
    let mut draft = Draft::new(service, lifting, origin);
    match &main.value.run {
        Run::Line(text) | Run::Script(text) => {
            let Ok(script) = text.tree() else { return };
            was_script = matches!(main.value.run, Run::Script(_)) || !text.starts_with(b"exec ");
            if !is_plain {
                return;
            }
            let lifted = statements(&mut draft, text, script);
            findings.append(&mut draft.changes.obstacles);
            let Some(lifted) = lifted else { return };
            let mut end = text.len();
            if lifted < script.commands.len() {
                end = statement::behind(text, script, lifted);
                draft.changes.run = Some(Run::Script(text.part(Span::new(end, text.len()))));
            }
            draft.changes.comments = statement::comments(text, script, Span::new(0, end));
        }
        Run::Argv(words) if is_plain => {
            let line = words.iter().map(|word| vec![Part::Text(word.clone())]).collect();
            if program::run(&mut draft, line).is_none() {
                return;
            }
        }
        Run::Argv(_) | Run::Expand(_) => return,
    }
    let changes = draft.changes;
    apply(service, changes, was_script, findings);
}

/// Puts what was lifted into the service.
fn apply(service: &mut Service, changes: Changes, was_script: bool, findings: &mut Vec<Finding>) {
    let Some(run) = changes.run else { return };
    let origin = service.main[0].origin;
    let Command { run: main, traits, .. } = &mut service.main[0].value;
    traits.dies_of_sigpipe |= was_script;
    traits.pipes &= changes.log_tag.is_none();
    *main = run;
    if changes.foreground {
        traits.foreground = None;
        traits.leaves_processes = false;
        if matches!(service.ready.value, Ready::Forked(_)) {
            service.ready.value = Ready::Executed;
        }
    }
    if changes.forgets_pid_file {
        traits.pid_file = None;
    }
    if let Some(text) = changes.before_text {
        // What the command alone does as another user, they did as the script's.
        let privileged = service.user.is_none() && (changes.user.is_some() || changes.group.is_some());
        let command = Command {
            run: Run::Script(text.0.into()),
            argv0: None,
            ignored: false,
            privileged,
            traits: Traits::default(),
        };
        service.hooks.push(Hook {
            stage: Stage::PreStart,
            command: Sourced::new(command, origin),
            failure: Failure::FailsStart,
            when: When::Always,
            steps: changes.before,
        });
    }
    let put = |value: Option<Text>| value.map(|value| Sourced::new(value, origin));
    if let Some(directory) = changes.directory {
        overrule(service.directory.replace(Sourced::new(Text(directory), origin)), origin, findings);
    }
    if let Some(umask) = changes.umask {
        overrule(service.umask.replace(Sourced::new(umask, origin)), origin, findings);
    }
    if let Some(io_priority) = changes.io_priority {
        service.io_priority = Some(Sourced::new(io_priority, origin));
    }
    if let Some(scheduling) = changes.scheduling {
        service.scheduling = Some(Sourced::new(scheduling, origin));
    }
    if let Some(cpus) = changes.cpus {
        service.cpus = Some(Sourced::new(cpus, origin));
    }
    if let Some(nice) = changes.nice {
        overrule(service.nice.replace(Sourced::new(nice, origin)), origin, findings);
    }
    for (resource, limit) in changes.limits {
        overrule(service.limits.insert(resource, Sourced::new(limit, origin)), origin, findings);
    }
    let files = changes.files.into_iter().map(|reading| Sourced::new(reading.file, origin));
    service.environment_files.extend(files);
    service.user = put(changes.user).or_else(|| service.user.take());
    service.group = put(changes.group).or_else(|| service.group.take());
    service.log_tag = put(changes.log_tag);
    service.output = changes.output.map(|output| Sourced::new(output, origin));
    service.input = put(changes.input);
    for (name, value) in changes.environment {
        let is_same = |variable: &Sourced<Variable>| matches!(&variable.value, Variable::Set { name: known, .. } if *known == name);
        while let Some(at) = service.environment.iter().position(is_same) {
            overrule(Some(service.environment.remove(at)), origin, findings);
        }
        service.environment.push(Sourced::new(Variable::Set { name, value }, origin));
    }
    if !changes.comments.is_empty() {
        service.comments.push(Comment { lines: changes.comments, before: Some(origin) });
    }
    findings.extend(changes.findings);
}

/// Takes the statements from the top; says how many were lifted, if any. Files are read by the unit only where
/// all of the script goes.
fn statements(draft: &mut Draft<'_>, text: &ScriptText, script: &Script) -> Option<usize> {
    let all = script.commands.len();
    let (before, values) = (draft.changes.clone(), draft.values.clone());
    draft.exported = variables::exported(script);
    let lifted = taken(draft, text, script, WITH_FILES);
    if draft.changes.files.is_empty() {
        return lifted;
    }
    let reads = lifted == Some(all) && variables::close(draft).is_some();
    if reads && draft.changes.obstacles.is_empty() {
        return lifted;
    }
    let obstacles = std::mem::replace(&mut draft.changes, before).obstacles;
    draft.values = values;
    if reads {
        draft.changes.obstacles = obstacles;
    }
    taken(draft, text, script, SETTINGS)
}

/// Takes the statements from the top by these rules.
fn taken(draft: &mut Draft<'_>, text: &ScriptText, script: &Script, rules: &[Rule]) -> Option<usize> {
    let stanza = draft.origin;
    let (last, settings) = script.commands.split_last()?;
    let is_setting = |draft: &mut Draft<'_>, statement: &AndOr| {
        draft.place = text.origin(statement.span, stanza);
        statement::is_idle(statement) || rules.iter().any(|rule| attempt(draft, *rule, statement))
    };
    let lifted = settings.iter().take_while(|statement| is_setting(draft, statement)).count();
    draft.place = text.origin(last.span, stanza);
    if lifted == settings.len() && LAST.iter().any(|rule| attempt(draft, *rule, last)) {
        draft.tell(Code::LiftedProgram, "the command runs without a shell around it", "");
        return Some(script.commands.len());
    }
    let (before, values) = (draft.changes.clone(), draft.values.clone());
    if row::lift(draft, text, script, lifted).is_some()
        && attempt(draft, program::lift, last)
        && row::may_share(&before, &draft.changes)
    {
        return Some(script.commands.len());
    }
    draft.changes = before;
    draft.values = values;
    // A variable of the script's own would be lost with the statement that sets it.
    let is_worth_it = !draft.changes.findings.is_empty() && !draft.has_locals();
    (lifted > 0 && is_worth_it).then_some(lifted)
}

/// Tries a rule, and takes everything back if it does not fire.
fn attempt(draft: &mut Draft<'_>, rule: Rule, statement: &AndOr) -> bool {
    let (before, values) = (draft.changes.clone(), draft.values.clone());
    let fired = rule(draft, statement).is_some();
    if !fired {
        draft.changes = before;
        draft.values = values;
    }
    fired
}

/// A stanza whose value the script itself replaces.
fn overrule<T>(old: Option<Sourced<T>>, origin: Origin, findings: &mut Vec<Finding>) {
    if let Some(old) = old {
        findings.push(
            Finding::new(Code::Superseded, "the script sets this anew")
                .at(old.origin)
                .see(origin, "what it sets counts"),
        );
    }
}
