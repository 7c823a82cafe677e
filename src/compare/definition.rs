//! A definition, read for a comparison.

use std::collections::{HashMap, HashSet};

use thiserror::Error;

use crate::convert::{LinkedJob, ReadJob, read_job, read_loaded};
use crate::findings::{Became, Code, Entry, Finding, Severity};
use crate::lift::{Level, Lifting};
use crate::link;
use crate::service::{Check, Failure, Hook, Phase, Ready, Run, Service, Stage, Test, Variable, When};
use crate::systemd::load::{Loaded, UnitFiles, UnitType};
use crate::systemd::read::UnitRole;
use crate::systemd::value::boolean;
use crate::systemd::write::Style;
pub use crate::text::Init;
use crate::text::{Origin, Source, Sourced, Text};
use crate::upstart::read::JobFiles;
use crate::upstart::read::job_events::AtShutdown;

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
pub struct Definition {
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
    pub(super) no_effect: HashMap<Origin, String>,
    /// What of its conditions has no place in the model.
    pub(super) lost: Vec<Finding>,
    /// Of a job: whether its `stop on` names the end of the system.
    pub(super) at_shutdown: AtShutdown,
    /// Of a job: its processes as they are written, where what runs on systemd was rewritten.
    pub(super) written: HashMap<Origin, Run>,
}

/// What readers say of conditions that concerns the units to be written, and loses nothing.
const OF_UNITS: &[Code] = &[Code::CustomEvent, Code::StopOrder];

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

impl Definition {
    /// A job, with its override.
    pub fn of_job(files: &JobFiles) -> Definition {
        Definition::of_read_job(read_job(files.clone()), &Level::Safe.into())
    }

    /// A job that was read already. What its scripts do only to prepare the ground for their programs is lifted as far
    /// as is asked for, so that it can be held against the directives of a unit.
    pub(crate) fn of_read_job(job: ReadJob, lifting: &Lifting) -> Definition {
        let is_lost = |finding: &&Finding| {
            (finding.severity() >= Severity::Warning || finding.code == Code::Runlevels)
                && !OF_UNITS.contains(&finding.code)
        };
        let mut lost: Vec<Finding> = job.reading.findings.iter().filter(is_lost).cloned().collect();
        let job = job.lift(lifting, Style::Idiomatic);
        let commands = job.reading.service.commands();
        let written = commands.filter_map(|it| Some((it.origin()?, it.value.run.clone()))).collect();
        // What other jobs are called on the other side, and what their commands to Upstart become there.
        let LinkedJob { reading, files, .. } = job.alone(Style::Idiomatic);
        for finding in reading.findings.iter().filter(|finding| finding.code == Code::StopCondition) {
            if !lost.iter().any(|known| known.is_same(finding)) {
                lost.push(finding.clone());
            }
        }
        Definition {
            service: reading.service.service,
            init: Init::Upstart,
            sources: std::iter::once(files.conf).chain(files.over).collect(),
            findings: reading.findings,
            directives: Vec::new(),
            idle: HashSet::new(),
            no_effect: HashMap::new(),
            lost,
            at_shutdown: reading.events.at_shutdown,
            written,
        }
    }

    /// A unit, with its drop-ins and the units that start it on demand.
    ///
    /// # Errors
    /// When it is masked, or no service.
    pub fn of_unit(unit: &UnitFiles, triggers: &[UnitFiles]) -> Result<Definition, NotAService> {
        let set = std::iter::once(unit).chain(triggers).map(|files| (files, Loaded::read(files)));
        Definition::of_loaded(&set.collect::<Vec<_>>())
    }

