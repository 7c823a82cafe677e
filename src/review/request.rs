//! Deciding without a terminal: all that is asked for at once, or nothing.

use thiserror::Error;

use super::check;
use super::diagnostic::Diagnostic;
use super::filter::{Filter, fits};
use crate::plan::model::{Action, Decision, Grade, Planned};
use crate::plan::{Change, Plan, Store, StoreError};
use crate::root::RootPath;

/// What is asked for.
#[derive(Debug, Default)]
pub struct Request {
    /// Names and patterns of services to accept.
    pub accept: Vec<String>,
    pub skip: Vec<String>,
    /// Of services of which nothing is to be decided.
    pub undecide: Vec<String>,
    /// What to do with those that are undecided still, in this order.
    pub rest: Vec<(Rest, Decision)>,
    /// Which services `rest` is about.
    pub only: Filter,
    /// Files and their texts.
    pub edit: Vec<(String, Vec<u8>)>,
    /// Files to have back as cutover wrote them.
    pub unedit: Vec<String>,
    /// Takes texts in whatever is wrong with them.
    pub force: bool,
}

/// Which of those that are undecided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Those that are exact, and without a warning.
    Plain,
    Exact,
    All,
}

/// Why nothing is decided.
#[derive(Debug, Error)]
pub enum RequestError {
    #[error("there is no service `{name}` in the plan{hint}")]
    NoService { name: String, hint: String },
    #[error("`{name}` names no file of the plan{hint}")]
    NoFile { name: String, hint: String },
    #[error("`{name}` has several files; name one of them: {files}")]
    SeveralFiles { name: String, files: String },
    #[error("`{name}` cannot be both {one} and {other}")]
    Both { name: String, one: Decision, other: Decision },
    #[error("something is wrong with the text for {path}; --force takes it in all the same")]
    Wrong { path: RootPath, diagnostics: Vec<Diagnostic> },
    #[error("`{0}` is retired: nothing is installed for it, and there is nothing to decide")]
    Retired(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Request {
    /// What to change in a plan, and what is to be known of it. Texts first, then `undecide`, then names, then the
    /// rest.
    pub fn changes(&self, store: &Store) -> Result<(Vec<Change>, Vec<String>), RequestError> {
        let plan = store.plan();
        let mut changes = Vec::new();
        let mut remarks = Vec::new();
        for name in &self.unedit {
            for path in files(plan, name)? {
                if plan.file(&path).is_some_and(|file| file.edited.is_some()) || store.text(&path).is_err() {
                    let text = store.generated(&path)?;
                    changes.push(Change::Edit { path, text });
                }
            }
        }
        for (name, text) in &self.edit {
            let path = file(plan, name)?;
            let Some(known) = plan.file(&path) else { continue };
            let diagnostics = check::check(store, known, text);
            if !self.force && diagnostics.iter().any(|diagnostic| diagnostic.is_error) {
                return Err(RequestError::Wrong { path, diagnostics });
            }
            remarks.extend(diagnostics.into_iter().map(|diagnostic| format!("{path}: {}", diagnostic.message)));
            changes.push(Change::Edit { path, text: text.clone() });
        }
        let mut decisions: Vec<(&str, Decision)> =
            plan.services.iter().map(|service| (service.name.as_str(), service.decision)).collect();
        let mut named: Vec<(&str, Decision)> = Vec::new();
        let wanted = [
            (&self.undecide, Decision::Undecided),
            (&self.accept, Decision::Accepted),
            (&self.skip, Decision::Skipped),
        ];
        for (names, decision) in wanted {
            for service in names.iter().map(|name| services(plan, name)).collect::<Result<Vec<_>, _>>()?.concat() {
                let name = service.name.as_str();
                match named.iter().find(|(other, before)| *other == name && *before != decision) {
                    Some((_, Decision::Undecided)) | None => {}
                    Some((_, before)) => {
                        let (one, other) = (*before, decision);
                        return Err(RequestError::Both { name: name.to_owned(), one, other });
                    }
                }
                named.push((name, decision));
                if let Some(found) = decisions.iter_mut().find(|(other, _)| *other == name) {
                    found.1 = decision;
                }
            }
        }
        for (rest, decision) in &self.rest {
            for (service, found) in plan.services.iter().zip(&mut decisions) {
                if found.1 == Decision::Undecided && rest.holds(service) && self.only.shows(service) {
                    found.1 = *decision;
                }
            }
        }
        for (service, (name, decision)) in plan.services.iter().zip(decisions) {
            if service.decision != decision {
                changes.push(Change::Decide { service: name.to_owned(), decision });
            }
        }
        Ok((changes, remarks))
    }
}

impl Rest {
    fn holds(self, service: &Planned) -> bool {
        match self {
            Rest::Plain => service.is_plain(),
            Rest::Exact => service.grade == Grade::Exact,
            Rest::All => true,
        }
    }
}

/// The services that a name or a pattern means. Patterns leave out what is retired.
pub fn services<'p>(plan: &'p Plan, name: &str) -> Result<Vec<&'p Planned>, RequestError> {
    if let Some(service) = plan.service(name) {
        return match service.action {
            Action::Retire => Err(RequestError::Retired(name.to_owned())),
            _ => Ok(vec![service]),
        };
    }
    let fitting = plan.services.iter().filter(|service| fits(name, &service.name));
    let fitting: Vec<&Planned> = fitting.filter(|service| service.action != Action::Retire).collect();
    if fitting.is_empty() {
        // A pattern is like no name.
        let names = plan.services.iter().filter(|_| !name.contains(['*', '?', '[']));
        let hint = hint(names.map(|service| service.name.as_str()), name);
        return Err(RequestError::NoService { name: name.to_owned(), hint });
    }
    Ok(fitting)
}

