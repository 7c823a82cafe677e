//! What is put together for a plan while it is made.

use std::collections::BTreeMap;

use super::access::Access;
use super::model::{Action, Enablement, File, FileKind, LineOrigin, Link, Plan, Planned};
use super::place::Sources;
use super::survey::{OWN_UNIT, PlanError, Survey};
use crate::convert::batch::{Choices, Job};
use crate::findings::Finding;
use crate::root::{Digest, RootPath, State};
use crate::service::Scope;
use crate::systemd::load::UnitFiles;
use crate::systemd::unit::{Printed, Unit};

pub(crate) struct PlanBuilder<'a> {
    pub survey: &'a Survey,
    pub choices: &'a Choices,
    pub enablement: Enablement,
    pub plan: Plan,
    pub texts: BTreeMap<RootPath, Vec<u8>>,
    /// Units to enable by a preset, each with its service.
    pub presets: Vec<(String, String)>,
}

pub(crate) struct JobPlan<'m, 'a> {
    pub builder: &'m mut PlanBuilder<'a>,
    pub job: &'m Job,
    pub places: Sources<'m>,
    pub planned: Planned,
    pub findings: Vec<Finding>,
}

pub struct Output {
    pub path: RootPath,
    pub kind: FileKind,
    pub text: Vec<u8>,
    pub line_origins: Vec<LineOrigin>,
}

impl PlanBuilder<'_> {
    /// Takes a file into the plan, or one more service for it.
    pub fn file(&mut self, service: &str, output: Output, access: Access) -> Result<(), PlanError> {
        let Output { path, kind, text, line_origins } = output;
        let sha256 = Digest::of(&text);
        if let Some(known) = self.plan.files.iter_mut().find(|file| file.path == path) {
            if known.sha256 != sha256 {
                return Err(PlanError::TwoTexts(path, known.services.join(", ")));
            }
            if !known.services.iter().any(|name| name == service) {
                known.services.push(service.to_owned());
            }
            known.mode |= access.mode;
            return Ok(());
        }
        let replaces = self.survey.root.state(&path)?;
        let Access { mode, uid, gid } = access;
        let services = vec![service.to_owned()];
        let file =
            File { path: path.clone(), kind, services, sha256, edited: None, mode, uid, gid, replaces, line_origins };
        self.plan.files.push(file);
        self.texts.insert(path, text);
        Ok(())
    }
}

impl JobPlan<'_, '_> {
    pub fn scope(&self) -> Scope {
        self.job.conversion.service.scope
    }

    /// Says what becomes of the job, and why.
    pub fn decide(&mut self, action: Action, why: impl Into<String>) {
        self.planned.action = action;
        self.planned.why = why.into();
    }

    /// Takes a file into the plan for this job.
    pub fn file(&mut self, output: Output, access: Access) -> Result<(), PlanError> {
        self.planned.files.push(output.path.clone());
        self.builder.file(&self.planned.name, output, access)
    }

    /// Takes a link into the plan for this job, if it is not there already; without `to`, that it goes.
    pub fn link(&mut self, path: RootPath, to: Option<&str>) -> Result<(), PlanError> {
        let replaces = self.builder.survey.root.state(&path)?;
        let is_there = match (&replaces, to) {
            (State::Link { to: present }, Some(to)) => present.as_slice() == to.as_bytes(),
            (State::Absent, None) => true,
            _ => false,
        };
        if is_there {
            return Ok(());
        }
        self.planned.links.push(path.clone());
        let (to, name) = (to.map(str::to_owned), self.planned.name.clone());
        match self.builder.plan.links.iter_mut().find(|link| link.path == path) {
            Some(known) if known.to != to => {
                return Err(PlanError::TwoTexts(path, known.services.join(", ")));
            }
            Some(known) => known.services.push(name),
            None => self.builder.plan.links.push(Link { path, to, services: vec![name], replaces }),
        }
        Ok(())
    }

    /// Who may read what becomes of it.
    pub(crate) fn access(&self) -> Access {
        // Who may read a link's file is said by the file.
        let root = &self.builder.survey.root;
        let state = |path| root.resolve(path).and_then(|real| root.state(&real)).ok();
        let states: Vec<State> = self.planned.sources.iter().filter_map(state).collect();
        Access::of(states.iter())
    }

    /// Takes the files of a unit that does the job's work for sources of what becomes of it.
    pub fn counts(&mut self, unit: &UnitFiles) {
        let paths = unit.sources().filter_map(|source| RootPath::parse(&source.name).ok());
        self.planned.sources.extend(paths);
        self.builder.survey.unit_counts(unit, self.scope(), &self.planned.name);
    }
}

/// A unit or drop-in below a line that says where it comes from, and by which cutover knows its own.
pub fn printed<'u>(unit: &'u Unit, from: &str) -> Printed<'u> {
    unit.printed(Some(&format!("{OWN_UNIT}{from}")))
}
