//! Every event that the real jobs wait for is resolved or named. How many of each there are, and how they end, stands in
//! `tests/all/conditions.txt` and may only get better.
//!
//! The jobs of one repository are converted together, as they would lie in one `/etc/init`: most conditions speak of other
//! jobs, and alone each of those would be unknown. Of several jobs of the same name the second goes to a second set, and
//! so on.
//!
//! `UPDATE_EXPECT=1 cargo test --test all conditions::` writes the table anew, and the chapter of the book that shows it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use cutover::convert::{Conversion, link_jobs, read_job};
use cutover::findings::{Outcome, Severity};
use cutover::link::Known;
use cutover::systemd::write::{Options, Style};
use cutover::text::Source;
use cutover::upstart::distribution::Distribution;
use cutover::upstart::read::JobFiles;
use cutover::upstart::read::job_events::Announcer;

mod leaves;
use leaves::{Leaf, leaves};

use crate::common::{files_below, repository, shared};

const TABLE: &str = "tests/all/conditions.txt";
const CHAPTER: &str = "book/src/conditions.md";

/// Custom events that so many jobs wait for have a row of their own.
const OFTEN: usize = 10;

/// How many events of a kind ended how: exact, approximated, manual, and those of jobs that something
/// else takes the place of.
type Counts = [usize; 4];

/// A set of jobs, with their files.
type Set = BTreeMap<String, JobFiles>;

/// The sets that the jobs of all repositories make. A path below a repository gives the job its name.
fn sets(jobs: &Path) -> Vec<Set> {
    let index = fs::read_to_string(jobs.join("index.tsv")).unwrap();
    let rows = index.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    let mut overrides = BTreeMap::new();
    let mut confs = Vec::new();
    for row in rows {
        let [file, repository, path, ..] = row[..] else { panic!("a torn line in the index: {row:?}") };
        let source = Source { name: path.to_owned(), text: fs::read(jobs.join(file)).unwrap() };
        match path.strip_suffix(".override") {
            Some(stem) => drop(overrides.insert((repository.to_owned(), stem.to_owned()), source)),
            None => confs.push((repository.to_owned(), source)),
        }
    }
    let mut sets: BTreeMap<(String, usize), Set> = BTreeMap::new();
    for (repository, conf) in confs {
        let stem = conf.name.strip_suffix(".conf").unwrap_or(&conf.name).to_owned();
        let name = stem.rsplit('/').next().unwrap().to_owned();
        let over = overrides.remove(&(repository.clone(), stem));
        let mut turn = 0;
        while sets.get(&(repository.clone(), turn)).is_some_and(|set| set.contains_key(&name)) {
            turn += 1;
        }
        let files = JobFiles { name: name.clone(), conf, over, distribution: Distribution::default(), scope: None };
        sets.entry((repository, turn)).or_default().insert(name, files);
    }
    sets.into_values().collect()
}

/// Converts jobs together, as `cutover convert` does.
fn conversions(set: Set) -> Vec<Conversion> {
    let texts = set.iter().map(|(name, files)| (name.as_str(), files.conf.text.as_slice()));
    let distribution = Distribution::of(texts);
    let read = set.into_values().map(|files| read_job(JobFiles { distribution, ..files }).retire());
    let linked = link_jobs(read.collect(), Style::Idiomatic, &Known::new());
    linked.into_iter().map(|job| job.write(&Options::default()).conversion).collect()
}

/// The row of an event.
fn kind(leaf: &Leaf<'_>) -> String {
    let name = leaf.event.name.to_string();
    let what = match name.as_str() {
        "starting" | "started" | "stopping" | "stopped" => format!("{name} JOB"),
        _ if name.starts_with(':') => ":BUS:EVENT".to_owned(),
        _ => match ["added", "removed", "changed"].iter().find(|end| name.ends_with(&format!("-device-{end}"))) {
            Some(end) => format!("SUBSYSTEM-device-{end}"),
            None => name,
        },
    };
    format!("{} on {what}", if leaf.stops { "stop" } else { "start" })
}

/// What became of all events, by kind.
fn count(jobs: &Path) -> BTreeMap<String, Counts> {
    let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
    let mut custom = BTreeSet::new();
    for conversion in sets(jobs).into_iter().flat_map(conversions) {
        for leaf in leaves(&conversion) {
            let column = match leaf.outcome {
                _ if conversion.retired => 3,
                Outcome::Exact => 0,
                Outcome::Approximated => 1,
                Outcome::Dropped | Outcome::Manual => 2,
            };
            if matches!(leaf.announcer, Announcer::Anybody(_)) {
                custom.insert(kind(&leaf));
            }
            counts.entry(kind(&leaf)).or_default()[column] += 1;
        }
    }
    for kind in custom {
        if counts[&kind].iter().sum::<usize>() < OFTEN {
            let rare = counts.remove(&kind).unwrap();
            let verb = kind.split(' ').next().unwrap();
            let all = counts.entry(format!("{verb} on other custom events")).or_default();
            all.iter_mut().zip(rare).for_each(|(all, rare)| *all += rare);
        }
    }
    counts
}

fn total(counts: &BTreeMap<String, Counts>) -> Counts {
    counts.values().fold(Counts::default(), |sum, row| std::array::from_fn(|column| sum[column] + row[column]))
}

