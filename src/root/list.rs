//! What directories hold.

use bstr::BString;
use rustix::fs::{Dir, FileType};

use super::walk::{self, Last};
use super::{Directory, Reason, Root, RootError, RootPath, look, sort};

/// A name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name.
    pub name: BString,
    /// What has it.
    pub kind: Kind,
}

/// What something is, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A symbolic link.
    Link,
    /// A directory.
    Directory,
    /// A device, a pipe, a socket.
    Special,
}

impl From<FileType> for Kind {
    fn from(sort: FileType) -> Kind {
        match sort {
            FileType::RegularFile => Kind::File,
            FileType::Symlink => Kind::Link,
            FileType::Directory => Kind::Directory,
            _ => Kind::Special,
        }
    }
}

/// Lists the directory that a walk came to.
pub(super) fn list(root: &Root, path: &[u8], last: Last) -> Result<Vec<Entry>, Reason> {
    entries(&walk::to(root, path, last)?.node.directory()?)
}

/// Lists a directory that is held.
pub(super) fn entries(directory: &Directory) -> Result<Vec<Entry>, Reason> {
    let mut entries = Vec::new();
    for entry in Dir::read_from(directory)? {
        let entry = entry?;
        let name = BString::from(entry.file_name().to_bytes());
        if name == "." || name == ".." {
            continue;
        }
        let kind = match entry.file_type() {
            // Not every file system tells.
            FileType::Unknown => match look(&directory.0, &name) {
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

pub(super) fn below(root: &Root, top: &RootPath) -> Vec<Result<(RootPath, Kind), RootError>> {
    let mut found = Vec::new();
    // What was found and not told yet, the next one at the end.
    let mut ahead: Vec<(RootPath, Kind)> = Vec::new();
    let mut directory = Some((top.clone(), Last::Follow));
    loop {
        if let Some((directory, last)) = directory.take() {
            match list(root, directory.as_ref(), last) {
                Ok(entries) => ahead.extend(entries.into_iter().rev().map(|entry| {
                    let mut path = directory.clone();
                    path.push(&entry.name);
                    (path, entry.kind)
                })),
                Err(reason) => found.push(Err(reason.at(directory.as_ref()))),
            }
        }
        let Some((path, kind)) = ahead.pop() else { return found };
        directory = (kind == Kind::Directory).then(|| (path.clone(), Last::Keep));
        found.push(Ok((path, kind)));
    }
}
