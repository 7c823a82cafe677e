//! A life of a machine whose jobs note nothing themselves: what systemd says of its units, and what the stubs in the place
//! of their programs have noted.

use cutover::systemd::names;

use super::jobs::{Jobs, Own};
use super::machine::BootRecord;
use super::notes::Notes;
use super::promises::{Life, LifecycleEvent, Promise, before};
use super::stubs::is_seen;

pub struct Observed<'a> {
    notes: Notes<'a>,
}

impl<'a> Observed<'a> {
    pub fn read(jobs: &'a Jobs, record: &'a BootRecord) -> Observed<'a> {
        Observed { notes: Notes::read(jobs, record) }
    }

    /// When the unit of a job got into a state while the machine came up.
    fn state(&self, job: &str, property: &str) -> LifecycleEvent {
        let at = |kind: &str| {
            let unit = format!("{}.{kind}", names::unit(job.as_bytes()));
            self.notes.reached_at(&unit, &format!("{property}TimestampMonotonic"))
        };
        // What only groups others is a target.
        at("service").or_else(|why| at("target").map_err(|_| why))
    }
}

impl Life for Observed<'_> {
    fn jobs(&self) -> &Jobs {
        self.notes.jobs()
    }

    fn first(&self, job: &str) -> LifecycleEvent {
        // The unit of work at shutdown has been up for long.
        if self.jobs().late.contains(job) { self.notes.first(job) } else { self.state(job, "InactiveExit") }
    }

    fn last(&self, job: &str) -> LifecycleEvent {
        let ended = self.state(job, "InactiveEnter").ok();
        let noted = self.notes.last(job);
        ended.max(noted.as_ref().ok().copied()).map_or(noted, Ok)
    }

    fn term(&self, job: &str) -> LifecycleEvent {
        self.notes.at(job, "main", "term").or_else(|_| self.state(job, "ActiveExit"))
    }

    fn reached_at(&self, unit: &str, property: &str) -> LifecycleEvent {
        self.notes.reached_at(unit, property)
    }

    fn down(&self) -> LifecycleEvent {
        self.notes.down()
    }

    fn up_before(&self, job: &str, own: &Own, other: &str) -> Option<String> {
        // A task is never up, for systemd.
        let up = if own.task() { self.state(job, "InactiveExit") } else { self.state(job, "ActiveEnter") };
        before(up, self.first(other))
    }

    fn post_start(&self, job: &str) -> LifecycleEvent {
        self.state(job, "ActiveEnter")
    }

    fn hooks(&self, job: &str, own: &Own) -> Vec<Promise> {
        if !is_seen(own) {
            return Vec::new();
        }
        let broken = self.notes.at(job, "main", "begin").err();
        vec![Promise { text: format!("{job}: its main program runs"), broken }]
    }
}
