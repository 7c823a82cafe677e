//! A call to an init, taken apart.

use bstr::{BString, ByteSlice as _};
use thiserror::Error;

use super::init_tools::{self, Effect, Named, Tool, Verb};
use super::name::is_name;
use super::tree::{Operation, Parameter, Piece, PieceKind, Word};
use crate::text::{Span, Text};

/// What a script asks of an init.
#[derive(Clone, Debug, Default)]
pub(crate) struct Call {
    /// What it asks for; nothing where an init script may know more than this.
    pub verb: Option<Verb>,
    /// The word for that, where it is fixed.
    pub verb_text: Option<BString>,
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
    /// It was `service` that was called, or something that does the same.
    pub by_service: bool,
}

/// Why a call cannot be taken apart.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Unread {
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
    #[error("a word of it can be several, or none")]
    Words,
}

/// A part of a word, as a script has to write it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Value {
    /// Between double quotes.
    pub quoted: BString,
    /// What it is, where nothing in it has to be expanded.
    pub literal: Option<BString>,
    /// The one variable that it is.
    pub variable: Option<BString>,
}

impl Value {
    /// A fixed string.
    pub(crate) fn literal(text: &[u8]) -> Value {
        let mut quoted = BString::default();
        escape(text, &mut quoted);
        Value { quoted, literal: Some(text.into()), variable: None }
    }

    /// The value of a variable.
    pub(crate) fn variable(name: &[u8]) -> Value {
        Value { quoted: [b"$", name].concat().into(), literal: None, variable: Some(name.into()) }
    }

    /// A word as it can stand between double quotes; nothing where that would not be the same.
    fn of(script: &[u8], word: &Word) -> Option<Value> {
        let mut quoted = BString::default();
        pieces(script, &word.pieces, false, &mut quoted)?;
        let variable = match &word.pieces[..] {
            [piece] => variable(piece),
            _ => None,
        };
        Some(Value { quoted, literal: word.literal(), variable })
    }

    /// `NAME=value`, wherever its quotes stand.
    fn assignment(&self) -> Option<(Text, Value)> {
        let (name, quoted) = self.quoted.split_once_str("=").filter(|(name, _)| is_name(name))?;
        let literal = self.literal.as_ref().and_then(|text| text.split_once_str("="));
        let braced = quoted.strip_prefix(b"${").and_then(|rest| rest.strip_suffix(b"}"));
        let variable = braced.or(quoted.strip_prefix(b"$")).filter(|name| is_name(name)).map(BString::from);
        let literal = literal.map(|(_, value)| value.into());
        Some((name.into(), Value { quoted: quoted.into(), literal, variable }))
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
        let as_it_is = in_quotes || raw.find_byteset(b"\"'\\").is_none();
        match &piece.kind {
            PieceKind::Literal(text) | PieceKind::Escaped(text) | PieceKind::SingleQuoted(text) => {
                escape(text, out);
            }
            PieceKind::Glob(byte) if in_quotes => escape(&[*byte], out),
            PieceKind::DoubleQuoted(inner) => pieces(script, inner, true, out)?,
            // Quotes in what stands behind the operator mean something else between quotes.
            PieceKind::Parameter(_) | PieceKind::Arithmetic(_) if as_it_is => out.extend_from_slice(raw),
            PieceKind::Command(sub) if !sub.escaped && (as_it_is || !sub.backquoted) => {
                out.extend_from_slice(raw);
            }
            _ => return None,
        }
    }
    Some(())
}

/// A word behind the name of a tool.
pub(crate) struct Argument {
    /// As it stands there.
    raw: BString,
    /// What it is, where it is one word for certain.
    value: Option<Value>,
}

impl Argument {
    /// Words of a script.
    pub(crate) fn all(script: &[u8], words: &[Word]) -> Vec<Argument> {
        let argument = |word: &Word| Argument { raw: word.span.of(script).into(), value: Value::of(script, word) };
        words.iter().map(argument).collect()
    }

    /// A word that nothing expands.
    pub(crate) fn fixed(word: &[u8]) -> Argument {
        Argument { raw: word.into(), value: Some(Value::literal(word)) }
    }

    fn literal(&self) -> Option<&BString> {
        self.value.as_ref()?.literal.as_ref()
    }
}

