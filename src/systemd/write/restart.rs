//! When a unit is started again, how often, and which endings are no failure.

use super::Writer;
use super::lifecycle::seconds;
use crate::findings::{Code, Finding};
use crate::service::{Exit, Rate, Ready, RestartOn};
use crate::systemd::directive::Directive;
use crate::systemd::target::Version;
use crate::text::Origin;

impl Writer<'_> {
    pub(super) fn restart(&mut self) {
        let service = self.service;
        self.success();
        let Some(on) = &service.restart.on else {
            if self.is_exact() {
                // Starts by hand are never too many.
                self.set_start_limit("0");
            }
            return;
        };
        if self.repeats_main() {
            self.account.became(on.origin, "a loop in ExecStart=");
            if let Some(rate) = &service.restart.rate {
                self.account.became(rate.origin, "a loop in ExecStart=");
            }
            self.set_start_limit("0");
            return;
        }
        let task = on.value == RestartOn::Failure;
        if task && self.options.target < Version(244) {
            self.not_in_target(
                on.origin,
                "restarts no unit of Type=oneshot",
                "let the script itself try again",
            );
            if let Some(rate) = &service.restart.rate {
                self.account.is_default(rate.origin, "nothing is restarted");
            }
            return;
        }
        if self.is_exact() && !task {
            self.exact_respawn();
        } else {
            self.put(Directive::Restart, if task { "on-failure" } else { "always" }, on.origin);
        }
        if task {
            self.find(
                Finding::new(
                    Code::TaskRespawn,
                    "the start returns at the first failure; on Upstart it waits for a success",
                )
                .at(on.origin)
                .became("Restart=on-failure"),
            );
        }
        let Some(rate) = &service.restart.rate else { return };
        match rate.value {
            Rate::Unlimited => {
                self.start_limit("0", None, rate.origin);
                if self.is_exact() && !service.has_dependants {
                    self.put(Directive::RestartSec, "0", rate.origin);
                }
            }
            Rate::Limited { restarts, interval } => {
                let starts = restarts.saturating_add(1);
                self.start_limit(&seconds(interval), Some(starts), rate.origin);
                self.find(
                    Finding::new(
                        Code::RespawnWindow,
                        if self.is_exact() {
                            format!("after more than {interval} s without a fault, the unit may start once more than the job")
                        } else {
                            format!("after more than {interval} s without a fault, the unit may start once more than the job; it waits 0.1 s before each restart")
                        },
                    )
                    .at(rate.origin)
                    .became(format!("StartLimitBurst={starts}")),
                );
                if restarts <= 3 && (task || !self.is_exact()) {
                    self.find(
                        Finding::new(
                            Code::SmallLimit,
                            format!("starts by hand count as well: more than {starts} within {interval} s are refused"),
                        )
                        .at(rate.origin)
                        .help("`systemctl reset-failed` lets it start again"),
                    );
                }
                // systemd waits 0.1 s before each restart; with many in a short time the limit would
                // never be reached.
                // But its dependants lose a unit that is back at once.
                let at_once = self.is_exact() && !service.has_dependants;
                if at_once || u64::from(restarts) >= interval.saturating_mul(10) {
                    self.put(Directive::RestartSec, "0", rate.origin);
                }
            }
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

    fn set_start_limit(&mut self, interval: &str) {
        self.set(self.start_limit_interval(), interval);
    }

    fn start_limit(&mut self, interval: &str, burst: Option<u32>, origin: Origin) {
        self.put(self.start_limit_interval(), interval, origin);
        if let Some(burst) = burst {
            self.put(Directive::StartLimitBurst, burst.to_string(), origin);
        }
    }

    /// Endings that are no failure, and those after which there is no restart.
    fn success(&mut self) {
        let service = self.service;
        let respawns = service.restart.on.as_ref().is_some_and(|on| on.value == RestartOn::Always);
        let prevents = respawns && !self.forces_restart();
        let mut clean_signals = None;
        for exit in &service.success {
            let (value, zero) = match exit.value {
                Exit::Status(0) => ("0".to_owned(), true),
                Exit::Status(status) => (status.to_string(), false),
                Exit::Signal(signal) if signal.name().is_some() => {
                    if matches!(signal.0, 1 | 2 | 13 | 15) {
                        clean_signals.get_or_insert(exit.origin);
                    }
                    (signal.to_string(), false)
                }
                Exit::Signal(signal) => {
                    self.find(
                        Finding::new(Code::ImpossibleSignal, format!("no signal has the number {signal}"))
                            .at(exit.origin),
                    );
                    continue;
                }
            };
            if !zero {
                self.put(Directive::SuccessExitStatus, value.clone(), exit.origin);
            }
            if prevents {
                self.put(Directive::RestartPreventExitStatus, value, exit.origin);
            } else if zero {
                self.account.is_default(exit.origin, "exit status 0 is success");
            }
        }
        let task = service.ready.value == Ready::Finished;
        if !respawns
            && !task
            && let Some(exit) = service.success.first()
        {
            self.find(
                Finding::new(
                    Code::CleanSignals,
                    "death by TERM, HUP, INT or PIPE leaves the unit inactive, not failed as on Upstart",
                )
                .at(clean_signals.unwrap_or(exit.origin)),
            );
        }
    }
}
