//! A root file system: what lies where, and that no way leads out of it.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::sync::atomic::{AtomicBool, Ordering};

use cutover::root::{Digest, EntryKind, Reason, Root, RootPath, State};

use crate::common::Sandbox;

const SECRET: &str = "secret\n";

fn path(text: &str) -> RootPath {
    text.parse().unwrap()
}

/// A root beside a directory that is outside of it.
fn machine() -> (Sandbox, Root) {
    let sandbox = Sandbox::with(&[("root/etc/init/web.conf", "exec web\n"), ("outside/file", SECRET)]);
    let root = Root::open(&sandbox.path("root")).unwrap();
    (sandbox, root)
}

fn reason(result: Result<impl std::fmt::Debug, cutover::root::RootError>) -> Reason {
    result.unwrap_err().reason
}

#[test]
fn a_state_tells_all_that_can_change() {
    let (sandbox, root) = machine();
    sandbox.link("root/etc/link", "../nowhere");
    sandbox.pipe("root/etc/pipe");
    fs::set_permissions(sandbox.path("root/etc/init/web.conf"), fs::Permissions::from_mode(0o4640)).unwrap();
    fs::set_permissions(sandbox.path("root/etc/init"), fs::Permissions::from_mode(0o750)).unwrap();
    let file = root.state(&path("/etc/init/web.conf")).unwrap();
    let State::File { sha256, mode: 0o4640, uid, gid, size: 9 } = file else { panic!("{file:?}") };
    assert_eq!(sha256, Digest::of(b"exec web\n"));
    assert_eq!(root.read(path("/etc/init/web.conf"), 9).unwrap().state(), file);
    assert_eq!(root.state(&path("/etc/init")).unwrap(), State::Directory { mode: 0o750, uid, gid });
    assert_eq!(root.state(&path("/etc/link")).unwrap(), State::Link { to: "../nowhere".into() });
    assert_eq!(root.state(&path("/etc/pipe")).unwrap(), State::Special);
    for absent in ["/none", "/etc/none/x", "/etc/init/web.conf/x", "/etc/link/x"] {
        assert_eq!(root.state(&path(absent)).unwrap(), State::Absent, "{absent}");
    }
}

#[test]
fn a_state_is_the_same_after_json() {
    let states = [
        State::Absent,
        State::File { sha256: Digest::of(b""), mode: 0o644, uid: 0, gid: 5, size: 0 },
        State::Link { to: b"a\xff"[..].into() },
        State::Directory { mode: 0o1777, uid: 0, gid: 0 },
        State::Special,
    ];
    for state in states {
        let json = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<State>(&json).unwrap(), state, "{json}");
    }
    insta::assert_snapshot!(
        serde_json::to_string(&State::Directory { mode: 0o755, uid: 0, gid: 1 }).unwrap(),
        @r#"{"kind":"directory","mode":"0755","uid":0,"gid":1}"#
    );
    for bad in [r#"{"kind":"directory","mode":"+755","uid":0,"gid":1}"#, r#"{"kind":"link"}"#] {
        assert!(serde_json::from_str::<State>(bad).is_err(), "{bad}");
    }
}

#[test]
fn links_count_from_the_root_and_lead_nowhere_else() {
    let (sandbox, root) = machine();
    let outside = sandbox.path("outside");
    for (link, to) in [
        ("root/absolute", "/etc"),
        ("root/etc/relative", "../etc/./init"),
        ("root/up", "../../../../../etc"),
        ("root/away", outside.to_str().unwrap()),
        ("root/beside", "../outside"),
        ("root/etc/circle", "circle"),
        ("root/file", "/etc/init/web.conf"),
    ] {
        sandbox.link(link, to);
    }
    for within in ["/absolute/init/web.conf", "/etc/relative/web.conf", "/up/init/web.conf", "/file", "/../file"] {
        assert_eq!(root.read(within, 99).unwrap().bytes, b"exec web\n", "{within}");
        assert_eq!(root.resolve(within).unwrap(), path("/etc/init/web.conf"), "{within}");
    }
    for away in ["/away/file", "/beside/file", "/../outside/file", "/etc/../../outside/file"] {
        assert!(matches!(reason(root.read(away, 99)), Reason::Missing), "{away}");
    }
    assert!(matches!(reason(root.read("/etc/circle", 99)), Reason::Cycle));
    assert!(matches!(reason(root.state(&path("/etc/circle/x"))), Reason::Cycle));
    assert!(matches!(reason(root.read("/etc/init/web.conf/..", 99)), Reason::NotDirectory));
    assert!(matches!(reason(root.read("/file/", 99)), Reason::NotDirectory));
}

