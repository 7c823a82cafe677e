//! `cutover convert`: jobs to units.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rayon::iter::Either;
use rayon::prelude::*;

use super::error::Result;
use super::json;
use super::options::{self, ConversionArgs, Format};
use super::outputs::{FindingList, Made, OutputArgs};
use super::summary::Summary;
use crate::convert::batch::{self, Batch, Job};
use crate::convert::output::OutputFile;
use crate::convert::upstart_input::{self as input, FoundJobs};
use crate::convert::{Conversion, general};
use crate::findings::Finding;
use crate::root::Root;
use crate::text::Source;
use crate::upstart::read;

/// Convert Upstart jobs into systemd units
///
/// Units and scripts go to standard output, or below --out as they will lie on the root. Findings,
/// and a summary, go to standard error: what could not go through unchanged, why, and what to do.
/// Nothing is installed.
///
/// Exit status: 0 done; 1 done, but something needs manual action; 2 something could not be read or
/// written (the rest is done all the same).
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cutover convert /etc/init --out units/
  cutover convert web.conf
  cutover convert --root /mnt/old /mnt/old/etc/init --out units/
  cutover convert --target-systemd 219 --format json /etc/init > report.json")]
pub(crate) struct Args {
    /// Job files (whatever their suffix), and directories to search for `.conf` files
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    conversion: ConversionArgs,
    /// The root directory of the machine that the jobs come from, or a part of it: files that scripts read in
    /// are looked at there
    #[arg(long, value_name = "DIR", value_parser = options::root)]
    root: Option<Root>,
}

pub fn run(args: &Args, color: bool) -> Result {
    let FoundJobs { inputs, lone_overrides, mut errors } = input::find(&args.paths).with_jobs_of_overrides();
    let progress = progress(inputs.len());
    let (failed, files): (Vec<_>, Vec<_>) =
        inputs.par_iter().map(|input| input.read(!args.conversion.no_override)).partition_map(Either::from);
    errors.extend(failed);
    let choices = args.conversion.choices(args.root.clone());
    let Batch { distribution, jobs } = batch::convert(files, &choices, || progress.inc(1));
    progress.finish_and_clear();
    let is_written = args.output.format == Format::Text || args.output.out.is_some();
    let files: Vec<OutputFile> =
        if is_written { jobs.par_iter().flat_map_iter(Job::outputs).collect() } else { Vec::new() };
    let conversions: Vec<&Conversion> = jobs.iter().map(|job| &job.conversion).collect();
    let written: Vec<&Conversion> = conversions.iter().copied().filter(|one| !one.retired).collect();
    let general = general::of_units(&written, distribution);
    let lone: Vec<(Source, Finding)> = lone_overrides
        .iter()
        .filter(|_| !args.conversion.no_override)
        .filter_map(|path| input::source(path).ok())
        .map(|over| {
            let finding = read::override_alone(&over);
            (over, finding)
        })
        .collect();
    let made = Made {
        files,
        errors: errors.iter().map(ToString::to_string).collect(),
        findings: jobs
            .iter()
            .map(|job| FindingList { findings: &job.conversion.findings, sources: job.sources() })
            .collect(),
        others: &lone,
        general: &general,
        summary: Summary::of(&conversions),
    };
    let status = args.output.finish(made, color, |summary, errors, out| {
        let general = general.iter().chain(lone.iter().map(|(_, finding)| finding));
        let report = json::Report {
            schema: 2,
            target_systemd: args.conversion.target_systemd.0,
            jobs: &jobs,
            general: general.map(json::General::new).collect(),
            summary,
            errors,
        };
        serde_json::to_writer(out, &report)
    });
    // The process ends: to take thousands of jobs apart first would be a tenth of its time.
    std::mem::forget(jobs);
    status
}

/// A bar on a terminal, for runs that are long enough to be watched.
fn progress(jobs: usize) -> ProgressBar {
    const LONG: usize = 2_000;
    if jobs < LONG || !io::stderr().is_terminal() {
        return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    }
    let bar = ProgressBar::new(jobs as u64);
    bar.with_style(ProgressStyle::default_bar())
}
