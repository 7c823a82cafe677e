//! `cutover reverse`: units to jobs.

use std::path::PathBuf;

use super::error::Result;
use super::json;
use super::options;
use super::outputs::{FindingList, Made, OutputArgs};
use super::summary::Summary;
use crate::convert::batch::collisions_of_units;
use crate::convert::output::{OutputFile, READABLE};
use crate::convert::{self, Reversal, general, systemd_input as input};
use crate::upstart::distribution::Distribution;
use crate::upstart::job::Expect;
use crate::upstart::version::{TARGETS, UpstartVersion};
use crate::upstart::write::Options;

/// Convert systemd units into Upstart jobs
///
/// For machines that still run Upstart: RHEL 6, Amazon Linux 1, Ubuntu 12.04 and 14.04, Chrome OS. Drop-ins
/// beside a unit are applied; sockets, paths and timers join the service that they start. Jobs go to
/// standard output, or below --out as they will lie on the root; findings, and a summary, to standard
/// error. Nothing is installed.
///
/// Exit status: 0 done; 1 done, but something needs manual action; 2 something could not be read or
/// written (the rest is done all the same).
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cutover reverse /lib/systemd/system/nginx.service
  cutover reverse units/ --out root/ --target-upstart 1.5
  cutover reverse --target-upstart 0.6.5 --expect daemon web.service")]
pub(crate) struct Args {
    /// Unit files, directories with units, and whole roots (with `etc/systemd/system`, `lib/systemd/system` …)
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
    #[arg(long, value_name = "VERSION", default_value_t)]
    #[arg(help = options::versions("The Upstart that the jobs are for", TARGETS))]
    target_upstart: UpstartVersion,
    /// Whose Upstart the jobs are for, and so which events they start on
    /// [default: rhel6 before 1.0, ubuntu from then on]
    #[arg(long, value_name = "DISTRIBUTION")]
    origin: Option<Distribution>,
    /// How often programs of `Type=forking` fork: `fork` (once), `daemon` (twice), `stop` or `none`
    /// [default: a guess, which a finding tells]
    #[arg(long, value_name = "HOW")]
    expect: Option<Expect>,
}

/// The directory of jobs on a root.
const JOBS: &str = "/etc/init";

pub fn run(args: &Args, color: bool) -> Result {
    let found = input::find(&args.paths);
    let distribution = args.origin.unwrap_or_else(|| usual(args.target_upstart));
    let options = Options { target: args.target_upstart, distribution, expect: args.expect };
    let mut done: Vec<Reversal> = found.sets.iter().flat_map(|set| convert::reverse(set, &options)).collect();
    collisions_of_units(&mut done);
    let reversals: Vec<&Reversal> = done.iter().collect();
    let general = general::of_jobs(&reversals, distribution);
    let made = Made {
        files: done.iter().filter_map(job_file).collect(),
        errors: found.errors.iter().map(ToString::to_string).collect(),
        findings: done
            .iter()
            .map(|one| FindingList { findings: &one.findings, sources: one.sources.iter().collect() })
            .collect(),
        others: &[],
        general: &general,
        summary: Summary::of_reversals(&reversals),
    };
    args.output.finish(made, color, |summary, errors, out| {
        let report = json::ReverseReport {
            schema: 2,
            target_upstart: args.target_upstart.to_string(),
            units: &done,
            general: general.iter().map(json::General::new).collect(),
            summary,
            errors,
        };
        serde_json::to_writer(out, &report)
    })
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
    Some(OutputFile { path: format!("{JOBS}/{name}.conf"), text: reversal.text.clone(), mode: READABLE })
}
