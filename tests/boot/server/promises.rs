//! What the conditions and hooks of the jobs promise, held against what happened in one life of the machine.

use cutover::upstart::condition::{Condition, ConditionNode, EventMatch};
use cutover::upstart::job::ProcessType::PostStart;

use super::jobs::{Jobs, Own, of_job};

/// A promise: what makes it and what it says, and how it was broken.
pub struct Promise {
    pub text: String,
    pub broken: Option<String>,
}

/// A moment that may never have come; nanoseconds.
pub type LifecycleEvent = Result<u64, String>;

/// What happened in one life of a machine.
pub trait Life {
    fn jobs(&self) -> &Jobs;

    /// When a job began to do something.
    fn first(&self, job: &str) -> LifecycleEvent;

    /// When it did the last thing.
    fn last(&self, job: &str) -> LifecycleEvent;

    /// When it is being stopped.
    fn term(&self, job: &str) -> LifecycleEvent;

    /// When a unit got into the state that a property of systemd's tells of.
    fn reached_at(&self, unit: &str, property: &str) -> LifecycleEvent;

    /// When the machine was told to go down.
    fn down(&self) -> LifecycleEvent;

    /// How the other job began before this one was up, where its `started` event is meant.
    fn up_before(&self, job: &str, own: &Own, other: &str) -> Option<String>;

    /// When post-start of a job had ended.
    fn post_start(&self, job: &str) -> LifecycleEvent;

    /// What the job promises of its own hooks.
    fn hooks(&self, job: &str, own: &Own) -> Vec<Promise>;
}

/// Broken unless the one moment lies before the other.
pub fn before(first: LifecycleEvent, second: LifecycleEvent) -> Option<String> {
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
pub fn both(one: Option<String>, other: Option<String>) -> Option<String> {
    one.or(other)
}

struct Judge<'a>(&'a dyn Life);

impl Judge<'_> {
    /// Whether a unit was up before the job began.
    fn reached(&self, unit: &str, job: &str) -> Option<String> {
        before(self.0.reached_at(unit, "ActiveEnterTimestampMonotonic"), self.0.first(job))
    }

    /// What one event of `start on` promises.
    fn started_by(&self, job: &str, own: &Own, event: &EventMatch) -> Vec<Option<String>> {
        let name = event.name.to_string();
        if let Some(other) = of_job(event) {
            let first = self.0.first(job);
            match (name.as_str(), self.0.jobs().unit_in_place(&other)) {
                ("started" | "stopped", Some(unit)) => return vec![self.reached(unit, job)],
                ("starting", Some(unit)) => {
                    let done = if own.task() { self.0.last(job) } else { first };
                    return vec![before(done, self.0.reached_at(unit, "InactiveExitTimestampMonotonic"))];
                }
                _ => {}
            }
            let broken = match name.as_str() {
                "started" => self.0.up_before(&other, &self.0.jobs().all[&other], job),
                "stopped" => before(self.0.last(&other), first),
                "starting" if own.task() => before(self.0.last(job), self.0.first(&other)),
                "starting" => self.0.up_before(job, own, &other),
                _ if own.task() => before(self.0.last(job), self.0.term(&other)),
                // Nothing is started as late as that, and a signal has no tick.
                _ => before(first, self.0.term(&other)),
            };
            return vec![broken];
        }
        let reached = |unit| self.reached(unit, job);
        match name.as_str() {
            "local-filesystems" => vec![reached("local-fs.target")],
            "remote-filesystems" => vec![reached("remote-fs.target")],
            "net-device-up" if event.value(0, "IFACE") == Some((b"lo", false)) => Vec::new(),
            "net-device-up" | "static-network-up" => vec![reached("network-online.target")],
            "mounted" | "mounting" if event.value(2, "MOUNTPOINT") != Some((b"/srv/shop", false)) => Vec::new(),
            "mounted" => vec![reached("srv-shop.mount")],
            "mounting" => {
                let mounts = self.0.reached_at("srv-shop.mount", "InactiveExitTimestampMonotonic");
                vec![before(self.0.last(job), mounts)]
            }
            "runlevel" if self.0.jobs().late.contains(job) => vec![before(self.0.down(), self.0.first(job))],
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
            return vec![before(self.0.down(), self.0.term(job))];
        };
        if self.0.jobs().unit_in_place(&other).is_some() {
            return Vec::new();
        }
        match event.name.as_slice() {
            b"stopping" => vec![before(self.0.last(job), self.0.term(&other))],
            b"stopped" => vec![before(self.0.last(&other), self.0.term(job))],
            b"starting" => vec![before(self.0.last(job), self.0.first(&other))],
            _ => self
                .0
                .jobs()
                .all
                .get(&other)
                .filter(|own| own.has(PostStart))
                .map(|_| before(self.0.post_start(&other), self.0.term(job)))
                .into_iter()
                .collect(),
        }
    }

    fn job(&self, job: &str, own: &Own) -> Vec<Promise> {
        let ran = self.0.first(job);
        if !self.0.jobs().comes(job) {
            let broken = ran.is_ok().then(|| "it ran".to_owned());
            return vec![Promise { text: format!("{job}.conf: it never runs"), broken }];
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
        if let Some(stop_on) = own.job.stop_on.as_ref().filter(|_| self.0.jobs().stopped.contains(job)) {
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
        promises.extend(self.0.hooks(job, own));
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
pub fn promises(life: &dyn Life) -> Vec<Promise> {
    life.jobs().all.iter().flat_map(|(name, own)| Judge(life).job(name, own)).collect()
}
