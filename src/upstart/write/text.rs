//! A job as text that Upstart reads back to the same job.
//!
//! Stanzas stand in the order that most jobs have: what it is, when it runs, what it takes and gives, how
//! it lives, what it runs with, and last its processes.

use std::ops::RangeInclusive;

use bstr::ByteSlice as _;

use super::command::{check_block, holds, stanza_name};
use super::condition;
use super::quote::{Why, assignment, word};
use crate::service::{Bound, CgroupSetting, Comment, Exit, Limit, Resource, Signal};
use crate::text::{Origin, Sourced, Text};
use crate::upstart::job::{Job, Process, RespawnLimit, score_of_oom};
use crate::upstart::keywords::{CONSOLES, EXPECTS, RESOURCES, name_of};
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
    pub origin: Option<Origin>,
    /// Why.
    pub why: Why,
}

/// Where lists and comments end a line.
const WIDTH: usize = 80;

/// Writes a job and the comments that belong to its stanzas, by their origins. A comment whose stanza is not
/// written stands at the head. The version decides between forms that mean the same; whether it knows every
/// stanza is the matter of [`downgrade`](super::downgrade::downgrade).
pub fn text(job: &Job, comments: &[Comment], target: UpstartVersion) -> Written {
    let mut writer = Writer::default();
    writer.about(job);
    writer.conditions(job);
    writer.interface(job);
    writer.life(job);
    writer.exec_environment(job, target);
    for (kind, process) in &job.processes {
        writer.group += 1;
        let what = stanza_name(*kind, process.value.script);
        writer.whole(what, process.origin(), process_stanza(what, &process.value));
    }
    let text = lay_out(&writer.stanzas, comments);
    Written { text, unwritable: writer.unwritable }
}

/// A stanza's lines without the last line end.
struct Lines {
    /// Blank lines stand between groups.
    group: usize,
    origin: Option<Origin>,
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
        self.string("description", &job.description);
        self.string("author", &job.author);
        self.string("version", &job.version);
        self.string("usage", &job.usage);
    }

    fn conditions(&mut self, job: &Job) {
        self.group += 1;
        let start_on = job.start_on.as_ref().or(job.disabled_start_on.as_ref());
        for (what, condition) in [("start on", start_on), ("stop on", job.stop_on.as_ref())] {
            if let Some(condition) = condition {
                self.whole(what, condition.origin(), condition::stanza(what, &condition.value));
            }
        }
        self.flag("manual", &job.manual);
    }

    fn interface(&mut self, job: &Job) {
        self.group += 1;
        self.string("instance", &job.instance);
        self.list("emits", &job.emits, |event| word(event));
        self.each("env", &job.env, |entry| assignment(entry));
        self.list("export", &job.export, |name| word(name));
        // Of Chrome OS's own Upstart.
        self.each("import", &job.import, |_| Err(Why::ChromeOs));
        self.each("tmpfiles", &job.tmpfiles, |_| Err(Why::ChromeOs));
    }

    fn life(&mut self, job: &Job) {
        self.group += 1;
        self.each("expect", &job.expect, |expect| plain(name_of(EXPECTS, expect)));
        self.flag("task", &job.task);
        self.flag("respawn", &job.respawn);
        self.each("respawn limit", &job.respawn_limit, respawn_limit);
        self.list("normal exit", &job.normal_exit, |exit| normal_exit(*exit));
        self.each("kill signal", &job.kill_signal, |number| signal(*number));
        self.each("kill timeout", &job.kill_timeout, |seconds| ranged(*seconds, 0..=i64::MAX));
        self.each("reload signal", &job.reload_signal, |number| signal(*number));
    }

    fn exec_environment(&mut self, job: &Job, target: UpstartVersion) {
        self.group += 1;
        self.string("setuid", &job.setuid);
        self.string("setgid", &job.setgid);
        self.string("chroot", &job.chroot);
        self.string("chdir", &job.chdir);
        self.each("console", &job.console, |console| plain(name_of(CONSOLES, console)));
        self.each("umask", &job.umask, |umask| match umask {
            0..=0o777 => plain(format!("{umask:03o}")),
            _ => Err(Why::Value),
        });
        self.each("nice", &job.nice, |nice| ranged((*nice).into(), -20..=19));
        let (oom, is_score) = if target.knows("oom score") { ("oom score", true) } else { ("oom", false) };
        self.each(oom, &job.oom_score_adj, |score| match score {
            -1000 => plain("never"),
            -1000..=1000 => plain(if is_score { *score } else { old_oom(*score) }),
            _ => Err(Why::Value),
        });
        for (resource, limit) in &job.limits {
            self.put("limit", limit.origin(), resource_limit(*resource, limit.value));
        }
        self.string("apparmor load", &job.apparmor_load);
        self.string("apparmor switch", &job.apparmor_switch);
        self.each("cgroup", &job.cgroups, cgroup);
        self.flag("debug", &job.debug);
    }

    fn string<'v>(&mut self, what: &'static str, value: impl IntoIterator<Item = &'v Sourced<Text>>) {
        self.each(what, value, |value| word(value));
    }

    fn flag<'v>(&mut self, what: &'static str, flag: impl IntoIterator<Item = &'v Sourced<()>>) {
        for flag in flag {
            self.whole(what, flag.origin(), plain(what));
        }
    }

    /// A stanza for each value.
    fn each<'v, T: 'v>(
        &mut self,
        what: &'static str,
        values: impl IntoIterator<Item = &'v Sourced<T>>,
        write: impl Fn(&T) -> Value,
    ) {
        for value in values {
            self.put(what, value.origin(), write(&value.value));
        }
    }

    /// Values of one origin stand on one line, as long as it is not too wide.
    fn list<T>(&mut self, what: &'static str, list: &[Sourced<T>], write: impl Fn(&T) -> Value) {
        let mut line: Option<(Option<Origin>, Vec<u8>)> = None;
        for entry in list {
            match (write(&entry.value), &mut line) {
                (Ok(value), Some((origin, values)))
                    if *origin == entry.origin() && what.len() + values.len() + value.len() + 2 <= WIDTH =>
                {
                    values.push(b' ');
                    values.extend(value);
                }
                (Ok(value), _) => {
                    if let Some((origin, values)) = line.replace((entry.origin(), value)) {
                        self.put(what, origin, Ok(values));
                    }
                }
                (Err(why), _) => self.put(what, entry.origin(), Err(why)),
            }
        }
        if let Some((origin, values)) = line {
            self.put(what, origin, Ok(values));
        }
    }

    fn put(&mut self, what: &'static str, origin: Option<Origin>, value: Value) {
        self.whole(what, origin, value.map(|value| [what.as_bytes(), b" ", &value].concat()));
    }

    fn whole(&mut self, what: &'static str, origin: Option<Origin>, text: Value) {
        match text {
            Ok(text) => self.stanzas.push(Lines { group: self.group, origin, text }),
            Err(why) => self.unwritable.push(Unwritable { what, origin, why }),
        }
    }
}

