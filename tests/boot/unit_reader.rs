//! The reader of units agrees with the real systemd: a booted one is asked, over its bus, what it has read of
//! units at hand and of generated ones, and every answer is held against what our reader says.
// Readings are all of one type, whether they can fail or not.
#![allow(clippy::format_push_string, clippy::unnecessary_wraps)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use bstr::{BString, ByteSlice as _};
use cutover::service::Bound;
use cutover::systemd::load::{Directories, Loaded, Setting, UnitFiles, UnitName, UnitType};
use cutover::systemd::table::Section;
use cutover::systemd::value::environment::Unset;
use cutover::systemd::value::words::{self, Rules};
use cutover::systemd::value::{self, Amount, Parts, Privilege, Time};
use cutover::text::Source;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::boot::Booted;
use crate::common::{Sandbox, shared, skip};

// ---- what our reader says ------------------------------------------------------------------------

/// A value that depends on the machine.
struct Unresolved;

type Answer = Result<Value, Unresolved>;

fn text(parts: &Parts, name: &UnitName) -> Result<String, Unresolved> {
    let resolved = parts.resolve(name, &|_| None).map_err(|_| Unresolved)?;
    Ok(resolved.to_str_lossy().into_owned())
}

fn micros(time: Time) -> u64 {
    match time {
        Time::Forever => u64::MAX,
        Time::Span(span) => u64::try_from(span.as_micros()).unwrap(),
    }
}

fn bound(bound: Bound) -> u64 {
    match bound {
        Bound::Unlimited => u64::MAX,
        Bound::At(number) => number,
    }
}

fn amount(amount: Amount) -> Answer {
    match amount {
        Amount::Unlimited => Ok(json!(u64::MAX)),
        Amount::Of(number) => Ok(json!(number)),
        Amount::Part(_) => Err(Unresolved),
    }
}

/// How the settings of a directive become a property of the bus.
type Reading = fn(&[&Setting], &UnitName) -> Answer;

fn last<'s>(settings: &[&'s Setting]) -> &'s [u8] {
    settings.last().unwrap().value.as_slice()
}

fn seconds(settings: &[&Setting], _: &UnitName) -> Answer {
    Ok(json!(micros(value::time::seconds(last(settings)).unwrap())))
}

fn timeout(settings: &[&Setting], _: &UnitName) -> Answer {
    Ok(json!(micros(value::time::timeout(last(settings)).unwrap())))
}

fn unsigned(settings: &[&Setting], _: &UnitName) -> Answer {
    Ok(json!(value::number::unsigned(last(settings)).unwrap()))
}

fn integer(settings: &[&Setting], _: &UnitName) -> Answer {
    Ok(json!(value::number::integer(last(settings)).unwrap()))
}

fn mode(settings: &[&Setting], _: &UnitName) -> Answer {
    Ok(json!(value::number::mode(last(settings)).unwrap()))
}

fn boolean(settings: &[&Setting], _: &UnitName) -> Answer {
    Ok(json!(value::boolean(last(settings)).unwrap()))
}

fn word(settings: &[&Setting], _: &UnitName) -> Answer {
    Ok(json!(last(settings).to_str_lossy()))
}

fn expanded(settings: &[&Setting], name: &UnitName) -> Answer {
    Ok(json!(text(&Parts::read(last(settings)).unwrap(), name)?))
}

fn path(settings: &[&Setting], name: &UnitName) -> Answer {
    Ok(json!(text(&value::path::absolute(last(settings)).unwrap(), name)?))
}

fn signal(settings: &[&Setting], _: &UnitName) -> Answer {
    Ok(json!(value::status::signal(last(settings)).unwrap().0))
}

fn endings(settings: &[&Setting], _: &UnitName) -> Answer {
    let (mut statuses, mut signals) = (BTreeSet::new(), BTreeSet::new());
    for setting in settings {
        let endings = value::status::endings(&setting.value).map_err(|_| Unresolved)?;
        statuses.extend(endings.statuses);
        signals.extend(endings.signals.iter().map(|signal| signal.0));
    }
    Ok(json!([statuses, signals]))
}

fn hard(settings: &[&Setting], _: &UnitName) -> Answer {
    let setting = settings.last().unwrap();
    Ok(json!(bound(value::limit::limit(setting.known.unwrap().name, &setting.value).unwrap().hard)))
}

fn soft(settings: &[&Setting], _: &UnitName) -> Answer {
    let setting = settings.last().unwrap();
    Ok(json!(bound(value::limit::limit(setting.known.unwrap().name, &setting.value).unwrap().soft)))
}

fn memory(settings: &[&Setting], _: &UnitName) -> Answer {
    amount(value::number::memory(last(settings)).unwrap())
}

fn tasks(settings: &[&Setting], _: &UnitName) -> Answer {
    amount(value::number::tasks(last(settings)).unwrap())
}

fn quota(settings: &[&Setting], _: &UnitName) -> Answer {
    Ok(json!(u64::from(value::number::percent(last(settings)).unwrap()) * 100))
}

