//! `cutover reverse`: units to jobs.

use std::collections::HashMap;
use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;

use super::Status;
use super::choices::{ExpectArg, Format, OriginArg};
use super::json;
use super::render;
use super::summary::Summary;
use super::tell::{self, Told};
use crate::convert::output::{self, OutputFile};
use crate::findings::{Finding, Outcome, Severity};
use crate::reverse::{self, Reversal, general, input};
use crate::upstart::distribution::Distribution;
use crate::upstart::version::UpstartVersion;
use crate::upstart::write::Options;

/// Convert systemd units into Upstart jobs
///
/// For machines that still run Upstart: RHEL 6, Amazon Linux 1, Ubuntu 12.04 and 14.04, Chrome OS. Drop-ins
/// beside a unit are applied; sockets, paths and timers join the service that they start. Jobs go to
/// standard output, or below --out as they will lie on the root; findings, and a summary, to standard
/// error. Nothing is installed.
///
/// Exit status: 0 done; 1 done, but something needs a person; 2 something could not be read or
/// written (the rest is done all the same).
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cutover reverse /lib/systemd/system/nginx.service
  cutover reverse units/ --out root/ --target-upstart 1.5
  cutover reverse --target-upstart 0.6.5 --expect daemon web.service")]
pub struct Args {
    /// Unit files, directories with units, and whole roots (with `etc/systemd/system`, `lib/systemd/system` …)
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,

    /// Write a tree as it will lie on the root: DIR/etc/init/…
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Overwrite files that are there already
    #[arg(long, requires = "out")]
    force: bool,

    /// `text` for people, `json` for programs
    #[arg(long, default_value = "text", value_name = "FORMAT")]
    format: Format,

    /// The Upstart that the jobs are for: 0.6.5 (RHEL 6, Amazon Linux 1), 1.5 (Ubuntu 12.04), 1.12
    /// (Ubuntu 14.04), 1.13 or any other from 0.6.5 on
    #[arg(long, value_name = "VERSION", default_value_t)]
    target_upstart: UpstartVersion,

    /// Whose Upstart the jobs are for, and so which events they start on
    /// [default: rhel6 before 1.0, ubuntu from then on]
    #[arg(long, value_name = "DISTRIBUTION")]
    origin: Option<OriginArg>,

    /// How often programs of `Type=forking` fork: `fork` (once), `daemon` (twice), `stop` or `none`
    /// [default: a guess, which a finding tells]
    #[arg(long, value_name = "HOW")]
    expect: Option<ExpectArg>,

    /// Let warnings count as something that needs a person
    #[arg(long)]
    strict: bool,

    /// Show every finding in full, also where many units have the same one
    #[arg(long, short)]
    verbose: bool,
}

/// The directory of jobs on a root.
const JOBS: &str = "/etc/init";

pub fn run(args: &Args, color: bool) -> io::Result<Status> {
    let found = input::find(&args.paths);
    let distribution = args.origin.map_or_else(|| usual(args.target_upstart), Into::into);
    let options = Options { target: args.target_upstart, distribution, expect: args.expect.map(Into::into) };
    let mut done: Vec<Reversal> = found.sets.iter().flat_map(|set| reverse::reverse(set, &options)).collect();
    collisions(&mut done);
    let mut errors: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
    if let Some(root) = &args.out {
        let written = done.iter().filter_map(job_file).map(|file| output::write(root, &file, args.force));
        errors.extend(written.filter_map(Result::err).map(|error| error.to_string()));
    }
    let mut status = if errors.is_empty() { Status::Done } else { Status::Failed };
    let mut messages = BufWriter::new(io::stderr().lock());
    for error in &errors {
        writeln!(messages, "error: {error}")?;
    }
    let reversals: Vec<&Reversal> = done.iter().collect();
    let summary = Summary::of_reversals(&reversals);
    let general = general::findings(&reversals, distribution);
    match args.format {
        Format::Json => {
            let report = json::ReverseReport {
                schema: 1,
                target_upstart: args.target_upstart.to_string(),
                units: done.iter().map(json::Unit::new).collect(),
                general: general.iter().map(json::General::new).collect(),
                summary: &summary,
                errors: &errors,
            };
            let mut out = BufWriter::new(io::stdout().lock());
            serde_json::to_writer(&mut out, &report)?;
            writeln!(out)?;
            out.flush()?;
        }
        Format::Text => {
            let told: Vec<Told<'_>> = done
                .iter()
                .map(|one| Told { findings: &one.findings, sources: one.sources.iter().collect() })
                .collect();
            tell::tell(&told, args.verbose, color, &mut messages)?;
            for finding in &general {
                messages.write_all(render::finding(finding, &[], color).as_bytes())?;
            }
            if args.out.is_none() {
                print(&done)?;
            }
            summary.write(&mut messages)?;
        }
    }
    messages.flush()?;
    let grave = if args.strict { Severity::Warning } else { Severity::Manual };
    let findings = |one: &Reversal| one.findings.iter().any(|finding| finding.severity() >= grave);
    if done.iter().any(findings) {
        status = status.max(Status::NeedsPerson);
    }
    Ok(status)
}

/// Whose Upstart a version usually is.
fn usual(target: UpstartVersion) -> Distribution {
    match "1.0".parse::<UpstartVersion>() {
        Ok(first) if target < first => Distribution::Rhel6,
        _ => Distribution::Ubuntu,
    }
}

fn job_file(reversal: &Reversal) -> Option<OutputFile> {
    let (name, _) = reversal.job.as_ref()?;
    Some(OutputFile { path: format!("{JOBS}/{name}.conf"), text: reversal.text.clone(), executable: false })
}

/// Two units can get the same job's name. The first keeps it.
fn collisions(done: &mut [Reversal]) {
    let mut taken: HashMap<String, String> = HashMap::new();
    for one in done {
        let Some((name, _)) = one.job.clone() else { continue };
        let file = one.sources.first().map(|source| source.name.clone()).unwrap_or_default();
        match taken.get(&name) {
            None => {
                taken.insert(name, file);
            }
            Some(first) => {
                let finding: Finding = reverse::collision(&name, first);
                for entry in &mut one.account {
                    entry.outcome = Outcome::Manual;
                    entry.became.clear();
                    entry.codes.push(finding.code);
                }
                one.findings.push(finding);
                one.job = None;
                one.text.clear();
            }
        }
    }
}

fn print(done: &[Reversal]) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    for (index, file) in done.iter().filter_map(job_file).enumerate() {
        if index > 0 {
            out.write_all(b"\n")?;
        }
        writeln!(out, "# {}", file.path)?;
        out.write_all(&file.text)?;
    }
    out.flush()
}
