//! Roots that mean harm: whatever lies on them, nothing outside changes.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use cutover::install::{self, After, Change, InstallError, Outcome, Transaction};
use cutover::root::{File, Root, RootPath, State};
use rustix::fs::{CWD, RenameFlags};

use crate::common::Sandbox;
use crate::common::installing::{Detail, difference, ids, path, picture};

/// A root beside a directory that is outside of it.
fn machine() -> Sandbox {
    let sandbox = Sandbox::with(&[
        ("root/etc/systemd/system/old.service", "old\n"),
        ("outside/system/old.service", "outside\n"),
        ("outside/old.service", "outside\n"),
    ]);
    sandbox.directory("root/var/lib");
    sandbox.directory("outside/cutover");
    sandbox
}

fn root(sandbox: &Sandbox) -> Root {
    Root::open(&sandbox.path("root")).unwrap()
}

fn new(at: RootPath, before: State) -> Change {
    let (uid, gid) = ids();
    Change { path: at, before, after: After::File(File { bytes: b"new\n".to_vec(), mode: 0o644, uid, gid }) }
}

fn apply(sandbox: &Sandbox, changes: Vec<Change>) -> Result<Outcome, InstallError> {
    let transaction = Transaction { label: "test".to_owned(), watched: Vec::new(), changes };
    install::apply(&root(sandbox), &transaction, false)
}

/// Does it, and looks whether anything outside changed.
fn unharmed<T>(sandbox: &Sandbox, act: impl FnOnce() -> T) -> T {
    let before = picture(&sandbox.path("outside"), Detail::Untouched);
    let result = act();
    let after = picture(&sandbox.path("outside"), Detail::Untouched);
    assert_eq!(difference(&before, &after), Vec::<String>::new());
    result
}

fn replace_by_link(sandbox: &Sandbox, name: &str, to: &str) {
    let whole = sandbox.path(name);
    if whole.is_dir() {
        fs::remove_dir_all(&whole).unwrap();
    } else {
        let _ = fs::remove_file(&whole);
    }
    symlink(to, whole).unwrap();
}

#[test]
fn links_out_of_the_root_are_not_followed_at_any_component() {
    for component in ["root/etc", "root/etc/systemd", "root/etc/systemd/system"] {
        for absolute in [true, false] {
            let sandbox = machine();
            let to = if absolute {
                sandbox.path("outside").to_str().unwrap().to_owned()
            } else {
                "../../../../../../../../../../../..".to_owned() + sandbox.path("outside").to_str().unwrap()
            };
            replace_by_link(&sandbox, component, &to);
            for name in ["old.service", "new.service"] {
                let at = path("/etc/systemd/system").join(name).unwrap();
                let done = unharmed(&sandbox, || apply(&sandbox, vec![new(at, State::Absent)]));
                assert!(matches!(done, Err(InstallError::Refused(_))), "{component}: {done:?}");
            }
        }
    }
}

#[test]
fn a_link_in_the_place_of_a_file_is_replaced_and_not_followed() {
    let sandbox = machine();
    let outside = sandbox.path("outside/old.service");
    replace_by_link(&sandbox, "root/etc/systemd/system/old.service", outside.to_str().unwrap());
    let at = path("/etc/systemd/system/old.service");
    let before = root(&sandbox).state(&at).unwrap();
    let picture_before = picture(&sandbox.path("root"), Detail::Exact);
    unharmed(&sandbox, || {
        apply(&sandbox, vec![new(at, before)]).unwrap();
        assert_eq!(sandbox.read("root/etc/systemd/system/old.service"), "new\n");
        install::rollback(&root(&sandbox), None, false, false).unwrap();
    });
    let after = picture(&sandbox.path("root"), Detail::Exact);
    assert_eq!(difference(&picture_before, &after), Vec::<String>::new());
}

#[test]
fn what_cutover_keeps_is_kept_within_the_root() {
    for component in ["root/var", "root/var/lib", "root/var/lib/cutover"] {
        for to in ["/outside", "../outside", "../../outside", "../../../outside"] {
            let sandbox = machine();
            let absolute = sandbox.path("outside");
            let to = if to.starts_with('/') { absolute.to_str().unwrap() } else { to };
            replace_by_link(&sandbox, component, to);
            let at = path("/etc/systemd/system/new.service");
            let done = unharmed(&sandbox, || apply(&sandbox, vec![new(at.clone(), State::Absent)]));
            assert!(matches!(done, Err(InstallError::Failed(_))), "{component} -> {to}: {done:?}");
            unharmed(&sandbox, || {
                assert!(install::status(&root(&sandbox)).is_err());
                assert!(install::rollback(&root(&sandbox), None, true, false).is_err());
            });
            assert_eq!(root(&sandbox).state(&at).unwrap(), State::Absent);
        }
    }
    // One that stays within is a link like any other.
    let sandbox = machine();
    sandbox.directory("root/srv/state/lib");
    replace_by_link(&sandbox, "root/var", "/srv/state");
    apply(&sandbox, vec![new(path("/etc/systemd/system/new.service"), State::Absent)]).unwrap();
    assert!(sandbox.path("root/srv/state/lib/cutover/generations/1/applied").exists());
}