fn commands(settings: &[&Setting], name: &UnitName) -> Answer {
    let mut all = Vec::new();
    for command in settings.iter().flat_map(|setting| value::command::commands(&setting.value).unwrap()) {
        let argv: Vec<String> = command.argv().map(|word| text(word, name)).collect::<Result<_, _>>()?;
        let mut flags = BTreeSet::new();
        flags.extend(command.ignore_failure.then_some("ignore-failure"));
        flags.extend(command.literal.then_some("no-env-expand"));
        flags.extend(match command.privilege {
            Privilege::Service => None,
            Privilege::Full => Some("privileged"),
            Privilege::NoSetuid => Some("no-setuid"),
            Privilege::Ambient => Some("ambient"),
        });
        all.push(json!([text(&command.program, name)?, argv, flags]));
    }
    Ok(json!(all))
}

fn environment(settings: &[&Setting], name: &UnitName) -> Answer {
    let mut variables: BTreeMap<BString, String> = BTreeMap::new();
    for item in settings.iter().flat_map(|setting| value::environment::assignments(&setting.value).items) {
        variables.insert(item.name.clone(), format!("{}={}", item.name, text(&item.value, name)?));
    }
    Ok(json!(variables.values().collect::<BTreeSet<_>>()))
}

fn environment_files(settings: &[&Setting], name: &UnitName) -> Answer {
    let files = settings.iter().map(|setting| {
        let file = value::environment::file(&setting.value).unwrap();
        Ok(json!([text(&file.path, name)?, file.optional]))
    });
    files.collect::<Result<Vec<_>, _>>().map(|files| json!(files))
}

fn passed(settings: &[&Setting], _: &UnitName) -> Answer {
    let names = settings.iter().flat_map(|setting| value::environment::names(&setting.value).items);
    Ok(json!(names.map(|name| name.to_string()).collect::<BTreeSet<_>>()))
}

fn unset(settings: &[&Setting], name: &UnitName) -> Answer {
    let mut all = BTreeSet::new();
    for item in settings.iter().flat_map(|setting| value::environment::unset(&setting.value).items) {
        all.insert(match item {
            Unset::Name(name) => name.to_string(),
            Unset::Assignment(item) => format!("{}={}", item.name, text(&item.value, name)?),
        });
    }
    Ok(json!(all))
}

fn working_directory(settings: &[&Setting], name: &UnitName) -> Answer {
    let directory = value::path::working_directory(last(settings)).unwrap();
    let path = directory.path.map_or_else(|| Ok("~".to_owned()), |path| text(&path, name))?;
    Ok(json!(format!("{}{path}", if directory.optional { "!" } else { "" })))
}

fn directories(settings: &[&Setting], name: &UnitName) -> Answer {
    let items = settings.iter().flat_map(|setting| value::path::directories(&setting.value).items);
    items.map(|item| text(&item.path, name)).collect::<Result<BTreeSet<_>, _>>().map(|paths| json!(paths))
}

fn groups(settings: &[&Setting], name: &UnitName) -> Answer {
    let words = settings.iter().flat_map(|setting| words::split(&setting.value, Rules::PLAIN).unwrap());
    let names = words.map(|word| text(&Parts::read(&word).unwrap(), name));
    names.collect::<Result<Vec<_>, _>>().map(|names| json!(names))
}

