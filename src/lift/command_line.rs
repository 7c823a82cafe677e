//! The words of a command line, as far as they are known and a unit can write them.

use bstr::BString;

use super::context::{Context, Value, is_of_shell, is_one_word};
use super::variables::{self, Named};
use crate::findings::{Finding, Subject, codes};
use crate::script::is_name;
use crate::script::tree::{Operation, Piece, PieceKind, Word};
use crate::service::{Part, Variable};
use crate::text::Text;

/// The words of a command line, each of its parts.
pub(super) type Line = Vec<Vec<Part>>;

/// The words of a command as a unit can write them.
pub(super) fn line(context: &mut Context<'_>, words: &[Word]) -> Option<Line> {
    let mut line = Line::new();
    for (index, word) in words.iter().enumerate() {
        // A unit has to name the program.
        if let Some(program) = context.text(word).filter(|_| index == 0) {
            line.push(vec![Part::Text(Text(program))]);
            continue;
        }
        if let [piece] = word.pieces.as_slice()
            && matches!(piece.kind, PieceKind::Parameter(_))
        {
            line.extend(alone(context, piece)?);
            continue;
        }
        let mut parts = Vec::new();
        pieces(context, &word.pieces, false, &mut parts)?;
        if parts.is_empty() {
            parts.push(Part::Text(Text::default()));
        }
        line.push(parts);
    }
    Some(line)
}

/// A variable that stands alone and without quotes: the shell splits its value.
fn alone(context: &mut Context<'_>, piece: &Piece) -> Option<Line> {
    let (name, value) = named(context, piece)?;
    let Some(value) = value else {
        let name = assumed(context, piece, "holds no quote, backslash or pattern", codes::assumed_plain_value)?;
        return Some(vec![vec![Part::Fields(name)]]);
    };
    // Neither init does anything but split such a value at its blanks.
    if value.iter().any(|byte| byte.is_ascii_control() || b"*?[]\\'\"".contains(byte)) {
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
fn named(context: &mut Context<'_>, piece: &Piece) -> Option<(Option<Text>, Option<BString>)> {
    let PieceKind::Parameter(parameter) = &piece.kind else { return None };
    match variables::named(context, parameter) {
        Named::Variable(name, value) => return Some((Some(name), Some(value))),
        Named::Never => return None,
        Named::Elsewhere => {}
    }
    let plain = parameter.operation == Operation::Value;
    let in_unit = match context.value(&parameter.name) {
        Some(Value::Exported { value, in_unit }) => *in_unit && (plain || !value.is_empty()),
        Some(Value::Unknown) => plain,
        _ => false,
    };
    Some((in_unit.then(|| Text(parameter.name.clone())), context.parameter(piece)))
}

fn pieces(context: &mut Context<'_>, of: &[Piece], quoted: bool, parts: &mut Vec<Part>) -> Option<()> {
    for piece in of {
        match &piece.kind {
            PieceKind::DoubleQuoted(inner) => pieces(context, inner, true, parts)?,
            PieceKind::Parameter(_) => {
                let (name, value) = named(context, piece)?;
                match (name, value) {
                    (Some(name), _) if quoted => parts.push(Part::Value(name)),
                    (_, Some(value)) if !quoted && !is_one_word(&value) => return None,
                    (Some(name), Some(_)) => parts.push(Part::Value(name)),
                    (None, Some(value)) => push_text(parts, &value),
                    (_, None) => {
                        let name = if quoted {
                            let what = "is in the environment of the unit";
                            assumed(context, piece, what, codes::assumed_value_in_unit)?
                        } else {
                            assumed(context, piece, "is one word", codes::assumed_single_word)?
                        };
                        parts.push(Part::Value(name));
                    }
                }
            }
            kind => push_text(parts, kind.text()?),
        }
    }
    Some(())
}

/// A variable that nobody knows, with what is assumed of it, where that may be.
fn assumed(context: &mut Context<'_>, piece: &Piece, what: &str, finding: impl Fn(Text) -> Finding) -> Option<Text> {
    let PieceKind::Parameter(parameter) = &piece.kind else { return None };
    let plain = parameter.operation == Operation::Value && is_name(&parameter.name);
    if !plain || !context.assumes || is_of_shell(&parameter.name) {
        return None;
    }
    let name = Text(parameter.name.clone());
    let about = [Subject::Setting(name.clone()), Subject::Setting(what.into())];
    assume(context, about, finding(name.clone()));
    Some(name)
}

/// States an assumption, once.
pub(super) fn assume(context: &mut Context<'_>, about: impl IntoIterator<Item = Subject>, finding: Finding) {
    let finding = about.into_iter().fold(finding, Finding::about).at(context.place);
    if !context.changes.findings.iter().any(|known| known.is_like(&finding)) {
        context.changes.findings.push(finding);
    }
}

fn push_text(parts: &mut Vec<Part>, bytes: &[u8]) {
    match parts.last_mut() {
        Some(Part::Text(text)) => text.0.extend_from_slice(bytes),
        _ => parts.push(Part::Text(bytes.into())),
    }
}

/// What the unit sets a variable to, supposing that no event says another value.
fn unsaid(context: &mut Context<'_>, name: &Text) -> Option<BString> {
    if !context.assumes {
        return None;
    }
    let value = context.service.environment.iter().rev().find_map(|variable| match &variable.value {
        Variable::Set { name: known, value } if known == name => Some(value.0.clone()),
        _ => None,
    })?;
    assume(context, [Subject::Event(name.clone())], codes::assumed_unsaid(name));
    Some(value)
}

/// The text of a word of a command line, where it is known and one word.
pub(super) fn plain_at(context: &mut Context<'_>, line: &Line, at: usize) -> Option<Text> {
    plain(context, line.get(at)?)
}

/// The text of a word, where it is known and one word.
pub(super) fn plain(context: &mut Context<'_>, word: &[Part]) -> Option<Text> {
    let mut text = BString::default();
    for part in word {
        match part {
            Part::Text(bytes) => text.extend_from_slice(bytes),
            Part::Value(name) | Part::Fields(name) => {
                let (value, fixed) = match context.value(name)? {
                    Value::Exported { value, .. } => (value.clone(), false),
                    Value::Default(value) => (value.clone(), true),
                    Value::Unknown => (unsaid(context, name)?, false),
                    Value::Local(_) | Value::File(_) => return None,
                };
                if matches!(part, Part::Fields(_)) && !is_one_word(&value) {
                    return None;
                }
                text.extend_from_slice(&value);
                if fixed {
                    context.changes.fixed.insert(name.0.clone());
                }
            }
        }
    }
    Some(Text(text))
}
