//! Hooks: what was lifted out of them (checks before the start, directories, programs in a row), and where
//! systemd runs, repeats or ends them otherwise than Upstart.

use super::Writer;
use super::command::Wrap;
use crate::findings::codes;
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
            self.raise(codes::lifted_guard(&check.path), origin).became(format!("{}={value}", directive.name()));
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
            && !service.has_dependents
    }

    fn test(&self, check: &Check) -> String {
        let sign = if check.negated { "! " } else { "" };
        let path = exec_word(&check.path, self.options.target);
        format!("/usr/bin/test {sign}{} {path}", check.test.operator().unwrap_or("-e"))
    }

    /// Tells that there is nothing but failure for a start that is not to be.
    pub(super) fn fails_for_stop(&mut self, origin: Option<Origin>) {
        self.raise(codes::stop_in_job_fails_unit(self.options.target), origin).became("ExecStartPre=");
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
            self.raise(codes::lifted_directory(path), origin).became(became);
        }
    }

    /// Whether a hook is written as the programs that it runs. In the exact style it stays one process,
    /// which a stop waits for; and where a program could not be found without a shell, one is enough.
    pub(super) fn runs_steps(&self, hook: &Hook) -> bool {
        !hook.steps.is_empty() && !self.is_exact() && hook.steps.iter().all(|step| !self.needs_shell(&step.argv))
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
        let finding = match hook.steps.len() {
            1 => codes::lifted_command(),
            count => codes::lifted_commands(count),
        };
        self.raise(finding, origin).became(format!("{}=", directive.name()));
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
                self.raise(codes::hook_leaves_processes(), origin);
            }
            match hook.stage {
                Stage::Condition | Stage::PreStart => {
                    let finding = if self.is_exact() {
                        codes::stopped_pre_start_exits_one()
                    } else {
                        codes::stop_kills_pre_start()
                    };
                    self.raise(finding, origin);
                    if respawns && !self.stops_group() {
                        self.raise(codes::pre_start_retried(), origin);
                    }
                }
                Stage::PostStart => {
                    let finding =
                        if self.is_exact() { codes::stop_ends_post_start() } else { codes::stop_kills_post_start() };
                    self.raise(finding, origin);
                }
                Stage::PreStop | Stage::PostStop => {
                    if facts.waits && limit < defaults::STOP_TIMEOUT && !self.stops_group() {
                        self.raise(codes::hook_cut_short(limit), origin);
                    }
                    let is_kept = self.stops_group() && respawns && service.user.is_none();
                    if hook.stage == Stage::PreStop {
                        self.raise(codes::restart_with_pre_stop(), origin);
                    } else if !is_kept {
                        let finding =
                            if respawns { codes::post_stop_ends_respawning() } else { codes::post_stop_fails_stop() };
                        self.raise(finding, origin);
                    }
                }
            }
        }
    }
}
