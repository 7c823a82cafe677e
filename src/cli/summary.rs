//! What a run amounts to.

use std::collections::{HashMap, HashSet};
use std::io;

use serde::Serialize;

use crate::convert::Conversion;
use crate::findings::{Code, Entry, Finding, Outcome};
use crate::reverse::Reversal;
use crate::systemd::write::CompanionKind;

/// What a run amounts to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    jobs: usize,
    units: usize,
    /// Jobs that were not converted, because the target has units in their place.
    retired: usize,
    scripts: usize,
    exact: usize,
    approximated: usize,
    dropped: usize,
    manual: usize,
    /// How often each code occurs, the most frequent first.
    codes: Vec<(Code, usize)>,
    /// Whether units became jobs.
    #[serde(skip)]
    reverse: bool,
}

impl Summary {
    /// Adds it all up.
    pub fn of(conversions: &[&Conversion]) -> Summary {
        let mut summary = Summary { jobs: conversions.len(), ..Summary::default() };
        let mut units = HashSet::new();
        for conversion in conversions {
            summary.retired += usize::from(conversion.retired);
            units.extend(conversion.units.iter().map(|unit| unit.name.as_str()));
            let scripts = conversion.companions.iter().filter(|file| file.kind == CompanionKind::Script);
            summary.scripts += scripts.count();
            summary.add(&conversion.account);
        }
        summary.units = units.len();
        summary.count(conversions.iter().flat_map(|conversion| &conversion.findings));
        summary
    }

    /// Adds it all up, the other way.
    pub fn of_reversals(reversals: &[&Reversal]) -> Summary {
        let mut summary = Summary { reverse: true, ..Summary::default() };
        for reversal in reversals {
            summary.jobs += usize::from(reversal.job.is_some());
            summary.units += reversal.units;
            summary.add(&reversal.account);
        }
        summary.count(reversals.iter().flat_map(|reversal| &reversal.findings));
        summary
    }

    fn add(&mut self, account: &[Entry]) {
        for entry in account {
            *match entry.outcome {
                Outcome::Exact => &mut self.exact,
                Outcome::Approximated => &mut self.approximated,
                Outcome::Dropped => &mut self.dropped,
                Outcome::Manual => &mut self.manual,
            } += 1;
        }
    }

    fn count<'f>(&mut self, findings: impl Iterator<Item = &'f Finding>) {
        let mut codes: HashMap<Code, usize> = HashMap::new();
        for finding in findings {
            *codes.entry(finding.code).or_default() += 1;
        }
        self.codes = codes.into_iter().collect();
        self.codes.sort_by_key(|(code, count)| (std::cmp::Reverse(*count), *code));
    }

    /// Writes it for people.
    pub fn write(&self, out: &mut impl io::Write) -> io::Result<()> {
        let (from, to, what) = if self.reverse {
            (counted(self.units, "unit"), counted(self.jobs, "job"), "directive")
        } else {
            (counted(self.jobs, "job"), counted(self.units, "unit"), "stanza")
        };
        writeln!(
            out,
            "\n{from} → {to}{}{}",
            if self.scripts == 0 { String::new() } else { format!(", {}", counted(self.scripts, "script")) },
            match self.retired {
                0 => String::new(),
                1 => ", 1 retired; --keep-plumbing converts it too".to_owned(),
                more => format!(", {more} retired; --keep-plumbing converts them too"),
            },
        )?;
        writeln!(
            out,
            "{}: {} exact, {} approximated, {} dropped, {} for a person to decide",
            counted(self.exact + self.approximated + self.dropped + self.manual, what),
            self.exact,
            self.approximated,
            self.dropped,
            self.manual,
        )?;
        if !self.codes.is_empty() {
            let frequent: Vec<String> = self
                .codes
                .iter()
                .take(5)
                .map(|(code, count)| format!("{code} {} ({count})", code.info().name))
                .collect();
            writeln!(out, "most frequent: {}", frequent.join(", "))?;
            writeln!(out, "`cutover explain CODE` tells what a finding means and what to do")?;
        }
        Ok(())
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
