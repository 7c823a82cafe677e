//! What is looked at before a start: the first lines of pre-start.

use super::command::{sh_text, sh_word};
use super::writer::Writer;
use crate::findings::codes;
use crate::service::{Check, Machine, Test};
use crate::text::Origin;
use crate::upstart::job::ProcessType;

/// What ends a start that is not to be, without a failure (init(5), "pre-start").
const NO_START: &[u8] = b" || { stop; exit 0; }\n";

impl Writer<'_> {
    pub(super) fn checks(&mut self) {
        let service = self.service;
        let (alternatives, all): (Vec<_>, Vec<_>) =
            service.conditions.iter().partition(|check| check.value.alternative && !check.value.required);
        for check in all {
            let otherwise: &[u8] = if check.value.required { b" || exit 1\n" } else { NO_START };
            let line = [self.test(&check.value).as_slice(), otherwise].concat();
            self.check(line, check.origin());
        }
        if let Some(first) = alternatives.first() {
            // Both must hold: all plain ones, and one of those with `|`.
            let tests: Vec<Vec<u8>> = alternatives.iter().map(|check| self.test(&check.value)).collect();
            let line = [tests.join(b" || ".as_slice()).as_slice(), NO_START].concat();
            self.check(line, first.origin());
            for check in &alternatives[1..] {
                self.account.stanza(check.origin(), "pre-start", "");
            }
        }
        for test in service.environment_conditions.iter().flatten() {
            self.find(codes::condition_not_tested(&test.value.name).at(test.origin()));
        }
        if let Some(machine) = &service.machine {
            self.machine(&machine.value, machine.origin());
        }
    }

    fn check(&mut self, line: Vec<u8>, origin: Option<Origin>) {
        self.account.stanza(origin, "pre-start", "");
        self.pieces.lines(ProcessType::PreStart, line, origin);
    }

    /// Upstart's own job `container-detect` writes what the machine is to a file, on Ubuntu.
    fn machine(&mut self, machine: &Machine, origin: Option<Origin>) {
        let test = match machine {
            Machine::Container => "[ -s /run/container_type ]".to_owned(),
            Machine::NoContainer => "! [ -s /run/container_type ]".to_owned(),
            Machine::Kind(kind) => {
                format!("grep -qx {} /run/container_type", String::from_utf8_lossy(&sh_word(kind)))
            }
        };
        self.check([test.as_bytes(), NO_START].concat(), origin);
        self.find(codes::machine_check().at(origin).became("pre-start"));
    }

    /// A check in shell.
    fn test(&self, check: &Check) -> Vec<u8> {
        let path = self.path(&check.path);
        let sign: &[u8] = if check.negated { b"! " } else { b"" };
        let simple = |operator: &str| [b"[ ", sign, operator.as_bytes(), b" ", &path, b" ]"].concat();
        let file_and = |operator: &str| {
            [sign, b"{ [ -f ", &path, b" ] && [ ", operator.as_bytes(), b" ", &path, b" ]; }"].concat()
        };
        match check.test {
            Test::ExecutableFile => file_and("-x"),
            Test::NonEmptyFile => file_and("-s"),
            // Of a pattern that matches nothing, `ls` says so.
            Test::Matches => {
                let pattern = sh_text(&check.path, self.instance_variables(), pattern);
                [sign, b"ls -d ", &pattern, b" >/dev/null 2>&1"].concat()
            }
            Test::NonEmptyDirectory => [sign, b"[ -n \"$(ls -A ", &path, b" 2>/dev/null)\" ]"].concat(),
            Test::MountPoint => [sign, b"mountpoint -q ", &path].concat(),
            // Whoever is root may write but where the file system says no.
            Test::WritableFileSystem => simple("-w"),
            other => simple(other.operator().unwrap_or("-e")),
        }
    }
}

/// A pattern with everything quoted but what makes it one.
fn pattern(path: &[u8]) -> Vec<u8> {
    let special = |byte: u8| b"*?[]!-".contains(&byte);
    let mut out = Vec::new();
    for part in path.chunk_by(|one, other| special(*one) == special(*other)) {
        if part.first().is_some_and(|byte| special(*byte)) {
            out.extend_from_slice(part);
        } else {
            out.extend(sh_word(part));
        }
    }
    out
}
