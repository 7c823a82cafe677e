//! `cutover check`: would Upstart load this?

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::ValueEnum;
use rayon::prelude::*;

use super::error::{Result, Status, print_errors};
use crate::convert::upstart_input::{self as input, FoundJobs, Input, InputError};
use crate::text::line;
use crate::upstart::verdict::{Verdict, load};

/// Tell whether Upstart 1.13.2 would load jobs, with its own words and lines
///
/// An override that lies beside a job is laid over it, as Upstart does; one with an error leaves the
/// job as it is. Exit status: 0 all of them load, 1 some do not, 2 some could not be read.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  cutover check /etc/init\n  cutover check --format jsonl web.conf | jq .start_on")]
pub(crate) struct Args {
    /// Job files, and directories to search for `.conf` files
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    /// `text` for people; `jsonl` for one object per file with every field that Upstart would have
    #[arg(long, default_value = "text", value_name = "FORMAT")]
    format: Format,
    /// Leave overrides aside
    #[arg(long)]
    no_override: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Jsonl,
}

pub fn run(args: &Args) -> Result {
    let FoundJobs { inputs, errors, .. } = input::find(&args.paths);
    let mut status = Status::of(errors.is_empty(), false);
    print_errors(&errors);
    let answers: Vec<_> = inputs.par_iter().map(|input| answer(input, args)).collect();
    let mut out = io::BufWriter::new(io::stdout().lock());
    for answer in answers {
        match answer {
            Ok((line, ok)) => {
                writeln!(out, "{line}")?;
                status = status.max(Status::of(true, !ok));
            }
            Err(error) => {
                eprintln!("error: {error}");
                status = Status::Failed;
            }
        }
    }
    out.flush()?;
    Ok(status)
}

/// The answer on one job, and whether it loads.
fn answer(input: &Input, args: &Args) -> Result<(String, bool), InputError> {
    let files = input.read(!args.no_override)?;
    let text = &files.conf.text;
    let over = files.over.as_ref();
    let answer = load(text, over.map(|over| over.text.as_slice()));
    let line = match args.format {
        Format::Jsonl => {
            let verdict = Verdict::new(&files.conf.name, text, &answer);
            serde_json::to_string(&verdict).unwrap_or_default()
        }
        Format::Text => match &answer {
            Ok(_) => format!("{}: syntax ok", files.conf.name),
            Err(refusal) => format!("{}:{}: {}", files.conf.name, line(text, refusal.at), refusal.error),
        },
    };
    Ok((line, answer.is_ok()))
}
