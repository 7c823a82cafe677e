//! Why a run did not do what it was to do, and what the root is like then.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::io;

use thiserror::Error;

use super::manifest::PLACE;
use crate::root::{Reason, RootError, RootPath, State};

/// Why a run ended without its changes. Every text says what state the root is in, and what to do.
#[derive(Debug, Error)]
pub enum InstallError {
    /// The root is not as it has to be. Nothing was changed.
    #[error("refused, and nothing was changed:{}", listed(.0))]
    Refused(Vec<Problem>),
    /// Another run holds the lock. Nothing was changed.
    #[error("another cutover {}is changing this root; try again when it is done", process(*.0))]
    Locked(Option<u32>),
    /// An earlier run did not come to its end, and this one may not write.
    #[error(
        "the run that was to make generation {0} was interrupted; apply or rollback without --dry-run undoes what it left"
    )]
    Pending(u32),
    /// There is nothing to undo.
    #[error("there is nothing to roll back: no generation is in place on this root")]
    Nothing,
    /// There is no such generation.
    #[error("there is no generation {0}; `cutover status` lists them")]
    NoGeneration(u32),
    /// Nothing was changed.
    #[error("nothing was changed: {0}")]
    Failed(#[from] Cause),
    /// Everything was undone.
    #[error("failed, and everything was undone: {0}")]
    Undone(Cause),
    /// What was changed could not be undone yet: what failed first, and what failed then.
    #[error(
        "failed: {0}; and what was done could not be undone yet: {1}; when that is mended, `cutover rollback` undoes it"
    )]
    Half(Cause, Cause),
    /// An earlier run did not come to its end, and what it left could not be undone.
    #[error(
        "an earlier run was interrupted, and what it left could not be undone yet: {0}; when that is mended, `cutover rollback` undoes it"
    )]
    Stuck(Cause),
    /// Everything was done, and the system did not confirm that this generation is on the disk.
    #[error("generation {0} is in place, but may not outlast a loss of power: {1}")]
    Unsynced(u32, Cause),
    /// A file that cutover keeps on the root cannot be used, for this reason.
    #[error("{PLACE}/{0}: {1}; nothing was changed")]
    Damaged(String, String),
}

/// What failed.
#[derive(Debug, Error)]
pub enum Cause {
    /// Something on the root.
    #[error("{0}")]
    Root(#[from] RootError),
    /// A call to the system.
    #[error("{path}: cannot {what}: {error}")]
    System {
        /// What was to be done.
        what: &'static str,
        /// Where.
        path: String,
        /// What the system says.
        error: io::Error,
    },
    /// Something else changed the root there at the same time, in this way.
    #[error("{0}: something else changed it at the same time: {1}")]
    Changed(RootPath, String),
    /// A temporary name is taken.
    #[error("{0}: something has a name that cutover needs for a moment; move it away")]
    Taken(String),
    /// What is kept of a file is not what it was.
    #[error("{0}: what was kept of it is damaged")]
    Kept(RootPath),
}

/// A file that is not as it has to be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{path}: {issue}")]
pub struct Problem {
    /// The file.
    pub path: RootPath,
    /// What is wrong.
    pub issue: InstallIssue,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InstallIssue {
    /// It is not as it was.
    #[error("it changed since {}: {}", .since.words(), .before.became(now))]
    Changed {
        /// Since when.
        since: Since,
        /// What was there then.
        before: State,
        /// What is there.
        now: State,
    },
    /// It cannot be looked at, or reached.
    #[error("{0}")]
    Unreachable(String),
    /// A directory or a device is there.
    #[error("{0} is there, which is not replaced")]
    InTheWay(State),
    /// Two changes are about the same file.
    #[error("it is to be changed twice; {0} is the same file")]
    Twice(RootPath),
    /// One change is to make a file where another needs a directory.
    #[error("it is to be a file, and {0} is to lie below it")]
    Below(RootPath),
    /// The path is cutover's own.
    #[error("that is a place for what cutover keeps itself")]
    Own,
    /// The path is that of the root itself.
    #[error("that is the root directory")]
    Top,
}

/// Since when a file has to be as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// The change was thought out.
    Plan,
    /// Cutover installed it.
    Install,
    /// The run that is to be undone was interrupted.
    Interruption,
}

impl Since {
    fn words(self) -> &'static str {
        match self {
            Since::Plan => "the plan",
            Since::Install => "it was installed",
            Since::Interruption => "a run was interrupted",
        }
    }

    /// What to do about a change.
    fn help(self) -> &'static str {
        match self {
            Since::Plan => "`cutover plan` over the old plan takes in what changed, and asks only about that",
            Since::Install => "--force puts back the earlier state all the same; what it overwrites is kept",
            Since::Interruption => {
                "`cutover rollback --force` undoes that run all the same; what it overwrites is kept"
            }
        }
    }
}

impl InstallIssue {
    /// What is wrong with the file of a path.
    pub(super) fn at(self, path: &RootPath) -> Problem {
        Problem { path: path.clone(), issue: self }
    }

    /// A file that cannot be looked at, or reached.
    pub(super) fn unreachable(reason: &Reason) -> InstallIssue {
        InstallIssue::Unreachable(reason.to_string())
    }
}

impl Cause {
    /// A call that failed.
    pub(super) fn system<E: Into<io::Error>>(what: &'static str, path: impl Display) -> impl FnOnce(E) -> Cause {
        let path = path.to_string();
        move |error| Cause::System { what, path, error: error.into() }
    }

    /// A look that failed.
    pub(super) fn reason(path: &RootPath) -> impl FnOnce(Reason) -> Cause {
        move |reason| Cause::Root(reason.at(path.as_ref()))
    }
}

/// One a line, and what to do about them.
fn listed(problems: &[Problem]) -> String {
    let help = |problem: &Problem| match problem.issue {
        InstallIssue::Changed { since, .. } => Some(since.help()),
        _ => None,
    };
    let helps: BTreeSet<&str> = problems.iter().filter_map(help).collect();
    let lines = problems.iter().map(|problem| format!("\n  {problem}"));
    lines.chain(helps.iter().map(|help| format!("\n{help}"))).collect()
}

fn process(id: Option<u32>) -> String {
    id.map_or_else(String::new, |id| format!("(process {id}) "))
}
