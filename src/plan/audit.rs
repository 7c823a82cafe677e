//! How much of the jobs of many machines converts, and what stands in the way of the rest. Jobs that are the same on
//! several machines are counted once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Serialize;

use super::model::Grade;
use crate::convert::batch::{self, Choices, Job};
use crate::convert::upstart_input::{self as input, InputError, InputProblem};
use crate::findings::{Code, Finding, Outcome, Severity};
use crate::root::Digest;
use crate::upstart::read::JobFiles;

/// What makes two jobs the same: the name, the bytes of the job file, those of the override.
type Key = (String, Digest, Option<Digest>);

/// What was found.
#[derive(Debug, Default, Serialize)]
pub struct Audit {
    /// How many directories of jobs were looked at.
    pub directories: usize,
    /// How many of them hold no job.
    pub empty: usize,
    /// How many job files they hold.
    pub files: usize,
    /// How the distinct jobs convert.
    pub summary: Summary,
    /// What keeps jobs from converting exactly, the most frequent first.
    pub reasons: Vec<Reason>,
    /// The distinct jobs, by name.
    pub jobs: Vec<Audited>,
    /// What could not be read.
    pub errors: Vec<String>,
}

/// How the distinct jobs convert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// How many there are.
    pub distinct: usize,
    /// How many are not converted, because the target has units in their place.
    pub retired: usize,
    /// How many convert exactly.
    pub exact: usize,
    /// How many convert with differences that findings state.
    pub approximated: usize,
    /// How many of those have no finding above a note.
    pub notes_only: usize,
    /// How many need manual action.
    pub manual: usize,
}

/// A job, wherever it is the same.
#[derive(Debug, Serialize)]
pub struct Audited {
    /// Its name.
    pub name: String,
    /// One of its files.
    pub file: String,
    /// In how many directories it is the same.
    pub directories: usize,
    /// Whether it is not converted, because the target has a unit in its place.
    pub retired: bool,
    /// How much of it goes through; nothing where it is retired.
    pub grade: Option<Grade>,
    /// All codes that are said of it.
    pub codes: BTreeSet<Code>,
    /// Those because of which it does not convert exactly.
    #[serde(skip)]
    reasons: BTreeSet<Code>,
}

/// A code, and what it stands in the way of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The code.
    pub code: Code,
    /// Its name.
    pub name: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// How many distinct jobs it keeps from converting exactly.
    pub jobs: usize,
    /// How many of them nothing else keeps from it.
    pub alone: usize,
    /// How many times it is met, each job counted in every directory.
    pub everywhere: usize,
}

/// Where the jobs of a machine lie below its root.
const JOBS: &str = "etc/init";

/// Looks at directories of jobs, or roots that hold one, each of which is a set by itself.
///
/// All files are read once to tell which are the same; only sets with a job that is in none before are read again
/// and converted. A job is graded with those of the first set that it is in.
pub fn audit(directories: &[PathBuf], choices: &Choices, with_overrides: bool) -> Audit {
    let directories: Vec<PathBuf> = directories
        .iter()
        .map(|directory| Some(directory.join(JOBS)).filter(|jobs| jobs.is_dir()).unwrap_or(directory.clone()))
        .collect();
    let keys = |directory: &PathBuf| {
        let (jobs, errors) = read(directory, with_overrides);
        (jobs.iter().map(key).collect::<Vec<Key>>(), errors)
    };
    let machines: Vec<(Vec<Key>, Vec<InputError>)> = directories.par_iter().map(keys).collect();
    let mut audit = Audit { directories: directories.len(), ..Audit::default() };
    let mut counts: HashMap<Key, usize> = HashMap::new();
    let mut sets = Vec::new();
    for ((keys, errors), directory) in machines.into_iter().zip(&directories) {
        audit.files += keys.len();
        audit.empty += usize::from(keys.is_empty() && errors.iter().all(is_empty));
        audit.errors.extend(errors.iter().filter(|error| !is_empty(error)).map(ToString::to_string));
        let mut is_new = false;
        for key in keys {
            let count = counts.entry(key).or_default();
            is_new |= *count == 0;
            *count += 1;
        }
        if is_new {
            sets.push(directory);
        }
    }
    let mut seen: HashSet<Key> = HashSet::new();
    for directory in sets {
        let (files, _) = read(directory, with_overrides);
        let keys: Vec<Key> = files.iter().map(key).collect();
        let batch = batch::convert(files, choices, || ());
        let new = keys.into_iter().zip(&batch.jobs).filter(|(key, _)| seen.insert(key.clone()));
        audit.jobs.extend(new.map(|(key, job)| Audited::of(job, counts.get(&key).copied().unwrap_or(1))));
    }
    audit.jobs.sort_by(|one, other| (&one.name, &one.file).cmp(&(&other.name, &other.file)));
    audit.count();
    audit
}

