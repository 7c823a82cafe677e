//! `[Install]` and the links that it leads to: what starts the unit at boot, or with others.

use super::Reader;
use super::party::party;
use crate::service::{Bond, Instance, Relation};
use crate::systemd::load::{Setting, UnitFiles, UnitName};
use crate::text::{Origin, Sourced};

impl Reader<'_> {
    pub(super) fn install(&mut self, setting: &Setting, name: &str) -> bool {
        match name {
            "WantedBy" | "RequiredBy" | "UpheldBy" => {
                let names = self.unit_names(setting);
                if names.is_empty() {
                    self.settled(setting, "it names no unit");
                }
                for name in names {
                    self.tie(Bond::StartedBy, party(&name), setting);
                }
            }
            "DefaultInstance" => {
                let value = self.resolved(&setting.value, setting);
                self.later.default_instance = Some(self.sourced(value, setting));
            }
            _ => return false,
        }
        true
    }

    /// A unit without `[Install]` is started by the links that lie beside it.
    pub(super) fn enabled_by_links(&mut self, files: &UnitFiles) {
        let starts = self.service.relations.iter().any(|tie| tie.value.bond == Bond::StartedBy);
        if starts {
            return;
        }
        for link in &files.enabled {
            let Ok(by) = link.by.parse::<UnitName>() else { continue };
            let relation = Relation { bond: Bond::StartedBy, to: party(&by) };
            if !self.service.relations.iter().any(|known| known.value == relation) {
                self.service.relations.push(Sourced::new(relation, Origin::default()));
            }
        }
    }

    /// What makes the unit one of several.
    pub(super) fn template(&mut self) {
        if !self.name.is_template() {
            return;
        }
        let default = self.later.default_instance.take();
        let origin = default.as_ref().map(|default| default.origin).unwrap_or_default();
        let default = default.map(|default| default.value);
        let pattern = default.as_ref().map_or_else(
            || b"$INSTANCE".to_vec(),
            |default| [b"${INSTANCE:-".as_slice(), default, b"}"].concat(),
        );
        let instance = Instance { pattern: pattern.into(), variables: vec!["INSTANCE".into()], default };
        self.service.instance = Some(Sourced::new(instance, origin));
    }
}
