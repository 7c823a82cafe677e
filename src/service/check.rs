//! Checks: what of the file system is looked at before a start.

use serde::Serialize;

use crate::text::Text;

/// A look at a path. Where it is not as asked for, there is no start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What is asked.
    pub test: Test,
    /// Of which path; an absolute one.
    pub path: Text,
    /// Whether it must not be so.
    pub negated: bool,
    /// Whether a start has failed where it is not as asked for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Whether it is one of several of which one is enough.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub alternative: bool,
}

/// What a check asks of a path, links followed but for `SymbolicLink`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Test {
    /// There is something.
    Exists,
    /// It is a directory.
    Directory,
    /// It is a symbolic link.
    SymbolicLink,
    /// It is a regular file.
    File,
    /// The process may read it.
    Readable,
    /// The process may write it.
    Writable,
    /// The process may execute it, or search it.
    Executable,
    /// It is larger than nothing.
    NotEmpty,
    /// It is a regular file that somebody may execute.
    ExecutableFile,
    /// It is a regular file that is larger than nothing.
    NonEmptyFile,
    /// Something matches it as a pattern (glob(7)).
    Matches,
    /// It is a directory with something in it.
    NonEmptyDirectory,
    /// A file system is mounted there.
    MountPoint,
    /// It lies on a file system that can be written to.
    WritableFileSystem,
}

impl Test {
    /// The operator of test(1), where it has one for it.
    pub fn operator(self) -> Option<&'static str> {
        Some(match self {
            Test::Exists => "-e",
            Test::Directory => "-d",
            Test::SymbolicLink => "-L",
            Test::File => "-f",
            Test::Readable => "-r",
            Test::Writable => "-w",
            Test::Executable | Test::ExecutableFile => "-x",
            Test::NotEmpty | Test::NonEmptyFile => "-s",
            Test::Matches | Test::NonEmptyDirectory | Test::MountPoint | Test::WritableFileSystem => {
                return None;
            }
        })
    }

    /// The test that an operator of test(1) stands for.
    pub fn of(operator: &[u8]) -> Option<Test> {
        Some(match operator {
            b"-e" => Test::Exists,
            b"-d" => Test::Directory,
            b"-L" | b"-h" => Test::SymbolicLink,
            b"-f" => Test::File,
            b"-r" => Test::Readable,
            b"-w" => Test::Writable,
            b"-x" => Test::Executable,
            b"-s" => Test::NotEmpty,
            _ => return None,
        })
    }
}
