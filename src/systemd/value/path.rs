//! Paths.

use bstr::ByteSlice as _;

use super::command::simplified;
use super::error::ValueError;
use super::specifier::{Part, Parts};
use super::words::{self, List, Rules};

/// An absolute path.
pub fn absolute(value: &[u8]) -> Result<Parts, ValueError> {
    let parts = Parts::read(value)?;
    match parts.as_plain() {
        Some(plain) => valid(&plain, true),
        None if matches!(&parts.0[0], Part::Text(text) if !text.starts_with(b"/")) => Err(ValueError::Path),
        // What a specifier at the beginning stands for is not known here.
        None => Ok(parts),
    }
}

/// A path below some directory.
pub fn relative(value: &[u8]) -> Result<Parts, ValueError> {
    let parts = Parts::read(value)?;
    parts.as_plain().map_or(Ok(parts), |plain| valid(&plain, false))
}

fn valid(plain: &[u8], rooted: bool) -> Result<Parts, ValueError> {
    let bad = |part: &[u8]| part == b".." || part.len() > 255;
    let fits = !plain.is_empty() && plain.len() < 4096 && !plain.split_str("/").any(bad);
    if fits && plain.starts_with(b"/") == rooted { Ok(Parts::plain(simplified(plain))) } else { Err(ValueError::Path) }
}

/// A value and whether that mark stands ahead of it.
pub(super) fn marked_with<'v>(value: &'v [u8], mark: &[u8]) -> (&'v [u8], bool) {
    value.strip_prefix(mark).map_or((value, false), |behind| (behind, true))
}

/// A directory to change to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingDirectory {
    /// The directory; nothing for the home of the user.
    pub path: Option<Parts>,
    /// `-`: it may be missing.
    pub optional: bool,
}

/// The value of a `WorkingDirectory=`.
pub fn working_directory(value: &[u8]) -> Result<WorkingDirectory, ValueError> {
    let (path, optional) = marked_with(value, b"-");
    let path = if path == b"~" { None } else { Some(absolute(path)?) };
    Ok(WorkingDirectory { path, optional })
}

/// A directory that systemd makes below one of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// Where, below `/run`, `/var/lib` …
    pub path: Parts,
    /// A link to it, below the same directory.
    pub link: Option<Parts>,
}

/// The directories of a `RuntimeDirectory=` or one of its kin.
pub fn directories(value: &[u8]) -> List<Directory> {
    List::read(value, Rules::LIST, |word| {
        let parts = words::split(word, Rules::COLONS)?;
        let path = relative(parts.first().ok_or(ValueError::Path)?)?;
        let link = parts.get(1).map(|link| relative(link)).transpose()?;
        let private = path.as_plain().is_some_and(|path| path == "private" || path.starts_with(b"private/"));
        if private { Err(ValueError::Path) } else { Ok(Directory { path, link }) }
    })
}

/// A path with the marks ahead of it that some lists allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// The path.
    pub path: Parts,
    /// `-`: it may be missing.
    pub optional: bool,
    /// `+`: it is meant below the root directory of the service.
    pub below_root: bool,
}

/// A list of absolute paths with marks: `ReadOnlyPaths=` and its kin, `RequiresMountsFor=`.
pub fn marked(value: &[u8]) -> List<Marked> {
    List::read(value, Rules::LIST, |word| {
        let (word, optional) = marked_with(word, b"-");
        let (word, below_root) = marked_with(word, b"+");
        Ok(Marked { path: absolute(word)?, optional, below_root })
    })
}