#[test]
fn forty_links_are_followed_and_no_more() {
    let (sandbox, root) = machine();
    for number in 1..=40 {
        sandbox.link(&format!("root/{}", number + 1), &number.to_string());
    }
    sandbox.link("root/1", "etc/init/web.conf");
    assert!(root.read("/40", 99).is_ok());
    assert!(matches!(reason(root.read("/41", 99)), Reason::Cycle));
}

#[test]
fn only_regular_files_of_that_size_are_read() {
    let (sandbox, root) = machine();
    sandbox.pipe("root/pipe");
    assert!(matches!(reason(root.read("/pipe", 99)), Reason::Special));
    assert!(matches!(reason(root.read("/etc", 99)), Reason::Special));
    assert!(matches!(reason(root.read("/", 99)), Reason::Special));
    assert!(matches!(reason(root.read("/etc/init/web.conf", 8)), Reason::Large));
    let error = root.read("/a\nb", 9).unwrap_err().to_string();
    assert_eq!(error, "/a\\nb: there is no such file or directory");
}

#[test]
fn the_place_of_a_file_is_where_links_on_the_way_lead() {
    let (sandbox, root) = machine();
    for (link, to) in [
        ("root/lib", "usr/lib"),
        ("root/gone", "/nowhere"),
        ("root/file", "etc/init/web.conf"),
        ("root/circle", "circle"),
        ("root/etc/init/last", "web.conf"),
        ("root/out", "../outside"),
    ] {
        sandbox.link(link, to);
    }
    sandbox.directory("root/usr/lib");
    for (given, lies) in [
        ("/lib/systemd/a.service", "/usr/lib/systemd/a.service"),
        ("/etc/init/last", "/etc/init/last"),
        ("/new/directory/file", "/new/directory/file"),
        ("/", "/"),
    ] {
        assert_eq!(root.place(&path(given)).unwrap(), path(lies));
    }
    assert!(matches!(reason(root.place(&path("/gone/x"))), Reason::Dangling));
    assert!(matches!(reason(root.place(&path("/out/x"))), Reason::Dangling));
    assert!(matches!(reason(root.place(&path("/file/x"))), Reason::Dangling));
    assert!(matches!(reason(root.place(&path("/circle/x"))), Reason::Cycle));
    assert!(matches!(reason(root.place(&path("/etc/init/web.conf/x"))), Reason::NotDirectory));
    assert!(root.directory(&path("/usr/lib")).is_ok());
    assert!(matches!(reason(root.directory(&path("/lib"))), Reason::NotDirectory));
    assert!(matches!(reason(root.directory(&path("/lib/x"))), Reason::NotDirectory));
}

#[test]
fn directories_are_listed_by_name_and_walked_without_links() {
    let (sandbox, root) = machine();
    sandbox.file("root/etc/a", "");
    sandbox.file("root/etc/init/sub/x\ny", "");
    sandbox.link("root/etc/init/loop", "..");
    sandbox.link("root/etc/init/out", "../../../outside");
    sandbox.link("root/alias", "etc/init");
    sandbox.pipe("root/etc/z");
    let names: Vec<String> = root.list("/etc").unwrap().iter().map(|entry| entry.name.to_string()).collect();
    assert_eq!(names, ["a", "init", "z"]);
    let lines = |top: &str| -> Vec<String> {
        let told = |(path, kind): (RootPath, EntryKind)| format!("{path} {kind:?}");
        root.walk(&path(top)).into_iter().map(|found| found.map_or_else(|e| e.to_string(), told)).collect()
    };
    assert_eq!(
        lines("/etc"),
        [
            "/etc/a File",
            "/etc/init Directory",
            "/etc/init/loop Link",
            "/etc/init/out Link",
            "/etc/init/sub Directory",
            "/etc/init/sub/x\\ny File",
            "/etc/init/web.conf File",
            "/etc/z Special",
        ]
    );
    assert_eq!(lines("/alias")[0], "/alias/loop Link");
    assert_eq!(lines("/none"), ["/none: there is no such file or directory"]);
}

