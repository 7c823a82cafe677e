//! What `apply` and `rollback` say of what they did.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

use super::Status;
use crate::install::{Changed, InstallError, Outcome, PLACE};
use crate::root::{State, shown};

/// What was asked for.
pub struct Said<'a> {
    pub root: &'a Path,
    pub dry_run: bool,
    /// What there is to say when nothing has to be changed.
    pub nothing: &'static str,
    /// What takes back exactly what was done.
    pub undo: Undo,
}

/// What takes a run back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Undo {
    /// A rollback of the newest generation in place, which it is.
    Newest,
    /// A rollback to the generation before.
    Number,
}

pub fn failed(error: &dyn fmt::Display) -> Status {
    eprintln!("error: {error}");
    Status::Failed
}

/// Tells how it ended.
pub fn tell(said: &Said<'_>, done: Result<Outcome, InstallError>) -> io::Result<Status> {
    let outcome = match done {
        Ok(outcome) => outcome,
        Err(error) => {
            eprintln!("error: {error}");
            return Ok(match error {
                InstallError::Refused(_) | InstallError::Locked(_) | InstallError::Pending { .. } => {
                    Status::NeedsPerson
                }
                _ => Status::Failed,
            });
        }
    };
    if let Some(recovery) = &outcome.recovered {
        eprintln!(
            "the run that was to make generation {} was interrupted: it is undone",
            recovery.generation
        );
        for (path, copy) in &recovery.kept {
            eprintln!("{path} had been edited since: a copy is at {copy}");
        }
    }
    let mut out = io::stdout().lock();
    let changes = outcome.changes.len();
    let paths = if changes == 1 { "1 path".to_owned() } else { format!("{changes} paths") };
    if let Some(number) = outcome.generation {
        writeln!(out, "generation {number}: {paths} changed")?;
    } else if said.dry_run && changes > 0 {
        writeln!(out, "{paths} would be changed; nothing was written")?;
    } else if outcome.recovered.is_none() {
        writeln!(out, "{}", said.nothing)?;
    }
    for change in &outcome.changes {
        writeln!(out, "  {}", line(change))?;
    }
    for path in &outcome.made {
        writeln!(out, "  new       {path}/")?;
    }
    for path in &outcome.removed {
        writeln!(out, "  removed   {path}/{}", if said.dry_run { " if it is empty" } else { "" })?;
    }
    if let Some(number) = outcome.generation {
        let root = match said.root.to_str() {
            Some("/") => String::new(),
            _ => format!(" --root {}", shown(said.root.as_os_str().as_encoded_bytes())),
        };
        match (outcome.over_edits, said.undo) {
            // The generation before is what was written then, without the edits.
            (true, Undo::Newest) => writeln!(out, "to go back: cutover rollback{root}")?,
            _ => writeln!(out, "to go back: cutover rollback {}{root}", number - 1)?,
        }
        if outcome.over_edits {
            writeln!(out, "what had been edited before is kept in {PLACE}/generations/{number}/backup")?;
        }
    }
    out.flush()?;
    if (outcome.generation.is_some() || outcome.recovered.is_some()) && is_running_system(said.root) {
        return Ok(reload());
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
    fs::canonicalize(root).is_ok_and(|path| path == Path::new("/"))
        && Path::new("/run/systemd/system").is_dir()
}

fn reload() -> Status {
    match Command::new("systemctl").arg("daemon-reload").status() {
        Ok(status) if status.success() => Status::Done,
        _ => {
            eprintln!("error: everything is in place, but `systemctl daemon-reload` failed: run it again");
            Status::Failed
        }
    }
}
