//! What a generation and the journal hold.

use serde::{Deserialize, Serialize};

use super::attributes::Attributes;
use crate::root::{Digest, RootPath, State};

/// Where cutover keeps what it did, on every root.
pub const PLACE: &str = "/var/lib/cutover";
/// The form of the files below it.
pub const SCHEMA: u32 = 1;

/// All that is known of a run before it changes anything: enough to undo it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// The form of this file.
    pub schema: u32,
    /// What it is, for people.
    pub label: String,
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
    #[serde(with = "crate::root::permissions")]
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
}

impl Made {
    /// One that cutover makes for itself, with these permissions.
    pub fn own(path: RootPath, mode: u32) -> Made {
        let (uid, gid) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
        Made { path, mode, uid, gid }
    }
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
    pub after: State,
}

/// Which of its two states a step is seen by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Before,
    After,
}

impl Step {
    pub fn state(&self, when: When) -> &State {
        match when {
            When::Before => &self.before,
            When::After => &self.after,
        }
    }
}

/// That a run is under way, or did not come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journal {
    /// The form of this file.
    pub schema: u32,
    pub generation: u32,
    /// Of that generation's manifest.
    pub manifest: Digest,
}
