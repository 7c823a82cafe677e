//! Jobs that a distribution shipped: retired by default, kept on demand, told in either case; and what has
//! only the name of one.

use std::collections::BTreeSet;
use std::fs;

use cutover::link::vendor_jobs::{self, find};
use cutover::service::{BootTarget, DependencyKind, Scope, Target};
use serde_json::Value;

use crate::common::{Sandbox, shared};

const CRON: &str = "start on runlevel [2345]\nstop on runlevel [!2345]\nexpect fork\nrespawn\nexec cron\n";
const UDEV: &str = "start on virtual-filesystems\nstop on runlevel [06]\nexpect fork\nrespawn\nexec udevd --daemon\n";
const TRIGGER: &str = "start on startup and started udev\ntask\nexec udevadm trigger\n";

fn json(sandbox: &Sandbox, args: &[&str]) -> Value {
    let output = sandbox.output(&[&["convert", "--format", "json"], args].concat());
    assert_ne!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn job<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["jobs"].as_array().unwrap().iter().find(|job| job["service"]["name"] == name).unwrap()
}

fn units(job: &Value) -> Vec<&str> {
    job["units"].as_array().unwrap().iter().map(|unit| unit["name"].as_str().unwrap()).collect()
}

fn codes(job: &Value) -> Vec<&str> {
    job["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect()
}

fn outcomes(job: &Value) -> Vec<&str> {
    job["account"].as_array().unwrap().iter().map(|entry| entry["outcome"].as_str().unwrap()).collect()
}

/// The directives of a job's first unit.
fn lines(job: &Value) -> Vec<&str> {
    job["units"][0]["text"].as_str().unwrap().lines().collect()
}

/// Converts one job of that name, and says whether it was retired and why not.
fn verdict(name: &str, text: &str) -> String {
    let sandbox = Sandbox::new();
    let file = format!("{name}.conf");
    sandbox.file(&file, text);
    let report = json(&sandbox, &[&file]);
    let job = job(&report, name);
    let finding = |code: &str| {
        let findings = job["findings"].as_array().unwrap();
        findings.iter().find(|finding| finding["code"] == code).map(|finding| finding["message"].as_str().unwrap())
    };
    match (finding("CUT725"), finding("CUT726")) {
        (Some(_), None) => {
            assert!(units(job).is_empty());
            "retired".to_owned()
        }
        (None, Some(message)) => {
            assert!(!units(job).is_empty());
            message.rsplit_once("as shipped: ").unwrap().1.to_owned()
        }
        (None, None) => "converted".to_owned(),
        both => panic!("{both:?}"),
    }
}

// ---- the default ---------------------------------------------------------------------------------

#[test]
fn a_stock_job_is_not_written_and_every_stanza_of_it_is_dropped_with_the_reason() {
    let sandbox = Sandbox::with(&[("init/cron.conf", CRON), ("init/shop.conf", "exec /usr/bin/shop\n")]);
    let report = json(&sandbox, &["init"]);
    let cron = job(&report, "cron");
    assert!(units(cron).is_empty());
    assert_eq!(codes(cron), ["CUT725"]);
    assert_eq!(outcomes(cron), ["dropped"; 5]);
    let finding = &cron["findings"][0];
    assert_eq!(finding["became"], "cron.service");
    assert_eq!(finding["severity"], "note");
    assert!(finding["help"].as_str().unwrap().contains("--keep-vendor-jobs"));
    assert_eq!(units(job(&report, "shop")), ["shop.service"]);
    assert_eq!((&report["summary"]["jobs"], &report["summary"]["retired"]), (&2.into(), &1.into()));
}

#[test]
fn it_is_said_on_a_line_for_each_and_in_the_summary() {
    let sandbox = Sandbox::new();
    for tty in 1..=6 {
        let text = format!("start on runlevel [2345]\nrespawn\nexec /sbin/getty -8 38400 tty{tty}\n");
        sandbox.file(&format!("init/tty{tty}.conf"), text);
    }
    let output = sandbox.output(&["convert", "init"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.stdout.is_empty());
    assert_eq!(output.status.code(), Some(0));
    for tty in 1..=6 {
        assert!(
            said.contains(&format!("`tty{tty}` is not converted, getty@tty{tty}.service takes its place")),
            "{said}"
        );
    }
    assert!(said.contains("6 jobs → 0 units, 6 retired; --keep-vendor-jobs converts them too\n"), "{said}");
    assert!(!said.contains("[CUT9"), "what holds for units holds for none: {said}");
}

#[test]
fn a_file_that_is_named_by_itself_is_retired_as_well() {
    let sandbox = Sandbox::with(&[("cron.conf", CRON)]);
    let output = sandbox.output(&["convert", "cron.conf", "--out", "out"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("--keep-vendor-jobs"), "{said}");
    assert!(!sandbox.path("out").exists());
}

#[test]
fn keep_vendor_jobs_converts_all() {
    let sandbox = Sandbox::with(&[("init/cron.conf", CRON), ("init/udev.conf", UDEV)]);
    let report = json(&sandbox, &["--keep-vendor-jobs", "init"]);
    assert_eq!(units(job(&report, "cron")), ["cron.service"]);
    assert_eq!(units(job(&report, "udev")), ["udev.service"]);
    assert_eq!(report["summary"]["retired"], 0);
    for name in ["cron", "udev"] {
        assert!(!codes(job(&report, name)).iter().any(|code| code.starts_with("CUT72")), "{name}");
    }
}

// ---- relations -----------------------------------------------------------------------------------

#[test]
fn relations_go_to_the_unit_that_takes_the_jobs_place_whether_or_not_the_job_is_there() {
    const OWN: &[(&str, &str)] = &[
        ("init/a.conf", "start on started cron\nstop on stopping cron\nexec /usr/bin/a\n"),
        ("init/b.conf", "start on stopped udevtrigger\nexec /usr/bin/b\n"),
        ("init/c.conf", "start on started network-manager\nexec /usr/bin/c\n"),
        ("init/d.conf", "start on started hostname\nexec /usr/bin/d\n"),
    ];
    const STOCK: &[(&str, &str)] = &[
        ("init/cron.conf", CRON),
        ("init/udevtrigger.conf", TRIGGER),
        (
            "init/network-manager.conf",
            "start on started dbus\nstop on stopping dbus\nexpect fork\nexec NetworkManager\n",
        ),
        ("init/hostname.conf", "start on startup\ntask\nexec hostname -b -F /etc/hostname\n"),
    ];
    let alone = Sandbox::with(OWN);
    let together = Sandbox::with(&[OWN, STOCK].concat());
    let (alone, together) = (json(&alone, &["init"]), json(&together, &["init"]));
    for name in ["a", "b", "c", "d"] {
        assert_eq!(job(&alone, name), job(&together, name), "{name}");
        assert!(!codes(job(&alone, name)).contains(&"CUT719"), "{name}");
    }
    for (name, wanted) in [
        ("a", &["After=cron.service", "PartOf=cron.service", "WantedBy=cron.service"][..]),
        ("b", &["After=systemd-udev-trigger.service", "WantedBy=multi-user.target"]),
        ("c", &["After=NetworkManager.service", "WantedBy=NetworkManager.service"]),
        ("d", &["After=sysinit.target", "WantedBy=sysinit.target"]),
    ] {
        let lines = lines(job(&together, name));
        for line in wanted {
            assert!(lines.contains(line), "{name}: {line} in {lines:#?}");
        }
    }
}

#[test]
fn with_keep_vendor_jobs_they_go_to_the_units_that_are_written() {
    let sandbox =
        Sandbox::with(&[("init/udev.conf", UDEV), ("init/a.conf", "start on started udev\nexec /usr/bin/a\n")]);
    let report = json(&sandbox, &["--keep-vendor-jobs", "init"]);
    assert!(lines(job(&report, "a")).contains(&"After=udev.service"));
}

#[test]
fn what_stands_before_an_early_unit_of_the_system_is_early() {
    let sandbox = Sandbox::with(&[
        ("init/udev.conf", UDEV),
        ("init/rules.conf", "start on starting udev\ntask\nexec /usr/bin/rules\n"),
    ]);
    let report = json(&sandbox, &["init"]);
    let lines = lines(job(&report, "rules"));
    assert!(
        lines.contains(&"DefaultDependencies=no") && lines.contains(&"Before=systemd-udevd.service shutdown.target"),
        "{lines:#?}"
    );
}

#[test]
fn one_unit_stands_for_all_interfaces_which_is_told() {
    let sandbox = Sandbox::with(&[("a.conf", "start on starting network-interface\nexec /usr/bin/a\n")]);
    let report = json(&sandbox, &["a.conf"]);
    assert!(codes(job(&report, "a")).contains(&"CUT705"));
    assert!(lines(job(&report, "a")).contains(&"Before=networking.service"));
}

#[test]
fn a_job_that_nothing_takes_the_place_of_is_told_where_others_wait_for_it() {
    let sandbox = Sandbox::with(&[
        ("init/bootmisc.sh.conf", "start on virtual-filesystems\n"),
        ("init/a.conf", "start on started bootmisc.sh\nexec /usr/bin/a\n"),
    ]);
    assert!(codes(job(&json(&sandbox, &["init"]), "a")).contains(&"CUT719"));
}

// ---- jobs that only have the name ----------------------------------------------------------------

#[test]
fn a_job_that_is_like_the_stock_one_is_retired() {
    assert_eq!(verdict("cron", CRON), "retired");
    assert_eq!(verdict("udev", &UDEV.replace("udevd", "/lib/systemd/systemd-udevd")), "retired");
    assert_eq!(verdict("procps", "start on started procps-instance\n"), "retired");
    assert_eq!(
        verdict("nginx", "start on filesystem\nexec /usr/sbin/nginx -g 'daemon on; master_process on;'\n"),
        "retired"
    );
    assert_eq!(verdict("ssh", "start on runlevel [2345]\noom score -999\nexec /usr/sbin/sshd -D\n"), "retired");
}

#[test]
fn a_job_of_ones_own_with_a_stock_name_is_converted_with_a_warning() {
    assert_eq!(verdict("hostname", "start on startup\nexec /usr/sbin/name-it\n"), "`hostname -b` does not occur in it");
    assert_eq!(verdict("rc", "start on startup\n"), "it runs nothing");
    assert_eq!(verdict("bootmisc.sh", "start on startup\nexec /bin/x\n"), "the vendor job has no process");
    assert_eq!(verdict("cron", "start on runlevel 2\nexec /usr/sbin/supercron\n"), "`cron` does not occur in it");
}

#[test]
fn a_stock_job_with_a_change_is_converted_with_a_warning_that_names_it() {
    for (stanza, difference) in [
        ("nice 5", "it has `nice`"),
        ("limit nofile 10 10", "it has `limit`"),
        ("setuid crony", "it has `setuid`"),
        ("env TZ=UTC", "it sets `TZ`"),
        ("env TZ", "it sets `TZ`"),
        ("exec cron -L 5", "its program gets `-L`"),
        ("exec /usr/local/sbin/cron", "it reaches into /usr/local/"),
        ("pre-start exec /scripts/before-cron", "it reaches into /scripts/"),
        ("post-start exec initctl emit --no-wait cron-is-up", "it emits `cron-is-up`"),
        ("start on shop-opens", "it waits for `shop-opens`"),
        ("stop on stopping shop", "it waits for `stopping shop`"),
    ] {
        assert_eq!(verdict("cron", &format!("{CRON}{stanza}\n")), difference, "{stanza}");
    }
    assert_eq!(verdict("cron", "respawn\nexec cron\n"), "it has no `start on`");
    assert!(verdict("cron", &format!("{CRON}respwan\n")).starts_with("Upstart refuses it"));
}

#[test]
fn stock_jobs_that_many_write_themselves_are_converted_like_any_other() {
    for name in ["haproxy", "postgresql", "redis-server", "shutdown", "shop"] {
        assert_eq!(verdict(name, "start on runlevel [2345]\nexec /usr/bin/it\n"), "converted", "{name}");
    }
}

#[test]
fn relations_to_a_job_that_is_converted_after_all_go_to_its_unit() {
    let sandbox = Sandbox::with(&[
        ("init/udev.conf", "start on startup\nexec /usr/sbin/my-udev\n"),
        ("init/a.conf", "start on started udev\nexec /usr/bin/a\n"),
    ]);
    let report = json(&sandbox, &["init"]);
    assert!(lines(job(&report, "a")).contains(&"After=udev.service"));
}

// ---- overrides -----------------------------------------------------------------------------------

#[test]
fn an_override_of_a_retired_job_needs_a_person() {
    let sandbox = Sandbox::with(&[("cron.conf", CRON), ("cron.override", "nice 5\nmanual\nenv TZ=UTC\n")]);
    let report = json(&sandbox, &["cron.conf"]);
    let cron = job(&report, "cron");
    assert!(units(cron).is_empty());
    assert_eq!(codes(cron), ["CUT725", "CUT727", "CUT727"]);
    assert_eq!(outcomes(cron), [&["dropped"; 5][..], &["manual"; 3]].concat());
    let helps: Vec<&str> = cron["findings"].as_array().unwrap().iter().map(|it| it["help"].as_str().unwrap()).collect();
    assert!(helps[1].contains("systemctl disable cron.service") && helps[1].contains("mask"), "{helps:?}");
    assert!(helps[2].contains("systemctl edit cron.service"), "{helps:?}");
    assert_eq!(sandbox.status(&["convert", "cron.conf"]), Some(1));
    assert_eq!(sandbox.status(&["convert", "cron.conf", "--no-override"]), Some(0));
}

#[test]
fn manual_in_the_job_itself_is_told_as_well() {
    let sandbox = Sandbox::with(&[("cron.conf", &format!("{CRON}manual\n"))]);
    assert_eq!(codes(job(&json(&sandbox, &["cron.conf"]), "cron")), ["CUT725", "CUT727"]);
}

#[test]
fn manual_on_what_nothing_takes_the_place_of_is_dropped_with_it() {
    let sandbox = Sandbox::with(&[("bootmisc.sh.conf", "start on startup\n"), ("bootmisc.sh.override", "manual\n")]);
    let report = json(&sandbox, &["bootmisc.sh.conf"]);
    let job = job(&report, "bootmisc.sh");
    assert_eq!((codes(job), outcomes(job)), (vec!["CUT725"], vec!["dropped", "dropped"]));
}

#[test]
fn an_override_that_upstart_refuses_is_told_too() {
    let sandbox = Sandbox::with(&[("cron.conf", CRON), ("cron.override", "nice 99\n")]);
    assert_eq!(codes(job(&json(&sandbox, &["cron.conf"]), "cron")), ["CUT725", "CUT727"]);
}

// ---- whole machines ------------------------------------------------------------------------------

/// Jobs of the machines that no distribution shipped.
const VENDORS: &[&str] = &[
    "cache",
    "cleanup",
    "custom-network",
    "delay-start-10",
    "delay-start-20",
    "delay-start-30",
    "delay-start-40",
    "delay-start-50",
    "early-network-time",
    "eventlircd",
    "hama",
    "kiosk",
    "network-autoip",
    "network-lo",
    "pulseaudio",
    "read_ahead",
    "runonce",
    "samba",
    "splash",
    "swap",
    "sysctl",
    "thresh",
    "tvheadend",
    "update-checker",
    "xbmc",
    "xboxdrv",
];

#[test]
fn every_job_of_a_machine_that_its_distribution_shipped_is_known() {
    let Some(machines) = shared("machines") else { return };
    let mut seen = BTreeSet::new();
    let mut unknown = Vec::new();
    for machine in fs::read_dir(machines).unwrap() {
        let init = machine.unwrap().path().join("etc/init");
        let report = json(&Sandbox::new(), &[init.to_str().unwrap()]);
        for job in report["jobs"].as_array().unwrap() {
            let name = job["service"]["name"].as_str().unwrap().to_owned();
            let retired = codes(job).contains(&"CUT725");
            if find(Scope::System, name.as_bytes()).is_none() && !VENDORS.contains(&name.as_str()) {
                unknown.push(name.clone());
            }
            assert!(!codes(job).contains(&"CUT899"), "{name}");
            assert_eq!(units(job).is_empty(), retired, "{name}");
            assert!(!retired || outcomes(job).iter().all(|it| matches!(*it, "dropped" | "manual")), "{name}");
            seen.insert(name);
        }
    }
    assert!(unknown.is_empty(), "neither known nor a vendor's: {unknown:?}");
    let gone: Vec<_> = VENDORS.iter().filter(|name| !seen.contains(**name)).collect();
    assert!(gone.is_empty(), "no machine has {gone:?}");
    assert!(VENDORS.iter().all(|name| find(Scope::System, name.as_bytes()).is_none()));
}

#[test]
fn of_a_stock_machine_little_is_left_to_convert() {
    let Some(machines) = shared("machines") else { return };
    let report = json(&Sandbox::new(), &[machines.join("ring/etc/init").to_str().unwrap()]);
    let jobs = report["jobs"].as_array().unwrap();
    let left: Vec<&str> = jobs
        .iter()
        .filter(|job| !codes(job).contains(&"CUT725"))
        .map(|job| job["service"]["name"].as_str().unwrap())
        .collect();
    // The one job has no counterpart, the other was emptied by its administrator.
    assert_eq!(left, ["shutdown", "tty1"]);
}

// ---- what booting whole machines has shown -------------------------------------------------------

#[test]
fn what_comes_before_the_set_up_of_the_system_is_started_with_it() {
    let sandbox = Sandbox::with(&[("a.conf", "start on starting boot-services\nexec /usr/bin/a\n")]);
    let report = json(&sandbox, &["a.conf"]);
    let lines = lines(job(&report, "a"));
    assert!(lines.contains(&"WantedBy=sysinit.target"), "{lines:#?}");
    assert!(lines.contains(&"Before=sysinit.target shutdown.target"), "{lines:#?}");
    assert!(!codes(job(&report, "a")).contains(&"CUT716"));
}

#[test]
fn what_repairs_a_failed_mountall_does_not_run_at_each_boot() {
    let sandbox = Sandbox::with(&[("a.conf", "start on stopped mountall EXIT_STATUS=4\ntask\nexec reboot -f\n")]);
    let report = json(&sandbox, &["a.conf"]);
    let lines = lines(job(&report, "a"));
    assert!(!lines.iter().any(|line| line.starts_with("WantedBy=")), "{lines:#?}");
    assert!(codes(job(&report, "a")).contains(&"CUT702"));
}

#[test]
fn what_waits_for_a_mountall_of_ones_own_waits_for_its_unit_too() {
    let sandbox = Sandbox::with(&[
        ("init/mountall.conf", "start on stopped udevtrigger\ntask\nexec /usr/local/bin/mount-it\n"),
        ("init/a.conf", "start on started mountall\nexec /usr/bin/a\n"),
    ]);
    let report = json(&sandbox, &["init"]);
    let lines = lines(job(&report, "a"));
    assert!(lines.contains(&"After=local-fs.target remote-fs.target mountall.service"), "{lines:#?}");
}

#[test]
fn a_latch_for_an_event_of_the_boot_is_set_once() {
    let sandbox = Sandbox::with(&[
        ("init/a.conf", "start on startup and started b\nexec /usr/bin/a\n"),
        ("init/b.conf", "start on shop-opens\nexec /usr/bin/b\n"),
    ]);
    let report = json(&sandbox, &["init"]);
    let units = job(&report, "a")["units"].as_array().unwrap();
    let stays = |name: &str| {
        let unit = units.iter().find(|unit| unit["name"] == name).unwrap();
        unit["text"].as_str().unwrap().contains("RemainAfterExit=yes")
    };
    assert!(stays("a-latch-1.service") != stays("a-latch-2.service"));
    assert!(
        units.iter().any(|unit| {
            let text = unit["text"].as_str().unwrap();
            text.contains("RemainAfterExit=yes") && text.contains("WantedBy=sysinit.target")
        }),
        "{units:#?}"
    );
}

#[test]
fn that_a_unit_starts_in_other_containers_too_is_told() {
    let told = |condition: &str| {
        let sandbox = Sandbox::with(&[("a.conf", &format!("start on {condition}\nexec /usr/bin/a\n"))]);
        codes(job(&json(&sandbox, &["a.conf"]), "a")).contains(&"CUT714")
    };
    assert!(told("runlevel 2 and (not-container or container CONTAINER=lxc)"));
    assert!(!told("runlevel 2 and (not-container or container)"));
}

#[test]
fn a_shipped_job_is_found_by_its_name() {
    let target = |job: &str, kind| vendor_jobs::target_of(Scope::System, job.as_bytes(), kind);
    let manager = find(Scope::System, b"network-manager").and_then(|it| it.replacement.unit());
    assert_eq!(manager, Some("NetworkManager.service"));
    assert!(find(Scope::System, b"shop").is_none());
    assert_eq!(target("udev", DependencyKind::After), Some(Target::Service("systemd-udevd".into())));
    assert_eq!(target("hostname", DependencyKind::After), Some(Target::BootTarget(BootTarget::Sysinit)));
    assert_eq!(target("hostname", DependencyKind::StartedByFailure), None);
    assert_eq!(target("tty", DependencyKind::After), None);
    assert_eq!(target("tty1", DependencyKind::After), Some(Target::Other("getty@tty1.service".into())));
    assert!(vendor_jobs::is_boot_task(b"udevtrigger") && !vendor_jobs::is_boot_task(b"udev"));
}
