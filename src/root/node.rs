//! What has a name in a directory, held.

use std::fs;
use std::os::fd::{AsFd as _, OwnedFd};

use bstr::BString;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};

use super::error::Reason;
use super::state::{self, State};
use crate::text::Text;

/// Something on the root, held so that nothing can be put in its place. It is not open for reading.
#[derive(Debug)]
pub(super) struct Node {
    pub handle: OwnedFd,
    pub stat: Stat,
}

impl Node {
    /// Holds what has this name in a directory, be it a link.
    pub fn open(directory: &OwnedFd, name: &[u8]) -> Result<Node, Reason> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let handle = rustix::fs::openat(directory, name, flags, Mode::empty())?;
        let stat = rustix::fs::fstat(handle.as_fd())?;
        Ok(Node { handle, stat })
    }

    /// What a link says.
    pub fn target(&self) -> Result<BString, Reason> {
        Ok(rustix::fs::readlinkat(&self.handle, "", Vec::new())?.into_bytes().into())
    }

    /// Opens a directory for reading its names.
    pub fn directory(&self) -> Result<OwnedFd, Reason> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.handle, ".", flags, Mode::empty())?)
    }

    /// Opens the regular file that it is, which has this name in a directory.
    pub fn file(&self, directory: &OwnedFd, name: &[u8]) -> Result<fs::File, Reason> {
        if sort(&self.stat) != FileType::RegularFile {
            return Err(Reason::Special);
        }
        // The name may have come to stand for a pipe or a device since: that must not block, and is told below.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(directory, name, flags, Mode::empty()) {
            Err(rustix::io::Errno::LOOP | rustix::io::Errno::NOENT) => return Err(Reason::Changed),
            other => other?,
        };
        let now = rustix::fs::fstat(file.as_fd())?;
        if (now.st_dev, now.st_ino) == (self.stat.st_dev, self.stat.st_ino) {
            Ok(file.into())
        } else {
            Err(Reason::Changed)
        }
    }

    /// What it is, which has this name in a directory.
    pub fn state(&self, directory: &OwnedFd, name: &[u8]) -> Result<State, Reason> {
        Ok(match sort(&self.stat) {
            FileType::RegularFile => state::of_file(self.file(directory, name)?)?,
            FileType::Symlink => State::Link { to: Text(self.target()?) },
            FileType::Directory => state::of_directory(&self.stat),
            _ => State::Special,
        })
    }
}

/// What a handle from `O_PATH` is, by its status.
pub(super) fn sort(stat: &Stat) -> FileType {
    FileType::from_raw_mode(stat.st_mode)
}

/// Looks at one name of a directory without following it.
pub(super) fn look(directory: &OwnedFd, name: &BString) -> Result<Stat, Reason> {
    Ok(rustix::fs::statat(directory, name.as_slice(), AtFlags::SYMLINK_NOFOLLOW)?)
}