    /// The first of the units, with the others that start it on demand, where it is known what stands in their files.
    pub(crate) fn of_loaded(set: &[(&UnitFiles, Loaded)]) -> Result<Definition, NotAService> {
        let Some((_, loaded)) = set.first() else { return Err(NotAService::Masked) };
        let name = loaded.name.prefix();
        let kind = loaded.name.kind();
        if !matches!(kind, UnitType::Service | UnitType::Target) {
            return Err(NotAService::Other(kind.suffix()));
        }
        let mut readings = link::units::link(read_loaded(set));
        let at = readings.iter().position(|reading| reading.service.name.as_slice() == name.as_bytes());
        let reading = readings.swap_remove(at.unwrap_or_default());
        if reading.kind == UnitRole::Masked {
            return Err(NotAService::Masked);
        }
        let directives = loaded.effective().map(|(setting, row)| Directive {
            section: setting.section.clone(),
            name: row.today().1,
            value: setting.value.clone(),
            origin: setting.origin,
        });
        let directives: Vec<Directive> = directives.collect();
        let account = reading.account.close(&reading.settings, &mut Vec::new());
        let is_idle = |entry: &&Entry| entry.became.iter().any(|what| matches!(what, Became::Default(_)));
        let idle = account.iter().filter(is_idle).map(|entry| entry.at).collect();
        let no_effect = account.iter().filter(|entry| !is_idle(entry)).filter_map(|entry| {
            let said = |what: &&Became| matches!(what, Became::Implied(_) | Became::NoEffect(_));
            let Became::NoEffect(why) = entry.became.iter().find(said)? else { return None };
            Some((entry.at, why.to_string()))
        });
        let no_effect = no_effect.collect();
        let mut service = reading.service.service;
        checks(&mut service);
        if let Some(phase) = phase(&directives) {
            service.phase = phase;
        }
        Ok(Definition {
            service,
            init: Init::Systemd,
            sources: reading.sources,
            findings: reading.findings,
            directives,
            idle,
            no_effect,
            lost: Vec::new(),
            at_shutdown: AtShutdown::LeftRunning,
            written: HashMap::new(),
        })
    }

    /// A job that does its work when the machine goes down, in the form that units have for that: they come up at boot and
    /// do nothing, and their stop does the work. Nothing where it is another job, or a unit.
    pub(super) fn as_stop(&self) -> Option<Definition> {
        if self.init != Init::Upstart || self.service.phase != Phase::Shutdown {
            return None;
        }
        let mut stop = self.clone();
        let service = &mut stop.service;
        for hook in &mut service.hooks {
            if hook.stage != Stage::PostStop {
                hook.stage = Stage::PreStop;
            }
            if hook.failure != Failure::Ignored {
                hook.failure = Failure::FailsStop;
            }
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
        Some(stop)
    }

    /// The last directive of a unit of that name.
    pub fn directive(&self, name: &str) -> Option<&Directive> {
        self.directives.iter().rev().find(|directive| directive.name == name)
    }

    /// The variables whose values the definition says itself, and no file of variables says otherwise.
    pub(super) fn constants(&self) -> HashMap<Text, Text> {
        if !self.service.environment_files.is_empty() {
            return HashMap::new();
        }
        let all = self.service.environment.iter().filter_map(|variable| match &variable.value {
            Variable::Set { name, value } => Some((name.clone(), value.clone())),
            Variable::Inherited(_) | Variable::Instance(_) | Variable::Event(_) => None,
        });
        all.collect()
    }

    /// What stands at a place.
    pub(super) fn source(&self, origin: impl Into<Option<Origin>>) -> &[u8] {
        let Some(origin) = origin.into() else { return b"" };
        self.sources.get(origin.file).map(|source| origin.span.of(&source.text)).unwrap_or_default()
    }

    /// Whether there is a process that is looked after while the service is up.
    pub(super) fn has_main(&self) -> bool {
        !self.service.main.is_empty()
    }
}

/// Boot targets behind which the system is set up.
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
        words.any(|word| SET_UP.iter().any(|boot_target| word == boot_target.as_bytes()))
    });
    Some(if waits { Phase::Running } else { Phase::Early })
}

/// Takes commands that only look at a path for the conditions that they are.
fn checks(service: &mut Service) {
    let conditions = &mut service.conditions;
    service.hooks.retain(|hook| {
        let check = if hook.stage == Stage::Condition { check(&hook.command.value.run) } else { None };
        let keep = check.is_none();
        conditions.extend(check.map(|check| Sourced::new(check, hook.command.origin())));
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
