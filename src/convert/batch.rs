//! Many jobs at once, as they lie on a machine: each is read, all are linked with each other, and then written.

use std::collections::HashMap;

use rayon::prelude::*;

pub use super::pipeline::Job;
use super::{Reversal, link_jobs, read_job};
use crate::findings::{Entry, Finding, Outcome, codes};
use crate::lift::Lifting;
use crate::link::Known;
use crate::service::Scope;
use crate::systemd::write::Options;
use crate::upstart::distribution::Distribution;
use crate::upstart::read::JobFiles;

/// How jobs are converted.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// How units are written.
    pub options: Options,
    /// What becomes of scripts.
    pub lifting: Lifting,
    /// Whose Upstart the jobs were written for; found out from them if nothing is said.
    pub origin: Option<Distribution>,
    /// Which service manager runs the units; found out from each job if nothing is said.
    pub manager: Option<Scope>,
    /// Whether the jobs of the distribution are converted like any other.
    pub keep_vendor_jobs: bool,
    /// Units that are there in the place of jobs. Such a job is converted by itself, to be held against its
    /// unit, and the others are tied to the unit.
    pub known: Known,
}

/// The jobs of a machine, converted.
#[derive(Debug)]
pub struct Batch {
    /// Whose Upstart they were written for.
    pub distribution: Distribution,
    /// The jobs, in the order in which they were given.
    pub jobs: Vec<Job>,
}

/// Converts the jobs of a machine. `each` is called for every job that has been read.
pub fn convert(files: Vec<JobFiles>, choices: &Choices, each: impl Fn() + Sync) -> Batch {
    let style = choices.options.style;
    let distribution = choices
        .origin
        .unwrap_or_else(|| Distribution::of(files.iter().map(|job| (job.name.as_str(), job.conf.text.as_slice()))));
    let read = files.into_par_iter().map(|mut files| {
        files.distribution = distribution;
        files.scope = choices.manager.or(files.scope);
        let mut job = read_job(files).lift(&choices.lifting, style);
        let service = &job.reading.service;
        job.known = choices.known.get(&(service.scope, service.name.clone())).cloned();
        each();
        if choices.keep_vendor_jobs || job.known.is_some() { job } else { job.retire() }
    });
    let linked = link_jobs(read.collect(), style, &choices.known);
    let mut jobs: Vec<Job> = linked.into_par_iter().map(|job| job.write(&choices.options)).collect();
    collisions(&mut jobs);
    Batch { distribution, jobs }
}

/// Two jobs can get the same unit's name, where one has a directory in its name. The first keeps it.
fn collisions(jobs: &mut [Job]) {
    let mut taken: HashMap<(Scope, String), String> = HashMap::new();
    for job in jobs {
        let Some(unit) = job.conversion.units.first().filter(|_| job.known.is_none()) else { continue };
        let name = &job.files.conf.name;
        let place = (job.conversion.service.scope, unit.name.clone());
        if let Some(first) = taken.get(&place) {
            let finding = codes::same_unit(name, &unit.name, first);
            give_up(finding, &mut job.conversion.account, &mut job.conversion.findings);
            job.conversion.units.clear();
            job.conversion.companions.clear();
        } else {
            taken.insert(place, name.clone());
        }
    }
}

/// Two units can get the same job's name. The first keeps it.
pub(crate) fn collisions_of_units(reversals: &mut [Reversal]) {
    let mut taken: HashMap<String, String> = HashMap::new();
    for one in reversals {
        let Some((name, _)) = &one.job else { continue };
        if let Some(first) = taken.get(name) {
            give_up(codes::same_job(name, first), &mut one.account, &mut one.findings);
            one.job = None;
            one.text.clear();
        } else {
            let source = one.sources.first().map(|source| source.name.clone());
            taken.insert(name.clone(), source.unwrap_or_default());
        }
    }
}

/// Accounts for a definition that is not written.
fn give_up(finding: Finding, account: &mut [Entry], findings: &mut Vec<Finding>) {
    for entry in account {
        entry.outcome = Outcome::Manual;
        entry.became.clear();
        entry.codes.push(finding.code);
    }
    findings.push(finding.whole());
}
