//! How the jobs of a root hang together, as pictures: before by events, and after by the relations of units.

use std::path::Path;

use crate::convert::batch::{Batch, Choices, Job};
use crate::convert::{self, LinkedJob, ReadJob, read_job};
use crate::graph::{self, Graph, Sort, cycles};
use crate::plan::store::{AFTER, BEFORE};
use crate::plan::{Made, Store, StoreError};
use crate::service::Scope;

/// Keeps a plan in a directory, as [`Store::create`] does, with both pictures.
///
/// # Errors
/// When the directory holds something else, or cannot be written.
pub fn create(made: Made, path: &Path) -> Result<Store, StoreError> {
    let [before, after] = draw(&made.batch, &made.choices);
    let store = Store::create(made, path)?;
    store.write(BEFORE, before.as_bytes())?;
    store.write(AFTER, after.as_bytes())?;
    Ok(store)
}

/// Draws the jobs of the machine, or, where there are none, those of its sessions: before and after, as SVG.
fn draw(batch: &Batch, choices: &Choices) -> [String; 2] {
    let of_machine = |job: &Job| job.conversion.service.scope == Scope::System;
    let is_machine = batch.jobs.iter().any(of_machine);
    let jobs = || batch.jobs.iter().filter(|job| of_machine(job) == is_machine);
    let read = jobs().map(|job| ReadJob { vendor_job: job.vendor_job, ..read_job(job.files.clone()) });
    let before = convert::link_jobs(read.collect(), choices.options.style, &choices.known);
    // What systemd has units of its own for is no unit of the set.
    let after: Vec<LinkedJob> = before.iter().filter(|job| job.vendor_job.is_none()).cloned().collect();
    [picture(&before, graph::events, Sort::Start), picture(&after, graph::units, Sort::Order)]
}

fn picture(jobs: &[LinkedJob], view: fn(&[LinkedJob]) -> Graph, sort: Sort) -> String {
    let mut graph = view(jobs);
    cycles::mark(&mut graph, sort);
    graph::svg::write(&graph::fold(&graph))
}
