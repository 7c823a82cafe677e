//! Output that the main process sends elsewhere than to the log, and input from a file.

use super::{Logs, Writer};
use crate::service::{Output, Sink};
use crate::systemd::directive::Directive;
use crate::systemd::quote::{exec_word, rest_of_line, shell_word};
use crate::systemd::target::Version;
use crate::text::{Sourced, Text};

impl Writer<'_> {
    /// Writes where the outputs lead. What a version cannot open by itself, a shell opens: see
    /// [`Writer::with_output`].
    pub(super) fn output(&mut self) {
        let service = self.service;
        if self.opens().is_none() {
            return;
        }
        if let Some(input) = &service.input {
            self.put(Directive::StandardInput, format!("file:{}", path_of(&input.value)), input.origin);
        }
        let Some(output) = &service.output else { return };
        let outputs =
            [(Directive::StandardOutput, &output.value.out), (Directive::StandardError, &output.value.error)];
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
            self.put(directive, value, output.origin);
        }
    }

    /// Whether any output goes to the log.
    pub(super) fn uses_log(&self) -> bool {
        self.service.output.as_ref().is_none_or(|output| {
            let Output { out, error } = &output.value;
            *out == Sink::Log || *error == Sink::Log
        })
    }

    /// Whether the version opens the files of input and output by itself.
    fn opens(&self) -> Option<()> {
        let target = self.options.target;
        let input = self.service.input.as_ref();
        if input.is_some_and(|input| target < Version(236) || rest_of_line(&input.value).is_none()) {
            return None;
        }
        let Some(Sourced { value: output, .. }) = &self.service.output else { return Some(()) };
        let can = |sink: &Sink| match sink {
            Sink::Log | Sink::Null | Sink::Console | Sink::Kernel => true,
            Sink::Over(path) => target >= Version(236) && rest_of_line(path).is_some(),
            Sink::Append(path) => target >= Version(240) && rest_of_line(path).is_some(),
            Sink::Truncate(path) => target >= Version(248) && rest_of_line(path).is_some(),
        };
        (can(&output.out) && can(&output.error)).then_some(())
    }

    /// The main command, with a shell in front that opens the outputs where the version cannot.
    pub(super) fn with_output(&mut self, line: String) -> String {
        let service = self.service;
        let origin = service.output.as_ref().map(|output| output.origin);
        let Some(origin) = origin.or(service.input.as_ref().map(|input| input.origin)) else { return line };
        if self.opens().is_some() {
            return line;
        }
        let standard = Output { out: Sink::Log, error: Sink::Log };
        let Output { out, error } = service.output.as_ref().map_or(&standard, |output| &output.value);
        let input = service.input.as_ref().map_or_else(String::new, |input| {
            format!(" <{}", String::from_utf8_lossy(&shell_word(&input.value)))
        });
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
            format!(" {descriptor}{operator}{}", String::from_utf8_lossy(&shell_word(path)))
        };
        let error = if error == out && *out != Sink::Log { " 2>&1".to_owned() } else { to("2", error) };
        let recipe = format!("exec \"$@\"{input}{}{error}", to("", out));
        let target = self.options.target;
        self.older(origin, "cannot open the files of input and output: a shell does", "/bin/sh -c");
        format!("/bin/sh -c {} sh {line}", exec_word(recipe.as_bytes(), target))
    }
}

fn path_of(path: &Text) -> String {
    rest_of_line(path).unwrap_or_default()
}
