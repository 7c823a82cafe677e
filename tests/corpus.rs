//! The corpus: our own jobs, and beside each what it has to become.
//!
//! `NAME.units` is what `cutover convert NAME.conf` prints, `NAME.findings` what it says to that;
//! the jobs of `corpus/exact` are converted with `--style exact`, those of `corpus/lift` with `--lift all`,
//! those of `corpus/set` and of `corpus/session`, a user's session, together and in both styles.
//! `corpus/calls` call each other in their scripts. `corpus/files` is a machine whose jobs read files in. `corpus/plumbing` is a machine with jobs that its
//! distribution shipped.
//! `UPDATE_EXPECT=1 cargo test --test corpus` writes them anew; read the difference before it is
//! committed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cutover::findings::{CODES, Code};
use cutover::upstart::document::Document;
use cutover::upstart::stanza::{Keyword, STANZAS};

fn jobs() -> Vec<PathBuf> {
    let files = ["corpus/init", "corpus/exact", "corpus/lift"]
        .into_iter()
        .flat_map(|folder| walkdir::WalkDir::new(folder).sort_by_file_name())
        .map(|entry| entry.unwrap());
    files
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|end| end == "conf"))
        .collect()
}

/// How a job of this folder is converted.
fn option(job: &Path) -> &'static str {
    if job.starts_with("corpus/exact") {
        "--style=exact"
    } else if job.starts_with("corpus/lift") {
        "--lift=all"
    } else {
        "--style=idiomatic"
    }
}

fn convert(args: &[&str]) -> (String, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_cutover")).arg("convert").args(args).output().unwrap();
    assert_ne!(out.status.code(), Some(2), "{}", String::from_utf8_lossy(&out.stderr));
    (String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
}

fn compare(path: &Path, actual: &str, wrong: &mut Vec<String>) {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(path, actual).unwrap();
        return;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected != actual {
        let diff = similar::TextDiff::from_lines(&expected, actual);
        wrong.push(diff.unified_diff().header(&path.display().to_string(), "now").to_string());
    }
}

#[test]
fn every_job_becomes_what_stands_beside_it() {
    let mut wrong = Vec::new();
    let jobs = jobs();
    for job in &jobs {
        let (units, findings) = convert(&[option(job), job.to_str().unwrap()]);
        compare(&job.with_extension("units"), &units, &mut wrong);
        compare(&job.with_extension("findings"), &findings, &mut wrong);
    }
    assert!(wrong.is_empty(), "{} files differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(jobs.len() >= 40, "only {} jobs", jobs.len());
}

#[test]
fn jobs_of_one_set_become_units_that_know_of_each_other() {
    let mut wrong = Vec::new();
    for style in ["idiomatic", "exact"] {
        let (units, findings) = convert(&["--style", style, "corpus/set"]);
        compare(Path::new(&format!("corpus/set/{style}.units")), &units, &mut wrong);
        compare(Path::new(&format!("corpus/set/{style}.findings")), &findings, &mut wrong);
    }
    assert!(wrong.is_empty(), "{} files differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn calls_to_upstart_become_calls_to_systemd() {
    let mut wrong = Vec::new();
    let (units, findings) = convert(&["--verbose", "corpus/calls"]);
    compare(Path::new("corpus/calls/idiomatic.units"), &units, &mut wrong);
    compare(Path::new("corpus/calls/idiomatic.findings"), &findings, &mut wrong);
    assert!(wrong.is_empty(), "{} files differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn files_that_jobs_read_in_are_looked_at() {
    let mut wrong = Vec::new();
    let (units, findings) = convert(&["--verbose", "--root", "corpus/files", "corpus/files/etc/init"]);
    compare(Path::new("corpus/files/idiomatic.units"), &units, &mut wrong);
    compare(Path::new("corpus/files/idiomatic.findings"), &findings, &mut wrong);
    assert!(wrong.is_empty(), "{} files differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn jobs_of_a_session_become_units_of_the_user_manager() {
    let mut wrong = Vec::new();
    for style in ["idiomatic", "exact"] {
        let (units, findings) = convert(&["--style", style, "corpus/session"]);
        compare(Path::new(&format!("corpus/session/{style}.units")), &units, &mut wrong);
        compare(Path::new(&format!("corpus/session/{style}.findings")), &findings, &mut wrong);
    }
    assert!(wrong.is_empty(), "{} files differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn jobs_of_the_distribution_are_retired_and_the_others_tied_to_what_takes_their_place() {
    let mut wrong = Vec::new();
    for (name, args) in
        [("default", &["corpus/plumbing"][..]), ("kept", &["--keep-plumbing", "corpus/plumbing"])]
    {
        let (units, findings) = convert(args);
        compare(Path::new(&format!("corpus/plumbing/{name}.units")), &units, &mut wrong);
        compare(Path::new(&format!("corpus/plumbing/{name}.findings")), &findings, &mut wrong);
    }
    assert!(wrong.is_empty(), "{} files differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn nothing_is_expected_of_a_job_that_is_not_there() {
    for entry in ["corpus/init", "corpus/exact"].into_iter().flat_map(walkdir::WalkDir::new) {
        let path = entry.unwrap().into_path();
        if path.extension().is_some_and(|end| end == "units" || end == "findings") {
            assert!(path.with_extension("conf").exists(), "{} has no job", path.display());
        }
    }
}

#[test]
fn together_they_hold_every_stanza() {
    let mut seen = BTreeSet::new();
    for job in jobs() {
        let text = fs::read(&job).unwrap();
        for (_, stanza) in Document::read(&text).stanzas() {
            seen.extend(Keyword::from_name(stanza.keyword.of(&text)));
        }
    }
    let missing: Vec<&str> =
        STANZAS.iter().filter(|(keyword, _)| !seen.contains(keyword)).map(|(_, name)| *name).collect();
    assert!(missing.is_empty(), "no job has {missing:?}");
}

#[test]
fn together_they_hold_every_finding() {
    let mut said = String::new();
    for job in jobs() {
        said += &convert(&[option(&job), job.to_str().unwrap()]).1;
    }
    // What only an older systemd calls for, and what only several jobs together do.
    for args in [
        &["--target-systemd", "219", "corpus/init"][..],
        &["corpus/init"],
        &["corpus/set"],
        &["corpus/calls"],
        &["--root", "corpus/files", "corpus/files/etc/init"],
        &["--origin", "rhel6", "corpus/exact"],
        &["corpus/plumbing"],
        &["corpus/session"],
    ] {
        said += &convert(args).1;
    }
    let missing: Vec<&str> = CODES
        .iter()
        .filter(|info| info.code != Code::Unaccounted && !said.contains(&format!("[{}]", info.id)))
        .map(|info| info.name)
        .collect();
    assert!(missing.is_empty(), "no job leads to {missing:?}");
    assert!(!said.contains("CUT899"), "a stanza of the corpus is unaccounted for");
}
