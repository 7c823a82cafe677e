//! Values as systemd 252 reads them, directive by directive. Where it does not take one, [`ValueError`] says why.
#![allow(clippy::missing_errors_doc)]

use super::load::UnitName;
use super::table::choice::Choices;
use super::table::{Row, ValueKind};
use crate::service::{Limit, Signal};

pub mod command;
pub mod environment;
mod error;
pub mod limit;
pub mod list;
pub mod number;
pub mod path;
pub mod specifier;
pub mod status;
pub mod time;
pub mod words;

pub use command::{CommandLine, Piece, Privilege};
pub use error::ValueError;
pub use number::Amount;
pub use specifier::{Part, Parts};
pub use status::Endings;
pub use time::Time;
pub use words::{List, is_text};

/// A value as its kind says it is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Value {
    /// A text, a choice, or a list of which systemd takes what it can.
    #[default]
    Text,
    Boolean(bool),
    Time(Time),
    Amount(Amount),
    Number(i64),
    Mode(u32),
    Limit(Limit),
    Signal(Signal),
    Commands(Vec<CommandLine>),
    EnvironmentFile(environment::File),
    WorkingDirectory(path::WorkingDirectory),
    Test(list::Test),
}

/// Reads a value of that directive in a unit of that name; one that is empty is not looked at here.
pub fn parse(row: &Row, value: &[u8], name: &UnitName) -> Result<Value, ValueError> {
    let fatal = |error: ValueError| ValueError::Fatal(Box::new(error));
    let text = |()| Value::Text;
    match row.kind {
        ValueKind::Boolean => boolean(value).map(Value::Boolean),
        ValueKind::Choice(choices) => choice(value, choices).map(text),
        ValueKind::Numbered(choices) => {
            choice(value, choices).or_else(|error| number::unsigned(value).map(drop).map_err(|_| error)).map(text)
        }
        ValueKind::Seconds => time::seconds(value).map(Value::Time),
        ValueKind::Timeout => time::timeout(value).map(Value::Time),
        ValueKind::Size => number::size(value).map(|bytes| Value::Amount(Amount::Of(bytes))),
        ValueKind::MemoryLimit => match number::memory(value)? {
            Amount::Of(0) | Amount::Part(0) if !may_be_zero(row.name) => Err(ValueError::Range),
            amount => Ok(Value::Amount(amount)),
        },
        ValueKind::TasksMax => number::tasks(value).map(Value::Amount),
        ValueKind::Percent => match number::percent(value)? {
            0 if row.name == "CPUQuota" => Err(ValueError::Range),
            part => Ok(Value::Amount(Amount::Part(part))),
        },
        ValueKind::CpuWeight if value == b"idle" => Ok(Value::Text),
        ValueKind::Weight | ValueKind::CpuWeight => weight(row, value),
        ValueKind::Unsigned => number::between(value, 0, u32::MAX.into()).map(Value::Number),
        ValueKind::Integer => number::integer(value).map(Value::Number),
        ValueKind::Nice => number::between(value, -20, 19).map(Value::Number),
        ValueKind::OomScoreAdjust => number::between(value, -1000, 1000).map(Value::Number),
        ValueKind::IoPriority => number::between(value, 0, 7).map(Value::Number),
        ValueKind::Mode => number::mode(value).map(Value::Mode),
        ValueKind::Limit => limit::limit(row.name, value).map(Value::Limit),
        ValueKind::Signal => status::signal(value).map(Value::Signal),
        ValueKind::ExitStatus => status::status(value).map(|status| Value::Number(status.into())),
        ValueKind::CommandLine => {
            let commands = command::commands(value)?;
            programs(&commands, name).map(|()| Value::Commands(commands))
        }
        ValueKind::EnvironmentFile => environment::file(value).map(Value::EnvironmentFile),
        ValueKind::WorkingDirectory => match path::working_directory(value) {
            Err(error) if value.starts_with(b"-") => Err(error),
            result => result.map(Value::WorkingDirectory).map_err(fatal),
        },
        ValueKind::UserOrGroup => user(value).map(text).map_err(fatal),
        ValueKind::Condition | ValueKind::Assertion => list::test(row.name, value).map(Value::Test),
        // Lists take what they can; texts take anything.
        _ => Ok(Value::Text),
    }
}

/// Whether the programs of commands are some when their specifiers are resolved.
fn programs(commands: &[CommandLine], name: &UnitName) -> Result<(), ValueError> {
    // What only the machine knows is taken on trust.
    let is_none = |command: &&CommandLine| {
        command.program.resolve(name, &|_| None).is_ok_and(|program| !command::is_program(&program))
    };
    let none = commands.iter().find(is_none);
    none.map_or(Ok(()), |command| Err(ValueError::Program.of_command(command.ignore_failure)))
}

/// Whether 0 is a limit of memory: what is kept free may be nothing, and so may swap.
fn may_be_zero(directive: &str) -> bool {
    ["Swap", "Low", "Min"].iter().any(|part| directive.contains(part))
}

/// Shares of the first control groups go from 2 to 262144 or, of input and output, from 10 to 1000; weights of
/// the second ones from 1 to 10000.
fn weight(row: &Row, value: &[u8]) -> Result<Value, ValueError> {
    let (low, high) = match row.name {
        "CPUShares" | "StartupCPUShares" => (2, 262_144),
        "BlockIOWeight" | "StartupBlockIOWeight" => (10, 1000),
        _ => (1, 10_000),
    };
    number::between(value, low, high).map(Value::Number)
}

/// A user or group: systemd takes more than useradd(8) does.
fn user(value: &[u8]) -> Result<(), ValueError> {
    let parts = Parts::read(value)?;
    let Some(name) = parts.as_plain() else { return Ok(()) };
    let digits = name.iter().all(u8::is_ascii_digit);
    let numeric = digits && number::unsigned(&name).is_ok_and(|number| number < u64::from(u32::MAX) && number != 65535);
    let negative = name.strip_prefix(b"-").is_some_and(|rest| rest.iter().all(u8::is_ascii_digit));
    let named = !(digits || negative || name == "." || name == "..")
        && is_text(&name)
        && !name.iter().any(|byte| byte.is_ascii_control() || b":/".contains(byte));
    let blank_at_the_ends = name.trim_ascii() != name.as_slice();
    if (numeric || named) && !blank_at_the_ends { Ok(()) } else { Err(ValueError::User) }
}

/// `yes`, `no` and their kin, in any case of letters.
pub fn boolean(value: &[u8]) -> Result<bool, ValueError> {
    match value.to_ascii_lowercase().as_slice() {
        b"1" | b"yes" | b"y" | b"true" | b"t" | b"on" => Ok(true),
        b"0" | b"no" | b"n" | b"false" | b"f" | b"off" => Ok(false),
        _ => Err(ValueError::Boolean),
    }
}

fn choice(value: &[u8], choices: Choices) -> Result<(), ValueError> {
    let listed = choices.iter().any(|choice| choice.as_bytes() == value);
    let boolean_too = choices.contains(&"yes") && choices.contains(&"no");
    if listed || boolean_too && boolean(value).is_ok() { Ok(()) } else { Err(ValueError::Choice) }
}
