//! From the files of one init to those of the other: one pipeline for both directions, and the account between them.

pub mod batch;
pub mod general;
mod input_error;
pub mod output;
mod pipeline;
mod retire;
pub mod systemd_input;
pub mod upstart_input;

pub use pipeline::{Job, LinkedJob, ReadJob, Staged, link_jobs, read_job, read_loaded, read_units, write_job};

use crate::findings::{Entry, Finding};
use crate::lift::Lifting;
use crate::link;
use crate::service::LinkedService;
use crate::systemd::load::UnitFiles;
use crate::systemd::quote::exec_word;
use crate::systemd::unit::Unit;
use crate::systemd::write::{Companion, CompanionKind, Machinery, Options};
use crate::text::Source;
use crate::upstart::job;
use crate::upstart::read::{JobFiles, job_events::JobEvents};
use crate::upstart::write as jobs;

/// What one job became.
#[derive(Clone, Debug)]
pub struct Conversion {
    /// The service in the neutral model.
    pub service: LinkedService,
    /// Its units: its own first.
    pub units: Vec<Unit>,
    /// The files that they need besides.
    pub companions: Vec<Companion>,
    /// What became of each of its stanzas.
    pub account: Vec<Entry>,
    /// What is to be said.
    pub findings: Vec<Finding>,
    /// The machinery in its unit.
    pub machinery: Vec<Machinery>,
    /// What it had to do with events.
    pub events: JobEvents,
    /// Whether it was not converted because something else takes its place.
    pub retired: bool,
}

/// What a unit, and what starts it on demand, became.
#[derive(Clone, Debug)]
pub struct Reversal {
    /// The service in the neutral model.
    pub service: LinkedService,
    /// The job's name and the job; nothing where there is none.
    pub job: Option<(String, job::Job)>,
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

/// Converts a job by itself, whether or not a distribution shipped it.
pub fn convert(files: &JobFiles, lifting: impl Into<Lifting>, options: &Options) -> Conversion {
    read_job(files.clone()).lift(&lifting.into(), options.style).alone(options.style).write(options).conversion
}

/// Converts the units of a set.
pub fn reverse(units: &[UnitFiles], options: &jobs::Options) -> Vec<Reversal> {
    let linked = link::units::link(read_units(units));
    linked.into_iter().map(|unit| write_job(unit, options)).collect()
}

impl Conversion {
    /// One of its units, with the scripts that have files of their own in the values that run them.
    pub fn with_scripts(&self, unit: &Unit) -> Unit {
        const SHEBANG: &[u8] = b"#!/bin/sh -e\n";
        let mut unit = unit.clone();
        for companion in self.companions.iter().filter(|it| it.kind == CompanionKind::Script) {
            let run = format!("/bin/sh -e {}", companion.path);
            let script = companion.text.strip_prefix(SHEBANG).unwrap_or(&companion.text);
            let word = exec_word(script, unit.target());
            let quoted = if word.starts_with(['"', '\'']) { word } else { format!("\"{word}\"") };
            for entry in &mut unit.entries {
                if let Some(before) = entry.value.strip_suffix(&run) {
                    entry.value = format!("{before}/bin/sh -e -c {quoted}");
                }
            }
        }
        unit
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use bstr::ByteSlice as _;

    use super::*;
    use crate::lift::Level;
    use crate::script;
    use crate::upstart::distribution::Distribution;

    fn jobs_below(folder: &Path) -> Vec<PathBuf> {
        let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let within = paths.flat_map(|path| if path.is_dir() { jobs_below(&path) } else { vec![path] });
        within.filter(|path| path.extension().is_some_and(|it| it == "conf")).collect()
    }

    #[test]
    fn a_script_is_read_once() {
        let tree = Path::new(env!("CARGO_MANIFEST_DIR"));
        let shared = std::env::var_os("CUTOVER_SHARED").map_or(tree.join("../shared"), PathBuf::from);
        let mut jobs = jobs_below(&tree.join("corpus/init"));
        if shared.join("real-jobs").is_dir() {
            jobs.extend(jobs_below(&shared.join("real-jobs")));
        } else {
            eprintln!("SKIPPED: no real jobs at {} (set CUTOVER_SHARED)", shared.display());
        }
        let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        for path in jobs {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let conf = Source { name: format!("{name}.conf"), text: std::fs::read(&path).unwrap() };
            // What stands there several times may be read as often.
            let stands = |text: &[u8]| conf.text.find_iter(text.lines().next().unwrap_or_default()).count();
            let files =
                JobFiles { name, conf: conf.clone(), over: None, distribution: Distribution::default(), scope: None };
            let mut read = one_thread.install(|| {
                script::READ.take();
                convert(&files, Level::Safe, &Options::default());
                script::READ.take()
            });
            read.sort();
            for same in read.chunk_by(|one, other| one == other) {
                let text = same[0].as_bstr();
                assert!(same.len() <= stands(text).max(1), "{} reads {text:?} again", path.display());
            }
        }
    }
}
