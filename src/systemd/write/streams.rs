//! Where input comes from and output goes: the log, the console, files.

use std::fmt::Write as _;

use bstr::ByteSlice as _;

use super::{CompanionKind, Logs, Writer};
use crate::findings::codes;
use crate::service::{Io, Output, Phase, Scope, Sink};
use crate::systemd::quote::{in_sh, rest_of_line, shell_text};
use crate::systemd::table::Directive;
use crate::systemd::version::Feature;
use crate::text::{Origin, Sourced, Text};

/// Where Upstart keeps its logs (init(5), "console log").
const LOG_DIRECTORY: &str = "/var/log/upstart";

/// All that a process has open.
const STREAMS: [Directive; 3] = [Directive::StandardInput, Directive::StandardOutput, Directive::StandardError];

impl Writer<'_> {
    pub(super) fn streams(&mut self) {
        if let Some(tag) = &self.service.log_tag {
            self.text(Directive::SyslogIdentifier, tag);
        }
        self.standard_io();
        self.output();
    }

    fn standard_io(&mut self) {
        let to_file = self.options.logs == Logs::Files && self.uses_log();
        let io = self.service.io.as_ref().map(|io| (io.value, io.origin()));
        match io {
            None | Some((Io::Log, _)) if to_file => self.log_file(),
            None => {}
            Some((Io::Log, origin)) => self.account.is_default(origin, "StandardOutput=journal"),
            Some((Io::Null, origin)) => self.streams_to("null", &STREAMS[1..], origin),
            Some((Io::Console, origin)) if self.has(Feature::FileStreams) => {
                self.streams_to("file:/dev/console", &STREAMS, origin);
            }
            Some((Io::Console, origin)) => {
                self.terminal(origin);
                self.raise(codes::console_as_terminal(self.options.target), origin).became("StandardOutput=tty");
            }
            Some((Io::ConsoleOwner, origin)) => {
                self.put(Directive::StandardInput, "tty-force", origin);
                self.terminal(origin);
            }
        }
    }

    fn streams_to(&mut self, value: &str, streams: &[Directive], origin: Option<Origin>) {
        for directive in streams {
            self.put(*directive, value, origin);
        }
    }

    fn terminal(&mut self, origin: Option<Origin>) {
        self.streams_to("tty", &STREAMS[1..], origin);
        self.put(Directive::TTYPath, "/dev/console", origin);
    }

    /// Sends the output to `/var/log/upstart/JOB.log`, as `console log` does. A line of tmpfiles.d(5)
    /// makes the file: it has to be there with its owner and mode before systemd opens it, and a
    /// directory that a unit makes for itself comes too late for that.
    fn log_file(&mut self) {
        let service = self.service;
        let io = service.io.as_ref().map(Sourced::origin);
        // The log has the job's name, not the unit's, with its directories told apart by `_`.
        let name = rest_of_line(&service.name.replace("/", "_"));
        let finding = if service.scope == Scope::Session {
            codes::session_log_to_journal()
        } else if service.phase == Phase::Early {
            codes::early_log_to_journal()
        } else if !self.has(Feature::AppendedOutput) {
            codes::no_appended_output(self.options.target)
        } else if let Some(name) = name {
            return self.append_to_log(&name, io.flatten());
        } else {
            codes::no_name_of_log()
        };
        if let Some(io) = io {
            self.account.is_default(io, "StandardOutput=journal");
        }
        let origin = io.or(service.main.first().map(Sourced::origin)).unwrap_or_default();
        self.raise(finding, origin);
    }

    fn append_to_log(&mut self, name: &str, origin: Option<Origin>) {
        let is_template = self.service.instance.is_some();
        let path = format!("{LOG_DIRECTORY}/{name}{}.log", if is_template { "-%i" } else { "" });
        self.streams_to(&format!("append:{path}"), &STREAMS[1..], origin);
        let mut text = format!("# For the log of {}.\nd {LOG_DIRECTORY} 0755 root root -\n", self.unit.name);
        if !is_template {
            // A line of its own has words, quotes and escapes.
            let path = path.replace('\\', r"\\").replace('"', "\\\"");
            let quote = if path.contains([' ', '"', '\'']) { "\"" } else { "" };
            let _ = writeln!(text, "f {quote}{path}{quote} 0640 root root -");
        }
        self.companion(CompanionKind::Tmpfiles, format!("/etc/tmpfiles.d/cutover-{}.conf", self.stem), text);
    }

    /// Writes where the outputs lead. What a version cannot open by itself, a shell opens: see
    /// [`Writer::with_output`].
    fn output(&mut self) {
        let service = self.service;
        if !self.opens() {
            return;
        }
        if let Some(input) = &service.input {
            self.put(Directive::StandardInput, format!("file:{}", path_of(&input.value)), input.origin());
        }
        let Some(output) = &service.output else { return };
        let outputs = [(Directive::StandardOutput, &output.value.out), (Directive::StandardError, &output.value.error)];
        for (directive, sink) in outputs {
            let value = match sink {
                // Without a word of its own it would follow standard output.
                Sink::Log if directive == Directive::StandardError && self.options.logs == Logs::Journal => {
                    "journal".to_owned()
                }
                Sink::Log => continue,
                Sink::Null => "null".to_owned(),
                Sink::Console => "tty".to_owned(),
                Sink::Kernel => "kmsg".to_owned(),
                Sink::Append(path) => format!("append:{}", path_of(path)),
                Sink::Over(path) => format!("file:{}", path_of(path)),
                Sink::Truncate(path) => format!("truncate:{}", path_of(path)),
            };
            self.unit.entries.retain(|entry| entry.directive != directive);
            self.put(directive, value, output.origin());
        }
    }

    /// Whether any output goes to the log.
    fn uses_log(&self) -> bool {
        let output = self.service.output.as_ref();
        output.is_none_or(|output| [&output.value.out, &output.value.error].contains(&&Sink::Log))
    }

    /// Whether the version opens the files of input and output by itself.
    fn opens(&self) -> bool {
        let can = |feature: Feature, path: &Text| self.has(feature) && rest_of_line(path).is_some();
        let can_send = |sink: &Sink| match sink {
            Sink::Log | Sink::Null | Sink::Console | Sink::Kernel => true,
            Sink::Over(path) => can(Feature::FileStreams, path),
            Sink::Append(path) => can(Feature::AppendedOutput, path),
            Sink::Truncate(path) => can(Feature::TruncatedOutput, path),
        };
        let (input, output) = (self.service.input.as_ref(), self.service.output.as_ref());
        input.is_none_or(|input| can(Feature::FileStreams, &input.value))
            && output.is_none_or(|output| can_send(&output.value.out) && can_send(&output.value.error))
    }

    /// The main command, with a shell in front that opens the outputs where the version cannot.
    pub(super) fn with_output(&mut self, line: String) -> String {
        let service = self.service;
        let origin = service.output.as_ref().map(Sourced::origin);
        let Some(origin) = origin.or(service.input.as_ref().map(Sourced::origin)) else { return line };
        if self.opens() {
            return line;
        }
        let standard = Output { out: Sink::Log, error: Sink::Log };
        let Output { out, error } = service.output.as_ref().map_or(&standard, |output| &output.value);
        let input = service.input.as_ref().map(|input| format!(" <{}", shell_text(&input.value)));
        let to = |descriptor: &str, sink: &Sink| {
            let (operator, path): (&str, &[u8]) = match sink {
                Sink::Log => return String::new(),
                Sink::Console => (">", b"/dev/console"),
                Sink::Kernel => (">", b"/dev/kmsg"),
                Sink::Over(path) => ("<>", path.as_slice()),
                Sink::Null => (">", b"/dev/null"),
                Sink::Append(path) => (">>", path.as_slice()),
                Sink::Truncate(path) => (">", path.as_slice()),
            };
            format!(" {descriptor}{operator}{}", shell_text(path))
        };
        let error = if error == out && *out != Sink::Log { " 2>&1".to_owned() } else { to("2", error) };
        let recipe = format!("exec \"$@\"{}{}{error}", input.unwrap_or_default(), to("", out));
        self.raise(codes::files_opened_by_shell(self.options.target), origin).became("/bin/sh -c");
        format!("{} sh {line}", in_sh(&recipe, self.options.target))
    }
}

fn path_of(path: &Text) -> String {
    rest_of_line(path).unwrap_or_default()
}
