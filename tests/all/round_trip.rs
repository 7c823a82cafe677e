//! What is converted one way and back is the service that it was, but for what the findings
//! name on the way.
//!
//! Real jobs become units and jobs again, and real units become jobs and units again. The two services at the ends
//! of the way, read by the same reader, are compared field by field. A field that differs has to be named by a
//! finding that points at where its value came from, in the first conversion or in the second. How often each field
//! is kept, and why it is not where it is not, stands in `tests/all/round_trip.txt` and may only get better.
//!
//! `UPDATE_EXPECT=1 cargo test --test all round_trip::` writes the table anew, `ROUND_TRIP_OUT=FILE` every difference to a file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use cutover::convert::{self, Conversion, Reversal, link_jobs, read_job};
use cutover::findings::Finding;
use cutover::lift::Level;
use cutover::link::Known;
use cutover::service::{
    BootTarget, Dependency, DependencyKind, Exit, Phase, Ready, Restart, RestartOn, Scope, Service, SettingKind,
    Signal, Stage, Target, Variable,
};
use cutover::systemd::load::{UnitFiles, UnitName};
use cutover::systemd::quote::exec_word;
use cutover::systemd::version::Version;
use cutover::systemd::write::{self as units, CompanionKind, Style};
use cutover::text::{Origin, Source, Sourced};
use cutover::upstart::distribution::Distribution;
use cutover::upstart::read::JobFiles;
use cutover::upstart::write as jobs;
use serde_json::{Value, json};

use crate::common::{repository, shared, skip};

const TABLE: &str = "tests/all/round_trip.txt";

/// What is no part of the law: the files themselves; comments, which have a law of their own; and conditions as
/// they are spelled, whose meaning is in `dependencies`, `phase`, `activation`, `all_of` and `tests`.
const NOT_COMPARED: &[&str] = &["name", "scope", "files", "comments", "start_on", "stop_on"];

/// Derived from other fields, or only where something comes from.
const DERIVED: &[&str] = &["origin", "facts", "steps"];

// ---- one way and the other ----

fn job_files(name: &str, text: Vec<u8>) -> JobFiles {
    let conf = Source { name: format!("{name}.conf"), text };
    JobFiles { name: name.to_owned(), conf, over: None, distribution: Distribution::default(), scope: None }
}

/// Converts jobs together; none gives way to a unit that its target has.
fn convert(set: &[JobFiles], level: Level) -> Vec<Conversion> {
    let read = set.iter().map(|files| read_job(files.clone()).lift(&level.into(), Style::Idiomatic));
    let linked = link_jobs(read.collect(), Style::Idiomatic, &Known::new());
    linked.into_iter().map(|job| job.write(&units::Options::default()).conversion).collect()
}

/// The units as they would lie on a disk. A script in a file of its own stands on the line that runs it.
fn unit_files(conversions: &[Conversion]) -> Vec<UnitFiles> {
    let mut files: BTreeMap<String, UnitFiles> = BTreeMap::new();
    for conversion in conversions {
        for unit in &conversion.units {
            let mut text = unit.print();
            for companion in &conversion.companions {
                if companion.kind == CompanionKind::Script {
                    let script = companion.text.strip_prefix(b"#!/bin/sh -e\n").unwrap();
                    let word = exec_word(script, Version::default());
                    let quoted = if word.starts_with(['"', '\'']) { word } else { format!("\"{word}\"") };
                    let run = format!("/bin/sh -e {}\n", companion.path);
                    text = text.replace(&run, &format!("/bin/sh -e -c {quoted}\n"));
                }
            }
            let Ok(name) = unit.name.parse::<UnitName>() else { continue };
            let source = Source { name: unit.name.clone(), text: text.into_bytes() };
            files.entry(unit.name.clone()).or_insert_with(|| UnitFiles::single(name, source));
        }
    }
    files.into_values().collect()
}

/// Converts units together.
fn reverse(set: &[UnitFiles]) -> Vec<Reversal> {
    let reversals = convert::reverse(set, &jobs::Options::default());
    reversals.into_iter().filter(|reversal| reversal.job.is_some()).collect()
}

/// The jobs as they would lie on a disk: of two with the same name, the first.
fn job_files_of(reversals: &[Reversal]) -> Vec<JobFiles> {
    let mut known = BTreeSet::new();
    let named = reversals.iter().filter_map(|reversal| {
        let (name, _) = reversal.job.as_ref()?;
        known.insert(name.clone()).then_some(())?;
        Some(job_files(name, reversal.text.clone()))
    });
    named.collect()
}

