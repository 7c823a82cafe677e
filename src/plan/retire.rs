//! Jobs that are not converted because systemd, or a package, has a unit in their place.

use super::PlanError;
use super::drop_in;
use super::make::Maker;
use super::model::{Action, Planned};
use crate::convert::batch::Job;
use crate::convert::plumbing::{Fate, Stock};
use crate::findings::{Code, Finding};
use crate::root::RootPath;
use crate::systemd::load::UnitFiles;
use crate::text::Origin;

impl Maker<'_> {
    /// Plans a job that something else takes the place of.
    pub(super) fn retire(
        &mut self,
        planned: &mut Planned,
        stock: &'static Stock,
        job: &Job,
    ) -> Result<Vec<Finding>, PlanError> {
        planned.action = Action::Retire;
        planned.unit = stock.fate.unit().map(str::to_owned);
        stock.why.clone_into(&mut planned.why);
        let Some(unit) = stock.fate.unit() else { return Ok(Vec::new()) };
        let scope = job.conversion.service.scope;
        if let Some(files) = self.survey.unit(scope, unit) {
            let is_of_package = matches!(stock.fate, Fate::Aliased(_)) && !planned.disabled;
            return if is_of_package { self.rouse(planned, &files, job) } else { Ok(Vec::new()) };
        }
        if !self.survey.has_systemd() || self.survey.has_unit(scope, unit) {
            return Ok(Vec::new());
        }
        let message = format!("{unit}, which takes the place of `{}`, is not in the root", stock.name);
        let finding = Finding::new(Code::SuccessorMissing, message)
            .see(Origin::default(), "")
            .help("install the package that brings it, or plan with --keep-plumbing to convert the job");
        Ok(vec![finding])
    }

    /// Sees to it that a package's unit starts in the place of a retired job; where nothing starts it yet, it is
    /// enabled, which is for a person to decide.
    fn rouse(
        &mut self,
        planned: &mut Planned,
        unit: &UnitFiles,
        job: &Job,
    ) -> Result<Vec<Finding>, PlanError> {
        let scope = job.conversion.service.scope;
        let on_demand = [".socket", ".timer", ".path"].iter().any(|kind| {
            let name = format!("{}{kind}", unit.name.prefix());
            self.survey.unit(scope, &name).is_some_and(|trigger| !trigger.enabled.is_empty())
        });
        if unit.masked {
            planned.action = Action::Adopt;
            planned.why = format!("{} is in the root, and masked", unit.name);
            return Ok(vec![drop_in::masked(unit)]);
        }
        if on_demand || !unit.enabled.is_empty() {
            return Ok(Vec::new());
        }
        let presets = self.presets.len();
        let mut findings = self.enable(planned, unit, scope)?;
        if planned.links.is_empty() && self.presets.len() == presets {
            // Others start it: it has nothing to be enabled by.
            return Ok(Vec::new());
        }
        planned.action = Action::Adopt;
        "the package brings it, and nothing starts it yet".clone_into(&mut planned.why);
        let sources = unit.sources().filter_map(|source| RootPath::parse(&source.name).ok());
        planned.sources.extend(sources);
        self.survey.unit_counts(unit, scope, &planned.name);
        let message = format!("{} takes the place of the job, and is enabled", unit.name);
        let at = job.conversion.account.first().map(|entry| entry.origin).unwrap_or_default();
        findings.push(Finding::new(Code::AdoptedUnit, message).see(at, "").became(unit.name.as_str()));
        Ok(findings)
    }
}
