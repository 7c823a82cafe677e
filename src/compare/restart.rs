//! When it is started again, and which ends are a failure.

use super::diff_builder::DiffBuilder;
use super::render;
use super::value::{AspectValue, DisplayValue, Phrase};
use super::{Aspect, Definition, Grade, Init};
use crate::service::{Exit, Rate, Ready, RestartOn, Signal};
use crate::text::Sourced;
use crate::{systemd, upstart};

/// Deaths that systemd takes for a clean end of what is no task (systemd.service(5), `SuccessExitStatus=`).
const CLEAN: [Signal; 4] = [Signal(1), Signal(2), Signal(13), Signal(15)];
/// Signals that can end a process.
const SIGNALS: std::ops::RangeInclusive<u32> = 1..=31;

/// What systemd says that a program ended with which it could not run: no directory, no program, no root directory, no
/// user (systemd.exec(5), "Process Exit Codes").
const SPAWN: [Exit; 4] = [Exit::Status(200), Exit::Status(203), Exit::Status(210), Exit::Status(217)];

pub(super) fn compare(builder: &mut DiffBuilder<'_>) {
    // Where there is no process, none ends.
    if builder.both.iter().any(|of| of.has_main()) {
        restarts(builder);
        success(builder);
    }
}

fn ends_with(of: &Definition, counts: impl Fn(&Definition, Exit) -> bool) -> Vec<Exit> {
    let all = (0..=255).map(Exit::Status).chain(SIGNALS.map(|number| Exit::Signal(Signal(number))));
    all.filter(|end| counts(of, *end)).collect()
}

fn is_clean(end: Exit) -> bool {
    matches!(end, Exit::Signal(signal) if CLEAN.contains(&signal))
}

/// Whether deaths by some signals are no failure.
fn has_clean_deaths(of: &Definition) -> bool {
    of.init == Init::Systemd && of.service.ready.value != Ready::Finished
}

/// Whether an end counts as no failure.
fn succeeds(of: &Definition, end: Exit) -> bool {
    let ignored = of.service.main.last().is_some_and(|main| main.value.ignored);
    end == Exit::Status(0)
        || of.service.success.iter().any(|known| known.value == end)
        || has_clean_deaths(of) && is_clean(end)
        || ignored && matches!(end, Exit::Status(_))
}

/// Whether it is started again after an end.
fn restarts_after(of: &Definition, end: Exit) -> bool {
    let restart = &of.service.restart;
    if restart.also.iter().any(|known| known.value == end) {
        return true;
    }
    if restart.except.iter().any(|known| known.value == end) {
        return false;
    }
    match restart.on.as_ref().map(|on| on.value) {
        None => false,
        Some(RestartOn::Always) => true,
        Some(RestartOn::Failure) => !succeeds(of, end),
        Some(RestartOn::Success) => succeeds(of, end),
        Some(RestartOn::Abnormal) => matches!(end, Exit::Signal(_)) && !succeeds(of, end),
    }
}