// ---- what is the same ----

/// A field's value without origins, and in the form that both sides would give the same.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            if let (Some(value), Some(_)) = (map.get("value"), map.get("origin")) {
                return plain(value);
            }
            if map.len() == 3 && map.contains_key("start") && map.contains_key("end") {
                // Only where it is said, which means that it is.
                return json!(true);
            }
            if let Some(Value::Array(words)) = map.get("argv") {
                let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
                return json!({"shell": format!("exec {}", words.join(" "))});
            }
            let fields = map.iter().filter(|(name, _)| !DERIVED.contains(&name.as_str()));
            fields
                .map(|(name, value)| match (name.as_str(), value) {
                    // One line or several: the shell runs the same.
                    ("line" | "script", Value::String(text)) => ("shell".to_owned(), json!(unquoted(&words(text)))),
                    _ => (name.clone(), plain(value)),
                })
                .collect()
        }
        Value::Array(list) => list.iter().map(plain).collect(),
        other => other.clone(),
    }
}

/// The words of a script, whether newlines or semicolons stand between its commands.
fn words(script: &str) -> String {
    script.split([';', '\n', ' ', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A command line, without the quotes around words that need none.
fn unquoted(line: &str) -> String {
    let plain =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./=:,+%@".contains(c));
    let word = |word: &str| {
        let inner = word.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        inner.filter(|inner| plain(inner)).unwrap_or(word).to_owned()
    };
    if line.starts_with("exec ") { line.split(' ').map(word).collect::<Vec<_>>().join(" ") } else { line.to_owned() }
}

/// What is there when a runlevel comes.
const BY_THEN: &[BootTarget] = &[
    BootTarget::Sysinit,
    BootTarget::LocalFs,
    BootTarget::RemoteFs,
    BootTarget::Swap,
    BootTarget::Network,
    BootTarget::NetworkOnline,
];

/// A service in the words that both inits have for it.
fn settled(service: &Service) -> Service {
    let mut service = service.clone();
    let clean: Vec<Exit> =
        [1, 2, 13, 15].map(|number| Exit::Signal(Signal(number))).into_iter().chain([Exit::Status(0)]).collect();
    // The heading of a comment.
    service.about.retain(|(heading, _)| *heading != "Documentation");
    service.settings.retain(|setting| setting.value.kind != SettingKind::Remark);
    // The variable that starts an instance is there anyway.
    service.environment.retain(|variable| !matches!(variable.value, Variable::Instance(_)));
    if let Some(directory) = &mut service.directory
        && !directory.value.starts_with(b"/")
    {
        directory.value = [b"/".as_slice(), &directory.value].concat().into();
    }
    if service.enablement.take().is_some() {
        // It stands in a comment what would start it.
        service.dependencies.retain(|tie| !tie.value.kind.starts());
        service.all_of = None;
    }
    if service.main.is_empty() || service.stays_up {
        service.stop = cutover::service::Stop::default();
        service.restart = Restart::default();
        service.reload = None;
        service.success.clear();
        for hook in &mut service.hooks {
            // There is nothing to stop before.
            if hook.stage == Stage::PreStop {
                hook.stage = Stage::PostStop;
            }
        }
    }
    for hook in &mut service.hooks {
        hook.command.value.ignored = false;
    }
    // What starts at a runlevel of Ubuntu comes behind all of these, and before the runlevel is all there.
    let starts =
        |boot_target: BootTarget| Dependency { kind: DependencyKind::StartedBy, to: Target::BootTarget(boot_target) };
    let late = [BootTarget::MultiUser, BootTarget::Graphical].map(starts);
    if service.dependencies.iter().any(|tie| late.contains(&tie.value)) {
        service.dependencies.retain(|tie| match (tie.value.kind, &tie.value.to) {
            (DependencyKind::After | DependencyKind::Starts | DependencyKind::Needs, Target::BootTarget(at)) => {
                !BY_THEN.contains(at)
            }
            (DependencyKind::Before, Target::BootTarget(at)) => *at != BootTarget::MultiUser,
            _ => true,
        });
    }
    let task = service.ready.value == Ready::Finished;
    match &mut service.restart.on {
        None if service.restart.also.is_empty() => {
            service.restart = Restart::default();
        }
        Some(on) if on.value == RestartOn::Failure && !task => {
            // Whatever is no failure is no reason.
            on.value = RestartOn::Always;
            let origin = on.origin();
            let ends = clean.iter().map(|exit| Sourced::new(*exit, origin));
            service.restart.except.extend(ends.chain(service.success.iter().cloned()));
        }
        _ => {}
    }
    let mut known = BTreeSet::new();
    service.restart.except.retain(|exit| known.insert(format!("{:?}", exit.value)));
    if !task {
        service.success.retain(|exit| !clean.contains(&exit.value));
    }
    service
}

/// The fields of a service. What is said and what is so anyway are the same.
fn fields(service: &Service) -> BTreeMap<String, Value> {
    let Value::Object(all) = serde_json::to_value(settled(service)).unwrap() else { panic!("a service is an object") };
    let mut fields: BTreeMap<String, Value> =
        all.into_iter().filter(|(name, _)| !NOT_COMPARED.contains(&name.as_str())).collect();
    let said = |fields: &mut BTreeMap<String, Value>, name: &str, default: &Value| {
        if fields.get(name).is_some_and(|value| plain(value) == *default) {
            fields.insert(name.to_owned(), Value::Null);
        }
    };
    for part in ["stop", "restart"] {
        let Some(Value::Object(parts)) = fields.remove(part) else { continue };
        fields.extend(parts.into_iter().map(|(name, value)| (format!("{part}.{name}"), value)));
    }
    said(&mut fields, "stop.timeout", &json!(5));
    said(&mut fields, "stop.signal", &json!("SIGTERM"));
    said(&mut fields, "stop.reach", &json!("all"));
    said(&mut fields, "reload", &json!({"signal": "SIGHUP"}));
    said(&mut fields, "io", &json!("log"));
    said(&mut fields, "umask", &json!(0o022));
    fields.retain(|_, value| !matches!(value, Value::Null) && *value != json!([]) && *value != json!({}));
    fields
}

/// All places that stand in a value.
fn origins(value: &Value, into: &mut BTreeSet<Origin>) {
    match value {
        Value::Object(map) => {
            let number = |name: &str| map.get(name).and_then(Value::as_u64).map(|n| usize::try_from(n).unwrap());
            if let (Some(file), Some(start), Some(end)) = (number("file"), number("start"), number("end")) {
                // What stands nowhere has zeros.
                into.extend((end > 0).then(|| Origin { file, span: cutover::text::Span::new(start, end) }));
            }
            map.values().for_each(|value| origins(value, into));
        }
        Value::Array(list) => list.iter().for_each(|value| origins(value, into)),
        _ => {}
    }
}

/// The parts of a field that only one of two values has.
fn only<'v>(one: &'v Value, other: &Value) -> Vec<&'v Value> {
    match (one, other) {
        (Value::Array(list), Value::Array(others)) => {
            let others: Vec<Value> = others.iter().map(plain).collect();
            list.iter().filter(|part| !others.contains(&plain(part))).collect()
        }
        _ => vec![one],
    }
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        // In which order ties and settings are found means nothing.
        (Value::Array(list), Value::Array(others)) => {
            list.len() == others.len() && only(one, other).is_empty() && only(other, one).is_empty()
        }
        _ => plain(one) == plain(other),
    }
}

