//! `cutover convert`: jobs to units.

use std::collections::{HashMap, HashSet};
use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rayon::prelude::*;

use super::choices::{self, Format, LiftArg, LogsArg, ManagerArg, OriginArg, StyleArg};
use super::render::{self, Excerpted};
use super::summary::Summary;
use super::tell::{self, Told};
use super::{Status, json};
use crate::convert::input::{self, Found, InputError};
use crate::convert::output::{self, OutputFile};
use crate::convert::plumbing::{self, Stock};
use crate::convert::{self as conversion, Conversion, general, set};
use crate::findings::{Code, Finding, Outcome, Severity};
use crate::lift::{self, Level, Lifting};
use crate::root::Root;
use crate::service::Scope;
use crate::systemd::target::Version;
use crate::systemd::write::Options;
use crate::text::{Origin, Source};
use crate::upstart::distribution::Distribution;
use crate::upstart::read::{self, JobFiles, Reading};

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

    /// The systemd that the units are for: 219 (RHEL 7), 229 (Ubuntu 16.04), 232, 237, 239 (RHEL 8),
    /// 245, 249, 252, 255 or any other from 219 on
    #[arg(long, value_name = "VERSION", default_value_t)]
    target_systemd: Version,

    /// `idiomatic`: what a careful administrator would sign, with a finding where it differs; `exact`:
    /// with the machinery that reproduces every corner of Upstart that a unit can reproduce
    #[arg(long, default_value = "idiomatic", value_name = "STYLE")]
    style: StyleArg,

    /// Where output goes that Upstart logged: `journal`, or `files`, those below /var/log/upstart
    /// [default: journal, and files with --style exact]
    #[arg(long, value_name = "WHERE")]
    logs: Option<LogsArg>,

    /// Whose Upstart the jobs were written for, and so what stands behind their events
    /// [default: found out from the jobs]
    #[arg(long, value_name = "DISTRIBUTION")]
    origin: Option<OriginArg>,

    /// Which service manager runs the units: that of the `system`, or that of the `user`, for jobs of
    /// Upstart's user sessions [default: found out for each job from its place and its events]
    #[arg(long, value_name = "MANAGER")]
    manager: Option<ManagerArg>,

    /// How much of scripts becomes directives: `none`; `safe`, what is the same for certain; `all`, also what
    /// is the same under an assumption, which a warning then states
    #[arg(long, default_value = "safe", value_name = "HOW")]
    lift: LiftArg,

    /// The root directory of the machine that the jobs come from, or a part of it: files that scripts read in
    /// are looked at there
    #[arg(long, value_name = "DIR", value_parser = choices::root)]
    root: Option<Root>,

    /// Where scripts of several lines will lie on the root
    #[arg(long, value_name = "DIR", default_value = "/usr/libexec/cutover", value_parser = absolute)]
    scripts_dir: String,

    /// Leave overrides aside
    #[arg(long)]
    no_override: bool,

    /// Convert the jobs of the distribution, too (mountall, udev, tty1, cron …), in whose place a system
    /// with systemd has units of its own
    #[arg(long)]
    keep_plumbing: bool,

    /// Let warnings count as something that needs a person
    #[arg(long)]
    strict: bool,

    /// Show every finding in full, also where many jobs have the same one
    #[arg(long, short)]
    verbose: bool,
}

fn absolute(text: &str) -> Result<String, String> {
    let plain = !text.contains(|c: char| c.is_whitespace() || c.is_control());
    if text.starts_with('/') && plain && !text.split('/').any(|part| part == "..") {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err("this has to be an absolute path without blanks and without `..`".to_owned())
    }
}

/// One job that was read. `stock` is what it is retired as.
struct Read {
    files: JobFiles,
    reading: Reading,
    stock: Option<&'static Stock>,
}

/// One job that was read and converted.
struct Done {
    files: JobFiles,
    conversion: Conversion,
    outputs: Vec<OutputFile>,
}

