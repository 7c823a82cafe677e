//! Scripts of `sh`, read as dash reads them, with the place of every word.
//!
//! The grammar (`grammar/shell.pest`) knows tokens and the pieces of words; what nests is read here,
//! in the order and by the rules of dash's own parser: reserved words only where a command may begin,
//! here-documents where the line ends, `$(…)` as commands wherever it stands. What bash would read
//! otherwise is read as dash does, and remarked on.

pub mod bash;
mod command;
mod heredoc;
mod parse;
mod source;
mod token;
pub mod tree;
pub mod walk;
mod word;

use thiserror::Error;

pub use source::ScriptText;
pub use tree::Script;
pub use word::literal;

use crate::text::Span;

/// How deep commands, substitutions and quotes may stand in each other.
pub const MAX_DEPTH: usize = 100;

/// A script that dash refuses, or that goes too far for us.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{reason}")]
pub struct Opaque {
    /// What cannot be read, or where what is never closed begins.
    pub span: Span,
    /// Why.
    pub reason: Reason,
    /// What bash would have made of it.
    pub remark: Option<bash::Remark>,
}

impl Opaque {
    fn new(span: Span, reason: Reason) -> Self {
        Opaque { span, reason, remark: None }
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

/// Reads a script.
///
/// # Errors
/// Where dash finds a syntax error, or what nests goes deeper than [`MAX_DEPTH`].
pub fn parse(text: &[u8]) -> Result<Script, Opaque> {
    if let Some(at) = text.iter().position(|byte| *byte == 0) {
        return Err(Opaque::new(Span::new(at, at + 1), Reason::Nul));
    }
    let mut parser = parse::Parser::new(text);
    match parser.script() {
        Ok(mut script) => {
            script.remarks.extend(bash::remarks(text, &script));
            script.remarks.sort_by_key(|remark| remark.span);
            Ok(script)
        }
        Err(mut opaque) => {
            opaque.remark = bash::at(text, &opaque).or(parser.reserved);
            Err(opaque)
        }
    }
}
