//! Stub programs in the place of those that the jobs of another machine run, and units for what else it has. The units
//! that were converted stay as they are: a stub lies at the very path of the program, or ahead of it in the search path.

use std::collections::BTreeSet;
use std::fs;

use bstr::{BString, ByteSlice as _};
use cutover::convert::plumbing::{self, STOCK};
use cutover::service::{Command, Party, Ready, Run, Service};
use cutover::upstart::job::ProcessType::Main;
use cutover::upstart::read::scripts::Scan;

use super::common::{Sandbox, repository};
use super::jobs::{Jobs, Own};
use super::machine::{UNITS, furnish};

/// Programs that only look, or touch nothing beyond the machine; and those by which units work.
const REAL: &[&str] = &[
    "[", "awk", "basename", "bash", "cat", "chmod", "cut", "dirname", "egrep", "env", "false", "grep", "head",
    "kill", "ln", "ls", "mkdir", "perl", "pidof", "printf", "readlink", "rmdir", "sed", "seq", "sh", "sleep", "sort",
    "systemctl", "tail", "test", "touch", "tr", "true", "uname", "wc",
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
        Run::Line(text) | Run::Script(text) => {
            let commands = Scan::of(text).commands.into_iter();
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
            if word.chars().all(plain) && !name.is_empty() && !REAL.contains(&name) {
                programs.push(word.into_owned());
            }
        }
    }
    programs
}

/// What the stub of a job's main program does: the program's name, and words for `note`.
fn main_program(own: &Own) -> Option<(String, String)> {
    let command = &own.service.main.last()?.value;
    let last = simple(command).pop()?;
    let program = last.first()?.to_str_lossy().rsplit('/').next()?.to_owned();
    // One that somebody stops, or that is started again, goes on until then.
    let stays = own.job.stop_on.is_some() || own.job.respawn.is_some() || own.job.expect.is_some();
    let does = match own.service.ready.value {
        _ if own.task() || !stays => "0.05".to_owned(),
        Ready::Forked(1) => "fork".to_owned(),
        Ready::Forked(_) => "daemon".to_owned(),
        _ => "serve".to_owned(),
    };
    let pid_file = command.traits.pid_file.as_ref().filter(|_| matches!(own.service.ready.value, Ready::Forked(_)));
    let pid_file = pid_file.map_or(String::new(), |file| format!(" --pid-file {file}"));
    Some((program, does + &pid_file))
}

/// Whether a stub writes down that the main program of a job runs.
pub fn is_seen(own: &Own) -> bool {
    own.has(Main) && main_program(own).is_some_and(|(program, _)| {
        own.service.main.iter().any(|main| programs(&main.value).iter().any(|path| path.rsplit('/').next() == Some(&program)))
    })
}

/// Puts a stub in the place of every program that the jobs run.
pub fn programs_of(jobs: &Jobs, sandbox: &Sandbox) {
    fs::copy(repository("tests/support/stub"), sandbox.path("tree/usr/local/bin/stub")).unwrap();
    let mut paths = BTreeSet::new();
    let mut mains = String::new();
    for (name, own) in &jobs.all {
        paths.extend(commands(&own.service).flat_map(programs));
        if let Some((program, does)) = main_program(own) {
            mains += &format!("{name} {program} {does}\n");
        }
    }
    sandbox.file("out/mains", mains);
    for path in paths {
        let path = if path.contains('/') { path } else { format!("/usr/local/sbin/{path}") };
        if path.starts_with('/') {
            sandbox.link(&format!("tree{path}"), "/usr/local/bin/stub");
        }
    }
    users(jobs, sandbox);
}

/// Adds the users and groups that the jobs run as.
fn users(jobs: &Jobs, sandbox: &Sandbox) {
    for (file, rest) in [("passwd", ":x:990:990::/:/bin/sh"), ("group", ":x:990:")] {
        let mut text = fs::read_to_string(format!("/etc/{file}")).unwrap();
        let names = jobs.all.values().flat_map(|own| {
            let user = own.service.user.iter().filter(|_| file == "passwd");
            user.chain(&own.service.group).map(|name| name.value.to_string())
        });
        for name in names.collect::<BTreeSet<_>>() {
            if !text.lines().any(|line| line.split(':').next() == Some(&name)) {
                text += &format!("{name}{rest}\n");
            }
        }
        sandbox.file(&format!("tree/etc/{file}"), text);
    }
}

/// Adds the units that the target has in the place of jobs that its distribution shipped.
pub fn units_in_place(jobs: &Jobs, sandbox: &Sandbox) {
    let mut done = BTreeSet::from(["dbus.service"]);
    for stock in STOCK.iter().filter(|stock| !jobs.all.contains_key(stock.name)) {
        let Some(unit) = stock.fate.unit().filter(|unit| unit.ends_with(".service") && !unit.contains('@')) else {
            continue;
        };
        if !done.insert(unit) {
            continue;
        }
        let name = unit.trim_end_matches(".service");
        let early = plumbing::is_early(&Party::Service(name.into()));
        let place = if early {
            ("DefaultDependencies=no\nBefore=sysinit.target shutdown.target\nConflicts=shutdown.target\n", "sysinit")
        } else {
            ("", "multi-user")
        };
        let does = if plumbing::is_boot_task(stock.name.as_bytes()) {
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
