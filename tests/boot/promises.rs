//! What the conditions and hooks of the jobs promise, held against what happened in one life of the machine.

use std::collections::BTreeMap;

use cutover::upstart::condition::{Condition, ConditionNode, EventMatch};
use cutover::upstart::job::ProcessType::{self, Main, PostStart, PostStop, PreStart, PreStop};

use super::jobs::{Jobs, Own, of_job};
use super::machine::Said;

/// A promise: what makes it and what it says, and how it was broken.
pub struct Promise {
    pub text: String,
    pub broken: Option<String>,
}

/// A line of the log.
#[derive(Clone, Copy, Debug)]
struct Line {
    /// Nanoseconds since the machine behind all machines was booted.
    at: u64,
    /// When the process was started, in ticks.
    started: u64,
}

/// A moment that may never have come.
type Moment = Result<u64, String>;

struct Life<'a> {
    jobs: &'a Jobs,
    /// By job, hook and what was written.
    lines: BTreeMap<[&'a str; 3], Vec<Line>>,
    /// Microseconds, by unit and property.
    stations: BTreeMap<(&'a str, &'a str), u64>,
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

/// Broken unless the one moment lies before the other.
fn before(first: Moment, second: Moment) -> Option<String> {
    match (first, second) {
        (Ok(first), Ok(second)) if first <= second => None,
        (Ok(first), Ok(second)) => Some(format!("{:.3} ms too early", to_ms(first - second))),
        (Err(missing), _) | (_, Err(missing)) => Some(missing),
    }
}

#[allow(clippy::cast_precision_loss)]
fn to_ms(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e6
}

/// Both broken ways of a promise that has two parts.
fn both(one: Option<String>, other: Option<String>) -> Option<String> {
    one.or(other)
}

impl<'a> Life<'a> {
    fn read(jobs: &'a Jobs, said: &'a Said) -> Life<'a> {
        let mut lines: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for text in said.log.lines() {
            let words: Vec<_> = text.split(' ').collect();
            let [job, hook, what, at, started] = words[..] else { panic!("a torn line in the log: {text}") };
            let line = Line { at: at.parse().unwrap(), started: started.parse().unwrap() };
            lines.entry([job, hook, what]).or_default().push(line);
        }
        let mut stations = BTreeMap::new();
        for block in said.stations.split("\n\n") {
            let values: Vec<_> = block.lines().filter_map(|line| line.split_once('=')).collect();
            let unit = values.iter().find(|(key, _)| *key == "Id").map_or("", |(_, value)| value);
            stations
                .extend(values.iter().filter_map(|(key, value)| Some(((unit, *key), value.parse().ok()?))));
        }
        Life { jobs, lines, stations }
    }

    fn line(&self, job: &str, hook: &str, what: &str) -> Result<Line, String> {
        let found = self.lines.iter().find(|(key, _)| **key == [job, hook, what]);
        found.and_then(|(_, lines)| lines.first().copied()).ok_or_else(|| format!("no `{job} {hook} {what}`"))
    }

    fn at(&self, job: &str, hook: &str, what: &str) -> Moment {
        self.line(job, hook, what).map(|line| line.at)
    }

    fn of<'s>(&'s self, job: &str) -> impl Iterator<Item = Line> + use<'a, 's> {
        let job = job.to_owned();
        self.lines.iter().filter(move |(key, _)| key[0] == job).flat_map(|(_, lines)| lines.iter().copied())
    }

    fn first(&self, job: &str) -> Moment {
        self.of(job).map(|line| line.at).min().ok_or_else(|| format!("{job} did nothing"))
    }

    fn last(&self, job: &str) -> Moment {
        self.of(job).map(|line| line.at).max().ok_or_else(|| format!("{job} did nothing"))
    }

    /// When the first process of the job was started, in ticks.
    fn born(&self, job: &str) -> Moment {
        self.of(job).map(|line| line.started).min().ok_or_else(|| format!("{job} did nothing"))
    }

    fn station(&self, unit: &str, property: &str) -> Moment {
        match self.stations.get(&(unit, property)) {
            Some(at) if *at > 0 => Ok(at * 1000),
            _ => Err(format!("{unit} was never reached")),
        }
    }

    /// Whether something came before the job was up, or after, where its `started` event is meant. A main process
    /// without hooks is up as soon as it has been started, and it writes its first line at some time after that.
    fn up_before(&self, job: &str, own: &Own, first: Moment, born: Moment) -> Option<String> {
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
    fn term(&self, job: &str) -> Moment {
        match self.jobs.all.get(job) {
            Some(own) if !own.has(Main) => self.at(job, "post-stop", "begin"),
            _ => self.at(job, "main", "term"),
        }
    }

    fn down(&self) -> Moment {
        self.at("machine", "shutdown", "begin")
    }

    /// What one event of `start on` promises.
    fn started_by(&self, job: &str, own: &Own, event: &EventMatch) -> Vec<Option<String>> {
        let name = event.name.to_string();
        if let Some(other) = of_job(event) {
            let first = self.first(job);
            let broken = match name.as_str() {
                "started" => match self.jobs.all.get(&other) {
                    Some(theirs) => self.up_before(&other, theirs, first, self.born(job)),
                    None => before(self.last(&other), first),
                },
                "stopped" => before(self.last(&other), first),
                "starting" if own.task() => before(self.last(job), self.first(&other)),
                "starting" => self.up_before(job, own, self.first(&other), self.born(&other)),
                _ if own.task() => before(self.last(job), self.term(&other)),
                // Nothing is started as late as that, and a signal has no tick.
                _ => before(first, self.term(&other)),
            };
            return vec![broken];
        }
        let reached = |unit| before(self.station(unit, "ActiveEnterTimestampMonotonic"), self.first(job));
        match name.as_str() {
            "local-filesystems" => vec![reached("local-fs.target")],
            "remote-filesystems" => vec![reached("remote-fs.target")],
            "net-device-up" => vec![reached("network-online.target")],
            "mounted" => vec![reached("srv-shop.mount")],
            "mounting" => {
                let mounts = self.station("srv-shop.mount", "InactiveExitTimestampMonotonic");
                vec![before(self.last(job), mounts)]
            }
            "runlevel" if self.jobs.late.contains(job) => vec![before(self.down(), self.first(job))],
            "filesystem" => ["local-fs.target", "remote-fs.target"].map(reached).to_vec(),
            // rc-sysinit: `start on (filesystem and static-network-up)`.
            "runlevel" | "stopped" => {
                ["local-fs.target", "remote-fs.target", "network-online.target"].map(reached).to_vec()
            }
            _ => Vec::new(),
        }
    }

    /// What one event of `stop on` promises.
    fn stopped_by(&self, job: &str, event: &EventMatch) -> Vec<Option<String>> {
        let Some(other) = of_job(event) else {
            return vec![before(self.down(), self.term(job))];
        };
        match event.name.as_slice() {
            b"stopping" => vec![before(self.last(job), self.term(&other))],
            b"stopped" => vec![before(self.last(&other), self.term(job))],
            b"starting" => vec![before(self.last(job), self.first(&other))],
            _ => self
                .jobs
                .all
                .get(&other)
                .filter(|own| own.has(PostStart))
                .map(|_| before(self.at(&other, "post-start", "end"), self.term(job)))
                .into_iter()
                .collect(),
        }
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

    fn job(&self, job: &str, own: &Own) -> Vec<Promise> {
        let ran = self.first(job);
        if !self.jobs.comes(job) {
            let broken = ran.is_ok().then(|| "it ran".to_owned());
            return vec![Promise { text: format!("{job}: it never runs"), broken }];
        }
        let Some(start_on) = &own.job.start_on else { return Vec::new() };
        let said = format!("{job}.conf:{}", own.stanza(start_on));
        let broken = ran.as_ref().err().cloned();
        let missing = broken.is_some();
        let mut promises = vec![Promise { text: format!("{said}: it runs"), broken }];
        if missing {
            return promises;
        }
        let named = |said: &str, promise: Promise| Promise {
            text: format!("{said}: {} keeps its order", promise.text),
            ..promise
        };
        let starts = all_of(&start_on.value, |event| self.started_by(job, own, event));
        promises.extend(starts.into_iter().map(|promise| named(&said, promise)));
        if let Some(stop_on) = own.job.stop_on.as_ref().filter(|_| self.jobs.stopped.contains(job)) {
            let said = format!("{job}.conf:{}", own.stanza(stop_on));
            // Whichever of several jobs is stopped first waits for this one, and so does the other.
            let of_jobs = stop_on.value.events().all(|event| of_job(event).is_some());
            if of_jobs {
                let stops = stop_on.value.events().flat_map(|event| {
                    let broken = self.stopped_by(job, event).into_iter();
                    broken.map(|broken| Promise { text: words(event), broken })
                });
                promises.extend(stops.map(|promise| named(&said, promise)));
            } else {
                let stops = all_of(&stop_on.value, |event| self.stopped_by(job, event));
                promises.extend(stops.into_iter().map(|promise| named(&said, promise)));
            }
        }
        promises.extend(self.hooks(job, own));
        promises
    }
}

/// `and` promises what either operand does; `or` what one of them does, if both promise something.
fn all_of(condition: &Condition, event: impl Fn(&EventMatch) -> Vec<Option<String>>) -> Vec<Promise> {
    let operands = condition.operands();
    let mut parts: Vec<Vec<Promise>> = Vec::new();
    for (node, (left, right)) in condition.nodes.iter().zip(operands) {
        let part = match node {
            ConditionNode::Event(wanted) => {
                let name = words(wanted);
                event(wanted).into_iter().map(|broken| Promise { text: name.clone(), broken }).collect()
            }
            ConditionNode::And => {
                let right = std::mem::take(&mut parts[right]);
                std::mem::take(&mut parts[left]).into_iter().chain(right).collect()
            }
            ConditionNode::Or => {
                let sides = [left, right].map(|side| one(std::mem::take(&mut parts[side])));
                match sides {
                    [Some(left), Some(right)] => vec![Promise {
                        text: format!("{} or {}", left.text, right.text),
                        broken: left.broken.and_then(|left| Some(format!("{left}; {}", right.broken?))),
                    }],
                    _ => Vec::new(),
                }
            }
        };
        parts.push(part);
    }
    parts.pop().unwrap_or_default()
}

fn words(event: &EventMatch) -> String {
    event.env.iter().fold(event.name.to_string(), |text, value| format!("{text} {value}"))
}

/// Several promises as one.
fn one(promises: Vec<Promise>) -> Option<Promise> {
    promises.into_iter().reduce(|one, other| Promise {
        text: if one.text == other.text { one.text } else { format!("{} and {}", one.text, other.text) },
        broken: both(one.broken, other.broken),
    })
}

/// All that was promised.
pub fn promises(jobs: &Jobs, said: &Said) -> Vec<Promise> {
    let life = Life::read(jobs, said);
    jobs.all.iter().flat_map(|(name, own)| life.job(name, own)).collect()
}
