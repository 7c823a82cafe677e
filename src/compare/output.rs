//! Where the processes read from and write to.

use super::ledger::{Ledger, Said};
use super::{Aspect, Grade, Init, Side, words};
use crate::service::{Io, Run, Sink};
use crate::text::Origin;

pub(super) fn compare(ledger: &mut Ledger<'_>) {
    input(ledger);
    for (aspect, error) in [(Aspect::StandardOutput, false), (Aspect::StandardError, true)] {
        let said = ledger.sides().map(|side| output(side, error));
        // The name of a job's log follows the name of the job.
        let own_log =
            ledger.is_one_init() && ledger.sides().map(log) == [said[0].text.clone(), said[1].text.clone()];
        let (same, both_log) = (said[0].text == said[1].text, said.iter().all(|said| is_log(&said.text)));
        let (grade, why) = match (same || own_log, both_log) {
            (true, _) => (Grade::Same, ""),
            (_, true) => (Grade::Harmless, "each init keeps a log of its own"),
            _ => (Grade::Differs, ""),
        };
        ledger.row(aspect, None, said, grade, why);
    }
    tag(ledger);
    sigpipe(ledger);
}

fn input(ledger: &mut Ledger<'_>) {
    let said = ledger.sides().map(|side| {
        let service = &side.service;
        match (&service.input, &service.io) {
            (Some(file), _) => Said::at(words::text(&file.value), file.origin),
            // What only writes to the console reads nothing (systemd.exec(5), `StandardOutput=`).
            (None, Some(_)) if side.init == Init::Systemd && side.directive("StandardInput").is_none() => {
                Said::default("/dev/null")
            }
            (None, Some(io)) => match io.value {
                Io::Log | Io::Null => Said::default("/dev/null"),
                Io::Console => Said::at("the console", io.origin),
                Io::ConsoleOwner => Said::at("the console, as controlling terminal", io.origin),
            },
            (None, None) => Said::default("/dev/null"),
        }
    });
    ledger.texts(Aspect::StandardInput, None, said);
}

const JOURNAL: &str = "the journal";

fn is_log(text: &str) -> bool {
    text == JOURNAL || text.starts_with("/var/log/upstart/")
}

/// Where the init's own log is.
fn log(side: &Side) -> String {
    match side.init {
        Init::Systemd => JOURNAL.to_owned(),
        Init::Upstart => {
            // The name of a job in a directory has its slashes replaced.
            let name = words::text(&side.service.name).replace('/', "_");
            let instance = if side.service.instance.is_some() { "-…" } else { "" };
            format!("/var/log/upstart/{name}{instance}.log")
        }
    }
}

fn output(side: &Side, error: bool) -> Said {
    let service = &side.service;
    let (sink, origin): (Sink, Option<Origin>) = match (&service.output, &service.io) {
        (Some(output), _) => {
            let sink = if error { &output.value.error } else { &output.value.out };
            (sink.clone(), Some(output.origin))
        }
        (None, Some(io)) => {
            let sink = match io.value {
                Io::Log => Sink::Log,
                Io::Null => Sink::Null,
                Io::Console | Io::ConsoleOwner => Sink::Console,
            };
            (sink, Some(io.origin))
        }
        (None, None) => (Sink::Log, None),
    };
    let text = match &sink {
        Sink::Log => log(side),
        Sink::Null => "/dev/null".to_owned(),
        Sink::Append(file) => words::text(file),
        Sink::Truncate(file) => format!("{}, emptied first", words::text(file)),
        Sink::Over(file) => format!("{}, from its beginning", words::text(file)),
        Sink::Console => "the console".to_owned(),
        Sink::Kernel => "the kernel's log".to_owned(),
    };
    match origin {
        Some(origin) if sink != Sink::Log => Said::at(text, origin),
        Some(origin) => Said { text, is_default: true, origin: Some(origin) },
        None => Said::default(text),
    }
}

fn tag(ledger: &mut Ledger<'_>) {
    let said = ledger.sides().map(|side| {
        if let Some(tag) = &side.service.log_tag {
            return Said::at(words::text(&tag.value), tag.origin);
        }
        match side.directive("SyslogIdentifier") {
            Some(tag) => Said::at(words::text(&tag.value), tag.origin),
            None => Said::default("none of its own"),
        }
    });
    if said.iter().any(|said| !said.is_default) {
        let same = said[0].text == said[1].text;
        let (grade, why) = match (same, ledger.is_one_init()) {
            (true, _) => (Grade::Same, ""),
            (_, true) => (Grade::Differs, ""),
            (_, false) => (Grade::Harmless, "the log files of Upstart have no tags"),
        };
        ledger.row(Aspect::LogTag, None, said, grade, why);
    }
}

fn sigpipe(ledger: &mut Ledger<'_>) {
    let said = ledger.sides().map(|side| match (side.init, side.directive("IgnoreSIGPIPE")) {
        (Init::Upstart, _) => Said::default("kills"),
        (Init::Systemd, Some(flag)) => {
            let ignored = !matches!(crate::systemd::value::boolean(&flag.value), Ok(false));
            Said::at(if ignored { "ignored" } else { "kills" }, flag.origin)
        }
        (Init::Systemd, None) => Said::default("ignored"),
    });
    let same = said[0].text == said[1].text;
    let pipes = ledger.sides().iter().any(|side| {
        let mains = side.service.main.iter();
        mains.chain(side.service.hooks.iter().map(|hook| &hook.command)).any(|command| {
            command.value.traits.pipes || matches!(command.value.run, Run::Line(_) | Run::Script(_))
        })
    });
    let (grade, why) = match (same, pipes && !ledger.is_one_init()) {
        (true, _) => (Grade::Same, ""),
        (_, true) => (
            Grade::Harmless,
            "in a pipeline of the script, a program whose reader has gone gets an error and does not die",
        ),
        _ => (Grade::Harmless, "only a program that writes to a pipe that nobody reads can tell"),
    };
    ledger.row(Aspect::Sigpipe, None, said, grade, why);
}