/// A directory that is swapped for a link to one outside, again and again.
#[test]
fn a_race_leads_nowhere() {
    let (sandbox, root) = machine();
    sandbox.file("outside/web.conf", SECRET);
    let (init, aside, link) = (sandbox.path("root/etc/init"), sandbox.path("root/aside"), sandbox.path("root/l"));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                symlink(sandbox.path("outside"), &link).unwrap();
                fs::rename(&init, &aside).unwrap();
                fs::rename(&link, &init).unwrap();
                fs::remove_file(&init).unwrap();
                fs::rename(&aside, &init).unwrap();
            }
        });
        let mut seen = 0;
        for _ in 0..20_000 {
            if let Ok(file) = root.read("/etc/init/web.conf", 99) {
                assert_eq!(file.bytes, b"exec web\n");
                seen += 1;
            }
        }
        done.store(true, Ordering::Relaxed);
        assert!(seen > 0);
    });
}

#[test]
fn a_path_has_one_spelling() {
    let long = "a".repeat(256);
    for (bad, why) in [
        ("", "is no absolute path"),
        ("etc", "is no absolute path"),
        ("/etc/..", "has `..` in it"),
        ("/../etc", "has `..` in it"),
        ("//etc", "has an empty name"),
        ("/etc/", "has an empty name"),
        ("/./etc", "has an empty name"),
        ("/e\0tc", "holds a NUL"),
        (&format!("/{long}"), "is too long"),
        (&"/abcdefg".repeat(512), "is too long"),
    ] {
        let error = RootPath::parse(bad).unwrap_err().to_string();
        assert!(error.contains(why), "{bad}: {error}");
    }
    for good in ["/", "/etc", "/etc/...", "/a b/\n", &"/abcdefg".repeat(511)] {
        assert_eq!(path(good).as_ref(), good.as_bytes());
    }
}

#[test]
fn paths_are_joined_and_taken_apart() {
    assert_eq!(path("/").join("etc").unwrap(), path("/etc"));
    assert_eq!(path("/etc").join("init/a.conf").unwrap(), path("/etc/init/a.conf"));
    assert!(path("/etc").join("../a").is_err() && path("/etc").join("/a").is_err());
    assert_eq!(path("/etc/init").parent(), Some(path("/etc")));
    assert_eq!(path("/etc").parent(), Some(path("/")));
    assert_eq!((path("/").parent(), path("/").name()), (None, None));
    assert_eq!(path("/etc/init").name(), Some(&b"init"[..]));
    assert!(path("/etc/init").is_below(&path("/etc")) && path("/etc").is_below(&path("/")));
    assert!(path("/etc").is_below(&path("/etc")) && !path("/etcetera").is_below(&path("/etc")));
}

#[test]
fn names_are_shown_on_one_line() {
    assert_eq!(path("/a\n\u{1b}[1m/é\u{202e}").to_string(), "/a\\n\\u{1b}[1m/é\\u{202e}");
    assert_eq!(RootPath::parse(b"/a\xff").unwrap().to_string(), "/a\\xff");
}

#[test]
fn json_gives_back_every_byte() {
    for bytes in [&b"/a\n"[..], b"/a\xff"] {
        let before = RootPath::parse(bytes).unwrap();
        let json = serde_json::to_string(&before).unwrap();
        assert_eq!(serde_json::from_str::<RootPath>(&json).unwrap(), before, "{json}");
    }
    assert!(serde_json::from_str::<RootPath>("\"/a/../b\"").is_err());
}

#[test]
fn a_digest_is_sha_256() {
    let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(Digest::of(b"abc").to_string(), text);
    assert_eq!(Digest::of_reader(&b"abc"[..]).unwrap(), (text.parse().unwrap(), 3));
    for bad in ["", "ba", &text[1..], &text.to_uppercase(), &format!("{text}00"), &text.replace('b', "g")] {
        assert!(bad.parse::<Digest>().is_err(), "{bad}");
    }
}
