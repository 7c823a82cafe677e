//! A life of the machine as its jobs have noted it themselves: each of their processes writes down when it begins and
//! when it ends.

use std::collections::BTreeMap;

use cutover::upstart::job::ProcessType::{self, Main, PostStart, PostStop, PreStart, PreStop};

use super::jobs::{Jobs, Own};
use super::machine::BootRecord;
use super::promises::{Life, LifecycleEvent, Promise, before, both};

/// A line of the log.
#[derive(Clone, Copy, Debug)]
struct Line {
    /// Nanoseconds since the machine behind all machines was booted.
    at: u64,
    /// When the process was started, in ticks.
    started: u64,
}

/// What was noted, and what systemd says of its units.
pub struct Notes<'a> {
    jobs: &'a Jobs,
    /// By job, hook and what was written.
    lines: BTreeMap<[&'a str; 3], Vec<Line>>,
    /// Microseconds, by unit and property.
    reached: BTreeMap<(&'a str, &'a str), u64>,
}

fn hook(process: ProcessType) -> &'static str {
    match process {
        PreStart => "pre-start",
        Main => "main",
        PostStart => "post-start",
        PreStop => "pre-stop",
        PostStop => "post-stop",
    }
}

impl<'a> Notes<'a> {
    pub fn read(jobs: &'a Jobs, record: &'a BootRecord) -> Notes<'a> {
        let mut lines: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for text in record.log.lines() {
            let words: Vec<_> = text.split(' ').collect();
            let [job, hook, what, at, started] = words[..] else { panic!("a torn line in the log: {text}") };
            let line = Line { at: at.parse().unwrap(), started: started.parse().unwrap() };
            lines.entry([job, hook, what]).or_default().push(line);
        }
        let mut reached = BTreeMap::new();
        for block in record.reached.split("\n\n") {
            let values: Vec<_> = block.lines().filter_map(|line| line.split_once('=')).collect();
            let unit = values.iter().find(|(key, _)| *key == "Id").map_or("", |(_, value)| value);
            reached.extend(values.iter().filter_map(|(key, value)| Some(((unit, *key), value.parse().ok()?))));
        }
        Notes { jobs, lines, reached }
    }

    fn line(&self, job: &str, hook: &str, what: &str) -> Result<Line, String> {
        let found = self.lines.iter().find(|(key, _)| **key == [job, hook, what]);
        found.and_then(|(_, lines)| lines.first().copied()).ok_or_else(|| format!("no `{job} {hook} {what}`"))
    }

    pub fn at(&self, job: &str, hook: &str, what: &str) -> LifecycleEvent {
        self.line(job, hook, what).map(|line| line.at)
    }

    fn of<'s>(&'s self, job: &str) -> impl Iterator<Item = Line> + use<'a, 's> {
        let job = job.to_owned();
        self.lines.iter().filter(move |(key, _)| key[0] == job).flat_map(|(_, lines)| lines.iter().copied())
    }

    /// When the first process of the job was started, in ticks.
    fn born(&self, job: &str) -> LifecycleEvent {
        self.of(job).map(|line| line.started).min().ok_or_else(|| format!("{job} did nothing"))
    }
}

impl Life for Notes<'_> {
    fn jobs(&self) -> &Jobs {
        self.jobs
    }

    fn first(&self, job: &str) -> LifecycleEvent {
        self.of(job).map(|line| line.at).min().ok_or_else(|| format!("{job} did nothing"))
    }

    fn last(&self, job: &str) -> LifecycleEvent {
        self.of(job).map(|line| line.at).max().ok_or_else(|| format!("{job} did nothing"))
    }

    fn reached_at(&self, unit: &str, property: &str) -> LifecycleEvent {
        match self.reached.get(&(unit, property)) {
            Some(at) if *at > 0 => Ok(at * 1000),
            _ => Err(format!("{unit} was never reached")),
        }
    }

    /// A main process without hooks is up as soon as it has been started, and it writes its first line at some time
    /// after that.
    fn up_before(&self, job: &str, own: &Own, other: &str) -> Option<String> {
        let (first, born) = (self.first(other), self.born(other));
        let spawned = if own.has(Main) {
            before(self.line(job, "main", "begin").map(|line| line.started), born)
        } else {
            before(self.at(job, "pre-start", "end"), first.clone())
        };
        let ready = if own.has(PostStart) {
            before(self.at(job, "post-start", "end"), first)
        } else if own.job.expect.is_some() {
            before(self.at(job, "main", "ready"), first)
        } else {
            None
        };
        both(spawned, ready)
    }

    /// When the job is being stopped.
    fn term(&self, job: &str) -> LifecycleEvent {
        match self.jobs.all.get(job) {
            Some(own) if !own.has(Main) => self.at(job, "post-stop", "begin"),
            _ => self.at(job, "main", "term"),
        }
    }

    fn down(&self) -> LifecycleEvent {
        self.at("machine", "shutdown", "begin")
    }

    fn post_start(&self, job: &str) -> LifecycleEvent {
        self.at(job, "post-start", "end")
    }

    /// The hooks that ran, each once, and in order.
    fn hooks(&self, job: &str, own: &Own) -> Vec<Promise> {
        let stops = self.jobs.stopped.contains(job);
        let once = |hook: &'static str, what: &str| {
            let key = [job, hook, what];
            let count = self.lines.iter().filter(|(line, _)| **line == key).map(|(_, found)| found.len());
            let count: usize = count.sum();
            let broken = (count != 1).then(|| format!("{count} times"));
            Promise { text: format!("{job}: `{hook} {what}` happens once"), broken }
        };
        let mut promises = Vec::new();
        for process in own.job.processes.keys().copied() {
            let when_stopped = matches!(process, PreStop | PostStop);
            if !when_stopped || stops {
                promises.push(once(hook(process), "begin"));
                if process != Main || own.task() || stops {
                    promises.push(once(hook(process), "end"));
                }
            }
        }
        if stops && own.has(Main) {
            promises.push(once("main", "term"));
        }
        let born = |process| self.line(job, hook(process), "begin").map(|line| line.started);
        let moment = |process, what| self.at(job, hook(process), what);
        let mut order = |first: ProcessType, second: ProcessType, broken: Option<String>| {
            let text = format!("{job}: {} before {}", hook(first), hook(second));
            promises.push(Promise { text, broken });
        };
        let has = |one, other| own.has(one) && own.has(other);
        if has(PreStart, Main) {
            order(PreStart, Main, before(moment(PreStart, "end"), moment(Main, "begin")));
        }
        if has(Main, PostStart) {
            order(Main, PostStart, before(born(Main), born(PostStart)));
        }
        if stops && has(PostStart, PreStop) {
            order(PostStart, PreStop, before(moment(PostStart, "end"), moment(PreStop, "begin")));
        }
        if stops && has(PreStop, Main) {
            order(PreStop, Main, before(moment(PreStop, "end"), moment(Main, "term")));
        }
        if stops && has(Main, PostStop) {
            order(Main, PostStop, before(moment(Main, "end"), moment(PostStop, "begin")));
        }
        promises
    }
}