const TEXTS: &[&str] = &["Type", "Restart", "KillMode", "NotifyAccess", "OOMPolicy", "ExitType"];
const BOOLEANS: &[&str] = &[
    "RemainAfterExit",
    "GuessMainPID",
    "IgnoreSIGPIPE",
    "SendSIGKILL",
    "SendSIGHUP",
    "PrivateDevices",
    "NoNewPrivileges",
    "NonBlocking",
    "RootDirectoryStartOnly",
    "CPUAccounting",
];
const LIMITS: &[&str] = &[
    "LimitAS",
    "LimitCORE",
    "LimitCPU",
    "LimitDATA",
    "LimitFSIZE",
    "LimitLOCKS",
    "LimitMEMLOCK",
    "LimitMSGQUEUE",
    "LimitNICE",
    "LimitNOFILE",
    "LimitNPROC",
    "LimitRSS",
    "LimitRTPRIO",
    "LimitRTTIME",
    "LimitSIGPENDING",
    "LimitSTACK",
];
const EXECS: &[&str] =
    &["ExecCondition", "ExecStartPre", "ExecStart", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost"];
const OTHERS: &[(&str, &str, Reading)] = &[
    ("TimeoutStartSec", "TimeoutStartUSec", timeout),
    ("TimeoutStopSec", "TimeoutStopUSec", timeout),
    ("RestartSec", "RestartUSec", seconds),
    ("RuntimeMaxSec", "RuntimeMaxUSec", seconds),
    ("KillSignal", "KillSignal", signal),
    ("FinalKillSignal", "FinalKillSignal", signal),
    ("RestartKillSignal", "RestartKillSignal", signal),
    ("WatchdogSignal", "WatchdogSignal", signal),
    ("SuccessExitStatus", "SuccessExitStatus", endings),
    ("RestartPreventExitStatus", "RestartPreventExitStatus", endings),
    ("RestartForceExitStatus", "RestartForceExitStatus", endings),
    ("UMask", "UMask", mode),
    ("RuntimeDirectoryMode", "RuntimeDirectoryMode", mode),
    ("Nice", "Nice", integer),
    ("OOMScoreAdjust", "OOMScoreAdjust", integer),
    ("Environment", "Environment", environment),
    ("EnvironmentFile", "EnvironmentFiles", environment_files),
    ("PassEnvironment", "PassEnvironment", passed),
    ("UnsetEnvironment", "UnsetEnvironment", unset),
    ("WorkingDirectory", "WorkingDirectory", working_directory),
    ("RootDirectory", "RootDirectory", path),
    ("User", "User", expanded),
    ("Group", "Group", expanded),
    ("SupplementaryGroups", "SupplementaryGroups", groups),
    ("SyslogIdentifier", "SyslogIdentifier", expanded),
    ("RuntimeDirectory", "RuntimeDirectory", directories),
    ("StateDirectory", "StateDirectory", directories),
    ("MemoryMax", "MemoryMax", memory),
    ("MemoryHigh", "MemoryHigh", memory),
    ("MemoryLimit", "MemoryLimit", memory),
    ("TasksMax", "TasksMax", tasks),
    ("CPUShares", "CPUShares", unsigned),
    ("CPUQuota", "CPUQuotaPerSecUSec", quota),
];

/// Directive, property and reading of everything in `[Service]` that is compared.
fn readings() -> Vec<(&'static str, String, Reading)> {
    let same =
        |names: &'static [&str], reading: Reading| names.iter().map(move |name| (*name, (*name).to_owned(), reading));
    let suffixed = |names: &'static [&str], suffix: &'static str, reading: Reading| {
        names.iter().map(move |name| (*name, format!("{name}{suffix}"), reading))
    };
    let others = OTHERS.iter().map(|(directive, property, reading)| (*directive, (*property).to_owned(), *reading));
    same(TEXTS, word)
        .chain(same(BOOLEANS, boolean))
        .chain(same(LIMITS, hard))
        .chain(suffixed(LIMITS, "Soft", soft))
        .chain(suffixed(EXECS, "Ex", commands))
        .chain(others)
        .collect()
}

const UNIT_READINGS: &[(&str, &str, Reading)] = &[
    ("StartLimitIntervalSec", "StartLimitIntervalUSec", seconds),
    ("StartLimitBurst", "StartLimitBurst", unsigned),
    ("DefaultDependencies", "DefaultDependencies", boolean),
    ("StopWhenUnneeded", "StopWhenUnneeded", boolean),
    ("IgnoreOnIsolate", "IgnoreOnIsolate", boolean),
    ("Description", "Description", expanded),
];

const DEPENDENCIES: &[&str] = &[
    "Wants",
    "Requires",
    "Requisite",
    "BindsTo",
    "PartOf",
    "Upholds",
    "Conflicts",
    "Before",
    "After",
    "OnFailure",
    "OnSuccess",
    "PropagatesReloadTo",
    "ReloadPropagatedFrom",
    "PropagatesStopTo",
    "StopPropagatedFrom",
];

fn dependencies(loaded: &Loaded, directive: &str) -> Result<BTreeSet<String>, Unresolved> {
    let mut names = BTreeSet::new();
    for item in loaded.all(Section::Unit, directive).flat_map(|setting| value::list::units(&setting.value).items) {
        let name = text(&item, &loaded.name)?;
        let unit = name.parse::<UnitName>().ok().and_then(|name| name.for_dependent(&loaded.name));
        // systemd adds no dependency on what is no unit, nor on the unit itself.
        names.extend(unit.filter(|unit| *unit != loaded.name).map(|unit| unit.to_string()));
    }
    Ok(names)
}

/// Conditions, the last one first.
fn conditions(loaded: &Loaded) -> Answer {
    let tests = loaded.effective().filter(|(_, row)| row.name.starts_with("Condition"));
    let tests = tests.map(|(setting, row)| {
        let test = value::list::test(row.name, &setting.value).unwrap();
        Ok(json!([row.name, test.trigger, test.negate, text(&test.argument, &loaded.name)?]))
    });
    Ok(json!(tests.rev_collect()?))
}

trait RevCollect: Iterator<Item = Answer> + Sized {
    fn rev_collect(self) -> Result<Vec<Value>, Unresolved> {
        let mut all = self.collect::<Result<Vec<_>, _>>()?;
        all.reverse();
        Ok(all)
    }
}
impl<I: Iterator<Item = Answer>> RevCollect for I {}

// ---- what systemd says ---------------------------------------------------------------------------

/// Asks for the properties of each unit that `list` names, and writes them to a file each.
const ASK: &str = r#"cd /run/out
while read -r file interface path; do
    busctl --json=short call org.freedesktop.systemd1 "$path" org.freedesktop.DBus.Properties GetAll s \
        "org.freedesktop.systemd1.$interface" >"said/$file.$interface" 2>>said/errors </dev/null
done <list
echo >done
"#;

/// The path of a unit's object on the bus.
fn object(name: &str) -> String {
    let mut path = "/org/freedesktop/systemd1/unit/".to_owned();
    for (at, byte) in name.bytes().enumerate() {
        if byte.is_ascii_alphabetic() || at > 0 && byte.is_ascii_digit() {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("_{byte:02x}"));
        }
    }
    path
}

