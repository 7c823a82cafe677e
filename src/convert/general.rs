//! Differences that hold for every unit: told once per run, and only those that can show.

use super::Conversion;
use crate::findings::{Code, Finding};
use crate::systemd::directive::Directive;

/// The general findings that concern at least one of the units.
pub fn findings(conversions: &[&Conversion]) -> Vec<Finding> {
    let any = |test: fn(&Conversion) -> bool| conversions.iter().any(|conversion| test(conversion));
    let has_main = |conversion: &Conversion| !conversion.service.main.is_empty();
    let table: [(Code, bool); 10] = [
        (Code::GeneralExitStatus, !conversions.is_empty()),
        (Code::GeneralStartRefused, any(|conversion| conversion.service.restart.on.is_some())),
        (Code::GeneralFailedState, any(has_main)),
        (Code::GeneralBuffering, any(|conversion| conversion.service.io.is_none())),
        (Code::GeneralEnvironment, !conversions.is_empty()),
        (Code::GeneralControlGroup, any(has_main)),
        (Code::GeneralStartArguments, !conversions.is_empty()),
        (
            Code::GeneralReload,
            any(|conversion| {
                conversion.units.first().is_some_and(|unit| unit.get(Directive::ExecReload).is_none())
                    && !conversion.service.main.is_empty()
            }),
        ),
        (Code::GeneralSigpipe, any(has_main)),
        (Code::GeneralSpawnFailure, any(|conversion| conversion.service.restart.on.is_some())),
    ];
    let told = table.into_iter().filter(|(_, concerns)| *concerns);
    told.map(|(code, _)| Finding::new(code, code.info().summary.trim().trim_end_matches('.'))).collect()
}
