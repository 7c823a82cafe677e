//! `cutover apply`: installs what was accepted of a plan.

use std::path::PathBuf;

use super::error::{CommandError, Result, Status};
use super::installing::{self, Run};
use crate::install;
use crate::plan::Store;
use crate::plan::store::StoreError;
use crate::plan::transaction::{self, Choice, TransactionError};
use crate::root::Root;

/// Install what was accepted of a plan: all of it, or nothing
///
/// Files, links and removals happen in one step, and what they replace is kept below /var/lib/cutover for
/// `cutover rollback`. Refused, naming each file, when anything that the plan is based on changed since. A
/// run that is interrupted, by whatever, is undone by the next one. Upstart's jobs are left alone.
///
/// On the running system, systemd is told to read its units again; nothing is started or stopped.
///
/// Exit status: 0 done, or nothing to do; 1 refused, and nothing was changed: it needs manual action, or the
/// root is not as planned; 2 failed, and the message says what state the root is in.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cutover apply cutover-plan --dry-run
  cutover apply cutover-plan
  cutover apply image.plan --root /mnt/image --disable-upstart")]
pub(crate) struct Args {
    /// The plan's directory
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The root that the plan was made for, or another one whose files are the same
    #[arg(long, value_name = "DIR", default_value = "/")]
    root: PathBuf,
    /// Check everything and tell what would be done, but write nothing
    #[arg(long)]
    dry_run: bool,
    /// Leave out services of which nothing is decided yet
    #[arg(long)]
    skip_undecided: bool,
    /// Keep Upstart from starting the accepted jobs that units take the place of: `manual` goes into their override files
    #[arg(long)]
    disable_upstart: bool,
}

pub fn run(args: &Args) -> Result {
    let root = Root::open(&args.root)?;
    let store = Store::open_still(&args.plan)?;
    let choice = Choice { skip_undecided: args.skip_undecided, disable_upstart: args.disable_upstart };
    let transaction = transaction::transaction(&store, &root, choice).map_err(|error| {
        let is_refused = matches!(
            error,
            TransactionError::Undecided { .. }
                | TransactionError::Foreign(..)
                | TransactionError::Store(StoreError::Changed(_))
        );
        CommandError::from(error).with(if is_refused { Status::NeedsAction } else { Status::Failed })
    })?;
    let done = install::apply(&root, &transaction, args.dry_run);
    installing::report(Run::Apply, &args.root, args.dry_run, done)
}
