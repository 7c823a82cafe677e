//! A definition, read for a comparison.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use thiserror::Error;

use super::command::Constants;
use crate::convert::set;
use crate::findings::{Code, Entry, Finding, Severity};
use crate::lift::{self, Level, Lifting};
use crate::reverse;
use crate::service::{Check, Failure, Hook, Phase, Ready, Run, Service, Stage, Test, Variable, When};
use crate::systemd::load::{Loaded, UnitFiles, UnitType};
use crate::systemd::read::Kind;
use crate::systemd::value::boolean;
use crate::systemd::write::Style;
use crate::text::{Origin, Source, Sourced, Text};
use crate::upstart::read::ties::AtShutdown;
use crate::upstart::read::{self, JobFiles};

/// An init.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Init {
    Upstart,
    Systemd,
}

impl Init {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Init::Upstart => "Upstart",
            Init::Systemd => "systemd",
        }
    }

    /// What it calls a definition.
    pub fn definition(self) -> &'static str {
        match self {
            Init::Upstart => "job",
            Init::Systemd => "unit",
        }
    }
}

/// A directive of a unit that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// Its section.
    pub section: Text,
    /// Its name, as systemd calls it today.
    pub name: &'static str,
    /// Its value as written.
    pub value: Text,
    /// Where it stands.
    pub origin: Origin,
}

/// One of the two that are compared.
#[derive(Clone, Debug)]
pub struct Side {
    /// What the definition says.
    pub service: Service,
    /// Whose it is.
    pub init: Init,
    /// Its files, in the order of [`Origin::file`].
    pub sources: Vec<Source>,
    /// What was to be said when it was read.
    pub findings: Vec<Finding>,
    /// Of a unit: its own directives that count, in order.
    pub directives: Vec<Directive>,
    /// Of a unit: directives that say what holds without them.
    pub(super) idle: HashSet<Origin>,
    /// Of a unit: directives that a job needs no word for, and why.
    pub(super) settled: HashMap<Origin, String>,
    /// What of its conditions has no place in the model.
    pub(super) lost: Vec<Finding>,
    /// Of a job: whether its `stop on` names the end of the system.
    pub(super) at_shutdown: AtShutdown,
    /// Of a job: its processes as they are written, where what runs on systemd was rewritten.
    pub(super) written: HashMap<Origin, Run>,
}

/// What readers say of conditions that concerns the units to be written, and loses nothing.
const OF_UNITS: &[Code] = &[Code::CustomEvent, Code::StopOrder];

/// What the reader of units says of directives that change nothing.
const IDLE: &[&str] = &["default: the default", "default: switched off", "default: it is not started again"];

/// Why a unit cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotAService {
    /// It is switched off.
    #[error("the unit is masked: nothing can start it")]
    Masked,
    /// It is of a type that runs nothing that could be compared.
    #[error("this is no service, but a {0} unit; compare what it starts")]
    Other(&'static str),
}

impl Side {
    /// A job, with its override.
    pub fn of_job(files: &JobFiles) -> Side {
        Side::of_reading(read::read(files), files, &Lifting::from(Level::Safe))
    }

    /// A job that was read already. What its scripts do only to prepare the ground for their programs is lifted as far
    /// as is asked for, so that it can be held against the directives of a unit.
    pub fn of_reading(mut reading: read::Reading, files: &JobFiles, lifting: &Lifting) -> Side {
        let is_lost = |finding: &&Finding| {
            (finding.severity() >= Severity::Warning || finding.code == Code::Runlevels)
                && !OF_UNITS.contains(&finding.code)
        };
        let mut lost: Vec<Finding> = reading.findings.iter().filter(is_lost).cloned().collect();
        lift::lift(&mut reading.service, lifting, &mut reading.findings);
        let service = &reading.service;
        let commands = service.main.iter().chain(service.hooks.iter().map(|hook| &hook.command));
        let written = commands.map(|command| (command.origin, command.value.run.clone())).collect();
        // What other jobs are called on the other side, and what their commands to Upstart become there.
        set::settle(Style::Idiomatic, &set::Known::new(), std::iter::once(&mut reading));
        let of_boot = reading.findings.iter().filter(|finding| finding.code == Code::StopCondition);
        lost.extend(of_boot.filter(|finding| !lost.contains(finding)).cloned().collect::<Vec<_>>());
        Side {
            service: reading.service,
            init: Init::Upstart,
            sources: std::iter::once(&files.conf).chain(&files.over).cloned().collect(),
            findings: reading.findings,
            directives: Vec::new(),
            idle: HashSet::new(),
            settled: HashMap::new(),
            lost,
            at_shutdown: reading.ties.at_shutdown,
            written,
        }
    }