/// A service on its way: what it was, what it became at the turn, and what was told.
struct Way<'a> {
    service: &'a Service,
    findings: &'a [Finding],
    turned: Option<(&'a Service, &'a [Finding])>,
    back: Option<&'a Service>,
}

/// Fields whose findings tell of other fields as well.
const ALSO: &[(&str, &str)] = &[
    ("main", "environment_files"),
    ("main", "output"),
    ("main", "unset"),
    ("main", "user"),
    ("group", "user"),
    ("hooks", "user"),
    ("restart.on", "restart.also"),
    ("restart.except", "restart.on"),
    ("restart.except", "restart.also"),
    ("success", "restart.on"),
    ("success", "restart.except"),
    ("pid_file", "ready"),
    ("about", "instance"),
];

/// Fields that a job has no stanza for, and that its scripts see to.
const IN_SCRIPTS: &[&str] =
    &["conditions", "directories", "environment_files", "output", "unset", "user", "group", "hooks"];

/// The texts in a value that are long enough to be told apart.
fn strings(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) if text.len() > 3 => into.push(text.clone()),
        Value::Object(map) => map.values().for_each(|value| strings(value, into)),
        Value::Array(list) => list.iter().for_each(|value| strings(value, into)),
        _ => {}
    }
}

/// A code that points at one of these places.
fn code_at(findings: &[Finding], places: &BTreeSet<Origin>) -> Option<String> {
    let points = |finding: &&Finding| finding.marks.iter().any(|mark| mark.at.is_some_and(|at| places.contains(&at)));
    let codes: BTreeSet<String> = findings.iter().filter(points).map(|it| it.code.to_string()).collect();
    codes.into_iter().next()
}

