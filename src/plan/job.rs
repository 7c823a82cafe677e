//! What becomes of one job: its files, its links, and what is to be said.

use std::collections::BTreeSet;

use bstr::ByteSlice as _;

use super::access::{self, Access};
use super::adopt::{Candidate, Fit};
use super::make::Maker;
use super::missing::Facts;
use super::model::{Action, Decision, File, FileKind, Grade, Place, Planned, Tie};
use super::place::Sources;
use super::survey::{self, OWN_UNIT};
use super::{PlanError, behaviour, drop_in};
use crate::convert::batch::Job;
use crate::convert::plumbing;
use crate::findings::{Code, Finding, Outcome};
use crate::root::{Digest, RootPath, State};
use crate::service::{Party, Scope, Service};
use crate::systemd::load::{UnitFiles, UnitName};
use crate::systemd::manager;
use crate::systemd::unit::Unit;
use crate::systemd::write::{Companion, CompanionKind};
use crate::text::{Origin, Source};

/// A text to be installed.
pub(super) struct Output {
    pub path: RootPath,
    pub kind: FileKind,
    pub text: Vec<u8>,
    pub ties: Vec<Tie>,
}

impl Maker<'_> {
    /// Plans one job. `candidate` is a unit of the root that could take its place.
    pub(super) fn job(
        &mut self,
        job: &Job,
        candidate: Option<&Candidate>,
        facts: &Facts<'_>,
    ) -> Result<(), PlanError> {
        let service = &job.conversion.service;
        let id = survey::id(service.scope, &job.files.name);
        let sources = job.sources();
        let places = Sources::of(sources.iter().copied());
        for file in &service.environment_files {
            if let Ok(path) = RootPath::parse(file.value.path.as_slice()) {
                self.survey.also(&path, &id);
            }
        }
        let mut planned = Planned {
            name: id.clone(),
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
            account: job.conversion.account.iter().filter_map(|entry| places.stanza(entry)).collect(),
            findings: Vec::new(),
            behaviour: Vec::new(),
            decision: Decision::Undecided,
            edited: false,
            asked_again: None,
        };
        let decided = match candidate {
            Some(candidate) if candidate.fit != Fit::Other => self.adopt(&mut planned, job, candidate),
            _ => match job.stock {
                Some(stock) => self.retire(&mut planned, stock, job),
                None => self.convert(&mut planned, job, &places),
            },
        };
        let mut findings = match decided {
            Err(PlanError::TwoTexts { path, other, .. }) => {
                self.forget(&mut planned);
                let message = format!("{path} would be written for {other} too, and differently");
                let help = "rename one of the jobs, and plan again";
                vec![Finding::new(Code::NameCollision, message).see(Origin::default(), "").help(help)]
            }
            decided => decided?,
        };
        if let Some(candidate) = candidate.filter(|candidate| candidate.fit == Fit::Other) {
            findings.push(candidate.other_program());
        }
        if planned.action != Action::Adopt {
            findings.splice(0..0, job.conversion.findings.iter().cloned());
        }
        if planned.action == Action::Convert {
            findings.extend(facts.missing(service));
        }
        findings.sort_by_key(|finding| finding.marks.first().map(|mark| mark.origin));
        planned.findings = findings.iter().map(|finding| places.note(finding)).collect();
        planned.grade = grade(&planned);
        if planned.action == Action::Retire {
            // Nothing is installed for it.
            planned.decision = Decision::Accepted;
        }
        self.plan.services.push(planned);
        Ok(())
    }

    /// Takes back what was planned for a service that cannot be installed beside another one.
    fn forget(&mut self, planned: &mut Planned) {
        planned.action = Action::Hold;
        "another service needs the same file to be something else".clone_into(&mut planned.why);
        planned.files.clear();
        planned.links.clear();
        let name = &planned.name;
        self.plan.files.retain_mut(|file| {
            file.services.retain(|service| service != name);
            !file.services.is_empty()
        });
        self.plan.links.retain_mut(|link| {
            link.services.retain(|service| service != name);
            !link.services.is_empty()
        });
        let files = &self.plan.files;
        self.texts.retain(|path, _| files.iter().any(|file| file.path == *path));
    }

    fn convert(
        &mut self,
        planned: &mut Planned,
        job: &Job,
        places: &Sources<'_>,
    ) -> Result<Vec<Finding>, PlanError> {
        let conversion = &job.conversion;
        let service = &conversion.service;
        let scope = service.scope;
        let Some(first) = conversion.units.first() else {
            planned.action = Action::Hold;
            "no unit could be written".clone_into(&mut planned.why);
            return Ok(Vec::new());
        };
        planned.unit = Some(first.name.clone());
        let why = match plumbing::stock(scope, job.files.name.as_bytes()) {
            Some(_) => "the root has no unit for it, and it is not the job as a distribution shipped it",
            None => "it is not a job of the distribution, and the root has no unit for it",
        };
        why.clone_into(&mut planned.why);
        let access = self.access(planned);
        let mut findings = Vec::new();
        let mut installs = Vec::new();
        for unit in &conversion.units {
            let is_own = unit.name == first.name;
            let output = unit_output(unit, is_own, scope, planned, places)?;
            installs.push((unit.name.clone(), output.text.clone()));
            self.file(&planned.name.clone(), output, access)?;
            planned.files.push(RootPath::parse(format!("{}/{}", manager::unit_dir(scope), unit.name))?);
        }
        for companion in &conversion.companions {
            let output = companion_output(companion, job, places)?;
            let access = match companion.kind {
                CompanionKind::Script => {
                    let group = match (&service.group, &service.user) {
                        (Some(group), _) => access::group(self.survey, &group.value),
                        (None, Some(user)) => access::main_group(self.survey, &user.value),
                        (None, None) => Some(0),
                    };
                    if group.is_none() && !access.is_open() {
                        findings.push(unreadable_script(
                            service.user.as_ref().map(|user| user.origin),
                            &output.path,
                        ));
                    }
                    access.of_script(group)
                }
                // Others than the service's user read these: the message bus, systemd-tmpfiles, udev.
                CompanionKind::BusService => Access::OPEN,
                _ => access,
            };
            planned.files.push(output.path.clone());
            self.file(&planned.name.clone(), output, access)?;
        }
        for (name, text) in installs {
            let directory = manager::unit_dir(scope);
            let source = Source { name: format!("{directory}/{name}"), text };
            if let Ok(unit) = name.parse::<UnitName>() {
                let files = UnitFiles::single(unit, source);
                findings.extend(self.enable(planned, &files, scope)?);
            }
        }
        planned.behaviour = behaviour::of_units(job, &self.choices.lifting);
        Ok(findings)
    }

    fn adopt(
        &mut self,
        planned: &mut Planned,
        job: &Job,
        candidate: &Candidate,
    ) -> Result<Vec<Finding>, PlanError> {
        let scope = job.conversion.service.scope;
        planned.action = Action::Adopt;
        planned.unit = Some(candidate.files.name.to_string());
        planned
            .sources
            .extend(candidate.files.sources().filter_map(|source| RootPath::parse(&source.name).ok()));
        self.survey.unit_counts(&candidate.files, scope, &planned.name);
        let access = self.access(planned);
        let mut candidate = candidate.clone();
        let mut findings = Vec::new();
        if candidate.fit == Fit::Same {
            findings = self.enable(planned, &candidate.files, scope)?;
            if !planned.disabled {
                self.pull(planned, &mut candidate.files, job.conversion.units.first(), scope)?;
            }
        }
        let never =
            planned.disabled && !findings.iter().any(|finding| finding.code == Code::EnabledElsewhere);
        let path = self.drop_in_path(job, &candidate)?;
        let file = path.name().unwrap_or_default().to_str_lossy();
        let adopted = drop_in::adopt(job, &candidate, &file, never, &self.choices.lifting);
        planned.why = adopted.why;
        planned.behaviour = adopted.behaviour;
        if let Some((text, ties)) = adopted.drop_in {
            planned.files.push(path.clone());
            let output = Output { path, kind: FileKind::DropIn, text, ties };
            self.file(&planned.name.clone(), output, access)?;
        }
        findings.splice(0..0, adopted.findings);
        Ok(findings)
    }

    /// Who may read what becomes of it.
    fn access(&self, planned: &Planned) -> Access {
        // Who may read a link's file is said by the file.
        let state = |path| self.survey.root.resolve(path).and_then(|real| self.survey.root.state(&real)).ok();
        let states: Vec<State> = planned.sources.iter().filter_map(state).collect();
        Access::of(states.iter())
    }

    /// Takes a file into the plan, or one more service for it.
    pub(super) fn file(&mut self, service: &str, output: Output, access: Access) -> Result<(), PlanError> {
        let Output { path, kind, text, ties } = output;
        if let Some(known) = self.plan.files.iter_mut().find(|file| file.path == path) {
            if known.sha256 != Digest::of(&text) {
                return Err(PlanError::TwoTexts { path, other: known.services.join(", ") });
            }
            if !known.services.iter().any(|name| name == service) {
                known.services.push(service.to_owned());
            }
            known.mode |= access.mode;
            return Ok(());
        }
        let replaces = self.survey.root.state(&path)?;
        self.plan.files.push(File {
            path: path.clone(),
            kind,
            services: vec![service.to_owned()],
            sha256: Digest::of(&text),
            edited: None,
            mode: access.mode,
            uid: access.uid,
            gid: access.gid,
            replaces,
            ties,
        });
        self.texts.insert(path, text);
        Ok(())
    }
}

