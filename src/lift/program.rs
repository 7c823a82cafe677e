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

use super::draft::{Draft, Value, What, is_one_word, simple};
use super::{environment, prefix, redirect, statement};
use crate::findings::Code;
use crate::service::{Exit, Part, Ready, Run};
use crate::shell::tree::{AndOr, Piece, PieceKind, Simple, Word};
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
    let program = plain(line.first()?)?;
    if program.is_empty() || program.contains(&b'=') {
        return None;
    }
    let words: Option<Vec<Text>> = line.iter().map(|word| plain(word)).collect();
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
        && service.success.iter().all(|exit| by_status(&exit.value));
    same.then_some(())
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
pub(super) fn line(draft: &Draft<'_>, words: &[Word]) -> Option<Line> {
    let mut line = Line::new();
    for word in words {
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
fn alone(draft: &Draft<'_>, piece: &Piece) -> Option<Line> {
    let value = draft.parameter(piece)?;
    // Neither init does anything but split such a value at its blanks.
    let is_plain = value.iter().all(|byte| !byte.is_ascii_control() && !b"*?[]\\'\"".contains(byte));
    if !is_plain {
        return None;
    }
    Some(match named(draft, piece) {
        Some(name) => vec![vec![Part::Fields(name)]],
        None => value
            .split(u8::is_ascii_whitespace)
            .filter(|field| !field.is_empty())
            .map(|field| vec![Part::Text(field.into())])
            .collect(),
    })
}

/// The variable of the unit's environment that an expansion stands for.
fn named(draft: &Draft<'_>, piece: &Piece) -> Option<Text> {
    let PieceKind::Parameter(parameter) = &piece.kind else { return None };
    let plain = parameter.operation == crate::shell::tree::Operation::Value;
    let in_unit = match draft.value(&parameter.name)? {
        Value::Exported { value, in_unit } => *in_unit && (plain || !value.is_empty()),
        Value::Unknown => plain,
        Value::Local(_) => false,
    };
    in_unit.then(|| Text(parameter.name.clone()))
}

fn pieces(draft: &Draft<'_>, of: &[Piece], quoted: bool, parts: &mut Vec<Part>) -> Option<()> {
    for piece in of {
        match &piece.kind {
            PieceKind::Literal(bytes) | PieceKind::Escaped(bytes) | PieceKind::SingleQuoted(bytes) => {
                push_text(parts, bytes);
            }
            PieceKind::DoubleQuoted(inner) => pieces(draft, inner, true, parts)?,
            PieceKind::Parameter(_) => {
                let value = draft.parameter(piece);
                if !quoted && !value.as_ref().is_some_and(|value| is_one_word(value)) {
                    return None;
                }
                match named(draft, piece) {
                    Some(name) => parts.push(Part::Value(name)),
                    None => push_text(parts, &value?),
                }
            }
            PieceKind::Glob(_) | PieceKind::Tilde | PieceKind::Command(_) | PieceKind::Arithmetic(_) => {
                return None;
            }
        }
    }
    Some(())
}

fn push_text(parts: &mut Vec<Part>, bytes: &[u8]) {
    match parts.last_mut() {
        Some(Part::Text(text)) => text.0.extend_from_slice(bytes),
        _ => parts.push(Part::Text(bytes.into())),
    }
}

/// The text of a word without variables.
pub(super) fn plain(word: &[Part]) -> Option<Text> {
    Part::plain(word).cloned()
}
