//! Differences that hold for every job: told once per run, and only those that can show.

use super::Reversal;
use crate::findings::{Code, Finding};
use crate::upstart::distribution::Distribution;
use crate::upstart::job::{Job, ProcessType};

/// The general findings that concern at least one of the jobs.
pub fn findings(reversals: &[&Reversal], distribution: Distribution) -> Vec<Finding> {
    let jobs: Vec<&Job> = reversals.iter().filter_map(|one| one.job.as_ref().map(|(_, job)| job)).collect();
    let any = |test: &dyn Fn(&Job) -> bool| jobs.iter().any(|job| test(job));
    let has = |kind| move |job: &Job| job.processes.contains_key(&kind);
    let has_main = has(ProcessType::Main);
    let table: [(Code, bool); 7] = [
        (
            Code::GeneralNoTimeLimit,
            any(&has(ProcessType::PreStart))
                || any(&has(ProcessType::PostStart))
                || any(&|job| job.expect.is_some()),
        ),
        (Code::GeneralProcessGroup, any(&has_main)),
        (Code::GeneralRespawnCount, any(&|job| job.respawn.is_some())),
        (Code::GeneralReloadSignal, any(&has_main)),
        (Code::GeneralJobEnvironment, any(&|job| !job.processes.is_empty())),
        (Code::GeneralJobSigpipe, any(&has_main)),
        (Code::GeneralJobStatus, !jobs.is_empty()),
    ];
    let told = table.into_iter().filter(|(_, concerns)| *concerns);
    let mut findings: Vec<Finding> =
        told.map(|(code, _)| Finding::new(code, code.info().summary.trim().trim_end_matches('.'))).collect();
    if distribution != Distribution::Ubuntu {
        let message = format!("the jobs are for {}", distribution.name());
        findings.push(Finding::new(Code::GeneralOrigin, message).help("`--origin` says otherwise"));
    }
    findings
}
