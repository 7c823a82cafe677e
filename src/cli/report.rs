//! `cutover report`: a plan, to be read.

use std::path::PathBuf;

use super::error::{Result, Status};
use super::outputs::FileArgs;
use crate::convert::output;
use crate::plan::Store;
use crate::report::{self, Format};

/// Write a report of a plan: for a browser, a ticket or a program
///
/// Everything is taken from the plan's directory, which may come from another machine. `html` is one file that loads
/// nothing: a table of the services with a filter, and for each its job beside its units, findings at their lines,
/// and what differs. `cutover plan` leaves it as report.html in the plan's directory; this command writes it with
/// the decisions as they are by now.
///
/// Exit status: 0 done; 2 something could not be read or written.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cutover report image.plan --out report.html
  cutover report image.plan --format markdown
  cutover report image.plan --format sarif --out cutover.sarif")]
pub(crate) struct Args {
    /// The plan's directory
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// `html` for a browser, `markdown` for a ticket, `json` and `sarif` for programs [default: html, or by the end
    /// of --out: .md, .json, .sarif]
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    #[command(flatten)]
    file: FileArgs,
}

/// The format that the end of a file's name asks for.
fn format_of(extension: Option<&str>) -> Format {
    match extension {
        Some("md") => Format::Markdown,
        Some("json") => Format::Json,
        Some("sarif") => Format::Sarif,
        _ => Format::Html,
    }
}

pub fn run(args: &Args) -> Result {
    let store = Store::open(&args.plan)?;
    let format = args.format.unwrap_or_else(|| format_of(args.file.extension()));
    let text = report::write(&store, format)?;
    // What only root may read stays so in a report.
    let mode = if report::is_private(store.plan()) { 0o600 } else { output::READABLE };
    args.file.write(text, mode)?;
    Ok(Status::Done)
}
