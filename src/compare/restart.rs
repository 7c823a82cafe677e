//! When it is started again, and which ends are a failure.

use std::collections::BTreeSet;

use super::ledger::{Ledger, Said};
use super::{Aspect, Grade, Init, Side, words};
use crate::service::{Exit, Rate, Ready, RestartOn, Signal};
use crate::text::Sourced;

/// Deaths that systemd takes for a clean end of what is no task (systemd.service(5), `SuccessExitStatus=`).
const CLEAN: [Signal; 4] = [Signal(1), Signal(2), Signal(13), Signal(15)];

/// Signals that can end a process.
const SIGNALS: std::ops::RangeInclusive<u32> = 1..=31;

/// What systemd says that a program ended with which it could not run: no directory, no program, no root directory, no
/// user (systemd.exec(5), "Process Exit Codes").
const SPAWN: [&str; 4] = ["200", "203", "210", "217"];

pub(super) fn compare(ledger: &mut Ledger<'_>) {
    // Where there is no process, none ends.
    if ledger.sides().iter().all(|side| !side.has_main()) {
        return;
    }
    restarts(ledger);
    success(ledger);
}

fn every_end() -> impl Iterator<Item = Exit> {
    (0..=255).map(Exit::Status).chain(SIGNALS.map(|number| Exit::Signal(Signal(number))))
}

/// Whether an end counts as no failure.
fn succeeds(side: &Side, end: Exit) -> bool {
    let service = &side.service;
    let task = service.ready.value == Ready::Finished;
    let clean = matches!(end, Exit::Signal(signal) if CLEAN.contains(&signal));
    let ignored = service.main.last().is_some_and(|main| main.value.ignored);
    end == Exit::Status(0)
        || service.success.iter().any(|known| known.value == end)
        || side.init == Init::Systemd && !task && clean
        || ignored && matches!(end, Exit::Status(_))
}

/// Whether it is started again after an end.
fn restarts_after(side: &Side, end: Exit) -> bool {
    let restart = &side.service.restart;
    if restart.also.iter().any(|known| known.value == end) {
        return true;
    }
    if restart.except.iter().any(|known| known.value == end) {
        return false;
    }
    match restart.on.as_ref().map(|on| on.value) {
        None => false,
        Some(RestartOn::Always) => true,
        Some(RestartOn::Failure) => !succeeds(side, end),
        Some(RestartOn::Success) => succeeds(side, end),
        Some(RestartOn::Abnormal) => matches!(end, Exit::Signal(_)) && !succeeds(side, end),
    }
}

fn restarted(side: &Side) -> BTreeSet<String> {
    every_end().filter(|end| restarts_after(side, *end)).map(words::exit).collect()
}

fn restarts(ledger: &mut Ledger<'_>) {
    let sides = ledger.sides();
    let ends = sides.map(restarted);
    let said = sides.map(|side| {
        let restart = &side.service.restart;
        let mut text = match restart.on.as_ref().map(|on| on.value) {
            None => "never",
            Some(RestartOn::Always) => "after every end",
            Some(RestartOn::Failure) => "after a failure",
            Some(RestartOn::Success) => "after a success",
            Some(RestartOn::Abnormal) => "after a death by a signal",
        }
        .to_owned();
        let all = |exits: &[Sourced<Exit>]| words::exits(exits.iter().map(|it| it.value));
        if !restart.also.is_empty() {
            text = format!("{text}, also after {}", all(&restart.also));
        }
        if restart.on.is_some() && !restart.except.is_empty() {
            text = format!("{text}, not after {}", all(&restart.except));
        }
        let origin = restart.on.as_ref().map(|on| on.origin);
        match origin.or_else(|| restart.also.first().map(|exit| exit.origin)) {
            Some(origin) => Said::at(text, origin),
            None => Said::default(text),
        }
    });
    // Units tell ends by signals apart that the model does not.
    let kinds = sides.map(|side| side.directive("Restart").map(|kind| kind.value.clone()));
    let finer = |kind: &Option<crate::text::Text>| {
        kind.as_ref()
            .is_some_and(|kind| matches!(kind.as_slice(), b"on-abort" | b"on-abnormal" | b"on-watchdog"))
    };
    let same =
        ends[0] == ends[1] && (kinds[0] == kinds[1] || !kinds.iter().any(finer) || !ledger.is_one_init());
    let only: Vec<&String> = ends[0].symmetric_difference(&ends[1]).collect();
    let spawns = !ledger.is_one_init() && only.iter().all(|end| SPAWN.contains(&end.as_str()));
    let (grade, why) = match (same, spawns) {
        (true, _) => (Grade::Same, String::new()),
        (_, true) => {
            let why = "what systemd reports where it cannot run the program; a job is not started again then either";
            (Grade::Harmless, why.to_owned())
        }
        _ => (Grade::Differs, restart_differs(&ends)),
    };
    ledger.row(Aspect::Restart, None, said, grade, &why);
    if ends.iter().any(BTreeSet::is_empty) {
        return;
    }

    let delay = sides.map(|side| {
        let by_itself = if side.init == Init::Upstart { "none" } else { "100 ms" };
        Said::of(side.service.restart.delay.as_ref(), |it| words::micros(*it), by_itself)
    });
    ledger.texts(Aspect::RestartDelay, None, delay);
    let limit = sides.map(|side| {
        let restart = &side.service.restart;
        let Some(rate) = &restart.rate else { return Said::default("never") };
        let text = words::rate(rate.value);
        // What the reader fills in stands where the restart does.
        if restart.on.as_ref().is_some_and(|on| on.origin == rate.origin) {
            Said::default(text)
        } else {
            Said::at(text, rate.origin)
        }
    });
    let rates = sides.map(|side| side.service.restart.rate.as_ref().map_or(Rate::Unlimited, |it| it.value));
    let grade = if rates[0] == rates[1] { Grade::Same } else { Grade::Differs };
    ledger.row(Aspect::RestartLimit, None, limit, grade, "");
}

