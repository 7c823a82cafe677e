//! One at a time decides on a plan; any number may meanwhile do nothing but use it. The lock is on the plan's
//! directory, and ends with the process that has it.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

/// Whom a lock keeps away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Against {
    /// Whoever decides: the plan stays as it is, also for others who only use it.
    Decisions,
    /// Everyone else who takes a lock.
    Everyone,
}

/// The lock on a directory, held until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    _directory: File,
}

impl Lock {
    /// Takes the lock; [`io::ErrorKind::WouldBlock`] is somebody else's.
    pub(super) fn take(path: &Path, against: Against) -> io::Result<Lock> {
        let operation = match against {
            Against::Decisions => FlockOperation::NonBlockingLockShared,
            Against::Everyone => FlockOperation::NonBlockingLockExclusive,
        };
        loop {
            let directory = File::open(path)?;
            flock(&directory, operation)?;
            // A new plan may have taken the place of the directory meanwhile.
            let (locked, now) = (directory.metadata()?, path.metadata()?);
            if (locked.dev(), locked.ino()) == (now.dev(), now.ino()) {
                return Ok(Lock { _directory: directory });
            }
        }
    }
}
