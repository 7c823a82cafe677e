//! What else there is to a file or a link than its bytes and permissions.

use std::os::fd::AsFd;

use rustix::fs::{AtFlags, Gid, Stat, Timespec, Timestamps, UTIME_OMIT, Uid, XattrFlags};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use crate::text::Text;

/// Owner, time of the last change, and extended attributes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attributes {
    pub uid: u32,
    pub gid: u32,
    /// When it was last changed, in seconds since the epoch.
    pub modified: i64,
    pub modified_nanoseconds: i64,
    /// Extended attributes of a file, access control lists and security labels among them.
    pub extended: Vec<(Text, Text)>,
}

/// The label that `SELinux` gave to a file.
const LABEL: &str = "security.selinux";

impl Attributes {
    /// Those of a link. Its extended attributes are not kept.
    pub(crate) fn of_link(stat: &Stat) -> Attributes {
        Attributes {
            uid: stat.st_uid,
            gid: stat.st_gid,
            modified: stat.st_mtime,
            modified_nanoseconds: i64::try_from(stat.st_mtime_nsec).unwrap_or(0),
            extended: Vec::new(),
        }
    }

    /// Those of an open file.
    pub fn of_file(file: impl AsFd) -> Result<Attributes, Errno> {
        let stat = rustix::fs::fstat(&file)?;
        Ok(Attributes { extended: extended(&file)?, ..Attributes::of_link(&stat) })
    }

    /// What of it a file has that is put in the place of this one: its security label. Access control lists are
    /// not for another file, whose permissions somebody decided on.
    pub(crate) fn for_successor(&self) -> Vec<(Text, Text)> {
        self.extended.iter().filter(|(name, _)| name.as_slice() == LABEL.as_bytes()).cloned().collect()
    }

    fn times(&self) -> Timestamps {
        Timestamps {
            last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
            last_modification: Timespec { tv_sec: self.modified, tv_nsec: self.modified_nanoseconds },
        }
    }

    pub(crate) fn set_time(&self, file: impl AsFd) -> Result<(), Errno> {
        rustix::fs::futimens(file, &self.times())
    }

    pub(crate) fn restore_link(&self, directory: impl AsFd, name: &[u8]) -> Result<(), Errno> {
        let stat = rustix::fs::statat(&directory, name, AtFlags::SYMLINK_NOFOLLOW)?;
        if (stat.st_uid, stat.st_gid) != (self.uid, self.gid) {
            let (owner, group) = (Uid::from_raw(self.uid), Gid::from_raw(self.gid));
            rustix::fs::chownat(&directory, name, Some(owner), Some(group), AtFlags::SYMLINK_NOFOLLOW)?;
        }
        rustix::fs::utimensat(&directory, name, &self.times(), AtFlags::SYMLINK_NOFOLLOW)
    }
}

/// The extended attributes of a file, by name; none where the file system has none.
fn extended(file: impl AsFd) -> Result<Vec<(Text, Text)>, Errno> {
    let mut names = vec![0; MOST_BYTES];
    let length = match rustix::fs::flistxattr(&file, &mut names[..]) {
        Err(Errno::NOTSUP | Errno::NOSYS) => return Ok(Vec::new()),
        other => other?,
    };
    let mut found = Vec::new();
    for name in names[..length].split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let mut value = vec![0; MOST_BYTES];
        let length = match rustix::fs::fgetxattr(&file, name, &mut value[..]) {
            // It went meanwhile, or this process may know of it and not read it.
            Err(Errno::NODATA | Errno::ACCESS | Errno::PERM | Errno::NOTSUP) => continue,
            other => other?,
        };
        value.truncate(length);
        found.push((Text::from(name), Text::from(value)));
    }
    found.sort();
    Ok(found)
}

/// The most that Linux gives to a value, and to all names together.
const MOST_BYTES: usize = 1 << 16;

/// Gives a file these extended attributes; with `exactly`, it keeps no others.
pub(crate) fn set_extended(file: impl AsFd, wanted: &[(Text, Text)], exactly: bool) -> Result<(), Errno> {
    if wanted.is_empty() && !exactly {
        return Ok(());
    }
    let present = extended(&file)?;
    for pair in wanted.iter().filter(|pair| !present.contains(pair)) {
        rustix::fs::fsetxattr(&file, pair.0.as_slice(), pair.1.as_slice(), XattrFlags::empty())?;
    }
    for (name, _) in present.iter().filter(|(name, _)| exactly && wanted.iter().all(|(one, _)| one != name)) {
        match rustix::fs::fremovexattr(&file, name.as_slice()) {
            // A label that the system gives to every new file stays.
            Err(Errno::NODATA) => {}
            Err(_) if name.starts_with(b"security.") => {}
            other => other?,
        }
    }
    Ok(())
}
