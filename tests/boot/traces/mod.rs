//! Converted units do what Upstart did: scenarios that were recorded on the real Upstart are played on them on a
//! real systemd, which is booted for each, and the traces are held against each other. A trace is the recorded
//! one, or the conversion has a finding that tells why not: `declared.txt` names it, and how far the trace differs.
//!
//! For one scenario at a time:
//!
//! - `TRACES=NAME,PREFIX*,…` plays these alone; declarations of others are not looked at.
//! - `TRACES_OUT=DIR` keeps what was played: below `DIR/STYLE/SCENARIO` are the converted `tree`, the `findings`,
//!   the `trace`, its `diff` (empty: as recorded), what commands said (`errors`), and the `journal`.
//! - `TRACES_DECLARE=FILE` writes the lines that all differences would need, with the codes of all findings.
//!
//! `cargo test --test boot traces:: -- --ignored` plays the best units that were found by hand instead: the traces must
//! differ just as it was recorded for them.

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

mod book;
mod compare;
mod law;
mod machine;
mod run;
mod scenario;

use crate::common::{self, shared, skip};
use machine::{Failure, best};
use run::{Run, for_each};
use scenario::{all, named, own};

/// How many differences are declared. Lower it, and the number in `declared.txt`, with every one that goes away.
const DECLARED: usize = 96;

/// How many scenarios were recorded when the differences were counted.
const RECORDED: usize = 177;

static RUN: LazyLock<Option<Run>> = LazyLock::new(Run::new);

fn report(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} wrong:\n\n{}", wrong.len(), wrong.join("\n"));
}

fn replay(style: &str) {
    let Some(run) = &*RUN else { return };
    let outcomes = run.outcomes.iter().filter(|outcome| outcome.style == style);
    report(&outcomes.filter_map(|outcome| outcome.judge(&run.declared).err()).collect::<Vec<_>>());
}

#[test]
fn idiomatic_units_replay_what_upstart_did_or_say_why_not() {
    replay("idiomatic");
}

#[test]
fn exact_units_replay_what_upstart_did_or_say_why_not() {
    replay("exact");
}

#[test]
fn exact_units_differ_no_further_than_the_best_units_that_were_found() {
    let Some(run) = &*RUN else { return };
    let outcomes = run.outcomes.iter().filter_map(|outcome| {
        let scenario = run.scenarios.iter().find(|scenario| scenario.name == outcome.scenario)?;
        outcome.judge_exact(scenario, &run.declared).err()
    });
    report(&outcomes.collect::<Vec<_>>());
}

#[test]
fn declared_differences_only_shrink() {
    let (count, declared) = law::declarations(law::DECLARED).unwrap();
    assert_eq!(declared.len(), count, "the first line tells how many lines there are");
    assert_eq!(count, DECLARED, "the number in the test and that in the file are lowered together");
    let names: Vec<_> = declared.iter().map(|line| (&line.style, &line.scenario)).collect();
    assert!(names.is_sorted_by(|a, b| a < b), "lines stand in order, and one for each scenario");
    let unsaid: Vec<_> = declared.iter().filter(|line| line.says == "?").map(|line| &line.scenario).collect();
    assert!(unsaid.is_empty(), "no line says what differs in {unsaid:?}");
    let Some(run) = &*RUN else { return };
    let known: BTreeSet<_> = run.outcomes.iter().map(|outcome| outcome.scenario.as_str()).collect();
    let unknown = declared.iter().filter(|line| named(&line.scenario) && !known.contains(line.scenario.as_str()));
    report(&unknown.map(|line| format!("there is no scenario {}", line.scenario)).collect::<Vec<_>>());
}

#[test]
fn the_book_tells_every_difference() {
    let (_, declared) = law::declarations(law::DECLARED).unwrap();
    let chapter = book::chapter(RECORDED, &declared);
    let path = common::repository("book/src/same.md");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &chapter).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == chapter, "book/src/same.md is not what the declarations make: UPDATE_EXPECT=1 writes it anew");
    let Some(traces) = shared("traces") else { return };
    let recorded = fs::read_dir(traces).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_dir()).count();
    assert!(recorded >= RECORDED, "the book speaks of {RECORDED} scenarios, and there are {recorded}");
}

/// Blanks and line breaks do not count.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn scenarios_of_this_repository_rest_on_what_is_known_of_upstart() {
    let Some(spec) = shared("spec") else { return };
    let known = words(&fs::read_to_string(spec.join("upstart-runtime.md")).unwrap());
    for scenario in own() {
        let fact = words(&fs::read_to_string(scenario.folder.join("fact")).unwrap_or_default());
        assert!(!fact.is_empty(), "{} has no `fact`", scenario.name);
        assert!(known.contains(&fact), "{}: upstart-runtime.md does not say: {fact}", scenario.name);
    }
}

#[test]
#[ignore = "plays units that this program has not written"]
fn the_harness_agrees_with_the_recorded_best_units() {
    let Some(scenarios) = all() else { return };
    let scenarios: Vec<_> = scenarios.into_iter().filter(|scenario| !scenario.name.starts_with("own:")).collect();
    let play = |scenario: &scenario::Scenario| {
        let difference = match best(scenario).play(scenario) {
            Ok(trace) => compare::difference(&scenario.recorded, &trace, &scenario.rules),
            Err(failure) => return Err(failure),
        };
        let same = difference.beyond(&scenario.best).is_empty() && scenario.best.beyond(&difference).is_empty();
        Ok((!same).then(|| format!("{}:\n{}recorded:\n{}", scenario.name, difference.text, scenario.best.text)))
    };
    let mut results = for_each(&scenarios, play);
    for (scenario, result) in scenarios.iter().zip(&mut results) {
        if !matches!(result, Ok(None) | Err(Failure::Cannot(_))) {
            eprintln!("{} is played again", scenario.name);
            *result = play(scenario);
        }
    }
    if results.iter().all(|result| matches!(result, Err(Failure::Cannot(_)))) {
        skip("systemd cannot be booted here");
        return;
    }
    let wrong = results.into_iter().filter_map(|result| result.unwrap_or_else(|failure| Some(format!("{failure:?}"))));
    report(&wrong.collect::<Vec<_>>());
}
