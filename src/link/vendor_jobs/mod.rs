//! The jobs that distributions shipped: a system with systemd has units of its own in their place, so that
//! they are retired and not converted. What relations of other jobs to them mean is answered here, too.

pub mod recognise;
mod table;

pub use table::{Replacement, VendorJob};

use std::collections::HashMap;
use std::sync::LazyLock;

use self::table::Shipped;
use crate::service::{BootTarget, DependencyKind, Scope, Target};
use crate::systemd::boot_target;
use crate::text::Text;

/// Services outside a set that stand for jobs: a job's name, and the name of its unit without suffix.
pub type Known = HashMap<(Scope, Text), Text>;

static JOBS: LazyLock<HashMap<Scope, HashMap<&[u8], VendorJob>>> = LazyLock::new(|| {
    let of = |scope| Shipped::of(scope).jobs().map(|job| (job.name.as_bytes(), job)).collect();
    [Scope::System, Scope::Session].map(|scope| (scope, of(scope))).into()
});

/// What is known of a job of this name.
pub fn find(scope: Scope, job: &[u8]) -> Option<&'static VendorJob> {
    JOBS.get(&scope)?.get(job)
}

/// Whether a service, named without its suffix, stands for a job that a distribution shipped.
pub fn is_unit(service: &[u8]) -> bool {
    let stands = |unit: &str| unit.strip_suffix(".service").is_some_and(|name| name.as_bytes() == service);
    JOBS[&Scope::System].values().any(|it| it.replacement.unit().is_some_and(stands))
}

/// Whether a job of this name does its work once, while the system boots, and its unit then stays up. Its
/// end is then the unit's being up.
pub fn is_boot_task(job: &[u8]) -> bool {
    find(Scope::System, job).is_some_and(|it| matches!(it.replacement, Replacement::Once(_)))
}

/// The job that has an instance for each network interface, and that one unit stands for.
pub(crate) const PER_INTERFACE: &[u8] = b"network-interface";

/// Units that come before the system is set up; whatever stands before one is early as well.
const EARLY: &[&str] = &[
    "apparmor",
    "plymouth-read-write",
    "plymouth-start",
    "systemd-journal-flush",
    "systemd-modules-load",
    "systemd-sysctl",
    "systemd-tmpfiles-setup",
    "systemd-tmpfiles-setup-dev",
    "systemd-udev-settle",
    "systemd-udev-trigger",
    "systemd-udevd",
];

/// Whether something comes before the system is set up, as far as this is known.
pub fn is_early(target: &Target) -> bool {
    match target {
        Target::Service(unit) => EARLY.iter().any(|early| early.as_bytes() == unit.as_slice()),
        Target::BootTarget(boot) => matches!(boot, BootTarget::Sysinit | BootTarget::LocalFs),
        _ => false,
    }
}

/// What stands for a job that is not among those converted, for a relation of that kind.
pub fn target_of(scope: Scope, job: &[u8], kind: DependencyKind) -> Option<Target> {
    let unit = find(scope, job)?.replacement.unit()?;
    // Targets run nothing: they cannot act when they start or stop. Nor is an instance of a template changed for itself.
    let acts = kind.is_of_other();
    if let Some(service) = unit.strip_suffix(".service") {
        return match service.split_once('@') {
            None => Some(Target::Service(service.into())),
            // Which instance is meant is not known.
            Some((_, "")) => None,
            Some(_) => (!acts).then(|| Target::Other(unit.into())),
        };
    }
    // One that stands for several of systemd's is none of them; who presses keys waits for no job.
    let is_it = |boot: &BootTarget| boot_target::name(*boot) == unit && *boot != BootTarget::CtrlAltDel;
    boot_target::named(unit).filter(|boot| !acts && is_it(boot)).map(Target::BootTarget)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_job_is_known_once() {
        for (scope, jobs) in JOBS.iter() {
            assert_eq!(jobs.len(), Shipped::of(*scope).jobs().count());
        }
        assert!(JOBS[&Scope::System].len() > 150);
    }

    #[test]
    fn each_row_says_what_takes_the_jobs_place_how_it_is_known_and_why() {
        for vendor_job in JOBS.values().flat_map(HashMap::values) {
            if let Some(unit) = vendor_job.replacement.unit() {
                assert!(unit.ends_with(".service") || unit.ends_with(".target"), "{unit}");
            }
            assert_eq!(vendor_job.replacement.retires(), !vendor_job.why.is_empty(), "{}", vendor_job.name);
            assert!(!vendor_job.replacement.retires() || !vendor_job.runs.is_empty(), "{}", vendor_job.name);
        }
    }
}
