//! `[Unit]` and `[Install]`: what the unit is, what it asks for, what it has to do with others, and what starts it.

use bstr::{BString, ByteSlice as _};

use super::specifiers::{INSTANCE, pattern};
use super::{Reader, target};
use crate::findings::codes;
use crate::service::{Check, Dependency, DependencyKind, Instance, Machine, SettingKind, Target, ValueTest};
use crate::systemd::load::{Setting, UnitFiles, UnitName};
use crate::systemd::value::{self, Value, ValueError, boolean};
use crate::systemd::{counterparts, dependencies};
use crate::text::{Sourced, Text};

/// Kinds of containers that Upstart's own detection tells apart.
const CONTAINERS: &[&str] = &["lxc", "openvz", "docker"];

impl Reader<'_> {
    pub(super) fn unit_setting(&mut self, setting: &Setting, name: &str) -> bool {
        match name {
            _ if dependencies::read(name).next().is_some() => self.dependencies(setting, name),
            "Documentation" => {
                self.service.about.push(("Documentation", setting.sourced(setting.value.clone())));
            }
            "IgnoreOnIsolate" => {
                self.service.ignore_on_isolate = self.is_on(setting).then_some(setting.origin);
            }
            "DefaultInstance" => {
                let value = self.resolved(&setting.value, setting);
                self.deferred.default_instance = Some(setting.sourced(value));
            }
            // Whether it becomes a job at all may hang on it.
            "StopWhenUnneeded" => {
                self.is_on(setting);
            }
            _ => return false,
        }
        true
    }

    /// What a directive of `[Unit]` or `[Install]` that names units says.
    fn dependencies(&mut self, setting: &Setting, directive: &str) {
        let own = Target::Service(self.service.name.clone());
        let names = self.unit_names(setting);
        if names.is_empty() {
            self.no_effect(setting, "it names no unit");
        }
        for name in names {
            for kind in dependencies::read(directive) {
                let to = target(&name);
                if to == own {
                    self.no_effect(setting, "the unit itself");
                    continue;
                }
                self.service.dependencies.push(setting.sourced(Dependency { kind, to }));
            }
        }
    }

    /// The units that a setting names, their specifiers resolved.
    fn unit_names(&mut self, setting: &Setting) -> Vec<UnitName> {
        let list = value::list::units(&setting.value);
        self.refused(&list.refused, setting);
        let words: Vec<Text> = list.items.iter().map(|word| self.resolved_parts(word, setting)).collect();
        words.iter().filter_map(|word| std::str::from_utf8(word).ok()?.parse().ok()).collect()
    }

    /// Words of a list that systemd passes over.
    pub(super) fn refused(&mut self, words: &[(BString, ValueError)], setting: &Setting) {
        for (word, error) in words {
            let finding = codes::word_passed_over(word, &setting.key, error);
            self.findings.push(finding.beside(setting.origin));
        }
    }

    /// Whether something is switched on that by default is not.
    pub(super) fn is_on(&mut self, setting: &Setting) -> bool {
        let on = setting.typed == Value::Boolean(true);
        if !on {
            self.is_default(setting, "the default");
        }
        on
    }

    /// What a `Condition…=` or `Assert…=` asks for.
    pub(super) fn check(&mut self, setting: &Setting, name: &str) -> bool {
        let (condition, assertion) = (name.strip_prefix("Condition"), name.strip_prefix("Assert"));
        let Some(what) = condition.or(assertion) else { return false };
        let required = assertion.is_some();
        let Value::Test(asked) = &setting.typed else { return false };
        let (alternative, negated) = (asked.trigger, asked.negate);
        let value = self.in_script(&asked.argument, setting);
        let value = value.as_slice();
        if let Some(test) = counterparts::test(what) {
            let check = Check { test, path: value.into(), negated, required, alternative };
            self.service.conditions.push(setting.sourced(check));
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
                    Some(machine) => self.service.machine = Some(setting.sourced(machine)),
                    None => self.keep(setting, SettingKind::Condition, ""),
                }
            }
            "Environment" if !alternative => {
                let (name, pattern) = value.split_once_str("=").unwrap_or((value, b"*"));
                let test = ValueTest { name: name.into(), pattern: pattern.into(), negated };
                self.service.environment_conditions.push(vec![setting.sourced(test)]);
            }
            // A machine that boots Upstart is up to date, and not new.
            "NeedsUpdate" | "FirstBoot" if negated != matches!(boolean(value), Ok(false)) => {
                self.no_effect(setting, "such a system is never being set up by systemd");
            }
            _ => self.keep(setting, SettingKind::Condition, ""),
        }
        true
    }

    /// A unit without `[Install]` is started by the links that lie beside it.
    pub(super) fn enabled_by_links(&mut self, files: &UnitFiles) {
        if self.service.starts().next().is_some() {
            return;
        }
        for link in &files.enabled {
            let Ok(by) = link.by.parse::<UnitName>() else { continue };
            let dependency = Dependency { kind: DependencyKind::StartedBy, to: target(&by) };
            if !self.service.dependencies.iter().any(|known| known.value == dependency) {
                self.service.dependencies.push(Sourced::implied(dependency));
            }
        }
    }

    /// What makes the unit one of several.
    pub(super) fn template(&mut self) {
        if !self.unit.name.is_template() {
            return;
        }
        let default = self.deferred.default_instance.take();
        let origin = default.as_ref().and_then(Sourced::origin);
        let default = default.map(|default| default.value);
        let pattern = pattern(INSTANCE.as_bytes(), default.as_ref());
        let instance = Instance { pattern, variables: vec![INSTANCE.into()], default };
        self.service.instance = Some(Sourced::new(instance, origin));
    }
}

pub(super) fn flag(setting: &Setting) -> Option<Sourced<bool>> {
    if let Value::Boolean(flag) = setting.typed { Some(setting.sourced(flag)) } else { None }
}
