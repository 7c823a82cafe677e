//! `cutover audit`: how much converts, what stands in the way, each job counted once.

use std::time::Instant;

use insta::assert_snapshot;
use serde_json::Value;

mod common;
use common::{Sandbox, shared};

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
    assert_snapshot!(fleet().run(&["audit", "hosts/a", "hosts/b/etc/init", "hosts/c"]), @"");
}

#[test]
fn the_jobs_behind_a_reason_are_named() {
    assert_snapshot!(fleet().run(&["audit", "hosts/a", "hosts/b", "hosts/c", "--list", "CUT501"]), @"");
    let json = json(&fleet(), &["hosts/a", "hosts/b", "hosts/c", "--list", "kill-timeout-zero"]);
    let names: Vec<&str> =
        json["jobs"].as_array().unwrap().iter().map(|job| job["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["plain", "strange"]);
}

#[test]
fn programs_get_every_distinct_job() {
    let json = json(&fleet(), &["hosts/a", "hosts/b", "hosts/c"]);
    assert_eq!(json["schema"], 1);
    assert_eq!(json["directories"], 3);
    assert_eq!(json["files"], 9);
    let jobs = json["jobs"].as_array().unwrap();
    assert_eq!(jobs.len(), 5);
    let cron = jobs.iter().find(|job| job["name"] == "cron").unwrap();
    assert_eq!(
        (&cron["directories"], &cron["retired"], &cron["grade"]),
        (&3.into(), &true.into(), &Value::Null)
    );
    let summary = &json["summary"];
    let sum: u64 =
        ["retired", "exact", "approximated", "manual"].iter().map(|key| summary[key].as_u64().unwrap()).sum();
    assert_eq!(sum, summary["distinct"].as_u64().unwrap());
}

#[test]
fn json_has_the_schema_of_the_book() {
    let schema: Value = serde_json::from_str(include_str!("../book/src/schema/audit-1.schema.json")).unwrap();
    let json = json(&fleet(), &["hosts/a", "hosts/b", "hosts/c"]);
    let keys =
        |value: &Value| value.as_object().unwrap().keys().cloned().collect::<std::collections::BTreeSet<_>>();
    let of = |name: &str| keys(&schema["$defs"][name]["properties"]);
    assert_eq!(keys(&json), keys(&schema["properties"]));
    assert_eq!(keys(&json["summary"]), of("summary"));
    assert_eq!(keys(&json["reasons"][0]), of("reason"));
    assert_eq!(keys(&json["jobs"][0]), of("job"));
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
    assert_snapshot!(sandbox.run(&["audit", "a"]), @"");
    assert_snapshot!(sandbox.run(&["audit", "none"]), @"");
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
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn real_jobs_are_audited() {
    let Some(jobs) = shared("real-jobs") else { return };
    let Some(machines) = shared("machines") else { return };
    let sandbox = Sandbox::new();
    for (directories, least) in [
        (
            std::fs::read_dir(jobs)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.is_dir())
                .collect(),
            1_500,
        ),
        (vec![machines.join("raspbmc"), machines.join("ring")], 150),
    ] {
        let mut directories: Vec<String> = Vec::<std::path::PathBuf>::from(directories)
            .iter()
            .map(|path| path.to_str().unwrap().to_owned())
            .collect();
        directories.sort();
        let args: Vec<&str> = directories.iter().map(String::as_str).collect();
        let json = json(&sandbox, &args);
        let count = |key: &str| json["summary"][key].as_u64().unwrap();
        assert!(count("distinct") >= least, "{}", json["summary"]);
        assert_eq!(
            count("distinct"),
            count("retired") + count("exact") + count("approximated") + count("manual")
        );
        for reason in json["reasons"].as_array().unwrap() {
            assert!(reason["alone"].as_u64() <= reason["jobs"].as_u64(), "{reason}");
            assert!(reason["jobs"].as_u64() <= reason["everywhere"].as_u64(), "{reason}");
        }
    }
}
