//! What a run of `cutover convert` amounts to.

use std::collections::{HashMap, HashSet};
use std::io;

use serde::Serialize;

use crate::convert::Conversion;
use crate::findings::{Code, Outcome};
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
}

impl Summary {
    /// Adds it all up.
    pub fn of(conversions: &[&Conversion]) -> Summary {
        let mut summary = Summary { jobs: conversions.len(), ..Summary::default() };
        let mut codes: HashMap<Code, usize> = HashMap::new();
        let mut units = HashSet::new();
        for conversion in conversions {
            summary.retired += usize::from(conversion.retired);
            units.extend(conversion.units.iter().map(|unit| unit.name.as_str()));
            let scripts = conversion.companions.iter().filter(|file| file.kind == CompanionKind::Script);
            summary.scripts += scripts.count();
            summary.exact += conversion.count(Outcome::Exact);
            summary.approximated += conversion.count(Outcome::Approximated);
            summary.dropped += conversion.count(Outcome::Dropped);
            summary.manual += conversion.count(Outcome::Manual);
            for finding in &conversion.findings {
                *codes.entry(finding.code).or_default() += 1;
            }
        }
        summary.units = units.len();
        summary.codes = codes.into_iter().collect();
        summary.codes.sort_by_key(|(code, count)| (std::cmp::Reverse(*count), *code));
        summary
    }

    /// Writes it for people.
    pub fn write(&self, out: &mut impl io::Write) -> io::Result<()> {
        writeln!(
            out,
            "\n{} → {}{}{}",
            counted(self.jobs, "job"),
            counted(self.units, "unit"),
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
            counted(self.exact + self.approximated + self.dropped + self.manual, "stanza"),
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
