//! Conditions event by event: what became of each event that a job waits for.

use bstr::ByteSlice as _;

use cutover::convert::Conversion;
use cutover::findings::{Code, Finding, Outcome};
use cutover::link::vendor_jobs;
use cutover::service::{Dependency, DependencyKind, Phase, Scope, Target};
use cutover::systemd::names;
use cutover::text::Origin;
use cutover::upstart::condition::EventMatch;
use cutover::upstart::read::job_events::{Announcer, announcer};

/// An event in a condition, and how it was resolved.
#[derive(Clone, Debug)]
pub struct Leaf<'a> {
    /// The event.
    pub event: &'a EventMatch,
    /// Who announces it.
    pub announcer: Announcer,
    scope: Scope,
    /// The stanza that it stands in.
    pub stanza: Option<Origin>,
    /// Whether it stops the job; otherwise it starts it.
    pub stops: bool,
    /// Whether the service is tied to what stands behind it.
    pub tied: bool,
    /// In which way it ended: the gravest of the findings about it; `Exact` if there is none.
    pub outcome: Outcome,
    /// The findings that grade it.
    pub codes: Vec<Code>,
}

/// What became of each event of the job's conditions. A finding about a condition is one about the events that
/// it names; one that names none is about all of them.
pub fn leaves(conversion: &Conversion) -> Vec<Leaf<'_>> {
    let conditions = [(&conversion.events.start_on, false), (&conversion.events.stop_on, true)];
    let mut leaves: Vec<Leaf<'_>> = Vec::new();
    for (condition, stops) in conditions {
        let Some(condition) = condition else { continue };
        let first = leaves.len();
        leaves.extend(condition.value.events().map(|event| {
            let announcer = announcer(event);
            // Every unit stops when the system goes down.
            let tied =
                stops && conversion.events.stops_at_shutdown.contains(&event.span) || is_tied(conversion, &announcer);
            let (stanza, outcome) = (condition.origin(), Outcome::Exact);
            let scope = conversion.service.scope;
            Leaf { event, announcer, scope, stanza, stops, tied, outcome, codes: Vec::new() }
        }));
        let here = leaves.get_mut(first..).unwrap_or_default();
        for finding in conversion.findings.iter().filter(|finding| grades(finding, condition.origin())) {
            let Some(outcome) = finding.code.info().outcome else { continue };
            let named = here.iter().any(|leaf| leaf.is_named(&finding.message.to_string()));
            for leaf in here.iter_mut().filter(|leaf| !named || leaf.is_named(&finding.message.to_string())) {
                leaf.outcome = leaf.outcome.max(outcome);
                leaf.codes.push(finding.code);
            }
        }
    }
    leaves
}

/// Whether the service is tied to what announces an event.
fn is_tied(conversion: &Conversion, announcer: &Announcer) -> bool {
    let service = &conversion.service;
    let ties: Vec<&Dependency> = service.all_dependencies().map(|(dependency, _)| dependency).collect();
    let to = |target: &Target| ties.iter().any(|tie| tie.to == *target);
    let to_station = || ties.iter().any(|tie| !matches!(tie.to, Target::Service(_) | Target::Event(_)));
    match announcer {
        // A session's own events are stations that others stand for.
        _ if service.scope == Scope::Session && (to_station() || !service.activation.is_empty()) => true,
        Announcer::Job(job) => {
            to(&Target::Service(job.clone()))
                || vendor_jobs::target_of(service.scope, job, DependencyKind::After).is_some_and(|target| to(&target))
                || service.stop_all_of.iter().any(|all_of| all_of.value.contains(job))
        }
        Announcer::Anybody(event) => to(&Target::Event(event.clone())),
        Announcer::System(_) => {
            to_station()
                || !service.activation.is_empty()
                || service.machine.is_some()
                || service.phase == Phase::Shutdown
        }
    }
}

fn grades(finding: &Finding, stanza: Option<Origin>) -> bool {
    finding.marks.iter().any(|mark| mark.graded && mark.at == stanza)
}

impl Leaf<'_> {
    /// Whether a message names the event: whole, or by what announces it.
    pub fn is_named(&self, message: &str) -> bool {
        let names = |what: &str| message.contains(&format!("`{what}`"));
        names(&self.event.to_string())
            || match &self.announcer {
                Announcer::Anybody(event) => names(&event.to_string()),
                Announcer::System(_) => {
                    let job = self.event.value(0, "JOB").filter(|_| !self.event.env.is_empty());
                    job.is_some_and(|(job, _)| names(&job.to_str_lossy()))
                }
                Announcer::Job(job) => {
                    let stands = vendor_jobs::target_of(self.scope, job, DependencyKind::After);
                    let unit = names::target(stands.as_ref().unwrap_or(&Target::Service(job.clone())));
                    let group = format!("{}.target", names::unit(job));
                    let is_unit = |word: &str| word == unit || word == group;
                    names(&job.to_string()) || message.split([' ', ',', ':']).any(is_unit)
                }
            }
    }
}