#[test]
fn the_files_that_cutover_keeps_are_no_links_either() {
    for name in ["lock", "journal", "journal.new", "generations", "kept"] {
        let sandbox = machine();
        sandbox.directory("root/var/lib/cutover");
        let outside = sandbox.path("outside/cutover");
        symlink(outside.join("x"), sandbox.path("root/var/lib/cutover").join(name)).unwrap();
        let at = path("/etc/systemd/system/new.service");
        let _ = unharmed(&sandbox, || apply(&sandbox, vec![new(at, State::Absent)]));
        assert!(fs::read_dir(&outside).unwrap().next().is_none(), "{name}");
    }
}

#[test]
fn a_generation_full_of_links_harms_nobody() {
    let sandbox = machine();
    let at = path("/etc/systemd/system/old.service");
    let before = root(&sandbox).state(&at).unwrap();
    apply(&sandbox, vec![new(at, before)]).unwrap();
    let generation = sandbox.path("root/var/lib/cutover/generations/1");
    // As if the run had ended before its journal was written: the next run clears it away.
    fs::remove_file(generation.join("applied")).unwrap();
    symlink(sandbox.path("outside"), generation.join("link")).unwrap();
    symlink(sandbox.path("outside/old.service"), generation.join("backup/link")).unwrap();
    unharmed(&sandbox, || {
        apply(&sandbox, vec![new(path("/etc/systemd/system/new.service"), State::Absent)]).unwrap();
    });
    let backup = generation.join("backup");
    fs::remove_dir_all(&backup).unwrap();
    symlink(sandbox.path("outside"), &backup).unwrap();
    unharmed(&sandbox, || {
        let done = install::rollback(&root(&sandbox), None, false, false);
        assert!(done.is_ok(), "nothing was replaced, so nothing is needed of it: {done:?}");
    });
}

#[test]
fn what_is_no_file_is_not_replaced() {
    let sandbox = machine();
    sandbox.pipe("root/etc/systemd/system/pipe.service");
    sandbox.directory("root/etc/systemd/system/directory.service");
    for name in ["pipe", "directory"] {
        let at = path(&format!("/etc/systemd/system/{name}.service"));
        let before = root(&sandbox).state(&at).unwrap();
        let done = apply(&sandbox, vec![new(at, before)]).unwrap_err().to_string();
        assert!(done.contains("is there, which is not replaced"), "{done}");
    }
    let below = path("/etc/systemd/system/pipe.service/x");
    let done = apply(&sandbox, vec![new(below, State::Absent)]);
    assert!(matches!(done, Err(InstallError::Refused(_))), "{done:?}");
}

#[test]
fn names_of_any_bytes_are_written_and_shown_on_one_line() {
    let sandbox = machine();
    let before = picture(&sandbox.path("root"), Detail::Exact);
    let names: [&[u8]; 4] = [b"a\nb.service", b"\xff\xfe", b"\x1b[31m", b" "];
    let at = |name: &&[u8]| path("/etc/systemd/system").join(name).unwrap();
    let changes = names.iter().map(|name| new(at(name), State::Absent)).collect();
    apply(&sandbox, changes).unwrap();
    for name in &names {
        assert!(matches!(root(&sandbox).state(&at(name)).unwrap(), State::File { .. }));
    }
    sandbox.file("root/etc/systemd/system/a\nb.service", "edited");
    let said = sandbox.run(&["status", "--root", "root"]);
    assert!(said.contains("/a\\nb.service: it was edited\n"), "{said}");
    install::rollback(&root(&sandbox), None, true, false).unwrap();
    let after = picture(&sandbox.path("root"), Detail::Exact);
    assert_eq!(difference(&before, &after), Vec::<String>::new());
}

