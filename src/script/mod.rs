//! Scripts of `sh`, read as dash reads them, with the place of every word.
//!
//! The grammar (`grammar/shell.pest`) knows tokens and the pieces of words; what nests is read here,
//! in the order and by the rules of dash's own parser: reserved words only where a command may begin,
//! here-documents where the line ends, `$(…)` as commands wherever it stands. What bash would read
//! otherwise is read as dash does, and remarked on.

mod bash;
pub(crate) mod call;
mod command;
mod error;
mod heredoc;
pub(crate) mod init_tools;
mod lexer;
mod name;
mod outline;
mod parse;
pub mod programs;
pub mod remark;
mod source;
pub mod tree;
pub mod walk;
mod word;

pub use error::{MAX_DEPTH, Reason, SyntaxError};
pub use name::{base_name, is_name};
pub use outline::Outline;
pub use source::ScriptText;
pub use tree::{Script, literal};

use crate::text::Span;

#[cfg(test)]
thread_local! {
    /// The texts that were read on this thread, for the test that none is read twice.
    pub(crate) static READ: std::cell::RefCell<Vec<Vec<u8>>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// Reads a script.
///
/// # Errors
/// Where dash finds a syntax error, or what nests goes deeper than [`MAX_DEPTH`].
pub fn parse(text: &[u8]) -> Result<Script, SyntaxError> {
    #[cfg(test)]
    READ.with_borrow_mut(|read| read.push(text.to_vec()));
    if let Some(at) = text.iter().position(|byte| *byte == 0) {
        return Err(SyntaxError::new(Span::new(at, at + 1), Reason::Nul));
    }
    let mut parser = parse::Parser::new(text);
    match parser.script() {
        Ok(mut script) => {
            script.remarks.extend(bash::remarks(text, &script));
            script.remarks.sort_by_key(|remark| remark.span);
            Ok(script)
        }
        Err(mut error) => {
            error.remark = bash::at(text, &error).or(parser.reserved);
            Err(error)
        }
    }
}
