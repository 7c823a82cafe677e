//! Unit files on disk: which sets there are, and why a unit cannot be read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::input_error::{InputError, InputProblem};
use crate::systemd::load::{Directories, Loaded, UnitFiles, UnitName, UnitType};
use crate::systemd::read;

/// Where units lie on a root, the directory that counts most first (systemd.unit(5), "Unit File Load Path").
const LOAD_PATH: &[&str] = &[
    "etc/systemd/system",
    "run/systemd/system",
    "usr/local/lib/systemd/system",
    "usr/lib/systemd/system",
    "lib/systemd/system",
];

/// The sets of units that the arguments name, and what cannot be read.
#[derive(Debug, Default)]
pub struct FoundUnits {
    /// Units that belong together: those of one directory, or of one root.
    pub sets: Vec<Vec<UnitFiles>>,
    /// What cannot be read.
    pub errors: Vec<InputError>,
}

/// Finds units: those of files and their drop-ins, and those of directories and of whole roots.
pub fn find(paths: &[PathBuf]) -> FoundUnits {
    let mut found = FoundUnits::default();
    let mut files: Vec<UnitFiles> = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.directory(path);
        } else {
            match file(path) {
                Ok((unit, _)) => files.push(unit),
                Err(error) => found.errors.push(error),
            }
        }
    }
    if !files.is_empty() {
        found.sets.push(files);
    }
    found
}

/// A unit, and what lies beside it.
fn file(path: &Path) -> Result<(UnitFiles, Directories), InputError> {
    if !path.exists() {
        return Err(InputProblem::Missing.of(path));
    }
    let Some(name) = unit_name(path) else {
        let is_job = path.extension().is_some_and(|suffix| suffix == "conf" || suffix == "override");
        return Err(if is_job { InputProblem::Job } else { InputProblem::NotAUnit }.of(path));
    };
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |error| InputProblem::Find(error).of(path);
    let beside = Directories::scan(&[parent.to_owned()], None).map_err(failed)?;
    let mut unit = beside.find(&name).map_err(failed)?;
    name_as_called(path, &mut unit);
    Ok((unit, beside))
}

/// Names files as they were called: without the `.` that stands for an empty path.
fn name_as_called(path: &Path, unit: &mut UnitFiles) {
    for source in unit.fragment.iter_mut().chain(&mut unit.drop_ins).filter(|_| !path.starts_with(".")) {
        source.name = source.name.trim_start_matches("./").to_owned();
    }
}

/// The unit that a file is by its name.
pub(super) fn unit_name(path: &Path) -> Option<UnitName> {
    path.file_name()?.to_str()?.parse().ok()
}

fn units(of: &Directories) -> impl Iterator<Item = UnitName> {
    of.units().filter_map(|name| name.parse().ok())
}

/// A unit, and those beside it that start it on demand.
///
/// # Errors
/// When the unit cannot be read; one beside it that cannot be read starts nothing.
pub fn file_with_triggers(path: &Path) -> Result<(UnitFiles, Vec<UnitFiles>), InputError> {
    let (unit, beside) = file(path)?;
    let mut triggers: Vec<UnitFiles> = units(&beside)
        .filter(|name| matches!(name.kind(), UnitType::Socket | UnitType::Timer | UnitType::Path))
        .filter_map(|name| beside.find(&name).ok())
        .filter(|files| read::triggered(&Loaded::read(files)).as_deref() == Some(unit.name.as_str()))
        .collect();
    for files in &mut triggers {
        name_as_called(path, files);
    }
    Ok((unit, triggers))
}

impl FoundUnits {
    fn directory(&mut self, path: &Path) {
        let load_path: Vec<PathBuf> =
            LOAD_PATH.iter().map(|part| path.join(part)).filter(|path| path.is_dir()).collect();
        if !load_path.is_empty() {
            self.scan(path, &load_path, Some(path));
            return;
        }
        let (before, failed) = (self.sets.len(), self.errors.len());
        let mut jobs = false;
        let mut with_units: BTreeSet<PathBuf> = BTreeSet::new();
        for entry in WalkDir::new(path).into_iter().filter_map(Result::ok) {
            jobs |= entry.path().extension().is_some_and(|suffix| suffix == "conf");
            let parent = entry.path().parent().unwrap_or(path);
            let of_links = parent
                .extension()
                .is_some_and(|suffix| ["d", "wants", "requires", "upholds"].iter().any(|known| suffix == *known));
            if unit_name(entry.path()).is_some() && !entry.file_type().is_dir() && !of_links {
                with_units.insert(parent.to_owned());
            }
        }
        for directory in with_units {
            self.scan(&directory, std::slice::from_ref(&directory), None);
        }
        if self.sets.len() == before && self.errors.len() == failed {
            let problem = if jobs { InputProblem::Jobs } else { InputProblem::NoUnits };
            self.errors.push(problem.of(path));
        }
    }

    fn scan(&mut self, path: &Path, directories: &[PathBuf], root: Option<&Path>) {
        let failed = |error| InputProblem::Find(error).of(path);
        let scanned = match Directories::scan(directories, root) {
            Ok(scanned) => scanned,
            Err(error) => return self.errors.push(failed(error)),
        };
        let mut set = Vec::new();
        for name in units(&scanned).filter(|name| is_of_interest(name.kind())) {
            match scanned.find(&name) {
                Ok(unit) => set.push(unit),
                Err(error) => self.errors.push(failed(error)),
            }
        }
        if !set.is_empty() {
            self.sets.push(set);
        }
    }
}

/// Whether a unit of that kind can be a job, or starts one.
fn is_of_interest(kind: UnitType) -> bool {
    matches!(kind, UnitType::Service | UnitType::Target | UnitType::Socket | UnitType::Timer | UnitType::Path)
}
