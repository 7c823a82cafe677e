//! Why something on a root cannot be had.

use std::io;

use thiserror::Error;

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
    /// The links on the way form a cycle, or are too many.
    #[error("the links on the way to it form a cycle")]
    Cycle,
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
        RootError { path: crate::text::display::shown(path), reason: self }
    }
}
