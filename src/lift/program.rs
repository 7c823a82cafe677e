//! The command at the end becomes a plain `ExecStart=`, with no shell around it.
//!
//! It fires where every word is known, or is a variable of the unit's own environment: `"$PORT"` and a
//! `$PORT` within a word become `${PORT}`, which systemd puts in as it is; a `$OPTIONS` that stands alone
//! stays one, which systemd splits at blanks as the shell does. A variable whose value is not known is left
//! to the shell where the shell would split it, or match it against files. A last command without `exec` ran
//! as a child of the shell, and is the main process now: its finding says how that differs.
//!
//! ```upstart
//! env PORT=8080
//! script
//!     exec /usr/bin/till --port "$PORT"
//! end script
//! ```
//!
//! ```ini
//! Environment=PORT=8080
//! ExecStart=/usr/bin/till --port ${PORT}
//! ```

use bstr::BString;

use super::draft::{Draft, Value, What, is_of_shell, is_one_word, simple};
use super::variables::Named;
use super::{environment, prefix, redirect, statement, variables};
use crate::findings::{Code, Finding};
use crate::service::{Exit, Part, Ready, Run, Variable};
use crate::shell::tree::{AndOr, Operation, Piece, PieceKind, Simple, Word};
use crate::text::Text;

/// The words of a command line, each of its parts.
pub(super) type Line = Vec<Vec<Part>>;

/// The last statement of a script.
pub(super) fn lift(draft: &mut Draft<'_>, statement: &AndOr) -> Option<()> {
    let (simple, redirections) = simple(statement)?;
    redirect::apply(draft, redirections)?;
    let execs = simple.words.first()?.literal().is_some_and(|word| word == "exec");
    let words = simple.words.get(usize::from(execs)..)?;
    if words.is_empty()
        || words.first()?.literal().is_some_and(|word| {
            word.starts_with(b"-") || statement::is_of_shell(&word) || statement::is_of_upstart(&word)
        })
    {
        return None;
    }
    if !execs {
        stands_for_the_shell(draft)?;
    }
    own_environment(draft, simple)?;
    let line = line(draft, words)?;
    run(draft, line)?;
    if !execs {
        draft.tell(
            Code::ShellGone,
            "the program is the main process, not a shell that waits for it; its death by a signal is no exit status",
            "",
        );
    }
    Some(())
}

/// What runs in the end, behind programs that only prepare the ground for it.
pub(super) fn run(draft: &mut Draft<'_>, line: Line) -> Option<()> {
    let line = prefix::strip(draft, line)?;
    let program = plain(draft, line.first()?)?;
    if program.is_empty() || program.contains(&b'=') {
        return None;
    }
    let mut line = line;
    line[0] = vec![Part::Text(program)];
    let words: Option<Vec<Text>> = line.iter().map(|word| Part::plain(word).cloned()).collect();
    draft.changes.run = Some(match words {
        Some(words) => Run::Argv(words),
        None => Run::Expand(line),
    });
    Some(())
}

/// Whether nobody can tell the program's end from that of the shell around it.
fn stands_for_the_shell(draft: &Draft<'_>) -> Option<()> {
    let service = draft.service;
    let by_status = |exit: &Exit| matches!(exit, Exit::Status(0..=127));
    let same = !draft.strict
        && matches!(service.ready.value, Ready::Executed | Ready::Finished)
        && service.reload.is_none()
        && leaves_nothing(draft)
        && service.success.iter().all(|exit| by_status(&exit.value));
    same.then_some(())
}

/// Whether the main process is not known to go into the background, from a shell that then ends.
pub(super) fn leaves_nothing(draft: &Draft<'_>) -> bool {
    let traits = draft.service.main.first().map(|main| &main.value.traits);
    traits.is_none_or(|traits| !traits.leaves_processes && traits.foreground != Some(false))
}

/// `A=b` in front of the command.
fn own_environment(draft: &mut Draft<'_>, simple: &Simple) -> Option<()> {
    if !simple.assignments.is_empty() && !draft.may_change(What::Environment) {
        return None;
    }
    for assignment in &simple.assignments {
        let value = draft.text(&assignment.value)?;
        environment::set(draft, &assignment.name, &value)?;
    }
    Some(())
}

/// The words of a command as a unit can write them.
pub(super) fn line(draft: &mut Draft<'_>, words: &[Word]) -> Option<Line> {
    let mut line = Line::new();
    for (index, word) in words.iter().enumerate() {
        // A unit has to name the program.
        if let Some(program) = draft.text(word).filter(|_| index == 0) {
            line.push(vec![Part::Text(Text(program))]);
            continue;
        }
        if let [piece] = word.pieces.as_slice()
            && matches!(piece.kind, PieceKind::Parameter(_))
        {
            line.extend(alone(draft, piece)?);
            continue;
        }
        let mut parts = Vec::new();
        pieces(draft, &word.pieces, false, &mut parts)?;
        if parts.is_empty() {
            parts.push(Part::Text(Text::default()));
        }
        line.push(parts);
    }
    Some(line)
}

