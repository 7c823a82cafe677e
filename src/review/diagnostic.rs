//! What is found in a text that somebody wrote.

use std::fmt;

/// Something that is wrong with a text, or to be known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The line, from 1.
    pub line: Option<usize>,
    /// Whether somebody has to say that it is meant so.
    pub is_error: bool,
    /// What is wrong, in a sentence.
    pub message: String,
}

impl Diagnostic {
    pub fn error(line: Option<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic { line, is_error: true, message: message.into() }
    }

    pub fn remark(message: impl Into<String>) -> Diagnostic {
        Diagnostic { line: None, is_error: false, message: message.into() }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.message)
    }
}