/// Some of the ends after which only one side starts it again.
fn restart_differs(ends: &[BTreeSet<String>; 2]) -> String {
    if ends.iter().any(BTreeSet::is_empty) {
        return "on one side it stays down when it has ended".to_owned();
    }
    let only = |these: &BTreeSet<String>, others: &BTreeSet<String>, side: &str| {
        let only: Vec<&String> = these.difference(others).collect();
        let statuses = only.iter().filter(|end| end.as_bytes()[0].is_ascii_digit()).count();
        let signals: Vec<&str> =
            only.iter().filter(|end| !end.as_bytes()[0].is_ascii_digit()).map(|end| end.as_str()).collect();
        let mut words: Vec<String> = Vec::new();
        match statuses {
            0 => {}
            1..=4 => words.extend(
                only.iter().filter(|end| end.as_bytes()[0].is_ascii_digit()).map(|end| format!("exit {end}")),
            ),
            255.. => words.push("every exit".to_owned()),
            _ => words.push("many exits".to_owned()),
        }
        match signals.len() {
            0..=4 => words.extend(signals.iter().map(|signal| (*signal).to_owned())),
            _ => words.push("many signals".to_owned()),
        }
        (!words.is_empty()).then(|| format!("after {} on the {side} only", words.join(", ")))
    };
    let said = [only(&ends[0], &ends[1], "left"), only(&ends[1], &ends[0], "right")].into_iter().flatten();
    said.collect::<Vec<_>>().join("; ")
}

fn success(ledger: &mut Ledger<'_>) {
    let sides = ledger.sides();
    let ends = sides.map(|side| every_end().filter(|end| succeeds(side, *end)).collect::<Vec<_>>());
    let said = sides.map(|side| {
        let task = side.service.ready.value == Ready::Finished;
        let mut all: Vec<Exit> = vec![Exit::Status(0)];
        if side.init == Init::Systemd && !task {
            all.extend(CLEAN.map(Exit::Signal));
        }
        for exit in &side.service.success {
            if !all.contains(&exit.value) {
                all.push(exit.value);
            }
        }
        let mut text = words::exits(all.into_iter());
        let ignored = side.service.main.last().filter(|main| main.value.ignored);
        if ignored.is_some() {
            "every exit, whatever its status".clone_into(&mut text);
        }
        match side.service.success.first().map(|exit| exit.origin).or(ignored.map(|main| main.origin)) {
            Some(origin) => Said::at(text, origin),
            None => Said::default(text),
        }
    });
    // A program that ends by one of these was told to; only its restart would matter, which has its own row.
    let beyond = |ends: &[Exit]| -> Vec<Exit> {
        let clean = CLEAN.map(Exit::Signal);
        ends.iter().copied().filter(|end| !clean.contains(end)).collect()
    };
    let (grade, why) = if ends[0] == ends[1] {
        (Grade::Same, "")
    } else if !ledger.is_one_init() && beyond(&ends[0]) == beyond(&ends[1]) {
        (
            Grade::Harmless,
            "a death by HUP, INT, PIPE or TERM, which somebody sent, is a failure to Upstart; after it the unit is shown as inactive, not as failed",
        )
    } else {
        (Grade::Differs, "")
    };
    ledger.row(Aspect::Success, None, said, grade, why);
}
