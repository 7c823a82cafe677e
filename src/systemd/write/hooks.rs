//! Hooks: what was lifted out of them (checks before the start, directories, programs in a row), and where
//! systemd runs, repeats or ends them otherwise than Upstart.

use super::Writer;
use super::command::Wrap;
use crate::findings::Code;
use crate::service::{self, Check, Command, Directory, DirectoryKind, Hook, RestartOn, Run, Stage};
use crate::systemd::quote::{exec_word, rest_of_line};
use crate::systemd::table::Directive;
use crate::systemd::version::Feature;
use crate::systemd::{counterparts, defaults};
use crate::text::{Origin, Sourced, Text};

impl Writer<'_> {
    /// What has to be so for a start.
    pub(super) fn checks(&mut self) {
        for check in &self.service.conditions {
            let (check, origin) = (&check.value, check.origin());
            let sign = if check.negated { "!" } else { "" };
            let condition = counterparts::condition(check.test).zip(rest_of_line(&check.path));
            let (directive, value) = match condition.filter(|_| self.is_skipped_as_a_whole()) {
                Some((directive, path)) => (directive, format!("{sign}{path}")),
                None if self.knows(Directive::ExecCondition) => (Directive::ExecCondition, self.test(check)),
                None => {
                    self.fails_for_stop(origin);
                    (Directive::ExecStartPre, self.test(check))
                }
            };
            self.report(Code::LiftedGuard, origin, format!("asked for {} before the start", check.path))
                .became(format!("{}={value}", directive.name()));
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
            && service.triggers.is_empty()
            && !service.has_dependants
    }

    fn test(&self, check: &Check) -> String {
        let sign = if check.negated { "! " } else { "" };
        let path = exec_word(&check.path, self.options.target);
        format!("/usr/bin/test {sign}{} {path}", check.test.operator().unwrap_or("-e"))
    }

    /// Tells that there is nothing but failure for a start that is not to be.
    pub(super) fn fails_for_stop(&mut self, origin: Option<Origin>) {
        let target = self.options.target;
        let message =
            format!("systemd {target} has no ExecCondition=: where the job says `stop`, the unit fails");
        self.report(Code::ConditionalStart, origin, message).became("ExecStartPre=");
    }

    /// The directories that are made before any process runs.
    pub(super) fn directories(&mut self) {
        for directory in &self.service.directories {
            let (Directory { kind, name, mode, removed }, origin) = (&directory.value, directory.origin());
            let (names, modes, _) = counterparts::directories(*kind);
            let path = format!("{}/{name}", kind.base());
            let became = if self.knows(names) {
                self.put(names, name, origin);
                if *mode != 0o755 && !self.unit.has(modes) {
                    self.put(modes, format!("{mode:04o}"), origin);
                }
                let stays = *kind == DirectoryKind::Runtime && !removed;
                if stays && !self.unit.has(Directive::RuntimeDirectoryPreserve) {
                    self.put(Directive::RuntimeDirectoryPreserve, "yes", origin);
                }
                format!("{}={name}", names.name())
            } else {
                let of = |account: &Option<Sourced<Text>>| {
                    account.as_ref().map_or("root".to_owned(), |it| exec_word(&it.value, self.options.target))
                };
                let (user, group) = (of(&self.service.user), of(&self.service.group));
                let line = format!("/usr/bin/install -d -o {user} -g {group} -m {mode:04o} {path}");
                self.put(Directive::ExecStartPre, line, origin);
                "ExecStartPre=".to_owned()
            };
            self.report(Code::LiftedDirectory, origin, format!("makes {path}")).became(became);
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
        let origin = hook.command.origin();
        for step in &hook.steps {
            let command = Command { run: Run::Argv(step.argv.clone()), ..hook.command.value.clone() };
            let wrap = Wrap { ignored: wrap.ignored || step.ignored, ..wrap };
            self.exec(directive, name, &Sourced::new(command, origin), wrap);
            if let Some(entry) = self.unit.entries.last_mut() {
                entry.comments.extend(step.comments.iter().map(super::comments::line));
            }
        }
        let message = match hook.steps.len() {
            1 => "runs one program, and needs no shell for it".to_owned(),
            count => format!("runs {count} programs one after the other, and needs no shell for it"),
        };
        self.report(Code::LiftedCommands, origin, message).became(format!("{}=", directive.name()));
    }

    /// Tells how each hook differs.
    pub(super) fn hook_findings(&mut self) {
        let service = self.service;
        let on = service.restart.on.as_ref().map(|on| on.value);
        let respawns = on.is_some_and(|on| on != RestartOn::Failure || self.has(Feature::OneshotRestart));
        let limit = service.stop.timeout.as_ref().map_or(service::defaults::STOP_TIMEOUT, |it| it.value);
        for hook in service.hooks.iter().filter(|hook| !hook.command.value.privileged) {
            let origin = hook.command.origin();
            let facts = &hook.command.value.facts;
            if facts.leaves_processes && !self.stops_group() {
                let message = "what this leaves in the background, systemd kills when the hook has ended";
                self.report(Code::ForksUnexpectedly, origin, message)
                    .help("make it a unit of its own, and let this one require it");
            }
            match hook.stage {
                Stage::Condition | Stage::PreStart => {
                    let message = if self.is_exact() {
                        "a start that is stopped before pre-start has ended exits 1; on Upstart 0"
                    } else {
                        "a stop waits for pre-start on Upstart; systemd kills it"
                    };
                    self.report(Code::StopDuringPreStart, origin, message);
                    if respawns && !self.stops_group() {
                        let message = "systemd retries a failed pre-start up to the start limit; Upstart gives up at once";
                        self.report(Code::PreStartRetried, origin, message);
                    }
                }
                Stage::PostStart => {
                    let end = if self.is_exact() { "systemd ends main at once" } else { "systemd kills it" };
                    let message = format!("a stop waits for post-start on Upstart; {end}");
                    self.report(Code::StopDuringPreStart, origin, message);
                }
                Stage::PreStop | Stage::PostStop => {
                    if facts.waits && limit < defaults::STOP_TIMEOUT && !self.stops_group() {
                        let message =
                            format!("this may take longer than {limit} s, and then systemd kills it");
                        self.report(Code::HookCutShort, origin, message)
                            .help("raise TimeoutStopSec= to what it needs");
                    }
                    let is_kept = self.stops_group() && respawns && service.user.is_none();
                    if hook.stage == Stage::PreStop {
                        let message =
                            "a restart stops and starts the unit; on Upstart it runs pre-stop, and no more";
                        self.report(Code::RestartWithPreStop, origin, message);
                    } else if !is_kept {
                        let message = if respawns {
                            "Upstart stops respawning when post-stop fails; systemd goes on"
                        } else {
                            "a stop exits 1 on Upstart when post-stop fails; systemd only marks the unit failed"
                        };
                        self.report(Code::PostStopFailure, origin, message);
                    }
                }
            }
        }
    }
}
