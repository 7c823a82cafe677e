//! What makes a unit start by itself: the links that `systemctl enable` would make of its `[Install]` section
//! (systemd.unit(5), "[Install] Section Options").

use super::PlanError;
use super::make::Maker;
use super::model::{Enablement, Link, Planned};
use crate::findings::{Code, Finding};
use crate::root::{RootPath, State};
use crate::service::Scope;
use crate::systemd::directive::{Directive, Section};
use crate::systemd::load::{self, How, Loaded, UnitFiles, UnitName};
use crate::systemd::manager;
use crate::systemd::unit::Unit;
use crate::text::Origin;

/// The directives that tell which units pull it in, and the suffix of the directory of links.
const PULLS: &[(&str, &str)] = &[("WantedBy", "wants"), ("RequiredBy", "requires"), ("UpheldBy", "upholds")];

/// What `[Install]` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Install {
    /// Links to the unit: where each lies.
    pub links: Vec<RootPath>,
    /// Units that are enabled together with it.
    pub also: Vec<String>,
    /// What cannot be told without the running manager, such as specifiers.
    pub unclear: Vec<String>,
}

/// Reads the `[Install]` section of a unit.
fn install(unit: &Loaded, scope: Scope) -> Install {
    let mut install = Install::default();
    let own = &unit.name;
    // What is enabled of a template is its default instance.
    let default = unit
        .all(Section::Install, "DefaultInstance")
        .last()
        .and_then(|setting| own.with_instance(&setting.value.to_string()));
    let name = match (own.is_template(), default) {
        (true, Some(instance)) => Some(instance.to_string()),
        (true, None) => None,
        (false, _) => Some(own.to_string()),
    };
    let directory = manager::unit_dir(scope);
    let mut link = |path: String| {
        if let Ok(path) = RootPath::parse(&path)
            && !install.links.contains(&path)
        {
            install.links.push(path);
        }
    };
    let mut unclear = Vec::new();
    for (key, suffix) in PULLS {
        for by in words(unit, key) {
            match &name {
                _ if by.contains('%') || by.parse::<UnitName>().is_err() => {
                    unclear.push(format!("{key}={by}"));
                }
                // An instance pulls in its own of a template.
                None => unclear.push(format!("{key}={by}")),
                Some(name) => link(format!("{directory}/{by}.{suffix}/{name}")),
            }
        }
    }
    for alias in words(unit, "Alias") {
        if alias.parse::<UnitName>().is_err() {
            unclear.push(format!("Alias={alias}"));
        } else if alias != own.as_str() {
            link(format!("{directory}/{alias}"));
        }
    }
    install.also = words(unit, "Also").into_iter().filter(|also| also != own.as_str()).collect();
    install.unclear = unclear;
    install
}

fn words(unit: &Loaded, key: &str) -> Vec<String> {
    let values = unit.all(Section::Install, key);
    let words = values.flat_map(|setting| {
        let words: Vec<String> = setting.value.to_string().split_whitespace().map(str::to_owned).collect();
        words
    });
    words.collect()
}

/// The suffix of the directory of links that means that.
fn suffix(how: How) -> &'static str {
    match how {
        How::Wanted => "wants",
        How::Required => "requires",
        How::Upheld => "upholds",
    }
}

