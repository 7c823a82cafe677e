//! What a job has to do with events, in Upstart's own words: what it waits for and what it announces.

use bstr::{BString, ByteSlice as _};

use super::bridges::is_bridge;
use super::events::{is_boot_event, levels, named_job};
use super::stop_events::StopEffect;
use crate::script::Outline;
use crate::text::{Sourced, Span, Text};
use crate::upstart::condition::{Condition, EventMatch};
use crate::upstart::distribution::Distribution;
use crate::upstart::job::Job;

/// A job's conditions, and the events that it announces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobEvents {
    /// `start on`, also where `manual` has disabled it.
    pub start_on: Option<Sourced<Condition>>,
    /// `stop on`.
    pub stop_on: Option<Sourced<Condition>>,
    /// Where in `stop on` an event stands that comes when the system goes down.
    pub stops_at_shutdown: Vec<Span>,
    /// What becomes of the job when the machine goes down.
    pub at_shutdown: AtShutdown,
    /// Patterns of events from `emits`, and events from `initctl emit` in its processes.
    pub announces: Vec<Sourced<Text>>,
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

impl JobEvents {
    pub(super) fn of(job: &Job, distribution: Distribution, emitted: Vec<Sourced<Text>>) -> JobEvents {
        let is_shutdown = |event: &&EventMatch| StopEffect::of(event, distribution, None).shutdown.is_some();
        let stops = || job.stop_on.iter().flat_map(|condition| condition.value.events());
        let heard = || stops().filter(|event| !NEVER.contains(&event.name.as_slice()));
        let at_shutdown = match heard().next() {
            None => AtShutdown::LeftRunning,
            Some(_) if heard().any(|event| is_shutdown(&event)) => AtShutdown::Stopped,
            Some(_) => AtShutdown::Depends,
        };
        JobEvents {
            start_on: job.start_on.as_ref().or(job.disabled_start_on.as_ref()).cloned(),
            stop_on: job.stop_on.clone(),
            stops_at_shutdown: stops().filter(is_shutdown).map(|event| event.span).collect(),
            at_shutdown,
            announces: job.emits.iter().cloned().chain(emitted).collect(),
        }
    }
}

/// Events that a command announces.
pub(super) fn emitted(outline: &Outline) -> impl Iterator<Item = &BString> {
    outline.calls("initctl").filter_map(|words| {
        let mut words = words.iter().skip(1).filter(|word| !word.starts_with(b"-"));
        let emits = words.next().is_some_and(|verb| verb == "emit");
        // A name that the script puts together is not known.
        words.next().filter(|name| emits && name.find_byteset(b"$`*?[<>").is_none())
    })
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

/// Whether only the system announces an event: a boot target, a job's life, a bridge.
pub(crate) fn is_of_the_system(event: &[u8]) -> bool {
    let event = EventMatch { name: event.into(), env: Vec::new(), span: Span::default() };
    event.is_of_job() || matches!(announcer(&event), Announcer::System(_))
}

/// Jobs that do nothing but announce the boot targets.
const BOOT_JOBS: &[&[u8]] = &[b"mountall", b"rc", b"rc-sysinit", b"rcS"];

/// Whether a job does nothing but announce the boot targets.
pub(crate) fn is_boot_job(name: &[u8]) -> bool {
    BOOT_JOBS.contains(&name)
}

/// Events of the system that are in none of the tables.
const OF_SYSTEM: &[&str] = &[
    "container",
    "not-container",
    "net-device-added",
    "shutdown",
    "unmounted-remote-filesystems",
    "deconfiguring-networking",
    "unmounting-filesystem",
];

/// Who announces an event that a condition names.
pub fn announcer(event: &EventMatch) -> Announcer {
    let name = &*event.name.to_str_lossy();
    let system = |words: &str, position: usize| {
        let value = event.value(position, "RUNLEVEL");
        let whole = || event.to_string();
        Announcer::System(value.map_or_else(whole, |value| format!("{words} {}", shown_levels(value))).into())
    };
    match named_job(event) {
        Some(job) if event.is_of_job() && is_boot_job(&job) => system(&format!("{name} {job}"), 99),
        Some(job) if event.is_of_job() => Announcer::Job(job),
        _ if name == "runlevel" => system(name, 0),
        _ if OF_SYSTEM.contains(&name) || is_boot_event(name) || is_bridge(name) => {
            Announcer::System(event.to_string().into())
        }
        _ => Announcer::Anybody(Text(event.name.clone())),
    }
}

/// The levels that a value stands for. However they are written, the same levels are the same boot target.
fn shown_levels(value: (&[u8], bool)) -> String {
    let (pattern, negated) = value;
    let known: String = levels(value).into_iter().map(char::from).collect();
    if known.is_empty() {
        format!("{}{}", if negated { "not " } else { "" }, pattern.as_bstr())
    } else {
        format!("[{known}]")
    }
}
