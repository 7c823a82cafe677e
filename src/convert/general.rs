//! Differences that hold for every unit, or for every job: told once per run, and only those that can show.

use super::{Conversion, Reversal};
use crate::findings::{Code, Finding, codes};
use crate::systemd::table::Directive;
use crate::systemd::unit::Unit;
use crate::systemd::write::Machinery;
use crate::upstart::distribution::Distribution;
use crate::upstart::job::{Job, ProcessType};

/// The general findings that concern at least one of the units.
pub(crate) fn of_units(conversions: &[&Conversion], distribution: Distribution) -> Vec<Finding> {
    let any = |test: &dyn Fn(&Conversion) -> bool| conversions.iter().any(|conversion| test(conversion));
    let has_main = |conversion: &Conversion| !conversion.service.main.is_empty();
    let unit = |conversion: &Conversion, lacks: &dyn Fn(&Unit) -> bool| {
        has_main(conversion) && conversion.units.first().is_some_and(lacks)
    };
    let unit_lacks = |directive| any(&|conversion| unit(conversion, &|unit| !unit.has(directive)));
    let lacks =
        |conversion: &Conversion, machinery| !conversion.units.is_empty() && !conversion.machinery.contains(&machinery);
    let table = [
        (Code::GeneralExitStatus, !conversions.is_empty()),
        (Code::GeneralStartRefused, any(&|conversion| conversion.service.restart.on.is_some())),
        (Code::GeneralFailedState, any(&has_main)),
        (Code::GeneralBuffering, any(&|conversion| conversion.service.io.is_none())),
        (Code::GeneralEnvironment, any(&|conversion| lacks(conversion, Machinery::PlainEnvironment))),
        (Code::GeneralControlGroup, any(&|conversion| has_main(conversion) && lacks(conversion, Machinery::GroupStop))),
        (Code::GeneralStartArguments, !conversions.is_empty()),
        (Code::GeneralReload, unit_lacks(Directive::ExecReload)),
        (Code::GeneralSigpipe, unit_lacks(Directive::IgnoreSIGPIPE)),
        (
            Code::GeneralSpawnFailure,
            any(&|conversion| conversion.service.restart.on.is_some() && lacks(conversion, Machinery::SpawnFailures)),
        ),
        (Code::GeneralStartReturn, !conversions.is_empty()),
    ];
    findings(&table, codes::origin_of_jobs, distribution)
}

/// The general findings that concern at least one of the jobs.
pub fn of_jobs(reversals: &[&Reversal], distribution: Distribution) -> Vec<Finding> {
    let jobs: Vec<&Job> = reversals.iter().filter_map(|one| one.job.as_ref().map(|(_, job)| job)).collect();
    let any = |test: &dyn Fn(&Job) -> bool| jobs.iter().any(|job| test(job));
    let has = |kind| move |job: &Job| job.processes.contains_key(&kind);
    let has_main = has(ProcessType::Main);
    let table = [
        (
            Code::GeneralNoTimeLimit,
            any(&has(ProcessType::PreStart)) || any(&has(ProcessType::PostStart)) || any(&|job| job.expect.is_some()),
        ),
        (Code::GeneralProcessGroup, any(&has_main)),
        (Code::GeneralRespawnCount, any(&|job| job.respawn.is_some())),
        (Code::GeneralReloadSignal, any(&has_main)),
        (Code::GeneralJobEnvironment, any(&|job| !job.processes.is_empty())),
        (Code::GeneralJobSigpipe, any(&has_main)),
        (Code::GeneralJobStatus, !jobs.is_empty()),
    ];
    findings(&table, codes::origin_for_units, distribution)
}

/// Those of the table that concern something, and whose jobs it was about where that is not what most are.
fn findings(table: &[(Code, bool)], origin: fn(&'static str) -> Finding, distribution: Distribution) -> Vec<Finding> {
    let told = table.iter().filter(|(_, concerns)| *concerns).map(|(code, _)| Finding::general(*code));
    let foreign = (distribution != Distribution::Ubuntu).then(|| origin(distribution.name()));
    told.chain(foreign).collect()
}
