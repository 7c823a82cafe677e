//! Jobs of the distribution whose place a unit of the target takes: nothing is written for them.

use super::Conversion;
use crate::findings::{Account, Finding, codes};
use crate::link::LinkedJob;
use crate::link::vendor_jobs::{Replacement, VendorJob};
use crate::text::Origin;
use crate::upstart::read::JobFiles;

/// What a job that is retired becomes: nothing, and an account that says so.
pub(super) fn retire(vendor_job: &'static VendorJob, files: &JobFiles, reading: LinkedJob) -> Conversion {
    let over = files.over.as_ref().map_or(&b""[..], |over| over.text.as_slice());
    let text = |origin: &Origin| origin.span.of(if origin.file == 0 { &files.conf.text } else { over });
    let (mut shipped, mut disabling, mut changes) = (Vec::new(), Vec::new(), Vec::new());
    for origin in &reading.stanzas {
        match (text(origin).starts_with(b"manual"), origin.file) {
            (true, _) if vendor_job.replacement != Replacement::Unneeded => disabling.push(*origin),
            (true, _) | (false, 0) => shipped.push(*origin),
            (false, _) => changes.push(*origin),
        }
    }
    let VendorJob { name, why, .. } = vendor_job;
    let unit = vendor_job.replacement.unit();
    let mut findings = vec![at_all(note(vendor_job), &shipped)];
    if let (false, Some(unit)) = (disabling.is_empty(), unit) {
        let finding = if unit.ends_with(".target") {
            codes::disabled_for_target(name, unit)
        } else {
            codes::disabled_retired(name, unit)
        };
        findings.push(at_all(finding, &disabling));
    }
    if !changes.is_empty() {
        let finding = match unit {
            Some(unit) => codes::changed_retired(name, unit),
            None => codes::changed_unneeded(name, why),
        };
        findings.push(at_all(finding, &changes));
    }
    let account = Account::default().close(&reading.stanzas, &mut findings);
    Conversion {
        service: reading.service,
        units: Vec::new(),
        companions: Vec::new(),
        account,
        findings,
        machinery: Vec::new(),
        events: reading.events,
        retired: true,
    }
}

/// The finding that says that a job is retired.
fn note(vendor_job: &VendorJob) -> Finding {
    let VendorJob { name, replacement, why, .. } = vendor_job;
    match (replacement.unit(), replacement) {
        (Some(unit), Replacement::Aliased(_)) => codes::retired_for_package(name, unit, why).became(unit),
        (Some(unit), _) => codes::retired_job(name, unit, why).became(unit),
        (None, _) => codes::retired_for_nothing(name, why),
    }
}

fn at_all(finding: Finding, origins: &[Origin]) -> Finding {
    origins.iter().fold(finding, |finding, origin| finding.at(*origin))
}
