//! Changes to a root, all of them or none, and the way back.
//!
//! The engine behind `cutover apply`, `rollback` and `status`. It knows paths, files and links, and nothing of
//! jobs and units. One run goes like this:
//!
//! 1. Look (`prepare`): does everything lie on the root as it did when the change was thought out? If not, the run
//!    is refused. A dry run ends here.
//! 2. Keep (`perform`): a *generation* is written to `/var/lib/cutover/generations/N`: a manifest with all states
//!    before and after, and the bytes of what is replaced.
//! 3. Announce: the *journal* names that generation. From here on, the next run undoes whatever this one leaves.
//! 4. Change: every file is written whole under a temporary name beside its own, then renamed to it.
//! 5. Commit: the journal is renamed to `generations/N/applied`. That one rename is the moment at which the root
//!    counts as changed: whoever finds a journal undoes, whoever finds none has nothing to do.
//!
//! A rollback is such a run as well, whose contents come from generations (`rollback`).

mod attributes;
mod disk;
mod error;
mod manifest;
mod perform;
mod prepare;
mod recover;
mod rollback;
mod status;
mod store;

pub use error::{Cause, InstallError, Problem, Trouble};
pub use manifest::Action;
pub use recover::Recovery;
pub use rollback::rollback;
pub use status::{Drift, Generation, Pending, Standing, Status, status};
pub use store::PLACE;

use crate::root::{Digest, Root, RootPath, State};
use manifest::Journal;
use store::Store;

/// Changes that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// What it is, for people.
    pub label: String,
    /// What has to lie on the root as it did when the changes were thought out.
    pub watched: Vec<Watched>,
    /// The changes.
    pub changes: Vec<Change>,
}

/// Something that is read, and not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// Its path.
    pub path: RootPath,
    /// What has to be there.
    pub state: State,
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
    File {
        /// Its bytes.
        content: Vec<u8>,
        /// Its permissions.
        mode: u32,
        /// Its owner.
        uid: u32,
        /// Its group.
        gid: u32,
    },
    /// A symbolic link.
    Link {
        /// What it says.
        to: crate::text::Text,
    },
    /// Nothing.
    Absent,
}

impl After {
    /// What then lies there.
    pub fn state(&self) -> State {
        match self {
            After::File { content, mode, uid, gid } => State::File {
                sha256: Digest::of(content),
                mode: *mode,
                uid: *uid,
                gid: *gid,
                size: content.len() as u64,
            },
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

/// Makes changes to a root, or none. A dry run does the same up to the first write.
///
/// # Errors
/// When it is refused, or fails; the error says what state the root is in.
pub fn apply(root: &Root, transaction: &Transaction, dry_run: bool) -> Result<Outcome, InstallError> {
    let store = Store::look(root)?;
    if dry_run {
        let _lock = store.as_ref().map(Store::lock_to_read).transpose()?;
        if let Some(journal) = pending(store.as_ref())? {
            return Err(InstallError::Pending { generation: journal.generation });
        }
        return Ok(prepare::prepare(root, transaction)?.outcome());
    }
    // What is refused leaves no trace, not even the directory for what cutover keeps.
    if pending(store.as_ref())?.is_none() && prepare::prepare(root, transaction)?.steps.is_empty() {
        return Ok(Outcome::default());
    }
    let store = Store::make(root)?;
    let lock = store.lock()?;
    let recovered = recover::recover(&store, &lock, false)?;
    let prepared = prepare::prepare(root, transaction)?;
    let mut outcome = perform::perform(&store, &lock, prepared, transaction.label.clone(), Action::Apply)?;
    outcome.recovered = recovered;
    Ok(outcome)
}

fn pending(store: Option<&Store>) -> Result<Option<Journal>, InstallError> {
    store.map_or(Ok(None), Store::journal)
}

/// Undoes what an earlier run left that did not come to its end. Nothing else is changed.
///
/// # Errors
/// When it is refused, or fails.
pub fn recover(root: &Root, force: bool) -> Result<Option<Recovery>, InstallError> {
    let Some(store) = Store::look(root)? else { return Ok(None) };
    if store.journal()?.is_none() {
        return Ok(None);
    }
    let lock = store.lock()?;
    recover::recover(&store, &lock, force)
}
