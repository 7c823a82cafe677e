//! Jobs of the distribution whose place a unit of the target takes: nothing is written for them.

use super::Conversion;
use crate::findings::{Account, Code, Finding};
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
        let message = format!("`{name}` is disabled by `manual`; {unit}, which takes its place, is not");
        let help = if unit.ends_with(".target") {
            format!(
                "{unit} cannot be done without: see why the job was disabled, and whether that still holds"
            )
        } else {
            format!("systemctl disable {unit}, or systemctl mask {unit} where something else would start it")
        };
        findings.push(at_all(Finding::new(Code::OverrideOfRetired, message).help(help), &disabling));
    }
    if !changes.is_empty() {
        let (what, help) = match unit {
            Some(unit) => (
                format!("and {unit}, which takes its place, knows nothing of it"),
                format!("carry it over into a drop-in: systemctl edit {unit}"),
            ),
            None => (
                "which nothing takes the place of".to_owned(),
                format!("see whether it is still needed: {why}"),
            ),
        };
        let message = format!("the override changes `{name}`, {what}");
        findings.push(at_all(Finding::new(Code::OverrideOfRetired, message).help(help), &changes));
    }
    let account = Account::default().close(&reading.stanzas, &mut findings);
    Conversion {
        service: reading.service,
        units: Vec::new(),
        companions: Vec::new(),
        account,
        findings,
        machinery: Vec::new(),
        ties: reading.ties,
        retired: true,
    }
}

/// The finding that says that a job is retired.
fn note(vendor_job: &VendorJob) -> Finding {
    const KEEP: &str = "--keep-vendor-jobs converts it all the same";
    let VendorJob { name, replacement, why, .. } = vendor_job;
    let place = match replacement.unit() {
        Some(unit) => format!("{unit} takes its place"),
        None => "nothing has to take its place".to_owned(),
    };
    let help = match replacement {
        Replacement::Aliased(unit) => format!(
            "what was changed in the job belongs into a drop-in: systemctl edit {unit}; {KEEP}, and the unit then \
             stands before that of the package"
        ),
        _ => KEEP.to_owned(),
    };
    let finding =
        Finding::new(Code::RetiredJob, format!("`{name}` is not converted, {place}: {why}")).help(help);
    replacement.unit().into_iter().fold(finding, Finding::became)
}

fn at_all(finding: Finding, origins: &[Origin]) -> Finding {
    origins.iter().fold(finding, |finding, origin| finding.at(*origin))
}