type Properties = BTreeMap<String, Value>;

/// Boots systemd with these files below /etc/systemd/system, and asks it for the units; nothing where it
/// cannot be booted.
fn ask(files: &[(String, Vec<u8>)], names: &[UnitName]) -> Option<BTreeMap<String, Properties>> {
    let sandbox = Sandbox::new();
    sandbox.directory("out/said");
    for (name, text) in files {
        sandbox.file(&format!("tree/etc/systemd/system/{name}"), text);
    }
    sandbox.file(
        "tree/etc/systemd/system/ask.service",
        "[Unit]\nWants=dbus.service\nAfter=dbus.service\n[Service]\nType=oneshot\nTimeoutStartSec=infinity\n\
         ExecStart=/bin/bash /run/out/ask\n",
    );
    sandbox.file("out/ask", ASK);
    let mut list = String::new();
    for (index, name) in names.iter().enumerate() {
        list.push_str(&format!("{index} Unit {}\n", object(name.as_str())));
        if name.kind() == UnitType::Service {
            list.push_str(&format!("{index} Service {}\n", object(name.as_str())));
        }
    }
    sandbox.file("out/list", list);
    match crate::boot::boot(&sandbox.path("tree"), &sandbox.path("out"), &["--unit=ask.service", "--log-target=kmsg"]) {
        Booted::Done => {}
        Booted::Cannot(why) => {
            skip(&format!("systemd cannot be booted here: {why}"));
            return None;
        }
        Booted::Failed(said) => panic!("systemd was booted, but did not come to an end: {said}"),
    }
    let said = names.iter().enumerate().map(|(index, name)| {
        let mut properties = Properties::new();
        for interface in ["Unit", "Service"] {
            let path = sandbox.path(&format!("out/said/{index}.{interface}"));
            let Ok(bytes) = fs::read(path) else { continue };
            let Ok(answer) = serde_json::from_slice::<Value>(&bytes) else {
                eprintln!("{name}: no answer: {}", sandbox.read("out/said/errors"));
                continue;
            };
            let Value::Object(items) = &answer["data"][0] else { continue };
            properties.extend(items.iter().map(|(key, value)| (key.clone(), value["data"].clone())));
        }
        (name.to_string(), properties)
    });
    Some(said.collect())
}

/// What of a property is compared.
fn relevant(property: &str, value: &Value) -> Value {
    let items = || value.as_array().cloned().unwrap_or_default();
    let set = |items: Vec<Value>| {
        let texts: BTreeSet<String> = items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect();
        json!(texts)
    };
    match property {
        "Environment" | "PassEnvironment" | "UnsetEnvironment" | "RuntimeDirectory" | "StateDirectory" => set(items()),
        "Conditions" => {
            json!(items().iter().map(|item| json!([item[0], item[1], item[2], item[3]])).collect::<Vec<_>>())
        }
        name if name.starts_with("Exec") => {
            let commands = items().into_iter().map(|item| {
                let flags = set(item[2].as_array().cloned().unwrap_or_default());
                json!([item[0], item[1], flags])
            });
            json!(commands.collect::<Vec<_>>())
        }
        _ => value.clone(),
    }
}

// ---- the comparison ------------------------------------------------------------------------------

#[derive(Default)]
struct Comparison {
    compared: BTreeMap<&'static str, usize>,
    unresolved: usize,
    wrong: Vec<String>,
}

impl Comparison {
    fn property(&mut self, kind: &'static str, name: &UnitName, property: &str, said: Answer, real: &Properties) {
        match (said, real.get(property)) {
            (Err(Unresolved), _) => self.unresolved += 1,
            (Ok(_), None) => self.wrong.push(format!("{name}: systemd has no {property}")),
            (Ok(said), Some(real)) => {
                *self.compared.entry(kind).or_default() += 1;
                let real = relevant(property, real);
                if said != real {
                    self.wrong.push(format!("{name}: {property}\n  ours  {said}\n  real  {real}"));
                }
            }
        }
    }

