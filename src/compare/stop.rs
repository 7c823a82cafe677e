//! What a stop and a reload do.

use super::ledger::{Ledger, Said};
use super::{Aspect, Directive, Grade, Init, Side, words};
use crate::service::{Reach, Reload, Signal};
use crate::text::Origin;

pub(super) fn compare(ledger: &mut Ledger<'_>) {
    if ledger.sides().iter().any(|side| side.has_main()) {
        stop(ledger);
        reload(ledger);
    } else {
        stop_without_main(ledger);
    }
}

/// Seconds until KILL on Upstart (init(5), `kill timeout`).
const UPSTART_STOP: &str = "5 s";

fn stop(ledger: &mut Ledger<'_>) {
    let sides = ledger.sides();
    let signal = sides.map(|side| {
        Said::of(side.service.stop.signal.as_ref(), ToString::to_string, Signal::TERM.to_string())
    });
    ledger.texts(Aspect::StopSignal, None, signal);
    let timeout = sides.map(|side| stop_timeout(side, "never killed", UPSTART_STOP));
    ledger.texts(Aspect::StopTimeout, None, timeout);
    reach(ledger);
}

fn stop_timeout(side: &Side, never: &str, default: &str) -> Said {
    let stop = &side.service.stop;
    match (&stop.never_kills, &stop.timeout) {
        (Some(origin), _) => Said::at(never, *origin),
        // What the reader of units fills in stands nowhere.
        (None, Some(timeout)) if timeout.origin == Origin::default() => {
            Said::default(format!("{} s", timeout.value))
        }
        (None, Some(timeout)) => Said::at(format!("{} s", timeout.value), timeout.origin),
        (None, None) => Said::default(default),
    }
}

/// Where no process is looked after, there still are the commands of the stop, and what those of the start have left.
fn stop_without_main(ledger: &mut Ledger<'_>) {
    const NO_LIMIT: &str = "no limit";
    let sides = ledger.sides();
    let stays = |side: &Side| side.service.stays_up || side.init == Init::Upstart;
    if sides.iter().any(|side| !stays(side)) {
        return;
    }
    let acts = |side: &&Side| side.service.hooks.iter().any(|hook| hook.stage.is_of_stop());
    if sides.iter().any(acts) {
        // `kill timeout` is about the main process alone (init(5)).
        let timeout = sides.map(|side| match side.init {
            Init::Upstart => Said::default(NO_LIMIT),
            Init::Systemd => stop_timeout(side, NO_LIMIT, NO_LIMIT),
        });
        let same = timeout[0].text == timeout[1].text;
        let habit = timeout.iter().all(|said| said.is_default);
        let grade = match (same, habit) {
            (true, _) => Grade::Same,
            (_, true) => Grade::Harmless,
            _ => Grade::Differs,
        };
        let why = "a command of the stop that takes longer is killed on one side";
        ledger.row(Aspect::StopTimeout, None, timeout, grade, why);
    }
    reach(ledger);
}

fn reach(ledger: &mut Ledger<'_>) {
    let said = ledger.sides().map(|side| {
        let text = |reach: Reach| match (reach, side.init) {
            (Reach::All, Init::Upstart) if !side.has_main() => "nobody",
            (Reach::All, Init::Upstart) => "the process group of the main process",
            (Reach::All, Init::Systemd) => "all processes of the service",
            (Reach::MainThenAll, _) => "the main process; SIGKILL all",
            (Reach::Main, _) => "the main process only",
            (Reach::Nobody, _) => "nobody",
        };
        match &side.service.stop.reach {
            Some(reach) if reach.value != Reach::All => Said::at(text(reach.value), reach.origin),
            Some(reach) => {
                Said { text: text(Reach::All).to_owned(), is_default: true, origin: Some(reach.origin) }
            }
            None => Said::default(text(Reach::All)),
        }
    });
    let same = said[0].text == said[1].text;
    let habit = said.iter().all(|said| said.is_default);
    let no_main = ledger.sides().iter().all(|side| !side.has_main());
    let why = if habit && !same && no_main {
        "only what the commands of the start have left running can tell: on systemd it is stopped"
    } else if habit && !same {
        "only processes that left the process group of the main one can tell: on systemd they are stopped as well"
    } else {
        ""
    };
    let grade = match (same, habit) {
        (true, _) => Grade::Same,
        (_, true) => Grade::Harmless,
        _ => Grade::Differs,
    };
    ledger.row(Aspect::StopReach, None, said, grade, why);
}

/// The commands of a unit's reload: all of them are run, one after the other.
fn commands_of_reload(side: &Side) -> Vec<&Directive> {
    side.directives.iter().filter(|directive| directive.name == "ExecReload").collect()
}

fn reload(ledger: &mut Ledger<'_>) {
    let said = ledger.sides().map(|side| match &side.service.reload {
        _ if commands_of_reload(side).len() > 1 => {
            let all = commands_of_reload(side);
            Said::at(words::list(&all, |it| words::text(&it.value), "nothing"), all[0].origin)
        }
        Some(reload) => {
            let text = match &reload.value {
                Reload::Signal(signal) => format!("{signal} to the main process"),
                Reload::Commands(commands) => {
                    words::list(commands, |(command, _)| words::run(&command.run), "nothing")
                }
            };
            Said::at(text, reload.origin)
        }
        None => Said::default(match side.init {
            Init::Upstart => "SIGHUP to the main process",
            Init::Systemd => "refused",
        }),
    });
    let same = said[0].text == said[1].text;
    let habit = said.iter().all(|said| said.is_default);
    let (grade, why) = match (same, habit) {
        (true, _) => (Grade::Same, ""),
        (_, true) => (
            Grade::Harmless,
            "a unit has a reload only where it says how; Upstart sends HUP to whatever runs",
        ),
        _ => (Grade::Differs, ""),
    };
    ledger.row(Aspect::Reload, None, said, grade, why);
}
