//! Command lines (systemd.service(5), "Command lines").

use bstr::{BString, ByteSlice as _, ByteVec as _};

use super::error::ValueError;
use super::specifier::{Part, Parts};
use super::words::{self, Rules};

/// A command of an `Exec…=`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandLine {
    /// `-`: a failure counts as success.
    pub ignore_failure: bool,
    /// `:`: variables are not expanded.
    pub literal: bool,
    /// `+`, `!`, `!!`: more rights than the service itself.
    pub privilege: Privilege,
    /// The program: an absolute path, or a name that is searched for.
    pub program: Parts,
    /// The word that the program gets for its own name, where that is not its path: with `@`, or where the path
    /// is written in a roundabout way.
    pub argv0: Option<Parts>,
    /// The arguments behind the program's name.
    pub arguments: Vec<Parts>,
}

/// With which rights a command runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Privilege {
    /// Those of the service.
    #[default]
    Service,
    /// `+`: all rights, nothing of what confines the service.
    Full,
    /// `!`: confined, but not as `User=` says.
    NoSetuid,
    /// `!!`: like `!`, where the kernel has no ambient capabilities.
    Ambient,
}

/// A piece of an argument when the process is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As it stands.
    Text(BString),
    /// `%` and this letter.
    Specifier(char),
    /// `${NAME}`: the variable's value.
    Value(BString),
    /// `$NAME` as a word of its own: the words of the variable's value, perhaps none.
    Fields(BString),
}

impl CommandLine {
    /// All words, as the process gets them before variables are expanded.
    pub fn argv(&self) -> impl Iterator<Item = &Parts> {
        std::iter::once(self.argv0.as_ref().unwrap_or(&self.program)).chain(&self.arguments)
    }

    /// The pieces of one of its arguments.
    ///
    /// A variable's name ends where a specifier begins.
    pub fn pieces(&self, argument: &Parts) -> Vec<Piece> {
        if let Some(plain) = argument.as_plain().filter(|_| !self.literal)
            && let Some(name) = plain.strip_prefix(b"$")
            && !name.starts_with(b"{")
            && !name.starts_with(b"$")
        {
            return vec![Piece::Fields(name.into())];
        }
        let mut pieces = Vec::new();
        for part in &argument.0 {
            match part {
                Part::Specifier(letter) => pieces.push(Piece::Specifier(*letter)),
                Part::Text(text) if self.literal => pieces.push(Piece::Text(text.clone())),
                Part::Text(text) => values(text, &mut pieces),
            }
        }
        pieces
    }
}

/// The commands of an assignment: several may stand there, separated by `;`.
///
/// # Errors
/// systemd does not load the unit, unless the command's failure is to be ignored ([`ValueError::Ignored`]).
/// A program's name with an open quote or a bad escape in it is passed over ([`ValueError::OpenQuote`],
/// [`ValueError::Escape`]).
pub fn commands(value: &[u8]) -> Result<Vec<CommandLine>, ValueError> {
    let mut commands = Vec::new();
    let mut rest = Some(value);
    while let Some(text) = rest {
        let Some((word, behind)) = words::first(text, Rules::COMMAND)? else { break };
        if word == b";" {
            rest = Some(behind);
            continue;
        }
        let (mut command, name, own_name) = prefixes(&word);
        let ignored = command.ignore_failure;
        let fail = |error: ValueError| error.of_command(ignored);
        command.program = program(name).map_err(fail)?;
        (command.arguments, rest) = arguments(behind).map_err(fail)?;
        if !own_name {
            command.argv0 = Parts::read(name).ok().filter(|written| *written != command.program);
        } else if command.arguments.is_empty() {
            return Err(fail(ValueError::Program));
        } else {
            command.argv0 = Some(command.arguments.remove(0));
        }
        commands.push(command);
    }
    Ok(commands)
}

/// A command with its prefixes, then its name and whether `@` was among them.
fn prefixes(word: &[u8]) -> (CommandLine, &[u8], bool) {
    let mut command = CommandLine::default();
    let (mut name, mut own_name) = (word, false);
    while let Some((&byte, behind)) = name.split_first() {
        match (byte, command.privilege) {
            (b'-', _) if !command.ignore_failure => command.ignore_failure = true,
            (b'@', _) if !own_name => own_name = true,
            (b':', _) if !command.literal => command.literal = true,
            (b'+', Privilege::Service) => command.privilege = Privilege::Full,
            (b'!', Privilege::Service) => command.privilege = Privilege::NoSetuid,
            (b'!', Privilege::NoSetuid) => command.privilege = Privilege::Ambient,
            _ => break,
        }
        name = behind;
    }
    (command, name, own_name)
}

fn program(name: &[u8]) -> Result<Parts, ValueError> {
    let parts = Parts::read(name)?;
    if name.is_empty() {
        return Err(ValueError::Program);
    }
    // What specifiers stand for is not known here.
    let Some(plain) = parts.as_plain() else { return Ok(parts) };
    if is_program(&plain) { Ok(Parts::plain(simplified(&plain))) } else { Err(ValueError::Program) }
}

/// Whether systemd takes a text for a program: an absolute path, or a name.
pub(crate) fn is_program(text: &[u8]) -> bool {
    let safe = text.iter().all(|byte| *byte >= b' ' && !b"\"'\\\x7f".contains(byte));
    let named = !text.contains(&b'/') && !text.is_empty() && text != b"." && text != b"..";
    let short = text.len() < 4096 && text.split(|byte| *byte == b'/').all(|part| part.len() <= 255);
    safe && short && (text.starts_with(b"/") || named) && !text.ends_with(b"/")
}

/// A path without what says nothing: `//`, `/./`.
pub(super) fn simplified(path: &[u8]) -> BString {
    let parts: Vec<&[u8]> = path.split(|byte| *byte == b'/').filter(|part| !part.is_empty() && *part != b".").collect();
    let mut out = BString::from(bstr::join("/", parts));
    if path.starts_with(b"/") {
        out.insert(0, b'/');
    }
    out
}

/// Arguments up to the end or to a `;`, and what follows that.
#[allow(clippy::type_complexity)]
fn arguments(text: &[u8]) -> Result<(Vec<Parts>, Option<&[u8]>), ValueError> {
    let mut arguments = Vec::new();
    let mut rest = text;
    let alone = |text: &[u8], length: usize| text.get(length).is_none_or(|byte| b" \t\n\r".contains(byte));
    loop {
        let behind = |length: usize| rest[length..].trim_ascii_start();
        if rest.starts_with(b";") && alone(rest, 1) {
            return Ok((arguments, Some(behind(1))));
        }
        if rest.starts_with(b"\\;") && alone(rest, 2) {
            arguments.push(Parts::plain(";"));
            rest = behind(2);
            continue;
        }
        let Some((word, behind)) = words::first(rest, Rules::COMMAND)? else { return Ok((arguments, None)) };
        arguments.push(Parts::read(&word)?);
        rest = behind;
    }
}

/// The variables of a text.
fn values(text: &[u8], pieces: &mut Vec<Piece>) {
    let mut plain = BString::default();
    let mut rest = text;
    while let Some(at) = rest.find_byte(b'$') {
        plain.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        let close = behind.find_byte(b'}').filter(|_| behind.starts_with(b"{"));
        rest = match (behind.first(), close) {
            (Some(b'$'), _) => {
                plain.push(b'$');
                &behind[1..]
            }
            (_, Some(close)) => {
                if !plain.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                }
                pieces.push(Piece::Value(behind[1..close].into()));
                &behind[close + 1..]
            }
            _ => {
                plain.push(b'$');
                behind
            }
        };
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
}
