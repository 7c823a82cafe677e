//! What was lifted out of hooks: checks before the start, directories, programs in a row.

use super::Writer;
use super::command::Wrap;
use crate::findings::{Code, Finding};
use crate::service::{Check, Command, DirectoryKind, Hook, Run, Stage};
use crate::systemd::counterparts;
use crate::systemd::directive::Directive;
use crate::systemd::quote::{exec_word, rest_of_line};
use crate::text::{Origin, Sourced};

impl Writer<'_> {
    /// What has to be so for a start.
    pub(super) fn checks(&mut self) {
        for check in &self.service.conditions {
            let origin = check.origin;
            let sign = if check.value.negated { "!" } else { "" };
            let path = rest_of_line(&check.value.path);
            let condition =
                counterparts::condition(check.value.test).zip(path).filter(|_| self.is_skipped_as_a_whole());
            let (directive, value) = match condition {
                Some((directive, path)) => (directive, format!("{sign}{path}")),
                None if self.knows(Directive::ExecCondition) => {
                    (Directive::ExecCondition, self.test(&check.value))
                }
                None => {
                    self.fails_for_stop(origin);
                    (Directive::ExecStartPre, self.test(&check.value))
                }
            };
            self.find(
                Finding::new(Code::LiftedGuard, format!("asked for {} before the start", check.value.path))
                    .at(origin)
                    .became(format!("{}={value}", directive.info().name)),
            );
            self.put(directive, value, origin);
        }
    }

    /// Whether a start that does not come about leaves nothing to do, so that a condition of the unit may
    /// keep it from all its processes; and whether that is looked at as root, from the root directory.
    fn is_skipped_as_a_whole(&self) -> bool {
        let service = self.service;
        let as_root = service.user.is_none() && service.group.is_none() && service.directory.is_none();
        as_root
            && !service.hooks.iter().any(|hook| hook.stage == Stage::PostStop)
            && service.reactions.is_empty()
            && !service.has_dependants
    }

    fn test(&self, check: &Check) -> String {
        let sign = if check.negated { "! " } else { "" };
        let path = exec_word(&check.path, self.options.target);
        format!("/usr/bin/test {sign}{} {path}", check.test.operator().unwrap_or("-e"))
    }

    /// Tells that there is nothing but failure for a start that is not to be.
    pub(super) fn fails_for_stop(&mut self, origin: Origin) {
        let target = self.options.target;
        let message =
            format!("systemd {target} has no ExecCondition=: where the job says `stop`, the unit fails");
        self.find(Finding::new(Code::ConditionalStart, message).at(origin).became("ExecStartPre="));
    }

    /// The directories that are made before any process runs.
    pub(super) fn directories(&mut self) {
        let service = self.service;
        for directory in &service.directories {
            let origin = directory.origin;
            let (kind, mode) = (directory.value.kind, directory.value.mode);
            let (name, mode_name) = counterparts::directories(kind);
            let path = format!("{}/{}", kind.base(), directory.value.name);
            let became = if self.knows(name) {
                self.put(name, directory.value.name.to_string(), origin);
                if mode != 0o755 && self.unit.get(mode_name).is_none() {
                    self.put(mode_name, format!("{mode:04o}"), origin);
                }
                if kind == DirectoryKind::Runtime
                    && !directory.value.removed
                    && self.unit.get(Directive::RuntimeDirectoryPreserve).is_none()
                {
                    self.put(Directive::RuntimeDirectoryPreserve, "yes", origin);
                }
                format!("{}={}", name.info().name, directory.value.name)
            } else {
                let account = |name: &Option<Sourced<crate::text::Text>>, option: &str| match name {
                    Some(name) => format!("{option} {} ", exec_word(&name.value, self.options.target)),
                    None => format!("{option} root "),
                };
                let line = format!(
                    "/usr/bin/install -d {}{}-m {mode:04o} {path}",
                    account(&service.user, "-o"),
                    account(&service.group, "-g")
                );
                self.put(Directive::ExecStartPre, line, origin);
                "ExecStartPre=".to_owned()
            };
            self.find(Finding::new(Code::LiftedDirectory, format!("makes {path}")).at(origin).became(became));
        }
    }

    /// Whether a hook is written as the programs that it runs. In the exact style it stays one process,
    /// which a stop waits for; and where a program could not be found without a shell, one is enough.
    pub(super) fn runs_steps(&self, hook: &Hook) -> bool {
        !hook.steps.is_empty()
            && !self.is_exact()
            && hook.steps.iter().all(|step| !self.needs_shell(&step.argv))
    }

    pub(super) fn steps(&mut self, directive: Directive, name: &str, hook: &Hook, wrap: Wrap) {
        let origin = hook.command.origin;
        for step in &hook.steps {
            let command = Command { run: Run::Argv(step.argv.clone()), ..hook.command.value.clone() };
            let wrap = Wrap { ignored: wrap.ignored || step.ignored, ..wrap };
            self.exec(directive, name, &Sourced::new(command, origin), wrap);
            if let Some(entry) = self.unit.entries.last_mut() {
                entry.comments.extend(step.comments.iter().map(super::comments::line));
            }
        }
        let count = hook.steps.len();
        let message = if count == 1 {
            "runs one program, and needs no shell for it".to_owned()
        } else {
            format!("runs {count} programs one after the other, and needs no shell for it")
        };
        self.find(
            Finding::new(Code::LiftedCommands, message)
                .at(origin)
                .became(format!("{}=", directive.info().name)),
        );
    }
}
