//! What stands behind each event that stops a job.

use bstr::ByteSlice as _;

use super::bridges::{bridge, is_bridge};
use super::events::{
    announced, elsewhere, filter, is_boot_event, levels, looks_closer, lost, named_job, no_level,
};
use crate::findings::{Code, Finding, Subject};
use crate::service::{BootTarget, DependencyKind, Target};
use crate::text::{Origin, Text};
use crate::upstart::condition::EventMatch;
use crate::upstart::distribution::Distribution;

/// What an event in `stop on` means for a service.
#[derive(Clone, Debug, Default)]
pub struct StopEffect {
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
                let message = format!("`{event}` is no event; `runlevel` is missing before it");
                let help = "on Upstart this never stopped the job; at shutdown the unit stops";
                return StopEffect::reporting(event.finding(Code::LostOperand, message, origin).help(help));
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
                let message = "no Upstart since 0.5 emits `shutdown`; taken for the end of the system";
                let about = Subject::Event("shutdown".into());
                let effect =
                    StopEffect::reporting(Finding::new(Code::Runlevels, message).about(about).at(origin));
                StopEffect { shutdown: Some(false), ..effect }
            }
            ("stopping", Some(job)) => {
                StopEffect::dependency(DependencyKind::StopsBefore, Target::Service(job))
            }
            ("stopped", Some(job)) => {
                StopEffect::dependency(DependencyKind::StopsAfter, Target::Service(job))
            }
            ("starting", Some(job)) => {
                StopEffect::dependency(DependencyKind::StoppedByStarting, Target::Service(job))
            }
            ("started", Some(job)) => {
                StopEffect::dependency(DependencyKind::StoppedByStarted, Target::Service(job))
            }
            _ if event.is_of_job() => {
                let help = "decide what should stop the unit, and write it down there";
                return StopEffect::reporting(
                    elsewhere(event, origin, "no single job is named here").help(help),
                );
            }
            // What starts before something stops after it.
            ("deconfiguring-networking", _) => StopEffect::after(BootTarget::NetworkPre),
            ("unmounted-remote-filesystems" | "unmounting-filesystem", _) => {
                StopEffect::after(BootTarget::RemoteFsPre)
            }
            (name, _) if is_bridge(name) => StopEffect::reporting(bridge(event, origin)),
            (name, _) if is_boot_event(name) => {
                let message = format!("the unit is not stopped by `{event}`");
                let help = "decide whether it has to stop then, and what should stop it";
                StopEffect::reporting(event.finding(Code::StopCondition, message, origin).help(help))
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

    pub fn reporting(finding: Finding) -> StopEffect {
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
        let finding = lost(format!("`{event}`"), origin);
        return StopEffect::reporting(finding.about(Subject::Event(event.to_string().into())));
    }
    let levels = levels(value);
    if levels.is_empty() {
        return StopEffect::reporting(no_level(event, origin, "stops"));
    }
    let has = |level: u8| levels.contains(&level);
    let mut effect = StopEffect { shutdown: Some(has(b'1')), ..StopEffect::default() };
    let running: Vec<u8> = levels.iter().copied().filter(|level| b"2345".contains(level)).collect();
    if !running.is_empty() {
        let shown = running.as_bstr();
        let message = format!("systemd does not tell runlevels 2 to 5 apart; the job stops in {shown}");
        let help = "do not enable the unit if the job did not run in the machine's usual runlevel";
        let finding = Finding::new(Code::Runlevels, message).about(Subject::Event(running.as_slice().into()));
        effect.findings.push(finding.at(origin).help(help));
    } else if !has(b'0') || !has(b'6') {
        let message = "the unit is stopped at shutdown and at reboot, the job was not at both";
        let help = "on Upstart the job lived until everything was killed; check that an orderly stop is fine";
        effect.findings.push(Finding::new(Code::Runlevels, message).at(origin).help(help));
    }
    effect
}
