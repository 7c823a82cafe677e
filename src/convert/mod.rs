//! From job files to unit files: Upstart's way in, systemd's way out, and the account between them.

pub mod batch;
pub(crate) mod calls;
mod cycles;
pub mod general;
pub mod input;
pub mod leaves;
pub mod output;
pub mod plumbing;
mod reactions;
pub mod set;

use crate::findings::{Entry, Finding, Outcome};
use crate::lift::{self, Lifting};
use crate::service::Service;
use crate::systemd::quote::exec_word;
use crate::systemd::unit::Unit;
use crate::systemd::write::{self, Companion, CompanionKind, Options};
use crate::upstart::read::{self, JobFiles, Reading, ties::Ties};

/// What one job became.
#[derive(Clone, Debug)]
pub struct Conversion {
    /// The service in the neutral model.
    pub service: Service,
    /// Its units: its own first.
    pub units: Vec<Unit>,
    /// The files that they need besides.
    pub companions: Vec<Companion>,
    /// What became of each of its stanzas.
    pub account: Vec<Entry>,
    /// What is to be said.
    pub findings: Vec<Finding>,
    /// What it had to do with events.
    pub ties: Ties,
    /// Whether it was not converted because something else takes its place.
    pub retired: bool,
}

/// Converts a job by itself, whether or not a distribution shipped it.
pub fn convert(files: &JobFiles, lifting: impl Into<Lifting>, options: &Options) -> Conversion {
    let mut reading = read::read(files);
    let mut lifting = lifting.into();
    lifting.level = lifting.level.for_style(options.style);
    lift::lift(&mut reading.service, &lifting, &mut reading.findings);
    set::settle(options.style, &set::Known::new(), std::iter::once(&mut reading));
    write(reading, options)
}

/// Writes what has been read of a job.
pub fn write(reading: Reading, options: &Options) -> Conversion {
    let written = write::write(&reading.service, options);
    let mut findings = reading.findings;
    findings.extend(written.findings);
    let account = written.account.close(&reading.stanzas, &mut findings);
    findings.sort_by_key(|finding| finding.marks.first().map(|mark| mark.origin));
    Conversion {
        service: reading.service,
        units: written.units,
        companions: written.companions,
        account,
        findings,
        ties: reading.ties,
        retired: false,
    }
}

impl Conversion {
    /// One of its units as text, with the scripts that have files of their own on the lines that run them.
    pub fn with_scripts(&self, unit: &Unit) -> String {
        const SHEBANG: &[u8] = b"#!/bin/sh -e\n";
        let mut text = unit.print();
        for companion in self.companions.iter().filter(|it| it.kind == CompanionKind::Script) {
            let script = companion.text.strip_prefix(SHEBANG).unwrap_or(&companion.text);
            let word = exec_word(script, unit.target());
            let quoted = if word.starts_with(['"', '\'']) { word } else { format!("\"{word}\"") };
            let run = format!("/bin/sh -e {}\n", companion.path);
            text = text.replace(&run, &format!("/bin/sh -e -c {quoted}\n"));
        }
        text
    }

    /// How many stanzas ended in that way.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.account.iter().filter(|entry| entry.outcome == outcome).count()
    }
}
