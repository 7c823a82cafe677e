//! Jobs of a user's session under `systemd --user`: the jobs of `corpus/session`, converted, live through two
//! desktops of one user.
//!
//! What has to happen is taken from their conditions as init(5) and the jobs' own words have it; no run of
//! Upstart's session init was recorded.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::boot::{Booted, boot};
use crate::common::{Sandbox, files_below, repository, skip};

/// A program of the till: it notes that it runs and that it ends.
const PROGRAM: &str = r#"#!/bin/bash
name=${0##*/}
note() { echo "$name $*" >>/run/out/log; }
note "$@"
case $name in
till-lock | till-keyring | till-report | till-receipt)
    sleep 0.2
    note has done its work
    exit 0
    ;;
esac
trap 'note ends; exit 0' TERM
sleep infinity &
wait
"#;

const STEPS: &str = r#"
cd /run/out
. ./wait.sh
exec >steps.log 2>&1
step() { echo "== $*" >>log; }
settle() { settled 0.4 --user; }
until systemctl --user is-active -q default.target; do quiet 0.1; done
step log-in
settle
step desktop
systemctl --user set-environment DESKTOP_SESSION=till-touch
systemctl --user start desktop.service
settle
systemctl --user show-environment | grep ^TILL_KEYRING >>log
step key
mkdir -p "$XDG_RUNTIME_DIR/upstart-events"
echo KEY=seven >"$XDG_RUNTIME_DIR/upstart-events/drawer-key.env"
systemctl --user start drawer-key.target
settle
step badge
systemctl --user start badge-shown@blue.target
settle
step badge gone
systemctl --user start badge-gone.target
settle
step end of the desktop
systemctl --user stop desktop.service
settle
step desktop of another kind
systemctl --user set-environment DESKTOP_SESSION=office
systemctl --user start desktop.service
settle
step off
systemctl --user list-units --failed --plain --no-legend >failed
systemctl --user --no-pager status >status
journalctl --no-pager >journal
echo done >done
"#;

const MANAGER: &str = "[Unit]\nAfter=basic.target\n\n[Service]\nType=notify\nUser=games\nDelegate=yes\n\
     RuntimeDirectory=user/till\nEnvironment=XDG_RUNTIME_DIR=/run/user/till HOME=/tmp\n\
     ExecStart=/lib/systemd/systemd --user\n\n[Install]\nWantedBy=multi-user.target\n";

const DRIVER: &str = "[Unit]\nAfter=manager.service\n\n[Service]\nUser=games\n\
     Environment=XDG_RUNTIME_DIR=/run/user/till\n\
     ExecStart=/bin/bash /run/out/steps.sh\n\n[Install]\nWantedBy=multi-user.target\n";

/// What every desktop brings: see systemd.special(7), "graphical-session.target".
const DESKTOP: &str = "[Unit]\nBindsTo=graphical-session.target\nBefore=graphical-session.target\n\
     Wants=graphical-session-pre.target\nAfter=graphical-session-pre.target\n\n\
     [Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n";

const BUS: &str = "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n";

fn enable(sandbox: &Sandbox, folder: &str, scope: &[&str]) {
    let root = format!("--root={}", sandbox.path("tree").display());
    let mut names: Vec<_> = fs::read_dir(sandbox.path(&format!("tree/{folder}")))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file() && fs::read_to_string(path).unwrap().contains("\n[Install]\n"))
        .map(|path| path.file_name().unwrap().to_owned())
        .collect();
    names.sort();
    let output = Command::new("systemctl").args(scope).args([&root, "enable"]).args(names).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The log of two desktops, by steps; nothing where none can be booted.
