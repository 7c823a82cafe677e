//! What a root holds: its jobs and its units. Everything that is read is noted, with what it was.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use bstr::ByteSlice as _;

use super::PlanError;
use crate::root::{Kind, Reason, Root, RootPath, State};
use crate::service::Scope;
use crate::systemd::load::{Directories, UnitFiles, UnitName};
use crate::text::Source;
use crate::upstart::distribution::Distribution;
use crate::upstart::read::JobFiles;

/// Where jobs lie on a machine, and whose they are (init(5), "User Session Mode").
const JOBS: &[(&str, Scope)] = &[
    ("/etc/init", Scope::System),
    ("/etc/xdg/upstart", Scope::Session),
    ("/usr/share/upstart/sessions", Scope::Session),
];

/// The directories of units below those of an administrator, the one that counts most first (systemd.unit(5),
/// "Unit File Load Path").
const VENDOR: &[(&str, Scope)] = &[
    ("/usr/local/lib/systemd/system", Scope::System),
    ("/usr/lib/systemd/system", Scope::System),
    ("/lib/systemd/system", Scope::System),
    ("/usr/local/lib/systemd/user", Scope::Session),
    ("/usr/lib/systemd/user", Scope::Session),
];

/// A job, an override or a unit is not larger.
const MOST_BYTES: u64 = 1 << 24;

/// Files of that beginning in the directories of drop-ins are cutover's own.
const OWN_DROP_INS: &[&str] = &["50-cutover", "cutover-"];

/// The first words of the first line of a unit that cutover made.
pub const OWN_UNIT: &str = "# Made by cutover from ";

/// Something that was read.
#[derive(Clone, Debug)]
pub struct Read {
    /// What it was.
    pub state: State,
    /// What it held, if it was a file.
    pub bytes: Option<Vec<u8>>,
    /// The services that it was read for.
    pub services: BTreeSet<String>,
}

/// A root, and what was read of it.
pub struct Survey {
    /// The root.
    pub root: Root,
    /// Its directory on the running machine.
    directory: PathBuf,
    read: RefCell<BTreeMap<RootPath, Read>>,
    units: HashMap<Scope, Units>,
}

/// The units of a manager: those of packages, and all.
#[derive(Default)]
struct Units {
    vendor: Directories,
    all: Directories,
}

impl Survey {
    /// Looks at the root in that directory.
    ///
    /// # Errors
    /// When it cannot be searched.
    pub fn of(directory: &Path) -> Result<Survey, PlanError> {
        let root = Root::open(directory)?;
        let mut survey =
            Survey { root, directory: directory.to_owned(), read: RefCell::default(), units: HashMap::new() };
        for (scope, own) in [(Scope::System, "/etc/systemd/system"), (Scope::Session, "/etc/systemd/user")] {
            let vendor: Vec<PathBuf> = VENDOR
                .iter()
                .filter(|(_, whose)| *whose == scope)
                .filter_map(|(path, _)| survey.here(path))
                .fold(Vec::new(), |mut paths, path| {
                    // `/lib` is a link to `/usr/lib` on most machines.
                    if !paths.contains(&path) {
                        paths.push(path);
                    }
                    paths
                });
            let all: Vec<PathBuf> = survey.here(own).into_iter().chain(vendor.iter().cloned()).collect();
            let scan = |paths: &[PathBuf]| {
                Directories::scan(paths, Some(directory)).map_err(|error| PlanError::Units(error.to_string()))
            };
            survey.units.insert(scope, Units { vendor: scan(&vendor)?, all: scan(&all)? });
        }
        Ok(survey)
    }

    /// Where a directory of the root lies on the running machine, if it is there.
    fn here(&self, path: &str) -> Option<PathBuf> {
        let real = self.root.resolve(path).ok()?;
        let relative = real.relative().to_path().ok()?;
        Some(self.directory.join(relative))
    }

    /// The path on the root of a file of the running machine.
    fn there(&self, path: &str) -> Option<RootPath> {
        let below = Path::new(path).strip_prefix(&self.directory).ok()?;
        RootPath::parse([b"/", below.as_os_str().as_encoded_bytes()].concat()).ok()
    }

    /// The jobs of the machine and of its sessions, by name, and what could not be read.
    pub fn jobs(&self) -> (Vec<JobFiles>, Vec<String>) {
        let (mut jobs, mut errors) = (Vec::new(), Vec::new());
        for (top, scope) in JOBS {
            let Ok(top) = RootPath::parse(top) else { continue };
            for met in self.root.walk(&top) {
                let (path, kind) = match met {
                    Ok(met) => met,
                    Err(error) if matches!(error.reason, Reason::Missing) => continue,
                    Err(error) => {
                        errors.push(error.to_string());
                        continue;
                    }
                };
                if kind == Kind::Directory {
                    continue;
                }
                let Some(name) = job_name(&top, &path) else { continue };
                match self.job(&path, name, *scope) {
                    Ok(job) => jobs.push(job),
                    Err(error) => errors.push(error),
                }
            }
        }
        (jobs, errors)
    }