#[test]
fn the_longest_names_are_written_and_taken_back() {
    let sandbox = machine();
    let before = picture(&sandbox.path("root"), Detail::Exact);
    let name = "n".repeat(255);
    // As deep as paths go.
    let deep = (0..15).fold(path("/deep"), |path, _| path.join(&name).unwrap());
    let deep = deep.join("n".repeat(4095 - deep.as_ref().len() - 1)).unwrap();
    assert_eq!(deep.as_ref().len(), 4095);
    let wide = path("/etc/systemd/system").join(&name).unwrap();
    apply(&sandbox, vec![new(deep.clone(), State::Absent), new(wide.clone(), State::Absent)]).unwrap();
    for at in [&deep, &wide] {
        assert!(matches!(root(&sandbox).state(at).unwrap(), State::File { .. }));
    }
    install::rollback(&root(&sandbox), None, false, false).unwrap();
    let after = picture(&sandbox.path("root"), Detail::Exact);
    assert_eq!(difference(&before, &after), Vec::<String>::new());
}

#[test]
fn two_changes_of_one_file_are_refused() {
    let sandbox = machine();
    sandbox.link("root/etc/alias", "systemd");
    let refused = |changes: &[&str]| {
        let changes = changes.iter().map(|at| new(path(at), State::Absent)).collect();
        let done = apply(&sandbox, changes);
        assert!(matches!(done, Err(InstallError::Refused(_))), "{done:?}");
        done.unwrap_err().to_string()
    };
    let twice = refused(&["/etc/systemd/system/x", "/etc/alias/system/x"]);
    assert!(twice.contains("it is to be changed twice; /etc/systemd/system/x is the same file"), "{twice}");
    let below = refused(&["/etc/new", "/etc/new/x/y"]);
    assert!(below.contains("/etc/new: it is to be a file, and /etc/new/x/y is to lie below it"), "{below}");
    for own in ["/var/lib/cutover/x", "/var/lib/cutover/generations/1/manifest.json", "/etc/.cutover-1-0", "/"] {
        refused(&[own]);
    }
    assert!(!sandbox.path("root/var/lib/cutover").exists());
}

#[test]
fn a_temporary_name_that_is_taken_is_not_overwritten() {
    let sandbox = machine();
    sandbox.file("root/etc/systemd/system/.cutover-1-0", "mine");
    let at = path("/etc/systemd/system/new.service");
    let done = apply(&sandbox, vec![new(at.clone(), State::Absent)]).unwrap_err().to_string();
    assert!(done.contains("/etc/systemd/system/.cutover-1-0: something has a name"), "{done}");
    assert_eq!(sandbox.read("root/etc/systemd/system/.cutover-1-0"), "mine");
    assert_eq!(root(&sandbox).state(&at).unwrap(), State::Absent);
}

/// Swaps a directory of the root and a link to outside, as fast as it can; it ends as it was.
fn swap(directory: &Path, to: &Path, done: &AtomicBool) {
    let link = directory.with_extension("link");
    let exchange = || {
        rustix::fs::renameat_with(CWD, directory, CWD, &link, RenameFlags::EXCHANGE).unwrap();
    };
    symlink(to, &link).unwrap();
    while !done.load(Ordering::Relaxed) {
        exchange();
        std::thread::yield_now();
        exchange();
        std::thread::yield_now();
    }
    fs::remove_file(&link).unwrap();
}

#[test]
fn a_link_that_is_swapped_in_while_applying_leads_nowhere() {
    /// Fewer would hardly meet the moments that matter.
    const RUNS: usize = 100;
    let mut ends = [0; 2];
    for swapped in ["etc/systemd/system", "etc/systemd", "var/lib/cutover", "var/lib"] {
        let sandbox = machine();
        sandbox.directory("root/var/lib/cutover");
        let before = picture(&sandbox.path("root"), Detail::Content);
        unharmed(&sandbox, || {
            let done = AtomicBool::new(false);
            std::thread::scope(|scope| {
                scope.spawn(|| swap(&sandbox.path("root").join(swapped), &sandbox.path("outside"), &done));
                for _ in 0..RUNS {
                    let old = path("/etc/systemd/system/old.service");
                    let state = root(&sandbox).state(&old).unwrap_or(State::Absent);
                    let changes = vec![new(old, state), new(path("/etc/systemd/system/new.service"), State::Absent)];
                    let applied = apply(&sandbox, changes);
                    ends[usize::from(applied.is_ok())] += 1;
                    let _ = install::rollback(&root(&sandbox), Some(0), true, false);
                }
                done.store(true, Ordering::Relaxed);
            });
        });
        // Once it is quiet, what may have been left is undone.
        let _ = install::recover(&root(&sandbox), false).unwrap();
        match install::rollback(&root(&sandbox), Some(0), false, false) {
            Ok(_) | Err(InstallError::Nothing) => {}
            Err(error) => panic!("{swapped}: {error}"),
        }
        let after = picture(&sandbox.path("root"), Detail::Content);
        assert_eq!(difference(&before, &after), Vec::<String>::new(), "{swapped}");
    }
    assert!(ends[0] > 0 && ends[1] > 0, "some runs were disturbed, and some were not: {ends:?}");
}
