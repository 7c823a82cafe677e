//! Units that are in the root already and take the place of a job.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use super::survey::Survey;
use crate::convert::batch::Choices;
use crate::convert::plumbing::{self, Fate};
use crate::convert::set::Known;
use crate::findings::{Code, Finding};
use crate::lift;
use crate::reverse;
use crate::service::{Command, Part, Run, Scope, Service};
use crate::systemd::load::UnitFiles;
use crate::systemd::names;
use crate::text::{Origin, Text};
use crate::upstart::read::{self, JobFiles};

/// A unit of the root that bears the name of a job, or is known to stand for it.
#[derive(Clone, Debug)]
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
    if job.over.is_none() && plumbing::judge(job, &mut reading).is_some() {
        // Nobody changed the job as it was shipped: there is nothing to carry over.
        return None;
    }
    lift::lift(&mut reading.service, &choices.lifting, &mut reading.findings);
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

/// Programs that say nothing of what is run.
const INTERPRETERS: &[&str] = &[
    "sh",
    "bash",
    "dash",
    "env",
    "python",
    "python2",
    "python3",
    "perl",
    "ruby",
    "node",
    "java",
    "nice",
    "sudo",
    "su",
    "start-stop-daemon",
    "exec",
    "true",
];

/// The commands of a service: those of its main processes, or of its hooks where it has none.
fn commands(service: &Service) -> Vec<&Command> {
    if service.main.is_empty() {
        service.hooks.iter().map(|hook| &hook.command.value).collect()
    } else {
        service.main.iter().map(|command| &command.value).collect()
    }
}

/// The programs that a service's processes become, without their directories.
fn programs(service: &Service) -> BTreeSet<Text> {
    let program = |command: &Command| match &command.run {
        Run::Argv(words) => words.first().map(|word| base(word)),
        Run::Expand(words) => match words.first()?.as_slice() {
            [Part::Text(word)] => Some(base(word)),
            _ => None,
        },
        Run::Line(_) | Run::Script(_) => command.traits.program.clone(),
    };
    let all = commands(service).into_iter().filter_map(program);
    all.filter(|name| !INTERPRETERS.iter().any(|known| known.as_bytes() == name.as_slice())).collect()
}

/// The last parts of all words in a service's commands.
fn names_in(service: &Service) -> BTreeSet<Text> {
    let words = |text: &[u8]| -> Vec<Text> {
        let is_of_word = |byte: u8| byte.is_ascii_alphanumeric() || b"_./+-@".contains(&byte) || byte > 0x7f;
        text.split(|byte| !is_of_word(*byte)).filter(|word| !word.is_empty()).map(base).collect()
    };
    let of = |command: &Command| match &command.run {
        Run::Argv(list) => list.iter().flat_map(|word| words(word)).collect(),
        Run::Expand(list) => list
            .iter()
            .flatten()
            .flat_map(|part| match part {
                Part::Text(text) => words(text),
                _ => Vec::new(),
            })
            .collect(),
        Run::Line(text) | Run::Script(text) => words(text.as_ref()),
    };
    commands(service).into_iter().flat_map(|command: &Command| -> Vec<Text> { of(command) }).collect()
}

fn base(path: &[u8]) -> Text {
    Text::from(path.rsplit(|byte| *byte == b'/').next().unwrap_or_default())
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
