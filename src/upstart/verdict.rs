//! Would Upstart load this? The answer, and all that it would have made of the job.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use bstr::ByteSlice as _;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::value::RawValue;

use super::condition::{Condition, Step};
use super::defaults;
use super::document::Document;
use super::job::{Expect, Job, Process};
use super::keywords::{CONSOLES, EXPECTS, name_of};
use super::refusal::Refusal;
use crate::service::{CgroupSetting, Exit};
use crate::text::{Sourced, Text, line};

/// Reads a job and, where there is one, its override, as Upstart does: an override with an error is
/// left aside, and the job stands alone.
///
/// # Errors
/// Upstart's error in the job itself.
pub fn load(conf: &[u8], over: Option<&[u8]>) -> Result<Job, Refusal> {
    let job = Job::read(conf)?;
    if let Some(over) = over {
        let mut both = job.clone();
        if both.lay_over(over, &Document::read(over), 1).is_ok() {
            return Ok(both);
        }
    }
    Ok(job)
}

/// What Upstart makes of a file: one line of `cutover check --format jsonl`.
pub struct Verdict<'a> {
    file: &'a str,
    text: &'a [u8],
    answer: &'a Result<Job, Refusal>,
}

impl<'a> Verdict<'a> {
    /// The verdict on `file`, whose text is `text`.
    pub fn new(file: &'a str, text: &'a [u8], answer: &'a Result<Job, Refusal>) -> Self {
        Verdict { file, text, answer }
    }
}

impl Serialize for Verdict<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("file", self.file)?;
        map.serialize_entry("ok", &self.answer.is_ok())?;
        match self.answer {
            Ok(job) => fields(&mut map, job)?,
            Err(refusal) => {
                map.serialize_entry("error", &refusal.error.to_string())?;
                map.serialize_entry("errname", refusal.error.errname())?;
                map.serialize_entry("line", &line(self.text, refusal.at))?;
            }
        }
        map.end()
    }
}

/// A loaded job's fields, with Upstart's defaults where nothing was said. What is not UTF-8 becomes U+FFFD.
fn fields<M: SerializeMap>(map: &mut M, job: &Job) -> Result<(), M::Error> {
    let about =
        [("description", &job.description), ("author", &job.author), ("version", &job.version), ("usage", &job.usage)];
    for (name, text) in about {
        map.serialize_entry(name, &optional(text.as_ref()))?;
    }
    map.serialize_entry("instance", &optional(job.instance.as_ref()).unwrap_or_default())?;
    for (name, tree_name, condition) in
        [("start_on", "start_on_tree", &job.start_on), ("stop_on", "stop_on_tree", &job.stop_on)]
    {
        let condition = condition.as_ref().map(|condition| &condition.value);
        map.serialize_entry(name, &condition.map(ToString::to_string))?;
        map.serialize_entry(tree_name, &condition.and_then(tree))?;
    }
    for (name, list) in [("emits", &job.emits), ("env", &job.env), ("export", &job.export)] {
        let texts: Vec<_> = list.iter().map(|text| text.value.to_str_lossy()).collect();
        map.serialize_entry(name, &texts)?;
    }
    map.serialize_entry("process", &processes(job))?;
    map.serialize_entry("expect", name_of(EXPECTS, &value(job.expect.as_ref(), Expect::None)))?;
    map.serialize_entry("task", &job.task.is_some())?;
    let timeout = defaults::STOP_TIMEOUT.cast_signed();
    map.serialize_entry("kill_timeout", &value(job.kill_timeout.as_ref(), timeout))?;
    map.serialize_entry("kill_signal", &value(job.kill_signal.as_ref(), defaults::STOP_SIGNAL).0)?;
    map.serialize_entry("reload_signal", &value(job.reload_signal.as_ref(), defaults::RELOAD_SIGNAL).0)?;
    map.serialize_entry("respawn", &job.respawn.is_some())?;
    let limit = value(job.respawn_limit.as_ref(), defaults::RESPAWN_LIMIT);
    map.serialize_entry("respawn_limit", &limit.count)?;
    map.serialize_entry("respawn_interval", &limit.interval)?;
    let exits: Vec<u32> = job.normal_exit.iter().map(|exit| exit_number(exit.value)).collect();
    map.serialize_entry("normalexit", &exits)?;
    map.serialize_entry("console", name_of(CONSOLES, &value(job.console.as_ref(), defaults::CONSOLE)))?;
    map.serialize_entry("umask", &format!("{:04o}", value(job.umask.as_ref(), defaults::UMASK)))?;
    map.serialize_entry("nice", &job.nice.as_ref().map(|nice| nice.value))?;
    map.serialize_entry("oom_score_adj", &value(job.oom_score_adj.as_ref(), 0))?;
    let limits: BTreeMap<_, _> = job.limits.iter().map(|(of, limit)| (*of, limit.value)).collect();
    map.serialize_entry("limits", &limits)?;
    let environment = [
        ("chroot", &job.chroot),
        ("chdir", &job.chdir),
        ("setuid", &job.setuid),
        ("setgid", &job.setgid),
        ("apparmor_switch", &job.apparmor_switch),
    ];
    for (name, text) in environment {
        map.serialize_entry(name, &optional(text.as_ref()))?;
    }
    map.serialize_entry("cgroups", &cgroups(job))?;
    // Only a special build of Upstart honors `debug`.
    map.serialize_entry("debug", &false)
}

