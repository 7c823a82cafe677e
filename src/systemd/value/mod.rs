//! Values as systemd 252 reads them, directive by directive.

use bstr::ByteSlice as _;
use thiserror::Error;

use super::catalogue::choice::Choices;
use super::catalogue::{Kind, Row};
use super::load::UnitName;

pub mod command;
pub mod environment;
pub mod limit;
pub mod list;
pub mod number;
pub mod path;
pub mod specifier;
pub mod status;
pub mod time;
pub mod words;

pub use command::{Command, Piece, Privilege};
pub use environment::List;
pub use number::Amount;
pub use specifier::{Part, Parts};
pub use status::Endings;
pub use time::Time;

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
    #[error("beyond the bounds")]
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
}

/// Whether systemd takes a value of that directive in a unit of that name; one that is empty is not looked at
/// here. Of a list it takes what it can.
///
/// # Errors
/// Why it does not.
pub fn check(row: &Row, value: &[u8], name: &UnitName) -> Result<(), ValueError> {
    let fatal = |error: ValueError| ValueError::Fatal(Box::new(error));
    match row.kind {
        Kind::Boolean => boolean(value).map(drop),
        Kind::Choice(choices) => choice(value, choices),
        Kind::Numbered(choices) => {
            choice(value, choices).or_else(|error| number::unsigned(value).map(drop).map_err(|_| error))
        }
        Kind::Seconds | Kind::Timeout => time::seconds(value).map(drop),
        Kind::Size => number::size(value).map(drop),
        Kind::MemoryLimit => match number::memory(value)? {
            Amount::Of(0) | Amount::Part(0) if !may_be_zero(row.name) => Err(ValueError::Range),
            _ => Ok(()),
        },
        Kind::TasksMax => number::tasks(value).map(drop),
        Kind::Percent => match number::percent(value)? {
            0 if row.name == "CPUQuota" => Err(ValueError::Range),
            _ => Ok(()),
        },
        Kind::Weight => weight(row, value),
        Kind::CpuWeight => {
            if value == b"idle" {
                Ok(())
            } else {
                weight(row, value)
            }
        }
        Kind::Unsigned => number::unsigned(value).and_then(fits_32).map(drop),
        Kind::Integer => number::integer(value).map(drop),
        Kind::Nice => number::between(value, -20, 19).map(drop),
        Kind::OomScoreAdjust => number::between(value, -1000, 1000).map(drop),
        Kind::IoPriority => number::between(value, 0, 7).map(drop),
        Kind::Mode => number::mode(value).map(drop),
        Kind::Limit => limit::limit(row.name, value).map(drop),
        Kind::Signal => status::signal(value).map(drop),
        Kind::ExitStatus => status::status(value).map(drop),
        Kind::CommandLine => programs(&command::commands(value)?, name),
        Kind::EnvironmentFile => environment::file(value).map(drop),
        Kind::WorkingDirectory => match path::working_directory(value) {
            Err(error) if value.starts_with(b"-") => Err(error),
            result => result.map(drop).map_err(fatal),
        },
        Kind::UserOrGroup => user(value).map_err(fatal),
        Kind::Condition | Kind::Assertion => list::test(row.name, value).map(drop),
        // Lists take what they can; texts take anything.
        _ => Ok(()),
    }
}

/// Whether the programs of commands are some when their specifiers are resolved.
fn programs(commands: &[Command], name: &UnitName) -> Result<(), ValueError> {
    for command in commands {
        let error = match command.program.resolve(name, &|_| None) {
            Ok(program) if !command::is_program(&program) => Box::new(ValueError::Program),
            // What only the machine knows is taken on trust.
            _ => continue,
        };
        return Err(if command.ignore_failure {
            ValueError::Ignored(error)
        } else {
            ValueError::Fatal(error)
        });
    }
    Ok(())
}

/// Whether 0 is a limit of memory: what is kept free may be nothing, and so may swap.
fn may_be_zero(directive: &str) -> bool {
    ["Swap", "Low", "Min"].iter().any(|part| directive.contains(part))
}

fn fits_32(number: u64) -> Result<u32, ValueError> {
    u32::try_from(number).map_err(|_| ValueError::Range)
}

/// Shares of the first control groups go from 2 to 262144 or, of input and output, from 10 to 1000; weights of
/// the second ones from 1 to 10000.
fn weight(row: &Row, value: &[u8]) -> Result<(), ValueError> {
    let bounds = match row.name {
        "CPUShares" | "StartupCPUShares" => 2..=262_144,
        "BlockIOWeight" | "StartupBlockIOWeight" => 10..=1000,
        _ => 1..=10_000,
    };
    let number = number::unsigned(value)?;
    if bounds.contains(&number) { Ok(()) } else { Err(ValueError::Range) }
}

/// A user or group: systemd takes more than useradd(8) does.
fn user(value: &[u8]) -> Result<(), ValueError> {
    let parts = Parts::read(value)?;
    let Some(name) = parts.as_plain() else { return Ok(()) };
    let digits = name.iter().all(u8::is_ascii_digit);
    let numeric =
        digits && number::unsigned(&name).is_ok_and(|number| number < u64::from(u32::MAX) && number != 65535);
    let negative = name.strip_prefix(b"-").is_some_and(|rest| rest.iter().all(u8::is_ascii_digit));
    let dotted = name == "." || name == "..";
    let named = !digits
        && is_text(&name)
        && !negative
        && !dotted
        && !name.iter().any(|byte| byte.is_ascii_control() || b":/".contains(byte));
    let blank_at_the_ends = name.trim_ascii() != name.as_slice();
    if (numeric || named) && !blank_at_the_ends { Ok(()) } else { Err(ValueError::User) }
}

/// `yes`, `no` and their kin, in any case of letters.
///
/// # Errors
/// It is none of them.
pub fn boolean(value: &[u8]) -> Result<bool, ValueError> {
    let is = |words: &[&str]| words.iter().any(|word| value.eq_ignore_ascii_case(word.as_bytes()));
    if is(&["1", "yes", "y", "true", "t", "on"]) {
        Ok(true)
    } else if is(&["0", "no", "n", "false", "f", "off"]) {
        Ok(false)
    } else {
        Err(ValueError::Boolean)
    }
}

fn choice(value: &[u8], choices: Choices) -> Result<(), ValueError> {
    let listed = choices.iter().any(|choice| choice.as_bytes() == value);
    let boolean_too = choices.contains(&"yes") && choices.contains(&"no");
    if listed || boolean_too && boolean(value).is_ok() { Ok(()) } else { Err(ValueError::Choice) }
}

/// Whether systemd takes bytes for text: UTF-8 without what Unicode keeps for itself.
pub fn is_text(bytes: &[u8]) -> bool {
    let kept = |c: char| matches!(u32::from(c), 0xfdd0..=0xfdef) || u32::from(c) & 0xfffe == 0xfffe;
    bytes.to_str().is_ok_and(|text| !text.chars().any(kept))
}
