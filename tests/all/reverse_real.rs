//! `cutover reverse` on the units of real projects and of systemd itself: each becomes jobs that load, and no
//! assignment goes without an account.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cutover::convert::{Reversal, reverse, systemd_input as input};
use cutover::findings::Code;
use cutover::systemd::document::{Document, NodeKind};
use cutover::upstart::distribution::Distribution;
use cutover::upstart::verdict;
use cutover::upstart::version::TARGETS;
use cutover::upstart::write::Options;

use crate::common::{shared, skip};

/// How many assignments the files of a reversal hold.
fn assignments(reversal: &Reversal) -> usize {
    let of_text = |text: &[u8]| {
        let nodes = Document::read(text).nodes;
        nodes.iter().filter(|node| matches!(node.kind, NodeKind::Assignment(_))).count()
    };
    reversal.sources.iter().map(|source| of_text(&source.text)).sum()
}

/// What is wrong with a reversal.
fn wrong(reversal: &Reversal) -> Vec<String> {
    let mut wrong = Vec::new();
    let accounted: BTreeSet<_> = reversal.account.iter().map(|entry| entry.at).collect();
    if accounted.len() != reversal.account.len() {
        wrong.push("an assignment is accounted for twice".to_owned());
    }
    let there = assignments(reversal);
    if accounted.len() != there {
        wrong.push(format!("{} of {there} assignments are accounted for", accounted.len()));
    }
    for finding in reversal.findings.iter().filter(|finding| finding.code == Code::Unaccounted) {
        wrong.push(format!("{finding:?}"));
    }
    if let Some((name, _)) = &reversal.job
        && let Err(refusal) = verdict::load(&reversal.text, None)
    {
        wrong.push(format!("{name}: {}\n{}", refusal.error, String::from_utf8_lossy(&reversal.text)));
    }
    wrong
}

/// Converts all units of some directories for every version; tells how many units there were, and how many jobs.
fn all_of(directories: &[PathBuf]) -> (usize, usize) {
    let (mut units, mut jobs) = (0, 0);
    let mut errors = Vec::new();
    let found = input::find(directories);
    for (target, _) in TARGETS {
        for distribution in [Distribution::Rhel6, Distribution::Ubuntu] {
            let options = Options { target: *target, distribution, expect: None };
            for reversal in found.sets.iter().flat_map(|set| reverse(set, &options)) {
                let name = || reversal.sources.first().map_or_else(String::new, |source| source.name.clone());
                errors.extend(wrong(&reversal).iter().map(|error| format!("{} for {target}: {error}", name())));
                units += reversal.units;
                jobs += usize::from(reversal.job.is_some());
            }
        }
    }
    assert!(errors.is_empty(), "{} mistakes:\n{}", errors.len(), errors.join("\n"));
    let runs = TARGETS.len() * 2;
    (units / runs, jobs / runs)
}

#[test]
fn units_of_real_projects_become_jobs_that_load() {
    let Some(folder) = shared("pairs") else { return };
    let (units, jobs) = all_of(&[folder]);
    eprintln!("{units} units, {jobs} jobs");
    assert!(units > 200 && jobs > 150, "{units} units, {jobs} jobs");
}

#[test]
fn units_of_systemd_itself_become_jobs_that_load() {
    let folder = Path::new("/lib/systemd/system");
    if !folder.is_dir() {
        return skip("no /lib/systemd/system");
    }
    let (units, jobs) = all_of(&[folder.to_owned()]);
    eprintln!("{units} units, {jobs} jobs");
    assert!(units > 100 && jobs > 50, "{units} units, {jobs} jobs");
}

#[test]
fn a_missing_account_would_be_found() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.service"), "[Unit]\nDescription=a\n[Service]\nExecStart=/bin/a\n").unwrap();
    let found = input::find(&[folder.path().to_owned()]);
    let mut reversal = reverse(&found.sets[0], &Options::default()).remove(0);
    assert_eq!(wrong(&reversal), Vec::<String>::new());
    let entry = reversal.account.pop().unwrap();
    assert_eq!(wrong(&reversal), ["1 of 2 assignments are accounted for"]);
    reversal.account = vec![entry.clone(), entry];
    assert!(wrong(&reversal).iter().any(|error| error.contains("twice")));
    reversal.text = b"nonsense\n".to_vec();
    assert!(wrong(&reversal).iter().any(|error| error.contains("Unknown stanza")));
}
