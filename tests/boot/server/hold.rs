//! Boots a machine many times, and holds what happened against what was promised.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::machine::{self, BootRecord, Failure, Machine};
use super::promises::Promise;
use crate::common;

/// Jobs mostly sleep.
const WORKERS: usize = 5;

/// What is known of a machine beforehand.
pub struct Expected {
    /// At least so many promises are looked at in each boot.
    pub promises: usize,
    /// Promises that are broken each time: what the promise says, and the finding that tells so. One that is kept
    /// after all must be taken out.
    pub shortfalls: &'static [(&'static str, &'static str)],
    /// Units that fail, and why they have to.
    pub failures: &'static [(&'static str, &'static str)],
}

/// What is wrong with one boot.
fn judge(expected: &Expected, promises: &[Promise], record: &BootRecord) -> Vec<String> {
    let known: BTreeSet<_> = expected.shortfalls.iter().map(|(text, _)| *text).collect();
    let failing = |line: &String| expected.failures.iter().any(|(unit, _)| line.contains(unit));
    let mut wrong: Vec<_> = record.complaints.iter().filter(|line| !failing(line)).cloned().collect();
    for (unit, why) in expected.failures {
        if !record.complaints.iter().any(|line| line.contains(unit)) {
            wrong.push(format!("{unit} does not fail any longer ({why})"));
        }
    }
    for (text, code) in expected.shortfalls {
        let file = text.split(':').next().unwrap_or_default();
        let told = |line: &str| line.contains(&format!("[{code}]"));
        let lines: Vec<_> = record.findings.lines().collect();
        // The place stands in the same line or in the one below.
        let here = |pair: &[&str]| told(pair[0]) && pair.iter().any(|line| line.contains(&format!("/{file}:")));
        if !lines.windows(2).any(here) {
            wrong.push(format!("{text}: no {code} tells so"));
        }
        if !promises.iter().any(|promise| promise.text == *text) {
            wrong.push(format!("{text}: there is no such promise any more"));
        }
    }
    for promise in promises {
        match (&promise.broken, known.contains(promise.text.as_str())) {
            (Some(unit_source), false) => wrong.push(format!("{}: {unit_source}", promise.text)),
            (None, true) => wrong.push(format!("{}: a known shortfall no longer", promise.text)),
            _ => {}
        }
    }
    if !wrong.is_empty() {
        wrong.push(format!("the log:\n{}", record.log));
    }
    wrong
}

/// Boots in both styles by turns, several machines at a time.
fn boots(machine: &Machine, count: usize) -> Vec<(&'static str, Result<BootRecord, Failure>)> {
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
                    let result = machine::run(machine, style, true);
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

/// Boots a machine so often in each style, or as often as `BOOTS` says. Nothing may be wrong with any boot.
pub fn hold(machine: &Machine, count: usize, expected: &Expected, read: &dyn Fn(&BootRecord) -> Vec<Promise>) {
    let start = Instant::now();
    let count = std::env::var("BOOTS").map_or(count, |count| count.parse().unwrap());
    let mut looked = BTreeSet::new();
    let mut wrong = Vec::new();
    let boots = boots(machine, count);
    for (turn, (style, result)) in boots.iter().enumerate() {
        match result {
            Ok(record) => {
                let promises = read(record);
                looked.insert(promises.len());
                let broken = judge(expected, &promises, record);
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
        "{}: {} boots, {counts} promises in each, {} wrong; {} s",
        machine.name,
        boots.len(),
        wrong.len(),
        start.elapsed().as_secs()
    );
    assert!(looked.first().is_none_or(|least| *least >= expected.promises), "only {looked:?} promises");
    assert!(wrong.is_empty(), "{} of {} boots wrong:\n\n{}", wrong.len(), boots.len(), wrong.join("\n\n"));
}