fn process_stanza(what: &str, process: &Process) -> Value {
    let command = process.intended();
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

/// A value that needs no quotes.
#[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, reason = "as its callers have and need it")]
fn plain(value: impl ToString) -> Value {
    Ok(value.to_string().into_bytes())
}

fn ranged(value: i64, range: RangeInclusive<i64>) -> Value {
    if range.contains(&value) { plain(value) } else { Err(Why::Value) }
}

fn respawn_limit(limit: &RespawnLimit) -> Value {
    match limit {
        RespawnLimit { count: 0, interval: 0 } => plain("unlimited"),
        RespawnLimit { count: 0.., interval: 0.. } => plain(format!("{} {}", limit.count, limit.interval)),
        _ => Err(Why::Value),
    }
}

fn normal_exit(exit: Exit) -> Value {
    match exit {
        Exit::Status(status) => ranged(status.into(), 0..=i32::MAX.into()),
        // A number would be an exit status.
        Exit::Signal(signal) => signal.name().map_or(Err(Why::Value), plain),
    }
}

fn signal(signal: Signal) -> Value {
    signal.name().map_or_else(|| ranged(signal.0.into(), 0..=i32::MAX.into()), plain)
}

fn resource_limit(resource: Resource, limit: Limit) -> Value {
    let (name, _) = RESOURCES.iter().find(|(_, known)| *known == resource).ok_or(Why::Value)?;
    let bound = |bound| match bound {
        Bound::Unlimited | Bound::At(u64::MAX) => "unlimited".to_owned(),
        Bound::At(value) => value.to_string(),
    };
    plain(format!("{name} {} {}", bound(limit.soft), bound(limit.hard)))
}

fn cgroup(setting: &CgroupSetting) -> Value {
    if setting.key.is_some() != setting.value.is_some() {
        return Err(Why::Value);
    }
    let more = [&setting.name, &setting.key, &setting.value].into_iter().flatten();
    let words: Result<Vec<_>, _> = std::iter::once(&setting.controller).chain(more).map(|it| word(it)).collect();
    Ok(words?.join(&b' '))
}

/// The value of the old scale whose score is nearest (init(5), "oom").
pub(super) fn old_oom(score: i32) -> i32 {
    let distance = |old: &i32| (score_of_oom(*old) - score).abs();
    (-16..=15).min_by_key(distance).unwrap_or(0)
}

fn lay_out(stanzas: &[Lines], comments: &[Comment]) -> Vec<u8> {
    let first_of = |origin: Origin| stanzas.iter().position(|stanza| stanza.origin == Some(origin));
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
