//! Conditions event by event: what became of each event that a job waits for.

use bstr::ByteSlice as _;

use super::{Conversion, plumbing};
use crate::findings::{Code, Finding, Outcome};
use crate::service::{Bond, Party, Phase, Relation, Scope};
use crate::systemd::names;
use crate::text::Origin;
use crate::upstart::condition::EventMatch;
use crate::upstart::read::ties::{Announcer, announcer};

/// An event in a condition, and how it was resolved.
#[derive(Clone, Debug)]
pub struct Leaf<'a> {
    /// The event.
    pub event: &'a EventMatch,
    /// Who announces it.
    pub announcer: Announcer,
    scope: Scope,
    /// The stanza that it stands in.
    pub stanza: Origin,
    /// Whether it stops the job; otherwise it starts it.
    pub stops: bool,
    /// Whether the service is tied to what stands behind it.
    pub tied: bool,
    /// In which way it ended: the gravest of the findings about it; `Exact` if there is none.
    pub outcome: Outcome,
    /// The findings that grade it.
    pub codes: Vec<Code>,
}

impl Conversion {
    /// What became of each event of the job's conditions. A finding about a condition is one about the events that
    /// it names; one that names none is about all of them.
    pub fn leaves(&self) -> Vec<Leaf<'_>> {
        let conditions = [(&self.ties.start_on, false), (&self.ties.stop_on, true)];
        let mut leaves: Vec<Leaf<'_>> = Vec::new();
        for (condition, stops) in conditions {
            let Some(condition) = condition else { continue };
            let first = leaves.len();
            leaves.extend(condition.value.events().map(|event| {
                let announcer = announcer(event);
                // Every unit stops when the system goes down.
                let tied =
                    stops && self.ties.stops_at_shutdown.contains(&event.span) || self.is_tied(&announcer);
                let (stanza, outcome) = (condition.origin, Outcome::Exact);
                let scope = self.service.scope;
                Leaf { event, announcer, scope, stanza, stops, tied, outcome, codes: Vec::new() }
            }));
            let here = leaves.get_mut(first..).unwrap_or_default();
            for finding in self.findings.iter().filter(|finding| grades(finding, condition.origin)) {
                let Some(outcome) = finding.code.info().outcome else { continue };
                let named = here.iter().any(|leaf| leaf.is_named(&finding.message));
                for leaf in here.iter_mut().filter(|leaf| !named || leaf.is_named(&finding.message)) {
                    leaf.outcome = leaf.outcome.max(outcome);
                    leaf.codes.push(finding.code);
                }
            }
        }
        leaves
    }

    /// Whether the service is tied to what announces an event.
    fn is_tied(&self, announcer: &Announcer) -> bool {
        let service = &self.service;
        let latched = service.latch.iter().flat_map(|latch| latch.value.operands.iter().flatten());
        let ties: Vec<&Relation> = service.relations.iter().map(|tie| &tie.value).chain(latched).collect();
        let to = |party: &Party| ties.iter().any(|tie| tie.to == *party);
        let to_station = || ties.iter().any(|tie| !matches!(tie.to, Party::Service(_) | Party::Event(_)));
        match announcer {
            // A session's own events are stations that others stand for.
            _ if service.scope == Scope::Session && (to_station() || !service.activation.is_empty()) => true,
            Announcer::Job(job) => {
                to(&Party::Service(job.clone()))
                    || plumbing::party_of(service.scope, job, Bond::After).is_some_and(|party| to(&party))
                    || service.stop_latch.iter().any(|latch| latch.value.contains(job))
            }
            Announcer::Anybody(event) => to(&Party::Event(event.clone())),
            Announcer::System(_) => {
                to_station()
                    || !service.activation.is_empty()
                    || service.machine.is_some()
                    || service.phase == Phase::Shutdown
            }
        }
    }
}

fn grades(finding: &Finding, stanza: Origin) -> bool {
    finding.marks.iter().any(|mark| mark.graded && mark.origin == stanza)
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
                    let stands = plumbing::party_of(self.scope, job, Bond::After);
                    let unit = names::party(stands.as_ref().unwrap_or(&Party::Service(job.clone())));
                    let group = format!("{}.target", names::unit(job));
                    let is_unit = |word: &str| word == unit || word == group;
                    names(&job.to_string()) || message.split([' ', ',', ':']).any(is_unit)
                }
            }
    }
}
