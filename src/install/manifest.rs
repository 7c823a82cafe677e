//! What a generation and the journal hold.

use serde::{Deserialize, Serialize};

use super::attributes::Attributes;
use crate::root::{Digest, RootPath, State};

/// The form of the files below `/var/lib/cutover`.
pub const SCHEMA: u32 = 1;

/// All that is known of a run before it changes anything: enough to undo it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The form of this file.
    pub schema: u32,
    /// What it is, for people.
    pub label: String,
    /// What kind of run.
    pub action: Action,
    /// When, in seconds since the epoch.
    pub time: u64,
    /// Directories that are made, parents first.
    pub makes: Vec<Made>,
    /// Paths that are changed, in order.
    pub steps: Vec<Step>,
    /// Directories that are removed where they are empty, children first.
    pub removes: Vec<Made>,
}

/// What kind of run made a generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Action {
    /// Changes of their own.
    Apply,
    /// Back to what was after an earlier generation; 0 is before all of them.
    Rollback {
        /// Its number.
        to: u32,
    },
}

/// A directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Made {
    /// Its real path.
    pub path: RootPath,
    /// Its permissions.
    #[serde(with = "crate::root::permissions")]
    pub mode: u32,
    /// Its owner.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
}

/// What becomes of a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The path that was asked for.
    pub path: RootPath,
    /// Where it really lies.
    pub real: RootPath,
    /// What was there. The bytes of a file are in `backup/`, under the number of the step.
    pub before: State,
    /// What else there is to know of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub kept: Option<Attributes>,
    /// What is there afterwards.
    pub after: State,
}

/// That a run is under way, or did not come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journal {
    /// The form of this file.
    pub schema: u32,
    /// The generation that it makes.
    pub generation: u32,
    /// Of that generation's manifest.
    pub manifest: Digest,
}
