//! Stub programs in the place of those that the jobs of another machine run, and units for what else it has. The units
//! that were converted stay as they are: a stub lies at the very path of the program, or ahead of it in the search path.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use bstr::{BString, ByteSlice as _};
use cutover::link::vendor_jobs;
use cutover::service::Scope;
use cutover::service::{Command, Part, Ready, Run, Service, Target};
use cutover::systemd::names;
use cutover::upstart::job::ProcessType::Main;

use super::jobs::{Jobs, Own};
use super::machine::{UNITS, furnish};
use crate::boot::{accounts, support};
use crate::common::Sandbox;

/// Programs that only look, or touch nothing beyond the machine; and those by which units work.
const REAL: &[&str] = &[
    "[",
    "awk",
    "basename",
    "bash",
    "cat",
    "chmod",
    "cut",
    "dirname",
    "egrep",
    "env",
    "false",
    "grep",
    "head",
    "kill",
    "ln",
    "ls",
    "perl",
    "pidof",
    "printf",
    "readlink",
    "rmdir",
    "sed",
    "seq",
    "sh",
    "sort",
    "systemctl",
    "tail",
    "test",
    "touch",
    "tr",
    "true",
    "uname",
    "wc",
];

/// Words of the shell itself.
const SHELL: &[&str] = &[
    "break", "case", "cd", "continue", "done", "echo", "esac", "eval", "exit", "export", "fi", "for", "in", "local",
    "read", "return", "set", "shift", "trap", "ulimit", "umask", "unset", "wait",
];

/// Words behind which a program stands.
const PREFIXES: &[&str] = &["exec", "nohup", "command", "setsid"];

/// All commands of a service.
fn commands(service: &Service) -> impl Iterator<Item = &Command> {
    let hooks = service.hooks.iter().map(|hook| &hook.command.value);
    service.main.iter().map(|main| &main.value).chain(hooks)
}

/// The simple commands in a command.
fn simple(command: &Command) -> Vec<Vec<BString>> {
    match &command.run {
        Run::Argv(words) => vec![words.iter().map(|word| BString::from(word.as_slice())).collect()],
        Run::Expand(words) => {
            let plain = |word: &Vec<Part>| match word.as_slice() {
                [Part::Text(text)] => BString::from(text.as_slice()),
                _ => BString::from("$"),
            };
            vec![words.iter().map(plain).collect()]
        }
        Run::Line(text) | Run::Script(text) => {
            let commands = text.outline().commands.iter().cloned();
            commands
                .map(|words| {
                    let is_prefix = |word: &BString| PREFIXES.iter().any(|prefix| *word == prefix.as_bytes());
                    words.into_iter().skip_while(is_prefix).collect()
                })
                .collect()
        }
    }
}

/// Programs that a command runs or looks for, by name or by path.
fn programs(command: &Command) -> Vec<String> {
    let mut programs = Vec::new();
    for words in simple(command) {
        let looked_for = words.windows(2).find(|pair| pair[0] == "-x").map(|pair| &pair[1]);
        for word in words.first().into_iter().chain(looked_for) {
            let word = word.to_str_lossy();
            let plain = |c: char| c.is_ascii_alphanumeric() || "/._+-".contains(c);
            let name = word.rsplit('/').next().unwrap_or_default();
            if word.chars().all(plain)
                && name.starts_with(|c: char| c.is_ascii_alphanumeric())
                && ![REAL, SHELL].concat().contains(&name)
            {
                programs.push(word.into_owned());
            }
        }
    }
    programs
}

/// Whether the main process goes on: one that somebody stops, or that is started again, does so until then.
fn stays(own: &Own) -> bool {
    let wanted = own.job.stop_on.is_some() || own.job.respawn.is_some() || own.job.expect.is_some();
    wanted && !own.task()
}

/// Whether the main process ends by itself.
pub fn ends(own: &Own) -> bool {
    own.has(Main) && !stays(own)
}

/// What the stub of a job's main program does: the program's name, and words for `note`.
fn main_program(own: &Own) -> Option<(String, String)> {
    let command = &own.service.main.last()?.value;
    if !stays(own) && matches!(command.run, Run::Script(_)) {
        // It goes on as long as its commands do.
        return None;
    }
    let last = simple(command).pop()?;
    let program = last.first()?.to_str_lossy().rsplit('/').next()?.to_owned();
    let does = match own.service.ready.value {
        _ if !stays(own) => "0.05".to_owned(),
        Ready::Forked(1) => "fork".to_owned(),
        Ready::Forked(_) => "daemon".to_owned(),
        _ => "serve".to_owned(),
    };
    let pid_file = command.facts.pid_file.as_ref().filter(|_| matches!(own.service.ready.value, Ready::Forked(_)));
    let pid_file = pid_file.map_or(String::new(), |file| format!(" --pid-file {file}"));
    Some((program, does + &pid_file))
}

