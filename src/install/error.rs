//! Why a run did not do what it was to do, and what the root is like then.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;

use thiserror::Error;

use super::store::PLACE;
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
        "the run that was to make generation {generation} was interrupted; apply or rollback without --dry-run undoes what it left"
    )]
    Pending {
        /// Its number.
        generation: u32,
    },
    /// There is nothing to undo.
    #[error("there is nothing to roll back: no generation is in place on this root")]
    Nothing,
    /// There is no such generation.
    #[error("there is no generation {0}; `cutover status` lists them")]
    NoGeneration(u32),
    /// Nothing was changed.
    #[error("nothing was changed: {0}")]
    Failed(Cause),
    /// Everything was undone.
    #[error("failed, and everything was undone: {0}")]
    Undone(Cause),
    /// What was changed could not be undone yet.
    #[error(
        "failed: {cause}; and what was done could not be undone yet: {undo}; when that is mended, `cutover rollback` undoes it"
    )]
    Half {
        /// What failed first.
        cause: Cause,
        /// What failed then.
        undo: Cause,
    },
    /// An earlier run did not come to its end, and what it left could not be undone.
    #[error(
        "an earlier run was interrupted, and what it left could not be undone yet: {0}; when that is mended, `cutover rollback` undoes it"
    )]
    Stuck(Cause),
    /// Everything was done, and the system did not confirm that it is on the disk.
    #[error("generation {generation} is in place, but may not outlast a loss of power: {cause}")]
    Unsynced {
        /// Its number.
        generation: u32,
        /// What failed.
        cause: Cause,
    },
    /// What cutover keeps on the root cannot be used.
    #[error("{PLACE}/{name}: {why}; nothing was changed")]
    Damaged {
        /// The file below `/var/lib/cutover`.
        name: String,
        /// What is wrong with it.
        why: String,
    },
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
    /// Something else changed the root at the same time.
    #[error("{path}: something else changed it at the same time: {how}")]
    Changed {
        /// Where.
        path: RootPath,
        /// What became of it.
        how: String,
    },
    /// A temporary name is taken.
    #[error("{0}: something has a name that cutover needs for a moment; move it away")]
    Taken(String),
    /// What is kept of a file is not what it was.
    #[error("{path}: what was kept of it is damaged")]
    Kept {
        /// The file.
        path: RootPath,
    },
}

/// A file that is not as it has to be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{path}: {trouble}")]
pub struct Problem {
    /// The file.
    pub path: RootPath,
    /// What is wrong.
    pub trouble: Trouble,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Trouble {
    /// It changed since the change was thought out.
    #[error("it changed since the plan: {}", .before.became(now))]
    Moved {
        /// What was there.
        before: State,
        /// What is there.
        now: State,
    },
    /// It was edited after cutover installed it.
    #[error("it changed since it was installed: {}", .before.became(now))]
    Edited {
        /// What cutover left there.
        before: State,
        /// What is there.
        now: State,
    },
    /// It was changed after the run that is to be undone was interrupted.
    #[error("it changed since a run was interrupted: {}", .before.became(now))]
    EditedSince {
        /// What the run found there.
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

impl Cause {
    /// A call that failed.
    pub(super) fn system(
        what: &'static str,
        path: impl std::fmt::Display,
    ) -> impl FnOnce(rustix::io::Errno) -> Cause {
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
    let mut text = problems.iter().fold(String::new(), |mut text, problem| {
        let _ = write!(text, "\n  {problem}");
        text
    });
    let helps: BTreeSet<&str> = problems.iter().filter_map(|problem| problem.trouble.help()).collect();
    for help in helps {
        let _ = write!(text, "\n{help}");
    }
    text
}

impl Trouble {
    /// What to do about it, if that is not plain.
    fn help(&self) -> Option<&'static str> {
        match self {
            Trouble::Moved { .. } => {
                Some("`cutover plan` over the old plan takes in what changed, and asks only about that")
            }
            Trouble::Edited { .. } => {
                Some("--force puts back the earlier state all the same; what it overwrites is kept")
            }
            Trouble::EditedSince { .. } => {
                Some("`cutover rollback --force` undoes that run all the same; what it overwrites is kept")
            }
            _ => None,
        }
    }
}

fn process(id: Option<u32>) -> String {
    id.map_or_else(String::new, |id| format!("(process {id}) "))
}
