//! What becomes of one job: its files, its links, and what is to be said.

use std::collections::BTreeSet;

use bstr::ByteSlice as _;

use super::access::{self, Access};
use super::adopt::{Candidate, Fit};
use super::behaviour;
use super::builder::{JobPlan, Output, PlanBuilder, printed};
use super::drop_in::masked;
use super::missing::Facts;
use super::model::{Action, Decision, FileKind, Grade, LineOrigin, Place, Planned, StanzaPlace};
use super::place::Sources;
use super::survey::{self, OWN_UNIT, PlanError, unit_path};
use crate::compare;
use crate::convert::batch::Job;
use crate::findings::{Became, Outcome, codes};
use crate::link::vendor_jobs::{self, Replacement, VendorJob};
use crate::root::RootPath;
use crate::service::{Scope, Service, Target};
use crate::systemd::load::{UnitFiles, UnitName};
use crate::systemd::unit::Unit;
use crate::systemd::write::{Companion, CompanionKind};
use crate::text::{Source, Sourced};

impl PlanBuilder<'_> {
    /// Plans one job. `candidate` is a unit of the root that could take its place.
    pub(super) fn job(&mut self, job: &Job, candidate: Option<&Candidate>, facts: &Facts<'_>) -> Result<(), PlanError> {
        let service = &job.conversion.service;
        let name = survey::id(service.scope, &job.files.name);
        for file in &service.environment_files {
            if let Ok(path) = RootPath::parse(file.value.path.as_slice()) {
                self.survey.also(&path, &name);
            }
        }
        let sources = job.sources();
        let places = Sources::of(sources.iter().copied());
        let stanza = |origin| Some(StanzaPlace { place: places.place(origin)? });
        let planned = Planned {
            name,
            session: service.scope == Scope::Session,
            action: Action::Convert,
            unit: None,
            why: String::new(),
            grade: Grade::Exact,
            disabled: service.enablement.is_some(),
            sources: sources.iter().filter_map(|source| RootPath::parse(&source.name).ok()).collect(),
            files: Vec::new(),
            links: Vec::new(),
            partners: partners(service),
            account: job.conversion.account.iter().filter_map(|entry| entry.placed(stanza)).collect(),
            findings: Vec::new(),
            behaviour: Vec::new(),
            decision: Decision::Undecided,
            edited: false,
            asked_again: None,
        };
        let mut plan = JobPlan { builder: self, job, places, planned, findings: Vec::new() };
        let decided = match (candidate, job.vendor_job) {
            (Some(candidate), _) if candidate.fit != Fit::Other => plan.adopt(candidate),
            (_, Some(vendor_job)) => plan.retire(vendor_job),
            _ => plan.convert(),
        };
        match decided {
            Err(PlanError::TwoTexts(path, other)) => plan.hold(&path, &other),
            decided => decided?,
        }
        let other = candidate.filter(|candidate| candidate.fit == Fit::Other);
        plan.findings.extend(other.map(Candidate::other_program));
        let JobPlan { places, mut planned, mut findings, .. } = plan;
        if planned.action != Action::Adopt {
            findings.splice(0..0, job.conversion.findings.iter().cloned());
        }
        if planned.action == Action::Convert {
            findings.extend(facts.missing(service));
        }
        findings.sort_by_key(|finding| finding.marks.first().map(|mark| mark.at));
        planned.findings = findings.iter().map(|finding| places.finding(finding)).collect();
        planned.grade = grade(&planned);
        if planned.action == Action::Retire {
            // Nothing is installed for it.
            planned.decision = Decision::Accepted;
        }
        self.plan.services.push(planned);
        Ok(())
    }
}

impl JobPlan<'_, '_> {
    /// Takes back what was planned for a service that cannot be installed beside another one.
    fn hold(&mut self, path: &RootPath, other: &str) {
        self.decide(Action::Hold, "another service needs the same file to be something else");
        self.planned.files.clear();
        self.planned.links.clear();
        let name = &self.planned.name;
        let is_left = |services: &mut Vec<String>| {
            services.retain(|service| service != name);
            !services.is_empty()
        };
        let PlanBuilder { plan, texts, .. } = &mut *self.builder;
        plan.files.retain_mut(|file| is_left(&mut file.services));
        plan.links.retain_mut(|link| is_left(&mut link.services));
        texts.retain(|path, _| plan.files.iter().any(|file| file.path == *path));
        self.findings = vec![codes::same_file(path, other).whole()];
    }