pub fn run(args: &Args, color: bool) -> io::Result<Status> {
    let Found { inputs, lone_overrides, mut errors } = input::find(&args.paths).with_jobs_of_overrides();
    let options = Options {
        target: args.target_systemd,
        style: args.style.into(),
        logs: args.logs.unwrap_or_else(|| args.style.logs()).into(),
        scripts_dir: args.scripts_dir.clone(),
    };
    let progress = progress(inputs.len());
    let results: Vec<Result<JobFiles, InputError>> =
        inputs.par_iter().map(|input| input.read(!args.no_override)).collect();
    let mut files = Vec::with_capacity(results.len());
    for result in results {
        match result {
            Ok(job) => files.push(job),
            Err(error) => errors.push(error),
        }
    }
    let distribution = args.origin.map_or_else(
        || Distribution::of(files.iter().map(|job| (job.name.as_str(), job.conf.text.as_slice()))),
        Into::into,
    );
    let lifting = Lifting { level: Level::from(args.lift).for_style(options.style), root: args.root.clone() };
    let mut jobs: Vec<Read> = files
        .into_par_iter()
        .map(|mut files| {
            files.distribution = distribution;
            files.scope = args.manager.map(Into::into).or(files.scope);
            let mut reading = read::read(&files);
            lift::lift(&mut reading.service, &lifting, &mut reading.findings);
            let stock = if args.keep_plumbing { None } else { plumbing::judge(&files, &mut reading) };
            progress.inc(1);
            Read { files, reading, stock }
        })
        .collect();
    progress.finish_and_clear();
    let converted = jobs.iter_mut().filter(|job| job.stock.is_none()).map(|job| &mut job.reading);
    set::settle(options.style, converted);
    let mut done: Vec<Done> = jobs.into_par_iter().map(|job| one(job, args, &options)).collect();
    collisions(&mut done);

    let mut errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    if let Some(root) = &args.out {
        let written = distinct(&done).map(|file| output::write(root, file, args.force));
        errors.extend(written.filter_map(Result::err).map(|error| error.to_string()));
    }
    let mut status = if errors.is_empty() { Status::Done } else { Status::Failed };
    let mut messages = BufWriter::new(io::stderr().lock());
    for error in &errors {
        writeln!(messages, "error: {error}")?;
    }
    let conversions: Vec<&Conversion> = done.iter().map(|one| &one.conversion).collect();
    let summary = Summary::of(&conversions);
    let written: Vec<&Conversion> = conversions.iter().copied().filter(|one| !one.retired).collect();
    let general = general::findings(&written, distribution);
    let lone: Vec<(Source, Finding)> = lone_overrides
        .iter()
        .filter(|_| !args.no_override)
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
                target_systemd: args.target_systemd.0,
                jobs: done.iter().map(|one| json::Job::new(&one.conversion, &sources(&one.files))).collect(),
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
            let told: Vec<Told<'_>> = done
                .iter()
                .map(|one| Told { findings: &one.conversion.findings, sources: sources(&one.files) })
                .collect();
            tell::tell(&told, args.verbose, color, &mut messages)?;
            for (over, finding) in &lone {
                messages.write_all(render::finding(finding, &[Excerpted::new(over)], color).as_bytes())?;
            }
            for finding in &general {
                messages.write_all(render::finding(finding, &[], color).as_bytes())?;
            }
            if args.out.is_none() {
                print(&done)?;
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
    std::mem::forget(done);
    Ok(status)
}

fn one(Read { files, reading, stock }: Read, args: &Args, options: &Options) -> Done {
    let conversion = match stock {
        Some(stock) => plumbing::retire(stock, &files, reading),
        None => conversion::write(reading, options),
    };
    let mut outputs = Vec::new();
    if args.format == Format::Text || args.out.is_some() {
        outputs = output::files(&conversion);
    }
    Done { files, conversion, outputs }
}

fn sources(files: &JobFiles) -> Vec<&Source> {
    std::iter::once(&files.conf).chain(&files.over).collect()
}

/// Two jobs can get the same unit's name, where one has a directory in its name. The first keeps it.
fn collisions(done: &mut [Done]) {
    let mut taken: HashMap<(Scope, String), String> = HashMap::new();
    for one in done {
        let Some(unit) = one.conversion.units.first() else { continue };
        let key = (one.conversion.service.scope, unit.name.clone());
        match taken.get(&key) {
            None => {
                taken.insert(key, one.files.conf.name.clone());
            }
            Some(first) => {
                let message =
                    format!("{} would be {} too, which {first} is already", one.files.conf.name, unit.name);
                let finding = Finding::new(Code::NameCollision, message)
                    .see(Origin::default(), "")
                    .help("rename one of the jobs, and convert again");
                one.conversion.findings.push(finding);
                for entry in &mut one.conversion.account {
                    entry.outcome = Outcome::Manual;
                    entry.became.clear();
                    entry.codes.push(Code::NameCollision);
                }
                one.conversion.units.clear();
                one.conversion.companions.clear();
                one.outputs.clear();
            }
        }
    }
}

/// The files of all jobs; a target that several of them need is one file.
fn distinct(done: &[Done]) -> impl Iterator<Item = &OutputFile> {
    let mut seen = HashSet::new();
    done.iter().flat_map(|one| &one.outputs).filter(move |file| seen.insert(file.path.as_str()))
}

fn print(done: &[Done]) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    for (index, file) in distinct(done).enumerate() {
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
