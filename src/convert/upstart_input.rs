//! Job files on disk: which ones there are, what they are called, and why one cannot be read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bstr::ByteSlice as _;
use walkdir::WalkDir;

pub use super::input_error::{InputError, InputProblem};
use super::systemd_input::unit_name;
use crate::text::Source;
use crate::upstart::distribution::Distribution;
use crate::upstart::places;
use crate::upstart::read::JobFiles;

/// A job to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The job's name.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
}

/// What stands behind paths.
#[derive(Debug, Default)]
pub struct FoundJobs {
    /// The jobs, in the order of the paths, and by name within a directory.
    pub inputs: Vec<Input>,
    /// Overrides in directories that have no job beside them.
    pub lone_overrides: Vec<PathBuf>,
    /// What could not be looked at.
    pub errors: Vec<InputError>,
}

/// The jobs behind paths: a file is a job whatever its suffix, a directory is searched for `.conf`.
pub fn find(paths: &[PathBuf]) -> FoundJobs {
    let mut found = FoundJobs::default();
    for path in paths {
        match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => found.directory(path),
            Ok(meta) if meta.is_file() && is_unit(path) => found.errors.push(InputProblem::Unit.of(path)),
            Ok(meta) if meta.is_file() => {
                let name = path.file_name().unwrap_or_default().as_encoded_bytes();
                let stem = name.strip_suffix(b".conf").or(name.strip_suffix(b".override")).unwrap_or(name);
                found.job(stem.to_str_lossy().into_owned(), path.clone());
            }
            Ok(_) => found.errors.push(InputProblem::Special.of(path)),
            Err(error) => found.errors.push(unreadable(path, error)),
        }
    }
    found
}

impl FoundJobs {
    /// Puts the job in the place of an override that was named by itself, since that alone is none.
    #[must_use]
    pub fn with_jobs_of_overrides(mut self) -> Self {
        let (overrides, mut jobs): (Vec<Input>, Vec<Input>) =
            self.inputs.into_iter().partition(|input| has_suffix(&input.path, "override"));
        for over in overrides {
            let conf = over.path.with_extension("conf");
            if jobs.iter().any(|job| job.path == conf) {
                continue;
            }
            if fs::symlink_metadata(&conf).is_ok() {
                jobs.push(Input { name: over.name, path: conf });
            } else {
                self.lone_overrides.push(over.path);
            }
        }
        self.inputs = jobs;
        self
    }

    fn job(&mut self, name: String, path: PathBuf) {
        // The part behind the last slash is what a unit would be called.
        if name.rsplit('/').next().is_none_or(|last| last.is_empty() || last == ".conf") {
            self.errors.push(InputProblem::Nameless.of(path));
        } else {
            self.inputs.push(Input { name, path });
        }
    }

    fn directory(&mut self, root: &Path) {
        let (before, failed) = (self.inputs.len(), self.errors.len());
        let mut units = false;
        for entry in WalkDir::new(root).follow_links(true).sort_by_file_name() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(root).to_owned();
                    // What could not hold a job does not matter.
                    if has_suffix(&path, "conf") || path.is_dir() {
                        let error = error.into_io_error().unwrap_or_else(|| io::Error::other("a loop of links"));
                        self.errors.push(unreadable(&path, error));
                    }
                    continue;
                }
            };
            let (path, kind) = (entry.path(), entry.file_type());
            let name = Path::new(entry.file_name());
            if kind.is_file()
                && has_suffix(name, "override")
                && fs::symlink_metadata(path.with_extension("conf")).is_err()
            {
                self.lone_overrides.push(path.to_owned());
            }
            units |= kind.is_file() && is_unit(name);
            if !has_suffix(name, "conf") || entry.depth() == 0 || is_drop_in(path) {
                continue;
            }
            if kind.is_file() {
                // Where a whole tree is searched, names count from the directory of jobs in it.
                let place = path.strip_prefix(root).ok().and_then(places::of);
                let base = place.map_or_else(|| root.to_owned(), |(place, _)| root.join(place));
                let below = path.strip_prefix(base).unwrap_or(path).with_extension("");
                let name = below.as_os_str().as_encoded_bytes().to_str_lossy().into_owned();
                self.job(name, entry.into_path());
            } else if kind.is_dir() {
                self.errors.push(InputProblem::Directory.of(path));
            } else {
                self.errors.push(InputProblem::Special.of(path));
            }
        }
        if self.inputs.len() == before && self.errors.len() == failed {
            let problem = if units { InputProblem::Units } else { InputProblem::NoJobs };
            self.errors.push(problem.of(root));
        }
    }
}

/// Whether a file has the name of a unit.
fn is_unit(path: &Path) -> bool {
    unit_name(path).is_some()
}

/// Whether a file lies where the drop-ins of a unit do, which have the suffix of jobs.
fn is_drop_in(path: &Path) -> bool {
    path.parent().is_some_and(|parent| has_suffix(parent, "d") && is_unit(&parent.with_extension("")))
}

fn has_suffix(path: &Path, suffix: &str) -> bool {
    path.extension().is_some_and(|end| end == suffix)
}

fn unreadable(path: &Path, error: io::Error) -> InputError {
    let problem = match fs::read_link(path) {
        Ok(to) if error.kind() == io::ErrorKind::NotFound => InputProblem::Dangling(to),
        _ if error.kind() == io::ErrorKind::NotFound => InputProblem::Missing,
        _ => InputProblem::Unreadable(error),
    };
    problem.of(path)
}

impl Input {
    /// Reads the job, and its override unless that is not wanted or the input is an override itself.
    ///
    /// # Errors
    /// When the job's file cannot be read or is no text, or when its override cannot be read.
    pub fn read(&self, with_override: bool) -> Result<JobFiles, InputError> {
        let conf = source(&self.path)?;
        let over = self.path.with_extension("override");
        let has_override = with_override && has_suffix(&self.path, "conf") && fs::symlink_metadata(&over).is_ok();
        let over = has_override.then(|| source(&over)).transpose()?;
        let place = std::path::absolute(&self.path);
        let scope = places::of(place.as_deref().unwrap_or(&self.path)).map(|(_, scope)| scope);
        Ok(JobFiles { name: self.name.clone(), conf, over, distribution: Distribution::default(), scope })
    }
}

/// Reads a file that is to be text.
///
/// # Errors
/// When it cannot be read, or holds a NUL byte.
pub fn source(path: &Path) -> Result<Source, InputError> {
    let text = fs::read(path).map_err(|error| unreadable(path, error))?;
    if text.contains(&0) {
        return Err(InputProblem::Binary.of(path));
    }
    Ok(Source { name: path.display().to_string(), text })
}
