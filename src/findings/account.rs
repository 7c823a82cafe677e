//! The account: every stanza of the input, and what became of it.

use std::collections::HashMap;

use serde::Serialize;

use super::{Code, Finding, Outcome};
use crate::text::Origin;

/// What became of one stanza.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The stanza.
    #[serde(flatten)]
    pub origin: Origin,
    /// In which of the four ways it ended.
    pub outcome: Outcome,
    /// The directives and files that stem from it.
    pub became: Vec<String>,
    /// The findings about it.
    pub codes: Vec<Code>,
}

/// What the writer of the other side made of the stanzas, as it goes along.
#[derive(Clone, Debug, Default)]
pub struct Account {
    became: HashMap<Origin, Vec<String>>,
}

impl Account {
    /// Notes that a stanza became this directive or file.
    pub fn became(&mut self, origin: Origin, what: impl Into<String>) {
        let what = what.into();
        let list = self.became.entry(origin).or_default();
        if !list.contains(&what) {
            list.push(what);
        }
    }

    /// Notes that a stanza says what holds on the other side anyway.
    pub fn is_default(&mut self, origin: Origin, what: &str) {
        self.became(origin, format!("default: {what}"));
    }

    /// Takes in what another one holds.
    pub fn join(&mut self, other: Account) {
        for (origin, list) in other.became {
            for what in list {
                self.became(origin, what);
            }
        }
    }

    /// Closes the account: every stanza gets its entry, in order. A stanza that neither became
    /// anything nor has a finding that says why is one that the conversion forgot; it gets a finding
    /// that asks a person to look, so that nothing is lost silently even then.
    pub fn close(mut self, stanzas: &[Origin], findings: &mut Vec<Finding>) -> Vec<Entry> {
        let mut graded: HashMap<Origin, (Option<Outcome>, Vec<Code>)> = HashMap::new();
        for finding in findings.iter() {
            for mark in &finding.marks {
                // A place in a script counts for its stanza.
                let is_stanza = stanzas.contains(&mark.origin);
                let around = || stanzas.iter().find(|stanza| stanza.holds(mark.origin));
                let stanza = if is_stanza { Some(&mark.origin) } else { around() };
                let Some(stanza) = stanza else { continue };
                let (outcome, codes) = graded.entry(*stanza).or_default();
                if mark.graded {
                    *outcome = (*outcome).max(finding.code.info().outcome);
                }
                if !codes.contains(&finding.code) {
                    codes.push(finding.code);
                }
            }
        }
        stanzas
            .iter()
            .map(|&origin| {
                let (outcome, mut codes) = graded.remove(&origin).unwrap_or_default();
                let became = self.became.remove(&origin).unwrap_or_default();
                let outcome = outcome.unwrap_or_else(|| {
                    if became.is_empty() {
                        findings.push(
                            Finding::new(
                                Code::Unaccounted,
                                "this stanza was not converted, and cutover does not know why",
                            )
                            .at(origin)
                            .help("carry it over by hand, and report it as a mistake in cutover"),
                        );
                        codes.push(Code::Unaccounted);
                        return Outcome::Manual;
                    }
                    Outcome::Exact
                });
                Entry { origin, outcome, became, codes }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    fn stanza(start: usize) -> Origin {
        Origin { file: 0, span: Span::new(start, start + 5) }
    }

    #[test]
    fn a_stanza_that_became_something_is_exact_unless_a_finding_says_otherwise() {
        let mut account = Account::default();
        account.became(stanza(0), "Nice=5");
        account.became(stanza(10), "ExecReload=");
        let mut findings = vec![Finding::new(Code::RespawnWindow, "…").at(stanza(10))];
        let entries = account.close(&[stanza(0), stanza(10)], &mut findings);
        assert_eq!(entries[0].outcome, Outcome::Exact);
        assert_eq!(entries[1].outcome, Outcome::Approximated);
        assert_eq!(entries[1].codes, [Code::RespawnWindow]);
    }

    #[test]
    fn a_place_within_a_stanza_grades_it() {
        let mut account = Account::default();
        account.became(stanza(0), "ExecStart=");
        account.became(stanza(10), "ExecStop=");
        let place = Origin { file: 0, span: Span::new(12, 14) };
        let mut findings = vec![Finding::new(Code::RespawnWindow, "…").at(place)];
        let entries = account.close(&[stanza(0), stanza(10)], &mut findings);
        assert_eq!(entries[0].outcome, Outcome::Exact);
        assert_eq!(
            (entries[1].outcome, &entries[1].codes[..]),
            (Outcome::Approximated, &[Code::RespawnWindow][..])
        );
    }

    #[test]
    fn a_forgotten_stanza_is_manual_and_found() {
        let mut findings = Vec::new();
        let entries = Account::default().close(&[stanza(0)], &mut findings);
        assert_eq!(entries[0].outcome, Outcome::Manual);
        assert_eq!(findings[0].code, Code::Unaccounted);
    }
}
