//! `and` in a start condition: for each operand, a small unit that notes that its event has come,
//! and starts the service once all have. The start uses the notes up, as it does on Upstart.

use super::Writer;
use super::triggers::note_and_run;
use crate::findings::codes;
use crate::service::{AllOf, Dependency, DependencyKind, LifecycleEvent, Target, operand_name};
use crate::systemd::quote::{free_text, in_sh};
use crate::systemd::table::Directive;
use crate::systemd::unit::Unit;
use crate::systemd::{boot_target, dependencies, manager, names};
use crate::text::Origin;

impl Writer<'_> {
    /// Starts the unit when all operands have come.
    pub(super) fn all_of(&mut self) {
        let service = self.service;
        let Some(all_of) = &service.all_of else { return };
        let origin = all_of.origin();
        if self.service.all_of_at_boot && !self.is_exact() {
            self.put(Directive::WantedBy, boot_target::name(manager::all_up(service.scope)), origin);
            let of_boot = |dependency: &Dependency| {
                dependency.kind == DependencyKind::StartedBy && matches!(dependency.to, Target::BootTarget(_))
            };
            if all_of.value.operands.iter().all(|operand| operand.iter().any(of_boot)) {
                return;
            }
            self.raise(codes::and_only_at_boot(), origin);
            return;
        }
        for number in 1..=all_of.value.operands.len() {
            let unit = self.operand(&all_of.value, number, origin);
            self.account.file(origin, unit.name.clone());
            self.more.push(unit);
        }
    }

    fn operand(&mut self, all_of: &AllOf, number: usize, origin: Option<Origin>) -> Unit {
        let name = operand_name(&self.service.name, number);
        let count = all_of.operands.len();
        let mut unit = Unit::new(format!("{}.service", names::unit(&name)), self.options.target);
        let description = format!("Condition {number} of {count} for the start of {}", self.stem);
        unit.add(Directive::Description, free_text(description.as_bytes()).0, None);
        unit.disabled = self.service.enablement.is_some();
        // It may be started early: it waits for nothing but its event, and nothing waits for it.
        unit.add(Directive::DefaultDependencies, "no", None);
        // Every event counts, however soon it comes after the last one.
        unit.add(self.start_limit_interval(), "0", None);
        unit.add(Directive::Type, "oneshot", None);
        let operand = &all_of.operands[number - 1];
        // The boot's own events come once. Before such a target is reached, every start of a unit that needs it would
        // start again what the target wants.
        let starts = || operand.iter().filter(|dependency| dependency.kind.starts());
        if starts().all(|start| matches!(start.to, Target::BootTarget(target) if target.is_of_boot())) {
            unit.add(Directive::RemainAfterExit, "yes", None);
        }
        let alone = starts().count() == 1;
        for Dependency { kind, to } in operand {
            let other = self.unit_of(to);
            match (kind, kind.trigger().filter(|_| kind.starts())) {
                (DependencyKind::StartedBy, _) if self.is_notified_by(to, LifecycleEvent::Started) => {}
                (DependencyKind::StartedBy, _) => {
                    let after = Dependency { kind: DependencyKind::After, to: to.clone() };
                    if let Some(job) = to.service().filter(|_| operand.contains(&after)) {
                        self.raise(codes::counted_though_failed(job), origin);
                    }
                    for directive in dependencies::written(*kind) {
                        unit.add(*directive, other.clone(), origin);
                    }
                }
                (DependencyKind::Starts | DependencyKind::After, _) => {
                    for directive in dependencies::written(*kind) {
                        unit.add(*directive, other.clone(), origin);
                    }
                }
                (_, Some((event, _))) => {
                    if event.is_end() {
                        self.success_unseen(event, &other, origin);
                    }
                    self.not_at_shutdown(&other, origin);
                    if event.is_end() && alone {
                        let guard = self.guard(std::slice::from_ref(&other));
                        let otherwise = codes::all_of_fails_between_restarts;
                        unit.add(self.condition_directive(otherwise, origin), guard, origin);
                    } else if event.is_end() {
                        // Beside another event, it cannot tell which of them has come.
                        self.raise(codes::restart_counts_as_end(other), origin);
                    }
                }
                _ => {}
            }
        }
        let directory = format!("{}/cutover-latch/{}", manager::runtime_dir_in_shell(self.service.scope), self.stem);
        let then = format!("{} start --no-block '{}'", self.systemctl(), self.unit.name);
        let recipe = note_and_run(&directory, number, count, &then);
        unit.add(Directive::ExecStart, in_sh(&recipe, self.options.target), origin);
        unit
    }
}
