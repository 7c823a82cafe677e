//! `cutover convert`: jobs to units.

use std::collections::HashSet;
use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rayon::prelude::*;

use super::choices::{self, Format, How};
use super::render::{self, Excerpted};
use super::summary::Summary;
use super::tell::{self, Told};
use super::{Status, json};
use crate::convert::batch::{self, Batch, Job};
use crate::convert::input::{self, Found, InputError};
use crate::convert::output::{self, OutputFile};
use crate::convert::{Conversion, general};
use crate::findings::{Finding, Severity};
use crate::root::Root;
use crate::text::Source;
use crate::upstart::read::{self, JobFiles};

/// Convert Upstart jobs into systemd units
///
/// Units and scripts go to standard output, or below --out as they will lie on the root. Findings,
/// and a summary, go to standard error: what could not go through unchanged, why, and what to do.
/// Nothing is installed.
///
/// Exit status: 0 done; 1 done, but something needs a person; 2 something could not be read or
/// written (the rest is done all the same).
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cutover convert /etc/init --out units/
  cutover convert web.conf
  cutover convert --root /mnt/old /mnt/old/etc/init --out units/
  cutover convert --target-systemd 219 --format json /etc/init > report.json")]
pub struct Args {
    /// Job files (whatever their suffix), and directories to search for `.conf` files
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,

    /// Write a tree as it will lie on the root: DIR/etc/systemd/system/…, DIR/usr/libexec/cutover/…
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Overwrite files that are there already
    #[arg(long, requires = "out")]
    force: bool,

    /// `text` for people, `json` for programs
    #[arg(long, default_value = "text", value_name = "FORMAT")]
    format: Format,

    #[command(flatten)]
    how: How,

    /// The root directory of the machine that the jobs come from, or a part of it: files that scripts read in
    /// are looked at there
    #[arg(long, value_name = "DIR", value_parser = choices::root)]
    root: Option<Root>,

    /// Let warnings count as something that needs a person
    #[arg(long)]
    strict: bool,

    /// Show every finding in full, also where many jobs have the same one
    #[arg(long, short)]
    verbose: bool,
}

pub fn run(args: &Args, color: bool) -> io::Result<Status> {
    let Found { inputs, lone_overrides, mut errors } = input::find(&args.paths).with_jobs_of_overrides();
    let progress = progress(inputs.len());
    let results: Vec<Result<JobFiles, InputError>> =
        inputs.par_iter().map(|input| input.read(!args.how.no_override)).collect();
    let mut files = Vec::with_capacity(results.len());
    for result in results {
        match result {
            Ok(job) => files.push(job),
            Err(error) => errors.push(error),
        }
    }
    let choices = args.how.choices(args.root.clone());
    let Batch { distribution, jobs } = batch::convert(files, &choices, || progress.inc(1));
    progress.finish_and_clear();
    let outputs: Vec<Vec<OutputFile>> = if args.format == Format::Text || args.out.is_some() {
        jobs.par_iter().map(Job::outputs).collect()
    } else {
        Vec::new()
    };

    let mut errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    if let Some(root) = &args.out {
        let written = distinct(&outputs).map(|file| output::write(root, file, args.force));
        errors.extend(written.filter_map(Result::err).map(|error| error.to_string()));
    }
    let mut status = if errors.is_empty() { Status::Done } else { Status::Failed };
    let mut messages = BufWriter::new(io::stderr().lock());
    for error in &errors {
        writeln!(messages, "error: {error}")?;
    }
    let conversions: Vec<&Conversion> = jobs.iter().map(|job| &job.conversion).collect();
    let summary = Summary::of(&conversions);
    let written: Vec<&Conversion> = conversions.iter().copied().filter(|one| !one.retired).collect();
    let general = general::findings(&written, distribution);
    let lone: Vec<(Source, Finding)> = lone_overrides
        .iter()
        .filter(|_| !args.how.no_override)
        .filter_map(|path| input::source(path).ok())
        .map(|over| {
            let finding = read::override_alone(&over);
            (over, finding)
        })
        .collect();
    match args.format {
        Format::Json => {
            let report = json::Report {
                schema: 1,
                target_systemd: args.how.target_systemd.0,
                jobs: jobs.iter().map(|job| json::Job::new(&job.conversion, &job.sources())).collect(),
                general: general
                    .iter()
                    .chain(lone.iter().map(|(_, finding)| finding))
                    .map(json::General::new)
                    .collect(),
                summary: &summary,
                errors: &errors,
            };
            if args.out.is_none() {
                let mut out = BufWriter::new(io::stdout().lock());
                serde_json::to_writer(&mut out, &report)?;
                writeln!(out)?;
                out.flush()?;
            } else {
                serde_json::to_writer(&mut io::stdout().lock(), &report)?;
                println!();
            }
        }
        Format::Text => {
            let told: Vec<Told<'_>> = jobs
                .iter()
                .map(|job| Told { findings: &job.conversion.findings, sources: job.sources() })
                .collect();
            tell::tell(&told, args.verbose, color, &mut messages)?;
            for (over, finding) in &lone {
                messages.write_all(render::finding(finding, &[Excerpted::new(over)], color).as_bytes())?;
            }
            for finding in &general {
                messages.write_all(render::finding(finding, &[], color).as_bytes())?;
            }
            if args.out.is_none() {
                print(&outputs)?;
            }
        }
    }
    if args.format == Format::Text {
        summary.write(&mut messages)?;
    }
    messages.flush()?;
    let grave = if args.strict { Severity::Warning } else { Severity::Manual };
    let findings = || conversions.iter().flat_map(|conversion| &conversion.findings);
    if findings().any(|finding| finding.severity() >= grave) {
        status = status.max(Status::NeedsPerson);
    }
    // The process ends: to take thousands of jobs apart first would be a tenth of its time.
    std::mem::forget(jobs);
    Ok(status)
}

/// The files of all jobs; a target that several of them need is one file.
fn distinct(outputs: &[Vec<OutputFile>]) -> impl Iterator<Item = &OutputFile> {
    let mut seen = HashSet::new();
    outputs.iter().flatten().filter(move |file| seen.insert(file.path.as_str()))
}

fn print(outputs: &[Vec<OutputFile>]) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    for (index, file) in distinct(outputs).enumerate() {
        if index > 0 {
            out.write_all(b"\n")?;
        }
        writeln!(out, "# {}", file.path)?;
        out.write_all(&file.text)?;
    }
    out.flush()
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
