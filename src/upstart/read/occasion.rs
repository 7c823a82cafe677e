//! What is known of the event that starts a job: the values of its variables, and which it must have.

use bstr::{BString, ByteSlice as _};

use crate::service::{Bond, Party, Service, ValueTest};
use crate::text::{Origin, Sourced, Text};
use crate::upstart::condition::EventMatch;
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
pub fn constants(job: &Job) -> Vec<(Text, Text)> {
    let Some(event) = single(job) else { return Vec::new() };
    let events = (Text::from("UPSTART_EVENTS"), Text(event.name.clone()));
    let about_job = matches!(event.name.as_slice(), b"starting" | b"started" | b"stopping" | b"stopped");
    let job = event
        .value(0, "JOB")
        .filter(|_| about_job)
        .map(|(name, negated)| (BString::from("JOB"), name, negated));
    let named = event.env.iter().filter_map(|entry| {
        let (key, value) = entry.split_once_str("=")?;
        let (key, negated) = key.strip_suffix(b"!").map_or((key, false), |key| (key, true));
        Some((BString::from(key), value, negated))
    });
    job.into_iter()
        .chain(named)
        .filter(|(key, value, negated)| {
            // The file bridge hands on the pattern that it was asked to watch.
            let literal = (event.name == "file" && key == "FILE") || value.find_byteset(b"*?[\\$").is_none();
            !negated && literal
        })
        .map(|(key, value, _)| (Text(key), value.into()))
        .chain([events])
        .collect()
}

/// Whether the variables of the event come in a file that whoever announces it writes.
pub fn comes_with_file(service: &Service) -> bool {
    let operands = service.latch.iter().flat_map(|latch| latch.value.operands.iter().flatten());
    let mut ties = service.relations.iter().map(|tie| &tie.value).chain(operands);
    ties.any(|tie| tie.bond == Bond::StartedBy && matches!(tie.to, Party::Event(_)))
}

/// Whether the variables are those of another service's end.
pub fn comes_with_outcome(service: &Service, name: &str) -> bool {
    let mut starts = service.relations.iter().filter(|tie| tie.value.bond.starts());
    OUTCOME.contains(&name)
        && starts.next().is_some_and(|tie| tie.value.bond.is_end())
        && starts.next().is_none()
}

/// The values that a custom event must come with.
pub fn tests(event: &EventMatch, origin: Origin) -> Option<Vec<Sourced<ValueTest>>> {
    event
        .env
        .iter()
        .map(|entry| {
            // The first values of an event have no name here, and their order is whoever announces it.
            let (key, pattern) = entry.split_once_str("=")?;
            let (name, negated) = key.strip_suffix(b"!").map_or((key, false), |key| (key, true));
            let valid = !pattern.contains(&b'$')
                && name.first().is_some_and(|byte| !byte.is_ascii_digit())
                && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
            valid.then(|| {
                Sourced::new(ValueTest { name: name.into(), pattern: pattern.into(), negated }, origin)
            })
        })
        .collect()
}