fn key(files: &JobFiles) -> Key {
    let over = files.over.as_ref().map(|over| Digest::of(&over.text));
    (files.name.clone(), Digest::of(&files.conf.text), over)
}

/// Whether there only is no job. A machine of a fleet may have none any more.
fn is_empty(error: &InputError) -> bool {
    matches!(error.problem, InputProblem::NoJobs)
}

fn read(directory: &Path, with_overrides: bool) -> (Vec<JobFiles>, Vec<InputError>) {
    let found = input::find(&[directory.to_owned()]).with_jobs_of_overrides();
    let mut errors = found.errors;
    let mut jobs = Vec::new();
    for input in &found.inputs {
        match input.read(with_overrides) {
            Ok(files) => jobs.push(files),
            Err(error) => errors.push(error),
        }
    }
    (jobs, errors)
}

impl Audit {
    fn count(&mut self) {
        let mut reasons: BTreeMap<Code, Reason> = BTreeMap::new();
        self.summary.distinct = self.jobs.len();
        for job in &self.jobs {
            *match job.grade {
                None => &mut self.summary.retired,
                Some(Grade::Exact) => &mut self.summary.exact,
                Some(Grade::Approximated) => &mut self.summary.approximated,
                Some(Grade::Manual) => &mut self.summary.manual,
            } += 1;
            let notes_only = job.reasons.iter().all(|code| code.info().severity == Severity::Note);
            self.summary.notes_only += usize::from(job.grade == Some(Grade::Approximated) && notes_only);
            for code in &job.reasons {
                let info = code.info();
                let reason = reasons.entry(*code).or_insert(Reason {
                    code: *code,
                    name: info.name,
                    severity: info.severity,
                    jobs: 0,
                    alone: 0,
                    everywhere: 0,
                });
                reason.jobs += 1;
                reason.alone += usize::from(job.reasons.len() == 1);
                reason.everywhere += job.directories;
            }
        }
        self.reasons = reasons.into_values().collect();
        self.reasons.sort_by_key(|reason| (std::cmp::Reverse((reason.jobs, reason.alone)), reason.code));
    }
}

impl Audited {
    fn of(job: &Job, directories: usize) -> Audited {
        let conversion = &job.conversion;
        let worst = conversion.findings.iter().map(Finding::severity).max();
        let outcomes = conversion.account.iter().map(|entry| entry.outcome);
        let grade = job.vendor_job.is_none().then(|| Grade::of(outcomes, worst));
        let codes: BTreeSet<Code> = conversion.findings.iter().map(|finding| finding.code).collect();
        let counts = |code: &&Code| {
            let info = code.info();
            matches!(info.outcome, Some(Outcome::Approximated | Outcome::Manual)) || info.severity >= Severity::Warning
        };
        let stands_in_the_way = grade.is_some_and(|grade| grade != Grade::Exact);
        let reasons = codes.iter().filter(|_| stands_in_the_way).filter(counts).copied().collect();
        Audited {
            name: job.files.name.clone(),
            file: job.files.conf.name.clone(),
            directories,
            retired: job.vendor_job.is_some(),
            grade,
            codes,
            reasons,
        }
    }

    /// Whether a code keeps it from converting exactly.
    pub(crate) fn is_kept_by(&self, code: Code) -> bool {
        self.reasons.contains(&code)
    }
}
