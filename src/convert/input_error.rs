//! Why inputs cannot be read.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::systemd::load::FindError;

/// Why an input cannot be read.
#[derive(Debug, Error)]
#[error("{}: {problem}", path.display())]
pub struct InputError {
    /// Its path.
    pub path: PathBuf,
    /// Why.
    pub problem: InputProblem,
}

/// What is wrong with an input.
#[derive(Debug, Error)]
pub enum InputProblem {
    /// Nothing is there.
    #[error("there is no such file or directory")]
    Missing,
    /// A link that leads nowhere: to this path.
    #[error("the link leads to {}, and nothing is there", .0.display())]
    Dangling(PathBuf),
    /// Neither a file nor a directory.
    #[error("this is neither a file nor a directory")]
    Special,
    /// A directory with the name of a job.
    #[error("this is a directory; Upstart reads only files as jobs")]
    Directory,
    /// The system does not let it be read.
    #[error("cannot be read: {0}")]
    Unreadable(io::Error),
    /// No job at all: a program, an image …
    #[error("this is a binary file, not a job")]
    Binary,
    /// A file that would be a job without a name.
    #[error("a job needs a name before its suffix")]
    Nameless,
    /// A unit where a job is wanted.
    #[error("this is a unit of systemd; `cutover reverse` makes a job of it")]
    Unit,
    /// A directory that holds units instead of jobs.
    #[error("there are only units of systemd in this directory; `cutover reverse` makes jobs of them")]
    Units,
    /// A directory without a job.
    #[error("there is no .conf file in this directory")]
    NoJobs,
    /// A job where a unit is wanted.
    #[error("this is a job of Upstart; `cutover convert` makes a unit of it")]
    Job,
    /// A directory that holds jobs instead of units.
    #[error("there are only jobs of Upstart in this directory; `cutover convert` makes units of them")]
    Jobs,
    /// A directory without a unit.
    #[error("there is no unit in this directory")]
    NoUnits,
    /// A file that is no unit by its name.
    #[error("this is not the name of a unit, such as web.service")]
    NotAUnit,
    /// A unit, or a part of it, cannot be read.
    #[error("{0}")]
    Find(FindError),
}

impl InputProblem {
    /// The error of an input that has it.
    pub(super) fn of(self, path: impl Into<PathBuf>) -> InputError {
        InputError { path: path.into(), problem: self }
    }
}
