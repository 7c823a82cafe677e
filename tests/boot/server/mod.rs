//! A small shop's server of our own, `corpus/machine`, moved from Upstart to systemd: its jobs are converted, booted
//! on a real systemd and powered off, many times in each style. Every time all orders must hold that the conditions
//! of the jobs promise. They are read from the jobs themselves; nothing was recorded.
//!
//! - `BOOTS=N` boots so often in each style instead.
//! - `BOOT_OUT=DIR` keeps the units and all that was written of the last boot, below `DIR/STYLE`.

mod hold;
mod jobs;
mod machine;
mod machines;
mod notes;
mod observed;
mod promises;
mod root;
mod stubs;

use hold::{Expected, hold};
use jobs::Jobs;
use machine::{Failure, Machine};
use notes::Notes;

use crate::common;

/// How often in each style.
const BOOTS: usize = 20;

/// At least so many orders of conditions are broken where units have none.
const BROKEN: usize = 15;

/// The shop. One promise is broken, as the finding tells.
const SHOP: Expected = Expected {
    promises: 159,
    shortfalls: &[("shop-drain.conf:2: start on stopping shop: it runs", "CUT722")],
    failures: &[],
};

#[test]
fn a_server_of_our_own_keeps_what_its_jobs_promise() {
    let machine = Machine::own();
    let jobs = Jobs::read(&machine.jobs, &[], |_| false);
    assert!(jobs.all.len() >= 20, "only {} jobs", jobs.all.len());
    assert!(!jobs.late.is_empty(), "nothing is done at shutdown");
    hold(&machine, BOOTS, &SHOP, &|said| promises::promises(&Notes::read(&jobs, said)));
}

#[test]
fn units_without_orders_are_found_out() {
    let jobs = Jobs::read(&Machine::own().jobs, &[], |_| false);
    let said = match machine::run(&Machine::own(), "idiomatic", false) {
        Ok(said) => said,
        Err(Failure::Cannot(why)) => return common::skip(&format!("systemd cannot be booted here: {why}")),
        Err(Failure::Other(why)) => panic!("it came to no end: {why}"),
    };
    let broken: Vec<_> = promises::promises(&Notes::read(&jobs, &said))
        .into_iter()
        .filter(|promise| promise.text.contains("keeps its order") && promise.broken.is_some())
        .map(|promise| promise.text)
        .collect();
    assert!(broken.len() >= BROKEN, "only {} are broken: {broken:#?}", broken.len());
}
