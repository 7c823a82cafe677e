//! The processes of a unit: how it starts, when it is ready, when it starts again, how it stops.

use super::Writer;
use super::command::Wrap;
use crate::findings::{Code, Finding};
use crate::service::programs::Program;
use crate::service::{Command, Failure, Hook, Moment, Phase, Ready, Reload, Run, Stage, Traits};
use crate::systemd::directive::Directive;
use crate::systemd::target::Version;
use crate::text::Sourced;

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

    fn hooks(&self, stage: Stage) -> Vec<&Hook> {
        // The service outlives the writer's own changes.
        self.service.hooks.iter().filter(|hook| hook.stage == stage).collect()
    }

    fn has_hook(&self, stage: Stage) -> bool {
        self.service.hooks.iter().any(|hook| hook.stage == stage)
    }

    fn hooks_as(&mut self, stage: Stage, directive: Directive, wrap: Wrap) {
        let service = self.service;
        let name = hook_name(stage);
        for hook in service.hooks.iter().filter(|hook| hook.stage == stage) {
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
        for stage in [Stage::Condition, Stage::PreStart] {
            self.hooks_as(stage, Directive::ExecStop, Wrap::default());
        }
        for main in &service.main {
            self.exec(Directive::ExecStop, "main", main, Wrap::default());
        }
        self.hooks_as(Stage::PostStart, Directive::ExecStop, Wrap { ignored: true, ..Wrap::default() });
        self.hooks_as(Stage::PreStop, Directive::ExecStop, Wrap { ignored: true, ..Wrap::default() });
        self.hooks_as(Stage::PostStop, Directive::ExecStopPost, Wrap::default());
        let plain = [
            Some(service.ready.origin),
            service.restart.on.as_ref().map(|on| on.origin),
            service.restart.rate.as_ref().map(|rate| rate.origin),
            service.stop.timeout.as_ref().map(|timeout| timeout.origin),
            service.stop.signal.as_ref().map(|signal| signal.origin),
        ];
        for origin in plain.into_iter().flatten().chain(service.success.iter().map(|exit| exit.origin)) {
            self.account.is_default(origin, "work at shutdown runs once");
        }
    }

    /// A job without a main process is up once its pre-start is done.
    fn without_main(&mut self) {
        let service = self.service;
        self.put(Directive::Type, "oneshot", service.ready.origin);
        self.set(Directive::RemainAfterExit, "yes");
        let pre_start = self.has_hook(Stage::PreStart);
        self.react(Moment::Starting);
        self.hooks_as(Stage::PreStart, Directive::ExecStart, Wrap::of(Stage::PreStart));
        if !pre_start {
            self.set(Directive::ExecStart, "/bin/true");
        }
        self.hooks_as(Stage::PostStart, Directive::ExecStartPost, Wrap::of(Stage::PostStart));
        self.react(Moment::Started);
        self.react(Moment::Stopping);
        self.hooks_as(Stage::PostStop, Directive::ExecStopPost, Wrap::of(Stage::PostStop));
        self.react_to_end();
        let leaves = service.hooks.iter().find(|hook| hook.command.value.traits.leaves_processes);
        if self.is_exact() {
            self.set(Directive::KillMode, "process");
            self.set(Directive::IgnoreSIGPIPE, "no");
            self.set(Directive::StartLimitIntervalSec, "0");
        } else if let Some(hook) = leaves {
            let origin = hook.command.origin;
            self.set(Directive::KillMode, "process");
            self.find(
                Finding::new(
                    Code::KillModeProcess,
                    "what this leaves running lives on at the stop, as on Upstart",
                )
                .at(origin)
                .became("KillMode=process")
                .help("post-stop has to end it"),
            );
        }
        if self.has_hook(Stage::PostStop) {
            self.set(Directive::TimeoutStopSec, self.no_limit());
        }
    }

    fn with_main(&mut self) {
        let service = self.service;
        self.readiness();
        self.checks();
        self.directories();
        let conditional = self.knows(Directive::ExecCondition);
        for hook in self.hooks(Stage::Condition).into_iter().cloned().collect::<Vec<_>>() {
            let wrap = Wrap::of(Stage::Condition);
            if conditional {
                self.exec(Directive::ExecCondition, hook_name(Stage::PreStart), &hook.command, wrap);
            } else {
                self.exec(Directive::ExecStartPre, hook_name(Stage::PreStart), &hook.command, wrap);
                self.fails_for_stop(hook.command.origin);
            }
        }
        self.react(Moment::Starting);
        self.hooks_as(Stage::PreStart, Directive::ExecStartPre, Wrap::of(Stage::PreStart));
        let repeated = self.repeats_main();
        for main in &service.main {
            self.exec(Directive::ExecStart, "main", main, Wrap { repeated, ..Wrap::default() });
        }
        if service.ready.value == Ready::Stopped {
            self.put(Directive::ExecStartPost, WAIT_FOR_STOP, service.ready.origin);
        }
        self.hooks_as(Stage::PostStart, Directive::ExecStartPost, Wrap::of(Stage::PostStart));
        self.react(Moment::Started);
        self.hooks_as(Stage::PreStop, Directive::ExecStop, Wrap::of(Stage::PreStop));
        self.react(Moment::Stopping);
        self.hooks_as(Stage::PostStop, Directive::ExecStopPost, Wrap::of(Stage::PostStop));
        self.react_to_end();
        self.hook_findings();
        self.restart();
        self.stop();
        let waits_to_start =
            [Stage::Condition, Stage::PreStart, Stage::PostStart].iter().any(|stage| self.has_hook(*stage))
                || matches!(service.ready.value, Ready::Forked(_) | Ready::Stopped);
        if waits_to_start && service.ready.value != Ready::Finished {
            self.set(Directive::TimeoutStartSec, self.no_limit());
        }
        if self.is_exact()
            || self.needs_sigpipe.is_some()
            || matches!(service.main[0].value.run, Run::Script(_))
            || is_script(&service.main[0])
        {
            self.set(Directive::IgnoreSIGPIPE, "no");
        }
    }

    pub(super) fn no_limit(&self) -> &'static str {
        // Before 229 `infinity` is taken, and the time is up at once.
        if self.options.target < Version(229) { "0" } else { "infinity" }
    }

    fn readiness(&mut self) {
        let service = self.service;
        let main = &service.main[0];
        let origin = service.ready.origin;
        let Traits { pid_file, foreground, program, .. } = &main.value.traits;
        match service.ready.value {
            Ready::Finished => {
                self.put(Directive::Type, "oneshot", origin);
                self.early_task();
                if let Some(hook) = self.hooks(Stage::PostStart).first() {
                    let post_start = hook.command.origin;
                    self.find(
                        Finding::new(
                            Code::PostStartAfterTask,
                            "post-start runs when the task has ended, not beside it",
                        )
                        .at(post_start)
                        .see(origin, "a task"),
                    );
                }
            }
            Ready::Forked(times) => {
                self.put(Directive::Type, "forking", origin);
                self.find(
                    Finding::new(
                        Code::ForksNotCounted,
                        "systemd does not count forks: should the program fork otherwise, the unit works where the job hung",
                    )
                    .see(origin, ""),
                );
                match pid_file {
                    Some(path) => self.set(Directive::PIDFile, path.to_string().replace('%', "%%")),
                    None if times > 1 => self.find(
                        Finding::new(
                            Code::DaemonWithoutPidFile,
                            "if its first process ends before the second fork, systemd kills the daemon",
                        )
                        .at(origin)
                        .became("Type=forking")
                        .help("let the program run in the foreground (then without `expect`), or name its PID file with PIDFile="),
                    ),
                    None => {}
                }
            }
            Ready::Executed | Ready::Stopped
                if *foreground == Some(false) && service.ready.value == Ready::Executed =>
            {
                let name = program.clone().unwrap_or_default();
                self.put(Directive::Type, "simple", origin);
                if !self.is_exact() {
                    self.set(Directive::KillMode, "process");
                }
                self.find(
                    Finding::new(
                        Code::ForksUnexpectedly,
                        format!(
                            "`{name}` leaves something in the background, and the job does not expect that"
                        ),
                    )
                    .at(main.origin)
                    .became("Type=simple, KillMode=process")
                    .help("run the program itself, in the foreground; neither init sees it otherwise"),
                );
            }
            Ready::Notified => self.put(Directive::Type, "notify", origin),
            Ready::OnBus => self.put(Directive::Type, "dbus", origin),
            Ready::Executed if self.is_ready_on_bus() => self.put(Directive::Type, "dbus", origin),
            Ready::Executed | Ready::Stopped if self.is_exact() && self.always_spawns() => {
                // `Type=exec` may take a program that fails at once for one that could not be run.
                self.put(Directive::Type, "simple", origin);
            }
            Ready::Executed | Ready::Stopped if self.options.target >= Version(240) => {
                self.put(Directive::Type, "exec", origin);
            }
            Ready::Executed | Ready::Stopped => {
                self.put(Directive::Type, "simple", origin);
                self.older(
                    main.origin,
                    "has no Type=exec: the start succeeds although the program, its directory or its user is missing",
                    "Type=simple",
                );
            }
        }
    }

    /// A task of the early boot is run again by the next start of something that needs the boot.
    fn early_task(&mut self) {
        let service = self.service;
        if service.phase == Phase::Early {
            let message = "it may run twice: what is started while the system comes up starts it again";
            self.find(Finding::new(Code::EarlyTask, message).at(service.ready.origin).help(
                "RemainAfterExit=yes prevents that where no other unit waits for its end, and `restart` then runs it again",
            ));
        }
    }

    fn stop(&mut self) {
        let service = self.service;
        if self.stops_group() {
            self.stop_group();
        }
        if let Some(signal) = &service.stop.signal {
            match signal.value.0 {
                15 => self.account.is_default(signal.origin, "KillSignal=SIGTERM"),
                1..=64 => self.put(Directive::KillSignal, signal.value.to_string(), signal.origin),
                number => self.find(
                    Finding::new(Code::ImpossibleSignal, format!("no process can be sent signal {number}"))
                        .at(signal.origin)
                        .help("the unit is stopped with SIGTERM"),
                ),
            }
        }
        match &service.stop.timeout {
            _ if self.stops_group() => {}
            Some(timeout) if timeout.value == 0 => {
                // 0 would be no limit at all.
                self.put(Directive::TimeoutStopSec, "1ms", timeout.origin);
            }
            Some(timeout) => {
                let value = seconds(timeout.value);
                let value = if value == "infinity" { self.no_limit().to_owned() } else { value };
                self.put(Directive::TimeoutStopSec, value, timeout.origin);
            }
            None => self.set(Directive::TimeoutStopSec, "5"),
        }
        if self.stops_group() {
            return;
        }
        let main = &service.main[0];
        if service.ready.value == Ready::Finished && main.value.traits.leaves_processes {
            self.set(Directive::KillMode, "process");
            self.find(
                Finding::new(
                    Code::KillModeProcess,
                    "what the task leaves running lives on when it ends, as on Upstart",
                )
                .at(main.origin)
                .became("KillMode=process"),
            );
        }
        let known = main.value.traits.program.as_ref().and_then(|name| Program::find(name));
        if let Some(program) = known.filter(|program| program.keeps_children)
            && self.unit.get(Directive::KillMode).is_none()
        {
            self.set(Directive::KillMode, "process");
            self.find(
                Finding::new(
                    Code::KillModeProcess,
                    format!("what {} has started lives on when it is stopped or restarted", program.name),
                )
                .at(main.origin)
                .became("KillMode=process"),
            );
        }
    }

    fn reload(&mut self) {
        let service = self.service;
        if service.main.is_empty() || service.phase == Phase::Shutdown {
            if let Some(reload) = &service.reload {
                self.account.is_default(reload.origin, "there is no process to send it to");
            }
            return;
        }
        if let Some(reload) = &service.reload {
            match &reload.value {
                Reload::Signal(signal) if (1..=64).contains(&signal.0) => {
                    let name = signal.name().map_or_else(|| signal.0.to_string(), str::to_owned);
                    self.put(Directive::ExecReload, format!("/bin/kill -{name} $MAINPID"), reload.origin);
                }
                Reload::Signal(signal) => self.find(
                    Finding::new(Code::ImpossibleSignal, format!("no process can be sent signal {signal}"))
                        .at(reload.origin)
                        .help("the unit cannot be reloaded"),
                ),
                Reload::Commands(commands) => {
                    for (command, failure) in commands {
                        let wrap = Wrap { ignored: *failure == Failure::Ignored, ..Wrap::default() };
                        let command = Sourced::new(command.clone(), reload.origin);
                        self.exec(Directive::ExecReload, "reload", &command, wrap);
                    }
                }
            }
        } else {
            let program = service.main[0].value.traits.program.as_ref().and_then(|name| Program::find(name));
            if (self.is_exact() || program.is_some_and(|program| program.reloads_on_hup))
                && service.ready.value != Ready::Finished
            {
                self.set(Directive::ExecReload, "/bin/kill -HUP $MAINPID");
            }
        }
    }
}

fn is_script(main: &Sourced<Command>) -> bool {
    match &main.value.run {
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
