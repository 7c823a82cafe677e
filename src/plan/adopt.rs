//! Units that are in the root already and take the place of a job.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use super::survey::Survey;
use crate::convert::batch::Choices;
use crate::convert::{read_job, read_units};
use crate::findings::{Finding, codes};
use crate::link::Known;
use crate::link::vendor_jobs::{self, Replacement};
use crate::script::base_name;
use crate::script::programs::tells_nothing;
use crate::service::{Command, Part, Run, Scope, Service};
use crate::systemd::load::UnitFiles;
use crate::systemd::names;
use crate::systemd::write::Style;
use crate::text::Text;
use crate::upstart::read::JobFiles;

/// A unit of the root that bears the name of a job, or is known to stand for it.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// Its files, named as on the root.
    pub files: UnitFiles,
    pub service: Service,
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
pub(crate) type Candidates = HashMap<(Scope, Text), Candidate>;

/// Looks for units that could take the place of jobs.
pub(crate) fn candidates(survey: &Survey, jobs: &[JobFiles], choices: &Choices) -> Candidates {
    let found = jobs.iter().filter_map(|job| {
        let scope = choices.manager.or(job.scope).unwrap_or_default();
        Some((scope, job, unit_for(survey, scope, &job.name)?))
    });
    let found: Vec<(Scope, &JobFiles, UnitFiles)> = found.collect();
    let candidate = |(scope, job, files): (Scope, &JobFiles, UnitFiles)| {
        Some(((scope, Text::from(job.name.as_str())), candidate(files, job, choices)?))
    };
    found.into_par_iter().filter_map(candidate).collect()
}

/// The unit that stands for a job: the one that its package is known to bring, or else the one of its name.
fn unit_for(survey: &Survey, scope: Scope, job: &str) -> Option<UnitFiles> {
    let stem = names::unit(job.as_bytes());
    let known = match vendor_jobs::find(scope, job.as_bytes()).map(|it| it.replacement) {
        Some(Replacement::Aliased(unit) | Replacement::Present(unit)) => Some(unit.to_owned()),
        // What systemd itself does is no unit to adopt.
        Some(Replacement::Retired(_) | Replacement::Once(_) | Replacement::Unneeded) => return None,
        Some(Replacement::Converted) | None => None,
    };
    let own = [format!("{stem}.service"), format!("{stem}@.service")];
    known.into_iter().chain(own).find_map(|name| survey.unit(scope, &name))
}

fn candidate(files: UnitFiles, job: &JobFiles, choices: &Choices) -> Option<Candidate> {
    let service = read_units(std::slice::from_ref(&files)).into_iter().next()?.service;
    let read = read_job(job.clone());
    let read = if job.over.is_none() { read.retire() } else { read };
    if read.vendor_job.is_some() {
        // Nobody changed the job as it was shipped: there is nothing to carry over.
        return None;
    }
    let reading = read.lift(&choices.lifting, Style::Idiomatic).reading;
    let fit = if files.masked {
        Fit::Masked
    } else if run_the_same(&reading.service, &service) {
        Fit::Same
    } else {
        Fit::Other
    };
    Some(Candidate { files, service, fit })
}

/// Whether one service runs a program that the other one names, or nothing is known of what one of them runs.
fn run_the_same(one: &Service, other: &Service) -> bool {
    let (ours, theirs) = (programs(one), programs(other));
    let named = |programs: &BTreeSet<Text>, by: &Service| !programs.is_disjoint(&names_in(by));
    ours.is_empty() || theirs.is_empty() || named(&ours, other) || named(&theirs, one)
}

/// The commands of a service: those of its main processes, or of its hooks where it has none.
fn commands(service: &Service) -> Vec<&Command> {
    let hooks = service.hooks.iter().map(|hook| &hook.command).filter(|_| service.main.is_empty());
    service.main.iter().chain(hooks).map(|command| &command.value).collect()
}

/// The programs that a service's processes become, without their directories.
fn programs(service: &Service) -> BTreeSet<Text> {
    let program = |command: &Command| match &command.run {
        Run::Line(_) | Run::Script(_) => command.facts.program.clone(),
        run => run.program().map(|word| Text::from(base_name(word))),
    };
    commands(service).into_iter().filter_map(program).filter(|name| !tells_nothing(name)).collect()
}

/// The last parts of all words in a service's commands.
fn names_in(service: &Service) -> BTreeSet<Text> {
    let is_of_word = |byte: u8| byte.is_ascii_alphanumeric() || b"_./+-@".contains(&byte) || byte > 0x7f;
    let mut names = BTreeSet::new();
    let mut read = |text: &[u8]| {
        let words = text.split(|byte| !is_of_word(*byte)).filter(|word| !word.is_empty());
        names.extend(words.map(|word| Text::from(base_name(word))));
    };
    for command in commands(service) {
        match &command.run {
            Run::Argv(words) => words.iter().for_each(|word| read(word)),
            Run::Expand(words) => words.iter().flatten().for_each(|part| {
                if let Part::Text(text) = part {
                    read(text);
                }
            }),
            Run::Line(text) | Run::Script(text) => read(text.as_ref()),
        }
    }
    names
}

/// The units that the other jobs are tied to in the place of those jobs.
pub fn known(candidates: &Candidates) -> Known {
    let adopted = candidates.iter().filter(|(_, candidate)| candidate.fit != Fit::Other);
    adopted.map(|(key, candidate)| (key.clone(), Text::from(candidate.files.name.stem()))).collect()
}

impl Candidate {
    /// The finding for a unit that has the job's name and runs something else.
    pub(crate) fn other_program(&self) -> Finding {
        let path = self.files.fragment.as_ref().map_or("", |unit| unit.name.as_str());
        let names: Vec<String> = programs(&self.service).iter().map(|name| format!("`{name}`")).collect();
        let finding = match names.as_slice() {
            [] => codes::other_unit_of_unknown(path),
            names => codes::other_unit(path, names.join(", ")),
        };
        finding.whole()
    }
}
