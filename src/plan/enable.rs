//! What makes a unit start by itself: the links that `systemctl enable` would make of its `[Install]` section
//! (systemd.unit(5), "[Install] Section Options").

use super::builder::JobPlan;
use super::model::Enablement;
use super::survey::{PlanError, unit_path};
use crate::findings::codes;
use crate::root::{RootPath, State};
use crate::service::Scope;
use crate::systemd::load::{self, LinkKind, Loaded, UnitFiles, UnitName};
use crate::systemd::table::Section;
use crate::systemd::unit::Unit;

/// What `[Install]` says.
#[derive(Default)]
struct Install {
    /// Links to the unit: where each lies.
    links: Vec<RootPath>,
    /// Units that are enabled together with it.
    also: Vec<String>,
    /// What cannot be told without the running manager, such as specifiers.
    unclear: Vec<String>,
}

fn install(unit: &Loaded, scope: Scope) -> Install {
    let words = |key| unit.words(Section::Install, key);
    let own = unit.name.as_str();
    // What is enabled of a template is its default instance.
    let name = if unit.name.is_template() {
        let default = unit.last(Section::Install, "DefaultInstance");
        default.and_then(|setting| unit.name.with_instance(&setting.value.to_string()))
    } else {
        Some(unit.name.clone())
    };
    let mut said: Vec<(&str, String, Option<String>)> = Vec::new();
    for kind in LinkKind::ALL {
        said.extend(words(kind.directive()).into_iter().map(|by| {
            // An instance pulls in its own of a template.
            let link = name.as_ref().map(|name| format!("{by}{}/{name}", kind.suffix()));
            (kind.directive(), by, link)
        }));
    }
    let aliases = words("Alias").into_iter().filter(|alias| alias != own);
    said.extend(aliases.map(|alias| ("Alias", alias.clone(), Some(alias))));
    let mut install = Install::default();
    for (key, word, link) in said {
        match link {
            Some(link) if word.parse::<UnitName>().is_ok() => {
                let path = unit_path(scope, &link).ok();
                install.links.extend(path.filter(|path| !install.links.contains(path)));
            }
            _ => install.unclear.push(format!("{key}={word}")),
        }
    }
    install.also = words("Also").into_iter().filter(|also| also != own).collect();
    install
}

impl JobPlan<'_, '_> {
    /// Plans what makes a unit start by itself, or, where the job was disabled, what keeps it from that.
    pub(super) fn enable(&mut self, files: &UnitFiles) -> Result<(), PlanError> {
        let scope = self.scope();
        let mut ahead: Vec<UnitFiles> = vec![files.clone()];
        let mut done: Vec<String> = Vec::new();
        while let Some(files) = ahead.pop() {
            done.push(files.name.to_string());
            if self.planned.disabled {
                self.disable(&files)?;
                continue;
            }
            let install = install(&Loaded::read(&files), scope);
            let also = install.also.iter().filter(|also| !done.contains(also));
            ahead.extend(also.filter_map(|also| self.builder.survey.unit(scope, also)));
            for unclear in install.unclear {
                self.findings.push(codes::enable_by_hand(&files.name, unclear).whole());
            }
            let Some(fragment) = &files.fragment else { continue };
            match self.builder.enablement {
                Enablement::Links => {
                    for path in install.links {
                        self.link(path, Some(&fragment.name))?;
                    }
                }
                Enablement::Preset if !install.links.is_empty() => {
                    self.builder.presets.push((files.name.to_string(), self.planned.name.clone()));
                }
                Enablement::Preset | Enablement::None => {}
            }
        }
        Ok(())
    }

    /// A job that starts by itself, and a unit without `[Install]` in its place that nothing starts: it is linked to what
    /// the job's own unit would be wanted by, as `systemctl add-wants` does.
    pub(super) fn pull(&mut self, files: &mut UnitFiles, own: Option<&Unit>) -> Result<(), PlanError> {
        let (Some(own), Some(fragment)) = (own, &files.fragment) else { return Ok(()) };
        let Install { links, also, unclear } = install(&Loaded::read(files), self.scope());
        let has_install = !(links.is_empty() && also.is_empty() && unclear.is_empty());
        if has_install || !files.enabled.is_empty() || self.builder.enablement != Enablement::Links {
            return Ok(());
        }
        let asked = own.entries.iter().filter_map(|entry| {
            let kind = LinkKind::ALL.into_iter().find(|kind| kind.directive() == entry.directive.name())?;
            entry.value.parse::<UnitName>().is_ok().then_some((kind, &entry.value))
        });
        for (kind, by) in asked {
            let name = files.name.to_string();
            let link = format!("{by}{}/{name}", kind.suffix());
            self.link(unit_path(self.scope(), &link)?, Some(&fragment.name))?;
            files.enabled.push(load::Enablement { name, by: by.clone(), kind });
        }
        Ok(())
    }

    /// A job that Upstart never started by itself: what starts its unit is taken away.
    fn disable(&mut self, files: &UnitFiles) -> Result<(), PlanError> {
        for link in &files.enabled {
            let path = unit_path(self.scope(), &format!("{}{}/{}", link.by, link.kind.suffix(), link.name))?;
            if self.builder.survey.root.state(&path)? == State::Absent {
                self.findings.push(codes::enabled_elsewhere(&link.by, &files.name).whole());
            } else {
                self.link(path, None)?;
            }
        }
        Ok(())
    }
}
