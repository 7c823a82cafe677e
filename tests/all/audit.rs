//! `cutover audit`: how much converts, what stands in the way, each job counted once.

use std::time::Instant;

use insta::assert_snapshot;
use serde_json::Value;

use crate::common::{Sandbox, shared};

const PLAIN: &str = "start on runlevel [2345]\nstop on runlevel [!2345]\nexec /usr/sbin/a\n";
const STRANGE: &str = "start on runlevel [2345]\nexec /usr/sbin/a\nkill timeout 0\n";
const MANUAL: &str = "start on dbus SIGNAL=x\nexec /usr/sbin/a\n";
const CRON: &str = "start on runlevel [2345]\nexpect fork\nrespawn\nexec cron\n";

fn fleet() -> Sandbox {
    Sandbox::with(&[
        ("hosts/a/etc/init/plain.conf", PLAIN),
        ("hosts/a/etc/init/strange.conf", STRANGE),
        ("hosts/a/etc/init/cron.conf", CRON),
        ("hosts/b/etc/init/plain.conf", PLAIN),
        ("hosts/b/etc/init/signal.conf", MANUAL),
        ("hosts/b/etc/init/cron.conf", CRON),
        // The same job, and another one by its override.
        ("hosts/c/etc/init/plain.conf", PLAIN),
        ("hosts/c/etc/init/plain.override", "kill timeout 0\n"),
        ("hosts/c/etc/init/cron.conf", CRON),
    ])
}

