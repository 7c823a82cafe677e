//! `cutover audit`: how much of it converts, and what stands in the way.

use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;

use serde::Serialize;

use super::error::{Result, Status, print_errors};
use super::options::{ConversionArgs, Format};
use crate::findings::Code;
use crate::plan::audit::{self, Audit, Audited};
use crate::plan::model::Grade;
use crate::text::display::counted;

/// Estimate how much of the jobs of many machines converts: nothing is written
///
/// Tells how many jobs convert exactly, how many with differences, how many need manual action, and which findings are the
/// reason. Jobs that are the same on several machines (name, job file and override) are counted once. Each directory is
/// a set by itself: jobs are tied to those beside them.
///
/// Exit status: 0 done, whatever was found; 2 something could not be read (the rest is counted all the same).
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cutover audit /etc/init
  cutover audit hosts/*/etc/init
  cutover audit hosts/* --list CUT702
  cutover audit hosts/* --format json > audit.json")]
pub(crate) struct Args {
    /// Directories of jobs, or roots with jobs in etc/init, one for each machine
    #[arg(required = true, value_name = "DIR")]
    directories: Vec<PathBuf>,
    /// How many reasons to show
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,
    /// Show the jobs that this finding keeps from converting exactly, by its code or name
    #[arg(long, value_name = "CODE", value_parser = code)]
    list: Option<Code>,
    /// `text` for people, `json` for programs
    #[arg(long, default_value = "text", value_name = "FORMAT")]
    format: Format,
    #[command(flatten)]
    conversion: ConversionArgs,
}

fn code(text: &str) -> Result<Code, String> {
    Code::find(text).ok_or_else(|| "there is no such finding".to_owned())
}

/// The JSON; its schema is in the book.
#[derive(Serialize)]
struct Report<'a> {
    schema: u32,
    target_systemd: u32,
    #[serde(flatten)]
    audit: &'a Audit,
}

pub fn run(args: &Args) -> Result {
    let choices = args.conversion.choices(None);
    let mut audit = audit::audit(&args.directories, &choices, !args.conversion.no_override);
    let errors: Vec<String> = audit.errors.clone();
    let mut out = BufWriter::new(io::stdout().lock());
    match args.format {
        Format::Json => {
            if let Some(code) = args.list {
                audit.jobs.retain(|job| job.is_kept_by(code));
            }
            let report = Report { schema: 1, target_systemd: args.conversion.target_systemd.0, audit: &audit };
            serde_json::to_writer(&mut out, &report)?;
            writeln!(out)?;
        }
        Format::Text => {
            match args.list {
                Some(code) => list(&audit, code, &mut out)?,
                None => summary(&audit, args.top, &mut out)?,
            }
            print_errors(&errors);
        }
    }
    out.flush()?;
    Ok(Status::of(errors.is_empty(), false))
}

fn summary(audit: &Audit, top: usize, out: &mut impl io::Write) -> io::Result<()> {
    let all = audit.summary;
    let converted = all.exact + all.approximated + all.manual;
    let directories = match audit.directories {
        1 => "1 directory".to_owned(),
        many => format!("{many} directories"),
    };
    let empty = if audit.empty == 0 { String::new() } else { format!(", {} without any", audit.empty) };
    let distinct = if all.distinct == audit.files { String::new() } else { format!(": {} distinct", all.distinct) };
    writeln!(out, "{} in {directories}{empty}{distinct}", counted(audit.files, "job"))?;
    let width = all.distinct.to_string().len().max(3);
    let share = |count: usize| if converted == 0 { 0 } else { (count * 200 + converted) / (converted * 2) };
    let notes = match all.notes_only {
        0 => String::new(),
        notes => format!("; of {notes} these are only notes"),
    };
    writeln!(out, "{:>width$}        retired: the target has units in their place", all.retired)?;
    for (count, what) in [
        (all.exact, "convert exactly".to_owned()),
        (all.approximated, format!("convert with differences that the findings state{notes}")),
        (all.manual, "need manual action".to_owned()),
    ] {
        writeln!(out, "{count:>width$} {:>3} %  {what}", share(count))?;
    }
    if audit.reasons.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\nWhat keeps distinct jobs from converting exactly, how many nothing else does, and how many jobs that is in all:\n"
    )?;
    let width = width.max(4);
    writeln!(out, "{:>width$}  {:>5}  {:>6}  code", "jobs", "alone", "in all")?;
    for reason in audit.reasons.iter().take(top) {
        let audit::Reason { code, name, severity, jobs, alone, everywhere, .. } = reason;
        let summary = code.info().summary();
        writeln!(out, "{jobs:>width$}  {alone:>5}  {everywhere:>6}  {code} {name} ({severity}): {summary}")?;
    }
    if audit.reasons.len() > top {
        writeln!(out, "\n{} more; --top {} shows them all", audit.reasons.len() - top, audit.reasons.len())?;
    }
    writeln!(out, "\n--list CODE names the jobs; `cutover explain CODE` tells what a finding means and what to do")
}

fn list(audit: &Audit, code: Code, out: &mut impl io::Write) -> io::Result<()> {
    let jobs: Vec<&Audited> = audit.jobs.iter().filter(|job| job.is_kept_by(code)).collect();
    let info = code.info();
    writeln!(out, "{code} {} keeps {} from converting exactly", info.name, counted(jobs.len(), "job"))?;
    for job in jobs {
        let grade = if job.grade == Some(Grade::Manual) { ", needs manual action" } else { "" };
        let others = match job.directories {
            1 => String::new(),
            more => format!(", in {more} directories"),
        };
        writeln!(out, "  {}: {}{others}{grade}", job.name, job.file)?;
    }
    Ok(())
}
