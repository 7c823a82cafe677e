//! How the jobs of a root hang together, as pictures: before by events, and after by the relations of units.

use crate::convert::batch::{Batch, Choices, Job};
use crate::convert::set;
use crate::graph::{self, Graph, Read, Sort, cycles};
use crate::service::Scope;
use crate::upstart::read::{self, JobFiles, Reading};

/// Both pictures, as SVG.
#[derive(Clone, Debug, Default)]
pub struct Pictures {
    /// By the events that start and stop jobs.
    pub before: String,
    /// By the relations of the units.
    pub after: String,
}

/// Draws the jobs of the machine, or, where there are none, those of its sessions.
pub fn draw(batch: &Batch, choices: &Choices) -> Pictures {
    let of_machine = |job: &Job| job.conversion.service.scope == Scope::System;
    let is_machine = batch.jobs.iter().any(of_machine);
    let jobs = || batch.jobs.iter().filter(|job| of_machine(job) == is_machine);
    let before: Vec<(&JobFiles, Reading)> = jobs().map(|job| (&job.files, read::read(&job.files))).collect();
    // What systemd has units of its own for is no unit of the set.
    let mut after: Vec<(&JobFiles, Reading)> =
        jobs().filter(|job| job.stock.is_none()).map(|job| (&job.files, read::read(&job.files))).collect();
    set::settle(choices.options.style, &choices.known, after.iter_mut().map(|(_, reading)| reading));
    Pictures {
        before: picture(&before, graph::events, Sort::Start),
        after: picture(&after, graph::units, Sort::Order),
    }
}

fn picture(jobs: &[(&JobFiles, Reading)], view: fn(&[Read<'_>]) -> Graph, sort: Sort) -> String {
    let jobs: Vec<Read<'_>> = jobs.iter().map(|(files, reading)| Read { files, reading }).collect();
    let mut graph = view(&jobs);
    cycles::mark(&mut graph, sort);
    graph::svg::write(&graph::fold(&graph))
}
