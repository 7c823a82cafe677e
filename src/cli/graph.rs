//! `cutover graph`: pictures of how jobs hang together.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::ValueEnum;
use rayon::iter::Either;
use rayon::prelude::*;

use super::error::{Result, Status, print_errors};
use super::outputs::FileArgs;
use crate::convert::output;
use crate::convert::upstart_input::{self as input, FoundJobs, Input, InputError};
use crate::convert::{ReadJob, link_jobs, read_job};
use crate::graph::{self, Graph, Sort, cycles};
use crate::link::Known;
use crate::service::Scope;
use crate::systemd::write::Style;
use crate::text::display::counted;

/// Draw how jobs hang together: before, by Upstart's events, and after, by the relations of units
///
/// Jobs that hang on nothing but boot targets are folded into one node for each boot target. Cycles
/// are red, and are told on standard error with the stanzas that close them. What nobody announces or
/// provides has a dashed outline. The stanza and place behind each line is in its hover text.
///
/// Exit status: 0 done; 2 something could not be read or written, or there is no such job.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cutover graph /etc/init --out events.svg
  cutover graph /etc/init --view units --out units.svg
  cutover graph /etc/init --focus dbus | dot -Tpng > dbus.png")]
pub(crate) struct Args {
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
    /// Only this job and what is within two steps of it, unfolded
    #[arg(long, value_name = "JOB")]
    focus: Option<String>,
    /// Fold nothing
    #[arg(long, conflicts_with = "focus")]
    all: bool,
    #[command(flatten)]
    file: FileArgs,
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

pub fn run(args: &Args) -> Result {
    let FoundJobs { inputs, mut errors, .. } = input::find(&args.paths).with_jobs_of_overrides();
    let read = |input: &Input| -> Result<ReadJob, InputError> {
        let job = read_job(input.read(!args.no_override)?);
        // What systemd has units of its own for is no unit of the set.
        Ok(if args.view == View::Units { job.retire() } else { job })
    };
    let (failed, mut jobs): (Vec<_>, Vec<_>) = inputs.par_iter().map(read).partition_map(Either::from);
    jobs.retain(|job| job.vendor_job.is_none());
    errors.extend(failed);
    print_errors(&errors);
    let mut messages = io::stderr().lock();
    let status = Status::of(errors.is_empty(), false);
    if jobs.is_empty() {
        return Ok(Status::Failed);
    }
    // The machine and a session are two systems.
    let of_machine = |job: &ReadJob| job.reading.service.scope == Scope::System;
    let scope = if !args.sessions && jobs.iter().any(of_machine) { Scope::System } else { Scope::Session };
    let all = jobs.len();
    jobs.retain(|job| job.reading.service.scope == scope);
    if jobs.len() < all {
        let others = counted(all - jobs.len(), "job");
        match scope {
            Scope::System => writeln!(messages, "{others} of sessions left out; --sessions draws them")?,
            Scope::Session => writeln!(messages, "{others} of the machine left out")?,
        }
    }
    if jobs.is_empty() {
        return Ok(Status::Failed);
    }
    let linked = link_jobs(jobs, Style::default(), &Known::new());
    let (mut graph, sort) = match args.view {
        View::Events => (graph::events(&linked), Sort::Start),
        View::Units => (graph::units(&linked), Sort::Order),
    };
    let found = cycles::mark(&mut graph, sort);
    let shown = match &args.focus {
        Some(name) => graph::focus(&graph, name)?,
        None if args.all => graph.clone(),
        None => graph::fold(&graph),
    };
    for cycle in &found {
        messages.write_all(cycles::describe(&graph, cycle, sort).as_bytes())?;
    }
    args.file.write(write(&shown, args), output::READABLE)?;
    Ok(status)
}

fn write(graph: &Graph, args: &Args) -> String {
    let is_svg = args.file.extension() == Some("svg");
    match args.format.unwrap_or(if is_svg { Format::Svg } else { Format::Dot }) {
        Format::Dot => graph::dot::write(graph),
        Format::Svg => graph::svg::write(graph),
    }
}
