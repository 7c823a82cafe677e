//! Differences that hold for every unit: told once per run, and only those that can show.

use super::Conversion;
use crate::findings::{Code, Finding};
use crate::systemd::directive::Directive;
use crate::upstart::distribution::Distribution;

/// The general findings that concern at least one of the units.
pub fn findings(conversions: &[&Conversion], distribution: Distribution) -> Vec<Finding> {
    let any = |test: &dyn Fn(&Conversion) -> bool| conversions.iter().any(|conversion| test(conversion));
    let has_main = |conversion: &Conversion| !conversion.service.main.is_empty();
    // What the machinery of `--style exact` mends, by the directive that does it.
    let lacks = |conversion: &Conversion, directive, what: &str| {
        let unit = conversion.units.first();
        unit.is_some_and(|unit| {
            !unit.entries.iter().any(|entry| entry.directive == directive && entry.value.contains(what))
        })
    };
    let main_lacks = |conversion: &Conversion, directive, what: &str| {
        has_main(conversion) && lacks(conversion, directive, what)
    };
    let table: [(Code, bool); 11] = [
        (Code::GeneralExitStatus, !conversions.is_empty()),
        (Code::GeneralStartRefused, any(&|conversion| conversion.service.restart.on.is_some())),
        (Code::GeneralFailedState, any(&has_main)),
        (Code::GeneralBuffering, any(&|conversion| conversion.service.io.is_none())),
        (
            Code::GeneralEnvironment,
            any(&|conversion| lacks(conversion, Directive::UnsetEnvironment, "INVOCATION_ID")),
        ),
        (
            Code::GeneralControlGroup,
            any(&|conversion| main_lacks(conversion, Directive::ExecStop, "/bin/kill -KILL -- -")),
        ),
        (Code::GeneralStartArguments, !conversions.is_empty()),
        (Code::GeneralReload, any(&|conversion| main_lacks(conversion, Directive::ExecReload, ""))),
        (Code::GeneralSigpipe, any(&|conversion| main_lacks(conversion, Directive::IgnoreSIGPIPE, "no"))),
        (
            Code::GeneralSpawnFailure,
            any(&|conversion| {
                conversion.service.restart.on.is_some()
                    && lacks(conversion, Directive::RestartPreventExitStatus, "203")
                    && lacks(conversion, Directive::RestartForceExitStatus, "199 244")
                    && lacks(conversion, Directive::ExecStart, "until")
            }),
        ),
        (Code::GeneralStartReturn, !conversions.is_empty()),
    ];
    let told = table.into_iter().filter(|(_, concerns)| *concerns);
    let mut findings: Vec<Finding> =
        told.map(|(code, _)| Finding::new(code, code.info().summary.trim().trim_end_matches('.'))).collect();
    if distribution != Distribution::Ubuntu {
        let message = format!("the jobs are taken for those of {}", distribution.name());
        findings.push(Finding::new(Code::GeneralOrigin, message).help("`--origin` says otherwise"));
    }
    findings
}
