//! How it starts: when the start is done, what it hangs on, and what runs around the main process.

use std::collections::BTreeMap;

use bstr::ByteSlice as _;

use super::ledger::{Ledger, Said};
use super::{Aspect, Grade, Init, Side, command, process, words};
use crate::service::{Command, Failure, Hook, Ready, Run, Stage, Traits, When};
use crate::systemd::value::time::{self, Time};
use crate::text::{Origin, Sourced};

pub(super) fn compare(ledger: &mut Ledger<'_>) {
    readiness(ledger);
    start_timeout(ledger);
    conditions(ledger);
    let stages = [
        (Stage::Condition, Aspect::StartCheck),
        (Stage::PreStart, Aspect::PreStart),
        (Stage::PostStart, Aspect::PostStart),
        (Stage::PreStop, Aspect::PreStop),
        (Stage::PostStop, Aspect::PostStop),
    ];
    for (stage, aspect) in stages {
        hooks(ledger, stage, aspect);
    }
    instance(ledger);
}

// ---- the start ----

fn readiness(ledger: &mut Ledger<'_>) {
    let sides = ledger.sides();
    let said = sides.map(|side| {
        let ready = &side.service.ready;
        let forked = side.init == Init::Systemd
            && ready.value == Ready::Executed
            && side.directive("Type").is_none_or(|kind| kind.value.as_slice() == b"simple");
        let text = match ready.value {
            Ready::Executed if forked => "at once (Type=simple)",
            Ready::Executed => "when the program runs",
            Ready::Forked(0) => "when it has gone into the background",
            Ready::Forked(1) => "when it has forked once",
            Ready::Forked(_) => "when it has forked twice",
            Ready::Stopped => "when it raises SIGSTOP",
            Ready::Finished => "when the command has ended",
            Ready::Notified => "when it says so (sd_notify)",
            Ready::OnBus => "when it owns its name on D-Bus",
        };
        // The init's own way of knowing, but that an author may have had to say so.
        let said_so = match side.init {
            Init::Upstart => ready.value != Ready::Executed,
            Init::Systemd => !forked && (side.directive("Type").is_some() || ready.value == Ready::OnBus),
        };
        Said { text: text.to_owned(), is_default: !said_so, origin: said_so.then_some(ready.origin) }
    });
    let forks = |ready: Ready| matches!(ready, Ready::Forked(_));
    let ready = sides.map(|side| side.service.ready.value);
    let (grade, why) = if said[0].text == said[1].text {
        (Grade::Same, "")
    } else if ready[0] == ready[1] {
        (Grade::Harmless, "with Type=simple the start succeeds although the program cannot be run")
    } else if forks(ready[0]) && forks(ready[1]) && ready.contains(&Ready::Forked(0)) {
        (Grade::Harmless, "systemd does not count the forks: it waits until the first process has ended")
    } else {
        (Grade::Differs, "")
    };
    ledger.row(Aspect::Readiness, None, said, grade, why);

    let show = |text: &crate::text::Text| words::text(text);
    if sides.iter().any(|side| side.service.pid_file.is_some()) {
        let said = sides.map(|side| {
            let follows = side.init == Init::Upstart && forks(side.service.ready.value);
            let by_itself = if follows { "none: Upstart follows the forks" } else { "none" };
            Said::of(side.service.pid_file.as_ref(), show, by_itself)
        });
        let same = said[0].text == said[1].text;
        let grade = match (same, ledger.is_one_init()) {
            (true, _) => Grade::Same,
            (_, true) => Grade::Differs,
            (_, false) => Grade::Harmless,
        };
        ledger.row(Aspect::PidFile, None, said, grade, "");
    }
    if sides.iter().any(|side| side.service.bus_name.is_some()) {
        let said = sides.map(|side| Said::of(side.service.bus_name.as_ref(), show, "none"));
        let told = ready[0] != ready[1] || !ledger.is_one_init();
        let grade = match (said[0].text == said[1].text, told) {
            (true, _) => Grade::Same,
            (_, true) => Grade::Harmless,
            (_, false) => Grade::Differs,
        };
        let why = "it matters for when the start is done, which is told there";
        ledger.row(Aspect::BusName, None, said, grade, if grade == Grade::Harmless { why } else { "" });
    }
    if sides.iter().any(|side| side.service.stays_up) {
        let said = sides.map(|side| {
            let text = if side.service.stays_up { "yes" } else { "no" };
            Said::at(text, side.service.ready.origin)
        });
        ledger.texts(Aspect::StaysUp, None, said);
    }
}

/// Whether its start can take longer than it takes to run a program.
fn start_takes_time(side: &Side) -> bool {
    let service = &side.service;
    let mut stages = service.hooks.iter().map(|hook| hook.stage);
    stages.any(|stage| matches!(stage, Stage::Condition | Stage::PreStart | Stage::PostStart))
        || service.ready.value != Ready::Executed
}

