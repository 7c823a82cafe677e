//! A small shop's server of our own, `corpus/machine`, moved from Upstart to systemd: its jobs are converted, booted
//! on a real systemd and powered off, many times in each style. Every time all orders must hold that the conditions
//! of the jobs promise. They are read from the jobs themselves; nothing was recorded.
//!
//! - `BOOTS=N` boots so often in each style instead.
//! - `BOOT_OUT=DIR` keeps the units and all that was written of the last boot, below `DIR/STYLE`.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

#[path = "../common/mod.rs"]
mod common;
mod jobs;
mod machine;
mod promises;

use jobs::Jobs;
use machine::{Failure, Said};

/// How often in each style.
const BOOTS: usize = 20;

/// Jobs mostly sleep.
const WORKERS: usize = 5;

/// At least so many promises are looked at in each boot.
const PROMISES: usize = 159;

/// At least so many orders of conditions are broken where units have none.
const BROKEN: usize = 15;

/// Promises that are broken each time: what the promise says, and the finding that tells so. One that is kept
/// after all must be taken out.
const SHORTFALLS: [(&str, &str); 1] = [("shop-drain.conf:2: start on stopping shop: it runs", "CUT722")];

/// What is wrong with one boot, and how many promises were looked at.
fn judge(jobs: &Jobs, said: &Said) -> (usize, Vec<String>) {
    let known: BTreeSet<_> = SHORTFALLS.iter().map(|(text, _)| *text).collect();
    let promises = promises::promises(jobs, said);
    let mut wrong = said.complaints.clone();
    for (text, code) in SHORTFALLS {
        let file = text.split(':').next().unwrap_or_default();
        let told = |line: &str| line.contains(&format!("[{code}]")) && line.contains(&format!("/{file}:"));
        if !said.findings.lines().any(told) {
            wrong.push(format!("{text}: no {code} tells so"));
        }
        if !promises.iter().any(|promise| promise.text == text) {
            wrong.push(format!("{text}: there is no such promise any more"));
        }
    }
    for promise in &promises {
        match (&promise.broken, known.contains(promise.text.as_str())) {
            (Some(how), false) => wrong.push(format!("{}: {how}", promise.text)),
            (None, true) => wrong.push(format!("{}: a known shortfall no longer", promise.text)),
            _ => {}
        }
    }
    if !wrong.is_empty() {
        wrong.push(format!("the log:\n{}", said.log));
    }
    (promises.len(), wrong)
}

/// Boots in both styles by turns, several machines at a time.
fn boots(count: usize) -> Vec<(&'static str, Result<Said, Failure>)> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let turn = next.fetch_add(1, Ordering::Relaxed);
                    if turn >= 2 * count {
                        break;
                    }
                    let style = ["idiomatic", "exact"][turn % 2];
                    let result = machine::run(style, true);
                    let cannot = matches!(result, Err(Failure::Cannot(_)));
                    done.lock().unwrap().push((style, result));
                    if cannot {
                        break;
                    }
                }
            });
        }
    });
    done.into_inner().unwrap()
}

#[test]
fn a_server_of_our_own_keeps_what_its_jobs_promise() {
    let start = Instant::now();
    let jobs = Jobs::read();
    assert!(jobs.all.len() >= 20, "only {} jobs", jobs.all.len());
    assert!(!jobs.late.is_empty(), "nothing is done at shutdown");
    let count = std::env::var("BOOTS").map_or(BOOTS, |count| count.parse().unwrap());
    let mut looked = BTreeSet::new();
    let mut wrong = Vec::new();
    let boots = boots(count);
    for (turn, (style, result)) in boots.iter().enumerate() {
        match result {
            Ok(said) => {
                let (promises, broken) = judge(&jobs, said);
                looked.insert(promises);
                if !broken.is_empty() {
                    wrong.push(format!("boot {turn}, {style}:\n{}", broken.join("\n")));
                }
            }
            Err(Failure::Cannot(why)) => {
                common::skip(&format!("systemd cannot be booted here: {why}"));
                return;
            }
            Err(Failure::Other(why)) => wrong.push(format!("boot {turn}, {style}: came to no end: {why}")),
        }
    }
    let counts = looked.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
    // Not captured, as what `eprintln` writes would be.
    let _ = writeln!(
        std::io::stderr(),
        "{} boots of {} jobs, {counts} promises in each, {} wrong; {} s",
        boots.len(),
        jobs.all.len(),
        wrong.len(),
        start.elapsed().as_secs()
    );
    assert!(looked.first().is_none_or(|least| *least >= PROMISES), "only {looked:?} promises");
    assert!(wrong.is_empty(), "{} of {} boots wrong:\n\n{}", wrong.len(), boots.len(), wrong.join("\n\n"));
}

#[test]
fn units_without_orders_are_found_out() {
    let jobs = Jobs::read();
    let said = match machine::run("idiomatic", false) {
        Ok(said) => said,
        Err(Failure::Cannot(why)) => return common::skip(&format!("systemd cannot be booted here: {why}")),
        Err(Failure::Other(why)) => panic!("it came to no end: {why}"),
    };
    let broken: Vec<_> = promises::promises(&jobs, &said)
        .into_iter()
        .filter(|promise| promise.text.contains("keeps its order") && promise.broken.is_some())
        .map(|promise| promise.text)
        .collect();
    assert!(broken.len() >= BROKEN, "only {} are broken: {broken:#?}", broken.len());
}
