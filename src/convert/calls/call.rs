//! A call to Upstart, taken apart.

use bstr::{BString, ByteSlice as _};
use thiserror::Error;

use super::table::{self, Effect, Grammar, Verb};
use crate::shell::tree::{Operation, Parameter, Piece, PieceKind, Word};
use crate::text::Text;

/// What a script asks of Upstart.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// What it asks for.
    pub verb: Option<Verb>,
    /// Of which job, or which event, runlevel or variable; nothing means the job that the script belongs to.
    pub name: Option<Value>,
    /// The variables that it hands on.
    pub variables: Vec<(Text, Value)>,
    /// The words behind the verb, as they stand there.
    pub words: Vec<BString>,
    /// It returns at once.
    pub no_wait: bool,
    /// It is about the environment of all jobs.
    pub global: bool,
    /// It changes nothing that is set.
    pub retain: bool,
    /// It speaks to the Upstart of the machine.
    pub system: bool,
    /// It was `service` that was called.
    pub by_service: bool,
}

/// Why a call stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum Reason {
    #[error("the name of the job is put together by the script")]
    ComputedJob,
    #[error("the name of the event is put together by the script")]
    ComputedEvent,
    #[error("the runlevel is put together by the script")]
    ComputedLevel,
    #[error("what it asks for is put together by the script")]
    ComputedVerb,
    #[error("the option {0} has no counterpart")]
    Option(String),
    #[error("nothing under systemd takes its place")]
    NoCounterpart,
    #[error("it lacks a word")]
    Incomplete,
    #[error("a unit is handed no variables, and this hands on {0}")]
    Variables(String),
    #[error(
        "{0} is not among the jobs converted, which alone would tell whether {1} names an instance of it"
    )]
    UnknownInstance(String, String),
    #[error("it does not say which instance of {0} is meant")]
    Instance(String),
    #[error("nothing takes the place of {0}: {1}")]
    Retired(String, &'static str),
    #[error("`{0}` is an event of the boot's own, which nobody but the system announces")]
    SystemEvent(String),
    #[error("it is about the environment of this job alone, which nobody changes from outside under systemd")]
    OwnEnvironment,
    #[error("what it prints is read, and systemctl prints something else")]
    Output,
    #[error("escapes in the backquotes change what runs")]
    Escaped,
    #[error("another program runs it, from a text of its own")]
    Text,
    #[error("in another root directory there is no systemctl")]
    Root,
    #[error("the shell cannot read the script: {0}")]
    Opaque(String),
    #[error("a word of it can be several, or none")]
    Words,
}

/// A part of a word, as a script has to write it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Value {
    /// Between double quotes.
    pub quoted: BString,
    /// What it is, where nothing in it has to be expanded.
    pub literal: Option<BString>,
    /// The one variable that it is.
    pub variable: Option<BString>,
}

impl Value {
    /// A fixed string.
    pub fn literal(text: &[u8]) -> Value {
        let mut quoted = BString::default();
        escape(text, &mut quoted);
        Value { quoted, literal: Some(text.into()), variable: None }
    }

    /// The value of a variable.
    pub fn variable(name: &[u8]) -> Value {
        Value { quoted: [b"$", name].concat().into(), literal: None, variable: Some(name.into()) }
    }
}

/// Writes a string between double quotes.
fn escape(text: &[u8], out: &mut BString) {
    for &byte in text {
        if b"\"\\$`".contains(&byte) {
            out.push(b'\\');
        }
        out.push(byte);
    }
}

/// A word as it can stand between double quotes; nothing where that would not be the same.
pub fn value(script: &[u8], word: &Word) -> Option<Value> {
    let mut quoted = BString::default();
    pieces(script, &word.pieces, false, &mut quoted)?;
    let literal = word.literal();
    let variable = match &word.pieces[..] {
        [piece] => variable(piece),
        _ => None,
    };
    Some(Value { quoted, literal, variable })
}

fn variable(piece: &Piece) -> Option<BString> {
    match &piece.kind {
        PieceKind::Parameter(Parameter { name, operation: Operation::Value, .. }) => Some(name.clone()),
        PieceKind::DoubleQuoted(inner) => match &inner[..] {
            [piece] => variable(piece),
            _ => None,
        },
        _ => None,
    }
}

fn pieces(script: &[u8], list: &[Piece], in_quotes: bool, out: &mut BString) -> Option<()> {
    for piece in list {
        let raw = piece.span.of(script);
        match &piece.kind {
            PieceKind::Literal(text) | PieceKind::Escaped(text) | PieceKind::SingleQuoted(text) => {
                escape(text, out);
            }
            PieceKind::Glob(byte) if in_quotes => escape(&[*byte], out),
            PieceKind::DoubleQuoted(inner) => pieces(script, inner, true, out)?,
            // Quotes in what stands behind the operator mean something else between quotes.
            PieceKind::Parameter(_) | PieceKind::Arithmetic(_)
                if in_quotes || raw.find_byteset(b"\"'\\").is_none() =>
            {
                out.extend_from_slice(raw);
            }
            PieceKind::Command(sub)
                if !sub.escaped && (in_quotes || !sub.backquoted || raw.find_byteset(b"\"'\\").is_none()) =>
            {
                out.extend_from_slice(raw);
            }
            _ => return None,
        }
    }
    Some(())
}

