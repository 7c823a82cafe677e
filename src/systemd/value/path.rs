//! Paths.

use bstr::ByteSlice as _;

use super::ValueError;
use super::command::simplified;
use super::environment::List;
use super::specifier::{Part, Parts};
use super::words::{self, Rules};

/// An absolute path.
///
/// # Errors
/// It is none, or climbs up with `..`.
pub fn absolute(value: &[u8]) -> Result<Parts, ValueError> {
    let parts = Parts::read(value)?;
    if parts.as_plain().is_none() {
        let rooted = match parts.0.first() {
            Some(Part::Text(text)) => text.starts_with(b"/"),
            // What it stands for is not known here.
            _ => true,
        };
        return if rooted { Ok(parts) } else { Err(ValueError::Path) };
    }
    valid(&parts, true)
}

/// A path below some directory.
///
/// # Errors
/// It is none, or climbs up with `..`.
pub fn relative(value: &[u8]) -> Result<Parts, ValueError> {
    let parts = Parts::read(value)?;
    if parts.as_plain().is_none() { Ok(parts) } else { valid(&parts, false) }
}

fn valid(parts: &Parts, rooted: bool) -> Result<Parts, ValueError> {
    let plain = parts.as_plain().unwrap_or_default();
    let climbs = plain.split_str("/").any(|part| part == b"..");
    let long = plain.len() >= 4096 || plain.split_str("/").any(|part| part.len() > 255);
    if plain.is_empty() || plain.starts_with(b"/") != rooted || climbs || long {
        return Err(ValueError::Path);
    }
    Ok(Parts::plain(simplified(&plain)))
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
///
/// # Errors
/// It is neither an absolute path nor `~`.
pub fn working_directory(value: &[u8]) -> Result<WorkingDirectory, ValueError> {
    let (path, optional) = value.strip_prefix(b"-").map_or((value, false), |path| (path, true));
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
        let (word, optional) = word.strip_prefix(b"-").map_or((word, false), |word| (word, true));
        let (word, below_root) = word.strip_prefix(b"+").map_or((word, false), |word| (word, true));
        Ok(Marked { path: absolute(word)?, optional, below_root })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_absolute_or_below_a_directory() {
        assert_eq!(absolute(b"/a//b/./c/").unwrap(), Parts::plain("/a/b/c"));
        assert!(absolute(b"a").is_err() && absolute(b"/a/../b").is_err() && absolute(b"%t/a").is_ok());
        assert_eq!(working_directory(b"-~").unwrap(), WorkingDirectory { path: None, optional: true });
        let list = directories(b"a b/c:d /e private ../f");
        assert_eq!(list.items.len(), 2);
        assert_eq!(list.items[1].link, Some(Parts::plain("d")));
        assert_eq!(list.refused.len(), 3);
        assert!(marked(b"-/a +/b -+/c").items.iter().any(|path| path.optional && path.below_root));
    }
}