    fn convert(&mut self) -> Result<(), PlanError> {
        let (job, scope) = (self.job, self.scope());
        let Some(first) = job.conversion.units.first() else {
            self.decide(Action::Hold, "no unit could be written");
            return Ok(());
        };
        self.planned.unit = Some(first.name.clone());
        let why = match vendor_jobs::find(scope, job.files.name.as_bytes()) {
            Some(_) => "the root has no unit for it, and it is not the job as a distribution shipped it",
            None => "it is not a job of the distribution, and the root has no unit for it",
        };
        why.clone_into(&mut self.planned.why);
        let access = self.access();
        let mut units = Vec::new();
        for unit in &job.conversion.units {
            let output = self.unit_output(unit, unit.name == first.name)?;
            if let Ok(name) = unit.name.parse::<UnitName>() {
                let source = Source { name: output.path.to_string(), text: output.text.clone() };
                units.push(UnitFiles::single(name, source));
            }
            self.file(output, access)?;
        }
        for companion in &job.conversion.companions {
            let output = self.companion_output(companion)?;
            let access = match companion.kind {
                CompanionKind::Script => self.script_access(access, &output.path),
                // Others than the service's user read these: the message bus, systemd-tmpfiles, udev.
                CompanionKind::BusService => Access::OPEN,
                _ => access,
            };
            self.file(output, access)?;
        }
        for unit in units {
            self.enable(&unit)?;
        }
        self.planned.behaviour = behaviour::of_units(job, &self.builder.choices.lifting);
        Ok(())
    }

    /// Plans a job that something else takes the place of.
    fn retire(&mut self, vendor_job: &'static VendorJob) -> Result<(), PlanError> {
        self.decide(Action::Retire, vendor_job.why);
        let Some(unit) = vendor_job.replacement.unit() else { return Ok(()) };
        self.planned.unit = Some(unit.to_owned());
        let (survey, scope) = (self.builder.survey, self.scope());
        if let Some(files) = survey.unit(scope, unit) {
            let is_of_package = matches!(vendor_job.replacement, Replacement::Aliased(_)) && !self.planned.disabled;
            return if is_of_package { self.rouse(&files) } else { Ok(()) };
        }
        if survey.has_systemd() && !survey.has_unit(scope, unit) {
            self.findings.push(codes::successor_missing(unit, vendor_job.name).whole());
        }
        Ok(())
    }

    /// Sees to it that a package's unit starts in the place of a retired job; where nothing starts it yet, it is
    /// enabled, which needs manual action.
    fn rouse(&mut self, unit: &UnitFiles) -> Result<(), PlanError> {
        let on_demand = [".socket", ".timer", ".path"].iter().any(|kind| {
            let trigger = self.builder.survey.unit(self.scope(), &format!("{}{kind}", unit.name.prefix()));
            trigger.is_some_and(|trigger| !trigger.enabled.is_empty())
        });
        if unit.masked {
            self.decide(Action::Adopt, format!("{} is in the root, and masked", unit.name));
            self.findings.push(masked(unit));
            return Ok(());
        }
        if on_demand || !unit.enabled.is_empty() {
            return Ok(());
        }
        let presets = self.builder.presets.len();
        self.enable(unit)?;
        if self.planned.links.is_empty() && self.builder.presets.len() == presets {
            // Others start it: it has nothing to be enabled by.
            self.findings.clear();
            return Ok(());
        }
        self.decide(Action::Adopt, "the package brings it, and nothing starts it yet");
        self.counts(unit);
        let at = self.job.conversion.account.first().map(|entry| entry.at);
        self.findings.push(codes::adopted_and_enabled(&unit.name).beside(at).became(unit.name.as_str()));
        Ok(())
    }

