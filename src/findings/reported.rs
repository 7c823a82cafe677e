//! Findings on their way: collected at once, and told more of by whoever reports them.

use super::{Finding, Message};
use crate::text::Origin;

/// A finding that has been collected, open for what else there is to say of it.
pub(crate) struct Reported<'f>(&'f mut Finding);

impl Finding {
    /// Collects it as one about a stanza.
    pub(crate) fn raise(self, findings: &mut Vec<Finding>, origin: impl Into<Option<Origin>>) -> Reported<'_> {
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
}
