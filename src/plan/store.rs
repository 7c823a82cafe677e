//! A plan in its directory: `plan.json`, the files to install below `root`, and copies of what was read below
//! `inputs`. Decisions are saved as they are made.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use bstr::ByteSlice as _;
use thiserror::Error;

use super::lock::{Against, Lock};
use super::model::{Decision, Plan, SCHEMA};
use super::{Made, carry};
use crate::root::{Digest, PathError, Root, RootError, RootPath, shown};

/// The plan itself.
pub const PLAN: &str = "plan.json";
/// The report that is written with it.
pub const REPORT: &str = "report.html";
/// How the jobs hang together before, by events.
pub const BEFORE: &str = "before.svg";
/// How the units hang together after.
pub const AFTER: &str = "after.svg";
/// The files as they will lie on the root.
const FILES: &str = "root";
/// Copies of what was read, and of what would be replaced.
const INPUTS: &str = "inputs";
/// What cutover wrote, of files that a person wrote anew.
const GENERATED: &str = "generated";
/// What a person wrote for an earlier plan, where cutover writes something else by now.
const KEPT: &str = "kept";

/// No file of a plan is larger.
const MOST_BYTES: u64 = 1 << 28;

/// Why a plan cannot be read or kept.
#[derive(Debug, Error)]
pub enum StoreError {
    /// There is no plan.
    #[error("{path}: there is no plan.json: `cutover plan --out {path}` makes a plan")]
    NoPlan {
        /// The directory.
        path: String,
    },
    /// The plan cannot be understood.
    #[error("{path}/plan.json cannot be understood: {reason}; make the plan again")]
    Malformed {
        /// The directory.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The directory is in use for something else.
    #[error("{path}: this directory holds something else than a plan; name another one with --out")]
    Occupied {
        /// The directory.
        path: String,
    },
    /// Somebody else works on it.
    #[error("{path}: another cutover is at work on this plan; wait until it is done")]
    Busy {
        /// The directory.
        path: String,
    },
    /// A file of the plan is not what the plan says.
    #[error(
        "{path} was changed in the plan's directory; `cutover review` takes changes in with its edit command, or make the plan again"
    )]
    Changed {
        /// Where it would lie.
        path: RootPath,
    },
    /// There is no such service.
    #[error("there is no service `{}` in the plan", shown(.0.as_bytes()))]
    NoService(String),
    /// There is no such file.
    #[error("there is no file {0} in the plan")]
    NoFile(RootPath),
    /// A file cannot be had.
    #[error("{0}")]
    Root(#[from] RootError),
    /// A path that cannot be one.
    #[error("{0}")]
    Path(#[from] PathError),
    /// The system does not let it be read or written.
    #[error("{path}: {error}")]
    System {
        /// What.
        path: String,
        /// The system's reason.
        error: io::Error,
    },
}

fn system(path: &Path) -> impl FnOnce(io::Error) -> StoreError + '_ {
    move |error| StoreError::System { path: path.display().to_string(), error }
}

/// Something that is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// What becomes of a service.
    Decide {
        /// Its name.
        service: String,
        /// The decision.
        decision: Decision,
    },
    /// What a file says. The text that cutover wrote takes an edit back.
    Edit {
        /// The file.
        path: RootPath,
        /// Its text.
        text: Vec<u8>,
    },
}

/// A plan in its directory.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    plan: Plan,
    /// Where it is open for decisions, or against them.
    _lock: Option<Lock>,
}