    fn job(&self, path: &RootPath, name: String, scope: Scope) -> Result<JobFiles, String> {
        let id = id(scope, &name);
        let conf = self.text(path, &id)?;
        let over = override_of(path);
        let over = match over {
            Some(over) => match self.root.state(&over).map_err(|error| error.to_string())? {
                State::Absent => {
                    self.note(&over, &id, State::Absent, None);
                    None
                }
                _ => Some(self.text(&over, &id)?),
            },
            None => None,
        };
        Ok(JobFiles { name, conf, over, distribution: Distribution::default(), scope: Some(scope) })
    }

    /// Reads a text, and notes that it was read for a service.
    fn text(&self, path: &RootPath, service: &str) -> Result<Source, String> {
        let file = self.root.read(path, MOST_BYTES).map_err(|error| error.to_string())?;
        if file.bytes.contains(&0) {
            return Err(format!("{path}: this is a binary file, not a job"));
        }
        self.note(path, service, file.state(), Some(file.bytes.clone()));
        Ok(Source { name: path.to_string(), text: file.bytes })
    }

    fn note(&self, path: &RootPath, service: &str, state: State, bytes: Option<Vec<u8>>) {
        let mut read = self.read.borrow_mut();
        let services = BTreeSet::new();
        let entry = read.entry(path.clone()).or_insert(Read { state, bytes, services });
        entry.services.insert(service.to_owned());
    }

    /// Notes that a file counts for a service, and what it is.
    pub fn also(&self, path: &RootPath, service: &str) {
        if let Some(known) = self.read.borrow_mut().get_mut(path) {
            known.services.insert(service.to_owned());
            return;
        }
        match self.root.read(path, MOST_BYTES) {
            Ok(file) => self.note(path, service, file.state(), Some(file.bytes)),
            Err(_) => {
                if let Ok(state) = self.root.state(path) {
                    self.note(path, service, state, None);
                }
            }
        }
    }

    /// Everything that was read.
    pub fn into_read(self) -> BTreeMap<RootPath, Read> {
        self.read.into_inner()
    }

    /// The unit of that name that is there without cutover: with its drop-ins, named as on the root.
    pub fn unit(&self, scope: Scope, name: &str) -> Option<UnitFiles> {
        let name: UnitName = name.parse().ok()?;
        let units = self.units.get(&scope)?;
        let found = units.all.find(&name).ok()?;
        let own = |files: &UnitFiles| {
            files.fragment.as_ref().is_some_and(|unit| unit.text.starts_with(OWN_UNIT.as_bytes()))
        };
        let mut found = if own(&found) { units.vendor.find(&name).ok()? } else { found };
        found.drop_ins.retain(|part| {
            let file = part.name.rsplit('/').next().unwrap_or_default();
            !OWN_DROP_INS.iter().any(|own| file.starts_with(own))
        });
        if found.fragment.is_none() && !found.masked {
            return None;
        }
        for source in found.fragment.iter_mut().chain(&mut found.drop_ins) {
            if let Some(path) = self.there(&source.name) {
                source.name = path.to_string();
            }
        }
        Some(found)
    }

    /// The names of all units that are there, aliases included.
    pub fn unit_names(&self, scope: Scope) -> impl Iterator<Item = &str> {
        self.units.get(&scope).into_iter().flat_map(|units| units.all.names())
    }

    /// Whether there is a unit of that name, whoever made it.
    pub fn has_unit(&self, scope: Scope, name: &str) -> bool {
        let Ok(name) = name.parse() else { return false };
        self.units.get(&scope).is_some_and(|units| units.all.find(&name).is_ok())
    }

    /// Whether systemd is installed in the root, by one of the targets that it cannot boot without.
    pub fn has_systemd(&self) -> bool {
        self.has_unit(Scope::System, "basic.target")
    }
}

/// What a service is called in a plan.
pub fn id(scope: Scope, name: &str) -> String {
    match scope {
        Scope::System => name.to_owned(),
        Scope::Session => format!("session:{name}"),
    }
}

/// The name of the job in a file, if it is one.
fn job_name(top: &RootPath, path: &RootPath) -> Option<String> {
    let below = path.relative().strip_prefix(top.relative())?.strip_prefix(b"/")?;
    let name = below.strip_suffix(b".conf")?;
    let last = name.rsplit(|byte| *byte == b'/').next()?;
    (!last.is_empty()).then(|| name.to_str_lossy().into_owned())
}

/// Where the override of a job lies.
pub fn override_of(path: &RootPath) -> Option<RootPath> {
    let stem = path.as_ref().strip_suffix(b".conf")?;
    RootPath::parse([stem, b".override"].concat()).ok()
}