fn live(style: &str) -> Option<Vec<(String, Vec<String>)>> {
    let sandbox = Sandbox::new();
    let jobs = repository("corpus/session/usr");
    let output = sandbox.output(&["convert", "--style", style, "--out", "tree", jobs.to_str().unwrap()]);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
    let user = "tree/etc/systemd/user";
    sandbox.file(&format!("{user}/desktop.service"), DESKTOP);
    sandbox.file(&format!("{user}/dbus.service"), BUS);
    sandbox.file("tree/etc/systemd/system/manager.service", MANAGER);
    sandbox.file("tree/etc/systemd/system/driver.service", DRIVER);
    for end in
        ["", "-lock", "-clock", "-drawer", "-report", "-receipt", "-tray", "-badge", "-sync", "-keyring", "-watch"]
    {
        let path = format!("tree/usr/local/bin/till{end}");
        sandbox.file(&path, PROGRAM);
        fs::set_permissions(sandbox.path(&path), fs::Permissions::from_mode(0o755)).unwrap();
    }
    sandbox.file("out/steps.sh", STEPS);
    sandbox.file("out/log", "== boot\n");
    for path in ["out", "out/log"] {
        fs::set_permissions(sandbox.path(path), fs::Permissions::from_mode(0o777)).unwrap();
    }
    enable(&sandbox, "etc/systemd/user", &["--global"]);
    enable(&sandbox, "etc/systemd/system", &[]);
    sandbox.pipe("out/done");
    fs::set_permissions(sandbox.path("out/done"), fs::Permissions::from_mode(0o666)).unwrap();
    let booted = boot(&sandbox.path("tree"), &sandbox.path("out"), &[]);
    if let Some(keep) = std::env::var_os("SESSION_OUT") {
        for path in files_below(&sandbox.path("out")) {
            let _ = fs::copy(&path, std::path::Path::new(&keep).join(path.file_name().unwrap()));
        }
    }
    match booted {
        Booted::Done => {}
        Booted::Cannot(why) => {
            skip(&why);
            return None;
        }
        Booted::Failed(why) => panic!("{style}: {why}\n{}", sandbox.read("out/log")),
    }
    assert_eq!(sandbox.read("out/failed"), "", "{style}: failed units");
    let journal = sandbox.read("out/journal");
    assert!(!journal.contains("ordering cycle"), "{style}: {journal}");
    let mut steps: Vec<(String, Vec<String>)> = Vec::new();
    for line in sandbox.read("out/log").lines() {
        match line.strip_prefix("== ") {
            Some(step) => steps.push((step.to_owned(), Vec::new())),
            None => steps.last_mut().unwrap().1.push(line.to_owned()),
        }
    }
    Some(steps)
}

/// Whether these lines come in a step, in this order; others may stand between them.
fn in_order(lines: &[String], expected: &[&str]) -> bool {
    let mut lines = lines.iter();
    expected.iter().all(|wanted| lines.any(|line| line == wanted))
}

fn two_desktops(style: &str) {
    let Some(steps) = live(style) else { return };
    let step = |name: &str| &steps.iter().find(|(step, _)| step == name).unwrap().1;
    let shown = format!("{style}: {steps:#?}");
    let log_in = [&step("boot")[..], step("log-in")].concat();
    assert_eq!(log_in, ["till-watch "], "nothing else starts without a desktop: {shown}");

    let desktop = step("desktop");
    // The key ring is open before the desktop's own programs run, and what it said is there for all.
    let keyring = ["till-keyring --open", "till-keyring has done its work"];
    assert!(in_order(desktop, &[&keyring[..], &["till-lock --break"]].concat()), "{shown}");
    assert!(in_order(desktop, &[&keyring[..], &["till-tray "]].concat()), "{shown}");
    assert!(desktop.contains(&"TILL_KEYRING=open".to_owned()), "{shown}");
    let till = ["till-lock --break", "till-lock has done its work", "till --full-screen", "till-clock "];
    assert!(in_order(desktop, &till), "{shown}");
    for alone in ["till-tray ", "till-sync --follow"] {
        assert_eq!(desktop.iter().filter(|line| *line == alone).count(), 1, "{shown}");
    }
    assert_eq!(desktop.len(), 9, "nothing else starts: {shown}");

    assert_eq!(step("key"), &["till-drawer seven"], "both events have come: {shown}");
    assert_eq!(step("badge"), &["till-badge blue"], "{shown}");
    assert_eq!(step("badge gone"), &["till-badge ends"], "{shown}");

    let end = step("end of the desktop");
    let till = ["till-receipt --rest", "till-receipt has done its work", "till ends", "till-report --day"];
    assert!(in_order(end, &till), "{shown}");
    assert!(in_order(end, &["till-clock ends", "till ends"]), "{shown}");
    assert!(in_order(end, &["till-tray ends"]) && in_order(end, &["till-sync ends"]), "{shown}");

    let other = step("desktop of another kind");
    assert!(in_order(other, &[&keyring[..], &["till-tray "]].concat()), "{shown}");
    assert!(in_order(other, &["till-sync --follow"]), "it comes back with the next desktop: {shown}");
    assert!(!other.iter().any(|line| line.starts_with("till --")), "no till in another desktop: {shown}");
}

#[test]
fn idiomatic_units_live_through_two_desktops() {
    two_desktops("idiomatic");
}

#[test]
fn exact_units_live_through_two_desktops() {
    two_desktops("exact");
}