/// What systemd grants a start (systemd-system.conf(5), `DefaultTimeoutStartSec=`).
const SYSTEMD_START: &str = "90 s";

fn start_timeout(ledger: &mut Ledger<'_>) {
    let said = ledger.sides().map(|side| {
        if let Some(seconds) = side.service.start_timeout {
            return Said { text: format!("{seconds} s"), is_default: false, origin: None };
        }
        let oneshot = side.service.ready.value == Ready::Finished;
        let last =
            side.directives.iter().rev().find(|it| matches!(it.name, "TimeoutStartSec" | "TimeoutSec"));
        match last {
            Some(limit) => Said::at(
                match time::timeout(&limit.value) {
                    Ok(Time::Span(span)) => {
                        words::micros(u64::try_from(span.as_micros()).unwrap_or(u64::MAX))
                    }
                    _ => "none".to_owned(),
                },
                limit.origin,
            ),
            None if side.init == Init::Systemd && !oneshot => Said::default(SYSTEMD_START),
            None => Said::default("none"),
        }
    });
    // A limit matters to the start that it limits.
    let matters =
        ledger.sides().iter().zip(&said).any(|(side, said)| said.text != "none" && start_takes_time(side));
    let (grade, why) = match (said[0].text == said[1].text, matters) {
        (true, _) => (Grade::Same, ""),
        (_, false) => (Grade::Harmless, "nothing takes long in the start that has the limit"),
        (_, true) => (Grade::Differs, ""),
    };
    ledger.row(Aspect::StartTimeout, None, said, grade, why);
}

const IN_SCRIPT: &str = "named in a script";

/// Where a script of the service names a path.
fn names_in_script(side: &Side, path: &[u8]) -> Option<Origin> {
    let hooks = side.service.hooks.iter().map(|hook| &hook.command);
    let mut commands = side.service.main.iter().chain(hooks);
    let names = |command: &&Sourced<Command>| match &command.value.run {
        Run::Line(text) | Run::Script(text) => text.contains_str(path),
        Run::Argv(_) | Run::Expand(_) => false,
    };
    commands.find(names).map(|command| command.origin)
}

fn conditions(ledger: &mut Ledger<'_>) {
    let mut all: BTreeMap<(String, String), [Option<Origin>; 2]> = BTreeMap::new();
    for (at, side) in ledger.sides().into_iter().enumerate() {
        for check in &side.service.conditions {
            let key = (words::text(&check.value.path), words::check(&check.value));
            all.entry(key).or_default()[at].get_or_insert(check.origin);
        }
    }
    for ((path, asked), found) in all {
        let sides = ledger.sides();
        let mut at = found.iter().zip(sides);
        let said = found.map(|origin| {
            let side = at.next().map(|(_, side)| side);
            match (origin, side.and_then(|side| names_in_script(side, path.as_bytes()))) {
                (Some(origin), _) => Said::at(asked.clone(), origin),
                (None, Some(origin)) => Said::at(IN_SCRIPT, origin),
                (None, None) => Said::default("not asked"),
            }
        });
        if said.iter().any(|said| said.text == IN_SCRIPT) {
            let why = "on one side a script names it, and may look at it: read there what it does then";
            ledger.row(Aspect::Condition, Some(&path), said, Grade::Differs, why);
        } else {
            ledger.texts(Aspect::Condition, Some(&path), said);
        }
    }
    let sides = ledger.sides();
    if sides.iter().any(|side| side.service.machine.is_some()) {
        let said = sides.map(|side| Said::of(side.service.machine.as_ref(), words::machine, "any"));
        ledger.texts(Aspect::Machine, None, said);
    }
    if sides.iter().any(|side| !side.service.held_back.is_empty()) {
        let said = sides.map(|side| match side.service.held_back.first() {
            Some(origin) => Said::at(words::text(side.source(*origin)), *origin),
            None => Said::default("no"),
        });
        ledger.texts(Aspect::HeldBack, None, said);
    }
}

// ---- what runs around the main process ----

/// A hook, or one of the programs of its script.
struct Piece<'a> {
    text: String,
    command: Sourced<Command>,
    hook: &'a Hook,
    ignored: bool,
}

fn pieces(side: &Side, stage: Stage) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for hook in side.service.hooks.iter().filter(|hook| hook.stage == stage) {
        let ignored = hook.failure == Failure::Ignored || hook.command.value.ignored;
        if hook.steps.is_empty() {
            let text = process::shown(side, &hook.command);
            pieces.push(Piece { text, command: hook.command.clone(), hook, ignored });
            continue;
        }
        for step in &hook.steps {
            let command = hook.command.map(|command| Command {
                run: Run::Argv(step.argv.clone()),
                argv0: None,
                traits: Traits::default(),
                ..command.clone()
            });
            let ignored = ignored || step.ignored;
            pieces.push(Piece { text: words::argv(&step.argv), command, hook, ignored });
        }
    }
    pieces
}

