//! The account: every stanza of the input, and what became of it.

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Code, Finding, Message, Outcome, codes};
use crate::text::Origin;

/// What one stanza or directive of the input became. In JSON it is a text, and read from there it is words.
#[derive(Clone, Debug)]
pub enum Became {
    /// A directive of a unit, with its value.
    Directive(&'static str, String),
    /// A stanza of a job, with its value where that is told.
    Stanza(&'static str, String),
    /// Directives of another unit.
    Elsewhere {
        /// The directives, by name.
        directives: String,
        /// The other unit.
        unit: String,
    },
    /// A file of its own: its path, or the name of a unit.
    File(String),
    /// It says what holds on the other side anyway, or what is so where nothing is said.
    Default(Message),
    /// A part of what another one became.
    Implied(Message),
    /// It has no effect here, for that reason.
    NoEffect(Message),
    /// Something else, in words.
    Words(Message),
}

impl fmt::Display for Became {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Became::Directive(name, value) => write!(f, "{name}={value}"),
            Became::Stanza(name, value) if value.is_empty() => f.write_str(name),
            Became::Stanza(name, value) => write!(f, "{name} {value}"),
            Became::Elsewhere { directives, unit } => write!(f, "{directives} of {unit}"),
            Became::File(name) => f.write_str(name),
            Became::Default(why) | Became::Implied(why) | Became::NoEffect(why) => {
                write!(f, "default: {why}")
            }
            Became::Words(text) => text.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for Became {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Message::deserialize(deserializer).map(Became::Words)
    }
}

/// What became of one stanza. Its place is of the kind `P`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry<P = Origin> {
    /// The stanza.
    #[serde(flatten)]
    pub at: P,
    /// In which of the four ways it ended.
    pub outcome: Outcome,
    /// The directives and files that stem from it.
    #[serde(serialize_with = "shown")]
    pub became: Vec<Became>,
    /// The findings about it.
    pub codes: Vec<Code>,
}

fn shown<S: Serializer>(became: &[Became], serializer: S) -> Result<S::Ok, S::Error> {
    Message::each(became).serialize(serializer)
}

impl Entry {
    /// The same with a place of another kind, if it is there.
    pub fn placed<P>(&self, place: impl Fn(Origin) -> Option<P>) -> Option<Entry<P>> {
        let Entry { at, outcome, became, codes } = self;
        Some(Entry { at: place(*at)?, outcome: *outcome, became: became.clone(), codes: codes.clone() })
    }
}

impl<P> Entry<P> {
    /// What it became, for people; what reads the same is told once.
    pub fn shown(&self) -> Vec<Message> {
        Message::each(&self.became)
    }
}

/// What the writer of the other side made of the stanzas, as it goes along.
#[derive(Clone, Debug, Default)]
pub struct Account {
    became: HashMap<Origin, Vec<Became>>,
}

impl Account {
    /// Notes what a stanza became. What no stanza says is noted nowhere.
    pub fn became(&mut self, origin: impl Into<Option<Origin>>, what: Became) {
        if let Some(origin) = origin.into() {
            self.became.entry(origin).or_default().push(what);
        }
    }

    /// Notes that a stanza became one of the other init, with that value.
    #[allow(clippy::needless_pass_by_value, reason = "a text or a number, as the caller has it")]
    pub fn stanza(&mut self, origin: impl Into<Option<Origin>>, name: &'static str, value: impl ToString) {
        self.became(origin, Became::Stanza(name, value.to_string()));
    }

    /// Notes that a stanza became a file or a unit of its own.
    pub fn file(&mut self, origin: impl Into<Option<Origin>>, name: impl Into<String>) {
        self.became(origin, Became::File(name.into()));
    }

    /// Notes in words what a stanza became.
    pub fn words(&mut self, origin: impl Into<Option<Origin>>, what: impl Into<Message>) {
        self.became(origin, Became::Words(what.into()));
    }

