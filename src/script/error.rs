//! Why a script cannot be read.

use thiserror::Error;

use super::remark::Remark;
use crate::text::Span;

/// How deep commands, substitutions and quotes may stand in each other.
pub const MAX_DEPTH: usize = 100;

/// A script that dash refuses, or that goes too far for us.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{reason}")]
pub struct SyntaxError {
    /// What cannot be read, or where what is never closed begins.
    pub span: Span,
    /// Why.
    pub reason: Reason,
    /// What bash would have made of it.
    pub remark: Option<Remark>,
}

impl SyntaxError {
    pub(super) fn new(span: Span, reason: Reason) -> Self {
        SyntaxError { span, reason, remark: None }
    }
}

/// Why a script cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Reason {
    /// Something stands where it cannot.
    #[error("{found} cannot stand here{}", expected.map(|what| format!(", where {what} has to")).unwrap_or_default())]
    Unexpected {
        /// What stands there.
        found: &'static str,
        /// What alone may stand there.
        expected: Option<&'static str>,
    },
    /// A quote without its end.
    #[error("this quote is never closed")]
    Quote,
    /// `${` without its end.
    #[error("`${{` is never closed with `}}`")]
    Brace,
    /// `$((` without its end.
    #[error("`$((` is never closed with `))`")]
    Arithmetic,
    /// A backquote without its end.
    #[error("this backquote is never closed")]
    Backquote,
    /// The variable of `for` is none.
    #[error("`for` needs the name of a variable")]
    LoopVariable,
    /// Not the name of a function.
    #[error("no function can have this name")]
    FunctionName,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("commands and quotes are nested deeper than {MAX_DEPTH} levels")]
    Depth,
    /// A NUL byte: the shell does not see the same text.
    #[error("a script cannot hold a NUL byte")]
    Nul,
}
