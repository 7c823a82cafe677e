//! What a job has to do with events, in Upstart's own words: what it waits for and what it announces.

use bstr::{BString, ByteSlice as _};

use super::bridges::is_bridge;
use super::events::{is_boot_event, named_job};
use super::scripts::Scan;
use super::stop_events::StopEffect;
use crate::text::{Origin, Sourced, Span, Text};
use crate::upstart::condition::{Condition, EventMatch};
use crate::upstart::distribution::Distribution;
use crate::upstart::glob;
use crate::upstart::job::Job;

/// A job's conditions, and the events that it announces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// `start on`, also where `manual` has disabled it.
    pub start_on: Option<Sourced<Condition>>,
    /// `stop on`.
    pub stop_on: Option<Sourced<Condition>>,
    /// Where in `stop on` an event stands that comes when the system goes down.
    pub stops_at_shutdown: Vec<Span>,
    /// What becomes of the job when the machine goes down.
    pub at_shutdown: AtShutdown,
    /// Patterns of events from `emits`, and events from `initctl emit` in its processes.
    pub announces: Vec<Sourced<BString>>,
}

/// What becomes of a job when the machine goes down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AtShutdown {
    /// It is stopped, and its hooks run.
    Stopped,
    /// That depends on whether something else of its `stop on` comes then.
    Depends,
    /// Nothing stops it: it is killed with all that is left, and without its hooks.
    #[default]
    LeftRunning,
}

/// Events that nobody has announced for long, whatever a condition means by them.
const NEVER: &[&[u8]] = &[b"shutdown"];

impl AtShutdown {
    fn of(job: &Job, distribution: Distribution) -> AtShutdown {
        let Some(condition) = &job.stop_on else { return AtShutdown::LeftRunning };
        let mut events = condition.value.events().filter(|event| !NEVER.contains(&event.name.as_slice()));
        let Some(first) = events.next() else { return AtShutdown::LeftRunning };
        let is_shutdown =
            |event: &EventMatch| StopEffect::of(event, distribution, Origin::default()).shutdown.is_some();
        if is_shutdown(first) || events.any(is_shutdown) { AtShutdown::Stopped } else { AtShutdown::Depends }
    }
}

impl Ties {
    pub(super) fn of(job: &Job, distribution: Distribution) -> Ties {
        let mut announces = job.emits.clone();
        for process in job.processes.values() {
            let scan = Scan::of(&process.value.command);
            for words in scan.calls("initctl") {
                let mut words = words.iter().skip(1).filter(|word| !word.starts_with(b"-"));
                if words.next().is_none_or(|verb| verb != "emit") {
                    continue;
                }
                // A name that the script puts together is not known.
                if let Some(name) = words.next().filter(|name| name.find_byteset(b"$`*?[<>").is_none()) {
                    announces.push(Sourced::new(name.clone(), process.origin));
                }
            }
        }
        let start_on = job.start_on.as_ref().or(job.disabled_start_on.as_ref()).cloned();
        let is_shutdown =
            |event: &&EventMatch| StopEffect::of(event, distribution, Origin::default()).shutdown.is_some();
        let stops_at_shutdown = job
            .stop_on
            .iter()
            .flat_map(|condition| condition.value.events().filter(is_shutdown).map(|event| event.span));
        let stops_at_shutdown = stops_at_shutdown.collect();
        Ties {
            start_on,
            stop_on: job.stop_on.clone(),
            stops_at_shutdown,
            at_shutdown: AtShutdown::of(job, distribution),
            announces,
        }
    }
}

/// Who announces an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Announcer {
    /// Upstart itself, for a job of that name.
    Job(Text),
    /// The boot, a change of the runlevel, the kernel or one of Upstart's bridges. The event's name is that
    /// for people: values are kept, the levels of a runlevel are spelt out.
    System(Text),
    /// Whoever likes.
    Anybody(Text),
}

/// Whether only the system announces an event: a station of the boot, a job's life, a bridge.
pub fn is_of_the_system(event: &[u8]) -> bool {
    let event = EventMatch { name: event.into(), env: Vec::new(), span: Span::default() };
    matches!(event.name.as_slice(), b"starting" | b"started" | b"stopping" | b"stopped")
        || matches!(announcer(&event), Announcer::System(_))
}

/// Jobs that do nothing but announce the stations of the boot.
const BOOT_JOBS: &[&[u8]] = &[b"mountall", b"rc", b"rc-sysinit", b"rcS"];

/// Whether a job does nothing but announce the stations of the boot.
pub fn is_boot_job(name: &[u8]) -> bool {
    BOOT_JOBS.contains(&name)
}

/// Who announces an event that a condition names.
pub fn announcer(event: &EventMatch) -> Announcer {
    let name = event.name.to_str_lossy();
    let whole = || Text::from(event.to_string());
    match (name.as_ref(), named_job(event)) {
        ("starting" | "started" | "stopping" | "stopped", Some(job)) if is_boot_job(&job) => {
            Announcer::System(match event.value(99, "RUNLEVEL") {
                Some(value) => format!("{name} {job} {}", levels(value)).into(),
                None => whole(),
            })
        }
        ("starting" | "started" | "stopping" | "stopped", Some(job)) => Announcer::Job(job),
        ("runlevel", _) => Announcer::System(match event.value(0, "RUNLEVEL") {
            Some(value) => format!("runlevel {}", levels(value)).into(),
            None => whole(),
        }),
        (
            "container"
            | "not-container"
            | "net-device-added"
            | "shutdown"
            | "unmounted-remote-filesystems"
            | "deconfiguring-networking"
            | "unmounting-filesystem",
            _,
        ) => Announcer::System(whole()),
        (name, _) if is_boot_event(name) || is_bridge(name) => Announcer::System(whole()),
        _ => Announcer::Anybody(Text(event.name.clone())),
    }
}

/// The levels that a value stands for. However they are written, the same levels are the same station.
fn levels((pattern, negated): (&[u8], bool)) -> String {
    let known = b"0123456S".iter().filter(|level| glob::matches(pattern, &[**level]) != negated);
    let known: String = known.map(|level| char::from(*level)).collect();
    if known.is_empty() {
        format!("{}{}", if negated { "not " } else { "" }, pattern.as_bstr())
    } else {
        format!("[{known}]")
    }
}
