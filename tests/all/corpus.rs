//! The corpus: our own jobs, and beside each what it has to become.
//!
//! `NAME.units` is what `cutover convert NAME.conf` prints, `NAME.findings` what it says to that;
//! the jobs of `corpus/exact` are converted with `--style exact`, those of `corpus/lift` with `--lift all`,
//! those of `corpus/set` and of `corpus/session`, a user's session, together and in both styles.
//! `corpus/reverse` holds units, by themselves or in directories of a set: `NAME.jobs` is what `cutover reverse`
//! prints, `NAME.findings` what it says to that; `NAME-0.6.5.jobs` is for that old Upstart.
//! `corpus/calls` call each other in their scripts. `corpus/files` is a machine whose jobs read files in. `corpus/vendor-jobs` is a machine with jobs that its
//! distribution shipped.
//! `corpus/root` is a whole machine: `callers.rs` holds what calls its jobs and what they lack, `plan.rs`
//! what is planned for it.
//! `UPDATE_EXPECT=1 cargo test --test all corpus::` writes them anew; read the difference before it is
//! committed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cutover::convert;
use cutover::findings::{CODES, Code};
use cutover::systemd::load::{Loaded, UnitName};
use cutover::systemd::table;
use cutover::upstart::distribution::Distribution;
use cutover::upstart::document::Document;
use cutover::upstart::keywords::{Keyword, STANZAS};
use cutover::upstart::verdict;
use cutover::upstart::version::{SINCE, TARGETS, UpstartVersion};
use cutover::upstart::write::Options;

fn jobs() -> Vec<PathBuf> {
    let files = ["corpus/init", "corpus/exact", "corpus/lift"]
        .into_iter()
        .flat_map(|folder| walkdir::WalkDir::new(folder).sort_by_file_name())
        .map(|entry| entry.unwrap());
    files.map(walkdir::DirEntry::into_path).filter(|path| path.extension().is_some_and(|end| end == "conf")).collect()
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

/// The units and sets of units.
fn unit_sets() -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new("corpus/reverse").min_depth(1).max_depth(1).sort_by_file_name();
    let is_input = |path: &Path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.parse::<UnitName>().is_ok() || path.is_dir() && path.extension().is_none()
    };
    entries.into_iter().map(|entry| entry.unwrap().into_path()).filter(|path| is_input(path)).collect()
}

/// Units whose jobs for the oldest Upstart stand beside them, too.
const ALSO_FOR_THE_OLDEST: &[&str] = &[
    "console@.service",
    "firewall-rules.service",
    "limits.service",
    "machine-seed.service",
    "sensor-hub.service",
    "shop",
    "tsdb.service",
    "web-gateway.service",
    "worker@.service",
];

fn convert(args: &[&str]) -> (String, String) {
    run("convert", args)
}

fn reverse(args: &[&str]) -> (String, String) {
    run("reverse", args)
}

fn run(command: &str, args: &[&str]) -> (String, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_cutover")).arg(command).args(args).output().unwrap();
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
fn every_unit_becomes_what_stands_beside_it() {
    let mut wrong = Vec::new();
    let mut outputs = BTreeSet::new();
    let mut compare_both = |path: &Path, stem: &str, args: &[&str]| {
        assert!(outputs.insert(stem.to_owned()), "two inputs are called {stem}");
        let (jobs, findings) = reverse(&[args, &[path.to_str().unwrap()]].concat());
        // Not with_extension: there are dots in versions.
        compare(&path.with_file_name(format!("{stem}.jobs")), &jobs, &mut wrong);
        compare(&path.with_file_name(format!("{stem}.findings")), &findings, &mut wrong);
    };
    let sets = unit_sets();
    for path in &sets {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        compare_both(path, stem, &[]);
        if ALSO_FOR_THE_OLDEST.iter().any(|name| path.ends_with(name)) {
            compare_both(path, &format!("{stem}-0.6.5"), &["--target-upstart", "0.6.5"]);
        }
    }
    assert!(wrong.is_empty(), "{} files differ:\n{}", wrong.len(), wrong.join("\n"));
    for entry in walkdir::WalkDir::new("corpus/reverse").max_depth(1) {
        let path = entry.unwrap().into_path();
        if path.extension().is_some_and(|end| end == "jobs" || end == "findings") {
            let stem = path.file_stem().unwrap().to_str().unwrap();
            assert!(outputs.contains(stem), "{} has no unit", path.display());
        }
    }
    let units = walkdir::WalkDir::new("corpus/reverse")
        .into_iter()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_str().unwrap().parse::<UnitName>().is_ok());
    assert!(units.count() >= 50);
}

