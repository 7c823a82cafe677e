//! The machine that jobs come from: a directory that holds its root, or a part of it.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};

use bstr::ByteSlice as _;
use thiserror::Error;

/// A file that only sets variables is not larger.
const MOST_BYTES: u64 = 1 << 18;

/// More links on one way go in a circle (`path_resolution(7)`).
const MOST_LINKS: usize = 40;

/// The root directory of a machine, from which files are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root(PathBuf);

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

impl Root {
    /// The machine whose root is this directory.
    pub fn new(directory: PathBuf) -> Root {
        Root(directory)
    }

    /// Reads the file that has this absolute path on the machine. Links count from the machine's root, and
    /// no way leads out of it.
    ///
    /// # Errors
    /// When it is not there, or is no regular file of ordinary size.
    pub fn read(&self, path: &[u8]) -> Result<Seen, Unseen> {
        let path = self.resolve(path.to_path().map_err(|_| Unseen::Unreadable)?)?;
        let meta = fs::symlink_metadata(&path).map_err(|_| Unseen::Missing)?;
        if !meta.is_file() {
            return Err(Unseen::Special);
        }
        if meta.len() > MOST_BYTES {
            return Err(Unseen::Large);
        }
        let mut text = Vec::new();
        let file = fs::File::open(&path).map_err(|_| Unseen::Unreadable)?;
        file.take(MOST_BYTES).read_to_end(&mut text).map_err(|_| Unseen::Unreadable)?;
        Ok(Seen { text, for_all: meta.permissions().mode() & 0o004 != 0 })
    }

    /// Where a path of the machine lies here.
    fn resolve(&self, path: &Path) -> Result<PathBuf, Unseen> {
        let mut ahead: Vec<PathBuf> = vec![path.to_owned()];
        let mut inside = PathBuf::new();
        let mut links = 0;
        while let Some(part) = ahead.pop() {
            let mut parts = part.components();
            let Some(first) = parts.next() else { continue };
            ahead.push(parts.as_path().to_owned());
            match first {
                Component::RootDir | Component::Prefix(_) => inside = PathBuf::new(),
                Component::CurDir => {}
                Component::ParentDir => _ = inside.pop(),
                Component::Normal(name) => {
                    let here = self.0.join(&inside).join(name);
                    match fs::read_link(&here) {
                        Ok(to) => {
                            links += 1;
                            if links > MOST_LINKS {
                                return Err(Unseen::Circle);
                            }
                            ahead.push(to);
                        }
                        Err(_) => inside.push(name),
                    }
                }
            }
        }
        Ok(self.0.join(inside))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

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
        let root = Root::new(at("root"));
        for path in [
            "/etc/default/till",
            "/etc/absolute",
            "/etc/relative",
            "/way/default/till",
            "/../etc/./default/till",
        ] {
            assert_eq!(root.read(path.as_bytes()).unwrap().text, b"A=b\n", "{path}");
        }
        for (path, why) in [
            ("/etc/out", Unseen::Missing),
            ("/etc/away", Unseen::Missing),
            ("/../outside", Unseen::Missing),
            ("/etc/none", Unseen::Missing),
            ("/etc/circle", Unseen::Circle),
            ("/etc/default", Unseen::Special),
        ] {
            assert_eq!(root.read(path.as_bytes()), Err(why), "{path}");
        }
        let size = usize::try_from(MOST_BYTES).unwrap();
        fs::write(at("root/large"), vec![b'#'; size + 1]).unwrap();
        assert_eq!(root.read(b"/large"), Err(Unseen::Large));
    }

    #[test]
    fn who_may_read_a_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "A=b\n").unwrap();
        let root = Root::new(folder.path().to_owned());
        for (mode, for_all) in [(0o644, true), (0o640, false)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(root.read(b"/a").unwrap().for_all, for_all);
        }
    }
}