/// A variable that stands alone and without quotes: the shell splits its value.
fn alone(draft: &mut Draft<'_>, piece: &Piece) -> Option<Line> {
    let (name, value) = named(draft, piece)?;
    let Some(value) = value else {
        let name = supposed(draft, piece, "holds no quote, backslash or pattern")?;
        return Some(vec![vec![Part::Fields(name)]]);
    };
    // Neither init does anything but split such a value at its blanks.
    let is_plain = value.iter().all(|byte| !byte.is_ascii_control() && !b"*?[]\\'\"".contains(byte));
    if !is_plain {
        return None;
    }
    Some(match name {
        Some(name) => vec![vec![Part::Fields(name)]],
        None => value
            .split(u8::is_ascii_whitespace)
            .filter(|field| !field.is_empty())
            .map(|field| vec![Part::Text(field.into())])
            .collect(),
    })
}

/// The variable of the unit's environment that an expansion stands for, if there is one, and its value, if that
/// is known.
fn named(draft: &mut Draft<'_>, piece: &Piece) -> Option<(Option<Text>, Option<BString>)> {
    let PieceKind::Parameter(parameter) = &piece.kind else { return None };
    match variables::named(draft, parameter) {
        Named::Variable(name, value) => return Some((Some(name), Some(value))),
        Named::Never => return None,
        Named::Elsewhere => {}
    }
    let plain = parameter.operation == Operation::Value;
    let in_unit = match draft.value(&parameter.name) {
        Some(Value::Exported { value, in_unit }) => *in_unit && (plain || !value.is_empty()),
        Some(Value::Unknown) => plain,
        _ => false,
    };
    Some((in_unit.then(|| Text(parameter.name.clone())), draft.parameter(piece)))
}

fn pieces(draft: &mut Draft<'_>, of: &[Piece], quoted: bool, parts: &mut Vec<Part>) -> Option<()> {
    for piece in of {
        match &piece.kind {
            PieceKind::Literal(bytes) | PieceKind::Escaped(bytes) | PieceKind::SingleQuoted(bytes) => {
                push_text(parts, bytes);
            }
            PieceKind::DoubleQuoted(inner) => pieces(draft, inner, true, parts)?,
            PieceKind::Parameter(_) => {
                let (name, value) = named(draft, piece)?;
                match (name, value) {
                    (Some(name), _) if quoted => parts.push(Part::Value(name)),
                    (_, Some(value)) if !quoted && !is_one_word(&value) => return None,
                    (Some(name), Some(_)) => parts.push(Part::Value(name)),
                    (None, Some(value)) => push_text(parts, &value),
                    (_, None) => {
                        let what = if quoted { "is in the environment of the unit" } else { "is one word" };
                        parts.push(Part::Value(supposed(draft, piece, what)?));
                    }
                }
            }
            PieceKind::Glob(_) | PieceKind::Tilde | PieceKind::Command(_) | PieceKind::Arithmetic(_) => {
                return None;
            }
        }
    }
    Some(())
}

/// A variable that nobody knows, with what is supposed of it, where that may be.
fn supposed(draft: &mut Draft<'_>, piece: &Piece, what: &str) -> Option<Text> {
    let PieceKind::Parameter(parameter) = &piece.kind else { return None };
    let plain = parameter.operation == Operation::Value && environment::is_name(&parameter.name);
    if !plain || !draft.assumes || is_of_shell(&parameter.name) {
        return None;
    }
    suppose(draft, &format!("`${}`: the value {what}", parameter.name));
    Some(Text(parameter.name.clone()))
}

/// States an assumption, once.
pub(super) fn suppose(draft: &mut Draft<'_>, what: &str) {
    let is_it = |finding: &Finding| finding.code == Code::AssumedLift && finding.message == what;
    if !draft.changes.findings.iter().any(is_it) {
        draft.tell(Code::AssumedLift, what, "");
    }
}

fn push_text(parts: &mut Vec<Part>, bytes: &[u8]) {
    match parts.last_mut() {
        Some(Part::Text(text)) => text.0.extend_from_slice(bytes),
        _ => parts.push(Part::Text(bytes.into())),
    }
}

/// What the unit sets a variable to, supposing that no event says another value.
fn unsaid(draft: &mut Draft<'_>, name: &Text) -> Option<BString> {
    if !draft.assumes {
        return None;
    }
    let value = draft.service.environment.iter().rev().find_map(|variable| match &variable.value {
        Variable::Set { name: known, value } if known == name => Some(value.0.clone()),
        _ => None,
    })?;
    suppose(draft, &format!("`${name}`: no event says another value"));
    Some(value)
}

/// The text of a word, where it is known and one word.
pub(super) fn plain(draft: &mut Draft<'_>, word: &[Part]) -> Option<Text> {
    let mut text = BString::default();
    for part in word {
        match part {
            Part::Text(bytes) => text.extend_from_slice(bytes),
            Part::Value(name) | Part::Fields(name) => {
                let (value, fixed) = match draft.value(name)? {
                    Value::Exported { value, .. } => (value.clone(), false),
                    Value::Default(value) => (value.clone(), true),
                    Value::Unknown => (unsaid(draft, name)?, false),
                    Value::Local(_) | Value::File(_) => return None,
                };
                if matches!(part, Part::Fields(_)) && !is_one_word(&value) {
                    return None;
                }
                text.extend_from_slice(&value);
                if fixed {
                    draft.changes.fixed.insert(name.0.clone());
                }
            }
        }
    }
    Some(Text(text))
}
