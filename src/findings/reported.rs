//! Findings on their way: collected at once, and told more of by whoever reports them.

use super::{Code, Finding, Message};
use crate::text::Origin;

/// A finding that has been collected, open for what else there is to say of it.
pub(crate) struct Reported<'f>(&'f mut Finding);

impl Finding {
    /// Collects a finding about a stanza.
    pub(crate) fn report(
        findings: &mut Vec<Finding>,
        code: Code,
        origin: impl Into<Option<Origin>>,
        message: impl Into<Message>,
    ) -> Reported<'_> {
        let own = findings.len();
        findings.push(Finding::new(code, message).at(origin));
        Reported(&mut findings[own])
    }
}

impl Finding {
    /// Collects it as one about a stanza.
    pub(crate) fn raise(
        self,
        findings: &mut Vec<Finding>,
        origin: impl Into<Option<Origin>>,
    ) -> Reported<'_> {
        let own = findings.len();
        findings.push(self.at(origin));
        Reported(&mut findings[own])
    }
}

impl Reported<'_> {
    /// Says what became of it.
    pub(crate) fn became(self, became: impl Into<Message>) -> Self {
        self.0.became = Some(became.into());
        self
    }

    /// Says what to do.
    pub(crate) fn help(self, help: impl Into<Message>) {
        self.0.help = Some(help.into());
    }
}
