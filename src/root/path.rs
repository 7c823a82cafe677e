//! Absolute paths on a root.

use std::fmt;
use std::str::FromStr;

use bstr::{BString, ByteSlice as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::text::Text;
use crate::text::display::shown;

/// An absolute path in the one way to spell it: names that are neither empty nor `.` nor `..`, and hold no NUL.
///
/// Any other byte may stand in a name, as the system has it. Shown to people, control characters and what is not
/// UTF-8 are escaped. In JSON it is a string, or `{"bytes": [..]}` where it is not UTF-8.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RootPath(BString);

/// Why something is no path on a root.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PathError {
    /// It does not begin with `/`.
    #[error("`{0}` is no absolute path")]
    Relative(String),
    /// It has `..` in it, and could lead anywhere.
    #[error("`{0}` has `..` in it")]
    Up(String),
    /// It has `//` or `/./` in it, or ends in `/`.
    #[error("`{0}` has an empty name or `.` in it")]
    Empty(String),
    /// It holds a NUL.
    #[error("`{0}` holds a NUL")]
    Nul(String),
    /// It, or a name in it, is longer than Linux takes.
    #[error("`{0}` is too long, or has a name that is")]
    Long(String),
}

/// The longest path, with its NUL, and the longest name that Linux takes.
const LONGEST: (usize, usize) = (4096, 255);

impl RootPath {
    /// The root directory itself.
    pub fn top() -> RootPath {
        RootPath(BString::from("/"))
    }

    /// Reads a path.
    ///
    /// # Errors
    /// When it is not absolute, or spelled in another way.
    pub fn parse(bytes: impl AsRef<[u8]>) -> Result<RootPath, PathError> {
        let bytes = bytes.as_ref();
        if bytes == b"/" {
            return Ok(RootPath::top());
        }
        let Some(rest) = bytes.strip_prefix(b"/") else { return Err(PathError::Relative(shown(bytes))) };
        rest.split(|byte| *byte == b'/').try_fold(RootPath::top(), |path, name| path.with(name, bytes))
    }

    /// The path of something below this one: of a name, or several with `/` between.
    ///
    /// # Errors
    /// When a name is empty, `.` or `..`, or holds a NUL.
    pub fn join(&self, below: impl AsRef<[u8]>) -> Result<RootPath, PathError> {
        let below = below.as_ref();
        below.split(|byte| *byte == b'/').try_fold(self.clone(), |path, name| path.with(name, below))
    }

    fn with(mut self, name: &[u8], whole: &[u8]) -> Result<RootPath, PathError> {
        let error = match name {
            b"" | b"." => PathError::Empty,
            b".." => PathError::Up,
            _ if name.contains(&0) => PathError::Nul,
            _ if name.len() > LONGEST.1 || self.0.len() + 1 + name.len() >= LONGEST.0 => PathError::Long,
            _ => {
                self.push(name);
                return Ok(self);
            }
        };
        Err(error(shown(whole)))
    }

    /// Adds a name that the system gave.
    pub(super) fn push(&mut self, name: &[u8]) {
        if self.0.len() > 1 {
            self.0.push(b'/');
        }
        self.0.extend_from_slice(name);
    }

    /// The directory that it lies in; none for the root itself.
    pub fn parent(&self) -> Option<RootPath> {
        match self.0.rfind_byte(b'/')? {
            0 if self.0.len() == 1 => None,
            0 => Some(RootPath::top()),
            at => Some(RootPath(BString::from(&self.0[..at]))),
        }
    }

    /// Its last name; none for the root itself.
    pub fn name(&self) -> Option<&[u8]> {
        self.names().next_back()
    }

    /// Its names, from the root on.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.0.split(|byte| *byte == b'/').filter(|name| !name.is_empty())
    }

    /// Whether it is this directory, or lies below it.
    pub fn is_below(&self, directory: &RootPath) -> bool {
        let rest = self.0.strip_prefix(directory.0.as_slice());
        rest.is_some_and(|rest| rest.is_empty() || rest[0] == b'/' || directory.0 == "/")
    }

    /// The bytes without the slash ahead: what is joined to a directory of the running machine.
    pub fn relative(&self) -> &[u8] {
        &self.0[1..]
    }
}

impl AsRef<[u8]> for RootPath {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl FromStr for RootPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        RootPath::parse(text)
    }
}

impl fmt::Display for RootPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&shown(&self.0))
    }
}

impl fmt::Debug for RootPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Serialize for RootPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Text(self.0.clone()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RootPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        RootPath::parse(Text::deserialize(deserializer)?.0).map_err(serde::de::Error::custom)
    }
}
