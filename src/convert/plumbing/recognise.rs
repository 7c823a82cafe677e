//! Whether a job with the name of a stock job is that job. There is no copy of the jobs as shipped to compare
//! with, and they differed from release to release. So this looks for what an administrator would have
//! changed: the program and its options, the events, the environment, limits, paths of one's own.

use bstr::{BString, ByteSlice as _};

use super::session_table::{SESSION_EVENTS, SESSION_VARIABLES};
use super::stock;
use super::table::{EVENTS, SURROUNDINGS, Stock, VARIABLES};
use crate::service::Scope;
use crate::upstart::condition::{Condition, ConditionNode, EventMatch};
use crate::upstart::document::Document;
use crate::upstart::job::{Job, ProcessType};

/// What shows that a job is not the one that was shipped; nothing if it looks like that.
pub(super) fn difference(scope: Scope, stock: &Stock, text: &[u8]) -> Option<String> {
    let mut job = Job::default();
    if let Err(refusal) = job.lay_over(text, &Document::read(text), 0) {
        return Some(format!("Upstart refuses it ({})", refusal.error));
    }
    processes(stock, &job)
        .or_else(|| arguments(stock, &job))
        .or_else(|| events(scope, &job))
        .or_else(|| emitted(scope, &job))
        .or_else(|| environment(scope, &job))
        .or_else(|| surroundings(stock, &job))
}

fn processes(stock: &Stock, job: &Job) -> Option<String> {
    let commands: Vec<&BString> = job.processes.values().map(|process| &process.value.command).collect();
    let mut programs = stock.runs.iter().filter(|program| !program.is_empty());
    if commands.is_empty() {
        return (!stock.runs.contains(&"")).then(|| "it runs nothing".to_owned());
    }
    if !programs.clone().any(|program| commands.iter().any(|command| mentions(command, program.as_bytes()))) {
        return Some(match programs.next() {
            Some(program) => format!("`{program}` does not occur in it"),
            None => "the stock job has no process".to_owned(),
        });
    }
    let mut own = commands.iter().filter_map(|command| place(command));
    own.next().map(|place| format!("it reaches into {}", place.as_bstr()))
}

/// Directories that a distribution's job reaches into; `/com/` and `/org/` begin the names of objects on D-Bus.
const SYSTEM: &[&str] = &[
    "bin", "boot", "cdrom", "com", "dev", "etc", "lib", "lib64", "org", "proc", "rofs", "root", "run",
    "sbin", "sys", "tmp", "usr", "var",
];

/// A directory in a command that no distribution's job reaches into.
fn place(command: &[u8]) -> Option<&[u8]> {
    let begins = |at: &usize| {
        let before = at.checked_sub(1).and_then(|at| command.get(at));
        before.is_none_or(|byte| byte.is_ascii_whitespace() || b"\"'=(`<>;".contains(byte))
    };
    command.find_iter("/").filter(begins).find_map(|at| {
        let path = command.get(at..)?;
        if path.starts_with(b"/usr/local/") {
            return path.get(..11);
        }
        let name = path.get(1..)?.split_once_str("/")?.0;
        let is_name =
            !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte));
        let own = is_name && !SYSTEM.iter().any(|known| known.as_bytes() == name);
        own.then(|| path.get(..name.len() + 2))?
    })
}

/// An event that a command emits, and that none of a distribution's jobs does.
fn emitted(scope: Scope, job: &Job) -> Option<String> {
    let commands = job.processes.values().flat_map(|process| {
        process.value.command.find_iter("initctl emit").filter_map(|at| process.value.command.get(at + 12..))
    });
    let mut events = commands.filter_map(|behind| {
        let mut words = behind.split(|byte| b" \t\n;|&\"'()".contains(byte));
        words.find(|word| !word.is_empty() && !word.starts_with(b"-") && *word != b"\\")
    });
    let other =
        events.find(|event| !event.contains(&b'$') && !is_of_job(event) && !is_shipped(scope, event))?;
    Some(format!("it emits `{}`", other.as_bstr()))
}

