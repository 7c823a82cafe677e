//! A directory that is held: what is put in its place does not count.

use std::fs;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{FileType, Stat};

use super::walk::Node;
use super::{Entry, File, Reason, State, list, sort};

/// A directory of a root, open for reading. Names are looked up in it and not followed; they hold no `/`.
#[derive(Debug)]
pub struct Directory(pub(super) OwnedFd);

impl AsFd for Directory {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl Directory {
    /// What has this name.
    ///
    /// # Errors
    /// When that cannot be found out.
    pub fn state(&self, name: &[u8]) -> Result<State, Reason> {
        match Node::open(&self.0, name) {
            Ok(node) => node.state(&self.0, name),
            Err(Reason::Missing) => Ok(State::Absent),
            Err(other) => Err(other),
        }
    }

    /// The status of what has this name.
    ///
    /// # Errors
    /// When nothing has it.
    pub fn stat(&self, name: &[u8]) -> Result<Stat, Reason> {
        Ok(Node::open(&self.0, name)?.stat)
    }

    /// Opens a regular file.
    ///
    /// # Errors
    /// When it is not there, or something else.
    pub fn open(&self, name: &[u8]) -> Result<fs::File, Reason> {
        Node::open(&self.0, name)?.file(&self.0, name)
    }

    /// Reads a regular file, if it has no more than `limit` bytes.
    ///
    /// # Errors
    /// When it is not there, is something else, or is larger.
    pub fn read(&self, name: &[u8], limit: u64) -> Result<File, Reason> {
        File::of(&self.open(name)?, limit)
    }

    /// Opens a directory within.
    ///
    /// # Errors
    /// When it is not there, or something else.
    pub fn directory(&self, name: &[u8]) -> Result<Directory, Reason> {
        let node = Node::open(&self.0, name)?;
        match sort(&node.stat) {
            FileType::Directory => node.directory(),
            _ => Err(Reason::NotDirectory),
        }
    }

    /// What it holds, in the order of the names' bytes.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn list(&self) -> Result<Vec<Entry>, Reason> {
        list::entries(self)
    }
}
