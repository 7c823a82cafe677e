//! What holds for comparisons of whatever definitions: of real jobs, of real units, and of jobs with the units that they
//! become.
//!
//! `DIFF_OUT=FILE cargo test --test all diff_laws::` writes what differs between jobs and their units to a file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use cutover::compare::text::{Named, patch};
use cutover::compare::{Aspect, Comparison, Definition, Grade, compare};
use cutover::convert::{self, Conversion};
use cutover::lift::Level;
use cutover::systemd::load::{UnitFiles, UnitName};
use cutover::systemd::write::Options;
use cutover::text::{Origin, Source};
use cutover::upstart::read::JobFiles;
use rayon::prelude::*;

use crate::common::{files_below, repository, shared, skip};

fn has_suffix(path: &Path, suffix: &str) -> bool {
    path.extension().is_some_and(|end| end == suffix)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

/// Every job at hand: our own, and the real ones.
fn jobs() -> Vec<JobFiles> {
    let mut folders = vec![repository("corpus")];
    folders.extend(["real-jobs", "pairs"].iter().filter_map(|folder| shared(folder)));
    let files = folders.iter().flat_map(|folder| files_below(folder));
    let jobs = files.filter(|path| has_suffix(path, "conf") && !path.to_string_lossy().contains(".service.d/"));
    let read = |path: std::path::PathBuf| Some(JobFiles::named(&stem(&path), fs::read(&path).ok()?));
    jobs.filter_map(read).filter(|job| !job.conf.text.contains(&0)).collect()
}

/// Every service unit at hand.
fn units() -> Vec<UnitFiles> {
    let mut folders = vec![repository("corpus")];
    folders.extend(shared("pairs"));
    let files = folders.iter().flat_map(|folder| files_below(folder));
    let named = files.filter_map(|path| {
        let name: UnitName = path.file_name()?.to_str()?.parse().ok()?;
        let text = fs::read(&path).ok()?;
        has_suffix(&path, "service").then(|| UnitFiles::single(name, Source { name: "x.service".into(), text }))
    });
    named.collect()
}

fn sides() -> Vec<Definition> {
    let jobs = jobs().into_iter().map(|job| Definition::of_job(&job));
    jobs.chain(units().iter().filter_map(|unit| Definition::of_unit(unit, &[]).ok())).collect()
}

#[test]
fn whatever_is_compared_with_itself_is_the_same() {
    for side in sides() {
        let comparison = compare(&side, &side);
        let odd: Vec<_> = comparison.differences.iter().filter(|row| row.grade != Grade::Same).collect();
        assert!(odd.is_empty(), "{}: {odd:#?}", side.sources[0].name);
    }
}

/// The rows without what they mean, in an order of their own.
fn sorted(comparison: &Comparison, swap: bool) -> Vec<String> {
    let mut rows: Vec<String> = comparison
        .differences
        .iter()
        .filter(|row| !PAIRED.contains(&row.aspect))
        .map(|row| {
            let (left, right) = if swap { (&row.right, &row.left) } else { (&row.left, &row.right) };
            format!("{:?} {:?} {:?} {left:?} {right:?}", row.aspect, row.item, row.grade)
        })
        .collect();
    rows.sort();
    rows
}

/// Aspects of which both sides may have several that do not belong together: one of the left side stands beside one of
/// the right side, in the order of the left one.
const PAIRED: &[Aspect] = &[
    Aspect::StartCheck,
    Aspect::PreStart,
    Aspect::PostStart,
    Aspect::PreStop,
    Aspect::PostStop,
    Aspect::HookFailure,
    Aspect::HookWhen,
    Aspect::Privileges,
    Aspect::StartedBy,
];

#[test]
fn to_swap_the_sides_swaps_the_values_and_keeps_the_grades() {
    let sides = sides();
    for (at, left) in sides.iter().enumerate() {
        // Any two will do, of one init or of both.
        let right = &sides[(at * 7 + 3) % sides.len()];
        let there = compare(left, right);
        let back = compare(right, left);
        assert_eq!(there.verdict, back.verdict);
        let grades = |of: &Comparison| -> Vec<(Aspect, Grade)> {
            let mut all: Vec<_> = of.differences.iter().map(|row| (row.aspect, row.grade)).collect();
            all.sort_unstable();
            all
        };
        let names = [left, right].map(|side| side.sources[0].name.clone());
        assert_eq!(grades(&there), grades(&back), "{names:?}");
        assert_eq!(sorted(&there, false), sorted(&back, true), "{names:?}");
    }
}

// ---- jobs and their own units ----

/// The units of a conversion as they would lie on a disk; a script in a file of its own stands on the line that runs it.
fn unit_files(conversion: &Conversion) -> Vec<UnitFiles> {
    let mut all = Vec::new();
    for unit in &conversion.units {
        let text = conversion.with_scripts(unit).print();
        let Ok(name) = unit.name.parse::<UnitName>() else { continue };
        all.push(UnitFiles::single(name, Source { name: unit.name.clone(), text: text.into_bytes() }));
    }
    all
}

/// Rows that differ between a job and its unit, of which no finding says anything.
fn unsaid(job: &JobFiles) -> Option<(Comparison, Vec<usize>)> {
    let conversion = convert::convert(job, Level::Safe, &Options::default());
    let files = unit_files(&conversion);
    let (first, triggers) = files.split_first()?;
    let unit = Definition::of_unit(first, triggers).ok()?;
    let comparison = compare(&Definition::of_job(job), &unit);
    let said: BTreeSet<Origin> =
        conversion.findings.iter().flat_map(|finding| &finding.marks).filter_map(|mark| mark.at).collect();
    let is_said = |origin: Origin| said.iter().any(|known| known.holds(origin) || origin.holds(*known));
    let rows = comparison.differences.iter().enumerate();
    let rows = rows.filter(|(_, row)| row.grade == Grade::Differs);
    let unsaid = rows.filter(|(_, row)| !row.left.at.is_some_and(|at| is_said(at.origin)));
    let unsaid = unsaid.map(|(at, _)| at).collect();
    Some((comparison, unsaid))
}

/// What no finding says of jobs and their units in the plain style, and of how many jobs at most; why that is so.
const UNSAID: &[(Aspect, usize, &str)] = &[
    // The findings point at the main process, and the job says nothing of signals.
    (Aspect::StopReach, 80, "told of the command that leaves processes"),
    // A station of the boot in the place of the one that was named, or an `and` that comes to the same.
    (Aspect::StartedBy, 20, "told of the event, in another word"),
    (Aspect::AllOf, 8, "all of it comes at boot"),
    // What cutover writes to make up for what systemd does not do, and does not read back.
    (Aspect::StartCheck, 20, "the values of the event, in a command"),
    (Aspect::StartTimeout, 6, "of those commands, which take no time"),
    (Aspect::StopsWith, 15, "the end of the desktop's session"),
    (Aspect::StoppedBy, 10, "a drop-in of the other unit stops it"),
    (Aspect::Activation, 12, "paths that are watched for what happens in them"),
    (Aspect::Setting, 12, "directives that no job has a stanza for"),
    (Aspect::Variable, 8, "UPSTART_FDS, which the bridge sets"),
    (Aspect::EventValue, 8, "ConditionEnvironment= in the plural"),
    (Aspect::Condition, 6, "stands in for a stanza that could not be read"),
    (Aspect::WorkingDirectory, 4, "of jobs that could not be read"),
    (Aspect::Readiness, 4, "Type=dbus for the bridge"),
    (Aspect::Command, 10, "the exec environment of scripts"),
    (Aspect::PreStart, 4, "the exec environment of scripts"),
    (Aspect::PostStop, 4, "the exec environment of scripts"),
    (Aspect::Cgroup, 2, "another unit of measure"),
    (Aspect::Limit, 2, "a limit that cannot be set"),
    (Aspect::EnvironmentFile, 2, "a path that no unit can name"),
];

#[test]
fn a_job_and_its_own_unit_differ_in_what_the_findings_say() {
    let jobs = jobs();
    let told: Vec<(String, Vec<(Aspect, String)>)> = jobs
        .par_iter()
        .filter_map(|job| {
            let (comparison, unsaid) = unsaid(job)?;
            let row = |at: usize| {
                let row = &comparison.differences[at];
                (row.aspect, format!("{:?}: {:?} | {:?} ({})", row.item, row.left.text, row.right.text, row.why))
            };
            Some((job.conf.name.clone(), unsaid.into_iter().map(row).collect()))
        })
        .collect();
    let mut out = String::new();
    let mut jobs_with: BTreeMap<Aspect, BTreeSet<&str>> = BTreeMap::new();
    for (name, rows) in &told {
        for (aspect, row) in rows {
            writeln!(out, "{} {name} {row}", aspect.info().id).unwrap();
            jobs_with.entry(*aspect).or_default().insert(name);
        }
    }
    if let Some(file) = std::env::var_os("DIFF_OUT") {
        fs::write(file, &out).unwrap();
    }
    for (aspect, names) in jobs_with {
        let most = UNSAID.iter().find(|(known, ..)| *known == aspect).map_or(0, |(_, most, _)| *most);
        let id = aspect.info().id;
        assert!(names.len() <= most, "{id}: {} jobs, not {most}: {names:?}", names.len());
    }
}

// ---- patches ----

/// What patch(1) makes of a text.
fn patched(old: &[u8], patch: &[u8]) -> Option<Vec<u8>> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("old");
    fs::write(&file, old).unwrap();
    fs::write(directory.path().join("change"), patch).unwrap();
    let run = Command::new("patch")
        .args(["--silent", "--binary", "--input", "change", "old"])
        .current_dir(directory.path())
        .stdin(Stdio::null())
        .output();
    let output = run.ok()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(patch));
    Some(fs::read(file).unwrap_or_default())
}

#[test]
fn a_patch_makes_the_one_text_of_the_other() {
    let mut texts: Vec<Vec<u8>> = jobs().into_iter().map(|job| job.conf.text).step_by(9).collect();
    texts.extend([
        Vec::new(),
        b"no end".to_vec(),
        b"no end\nof line".to_vec(),
        b"bytes \xff\xfe\n\x80".to_vec(),
        b"dos\r\nlines\r\n".to_vec(),
        b"a\rb\n\n\n".to_vec(),
        b"--- a\n+++ b\n@@ -1 +1 @@\n".to_vec(),
    ]);
    for pair in texts.windows(2) {
        let [old, new] = pair else { continue };
        let named = |text| Named { name: "old", remark: "", text: Some(text) };
        let Some(made) = patched(old, &patch(&named(old), &named(new), false)) else {
            skip("no patch(1)");
            return;
        };
        assert_eq!(String::from_utf8_lossy(&made), String::from_utf8_lossy(new));
    }
}