    /// Holds a unit against what systemd says of it. Where nothing is set, systemd has to say what it says of
    /// `plain`, a unit that sets nothing.
    fn unit(
        &mut self,
        loaded: &Loaded,
        real: &Properties,
        plain: Option<&Properties>,
        resolve: &dyn Fn(&str) -> String,
    ) {
        let name = &loaded.name;
        let fatal = loaded.problems.iter().any(|problem| problem.origin.file == 0 && problem.kind.ends_file());
        let state = real.get("LoadState").and_then(Value::as_str).unwrap_or("none");
        if fatal {
            *self.compared.entry("refused").or_default() += 1;
            if state != "bad-setting" && state != "error" {
                self.wrong.push(format!("{name}: we say refused, systemd says {state}: {:?}", loaded.problems));
            }
            return;
        }
        if plain.is_some() && state != "loaded" {
            self.wrong.push(format!("{name}: systemd says {state}, we find nothing fatal: {:?}", loaded.problems));
            return;
        }
        let mut check = |section, directive: &str, property: &str, reading: Reading| {
            let settings: Vec<&Setting> = loaded.all(section, directive).collect();
            let default = plain.and_then(|plain| plain.get(property));
            match (settings.is_empty(), default) {
                (false, _) => self.property("settings", name, property, reading(&settings, name), real),
                // By default a restart kills as a stop does.
                (true, Some(_)) if directive == "RestartKillSignal" && loaded.last(section, "KillSignal").is_some() => {
                }
                (true, Some(default)) => {
                    self.property("defaults", name, property, Ok(relevant(property, default)), real);
                }
                (true, None) => {}
            }
        };
        for (directive, property, reading) in UNIT_READINGS {
            // The default description is the unit's name.
            if *directive != "Description" || loaded.last(Section::Unit, directive).is_some() {
                check(Section::Unit, directive, property, *reading);
            }
        }
        if name.kind() == UnitType::Service {
            for (directive, property, reading) in readings() {
                check(Section::Service, directive, &property, reading);
            }
        }
        self.property("conditions", name, "Conditions", conditions(loaded), real);
        for directive in DEPENDENCIES {
            self.dependency(loaded, directive, real, plain, resolve);
        }
    }

    fn dependency(
        &mut self,
        loaded: &Loaded,
        directive: &str,
        real: &Properties,
        plain: Option<&Properties>,
        resolve: &dyn Fn(&str) -> String,
    ) {
        let names = |properties: &Properties| -> BTreeSet<String> {
            let items = properties.get(directive).and_then(Value::as_array).cloned().unwrap_or_default();
            items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
        };
        let Ok(ours) = dependencies(loaded, directive) else {
            self.unresolved += 1;
            return;
        };
        let ours: BTreeSet<String> =
            ours.iter().map(|name| resolve(name)).filter(|name| name != loaded.name.as_str()).collect();
        // A unit that systemd has not loaded keeps the name that it was called by.
        let real: BTreeSet<String> = names(real).iter().map(|name| resolve(name)).collect();
        *self.compared.entry("dependencies").or_default() += 1;
        let missing: Vec<_> = ours.difference(&real).collect();
        // What systemd adds by itself: for mounts, slices, directories, sockets of the journal and of the bus.
        let implicit = |name: &str| {
            let suffixes = [".mount", ".slice", ".socket", "systemd-remount-fs.service"];
            suffixes.iter().any(|suffix| name.ends_with(suffix))
        };
        let defaults = plain.map(names).unwrap_or_default();
        let more: Vec<_> = real
            .difference(&ours)
            .filter(|name| plain.is_some() && !implicit(name) && !defaults.contains(*name))
            .collect();
        if !missing.is_empty() || !more.is_empty() {
            self.wrong.push(format!("{}: {directive}=: missing {missing:?}, more {more:?}", loaded.name));
        }
    }

    fn finish(self, what: &str) {
        eprintln!("{what}: {:?}, {} depend on the machine", self.compared, self.unresolved);
        let shown = self.wrong[..self.wrong.len().min(40)].join("\n");
        assert!(self.wrong.is_empty(), "{} differences:\n{shown}", self.wrong.len());
    }
}

fn single(name: &UnitName, text: &[u8]) -> Loaded {
    Loaded::read(&UnitFiles::single(name.clone(), Source { name: name.to_string(), text: text.to_vec() }))
}

// ---- units at hand -------------------------------------------------------------------------------

/// A name under which a unit of some directory lies beside all others; a template gets an instance.
fn beside(directory: usize, name: &UnitName) -> (String, UnitName) {
    let file = format!("u{directory}-{name}");
    let unit: UnitName = file.parse().unwrap();
    let unit = unit.with_instance(r"in-st\x2dance").unwrap_or(unit);
    (file, unit)
}

fn at_hand() -> Vec<(usize, UnitName, Vec<u8>)> {
    let mut folders = vec![std::path::PathBuf::from("/lib/systemd/system")];
    if let Some(pairs) = shared("pairs") {
        let mut pairs: Vec<_> = fs::read_dir(pairs).unwrap().map(|entry| entry.unwrap().path()).collect();
        pairs.sort();
        folders.extend(pairs.into_iter().filter(|path| path.is_dir()));
    }
    let mut units = Vec::new();
    let mut bus_names = BTreeSet::new();
    for (index, folder) in folders.iter().enumerate() {
        for path in files(folder) {
            let Some(Ok(name)) = path.file_name().and_then(|name| name.to_str()).map(str::parse::<UnitName>) else {
                continue;
            };
            let text = fs::read(&path).unwrap();
            let wanted = matches!(name.kind(), UnitType::Service | UnitType::Target) && !text.is_empty();
            let bus_name =
                single(&name, &text).last(Section::Service, "BusName").map(|setting| setting.value.to_string());
            // Of two services with one name on the bus systemd refuses the second.
            if wanted && bus_name.is_none_or(|name| bus_names.insert(name)) {
                units.push((index, name, text));
            }
        }
    }
    units
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.is_file() && !path.is_symlink());
    paths.sort();
    paths
}

