//! Upstart's way into the neutral model: files → job → service.

mod bridges;
mod command_facts;
mod comments;
mod conditions;
mod effect;
mod event_environment;
mod events;
mod instance;
pub mod job_events;
pub(in crate::upstart) mod process;
mod repair;
mod restart;
pub mod service;
mod session;
mod stop_events;
mod warnings;

pub use command_facts::{is_quick, of_run as command_facts};
pub(crate) use process::plain_words;

use crate::findings::{Finding, codes};
use crate::service::{Scope, Service};
use crate::text::{Origin, Source, Span};
use crate::upstart::distribution::Distribution;
use crate::upstart::document::{Document, NodeKind};
use crate::upstart::job::Job;

/// A job's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobFiles {
    /// The job's name: its path below the jobs' directory, without `.conf`.
    pub name: String,
    /// The `.conf`.
    pub conf: Source,
    /// The `.override`, if there is one.
    pub over: Option<Source>,
    /// Whose Upstart it was written for.
    pub distribution: Distribution,
    /// Whose it is; nothing where its events are to tell.
    pub scope: Option<Scope>,
}

impl JobFiles {
    /// A job of one file, named after it.
    pub fn named(name: &str, text: impl Into<Vec<u8>>) -> JobFiles {
        let conf = Source { name: format!("{name}.conf"), text: text.into() };
        JobFiles { name: name.to_owned(), conf, over: None, distribution: Distribution::default(), scope: None }
    }
}

/// What reading a job gave: a [`Service`], which is a [`crate::service::LinkedService`] once its set is known.
#[derive(Clone, Debug)]
pub struct Reading<S = Service> {
    /// The service that it describes.
    pub service: S,
    /// Every stanza of its files, in order.
    pub stanzas: Vec<Origin>,
    /// What is to be said already.
    pub findings: Vec<Finding>,
    /// Its events, as Upstart knows them.
    pub events: job_events::JobEvents,
}

/// Reads a job into the neutral model. A job that Upstart would have refused is read as its author
/// meant it, and a finding says so.
pub fn read(files: &JobFiles) -> Reading {
    let mut findings = Vec::new();
    let mut stanzas = Vec::new();
    let mut job = Job::default();

    let conf = repair::lay_over(&mut job, &files.conf.text, &mut findings);
    let mut comments = comments::of(&files.conf.text, &conf, 0);
    stanzas.extend(conf.stanzas.iter().copied());

    if let Some(over) = &files.over {
        let document = Document::read(&over.text);
        let spans = document.nodes.iter().filter_map(|node| match &node.kind {
            NodeKind::Stanza(stanza) => Some(stanza.span()),
            NodeKind::Error => Some(repair::trimmed(&over.text, node.span)),
            NodeKind::Blank | NodeKind::Comment(_) => None,
        });
        let origins: Vec<Origin> = spans.map(|span| Origin { file: 1, span }).collect();
        let mut both = job.clone();
        match both.lay_over(&over.text, &document, 1) {
            Ok(()) => {
                job = both;
                comments.extend(comments::of_document(&over.text, &document, 1));
            }
            Err(refusal) => {
                let at = Origin { file: 1, span: repair::place(&over.text, &document, refusal.at) };
                let finding = codes::override_refused(refusal.error).see(at, refusal.error.to_string());
                findings.push(origins.iter().copied().fold(finding, Finding::at));
            }
        }
        stanzas.extend(origins);
    }

    if stanzas.is_empty() {
        findings.push(codes::empty_job(&files.conf.name).whole());
    }
    findings.extend(
        job.superseded
            .iter()
            .map(|(old, new)| codes::superseded_stanza().at(*old).see(*new, codes::this_stanza_counts())),
    );
    let scope = files.scope.unwrap_or_else(|| session::scope_of_events(&job));
    let file_names = std::iter::once(&files.conf).chain(&files.over).map(|source| source.name.clone()).collect();
    let mut emitted = Vec::new();
    let mut service = service::from_job(&files.name, &job, files.distribution, scope, &mut emitted, &mut findings);
    service.files = file_names;
    service.comments = comments;
    Reading { service, stanzas, findings, events: job_events::JobEvents::of(&job, files.distribution, emitted) }
}

/// The finding for an override that has no job.
pub(crate) fn override_alone(over: &Source) -> Finding {
    codes::override_alone().at(Origin { file: 0, span: Span::new(0, over.text.len()) })
}
