//! A root file system: that of the running machine, or of another one that lies below a directory.
//!
//! Every path is walked one name at a time, from a handle on the directory that was opened once. Links count
//! from that directory, as they do under `chroot`, and `..` goes back to where the walk came from: no way
//! leads out, whatever is swapped while it is walked.

mod digest;
mod directory;
mod error;
mod node;
mod path;
mod state;
mod top;
mod walk;

pub use digest::Digest;
pub use directory::{Directory, Entry, EntryKind};
pub use error::{Reason, RootError};
pub use path::{PathError, RootPath};
pub use state::{File, State, permissions};
pub use top::Root;
use walk::Last;

impl Root {
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
        self.entries(path, Last::Follow).map_err(|reason| reason.at(path))
    }

    fn entries(&self, path: &[u8], last: Last) -> Result<Vec<Entry>, Reason> {
        Directory(walk::to(self, path, last)?.node.directory()?).list()
    }

    /// Everything below a directory, each directory before what it holds and by name. Links below it are told
    /// and not followed, so that nothing is met twice. What cannot be read is told in its place.
    pub fn walk(&self, top: &RootPath) -> Vec<Result<(RootPath, EntryKind), RootError>> {
        let mut found = Vec::new();
        // What was found and not told yet, the next one at the end.
        let mut ahead: Vec<(RootPath, EntryKind)> = Vec::new();
        let mut directory = Some((top.clone(), Last::Follow));
        loop {
            if let Some((directory, last)) = directory.take() {
                match self.entries(directory.as_ref(), last) {
                    Ok(entries) => ahead.extend(entries.into_iter().rev().map(|entry| {
                        let mut path = directory.clone();
                        path.push(&entry.name);
                        (path, entry.kind)
                    })),
                    Err(reason) => found.push(Err(reason.at(directory.as_ref()))),
                }
            }
            let Some((path, kind)) = ahead.pop() else { return found };
            directory = (kind == EntryKind::Directory).then(|| (path.clone(), Last::Keep));
            found.push(Ok((path, kind)));
        }
    }

    /// Opens a directory by its real path: a link on the way is an error.
    ///
    /// # Errors
    /// When it is not there, or a link or something else took its place.
    pub fn directory(&self, real: &RootPath) -> Result<Directory, RootError> {
        let node = walk::exactly(self, real).and_then(|node| node.directory());
        node.map(Directory).map_err(|reason| reason.at(real.as_ref()))
    }
}