#[test]
fn systemd_reads_the_units_at_hand_as_we_do() {
    let units = at_hand();
    if units.is_empty() {
        return skip("no units at hand");
    }
    let mut files = Vec::new();
    let mut names = Vec::new();
    for (index, name, text) in &units {
        let (file, unit) = beside(*index, name);
        files.push((file, text.clone()));
        names.push(unit);
    }
    let Some(said) = ask(&files, &names) else { return };
    let known = Directories::scan(&["/lib/systemd/system".into()], None).unwrap();
    let resolve = |name: &str| {
        let files = name.parse().ok().and_then(|name| known.find(&name).ok());
        files.map_or_else(|| name.to_owned(), |files| files.name.to_string())
    };
    let mut comparison = Comparison::default();
    for (name, (_, _, text)) in names.iter().zip(&units) {
        comparison.unit(&single(name, text), &said[name.as_str()], None, &resolve);
    }
    comparison.finish(&format!("{} units at hand", names.len()));
}

// ---- generated units -----------------------------------------------------------------------------

const TIMES: &[&str] = &[
    "5",
    "1min 30s",
    "1min30s",
    "infinity",
    "0",
    "-1",
    "1.5h",
    "abc",
    "",
    "3us",
    "1 2",
    "10 m",
    "1M",
    ".5",
    "5.",
    "0x10",
    "1y 2w",
    "99999999999999999999",
    "+5",
    "1e3",
    "1.5.5",
    "2 h 3",
    "infinity ",
    "1s 1",
    "100ms",
    "1.0000005s",
    "1µs",
    "18446744073709",
    "0.1",
    "- 1",
    "1 min x",
    "5 infinity",
    "1.5",
];
const NUMBERS: &[&str] = &[
    "5",
    "0",
    "0x10",
    "010",
    "-1",
    "a",
    "",
    "4294967295",
    "4294967296",
    "+7",
    "1.5",
    "7 8",
    "0b11",
    "0o17",
    "19",
    "-20",
    "-1000",
];
const BOOLEAN_WORDS: &[&str] =
    &["yes", "no", "1", "0", "TRUE", "False", "on", "off", "y", "n", "t", "f", "", "2", "yes no", "enable"];