/// Whether a stub writes down that the main program of a job runs.
pub fn is_seen(own: &Own) -> bool {
    own.has(Main)
        && main_program(own).is_some_and(|(program, _)| {
            own.service
                .main
                .iter()
                .any(|main| programs(&main.value).iter().any(|path| path.rsplit('/').next() == Some(&program)))
        })
}

/// Puts a stub in the place of every program that the jobs run.
pub fn programs_of(jobs: &Jobs, sandbox: &Sandbox) {
    fs::copy(support("stub"), sandbox.path("tree/usr/local/bin/stub")).unwrap();
    let mut paths = BTreeSet::new();
    let mut mains = String::new();
    for (name, own) in &jobs.all {
        paths.extend(commands(&own.service).flat_map(programs));
        if let Some((program, does)) = main_program(own) {
            let _ = writeln!(mains, "{name} {program} {does}");
        }
    }
    sandbox.file("out/mains", mains);
    paths.insert("systemctl".to_owned());
    for path in paths {
        let path = if path.contains('/') { path } else { format!("/usr/local/sbin/{path}") };
        if path.starts_with('/') {
            sandbox.link(&format!("tree{path}"), "/usr/local/bin/stub");
        }
    }
    for file in jobs.all.values().flat_map(|own| commands(&own.service)).flat_map(sourced) {
        let inside = format!("tree{file}");
        if !Path::new(&file).exists() && !sandbox.path(&inside).exists() {
            sandbox.file(&inside, "");
        }
    }
    users(jobs, sandbox);
    remember(jobs, sandbox);
}

/// Has systemd keep in mind all units, and when they did what: it forgets those that are down and that no other names.
fn remember(jobs: &Jobs, sandbox: &Sandbox) {
    let units = jobs.all.values().filter(|own| own.service.instance.is_none());
    let names: Vec<_> = units.map(|own| format!("{}.service", names::unit(&own.service.name))).collect();
    sandbox.file(
        &format!("{UNITS}/machine.service.d/remember.conf"),
        format!("[Unit]\nJoinsNamespaceOf={}\n", names.join(" ")),
    );
}

/// Files that a command takes settings and functions from.
fn sourced(command: &Command) -> Vec<String> {
    let words = simple(command).into_iter().filter(|words| words.first().is_some_and(|word| word == "."));
    let files = words.filter_map(|words| Some(words.get(1)?.to_string()));
    files.filter(|file| file.starts_with('/') && !file.contains('$')).collect()
}

/// Adds the users and groups that the jobs run as.
fn users(jobs: &Jobs, sandbox: &Sandbox) {
    for (file, rest) in [("passwd", ":x:990:990::/:/bin/sh"), ("group", ":x:990:")] {
        let mut text = accounts(file);
        let names = jobs.all.values().flat_map(|own| {
            let user = own.service.user.iter().filter(|_| file == "passwd");
            user.chain(&own.service.group).map(|name| name.value.to_string())
        });
        for name in names.collect::<BTreeSet<_>>() {
            if !text.lines().any(|line| line.split(':').next() == Some(&name)) {
                let _ = writeln!(text, "{name}{rest}");
            }
        }
        sandbox.file(&format!("tree/etc/{file}"), text);
    }
}

/// Units that are there already.
fn is_there(unit: &str) -> bool {
    let udev = unit.starts_with("systemd-udev");
    unit == "dbus.service" || unit.starts_with("systemd-") && !udev
}

/// Adds the units that the target has in the place of jobs that its distribution shipped.
pub fn units_in_place(jobs: &Jobs, sandbox: &Sandbox) {
    let retired = jobs.retired.iter().filter_map(|job| vendor_jobs::find(Scope::System, job.as_bytes()));
    for vendor_job in retired {
        let Some(unit) = vendor_job.replacement.unit().filter(|unit| unit.ends_with(".service") && !unit.contains('@'))
        else {
            continue;
        };
        if is_there(unit) {
            continue;
        }
        let name = unit.trim_end_matches(".service");
        let early = vendor_jobs::is_early(&Target::Service(name.into()));
        let place = if early {
            ("DefaultDependencies=no\nBefore=sysinit.target shutdown.target\nConflicts=shutdown.target\n", "sysinit")
        } else {
            ("", "multi-user")
        };
        let does = if vendor_jobs::is_boot_task(vendor_job.name.as_bytes()) {
            ("oneshot\nRemainAfterExit=yes", "0.02")
        } else {
            ("exec", "serve")
        };
        let text = format!(
            "[Unit]\n{}\n[Service]\nType={}\nExecStart=/usr/local/bin/note {name} main {}\n\n\
             [Install]\nWantedBy={}.target\n",
            place.0, does.0, does.1, place.1
        );
        furnish(sandbox, unit, &text);
    }
    sandbox.link(&format!("{UNITS}/multi-user.target.wants/dbus.service"), "/lib/systemd/system/dbus.service");
}
