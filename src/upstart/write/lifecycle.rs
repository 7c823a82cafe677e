//! How a job becomes ready, when it is started again, how it is stopped and reloaded.

use super::job::Writer;
use crate::findings::{Code, Finding};
use crate::service::{Exit, Rate, Reach, Ready, Reload, RestartOn, Signal};
use crate::text::{Origin, Sourced};
use crate::upstart::job::{Expect, NormalExit, ProcessType, RespawnLimit};

/// Signals whose death systemd takes for a clean end of a service (systemd.service(5), `SuccessExitStatus=`).
const CLEAN: [u32; 4] = [1, 2, 13, 15];

/// Signals that end a process.
const DEADLY: std::ops::RangeInclusive<u32> = 1..=31;

/// Seconds that no service lives.
const FOR_EVER: i64 = i32::MAX as i64;

/// The shortest pause before a restart that is kept, in microseconds.
const SHORTEST_PAUSE: u64 = 1_000_000;

impl Writer<'_> {
    pub(super) fn lifecycle(&mut self) {
        if self.is_without_main() {
            self.without_main();
            return;
        }
        self.readiness();
        self.restart();
        self.stop();
        self.reload();
    }

    /// What has no meaning where there is no main process.
    fn without_main(&mut self) {
        let service = self.service;
        self.became(service.ready.origin, "no main process");
        let restart = [
            service.restart.on.as_ref().map(|on| on.origin),
            service.restart.rate.as_ref().map(|rate| rate.origin),
            service.restart.delay.as_ref().map(|delay| delay.origin),
        ];
        for origin in restart.into_iter().flatten() {
            self.find(
                Finding::new(Code::LostBehaviour, "Upstart tries a failed pre-start once")
                    .at(origin)
                    .help("where it has to be tried again, do so in the script"),
            );
        }
        let plain = [
            service.stop.signal.as_ref().map(|signal| signal.origin),
            service.stop.timeout.as_ref().map(|timeout| timeout.origin),
            service.stop.reach.as_ref().map(|reach| reach.origin),
            service.stop.never_kills,
            service.reload.as_ref().map(|reload| reload.origin),
        ];
        let exits = service.success.iter().chain(&service.restart.except).chain(&service.restart.also);
        for origin in plain.into_iter().flatten().chain(exits.map(|exit| exit.origin)) {
            self.account.is_default(origin, "there is no process that it would be for");
        }
    }

    fn expect(&mut self, expect: Expect, name: &str) {
        let origin = self.service.ready.origin;
        self.became(origin, format!("expect {name}"));
        self.job.expect = Some(Sourced::new(expect, origin));
    }

    fn readiness(&mut self) {
        let service = self.service;
        let origin = service.ready.origin;
        match service.ready.value {
            Ready::Executed => self.account.is_default(origin, "started once the program runs"),
            Ready::Stopped => self.expect(Expect::Stop, "stop"),
            Ready::Forked(1) => self.expect(Expect::Fork, "fork"),
            Ready::Forked(2..) => self.expect(Expect::Daemon, "daemon"),
            Ready::Forked(0) => self.forks(origin),
            Ready::Finished => {
                self.became(origin, "task");
                self.job.task = Some(Sourced::new((), origin));
            }
            Ready::Notified | Ready::OnBus => {
                let mut finding = Finding::new(
                    Code::ReadyAtOnce,
                    "the job counts as started once its program runs, not when that says it is ready",
                )
                .at(origin)
                .help("what starts on `started` of it must bear that, or wait by itself in post-start");
                if let Some(name) = service.bus_name.as_ref().filter(|name| name.origin != origin) {
                    finding = finding.see(name.origin, "nothing waits for the name");
                }
                self.find(finding);
            }
        }
        if let Some(name) = service.bus_name.as_ref().filter(|name| name.origin != origin) {
            self.account.is_default(name.origin, "nothing waits for the name");
        }
        if let Some(file) = &service.pid_file {
            self.account.is_default(file.origin, "Upstart follows the forks");
        }
    }

    /// How often a program forks cannot be known from a unit.
    fn forks(&mut self, origin: Origin) {
        let guess = if self.service.pid_file.is_some() { Expect::Daemon } else { Expect::Fork };
        let expect = self.options.expect.unwrap_or(guess);
        let name = match expect {
            Expect::None => "none",
            Expect::Stop => "stop",
            Expect::Daemon => "daemon",
            Expect::Fork => "fork",
        };
        self.expect(expect, name);
        if self.options.expect.is_none() {
            self.find(
                Finding::new(
                    Code::ForksGuessed,
                    "how often the program forks is a guess; where it is wrong, start and stop of the job hang",
                )
                .at(origin)
                .became(format!("expect {name}"))
                .help("let the program run in the foreground and take `expect` out, or say --expect fork or daemon"),
            );
        }
    }

    fn restart(&mut self) {
        let service = self.service;
        let task = service.ready.value == Ready::Finished;
        let normal = self.normal_exits(task);
        if let Some(main) = service.main.last().filter(|main| main.value.ignored && !task) {
            self.find(
                Finding::new(Code::FailureCounts, "a failure of the program counts as one on Upstart")
                    .at(main.origin)
                    .help("what starts on `stopped` of it sees RESULT=failed then"),
            );
        }
        let Some(on) = respawns(service) else {
            for exit in &service.success {
                self.became(exit.origin, "normal exit");
                self.job.normal_exit.push(exit.map(|exit| normal_exit(*exit)));
            }
            let unused = service.restart.except.iter().map(|exit| exit.origin);
            let more = [
                service.restart.rate.as_ref().map(|rate| rate.origin),
                service.restart.delay.as_ref().map(|delay| delay.origin),
            ];
            for origin in unused.chain(more.into_iter().flatten()) {
                self.account.is_default(origin, "nothing is started again");
            }
            return;
        };
        self.became(on, "respawn");
        self.job.respawn = Some(Sourced::new((), on));
        self.job.normal_exit = normal;
        for exit in service.success.iter().chain(&service.restart.except).chain(&service.restart.also) {
            self.became(exit.origin, "normal exit");
        }
        if service
            .restart
            .on
            .as_ref()
            .is_some_and(|on| matches!(on.value, RestartOn::Abnormal | RestartOn::Success))
        {
            self.find(
                Finding::new(
                    Code::FailureIsNormal,
                    "an exit after which there is no restart ends the job as if nothing had failed",
                )
                .at(on)
                .became("respawn, normal exit")
                .help("what starts on `stopped` of it with RESULT=failed does not see such an exit"),
            );
        }
        let is_success = |exit: &Exit| {
            *exit == Exit::Status(0) || service.success.iter().any(|known| known.value == *exit)
        };
        let normal = service.restart.except.iter().filter(|exit| !is_success(&exit.value));
        if let Some(first) = normal.clone().next() {
            let mut finding = Finding::new(
                Code::FailureIsNormal,
                "after these endings there is no restart, and they count as no failure either",
            )
            .became("normal exit")
            .help("what starts on `stopped` of it with RESULT=failed does not see such an exit")
            .at(first.origin);
            for exit in normal.filter(|exit| exit.origin != first.origin) {
                finding = finding.at(exit.origin);
            }
            self.find(finding);
        }
        self.rate();
        self.pause();
    }

    fn rate(&mut self) {
        let Some(rate) = &self.service.restart.rate else { return };
        let limit = match rate.value {
            Rate::Unlimited => RespawnLimit { count: 0, interval: 0 },
            Rate::Limited { restarts, interval } => RespawnLimit {
                count: i32::try_from(restarts).unwrap_or(i32::MAX),
                interval: i64::try_from(interval).unwrap_or(i64::MAX),
            },
        };
        if limit == RespawnLimit::default() {
            self.account.is_default(rate.origin, "respawn limit 10 5");
            return;
        }
        self.became(rate.origin, "respawn limit");
        self.job.respawn_limit = Some(Sourced::new(limit, rate.origin));
    }

    /// Whether post-stop waits before the program is started again.
    pub(super) fn pauses(&self) -> bool {
        let service = self.service;
        !self.is_without_main()
            && respawns(service).is_some()
            && service.restart.delay.as_ref().is_some_and(|delay| delay.value >= SHORTEST_PAUSE)
    }

    /// Upstart starts a program again at once.
    fn pause(&mut self) {
        let Some(delay) = &self.service.restart.delay else { return };
        if !self.pauses() {
            self.account.is_default(delay.origin, "Upstart does not wait before a respawn");
            return;
        }
        let seconds = delay.value.div_ceil(1_000_000);
        let instance = self.instance_arguments();
        let lines = format!(
            "# A pause before it is started again, but not where it is stopped.\n\
             case $(initctl status \"$UPSTART_JOB\"{instance}) in\n*start/*) sleep {seconds} ;;\nesac\n"
        );
        self.pieces.lines(ProcessType::PostStop, lines, delay.origin);
        self.became(delay.origin, "post-stop");
        self.find(
            Finding::new(
                Code::PauseInPostStop,
                format!("post-stop waits {seconds} s before the program is started again; a restart by hand waits as well"),
            )
            .at(delay.origin)
            .became(format!("sleep {seconds}")),
        );
    }

    /// The endings after which there is no respawn.
    fn normal_exits(&self, task: bool) -> Vec<Sourced<NormalExit>> {
        let restart = &self.service.restart;
        let Some(on) = &restart.on else {
            // Only what is forced: everything else is normal.
            return all_but(&restart.also, Origin::default());
        };
        let (success, origin) = (&self.service.success, on.origin);
        let ignored = self.service.main.last().is_some_and(|main| main.value.ignored);
        let is_success = |exit: Exit| {
            exit == Exit::Status(0)
                || ignored && matches!(exit, Exit::Status(_))
                || success.iter().any(|known| known.value == exit)
                || !task && matches!(exit, Exit::Signal(signal) if CLEAN.contains(&signal.0))
        };
        let every = every_exit();
        let ends: Vec<Exit> = match on.value {
            RestartOn::Always => Vec::new(),
            // A task that has succeeded is over anyway.
            RestartOn::Failure => {
                every.filter(|exit| is_success(*exit) && !(task && *exit == Exit::Status(0))).collect()
            }
            RestartOn::Success => every.filter(|exit| !is_success(*exit)).collect(),
            RestartOn::Abnormal => {
                every.filter(|exit| is_success(*exit) || matches!(exit, Exit::Status(_))).collect()
            }
        };
        let mut normal: Vec<Sourced<Exit>> = restart.except.clone();
        for exit in ends {
            let source =
                success.iter().find(|known| known.value == exit).map_or(origin, |known| known.origin);
            if !normal.iter().any(|known| known.value == exit) {
                normal.push(Sourced::new(exit, source));
            }
        }
        normal.retain(|exit| !restart.also.iter().any(|also| also.value == exit.value));
        normal.iter().map(|exit| exit.map(|exit| normal_exit(*exit))).collect()
    }

    fn stop(&mut self) {
        let stop = &self.service.stop;
        if let Some(signal) = &stop.signal {
            if signal.value == Signal::TERM {
                self.account.is_default(signal.origin, "kill signal TERM");
            } else {
                self.became(signal.origin, format!("kill signal {}", signal.value));
                self.job.kill_signal = Some(signal.clone());
            }
        }
        if let Some(origin) = stop.never_kills {
            self.became(origin, "kill timeout");
            self.job.kill_timeout = Some(Sourced::new(FOR_EVER, origin));
            if let Some(timeout) = &stop.timeout {
                self.account.is_default(timeout.origin, "nothing is killed");
            }
        } else if let Some(timeout) = &stop.timeout {
            let seconds = i64::try_from(timeout.value).unwrap_or(FOR_EVER).clamp(1, FOR_EVER);
            if seconds == 5 {
                self.account.is_default(timeout.origin, "kill timeout 5");
            } else {
                self.became(timeout.origin, format!("kill timeout {seconds}"));
                self.job.kill_timeout = Some(Sourced::new(seconds, timeout.origin));
            }
        }
        let Some(reach) = &stop.reach else { return };
        let message = match reach.value {
            Reach::All => {
                self.account.is_default(reach.origin, "the process group of main");
                return;
            }
            Reach::MainThenAll => "the first signal reaches the whole process group of the main process",
            Reach::Main => "the signals reach the whole process group of the main process, not that alone",
            Reach::Nobody => "Upstart always sends signals at the stop",
        };
        self.find(
            Finding::new(Code::KillReach, message)
                .at(reach.origin)
                .help("where children have to live on, let them become leaders of sessions (setsid(1))"),
        );
    }

    fn reload(&mut self) {
        let Some(reload) = &self.service.reload else { return };
        match &reload.value {
            Reload::Signal(Signal::HUP) => self.account.is_default(reload.origin, "reload signal HUP"),
            Reload::Signal(signal) => {
                self.became(reload.origin, format!("reload signal {signal}"));
                self.job.reload_signal = Some(Sourced::new(*signal, reload.origin));
            }
            Reload::Commands(_) => self.find(
                Finding::new(
                    Code::ReloadCommand,
                    "`reload` sends HUP to the main process; no command can be run in its place",
                )
                .at(reload.origin)
                .help("tell whoever reloads the job to run the command; `reload` may end a program that does not know HUP"),
            ),
        }
    }
}

/// What says that the program is started again, if anything does.
fn respawns(service: &crate::service::Service) -> Option<Origin> {
    let restart = &service.restart;
    restart.on.as_ref().map(|on| on.origin).or(restart.also.first().map(|exit| exit.origin))
}

fn every_exit() -> impl Iterator<Item = Exit> {
    (0..=255).map(Exit::Status).chain(DEADLY.map(|number| Exit::Signal(Signal(number))))
}

fn all_but(forced: &[Sourced<Exit>], origin: Origin) -> Vec<Sourced<NormalExit>> {
    every_exit()
        .filter(|exit| !forced.iter().any(|known| known.value == *exit))
        .map(|exit| Sourced::new(normal_exit(exit), origin))
        .collect()
}

fn normal_exit(exit: Exit) -> NormalExit {
    match exit {
        Exit::Status(status) => NormalExit::Status(status),
        Exit::Signal(signal) => NormalExit::Signal(signal),
    }
}
