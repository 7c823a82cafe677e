//! `--logs files`: the log where Upstart wrote it, for those who read, rotate and ship it.

use std::fmt::Write as _;

use bstr::{BString, ByteSlice as _};

use super::{Companion, CompanionKind, Writer};
use crate::findings::{Code, Finding};
use crate::service::{Phase, Scope};
use crate::systemd::directive::Directive;
use crate::systemd::quote::rest_of_line;
use crate::systemd::target::Version;

/// Where Upstart keeps its logs (init(5), "console log").
const DIRECTORY: &str = "/var/log/upstart";

impl Writer<'_> {
    /// Sends the output to `/var/log/upstart/JOB.log`, as `console log` does. A line of tmpfiles.d(5)
    /// makes the file: it has to be there with its owner and mode before systemd opens it, and a
    /// directory that a unit makes for itself comes too late for that.
    pub(super) fn log_file(&mut self) {
        let service = self.service;
        let io = service.io.as_ref().map(|io| io.origin);
        let first = service.main.first().map(|main| main.origin);
        let origin = io.or(first).unwrap_or_default();
        let keep_journal = |writer: &mut Self, why: &str| {
            if let Some(io) = io {
                writer.account.is_default(io, "StandardOutput=journal");
            }
            writer.find(Finding::new(Code::LogToJournal, why).at(origin));
        };
        if service.scope == Scope::Session {
            keep_journal(
                self,
                "the log of a session's job, in ~/.cache/upstart, goes to the journal: journalctl --user",
            );
            return;
        }
        if service.phase == Phase::Early {
            keep_journal(self, "the unit starts before its log could be written: it logs to the journal");
            return;
        }
        if self.options.target < Version(240) {
            let why = format!(
                "systemd {} cannot append to a file: the log goes to the journal",
                self.options.target
            );
            keep_journal(self, &why);
            return;
        }
        // The log has the job's name, not the unit's, with its directories told apart by `_`.
        let name = BString::from(service.name.replace("/", "_"));
        let Some(name) = rest_of_line(&name) else {
            keep_journal(self, "no unit can name the file of this log: it goes to the journal");
            return;
        };
        let instance = if service.instance.is_some() { "-%i" } else { "" };
        let path = format!("{DIRECTORY}/{name}{instance}.log");
        let value = format!("append:{path}");
        for directive in [Directive::StandardOutput, Directive::StandardError] {
            match io {
                Some(origin) => self.put(directive, value.clone(), origin),
                None => self.set(directive, value.clone()),
            }
        }
        let mut text = format!("# For the log of {}.\nd {DIRECTORY} 0755 root root -\n", self.unit.name);
        if service.instance.is_none() {
            // A line of its own has words, quotes and escapes.
            let path = path.replace('\\', r"\\").replace('"', "\\\"");
            let quote = if path.contains([' ', '"', '\'']) { "\"" } else { "" };
            let _ = writeln!(text, "f {quote}{path}{quote} 0640 root root -");
        }
        self.companions.push(Companion {
            kind: CompanionKind::Tmpfiles,
            path: format!("/etc/tmpfiles.d/cutover-{}.conf", self.stem),
            text: text.into_bytes(),
        });
    }
}
