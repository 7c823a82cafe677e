//! How a command ends.

use std::error::Error;
use std::fmt::Display;
use std::io;
use std::process::ExitCode;

/// How a run ended, as its exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Status {
    Done = 0,
    /// Done, or refused, and something needs manual action.
    NeedsAction = 1,
    /// Something could not be read or written.
    Failed = 2,
}

impl Status {
    /// Of a run that did all of it or not, and left something that needs manual action or not.
    pub(super) fn of(is_complete: bool, needs_action: bool) -> Status {
        match (is_complete, needs_action) {
            (false, _) => Status::Failed,
            (true, true) => Status::NeedsAction,
            (true, false) => Status::Done,
        }
    }
}

/// Tells what could not be read, or written.
pub(super) fn print_errors(errors: &[impl Display]) {
    for error in errors {
        eprintln!("error: {error}");
    }
}

/// Why a command ended early.
#[derive(Debug)]
pub(super) struct CommandError {
    /// What went wrong; where several inputs are at fault, an error for each.
    pub(super) errors: Vec<Box<dyn Error>>,
    /// More lines about it.
    pub(super) details: Vec<String>,
    pub(super) status: Status,
}

impl<E: Error + 'static> From<E> for CommandError {
    fn from(error: E) -> Self {
        CommandError { errors: vec![Box::new(error)], details: Vec::new(), status: Status::Failed }
    }
}

impl CommandError {
    /// An error that is known by its message only.
    pub(super) fn new(message: impl Into<String>) -> Self {
        CommandError::all([message.into()])
    }

    /// The errors of several inputs.
    pub(super) fn all(messages: impl IntoIterator<Item = String>) -> Self {
        let errors = messages.into_iter().map(Into::into).collect();
        CommandError { errors, details: Vec::new(), status: Status::Failed }
    }

    /// Ends the command with another exit status.
    pub(super) fn with(self, status: Status) -> Self {
        CommandError { status, ..self }
    }

    /// Prints it: the one place that does.
    pub(super) fn report(self) -> ExitCode {
        let is_broken_pipe = |error: &(dyn Error + 'static)| {
            let kind = match error.downcast_ref::<serde_json::Error>() {
                Some(error) => error.io_error_kind(),
                None => error.downcast_ref::<io::Error>().map(io::Error::kind),
            };
            kind == Some(io::ErrorKind::BrokenPipe)
        };
        // Whoever reads the output has seen enough.
        if self.errors.iter().any(|error| is_broken_pipe(error.as_ref())) {
            return ExitCode::SUCCESS;
        }
        print_errors(&self.errors);
        for line in &self.details {
            eprintln!("  {line}");
        }
        ExitCode::from(self.status as u8)
    }
}

/// How a command ended.
pub(super) type Result<T = Status, E = CommandError> = std::result::Result<T, E>;