    /// A unit, with its drop-ins and the units that start it on demand.
    ///
    /// # Errors
    /// When it is masked, or no service.
    pub fn of_unit(unit: &UnitFiles, triggers: &[UnitFiles]) -> Result<Side, NotAService> {
        let set: Vec<UnitFiles> = std::iter::once(unit).chain(triggers).cloned().collect();
        let name = unit.name.prefix();
        let kind = unit.name.kind();
        if !matches!(kind, UnitType::Service | UnitType::Target) {
            return Err(NotAService::Other(kind.suffix()));
        }
        let mut readings = reverse::read(&set);
        let at = readings.iter().position(|reading| reading.service.name.as_slice() == name.as_bytes());
        let reading = readings.swap_remove(at.unwrap_or_default());
        if reading.kind == Kind::Masked {
            return Err(NotAService::Masked);
        }
        let loaded = Loaded::read(unit);
        let directives = loaded.effective().map(|(setting, row)| Directive {
            section: setting.section.clone(),
            name: row.today().1,
            value: setting.value.clone(),
            origin: setting.origin,
        });
        let account = reading.account.close(&reading.settings, &mut Vec::new());
        let is_idle = |entry: &&Entry| entry.became.iter().any(|what| IDLE.contains(&what.as_str()));
        let idle = account.iter().filter(is_idle).map(|entry| entry.origin).collect();
        let settled = account.iter().filter(|entry| !is_idle(entry)).filter_map(|entry| {
            let why = entry.became.iter().find_map(|what| what.strip_prefix("default: "))?;
            Some((entry.origin, why.to_owned()))
        });
        let settled = settled.collect();
        let mut service = reading.service;
        checks(&mut service);
        let directives: Vec<Directive> = directives.collect();
        if let Some(phase) = phase(&directives) {
            service.phase = phase;
        }
        Ok(Side {
            service,
            init: Init::Systemd,
            sources: reading.sources,
            findings: reading.findings,
            directives,
            idle,
            settled,
            lost: Vec::new(),
            at_shutdown: AtShutdown::LeftRunning,
            written: HashMap::new(),
        })
    }

    /// A job that does its work when the machine goes down, in the form that units have for that: they come up at boot and
    /// do nothing, and their stop does the work. Nothing where it is another job, or a unit.
    pub(super) fn as_stop(&self) -> Option<Side> {
        if self.init != Init::Upstart || self.service.phase != Phase::Shutdown {
            return None;
        }
        let mut side = self.clone();
        let service = &mut side.service;
        for hook in &mut service.hooks {
            if hook.stage != Stage::PostStop {
                hook.stage = Stage::PreStop;
            }
            hook.failure = if hook.failure == Failure::Ignored { hook.failure } else { Failure::FailsStop };
            hook.when = When::Always;
        }
        let work = service.main.drain(..).map(|command| Hook {
            stage: Stage::PreStop,
            command,
            failure: Failure::FailsStop,
            when: When::Always,
            steps: Vec::new(),
        });
        service.hooks.extend(work);
        service.stays_up = true;
        service.ready.value = Ready::Finished;
        Some(side)
    }

    /// The last directive of a unit of that name.
    pub fn directive(&self, name: &str) -> Option<&Directive> {
        self.directives.iter().rev().find(|directive| directive.name == name)
    }

    /// The variables whose values the definition says itself, and no file of variables says otherwise.
    pub(super) fn constants(&self) -> Constants {
        if !self.service.environment_files.is_empty() {
            return Constants::new();
        }
        let all = self.service.environment.iter().filter_map(|variable| match &variable.value {
            Variable::Set { name, value } => Some((name.clone(), value.clone())),
            Variable::Inherited(_) | Variable::Instance(_) | Variable::Event(_) => None,
        });
        all.collect()
    }

    /// What stands at a place.
    pub(super) fn source(&self, origin: Origin) -> &[u8] {
        self.sources.get(origin.file).map(|source| origin.span.of(&source.text)).unwrap_or_default()
    }

    /// Whether there is a process that is looked after while the service is up.
    pub(super) fn has_main(&self) -> bool {
        !self.service.main.is_empty()
    }
}

/// Stations behind which the system is set up.
const SET_UP: &[&str] = &["sysinit.target", "basic.target", "multi-user.target", "graphical.target"];

/// Where in the life of the machine a unit without default dependencies runs.
fn phase(directives: &[Directive]) -> Option<Phase> {
    let own = directives.iter().rev().find(|directive| directive.name == "DefaultDependencies")?;
    if boolean(&own.value) != Ok(false) {
        return None;
    }
    let mut after = directives.iter().filter(|directive| directive.name == "After");
    let waits = after.any(|directive| {
        let mut words = directive.value.split(u8::is_ascii_whitespace);
        words.any(|word| SET_UP.iter().any(|station| word == station.as_bytes()))
    });
    Some(if waits { Phase::Running } else { Phase::Early })
}

/// Takes commands that only look at a path for the conditions that they are.
fn checks(service: &mut Service) {
    let conditions = &mut service.conditions;
    service.hooks.retain(|hook| {
        let check = if hook.stage == Stage::Condition { check(&hook.command.value.run) } else { None };
        let keep = check.is_none();
        conditions.extend(check.map(|check| Sourced::new(check, hook.command.origin)));
        keep
    });
}

fn check(run: &Run) -> Option<Check> {
    let Run::Argv(words) = run else { return None };
    let words: Vec<&[u8]> = words.iter().map(|word| word.as_slice()).collect();
    let (operator, path, negated) = match words.as_slice() {
        [b"test" | b"/bin/test" | b"/usr/bin/test", operator, path] => (operator, path, false),
        [b"test" | b"/bin/test" | b"/usr/bin/test", b"!", operator, path] => (operator, path, true),
        _ => return None,
    };
    let test = Test::of(operator)?;
    let path = Text::from(*path);
    path.starts_with(b"/").then_some(Check { test, path, negated, required: false, alternative: false })
}
