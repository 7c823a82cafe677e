//! Would Upstart load this? The answer, and all that it would have made of the job.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bstr::{BStr, BString, ByteSlice as _};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::condition::{Condition, ConditionNode, EventMatch};
use super::document::Document;
use super::job::{Console, Expect, Job, NormalExit, ProcessType};
use super::refusal::Refusal;
use crate::service::{Limit, Resource, Signal};
use crate::text::{Sourced, line};

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

/// One line of `cutover check --format jsonl`.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Verdict<'a> {
    /// Upstart loads the job.
    Loads(Box<Loaded<'a>>),
    /// Upstart refuses the file.
    Refuses(Refused<'a>),
}

/// Why a file is refused.
#[derive(Serialize)]
#[allow(missing_docs)]
pub struct Refused<'a> {
    file: &'a str,
    ok: bool,
    error: String,
    errname: &'static str,
    line: usize,
}

impl<'a> Verdict<'a> {
    /// The verdict on `file`, whose text is `text`.
    pub fn new(file: &'a str, text: &[u8], answer: &'a Result<Job, Refusal>) -> Self {
        match answer {
            Ok(job) => Verdict::Loads(Box::new(Loaded::new(file, job))),
            Err(refusal) => Verdict::Refuses(Refused {
                file,
                ok: false,
                error: refusal.error.to_string(),
                errname: refusal.error.errname(),
                line: line(text, refusal.at),
            }),
        }
    }
}

/// A loaded job's fields, with Upstart's defaults where nothing was said.
#[derive(Serialize)]
#[allow(missing_docs)]
pub struct Loaded<'a> {
    file: &'a str,
    ok: bool,
    description: Option<Text<'a>>,
    author: Option<Text<'a>>,
    version: Option<Text<'a>>,
    usage: Option<Text<'a>>,
    instance: Text<'a>,
    start_on: Option<String>,
    start_on_tree: Option<Box<RawValue>>,
    stop_on: Option<String>,
    stop_on_tree: Option<Box<RawValue>>,
    emits: Vec<Text<'a>>,
    env: Vec<Text<'a>>,
    export: Vec<Text<'a>>,
    process: BTreeMap<&'static str, Command>,
    expect: Expect,
    task: bool,
    kill_timeout: i64,
    kill_signal: u32,
    reload_signal: u32,
    respawn: bool,
    respawn_limit: i32,
    respawn_interval: i64,
    normalexit: Vec<u32>,
    console: Console,
    umask: String,
    nice: Option<i32>,
    oom_score_adj: i32,
    limits: BTreeMap<Resource, Limit>,
    chroot: Option<Text<'a>>,
    chdir: Option<Text<'a>>,
    setuid: Option<Text<'a>>,
    setgid: Option<Text<'a>>,
    apparmor_switch: Option<Text<'a>>,
    cgroups: Vec<Cgroup<'a>>,
    debug: bool,
}

#[derive(Serialize)]
struct Command {
    script: bool,
    command: String,
}

#[derive(Serialize)]
struct Cgroup<'a> {
    controller: Text<'a>,
    name: Option<Text<'a>>,
    key: Option<Text<'a>>,
    value: Option<Text<'a>>,
}

/// Bytes as JSON text: what is not UTF-8 becomes U+FFFD.
struct Text<'a>(&'a BStr);

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_str_lossy())
    }
}

fn text(value: &BString) -> Text<'_> {
    Text(value.as_bstr())
}

fn optional(value: Option<&Sourced<BString>>) -> Option<Text<'_>> {
    value.map(|value| text(&value.value))
}

fn list(values: &[Sourced<BString>]) -> Vec<Text<'_>> {
    values.iter().map(|value| text(&value.value)).collect()
}

fn value<T: Copy>(slot: Option<&Sourced<T>>, default: T) -> T {
    slot.map_or(default, |sourced| sourced.value)
}

impl<'a> Loaded<'a> {
    fn new(file: &'a str, job: &'a Job) -> Self {
        let limit = value(job.respawn_limit.as_ref(), super::job::RespawnLimit::default());
        let start = job.start_on.as_ref().map(|condition| &condition.value);
        let stop = job.stop_on.as_ref().map(|condition| &condition.value);
        Loaded {
            file,
            ok: true,
            description: optional(job.description.as_ref()),
            author: optional(job.author.as_ref()),
            version: optional(job.version.as_ref()),
            usage: optional(job.usage.as_ref()),
            instance: job.instance.as_ref().map_or(Text(b"".as_bstr()), |name| text(&name.value)),
            start_on: start.map(ToString::to_string),
            start_on_tree: start.and_then(tree),
            stop_on: stop.map(ToString::to_string),
            stop_on_tree: stop.and_then(tree),
            emits: list(&job.emits),
            env: list(&job.env),
            export: list(&job.export),
            process: processes(job),
            expect: value(job.expect.as_ref(), Expect::None),
            task: job.task.is_some(),
            kill_timeout: value(job.kill_timeout.as_ref(), 5),
            kill_signal: value(job.kill_signal.as_ref(), Signal::TERM).0,
            reload_signal: value(job.reload_signal.as_ref(), Signal::HUP).0,
            respawn: job.respawn.is_some(),
            respawn_limit: limit.count,
            respawn_interval: limit.interval,
            normalexit: job.normal_exit.iter().map(|exit| exit_number(exit.value)).collect(),
            console: value(job.console.as_ref(), Console::Log),
            umask: format!("{:04o}", value(job.umask.as_ref(), 0o022)),
            nice: job.nice.as_ref().map(|nice| nice.value),
            oom_score_adj: value(job.oom_score_adj.as_ref(), 0),
            limits: job.limits.iter().map(|(resource, limit)| (*resource, limit.value)).collect(),
            chroot: optional(job.chroot.as_ref()),
            chdir: optional(job.chdir.as_ref()),
            setuid: optional(job.setuid.as_ref()),
            setgid: optional(job.setgid.as_ref()),
            apparmor_switch: optional(job.apparmor_switch.as_ref()),
            cgroups: cgroups(job),
            // Only a special build of Upstart heeds `debug`.
            debug: false,
        }
    }
}