impl Maker<'_> {
    /// Plans what makes a unit start by itself, or, where the job was disabled, what keeps it from that.
    pub(super) fn enable(
        &mut self,
        planned: &mut Planned,
        files: &UnitFiles,
        scope: Scope,
    ) -> Result<Vec<Finding>, PlanError> {
        let mut findings = Vec::new();
        let mut ahead: Vec<UnitFiles> = vec![files.clone()];
        let mut done: Vec<String> = Vec::new();
        while let Some(files) = ahead.pop() {
            done.push(files.name.to_string());
            if planned.disabled {
                findings.extend(self.disable(planned, &files, scope)?);
                continue;
            }
            let install = install(&Loaded::read(&files), scope);
            for also in install.also {
                if !done.contains(&also)
                    && let Some(also) = self.survey.unit(scope, &also)
                {
                    ahead.push(also);
                }
            }
            for unclear in install.unclear {
                let message = format!("{}: `{unclear}` tells nothing that can be linked here", files.name);
                let finding =
                    Finding::new(Code::EnableByHand, message).see(Origin::default(), "").help(format!(
                        "enable the instances that are wanted: systemctl --root=ROOT enable {}",
                        files.name
                    ));
                findings.push(finding);
            }
            let Some(fragment) = &files.fragment else { continue };
            match self.enablement {
                Enablement::Links => {
                    for path in install.links {
                        self.link(planned, path, Some(fragment.name.clone()))?;
                    }
                }
                Enablement::Preset if !install.links.is_empty() => {
                    self.presets.push((files.name.to_string(), planned.name.clone()));
                }
                Enablement::Preset | Enablement::None => {}
            }
        }
        Ok(findings)
    }

    /// A job that starts by itself, and a unit without `[Install]` in its place that nothing starts: it is linked to what
    /// the job's own unit would be wanted by, as `systemctl add-wants` does.
    pub(super) fn pull(
        &mut self,
        planned: &mut Planned,
        files: &mut UnitFiles,
        own: Option<&Unit>,
        scope: Scope,
    ) -> Result<(), PlanError> {
        let (Some(own), Some(fragment)) = (own, &files.fragment) else { return Ok(()) };
        let install = install(&Loaded::read(files), scope);
        let has_install =
            !(install.links.is_empty() && install.also.is_empty() && install.unclear.is_empty());
        if has_install || !files.enabled.is_empty() || self.enablement != Enablement::Links {
            return Ok(());
        }
        let target = fragment.name.clone();
        let mut wanted = Vec::new();
        for entry in own.entries.iter().filter(|entry| entry.directive == Directive::WantedBy) {
            let by = entry.value.clone();
            if by.parse::<UnitName>().is_err() {
                continue;
            }
            let path = format!("{}/{by}.wants/{}", manager::unit_dir(scope), files.name);
            self.link(planned, RootPath::parse(path)?, Some(target.clone()))?;
            wanted.push(load::Enablement { name: files.name.to_string(), by, how: How::Wanted });
        }
        files.enabled.extend(wanted);
        Ok(())
    }

    /// A job that Upstart never started by itself: what starts its unit is taken away.
    fn disable(
        &mut self,
        planned: &mut Planned,
        files: &UnitFiles,
        scope: Scope,
    ) -> Result<Vec<Finding>, PlanError> {
        let mut findings = Vec::new();
        for link in &files.enabled {
            let suffix = suffix(link.how);
            let path = format!("{}/{}.{suffix}/{}", manager::unit_dir(scope), link.by, link.name);
            let path = RootPath::parse(path)?;
            if self.survey.root.state(&path)? == State::Absent {
                let message = format!("`manual` disables the job, and {} starts {}", link.by, files.name);
                let help = format!("mask it, if it is not to start: systemctl mask {}", files.name);
                findings.push(
                    Finding::new(Code::EnabledElsewhere, message).see(Origin::default(), "").help(help),
                );
            } else {
                self.link(planned, path, None)?;
            }
        }
        Ok(findings)
    }

    fn link(&mut self, planned: &mut Planned, path: RootPath, to: Option<String>) -> Result<(), PlanError> {
        let replaces = self.survey.root.state(&path)?;
        let is_there = match (&replaces, &to) {
            (State::Link { to: present }, Some(to)) => present.as_slice() == to.as_bytes(),
            (State::Absent, None) => true,
            _ => false,
        };
        if is_there {
            return Ok(());
        }
        planned.links.push(path.clone());
        if let Some(known) = self.plan.links.iter_mut().find(|link| link.path == path) {
            if known.to != to {
                return Err(PlanError::TwoTexts { path, other: known.services.join(", ") });
            }
            known.services.push(planned.name.clone());
        } else {
            self.plan.links.push(Link { path, to, services: vec![planned.name.clone()], replaces });
        }
        Ok(())
    }
}
