//! Writing to directories that are held. No call here follows a link, and none takes a path of several names.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::os::fd::{AsFd, OwnedFd};
use std::rc::Rc;

use rustix::fs::{AtFlags, Gid, Mode, OFlags, Uid};
use rustix::io::Errno;

use super::attributes::{Attributes, set_extended};
use super::error::Cause;
use super::manifest::Made;
use crate::root::{Directory, Reason, Root, RootPath, State};
use crate::text::Text;

/// Names that begin like this are temporary.
pub const TEMPORARY: &[u8] = b".cutover-";

/// The directories that a run works in. Each is looked up once: what is put in its place later does not count.
pub(crate) struct Held<'r> {
    root: &'r Root,
    open: BTreeMap<RootPath, Rc<Directory>>,
}

/// Where a path really lies: the directory, held, and the name in it.
pub(crate) struct Slot {
    pub directory: Rc<Directory>,
    pub parent: RootPath,
    pub name: Vec<u8>,
}

impl<'r> Held<'r> {
    pub fn new(root: &'r Root) -> Held<'r> {
        Held { root, open: BTreeMap::new() }
    }

    pub(crate) fn slot(&mut self, real: &RootPath) -> Result<Slot, Cause> {
        let parent = real.parent().unwrap_or_else(RootPath::top);
        let name = real.name().unwrap_or_default().to_vec();
        let directory = if let Some(directory) = self.open.get(&parent) {
            Rc::clone(directory)
        } else {
            let directory = Rc::new(self.root.directory(&parent)?);
            self.open.insert(parent.clone(), Rc::clone(&directory));
            directory
        };
        Ok(Slot { directory, parent, name })
    }

    /// The same; none where the directory is not there.
    pub fn find(&mut self, real: &RootPath) -> Result<Option<Slot>, Cause> {
        match self.slot(real) {
            Err(Cause::Root(error)) if matches!(error.reason, Reason::Missing) => Ok(None),
            other => other.map(Some),
        }
    }

    /// Makes a directory; that one is there is no error.
    pub fn make(&mut self, made: &Made) -> Result<(), Cause> {
        let slot = self.slot(&made.path)?;
        make_directory(&slot.directory, &slot.name, made)
    }

    /// Removes a directory, if it is empty. Tells whether it was there, and went.
    pub fn remove(&mut self, path: &RootPath) -> Result<bool, Cause> {
        let Some(slot) = self.find(path)? else { return Ok(false) };
        let is_gone = remove_directory(&slot.directory, &slot.name, path)?;
        if is_gone {
            self.open.remove(path);
            sync(&*slot.directory, &slot.parent)?;
        }
        Ok(is_gone)
    }

    /// Has the system put on the disk what changed in the directories of these paths.
    pub fn sync(&self, changed: Vec<&RootPath>) -> Result<(), Cause> {
        let parents: BTreeSet<RootPath> = changed.into_iter().filter_map(RootPath::parent).collect();
        let mut open = parents.iter().filter_map(|parent| Some((parent, self.open.get(parent)?)));
        open.try_for_each(|(parent, directory)| sync(&**directory, parent))
    }
}

impl Slot {
    pub fn state(&self, path: &RootPath) -> Result<State, Cause> {
        self.directory.state(&self.name).map_err(Cause::reason(path))
    }
}

/// The temporary name of what a step puts in place.
pub fn temporary(generation: u32, step: usize) -> Vec<u8> {
    [TEMPORARY, format!("{generation}-{step}").as_bytes()].concat()
}

/// What is put in a place: the state, with what it does not hold.
#[derive(Clone, Debug)]
pub struct Content {
    pub state: State,
    pub bytes: Vec<u8>,
    /// What it had when it was kept; none for what is new.
    pub kept: Option<Attributes>,
    /// Extended attributes that a new file has from its predecessor.
    pub inherited: Vec<(Text, Text)>,
}

/// Writes a file that was not there, and has the system put it on the disk.
pub fn write(directory: &Directory, name: impl AsRef<[u8]>, bytes: &[u8], shown: &str) -> Result<OwnedFd, Cause> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let private = Mode::RUSR | Mode::WUSR;
    let file =
        rustix::fs::openat(directory, name.as_ref(), flags, private).map_err(Cause::system("be written", shown))?;
    let mut file = std::fs::File::from(file);
    file.write_all(bytes).map_err(Cause::system("be written", shown))?;
    Ok(file.into())
}

