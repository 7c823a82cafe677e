//! Files that scripts read in, as far as they can be seen below a root.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use cutover::convert::{Conversion, convert};
use cutover::findings::Code;
use cutover::lift::{Level, Lifting};
use cutover::root::Root;
use cutover::systemd::write::Options;
use cutover::upstart::read::JobFiles;

/// The largest file that is read in.
const MOST_BYTES: usize = 1 << 18;

const MISSING: &str = "it is not below the root directory that was given";

/// A job that reads in this file of a machine.
fn converted(root: &Path, path: &str, more: &str) -> Conversion {
    let job = format!("{more}script\n  . {path}\n  exec /usr/bin/till \"$A\"\nend script\n");
    let lifting = Lifting { level: Level::Safe, root: Some(Root::open(root).unwrap()) };
    convert(&JobFiles::named("till", job), lifting, &Options::default())
}

/// Why the shell keeps the file, where it does.
fn why(conversion: &Conversion) -> Option<String> {
    let kept = conversion.findings.iter().find(|finding| finding.code == Code::FileStays)?;
    Some(kept.message.to_string().rsplit_once(": ").unwrap().1.to_owned())
}

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
    let root = at("root");
    for path in ["/etc/default/till", "/etc/absolute", "/etc/relative", "/way/default/till"] {
        let conversion = converted(&root, path, "");
        let unit = conversion.units[0].print();
        assert!(unit.contains(&format!("\nEnvironmentFile={path}\n")), "{unit}");
        assert!(unit.contains("\nExecStart=/usr/bin/till ${A}\n"), "{unit}");
        assert_eq!(why(&conversion), None, "{path}");
    }
    // No unit reads a file by such a path.
    let root_of = Root::open(&root).unwrap();
    assert_eq!(root_of.read(b"/../etc/./default/till", 99).unwrap().bytes, b"A=b\n");
    assert!(root_of.read(b"/../outside", 99).is_err());
    fs::write(at("root/large"), vec![b'#'; MOST_BYTES + 1]).unwrap();
    for (path, expected) in [
        ("/etc/out", MISSING),
        ("/etc/away", MISSING),
        ("/etc/none", MISSING),
        ("/etc/default/till/more", MISSING),
        ("/etc/circle", "the links on the way to it form a cycle"),
        ("/etc/default", "it is no regular file"),
        ("/large", "it is too large"),
    ] {
        let conversion = converted(&root, path, "");
        assert_eq!(why(&conversion).as_deref(), Some(expected), "{path}");
        assert!(!conversion.units[0].print().contains("EnvironmentFile="), "{path}");
    }
}

#[test]
fn who_may_read_a_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    fs::write(&path, "A=b\n").unwrap();
    let unreadable = "the service's user may not read it, and systemd would";
    for (mode, more, expected) in
        [(0o644, "setuid till\n", None), (0o640, "setuid till\n", Some(unreadable)), (0o640, "", None)]
    {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(why(&converted(folder.path(), "/a", more)).as_deref(), expected, "{mode:o} {more}");
    }
}
