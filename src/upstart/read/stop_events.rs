//! What stands behind each event that stops a job.

use bstr::ByteSlice as _;

use super::bridges::{bridge, is_bridge};
use super::events::{announced, filter, is_boot_event, levels, looks_closer, named_job, no_level};
use crate::findings::{Finding, Subject, codes};
use crate::service::{BootTarget, DependencyKind, Target};
use crate::text::{Origin, Text};
use crate::upstart::condition::EventMatch;
use crate::upstart::distribution::Distribution;

/// What an event in `stop on` means for a service.
#[derive(Clone, Debug, Default)]
pub(crate) struct StopEffect {
    /// What it depends on.
    pub dependencies: Vec<(DependencyKind, Target)>,
    /// Whether it is the end of the system; then, whether rescue mode leaves the service running.
    pub shutdown: Option<bool>,
    /// What is to be said.
    pub findings: Vec<Finding>,
}

impl StopEffect {
    /// What an event in `stop on` means.
    pub fn of(event: &EventMatch, distribution: Distribution, origin: Option<Origin>) -> StopEffect {
        let name = event.name.to_str_lossy();
        let mut effect = match (name.as_ref(), named_job(event)) {
            ("runlevel", _) => return stop_runlevel(event, 0, origin),
            _ if event.name.starts_with(b"[") => {
                return StopEffect::reporting(codes::runlevel_missing(event).about(event.subject()).at(origin));
            }
            ("starting", Some(job)) if job.as_slice() == b"rc" => return stop_runlevel(event, 99, origin),
            // Jobs that take the machine down.
            ("starting", Some(job))
                if distribution == Distribution::ChromeOs
                    && matches!(job.as_slice(), b"halt" | b"pre-shutdown" | b"reboot") =>
            {
                return StopEffect { shutdown: Some(false), ..StopEffect::default() };
            }
            ("shutdown", _) => {
                let about = Subject::Event("shutdown".into());
                let finding = codes::shutdown_never_emitted().about(about).at(origin);
                let effect = StopEffect::reporting(finding);
                StopEffect { shutdown: Some(false), ..effect }
            }
            ("stopping", Some(job)) => StopEffect::dependency(DependencyKind::StopsBefore, Target::Service(job)),
            ("stopped", Some(job)) => StopEffect::dependency(DependencyKind::StopsAfter, Target::Service(job)),
            ("starting", Some(job)) => StopEffect::dependency(DependencyKind::StoppedByStarting, Target::Service(job)),
            ("started", Some(job)) => StopEffect::dependency(DependencyKind::StoppedByStarted, Target::Service(job)),
            _ if event.is_of_job() => {
                return StopEffect::reporting(codes::pattern_of_jobs_stops(event).about(event.subject()).at(origin));
            }
            // What starts before something stops after it.
            ("deconfiguring-networking", _) => StopEffect::after(BootTarget::NetworkPre),
            ("unmounted-remote-filesystems" | "unmounting-filesystem", _) => StopEffect::after(BootTarget::RemoteFsPre),
            (name, _) if is_bridge(name) => StopEffect::reporting(bridge(event, origin)),
            (name, _) if is_boot_event(name) => {
                StopEffect::reporting(codes::stop_by_boot_event(event).about(event.subject()).at(origin))
            }
            _ => {
                let target = Target::Event(Text(event.name.clone()));
                let effect = StopEffect::dependency(DependencyKind::StoppedBy, target);
                return StopEffect { findings: vec![announced(event, origin)], ..effect };
            }
        };
        if event.is_of_job() && looks_closer(event) {
            effect.findings.push(filter(event, origin));
        }
        effect
    }

    pub fn dependency(kind: DependencyKind, to: Target) -> StopEffect {
        StopEffect { dependencies: vec![(kind, to)], ..StopEffect::default() }
    }

    pub(crate) fn reporting(finding: Finding) -> StopEffect {
        StopEffect { findings: vec![finding], ..StopEffect::default() }
    }

    /// At the end of the system, when that is down.
    fn after(before: BootTarget) -> StopEffect {
        let kinds = [DependencyKind::Starts, DependencyKind::Before];
        let dependencies = kinds.map(|kind| (kind, Target::BootTarget(before))).into();
        StopEffect { dependencies, shutdown: Some(false), ..StopEffect::default() }
    }
}

fn stop_runlevel(event: &EventMatch, position: usize, origin: Option<Origin>) -> StopEffect {
    let value = event.value(position, "RUNLEVEL").unwrap_or((b"*", false));
    if value.0.contains(&b'$') {
        return StopEffect::reporting(codes::lost_runlevel(event).about(event.subject()).at(origin));
    }
    let levels = levels(value);
    if levels.is_empty() {
        return StopEffect::reporting(no_level(event, origin, "stops"));
    }
    let has = |level: u8| levels.contains(&level);
    let mut effect = StopEffect { shutdown: Some(has(b'1')), ..StopEffect::default() };
    let running: Vec<u8> = levels.iter().copied().filter(|level| b"2345".contains(level)).collect();
    if !running.is_empty() {
        let about = Subject::Event(running.as_slice().into());
        let finding = codes::stop_runlevels_not_told_apart(running.as_bstr());
        effect.findings.push(finding.about(about).at(origin));
    } else if !has(b'0') || !has(b'6') {
        effect.findings.push(codes::stopped_at_every_shutdown().at(origin));
    }
    effect
}
