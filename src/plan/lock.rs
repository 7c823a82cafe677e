//! One at a time works on a plan: the lock is on its directory, and ends with the process that has it.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

/// The lock on a directory, held until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    _directory: File,
}

impl Lock {
    /// Takes the lock; [`io::ErrorKind::WouldBlock`] is somebody else's.
    pub(super) fn take(path: &Path) -> io::Result<Lock> {
        loop {
            let directory = File::open(path)?;
            flock(&directory, FlockOperation::NonBlockingLockExclusive)?;
            // A new plan may have taken the place of the directory meanwhile.
            let (locked, now) = (directory.metadata()?, path.metadata()?);
            if (locked.dev(), locked.ino()) == (now.dev(), now.ino()) {
                return Ok(Lock { _directory: directory });
            }
        }
    }
}