const SIGNALS: &[&str] = &[
    "TERM",
    "SIGKILL",
    "9",
    "SIGHUP",
    "0",
    "65",
    "64",
    "RTMIN+3",
    "SIGRTMAX-2",
    "RTMIN",
    "term",
    "CLD",
    "IO",
    "POLL",
    "",
    "SIG",
    "RTMIN+31",
    "RTMIN3",
    "0x9",
];
const STATUSES: &[&str] = &[
    "0",
    "1 2",
    "TEMPFAIL",
    "SIGKILL 250",
    "KILL TERM",
    "256",
    "NOSUCH 3",
    "",
    "0x10 010",
    "EXEC USER",
    "SUCCESS",
    "\"1\" 2",
    "RTMIN+1",
    "-1",
];
const BOUNDS: &[&str] = &[
    "1024",
    "1024:4096",
    "4096:1024",
    "infinity",
    "10:infinity",
    "infinity:10",
    "1K",
    "1K:2M",
    "1min",
    "500ms",
    "",
    ":",
    "1:",
    ":1",
    "1:2:3",
    "-5",
    "+5",
    "-20:+3",
    "40",
    "41",
    "+19",
    "+20",
    "0",
    "1.5G",
    "1G 5M",
    "5M 1G",
    "0x10",
    "1h:2h",
    "18446744073709551615",
];
const MODES: &[&str] = &["022", "0077", "22", "8", "10000", "7777", "", "+22", "0x1", "-1"];
const CHOICES: &[&str] = &[
    "always",
    "no",
    "on-failure",
    "never",
    "simple",
    "exec",
    "idle",
    "process",
    "mixed",
    "none",
    "control-group",
    "main",
    "all",
    "cgroup",
    "continue",
    "kill",
    "",
    "Always",
];
const ASSIGNMENTS: &[&str] = &[
    "A=b",
    "\"A=b c\" D=e",
    "'A=x'\"y\"",
    "A",
    "1A=b",
    "A=%n",
    "A=%i B=%%",
    "A=%z B=c",
    "A=$HOME",
    "",
    "A=a\\nb",
    "A=\\x41\\101\\u00e9",
    "A=b \"C=d",
    "A=\\q B=c",
    "A=b\\",
    "A= B==",
    "A=\\xff",
    "_=x a.b=c",
    "A=b#c ;D=e",
    "=x",
    "A=\\ud800",
    "%p=x",
];
const FILES: &[&str] = &[
    "/etc/a",
    "-/etc/a",
    "etc/a",
    "/etc/%p",
    "-/etc//a/",
    "",
    "- /etc/a",
    "/etc/../a",
    "/a b",
    "/etc/*.conf",
    "-",
    "%t/a",
    "~",
];
const VARIABLES: &[&str] = &["A B", "'A' \"B\"", "1A B", "", "A=b", "A B A", "\"A", "A\\B"];
const COMMANDS: &[&str] = &[
    "/bin/true",
    "/bin/true a b",
    "/bin/true 'a b' \"c d\"",
    "-/bin/false",
    "@/bin/sh sh -c x",
    "+/bin/true",
    "!/bin/true",
    "!!/bin/true",
    ":/bin/true $A",
    "-@:+/bin/sh me x",
    "/bin/true ; /bin/false b",
    "/bin/true \\; x",
    "/bin/true a;b",
    "/bin/true ';' x",
    "/bin/true $A ${B} $$C",
    "/bin/true %n %i %% %p",
    "/bin/true \\x41\\t\\u00e9\\s\\\\",
    "true x",
    "",
    "/bin/true \"\" ''",
    "/bin//true/./x",
    "; /bin/true",
    "/bin/true ;",
    "/bin/true ; ; /bin/false",
    "\"/bin/a b\" c",
    "-",
    "@",
    "bin/true",
    "/bin/true \"a",
    "/bin/true \\q",
    "/bin/true %z",
    "/bin/",
    "-/bin/true %z",
    "-bin/x",
    "-/bin/true \"",
    "\"/bin/true",
    "--/bin/true",
    "+!/bin/true",
    "!!!/bin/true",
    "/bin/true a\\",
    "/bin/t'r'ue",
    "/bin/true  a\tb ",
    "@/bin/sh",
    "@/bin/sh ''",
    "/bin/%p x",
    "%t/x y",
    "/bin/true a\"b c\"d",
    "/bin/true =",
    "/bin/true é",
    "/bin/true #x ;y",
    "/bin/true 'a'b'c'",
    ".",
    "../x",
    "a/b",
];
const DIRECTORIES: &[&str] =
    &["/srv", "-/srv", "~", "-~", "", "srv", "-srv", "/srv//a/.", "/srv/../a", "%t/a", "/srv b"];
const BELOW: &[&str] =
    &["a", "a b/c", "/a", "a:b", "private", "../a", "", "%p", "a//b/.", "\"a b\"", "a private/x c", "x\\x20y"];
const USERS: &[&str] =
    &["root", "nobody", "0", "1000", "", "-x", "a b", "a:b", "%p", "65535", "4294967295", "1a", "été", "..", "a/b"];
const AMOUNTS: &[&str] = &["1G", "infinity", "", "0", "1.5M", "-1", "x", "1024", "50", "1K 5"];
const PERCENTS: &[&str] = &["20%", "150%", "0%", "", "5", "12.5%", "12.345%", "-1%", "1.%"];
const SHARES: &[&str] = &["100", "1", "2", "262144", "262145", "", "0x10", "x", "0"];
const UNITS: &[&str] = &[
    "a.service",
    "a.service b.target",
    "%p-x.service",
    "a@%i.service",
    "a@.service",
    "nonsense",
    "\"a.service\"",
    "a\\x2db.service",
    "",
    "a.service\tc.socket",
    "%z.service b.service",
    "é.service d.service",
    "%I.service e.service",
];
const TESTS: &[&str] = &["/a", "!/a", "|/a", "|!/a", "| ! /a", "!|/a", "a", "", "/a//b/", "%t/x", "/a b", "%z"];