/// The other services that the conditions of this one name.
fn partners(service: &Service) -> Vec<String> {
    let latched = service.latch.iter().flat_map(|latch| latch.value.operands.iter().flatten());
    let relations = service.relations.iter().map(|relation| &relation.value).chain(latched);
    let named: BTreeSet<String> = relations
        .filter_map(|relation| match &relation.to {
            Party::Service(name) if *name != service.name => {
                Some(survey::id(service.scope, &name.to_string()))
            }
            _ => None,
        })
        .collect();
    named.into_iter().collect()
}

fn grade(planned: &Planned) -> Grade {
    let worst = planned.findings.iter().map(|finding| finding.severity).max();
    let outcomes = planned.account.iter().map(|stanza| stanza.outcome);
    let differs = planned.behaviour.iter().any(|value| value.grade == "differs");
    match planned.action {
        Action::Hold => Grade::Manual,
        Action::Convert => Grade::of(outcomes, worst),
        Action::Adopt if differs => Grade::of([Outcome::Approximated], worst),
        Action::Adopt | Action::Retire => Grade::of([], worst),
    }
}

fn unreadable_script(origin: Option<Origin>, path: &RootPath) -> Finding {
    let message =
        format!("{path} is for root alone, as the job was, and the service's user has to execute it");
    Finding::new(Code::PrivateScript, message)
        .see(origin.unwrap_or_default(), "the account is not in the root")
        .help("create the account in the root and plan again, or give the script to the account's group")
}