/// The commands of a stage. Those that do the same stand in one row; of the rest, the first of one side stands beside
/// the first of the other.
fn hooks(ledger: &mut Ledger<'_>, stage: Stage, aspect: Aspect) {
    let [left, right] = ledger.sides();
    let (ours, theirs) = (pieces(left, stage), pieces(right, stage));
    let constants = [left.constants(), right.constants()];
    let judge = |one: &Run, other: &Run| command::judge_with((one, &constants[0]), (other, &constants[1]));
    let total = ours.len().max(theirs.len());
    let mut free: Vec<usize> = (0..theirs.len()).collect();
    let mut pairs: Vec<[Option<usize>; 2]> = Vec::new();
    for (at, one) in ours.iter().enumerate() {
        let is_match = |other: &&usize| {
            judge(&one.command.value.run, &theirs[**other].command.value.run).0 != Grade::Differs
        };
        let found = free.iter().find(is_match).copied();
        free.retain(|other| Some(*other) != found);
        pairs.push([Some(at), found]);
    }
    for pair in pairs.iter_mut().filter(|pair| pair[1].is_none()) {
        if !free.is_empty() {
            pair[1] = Some(free.remove(0));
        }
    }
    pairs.extend(free.into_iter().map(|other| [None, Some(other)]));
    for (at, pair) in pairs.iter().enumerate() {
        let number = (total > 1).then(|| (at + 1).to_string());
        let item = number.as_deref();
        let (one, other) = (pair[0].map(|at| &ours[at]), pair[1].map(|at| &theirs[at]));
        let said = [one, other].map(|piece| match piece {
            Some(piece) => Said::at(piece.text.clone(), piece.command.origin),
            None => Said::default("nothing"),
        });
        let (Some(one), Some(other)) = (one, other) else {
            ledger.row(aspect, item, said, Grade::Differs, "on one side nothing is done then");
            continue;
        };
        let (grade, why) = judge(&one.command.value.run, &other.command.value.run);
        ledger.row(aspect, item, said, grade, &why);
        let name = format!("{}{}", aspect.info().title, item.map_or(String::new(), |at| format!(" {at}")));
        process::privileges(ledger, &name, &one.command, &other.command);
        consequences(ledger, &name, one, other);
    }
}

/// What a hook's failure means, and when it runs.
fn consequences(ledger: &mut Ledger<'_>, name: &str, one: &Piece<'_>, other: &Piece<'_>) {
    let failure = [one, other].map(|piece| {
        let text = match (piece.ignored, piece.hook.failure) {
            (true, _) | (_, Failure::Ignored) => "counts for nothing",
            (_, Failure::FailsStart) => "fails the start",
            (_, Failure::FailsStop) => "counts as one of the stop",
        };
        Said::at(text, piece.command.origin)
    });
    ledger.texts(Aspect::HookFailure, Some(name), failure);
    if one.hook.stage == Stage::PreStop {
        let when = [one, other].map(|piece| {
            let text = match piece.hook.when {
                When::Always => "at every end of a start that was done",
                When::Requested => "only when somebody asks for the stop",
            };
            Said::at(text, piece.command.origin)
        });
        ledger.texts(Aspect::HookOccasion, Some(name), when);
    }
}

fn instance(ledger: &mut Ledger<'_>) {
    let sides = ledger.sides();
    if sides.iter().all(|side| side.service.instance.is_none()) {
        return;
    }
    let said = sides.map(|side| {
        let of_name = side.init == Init::Systemd;
        match &side.service.instance {
            None => Said::default("the only one"),
            Some(instance) if of_name => {
                let default = instance.value.default.as_ref();
                let default =
                    default.map_or(String::new(), |name| format!(", by default {}", words::text(name)));
                Said::at(format!("one of several, by name{default}"), instance.origin)
            }
            Some(instance) => {
                Said::at(format!("one for each {}", words::text(&instance.value.pattern)), instance.origin)
            }
        }
    });
    let defaults = sides.map(|side| side.service.instance.as_ref().map(|it| it.value.default.clone()));
    let several = sides.iter().any(|side| {
        side.service.instance.as_ref().is_some_and(|instance| instance.value.variables.len() > 1)
    });
    let (grade, why) = match (said[0].text == said[1].text, defaults[0] == defaults[1] && !several) {
        (true, _) => (Grade::Same, ""),
        (_, true) if !ledger.is_one_init() => {
            (Grade::Harmless, "the name of an instance is the value of its variable")
        }
        _ => (Grade::Differs, ""),
    };
    ledger.row(Aspect::Instance, None, said, grade, why);
}
