//! From unit files to job files: systemd's way in, Upstart's way out, and the account between them.

pub mod general;
pub mod input;
mod set;

use crate::findings::{Code, Entry, Finding, Outcome};
use crate::service::Service;
use crate::systemd::load::{Loaded, UnitFiles, UnitType};
use crate::systemd::read::{self, Kind, Reading};
use crate::text::Source;
use crate::upstart::job::Job;
use crate::upstart::write::{self, Options};

/// What a unit, and what starts it on demand, became.
#[derive(Clone, Debug)]
pub struct Reversal {
    /// The service in the neutral model.
    pub service: Service,
    /// The job's name and the job; nothing where there is none.
    pub job: Option<(String, Job)>,
    /// The job's text.
    pub text: Vec<u8>,
    /// How many units there are in it.
    pub units: usize,
    /// The files of its units, in the order of [`crate::text::Origin::file`].
    pub sources: Vec<Source>,
    /// What became of each of their assignments.
    pub account: Vec<Entry>,
    /// What is to be said.
    pub findings: Vec<Finding>,
}

impl Reversal {
    /// How many assignments ended in that way.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.account.iter().filter(|entry| entry.outcome == outcome).count()
    }
}

/// Reads the units of a set, and settles what they mean to each other.
pub fn read(units: &[UnitFiles]) -> Vec<Reading> {
    let loaded: Vec<Loaded> = units.iter().map(Loaded::read).collect();
    let mut readings: Vec<Reading> = Vec::new();
    for (at, unit) in loaded.iter().enumerate() {
        let is_trigger = read::triggered(unit)
            .is_some_and(|service| loaded.iter().any(|other| other.name.as_str() == service));
        if is_trigger {
            continue;
        }
        let triggers: Vec<(&UnitFiles, &Loaded)> = units
            .iter()
            .zip(&loaded)
            .filter(|(_, other)| read::triggered(other).as_deref() == Some(unit.name.as_str()))
            .collect();
        readings.push(read::read(&units[at], unit, &triggers));
    }
    set::settle(&mut readings);
    readings
}

/// Converts the units of a set.
pub fn reverse(units: &[UnitFiles], options: &Options) -> Vec<Reversal> {
    read(units).into_iter().map(|reading| write(reading, options)).collect()
}

/// Writes what has been read of a unit.
pub fn write(reading: Reading, options: &Options) -> Reversal {
    let Reading { service, kind, settings, account, mut findings, sources, units } = reading;
    let mut reversal = Reversal {
        job: None,
        text: Vec::new(),
        units,
        sources,
        account: Vec::new(),
        findings: Vec::new(),
        service,
    };
    if kind == Kind::Job {
        let mut written = write::write(&reversal.service, options);
        findings.extend(written.findings);
        written.account.join(account);
        reversal.account = written.account.close(&settings, &mut findings);
        reversal.job = Some((reversal.service.name.to_string(), written.job));
        reversal.text = written.text;
    } else {
        reversal.account = read::unwritten(kind, account, &settings, &mut findings);
    }
    findings.sort_by_key(|finding| finding.marks.first().map(|mark| mark.origin));
    reversal.findings = findings;
    reversal
}

/// The finding for a job whose name another one has already.
pub fn collision(name: &str, first: &str) -> Finding {
    Finding::new(Code::NameCollision, format!("its job would be {name}.conf too, which {first} is already"))
        .see(crate::text::Origin::default(), "")
        .help("rename one of the units, and convert again")
}

/// Whether a unit of that kind can be a job, or starts one.
pub fn is_of_interest(kind: UnitType) -> bool {
    matches!(kind, UnitType::Service | UnitType::Target | UnitType::Socket | UnitType::Timer | UnitType::Path)
}
