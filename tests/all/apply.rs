//! `cutover apply`: what was accepted is installed, all of it or nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use cutover::plan::Store;
use cutover::plan::model::{Action, Decision, FileKind};
use insta::assert_snapshot;

use crate::common::installing::{Detail, Draft, difference, example, ids, is_root, picture};
use crate::common::{Sandbox, skip};

const APPLY: &[&str] = &["apply", "plan", "--root", "root"];

#[test]
fn everything_is_installed_in_one_generation() {
    let sandbox = example();
    assert_snapshot!(sandbox.run(APPLY), @r"
    generation 1: 7 paths changed
      replaced  /etc/systemd/system/web.service
      new       /etc/systemd/system/web.socket
      new       /usr/libexec/cutover/web
      new       /usr/local/share/dbus-1/services/web.service
      replaced  /etc/systemd/system/default.target.wants/web.service -> ../web.service
      new       /etc/systemd/system/sockets.target.wants/web.socket -> ../web.socket
      removed   /etc/systemd/system/dbus-old.service
      new       /etc/systemd/system/sockets.target.wants/
      new       /usr/lib/share/
      new       /usr/lib/share/dbus-1/
      new       /usr/lib/share/dbus-1/services/
      new       /usr/libexec/cutover/
    to go back: cutover rollback 0 --root root
    --- exit status 0
    ");
    let (uid, gid) = ids();
    let installed = picture(&sandbox.path("root"), Detail::Content);
    for (path, line) in [
        ("etc/systemd/system/web.service", format!("100644 {uid}:{gid} [Service]\\nExecStart=/new\\n")),
        ("etc/systemd/system/web.socket", format!("100600 {uid}:{gid} [Socket]\\n")),
        ("usr/libexec/cutover/web", format!("100755 {uid}:{gid} #!/bin/sh\\n")),
        ("usr/lib/share/dbus-1/services/web.service", format!("100644 {uid}:{gid} [D-BUS Service]\\n")),
        ("etc/systemd/system/default.target.wants/web.service", format!("120777 {uid}:{gid} -> ../web.service")),
        ("etc/systemd/system/sockets.target.wants", format!("040755 {uid}:{gid}")),
    ] {
        assert_eq!(installed.get(path), Some(&line), "{path}");
    }
    assert!(!installed.contains_key("etc/systemd/system/dbus-old.service"));
    assert!(!installed.keys().any(|path| path.contains(".cutover-")));
}

#[test]
fn what_is_kept_is_for_root_alone() {
    let sandbox = example();
    sandbox.run(APPLY);
    for (path, mode) in [
        ("var/lib/cutover", 0o700),
        ("var/lib/cutover/generations", 0o700),
        ("var/lib/cutover/generations/1/backup/0", 0o600),
        ("var/lib/cutover/generations/1/manifest.json", 0o600),
    ] {
        let meta = fs::metadata(sandbox.path("root").join(path)).unwrap();
        assert_eq!(meta.permissions().mode() & 0o7777, mode, "{path}");
    }
    assert_eq!(sandbox.read("root/var/lib/cutover/generations/1/backup/0"), "[Service]\nExecStart=/old\n");
}

#[test]
fn a_dry_run_says_the_same_and_writes_nothing() {
    let sandbox = example();
    let before = picture(&sandbox.path(""), Detail::Untouched);
    let dry = sandbox.run(&[APPLY, &["--dry-run"]].concat());
    let after = picture(&sandbox.path(""), Detail::Untouched);
    assert_eq!(difference(&before, &after), Vec::<String>::new());
    let real = sandbox.run(APPLY);
    let lines = |said: &str| said.lines().filter(|line| line.starts_with("  ")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(&dry), lines(&real));
    assert!(dry.starts_with("7 paths would be changed; nothing was written\n") && dry.ends_with("status 0\n"), "{dry}");
    // Also beside what an earlier run keeps.
    let before = picture(&sandbox.path(""), Detail::Untouched);
    assert!(sandbox.run(&[APPLY, &["--dry-run"]].concat()).starts_with("everything is in place already\n"));
    assert_eq!(difference(&before, &picture(&sandbox.path(""), Detail::Untouched)), Vec::<String>::new());
}

#[test]
fn a_second_time_there_is_nothing_to_do() {
    let sandbox = example();
    sandbox.run(APPLY);
    assert_snapshot!(sandbox.run(APPLY), @r"
    everything is in place already
    --- exit status 0
    ");
    assert!(!sandbox.path("root/var/lib/cutover/generations/2").exists());
}

#[test]
fn a_root_that_moved_on_is_refused_by_name() {
    let sandbox = example();
    sandbox.file("root/etc/init/web.conf", "exec web --other\n");
    sandbox.file("root/etc/init/web.override", "manual\n");
    fs::remove_file(sandbox.path("root/etc/systemd/system/web.service")).unwrap();
    sandbox.file("root/etc/systemd/system/web.socket", "[Socket]\nmine\n");
    fs::remove_file(sandbox.path("root/etc/systemd/system/dbus-old.service")).unwrap();
    sandbox.directory("root/etc/systemd/system/dbus-old.service");
    let wants = sandbox.path("root/etc/systemd/system/default.target.wants/web.service");
    fs::remove_file(&wants).unwrap();
    sandbox.link("root/etc/systemd/system/default.target.wants/web.service", "/lib/other.service");
    let before = picture(&sandbox.path("root"), Detail::Untouched);
    let (uid, gid) = ids();
    let said = sandbox.run(APPLY).replace(&format!("owner {uid}:{gid}"), "owner UID:GID");
    assert_snapshot!(said, @r"
    --- stderr
    error: refused, and nothing was changed:
      /etc/init/web.conf: it changed since the plan: it was edited
      /etc/init/web.override: it changed since the plan: it was not there, and is a file of 7 bytes (mode 0644, owner UID:GID) now
      /etc/systemd/system/web.service: it changed since the plan: it is gone
      /etc/systemd/system/web.socket: it changed since the plan: it was not there, and is a file of 14 bytes (mode 0644, owner UID:GID) now
      /etc/systemd/system/default.target.wants/web.service: it changed since the plan: it led to /lib/old.service, and leads to /lib/other.service now
      /etc/systemd/system/dbus-old.service: it changed since the plan: it was a link to gone.service, and is a directory (mode 0755, owner UID:GID) now
    `cutover plan` over the old plan takes in what changed, and asks only about that
    --- exit status 1
    ");
    assert_eq!(difference(&before, &picture(&sandbox.path("root"), Detail::Untouched)), Vec::<String>::new());
}

#[test]
fn a_file_that_differs_in_its_mode_alone_has_moved_on() {
    let sandbox = example();
    let job = sandbox.path("root/etc/init/web.conf");
    fs::set_permissions(&job, fs::Permissions::from_mode(0o600)).unwrap();
    assert_snapshot!(sandbox.run(APPLY), @r"
    --- stderr
    error: refused, and nothing was changed:
      /etc/init/web.conf: it changed since the plan: its mode was 0644, and is 0600 now
    `cutover plan` over the old plan takes in what changed, and asks only about that
    --- exit status 1
    ");
}

#[test]
fn undecided_services_are_in_the_way_or_left_out() {
    let sandbox = Sandbox::with(&[("root/etc/init/web.conf", "exec web\n")]);
    let undecided = |plan: &mut cutover::plan::Plan| {
        let mut other = plan.services[0].clone();
        other.name = "db".to_owned();
        other.decision = Decision::Undecided;
        plan.services.push(other);
        let mut skipped = plan.services[0].clone();
        skipped.name = "log".to_owned();
        skipped.decision = Decision::Skipped;
        plan.services.push(skipped);
        plan.files[1].services = vec!["db".to_owned()];
        plan.files[2].services = vec!["log".to_owned()];
        plan.files[3].services = vec!["log".to_owned(), "web".to_owned()];
    };
    Draft::new(&sandbox)
        .file("/etc/systemd/system/web.service", FileKind::Unit, 0o644, "web")
        .file("/etc/systemd/system/db.service", FileKind::Unit, 0o644, "db")
        .file("/etc/systemd/system/log.service", FileKind::Unit, 0o644, "log")
        .file("/etc/systemd/system/shared.target", FileKind::Unit, 0o644, "shared")
        .with(undecided)
        .save();
    assert_snapshot!(sandbox.run(APPLY), @r"
    --- stderr
    error: 1 of 3 services are undecided: db; `cutover review plan` decides, and --skip-undecided leaves them out
    --- exit status 1
    ");
    let said = sandbox.run(&[APPLY, &["--skip-undecided"]].concat());
    assert!(said.contains("web.service") && said.contains("shared.target"), "{said}");
    assert!(!said.contains("db.service") && !said.contains("log.service"), "{said}");
}

#[test]
fn what_was_changed_in_the_plan_s_directory_is_refused() {
    let sandbox = example();
    sandbox.file("plan/root/etc/systemd/system/web.socket", "[Socket]\nListenStream=1\n");
    assert_snapshot!(sandbox.run(APPLY), @r"
    --- stderr
    error: /etc/systemd/system/web.socket was changed in the plan's directory; `cutover review` takes changes in with its edit command, or make the plan again
    --- exit status 1
    ");
    assert!(!sandbox.path("root/var/lib/cutover").exists());
}

#[test]
fn jobs_are_disabled_where_that_is_asked_for() {
    let sandbox = Sandbox::with(&[
        ("root/etc/init/web.conf", "exec web\n"),
        ("root/etc/init/db.conf", "exec db\n"),
        ("root/etc/init/db.override", "env A=b\n"),
        ("root/etc/init/rc.conf", "exec rc\n"),
    ]);
    fs::set_permissions(sandbox.path("root/etc/init/db.override"), fs::Permissions::from_mode(0o640)).unwrap();
    let services = |plan: &mut cutover::plan::Plan| {
        for (name, action) in [("db", Action::Adopt), ("rc", Action::Retire)] {
            let mut other = plan.services[0].clone();
            other.name = name.to_owned();
            other.action = action;
            other.sources = vec![format!("/etc/init/{name}.conf").parse().unwrap()];
            plan.services.push(other);
        }
    };
    Draft::new(&sandbox).input("/etc/init/web.conf").with(services).save();
    if !is_root() {
        return skip("overrides belong to root");
    }
    assert!(sandbox.run(APPLY).starts_with("everything is in place already\n"));
    let before = picture(&sandbox.path("root"), Detail::Exact);
    assert_snapshot!(sandbox.run(&[APPLY, &["--disable-upstart"]].concat()), @r"
    generation 1: 2 paths changed
      new       /etc/init/web.override
      replaced  /etc/init/db.override
    to go back: cutover rollback 0 --root root
    --- exit status 0
    ");
    assert_snapshot!(sandbox.tree("root/etc/init"), @r"
    0644 db.conf
    0640 db.override
    0644 rc.conf
    0644 web.conf
    0644 web.override
    ");
    assert_eq!(sandbox.read("root/etc/init/web.override"), "manual\n");
    assert_eq!(sandbox.read("root/etc/init/db.override"), "env A=b\nmanual\n");
    assert_eq!(sandbox.status(&["rollback", "--root", "root"]), Some(0));
    let mut after = picture(&sandbox.path("root"), Detail::Exact);
    after.retain(|path, _| !["var", "var/lib"].contains(&path.as_str()));
    assert_eq!(difference(&before, &after), Vec::<String>::new());
}

#[test]
fn a_real_plan_is_applied_and_taken_back() {
    let sandbox = Sandbox::with(&[
        ("root/etc/init/web.conf", "start on runlevel [2345]\nrespawn\nexec /usr/sbin/web --fore\n"),
        ("root/etc/init/db.conf", "start on filesystem\nscript\n  echo a\n  echo b\nend script\n"),
    ]);
    sandbox.directory("root/var/lib");
    if !is_root() {
        return skip("units belong to root");
    }
    let secret = sandbox.path("root/etc/init/db.conf");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let before = picture(&sandbox.path("root"), Detail::Exact);
    sandbox.run(&["plan", "--root", "root", "--out", "plan"]);
    let mut store = Store::open(&sandbox.path("plan")).unwrap();
    let names: Vec<String> = store.plan().services.iter().map(|service| service.name.clone()).collect();
    for name in &names {
        store.decide(name, Decision::Accepted).unwrap();
    }
    assert_eq!(sandbox.status(APPLY), Some(0));
    let units = sandbox.tree("root/etc/systemd/system");
    assert!(units.contains("0644 web.service\n") && units.contains("0600 db.service\n"), "{units}");
    assert_eq!(sandbox.status(&["rollback", "--root", "root"]), Some(0));
    assert_eq!(difference(&before, &picture(&sandbox.path("root"), Detail::Exact)), Vec::<String>::new());
}

/// Both what a link says and the file that it leads to count: the plan is made from that.
#[test]
fn jobs_behind_links_are_applied_and_watched() {
    if !is_root() {
        return skip("units belong to root");
    }
    let planned = || {
        let sandbox = Sandbox::with(&[
            ("root/srv/jobs/mongo.conf", "exec /usr/bin/mongod --conf $A\n"),
            ("root/srv/jobs/other.conf", "exec /usr/bin/mongod\n"),
            ("root/srv/other", "A=1\n"),
            ("root/usr/lib/systemd/system/cron.service", "[Service]\nExecStart=/usr/sbin/cron -f\n"),
            ("root/etc/init/cron.conf", "nice 5\nexec cron\n"),
        ]);
        fs::set_permissions(sandbox.path("root/srv/jobs/mongo.conf"), fs::Permissions::from_mode(0o600)).unwrap();
        sandbox.link("root/etc/init/mongo.conf", "/srv/jobs/mongo.conf");
        sandbox.link("root/etc/init/mongo2.conf", "mongo.conf");
        sandbox.link("root/lib", "usr/lib");
        sandbox.link("root/etc/systemd/system/cron.service", "/lib/systemd/system/cron.service");
        sandbox.run(&["plan", "--root", "root", "--out", "plan"]);
        sandbox.run(&["review", "plan", "--accept-all"]);
        sandbox
    };
    let sandbox = planned();
    let said = sandbox.run(APPLY);
    assert!(said.ends_with("--- exit status 0\n"), "{said}");
    let units = sandbox.tree("root/etc/systemd/system");
    assert!(units.contains("0600 mongo.service\n") && units.contains("0600 mongo2.service\n"), "{units}");
    assert_eq!(sandbox.run(APPLY), "everything is in place already\n--- exit status 0\n");
    for (path, to) in [
        ("etc/init/mongo.conf", "/srv/jobs/other.conf"),
        ("etc/init/mongo2.conf", "/srv/jobs/mongo.conf"),
        ("lib", "/usr/lib"),
        ("etc/systemd/system/cron.service", "/dev/null"),
    ] {
        let sandbox = planned();
        fs::remove_file(sandbox.path(&format!("root/{path}"))).unwrap();
        sandbox.link(&format!("root/{path}"), to);
        let said = sandbox.run(APPLY);
        assert!(said.contains(&format!("  /{path}: it changed since the plan: it led to ")), "{path}: {said}");
    }
    for path in ["srv/jobs/mongo.conf", "usr/lib/systemd/system/cron.service"] {
        let sandbox = planned();
        sandbox.file(&format!("root/{path}"), "exec /bin/true\n");
        let said = sandbox.run(APPLY);
        assert!(said.contains(&format!("  /{path}: it changed since the plan: it was edited")), "{path}: {said}");
    }
}

#[test]
fn a_name_with_a_control_character_is_shown_escaped() {
    let sandbox = example();
    Draft::new(&sandbox)
        .with(|plan| {
            plan.services[0].name = "nl\nx\u{1b}[2J".to_owned();
            plan.services[0].decision = Decision::Undecided;
        })
        .save();
    assert_snapshot!(sandbox.run(APPLY), @r"
    --- stderr
    error: 1 of 1 services are undecided: nl\nx\u{1b}[2J; `cutover review plan` decides, and --skip-undecided leaves them out
    --- exit status 1
    ");
}

#[test]
fn one_run_at_a_time() {
    let sandbox = example();
    sandbox.file("root/var/lib/cutover/lock", "4711\n");
    let lock = fs::File::open(sandbox.path("root/var/lib/cutover/lock")).unwrap();
    lock.lock().unwrap();
    assert_snapshot!(sandbox.run(APPLY), @r"
    --- stderr
    error: another cutover (process 4711) is changing this root; try again when it is done
    --- exit status 1
    ");
    for other in [&["--dry-run"][..], &[]] {
        assert_eq!(sandbox.status(&[APPLY, other].concat()), Some(1));
    }
    assert_eq!(sandbox.status(&["rollback", "--root", "root"]), Some(1));
    lock.unlock().unwrap();
    assert_eq!(sandbox.status(APPLY), Some(0));
}

/// One plan may go to many images at once; but nobody decides on it meanwhile.
#[test]
fn a_plan_in_use_is_for_others_to_use_and_not_to_decide_on() {
    let sandbox = example();
    let lock = fs::File::open(sandbox.path("plan")).unwrap();
    lock.lock_shared().unwrap();
    assert_eq!(sandbox.status(&["review", "plan", "--accept-all"]), Some(2));
    assert_eq!(sandbox.status(APPLY), Some(0));
    lock.unlock().unwrap();
    lock.lock().unwrap();
    assert_snapshot!(sandbox.run(APPLY), @r"
    --- stderr
    error: plan: another cutover is at work on this plan; wait until it is done
    --- exit status 2
    ");
}

#[test]
fn a_root_or_plan_that_is_not_there_is_a_failure() {
    let sandbox = example();
    assert_snapshot!(sandbox.run(&["apply", "plan", "--root", "none"]), @r"
    --- stderr
    error: none: there is no such file or directory
    --- exit status 2
    ");
    assert_snapshot!(sandbox.run(&["apply", "none", "--root", "root"]), @r"
    --- stderr
    error: none: there is no plan.json: `cutover plan --out none` makes a plan
    --- exit status 2
    ");
}

/// A plan is a file, and may come from anybody.
#[test]
fn a_plan_that_cutover_did_not_make_is_refused() {
    let unit = |sandbox: &Sandbox, at: &str, kind: FileKind, mode: u32| {
        Draft::new(sandbox).file(at, kind, mode, "x").save();
        sandbox.run(APPLY)
    };
    for (at, kind, mode) in [
        ("/etc/shadow", FileKind::Unit, 0o644),
        ("/etc/systemd/systematic", FileKind::Unit, 0o644),
        ("/etc/cron.d/x", FileKind::Tmpfiles, 0o644),
        ("/bin/sh", FileKind::Script, 0o755),
        ("/usr/libexec/cutover/x", FileKind::Script, 0o4755),
        ("/usr/libexec/cutover/x", FileKind::Script, 0o757),
    ] {
        let sandbox = Sandbox::with(&[("root/etc/x", "")]);
        let said = unit(&sandbox, at, kind, mode);
        assert!(said.contains("this is no plan that cutover made") && said.ends_with("status 1\n"), "{at}: {said}");
        assert!(!sandbox.path("root/var").exists());
    }
    let sandbox = Sandbox::with(&[("root/etc/x", "")]);
    Draft::new(&sandbox).link("/etc/rc.local", Some("x")).save();
    assert!(sandbox.run(APPLY).contains("links do not lie there"));
    // Paths that lead up are none.
    Draft::new(&sandbox).file("/etc/systemd/system/x.service", FileKind::Unit, 0o644, "x").save();
    let plan = sandbox.read("plan/plan.json");
    for bad in ["/etc/systemd/system/../../shadow", "/etc//x", "etc/x", "/../outside"] {
        sandbox.file("plan/plan.json", plan.replace("/etc/systemd/system/x.service", bad));
        let said = sandbox.run(APPLY);
        assert!(said.contains("plan.json cannot be understood") && said.ends_with("status 2\n"), "{bad}: {said}");
    }
    // A link in the plan's directory leads nowhere else.
    sandbox.file("plan/plan.json", plan);
    fs::remove_file(sandbox.path("plan/root/etc/systemd/system/x.service")).unwrap();
    sandbox.file("outside", "x");
    let outside = sandbox.path("outside");
    sandbox.link("plan/root/etc/systemd/system/x.service", outside.to_str().unwrap());
    assert!(sandbox.run(APPLY).ends_with("status 2\n"));
    assert!(!sandbox.path("root/etc/systemd").exists());
}