/// A name that is like one that there is not.
fn hint<'n>(names: impl Iterator<Item = &'n str>, name: &str) -> String {
    let near = names.map(|other| (strsim::damerau_levenshtein(other, name), other)).min();
    match near.filter(|(distance, _)| *distance <= 2 + name.len() / 8) {
        Some((_, near)) => format!("; did you mean `{near}`?"),
        None => "; --list tells what there is".to_owned(),
    }
}

/// The files that a service, a service and a file (`NAME:PATH`), or a path means.
fn files(plan: &Plan, name: &str) -> Result<Vec<RootPath>, RequestError> {
    if let Some(service) = plan.service(name) {
        return Ok(service.files.clone());
    }
    if let Some(file) = plan.files.iter().find(|file| file.path.to_string() == name) {
        return Ok(vec![file.path.clone()]);
    }
    // The path may be given by its end.
    if let Some((service, path)) = name.split_once(':')
        && let Some(service) = plan.service(service)
    {
        let is_meant = |file: &&RootPath| {
            let whole = file.to_string();
            whole == path || whole.strip_suffix(path).is_some_and(|rest| rest.ends_with('/'))
        };
        let meant: Vec<RootPath> = service.files.iter().filter(is_meant).cloned().collect();
        if !meant.is_empty() {
            return Ok(meant);
        }
        let all: Vec<String> = service.files.iter().map(ToString::to_string).collect();
        let hint = format!("; `{}` has {}", service.name, all.join(", "));
        return Err(RequestError::NoFile { name: name.to_owned(), hint });
    }
    let paths: Vec<String> = plan.files.iter().map(|file| file.path.to_string()).collect();
    let names = plan.services.iter().map(|service| service.name.as_str());
    let hint = hint(names.chain(paths.iter().map(String::as_str)), name);
    Err(RequestError::NoFile { name: name.to_owned(), hint })
}

fn file(plan: &Plan, name: &str) -> Result<RootPath, RequestError> {
    let mut files = files(plan, name)?;
    match files.len() {
        1 => Ok(files.remove(0)),
        0 => Err(RequestError::NoFile { name: name.to_owned(), hint: ": nothing is written for it".into() }),
        _ => {
            let files: Vec<String> = files.iter().map(|path| format!("{name}:{path}")).collect();
            Err(RequestError::SeveralFiles { name: name.to_owned(), files: files.join(", ") })
        }
    }
}
