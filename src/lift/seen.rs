//! A file of the machine that jobs come from, as far as a script could read it in.

use thiserror::Error;

use crate::root::{Reason, Root};

/// A file that only sets variables is not larger.
const MOST_BYTES: u64 = 1 << 18;

/// A file of the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// What it holds.
    pub text: Vec<u8>,
    /// Whether every user may read it.
    pub for_all: bool,
}

/// Why a file cannot be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unseen {
    /// Nothing is there.
    #[error("it is not below the root directory that was given")]
    Missing,
    /// A directory, a device …
    #[error("it is no regular file")]
    Special,
    /// Too large to hold nothing but variables.
    #[error("it is too large")]
    Large,
    /// The links on the way to it go in a circle.
    #[error("the links on the way to it go in a circle")]
    Circle,
    /// The system does not let it be read.
    #[error("it cannot be read here")]
    Unreadable,
}

/// Reads the file that has this absolute path on the machine.
///
/// # Errors
/// When it is not there, or is no regular file of ordinary size.
pub fn see(root: &Root, path: &[u8]) -> Result<Seen, Unseen> {
    match root.read(path, MOST_BYTES) {
        Ok(file) => Ok(Seen { text: file.bytes, for_all: file.mode & 0o004 != 0 }),
        Err(error) => Err(match error.reason {
            Reason::Missing | Reason::NotDirectory | Reason::Dangling => Unseen::Missing,
            Reason::Special => Unseen::Special,
            Reason::Large => Unseen::Large,
            Reason::Circle => Unseen::Circle,
            Reason::Changed | Reason::System(_) => Unseen::Unreadable,
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn files_are_read_within_the_root_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("root/etc/default")).unwrap();
        fs::write(at("root/etc/default/till"), "A=b\n").unwrap();
        fs::write(at("outside"), "A=secret\n").unwrap();
        for (to, link) in [
            ("/etc/default/till", "root/etc/absolute"),
            ("default/./till", "root/etc/relative"),
            ("/etc", "root/way"),
            ("../../../../../outside", "root/etc/out"),
            ("/etc/circle", "root/etc/circle"),
        ] {
            symlink(to, at(link)).unwrap();
        }
        symlink(at("outside"), at("root/etc/away")).unwrap();
        let root = Root::open(&at("root")).unwrap();
        for path in [
            "/etc/default/till",
            "/etc/absolute",
            "/etc/relative",
            "/way/default/till",
            "/../etc/./default/till",
        ] {
            assert_eq!(see(&root, path.as_bytes()).unwrap().text, b"A=b\n", "{path}");
        }
        for (path, why) in [
            ("/etc/out", Unseen::Missing),
            ("/etc/away", Unseen::Missing),
            ("/../outside", Unseen::Missing),
            ("/etc/none", Unseen::Missing),
            ("/etc/circle", Unseen::Circle),
            ("/etc/default", Unseen::Special),
        ] {
            assert_eq!(see(&root, path.as_bytes()), Err(why), "{path}");
        }
        let size = usize::try_from(MOST_BYTES).unwrap();
        fs::write(at("root/large"), vec![b'#'; size + 1]).unwrap();
        assert_eq!(see(&root, b"/large"), Err(Unseen::Large));
    }

    #[test]
    fn who_may_read_a_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "A=b\n").unwrap();
        let root = Root::open(folder.path()).unwrap();
        for (mode, for_all) in [(0o644, true), (0o640, false)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(see(&root, b"/a").unwrap().for_all, for_all);
        }
    }
}