fn json(sandbox: &Sandbox, args: &[&str]) -> Value {
    let output = sandbox.output(&[&["audit", "--format", "json"], args].concat());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn jobs_that_are_the_same_are_counted_once() {
    assert_snapshot!(fleet().run(&["audit", "hosts/a", "hosts/b/etc/init", "hosts/c"]), @r"
    8 jobs in 3 directories: 5 distinct
      1        retired: the target has units in their place
      1  25 %  convert exactly
      2  50 %  convert with differences that the findings state
      1  25 %  need manual action

    What keeps distinct jobs from converting exactly, how many nothing else does, and how many jobs that is in all:

    jobs  alone  in all  code
       2      2       2  CUT501 kill-timeout-zero (warning): `kill timeout 0`, at which Upstart itself aborts.
       1      1       1  CUT706 bridge-event (manual): An event of a bridge that is not converted.

    --list CODE names the jobs; `cutover explain CODE` tells what a finding means and what to do
    --- exit status 0
    ");
}

#[test]
fn the_jobs_behind_a_reason_are_named() {
    assert_snapshot!(fleet().run(&["audit", "hosts/a", "hosts/b", "hosts/c", "--list", "CUT501"]), @r"
    CUT501 kill-timeout-zero keeps 2 jobs from converting exactly
      plain: hosts/c/etc/init/plain.conf
      strange: hosts/a/etc/init/strange.conf
    --- exit status 0
    ");
    let json = json(&fleet(), &["hosts/a", "hosts/b", "hosts/c", "--list", "kill-timeout-zero"]);
    let names: Vec<&str> = json["jobs"].as_array().unwrap().iter().map(|job| job["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["plain", "strange"]);
}

#[test]
fn programs_get_every_distinct_job() {
    let json = json(&fleet(), &["hosts/a", "hosts/b", "hosts/c"]);
    assert_eq!(json["schema"], 1);
    assert_eq!(json["directories"], 3);
    assert_eq!(json["files"], 8);
    let jobs = json["jobs"].as_array().unwrap();
    assert_eq!(jobs.len(), 5);
    let cron = jobs.iter().find(|job| job["name"] == "cron").unwrap();
    assert_eq!((&cron["directories"], &cron["retired"], &cron["grade"]), (&3.into(), &true.into(), &Value::Null));
    let summary = &json["summary"];
    let sum: u64 =
        ["retired", "exact", "approximated", "manual"].iter().map(|key| summary[key].as_u64().unwrap()).sum();
    assert_eq!(sum, summary["distinct"].as_u64().unwrap());
}

#[test]
fn json_has_the_schema_of_the_book() {
    let schema: Value = serde_json::from_str(include_str!("../../book/src/schema/audit-1.schema.json")).unwrap();
    let json = json(&fleet(), &["hosts/a", "hosts/b", "hosts/c"]);
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<std::collections::BTreeSet<_>>();
    let of = |name: &str| keys(&schema["$defs"][name]["properties"]);
    assert_eq!(keys(&json), keys(&schema["properties"]));
    assert_eq!(keys(&json["summary"]), of("summary"));
    assert_eq!(keys(&json["reasons"][0]), of("reason"));
    assert_eq!(keys(&json["jobs"][0]), of("job"));
}

#[test]
fn the_book_shows_what_is_printed() {
    let book = include_str!("../../book/src/audit.md");
    let (_, example) = book.split_once("```text\n$ cutover ").unwrap();
    let (command, rest) = example.split_once('\n').unwrap();
    let (shown, _) = rest.split_once("```").unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_cutover"))
        .args(command.split(' '))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), shown);
}

#[test]
fn no_more_reasons_are_shown_than_asked_for() {
    let shown = fleet().run(&["audit", "hosts/a", "hosts/b", "hosts/c", "--top", "1"]);
    assert_eq!(shown.matches("CUT").count(), 1, "{shown}");
    assert!(shown.contains(" more; --top "), "{shown}");
}

#[test]
fn what_cannot_be_read_does_not_cost_the_rest() {
    let sandbox = Sandbox::with(&[("a/one.conf", PLAIN)]);
    sandbox.file("a/two.conf", b"\0");
    assert_snapshot!(sandbox.run(&["audit", "a"]), @r"
    1 job in 1 directory
      0        retired: the target has units in their place
      1 100 %  convert exactly
      0   0 %  convert with differences that the findings state
      0   0 %  need manual action
    --- stderr
    error: a/two.conf: this is a binary file, not a job
    --- exit status 2
    ");
    let shown = sandbox.run(&["audit", "none", "a"]);
    assert!(shown.starts_with("1 job in 2 directories\n") && shown.contains("error: none: "), "{shown}");
}

#[test]
fn a_machine_without_jobs_is_no_error() {
    let sandbox = Sandbox::with(&[("a/one.conf", PLAIN), ("b/readme", "")]);
    let shown = sandbox.run(&["audit", "a", "b"]);
    assert!(shown.starts_with("1 job in 2 directories, 1 without any\n"), "{shown}");
    assert!(shown.ends_with("--- exit status 0\n"), "{shown}");
}

#[test]
fn a_fleet_of_thousands_takes_seconds() {
    let sandbox = Sandbox::new();
    for host in 0..2_000 {
        for job in 0..4 {
            let variant = if job == 0 { host % 7 } else { 0 };
            sandbox.file(&format!("h/{host}/j{job}.conf"), format!("{PLAIN}env A={variant}\n"));
        }
    }
    let directories: Vec<String> = (0..2_000).map(|host| format!("h/{host}")).collect();
    let args: Vec<&str> = directories.iter().map(String::as_str).collect();
    let start = Instant::now();
    let json = json(&sandbox, &args);
    assert_eq!(json["files"], 8_000);
    assert_eq!(json["summary"]["distinct"], 10);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn real_jobs_are_audited() {
    let Some(jobs) = shared("real-jobs") else { return };
    let Some(machines) = shared("machines") else { return };
    let sandbox = Sandbox::new();
    let sets: [(Vec<std::path::PathBuf>, u64); 2] = [
        (
            std::fs::read_dir(jobs).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect(),
            1_500,
        ),
        (vec![machines.join("raspbmc"), machines.join("ring")], 150),
    ];
    for (directories, least) in sets {
        let mut directories: Vec<String> = directories.iter().map(|path| path.to_str().unwrap().to_owned()).collect();
        directories.sort();
        let args: Vec<&str> = directories.iter().map(String::as_str).collect();
        let json = json(&sandbox, &args);
        let count = |key: &str| json["summary"][key].as_u64().unwrap();
        assert!(count("distinct") >= least, "{}", json["summary"]);
        assert_eq!(count("distinct"), count("retired") + count("exact") + count("approximated") + count("manual"));
        for reason in json["reasons"].as_array().unwrap() {
            assert!(reason["alone"].as_u64() <= reason["jobs"].as_u64(), "{reason}");
            assert!(reason["jobs"].as_u64() <= reason["everywhere"].as_u64(), "{reason}");
        }
    }
}
