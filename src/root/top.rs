//! The top directory of a root.

use std::os::fd::{AsFd as _, OwnedFd};
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{CWD, Mode, OFlags};

use super::error::{Reason, RootError};
use super::node::Node;

/// A directory that holds a root file system. Reading needs no right to write.
#[derive(Clone, Debug)]
pub struct Root {
    /// The directory itself: what its name stands for later does not count.
    top: Arc<OwnedFd>,
}

impl Root {
    /// The root that lies in this directory of the running machine.
    ///
    /// # Errors
    /// When it is no directory, or may not be searched.
    pub fn open(directory: &Path) -> Result<Root, RootError> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let top = rustix::fs::openat(CWD, directory, flags, Mode::empty())
            .map_err(|error| Reason::from(error).at(directory.as_os_str().as_encoded_bytes()))?;
        Ok(Root { top: Arc::new(top) })
    }

    /// The handle on the top directory.
    pub(super) fn top(&self) -> Result<Node, Reason> {
        let handle = self.top.try_clone().map_err(Reason::System)?;
        let stat = rustix::fs::fstat(handle.as_fd())?;
        Ok(Node { handle, stat })
    }
}
