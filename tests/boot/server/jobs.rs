//! The jobs as the library reads them, and which of them come up and go down with the machine.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bstr::BString;
use cutover::convert::upstart_input as input;
use cutover::link::vendor_jobs;
use cutover::service::Scope;
use cutover::service::Service;
use cutover::text::{Sourced, line};
use cutover::upstart::condition::{Condition, ConditionNode, EventMatch};
use cutover::upstart::document::Document;
use cutover::upstart::glob::matches;
use cutover::upstart::job::{Job, ProcessType};
use cutover::upstart::read;

/// A job and its files.
pub struct Own {
    pub job: Job,
    pub service: Service,
    texts: Vec<Vec<u8>>,
}

impl Own {
    /// The line and the text of a stanza.
    pub fn stanza<T>(&self, stanza: &Sourced<T>) -> String {
        let origin = stanza.origin().unwrap();
        let (text, span) = (&self.texts[origin.file], origin.span);
        format!("{}: {}", line(text, span.start), String::from_utf8_lossy(span.of(text)).trim())
    }

    pub fn has(&self, process: ProcessType) -> bool {
        self.job.processes.contains_key(&process)
    }

    pub fn task(&self) -> bool {
        self.job.task.is_some()
    }
}

/// All jobs that are converted, and what becomes of them in one life of the machine.
pub struct Jobs {
    pub all: BTreeMap<String, Own>,
    /// Jobs that something else takes the place of.
    pub retired: BTreeSet<String>,
    /// Events that do not come in this machine.
    never: &'static [&'static str],
    /// Whether the main process of a job ends by itself.
    ends: fn(&Own) -> bool,
    /// Come up while the machine does, or as it goes down.
    pub booted: BTreeSet<String>,
    pub late: BTreeSet<String>,
    /// Services whose `stop on` comes true, while the machine comes up or as it goes down.
    pub stopped: BTreeSet<String>,
}

/// The event that a job's `starting`, `started`, `stopping` or `stopped` speaks of is that of this job.
pub fn of_job(event: &EventMatch) -> Option<String> {
    let name = event.name.to_string();
    let own = ["starting", "started", "stopping", "stopped"].contains(&name.as_str());
    let (value, unlike) = event.value(0, "JOB")?;
    (own && !unlike && value != b"rc").then(|| String::from_utf8_lossy(value).into_owned())
}

/// Whether a value of the event, if one is asked for, is as wanted.
fn with(event: &EventMatch, position: usize, name: &str, value: &str) -> bool {
    event.value(position, name).is_none_or(|(pattern, unlike)| matches(pattern, value.as_bytes()) != unlike)
}

fn holds(condition: &Condition, event: impl Fn(&EventMatch) -> bool) -> bool {
    let operands = condition.operands();
    let mut values: Vec<bool> = Vec::new();
    for (node, (left, right)) in condition.nodes.iter().zip(operands) {
        values.push(match node {
            ConditionNode::Event(wanted) => event(wanted),
            ConditionNode::And => values[left] && values[right],
            ConditionNode::Or => values[left] || values[right],
        });
    }
    values.last().copied().unwrap_or(false)
}

/// What is mounted while the machine comes up.
const MOUNTED: [&str; 6] = ["/srv/shop", "/proc", "/sys", "/dev", "/run", "/tmp"];

