//! Why Upstart would not load a job: its own errors, with its own words.

use thiserror::Error;

/// What Upstart 1.13.2 says of a stanza that it refuses. One of them costs the whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum ParseError {
    #[error("Expected token")]
    ExpectedToken,
    #[error("Unexpected token")]
    UnexpectedToken,
    #[error("Trailing slash in file")]
    TrailingSlash,
    #[error("Unterminated quoted string")]
    UnterminatedQuote,
    #[error("Unterminated block")]
    UnterminatedBlock,
    #[error("Unknown stanza")]
    UnknownStanza,
    #[error("Illegal interval, expected number of seconds")]
    IllegalInterval,
    #[error("Illegal exit status, expected integer")]
    IllegalExit,
    #[error("Illegal signal status, expected integer")]
    IllegalSignal,
    #[error("Illegal file creation mask, expected octal integer")]
    IllegalUmask,
    #[error("Illegal nice value, expected -20 to 19")]
    IllegalNice,
    #[error("Illegal oom adjustment, expected -16 to 15 or 'never'")]
    IllegalOom,
    #[error("Illegal oom score adjustment, expected -999 to 1000 or 'never'")]
    IllegalOomScore,
    #[error("Illegal limit, expected 'unlimited' or integer")]
    IllegalLimit,
    #[error("Expected event")]
    ExpectedEvent,
    #[error("Expected operator")]
    ExpectedOperator,
    #[error("Expected variable name before value")]
    ExpectedVariable,
    #[error("Mismatched parentheses")]
    MismatchedParens,
}

impl ParseError {
    /// The name that the error has in Upstart's source, by which tools know it.
    pub fn errname(self) -> &'static str {
        match self {
            ParseError::ExpectedToken => "NIH_CONFIG_EXPECTED_TOKEN",
            ParseError::UnexpectedToken => "NIH_CONFIG_UNEXPECTED_TOKEN",
            ParseError::TrailingSlash => "NIH_CONFIG_TRAILING_SLASH",
            ParseError::UnterminatedQuote => "NIH_CONFIG_UNTERMINATED_QUOTE",
            ParseError::UnterminatedBlock => "NIH_CONFIG_UNTERMINATED_BLOCK",
            ParseError::UnknownStanza => "NIH_CONFIG_UNKNOWN_STANZA",
            ParseError::IllegalInterval => "PARSE_ILLEGAL_INTERVAL",
            ParseError::IllegalExit => "PARSE_ILLEGAL_EXIT",
            ParseError::IllegalSignal => "PARSE_ILLEGAL_SIGNAL",
            ParseError::IllegalUmask => "PARSE_ILLEGAL_UMASK",
            ParseError::IllegalNice => "PARSE_ILLEGAL_NICE",
            ParseError::IllegalOom | ParseError::IllegalOomScore => "PARSE_ILLEGAL_OOM",
            ParseError::IllegalLimit => "PARSE_ILLEGAL_LIMIT",
            ParseError::ExpectedEvent => "PARSE_EXPECTED_EVENT",
            ParseError::ExpectedOperator => "PARSE_EXPECTED_OPERATOR",
            ParseError::ExpectedVariable => "PARSE_EXPECTED_VARIABLE",
            ParseError::MismatchedParens => "PARSE_MISMATCHED_PARENS",
        }
    }
}

/// An error of Upstart's, and the offset in the file whose line it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{error}")]
pub struct Refusal {
    /// What is wrong.
    pub error: ParseError,
    /// The offset at which Upstart gave up.
    pub at: usize,
}
