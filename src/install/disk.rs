//! Writing to directories that are held. No call here follows a link, and none takes a path of several names.

use std::io::Write as _;
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{AtFlags, Gid, Mode, OFlags, Uid};
use rustix::io::Errno;

use super::attributes::{Attributes, set_extended};
use super::error::Cause;
use crate::root::{Directory, RootPath, State};
use crate::text::Text;

/// What is put in a place: the state, with what it does not hold.
#[derive(Clone, Debug)]
pub struct Content {
    pub state: State,
    /// The bytes of a file.
    pub bytes: Vec<u8>,
    /// What it had when it was kept; none for what is new.
    pub kept: Option<Attributes>,
    /// Extended attributes that a new file has from its predecessor.
    pub inherited: Vec<(Text, Text)>,
}

/// Writes a file that was not there, and has the system put it on the disk.
pub fn write(directory: &Directory, name: &[u8], bytes: &[u8], shown: &str) -> Result<OwnedFd, Cause> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let private = Mode::RUSR | Mode::WUSR;
    let file =
        rustix::fs::openat(directory, name, flags, private).map_err(Cause::system("be written", shown))?;
    let mut file = std::fs::File::from(file);
    file.write_all(bytes).map_err(|error| Cause::System {
        what: "be written",
        path: shown.to_owned(),
        error,
    })?;
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
            rustix::fs::symlinkat(to.as_slice(), directory, name)
                .map_err(Cause::system("be made a link", real))?;
            match &content.kept {
                Some(kept) => {
                    kept.restore_link(directory, name).map_err(Cause::system("be given to its owner", real))
                }
                None => Ok(()),
            }
        }
        State::Absent | State::Directory { .. } | State::Special => Ok(()),
    }
}

/// Gives an open file to its owner, if it is not theirs.
fn own(file: &OwnedFd, uid: u32, gid: u32) -> Result<(), Errno> {
    let stat = rustix::fs::fstat(file)?;
    if (stat.st_uid, stat.st_gid) == (uid, gid) {
        return Ok(());
    }
    rustix::fs::fchown(file, Some(Uid::from_raw(uid)), Some(Gid::from_raw(gid)))
}

/// Puts what has a temporary name in its place, or removes what is there.
pub fn switch(
    directory: &Directory,
    temporary: &[u8],
    name: &[u8],
    state: &State,
    real: &RootPath,
) -> Result<(), Cause> {
    match state {
        State::File { .. } | State::Link { .. } => {
            rustix::fs::renameat(directory, temporary, directory, name)
                .map_err(Cause::system("be put in place", real))
        }
        _ => remove(directory, name).map_err(Cause::system("be removed", real)),
    }
}

/// Removes a name that is no directory; that it is not there is no error.
pub fn remove(directory: &Directory, name: &[u8]) -> Result<(), Errno> {
    match rustix::fs::unlinkat(directory, name, AtFlags::empty()) {
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

/// Makes a directory with these permissions; that one is there is no error.
pub fn make_directory(
    parent: &Directory,
    name: &[u8],
    (mode, uid, gid): (u32, u32, u32),
    path: &RootPath,
) -> Result<(), Cause> {
    let failed = |what| Cause::system(what, path);
    match rustix::fs::mkdirat(parent, name, Mode::RWXU) {
        Err(Errno::EXIST) => {}
        other => other.map_err(failed("be made"))?,
    }
    let new = parent.directory(name).map_err(Cause::reason(path))?;
    let stat = rustix::fs::fstat(&new).map_err(failed("be looked at"))?;
    if (stat.st_uid, stat.st_gid) != (uid, gid) {
        let (owner, group) = (Uid::from_raw(uid), Gid::from_raw(gid));
        rustix::fs::fchown(&new, Some(owner), Some(group)).map_err(failed("be given to its owner"))?;
    }
    if stat.st_mode & 0o7777 != mode {
        rustix::fs::fchmod(&new, Mode::from_raw_mode(mode)).map_err(failed("get its mode"))?;
    }
    sync(&new, path)?;
    sync(parent, path)
}

/// Removes an empty directory. Tells whether it is gone.
pub fn remove_directory(parent: &Directory, name: &[u8], path: &RootPath) -> Result<bool, Cause> {
    match rustix::fs::unlinkat(parent, name, AtFlags::REMOVEDIR) {
        Ok(()) | Err(Errno::NOENT) => Ok(true),
        Err(Errno::NOTEMPTY | Errno::EXIST | Errno::NOTDIR) => Ok(false),
        Err(error) => Err(Cause::system("be removed", path)(error)),
    }
}
