//! The processes of a unit: how it starts, when it is ready, when it starts again, how it stops.

use super::command::Wrap;
use super::{Machinery, Writer};
use crate::findings::{Finding, codes};
use crate::script::programs::Program;
use crate::service::{self, Command, CommandFacts, Failure, LifecycleEvent, Phase, Ready, Reload, Run, Signal, Stage};
use crate::systemd::defaults;
use crate::systemd::table::Directive;
use crate::systemd::version::Feature;
use crate::text::{Origin, Sourced};

/// Waits until the process stops itself, then lets it go on; the start is done by then.
const WAIT_FOR_STOP: &str = r#"/bin/sh -c 'while kill -0 $MAINPID 2>/dev/null; do grep -q "^State:.[Tt]" /proc/$MAINPID/status && exec kill -CONT $MAINPID; sleep 0.05; done; exit 1'"#;

impl Writer<'_> {
    pub(super) fn lifecycle(&mut self) {
        if self.service.phase == Phase::Shutdown {
            self.shutdown_work();
        } else if self.service.main.is_empty() {
            self.without_main();
        } else {
            self.with_main();
        }
        self.reload();
    }

    fn has_hook(&self, stage: Stage) -> bool {
        self.service.hooks.iter().any(|hook| hook.stage == stage)
    }

    /// Writes the hooks of a stage where its place in a service's life is.
    fn hooks(&mut self, stage: Stage, directive: Directive) {
        self.hooks_as(stage, directive, Wrap::of(stage));
    }

    fn hooks_as(&mut self, stage: Stage, directive: Directive, wrap: Wrap) {
        let name = hook_name(stage);
        for hook in self.service.hooks.iter().filter(|hook| hook.stage == stage) {
            if self.runs_steps(hook) {
                self.steps(directive, name, hook, wrap);
            } else {
                self.exec(directive, name, &hook.command, wrap);
            }
        }
    }

    /// Work at shutdown is the stop of a unit that does nothing else: a unit that starts then would
    /// be killed, or see its file systems go.
    fn shutdown_work(&mut self) {
        let service = self.service;
        self.set(Directive::Type, "oneshot");
        self.set(Directive::RemainAfterExit, "yes");
        self.set(Directive::ExecStart, "/bin/true");
        self.set(Directive::TimeoutStopSec, self.no_limit());
        let ignored = Wrap { ignored: true, ..Wrap::default() };
        self.hooks_as(Stage::Condition, Directive::ExecStop, Wrap::default());
        self.hooks_as(Stage::PreStart, Directive::ExecStop, Wrap::default());
        for main in &service.main {
            self.exec(Directive::ExecStop, "main", main, Wrap::default());
        }
        self.hooks_as(Stage::PostStart, Directive::ExecStop, ignored);
        self.hooks_as(Stage::PreStop, Directive::ExecStop, ignored);
        self.hooks_as(Stage::PostStop, Directive::ExecStopPost, Wrap::default());
        let plain = [
            Some(service.ready.origin()),
            service.restart.on.as_ref().map(Sourced::origin),
            service.restart.rate.as_ref().map(Sourced::origin),
            service.stop.timeout.as_ref().map(Sourced::origin),
            service.stop.signal.as_ref().map(Sourced::origin),
        ];
        for origin in plain.into_iter().flatten().chain(service.success.iter().map(Sourced::origin)) {
            self.account.no_effect(origin, "work at shutdown runs once");
        }
    }

    /// A job without a main process is up once its pre-start is done.
    fn without_main(&mut self) {
        let service = self.service;
        self.put(Directive::Type, "oneshot", service.ready.origin());
        self.set(Directive::RemainAfterExit, "yes");
        self.triggers_at(LifecycleEvent::Starting);
        self.hooks(Stage::PreStart, Directive::ExecStart);
        if !self.has_hook(Stage::PreStart) {
            self.set(Directive::ExecStart, "/bin/true");
        }
        self.hooks(Stage::PostStart, Directive::ExecStartPost);
        self.triggers_at(LifecycleEvent::Started);
        self.triggers_at(LifecycleEvent::Stopping);
        self.hooks(Stage::PostStop, Directive::ExecStopPost);
        self.triggers_at_end();
        let leaves = service.hooks.iter().find(|hook| hook.command.value.facts.leaves_processes);
        if self.is_exact() {
            self.set(Directive::KillMode, "process");
            self.set(Directive::IgnoreSIGPIPE, "no");
            self.set(Directive::StartLimitIntervalSec, "0");
        } else if let Some(hook) = leaves {
            self.kills_main_only(codes::leftovers_live_on(), hook.command.origin());
        }
        if self.has_hook(Stage::PostStop) {
            self.set(Directive::TimeoutStopSec, self.no_limit());
        }
    }

    /// What a stop leaves alone, as Upstart does.
    fn kills_main_only(&mut self, finding: Finding, origin: Option<Origin>) {
        self.set(Directive::KillMode, "process");
        self.raise(finding, origin).became("KillMode=process");
    }

    fn with_main(&mut self) {
        let service = self.service;
        self.readiness();
        self.checks();
        self.directories();
        let conditional = self.knows(Directive::ExecCondition);
        let directive = if conditional { Directive::ExecCondition } else { Directive::ExecStartPre };
        for hook in service.hooks.iter().filter(|hook| hook.stage == Stage::Condition) {
            self.exec(directive, hook_name(hook.stage), &hook.command, Wrap::of(hook.stage));
            if !conditional {
                self.fails_for_stop(hook.command.origin());
            }
        }
        self.triggers_at(LifecycleEvent::Starting);
        self.hooks(Stage::PreStart, Directive::ExecStartPre);
        if self.repeats_main() {
            self.machinery.push(Machinery::SpawnFailures);
        }
        for main in &service.main {
            self.exec(Directive::ExecStart, "main", main, Wrap::default());
        }
        if service.ready.value == Ready::Stopped {
            self.put(Directive::ExecStartPost, WAIT_FOR_STOP, service.ready.origin());
        }
        self.hooks(Stage::PostStart, Directive::ExecStartPost);
        self.triggers_at(LifecycleEvent::Started);
        self.hooks(Stage::PreStop, Directive::ExecStop);
        self.triggers_at(LifecycleEvent::Stopping);
        self.hooks(Stage::PostStop, Directive::ExecStopPost);
        self.triggers_at_end();
        self.hook_findings();
        self.restart();
        self.stop();
        let waits_to_start = service.hooks.iter().any(|hook| !hook.stage.is_of_stop())
            || matches!(service.ready.value, Ready::Forked(_) | Ready::Stopped);
        if waits_to_start && service.ready.value != Ready::Finished {
            self.set(Directive::TimeoutStartSec, self.no_limit());
        }
        if self.is_exact() || self.needs_sigpipe || is_script(&service.main[0].value.run) {
            self.set(Directive::IgnoreSIGPIPE, "no");
        }
    }

    pub(super) fn no_limit(&self) -> &'static str {
        // Before 229 `infinity` is taken, and the time is up at once.
        if self.has(Feature::InfiniteTimeout) { "infinity" } else { "0" }
    }

    fn readiness(&mut self) {
        let service = self.service;
        let main = &service.main[0];
        let ready = service.ready.value;
        let origin = service.ready.origin();
        let CommandFacts { pid_file, foreground, program, .. } = &main.value.facts;
        let kind = match ready {
            Ready::Finished => "oneshot",
            Ready::Forked(_) => "forking",
            Ready::Notified => "notify",
            Ready::OnBus => "dbus",
            Ready::Executed if *foreground == Some(false) => "simple",
            Ready::Executed if self.is_ready_on_bus() => "dbus",
            // `Type=exec` may take a program that fails at once for one that could not be run.
            Ready::Executed | Ready::Stopped if self.is_exact() && self.always_spawns() => "simple",
            Ready::Executed | Ready::Stopped if self.has(Feature::TypeExec) => "exec",
            Ready::Executed | Ready::Stopped => {
                self.raise(codes::no_type_exec(self.options.target), main.origin()).became("Type=simple");
                "simple"
            }
        };
        self.put(Directive::Type, kind, origin);
        match ready {
            Ready::Finished => {
                if service.phase == Phase::Early {
                    // The next start of something that needs the boot runs it again.
                    self.raise(codes::early_task(), origin);
                }
                if let Some(hook) = service.hooks.iter().find(|hook| hook.stage == Stage::PostStart) {
                    let finding = codes::post_start_after_task().at(hook.command.origin());
                    self.find(finding.see(origin, codes::a_task()));
                }
            }
            Ready::Forked(times) => {
                self.find(codes::forks_not_counted().beside(origin));
                if let Some(path) = pid_file {
                    self.set(Directive::PIDFile, path.to_string().replace('%', "%%"));
                } else if times > 1 {
                    self.raise(codes::daemon_without_pid_file(), origin).became("Type=forking");
                }
            }
            Ready::Executed if *foreground == Some(false) => {
                if !self.is_exact() {
                    self.set(Directive::KillMode, "process");
                }
                let name = program.clone().unwrap_or_default();
                self.raise(codes::forks_unexpectedly(name), main.origin()).became("Type=simple, KillMode=process");
            }
            _ => {}
        }
    }

    fn stop(&mut self) {
        let service = self.service;
        if self.stops_group() {
            self.stop_group();
        }
        if let Some(signal) = &service.stop.signal {
            let origin = signal.origin();
            if signal.value == defaults::STOP_SIGNAL {
                self.account.is_default(origin, "KillSignal=SIGTERM");
            } else if self.can_be_sent(signal.value, origin, codes::impossible_stop_signal) {
                self.put(Directive::KillSignal, signal.value, origin);
            }
        }
        if self.stops_group() {
            return;
        }
        match &service.stop.timeout {
            // 0 would be no limit at all.
            Some(timeout) if timeout.value == 0 => {
                self.put(Directive::TimeoutStopSec, "1ms", timeout.origin());
            }
            Some(timeout) => {
                let value = seconds(timeout.value);
                let value = if value == "infinity" { self.no_limit().to_owned() } else { value };
                self.put(Directive::TimeoutStopSec, value, timeout.origin());
            }
            None => self.set(Directive::TimeoutStopSec, service::defaults::STOP_TIMEOUT.to_string()),
        }
        let main = &service.main[0];
        if service.ready.value == Ready::Finished && main.value.facts.leaves_processes {
            self.kills_main_only(codes::task_leftovers_live_on(), main.origin());
        }
        if let Some(program) = program_of(main).filter(|program| program.keeps_children)
            && !self.unit.has(Directive::KillMode)
        {
            self.kills_main_only(codes::children_live_on(program.name), main.origin());
        }
    }

    /// Whether there is a signal of that number; tells where there is none.
    fn can_be_sent(&mut self, signal: Signal, origin: Option<Origin>, otherwise: fn(Signal) -> Finding) -> bool {
        let known = is_signal(signal);
        if !known {
            self.raise(otherwise(signal), origin);
        }
        known
    }

    fn reload(&mut self) {
        let service = self.service;
        let reload = service.reload.as_ref();
        if service.main.is_empty() || service.phase == Phase::Shutdown {
            if let Some(reload) = reload {
                self.account.no_effect(reload.origin(), "there is no process to send it to");
            }
            return;
        }
        match reload.map(|reload| (&reload.value, reload.origin())) {
            Some((Reload::Signal(signal), origin)) => {
                if self.can_be_sent(*signal, origin, codes::impossible_reload_signal) {
                    self.put(Directive::ExecReload, format!("/bin/kill -{} $MAINPID", bare(*signal)), origin);
                }
            }
            Some((Reload::Commands(commands), origin)) => {
                for (command, failure) in commands {
                    let wrap = Wrap { ignored: *failure == Failure::Ignored, ..Wrap::default() };
                    let command = Sourced::new(command.clone(), origin);
                    self.exec(Directive::ExecReload, "reload", &command, wrap);
                }
            }
            None => {
                let on_hup = program_of(&service.main[0]).is_some_and(|program| program.reloads_on_hup);
                if (self.is_exact() || on_hup) && service.ready.value != Ready::Finished {
                    self.set(Directive::ExecReload, "/bin/kill -HUP $MAINPID");
                }
            }
        }
    }
}

/// What is known of the program that a command becomes.
fn program_of(command: &Sourced<Command>) -> Option<&'static Program> {
    command.value.facts.program.as_ref().and_then(|name| Program::find(name))
}

/// Whether Linux has such a signal.
pub(super) fn is_signal(signal: Signal) -> bool {
    (1..=64).contains(&signal.0)
}

/// A signal for kill(1): its name without `SIG`, or its number.
pub(super) fn bare(signal: Signal) -> String {
    signal.name().map_or_else(|| signal.0.to_string(), str::to_owned)
}

fn is_script(run: &Run) -> bool {
    match run {
        Run::Line(line) => !line.starts_with(b"exec "),
        Run::Script(_) => true,
        Run::Argv(_) | Run::Expand(_) => false,
    }
}

fn hook_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Condition | Stage::PreStart => "pre-start",
        Stage::PostStart => "post-start",
        Stage::PreStop => "pre-stop",
        Stage::PostStop => "post-stop",
    }
}

/// Seconds as systemd writes them; more than it can count is no limit.
pub(super) fn seconds(seconds: u64) -> String {
    const MOST: u64 = u64::MAX / 1_000_000 - 1;
    if seconds > MOST { "infinity".to_owned() } else { seconds.to_string() }
}
