//! Nothing is decided by texts: with every message, label and help text replaced by a hash of it, all outcomes,
//! grades, decisions, exit statuses and files are the same.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cutover::compare::{Definition, compare};
use cutover::convert::batch::{self, Choices};
use cutover::convert::{reverse, systemd_input, upstart_input};
use cutover::findings::{Entry, Finding, Severity, text};
use cutover::plan::{self, Request, model};
use cutover::root::Root;
use cutover::systemd::write::{Options, Style};
use cutover::upstart::write as upstart;

use crate::common::{repository, shared};

/// Where the decisions go that are made with hashes.
const VARIABLE: &str = "CUTOVER_TEST_HASHED_TEXTS";

fn told(out: &mut String, account: &[Entry], findings: &[Finding]) {
    for entry in account {
        let _ = writeln!(out, "  {:?} {:?} {:?}", entry.at, entry.outcome, entry.codes);
    }
    for finding in findings {
        let origins: Vec<_> = finding.marks.iter().map(|mark| (mark.at, mark.graded)).collect();
        let _ = writeln!(out, "  {} {:?} {origins:?}", finding.code, finding.severity());
    }
    let status = findings.iter().map(Finding::severity).max().is_some_and(|worst| worst >= Severity::Manual);
    let _ = writeln!(out, "  exit status {}", u8::from(status));
}

/// What becomes of jobs, in both styles.
fn conversions(out: &mut String, folders: &[PathBuf]) {
    for style in [Style::Idiomatic, Style::Exact] {
        let found = upstart_input::find(folders).with_jobs_of_overrides();
        let files = found.inputs.iter().filter_map(|input| input.read(true).ok()).collect();
        let options = Options { style, ..Options::default() };
        let converted = batch::convert(files, &Choices { options, ..Choices::default() }, || ());
        for job in converted.jobs {
            let conversion = &job.conversion;
            let _ = writeln!(out, "{} retired {}", job.files.conf.name, conversion.retired);
            told(out, &conversion.account, &conversion.findings);
            conversion.units.iter().for_each(|unit| out.push_str(&unit.print()));
        }
    }
}

/// What becomes of units, and how units and jobs of one service compare.
fn ways_back(out: &mut String, folder: &Path) {
    for set in systemd_input::find(&[folder.to_owned()]).sets {
        for reversal in reverse(&set, &upstart::Options::default()) {
            told(out, &reversal.account, &reversal.findings);
            out.push_str(&String::from_utf8_lossy(&reversal.text));
        }
    }
}

fn comparisons(out: &mut String, pairs: &Path) {
    let mut folders: Vec<PathBuf> = fs::read_dir(pairs).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    for folder in folders {
        let (job, unit) = (folder.join("upstart.conf"), folder.join("systemd.service"));
        let job = upstart_input::find(&[job]).inputs.pop().and_then(|input| input.read(true).ok());
        let unit = systemd_input::file_with_triggers(&unit).ok();
        let (Some(job), Some((unit, triggers))) = (job, unit) else { continue };
        let Ok(unit) = Definition::of_unit(&unit, &triggers) else { continue };
        let comparison = compare(&Definition::of_job(&job), &unit);
        let rows = comparison.differences.iter().map(|row| (row.aspect, &row.item, row.grade));
        let _ = writeln!(out, "{} {:?} {:?}", folder.display(), comparison.verdict, rows.collect::<Vec<_>>());
    }
}

fn plans(out: &mut String, root: &Path) {
    let choices = Choices::default();
    let choices = Choices {
        lifting: cutover::lift::Lifting { root: Some(Root::open(root).unwrap()), ..choices.lifting },
        ..choices
    };
    let request = Request { root, choices, enablement: model::Enablement::Links };
    for service in plan::make(&request).unwrap().plan.services {
        let codes: Vec<_> = service.findings.iter().map(|note| note.code).collect();
        let outcomes: Vec<_> = service.account.iter().map(|stanza| (stanza.outcome, &stanza.codes)).collect();
        let rows: Vec<_> = service.behaviour.iter().map(|row| (&row.aspect, &row.item, &row.grade)).collect();
        let _ = writeln!(
            out,
            "{} {:?} {:?} {:?} {codes:?} {outcomes:?} {rows:?} {:?} {:?}",
            service.name, service.action, service.grade, service.decision, service.files, service.links
        );
    }
}

fn decisions() -> String {
    let mut out = String::new();
    let mut jobs = vec![repository("corpus")];
    jobs.extend(shared("real-jobs"));
    conversions(&mut out, &jobs);
    ways_back(&mut out, &repository("corpus/reverse"));
    plans(&mut out, &repository("corpus/root"));
    if let Some(pairs) = shared("pairs") {
        ways_back(&mut out, &pairs);
        comparisons(&mut out, &pairs);
    }
    out
}

#[test]
fn decisions_do_not_depend_on_texts() {
    if let Some(path) = std::env::var_os(VARIABLE) {
        text::replace_by_hash();
        assert_ne!(text::Message::from("a text").to_string(), "a text");
        fs::write(path, decisions()).unwrap();
        return;
    }
    // The texts are replaced for a whole process: one of its own.
    let folder = tempfile::tempdir().unwrap();
    let hashed = folder.path().join("hashed");
    let this = std::thread::current().name().unwrap().to_owned();
    let ended = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &this, "--test-threads", "1"])
        .env(VARIABLE, &hashed)
        .output()
        .unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
    let (with_texts, with_hashes) = (decisions(), fs::read_to_string(&hashed).unwrap());
    assert!(with_texts.lines().count() > 1_000);
    for (own, other) in with_texts.lines().zip(with_hashes.lines()) {
        assert_eq!(own, other, "decided by a text");
    }
    assert_eq!(with_texts.len(), with_hashes.len());
}
