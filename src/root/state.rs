//! What lies at a path.

use std::io::Read as _;
use std::os::fd::AsFd as _;
use std::{fmt, fs};

use rustix::fs::Stat;
use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::error::Reason;
use crate::text::Text;
use crate::text::display::shown;

/// What lies at a path: enough to tell whether anything about it changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum State {
    /// Nothing.
    Absent,
    /// A regular file.
    File {
        /// Of its bytes.
        sha256: Digest,
        /// Its permissions, in octal.
        #[serde(with = "permissions")]
        mode: u32,
        /// Its owner.
        uid: u32,
        /// Its group.
        gid: u32,
        /// How many bytes it has.
        size: u64,
    },
    /// A symbolic link.
    Link {
        /// What it says.
        to: Text,
    },
    /// A directory.
    Directory {
        /// Its permissions, in octal.
        #[serde(with = "permissions")]
        mode: u32,
        /// Its owner.
        uid: u32,
        /// Its group.
        gid: u32,
    },
    /// A device, a pipe, a socket.
    Special,
}

/// A regular file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Its permissions.
    pub mode: u32,
    /// Its owner.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
}

impl File {
    /// Reads an open file, if it has no more than `limit` bytes.
    ///
    /// # Errors
    /// When it is larger, or reading fails.
    pub fn of(mut file: &fs::File, limit: u64) -> Result<File, Reason> {
        let stat = rustix::fs::fstat(file.as_fd())?;
        let mut bytes = Vec::new();
        file.by_ref().take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(Reason::System)?;
        if bytes.len() as u64 > limit {
            return Err(Reason::Large);
        }
        Ok(File { bytes, mode: mode(&stat), uid: stat.st_uid, gid: stat.st_gid })
    }

    /// The state of the very file that was read.
    pub fn state(&self) -> State {
        State::File {
            sha256: Digest::of(&self.bytes),
            mode: self.mode,
            uid: self.uid,
            gid: self.gid,
            size: self.bytes.len() as u64,
        }
    }
}

impl State {
    /// Whether it is something that can be replaced by a rename: nothing, a file or a link.
    pub(crate) fn is_replaceable(&self) -> bool {
        matches!(self, State::Absent | State::File { .. } | State::Link { .. })
    }

    /// In words, what became of it; `now` is another state.
    pub fn became(&self, now: &State) -> String {
        use State::{Absent, Directory, File, Link};
        match (self, now) {
            (Absent, now) => format!("it was not there, and is {now} now"),
            (_, Absent) => "it is gone".to_owned(),
            (File { .. }, File { .. }) | (Directory { .. }, Directory { .. }) => self.changes(now),
            (Link { to }, Link { to: now }) => {
                format!("it led to {}, and leads to {} now", shown(to), shown(now))
            }
            (before, now) => format!("it was {before}, and is {now} now"),
        }
    }

    /// What became of bytes, permissions, owner and group of a file or directory.
    fn changes(&self, now: &State) -> String {
        let facts = |state: &State| match *state {
            State::File { sha256, mode, uid, gid, .. } => (Some(sha256), mode, (uid, gid)),
            State::Directory { mode, uid, gid } => (None, mode, (uid, gid)),
            _ => (None, 0, (0, 0)),
        };
        let ((sha256, mode, owner), (new_sha256, new_mode, new_owner)) = (facts(self), facts(now));
        let bytes = (sha256 != new_sha256).then(|| "it was edited".to_owned());
        let mode = (mode != new_mode).then(|| format!("its mode was {mode:04o}, and is {new_mode:04o} now"));
        let shown = |(user, group)| format!("{user}:{group}");
        let owner = (owner != new_owner)
            .then(|| format!("it belonged to {}, and belongs to {} now", shown(owner), shown(new_owner)));
        bytes.into_iter().chain(mode).chain(owner).collect::<Vec<_>>().join("; ")
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            State::Absent => f.write_str("nothing"),
            State::File { mode, uid, gid, size, .. } => {
                write!(f, "a file of {size} bytes (mode {mode:04o}, owner {uid}:{gid})")
            }
            State::Link { to } => write!(f, "a link to {}", shown(to)),
            State::Directory { mode, uid, gid } => {
                write!(f, "a directory (mode {mode:04o}, owner {uid}:{gid})")
            }
            State::Special => f.write_str("something that is neither a file, a link nor a directory"),
        }
    }
}

/// The permissions of what was looked at.
fn mode(stat: &Stat) -> u32 {
    stat.st_mode & 0o7777
}

pub(super) fn of_file(file: fs::File) -> Result<State, Reason> {
    let stat = rustix::fs::fstat(file.as_fd())?;
    let (sha256, size) = Digest::of_reader(file).map_err(Reason::System)?;
    Ok(State::File { sha256, mode: mode(&stat), uid: stat.st_uid, gid: stat.st_gid, size })
}

pub(super) fn of_directory(stat: &Stat) -> State {
    State::Directory { mode: mode(stat), uid: stat.st_uid, gid: stat.st_gid }
}

/// Permissions in JSON: octal digits, as people write them.
pub mod permissions {
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    /// Writes them.
    ///
    /// # Errors
    /// When the serializer fails.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    pub(crate) fn serialize<S: Serializer>(mode: &u32, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{mode:04o}"))
    }

    /// Reads them.
    ///
    /// # Errors
    /// When it is no octal number of up to four digits.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mode = u32::from_str_radix(&text, 8).ok().filter(|mode| *mode <= 0o7777 && !text.starts_with('+'));
        mode.ok_or_else(|| de::Error::custom("permissions are up to four octal digits"))
    }
}
