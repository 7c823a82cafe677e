//! `[Unit]`: what the unit is, and what it is tied to.

use bstr::BString;

use super::Reader;
use super::party::party;
use crate::findings::{Code, Finding};
use crate::service::{Bond, Party, Relation, SettingKind};
use crate::systemd::load::{Setting, UnitName};
use crate::systemd::value::{self, ValueError};
use crate::text::{Sourced, Text};

/// Directives that tie the unit to others.
const TIES: &[(&str, &[Bond])] = &[
    ("Wants", &[Bond::Starts]),
    ("Upholds", &[Bond::Starts]),
    ("Requires", &[Bond::Needs]),
    ("Requisite", &[Bond::Demands]),
    ("BindsTo", &[Bond::Needs, Bond::StopsBefore]),
    ("PartOf", &[Bond::Follows]),
    ("Conflicts", &[Bond::StoppedBy]),
    ("After", &[Bond::After]),
    ("Before", &[Bond::Before]),
    ("OnFailure", &[Bond::StartsAtFailure]),
    ("OnSuccess", &[Bond::StartsAtSuccess]),
    // With `PartOf=` beside it, it is more: see `finish`.
    ("StopPropagatedFrom", &[Bond::StopsAfter]),
];

impl Reader<'_> {
    pub(super) fn unit_setting(&mut self, setting: &Setting, name: &str) -> bool {
        if let Some((_, bonds)) = TIES.iter().find(|(known, _)| *known == name) {
            self.ties(setting, bonds);
            return true;
        }
        match name {
            "Description" => {
                let description = self.resolved(&setting.value, setting);
                self.service.description = Some(self.sourced(description, setting));
            }
            "Documentation" => {
                let text = self.sourced(setting.value.clone(), setting);
                self.service.about.push(("Documentation", text));
            }
            "DefaultDependencies" => self.later.default_dependencies = self.flag(setting),
            "IgnoreOnIsolate" => {
                if let Some(flag) = self.flag(setting) {
                    if flag.value {
                        self.service.survives_rescue = Some(flag.origin);
                    } else {
                        self.settled(setting, "the default");
                    }
                }
            }
            "StopWhenUnneeded" => match self.flag(setting) {
                Some(flag) if flag.value => self.later.stops_when_unneeded = Some(setting.clone()),
                _ => self.settled(setting, "the default"),
            },
            "RequiresMountsFor" => self.settled(setting, "file systems are mounted by then"),
            "PropagatesReloadTo" | "ReloadPropagatedFrom" | "PropagatesStopTo" => {
                self.keep(setting, SettingKind::Tie, "");
            }
            "SurviveFinalKillSignal" => {
                self.keep(setting, SettingKind::Behaviour, "it outlives the last KILL");
            }
            "StartLimitIntervalSec" => self.later.limit_interval = Some(setting.clone()),
            "StartLimitBurst" => self.later.limit_burst = Some(setting.clone()),
            _ => return false,
        }
        true
    }

    fn ties(&mut self, setting: &Setting, bonds: &[Bond]) {
        let names = self.unit_names(setting);
        if names.is_empty() {
            self.settled(setting, "it names no unit");
        }
        for name in names {
            for bond in bonds {
                self.tie(*bond, party(&name), setting);
            }
        }
    }

    pub(super) fn tie(&mut self, bond: Bond, to: Party, setting: &Setting) {
        let own = Party::Service(self.service.name.clone());
        if to == own {
            self.settled(setting, "the unit itself");
            return;
        }
        let relation = self.sourced(Relation { bond, to }, setting);
        self.service.relations.push(relation);
    }

    /// The units that a setting names, their specifiers resolved.
    pub(super) fn unit_names(&mut self, setting: &Setting) -> Vec<UnitName> {
        let list = value::list::units(&setting.value);
        self.refused(&list.refused, setting);
        let words: Vec<Text> = list.items.iter().map(|word| self.resolved_parts(word, setting)).collect();
        words.iter().filter_map(|word| std::str::from_utf8(word).ok()?.parse().ok()).collect()
    }

    /// Words of a list that systemd passes over.
    pub(super) fn refused(&mut self, words: &[(BString, ValueError)], setting: &Setting) {
        for (word, error) in words {
            self.findings.push(
                Finding::new(
                    Code::UnitProblem,
                    format!("systemd passes over `{word}` in {}=: {error}", setting.key),
                )
                .see(self.at(setting.origin), "")
                .help("mend the word, and convert again, where it is a slip of the pen"),
            );
        }
    }

    pub(super) fn flag(&mut self, setting: &Setting) -> Option<Sourced<bool>> {
        value::boolean(&setting.value).ok().map(|flag| self.sourced(flag, setting))
    }
}
