//! `cutover status`: generations, and what became of their files.
#![allow(clippy::format_push_string)]

use std::fs;

use insta::assert_snapshot;

use crate::common::Sandbox;
use crate::common::installing::{Detail, difference, example, ids, picture};

const STATUS: &[&str] = &["status", "--root", "root"];

/// What is said, without times and owners.
fn status(sandbox: &Sandbox, args: &[&str]) -> String {
    let (uid, gid) = ids();
    let owner = format!("\"uid\":{uid},\"gid\":{gid}");
    let said = sandbox.run(&[STATUS, args].concat()).replace(&owner, "OWNER");
    let mut out = String::new();
    for line in said.lines() {
        match line.find(" UTC  ") {
            Some(end) => out += &format!("{}TIME{}", &line[..end - 16], &line[end + 4..]),
            None => out += line,
        }
        out.push('\n');
    }
    let Some((before, after)) = out.split_once("\"time\":") else { return out };
    format!("{before}\"time\":0{}", after.trim_start_matches(|c: char| c.is_ascii_digit()))
}

#[test]
fn a_root_that_was_not_touched_has_no_generation() {
    let sandbox = example();
    assert_snapshot!(status(&sandbox, &[]), @r"
    no generation: cutover has changed nothing on this root
    --- exit status 0
    ");
    assert!(!sandbox.path("root/var/lib/cutover").exists());
}

#[test]
fn generations_are_told_with_what_became_of_them() {
    let sandbox = example();
    sandbox.run(&["apply", "plan", "--root", "root"]);
    sandbox.run(&["rollback", "--root", "root"]);
    sandbox.run(&["apply", "plan", "--root", "root"]);
    let before = picture(&sandbox.path("root"), Detail::Untouched);
    assert_snapshot!(status(&sandbox, &[]), @r"
       1  rolled back by 2    7 paths  TIME  web
       2  rollback            7 paths  TIME  back to before the first generation
       3  applied             7 paths  TIME  web
    --- exit status 0
    ");
    assert_eq!(difference(&before, &picture(&sandbox.path("root"), Detail::Untouched)), Vec::<String>::new());
}

#[test]
fn edited_files_are_told_by_name() {
    let sandbox = example();
    sandbox.run(&["apply", "plan", "--root", "root"]);
    sandbox.file("root/etc/systemd/system/web.service", "mine\n");
    fs::remove_file(sandbox.path("root/etc/systemd/system/web.socket")).unwrap();
    sandbox.link("root/etc/systemd/system/dbus-old.service", "mine.service");
    assert_snapshot!(status(&sandbox, &[]), @r"
       1  applied             7 paths  TIME  web
        /etc/systemd/system/dbus-old.service: it was not there, and is a link to mine.service now
        /etc/systemd/system/web.service: it was edited
        /etc/systemd/system/web.socket: it is gone
    --- exit status 1
    ");
    assert_snapshot!(status(&sandbox, &["--format", "json"]), @r#"
    {"schema":1,"generations":[{"number":1,"label":"web","time":0,"changes":7,"standing":"applied","drift":[{"path":"/etc/systemd/system/dbus-old.service","was":{"kind":"absent"},"now":{"kind":"link","to":"mine.service"},"how":"it was not there, and is a link to mine.service now"},{"path":"/etc/systemd/system/web.service","was":{"kind":"file","sha256":"f9b1d361f99d2b30ef82102e443b20efa5d5c37bd27b9e77b7fa0653d90d4115","mode":"0644",OWNER,"size":25},"now":{"kind":"file","sha256":"fcbc800db3f1867000b852f1ce0044b8f1584f76ade1ed6e65189824f95c3cda","mode":"0644",OWNER,"size":5},"how":"it was edited"},{"path":"/etc/systemd/system/web.socket","was":{"kind":"file","sha256":"4f5642d6c3fbb094e3e516fbe195767401a829f0a3a395de94c14ca9866e9bea","mode":"0600",OWNER,"size":9},"now":{"kind":"absent"},"how":"it is gone"}]}],"pending":null,"process":null}
    --- exit status 1
    "#);
}

#[test]
fn a_run_that_was_interrupted_is_told_and_not_mended() {
    let sandbox = example();
    sandbox.run(&["apply", "plan", "--root", "root"]);
    let own = sandbox.path("root/var/lib/cutover");
    fs::rename(own.join("generations/1/applied"), own.join("journal")).unwrap();
    let before = picture(&sandbox.path("root"), Detail::Untouched);
    assert_snapshot!(status(&sandbox, &[]), @r"
    interrupted: the run that was to make generation 1; the next apply or rollback undoes it
    --- exit status 1
    ");
    assert_eq!(difference(&before, &picture(&sandbox.path("root"), Detail::Untouched)), Vec::<String>::new());
    assert_snapshot!(sandbox.run(&["rollback", "--root", "root", "--dry-run"]), @r"
    --- stderr
    error: the run that was to make generation 1 was interrupted; apply or rollback without --dry-run undoes what it left
    --- exit status 1
    ");
    assert_snapshot!(sandbox.run(&["rollback", "--root", "root"]), @r"
    --- stderr
    the run that was to make generation 1 was interrupted: it is undone
    --- exit status 0
    ");
    assert_snapshot!(status(&sandbox, &[]), @r"
    no generation: cutover has changed nothing on this root
    --- exit status 0
    ");
}

#[test]
fn a_run_that_is_under_way_is_told_with_its_process() {
    let sandbox = example();
    sandbox.run(&["apply", "plan", "--root", "root"]);
    sandbox.file("root/var/lib/cutover/lock", "4711\n");
    let lock = fs::File::open(sandbox.path("root/var/lib/cutover/lock")).unwrap();
    lock.lock().unwrap();
    assert_snapshot!(status(&sandbox, &[]), @r"
       1  applied             7 paths  TIME  web
    under way: a run, by process 4711
    --- exit status 0
    ");
}

#[test]
fn what_was_edited_after_an_interruption_is_a_person_s_to_decide() {
    let sandbox = example();
    let before = picture(&sandbox.path("root"), Detail::Exact);
    sandbox.run(&["apply", "plan", "--root", "root"]);
    let own = sandbox.path("root/var/lib/cutover");
    fs::rename(own.join("generations/1/applied"), own.join("journal")).unwrap();
    sandbox.file("root/etc/systemd/system/web.service", "mine\n");
    for command in [&["rollback", "--root", "root"][..], &["apply", "plan", "--root", "root"]] {
        let said = sandbox.run(command);
        assert!(said.contains("/etc/systemd/system/web.service: it changed since a run was interrupted"), "{said}");
        assert!(said.ends_with("status 1\n"), "{said}");
    }
    assert_snapshot!(sandbox.run(&["rollback", "--root", "root", "--force"]), @r"
    --- stderr
    the run that was to make generation 1 was interrupted: it is undone
    /etc/systemd/system/web.service had been edited since: a copy is at /var/lib/cutover/kept/1-0
    --- exit status 0
    ");
    assert_eq!(sandbox.read("root/var/lib/cutover/kept/1-0"), "mine\n");
    assert_eq!(difference(&before, &picture(&sandbox.path("root"), Detail::Exact)), Vec::<String>::new());
}

#[test]
fn a_journal_that_cannot_be_read_stops_every_run() {
    let sandbox = example();
    sandbox.run(&["apply", "plan", "--root", "root"]);
    sandbox.file("root/var/lib/cutover/journal", "{\"schema\":1");
    for command in [STATUS, &["rollback", "--root", "root"], &["apply", "plan", "--root", "root"]] {
        let said = sandbox.run(command);
        assert!(said.contains("/var/lib/cutover/journal: it cannot be read"), "{said}");
        assert!(said.ends_with("status 2\n"), "{said}");
    }
    // One about another manifest than there is.
    let digest = "0".repeat(64);
    let journal = format!("{{\"schema\":1,\"generation\":1,\"manifest\":\"{digest}\"}}");
    sandbox.file("root/var/lib/cutover/journal", journal);
    let said = sandbox.run(&["rollback", "--root", "root"]);
    assert!(said.contains("it is about another manifest"), "{said}");
}
