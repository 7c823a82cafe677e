//! Where the time goes: each step over all jobs of `../shared/real-jobs`, or of `corpus/init`.
//!
//! `cargo bench` runs it. The yardstick for the whole is `sha256sum` over the same files in the same
//! run: `benches/yardstick` compares the two.

use std::path::PathBuf;

use cutover::convert::{self, output, read_job, upstart_input as input};
use cutover::systemd::write::Options;
use cutover::upstart::document::Document;
use cutover::upstart::read::{self, JobFiles};
use cutover::upstart::verdict;

fn main() {
    divan::main();
}

fn jobs() -> Vec<JobFiles> {
    let shared = PathBuf::from("../shared/real-jobs");
    let root = if shared.is_dir() { shared } else { PathBuf::from("corpus/init") };
    let found = input::find(&[root]);
    found.inputs.iter().filter_map(|input| input.read(true).ok()).collect()
}

#[divan::bench]
fn document(bencher: divan::Bencher<'_, '_>) {
    let jobs = jobs();
    bencher.bench(|| jobs.iter().map(|job| Document::read(&job.conf.text).nodes.len()).sum::<usize>());
}

#[divan::bench]
fn verdict(bencher: divan::Bencher<'_, '_>) {
    let jobs = jobs();
    bencher.bench(|| jobs.iter().filter(|job| verdict::load(&job.conf.text, None).is_ok()).count());
}

#[divan::bench]
fn read_service(bencher: divan::Bencher<'_, '_>) {
    let jobs = jobs();
    bencher.bench(|| jobs.iter().map(|job| read::read(job).findings.len()).sum::<usize>());
}

#[divan::bench]
fn write_units(bencher: divan::Bencher<'_, '_>) {
    let options = Options::default();
    let jobs: Vec<_> = jobs().into_iter().map(read_job).map(|job| job.alone(options.style)).collect();
    bencher
        .with_inputs(|| jobs.clone())
        .bench_values(|jobs| jobs.into_iter().map(|job| job.write(&options).conversion.units.len()).sum::<usize>());
}

#[divan::bench]
fn print_units(bencher: divan::Bencher<'_, '_>) {
    let options = Options::default();
    let conversions: Vec<_> =
        jobs().iter().map(|job| convert::convert(job, cutover::lift::Level::default(), &options)).collect();
    bencher.bench(|| conversions.iter().map(|conversion| output::files(conversion).len()).sum::<usize>());
}
