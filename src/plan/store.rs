//! A plan in its directory: `plan.json`, the files to install below `root`, and copies of what was read below
//! `inputs`. Decisions are saved as they are made.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use bstr::ByteSlice as _;
use rustix::fs::{FlockOperation, flock};
use serde::Deserialize;
use thiserror::Error;

use super::model::{Decision, Plan, SCHEMA};
use crate::root::{Digest, Root, RootError, RootPath};
use crate::text::display::shown;

/// The plan itself.
pub(crate) const PLAN: &str = "plan.json";
/// The report that is written with it.
pub(crate) const REPORT: &str = "report.html";
/// How the jobs hang together before, by events.
pub(crate) const BEFORE: &str = "before.svg";
/// How the units hang together after.
pub(crate) const AFTER: &str = "after.svg";
/// The files as they will lie on the root.
pub(super) const FILES: &str = "root";
/// Copies of what was read, and of what would be replaced.
pub(super) const INPUTS: &str = "inputs";
/// What cutover wrote, of files that a person wrote anew.
const GENERATED: &str = "generated";
/// What a person wrote for an earlier plan, where cutover writes something else by now.
const KEPT: &str = "kept";
/// No file of a plan is larger.
const MOST_BYTES: u64 = 1 << 28;

/// Why a plan cannot be read or kept.
#[derive(Debug, Error)]
pub enum StoreError {
    /// There is no plan in this directory.
    #[error("{0}: there is no plan.json: `cutover plan --out {0}` makes a plan")]
    NoPlan(String),
    /// The plan in this directory cannot be understood, for this reason.
    #[error("{0}/plan.json cannot be understood: {1}; make the plan again")]
    Malformed(String, String),
    /// This directory is in use for something else.
    #[error("{0}: this directory holds something else than a plan; name another one with --out")]
    Occupied(String),
    /// Somebody else works on the plan in this directory.
    #[error("{0}: another cutover is at work on this plan; wait until it is done")]
    Busy(String),
    /// What would lie there is not what the plan says.
    #[error(
        "{0} was changed in the plan's directory; `cutover review` takes changes in with its edit command, or make the plan again"
    )]
    Changed(RootPath),
    /// There is no such service.
    #[error("there is no service `{}` in the plan", shown(.0.as_bytes()))]
    NoService(String),
    /// There is no such file.
    #[error("there is no file {0} in the plan")]
    NoFile(RootPath),
    /// A file cannot be had.
    #[error("{0}")]
    Root(#[from] RootError),
    /// The system does not let this be read or written, for its reason.
    #[error("{0}: {1}")]
    System(String, io::Error),
}

pub(super) fn system(path: &Path) -> impl FnOnce(io::Error) -> StoreError + '_ {
    move |error| StoreError::System(path.display().to_string(), error)
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
    /// The directory itself, locked where it is open for decisions, or against them. The lock ends with this process.
    _lock: Option<File>,
}

/// What plans of every format say.
#[derive(Deserialize)]
struct Format {
    schema: u32,
}

impl Store {
    /// Opens the plan in a directory.
    ///
    /// # Errors
    /// When there is none, or one of another format.
    pub fn open(path: &Path) -> Result<Store, StoreError> {
        let file = path.join(PLAN);
        let text = fs::read(&file).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => StoreError::NoPlan(path.display().to_string()),
            _ => system(&file)(error),
        })?;
        let malformed = |reason: String| StoreError::Malformed(path.display().to_string(), reason);
        // The format first: a plan of another one lacks fields, which would say nothing of why.
        let Format { schema } = serde_json::from_slice(&text).map_err(|error| malformed(error.to_string()))?;
        if schema != SCHEMA {
            return Err(malformed(format!("it has format {schema}, and this cutover reads {SCHEMA}")));
        }
        let plan: Plan = serde_json::from_slice(&text).map_err(|error| malformed(error.to_string()))?;
        Ok(Store::fresh(path, plan))
    }

    /// Opens the plan in a directory for decisions: nobody else can decide on it, or plan it anew, until this
    /// store is dropped.
    ///
    /// # Errors
    /// When there is none, one of another format, or somebody else works on it.
    pub fn open_alone(path: &Path) -> Result<Store, StoreError> {
        Store::open_locked(path, FlockOperation::NonBlockingLockExclusive)
    }

    /// Opens the plan in a directory for use as it is: nobody can decide on it, or plan it anew, until this store
    /// is dropped. Others may use it at the same time, for other roots.
    ///
    /// # Errors
    /// When there is none, one of another format, or somebody decides on it.
    pub(crate) fn open_still(path: &Path) -> Result<Store, StoreError> {
        Store::open_locked(path, FlockOperation::NonBlockingLockShared)
    }

    fn open_locked(path: &Path, operation: FlockOperation) -> Result<Store, StoreError> {
        let lock = lock(path, operation).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => StoreError::Busy(path.display().to_string()),
            io::ErrorKind::NotFound => StoreError::NoPlan(path.display().to_string()),
            _ => system(path)(error),
        })?;
        Ok(Store { _lock: Some(lock), ..Store::open(path)? })
    }

    /// A plan that lies in a directory of its own, until it is moved.
    pub(super) fn fresh(path: &Path, plan: Plan) -> Store {
        Store { path: path.to_owned(), plan, _lock: None }
    }

    pub(super) fn moved(&mut self, path: &Path) {
        path.clone_into(&mut self.path);
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
            return Err(StoreError::Changed(path.clone()));
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
        own.next().ok_or_else(|| StoreError::Changed(path.clone()))
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

    pub(super) fn save(&self, plan: &Plan) -> Result<(), StoreError> {
        let mut text = serde_json::to_vec_pretty(plan).map_err(|error| system(&self.path.join(PLAN))(error.into()))?;
        text.push(b'\n');
        replace(&self.path.join(PLAN), &text)
    }

    fn get(&self, folder: &str, path: &RootPath) -> Result<Vec<u8>, StoreError> {
        Ok(Root::open(&self.path.join(folder))?.read(path, MOST_BYTES)?.bytes)
    }

    pub(super) fn put(&self, folder: &str, path: &RootPath, bytes: &[u8]) -> Result<(), StoreError> {
        let invalid = |error| io::Error::new(io::ErrorKind::InvalidInput, error);
        let relative = path.relative().to_path();
        let relative = relative.map_err(|error| StoreError::System(path.to_string(), invalid(error)))?;
        let full = self.path.join(folder).join(relative);
        if let Some(parent) = full.parent() {
            fs::create_dir_all(parent).map_err(system(parent))?;
        }
        replace(&full, bytes)
    }
}

/// Locks a directory; [`io::ErrorKind::WouldBlock`] is somebody else's lock.
fn lock(path: &Path, operation: FlockOperation) -> io::Result<File> {
    loop {
        let directory = File::open(path)?;
        flock(&directory, operation)?;
        // A new plan may have taken the place of the directory meanwhile.
        let (locked, now) = (directory.metadata()?, path.metadata()?);
        if (locked.dev(), locked.ino()) == (now.dev(), now.ino()) {
            return Ok(directory);
        }
    }
}

/// Writes a file whole or not at all.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let parent = path.parent().unwrap_or(Path::new("."));
    let mut temporary = tempfile::Builder::new().prefix(".cutover-").tempfile_in(parent).map_err(system(parent))?;
    temporary.write_all(bytes).map_err(system(path))?;
    let permissions = fs::Permissions::from_mode(0o644);
    temporary.as_file().set_permissions(permissions).map_err(system(path))?;
    temporary.persist(path).map_err(|error| system(path)(error.error))?;
    Ok(())
}