impl Store {
    /// Opens the plan in a directory.
    ///
    /// # Errors
    /// When there is none, or one of another format.
    pub fn open(path: &Path) -> Result<Store, StoreError> {
        let file = path.join(PLAN);
        let text = match fs::read(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StoreError::NoPlan { path: path.display().to_string() });
            }
            Err(error) => return Err(system(&file)(error)),
        };
        let malformed = |reason: String| StoreError::Malformed { path: path.display().to_string(), reason };
        let plan: Plan = serde_json::from_slice(&text).map_err(|error| malformed(error.to_string()))?;
        if plan.schema != SCHEMA {
            return Err(malformed(format!("it has format {}, and this cutover reads {SCHEMA}", plan.schema)));
        }
        Ok(Store { path: path.to_owned(), plan, _lock: None })
    }

    /// Opens the plan in a directory for decisions: nobody else can decide on it, or plan it anew, until this
    /// store is dropped.
    ///
    /// # Errors
    /// When there is none, one of another format, or somebody else works on it.
    pub fn open_alone(path: &Path) -> Result<Store, StoreError> {
        Store::open_locked(path, Against::Everyone)
    }

    /// Opens the plan in a directory for use as it is: nobody can decide on it, or plan it anew, until this store
    /// is dropped. Others may use it at the same time, for other roots.
    ///
    /// # Errors
    /// When there is none, one of another format, or somebody decides on it.
    pub fn open_still(path: &Path) -> Result<Store, StoreError> {
        Store::open_locked(path, Against::Decisions)
    }

    fn open_locked(path: &Path, against: Against) -> Result<Store, StoreError> {
        let lock = Lock::take(path, against).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => StoreError::Busy { path: path.display().to_string() },
            io::ErrorKind::NotFound => StoreError::NoPlan { path: path.display().to_string() },
            _ => system(path)(error),
        })?;
        Ok(Store { _lock: Some(lock), ..Store::open(path)? })
    }

    /// Keeps a plan in a directory. Where there is a plan already, decisions are kept for whatever did not
    /// change.
    ///
    /// # Errors
    /// When the directory holds something else, or cannot be written.
    pub fn create(made: Made, path: &Path) -> Result<Store, StoreError> {
        let old = match Store::open_alone(path) {
            Ok(old) => Some(old),
            Err(StoreError::NoPlan { .. }) if is_empty(path)? => None,
            Err(StoreError::NoPlan { path }) => return Err(StoreError::Occupied { path }),
            // One that cannot be understood is made again.
            Err(StoreError::Malformed { .. }) => None,
            Err(other) => return Err(other),
        };
        let parent = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        // There are copies in it of what only its owner may read.
        let fresh = tempfile::Builder::new()
            .prefix(".cutover-plan-")
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir_in(parent)
            .map_err(system(parent))?;
        let Made { plan, texts, read, pictures, .. } = made;
        let mut store = Store { path: fresh.path().to_owned(), plan, _lock: None };
        for (file, text) in &texts {
            store.put(FILES, file, text)?;
        }
        for (file, read) in &read {
            if let Some(bytes) = &read.bytes {
                store.put(INPUTS, file, bytes)?;
            }
        }
        store.write(BEFORE, pictures.before.as_bytes())?;
        store.write(AFTER, pictures.after.as_bytes())?;
        if let Some(old) = &old {
            carry::over(old, &mut store)?;
        }
        store.save(&store.plan)?;
        let fresh = fresh.keep();
        if path.exists() {
            let aside = tempfile::Builder::new()
                .prefix(".cutover-plan-")
                .tempdir_in(parent)
                .map_err(system(parent))?;
            fs::rename(path, aside.path().join("old")).map_err(system(path))?;
        }
        fs::rename(&fresh, path).map_err(system(path))?;
        path.clone_into(&mut store.path);
        Ok(store)
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    pub(super) fn plan_mut(&mut self) -> &mut Plan {
        &mut self.plan
    }

    /// Its directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text of a file to install: what a person wrote, or else what cutover wrote.
    ///
    /// # Errors
    /// When it is not what the plan says.
    pub fn text(&self, path: &RootPath) -> Result<Vec<u8>, StoreError> {
        let file = self.plan.file(path).ok_or_else(|| StoreError::NoFile(path.clone()))?;
        let bytes = self.get(FILES, path)?;
        if Digest::of(&bytes) != file.edited.unwrap_or(file.sha256) {
            return Err(StoreError::Changed { path: path.clone() });
        }
        Ok(bytes)
    }

    /// What cutover wrote of a file.
    ///
    /// # Errors
    /// When it is not there any more.
    pub fn generated(&self, path: &RootPath) -> Result<Vec<u8>, StoreError> {
        let file = self.plan.file(path).ok_or_else(|| StoreError::NoFile(path.clone()))?;
        // A file that was changed past the plan may have left its copy as well.
        let copies = [FILES, GENERATED].into_iter().filter_map(|folder| self.get(folder, path).ok());
        let mut own = copies.filter(|bytes| Digest::of(bytes) == file.sha256);
        own.next().ok_or_else(|| StoreError::Changed { path: path.clone() })
    }

    /// What lies in the plan's directory for a file, even where somebody changed it past the plan.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn lies(&self, path: &RootPath) -> Result<Vec<u8>, StoreError> {
        self.get(FILES, path)
    }

    /// What was read of the root at that path; nothing where it was no file.
    pub fn input(&self, path: &RootPath) -> Option<Vec<u8>> {
        self.get(INPUTS, path).ok()
    }

    /// Decides on a service, and saves that.
    ///
    /// # Errors
    /// When there is no such service, or the plan cannot be written.
    pub fn decide(&mut self, name: &str, decision: Decision) -> Result<(), StoreError> {
        self.change(&[Change::Decide { service: name.to_owned(), decision }])
    }

    /// Takes in what a person wrote in the place of a file, and saves that. The text that cutover wrote takes it
    /// back.
    ///
    /// # Errors
    /// When there is no such file, or the plan cannot be written.
    pub fn edit(&mut self, path: &RootPath, text: &[u8]) -> Result<(), StoreError> {
        self.change(&[Change::Edit { path: path.clone(), text: text.to_owned() }])
    }

    /// Decides several things at once: all of them are saved, or none is.
    ///
    /// # Errors
    /// When something of it is not in the plan, or the plan cannot be written.
    pub fn change(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        let mut plan = self.plan.clone();
        for change in changes {
            match change {
                Change::Decide { service, decision } => {
                    let found = plan.services.iter_mut().find(|found| found.name == *service);
                    found.ok_or_else(|| StoreError::NoService(service.clone()))?.decision = *decision;
                }
                Change::Edit { path, text } => {
                    let file = plan.files.iter_mut().find(|file| file.path == *path);
                    let file = file.ok_or_else(|| StoreError::NoFile(path.clone()))?;
                    file.edited = Some(Digest::of(text)).filter(|digest| *digest != file.sha256);
                }
            }
        }
        let edited: Vec<&RootPath> =
            plan.files.iter().filter(|file| file.edited.is_some()).map(|file| &file.path).collect();
        for service in &mut plan.services {
            service.edited = service.files.iter().any(|file| edited.contains(&file));
        }
        for change in changes {
            let Change::Edit { path, text } = change else { continue };
            if let Ok(generated) = self.generated(path) {
                self.put(GENERATED, path, &generated)?;
            }
            self.put(FILES, path, text)?;
        }
        self.save(&plan)?;
        self.plan = plan;
        Ok(())
    }

    /// Keeps a text of a person that no longer fits, for that person to look at.
    pub(super) fn keep(&self, path: &RootPath, text: &[u8]) -> Result<(), StoreError> {
        self.put(KEPT, path, text)
    }

    /// Writes something beside the plan, such as a report.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        replace(&self.path.join(name), bytes)
    }

    /// One of the pictures that were drawn with the plan, if it is there.
    pub fn picture(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.path.join(name)).ok()
    }

    fn save(&self, plan: &Plan) -> Result<(), StoreError> {
        let mut text =
            serde_json::to_vec_pretty(plan).map_err(|error| system(&self.path.join(PLAN))(error.into()))?;
        text.push(b'\n');
        replace(&self.path.join(PLAN), &text)
    }

    fn get(&self, folder: &str, path: &RootPath) -> Result<Vec<u8>, StoreError> {
        Ok(Root::open(&self.path.join(folder))?.read(path, MOST_BYTES)?.bytes)
    }

    fn put(&self, folder: &str, path: &RootPath, bytes: &[u8]) -> Result<(), StoreError> {
        let relative = path.relative().to_path().map_err(|error| {
            let error = io::Error::new(io::ErrorKind::InvalidInput, error);
            StoreError::System { path: path.to_string(), error }
        })?;
        let full = self.path.join(folder).join(relative);
        if let Some(parent) = full.parent() {
            fs::create_dir_all(parent).map_err(system(parent))?;
        }
        replace(&full, bytes)
    }
}

/// Writes a file whole or not at all.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let parent = path.parent().unwrap_or(Path::new("."));
    let mut temporary =
        tempfile::Builder::new().prefix(".cutover-").tempfile_in(parent).map_err(system(parent))?;
    temporary.write_all(bytes).map_err(system(path))?;
    let permissions = fs::Permissions::from_mode(0o644);
    temporary.as_file().set_permissions(permissions).map_err(system(path))?;
    temporary.persist(path).map_err(|error| system(path)(error.error))?;
    Ok(())
}

fn is_empty(path: &Path) -> Result<bool, StoreError> {
    match fs::read_dir(path) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(false),
        Err(error) => Err(system(path)(error)),
    }
}
