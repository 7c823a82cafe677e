//! The JSON of a conversion; its schemas are in the book.

use serde::{Serialize, Serializer};

use crate::convert::Reversal;
use crate::convert::batch;
use crate::findings::{Code, Entry, Finding, Message};
use crate::service::Service;
use crate::systemd::write::{Companion, CompanionKind};
use crate::text::{At, Lines, Source, Text};

/// A whole run.
#[derive(Serialize)]
pub(crate) struct Report<'a> {
    pub schema: u32,
    pub target_systemd: u32,
    #[serde(serialize_with = "jobs")]
    pub jobs: &'a [batch::Job],
    pub general: Vec<General<'a>>,
    pub summary: &'a super::summary::Summary,
    pub errors: &'a [String],
}

/// One after the other: thousands of them would take more memory than all that they are made from.
fn jobs<S: Serializer>(jobs: &[batch::Job], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(jobs.iter().map(Job::new))
}

fn units<S: Serializer>(units: &[Reversal], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(units.iter().map(Unit::new))
}

#[derive(Serialize)]
struct Job<'a> {
    service: &'a Service,
    units: Vec<File<'a>>,
    scripts: Vec<File<'a>>,
    files: Vec<File<'a>>,
    account: Vec<Entry<At>>,
    findings: Vec<Finding<At>>,
}

#[derive(Serialize)]
struct File<'a> {
    name: &'a str,
    text: Text,
}

#[derive(Serialize)]
pub(crate) struct General<'a> {
    code: Code,
    name: &'static str,
    message: &'a Message,
}

impl<'a> General<'a> {
    pub fn new(finding: &'a Finding) -> Self {
        General { code: finding.code, name: finding.code.info().name, message: &finding.message }
    }
}

impl<'a> Job<'a> {
    fn new(job: &'a batch::Job) -> Self {
        let conversion = &job.conversion;
        let (account, findings) = placed(&job.sources(), &conversion.account, &conversion.findings);
        let companions = |script: bool| {
            let wanted = conversion
                .companions
                .iter()
                .filter(move |companion| (companion.kind == CompanionKind::Script) == script);
            let file = |file: &'a Companion| File { name: &file.path, text: Text::from(file.text.as_slice()) };
            wanted.map(file).collect()
        };
        Job {
            service: &conversion.service,
            units: conversion
                .units
                .iter()
                .map(|unit| File { name: &unit.name, text: Text::from(unit.print()) })
                .collect(),
            scripts: companions(true),
            files: companions(false),
            account,
            findings,
        }
    }
}

/// What became of each stanza or directive, and what is said, with places for people.
fn placed(sources: &[&Source], account: &[Entry], findings: &[Finding]) -> (Vec<Entry<At>>, Vec<Finding<At>>) {
    let lines: Vec<Lines<'_>> = sources.iter().map(|source| Lines::of(&source.text)).collect();
    let at = |origin| Some(At::of(origin, &lines));
    let account = account.iter().filter_map(|entry| entry.placed(at));
    (account.collect(), findings.iter().map(|finding| finding.placed(at)).collect())
}

/// A whole run of `cutover reverse`.
#[derive(Serialize)]
pub(crate) struct ReverseReport<'a> {
    pub schema: u32,
    pub target_upstart: String,
    #[serde(serialize_with = "units")]
    pub units: &'a [Reversal],
    pub general: Vec<General<'a>>,
    pub summary: &'a super::summary::Summary,
    pub errors: &'a [String],
}

/// A unit, with those that start it on demand, and its job.
#[derive(Serialize)]
struct Unit<'a> {
    service: &'a Service,
    job: Option<File<'a>>,
    account: Vec<Entry<At>>,
    findings: Vec<Finding<At>>,
}

impl<'a> Unit<'a> {
    fn new(reversal: &'a Reversal) -> Self {
        let sources: Vec<&Source> = reversal.sources.iter().collect();
        let (account, findings) = placed(&sources, &reversal.account, &reversal.findings);
        let job = reversal.job.as_ref();
        let job = job.map(|(name, _)| File { name, text: Text::from(reversal.text.as_slice()) });
        Unit { service: &reversal.service, job, account, findings }
    }
}