    /// Notes that a stanza says what holds on the other side anyway.
    pub(crate) fn is_default(&mut self, origin: impl Into<Option<Origin>>, what: impl Into<Message>) {
        self.became(origin, Became::Default(what.into()));
    }

    /// Notes that a stanza is a part of what others became.
    pub fn implied(&mut self, origin: impl Into<Option<Origin>>, what: impl Into<Message>) {
        self.became(origin, Became::Implied(what.into()));
    }

    /// Notes that a stanza has no effect on the other side.
    pub(crate) fn no_effect(&mut self, origin: impl Into<Option<Origin>>, why: impl Into<Message>) {
        self.became(origin, Became::NoEffect(why.into()));
    }

    /// Takes in what another one holds.
    pub fn join(&mut self, other: Account) {
        for (origin, list) in other.became {
            self.became.entry(origin).or_default().extend(list);
        }
    }

    /// Closes the account: every stanza gets its entry, in order. A stanza that neither became
    /// anything nor has a finding that says why is one that the conversion forgot; it gets a finding
    /// that asks a person to look, so that nothing is lost silently even then.
    pub fn close(mut self, stanzas: &[Origin], findings: &mut Vec<Finding>) -> Vec<Entry> {
        let mut graded: HashMap<Origin, (Option<Outcome>, Vec<Code>)> = HashMap::new();
        for finding in findings.iter() {
            for mark in &finding.marks {
                let Some(place) = mark.at else { continue };
                // A place in a script counts for its stanza.
                let around = || stanzas.iter().find(|stanza| stanza.holds(place)).copied();
                let stanza = if stanzas.contains(&place) { Some(place) } else { around() };
                let Some(stanza) = stanza else { continue };
                let (outcome, codes) = graded.entry(stanza).or_default();
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
            .map(|&at| {
                let (outcome, mut codes) = graded.remove(&at).unwrap_or_default();
                let became = self.became.remove(&at).unwrap_or_default();
                let outcome = outcome.unwrap_or_else(|| {
                    if became.is_empty() {
                        findings.push(codes::unaccounted().at(at));
                        codes.push(Code::Unaccounted);
                        return Outcome::Manual;
                    }
                    Outcome::Exact
                });
                Entry { at, outcome, became, codes }
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
        account.became(stanza(0), Became::Directive("Nice", "5".to_owned()));
        account.became(stanza(10), Became::Directive("ExecReload", String::new()));
        let mut findings = vec![Finding::new(Code::RespawnWindow, "…").at(stanza(10))];
        let entries = account.close(&[stanza(0), stanza(10)], &mut findings);
        assert_eq!(entries[0].outcome, Outcome::Exact);
        assert_eq!(entries[1].outcome, Outcome::Approximated);
        assert_eq!(entries[1].codes, [Code::RespawnWindow]);
    }

    #[test]
    fn a_place_within_a_stanza_grades_it() {
        let mut account = Account::default();
        account.became(stanza(0), Became::Directive("ExecStart", String::new()));
        account.became(stanza(10), Became::Directive("ExecStop", String::new()));
        let place = Origin { file: 0, span: Span::new(12, 14) };
        let mut findings = vec![Finding::new(Code::RespawnWindow, "…").at(place)];
        let entries = account.close(&[stanza(0), stanza(10)], &mut findings);
        assert_eq!(entries[0].outcome, Outcome::Exact);
        assert_eq!((entries[1].outcome, &entries[1].codes[..]), (Outcome::Approximated, &[Code::RespawnWindow][..]));
    }

    #[test]
    fn a_forgotten_stanza_is_manual_and_found() {
        let mut findings = Vec::new();
        let entries = Account::default().close(&[stanza(0)], &mut findings);
        assert_eq!(entries[0].outcome, Outcome::Manual);
        assert_eq!(findings[0].code, Code::Unaccounted);
    }
}
