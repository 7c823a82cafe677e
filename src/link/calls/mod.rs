//! Calls to Upstart in the processes of jobs. Each is replaced, where it stands, by what it is under systemd;
//! what cannot be is told. Which unit a name stands for, only the set knows.

mod known;
pub mod outside;
mod resolve;
mod rewrite;
mod script_names;
mod table;
mod variables;

use std::collections::HashMap;
use std::mem;

use bstr::{BString, ByteSlice as _};
use rayon::prelude::*;

use self::known::{Known, PendingAction, text_of};
use self::resolve::Caller;
pub(crate) use self::resolve::{Reason, Replacement};
pub(crate) use self::rewrite::{FoundCall, Outcome};
use crate::findings::{Subject, codes};
use crate::link::{LinkedJob, vendor_jobs};
use crate::script::{ScriptText, init_tools};
use crate::service::{Command, LinkedService, Run, Scope, Service, Stage, Variable};
use crate::systemd::manager;
use crate::systemd::write::Style;
use crate::text::{Origin, Sourced};
use crate::upstart::read::plain_words;

/// Rewrites the calls of every process of the set. `external` are units that are there in the place of jobs.
pub(crate) fn rewrite_all(scope: Scope, style: Style, external: &vendor_jobs::Known, readings: &mut [&mut LinkedJob]) {
    let services: Vec<&LinkedService> = readings.iter().map(|reading| &reading.service).collect();
    let known = Known::of(scope, style, external, &services);
    readings.par_iter_mut().for_each(|reading| {
        let service = &mut reading.service.service;
        let (mut main, mut hooks) = (mem::take(&mut service.main), mem::take(&mut service.hooks));
        for command in &mut main {
            process(&known, reading, None, false, command);
        }
        for hook in &mut hooks {
            let conditional = !main.is_empty() && matches!(hook.stage, Stage::Condition | Stage::PreStart);
            if process(&known, reading, Some(hook.stage), conditional, &mut hook.command) {
                hook.stage = Stage::Condition;
            }
        }
        reading.service.main = main;
        reading.service.hooks = hooks;
    });
}

/// Rewrites the calls of one process, and says whether it stops its own job; it may only if it is `conditional`.
fn process(
    known: &Known,
    reading: &mut LinkedJob,
    stage: Option<Stage>,
    conditional: bool,
    command: &mut Sourced<Command>,
) -> bool {
    let origin = command.origin();
    let text = text_of(&command.value.run);
    if !init_tools::has_command(&text) {
        return false;
    }
    let own = &reading.service;
    let caller = Caller { known, own, pending_action: PendingAction::of(own, stage) };
    let mut rewritten = rewrite::script(&text, caller, conditional);
    if rewritten.found.is_empty() {
        return false;
    }
    if own.root.is_some() {
        for found in rewritten.found.iter_mut().filter(|it| !matches!(it.outcome, Outcome::OwnStop)) {
            found.outcome = Outcome::Left(Reason::Root);
        }
        rewritten.text = (*text).clone();
    }
    let own_stops = rewritten.found.iter().any(|found| matches!(found.outcome, Outcome::OwnStop));
    let left = rewritten.found.iter().any(|found| matches!(found.outcome, Outcome::Left(_)));
    let facts = &mut command.value.facts;
    facts.stops_itself = own_stops || facts.stops_itself && left;
    facts.stops_others &= left;
    command.value.run = match &command.value.run {
        // The shell's `exec` would look for a program of that name.
        Run::Argv(_) | Run::Expand(_) if own_stops => Run::Line(rewritten.text.into()),
        run => run_of(run, &text, rewritten.text),
    };
    report(reading, &text, origin, rewritten.found);
    own_stops
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

fn report(reading: &mut LinkedJob, script: &ScriptText, stanza: Option<Origin>, found: Vec<FoundCall>) {
    let systemctl = manager::systemctl(reading.service.scope);
    // Which finding reports a call and its replacement already.
    let mut reported: HashMap<(BString, BString), usize> = HashMap::new();
    for FoundCall { written, span, outcome, .. } in found {
        let written = one_line(&written);
        let origin = stanza.map(|stanza| script.origin(span, stanza));
        let findings = &mut reading.findings;
        match outcome {
            Outcome::OwnStop => {}
            Outcome::Left(reason) => {
                let advice = reason.help(systemctl);
                findings.push(codes::call_stays(written, reason, advice).at(origin));
            }
            Outcome::Replaced(instead) => {
                let index = *reported.entry((written.clone(), instead.text.clone())).or_insert_with(|| {
                    findings.push(codes::call_rewritten(&written, &instead.text));
                    findings.len() - 1
                });
                findings[index].also_at(origin);
                follow(reading, &written, instead, origin, stanza);
            }
        }
    }
}

/// Tells what follows from a replacement, and notes what the unit needs for it.
fn follow(
    reading: &mut LinkedJob,
    written: &BString,
    instead: Replacement,
    origin: Option<Origin>,
    stanza: Option<Origin>,
) {
    let LinkedJob { service, findings, .. } = reading;
    if let Some(unwaited) = instead.unwaited {
        findings.push(codes::call_does_not_wait(written, unwaited).at(origin));
    }
    if let Some(name) = instead.unknown {
        let finding = codes::unknown_job_called(&name).about(Subject::Call(name.into())).at(origin);
        if !findings.iter().any(|known| known.is_like(&finding)) {
            findings.push(finding);
        }
    }
    if instead.needs_instance {
        needs_instance(service, stanza);
    }
    if let Some(event) = instead.announces.filter(|event| !service.announces.contains(event)) {
        findings.push(codes::event_without_job(&event).at(origin));
        service.announces.push(event);
    }
}

/// Sets the variable that holds the name of the instance, for a process that calls its own unit.
fn needs_instance(service: &mut Service, origin: Option<Origin>) {
    let variable = Variable::Instance("UPSTART_INSTANCE".into());
    if !service.environment.iter().any(|entry| entry.value == variable) {
        service.environment.push(Sourced::new(variable, origin));
    }
}

pub(crate) fn one_line(text: &BString) -> BString {
    let parts: Vec<&[u8]> = text.fields_with(char::is_whitespace).filter(|part| *part != b"\\").collect();
    bstr::join(" ", parts).into()
}
