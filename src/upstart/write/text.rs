//! A job as text that Upstart reads back to the same job.
//!
//! Stanzas stand in the order that most jobs have: what it is, when it runs, what it takes and gives, how
//! it lives, what it runs with, and last its processes.

use bstr::{BString, ByteSlice as _};

use super::command::{check_block, holds, stanza_name};
use super::condition;
use super::quote::{Why, assignment, word};
use crate::service::{Bound, Comment, Limit, Resource, Signal};
use crate::text::{Origin, Sourced};
use crate::upstart::job::{
    Cgroup, Console, Expect, Job, NormalExit, Process, ProcessType, RespawnLimit, score_of_oom,
};
use crate::upstart::stanza::RESOURCES;
use crate::upstart::version::UpstartVersion;

/// The text of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The text. Upstart loads it, whatever could not be written.
    pub text: Vec<u8>,
    /// What is not in it.
    pub unwritable: Vec<Unwritable>,
}

/// A stanza that could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unwritable {
    /// The words that it begins with.
    pub what: &'static str,
    /// Where its value comes from.
    pub origin: Origin,
    /// Why.
    pub why: Why,
}

/// Where lists and comments end a line.
const WIDTH: usize = 80;

/// Writes a job and the comments that belong to its stanzas, by their origins. A comment whose stanza is not
/// written stands at the head. The version decides between forms that mean the same; whether it knows every
/// stanza is the matter of [`lower`](super::older::lower).
pub fn text(job: &Job, comments: &[Comment], target: UpstartVersion) -> Written {
    let mut writer = Writer::default();
    writer.about(job);
    writer.occasion(job);
    writer.surface(job);
    writer.life(job);
    writer.surroundings(job, target);
    writer.processes(job);
    let text = lay_out(&writer.stanzas, comments);
    Written { text, unwritable: writer.unwritable }
}

/// A stanza's lines without the last line end.
struct Lines {
    /// Blank lines stand between groups.
    group: usize,
    origin: Origin,
    text: Vec<u8>,
}

#[derive(Default)]
struct Writer {
    group: usize,
    stanzas: Vec<Lines>,
    unwritable: Vec<Unwritable>,
}

type Value = Result<Vec<u8>, Why>;

impl Writer {
    fn about(&mut self, job: &Job) {
        self.string("description", job.description.as_ref());
        self.string("author", job.author.as_ref());
        self.string("version", job.version.as_ref());
        self.string("usage", job.usage.as_ref());
    }

    fn occasion(&mut self, job: &Job) {
        self.group += 1;
        let start_on = job.start_on.as_ref().or(job.disabled_start_on.as_ref());
        for (what, condition) in [("start on", start_on), ("stop on", job.stop_on.as_ref())] {
            if let Some(condition) = condition {
                self.whole(what, condition.origin, condition::stanza(what, &condition.value));
            }
        }
        self.flag("manual", job.manual.as_ref());
    }

    fn surface(&mut self, job: &Job) {
        self.group += 1;
        self.string("instance", job.instance.as_ref());
        self.list("emits", &job.emits, |event| word(event));
        for entry in &job.env {
            self.put("env", entry.origin, assignment(&entry.value));
        }
        self.list("export", &job.export, |name| word(name));
        // Of Chrome OS's own Upstart.
        for (what, list) in [("import", &job.import), ("tmpfiles", &job.tmpfiles)] {
            for entry in list {
                self.put(what, entry.origin, Err(Why::ChromeOs));
            }
        }
    }

    fn life(&mut self, job: &Job) {
        self.group += 1;
        self.value("expect", job.expect.as_ref(), |expect| Ok(expect_name(*expect)));
        self.flag("task", job.task.as_ref());
        self.flag("respawn", job.respawn.as_ref());
        self.value("respawn limit", job.respawn_limit.as_ref(), respawn_limit);
        self.list("normal exit", &job.normal_exit, |exit| normal_exit(*exit));
        self.value("kill signal", job.kill_signal.as_ref(), |number| signal(*number));
        self.value("kill timeout", job.kill_timeout.as_ref(), |seconds| ranged(*seconds, 0, i64::MAX));
        self.value("reload signal", job.reload_signal.as_ref(), |number| signal(*number));
    }

