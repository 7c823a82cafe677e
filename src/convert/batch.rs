//! Many jobs at once, as they lie on a machine: each is read, all are settled with each other, and then written.

use std::collections::HashMap;

use rayon::prelude::*;

use super::Conversion;
use super::output::{self, OutputFile};
use super::plumbing::{self, Stock};
use super::set::{self, Known};
use crate::findings::{Code, Finding, Outcome};
use crate::lift::{self, Lifting};
use crate::service::Scope;
use crate::systemd::write::Options;
use crate::text::{Origin, Source, Text};
use crate::upstart::distribution::Distribution;
use crate::upstart::read::{self, JobFiles, Reading};

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
    pub keep_plumbing: bool,
    /// Units that are there in the place of jobs. Such a job is converted by itself, to be held against its
    /// unit, and the others are tied to the unit.
    pub known: Known,
}

/// A job that was read and converted.
#[derive(Debug)]
pub struct Job {
    /// Its files.
    pub files: JobFiles,
    /// What it became.
    pub conversion: Conversion,
    /// What it is retired as, where it is not converted.
    pub stock: Option<&'static Stock>,
    /// The name of the unit without suffix that is there in its place.
    pub known: Option<Text>,
}

impl Job {
    /// Its job file, and its override.
    pub fn sources(&self) -> Vec<&Source> {
        std::iter::once(&self.files.conf).chain(&self.files.over).collect()
    }

    /// The files that it becomes.
    pub fn outputs(&self) -> Vec<OutputFile> {
        output::files(&self.conversion)
    }
}

/// The jobs of a machine, converted.
#[derive(Debug)]
pub struct Batch {
    /// Whose Upstart they were written for.
    pub distribution: Distribution,
    /// The jobs, in the order in which they were given.
    pub jobs: Vec<Job>,
}

/// One job that was read. `stock` is what it is retired as.
struct Read {
    files: JobFiles,
    reading: Reading,
    stock: Option<&'static Stock>,
    known: Option<Text>,
}

/// Converts the jobs of a machine. `each` is called for every job that has been read.
pub fn convert(files: Vec<JobFiles>, choices: &Choices, each: impl Fn() + Sync) -> Batch {
    let style = choices.options.style;
    let distribution = choices.origin.unwrap_or_else(|| {
        Distribution::of(files.iter().map(|job| (job.name.as_str(), job.conf.text.as_slice())))
    });
    let mut lifting = choices.lifting.clone();
    lifting.level = lifting.level.for_style(style);
    let mut jobs: Vec<Read> = files
        .into_par_iter()
        .map(|mut files| {
            files.distribution = distribution;
            files.scope = choices.manager.or(files.scope);
            let mut reading = read::read(&files);
            lift::lift(&mut reading.service, &lifting, &mut reading.findings);
            let service = &reading.service;
            let known = choices.known.get(&(service.scope, service.name.clone())).cloned();
            let plain = choices.keep_plumbing || known.is_some();
            let stock = if plain { None } else { plumbing::judge(&files, &mut reading) };
            each();
            Read { files, reading, stock, known }
        })
        .collect();
    let converted = jobs.iter_mut().filter(|job| job.stock.is_none() && job.known.is_none());
    set::settle(style, &choices.known, converted.map(|job| &mut job.reading));
    for job in jobs.iter_mut().filter(|job| job.known.is_some()) {
        set::settle(style, &choices.known, std::iter::once(&mut job.reading));
    }
    let mut jobs: Vec<Job> = jobs.into_par_iter().map(|job| write(job, &choices.options)).collect();
    collisions(&mut jobs);
    Batch { distribution, jobs }
}

fn write(Read { files, reading, stock, known }: Read, options: &Options) -> Job {
    let conversion = match stock {
        Some(stock) => plumbing::retire(stock, &files, reading),
        None => super::write(reading, options),
    };
    Job { files, conversion, stock, known }
}

/// Two jobs can get the same unit's name, where one has a directory in its name. The first keeps it.
fn collisions(jobs: &mut [Job]) {
    let mut taken: HashMap<(Scope, String), String> = HashMap::new();
    for job in jobs {
        let Some(unit) = job.conversion.units.first().filter(|_| job.known.is_none()) else { continue };
        let key = (job.conversion.service.scope, unit.name.clone());
        match taken.get(&key) {
            None => {
                taken.insert(key, job.files.conf.name.clone());
            }
            Some(first) => {
                let message =
                    format!("{} would be {} too, which {first} is already", job.files.conf.name, unit.name);
                let finding = Finding::new(Code::NameCollision, message)
                    .see(Origin::default(), "")
                    .help("rename one of the jobs, and convert again");
                job.conversion.findings.push(finding);
                for entry in &mut job.conversion.account {
                    entry.outcome = Outcome::Manual;
                    entry.became.clear();
                    entry.codes.push(Code::NameCollision);
                }
                job.conversion.units.clear();
                job.conversion.companions.clear();
            }
        }
    }
}
