//! `Condition…=` and `Assert…=`.

use super::Reader;
use crate::service::{Check, Machine, SettingKind, ValueTest};
use crate::systemd::counterparts;
use crate::systemd::load::Setting;
use crate::systemd::value::list;

impl Reader<'_> {
    pub(super) fn check(&mut self, setting: &Setting, name: &str) -> bool {
        let (what, required) = match (name.strip_prefix("Condition"), name.strip_prefix("Assert")) {
            (Some(what), _) => (what, false),
            (_, Some(what)) => (what, true),
            _ => return false,
        };
        let Ok(asked) = list::test(name, &setting.value) else { return false };
        let (alternative, negated) = (asked.trigger, asked.negate);
        let value = self.in_script(&asked.argument, setting);
        let value = value.as_slice();
        if let Some(test) = counterparts::test(what) {
            let path = value.into();
            let check = Check { test, path, negated, required, alternative };
            let check = self.sourced(check, setting);
            self.service.conditions.push(check);
            return true;
        }
        match what {
            "Virtualization" if !alternative && !required => {
                let machine = match (value, negated) {
                    (b"container", false) => Some(Machine::Container),
                    (b"container", true) => Some(Machine::NoContainer),
                    (kind, false) if CONTAINERS.iter().any(|known| known.as_bytes() == kind) => {
                        Some(Machine::Kind(kind.into()))
                    }
                    _ => None,
                };
                match machine.filter(|_| self.service.machine.is_none()) {
                    Some(machine) => self.service.machine = Some(self.sourced(machine, setting)),
                    None => self.keep(setting, SettingKind::Condition, ""),
                }
            }
            "Environment" if !alternative => {
                let (variable, pattern) = match value.iter().position(|byte| *byte == b'=') {
                    Some(at) => (&value[..at], &value[at + 1..]),
                    None => (value, b"*".as_slice()),
                };
                let test = ValueTest { name: variable.into(), pattern: pattern.into(), negated };
                let test = self.sourced(test, setting);
                self.service.manager_tests.push(vec![test]);
            }
            // A machine that boots Upstart is up to date, and not new.
            "NeedsUpdate" | "FirstBoot" if negated != is_no(value) => {
                self.settled(setting, "such a system is never being set up by systemd");
            }
            _ => self.keep(setting, SettingKind::Condition, ""),
        }
        true
    }
}

/// Kinds of containers that Upstart's own detection tells apart.
const CONTAINERS: &[&str] = &["lxc", "openvz", "docker"];

fn is_no(value: &[u8]) -> bool {
    matches!(crate::systemd::value::boolean(value), Ok(false))
}
