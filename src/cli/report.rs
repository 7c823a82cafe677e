//! `cutover report`: a plan, to be read.

use std::fs::Permissions;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::Status;
use crate::convert::output::{self, OutputFile};
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
pub struct Args {
    /// The plan's directory
    #[arg(value_name = "PLAN")]
    plan: PathBuf,

    /// `html` for a browser, `markdown` for a ticket, `json` and `sarif` for programs [default: html, or by the end
    /// of --out: .md, .json, .sarif]
    #[arg(long, value_name = "FORMAT")]
    format: Option<FormatArg>,

    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Overwrite the file if it is there already
    #[arg(long, requires = "out")]
    force: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    Html,
    Markdown,
    Json,
    Sarif,
}

impl From<FormatArg> for Format {
    fn from(arg: FormatArg) -> Format {
        match arg {
            FormatArg::Html => Format::Html,
            FormatArg::Markdown => Format::Markdown,
            FormatArg::Json => Format::Json,
            FormatArg::Sarif => Format::Sarif,
        }
    }
}

/// The format that the end of a file's name asks for.
fn format_of(out: Option<&Path>) -> Format {
    match out.and_then(Path::extension).and_then(std::ffi::OsStr::to_str) {
        Some("md") => Format::Markdown,
        Some("json") => Format::Json,
        Some("sarif") => Format::Sarif,
        _ => Format::Html,
    }
}

pub fn run(args: &Args) -> io::Result<Status> {
    let failed = |error: &dyn std::fmt::Display| {
        eprintln!("error: {error}");
        Ok(Status::Failed)
    };
    let store = match Store::open(&args.plan) {
        Ok(store) => store,
        Err(error) => return failed(&error),
    };
    let format = args.format.map_or_else(|| format_of(args.out.as_deref()), Format::from);
    let text = match report::write(&store, format) {
        Ok(text) => text,
        Err(error) => return failed(&error),
    };
    let Some(out) = &args.out else {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()?;
        return Ok(Status::Done);
    };
    let (parent, name) = (out.parent().unwrap_or(Path::new("")), out.file_name().unwrap_or_default());
    let Some(name) = name.to_str() else {
        return failed(&format_args!("{}: the name of a file has to be UTF-8", out.display()));
    };
    let file = OutputFile { path: name.to_owned(), text: text.into_bytes(), executable: false };
    // What only root may read stays so in a report.
    let mode = if report::is_private(store.plan()) { 0o600 } else { 0o644 };
    match output::write_with(parent, &file, Permissions::from_mode(mode), args.force) {
        Ok(()) => Ok(Status::Done),
        Err(error) => failed(&error),
    }
}
