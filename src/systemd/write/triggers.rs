//! What a unit has to do for the sake of others: directives that start and stop them at events of its
//! own life. The forms are those of `mapping.md`, measured on both inits.

use indexmap::IndexMap;

use super::{CompanionKind, Style, Writer};
use crate::findings::codes;
use crate::service::{Action, LifecycleEvent, Scope, Target, Trigger};
use crate::systemd::quote::{exec_word, in_sh};
use crate::systemd::table::Directive;
use crate::systemd::unit::Unit;
use crate::systemd::version::Feature;
use crate::systemd::{dependencies, manager, names};
use crate::text::Origin;

impl Writer<'_> {
    /// Writes what the unit does for others at that event.
    pub(super) fn triggers_at(&mut self, event: LifecycleEvent) {
        let service = self.service;
        for trigger in service.triggers.iter().filter(|trigger| trigger.event == event) {
            for (directive, value) in self.lines(trigger, self.privileged()) {
                let mut entries = self.unit.entries.iter();
                if entries.any(|entry| entry.directive == directive && entry.value == value) {
                    continue;
                }
                self.set(directive, value);
                if !directive.is_joined() {
                    self.explain(&format!("For {}:", trigger.to));
                }
            }
        }
    }

    /// Writes what the unit does for others when it is down for good.
    pub(super) fn triggers_at_end(&mut self) {
        for event in [LifecycleEvent::Ended, LifecycleEvent::Succeeded, LifecycleEvent::Failed] {
            self.triggers_at(event);
        }
    }

    /// Whether nothing but the other service's own commands has to start or stop this one at that event.
    pub(super) fn is_notified_by(&self, to: &Target, event: LifecycleEvent) -> bool {
        self.options.style == Style::Exact && self.can_be_notified_by(to, event)
    }

    fn can_be_notified_by(&self, to: &Target, event: LifecycleEvent) -> bool {
        let Target::Service(name) = to else { return false };
        self.service.notified_by.iter().any(|(other, at)| other == name && *at == event)
    }

    /// The stop of another unit stops every instance of this one. They may well be started by that unit
    /// while it is starting itself, and must not wait for it then.
    pub(super) fn instances_stop(&mut self, to: &Target, name: &str, origin: Option<Origin>) {
        if self.can_be_notified_by(to, LifecycleEvent::Stopping) {
            self.elsewhere(origin, "ExecStop= and ExecStopPost=", name);
        } else {
            self.put(Directive::PartOf, name, origin);
            self.propagated(name, origin);
        }
    }

    /// The end of another unit starts this one: the other one's `OnSuccess=` and `OnFailure=` do, which
    /// fire between restarts as well. A condition holds the unit back then.
    pub(super) fn only_once_down(&mut self, name: &str, origin: Option<Origin>) {
        let service = self.service;
        let is_only_start = service.starts().all(|start| start.value.kind.is_end())
            && service.all_of.is_none()
            && service.activation.is_empty();
        if !is_only_start {
            self.raise(codes::starts_between_restarts(name), origin);
            return;
        }
        let ends: Vec<String> = service.starts().map(|start| names::target(&start.value.to)).collect();
        let guard = self.guard(&ends);
        if !self.unit.entries.iter().any(|entry| entry.value == guard) {
            self.condition(guard, codes::fails_between_restarts, origin);
            self.raise(codes::starts_only_while_down(ends.join(" or ")), origin);
        }
    }

    /// Older targets can only tell of ends that are failures.
    pub(super) fn success_unseen(&mut self, event: LifecycleEvent, name: &str, origin: Option<Origin>) {
        if event != LifecycleEvent::Failed && !self.knows(Directive::OnSuccess) {
            self.raise(codes::no_on_success(self.options.target, name), origin);
        }
    }

    /// How the stop of another unit starts this one.
    pub(super) fn started_by_stopping(&mut self, to: &Target, name: &str, origin: Option<Origin>) {
        if !self.has(Feature::ServiceResult) {
            self.raise(codes::no_service_result(self.options.target, name), origin).became("ExecStop=");
        }
        let mut dependencies = self.service.dependencies.iter().map(|own| &own.value);
        if dependencies.any(|own| own.to == *to && own.kind.is_order()) {
            self.raise(codes::stop_does_not_wait(name), origin).became("systemctl start --no-block");
        } else if !self.is_exact() {
            self.raise(codes::wait_cut_short(name), origin);
        }
    }

    /// What the stop of another unit starts is not started when the whole system goes down.
    pub(super) fn not_at_shutdown(&mut self, name: &str, origin: Option<Origin>) {
        self.raise(codes::not_at_shutdown(name), origin);
    }

    /// What units outside the set have to do for this one, as drop-ins of theirs.
    pub(super) fn drop_ins(&mut self) {
        let service = self.service;
        let prefix = if service.scope == Scope::System { "-+" } else { "-" };
        let mut parts: IndexMap<String, Unit> = IndexMap::new();
        for (other, trigger) in &service.drop_in_requests {
            let other = format!("{}.service", names::unit(other));
            for (directive, value) in self.lines(&trigger.value, prefix) {
                let new = || Unit::new(other.clone(), self.options.target);
                parts.entry(other.clone()).or_insert_with(new).add(directive, value, trigger.origin());
            }
        }
        for part in parts.into_values() {
            let path = self.drop_in(&part);
            for entry in &part.entries {
                self.account.file(entry.origin, path.clone());
            }
            self.write_drop_in(path, part);
        }
    }

    /// Where directives for another unit lie.
    pub(super) fn drop_in(&self, part: &Unit) -> String {
        let directory = manager::unit_dir(self.service.scope);
        format!("{directory}/{}.d/cutover-{}.conf", part.name, self.stem)
    }

    pub(super) fn write_drop_in(&mut self, path: String, mut part: Unit) {
        part.head.push(format!("For {}.", self.unit.name));
        self.companion(CompanionKind::DropIn, path, part.print());
    }

    /// Succeeds only while one of these units is down for good, and none of them is on its way up or down.
    pub(super) fn guard(&self, units: &[String]) -> String {
        let systemctl = self.systemctl();
        let recipe = if let [unit] = units {
            format!(
                "case \"$({systemctl} show -p ActiveState -p Job '{unit}')\" in *Job=[1-9]*) exit 1;; \
                 *ActiveState=inactive*|*ActiveState=failed*) ;; *) exit 1;; esac"
            )
        } else {
            format!(
                "down=; for unit in '{}'; do case \"$({systemctl} show -p ActiveState -p Job \"$unit\")\" in \
                 *Job=[1-9]*|*activating*) exit 1;; *ActiveState=inactive*|*ActiveState=failed*) down=1;; esac; done; \
                 [ -n \"$down\" ]",
                units.join("' '")
            )
        };
        in_sh(&recipe, self.options.target)
    }

    /// The directives of a trigger, as far as it is written and the target knows them.
    fn lines(&self, trigger: &Trigger, prefix: &str) -> Vec<(Directive, String)> {
        if trigger.dispensable && !self.is_exact() {
            return Vec::new();
        }
        let mut lines = self.all_lines(trigger, prefix);
        lines.retain(|(directive, _)| self.knows(*directive));
        lines
    }

    fn all_lines(&self, trigger: &Trigger, prefix: &str) -> Vec<(Directive, String)> {
        let (stem, systemctl, target) = (names::unit(&trigger.to), self.systemctl(), self.options.target);
        let unit = if trigger.instances { format!("{stem}@*.service") } else { format!("{stem}.service") };
        let prefix = if self.has(Feature::FullPrivileges) { prefix } else { "-" };
        let call = |verb: &str| format!("{prefix}/bin/{systemctl} {verb} {}", exec_word(unit.as_bytes(), target));
        let shell = |recipe: &str| format!("{prefix}{}", in_sh(recipe, target));
        let verb = dependencies::verb(trigger.event, trigger.action);
        match (trigger.event, trigger.action, trigger.all_of) {
            (LifecycleEvent::Stopping, Action::Start, _) => {
                let start = if trigger.waits { verb } else { "start --no-block" };
                let post = shell(&format!("[ \"$SERVICE_RESULT\" = success ] || {systemctl} {start} '{unit}'"));
                let stop = (Directive::ExecStop, call(start));
                // Older versions do not say how the service has ended.
                let post = self.has(Feature::ServiceResult).then_some((Directive::ExecStopPost, post));
                std::iter::once(stop).chain(post).collect()
            }
            (LifecycleEvent::Stopping, Action::Stop, Some((number, count))) => {
                let directory =
                    format!("{}/cutover-latch/{stem}-stop", manager::runtime_dir_in_shell(self.service.scope));
                let then = format!("{systemctl} stop '{unit}'");
                vec![(Directive::ExecStop, shell(&note_and_run(&directory, number, count, &then)))]
            }
            (LifecycleEvent::Stopping, Action::Stop, None) if trigger.instances => {
                vec![(Directive::ExecStop, call(verb)), (Directive::ExecStopPost, call(verb))]
            }
            (event, action, _) => {
                let value = if event.is_end() { unit.clone() } else { call(verb) };
                let directives = dependencies::acting(event, action);
                directives.iter().map(|directive| (*directive, value.clone())).collect()
            }
        }
    }
}

/// Notes in a directory that one of several events has come, and runs a command once all have.
pub(super) fn note_and_run(directory: &str, number: usize, count: usize, then: &str) -> String {
    format!(
        "mkdir -p {directory} && cd {directory} && : >{number} || exit; set -- *; \
         if [ $# = {count} ]; then rm -f *; exec {then}; fi"
    )
}
