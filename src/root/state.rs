//! What lies at a path.

use std::io::{Read as _, Take};
use std::os::fd::AsFd as _;
use std::{fmt, fs};

use rustix::fs::{FileType, Stat};
use serde::{Deserialize, Serialize};

use super::walk::Spot;
use super::{Digest, Reason, shown, sort};
use crate::text::Text;

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

/// What a walk came to.
pub(super) fn of(spot: &Spot) -> Result<State, Reason> {
    let stat = &spot.node.stat;
    Ok(match sort(stat) {
        FileType::RegularFile => {
            let file = fs::File::from(spot.file()?);
            let stat = rustix::fs::fstat(file.as_fd())?;
            let (sha256, size) = Digest::of_reader(file).map_err(Reason::System)?;
            State::File { sha256, mode: mode(&stat), uid: stat.st_uid, gid: stat.st_gid, size }
        }
        FileType::Symlink => State::Link { to: Text(spot.node.target()?) },
        FileType::Directory => State::Directory { mode: mode(stat), uid: stat.st_uid, gid: stat.st_gid },
        _ => State::Special,
    })
}

/// Reads the regular file that a walk came to.
pub(super) fn read(spot: &Spot, limit: u64) -> Result<File, Reason> {
    let file = fs::File::from(spot.file()?);
    let stat = rustix::fs::fstat(file.as_fd())?;
    let mut bytes = Vec::new();
    let mut from: Take<fs::File> = file.take(limit.saturating_add(1));
    from.read_to_end(&mut bytes).map_err(Reason::System)?;
    if bytes.len() as u64 > limit {
        return Err(Reason::Large);
    }
    Ok(File { bytes, mode: mode(&stat), uid: stat.st_uid, gid: stat.st_gid })
}

/// Permissions in JSON: octal digits, as people write them.
pub mod permissions {
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    /// Writes them.
    ///
    /// # Errors
    /// When the serializer fails.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    pub fn serialize<S: Serializer>(mode: &u32, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{mode:04o}"))
    }

    /// Reads them.
    ///
    /// # Errors
    /// When it is no octal number of up to four digits.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mode =
            u32::from_str_radix(&text, 8).ok().filter(|mode| *mode <= 0o7777 && !text.starts_with('+'));
        mode.ok_or_else(|| de::Error::custom("permissions are up to four octal digits"))
    }
}
