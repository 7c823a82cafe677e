//! Unit files on disk: which sets there are, and why a unit cannot be read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use thiserror::Error;
use walkdir::WalkDir;

use super::is_of_interest;
use crate::systemd::load::{Directories, FindError, Loaded, UnitFiles, UnitName, UnitType};
use crate::systemd::read;

/// Where units lie on a root, the directory that counts most first (systemd.unit(5), "Unit File Load Path").
const LOAD_PATH: &[&str] = &[
    "etc/systemd/system",
    "run/systemd/system",
    "usr/local/lib/systemd/system",
    "usr/lib/systemd/system",
    "lib/systemd/system",
];

/// Why an input cannot be read.
#[derive(Debug, Error)]
#[allow(missing_docs)]
pub enum InputError {
    #[error("{}: there is no such file or directory", path.display())]
    Missing { path: PathBuf },
    #[error("{}: this is a job of Upstart; `cutover convert` makes a unit of it", path.display())]
    Job { path: PathBuf },
    #[error("{}: this is not the name of a unit, such as web.service", path.display())]
    Name { path: PathBuf },
    #[error("{}: there is no unit in this directory", path.display())]
    Empty { path: PathBuf },
    #[error("{}: there are only jobs of Upstart in this directory; `cutover convert` makes units of them", path.display())]
    Jobs { path: PathBuf },
    #[error("{}: {error}", path.display())]
    Find { path: PathBuf, error: FindError },
}

/// The sets of units that the arguments name, and what cannot be read.
#[derive(Debug, Default)]
pub struct Found {
    /// Units that belong together: those of one directory, or of one root.
    pub sets: Vec<Vec<UnitFiles>>,
    /// What cannot be read.
    pub errors: Vec<InputError>,
}

/// Finds units: those of files and their drop-ins, and those of directories and of whole roots.
pub fn find(paths: &[PathBuf]) -> Found {
    let mut found = Found::default();
    let mut files: Vec<UnitFiles> = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.directory(path);
        } else if path.exists() {
            match file(path) {
                Ok(unit) => files.push(unit),
                Err(error) => found.errors.push(error),
            }
        } else {
            found.errors.push(InputError::Missing { path: path.clone() });
        }
    }
    if !files.is_empty() {
        found.sets.push(files);
    }
    found
}

fn file(path: &Path) -> Result<UnitFiles, InputError> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let Ok(name) = name.parse::<UnitName>() else {
        let path = path.to_owned();
        let is_job = path.extension().is_some_and(|suffix| suffix == "conf" || suffix == "override");
        return Err(if is_job { InputError::Job { path } } else { InputError::Name { path } });
    };
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let read = || Directories::scan(std::slice::from_ref(&parent), None)?.find(&name);
    let mut unit = read().map_err(|error| InputError::Find { path: path.to_owned(), error })?;
    if !path.starts_with(".") {
        // As it was called.
        for source in unit.fragment.iter_mut().chain(&mut unit.drop_ins) {
            source.name = source.name.trim_start_matches("./").to_owned();
        }
    }
    Ok(unit)
}

/// A unit, and those beside it that start it on demand.
///
/// # Errors
/// When the unit cannot be read; one beside it that cannot be read starts nothing.
pub fn file_with_triggers(path: &Path) -> Result<(UnitFiles, Vec<UnitFiles>), InputError> {
    if !path.exists() {
        return Err(InputError::Missing { path: path.to_owned() });
    }
    let unit = file(path)?;
    let parent = path.parent().unwrap_or(Path::new(""));
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let scanned = Directories::scan(&[parent.to_owned()], None)
        .map_err(|error| InputError::Find { path: path.to_owned(), error })?;
    let names = scanned.units().filter_map(|name| name.parse::<UnitName>().ok());
    let triggers = names
        .filter(|name| matches!(name.kind(), UnitType::Socket | UnitType::Timer | UnitType::Path))
        .filter_map(|name| scanned.find(&name).ok())
        .filter(|files| read::triggered(&Loaded::read(files)).as_deref() == Some(unit.name.as_str()));
    let mut triggers: Vec<UnitFiles> = triggers.collect();
    if !path.starts_with(".") {
        for source in
            triggers.iter_mut().flat_map(|files| files.fragment.iter_mut().chain(&mut files.drop_ins))
        {
            source.name = source.name.trim_start_matches("./").to_owned();
        }
    }
    Ok((unit, triggers))
}

impl Found {
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
            let is_unit = entry.file_name().to_str().is_some_and(|name| name.parse::<UnitName>().is_ok());
            let parent = entry.path().parent().unwrap_or(path);
            let of_links = parent.extension().is_some_and(|suffix| {
                ["d", "wants", "requires", "upholds"].iter().any(|known| suffix == *known)
            });
            if is_unit && !entry.file_type().is_dir() && !of_links {
                with_units.insert(parent.to_owned());
            }
        }
        for directory in with_units {
            self.scan(&directory, std::slice::from_ref(&directory), None);
        }
        if self.sets.len() == before && self.errors.len() == failed {
            let path = path.to_owned();
            self.errors.push(if jobs { InputError::Jobs { path } } else { InputError::Empty { path } });
        }
    }

    fn scan(&mut self, path: &Path, directories: &[PathBuf], root: Option<&Path>) {
        let scanned = match Directories::scan(directories, root) {
            Ok(scanned) => scanned,
            Err(error) => {
                self.errors.push(InputError::Find { path: path.to_owned(), error });
                return;
            }
        };
        let mut set = Vec::new();
        for name in scanned.units().filter_map(|name| name.parse::<UnitName>().ok()) {
            if !is_of_interest(name.kind()) {
                continue;
            }
            match scanned.find(&name) {
                Ok(unit) => set.push(unit),
                Err(error) => self.errors.push(InputError::Find { path: path.to_owned(), error }),
            }
        }
        if !set.is_empty() {
            self.sets.push(set);
        }
    }
}
