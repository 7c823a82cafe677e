//! All scenarios played once, on as many machines at a time as is quick.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::compare::{Difference, difference};
use super::law::{DECLARED, Declaration, Outcome, declarations, needed};
use super::machine::{Conversion, Failure, convert, lay, told};
use super::scenario::{Scenario, all};
use crate::common::skip;

pub const STYLES: [&str; 2] = ["idiomatic", "exact"];

/// Scenarios mostly sleep.
const WORKERS: usize = 8;

/// How often a scenario that did not come out as declared is played again, alone: the machine may have been busy.
const AGAIN: usize = 4;

/// More than that did not fail for want of time.
const NOISE: usize = 24;

/// Programs that jobs and steps of scenarios call, or that a system is not without.
const NEEDED: [&str; 7] = ["dash", "dbus-daemon", "perl", "pgrep", "python3", "su", "usermod"];

fn installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Does something for each item, several at a time.
pub fn for_each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    let worker = || {
        while let Some((index, item)) = items.iter().enumerate().nth(next.fetch_add(1, Ordering::Relaxed)) {
            let result = work(item);
            done.lock().unwrap().push((index, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(worker);
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// A scenario with one set of arguments for the conversion.
struct Case<'a> {
    name: String,
    scenario: &'a Scenario,
    options: &'a [String],
}

fn cases(scenarios: &[Scenario]) -> Vec<Case<'_>> {
    let mut cases = Vec::new();
    for scenario in scenarios {
        for options in &scenario.options {
            let with = if options.is_empty() { String::new() } else { format!("[{}]", options.join(",")) };
            cases.push(Case { name: format!("{}{with}", scenario.name), scenario, options });
        }
    }
    cases
}

impl Case<'_> {
    fn convert(&self, style: &str) -> Conversion {
        convert(self.scenario, style, self.options)
    }

    /// Plays the converted units. What `TRACES_OUT` asks for is kept.
    fn play(&self, style: &str, conversion: &Conversion) -> Result<Difference, Failure> {
        let sandbox = &conversion.machine.sandbox;
        let kept = std::env::var_os("TRACES_OUT")
            .map(|folder| PathBuf::from(folder).join(style).join(self.name.replace('/', "_")));
        if let Some(kept) = &kept {
            let _ = fs::remove_dir_all(kept);
            lay(&sandbox.path("tree"), &kept.join("tree"));
            fs::write(kept.join("findings"), told(self.scenario, style, self.options)).unwrap();
            sandbox.file("out/journal", "");
        }
        let trace = conversion.machine.play(self.scenario);
        let result = trace.map(|trace| difference(&self.scenario.recorded, &trace, &self.scenario.rules));
        if let Some(kept) = &kept {
            for name in ["trace", "errors", "journal", "kmsg"] {
                let file = if name == "trace" { "log" } else { name };
                let _ = fs::copy(sandbox.path("out").join(file), kept.join(name));
            }
            fs::write(kept.join("diff"), result.as_ref().map_or("", |result| &result.text)).unwrap();
        }
        result
    }

    fn outcome(&self, style: &'static str, conversion: &Conversion, result: Result<Difference, Failure>) -> Outcome {
        Outcome { style, scenario: self.name.clone(), codes: conversion.codes.clone(), result }
    }

    /// In both styles; units that are the same are played once.
    fn outcomes(&self) -> [Outcome; 2] {
        let conversions = STYLES.map(|style| self.convert(style));
        let same = conversions[0].machine.files() == conversions[1].machine.files();
        let first = self.play(STYLES[0], &conversions[0]);
        let second = if same { first.clone() } else { self.play(STYLES[1], &conversions[1]) };
        [self.outcome(STYLES[0], &conversions[0], first), self.outcome(STYLES[1], &conversions[1], second)]
    }

    fn again(&self, style: &'static str) -> Outcome {
        let conversion = self.convert(style);
        let result = self.play(style, &conversion);
        self.outcome(style, &conversion, result)
    }
}

/// The traces of all scenarios in both styles.
pub struct Run {
    pub scenarios: Vec<Scenario>,
    pub declared: Vec<Declaration>,
    pub outcomes: Vec<Outcome>,
}

impl Run {
    /// Plays them; nothing where that is not possible.
    pub fn new() -> Option<Run> {
        let start = Instant::now();
        let scenarios = all()?;
        if let Some(program) = NEEDED.iter().find(|program| !installed(program)) {
            skip(&format!("no {program}"));
            return None;
        }
        let (_, declared) = declarations(DECLARED).unwrap_or_else(|error| panic!("declared.txt: {error}"));
        let cases = cases(&scenarios);
        let mut outcomes = for_each(&cases, Case::outcomes).concat();
        let cannot = |outcome: &Outcome| match &outcome.result {
            Err(Failure::Cannot(why)) => Some(why.clone()),
            _ => None,
        };
        if let Some(why) = outcomes.iter().map(cannot).collect::<Option<Vec<_>>>() {
            skip(&format!("systemd cannot be booted here: {}", why.first().map_or("no scenarios", |why| why)));
            return None;
        }

        let again = play_again(&cases, &declared, &mut outcomes);
        if let Some(file) = std::env::var_os("TRACES_DECLARE") {
            fs::write(file, needed(&outcomes, &declared)).unwrap();
        }
        let good = |outcome: &&Outcome| outcome.judge(&declared).is_ok();
        let equal = |outcome: &&Outcome| outcome.result.as_ref().is_ok_and(Difference::is_empty);
        let (equal, differ): (Vec<_>, Vec<_>) = outcomes.iter().filter(good).partition(equal);
        // Not captured, as what `eprintln` writes would be.
        let _ = writeln!(
            std::io::stderr(),
            "{} traces equal, {} differ as declared, {} wrong; {again} played again; {} s",
            equal.len(),
            differ.len(),
            outcomes.len() - equal.len() - differ.len(),
            start.elapsed().as_secs()
        );
        Some(Run { scenarios, declared, outcomes })
    }
}

/// Plays those again, one by one, that did not come out as declared; hands back how many these were.
fn play_again(cases: &[Case<'_>], declared: &[Declaration], outcomes: &mut [Outcome]) -> usize {
    let case = |outcome: &Outcome| cases.iter().find(|case| case.name == outcome.scenario).unwrap();
    let good =
        |outcome: &Outcome| outcome.judge(declared).and(outcome.judge_exact(case(outcome).scenario, declared)).is_ok();
    let wrong: Vec<_> = outcomes.iter_mut().filter(|outcome| !good(outcome)).collect();
    if wrong.len() > NOISE {
        return 0;
    }
    let count = wrong.len();
    for outcome in wrong {
        for _ in 0..AGAIN {
            *outcome = case(outcome).again(outcome.style);
            if good(outcome) {
                break;
            }
        }
    }
    count
}
