//! How a job becomes ready, when it is started again, how it is stopped and reloaded.

use super::writer::Writer;
use crate::findings::{Finding, codes};
use crate::service::{Exit, Rate, Reach, Ready, Reload, RestartOn, Signal};
use crate::text::{Origin, Sourced};
use crate::upstart::defaults;
use crate::upstart::job::{Expect, ProcessType, RespawnLimit};
use crate::upstart::keywords::{EXPECTS, name_of};

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
        self.account.words(service.ready.origin(), "no main process");
        let (restart, stop) = (&service.restart, &service.stop);
        for origin in [origin(restart.on.as_ref()), origin(restart.rate.as_ref()), origin(restart.delay.as_ref())] {
            if origin.is_some() {
                self.find(codes::pre_start_tried_once().at(origin));
            }
        }
        let plain = [
            origin(stop.signal.as_ref()),
            origin(stop.timeout.as_ref()),
            origin(stop.reach.as_ref()),
            stop.never_kills,
            origin(service.reload.as_ref()),
        ];
        let exits = service.success.iter().chain(&restart.except).chain(&restart.also);
        for origin in plain.into_iter().chain(exits.map(Sourced::origin)) {
            self.account.no_effect(origin, "there is no process that it would be for");
        }
    }

    fn expect(&mut self, expect: Expect) {
        let origin = self.service.ready.origin();
        self.account.stanza(origin, "expect", name_of(EXPECTS, &expect));
        self.job.expect = Some(Sourced::new(expect, origin));
    }

    fn readiness(&mut self) {
        let service = self.service;
        let origin = service.ready.origin();
        let bus_name = service.bus_name.as_ref().map(Sourced::origin).filter(|name| *name != origin);
        match service.ready.value {
            Ready::Executed => self.account.is_default(origin, "started once the program runs"),
            Ready::Stopped => self.expect(Expect::Stop),
            Ready::Forked(1) => self.expect(Expect::Fork),
            Ready::Forked(2..) => self.expect(Expect::Daemon),
            Ready::Forked(0) => self.forks(origin),
            Ready::Finished => self.job.task = self.valued("task", Some(&service.ready.map(|_| ())), |()| ""),
            Ready::Notified | Ready::OnBus => {
                let mut finding = codes::ready_at_once().at(origin);
                if let Some(name) = bus_name {
                    finding = finding.see(name, codes::nothing_waits_for_name());
                }
                self.find(finding);
            }
        }
        if let Some(name) = bus_name {
            self.account.no_effect(name, "nothing waits for the name");
        }
        if let Some(file) = &service.pid_file {
            self.account.no_effect(file.origin(), "Upstart follows the forks");
        }
    }

    /// How often a program forks cannot be known from a unit.
    fn forks(&mut self, origin: Option<Origin>) {
        let guess = if self.service.pid_file.is_some() { Expect::Daemon } else { Expect::Fork };
        let expect = self.options.expect.unwrap_or(guess);
        self.expect(expect);
        if self.options.expect.is_none() {
            let became = format!("expect {}", name_of(EXPECTS, &expect));
            self.find(codes::forks_guessed().at(origin).became(became));
        }
    }

    fn restart(&mut self) {
        let service = self.service;
        let restart = &service.restart;
        let task = service.ready.value == Ready::Finished;
        if let Some(main) = service.main.last().filter(|main| main.value.ignored && !task) {
            self.find(codes::failure_counts().at(main.origin()));
        }
        let Some(on) = respawns(service) else {
            self.job.normal_exit =
                service.success.iter().filter_map(|exit| self.valued("normal exit", Some(exit), |_| "")).collect();
            let unused = restart.except.iter().map(Sourced::origin);
            for origin in unused.chain([origin(restart.rate.as_ref()), origin(restart.delay.as_ref())]) {
                self.account.no_effect(origin, "nothing is started again");
            }
            return;
        };
        self.account.stanza(on, "respawn", "");
        self.job.respawn = Some(Sourced::new((), on));
        self.job.normal_exit = self.normal_exits(task);
        for exit in service.success.iter().chain(&restart.except).chain(&restart.also) {
            self.account.stanza(exit.origin(), "normal exit", "");
        }
        if restart.on.as_ref().is_some_and(|on| matches!(on.value, RestartOn::Abnormal | RestartOn::Success)) {
            self.find(codes::exit_without_restart_is_normal().at(on).became("respawn, normal exit"));
        }
        let is_success =
            |exit: &Exit| *exit == Exit::Status(0) || service.success.iter().any(|known| known.value == *exit);
        let mut normal = restart.except.iter().filter(|exit| !is_success(&exit.value)).map(Sourced::origin);
        if let Some(first) = normal.next() {
            let finding = codes::endings_without_restart_are_normal().at(first);
            let more = normal.filter(|origin| *origin != first);
            self.find(more.fold(finding, Finding::at).became("normal exit"));
        }
        self.rate();
        self.pause();
    }

    fn rate(&mut self) {
        let Some(rate) = &self.service.restart.rate else { return };
        let limit = rate.map(|rate| match *rate {
            Rate::Unlimited => RespawnLimit { count: 0, interval: 0 },
            Rate::Limited { restarts, interval } => RespawnLimit {
                count: i32::try_from(restarts).unwrap_or(i32::MAX),
                interval: i64::try_from(interval).unwrap_or(i64::MAX),
            },
        });
        if limit.value == defaults::RESPAWN_LIMIT {
            self.account.is_default(rate.origin(), "respawn limit 10 5");
        } else {
            self.job.respawn_limit = self.valued("respawn limit", Some(&limit), |_| "");
        }
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
            self.account.no_effect(delay.origin(), "Upstart does not wait before a respawn");
            return;
        }
        let seconds = delay.value.div_ceil(1_000_000);
        let instance = self.instance_arguments();
        let lines = format!(
            "# A pause before it is started again, but not where it is stopped.\n\
             case $(initctl status \"$UPSTART_JOB\"{instance}) in\n*start/*) sleep {seconds} ;;\nesac\n"
        );
        self.pieces.lines(ProcessType::PostStop, lines, delay.origin());
        self.account.stanza(delay.origin(), "post-stop", "");
        let finding = codes::pause_in_post_stop(seconds).at(delay.origin());
        self.find(finding.became(format!("sleep {seconds}")));
    }

    /// The endings after which there is no respawn.
    fn normal_exits(&self, task: bool) -> Vec<Sourced<Exit>> {
        let restart = &self.service.restart;
        let is_forced = |exit: &Exit| restart.also.iter().any(|also| also.value == *exit);
        let every = (0..=255).map(Exit::Status).chain(DEADLY.map(|number| Exit::Signal(Signal(number))));
        let Some(on) = &restart.on else {
            // Only what is forced: everything else is normal.
            return every.filter(|exit| !is_forced(exit)).map(Sourced::implied).collect();
        };
        let (success, origin) = (&self.service.success, on.origin());
        let ignored = self.service.main.last().is_some_and(|main| main.value.ignored);
        let is_success = |exit: Exit| {
            exit == Exit::Status(0)
                || ignored && matches!(exit, Exit::Status(_))
                || success.iter().any(|known| known.value == exit)
                || !task && matches!(exit, Exit::Signal(signal) if CLEAN.contains(&signal.0))
        };
        let ends = |exit: &Exit| match on.value {
            RestartOn::Always => false,
            // A task that has succeeded is over anyway.
            RestartOn::Failure => is_success(*exit) && !(task && *exit == Exit::Status(0)),
            RestartOn::Success => !is_success(*exit),
            RestartOn::Abnormal => is_success(*exit) || matches!(exit, Exit::Status(_)),
        };
        let mut normal = restart.except.clone();
        for exit in every.filter(ends) {
            let source = success.iter().find(|known| known.value == exit).map_or(origin, Sourced::origin);
            if !normal.iter().any(|known| known.value == exit) {
                normal.push(Sourced::new(exit, source));
            }
        }
        normal.retain(|exit| !is_forced(&exit.value));
        normal
    }

    fn stop(&mut self) {
        let stop = &self.service.stop;
        if let Some(signal) = &stop.signal {
            if signal.value == defaults::STOP_SIGNAL {
                self.account.is_default(signal.origin(), "kill signal TERM");
            } else {
                self.job.kill_signal = self.valued("kill signal", Some(signal), Signal::to_string);
            }
        }
        if let Some(origin) = stop.never_kills {
            self.job.kill_timeout = self.valued("kill timeout", Some(&Sourced::new(FOR_EVER, origin)), |_| "");
            if let Some(timeout) = &stop.timeout {
                self.account.no_effect(timeout.origin(), "nothing is killed");
            }
        } else if let Some(timeout) = &stop.timeout {
            let seconds = i64::try_from(timeout.value).unwrap_or(FOR_EVER).clamp(1, FOR_EVER);
            if timeout.value == defaults::STOP_TIMEOUT {
                self.account.is_default(timeout.origin(), format!("kill timeout {seconds}"));
            } else {
                self.job.kill_timeout = self.valued("kill timeout", Some(&timeout.map(|_| seconds)), i64::to_string);
            }
        }
        let Some(reach) = &stop.reach else { return };
        let finding = match reach.value {
            Reach::All => {
                self.account.is_default(reach.origin(), "the process group of main");
                return;
            }
            Reach::MainThenAll => codes::first_signal_reaches_all(),
            Reach::Main => codes::signals_reach_all(),
            Reach::Nobody => codes::signals_are_always_sent(),
        };
        self.find(finding.at(reach.origin()));
    }

    fn reload(&mut self) {
        let Some(reload) = &self.service.reload else { return };
        match &reload.value {
            Reload::Signal(defaults::RELOAD_SIGNAL) => {
                self.account.is_default(reload.origin(), "reload signal HUP");
            }
            Reload::Signal(signal) => {
                self.job.reload_signal =
                    self.valued("reload signal", Some(&reload.map(|_| *signal)), Signal::to_string);
            }
            Reload::Commands(_) => {
                self.find(codes::reload_is_hup().at(reload.origin()));
            }
        }
    }
}

fn origin<T>(value: Option<&Sourced<T>>) -> Option<Origin> {
    value.and_then(Sourced::origin)
}

/// What says that the program is started again, if anything does.
fn respawns(service: &crate::service::Service) -> Option<Origin> {
    let restart = &service.restart;
    origin(restart.on.as_ref()).or(restart.also.first().and_then(Sourced::origin))
}
