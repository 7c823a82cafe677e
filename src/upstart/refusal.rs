//! Why Upstart would not load a job: its own errors, with its own words.

use thiserror::Error;

macro_rules! errors {
    ($($name:ident $errname:ident: $text:literal;)+) => {
        /// What Upstart 1.13.2 says of a stanza that it refuses. One of them costs the whole file.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
        #[allow(missing_docs)]
        pub enum ParseError { $(#[error($text)] $name),+ }

        impl ParseError {
            /// The name that the error has in Upstart's source, by which tools know it.
            pub fn errname(self) -> &'static str {
                match self { $(ParseError::$name => stringify!($errname)),+ }
            }
        }
    };
}

errors! {
    ExpectedToken NIH_CONFIG_EXPECTED_TOKEN: "Expected token";
    UnexpectedToken NIH_CONFIG_UNEXPECTED_TOKEN: "Unexpected token";
    TrailingSlash NIH_CONFIG_TRAILING_SLASH: "Trailing slash in file";
    UnterminatedQuote NIH_CONFIG_UNTERMINATED_QUOTE: "Unterminated quoted string";
    UnterminatedBlock NIH_CONFIG_UNTERMINATED_BLOCK: "Unterminated block";
    UnknownStanza NIH_CONFIG_UNKNOWN_STANZA: "Unknown stanza";
    IllegalInterval PARSE_ILLEGAL_INTERVAL: "Illegal interval, expected number of seconds";
    IllegalExit PARSE_ILLEGAL_EXIT: "Illegal exit status, expected integer";
    IllegalSignal PARSE_ILLEGAL_SIGNAL: "Illegal signal status, expected integer";
    IllegalUmask PARSE_ILLEGAL_UMASK: "Illegal file creation mask, expected octal integer";
    IllegalNice PARSE_ILLEGAL_NICE: "Illegal nice value, expected -20 to 19";
    IllegalOom PARSE_ILLEGAL_OOM: "Illegal oom adjustment, expected -16 to 15 or 'never'";
    IllegalOomScore PARSE_ILLEGAL_OOM: "Illegal oom score adjustment, expected -999 to 1000 or 'never'";
    IllegalLimit PARSE_ILLEGAL_LIMIT: "Illegal limit, expected 'unlimited' or integer";
    ExpectedEvent PARSE_EXPECTED_EVENT: "Expected event";
    ExpectedOperator PARSE_EXPECTED_OPERATOR: "Expected operator";
    ExpectedVariable PARSE_EXPECTED_VARIABLE: "Expected variable name before value";
    MismatchedParens PARSE_MISMATCHED_PARENS: "Mismatched parentheses";
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
