//! What a root holds: its jobs and its units. Everything that is read is noted, with what it was.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use bstr::ByteSlice as _;
use thiserror::Error;

use crate::root::{EntryKind, File, PathError, Reason, Root, RootError, RootPath, State};
use crate::service::Scope;
use crate::systemd::load::{Directories, UnitFiles, UnitName};
use crate::systemd::manager;
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
/// The first words of the first line of a unit or drop-in that cutover made.
pub(crate) const OWN_UNIT: &str = "# Made by cutover from ";

/// Why a root cannot be planned.
#[derive(Debug, Error)]
pub enum PlanError {
    /// Something in the root cannot be looked at.
    #[error("{0}")]
    Root(#[from] RootError),
    /// A path that cannot be one.
    #[error("{0}")]
    Path(#[from] PathError),
    /// The root's units cannot be looked at.
    #[error("the units of the root cannot be read: {0}")]
    Units(String),
    /// There is nothing to plan.
    #[error("there is no job in /etc/init, nor one of a session, below this root; --root names another one")]
    NoJobs,
    /// Two services would write different things to this place: this one, and these others.
    #[error("{0} is needed by {1} too, with something else in it")]
    TwoTexts(RootPath, String),
}

/// Something that was read.
#[derive(Clone, Debug)]
pub struct Read {
    /// What it was.
    pub state: State,
    /// What it held, if it was a file or a link to one.
    pub bytes: Option<Vec<u8>>,
    /// The services that it was read for.
    pub services: BTreeSet<String>,
}

/// A root, and what was read of it.
pub(crate) struct Survey {
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
    pub fn of(directory: &Path) -> Result<Survey, PlanError> {
        let root = Root::open(directory)?;
        let mut survey =
            Survey { root, directory: directory.to_owned(), read: RefCell::default(), units: HashMap::new() };
        for scope in [Scope::System, Scope::Session] {
            let mut vendor: Vec<PathBuf> = Vec::new();
            for path in vendor_paths(scope).filter_map(|path| survey.here(path)) {
                // `/lib` is a link to `/usr/lib` on most machines.
                if !vendor.contains(&path) {
                    vendor.push(path);
                }
            }
            let all: Vec<PathBuf> =
                survey.here(manager::unit_dir(scope)).into_iter().chain(vendor.iter().cloned()).collect();
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
                let read = match met {
                    Ok((_, EntryKind::Directory)) => continue,
                    Ok((path, _)) => job_name(&top, &path).map(|name| self.job(&path, name, *scope)),
                    Err(error) if matches!(error.reason, Reason::Missing) => continue,
                    Err(error) => Some(Err(error.to_string())),
                };
                match read {
                    Some(Ok(job)) => jobs.push(job),
                    Some(Err(error)) => errors.push(error),
                    None => {}
                }
            }
        }
        (jobs, errors)
    }

    fn job(&self, path: &RootPath, name: String, scope: Scope) -> Result<JobFiles, String> {
        let id = id(scope, &name);
        let conf = self.text(path, &id)?;
        let mut over = None;
        if let Some(path) = override_of(path) {
            if self.root.state(&path).map_err(|error| error.to_string())? == State::Absent {
                self.note(&path, &id, State::Absent, None);
            } else {
                over = Some(self.text(&path, &id)?);
            }
        }
        Ok(JobFiles { name, conf, over, distribution: Distribution::default(), scope: Some(scope) })
    }

    /// Reads a text, and notes that it was read for a service.
    fn text(&self, path: &RootPath, service: &str) -> Result<Source, String> {
        let file = self.root.read(path, MOST_BYTES).map_err(|error| error.to_string())?;
        if file.bytes.contains(&0) {
            return Err(format!("{path}: this is a binary file, not a job"));
        }
        self.followed(path, service, &file);
        Ok(Source { name: path.to_string(), text: file.bytes })
    }

    /// Notes a file that was read, and every link on the way to it: one that leads elsewhere later counts as much as
    /// an edit of the file.
    fn followed(&self, path: &RootPath, service: &str, file: &File) {
        let own = match self.root.state(path) {
            Ok(link @ State::Link { .. }) => link,
            _ => file.state(),
        };
        self.note(path, service, own, Some(file.bytes.clone()));
        self.note_links(path, service);
        if let Ok(real) = self.root.resolve(path) {
            self.note(&real, service, file.state(), Some(file.bytes.clone()));
        }
    }

    fn note(&self, path: &RootPath, service: &str, state: State, bytes: Option<Vec<u8>>) {
        let mut read = self.read.borrow_mut();
        let entry = read.entry(path.clone()).or_insert(Read { state, bytes, services: BTreeSet::new() });
        entry.services.insert(service.to_owned());
    }

    /// Notes every link on the way to a path.
    fn note_links(&self, path: &RootPath, service: &str) {
        for (at, link) in self.root.links(path).unwrap_or_default() {
            self.note(&at, service, link, None);
        }
    }

    /// Notes that a unit counts for a service: its files, the links that its directories are reached by, and a link of its
    /// name, which systemd passes over.
    pub(crate) fn unit_counts(&self, unit: &UnitFiles, scope: Scope, service: &str) {
        let files: Vec<RootPath> = unit.sources().filter_map(|source| RootPath::parse(&source.name).ok()).collect();
        for path in &files {
            self.also(path, service);
        }
        for directory in vendor_paths(scope).filter_map(|path| RootPath::parse(path).ok()) {
            let Ok(real) = self.root.resolve(&directory) else { continue };
            if files.iter().any(|path| path.is_below(&real)) {
                self.note_links(&directory, service);
            }
        }
        if let Ok(own) = unit_path(scope, unit.name.as_str())
            && let Ok(link @ State::Link { .. }) = self.root.state(&own)
        {
            self.note(&own, service, link, None);
        }
    }

    /// Notes that a file counts for a service, and what it is.
    pub fn also(&self, path: &RootPath, service: &str) {
        match self.root.read(path, MOST_BYTES) {
            Ok(file) => self.followed(path, service, &file),
            Err(_) => {
                if let Ok(state) = self.root.state(path) {
                    self.note(path, service, state, None);
                }
            }
        }
    }

    /// Everything that was read.
    pub(crate) fn into_read(self) -> BTreeMap<RootPath, Read> {
        self.read.into_inner()
    }

    /// The unit of that name that is there without cutover: with its drop-ins, named as on the root.
    pub fn unit(&self, scope: Scope, name: &str) -> Option<UnitFiles> {
        let name: UnitName = name.parse().ok()?;
        let units = self.units.get(&scope)?;
        let found = units.all.find(&name).ok()?;
        let mut found =
            if found.fragment.as_ref().is_some_and(is_own) { units.vendor.find(&name).ok()? } else { found };
        found.drop_ins.retain(|part| !is_own(part));
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

    /// Whether a file is there that somebody else made.
    pub(crate) fn is_taken(&self, path: &RootPath) -> bool {
        match self.root.read(path, MOST_BYTES) {
            Ok(file) => !file.bytes.starts_with(OWN_UNIT.as_bytes()),
            Err(_) => !matches!(self.root.state(path), Ok(State::Absent)),
        }
    }

    /// The names of all units that are there, aliases included.
    pub(crate) fn unit_names(&self, scope: Scope) -> impl Iterator<Item = &str> {
        self.units.get(&scope).into_iter().flat_map(|units| units.all.names())
    }

    /// Whether there is a unit of that name, whoever made it.
    pub(crate) fn has_unit(&self, scope: Scope, name: &str) -> bool {
        let Ok(name) = name.parse() else { return false };
        self.units.get(&scope).is_some_and(|units| units.all.find(&name).is_ok())
    }

    /// Whether systemd is installed in the root, by one of the targets that it cannot boot without.
    pub fn has_systemd(&self) -> bool {
        self.has_unit(Scope::System, "basic.target")
    }
}

/// The directories of packages' units that a manager reads.
fn vendor_paths(scope: Scope) -> impl Iterator<Item = &'static str> {
    VENDOR.iter().filter(move |(_, whose)| *whose == scope).map(|(path, _)| *path)
}

/// Where an administrator's unit lies, or a drop-in for one, or a link of one.
pub(crate) fn unit_path(scope: Scope, name: &str) -> Result<RootPath, PathError> {
    RootPath::parse(format!("{}/{name}", manager::unit_dir(scope)))
}

/// Whether cutover made a unit or a drop-in.
fn is_own(file: &Source) -> bool {
    file.text.starts_with(OWN_UNIT.as_bytes())
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
pub(crate) fn override_of(path: &RootPath) -> Option<RootPath> {
    let stem = path.as_ref().strip_suffix(b".conf")?;
    RootPath::parse([stem, b".override"].concat()).ok()
}