    fn surroundings(&mut self, job: &Job, target: UpstartVersion) {
        self.group += 1;
        self.string("setuid", job.setuid.as_ref());
        self.string("setgid", job.setgid.as_ref());
        self.string("chroot", job.chroot.as_ref());
        self.string("chdir", job.chdir.as_ref());
        self.value("console", job.console.as_ref(), |console| Ok(console_name(*console)));
        self.value("umask", job.umask.as_ref(), |umask| match umask {
            0..=0o777 => Ok(format!("{umask:03o}").into_bytes()),
            _ => Err(Why::Value),
        });
        self.value("nice", job.nice.as_ref(), |nice| ranged((*nice).into(), -20, 19));
        if target.knows("oom score") {
            self.value("oom score", job.oom_score_adj.as_ref(), |score| match score {
                -1000 => Ok(b"never".to_vec()),
                _ => ranged((*score).into(), -1000, 1000),
            });
        } else {
            self.value("oom", job.oom_score_adj.as_ref(), |score| match score {
                -1000 => Ok(b"never".to_vec()),
                -1000..=1000 => Ok(old_oom(*score).to_string().into_bytes()),
                _ => Err(Why::Value),
            });
        }
        for (resource, limit) in &job.limits {
            self.put("limit", limit.origin, resource_limit(*resource, limit.value));
        }
        self.string("apparmor load", job.apparmor_load.as_ref());
        self.string("apparmor switch", job.apparmor_switch.as_ref());
        for entry in &job.cgroups {
            self.put("cgroup", entry.origin, cgroup(&entry.value));
        }
        self.flag("debug", job.debug.as_ref());
    }

    fn processes(&mut self, job: &Job) {
        for kind in ORDER {
            if let Some(process) = job.processes.get(kind) {
                self.group += 1;
                let what = stanza_name(*kind, process.value.script);
                self.whole(what, process.origin, process_stanza(what, &process.value));
            }
        }
    }

    fn string(&mut self, what: &'static str, value: Option<&Sourced<BString>>) {
        self.value(what, value, |value| word(value));
    }

    fn flag(&mut self, what: &'static str, flag: Option<&Sourced<()>>) {
        if let Some(flag) = flag {
            self.whole(what, flag.origin, Ok(what.as_bytes().to_vec()));
        }
    }

    fn value<T>(&mut self, what: &'static str, value: Option<&Sourced<T>>, write: impl Fn(&T) -> Value) {
        if let Some(value) = value {
            self.put(what, value.origin, write(&value.value));
        }
    }

    /// Values of one origin stand on one line, as long as it is not too wide.
    fn list<T>(&mut self, what: &'static str, list: &[Sourced<T>], write: impl Fn(&T) -> Value) {
        let mut line: Option<(Origin, Vec<u8>)> = None;
        for entry in list {
            match (write(&entry.value), &mut line) {
                (Ok(value), Some((origin, values)))
                    if *origin == entry.origin && what.len() + values.len() + value.len() + 2 <= WIDTH =>
                {
                    values.push(b' ');
                    values.extend(value);
                }
                (Ok(value), _) => {
                    if let Some((origin, values)) = line.replace((entry.origin, value)) {
                        self.put(what, origin, Ok(values));
                    }
                }
                (Err(why), _) => self.put(what, entry.origin, Err(why)),
            }
        }
        if let Some((origin, values)) = line {
            self.put(what, origin, Ok(values));
        }
    }

    fn put(&mut self, what: &'static str, origin: Origin, value: Value) {
        self.whole(what, origin, value.map(|value| [what.as_bytes(), b" ", &value].concat()));
    }

    fn whole(&mut self, what: &'static str, origin: Origin, text: Value) {
        match text {
            Ok(text) => self.stanzas.push(Lines { group: self.group, origin, text }),
            Err(why) => self.unwritable.push(Unwritable { what, origin, why }),
        }
    }
}

/// The processes in the order that jobs have them.
const ORDER: &[ProcessType] = &[
    ProcessType::PreStart,
    ProcessType::Main,
    ProcessType::PostStart,
    ProcessType::PreStop,
    ProcessType::PostStop,
];

fn process_stanza(what: &str, process: &Process) -> Value {
    let command = process.meant.as_ref().unwrap_or(&process.command);
    if !process.script {
        return if holds(command) {
            Ok([what.as_bytes(), b" ", command].concat())
        } else if command.trim_ascii().is_empty() {
            Err(Why::Empty)
        } else {
            Err(Why::Command)
        };
    }
    check_block(command)?;
    // Upstart takes away what all lines are indented by, and only that. Where an empty line is, it would
    // have to be indented, too.
    let indented = command.first().is_some_and(u8::is_ascii_whitespace);
    let airy = command.lines_with_terminator().any(|line| line == b"\n");
    let indent: &[u8] = if indented || airy { b"" } else { b"    " };
    let mut out = [what.as_bytes(), b"\n"].concat();
    for line in command.lines_with_terminator() {
        out.extend_from_slice(indent);
        out.extend_from_slice(line);
    }
    out.extend_from_slice(b"end script");
    Ok(out)
}