    /// Who may execute a script of the service.
    fn script_access(&mut self, access: Access, path: &RootPath) -> Access {
        let Service { group, user, .. } = &*self.job.conversion.service;
        let survey = self.builder.survey;
        let group = match (group, user) {
            (Some(group), _) => access::group(survey, &group.value),
            (None, Some(user)) => access::main_group(survey, &user.value),
            (None, None) => Some(0),
        };
        if group.is_none() && !access.is_open() {
            let account = user.as_ref().and_then(Sourced::origin);
            self.findings.push(codes::private_script(path).see(account, codes::account_not_in_root()));
        }
        access.of_script(group)
    }

    fn unit_output(&self, unit: &Unit, is_own: bool) -> Result<Output, PlanError> {
        // Several services may need a target that stands for an event.
        let from = if is_own {
            self.planned.sources.first().map(ToString::to_string).unwrap_or_default()
        } else {
            "the jobs that name it".to_owned()
        };
        let printed = printed(unit, &from);
        let line_origins = self.places.line_origins(printed.origins());
        let path = unit_path(self.scope(), &unit.name)?;
        Ok(Output { path, kind: FileKind::Unit, text: printed.text.into_bytes(), line_origins })
    }

    fn companion_output(&self, companion: &Companion) -> Result<Output, PlanError> {
        let kind = match companion.kind {
            CompanionKind::Script => FileKind::Script,
            CompanionKind::Tmpfiles => FileKind::Tmpfiles,
            CompanionKind::DropIn => FileKind::DropIn,
            CompanionKind::BusService => FileKind::BusService,
            CompanionKind::UdevRule => FileKind::UdevRule,
        };
        let is_it = |became: &Became| matches!(became, Became::File(path) if *path == companion.path);
        let sources = self.job.sources();
        let mut line_origins = Vec::new();
        for entry in self.job.conversion.account.iter().filter(|entry| entry.became.iter().any(is_it)) {
            if let (Some(place), Some(source)) = (self.places.place(entry.at), sources.get(entry.at.file)) {
                line_origins.extend(same_lines(&companion.text, &source.text, &place));
            }
        }
        line_origins.sort_by_key(|origin| origin.line);
        let mut text = companion.text.clone();
        if kind == FileKind::DropIn {
            // By that line cutover knows its own.
            text.splice(0..0, format!("{OWN_UNIT}{}\n", self.job.files.conf.name).into_bytes());
            for origin in &mut line_origins {
                origin.line += 1;
            }
        }
        Ok(Output { path: RootPath::parse(&companion.path)?, kind, text, line_origins })
    }
}

/// The other services that the conditions of this one name.
fn partners(service: &Service) -> Vec<String> {
    let other = |target: &Target| match target {
        Target::Service(name) if *name != service.name => Some(survey::id(service.scope, &name.to_string())),
        _ => None,
    };
    let named: BTreeSet<String> =
        service.all_dependencies().filter_map(|(dependency, _)| other(&dependency.to)).collect();
    named.into_iter().collect()
}

fn grade(planned: &Planned) -> Grade {
    let worst = planned.severity();
    let outcomes = planned.account.iter().map(|stanza| stanza.outcome);
    let differs = planned.behaviour.iter().any(|value| value.grade == compare::Grade::Differs);
    match planned.action {
        Action::Hold => Grade::Manual,
        Action::Convert => Grade::of(outcomes, worst),
        Action::Adopt if differs => Grade::of([Outcome::Approximated], worst),
        Action::Adopt | Action::Retire => Grade::of([], worst),
    }
}

/// Relates the lines of a script to those of the stanza that it was, in order.
fn same_lines(script: &[u8], source: &[u8], stanza: &Place) -> Vec<LineOrigin> {
    let numbered = source.lines().enumerate().map(|(at, line)| (at + 1, line.trim_ascii()));
    let mut ahead = numbered.filter(|(number, _)| (stanza.line..=stanza.end_line).contains(number));
    let mut line_origins = Vec::new();
    for (at, line) in script.lines().map(<[u8]>::trim_ascii).enumerate().filter(|(_, line)| !line.is_empty()) {
        let mut rest = ahead.clone();
        if let Some((number, text)) = rest.find(|(_, text)| *text == line) {
            ahead = rest;
            let (line, end_line, end_column) = (number, number, text.len() + 1);
            line_origins.push(LineOrigin {
                line: at + 1,
                from: Place { line, column: 1, end_line, end_column, ..stanza.clone() },
            });
        }
    }
    line_origins
}
