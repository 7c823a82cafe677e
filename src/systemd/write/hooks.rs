//! What is told of hooks: where systemd runs, repeats or ends them otherwise than Upstart.

use super::Writer;
use crate::findings::{Code, Finding};
use crate::service::{RestartOn, Stage};
use crate::systemd::target::Version;

impl Writer<'_> {
    /// Tells how each hook differs.
    pub(super) fn hook_findings(&mut self) {
        let service = self.service;
        let task = service.restart.on.as_ref().is_some_and(|on| on.value == RestartOn::Failure);
        let respawns = service.restart.on.is_some() && !(task && self.options.target < Version(244));
        for hook in service.hooks.iter().filter(|hook| !hook.command.value.privileged) {
            let origin = hook.command.origin;
            if hook.command.value.traits.leaves_processes && !self.stops_group() {
                self.find(
                    Finding::new(
                        Code::ForksUnexpectedly,
                        "what this leaves in the background, systemd kills when the hook has ended",
                    )
                    .at(origin)
                    .help("make it a unit of its own, and let this one require it"),
                );
            }
            match hook.stage {
                Stage::Condition | Stage::PreStart => {
                    let message = if self.is_exact() {
                        "a start that is stopped before pre-start has ended exits 1; on Upstart 0"
                    } else {
                        "a stop waits for pre-start on Upstart; systemd kills it"
                    };
                    self.find(Finding::new(Code::StopDuringPreStart, message).at(origin));
                    if respawns && !self.stops_group() {
                        self.find(
                            Finding::new(
                                Code::PreStartRetried,
                                "systemd retries a failed pre-start up to the start limit; Upstart gives up at once",
                            )
                            .at(origin),
                        );
                    }
                }
                Stage::PreStop | Stage::PostStop => {
                    let limit = service.stop.timeout.as_ref().map_or(5, |timeout| timeout.value);
                    if hook.command.value.traits.waits && limit < 90 && !self.stops_group() {
                        self.find(
                            Finding::new(
                                Code::HookCutShort,
                                format!("this may take longer than {limit} s, and then systemd kills it"),
                            )
                            .at(origin)
                            .help("raise TimeoutStopSec= to what it needs"),
                        );
                    }
                    if hook.stage == Stage::PreStop {
                        self.find(
                            Finding::new(
                                Code::RestartWithPreStop,
                                "a restart stops and starts the unit; on Upstart it runs pre-stop, and no more",
                            )
                            .at(origin),
                        );
                    }
                    let is_kept = self.stops_group() && respawns && service.user.is_none();
                    if hook.stage == Stage::PostStop && !is_kept {
                        let message = if respawns {
                            "Upstart stops respawning when post-stop fails; systemd goes on"
                        } else {
                            "a stop exits 1 on Upstart when post-stop fails; systemd only marks the unit failed"
                        };
                        self.find(Finding::new(Code::PostStopFailure, message).at(origin));
                    }
                }
                Stage::PostStart => {
                    let message = if self.is_exact() {
                        "a stop waits for post-start on Upstart; systemd ends main at once"
                    } else {
                        "a stop waits for post-start on Upstart; systemd kills it"
                    };
                    self.find(Finding::new(Code::StopDuringPreStart, message).at(origin));
                }
            }
        }
    }
}
