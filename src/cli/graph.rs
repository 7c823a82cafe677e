//! `cutover graph`: pictures of how jobs hang together.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use rayon::prelude::*;

use super::Status;
use crate::convert::input::{self, Found, InputError};
use crate::convert::output::{self, OutputFile};
use crate::convert::plumbing;
use crate::convert::set;
use crate::graph::{self, Graph, Read, Sort, cycles};
use crate::service::Scope;
use crate::systemd::write::Style;
use crate::upstart::read::{self, JobFiles, Reading};

/// Draw how jobs hang together: before, by Upstart's events, and after, by the relations of units
///
/// Jobs that hang on nothing but stations of the boot are folded into one node for each station. Cycles
/// are red, and are told on standard error with the stanzas that close them. What nobody announces or
/// provides has a dashed outline. The stanza and place behind each line is in its hover text.
///
/// Exit status: 0 done; 2 something could not be read or written, or there is no such job.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cutover graph /etc/init --out events.svg
  cutover graph /etc/init --view units --out units.svg
  cutover graph /etc/init --focus dbus | dot -Tpng > dbus.png")]
pub struct Args {
    /// Job files (whatever their suffix), and directories to search for `.conf` files
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,

    /// `events`: jobs and the events that start and stop them on Upstart; `units`: the units that they
    /// become, and their relations
    #[arg(long, default_value = "events", value_name = "VIEW")]
    view: View,

    /// `dot` for Graphviz, `svg` for a browser [default: dot, and svg where --out ends in .svg]
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,

    /// Only this job and what is within two ties of it, unfolded
    #[arg(long, value_name = "JOB")]
    focus: Option<String>,

    /// Fold nothing
    #[arg(long, conflicts_with = "focus")]
    all: bool,

    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Overwrite the file if it is there already
    #[arg(long, requires = "out")]
    force: bool,

    /// Leave overrides aside
    #[arg(long)]
    no_override: bool,

    /// Draw the jobs of user sessions, where there are those of the machine as well
    #[arg(long)]
    sessions: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum View {
    Events,
    Units,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Dot,
    Svg,
}

pub fn run(args: &Args) -> io::Result<Status> {
    let Found { inputs, mut errors, .. } = input::find(&args.paths).with_jobs_of_overrides();
    let results: Vec<Result<Option<(JobFiles, Reading)>, InputError>> = inputs
        .par_iter()
        .map(|input| {
            let files = input.read(!args.no_override)?;
            let mut reading = read::read(&files);
            // What systemd has units of its own for is no unit of the set.
            let retired = args.view == View::Units && plumbing::judge(&files, &mut reading).is_some();
            Ok((!retired).then_some((files, reading)))
        })
        .collect();
    let mut jobs = Vec::with_capacity(results.len());
    for result in results {
        match result {
            Ok(job) => jobs.extend(job),
            Err(error) => errors.push(error),
        }
    }
    let mut messages = io::stderr().lock();
    for error in &errors {
        writeln!(messages, "error: {error}")?;
    }
    let status = if errors.is_empty() { Status::Done } else { Status::Failed };
    if jobs.is_empty() {
        return Ok(Status::Failed);
    }
    // The machine and a session are two systems.
    let of_machine = |(_, reading): &(JobFiles, Reading)| reading.service.scope == Scope::System;
    let scope = if !args.sessions && jobs.iter().any(of_machine) { Scope::System } else { Scope::Session };
    let all = jobs.len();
    jobs.retain(|(_, reading)| reading.service.scope == scope);
    if jobs.len() < all {
        let count = all - jobs.len();
        let s = if count == 1 { "" } else { "s" };
        match scope {
            Scope::System => {
                writeln!(messages, "{count} job{s} of sessions left out; --sessions draws them")?;
            }
            Scope::Session => writeln!(messages, "{count} job{s} of the machine left out")?,
        }
    }
    if jobs.is_empty() {
        return Ok(Status::Failed);
    }
    set::settle(Style::default(), &set::Known::new(), jobs.iter_mut().map(|(_, reading)| reading));
    let read: Vec<Read<'_>> = jobs.iter().map(|(files, reading)| Read { files, reading }).collect();
    let (mut graph, sort) = match args.view {
        View::Events => (graph::events(&read), Sort::Start),
        View::Units => (graph::units(&read), Sort::Order),
    };
    let found = cycles::mark(&mut graph, sort);
    let shown = match &args.focus {
        Some(name) => match graph::focus(&graph, name) {
            Ok(part) => part,
            Err(error) => {
                writeln!(messages, "error: {error}")?;
                return Ok(Status::Failed);
            }
        },
        None if args.all => graph.clone(),
        None => graph::fold(&graph),
    };
    for cycle in &found {
        messages.write_all(cycles::describe(&graph, cycle, sort).as_bytes())?;
    }
    let text = write(&shown, args);
    let Some(out) = &args.out else {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()?;
        return Ok(status);
    };
    let (parent, name) = (out.parent().unwrap_or(Path::new("")), out.file_name().unwrap_or_default());
    let Some(name) = name.to_str() else {
        writeln!(messages, "error: {}: the name of a file has to be UTF-8", out.display())?;
        return Ok(Status::Failed);
    };
    let file = OutputFile { path: name.to_owned(), text: text.into_bytes(), executable: false };
    match output::write(parent, &file, args.force) {
        Ok(()) => Ok(status),
        Err(error) => {
            writeln!(messages, "error: {error}")?;
            Ok(Status::Failed)
        }
    }
}

fn write(graph: &Graph, args: &Args) -> String {
    let is_svg = args.out.as_ref().is_some_and(|out| out.extension().is_some_and(|end| end == "svg"));
    match args.format.unwrap_or(if is_svg { Format::Svg } else { Format::Dot }) {
        Format::Dot => graph::dot::write(graph),
        Format::Svg => graph::svg::write(graph),
    }
}