impl Way<'_> {
    /// Why a field is not what it was.
    fn reason(&self, field: &str, lost: &[&Value], whole: &BTreeMap<String, Value>) -> String {
        let mut places = BTreeSet::new();
        for value in lost {
            origins(value, &mut places);
        }
        if places.is_empty()
            && let Some(value) = whole.get(field)
        {
            origins(value, &mut places);
        }
        let shutdown = self.service.phase == Phase::Shutdown;
        if matches!(field, "dependencies" | "phase" | "all_of" | "ignore_on_isolate" | "environment") || shutdown {
            let conditions = [&self.service.start_on, &self.service.stop_on];
            places.extend(conditions.into_iter().flatten().filter_map(Sourced::origin));
        }
        for (_, also) in ALSO.iter().filter(|(name, _)| *name == field) {
            if let Some(value) = whole.get(*also) {
                origins(value, &mut places);
            }
        }
        if let Some(code) = code_at(self.findings, &places) {
            return format!("there {code}");
        }
        if let Some((service, findings)) = self.turned {
            let mut places = BTreeSet::new();
            if let Some(value) = fields(service).get(field) {
                origins(value, &mut places);
            }
            if field == "stop.reach" {
                places.extend(service.main.iter().filter_map(Sourced::origin));
            }
            if let Some(code) = code_at(findings, &places) {
                return format!("back {code}");
            }
        }
        let scripts = self.back.map(|back| serde_json::to_string(&(&back.main, &back.hooks)).unwrap());
        let stands = |value: &&Value| {
            let mut texts = Vec::new();
            strings(&plain(value), &mut texts);
            scripts.as_ref().is_some_and(|scripts| {
                texts.iter().any(|text| scripts.contains(text.split('$').next().unwrap_or_default()))
            })
        };
        if IN_SCRIPTS.contains(&field) && !lost.is_empty() && lost.iter().all(stands) {
            return "in a script".to_owned();
        }
        "unnamed".to_owned()
    }
}

/// How often which field was kept, or not, and why.
#[derive(Default)]
struct DiffBuilder {
    rows: BTreeMap<String, usize>,
    told: String,
}

impl DiffBuilder {
    fn add(&mut self, row: String) {
        *self.rows.entry(row).or_default() += 1;
    }

    fn compare(&mut self, direction: &str, place: &str, way: &Way<'_>) {
        let Some(back) = way.back else {
            self.add(format!("{direction}: whole: does not come back"));
            let _ = writeln!(self.told, "{direction}: {place}: does not come back");
            return;
        };
        let (before, after) = (fields(way.service), fields(back));
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for name in names {
            let empty = Value::Null;
            let (one, other) = (before.get(name).unwrap_or(&empty), after.get(name).unwrap_or(&empty));
            if same(one, other) {
                self.add(format!("{direction}: {name}: kept"));
                continue;
            }
            let (lost, gained) = (only(one, other), only(other, one));
            let reason = way.reason(name, &lost, &before);
            let show = |values: &[&Value]| {
                let shown: Vec<String> = values.iter().map(|value| plain(value).to_string()).collect();
                shown.join(" ")
            };
            let _ = writeln!(
                self.told,
                "{direction}: {name}: {reason}: {place}\n    was {}\n    now {}",
                show(&lost),
                show(&gained)
            );
            self.add(format!("{direction}: {name}: {reason}"));
        }
    }
}

// ---- job, unit, job ----

