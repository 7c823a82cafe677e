//! Calls to Upstart in the processes of jobs. Each is replaced, where it stands, by what it is under systemd;
//! what cannot be is told. Which unit a name stands for, only the set knows.

mod call;
mod known;
pub mod outside;
mod resolve;
mod rewrite;
mod table;
mod variables;

use bstr::{BString, ByteSlice as _};
use rayon::prelude::*;

pub use self::call::Reason;
use self::known::{Known, Meanwhile};
use self::resolve::Place;
pub use self::rewrite::{Called, Found, Outcome};
pub use self::table::{Grammar, RUNNERS, Runner, Verb, find, program};
use super::set;
use crate::findings::{Code, Finding};
use crate::service::{Command, Run, Scope, Service, Stage, Variable};
use crate::shell::ScriptText;
use crate::systemd::manager;
use crate::systemd::quote::{in_shell, shell_word};
use crate::systemd::write::Style;
use crate::text::{Origin, Sourced};
use crate::upstart::read::{Reading, plain_words};

/// Rewrites the calls of every process of the set. `beyond` are units that are there in the place of jobs.
pub fn settle(scope: Scope, style: Style, beyond: &set::Known, readings: &mut [&mut Reading]) {
    let services: Vec<&Service> = readings.iter().map(|reading| &reading.service).collect();
    let known = Known::of(scope, style, beyond, &services);
    readings.par_iter_mut().for_each(|reading| {
        let has_call = |run: &Run| mentions_upstart(&text_of(run));
        let service = &reading.service;
        let hooks = service.hooks.iter().map(|hook| &hook.command);
        if !service.main.iter().chain(hooks).any(|command| has_call(&command.value.run)) {
            return;
        }
        let mut service = reading.service.clone();
        for command in &mut service.main {
            process(&known, reading, None, command);
        }
        for hook in &mut service.hooks {
            if let Some(stage) = process(&known, reading, Some(hook.stage), &mut hook.command) {
                hook.stage = stage;
            }
        }
        reading.service.main = service.main;
        reading.service.hooks = service.hooks;
    });
}

/// Rewrites the calls of one process. A pre-start that turns out to stop its own job becomes a condition.
fn process(
    known: &Known,
    reading: &mut Reading,
    stage: Option<Stage>,
    command: &mut Sourced<Command>,
) -> Option<Stage> {
    let origin = command.origin;
    let service = &reading.service;
    let has_main = !service.main.is_empty();
    let conditional = has_main && matches!(stage, Some(Stage::Condition | Stage::PreStart));
    let text = text_of(&command.value.run);
    if !mentions_upstart(&text) {
        return None;
    }
    let plain = rewrite::plain_variables(&text);
    let place = Place {
        known,
        own: service,
        meanwhile: Meanwhile::of(service, stage),
        condition: false,
        read: false,
        plain: &plain,
    };
    let mut rewritten = rewrite::script(&text, &place, conditional);
    if rewritten.found.is_empty() {
        return None;
    }
    if service.root.is_some() {
        for found in &mut rewritten.found {
            if !matches!(found.outcome, Outcome::OwnStop) {
                found.outcome = Outcome::Left(Reason::Root);
            }
        }
        rewritten.text = (*text).clone();
    }
    let own_stops = rewritten.found.iter().any(|found| matches!(found.outcome, Outcome::OwnStop));
    let left = rewritten.found.iter().any(|found| matches!(found.outcome, Outcome::Left(_)));
    let traits = &mut command.value.traits;
    if own_stops {
        traits.stops_itself = true;
        traits.stops_others &= left;
    } else if !left {
        traits.stops_itself = false;
        traits.stops_others = false;
    }
    command.value.run = match &command.value.run {
        // The shell's `exec` would look for a program of that name.
        Run::Argv(_) | Run::Expand(_) if own_stops => Run::Line(rewritten.text.into()),
        run => run_of(run, &text, rewritten.text),
    };
    report(reading, &text, origin, &rewritten.found);
    (own_stops && stage == Some(Stage::PreStart)).then_some(Stage::Condition)
}

/// Whether the name of one of Upstart's programs stands anywhere in a script, quotes within it or not. Most scripts
/// have none, and need not be read for calls.
fn mentions_upstart(text: &[u8]) -> bool {
    let mut plain = text.replace("\\\n", "");
    plain.retain(|byte| !matches!(byte, b'"' | b'\'' | b'\\'));
    table::PROGRAMS.iter().any(|(name, _)| plain.contains_str(name))
}

/// A command as a script.
fn text_of(run: &Run) -> ScriptText {
    match run {
        Run::Line(text) | Run::Script(text) => text.clone(),
        Run::Argv(words) => {
            let words: Vec<Vec<u8>> = words.iter().map(|word| shell_word(word)).collect();
            words.join(&b' ').into()
        }
        Run::Expand(words) => in_shell(words).into(),
    }
}

