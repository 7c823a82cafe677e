//! What starts and stops a unit, and what it waits for.

use super::Writer;
use crate::findings::{Code, Finding};
use crate::service::{Bond, Milestone, Moment, Party, Phase};
use crate::systemd::directive::Directive;
use crate::systemd::names;
use crate::text::Origin;

impl Writer<'_> {
    pub(super) fn relations(&mut self) {
        let service = self.service;
        if service.phase == Phase::Early {
            let origin = service.start_on.as_ref().map(|condition| condition.origin).unwrap_or_default();
            self.put(Directive::DefaultDependencies, "no", origin);
            self.put(Directive::Conflicts, "shutdown.target", origin);
        }
        for relation in &service.relations {
            let name = self.party(&relation.value.to);
            self.relation(relation.value.bond, &relation.value.to, &name, relation.origin);
        }
        if let Some(latch) = &service.stop_latch {
            let names: Vec<String> =
                latch.value.iter().map(|job| format!("{}.service", names::unit(job))).collect();
            self.account.became(latch.origin, format!("ExecStop= of {}", names.join(" and ")));
            self.find(
                Finding::new(
                    Code::StopTogether,
                    format!(
                        "it stops once {} have been stopped; they do not wait for that",
                        names.join(" and ")
                    ),
                )
                .at(latch.origin),
            );
        }
        if service.phase == Phase::Early {
            self.set(Directive::Before, "shutdown.target");
        }
        if let Some(origin) = service.survives_rescue {
            self.put(Directive::IgnoreOnIsolate, "yes", origin);
        }
        // A stop at shutdown is what every unit does that has the default dependencies.
        if let Some(stop_on) = &service.stop_on {
            self.account.is_default(stop_on.origin, "Conflicts=shutdown.target");
        }
    }

    fn relation(&mut self, bond: Bond, to: &Party, name: &str, origin: Origin) {
        match bond {
            Bond::StartedBy if self.is_told(to, Moment::Started) && self.is_tied(Bond::After, to) => {
                self.account.became(origin, format!("ExecStartPost= of {name}"));
            }
            Bond::StartedBy if self.chooses_instance(to) => self.instance_by_event(to, origin),
            Bond::StartedBy => {
                self.put(Directive::WantedBy, name, origin);
                if let Some(job) = to.service()
                    && self.is_tied(Bond::After, to)
                {
                    self.find(
                        Finding::new(
                            Code::StartedThoughFailed,
                            format!("the unit also comes up where the start of `{job}` fails"),
                        )
                        .at(origin)
                        .became(format!("WantedBy={name}")),
                    );
                }
            }
            Bond::StartedByStopping => {
                self.account.became(origin, format!("ExecStop= of {name}"));
                self.stopping_starts(to, name, origin);
                self.not_at_shutdown(name, origin);
            }
            Bond::StartedByEnd | Bond::StartedBySuccess | Bond::StartedByFailure => {
                self.started_by_end(bond, name, origin);
                self.not_at_shutdown(name, origin);
            }
            Bond::StoppedByStarting => self.account.became(origin, format!("ExecStartPre= of {name}")),
            Bond::StoppedByStarted => self.account.became(origin, format!("ExecStartPost= of {name}")),
            Bond::Starts => self.put(Directive::Wants, name, origin),
            Bond::Needs => self.put(Directive::Requires, name, origin),
            Bond::Demands => self.put(Directive::Requisite, name, origin),
            Bond::Follows => self.put(Directive::PartOf, name, origin),
            Bond::StartsAtFailure => self.put(Directive::OnFailure, name, origin),
            Bond::StartsAtSuccess => self.put(Directive::OnSuccess, name, origin),
            Bond::After | Bond::Before if self.service.unordered.contains(to) => {}
            Bond::After => self.put(Directive::After, name, origin),
            Bond::Before => self.put(Directive::Before, name, origin),
            Bond::StopsBefore if self.service.instance.is_some() => self.instances_stop(to, name, origin),
            // The desktop's own end; nothing of it has an order with that.
            Bond::StopsBefore if *to == Party::Milestone(Milestone::GraphicalSession) => {
                self.put(Directive::PartOf, name, origin);
            }
            Bond::StopsBefore => {
                let is_group = matches!(to, Party::Service(_)) && name.ends_with(".target");
                // The order at stop is that of the start, backwards; both at once would be a circle.
                let starts_before = self.is_tied(Bond::Before, to) || self.service.phase == Phase::Early;
                if starts_before && !self.is_tied(Bond::After, to) {
                    let (message, help) = if is_group {
                        (
                            format!(
                                "a stop of {name} stops the unit too, and does not wait until it is down"
                            ),
                            "stop the unit itself where somebody has to wait for it",
                        )
                    } else {
                        (
                            format!("the unit starts before {name}, so it stops after it, not before"),
                            "where it needs the other one for its stop, start it after that as well",
                        )
                    };
                    self.find(
                        Finding::new(Code::StopOrder, message)
                            .at(origin)
                            .became(format!("PartOf={name}"))
                            .help(help),
                    );
                } else if !self.service.unordered.contains(to) {
                    self.put(Directive::After, name, origin);
                }
                self.put(Directive::PartOf, name, origin);
                self.propagated(name, origin);
                // A group does not end by itself.
                if matches!(to, Party::Service(_)) && !is_group && !self.is_told(to, Moment::Stopping) {
                    self.find(
                        Finding::new(
                            Code::StopAfterCrash,
                            format!(
                                "when {name} ends by itself, the unit stops after its post-stop, not before"
                            ),
                        )
                        .at(origin),
                    );
                }
            }
            Bond::StopsAfter => {
                if self.is_tied(Bond::After, to) {
                    self.find(
                        Finding::new(
                            Code::StopOrder,
                            format!("the unit starts after {name}, so it stops before it, not after"),
                        )
                        .at(origin)
                        .became(format!("StopPropagatedFrom={name}")),
                    );
                } else if !self.service.unordered.contains(to) {
                    self.put(Directive::Before, name, origin);
                }
                self.propagated(name, origin);
            }
            Bond::StoppedBy => {
                self.put(Directive::Conflicts, name, origin);
                self.put(Directive::Before, name, origin);
            }
        }
    }

    fn is_tied(&self, bond: Bond, to: &Party) -> bool {
        self.service.relations.iter().any(|relation| relation.value.bond == bond && relation.value.to == *to)
    }

    pub(super) fn propagated(&mut self, name: &str, origin: Origin) {
        if self.knows(Directive::StopPropagatedFrom) {
            self.put(Directive::StopPropagatedFrom, name, origin);
        } else {
            self.put(Directive::PartOf, name, origin);
            self.older(
                origin,
                &format!("has no StopPropagatedFrom=: the unit stays up when {name} ends by itself"),
                &format!("PartOf={name}"),
            );
        }
    }
}