/// The sets that the jobs of all repositories make: those that the real Upstart loads.
fn job_sets(folder: &Path) -> Vec<Vec<JobFiles>> {
    let text = fs::read_to_string(folder.join("oracle.jsonl")).unwrap();
    let mut sets: BTreeMap<(String, usize), BTreeMap<String, JobFiles>> = BTreeMap::new();
    for line in text.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        if record["ok"] != true {
            continue;
        }
        let file = record["file"].as_str().unwrap();
        let (repository, rest) = file.split_once('/').unwrap();
        let stem = rest.strip_suffix(".conf").unwrap_or(rest);
        let name = stem.rsplit("__").next().unwrap().to_owned();
        let mut turn = 0;
        while sets.get(&(repository.to_owned(), turn)).is_some_and(|set| set.contains_key(&name)) {
            turn += 1;
        }
        let files = job_files(&name, fs::read(folder.join(file)).unwrap());
        sets.entry((repository.to_owned(), turn)).or_default().insert(name, files);
    }
    sets.into_values().map(|set| set.into_values().collect()).collect()
}

fn from_jobs(ledger: &mut DiffBuilder, set: &[JobFiles], level: Level, direction: &str) {
    let there = convert(set, level);
    let back = reverse(&unit_files(&there));
    let again = convert(&job_files_of(&back), level);
    for conversion in &there {
        let service = &conversion.service;
        if service.scope == Scope::Session {
            ledger.add(format!("{direction}: whole: the units of a session lie elsewhere"));
            continue;
        }
        let turned = back.iter().find(|reversal| reversal.service.name == service.name);
        let way = Way {
            service,
            findings: &conversion.findings,
            turned: turned.map(|reversal| (&*reversal.service, reversal.findings.as_slice())),
            back: again.iter().map(|conversion| &*conversion.service).find(|again| again.name == service.name),
        };
        ledger.compare(direction, &service.files[0], &way);
    }
}

// ---- unit, job, unit ----

/// The units of the pairs, each by itself.
fn unit_sets() -> Vec<Vec<UnitFiles>> {
    let mut sets = Vec::new();
    if let Some(pairs) = shared("pairs") {
        let mut folders: Vec<_> = fs::read_dir(pairs).unwrap().map(|entry| entry.unwrap().path()).collect();
        folders.sort();
        for folder in folders {
            let Ok(text) = fs::read(folder.join("systemd.service")) else { continue };
            let stem = folder.file_name().unwrap().to_str().unwrap().rsplit("__").next().unwrap().to_owned();
            let template = text.windows(2).any(|pair| matches!(pair, b"%i" | b"%I"));
            let name = format!("{stem}{}.service", if template { "@" } else { "" });
            let source = Source { name: name.clone(), text };
            sets.push(vec![UnitFiles::single(name.parse().unwrap(), source)]);
        }
    }
    sets
}

fn from_units(ledger: &mut DiffBuilder, set: &[UnitFiles]) {
    let direction = "unit";
    let there = reverse(set);
    let back = convert(&job_files_of(&there), Level::Safe);
    let again = reverse(&unit_files(&back));
    let mut known = BTreeSet::new();
    for reversal in &there {
        let service = &reversal.service;
        if !known.insert(&service.name) {
            ledger.add(format!("{direction}: whole: another unit has the name of the job"));
            continue;
        }
        let turned = back.iter().find(|conversion| conversion.service.name == service.name);
        let way = Way {
            service,
            findings: &reversal.findings,
            turned: turned.map(|conversion| (&*conversion.service, conversion.findings.as_slice())),
            back: again.iter().map(|reversal| &*reversal.service).find(|again| again.name == service.name),
        };
        ledger.compare(direction, service.files.first().map_or("", String::as_str), &way);
    }
}

// ---- the table ----

/// How often there is a reason, in each direction.
type Table = BTreeMap<String, [usize; 3]>;

const DIRECTIONS: [&str; 3] = ["job", "job, lifted", "unit"];

const UNNAMED_AT: &str = "unnamed ";

/// Fields together; of what nothing names, each field by itself as well.
fn table(rows: &BTreeMap<String, usize>) -> Table {
    let mut table = Table::new();
    for (row, count) in rows {
        let (rest, reason) = row.rsplit_once(": ").unwrap();
        let (direction, field) = rest.rsplit_once(": ").unwrap();
        let at = DIRECTIONS.iter().position(|known| *known == direction).unwrap();
        let field = (reason == "unnamed").then(|| format!("{UNNAMED_AT}{field}"));
        for reason in field.into_iter().chain([reason.to_owned()]) {
            table.entry(reason).or_default()[at] += count;
        }
    }
    table
}