impl Call {
    /// Reads the words behind a tool's name.
    pub(crate) fn read(named: Named<'_>, arguments: &[Argument]) -> Result<Call, Unread> {
        let mut call = Call::default();
        let mut plain: Vec<&Argument> = Vec::new();
        let mut options = true;
        for argument in arguments {
            match argument.literal().map(|text| text.as_slice()) {
                Some(b"--") if options => options = false,
                Some(text) if options && text.len() > 1 && text.starts_with(b"-") => {
                    call.option(named.tool, text)?;
                }
                _ => plain.push(argument),
            }
        }
        let mut plain = plain.into_iter();
        let job = |word: Option<&Argument>| word.ok_or(Unread::Incomplete)?.value.clone().ok_or(Unread::ComputedJob);
        let verb = match named.tool {
            Tool::Verb(verb) => verb,
            Tool::Telinit => Verb::Runlevel,
            Tool::Initctl => call.ask(plain.next(), init_tools::INITCTL)?,
            Tool::Systemctl => call.ask(plain.next(), init_tools::SYSTEMCTL)?,
            Tool::Service | Tool::UpdateRcD => {
                call.by_service = true;
                call.name = Some(job(plain.next())?);
                let verbs = if named.tool == Tool::Service { init_tools::SERVICE } else { init_tools::UPDATE_RC_D };
                call.ask(plain.next(), verbs)?
            }
            Tool::InitScript | Tool::InvokeRcD => {
                call.by_service = true;
                call.name = Some(match named.job {
                    Some(job) => Value::literal(job),
                    None => job(plain.next())?,
                });
                // A script of its own may know other actions.
                let _ = call.ask(plain.next(), init_tools::SERVICE);
                return Ok(call);
            }
            Tool::OfSystemd | Tool::OfUpstart(_) => return Err(Unread::NoCounterpart),
        };
        call.verb = Some(verb);
        let rest: Vec<&Argument> = plain.collect();
        call.words = rest.iter().map(|word| word.raw.clone()).collect();
        let mut rest = rest.into_iter().peekable();
        let mut one = |computed: Unread| {
            let word = rest.next().ok_or(Unread::Incomplete)?;
            word.value.clone().ok_or(computed)
        };
        match verb {
            Verb::Notify | Verb::ReloadConfiguration | Verb::ListEnv | Verb::Other(_) => return Ok(call),
            Verb::SetEnv => {
                let word = rest.next().ok_or(Unread::Incomplete)?;
                call.variables.extend(word.value.as_ref().and_then(Value::assignment));
            }
            Verb::UnsetEnv | Verb::GetEnv => call.name = Some(one(Unread::NoCounterpart)?),
            Verb::Runlevel => call.name = Some(one(Unread::ComputedLevel)?),
            _ => {
                let assignment = |word: &Argument| word.value.as_ref().and_then(Value::assignment);
                if call.name.is_none()
                    && let Some(word) = rest.next_if(|word| assignment(word).is_none())
                {
                    let computed = if verb == Verb::Emit { Unread::ComputedEvent } else { Unread::ComputedJob };
                    call.name = Some(word.value.clone().ok_or(computed)?);
                }
                for word in rest {
                    call.variables.push(assignment(word).ok_or(Unread::Words)?);
                }
                return Ok(call);
            }
        }
        if rest.next().is_some() { Err(Unread::Words) } else { Ok(call) }
    }

    fn ask(&mut self, word: Option<&Argument>, verbs: &[(&str, Verb)]) -> Result<Verb, Unread> {
        let text = word.ok_or(Unread::Incomplete)?.literal().ok_or(Unread::ComputedVerb)?;
        self.verb_text = Some(text.clone());
        self.verb = init_tools::find(verbs, text);
        self.verb.ok_or(Unread::NoCounterpart)
    }

    fn option(&mut self, tool: Tool, text: &[u8]) -> Result<(), Unread> {
        let table = match tool {
            // They have none that change what is asked for.
            Tool::InitScript | Tool::InvokeRcD | Tool::UpdateRcD => return Ok(()),
            Tool::Systemctl => init_tools::SYSTEMCTL_OPTIONS,
            _ => init_tools::OPTIONS,
        };
        let unknown = || Unread::Option(text.as_bstr().to_string());
        let effects: Vec<Effect> = match init_tools::find(table, text) {
            Some(effect) => vec![effect],
            None if !text.starts_with(b"--") => text[1..]
                .iter()
                .map(|letter| init_tools::find(table, &[b'-', *letter]))
                .collect::<Option<_>>()
                .ok_or_else(unknown)?,
            None => return Err(unknown()),
        };
        for effect in effects {
            match effect {
                Effect::None => {}
                Effect::NoWait => self.no_wait = true,
                Effect::Global => self.global = true,
                Effect::Retain => self.retain = true,
                Effect::System => self.system = true,
            }
        }
        Ok(())
    }

    /// The job that it names, where that is fixed.
    pub(crate) fn literal(&self) -> Option<&BString> {
        self.name.as_ref()?.literal.as_ref()
    }

    /// Whether it is about a job, and not about an event, a runlevel or a variable.
    pub(crate) fn is_of_job(&self) -> bool {
        matches!(self.verb, Some(Verb::Start | Verb::Stop | Verb::Restart | Verb::Reload | Verb::Status))
    }
}

/// A line of a script that cannot be parsed.
pub(crate) struct Line {
    /// From its first character that is no blank to its last.
    pub span: Span,
    pub is_comment: bool,
    /// Where in it a command may begin, each up to the next one.
    pub commands: Vec<Span>,
}

/// The lines of a script that cannot be parsed as a whole, with what may be commands.
pub(crate) fn lines(text: &[u8]) -> Vec<Line> {
    const KEYWORDS: &[&[u8]] = &[b"if", b"then", b"elif", b"else", b"while", b"until", b"do", b"!", b"{"];
    let mut lines = Vec::new();
    let mut at = 0;
    for line in text.lines_with_terminator() {
        let start = at + line.len() - line.trim_ascii_start().len();
        let span = Span::new(start.min(at + line.trim_ascii_end().len()), at + line.trim_ascii_end().len());
        at += line.len();
        let is_comment = span.of(text).starts_with(b"#");
        let mut commands = Vec::new();
        let mut start = span.start;
        for piece in span.of(text).split(|byte| b";&|()`".contains(byte)).filter(|_| !is_comment) {
            let mut part = Span::new(start, start + piece.len());
            start = part.end + 1;
            loop {
                part.start = part.end - part.of(text).trim_ascii_start().len();
                let here = part.of(text);
                let word = here.fields_with(char::is_whitespace).next().unwrap_or_default();
                part.start += if word == b"function" {
                    // Of bash: the name stands behind it.
                    let behind = here[word.len()..].trim_ascii_start();
                    let name = behind.fields_with(char::is_whitespace).next().unwrap_or_default();
                    here.len() - behind.len() + name.len()
                } else if KEYWORDS.contains(&word) {
                    word.len()
                } else {
                    break;
                };
            }
            commands.extend(Some(part).filter(|part| !part.is_empty()));
        }
        lines.push(Line { span, is_comment, commands });
    }
    lines
}