/// A unit's text, with a line that says where it comes from, and which of its lines stem from where.
fn unit_output(
    unit: &Unit,
    is_own: bool,
    scope: Scope,
    planned: &Planned,
    places: &Sources<'_>,
) -> Result<Output, PlanError> {
    let (text, ties) = unit.print_with_ties();
    // Several services may need a target that stands for an event.
    let from = if is_own {
        planned.sources.first().map(ToString::to_string).unwrap_or_default()
    } else {
        "the jobs that name it".to_owned()
    };
    let path = RootPath::parse(format!("{}/{}", manager::unit_dir(scope), unit.name))?;
    let ties = ties
        .into_iter()
        .filter_map(|(line, origin)| Some(Tie { line: line + 1, from: places.place(origin, "")? }))
        .collect();
    Ok(Output { path, kind: FileKind::Unit, text: format!("{OWN_UNIT}{from}\n{text}").into_bytes(), ties })
}

fn companion_output(companion: &Companion, job: &Job, places: &Sources<'_>) -> Result<Output, PlanError> {
    let kind = match companion.kind {
        CompanionKind::Script => FileKind::Script,
        CompanionKind::Tmpfiles => FileKind::Tmpfiles,
        CompanionKind::DropIn => FileKind::DropIn,
        CompanionKind::BusService => FileKind::BusService,
        CompanionKind::UdevRule => FileKind::UdevRule,
    };
    let path = RootPath::parse(&companion.path)?;
    let stanzas = job
        .conversion
        .account
        .iter()
        .filter(|entry| entry.became.iter().any(|became| became.contains(&companion.path)));
    let mut ties = Vec::new();
    for entry in stanzas {
        let Some(place) = places.place(entry.origin, "") else { continue };
        let Some(source) = job.sources().get(entry.origin.file).copied() else { continue };
        ties.extend(same_lines(&companion.text, &source.text, &place));
    }
    ties.sort_by_key(|tie| tie.line);
    let mut text = companion.text.clone();
    if kind == FileKind::DropIn {
        // By that line cutover knows its own.
        text.splice(0..0, format!("{OWN_UNIT}{}\n", job.files.conf.name).into_bytes());
        for tie in &mut ties {
            tie.line += 1;
        }
    }
    Ok(Output { path, kind, text, ties })
}

/// Ties the lines of a script to those of the stanza that it was, in order.
fn same_lines(script: &[u8], source: &[u8], stanza: &Place) -> Vec<Tie> {
    let stanza_lines: Vec<(usize, &[u8])> = source
        .lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.trim_ascii()))
        .filter(|(number, _)| (stanza.line..=stanza.end_line).contains(number))
        .collect();
    let mut next = 0;
    let mut ties = Vec::new();
    for (at, line) in script.lines().enumerate() {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let found = stanza_lines[next..].iter().position(|(_, text)| *text == line);
        if let Some(found) = found {
            let (number, text) = stanza_lines[next + found];
            next += found + 1;
            let from = Place {
                line: number,
                column: 1,
                end_line: number,
                end_column: text.len() + 1,
                ..stanza.clone()
            };
            ties.push(Tie { line: at + 1, from });
        }
    }
    ties
}
