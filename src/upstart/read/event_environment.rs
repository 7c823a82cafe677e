//! What is known of the event that starts a job: the values of its variables, and which it must have.

use bstr::ByteSlice as _;

use crate::script::is_name;
use crate::service::{DependencyKind, Service, Target, ValueTest};
use crate::text::{Origin, Sourced, Text};
use crate::upstart::condition::{EventMatch, named};
use crate::upstart::job::Job;

/// Variables of the event `stopped` that tell how a job has ended.
const OUTCOME: &[&str] = &["JOB", "RESULT", "PROCESS", "EXIT_STATUS", "EXIT_SIGNAL"];

/// The event, where there is only one that starts the job.
fn single(job: &Job) -> Option<&EventMatch> {
    let condition = job.start_on.as_ref().or(job.disabled_start_on.as_ref())?;
    let mut events = condition.value.events();
    let event = events.next()?;
    events.next().is_none().then_some(event)
}

/// Variables whose value the condition itself says, because no other would start the job.
pub(crate) fn constants(job: &Job) -> Vec<(Text, Text)> {
    let Some(event) = single(job) else { return Vec::new() };
    let events = (Text::from("UPSTART_EVENTS"), Text(event.name.clone()));
    let job = event.value(0, "JOB").filter(|_| event.is_of_job());
    let job = job.map(|(name, negated)| (&b"JOB"[..], name, negated));
    let named = event.env.iter().filter_map(|entry| named(entry));
    job.into_iter()
        .chain(named)
        .filter(|(key, value, negated)| {
            // The file bridge hands on the pattern that it was asked to watch.
            let literal = (event.name == "file" && *key == b"FILE") || value.find_byteset(b"*?[\\$").is_none();
            !negated && literal
        })
        .map(|(key, value, _)| (key.into(), value.into()))
        .chain([events])
        .collect()
}

/// Whether the variables of the event come in a file that whoever announces it writes.
pub(crate) fn comes_with_file(service: &Service) -> bool {
    service.all_dependencies().any(|(it, _)| it.kind == DependencyKind::StartedBy && matches!(it.to, Target::Event(_)))
}

/// Whether the variables are those of another service's end.
pub(crate) fn comes_with_outcome(service: &Service, name: &str) -> bool {
    let mut starts = service.starts();
    OUTCOME.contains(&name) && starts.next().is_some_and(|start| start.value.kind.is_end()) && starts.next().is_none()
}

/// The values that a custom event must come with.
pub fn tests(event: &EventMatch, origin: Option<Origin>) -> Option<Vec<Sourced<ValueTest>>> {
    event
        .env
        .iter()
        .map(|entry| {
            // The first values of an event have no name here, and their order is whoever announces it.
            let (name, pattern, negated) = named(entry)?;
            let valid = !pattern.contains(&b'$') && is_name(name);
            valid.then(|| Sourced::new(ValueTest { name: name.into(), pattern: pattern.into(), negated }, origin))
        })
        .collect()
}
