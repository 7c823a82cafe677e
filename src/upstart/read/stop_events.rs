//! What stands behind each event that stops a job.

use bstr::ByteSlice as _;

use super::bridges::{bridge, is_bridge};
use super::events::{
    announced, elsewhere, filter, is_boot_event, levels, looks_closer, lost, named_job, no_level,
};
use crate::findings::{Code, Finding};
use crate::service::{Bond, Milestone, Party};
use crate::text::{Origin, Text};
use crate::upstart::condition::EventMatch;
use crate::upstart::distribution::Distribution;

/// What an event in `stop on` means for a service.
#[derive(Clone, Debug, Default)]
pub struct StopEffect {
    /// Its ties.
    pub ties: Vec<(Bond, Party)>,
    /// Whether it is the end of the system; then, whether rescue mode leaves the service running.
    pub shutdown: Option<bool>,
    /// What is to be said.
    pub findings: Vec<Finding>,
}

impl StopEffect {
    /// What an event in `stop on` means.
    pub fn of(event: &EventMatch, distribution: Distribution, origin: Origin) -> StopEffect {
        let name = event.name.to_str_lossy();
        let party = named_job(event).map(Party::Service);
        let mut effect = StopEffect::default();
        match (name.as_ref(), party) {
            ("runlevel", _) => return stop_runlevel(event, 0, origin),
            _ if event.name.starts_with(b"[") => {
                let mut findings = vec![
                    Finding::new(
                        Code::LostOperand,
                        format!("`{event}` is no event; `runlevel` is missing before it"),
                    )
                    .at(origin)
                    .help("on Upstart this never stopped the job; at shutdown the unit stops"),
                ];
                findings.extend(effect.findings);
                return StopEffect { findings, ..StopEffect::default() };
            }
            ("starting", Some(Party::Service(job))) if *job == "rc" => {
                return stop_runlevel(event, 99, origin);
            }
            ("starting", Some(Party::Service(job)))
                if distribution == Distribution::ChromeOs
                    && matches!(job.as_slice(), b"halt" | b"pre-shutdown" | b"reboot") =>
            {
                // Jobs that take the machine down.
                return StopEffect { shutdown: Some(false), ..effect };
            }
            ("shutdown", _) => {
                effect.shutdown = Some(false);
                effect.findings.push(
                    Finding::new(
                        Code::Runlevels,
                        "no Upstart since 0.5 emits `shutdown`; taken for the end of the system",
                    )
                    .at(origin),
                );
            }
            ("stopping", Some(party)) => effect.ties.push((Bond::StopsBefore, party)),
            ("stopped", Some(party)) => effect.ties.push((Bond::StopsAfter, party)),
            ("starting", Some(party)) => effect.ties.push((Bond::StoppedByStarting, party)),
            ("started", Some(party)) => effect.ties.push((Bond::StoppedByStarted, party)),
            ("starting" | "started" | "stopping" | "stopped", None) => {
                let finding = elsewhere(event, origin, "no single job is named here")
                    .help("decide what should stop the unit, and write it down there");
                effect.findings.push(finding);
                return effect;
            }
            ("deconfiguring-networking" | "unmounted-remote-filesystems" | "unmounting-filesystem", _) => {
                // What starts before something stops after it.
                let before = if name == "deconfiguring-networking" {
                    Milestone::NetworkPre
                } else {
                    Milestone::RemoteFsPre
                };
                effect.ties.push((Bond::Starts, Party::Milestone(before)));
                effect.ties.push((Bond::Before, Party::Milestone(before)));
                effect.shutdown = Some(false);
            }
            (name, _) if is_bridge(name) => effect.findings.push(bridge(event, origin)),
            (name, _) if is_boot_event(name) => {
                effect.findings.push(
                    Finding::new(Code::StopCondition, format!("the unit is not stopped by `{event}`"))
                        .at(origin)
                        .help("decide whether it has to stop then, and what should stop it"),
                );
            }
            _ => {
                effect.ties.push((Bond::StoppedBy, Party::Event(Text(event.name.clone()))));
                effect.findings.push(announced(event, origin));
                return effect;
            }
        }
        if matches!(name.as_ref(), "starting" | "started" | "stopping" | "stopped") && looks_closer(event) {
            effect.findings.push(filter(event, origin));
        }
        effect
    }
}

fn stop_runlevel(event: &EventMatch, position: usize, origin: Origin) -> StopEffect {
    let value = event.value(position, "RUNLEVEL").unwrap_or((b"*", false));
    if value.0.contains(&b'$') {
        return StopEffect { findings: vec![lost(format!("`{event}`"), origin)], ..StopEffect::default() };
    }
    let levels = levels(value);
    if levels.is_empty() {
        return StopEffect { findings: vec![no_level(event, origin, "stops")], ..StopEffect::default() };
    }
    let has = |level: u8| levels.contains(&level);
    let mut effect = StopEffect { shutdown: Some(has(b'1')), ..StopEffect::default() };
    let running: Vec<u8> = levels.iter().copied().filter(|level| b"2345".contains(level)).collect();
    if !running.is_empty() {
        effect.findings.push(
            Finding::new(
                Code::Runlevels,
                format!(
                    "systemd does not tell runlevels 2 to 5 apart; the job stops in {}",
                    running.as_bstr()
                ),
            )
            .at(origin)
            .help("do not enable the unit if the job did not run in the machine's usual runlevel"),
        );
    } else if !has(b'0') || !has(b'6') {
        effect.findings.push(
            Finding::new(
                Code::Runlevels,
                "the unit is stopped at shutdown and at reboot, the job was not at both",
            )
            .at(origin)
            .help("on Upstart the job lived until everything was killed; check that an orderly stop is fine"),
        );
    }
    effect
}