/// `NAME=value`, wherever its quotes stand.
pub fn assignment(script: &[u8], word: &Word) -> Option<(Text, Value)> {
    let whole = value(script, word)?;
    let (name, quoted) = whole.quoted.split_once_str("=")?;
    let valid = name.first().is_some_and(|byte| !byte.is_ascii_digit())
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    if !valid {
        return None;
    }
    let literal =
        whole.literal.as_ref().and_then(|text| text.split_once_str("=")).map(|(_, value)| value.into());
    let bare =
        quoted.strip_prefix(b"${").and_then(|rest| rest.strip_suffix(b"}")).or(quoted.strip_prefix(b"$"));
    let is_name = |name: &&[u8]| {
        name.first().is_some_and(|byte| !byte.is_ascii_digit())
            && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    let variable = bare.filter(is_name).map(BString::from);
    Some((name.into(), Value { quoted: quoted.into(), literal, variable }))
}

/// Whether a word holds an assignment, so that it is no name.
fn is_assignment(script: &[u8], word: &Word) -> bool {
    assignment(script, word).is_some()
}

/// Reads the words of a command behind the program's name.
pub fn read(script: &[u8], grammar: Grammar, words: &[&Word]) -> Result<Call, Reason> {
    let mut call = Call::default();
    let mut plain: Vec<&Word> = Vec::new();
    let mut options = true;
    for word in words {
        let literal = word.literal();
        match literal.as_deref().map(Vec::as_slice) {
            Some(b"--") if options => options = false,
            Some(text) if options && text.len() > 1 && text.starts_with(b"-") => option(&mut call, text)?,
            _ => plain.push(word),
        }
    }
    let mut plain = plain.into_iter();
    let verb = |word: Option<&Word>, verbs: &[(&str, Verb)]| -> Result<Verb, Reason> {
        let text = word.ok_or(Reason::Incomplete)?.literal().ok_or(Reason::ComputedVerb)?;
        table::find(verbs, &text).ok_or(Reason::NoCounterpart)
    };
    let named = |word: &Word, computed: Reason| value(script, word).ok_or(computed);
    let verb = match grammar {
        Grammar::Verb(verb) => verb,
        Grammar::Initctl => verb(plain.next(), table::INITCTL)?,
        Grammar::Telinit => Verb::Runlevel,
        Grammar::Service => {
            call.by_service = true;
            call.name = Some(named(plain.next().ok_or(Reason::Incomplete)?, Reason::ComputedJob)?);
            verb(plain.next(), table::SERVICE)?
        }
    };
    call.verb = Some(verb);
    let rest: Vec<&Word> = plain.collect();
    call.words = rest.iter().map(|word| BString::from(word.span.of(script))).collect();
    let mut rest = rest.into_iter().peekable();
    match verb {
        Verb::Notify | Verb::ReloadConfiguration | Verb::ListEnv | Verb::Other => return Ok(call),
        Verb::SetEnv => {
            let word = rest.next().ok_or(Reason::Incomplete)?;
            call.variables.extend(assignment(script, word));
        }
        Verb::UnsetEnv | Verb::GetEnv => {
            call.name = Some(named(rest.next().ok_or(Reason::Incomplete)?, Reason::NoCounterpart)?);
        }
        Verb::Runlevel => {
            call.name = Some(named(rest.next().ok_or(Reason::Incomplete)?, Reason::ComputedLevel)?);
        }
        _ => {
            let computed = if verb == Verb::Emit { Reason::ComputedEvent } else { Reason::ComputedJob };
            if call.name.is_none()
                && let Some(word) = rest.next_if(|word| !is_assignment(script, word))
            {
                call.name = Some(named(word, computed)?);
            }
            for word in rest {
                call.variables.push(assignment(script, word).ok_or(Reason::Words)?);
            }
            return Ok(call);
        }
    }
    if rest.next().is_some() { Err(Reason::Words) } else { Ok(call) }
}

fn option(call: &mut Call, text: &[u8]) -> Result<(), Reason> {
    let unknown = || Reason::Option(text.as_bstr().to_string());
    let effects: Vec<Effect> = match table::find(table::OPTIONS, text) {
        Some(effect) => vec![effect],
        None if !text.starts_with(b"--") => text[1..]
            .iter()
            .map(|letter| table::find(table::OPTIONS, &[b'-', *letter]))
            .collect::<Option<_>>()
            .ok_or_else(unknown)?,
        None => return Err(unknown()),
    };
    for effect in effects {
        match effect {
            Effect::None => {}
            Effect::NoWait => call.no_wait = true,
            Effect::Global => call.global = true,
            Effect::Retain => call.retain = true,
            Effect::System => call.system = true,
        }
    }
    Ok(())
}