fn cgroups(job: &Job) -> Vec<Cgroup<'_>> {
    job.cgroups
        .iter()
        .map(|Sourced { value, .. }| Cgroup {
            controller: text(&value.controller),
            name: value.name.as_ref().map(text),
            key: value.key.as_ref().map(text),
            value: value.value.as_ref().map(text),
        })
        .collect()
}

fn processes(job: &Job) -> BTreeMap<&'static str, Command> {
    let mut processes: BTreeMap<_, _> = job
        .processes
        .iter()
        .map(|(kind, process)| {
            let command = process.value.command.to_str_lossy().into_owned();
            (kind.name(), Command { script: process.value.script, command })
        })
        .collect();
    if let Some(profile) = &job.apparmor_load {
        // Upstart runs this ahead of pre-start, as a process of its own.
        let command = format!("/sbin/apparmor_parser -r -W {}", profile.value);
        processes.insert("security", Command { script: false, command });
    }
    processes
}

impl ProcessType {
    /// The process's name in stanzas and events.
    pub fn name(self) -> &'static str {
        match self {
            ProcessType::PreStart => "pre-start",
            ProcessType::Main => "main",
            ProcessType::PostStart => "post-start",
            ProcessType::PreStop => "pre-stop",
            ProcessType::PostStop => "post-stop",
        }
    }
}

/// Exit statuses as they are, signals times 256.
fn exit_number(exit: NormalExit) -> u32 {
    match exit {
        NormalExit::Status(status) => status,
        NormalExit::Signal(signal) => signal.0 << 8,
    }
}

impl std::fmt::Display for EventMatch {
    /// The event as Upstart lists it: a value with blanks in double quotes.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.name)?;
        for entry in &self.env {
            match entry.split_once_str("=") {
                Some((key, value)) if value.find_byteset(b" \t").is_some() => {
                    write!(f, " {}=\"{}\"", key.as_bstr(), value.as_bstr())?;
                }
                _ => write!(f, " {entry}")?,
            }
        }
        Ok(())
    }
}

impl std::fmt::Display for Condition {
    /// The condition as Upstart lists it: a pair of parentheses for each operator.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.walk(|step| match step {
            Step::Event(event) => write!(f, "{event}"),
            Step::Open(_) => f.write_char('('),
            Step::Between(operator) => write!(f, " {operator} "),
            Step::Close => f.write_char(')'),
        })
    }
}

/// A step of a walk through a condition, left to right.
#[derive(Clone, Copy)]
#[allow(missing_docs)]
pub enum Step<'a> {
    Event(&'a EventMatch),
    Open(&'static str),
    Between(&'static str),
    Close,
}

impl Condition {
    /// Walks through the tree in order, without recursion.
    ///
    /// # Errors
    /// The first error that `visit` returns.
    pub fn walk<E>(&self, mut visit: impl FnMut(Step<'_>) -> Result<(), E>) -> Result<(), E> {
        enum Todo {
            Node(usize),
            Between(&'static str),
            Close,
        }
        let operands = self.operands();
        let mut todo: Vec<Todo> = self.nodes.len().checked_sub(1).map(Todo::Node).into_iter().collect();
        while let Some(next) = todo.pop() {
            match next {
                Todo::Between(operator) => visit(Step::Between(operator))?,
                Todo::Close => visit(Step::Close)?,
                Todo::Node(index) => match &self.nodes[index] {
                    ConditionNode::Event(event) => visit(Step::Event(event))?,
                    operator => {
                        let name = if *operator == ConditionNode::And { "and" } else { "or" };
                        let (left, right) = operands[index];
                        visit(Step::Open(name))?;
                        todo.extend([Todo::Close, Todo::Node(right), Todo::Between(name), Todo::Node(left)]);
                    }
                },
            }
        }
        Ok(())
    }
}

/// The tree as nested JSON objects.
fn tree(condition: &Condition) -> Option<Box<RawValue>> {
    let mut out = String::new();
    condition
        .walk(|step| match step {
            Step::Open(operator) => write!(out, r#"{{"op":"{operator}","left":"#),
            Step::Between(_) => out.write_str(r#","right":"#),
            Step::Close => out.write_char('}'),
            Step::Event(event) => {
                let env = event.env.iter().map(text).collect();
                let leaf = Leaf { op: "match", name: text(&event.name), env };
                out.push_str(&serde_json::to_string(&leaf).unwrap_or_default());
                Ok(())
            }
        })
        .ok()?;
    RawValue::from_string(out).ok()
}

#[derive(Serialize)]
struct Leaf<'a> {
    op: &'static str,
    name: Text<'a>,
    env: Vec<Text<'a>>,
}
