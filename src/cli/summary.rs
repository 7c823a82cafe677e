//! What a run amounts to.

use std::collections::{HashMap, HashSet};
use std::io;

use serde::Serialize;

use crate::convert::Conversion;
use crate::convert::Reversal;
use crate::findings::{Code, Entry, Finding, Outcome};
use crate::systemd::write::CompanionKind;
use crate::text::display::counted;

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
    pub fn of(conversions: &[&Conversion]) -> Summary {
        let entries = conversions.iter().map(|one| (&one.account[..], &one.findings[..]));
        let units: HashSet<&str> =
            conversions.iter().flat_map(|one| &one.units).map(|unit| unit.name.as_str()).collect();
        let companions = conversions.iter().flat_map(|one| &one.companions);
        Summary {
            jobs: conversions.len(),
            units: units.len(),
            retired: conversions.iter().filter(|one| one.retired).count(),
            scripts: companions.filter(|file| file.kind == CompanionKind::Script).count(),
            ..Summary::count(entries)
        }
    }

    pub(crate) fn of_reversals(reversals: &[&Reversal]) -> Summary {
        let entries = reversals.iter().map(|one| (&one.account[..], &one.findings[..]));
        Summary {
            reverse: true,
            jobs: reversals.iter().filter(|one| one.job.is_some()).count(),
            units: reversals.iter().map(|one| one.units).sum(),
            ..Summary::count(entries)
        }
    }

    fn count<'t>(entries: impl Iterator<Item = (&'t [Entry], &'t [Finding])>) -> Summary {
        let mut summary = Summary::default();
        let mut codes: HashMap<Code, usize> = HashMap::new();
        for (account, findings) in entries {
            for entry in account {
                *match entry.outcome {
                    Outcome::Exact => &mut summary.exact,
                    Outcome::Approximated => &mut summary.approximated,
                    Outcome::Dropped => &mut summary.dropped,
                    Outcome::Manual => &mut summary.manual,
                } += 1;
            }
            for finding in findings {
                *codes.entry(finding.code).or_default() += 1;
            }
        }
        summary.codes = codes.into_iter().collect();
        summary.codes.sort_by_key(|(code, count)| (std::cmp::Reverse(*count), *code));
        summary
    }

    pub fn write(&self, out: &mut impl io::Write) -> io::Result<()> {
        let (from, to, what) = if self.reverse {
            (counted(self.units, "unit"), counted(self.jobs, "job"), "directive")
        } else {
            (counted(self.jobs, "job"), counted(self.units, "unit"), "stanza")
        };
        let scripts = match self.scripts {
            0 => String::new(),
            scripts => format!(", {}", counted(scripts, "script")),
        };
        let retired = match self.retired {
            0 => String::new(),
            1 => ", 1 retired; --keep-vendor-jobs converts it too".to_owned(),
            more => format!(", {more} retired; --keep-vendor-jobs converts them too"),
        };
        writeln!(out, "\n{from} → {to}{scripts}{retired}")?;
        let Summary { exact, approximated, dropped, manual, .. } = self;
        let all = counted(exact + approximated + dropped + manual, what);
        writeln!(out, "{all}: {exact} exact, {approximated} approximated, {dropped} dropped, {manual} manual")?;
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