/// Writes a file or link under a temporary name, with all that belongs to it.
pub fn stage(directory: &Directory, name: &[u8], content: &Content, real: &RootPath) -> Result<(), Cause> {
    match &content.state {
        State::File { mode, uid, gid, .. } => {
            let file = write(directory, name, &content.bytes, &real.to_string())?;
            let failed = |what| Cause::system(what, real);
            own(&file, *uid, *gid).map_err(failed("be given to its owner"))?;
            // After the owner: a change of that takes away bits.
            rustix::fs::fchmod(&file, Mode::from_raw_mode(*mode)).map_err(failed("get its mode"))?;
            let (wanted, exactly) = match &content.kept {
                Some(kept) => (&kept.extended, true),
                None => (&content.inherited, false),
            };
            set_extended(&file, wanted, exactly).map_err(failed("get its extended attributes"))?;
            if let Some(kept) = &content.kept {
                kept.set_time(&file).map_err(failed("get its time"))?;
            }
            sync(&file, real)
        }
        State::Link { to } => {
            let linked = rustix::fs::symlinkat(to.as_slice(), directory, name);
            linked.map_err(Cause::system("be made a link", real))?;
            let Some(kept) = &content.kept else { return Ok(()) };
            kept.restore_link(directory, name).map_err(Cause::system("be given to its owner", real))
        }
        State::Absent | State::Directory { .. } | State::Special => Ok(()),
    }
}

/// Gives an open file or directory to its owner, if it is not theirs.
fn own(file: impl AsFd, uid: u32, gid: u32) -> Result<(), Errno> {
    let stat = rustix::fs::fstat(&file)?;
    if (stat.st_uid, stat.st_gid) == (uid, gid) {
        return Ok(());
    }
    rustix::fs::fchown(file, Some(Uid::from_raw(uid)), Some(Gid::from_raw(gid)))
}

/// Puts what has a temporary name in its place, or removes what is there.
pub fn switch(slot: &Slot, temporary: &[u8], state: &State, real: &RootPath) -> Result<(), Cause> {
    let Slot { directory, name, .. } = slot;
    match state {
        State::File { .. } | State::Link { .. } => {
            let renamed = rustix::fs::renameat(directory, temporary, directory, name);
            renamed.map_err(Cause::system("be put in place", real))
        }
        _ => remove(directory, name).map_err(Cause::system("be removed", real)),
    }
}

/// Removes a name that is no directory; that it is not there is no error.
pub fn remove(directory: &Directory, name: impl AsRef<[u8]>) -> Result<(), Errno> {
    match rustix::fs::unlinkat(directory, name.as_ref(), AtFlags::empty()) {
        Err(Errno::NOENT) => Ok(()),
        other => other,
    }
}

/// Has the system put a file or directory on the disk.
pub fn sync(file: impl AsFd, path: &RootPath) -> Result<(), Cause> {
    match rustix::fs::fsync(file) {
        // There are file systems that cannot, for directories.
        Err(Errno::INVAL) => Ok(()),
        other => other.map_err(Cause::system("be put on the disk", path)),
    }
}

/// Makes a directory; that one is there is no error.
pub(crate) fn make_directory(parent: &Directory, name: impl AsRef<[u8]>, made: &Made) -> Result<(), Cause> {
    let failed = |what| Cause::system(what, &made.path);
    match rustix::fs::mkdirat(parent, name.as_ref(), Mode::RWXU) {
        Err(Errno::EXIST) => {}
        other => other.map_err(failed("be made"))?,
    }
    let new = parent.directory(name).map_err(Cause::reason(&made.path))?;
    own(&new, made.uid, made.gid).map_err(failed("be given to its owner"))?;
    let stat = rustix::fs::fstat(&new).map_err(failed("be looked at"))?;
    if stat.st_mode & 0o7777 != made.mode {
        rustix::fs::fchmod(&new, Mode::from_raw_mode(made.mode)).map_err(failed("get its mode"))?;
    }
    sync(&new, &made.path)?;
    sync(parent, &made.path)
}

/// Removes an empty directory. Tells whether it is gone.
pub(crate) fn remove_directory(parent: &Directory, name: impl AsRef<[u8]>, path: &RootPath) -> Result<bool, Cause> {
    match rustix::fs::unlinkat(parent, name.as_ref(), AtFlags::REMOVEDIR) {
        Ok(()) | Err(Errno::NOENT) => Ok(true),
        Err(Errno::NOTEMPTY | Errno::EXIST | Errno::NOTDIR) => Ok(false),
        Err(error) => Err(Cause::system("be removed", path)(error)),
    }
}
