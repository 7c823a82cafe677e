//! The JSON of a conversion; its schemas are in the book.

use serde::Serialize;

use crate::convert::Conversion;
use crate::findings::{Code, Entry, Finding, Outcome, Severity};
use crate::reverse::Reversal;
use crate::service::Service;
use crate::systemd::write::{Companion, CompanionKind};
use crate::text::{Lines, Origin, Place, Source, Text};

/// A whole run.
#[derive(Serialize)]
pub struct Report<'a> {
    pub schema: u32,
    pub target_systemd: u32,
    pub jobs: Vec<Job<'a>>,
    pub general: Vec<General<'a>>,
    pub summary: &'a super::summary::Summary,
    pub errors: &'a [String],
}

#[derive(Serialize)]
pub struct Job<'a> {
    service: &'a Service,
    units: Vec<File<'a>>,
    scripts: Vec<File<'a>>,
    files: Vec<File<'a>>,
    account: Vec<Stanza<'a>>,
    findings: Vec<Found<'a>>,
}

#[derive(Serialize)]
struct File<'a> {
    name: &'a str,
    text: Text,
}

#[derive(Serialize)]
struct Stanza<'a> {
    #[serde(flatten)]
    at: At,
    outcome: Outcome,
    became: &'a [String],
    codes: &'a [Code],
}

/// A place by offset, for programs, and by line and column, for people.
#[derive(Serialize)]
struct At {
    #[serde(flatten)]
    origin: Origin,
    #[serde(flatten)]
    place: Option<Place>,
}

#[derive(Serialize)]
struct Found<'a> {
    code: Code,
    name: &'static str,
    severity: Severity,
    message: &'a str,
    marks: Vec<Marked<'a>>,
    became: Option<&'a str>,
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct Marked<'a> {
    #[serde(flatten)]
    at: At,
    label: &'a str,
}

#[derive(Serialize)]
pub struct General<'a> {
    code: Code,
    name: &'static str,
    message: &'a str,
}

impl<'a> General<'a> {
    pub fn new(finding: &'a Finding) -> Self {
        General { code: finding.code, name: finding.code.info().name, message: &finding.message }
    }
}

impl<'a> Job<'a> {
    pub fn new(conversion: &'a Conversion, sources: &[&Source]) -> Self {
        let (account, findings) = told(sources, &conversion.account, &conversion.findings);
        let companions = |script: bool| {
            let wanted = conversion
                .companions
                .iter()
                .filter(move |companion| (companion.kind == CompanionKind::Script) == script);
            let file =
                |file: &'a Companion| File { name: &file.path, text: Text::from(file.text.as_slice()) };
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
fn told<'a>(
    sources: &[&Source],
    account: &'a [Entry],
    findings: &'a [Finding],
) -> (Vec<Stanza<'a>>, Vec<Found<'a>>) {
    let lines: Vec<Lines<'_>> = sources.iter().map(|source| Lines::of(&source.text)).collect();
    let at = |origin: Origin| At {
        origin,
        place: lines.get(origin.file).map(|lines| lines.place(origin.span.start)),
    };
    let stanza = |entry: &'a Entry| Stanza {
        at: at(entry.origin),
        outcome: entry.outcome,
        became: &entry.became,
        codes: &entry.codes,
    };
    let found = |finding: &'a Finding| Found {
        code: finding.code,
        name: finding.code.info().name,
        severity: finding.severity(),
        message: &finding.message,
        marks: finding.marks.iter().map(|mark| Marked { at: at(mark.origin), label: &mark.label }).collect(),
        became: finding.became.as_deref(),
        help: finding.help.as_deref(),
    };
    (account.iter().map(stanza).collect(), findings.iter().map(found).collect())
}

/// A whole run of `cutover reverse`.
#[derive(Serialize)]
pub struct ReverseReport<'a> {
    pub schema: u32,
    pub target_upstart: String,
    pub units: Vec<Unit<'a>>,
    pub general: Vec<General<'a>>,
    pub summary: &'a super::summary::Summary,
    pub errors: &'a [String],
}

/// A unit, with those that start it on demand, and its job.
#[derive(Serialize)]
pub struct Unit<'a> {
    service: &'a Service,
    job: Option<File<'a>>,
    account: Vec<Stanza<'a>>,
    findings: Vec<Found<'a>>,
}

impl<'a> Unit<'a> {
    pub fn new(reversal: &'a Reversal) -> Self {
        let sources: Vec<&Source> = reversal.sources.iter().collect();
        let (account, findings) = told(&sources, &reversal.account, &reversal.findings);
        let job = reversal.job.as_ref();
        let job = job.map(|(name, _)| File { name, text: Text::from(reversal.text.as_slice()) });
        Unit { service: &reversal.service, job, account, findings }
    }
}
