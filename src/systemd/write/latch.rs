//! `and` in a start condition: a latch for each operand, a small unit that notes that its event has come,
//! and starts the service once all have. The start uses the notes up, as it does on Upstart.

use super::Writer;
use super::reactions::guard;
use crate::findings::{Code, Finding};
use crate::service::{Bond, Latch, Moment, Party, Relation, latch_name};
use crate::systemd::directive::Directive;
use crate::systemd::quote::exec_word;
use crate::systemd::unit::Unit;
use crate::systemd::{manager, names};
use crate::text::Origin;

impl Writer<'_> {
    /// Starts the unit when all operands have come.
    pub(super) fn latches(&mut self) {
        let service = self.service;
        let Some(latch) = &service.latch else { return };
        let origin = latch.origin;
        if latch.value.at_boot && !self.is_exact() {
            self.put(Directive::WantedBy, names::milestone(manager::all_up(service.scope)), origin);
            let of_boot = |relation: &Relation| {
                relation.bond == Bond::StartedBy && matches!(relation.to, Party::Milestone(_))
            };
            if latch.value.operands.iter().all(|operand| operand.iter().any(of_boot)) {
                return;
            }
            self.find(
                Finding::new(Code::AndOnlyAtBoot, "several things joined by `and` are waited for at boot only")
                    .at(origin)
                    .help("a later event of one of them alone does not start the unit again, and one that never comes does not hold it back"),
            );
            return;
        }
        for number in 1..=latch.value.operands.len() {
            let unit = self.latch(&latch.value, number, origin);
            self.account.became(origin, unit.name.clone());
            self.more.push(unit);
        }
    }

    fn latch(&mut self, latch: &Latch, number: usize, origin: Origin) -> Unit {
        let name = latch_name(&self.service.name, number);
        let count = latch.operands.len();
        let mut unit = Unit::new(format!("{}.service", names::unit(&name)), self.options.target);
        let description = format!("Condition {number} of {count} for the start of {}", self.stem);
        unit.add(Directive::Description, super::super::quote::free_text(description.as_bytes()).0, None);
        unit.disabled = self.service.enablement.is_some();
        // It may be told of early: it waits for nothing but its event, and nothing waits for it.
        unit.add(Directive::DefaultDependencies, "no", None);
        // Every event counts, however soon it comes after the last one.
        unit.add(self.start_limit_interval(), "0", None);
        unit.add(Directive::Type, "oneshot", None);
        let operand = &latch.operands[number - 1];
        // The boot's own events come once. Before such a target is reached, every start of a unit that needs it would
        // start again what the target wants.
        let mut starts = operand.iter().filter(|relation| relation.bond.starts());
        if starts.all(|relation| matches!(relation.to, Party::Milestone(station) if station.is_of_boot())) {
            unit.add(Directive::RemainAfterExit, "yes", None);
        }
        let alone = operand.iter().filter(|relation| relation.bond.starts()).count() == 1;
        for Relation { bond, to } in operand {
            let other = self.party(to);
            match bond {
                Bond::StartedBy if self.is_told(to, Moment::Started) => {}
                Bond::StartedBy => {
                    let after = Relation { bond: Bond::After, to: to.clone() };
                    if let Some(job) = to.service()
                        && operand.contains(&after)
                    {
                        self.find(
                            Finding::new(
                                Code::StartedThoughFailed,
                                format!("the start of `{job}` counts as come although it fails"),
                            )
                            .at(origin),
                        );
                    }
                    unit.add(Directive::WantedBy, other, Some(origin));
                }
                Bond::Starts => unit.add(Directive::Wants, other, Some(origin)),
                Bond::After => unit.add(Directive::After, other, Some(origin)),
                Bond::StartedByStopping => self.not_at_shutdown(&other, origin),
                // Beside another event, it cannot tell which of them has come.
                Bond::StartedByEnd | Bond::StartedBySuccess | Bond::StartedByFailure if !alone => {
                    self.ends_well_untold(*bond, &other, origin);
                    self.not_at_shutdown(&other, origin);
                    self.find(
                        Finding::new(Code::GuardedStart, format!("a restart of {other} counts as its end"))
                            .at(origin),
                    );
                }
                Bond::StartedByEnd | Bond::StartedBySuccess | Bond::StartedByFailure => {
                    self.ends_well_untold(*bond, &other, origin);
                    self.not_at_shutdown(&other, origin);
                    let guard = guard(std::slice::from_ref(&other), self.service.scope, self.options.target);
                    let directive = self
                        .condition_directive("between restarts of the other unit the latch fails", origin);
                    unit.add(directive, guard, Some(origin));
                }
                _ => {}
            }
        }
        let recipe = format!(
            "mkdir -p {directory} && cd {directory} && : >{number} || exit; set -- *; \
             if [ $# = {count} ]; then rm -f *; exec {} start --no-block '{}'; fi",
            self.systemctl(),
            self.unit.name,
            directory =
                format!("{}/cutover-latch/{}", manager::runtime_dir_in_shell(self.service.scope), self.stem),
        );
        let line = format!("/bin/sh -c {}", exec_word(recipe.as_bytes(), self.options.target));
        unit.add(Directive::ExecStart, line, Some(origin));
        unit
    }
}