fn optional(text: Option<&Sourced<Text>>) -> Option<Cow<'_, str>> {
    text.map(|text| text.value.to_str_lossy())
}

fn value<T: Copy>(slot: Option<&Sourced<T>>, default: T) -> T {
    slot.map_or(default, |sourced| sourced.value)
}

fn cgroups(job: &Job) -> Vec<impl Serialize> {
    #[derive(Serialize)]
    struct Cgroup<'a> {
        controller: Cow<'a, str>,
        name: Option<Cow<'a, str>>,
        key: Option<Cow<'a, str>>,
        value: Option<Cow<'a, str>>,
    }
    let settings = job.cgroups.iter().map(|setting| &setting.value);
    let cgroups = settings.map(|CgroupSetting { controller, name, key, value }| Cgroup {
        controller: controller.to_str_lossy(),
        name: name.as_ref().map(|name| name.to_str_lossy()),
        key: key.as_ref().map(|key| key.to_str_lossy()),
        value: value.as_ref().map(|value| value.to_str_lossy()),
    });
    cgroups.collect()
}

fn processes(job: &Job) -> BTreeMap<&'static str, impl Serialize> {
    #[derive(Serialize)]
    struct Command {
        script: bool,
        command: String,
    }
    let of =
        |process: &Process| Command { script: process.script, command: process.command.to_str_lossy().into_owned() };
    let mut processes: BTreeMap<_, _> =
        job.processes.iter().map(|(kind, process)| (kind.name(), of(&process.value))).collect();
    if let Some(profile) = &job.apparmor_load {
        // Upstart runs this ahead of pre-start, as a process of its own.
        let command = format!("/sbin/apparmor_parser -r -W {}", profile.value);
        processes.insert("security", Command { script: false, command });
    }
    processes
}

/// Exit statuses as they are, signals times 256.
fn exit_number(exit: Exit) -> u32 {
    match exit {
        Exit::Status(status) => status,
        Exit::Signal(signal) => signal.0 << 8,
    }
}

/// The tree as nested JSON objects.
fn tree(condition: &Condition) -> Option<Box<RawValue>> {
    #[derive(Serialize)]
    struct Leaf<'a> {
        op: &'static str,
        name: Cow<'a, str>,
        env: Vec<Cow<'a, str>>,
    }
    let mut out = String::new();
    let written = condition.walk(|step| match step {
        Step::Open(operator) => write!(out, r#"{{"op":"{operator}","left":"#),
        Step::Between(_) => out.write_str(r#","right":"#),
        Step::Close => out.write_char('}'),
        Step::Event(event) => {
            let env = event.env.iter().map(|value| value.to_str_lossy()).collect();
            let leaf = Leaf { op: "match", name: event.name.to_str_lossy(), env };
            out.write_str(&serde_json::to_string(&leaf).unwrap_or_default())
        }
    });
    written.ok()?;
    RawValue::from_string(out).ok()
}