/// The sets of the corpus as the library reads them.
fn read_units() -> Vec<(PathBuf, convert::systemd_input::FoundUnits)> {
    let found = |path: PathBuf| (path.clone(), convert::systemd_input::find(&[path]));
    unit_sets().into_iter().map(found).collect()
}

#[test]
fn every_job_loads_whatever_the_version_and_has_no_stanza_that_is_newer() {
    let mut jobs = 0;
    for (path, found) in read_units() {
        for (target, distribution) in TARGETS.iter().map(|(target, _)| *target).zip([
            Distribution::Rhel6,
            Distribution::Ubuntu,
            Distribution::Ubuntu,
            Distribution::ChromeOs,
        ]) {
            let options = Options { target, distribution, expect: None };
            for reversal in found.sets.iter().flat_map(|set| convert::reverse(set, &options)) {
                let Some((name, _)) = &reversal.job else { continue };
                let at = format!("{}: {name} for {target}", path.display());
                let text = String::from_utf8_lossy(&reversal.text).into_owned();
                let job = verdict::load(&reversal.text, None);
                assert!(job.is_ok(), "{at}: {}\n{text}", job.unwrap_err().error);
                let newer = newer_stanzas(&reversal.text, target);
                assert!(newer.is_empty(), "{at} has {newer:?}\n{text}");
                jobs += 1;
            }
        }
    }
    assert!(jobs >= 4 * 40, "only {jobs}");
}

/// The stanzas of a job that a version does not know.
fn newer_stanzas(text: &[u8], target: UpstartVersion) -> Vec<String> {
    let document = Document::read(text);
    let lines = document.stanzas().map(|(_, stanza)| {
        let line = String::from_utf8_lossy(&text[stanza.keyword.start..stanza.end]).into_owned();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    let unknown = |line: &String| {
        SINCE.iter().any(|(words, _)| {
            !target.knows(words)
                && line.strip_prefix(words).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        })
    };
    lines.filter(unknown).collect()
}

#[test]
fn a_stanza_that_is_too_new_would_be_found() {
    let version = |text: &str| text.parse::<UpstartVersion>().unwrap();
    let text = b"kill   signal INT\nsetuid web\nkill timeout 5\nexec setuid\n";
    assert_eq!(newer_stanzas(text, version("0.6.5")), ["kill signal INT", "setuid web"]);
    assert_eq!(newer_stanzas(text, version("1.3")), ["setuid web"]);
    assert!(newer_stanzas(text, version("1.5")).is_empty());
}

#[test]
fn together_they_hold_every_directive_that_means_something_to_upstart() {
    let mut seen = BTreeSet::new();
    for (_, found) in read_units() {
        for unit in found.sets.iter().flatten() {
            let loaded = Loaded::read(unit);
            seen.extend(loaded.effective().map(|(_, row)| (row.place.sections()[0], row.name)));
        }
    }
    let missing: Vec<String> = table::all()
        .filter(|row| row.purpose.is_none() && !seen.contains(&(row.place.sections()[0], row.name)))
        .map(|row| format!("{:?}.{}", row.place, row.name))
        .collect();
    assert!(missing.is_empty(), "no unit has, so that it counts, {missing:?}");
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
        [("default", &["corpus/vendor-jobs"][..]), ("kept", &["--keep-vendor-jobs", "corpus/vendor-jobs"])]
    {
        let (units, findings) = convert(args);
        compare(Path::new(&format!("corpus/vendor-jobs/{name}.units")), &units, &mut wrong);
        compare(Path::new(&format!("corpus/vendor-jobs/{name}.findings")), &findings, &mut wrong);
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
        STANZAS.iter().filter(|(_, keyword)| !seen.contains(keyword)).map(|(name, _)| *name).collect();
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
        &["corpus/vendor-jobs"],
        &["corpus/session"],
    ] {
        said += &convert(args).1;
    }
    for golden in ["corpus/root.callers", "corpus/root.missing", "corpus/root.plan"] {
        said += &fs::read_to_string(golden).unwrap();
    }
    for path in unit_sets() {
        said += &reverse(&[path.to_str().unwrap()]).1;
        said += &reverse(&["--target-upstart", "0.6.5", path.to_str().unwrap()]).1;
    }
    let missing: Vec<&str> = CODES
        .iter()
        .filter(|info| info.code != Code::Unaccounted && !said.contains(&format!("[{}]", info.id)))
        .map(|info| info.name)
        .collect();
    assert!(missing.is_empty(), "no job leads to {missing:?}");
    assert!(!said.contains("CUT899"), "a stanza of the corpus is unaccounted for");
}
