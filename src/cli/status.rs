//! `cutover status`: what was changed on a root, and what became of it.

use std::io::{self, Write as _};
use std::path::PathBuf;

use super::error::{Result, Status as Ended};
use super::options::Format;
use crate::install::{self, Generation, Standing, Status};
use crate::root::Root;
use crate::text::display::{counted, shown};

/// Show the generations on a root, and which of their files were edited since
///
/// Nothing is written. A run that was interrupted is told; the next `cutover apply` or `cutover rollback`
/// undoes it.
///
/// Exit status: 0 everything is as it was left; 1 files were changed since, or a run was interrupted; 2 what
/// cutover keeps on the root cannot be read.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The root
    #[arg(long, value_name = "DIR", default_value = "/")]
    root: PathBuf,
    /// `text` for people, `json` for programs
    #[arg(long, default_value = "text", value_name = "FORMAT")]
    format: Format,
}

pub fn run(args: &Args) -> Result<Ended> {
    let status = install::status(&Root::open(&args.root)?)?;
    let mut out = io::stdout().lock();
    match args.format {
        Format::Text => out.write_all(text(&status).as_bytes())?,
        Format::Json => {
            #[derive(serde::Serialize)]
            struct Report<'a> {
                schema: u32,
                #[serde(flatten)]
                status: &'a Status,
            }
            serde_json::to_writer(&mut out, &Report { schema: 1, status: &status })?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    let interrupted = status.pending.is_some_and(|pending| !pending.running);
    let drifted = status.generations.iter().any(|generation| !generation.drift.is_empty());
    Ok(if interrupted || drifted { Ended::NeedsAction } else { Ended::Done })
}

fn text(status: &Status) -> String {
    let mut lines = Vec::new();
    if status.generations.is_empty() && status.pending.is_none() {
        lines.push("no generation: cutover has changed nothing on this root".to_owned());
    }
    for generation in &status.generations {
        lines.push(line(generation));
        lines.extend(generation.drift.iter().map(|drift| format!("    {}: {}", drift.path, drift.how)));
    }
    match (status.pending, status.process) {
        (Some(pending), _) if !pending.running => lines.push(format!(
            "interrupted: the run that was to make generation {}; the next apply or rollback undoes it",
            pending.generation
        )),
        (Some(pending), process) => {
            lines.push(format!("under way: generation {}{}", pending.generation, by(process)));
        }
        (None, Some(process)) => lines.push(format!("under way: a run{}", by(Some(process)))),
        (None, None) => {}
    }
    lines.into_iter().map(|line| line + "\n").collect()
}

fn by(process: Option<u32>) -> String {
    process.map_or_else(String::new, |id| format!(", by process {id}"))
}

fn line(generation: &Generation) -> String {
    let standing = match generation.standing {
        Standing::Applied => "applied".to_owned(),
        Standing::RolledBack { by } => format!("rolled back by {by}"),
        Standing::Rollback { .. } => "rollback".to_owned(),
    };
    let changes = counted(generation.changes, "path");
    let Generation { number, time, label, .. } = generation;
    format!("{number:4}  {standing:16}  {changes:>9}  {}  {}", utc(*time), shown(label.as_bytes()))
}

/// Seconds since the epoch as people write them. The calendar repeats every 400 years, which have 146 097 days.
fn utc(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // Days since 1 March of the year 0: leap days are at the end of years.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
    let year = era * 400 + year;
    format!("{year:04}-{month:02}-{date:02} {:02}:{:02} UTC", rest / 3_600, rest / 60 % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        for (seconds, text) in [
            (0, "1970-01-01 00:00 UTC"),
            (951_782_399, "2000-02-28 23:59 UTC"),
            (951_782_400, "2000-02-29 00:00 UTC"),
            (951_868_800, "2000-03-01 00:00 UTC"),
            (1_704_067_199, "2023-12-31 23:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00 UTC"),
        ] {
            assert_eq!(utc(seconds), text);
        }
    }
}
