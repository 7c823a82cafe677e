//! A plan with its texts, as somebody reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use crate::findings::{Code, Severity};
use crate::plan::model::{Action, Decision, File, Grade, Link, Place, Plan, Planned};
use crate::plan::store::{AFTER, BEFORE};
use crate::plan::{Store, StoreError};
use crate::root::{RootPath, State};

pub struct Review<'a> {
    pub plan: &'a Plan,
    pub services: Vec<Service<'a>>,
    /// The files that several services need.
    pub shared: Vec<Listing<'a>>,
    pub counts: Counts,
    /// The order of starts before and after, as pictures.
    pub before: Option<String>,
    pub after: Option<String>,
}

pub struct Service<'a> {
    pub planned: &'a Planned,
    /// What was read of it.
    pub sources: Vec<Listing<'a>>,
    /// What is written for it alone.
    pub files: Vec<Listing<'a>>,
    /// What is written for it and others.
    pub shared: Vec<&'a File>,
    pub links: Vec<&'a Link>,
}

/// A text to show line by line.
pub(crate) struct Listing<'a> {
    pub path: &'a RootPath,
    /// Tells it from the other listings.
    pub key: String,
    /// Nothing where it was no file.
    pub text: Option<Vec<u8>>,
    /// How it is written, if it is.
    pub file: Option<&'a File>,
    /// The text that it replaces.
    pub replaced: Option<Vec<u8>>,
    /// What cutover wrote, where a person wrote something else.
    pub generated: Option<Vec<u8>>,
}

/// How many services are of each kind.
#[derive(Clone, Debug, Serialize)]
pub struct Counts {
    pub services: usize,
    pub actions: BTreeMap<&'static str, usize>,
    /// Of the services that are not retired.
    pub grades: BTreeMap<&'static str, usize>,
    /// Of the services that are not retired.
    pub decisions: BTreeMap<&'static str, usize>,
    pub edited: usize,
    pub files: usize,
    pub links: usize,
    pub callers: usize,
    pub cycles: usize,
    pub findings: BTreeMap<&'static str, usize>,
    pub codes: BTreeMap<&'static str, usize>,
}

impl Counts {
    pub fn of(plan: &Plan) -> Counts {
        let mut counts = Counts {
            services: plan.services.len(),
            actions: Action::ALL.iter().map(|it| (it.name(), 0)).collect(),
            grades: Grade::ALL.iter().map(|it| (it.name(), 0)).collect(),
            decisions: Decision::ALL.iter().map(|it| (it.name(), 0)).collect(),
            edited: plan.services.iter().filter(|service| service.edited).count(),
            files: plan.files.len(),
            links: plan.links.len(),
            callers: plan.callers.len(),
            cycles: plan.cycles.len(),
            findings: Severity::ALL.iter().map(|it| (it.name(), 0)).collect(),
            codes: BTreeMap::new(),
        };
        let count = |of: &mut BTreeMap<&'static str, usize>, name| *of.entry(name).or_default() += 1;
        for service in &plan.services {
            count(&mut counts.actions, service.action.name());
            if service.action != Action::Retire {
                count(&mut counts.grades, service.grade.name());
                count(&mut counts.decisions, service.decision.name());
            }
        }
        let of_services = plan.services.iter().flat_map(|service| &service.findings);
        let of_callers = plan.callers.iter().map(|caller| caller.code);
        for code in of_services.chain(&plan.general).map(|finding| finding.code).chain(of_callers) {
            count(&mut counts.findings, code.info().severity.name());
            count(&mut counts.codes, code.info().id);
        }
        counts
    }
}

impl<'a> Review<'a> {
    pub fn of(store: &'a Store) -> Result<Review<'a>, StoreError> {
        let plan = store.plan();
        let files: BTreeMap<&RootPath, &File> = plan.files.iter().map(|file| (&file.path, file)).collect();
        let links: BTreeMap<&RootPath, &Link> = plan.links.iter().map(|link| (&link.path, link)).collect();
        let mut keys = 0..;
        let mut key = move || format!("t{}", keys.next().unwrap_or_default());
        let mut services = Vec::with_capacity(plan.services.len());
        for planned in &plan.services {
            let source = |path| {
                let (text, key) = (store.input(path), key());
                Listing { path, key, text, file: None, replaced: None, generated: None }
            };
            let sources = planned.sources.iter().map(source).collect();
            let needed = planned.files.iter().filter_map(|path| files.get(path).copied());
            let (own, shared): (Vec<&File>, Vec<&File>) = needed.partition(|file| file.services.len() < 2);
            let files = own.into_iter().map(|file| Listing::written(store, file, key()));
            let files = files.collect::<Result<_, _>>()?;
            let links = planned.links.iter().filter_map(|path| links.get(path).copied()).collect();
            services.push(Service { planned, sources, files, shared, links });
        }
        let shared = plan.files.iter().filter(|file| file.services.len() > 1);
        Ok(Review {
            plan,
            services,
            shared: shared.map(|file| Listing::written(store, file, key())).collect::<Result<_, _>>()?,
            counts: Counts::of(plan),
            before: store.picture(BEFORE),
            after: store.picture(AFTER),
        })
    }

    /// The codes that occur, in order.
    pub fn codes(&self) -> BTreeSet<Code> {
        let Plan { services, general, callers, .. } = self.plan;
        let stanzas = services.iter().flat_map(|service| &service.account).flat_map(|entry| &entry.codes);
        let findings = services.iter().flat_map(|service| &service.findings).chain(general);
        let codes = findings.map(|finding| finding.code).chain(callers.iter().map(|caller| caller.code));
        codes.chain(stanzas.copied()).collect()
    }
}

impl<'a> Listing<'a> {
    fn written(store: &Store, file: &'a File, key: String) -> Result<Listing<'a>, StoreError> {
        let is_file = matches!(file.replaces, State::File { .. });
        Ok(Listing {
            path: &file.path,
            key,
            text: Some(store.text(&file.path)?),
            file: Some(file),
            replaced: if is_file { store.input(&file.path) } else { None },
            generated: if file.edited.is_some() { Some(store.generated(&file.path)?) } else { None },
        })
    }

    /// Whether a place stands in it.
    pub fn holds(&self, place: &Place) -> bool {
        *self.path == place.path
    }
}

impl Service<'_> {
    /// What its anchor and its row are called.
    pub fn anchor(&self) -> String {
        anchor(&self.planned.name)
    }

    /// The codes of its findings, in order.
    pub fn codes(&self) -> BTreeSet<Code> {
        self.planned.findings.iter().map(|finding| finding.code).collect()
    }

    /// Whether it needs manual action somewhere.
    pub(crate) fn needs_person(&self) -> bool {
        let planned = self.planned;
        planned.asked_again.is_some()
            || planned.severity().is_some_and(|severity| severity >= Severity::Manual)
            || planned.action != Action::Retire && planned.grade == Grade::Manual
            || planned.action == Action::Hold
    }
}

/// The anchor of a service: any name becomes an identifier that stands in an address as it is, and no two the same.
pub fn anchor(name: &str) -> String {
    let mut anchor = "service-".to_owned();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.@:".contains(&byte) {
            anchor.push(char::from(byte));
        } else {
            let _ = write!(anchor, "~{byte:02x}");
        }
    }
    anchor
}