fn restarts(builder: &mut DiffBuilder<'_>) {
    let both = builder.both;
    let ends = both.map(|of| ends_with(of, restarts_after));
    let values = both.map(|of| {
        let restart = &of.service.restart;
        let on = restart.on.as_ref().and_then(Sourced::origin);
        let origin = on.or(restart.also.first().and_then(Sourced::origin));
        DisplayValue::if_placed(AspectValue::Restart(restart.clone()), origin)
    });
    // Units tell ends by signals apart that the model does not.
    let kinds = both.map(|of| of.directive("Restart").map(|kind| kind.value.as_slice()));
    let is_finer = |kind: Option<&[u8]>| matches!(kind, Some(b"on-abort" | b"on-abnormal" | b"on-watchdog"));
    let same =
        ends[0] == ends[1] && (kinds[0] == kinds[1] || !kinds.into_iter().any(is_finer) || !builder.is_one_init());
    let only = [only(&ends[0], &ends[1]), only(&ends[1], &ends[0])];
    let (grade, why) = if same {
        (Grade::Same, String::new())
    } else if !builder.is_one_init() && only.iter().flatten().all(|end| SPAWN.contains(end)) {
        let why = "what systemd reports where it cannot run the program; a job is not started again then either";
        (Grade::Harmless, why.to_owned())
    } else if ends.iter().any(Vec::is_empty) {
        (Grade::Differs, "on one side it stays down when it has ended".to_owned())
    } else {
        (Grade::Differs, some_ends(&only))
    };
    builder.row(Aspect::Restart, None, values, grade, why);
    if ends.iter().any(Vec::is_empty) {
        return;
    }

    let delays = both.map(|of| {
        let own = AspectValue::Micros(match of.init {
            Init::Upstart => upstart::defaults::RESPAWN_DELAY,
            Init::Systemd => systemd::defaults::RESTART_DELAY,
        });
        DisplayValue::of(of.service.restart.delay.as_ref(), AspectValue::Micros, own)
    });
    builder.note(Aspect::RestartDelay, None, delays);
    let limits = both.map(|of| {
        let restart = &of.service.restart;
        let unlimited = AspectValue::Rate(Rate::Unlimited);
        let limit = DisplayValue::of(restart.rate.as_ref(), AspectValue::Rate, unlimited);
        // What the reader fills in stands where the restart does.
        if restart.on.as_ref().is_some_and(|on| on.origin() == limit.origin) {
            return DisplayValue::default(limit.value);
        }
        limit
    });
    builder.graded(Aspect::RestartLimit, None, limits, |_, _| (Grade::Differs, ""));
}

fn only(these: &[Exit], others: &[Exit]) -> Vec<Exit> {
    these.iter().copied().filter(|end| !others.contains(end)).collect()
}

/// Some of the ends after which only one of the two starts it again.
fn some_ends(only: &[Vec<Exit>; 2]) -> String {
    let say = |(only, side): (&Vec<Exit>, &str)| {
        let (signals, statuses): (Vec<Exit>, Vec<Exit>) = only.iter().partition(|end| matches!(end, Exit::Signal(_)));
        let mut words: Vec<String> = match statuses.len() {
            0..=4 => render::sorted(statuses).map(|status| format!("exit {status}")).collect(),
            255.. => vec!["every exit".to_owned()],
            _ => vec!["many exits".to_owned()],
        };
        match signals.len() {
            0..=4 => words.extend(render::sorted(signals)),
            _ => words.push("many signals".to_owned()),
        }
        (!words.is_empty()).then(|| format!("after {} on the {side} only", words.join(", ")))
    };
    only.iter().zip(["left", "right"]).filter_map(say).collect::<Vec<_>>().join("; ")
}

fn success(builder: &mut DiffBuilder<'_>) {
    let values = builder.both.map(|of| {
        let service = &of.service;
        let mut all: Vec<Exit> = vec![Exit::Status(0)];
        if has_clean_deaths(of) {
            all.extend(CLEAN.map(Exit::Signal));
        }
        for exit in &service.success {
            if !all.contains(&exit.value) {
                all.push(exit.value);
            }
        }
        let ignored = service.main.last().filter(|main| main.value.ignored);
        let value = if ignored.is_some() { Phrase::EveryExit.into() } else { AspectValue::Exits(all) };
        let origin = service.success.first().and_then(Sourced::origin).or(ignored.and_then(Sourced::origin));
        DisplayValue::if_placed(value, origin)
    });
    let ends = builder.both.map(|of| ends_with(of, succeeds));
    // A program that ends by one of these was told to; only its restart would matter, which has its own row.
    let others = ends.each_ref().map(|ends| ends.iter().filter(|end| !is_clean(**end)).collect::<Vec<_>>());
    let (grade, why) = if ends[0] == ends[1] {
        (Grade::Same, "")
    } else if !builder.is_one_init() && others[0] == others[1] {
        let why = "a death by HUP, INT, PIPE or TERM, which somebody sent, is a failure to Upstart; after it the unit is shown as inactive, not as failed";
        (Grade::Harmless, why)
    } else {
        (Grade::Differs, "")
    };
    builder.row(Aspect::Success, None, values, grade, why);
}
