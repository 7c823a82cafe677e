//! Units that are in the root already and take the place of a job.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use super::model::{Behaviour, Tie};
use super::place::Sources;
use super::survey::Survey;
use crate::convert::batch::{Choices, Job};
use crate::convert::plumbing::{self, Fate};
use crate::convert::set::Known;
use crate::findings::{Code, Finding};
use crate::lift;
use crate::reverse;
use crate::service::{Scope, Service};
use crate::systemd::load::UnitFiles;
use crate::systemd::names;
use crate::systemd::unit::Unit;
use crate::systemd::write::Options;
use crate::text::{Origin, Text};
use crate::upstart::read::{self, JobFiles};

/// A unit of the root that bears the name of a job, or is known to stand for it.
pub struct Candidate {
    /// Its files, named as on the root.
    pub files: UnitFiles,
    /// What it does.
    pub service: Service,
    /// Whether it can take the job's place.
    pub fit: Fit,
}

/// Whether a unit can take a job's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It runs the same program.
    Same,
    /// It is switched off.
    Masked,
    /// It runs something else.
    Other,
}

/// Units of the root that could take the place of jobs, by the job's name.
pub type Candidates = HashMap<(Scope, Text), Candidate>;

/// Looks for units that could take the place of jobs.
pub fn candidates(survey: &Survey, jobs: &[JobFiles], choices: &Choices) -> Candidates {
    let found: Vec<((Scope, Text), UnitFiles, &JobFiles)> = jobs
        .iter()
        .filter_map(|job| {
            let scope = choices.manager.or(job.scope).unwrap_or_default();
            let files = unit_for(survey, scope, &job.name)?;
            Some(((scope, Text::from(job.name.as_str())), files, job))
        })
        .collect();
    found
        .into_par_iter()
        .filter_map(|(key, files, job)| Some((key, candidate(files, job, choices)?)))
        .collect()
}

/// The unit that stands for a job: the one that its package is known to bring, or else the one of its name.
fn unit_for(survey: &Survey, scope: Scope, job: &str) -> Option<UnitFiles> {
    let stem = names::unit(job.as_bytes());
    let own = || [format!("{stem}.service"), format!("{stem}@.service")];
    let names: Vec<String> = match plumbing::stock(scope, job.as_bytes()).map(|stock| stock.fate) {
        Some(Fate::Aliased(unit) | Fate::Present(unit)) => {
            std::iter::once(unit.to_owned()).chain(own()).collect()
        }
        // What systemd itself does is no unit to adopt.
        Some(Fate::Retired(_) | Fate::Once(_) | Fate::Unneeded) => return None,
        Some(Fate::Converted) | None => own().into(),
    };
    names.iter().find_map(|name| survey.unit(scope, name))
}

fn candidate(files: UnitFiles, job: &JobFiles, choices: &Choices) -> Option<Candidate> {
    let service = reverse::read(std::slice::from_ref(&files)).into_iter().next()?.service;
    let mut reading = read::read(job);
    lift::lift(&mut reading.service, &choices.lifting, &mut reading.findings);
    let (theirs, ours) = (programs(&service), programs(&reading.service));
    let fit = if files.masked {
        Fit::Masked
    } else if ours.is_empty() || !theirs.is_disjoint(&ours) {
        Fit::Same
    } else {
        Fit::Other
    };
    Some(Candidate { files, service, fit })
}

/// The programs that a service's main processes become; those of its hooks where it has none.
fn programs(service: &Service) -> BTreeSet<Text> {
    let of = |command: &crate::service::Command| command.traits.program.clone();
    let main: BTreeSet<Text> = service.main.iter().filter_map(|command| of(&command.value)).collect();
    if !service.main.is_empty() {
        return main;
    }
    service.hooks.iter().filter_map(|hook| of(&hook.command.value)).collect()
}

/// The units that the other jobs are tied to in the place of those jobs.
pub fn known(candidates: &Candidates) -> Known {
    let adopted = candidates.iter().filter(|(_, candidate)| candidate.fit != Fit::Other);
    adopted.map(|(key, candidate)| (key.clone(), Text::from(candidate.stem()))).collect()
}

impl Candidate {
    /// The name of its unit without suffix.
    fn stem(&self) -> &str {
        self.files.name.stem()
    }

    /// The finding for a unit that has the job's name and runs something else.
    pub fn other_program(&self) -> Finding {
        let path = self.files.fragment.as_ref().map_or("", |unit| unit.name.as_str());
        let said = |programs: BTreeSet<Text>| {
            let names: Vec<String> = programs.iter().map(|name| format!("`{name}`")).collect();
            if names.is_empty() { "nothing that is known".to_owned() } else { names.join(", ") }
        };
        let message =
            format!("{path} has the name of the job's unit, and runs {}", said(programs(&self.service)));
        Finding::new(Code::OtherUnit, message)
            .see(Origin::default(), "")
            .help("the unit of the job would stand before it; rename the job, or skip it, if both are needed")
    }
}

/// What it takes that a unit does a job's work.
pub struct Adopted {
    /// Why it can.
    pub why: String,
    /// What it needs besides, and which of those lines stem from where.
    pub drop_in: Option<(Vec<u8>, Vec<Tie>)>,
    /// How it differs from the job.
    pub behaviour: Vec<Behaviour>,
    /// What is to be said.
    pub findings: Vec<Finding>,
}

/// Holds a job against a unit that takes its place.
pub fn adopt(job: &Job, candidate: &Candidate, options: &Options) -> Adopted {
    let _ = (job, options);
    Adopted {
        why: format!("{} is in the root", candidate.files.name),
        drop_in: None,
        behaviour: Vec::new(),
        findings: Vec::new(),
    }
}

/// How the units of a job differ from it.
pub fn behaviour(job: &Job, units: &[Unit], places: &Sources<'_>) -> Vec<Behaviour> {
    let _ = (job, units, places);
    Vec::new()
}
