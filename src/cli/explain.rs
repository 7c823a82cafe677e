//! `cutover explain`: what a finding means, why, and what to do.

use std::io::{self, Write as _};

use super::error::{Result, Status};
use crate::findings::{CODES, Code};

/// Explain a finding: what it means, why, and what to do
///
/// Without a code, all of them are listed.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  cutover explain CUT401\n  cutover explain respawn-window\n  cutover explain")]
pub(crate) struct Args {
    /// The finding's code, such as CUT401, or its name
    code: Option<String>,
}

pub fn run(args: &Args) -> Result {
    let mut out = io::stdout().lock();
    let Some(text) = &args.code else {
        for info in CODES {
            writeln!(out, "{}  {:7}  {:24} {}", info.id, info.severity, info.name, info.summary())?;
        }
        return Ok(Status::Done);
    };
    if let Some(code) = Code::find(text) {
        write!(out, "{}", code.info().page)?;
        return Ok(Status::Done);
    }
    let near = CODES.iter().map(|info| (strsim::levenshtein(info.name, text), info.name));
    let near = near.min_by_key(|(distance, _)| *distance).filter(|(distance, _)| *distance <= 4);
    let hint = near.map_or_else(String::new, |(_, name)| format!("; did you mean `{name}`?"));
    eprintln!("error: there is no finding `{text}`{hint}\n`cutover explain` without a code lists all of them");
    Ok(Status::Failed)
}
