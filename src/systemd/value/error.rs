//! Why a value is not taken.

use thiserror::Error;

/// Why a value, or a word of it, is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum ValueError {
    #[error("neither yes nor no")]
    Boolean,
    #[error("not one of its values")]
    Choice,
    #[error("not a number")]
    Number,
    #[error("out of range")]
    Range,
    #[error("not a percentage")]
    Percent,
    #[error("not a span of time")]
    Time,
    #[error("not a limit")]
    Limit,
    #[error("not a signal")]
    Signal,
    #[error("not an exit status")]
    ExitStatus,
    #[error("a quote is not closed")]
    OpenQuote,
    #[error("a backslash with nothing that it could escape")]
    Escape,
    #[error("unknown specifier %{0}")]
    Specifier(char),
    #[error("neither an absolute path nor the name of a program")]
    Program,
    #[error("not a path that is allowed here")]
    Path,
    #[error("not a variable")]
    Variable,
    #[error("not a user or group")]
    User,
    /// systemd does not load the unit for it.
    #[error("{0}")]
    Fatal(Box<ValueError>),
    /// systemd passes over the line, as failure is to be ignored.
    #[error("{0}")]
    Ignored(Box<ValueError>),
}

impl ValueError {
    /// Whether systemd refuses to load the unit for it.
    pub fn is_fatal(&self) -> bool {
        matches!(self, ValueError::Fatal(_))
    }

    /// What it means in a command whose failure may be to be ignored.
    pub(super) fn of_command(self, ignored: bool) -> ValueError {
        if ignored { ValueError::Ignored(Box::new(self)) } else { ValueError::Fatal(Box::new(self)) }
    }
}
