//! Whether a job with the name of a vendor job is that job. There is no copy of the jobs as shipped to compare
//! with, and they differed from release to release. So this looks for what an administrator would have
//! changed: the program and its options, the events, the environment, limits, paths of one's own.

use bstr::{BString, ByteSlice as _};

use super::find;
use super::table::{EXEC_ENVIRONMENTS, Shipped, VendorJob};
use crate::findings::codes;
use crate::service::Scope;
use crate::upstart::condition::EventMatch;
use crate::upstart::document::Document;
use crate::upstart::job::{Job, ProcessType};
use crate::upstart::read::{JobFiles, Reading};

/// Whether a job is one to retire. Where it only has the name of one, it gets a finding.
pub fn judge(files: &JobFiles, reading: &mut Reading) -> Option<&'static VendorJob> {
    let scope = reading.service.scope;
    let vendor_job = find(scope, files.name.as_bytes()).filter(|it| it.replacement.retires())?;
    let Some(difference) = difference(scope, vendor_job, &files.conf.text) else { return Some(vendor_job) };
    let VendorJob { name, why, .. } = vendor_job;
    let finding = match vendor_job.replacement.unit() {
        Some(unit) if !unit.ends_with(".service") => codes::not_vendor_job_of_target(name, difference, why),
        Some(unit) if unit.strip_suffix(".service") == Some(name) => {
            codes::not_vendor_job_of_unit(name, difference, unit)
        }
        Some(unit) => codes::not_vendor_job_beside(name, difference, unit),
        None => codes::not_vendor_job_retired(name, difference, why),
    };
    reading.findings.push(finding.beside(reading.stanzas.first().copied()));
    None
}

/// What shows that a job is not the one that was shipped; nothing if it looks like that.
fn difference(scope: Scope, vendor_job: &VendorJob, text: &[u8]) -> Option<String> {
    let mut job = Job::default();
    if let Err(refusal) = job.lay_over(text, &Document::read(text), 0) {
        return Some(format!("Upstart refuses it ({})", refusal.error));
    }
    processes(vendor_job, &job)
        .or_else(|| arguments(vendor_job, &job))
        .or_else(|| events(scope, &job))
        .or_else(|| emitted(scope, &job))
        .or_else(|| environment(scope, &job))
        .or_else(|| exec_environment(vendor_job, &job))
}

fn processes(vendor_job: &VendorJob, job: &Job) -> Option<String> {
    let commands: Vec<&BString> = job.processes.values().map(|process| &process.value.command).collect();
    if commands.is_empty() {
        return (!vendor_job.runs.contains(&"")).then(|| "it runs nothing".to_owned());
    }
    let programs = vendor_job.runs.iter().filter(|program| !program.is_empty());
    let programs: Vec<String> = programs.map(|program| program.replace('*', vendor_job.name)).collect();
    let occurs = |program: &String| commands.iter().any(|command| mentions(command, program.as_bytes()));
    if !programs.iter().any(occurs) {
        return Some(match programs.first() {
            Some(program) => format!("`{program}` does not occur in it"),
            None => "the vendor job has no process".to_owned(),
        });
    }
    let own = commands.iter().find_map(|command| place(command))?;
    Some(format!("it reaches into {}", own.as_bstr()))
}

/// Directories that a distribution's job reaches into; `/com/` and `/org/` begin the names of objects on D-Bus.
const SYSTEM: &[&str] = &[
    "bin", "boot", "cdrom", "com", "dev", "etc", "lib", "lib64", "org", "proc", "rofs", "root", "run", "sbin", "sys",
    "tmp", "usr", "var",
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
        let is_name = !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte));
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
    let other = events.find(|event| !event.contains(&b'$') && !is_of_job(event) && !is_shipped(scope, event))?;
    Some(format!("it emits `{}`", other.as_bstr()))
}

/// Whether an event is one of those that Upstart emits of each job.
fn is_of_job(event: &[u8]) -> bool {
    matches!(event, b"starting" | b"started" | b"stopping" | b"stopped")
}

fn is_shipped(scope: Scope, event: &[u8]) -> bool {
    Shipped::of(scope).events.iter().any(|row| match row.strip_prefix('*') {
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
fn arguments(vendor_job: &VendorJob, job: &Job) -> Option<String> {
    let shipped = vendor_job.args?;
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
    let is_of_vendor_job = |event: &EventMatch| {
        let job = event.value(0, "JOB").map(|(job, _)| job);
        is_of_job(&event.name) && job.is_some_and(|job| job.contains(&b'$') || find(scope, job).is_some())
    };
    let mut events = conditions.flat_map(|condition| condition.value.events());
    let other = events.find(|event| !is_shipped(scope, &event.name) && !is_of_vendor_job(event))?;
    Some(format!("it waits for `{other}`"))
}

fn environment(scope: Scope, job: &Job) -> Option<String> {
    let variables = Shipped::of(scope).variables;
    let names = job.env.iter().map(|entry| entry.value.split_once_str("=").map_or(entry.value.as_slice(), |it| it.0));
    let mut other = names.filter(|name| !variables.iter().any(|known| known.as_bytes() == *name));
    other.next().map(|name| format!("it sets `{}`", name.as_bstr()))
}

fn exec_environment(vendor_job: &VendorJob, job: &Job) -> Option<String> {
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
    let shipped = |stanza: &str| EXEC_ENVIRONMENTS.contains(&(vendor_job.name, stanza));
    let other = stanzas.into_iter().find(|(stanza, present)| *present && !shipped(stanza))?;
    Some(format!("it has `{}`", other.0))
}
