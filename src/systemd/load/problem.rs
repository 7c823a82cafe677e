//! What systemd complains about in a unit.

use thiserror::Error;

use crate::systemd::value::ValueError;
use crate::text::{Origin, Text};

/// A diagnostic, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The diagnostic.
    pub kind: ProblemKind,
    /// The line, without its end.
    pub origin: Origin,
}

/// The diagnostics.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum ProblemKind {
    #[error("no valid section header; systemd reads no further")]
    Header,
    #[error("no text in UTF-8; systemd reads no further")]
    NotUtf8,
    #[error("the line is too long; systemd reads no further")]
    TooLong,
    #[error("it stands outside of any section")]
    OutsideOfSection,
    #[error("there is no `=`")]
    NoEqualsSign,
    #[error("there is no key ahead of `=`")]
    NoKey,
    #[error("unknown section `{0}`")]
    UnknownSection(Text),
    #[error("unknown key `{key}` in section `{section}`")]
    UnknownKey { section: Text, key: Text },
    #[error("`{key}=`: {error}")]
    InvalidValue { key: &'static str, error: ValueError },
    #[error("`{key}=`: {error}; systemd does not load the unit")]
    FatalValue { key: &'static str, error: ValueError },
}

impl ProblemKind {
    /// Whether systemd reads nothing of the file behind it.
    pub fn ends_file(&self) -> bool {
        matches!(
            self,
            ProblemKind::Header | ProblemKind::NotUtf8 | ProblemKind::TooLong | ProblemKind::FatalValue { .. }
        )
    }
}
