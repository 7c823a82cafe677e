//! What a run is to do, and what it did.

use super::manifest::Action;
use crate::root::{File, RootPath, State};
use crate::text::Text;

/// Changes that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// What it is, for people.
    pub label: String,
    /// Paths that are not changed, and what has to lie there as it did when the changes were thought out.
    pub watched: Vec<(RootPath, State)>,
    /// The changes.
    pub changes: Vec<Change>,
}

/// What becomes of one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The path. Links on the way to it may lead to directories within the root; a link at its end is replaced.
    pub path: RootPath,
    /// What has to be there before.
    pub before: State,
    /// What is there afterwards.
    pub after: After,
}

/// What a path becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    /// A regular file.
    File(File),
    /// A symbolic link.
    Link {
        /// What it says.
        to: Text,
    },
    /// Nothing.
    Absent,
}

impl After {
    /// What then lies there.
    pub fn state(&self) -> State {
        match self {
            After::File(file) => file.state(),
            After::Link { to } => State::Link { to: to.clone() },
            After::Absent => State::Absent,
        }
    }
}

/// What a run did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What became of an earlier run that had not come to its end.
    pub recovered: Option<Recovery>,
    /// The generation that keeps what was before. None in a dry run, and where there was nothing to do.
    pub generation: Option<u32>,
    /// Whether something was replaced that had been edited since an earlier generation wrote it: no number of a
    /// generation stands for that.
    pub over_edits: bool,
    /// What became of each path.
    pub changes: Vec<Changed>,
    /// Directories that were made on the way, parents first.
    pub made: Vec<RootPath>,
    /// Directories that went, children first. A dry run does not tell whether they will be empty.
    pub removed: Vec<RootPath>,
}

/// What became of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The path.
    pub path: RootPath,
    /// What was there.
    pub before: State,
    /// What is there.
    pub after: State,
}

/// What became of a run that had not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// The generation that it was to make.
    pub generation: u32,
    /// What kind of run it was.
    pub action: Action,
    /// Files that were overwritten by force, and where copies of them are.
    pub kept: Vec<(RootPath, RootPath)>,
}
