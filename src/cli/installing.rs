//! What `apply` and `rollback` say of what they did.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

use super::error::{CommandError, Result, Status};
use crate::install::{Changed, InstallError, Outcome, PLACE};
use crate::root::State;
use crate::text::display::{counted, shown};

/// What was asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Run {
    Apply,
    Rollback,
}

/// Tells how it ended.
pub fn report(run: Run, root: &Path, dry_run: bool, done: Result<Outcome, InstallError>) -> Result {
    let outcome = done.map_err(|error| {
        use InstallError::{Locked, Pending, Refused};
        let is_refused = matches!(error, Refused(_) | Locked(_) | Pending(_));
        CommandError::from(error).with(if is_refused { Status::NeedsAction } else { Status::Failed })
    })?;
    if let Some(recovery) = &outcome.recovered {
        eprintln!("the run that was to make generation {} was interrupted: it is undone", recovery.generation);
        for (path, copy) in &recovery.kept {
            eprintln!("{path} had been edited since: a copy is at {copy}");
        }
    }
    let mut out = io::stdout().lock();
    let changes = outcome.changes.len();
    let paths = counted(changes, "path");
    if let Some(number) = outcome.generation {
        writeln!(out, "generation {number}: {paths} changed")?;
    } else if dry_run && changes > 0 {
        writeln!(out, "{paths} would be changed; nothing was written")?;
    } else if outcome.recovered.is_none() {
        let nothing = match run {
            Run::Apply => "everything is in place already",
            Run::Rollback => "there is nothing to undo",
        };
        writeln!(out, "{nothing}")?;
    }
    for change in &outcome.changes {
        writeln!(out, "  {}", line(change))?;
    }
    for path in &outcome.made {
        writeln!(out, "  new       {path}/")?;
    }
    for path in &outcome.removed {
        writeln!(out, "  removed   {path}/{}", if dry_run { " if it is empty" } else { "" })?;
    }
    if let Some(number) = outcome.generation {
        let root = match root.to_str() {
            Some("/") => String::new(),
            _ => format!(" --root {}", shown(root.as_os_str().as_encoded_bytes())),
        };
        match (outcome.over_edits, run) {
            // The generation before is what was written then, without the edits: the newest one is undone.
            (true, Run::Apply) => writeln!(out, "to go back: cutover rollback{root}")?,
            _ => writeln!(out, "to go back: cutover rollback {}{root}", number - 1)?,
        }
        if outcome.over_edits {
            writeln!(out, "what had been edited before is kept in {PLACE}/generations/{number}/backup")?;
        }
    }
    out.flush()?;
    if (outcome.generation.is_some() || outcome.recovered.is_some()) && is_running_system(root) {
        return reload();
    }
    Ok(Status::Done)
}

fn line(change: &Changed) -> String {
    let what = match (&change.before, &change.after) {
        (_, State::Absent) => "removed ",
        (State::Absent, _) => "new     ",
        _ => "replaced",
    };
    match &change.after {
        State::Link { to } => format!("{what}  {} -> {}", change.path, shown(to)),
        _ => format!("{what}  {}", change.path),
    }
}

/// Whether the root is that of the running system, and systemd is its manager (`sd_booted(3)`).
fn is_running_system(root: &Path) -> bool {
    fs::canonicalize(root).is_ok_and(|path| path == Path::new("/")) && Path::new("/run/systemd/system").is_dir()
}

fn reload() -> Result {
    if Command::new("systemctl").arg("daemon-reload").status().is_ok_and(|status| status.success()) {
        return Ok(Status::Done);
    }
    Err(CommandError::new("everything is in place, but `systemctl daemon-reload` failed: run it again"))
}