impl Jobs {
    /// The jobs of a folder but for those that are retired.
    pub fn read(folder: &Path, never: &'static [&'static str], ends: fn(&Own) -> bool) -> Jobs {
        let mut all = BTreeMap::new();
        // Every machine of these has a network.
        let mut retired = BTreeSet::from(["networking".to_owned()]);
        for input in input::find(&[folder.to_owned()]).inputs {
            let files = input.read(true).unwrap();
            let mut reading = read::read(&files);
            if vendor_jobs::recognise::judge(&files, &mut reading).is_some() {
                retired.insert(input.name);
                continue;
            }
            let mut job = Job::default();
            let mut texts = Vec::new();
            for (file, source) in std::iter::once(files.conf).chain(files.over).enumerate() {
                let document = Document::read(&source.text);
                job.lay_over(&source.text, &document, file)
                    .unwrap_or_else(|refusal| panic!("{}: {refusal:?}", source.name));
                texts.push(source.text);
            }
            all.insert(input.name, Own { job, service: reading.service, texts });
        }
        let [booted, late, stopped] = [(); 3].map(|()| BTreeSet::new());
        let mut jobs = Jobs { all, retired, never, ends, booted, late, stopped };
        jobs.settle("2");
        jobs.booted = std::mem::take(&mut jobs.late);
        jobs.settle("0");
        jobs
    }

    pub fn comes(&self, job: &str) -> bool {
        self.booted.contains(job) || self.late.contains(job)
    }

    /// The unit that the target has in the place of a job that is not converted.
    pub fn unit_in_place(&self, job: &str) -> Option<&'static str> {
        vendor_jobs::find(Scope::System, job.as_bytes()).filter(|_| self.retired.contains(job))?.replacement.unit()
    }

    /// Whether the event has come by now, in this run level or before.
    fn come(&self, event: &EventMatch, level: &str) -> bool {
        if let Some(other) = of_job(event) {
            let up = self.comes(&other) || self.unit_in_place(&other).is_some();
            let done = match self.all.get(&other) {
                Some(own) if own.task() || (self.ends)(own) => up,
                Some(_) => self.stopped.contains(&other),
                None => up && vendor_jobs::is_boot_task(other.as_bytes()),
            };
            // Nothing fails in this machine.
            let failure = |entry: &BString| entry.starts_with(b"EXIT_") || entry.starts_with(b"PROCESS=");
            let well = with(event, 2, "RESULT", "ok") && !event.env.iter().any(failure);
            return match event.name.as_slice() {
                b"starting" | b"started" => up,
                _ => done && well,
            };
        }
        match event.name.as_slice() {
            b"startup"
            | b"virtual-filesystems"
            | b"local-filesystems"
            | b"remote-filesystems"
            | b"filesystem"
            | b"static-network-up" => true,
            b"mounting" | b"mounted" => {
                MOUNTED.iter().any(|path| with(event, 2, "MOUNTPOINT", path)) && with(event, 1, "TYPE", "tmpfs")
            }
            b"net-device-up" => ["eth0", "lo"].iter().any(|interface| with(event, 0, "IFACE", interface)),
            b"runlevel" => with(event, 0, "RUNLEVEL", level),
            b"stopped" if event.value(0, "JOB") == Some((b"rc", false)) => with(event, 3, "RUNLEVEL", level),
            // No single job is named.
            b"starting" | b"started" | b"stopping" | b"stopped" => false,
            b"container" => event.env.is_empty(),
            b"deconfiguring-networking" | b"unmounted-remote-filesystems" => level == "0",
            name => {
                let name = String::from_utf8_lossy(name);
                assert!(self.never.contains(&name.as_ref()), "this test knows nothing of {name}");
                false
            }
        }
    }

    /// Adds what comes up and what is stopped until nothing is added any more.
    fn settle(&mut self, level: &str) {
        loop {
            let before = (self.late.len(), self.stopped.len());
            for (name, own) in &self.all {
                let met = |stanza: &Option<Sourced<Condition>>| {
                    stanza.as_ref().is_some_and(|stanza| holds(&stanza.value, |event| self.come(event, level)))
                };
                if !self.comes(name) && met(&own.job.start_on) {
                    self.late.insert(name.clone());
                    break;
                }
                let up = self.comes(name) && !own.task() && !self.stopped.contains(name);
                if up && met(&own.job.stop_on) {
                    self.stopped.insert(name.clone());
                    break;
                }
            }
            if before == (self.late.len(), self.stopped.len()) {
                return;
            }
        }
    }
}