/// What runs the new text, as the old one was run.
fn run_of(run: &Run, old: &[u8], new: BString) -> Run {
    if new == old {
        return run.clone();
    }
    match run {
        Run::Script(old) => Run::Script(old.rewritten(new)),
        Run::Line(old) => Run::Line(old.rewritten(new)),
        Run::Argv(_) | Run::Expand(_) => match plain_words(&new) {
            Some(words) => Run::Argv(words),
            None if new.starts_with(b"{ ") => Run::Line(new.into()),
            None => Run::Line([b"exec ", new.as_slice()].concat().into()),
        },
    }
}

fn report(reading: &mut Reading, script: &ScriptText, stanza: Origin, found: &[Found]) {
    let systemctl = manager::systemctl(reading.service.scope);
    // What was said of a call already, and by which finding.
    let mut said: Vec<(BString, BString, usize)> = Vec::new();
    for Found { written, span, outcome, .. } in found {
        let written = one_line(written);
        let origin = script.origin(*span, stanza);
        match outcome {
            Outcome::OwnStop => {}
            Outcome::Left(reason) => reading.findings.push(
                Finding::new(Code::UpstartCommand, format!("`{written}` stays a call to Upstart: {reason}"))
                    .at(origin)
                    .help(help(reason, systemctl)),
            ),
            Outcome::Replaced(instead) => {
                let known = said.iter().find(|(old, new, _)| *old == written && *new == instead.text);
                if let Some(finding) = known.and_then(|(.., index)| reading.findings.get_mut(*index)) {
                    finding.also_at(origin);
                } else {
                    said.push((written.clone(), instead.text.clone(), reading.findings.len()));
                    reading.findings.push(
                        Finding::new(Code::CallRewritten, format!("`{written}` is `{}` now", instead.text))
                            .at(origin),
                    );
                }
                if let Some(other) = &instead.unwaited {
                    reading.findings.push(
                        Finding::new(
                            Code::CallDoesNotWait,
                            format!("`{written}` does not wait: {}", waits_for(other)),
                        )
                        .at(origin)
                        .help("see whether what follows in the script needs it to be done"),
                    );
                }
                if let Some(name) = &instead.unknown {
                    unknown(reading, origin, name);
                }
                if instead.needs_instance {
                    needs_instance(&mut reading.service, stanza);
                }
                if let Some(event) = &instead.announces
                    && !reading.service.announces.contains(event)
                {
                    reading.service.announces.push(event.clone());
                    reading.findings.push(
                        Finding::new(
                            Code::CustomEvent,
                            format!("the event `{event}` is a target now, and no job of those converted waits for it"),
                        )
                        .at(origin)
                        .help("what is to start then: WantedBy= the target"),
                    );
                }
            }
        }
    }
}

fn waits_for(other: &str) -> String {
    if other == "itself" {
        "the job's own unit would wait for it, and it for that".to_owned()
    } else {
        format!("{other} is ordered with this job's unit, and each would wait for the other")
    }
}

fn unknown(reading: &mut Reading, origin: Origin, name: &str) {
    let message = format!(
        "a process calls `{name}`, which is not among the jobs converted, nor a unit that cutover knows"
    );
    if !reading.findings.iter().any(|finding| finding.message == message) {
        reading.findings.push(
            Finding::new(Code::UnknownJob, message)
                .at(origin)
                .help("make sure that there is a unit of that name; without it the call fails"),
        );
    }
}

/// Sets the variable that holds the name of the instance, for a process that calls its own unit.
fn needs_instance(service: &mut Service, origin: Origin) {
    let variable = Variable::Instance("UPSTART_INSTANCE".into());
    if !service.environment.iter().any(|entry| entry.value == variable) {
        service.environment.push(Sourced::new(variable, origin));
    }
}

/// What to do about a call that stays.
pub fn help(reason: &Reason, systemctl: &str) -> String {
    match reason {
        Reason::ComputedJob => format!(
            "call {systemctl} with the unit's name: NAME.service, of an instance NAME@INSTANCE.service"
        ),
        Reason::ComputedEvent => format!("start the event's target: {systemctl} start EVENT.target"),
        Reason::Variables(_) => {
            "write them to a file that the unit reads with EnvironmentFile=, then start the unit".to_owned()
        }
        Reason::UnknownInstance(..) => {
            "convert the two together; an instance is NAME@INSTANCE.service".to_owned()
        }
        Reason::Instance(_) => format!("name the instance: {systemctl} … NAME@INSTANCE.service"),
        Reason::OwnEnvironment => {
            "write it to a file that the unit reads with EnvironmentFile=, or set it with Environment="
                .to_owned()
        }
        Reason::Output => format!("ask {systemctl} show -p ActiveState,MainPID, and read that"),
        Reason::Retired(..) => "take the call out, or order the units with After=".to_owned(),
        Reason::Text | Reason::Escaped | Reason::Opaque(_) => {
            format!("call {systemctl} there in its place")
        }
        Reason::Root => "start and stop the other unit from outside: Wants=, OnSuccess=, …".to_owned(),
        _ => "decide what takes its place".to_owned(),
    }
}

pub fn one_line(text: &BString) -> BString {
    let parts: Vec<&[u8]> = text.fields_with(char::is_whitespace).filter(|part| *part != b"\\").collect();
    bstr::join(" ", parts).into()
}
