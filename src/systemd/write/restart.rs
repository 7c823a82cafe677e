//! When a unit is started again, how often, and which endings are no failure.

use super::Writer;
use super::lifecycle::seconds;
use crate::findings::codes;
use crate::service::{Exit, Rate, Ready, RestartOn};
use crate::systemd::defaults;
use crate::systemd::table::Directive;
use crate::systemd::version::Feature;
use crate::text::{Origin, Sourced};

impl Writer<'_> {
    pub(super) fn restart(&mut self) {
        let service = self.service;
        let rate = service.restart.rate.as_ref();
        self.success();
        let Some(on) = &service.restart.on else {
            if self.is_exact() {
                // Starts by hand are never too many.
                self.set(self.start_limit_interval(), "0");
            }
            return;
        };
        if self.repeats_main() {
            for origin in [Some(on.origin()), rate.map(Sourced::origin)].into_iter().flatten() {
                self.account.words(origin, "a loop in ExecStart=");
            }
            self.set(self.start_limit_interval(), "0");
            return;
        }
        let task = on.value == RestartOn::Failure;
        if task && !self.has(Feature::OneshotRestart) {
            self.raise(codes::no_oneshot_restart(self.options.target), on.origin());
            if let Some(rate) = rate {
                self.account.no_effect(rate.origin(), "nothing is restarted");
            }
            return;
        }
        if self.is_exact() && !task {
            self.exact_respawn();
        } else {
            self.put(Directive::Restart, if task { "on-failure" } else { "always" }, on.origin());
        }
        if task {
            self.raise(codes::task_respawn(), on.origin()).became("Restart=on-failure");
        }
        let Some(rate) = rate else { return };
        let origin = rate.origin();
        // systemd waits 0.1 s before each restart. But the dependents of a unit lose one that is back at once.
        let at_once = self.is_exact() && !service.has_dependents;
        let too_slow = match rate.value {
            Rate::Unlimited => {
                self.put(self.start_limit_interval(), "0", origin);
                false
            }
            Rate::Limited { restarts, interval } => {
                self.start_limit(restarts, interval, task, origin);
                // With many in a short time the limit would never be reached.
                u64::from(restarts) >= interval.saturating_mul(1_000_000 / defaults::RESTART_DELAY)
            }
        };
        if at_once || too_slow {
            self.put(Directive::RestartSec, "0", origin);
        }
    }

    fn start_limit(&mut self, restarts: u32, interval: u64, task: bool, origin: Option<Origin>) {
        let starts = restarts.saturating_add(1);
        self.put(self.start_limit_interval(), seconds(interval), origin);
        self.put(Directive::StartLimitBurst, starts, origin);
        let finding =
            if self.is_exact() { codes::respawn_window(interval) } else { codes::respawn_window_and_delay(interval) };
        self.raise(finding, origin).became(format!("StartLimitBurst={starts}"));
        if restarts <= 3 && (task || !self.is_exact()) {
            self.raise(codes::small_limit(starts, interval), origin);
        }
    }

    /// The directive that the interval of the start limit has in the target.
    pub(super) fn start_limit_interval(&self) -> Directive {
        if self.knows(Directive::StartLimitIntervalSec) {
            Directive::StartLimitIntervalSec
        } else {
            Directive::StartLimitInterval
        }
    }

    /// Endings that are no failure, and those after which there is no restart.
    fn success(&mut self) {
        let service = self.service;
        let respawns = service.restart.on.as_ref().is_some_and(|on| on.value == RestartOn::Always);
        let prevents = respawns && !self.forces_restart();
        let mut clean_signal = None;
        for exit in &service.success {
            let origin = exit.origin();
            let value = match exit.value {
                Exit::Status(status) => status.to_string(),
                Exit::Signal(signal) if signal.name().is_some() => {
                    if matches!(signal.0, 1 | 2 | 13 | 15) {
                        clean_signal.get_or_insert(origin);
                    }
                    signal.to_string()
                }
                Exit::Signal(signal) => {
                    self.raise(codes::no_such_signal(signal), origin);
                    continue;
                }
            };
            let zero = exit.value == Exit::Status(0);
            if !zero {
                self.put(Directive::SuccessExitStatus, &value, origin);
            }
            if prevents {
                self.put(Directive::RestartPreventExitStatus, value, origin);
            } else if zero {
                self.account.is_default(origin, "exit status 0 is success");
            }
        }
        if !respawns
            && service.ready.value != Ready::Finished
            && let Some(exit) = service.success.first()
        {
            self.raise(codes::clean_signals(), clean_signal.unwrap_or(exit.origin()));
        }
    }
}
