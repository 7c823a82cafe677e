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
//! 5. Commit: the journal is renamed to `generations/N/applied`. From that one rename on the root
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
mod transaction;

pub use error::{Cause, InstallError, InstallIssue, Problem, Since};
pub use manifest::{Action, PLACE};
pub use rollback::rollback;
pub use status::{Drift, Generation, Pending, Standing, Status, status};
pub use transaction::{After, Change, Changed, Outcome, Recovery, Transaction};

use crate::root::Root;
use store::Store;

/// Makes changes to a root, or none. A dry run does the same up to the first write.
///
/// # Errors
/// When it is refused, or fails; the error says what state the root is in.
pub fn apply(root: &Root, transaction: &Transaction, dry_run: bool) -> Result<Outcome, InstallError> {
    let store = Store::look(root)?;
    if dry_run {
        let _lock = store.as_ref().map(Store::lock_to_look).transpose()?;
        return Ok(prepare::prepare(root, transaction)?.outcome());
    }
    // What is refused leaves no trace, not even the directory for what cutover keeps.
    let pending = store.as_ref().map_or(Ok(None), Store::journal)?;
    if pending.is_none() && prepare::prepare(root, transaction)?.steps.is_empty() {
        return Ok(Outcome::default());
    }
    let store = Store::make(root)?;
    let lock = store.lock()?;
    let recovered = recover::recover(&store, &lock, false)?;
    let prepared = prepare::prepare(root, transaction)?;
    let outcome = perform::perform(&store, &lock, prepared, transaction.label.clone(), Action::Apply)?;
    Ok(Outcome { recovered, ..outcome })
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
