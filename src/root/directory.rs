//! A directory that is held: what is put in its place does not count.

use std::fs;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use bstr::BString;
use rustix::fs::{Dir, FileType, Stat};

use super::error::Reason;
use super::node::{Node, look, sort};
use super::state::{File, State};

/// A name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name.
    pub name: BString,
    /// What has it.
    pub kind: EntryKind,
}

/// What something is, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A symbolic link.
    Link,
    /// A directory.
    Directory,
    /// A device, a pipe, a socket.
    Special,
}

impl From<FileType> for EntryKind {
    fn from(sort: FileType) -> EntryKind {
        match sort {
            FileType::RegularFile => EntryKind::File,
            FileType::Symlink => EntryKind::Link,
            FileType::Directory => EntryKind::Directory,
            _ => EntryKind::Special,
        }
    }
}

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
    pub fn state(&self, name: impl AsRef<[u8]>) -> Result<State, Reason> {
        let name = name.as_ref();
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
    pub fn stat(&self, name: impl AsRef<[u8]>) -> Result<Stat, Reason> {
        Ok(Node::open(&self.0, name.as_ref())?.stat)
    }

    /// Opens a regular file.
    ///
    /// # Errors
    /// When it is not there, or something else.
    pub fn open(&self, name: impl AsRef<[u8]>) -> Result<fs::File, Reason> {
        Node::open(&self.0, name.as_ref())?.file(&self.0, name.as_ref())
    }

    /// Reads a regular file, if it has no more than `limit` bytes.
    ///
    /// # Errors
    /// When it is not there, is something else, or is larger.
    pub fn read(&self, name: impl AsRef<[u8]>, limit: u64) -> Result<File, Reason> {
        File::of(&self.open(name)?, limit)
    }

    /// Opens a directory within.
    ///
    /// # Errors
    /// When it is not there, or something else.
    pub fn directory(&self, name: impl AsRef<[u8]>) -> Result<Directory, Reason> {
        let node = Node::open(&self.0, name.as_ref())?;
        match sort(&node.stat) {
            FileType::Directory => node.directory().map(Directory),
            _ => Err(Reason::NotDirectory),
        }
    }

    /// What it holds, in the order of the names' bytes.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn list(&self) -> Result<Vec<Entry>, Reason> {
        let mut entries = Vec::new();
        for entry in Dir::read_from(self)? {
            let entry = entry?;
            let name = BString::from(entry.file_name().to_bytes());
            if name == "." || name == ".." {
                continue;
            }
            let kind = match entry.file_type() {
                // Not every file system tells.
                FileType::Unknown => match look(&self.0, &name) {
                    Ok(stat) => sort(&stat),
                    Err(Reason::Missing) => continue,
                    Err(other) => return Err(other),
                },
                known => known,
            };
            entries.push(Entry { name, kind: kind.into() });
        }
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }
}
