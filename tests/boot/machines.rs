//! Machines of others, as a whole: their jobs are converted and booted with stubs in the place of their programs.

use super::common::shared;
use super::hold::{Expected, hold};
use super::jobs::Jobs;
use super::machine::Machine;
use super::observed::Observed;
use super::{promises, stubs};

/// How often each machine is booted in each style.
const BOOTS: usize = 2;

/// Events that nobody announces while a machine of these boots or goes down.
const NEVER: &[&str] = &[
    "control-alt-delete",
    "custom-network-done",
    "disable-avahi-daemon",
    "font-loaded",
];

/// Boots a machine of the shared data; `keep` converts also what its distribution shipped.
fn boots(name: &'static str, keep: bool, expected: &Expected) {
    let Some(machines) = shared("machines") else { return };
    let folder = machines.join(name.trim_end_matches("-kept")).join("etc/init");
    let jobs = || Jobs::read(&machines.join(name.trim_end_matches("-kept")).join("etc/init"), keep, NEVER);
    let known = jobs();
    let filling = jobs();
    let machine = Machine {
        name,
        jobs: folder,
        arguments: if keep { &["--keep-plumbing"] } else { &[] },
        fill: Box::new(move |sandbox| {
            stubs::programs_of(&filling, sandbox);
            stubs::units_in_place(&filling, sandbox);
        }),
    };
    hold(&machine, BOOTS, expected, &|said| promises::promises(&Observed::read(&known, said)));
}

#[test]
fn ring_boots_as_a_whole() {
    boots("ring", false, &Expected { promises: 1, shortfalls: &[], failures: &[] });
}

#[test]
fn raspbmc_boots_as_a_whole() {
    boots("raspbmc", false, &Expected { promises: 1, shortfalls: &[], failures: &[] });
}

#[test]
fn ring_boots_with_all_that_its_distribution_shipped() {
    boots("ring-kept", true, &Expected { promises: 1, shortfalls: &[], failures: &[] });
}

#[test]
fn raspbmc_boots_with_all_that_its_distribution_shipped() {
    boots("raspbmc-kept", true, &Expected { promises: 1, shortfalls: &[], failures: &[] });
}