fn print(table: &Table) -> String {
    let mut text = String::from(
        "# From jobs to units and back to jobs (without and with lifting), and from units to jobs and back to units:\n\
         # how often a field is kept, or what is the first finding that names the difference (there, or on the way back).\n\
         # Of what is unnamed, the fields.\n",
    );
    let show = |counts: &[usize; 3]| counts.map(|count| count.to_string()).join(" ");
    for (reason, counts) in table.iter().filter(|(reason, _)| !reason.starts_with(UNNAMED_AT)) {
        let _ = write!(text, "{reason}: {}", show(counts));
        if reason == "unnamed" {
            let fields = table.iter().filter_map(|(row, counts)| Some((row.strip_prefix(UNNAMED_AT)?, counts)));
            fields.for_each(|(field, counts)| {
                let _ = write!(text, ", {field} {}", show(counts));
            });
        }
        text.push('\n');
    }
    text
}

/// Of what the units of a machine say, no larger part is lost without a name, in percent; which units these are differs
/// from machine to machine.
const UNNAMED: usize = 5;

/// The place in the boot of systemd's own units, which no job has.
const OF_SYSTEMD: &[&str] = &["unit: phase: ", "unit: dependencies: "];

#[test]
fn what_the_units_of_this_machine_say_is_kept_or_named() {
    let installed = Path::new("/lib/systemd/system");
    if !installed.is_dir() {
        return skip("no units are installed");
    }
    let mut ledger = DiffBuilder::default();
    for set in convert::systemd_input::find(&[installed.to_owned()]).sets {
        from_units(&mut ledger, &set);
    }
    let is_of_systemd = |row: &str| OF_SYSTEMD.iter().any(|own| row.starts_with(own));
    let is_unnamed = |row: &str| row.ends_with(": unnamed") && !is_of_systemd(row);
    let unnamed: Vec<_> = ledger.rows.iter().filter(|(row, _)| is_unnamed(row)).collect();
    let lost: usize = unnamed.iter().map(|(_, count)| **count).sum();
    let all: usize = ledger.rows.values().sum();
    assert!(all > 100, "only {all} fields");
    assert!(lost * 100 <= all * UNNAMED, "{lost} of {all}: {unnamed:#?}");
}

fn parse(text: &str) -> Table {
    let mut table = Table::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (reason, counts) = line.rsplit_once(": ").unwrap();
        for (index, part) in counts.split(", ").enumerate() {
            let mut words: Vec<&str> = part.split(' ').collect();
            let counts = words.split_off(words.len() - 3);
            let row = if index == 0 { reason.to_owned() } else { format!("{UNNAMED_AT}{}", words.join(" ")) };
            table.insert(row, std::array::from_fn(|at| counts[at].parse().unwrap()));
        }
    }
    table
}

#[test]
fn one_way_and_back_every_service_is_what_it_was_but_for_what_is_named() {
    let mut ledger = DiffBuilder::default();
    let Some(folder) = shared("real-jobs") else { return };
    for set in job_sets(&folder) {
        from_jobs(&mut ledger, &set, Level::None, "job");
        from_jobs(&mut ledger, &set, Level::Safe, "job, lifted");
    }
    for set in unit_sets() {
        from_units(&mut ledger, &set);
    }
    if let Some(file) = std::env::var_os("ROUND_TRIP_OUT") {
        fs::write(file, &ledger.told).unwrap();
    }
    let now = table(&ledger.rows);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(repository(TABLE), print(&now)).unwrap();
    }
    let before = parse(&fs::read_to_string(repository(TABLE)).unwrap_or_default());
    let worse: Vec<String> = now
        .iter()
        .map(|(reason, counts)| (reason, counts, before.get(reason).copied().unwrap_or_default()))
        .filter(|(reason, now, before)| *reason != "kept" && now.iter().zip(before).any(|(now, before)| now > before))
        .map(|(reason, now, before)| format!("{reason}: {before:?} became {now:?}"))
        .collect();
    assert!(worse.is_empty(), "more is lost than before:\n{}", worse.join("\n"));
    assert!(now == before, "the table is out of date; UPDATE_EXPECT=1 writes it:\n{}", print(&now));
    let all = ledger.rows.values().sum::<usize>();
    assert!(all > 20_000, "only {all} fields");
}
