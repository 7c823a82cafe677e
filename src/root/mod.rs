//! A root file system: that of the running machine, or of another one that lies below a directory.
//!
//! Every path is walked one name at a time, from a handle on the directory that was opened once. Links count
//! from that directory, as they do under `chroot`, and `..` goes back to where the walk came from: no way
//! leads out, whatever is swapped while it is walked.

mod digest;
mod directory;
mod list;
mod path;
mod state;
mod walk;

use std::fmt;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::Path;
use std::sync::Arc;

use bstr::BString;
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat};
use thiserror::Error;

pub use digest::Digest;
pub use directory::Directory;
pub use list::{Entry, Kind};
pub use path::{PathError, RootPath, shown};
pub use state::{File, State, permissions};
use walk::{Last, Node};

/// A directory that holds a root file system. Reading needs no right to write.
#[derive(Clone)]
pub struct Root {
    /// The directory itself: what its name stands for later does not count.
    top: Arc<OwnedFd>,
}

/// Why something on a root cannot be had.
#[derive(Debug, Error)]
#[error("{path}: {reason}")]
pub struct RootError {
    /// The path, as it is shown to people.
    pub path: String,
    /// What is in the way.
    pub reason: Reason,
}

/// What is in the way.
#[derive(Debug, Error)]
pub enum Reason {
    /// Nothing is there.
    #[error("there is no such file or directory")]
    Missing,
    /// Something that is no directory has a path of more names.
    #[error("a directory is wanted here or on the way, and something else is there")]
    NotDirectory,
    /// A link on the way leads nowhere, or to what is no directory.
    #[error("on the way is a link that leads to no directory within the root")]
    Dangling,
    /// The links on the way go in a circle, or are too many.
    #[error("the links on the way to it go in a circle")]
    Circle,
    /// A directory, a device …
    #[error("it is no regular file")]
    Special,
    /// The file is larger than what is read of it.
    #[error("it is too large")]
    Large,
    /// It became something else while it was looked at.
    #[error("something changed it while it was read")]
    Changed,
    /// What the system says.
    #[error("{0}")]
    System(io::Error),
}

impl From<rustix::io::Errno> for Reason {
    fn from(error: rustix::io::Errno) -> Self {
        match error {
            rustix::io::Errno::NOENT => Reason::Missing,
            rustix::io::Errno::NOTDIR => Reason::NotDirectory,
            other => Reason::System(other.into()),
        }
    }
}

impl Reason {
    /// The error at a path.
    pub fn at(self, path: &[u8]) -> RootError {
        RootError { path: shown(path), reason: self }
    }
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Root")
    }
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

    /// Where a path really lies, all links followed.
    ///
    /// This, [`Root::read`] and [`Root::list`] also take paths as they stand in scripts and links, with `.` and
    /// `..` in them, which count as they do for programs.
    ///
    /// # Errors
    /// When nothing is there.
    pub fn resolve(&self, path: impl AsRef<[u8]>) -> Result<RootPath, RootError> {
        let path = path.as_ref();
        walk::to(self, path, Last::Follow).map(|spot| spot.path()).map_err(|reason| reason.at(path))
    }

    /// The links on the way to what a path stands for, one at its end included: where they lie, and what they are.
    ///
    /// # Errors
    /// When nothing is there.
    pub fn links(&self, path: &RootPath) -> Result<Vec<(RootPath, State)>, RootError> {
        let spot = walk::to(self, path.as_ref(), Last::Follow).map_err(|reason| reason.at(path.as_ref()))?;
        Ok(spot.links.into_iter().map(|(at, to)| (at, State::Link { to })).collect())
    }

    /// Where a file of this path really lies or would lie: links on the way are followed, a link at its end is
    /// not. What is missing of the directories on the way counts by its name.
    ///
    /// # Errors
    /// When a link on the way does not lead to a directory within the root, or something else than a directory is
    /// on the way.
    pub fn place(&self, path: &RootPath) -> Result<RootPath, RootError> {
        walk::place(self, path).map_err(|reason| reason.at(path.as_ref()))
    }

    /// What lies at a path. Links on the way to it are followed, a link at its end is not.
    ///
    /// # Errors
    /// When that cannot be found out.
    pub fn state(&self, path: &RootPath) -> Result<State, RootError> {
        match walk::to(self, path.as_ref(), Last::Keep) {
            Ok(spot) => spot.state().map_err(|reason| reason.at(path.as_ref())),
            Err(Reason::Missing | Reason::NotDirectory) => Ok(State::Absent),
            Err(reason) => Err(reason.at(path.as_ref())),
        }
    }

    /// Reads a regular file, if it has no more than `limit` bytes; links are followed.
    ///
    /// # Errors
    /// When it is not there, is no regular file, or is larger.
    pub fn read(&self, path: impl AsRef<[u8]>, limit: u64) -> Result<File, RootError> {
        let path = path.as_ref();
        walk::to(self, path, Last::Follow)
            .and_then(|spot| File::of(&spot.file()?, limit))
            .map_err(|reason| reason.at(path))
    }

    /// What a directory holds, in the order of the names' bytes; a link to a directory is followed.
    ///
    /// # Errors
    /// When it is not there, is no directory, or cannot be read.
    pub fn list(&self, path: impl AsRef<[u8]>) -> Result<Vec<Entry>, RootError> {
        let path = path.as_ref();
        list::list(self, path, Last::Follow).map_err(|reason| reason.at(path))
    }

    /// Everything below a directory, each directory before what it holds and by name. Links below it are told
    /// and not followed, so that nothing is met twice. What cannot be read is told in its place.
    pub fn walk(&self, top: &RootPath) -> Vec<Result<(RootPath, Kind), RootError>> {
        list::below(self, top)
    }

    /// Opens a directory by its real path: a link on the way is an error.
    ///
    /// # Errors
    /// When it is not there, or a link or something else took its place.
    pub fn directory(&self, real: &RootPath) -> Result<Directory, RootError> {
        walk::exactly(self, real).and_then(|node| node.directory()).map_err(|reason| reason.at(real.as_ref()))
    }

    /// The handle on the top directory.
    fn top(&self) -> Result<Node, Reason> {
        let handle = self.top.try_clone().map_err(Reason::System)?;
        let stat = rustix::fs::fstat(handle.as_fd())?;
        Ok(Node { handle, stat })
    }
}

/// What a handle from `O_PATH` is, by its status.
fn sort(stat: &Stat) -> FileType {
    FileType::from_raw_mode(stat.st_mode)
}

/// Looks at one name of a directory without following it.
fn look(directory: &OwnedFd, name: &BString) -> Result<Stat, Reason> {
    Ok(rustix::fs::statat(directory, name.as_slice(), AtFlags::SYMLINK_NOFOLLOW)?)
}