fn print(counts: &BTreeMap<String, Counts>) -> String {
    let mut text = String::from("# event: exact, approximated, manual, retired\n");
    for (kind, row) in counts {
        let _ = writeln!(text, "{kind}: {}", row.map(|count| count.to_string()).join(" "));
    }
    text
}

fn parse(text: &str) -> BTreeMap<String, Counts> {
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| {
        let (kind, counts) = line.rsplit_once(": ").unwrap();
        let counts: Vec<usize> = counts.split(' ').map(|count| count.parse().unwrap()).collect();
        (kind.to_owned(), counts.try_into().unwrap())
    })
    .collect()
}

const HEAD: &str = "# What becomes of events

`start on` and `stop on` wait for events. These are all the events in the conditions of the real jobs that cutover is
tested with, and how they end: **exact**, if there is no finding about them or about their condition as a whole;
**approximated**, if a finding reports a difference; and **manual**, if you have to decide. An event of a
condition that has a finding for the whole of it counts as that. Events of **retired** jobs are those of jobs that a
distribution shipped, and that the target has a unit for. No event is without a unit that stands for it and without
a finding.

| event | exact | approximated | manual | retired |
| --- | ---: | ---: | ---: | ---: |
";

/// The chapter of the book.
fn chapter(counts: &BTreeMap<String, Counts>) -> String {
    let mut text = HEAD.to_owned();
    let cells = |row: Counts| row.map(|count| count.to_string()).join(" | ");
    for (kind, row) in counts {
        let _ = writeln!(text, "| `{}` | {} |", kind, cells(*row));
    }
    let _ = writeln!(text, "| **all** | {} |", cells(total(counts)));
    text.replace("`start on other custom events`", "`start on` other custom events")
        .replace("`stop on other custom events`", "`stop on` other custom events")
}

#[test]
fn the_events_of_real_jobs_end_no_worse_than_before() {
    let Some(jobs) = shared("real-jobs") else { return };
    let now = count(&jobs);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(repository(TABLE), print(&now)).unwrap();
        fs::write(repository(CHAPTER), chapter(&now)).unwrap();
    }
    let before = parse(&fs::read_to_string(repository(TABLE)).unwrap());
    let mut worse = Vec::new();
    for (kind, [exact, _, manual, _]) in &now {
        let old = before.get(kind).copied().unwrap_or_default();
        if *exact < old[0] || *manual > old[2] {
            worse.push(format!("{kind}: {old:?} became {:?}", now[kind]));
        }
    }
    assert!(worse.is_empty(), "these got worse:\n{}", worse.join("\n"));
    assert!(now == before, "the table is out of date; UPDATE_EXPECT=1 writes it:\n{}", print(&now));
    assert!(total(&now).iter().sum::<usize>() > 3000, "only {:?}", total(&now));
}

#[test]
fn the_book_shows_the_table() {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        // Both are being written.
        return;
    }
    let counts = parse(&fs::read_to_string(repository(TABLE)).unwrap());
    assert_eq!(fs::read_to_string(repository(CHAPTER)).unwrap(), chapter(&counts));
}

/// Events that are neither resolved nor named.
fn unresolved(conversions: &[Conversion]) -> (usize, Vec<String>) {
    let mut lost = Vec::new();
    let mut seen = 0;
    for conversion in conversions.iter().filter(|conversion| !conversion.retired) {
        for leaf in leaves(conversion) {
            seen += 1;
            let about = |finding: &&cutover::findings::Finding| {
                finding.marks.iter().any(|mark| mark.at == leaf.stanza) && finding.severity() > Severity::Note
            };
            let named = conversion.findings.iter().filter(about).any(|finding| {
                leaf.is_named(&finding.message.to_string())
                    || finding.message.to_string().contains(&leaf.event.to_string())
            });
            if !leaf.tied && !named {
                lost.push(format!("{}: {} {:?}", conversion.service.files[0], kind(&leaf), leaf.codes));
            }
        }
    }
    (seen, lost)
}

#[test]
fn every_event_of_real_jobs_is_resolved_or_named() {
    let Some(jobs) = shared("real-jobs") else { return };
    let all: Vec<_> = sets(&jobs).into_iter().flat_map(conversions).collect();
    let (seen, lost) = unresolved(&all);
    assert!(seen > 3000, "only {seen} events");
    assert!(lost.is_empty(), "{} of {seen} events:\n{}", lost.len(), lost.join("\n"));
}

#[test]
fn every_event_of_whole_machines_is_resolved_or_named() {
    let Some(machines) = shared("machines") else { return };
    for (machine, least) in [("ring", 2), ("raspbmc", 80)] {
        let folder = machines.join(machine).join("etc/init");
        let mut set = Set::new();
        let is_conf = |path: &&std::path::PathBuf| path.extension().is_some_and(|end| end == "conf");
        for path in files_below(&folder).iter().filter(is_conf) {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let source = |path: &Path| Source { name: name.clone(), text: fs::read(path).unwrap() };
            let over = path.with_extension("override");
            let over = over.exists().then(|| source(&over));
            let conf = source(path);
            set.insert(name.clone(), JobFiles { name, conf, over, distribution: Distribution::default(), scope: None });
        }
        let (seen, lost) = unresolved(&conversions(set));
        assert!(seen >= least, "{machine}: only {seen} events");
        assert!(lost.is_empty(), "{machine}: {} of {seen} events:\n{}", lost.len(), lost.join("\n"));
    }
}