fn ranged(value: i64, least: i64, most: i64) -> Value {
    if (least..=most).contains(&value) { Ok(value.to_string().into_bytes()) } else { Err(Why::Value) }
}

fn expect_name(expect: Expect) -> Vec<u8> {
    match expect {
        Expect::None => b"none".to_vec(),
        Expect::Stop => b"stop".to_vec(),
        Expect::Daemon => b"daemon".to_vec(),
        Expect::Fork => b"fork".to_vec(),
    }
}

fn console_name(console: Console) -> Vec<u8> {
    match console {
        Console::None => b"none".to_vec(),
        Console::Log => b"log".to_vec(),
        Console::Output => b"output".to_vec(),
        Console::Owner => b"owner".to_vec(),
    }
}

fn respawn_limit(limit: &RespawnLimit) -> Value {
    match limit {
        RespawnLimit { count: 0, interval: 0 } => Ok(b"unlimited".to_vec()),
        RespawnLimit { count: 0.., interval: 0.. } => {
            Ok(format!("{} {}", limit.count, limit.interval).into_bytes())
        }
        _ => Err(Why::Value),
    }
}

fn normal_exit(exit: NormalExit) -> Value {
    match exit {
        NormalExit::Status(status) => ranged(status.into(), 0, i32::MAX.into()),
        // A number would be an exit status.
        NormalExit::Signal(signal) => signal.name().map(|name| name.as_bytes().to_vec()).ok_or(Why::Value),
    }
}

fn signal(signal: Signal) -> Value {
    match signal.name() {
        Some(name) => Ok(name.as_bytes().to_vec()),
        None => ranged(signal.0.into(), 0, i32::MAX.into()),
    }
}

fn resource_limit(resource: Resource, limit: Limit) -> Value {
    let (name, _) = RESOURCES.iter().find(|(_, known)| *known == resource).ok_or(Why::Value)?;
    let bound = |bound| match bound {
        Bound::Unlimited | Bound::At(u64::MAX) => "unlimited".to_owned(),
        Bound::At(value) => value.to_string(),
    };
    Ok(format!("{name} {} {}", bound(limit.soft), bound(limit.hard)).into_bytes())
}

fn cgroup(cgroup: &Cgroup) -> Value {
    if cgroup.key.is_some() != cgroup.value.is_some() {
        return Err(Why::Value);
    }
    let words = [Some(&cgroup.controller), cgroup.name.as_ref(), cgroup.key.as_ref(), cgroup.value.as_ref()];
    let words: Vec<Vec<u8>> =
        words.into_iter().flatten().map(|value| word(value)).collect::<Result<_, _>>()?;
    Ok(words.join(&b' '))
}

/// The value of the old scale whose score is nearest (init(5), "oom").
pub(super) fn old_oom(score: i32) -> i32 {
    let distance = |old: &i32| (score_of_oom(*old) - score).abs();
    (-16..=15).min_by_key(distance).unwrap_or(0)
}

fn lay_out(stanzas: &[Lines], comments: &[Comment]) -> Vec<u8> {
    let first_of = |origin: Origin| stanzas.iter().position(|stanza| stanza.origin == origin);
    let place = |comment: &Comment| comment.before.and_then(first_of);
    let mut out = Vec::new();
    for comment in comments.iter().filter(|comment| place(comment).is_none()) {
        write_comment(&mut out, comment);
        out.push(b'\n');
    }
    for (index, stanza) in stanzas.iter().enumerate() {
        if index > 0 && stanzas[index - 1].group != stanza.group {
            out.push(b'\n');
        }
        let mut own = comments.iter().filter(|comment| place(comment) == Some(index)).peekable();
        while let Some(comment) = own.next() {
            write_comment(&mut out, comment);
            if own.peek().is_some() {
                out.push(b'\n');
            }
        }
        out.extend_from_slice(&stanza.text);
        out.push(b'\n');
    }
    out
}

fn write_comment(out: &mut Vec<u8>, comment: &Comment) {
    for line in comment.lines.iter().flat_map(|line| line.split(|byte| *byte == b'\n')) {
        if !line.starts_with(b"#") {
            out.extend_from_slice(if line.is_empty() { b"#" } else { b"# " });
        }
        out.extend_from_slice(line);
        out.push(b'\n');
    }
}
