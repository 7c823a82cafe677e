//! `cutover rollback`: everything as it was, and nothing of what was edited since is lost.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use cutover::plan::model::FileKind;
use insta::assert_snapshot;

use crate::common::Sandbox;
use crate::common::installing::{Detail, Draft, difference, example, note, picture, set_note};

const APPLY: &[&str] = &["apply", "plan", "--root", "root"];
const ROLLBACK: &[&str] = &["rollback", "--root", "root"];
const UNIT: &str = "root/etc/systemd/system/web.service";

fn same(before: &std::collections::BTreeMap<String, String>, sandbox: &Sandbox) {
    assert_eq!(difference(before, &picture(&sandbox.path("root"), Detail::Exact)), Vec::<String>::new());
}

#[test]
fn every_byte_mode_time_and_link_is_what_it_was() {
    let sandbox = example();
    let before = picture(&sandbox.path("root"), Detail::Exact);
    sandbox.run(APPLY);
    assert_snapshot!(sandbox.run(ROLLBACK), @r"
    generation 2: 7 paths changed
      new       /etc/systemd/system/dbus-old.service -> gone.service
      replaced  /etc/systemd/system/default.target.wants/web.service -> /lib/old.service
      removed   /etc/systemd/system/sockets.target.wants/web.socket
      replaced  /etc/systemd/system/web.service
      removed   /etc/systemd/system/web.socket
      removed   /usr/lib/share/dbus-1/services/web.service
      removed   /usr/libexec/cutover/web
      removed   /usr/libexec/cutover/
      removed   /usr/lib/share/dbus-1/services/
      removed   /usr/lib/share/dbus-1/
      removed   /usr/lib/share/
      removed   /etc/systemd/system/sockets.target.wants/
    to go back: cutover rollback 1 --root root
    --- exit status 0
    ");
    same(&before, &sandbox);
    assert_eq!(note(&sandbox.path(UNIT)).is_some(), set_note(&sandbox.path(UNIT), "mine"));
}

#[test]
fn a_dry_run_writes_nothing() {
    let sandbox = example();
    sandbox.run(APPLY);
    let before = picture(&sandbox.path("root"), Detail::Untouched);
    assert_snapshot!(sandbox.run(&[ROLLBACK, &["--dry-run"]].concat()), @r"
    7 paths would be changed; nothing was written
      new       /etc/systemd/system/dbus-old.service -> gone.service
      replaced  /etc/systemd/system/default.target.wants/web.service -> /lib/old.service
      removed   /etc/systemd/system/sockets.target.wants/web.socket
      replaced  /etc/systemd/system/web.service
      removed   /etc/systemd/system/web.socket
      removed   /usr/lib/share/dbus-1/services/web.service
      removed   /usr/libexec/cutover/web
      removed   /usr/libexec/cutover/ if it is empty
      removed   /usr/lib/share/dbus-1/services/ if it is empty
      removed   /usr/lib/share/dbus-1/ if it is empty
      removed   /usr/lib/share/ if it is empty
      removed   /etc/systemd/system/sockets.target.wants/ if it is empty
    --- exit status 0
    ");
    assert_eq!(difference(&before, &picture(&sandbox.path("root"), Detail::Untouched)), Vec::<String>::new());
}

/// Three plans, one after the other, that write the same unit and one of their own.
fn three() -> (Sandbox, Vec<std::collections::BTreeMap<String, String>>) {
    let sandbox = Sandbox::with(&[("root/etc/init/web.conf", "exec web\n")]);
    sandbox.directory("root/var/lib");
    let mut pictures = vec![picture(&sandbox.path("root"), Detail::Exact)];
    for number in ["one", "two", "three"] {
        Draft::new(&sandbox)
            .file("/etc/systemd/system/web.service", FileKind::Unit, 0o644, number)
            .file(&format!("/etc/systemd/system/{number}.target.d/own.conf"), FileKind::DropIn, 0o644, number)
            .save();
        assert_eq!(sandbox.status(APPLY), Some(0));
        pictures.push(picture(&sandbox.path("root"), Detail::Exact));
    }
    (sandbox, pictures)
}

#[test]
fn each_generation_can_be_gone_back_to() {
    for to in 0..3 {
        let (sandbox, pictures) = three();
        assert_eq!(sandbox.status(&[ROLLBACK, &[&to.to_string()]].concat()), Some(0));
        same(&pictures[to], &sandbox);
    }
}

#[test]
fn one_after_the_other_is_undone() {
    let (sandbox, pictures) = three();
    for to in [2, 1, 0] {
        assert_eq!(sandbox.status(ROLLBACK), Some(0));
        same(&pictures[to], &sandbox);
    }
    assert_snapshot!(sandbox.run(ROLLBACK), @r"
    --- stderr
    error: there is nothing to roll back: no generation is in place on this root
    --- exit status 2
    ");
}

#[test]
fn a_rollback_can_be_taken_back() {
    let (sandbox, pictures) = three();
    assert_eq!(sandbox.status(&[ROLLBACK, &["0"]].concat()), Some(0));
    same(&pictures[0], &sandbox);
    assert_eq!(sandbox.status(&[ROLLBACK, &["3"]].concat()), Some(0));
    same(&pictures[3], &sandbox);
    assert_eq!(sandbox.status(ROLLBACK), Some(0));
    same(&pictures[2], &sandbox);
}

#[test]
fn what_was_edited_since_is_refused_by_name() {
    let sandbox = example();
    sandbox.run(APPLY);
    sandbox.file(UNIT, "mine\n");
    fs::set_permissions(sandbox.path("root/usr/libexec/cutover/web"), fs::Permissions::from_mode(0o700)).unwrap();
    fs::remove_file(sandbox.path("root/etc/systemd/system/web.socket")).unwrap();
    sandbox.link("root/etc/systemd/system/dbus-old.service", "mine.service");
    let before = picture(&sandbox.path("root"), Detail::Exact);
    assert_snapshot!(sandbox.run(ROLLBACK), @r"
    --- stderr
    error: refused, and nothing was changed:
      /etc/systemd/system/dbus-old.service: it changed since it was installed: it was not there, and is a link to mine.service now
      /etc/systemd/system/web.service: it changed since it was installed: it was edited
      /usr/libexec/cutover/web: it changed since it was installed: its mode was 0755, and is 0700 now
    --force puts back the earlier state all the same; what it overwrites is kept
    --- exit status 1
    ");
    same(&before, &sandbox);
}

#[test]
fn by_force_what_was_edited_is_kept_aside() {
    let sandbox = example();
    let before = picture(&sandbox.path("root"), Detail::Exact);
    sandbox.run(APPLY);
    sandbox.file(UNIT, "mine\n");
    assert_eq!(sandbox.status(&[ROLLBACK, &["--force"]].concat()), Some(0));
    same(&before, &sandbox);
    assert_eq!(sandbox.read("root/var/lib/cutover/generations/2/backup/3"), "mine\n");
}

/// The edits lay between generation 1 and the rollback, and are no part of either.
#[test]
fn a_generation_is_gone_back_to_as_it_was_written() {
    let sandbox = example();
    sandbox.run(APPLY);
    let installed = picture(&sandbox.path("root"), Detail::Content);
    sandbox.file(UNIT, "mine\n");
    let script = sandbox.path("root/usr/libexec/cutover/web");
    fs::set_permissions(script, fs::Permissions::from_mode(0o700)).unwrap();
    fs::remove_file(sandbox.path("root/etc/systemd/system/sockets.target.wants/web.socket")).unwrap();
    let said = sandbox.run(&[ROLLBACK, &["--force"]].concat());
    assert!(said.contains("is kept in /var/lib/cutover/generations/2/backup\n"), "{said}");
    assert_eq!(sandbox.status(&[ROLLBACK, &["1"]].concat()), Some(0));
    let now = picture(&sandbox.path("root"), Detail::Content);
    assert_eq!(difference(&installed, &now), Vec::<String>::new());
}

/// A plan that took an edit in is undone to the edit, and only a number asks for what was written before.
#[test]
fn what_is_undone_is_put_back_as_it_was_found() {
    let (sandbox, _) = three();
    sandbox.file("root/etc/systemd/system/web.service", "mine\n");
    Draft::new(&sandbox).file("/etc/systemd/system/web.service", FileKind::Unit, 0o644, "four").save();
    let said = sandbox.run(APPLY);
    assert!(said.contains("to go back: cutover rollback --root root\n"), "{said}");
    assert_eq!(sandbox.status(ROLLBACK), Some(0));
    assert_eq!(sandbox.read("root/etc/systemd/system/web.service"), "mine\n");
    assert_eq!(sandbox.status(&[ROLLBACK, &["4"]].concat()), Some(0));
    assert_eq!(sandbox.status(&[ROLLBACK, &["3"]].concat()), Some(0));
    assert_eq!(sandbox.read("root/etc/systemd/system/web.service"), "three");
}

#[test]
fn where_there_is_nothing_to_undo_nothing_is_written() {
    let sandbox = example();
    let said = "there is nothing to undo\n--- exit status 0\n";
    assert_eq!(sandbox.run(&[ROLLBACK, &["0"]].concat()), said);
    assert!(!sandbox.path("root/var/lib/cutover").exists());
    sandbox.run(APPLY);
    assert_eq!(sandbox.run(&[ROLLBACK, &["1"]].concat()), said);
    sandbox.run(ROLLBACK);
    let before = sandbox.tree("root/var/lib/cutover");
    assert_eq!(sandbox.run(&[ROLLBACK, &["0"]].concat()), said);
    assert_eq!(sandbox.run(&[ROLLBACK, &["0", "--dry-run"]].concat()), said);
    assert_eq!(sandbox.tree("root/var/lib/cutover"), before);
}

#[test]
fn what_somebody_put_back_already_is_no_edit() {
    let sandbox = example();
    let before = picture(&sandbox.path("root"), Detail::Content);
    sandbox.run(APPLY);
    sandbox.file(UNIT, "[Service]\nExecStart=/old\n");
    fs::set_permissions(sandbox.path(UNIT), fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(sandbox.status(ROLLBACK), Some(0));
    assert_eq!(difference(&before, &picture(&sandbox.path("root"), Detail::Content)), Vec::<String>::new());
}

#[test]
fn a_directory_that_somebody_uses_stays() {
    let sandbox = example();
    sandbox.run(APPLY);
    sandbox.file("root/usr/libexec/cutover/mine", "");
    let said = sandbox.run(ROLLBACK);
    assert!(said.contains("removed   /usr/lib/share/\n") && !said.contains("/usr/libexec/cutover/\n"), "{said}");
    assert_eq!(sandbox.tree("root/usr/libexec/cutover"), "0644 mine\n");
}

#[test]
fn what_cannot_be_gone_back_to_is_told() {
    let sandbox = example();
    assert_snapshot!(sandbox.run(ROLLBACK), @r"
    --- stderr
    error: there is nothing to roll back: no generation is in place on this root
    --- exit status 2
    ");
    sandbox.run(APPLY);
    assert_snapshot!(sandbox.run(&[ROLLBACK, &["7"]].concat()), @r"
    --- stderr
    error: there is no generation 7; `cutover status` lists them
    --- exit status 2
    ");
}

#[test]
fn what_was_kept_and_is_damaged_is_not_put_back() {
    let sandbox = example();
    sandbox.run(APPLY);
    let before = picture(&sandbox.path("root"), Detail::Exact);
    sandbox.file("root/var/lib/cutover/generations/1/backup/0", "[Service]\nExecStart=/evil\n");
    assert_snapshot!(sandbox.run(ROLLBACK), @r"
    --- stderr
    error: nothing was changed: /etc/systemd/system/web.service: what was kept of it is damaged
    --- exit status 2
    ");
    same(&before, &sandbox);
    sandbox.file("root/var/lib/cutover/generations/1/manifest.json", "{");
    let said = sandbox.run(ROLLBACK);
    assert!(said.contains("/var/lib/cutover/generations/1/manifest.json: it cannot be read"), "{said}");
    same(&before, &sandbox);
}
