//! The way of a definition from one init to the other, in stages: read → lift → link → write. Each stage is a type, and a
//! caller may stop after any of them.

use super::output::{self, OutputFile};
use super::{Conversion, Reversal, retire};
use crate::findings::Finding;
use crate::lift::{self, Lifting};
use crate::link::units::LinkedUnit;
use crate::link::vendor_jobs::{self, VendorJob};
use crate::link::{self, Known};
use crate::service::{LinkedService, Service};
use crate::systemd::load::{Loaded, UnitFiles};
use crate::systemd::read::{self as systemd, UnitRole};
use crate::systemd::write::{self as units, Options, Style};
use crate::text::{Source, Text};
use crate::upstart::read::{self as upstart, JobFiles};
use crate::upstart::write as jobs;

/// A job on its way, after the stage that `S` says: read, and perhaps lifted, or linked with its set.
#[derive(Clone, Debug)]
pub struct Staged<S> {
    /// Its files.
    pub files: JobFiles,
    /// What was read of it.
    pub reading: upstart::Reading<S>,
    /// The job of the distribution that it is, where something else takes its place.
    pub vendor_job: Option<&'static VendorJob>,
    /// The name of the unit without suffix that is there in its place.
    pub known: Option<Text>,
}

/// A job as its reader read it.
pub type ReadJob = Staged<Service>;

/// A job as its set makes it.
pub type LinkedJob = Staged<LinkedService>;

/// Reads a job.
pub fn read_job(files: JobFiles) -> ReadJob {
    let reading = upstart::read(&files);
    ReadJob { files, reading, vendor_job: None, known: None }
}

impl ReadJob {
    /// Makes values of what its scripts do only to prepare the ground for their programs.
    #[must_use]
    pub fn lift(mut self, lifting: &Lifting, style: Style) -> ReadJob {
        let lifting = Lifting { level: lifting.level.for_style(style), ..lifting.clone() };
        lift::lift(&mut self.reading.service, &lifting, &mut self.reading.findings);
        self
    }

    /// Finds out whether it is a job that the distribution shipped: the target has something else in its place.
    #[must_use]
    pub fn retire(mut self) -> ReadJob {
        self.vendor_job = vendor_jobs::recognise::judge(&self.files, &mut self.reading);
        self
    }

    /// Links it as the only one of its set.
    pub fn alone(self, style: Style) -> LinkedJob {
        let mut job = self.unlinked();
        link::link(style, &Known::new(), std::iter::once(&mut job.reading));
        job
    }

    fn unlinked(self) -> LinkedJob {
        let ReadJob { files, reading, vendor_job, known } = self;
        LinkedJob { files, reading: link::unlinked(reading), vendor_job, known }
    }
}

/// Links the jobs of a set with each other. Those that are retired have no part in it, and those in whose place a unit
/// is there are linked by themselves.
pub fn link_jobs(jobs: Vec<ReadJob>, style: Style, known: &Known) -> Vec<LinkedJob> {
    let mut jobs: Vec<LinkedJob> = jobs.into_iter().map(ReadJob::unlinked).collect();
    let converted = jobs.iter_mut().filter(|job| job.vendor_job.is_none() && job.known.is_none());
    link::link(style, known, converted.map(|job| &mut job.reading));
    for job in jobs.iter_mut().filter(|job| job.known.is_some()) {
        link::link(style, known, std::iter::once(&mut job.reading));
    }
    jobs
}

/// A job that was read and converted.
#[derive(Debug)]
pub struct Job {
    /// Its files.
    pub files: JobFiles,
    /// What it became.
    pub conversion: Conversion,
    /// What it is retired as, where it is not converted.
    pub vendor_job: Option<&'static VendorJob>,
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

impl LinkedJob {
    /// Writes its units.
    pub fn write(self, options: &Options) -> Job {
        let LinkedJob { files, reading, vendor_job, known } = self;
        let conversion = match vendor_job {
            Some(vendor_job) => retire::retire(vendor_job, &files, reading),
            None => write_units(reading, options),
        };
        Job { files, conversion, vendor_job, known }
    }
}

fn write_units(reading: link::LinkedJob, options: &Options) -> Conversion {
    let written = units::write(&reading.service, options);
    let mut findings = reading.findings;
    findings.extend(written.findings);
    let account = written.account.close(&reading.stanzas, &mut findings);
    sort(&mut findings);
    Conversion {
        service: reading.service,
        units: written.units,
        companions: written.companions,
        account,
        findings,
        machinery: written.machinery,
        events: reading.events,
        retired: false,
    }
}

/// Reads the units of a set: each with those that start it on demand.
pub fn read_units(units: &[UnitFiles]) -> Vec<systemd::Reading> {
    read_loaded(&units.iter().map(|files| (files, Loaded::read(files))).collect::<Vec<_>>())
}

/// The same, where it is known what stands in their files.
pub fn read_loaded(units: &[(&UnitFiles, Loaded)]) -> Vec<systemd::Reading> {
    let triggered: Vec<Option<String>> = units.iter().map(|(_, unit)| systemd::triggered(unit)).collect();
    let is_trigger =
        |of: &Option<String>| of.as_ref().is_some_and(|of| units.iter().any(|(_, it)| it.name.as_str() == of));
    let services = units.iter().enumerate().filter(|(at, _)| !is_trigger(&triggered[*at]));
    let read = services.map(|(_, (files, unit))| {
        let own = units.iter().zip(&triggered).filter(|(_, of)| of.as_deref() == Some(unit.name.as_str()));
        systemd::read(files, unit, &own.map(|((files, unit), _)| (*files, unit)).collect::<Vec<_>>())
    });
    read.collect()
}

/// Writes the job of a unit.
pub fn write_job(unit: LinkedUnit, options: &jobs::Options) -> Reversal {
    let LinkedUnit { service, kind, settings, account: left, mut findings, sources, units, .. } = unit;
    let (mut job, mut text) = (None, Vec::new());
    let account = if kind == UnitRole::Job {
        let mut written = jobs::write(&service, options);
        findings.extend(written.findings);
        written.account.join(left);
        job = Some((service.name.to_string(), written.job));
        text = written.text;
        written.account.close(&settings, &mut findings)
    } else {
        systemd::unwritten(kind, left, &settings, &mut findings)
    };
    sort(&mut findings);
    Reversal { service, job, text, units, sources, account, findings }
}

fn sort(findings: &mut [Finding]) {
    findings.sort_by_key(|finding| finding.marks.first().map(|mark| mark.at));
}
