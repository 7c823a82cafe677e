//! What all parts of the writing know of each other.

use std::fmt::Write as _;

use super::command::{sh_text, sh_word};
use super::pieces::Pieces;
use crate::findings::{Account, Finding};
use crate::service::{Comment, LinkedService};
use crate::text::{Origin, Text};
use crate::upstart::distribution::Distribution;
use crate::upstart::job::{Expect, Job};
use crate::upstart::version::UpstartVersion;

/// How to write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The version of Upstart that the jobs are for.
    pub target: UpstartVersion,
    /// Whose Upstart it is.
    pub distribution: Distribution,
    /// What programs do that go into the background; nothing is a guess.
    pub expect: Option<Expect>,
}

pub(super) struct Writer<'a> {
    pub(super) service: &'a LinkedService,
    pub(super) options: &'a Options,
    pub(super) job: Job,
    pub(super) account: Account,
    pub(super) findings: Vec<Finding>,
    pub(super) comments: Vec<Comment>,
    /// How many of them are no comments of the units.
    remarks: usize,
    /// What the job must not start without.
    pub(super) blocked_by: Vec<Option<Origin>>,
    /// What its processes do, piece by piece.
    pub(super) pieces: Pieces,
}

impl<'a> Writer<'a> {
    pub(super) fn new(service: &'a LinkedService, options: &'a Options) -> Writer<'a> {
        Writer {
            service,
            options,
            job: Job::default(),
            account: Account::default(),
            findings: Vec::new(),
            comments: service.comments.clone(),
            remarks: 0,
            blocked_by: service.blocked_by.iter().copied().map(Some).collect(),
            pieces: Pieces::default(),
        }
    }

    pub(super) fn find(&mut self, finding: Finding) {
        if !self.findings.iter().any(|known| known.is_same(&finding)) {
            self.findings.push(finding);
        }
    }

    /// What names the instance to initctl(8), from within a process of it.
    pub(super) fn instance_arguments(&self) -> String {
        let variables = self.service.instance.iter().flat_map(|instance| &instance.value.variables);
        variables.fold(String::new(), |mut all, name| {
            let _ = write!(all, " {name}=\"${name}\"");
            all
        })
    }

    /// A path for a shell, which may hold the instance.
    pub(super) fn path(&self, path: &[u8]) -> Vec<u8> {
        sh_text(path, self.instance_variables(), sh_word)
    }

    pub(super) fn instance_variables(&self) -> &[Text] {
        self.service.instance.as_ref().map_or(&[], |instance| &instance.value.variables)
    }

    /// A comment at the head of the job.
    pub(super) fn remark(&mut self, text: impl Into<String>) {
        let lines = text.into().lines().map(|line| Text::from(format!("# {line}"))).collect();
        self.comments.insert(self.remarks, Comment { lines, before: None });
        self.remarks += 1;
    }
}
