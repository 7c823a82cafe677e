//! Where the processes read from and write to.

use super::diff_builder::DiffBuilder;
use super::render;
use super::value::{AspectValue, DisplayValue, Phrase};
use super::{Aspect, Definition, Grade, Init};
use crate::service::{Io, Sink};
use crate::systemd::value::boolean;

pub(super) fn input(of: &Definition) -> DisplayValue {
    let service = &of.service;
    if let Some(file) = &service.input {
        return DisplayValue::at(&file.value, file.origin());
    }
    // What only writes to the console reads nothing (systemd.exec(5), `StandardOutput=`).
    let reads = of.init == Init::Upstart || of.directive("StandardInput").is_some();
    match service.io.as_ref().filter(|_| reads) {
        Some(io) if io.value == Io::Console => DisplayValue::at(Phrase::Console, io.origin()),
        Some(io) if io.value == Io::ConsoleOwner => DisplayValue::at(Phrase::ControllingTerminal, io.origin()),
        _ => DisplayValue::default(AspectValue::Text("/dev/null".into())),
    }
}

/// Where Upstart's logs are (init(5), `console log`).
const UPSTART_LOGS: &str = "/var/log/upstart/";

fn is_log(value: &AspectValue) -> bool {
    match value {
        AspectValue::Sink(Sink::Append(file)) => file.starts_with(UPSTART_LOGS.as_bytes()),
        AspectValue::Sink(sink) => *sink == Sink::Log,
        _ => false,
    }
}

/// Where the init's own log is.
fn log(of: &Definition) -> AspectValue {
    AspectValue::Sink(match of.init {
        Init::Systemd => Sink::Log,
        Init::Upstart => {
            // The name of a job in a directory has its slashes replaced.
            let name = render::text(&of.service.name).replace('/', "_");
            let instance = if of.service.instance.is_some() { "-…" } else { "" };
            Sink::Append(format!("{UPSTART_LOGS}{name}{instance}.log").as_str().into())
        }
    })
}

fn sink(of: &Definition, aspect: Aspect) -> DisplayValue {
    let (sink, origin) = match (&of.service.output, &of.service.io) {
        (Some(output), _) if aspect == Aspect::StandardError => (output.value.error.clone(), output.origin()),
        (Some(output), _) => (output.value.out.clone(), output.origin()),
        (None, Some(io)) => match io.value {
            Io::Log => (Sink::Log, io.origin()),
            Io::Null => (Sink::Null, io.origin()),
            Io::Console | Io::ConsoleOwner => (Sink::Console, io.origin()),
        },
        (None, None) => (Sink::Log, None),
    };
    let is_default = sink == Sink::Log;
    DisplayValue { value: if is_default { log(of) } else { AspectValue::Sink(sink) }, is_default, origin }
}

pub(super) fn output(builder: &mut DiffBuilder<'_>, aspect: Aspect) {
    let values = builder.both.map(|of| sink(of, aspect));
    builder.graded(aspect, None, values, |builder, values| {
        let is_own = |at: usize| values[at].value == log(builder.both[at]);
        if builder.is_one_init() && is_own(0) && is_own(1) {
            // The name of a job's log follows the name of the job.
            (Grade::Same, "")
        } else if values.iter().all(|value| is_log(&value.value)) {
            (Grade::Harmless, "each init keeps a log of its own")
        } else {
            (Grade::Differs, "")
        }
    });
}

pub(super) fn tag(of: &Definition) -> DisplayValue {
    match (&of.service.log_tag, of.directive("SyslogIdentifier")) {
        (Some(tag), _) => DisplayValue::at(&tag.value, tag.origin()),
        (None, Some(tag)) => DisplayValue::at(&tag.value, tag.origin),
        (None, None) => DisplayValue::absent(),
    }
}

pub(super) fn grade_tag(builder: &DiffBuilder<'_>, _: &[DisplayValue; 2]) -> (Grade, &'static str) {
    if builder.is_one_init() {
        (Grade::Differs, "")
    } else {
        (Grade::Harmless, "the log files of Upstart have no tags")
    }
}

/// Whether SIGPIPE is ignored.
pub(super) fn sigpipe(of: &Definition) -> DisplayValue {
    match (of.init, of.directive("IgnoreSIGPIPE")) {
        (Init::Upstart, _) => DisplayValue::absent(),
        (Init::Systemd, Some(flag)) if boolean(&flag.value) == Ok(false) => {
            DisplayValue::at(AspectValue::Absent, flag.origin)
        }
        (Init::Systemd, flag) => DisplayValue::if_placed(AspectValue::Present, flag.map(|flag| flag.origin)),
    }
}

pub(super) fn grade_sigpipe(builder: &DiffBuilder<'_>, _: &[DisplayValue; 2]) -> (Grade, &'static str) {
    let mut commands = builder.both.iter().flat_map(|of| of.service.commands());
    let has_pipes = commands.any(|it| it.value.facts.pipes || it.value.run.script().is_some());
    let why = if has_pipes && !builder.is_one_init() {
        "in a pipeline of the script, a program whose reader has gone gets an error and does not die"
    } else {
        "only a program that writes to a pipe that nobody reads can tell"
    };
    (Grade::Harmless, why)
}