/// Whether an event is one of those that Upstart emits of each job.
fn is_of_job(event: &[u8]) -> bool {
    matches!(event, b"starting" | b"started" | b"stopping" | b"stopped")
}

fn is_shipped(scope: Scope, event: &[u8]) -> bool {
    let known = match scope {
        Scope::System => EVENTS,
        Scope::Session => SESSION_EVENTS,
    };
    known.iter().any(|row| match row.strip_prefix('*') {
        Some(end) => event.ends_with(end.as_bytes()),
        None => event == row.as_bytes(),
    })
}

/// Whether a command has this in it, and not only within a longer name.
fn mentions(command: &[u8], what: &[u8]) -> bool {
    let in_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    command.find_iter(what).any(|at| {
        let before = at.checked_sub(1).and_then(|at| command.get(at));
        let behind = command.get(at + what.len());
        !before.is_some_and(in_name) && !behind.is_some_and(in_name)
    })
}

/// Options of the main process that the job as shipped does not have.
fn arguments(stock: &Stock, job: &Job) -> Option<String> {
    let shipped = stock.args?;
    let main = &job.processes.get(&ProcessType::Main)?.value;
    if main.script {
        return None;
    }
    let words = main.command.split_str(b" ").flat_map(|word| word.split(u8::is_ascii_whitespace));
    let mut own = words.filter(|word| !word.is_empty()).skip(1);
    let other = own.find(|word| !shipped.split(' ').any(|known| known.as_bytes() == *word))?;
    Some(format!("its program gets `{}`", other.as_bstr()))
}

fn events(scope: Scope, job: &Job) -> Option<String> {
    if job.start_on.is_none() && job.disabled_start_on.is_none() && job.instance.is_none() {
        return Some("it has no `start on`".to_owned());
    }
    let conditions = [&job.start_on, &job.disabled_start_on, &job.stop_on].into_iter().flatten();
    let mut other = conditions.flat_map(|condition| strange(scope, &condition.value));
    other.next().map(|event| format!("it waits for `{event}`"))
}

/// The events of a condition that no distribution's job waits for.
fn strange(scope: Scope, condition: &Condition) -> impl Iterator<Item = &EventMatch> {
    let events = condition.nodes.iter().filter_map(|node| match node {
        ConditionNode::Event(event) => Some(event),
        ConditionNode::And | ConditionNode::Or => None,
    });
    events.filter(move |event| {
        let of_stock = || {
            let (job, _) = event.value(0, "JOB")?;
            (job.contains(&b'$') || stock(scope, job).is_some()).then_some(())
        };
        !(is_shipped(scope, &event.name) || is_of_job(&event.name) && of_stock().is_some())
    })
}

fn environment(scope: Scope, job: &Job) -> Option<String> {
    let variables = match scope {
        Scope::System => VARIABLES,
        Scope::Session => SESSION_VARIABLES,
    };
    let names =
        job.env.iter().map(|entry| entry.value.split_once_str("=").map_or(entry.value.as_slice(), |it| it.0));
    let mut other = names.filter(|name| !variables.iter().any(|known| known.as_bytes() == *name));
    other.next().map(|name| format!("it sets `{}`", name.as_bstr()))
}

fn surroundings(stock: &Stock, job: &Job) -> Option<String> {
    let stanzas = [
        ("apparmor switch", job.apparmor_switch.is_some()),
        ("cgroup", !job.cgroups.is_empty()),
        ("chdir", job.chdir.is_some()),
        ("chroot", job.chroot.is_some()),
        ("limit", !job.limits.is_empty()),
        ("nice", job.nice.is_some()),
        ("oom score", job.oom_score_adj.is_some()),
        ("setgid", job.setgid.is_some()),
        ("setuid", job.setuid.is_some()),
        ("umask", job.umask.is_some()),
    ];
    let shipped = |stanza: &str| SURROUNDINGS.contains(&(stock.name, stanza));
    let other = stanzas.into_iter().find(|(stanza, present)| *present && !shipped(stanza))?;
    Some(format!("it has `{}`", other.0))
}
