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

/// The operators of test(1), the customary one of several first.
const OPERATORS: &[(&str, Test)] = &[
    ("-e", Test::Exists),
    ("-d", Test::Directory),
    ("-L", Test::SymbolicLink),
    ("-h", Test::SymbolicLink),
    ("-f", Test::File),
    ("-r", Test::Readable),
    ("-w", Test::Writable),
    ("-x", Test::Executable),
    ("-s", Test::NotEmpty),
    // Those that ask more than the operator does.
    ("-x", Test::ExecutableFile),
    ("-s", Test::NonEmptyFile),
];

impl Test {
    /// The operator of test(1), where it has one for it.
    pub fn operator(self) -> Option<&'static str> {
        OPERATORS.iter().find(|(_, test)| *test == self).map(|(operator, _)| *operator)
    }

    /// The test that an operator of test(1) stands for.
    pub fn of(operator: &[u8]) -> Option<Test> {
        OPERATORS.iter().find(|(known, _)| known.as_bytes() == operator).map(|(_, test)| *test)
    }
}
