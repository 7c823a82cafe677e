//! Makes a plan: reads the root, decides what becomes of each job, and puts together what is to be installed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use clap::ValueEnum;
use indexmap::IndexMap;

use super::access::Access;
use super::builder::{Output, PlanBuilder};
use super::callers::{self, Jobs};
use super::missing::Facts;
use super::model::{Enablement, FileKind, Input, Plan, PlanOptions, SCHEMA};
use super::place::Sources;
use super::survey::{OWN_UNIT, PlanError, Read, Survey};
use super::{adopt, cycles};
use crate::convert::batch::{self, Batch, Choices};
use crate::convert::{Conversion, general};
use crate::findings::codes;
use crate::lift::Level;
use crate::root::{RootPath, State};
use crate::systemd::names;

/// Where presets of an administrator lie (systemd.preset(5), "Preset Directories").
const PRESETS: &str = "/etc/systemd/system-preset";
/// Those for the managers of users.
const SESSION_PRESETS: &str = "/etc/systemd/user-preset";

/// What is to be planned.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The directory that holds the root.
    pub root: &'a Path,
    /// How jobs become units.
    pub choices: Choices,
    /// How services are made to start at boot.
    pub enablement: Enablement,
}

/// A plan, and what belongs to it.
#[derive(Debug)]
pub struct Made {
    /// The plan.
    pub plan: Plan,
    /// The text of each of its files.
    pub texts: BTreeMap<RootPath, Vec<u8>>,
    /// What was read of the root, and what would be replaced.
    pub read: BTreeMap<RootPath, Read>,
    /// The jobs, converted.
    pub batch: Batch,
    /// How they were converted.
    pub choices: Choices,
    /// Jobs that could not be read, and why.
    pub errors: Vec<String>,
}

/// Makes the plan of a root. Nothing is written.
///
/// # Errors
/// When the root cannot be read, or holds no job.
pub fn make(request: &Request<'_>) -> Result<Made, PlanError> {
    let survey = Survey::of(request.root)?;
    let (jobs, mut errors) = survey.jobs();
    if jobs.is_empty() && errors.is_empty() {
        return Err(PlanError::NoJobs);
    }
    let candidates = adopt::candidates(&survey, &jobs, &request.choices);
    let mut choices = request.choices.clone();
    choices.known = adopt::known(&candidates);
    let batch = batch::convert(jobs, &choices, || ());
    let mut builder = PlanBuilder {
        survey: &survey,
        choices: &choices,
        enablement: request.enablement,
        plan: Plan {
            schema: SCHEMA,
            cutover: env!("CARGO_PKG_VERSION").to_owned(),
            options: options(&choices, &batch, request.enablement),
            ..Plan::default()
        },
        texts: BTreeMap::new(),
        presets: Vec::new(),
    };
    let facts = Facts::of(&survey.root);
    for job in &batch.jobs {
        let candidate = candidates.get(&(job.conversion.service.scope, job.conversion.service.name.clone()));
        builder.job(job, candidate, &facts)?;
    }
    builder.preset()?;
    let called = callers::callers(&survey.root, &mut Jobs::of(&batch, &choices));
    errors.extend(called.errors.iter().map(ToString::to_string));
    builder.plan.callers = called.callers;
    builder.plan.cycles = cycles::find(&builder);
    builder.general(&batch, &facts);
    let (mut plan, texts) = (builder.plan, builder.texts);
    let names: Vec<String> = plan.services.iter().map(|service| service.name.clone()).collect();
    for service in &mut plan.services {
        service.partners.retain(|name| names.contains(name));
    }
    plan.services.sort_by(|one, other| one.name.cmp(&other.name));
    plan.files.sort_by(|one, other| one.path.cmp(&other.path));
    plan.links.sort_by(|one, other| one.path.cmp(&other.path));
    for file in plan.files.iter().filter(|file| file.replaces != State::Absent) {
        for service in &file.services {
            survey.also(&file.path, service);
        }
    }
    let read = survey.into_read();
    let replaced = |path: &RootPath| plan.file(path).is_some() || plan.link(path).is_some();
    plan.inputs = read
        .iter()
        .filter(|(path, _)| !replaced(path))
        .map(|(path, read)| Input {
            path: path.clone(),
            state: read.state.clone(),
            services: read.services.iter().cloned().collect(),
        })
        .collect();
    Ok(Made { plan, texts, read, batch, choices, errors })
}

fn options(choices: &Choices, batch: &Batch, enablement: Enablement) -> PlanOptions {
    let options = &choices.options;
    let level = match choices.lifting.level {
        Level::Strict => Level::Safe,
        level => level,
    };
    PlanOptions {
        target_systemd: options.target.0,
        style: named(&options.style),
        logs: named(&options.logs),
        lift: named(&level),
        origin: batch.distribution.name().to_owned(),
        scripts_dir: options.scripts_dir.clone(),
        keep_vendor_jobs: choices.keep_vendor_jobs,
        enablement,
    }
}

/// What a value is called on the command line.
fn named(value: &impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

impl PlanBuilder<'_> {
    /// What holds for all services, or for the root as a whole.
    fn general(&mut self, batch: &Batch, facts: &Facts<'_>) {
        let written: Vec<&Conversion> = batch
            .jobs
            .iter()
            .filter(|job| job.vendor_job.is_none() && job.known.is_none())
            .map(|job| &job.conversion)
            .collect();
        let findings = general::of_units(&written, batch.distribution);
        let cycles = self.plan.cycles.iter();
        let cycles = cycles.map(|cycle| codes::unit_cycle(cycle.units.join(", "), &cycle.message));
        let no_systemd = (!self.survey.has_systemd()).then(codes::no_systemd);
        let all = findings.into_iter().chain(facts.unknown()).chain(cycles).chain(no_systemd);
        let none = Sources::of([]);
        self.plan.general = all.map(|finding| none.finding(&finding)).collect();
    }

    /// Writes a preset file for each service that is enabled by one, so that those that are skipped have none.
    fn preset(&mut self) -> Result<(), PlanError> {
        let mut units: IndexMap<String, String> = IndexMap::new();
        for (unit, service) in std::mem::take(&mut self.presets) {
            let text = units.entry(service).or_insert_with_key(|service| format!("{OWN_UNIT}the job {service}\n"));
            let _ = writeln!(text, "enable {unit}");
        }
        for (service, text) in units {
            let Some(planned) = self.plan.services.iter_mut().find(|planned| planned.name == service) else {
                continue;
            };
            let directory = if planned.session { SESSION_PRESETS } else { PRESETS };
            let stem = names::escape(service.as_bytes());
            let path = RootPath::parse(format!("{directory}/50-cutover-{stem}.preset"))?;
            planned.files.push(path.clone());
            let output = Output { path, kind: FileKind::Preset, text: text.into_bytes(), line_origins: Vec::new() };
            self.file(&service, output, Access::OPEN)?;
        }
        Ok(())
    }
}
