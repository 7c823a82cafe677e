//! What starts and stops a unit, and what it waits for.

use super::Writer;
use crate::findings::{Became, codes};
use crate::service::{Action, BootTarget, DependencyKind, LifecycleEvent, Phase, Target};
use crate::systemd::table::Directive;
use crate::systemd::{dependencies, names};
use crate::text::{Origin, Sourced};

impl Writer<'_> {
    pub(super) fn dependencies(&mut self) {
        let service = self.service;
        if service.phase == Phase::Early {
            let origin = service.start_on.as_ref().and_then(Sourced::origin);
            self.put(Directive::DefaultDependencies, "no", origin);
            self.put(Directive::Conflicts, "shutdown.target", origin);
        }
        for dependency in &service.dependencies {
            let name = self.unit_of(&dependency.value.to);
            self.dependency(dependency.value.kind, &dependency.value.to, &name, dependency.origin());
        }
        if let Some(all_of) = &service.stop_all_of {
            let names: Vec<String> = all_of.value.iter().map(|job| format!("{}.service", names::unit(job))).collect();
            let names = names.join(" and ");
            self.elsewhere(all_of.origin(), "ExecStop=", &names);
            self.raise(codes::stops_with_all(names), all_of.origin());
        }
        if service.phase == Phase::Early {
            self.set(Directive::Before, "shutdown.target");
        }
        if let Some(origin) = service.ignore_on_isolate {
            self.put(Directive::IgnoreOnIsolate, "yes", origin);
        }
        // A stop at shutdown is what every unit does that has the default dependencies.
        if let Some(stop_on) = &service.stop_on {
            self.account.is_default(stop_on.origin(), "Conflicts=shutdown.target");
        }
    }

    /// Notes that directives of another unit stand for a stanza.
    pub(super) fn elsewhere(&mut self, origin: Option<Origin>, directives: impl Into<String>, unit: &str) {
        let directives = directives.into();
        self.account.became(origin, Became::Elsewhere { directives, unit: unit.to_owned() });
    }

    fn dependency(&mut self, kind: DependencyKind, to: &Target, name: &str, origin: Option<Origin>) {
        let is_ordered = self.service.depends(DependencyKind::After, to);
        match kind {
            DependencyKind::StartedBy if is_ordered && self.is_notified_by(to, LifecycleEvent::Started) => {
                self.elsewhere(origin, "ExecStartPost=", name);
            }
            DependencyKind::StartedBy if self.chooses_instance(to) => self.instance_by_event(to, origin),
            DependencyKind::StartedBy => {
                self.written(kind, name, origin);
                if let Some(job) = to.service().filter(|_| is_ordered) {
                    self.raise(codes::started_though_failed(job), origin).became(dependencies::label(kind) + name);
                }
            }
            DependencyKind::After | DependencyKind::Before if self.service.unordered.contains(to) => {}
            DependencyKind::StopsBefore if self.service.instance.is_some() => {
                self.instances_stop(to, name, origin);
            }
            // The desktop's own end; nothing of it has an order with that.
            DependencyKind::StopsBefore if *to == Target::BootTarget(BootTarget::GraphicalSession) => {
                self.put(Directive::PartOf, name, origin);
            }
            DependencyKind::StopsBefore | DependencyKind::StopsAfter => {
                self.stops(kind, to, name, origin);
            }
            DependencyKind::StoppedBy => {
                self.put(Directive::Conflicts, name, origin);
                self.put(Directive::Before, name, origin);
            }
            _ => match kind.trigger() {
                Some(trigger) => self.other_acts(trigger, to, name, origin),
                None => self.written(kind, name, origin),
            },
        }
    }

    fn written(&mut self, kind: DependencyKind, name: &str, origin: Option<Origin>) {
        for directive in dependencies::written(kind) {
            self.put(*directive, name, origin);
        }
    }

    /// The other unit starts or stops this one, at an event of its own life.
    fn other_acts(&mut self, trigger: (LifecycleEvent, Action), to: &Target, name: &str, origin: Option<Origin>) {
        let (event, action) = trigger;
        if event.is_end() {
            self.success_unseen(event, name, origin);
        }
        let directives = dependencies::named(dependencies::acting(event, action), " and ");
        self.elsewhere(origin, directives, name);
        if action == Action::Stop {
            return;
        }
        if event.is_end() {
            self.only_once_down(name, origin);
        } else {
            self.started_by_stopping(to, name, origin);
        }
        self.not_at_shutdown(name, origin);
    }

    /// The stop of another unit stops this one. The order at stop is that of the start, backwards; both at once would be
    /// a cycle.
    fn stops(&mut self, kind: DependencyKind, to: &Target, name: &str, origin: Option<Origin>) {
        let before = kind == DependencyKind::StopsBefore;
        let is_group = matches!(to, Target::Service(_)) && name.ends_with(".target");
        match self.service.order_of(kind, to) {
            Some(order) if !self.service.unordered.contains(to) => self.written(order, name, origin),
            Some(_) => {}
            None => {
                let finding = match (before, is_group) {
                    (true, true) => codes::group_does_not_wait(name),
                    (true, false) => codes::stops_after_not_before(name),
                    (false, _) => codes::stops_before_not_after(name),
                };
                let became = if before { "PartOf" } else { "StopPropagatedFrom" };
                self.raise(finding, origin).became(format!("{became}={name}"));
            }
        }
        if before {
            self.put(Directive::PartOf, name, origin);
        }
        self.propagated(name, origin);
        // A group does not end by itself.
        if before && matches!(to, Target::Service(_)) && !is_group && !self.is_notified_by(to, LifecycleEvent::Stopping)
        {
            self.raise(codes::stops_after_crash(name), origin);
        }
    }

    pub(super) fn propagated(&mut self, name: &str, origin: Option<Origin>) {
        if self.knows(Directive::StopPropagatedFrom) {
            self.put(Directive::StopPropagatedFrom, name, origin);
        } else {
            self.put(Directive::PartOf, name, origin);
            self.raise(codes::no_stop_propagated_from(self.options.target, name), origin)
                .became(format!("PartOf={name}"));
        }
    }
}