const KEYS: &[(&str, &[&str], &[&str])] = &[
    (
        "Service",
        TIMES,
        &["TimeoutStartSec", "TimeoutStopSec", "TimeoutSec", "RestartSec", "RuntimeMaxSec", "StartLimitInterval"],
    ),
    ("Unit", TIMES, &["StartLimitIntervalSec", "StartLimitInterval"]),
    ("Unit", NUMBERS, &["StartLimitBurst"]),
    ("Service", NUMBERS, &["Nice", "OOMScoreAdjust", "StartLimitBurst"]),
    ("Service", BOOLEAN_WORDS, BOOLEANS),
    ("Unit", BOOLEAN_WORDS, &["StopWhenUnneeded", "IgnoreOnIsolate"]),
    ("Service", SIGNALS, &["KillSignal", "FinalKillSignal", "RestartKillSignal", "WatchdogSignal"]),
    ("Service", STATUSES, &["SuccessExitStatus", "RestartPreventExitStatus", "RestartForceExitStatus"]),
    ("Service", BOUNDS, LIMITS),
    ("Service", MODES, &["UMask", "RuntimeDirectoryMode"]),
    ("Service", CHOICES, &["Restart", "KillMode", "NotifyAccess", "OOMPolicy", "ExitType"]),
    ("Service", ASSIGNMENTS, &["Environment", "UnsetEnvironment"]),
    ("Service", FILES, &["EnvironmentFile"]),
    ("Service", VARIABLES, &["PassEnvironment", "UnsetEnvironment"]),
    (
        "Service",
        COMMANDS,
        &["ExecStartPre", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost", "ExecCondition"],
    ),
    ("Service", DIRECTORIES, &["WorkingDirectory"]),
    ("Service", BELOW, &["RuntimeDirectory", "StateDirectory"]),
    ("Service", USERS, &["User", "Group"]),
    ("Service", AMOUNTS, &["MemoryMax", "MemoryHigh", "MemoryLimit", "TasksMax"]),
    ("Service", PERCENTS, &["CPUQuota"]),
    ("Service", SHARES, &["CPUShares"]),
    ("Unit", UNITS, DEPENDENCIES),
    ("Unit", TESTS, &["ConditionPathExists", "ConditionHost", "ConditionPathIsDirectory", "ConditionUser"]),
];

/// Odd forms of an assignment, and lines that are none.
fn line() -> impl Strategy<Value = String> {
    let assignment = (0..KEYS.len(), any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..12u8).prop_map(
        |(row, key, value, form)| {
            let (section, values, keys) = KEYS[row];
            let (key, value) = (key.get(keys), value.get(values));
            let assignment = match form {
                0 => format!("  {key} \t= {value}  "),
                1 => format!("{key}=\\\n  {value}"),
                2 => format!("{key}={}", value.replacen(' ', "\\\n# a comment\n ; \\\n", 1)),
                3 => format!("{key}={value} \\\n"),
                4 => format!("{key}={value}\r"),
                _ => format!("{key}={value}"),
            };
            format!("[{section}]\n{assignment}\n")
        },
    );
    let odd = prop::sample::select(
        &[
            "no equals sign\n",
            "=x\n",
            "Colour=red\n",
            "[X-A]\nA=b\n",
            "[Socket]\nAccept=yes\n",
            "\u{feff}[Service]\n",
            "[Unknown]\nRestart=always\n",
            " [Service] \nX-Y=z\n",
        ][..],
    );
    prop_oneof![14 => assignment, 1 => odd.prop_map(str::to_owned)]
}

fn generated() -> Vec<(UnitName, Vec<u8>)> {
    let mut runner = TestRunner::deterministic();
    let lines = prop::collection::vec(line(), 1..10);
    let mut units: Vec<Vec<u8>> = (0..300)
        .map(|_| {
            format!("[Service]\nExecStart=/bin/true\n{}", lines.new_tree(&mut runner).unwrap().current().concat())
                .into_bytes()
        })
        .collect();
    // Each value of each pool at least once, alone, so that nothing fatal hides it.
    for (section, values, keys) in KEYS {
        for (index, value) in values.iter().enumerate() {
            let key = keys[index % keys.len()];
            units.push(format!("[Service]\nExecStart=/bin/true\n[{section}]\n{key}={value}\n").into_bytes());
        }
    }
    for key in LIMITS {
        units.extend(
            BOUNDS.chunks(1).map(|value| format!("[Service]\nExecStart=/bin/true\n{key}={}\n", value[0]).into_bytes()),
        );
    }
    for bytes in [
        &b"[Service]\nExecStart=/bin/true\nNice=1\n[Bad\nNice=2\n"[..],
        b"[Service]\nExecStart=/bin/true\nDescription=\xff\n",
        b"[Service]\0ExecStart=/bin/true\0Nice=3\0",
        b"[Service]\n\rExecStart=/bin/true\rNice=4\r\nUMask=0",
    ] {
        units.push(bytes.to_vec());
    }
    let named = units.into_iter().enumerate().map(|(index, text)| {
        let name = if index % 5 == 0 { format!("g-{index}@a-b.service") } else { format!("g-{index}.service") };
        (name.parse().unwrap(), text)
    });
    named.collect()
}

#[test]
fn systemd_reads_generated_units_as_we_do() {
    let plain: UnitName = "plain.service".parse().unwrap();
    let mut units = generated();
    units.push((plain.clone(), b"[Service]\nExecStart=/bin/true\n".to_vec()));
    let files: Vec<(String, Vec<u8>)> = units
        .iter()
        .map(|(name, text)| {
            (name.template().map_or_else(|| name.to_string(), |template| template.to_string()), text.clone())
        })
        .collect();
    let names: Vec<UnitName> = units.iter().map(|(name, _)| name.clone()).collect();
    let Some(said) = ask(&files, &names) else { return };
    let mut comparison = Comparison::default();
    let default = &said[plain.as_str()];
    for (name, text) in &units {
        let before = comparison.wrong.len();
        comparison.unit(&single(name, text), &said[name.as_str()], Some(default), &str::to_owned);
        if comparison.wrong.len() > before {
            comparison.wrong.push(format!("  in {:?}", text.as_bstr()));
        }
    }
    comparison.finish(&format!("{} generated units", units.len()));
}
