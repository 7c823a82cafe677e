//! Machines of others, as a whole: their jobs are converted and booted with stubs in the place of their programs.

use std::fs;
use std::sync::Arc;

use super::hold::{Expected, hold};
use super::jobs::Jobs;
use super::machine::{Machine, UnitSource};
use super::observed::Observed;
use super::{promises, stubs};
use crate::common::{files_below, shared};

/// How often each machine is booted in each style.
const BOOTS: usize = 2;

/// Events that nobody announces while a machine of these boots or goes down.
const NEVER: &[&str] = &[
    "block-device-added",
    "control-alt-delete",
    "custom-network-done",
    "disable-avahi-daemon",
    "disable-cron",
    "disable-eventlircd",
    "disable-tvheadend",
    "disable-xinetd",
    "enable-avahi-daemon",
    "enable-cron",
    "enable-eventlircd",
    "enable-tvheadend",
    "enable-xinetd",
    "failsafe-boot",
    "font-loaded",
    "hama",
    "hamastop",
    "net-device-added",
    "net-device-down",
    "net-device-removed",
    "no-kiosk",
    "no-xbmc",
    "not-container",
    "plymouth-ready",
    "power-status-changed",
    "recovery",
    "start-rpcbind",
    "start-splash",
    "usb-modeswitch-upstart",
    "xbmc-do-stop",
    "xbmc-started",
];

/// Files that jobs look for before they do their work.
const PRESENT: &[(&str, &str)] = &[("/etc/console-setup/cache.kmap.gz", ""), ("/etc/exports", "/srv *\n")];

/// Boots a machine of the shared data.
fn boots(name: &'static str, expected: &Expected) {
    let Some(machines) = shared("machines") else { return };
    let etc = machines.join(name).join("etc");
    let folder = etc.join("init");
    let jobs = Arc::new(Jobs::read(&folder, NEVER, stubs::ends));
    let known = jobs.clone();
    let machine = Machine {
        name,
        jobs: folder,
        unit_source: UnitSource::Planned,
        fill: Box::new(move |sandbox| {
            for file in files_below(&etc.join("default")) {
                let name = file.file_name().unwrap().to_str().unwrap();
                sandbox.file(&format!("tree/etc/default/{name}"), fs::read(&file).unwrap());
            }
            for (file, text) in PRESENT {
                sandbox.file(&format!("tree{file}"), text);
            }
            stubs::programs_of(&jobs, sandbox);
            stubs::units_in_place(&jobs, sandbox);
        }),
    };
    hold(&machine, BOOTS, expected, &|said| promises::promises(&Observed::read(&known, said)));
}

/// What has to fail on a machine without the hardware.
const FAILURES: &[(&str, &str)] = &[("thresh.service", "it sets the frequencies of a processor that is not there")];

#[test]
fn ring_boots_as_a_whole() {
    boots("ring", &Expected { promises: 2, shortfalls: &[("tty1.conf: it never runs", "CUT714")], failures: &[] });
}

#[test]
fn raspbmc_boots_as_a_whole() {
    boots("raspbmc", &Expected { promises: 121, shortfalls: &[], failures: FAILURES });
}
