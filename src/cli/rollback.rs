//! `cutover rollback`: back to what was before.

use std::path::PathBuf;

use super::error::Result;
use super::installing::{self, Run};
use crate::install;
use crate::root::Root;

/// Go back to what was after a generation, or before the newest one
///
/// Restores the bytes, owners, modes and links of everything that cutover changed since, in one step, and
/// removes what was not there. With GENERATION, that is as the generations up to it wrote it; what was
/// edited after them is not brought back. Without it, the newest generation in place is undone, back to
/// what it found. What a rollback replaces is kept as a generation of its own, so that one can go back on it as
/// well. A run that was interrupted is undone first; without GENERATION, that is all.
///
/// On the running system, systemd is told to read its units again; nothing is started or stopped.
///
/// Exit status: 0 done; 1 refused, and nothing was changed: a file was edited since; 2 failed, and the
/// message says what state the root is in.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cutover rollback
  cutover rollback 0 --root /mnt/image
  cutover rollback 3 --dry-run")]
pub(crate) struct Args {
    /// The generation to go back to; 0 is before the first one [default: undo the newest one in place]
    #[arg(value_name = "GENERATION")]
    generation: Option<u32>,
    /// The root
    #[arg(long, value_name = "DIR", default_value = "/")]
    root: PathBuf,
    /// Overwrite also what was edited since; copies of it are kept below /var/lib/cutover
    #[arg(long)]
    force: bool,
    /// Check everything and tell what would be done, but write nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: &Args) -> Result {
    let root = Root::open(&args.root)?;
    let done = install::rollback(&root, args.generation, args.force, args.dry_run);
    installing::report(Run::Rollback, &args.root, args.dry_run, done)
}
