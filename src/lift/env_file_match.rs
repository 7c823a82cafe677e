//! Whether the shell that reads in a file and systemd that reads it as `EnvironmentFile=` find the same
//! variables in it, with the same values.
//!
//! To the shell such a file is a script. It has to hold nothing but assignments of plain text, besides
//! comments and `export NAME`, which systemd passes over; and systemd has to find the same in it.

use std::collections::BTreeSet;

use bstr::{BString, ByteSlice as _};
use thiserror::Error;

use super::statement::simple;
use crate::script;
use crate::script::tree::{Piece, PieceKind, Word};
use crate::systemd::environment_file::{self, Doubt};
use crate::text::Span;

/// What both find in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variables {
    /// The variables and their values, in order.
    pub values: Vec<(BString, BString)>,
    /// Those that the file itself exports.
    pub exported: BTreeSet<BString>,
}

/// Why they do not find the same.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Mismatch {
    /// The shell cannot read it.
    #[error("line {line}: the shell cannot read this: {reason}")]
    Unreadable {
        /// Where.
        line: usize,
        /// Why.
        reason: String,
    },
    /// Something else than an assignment.
    #[error("line {0}: the shell runs this, and systemd knows assignments only")]
    Command(usize),
    /// An expansion in a value.
    #[error("line {0}: the shell expands the value, and systemd takes it as it stands there")]
    Expansion(usize),
    /// systemd finds another value.
    #[error("line {line}: `{name}` has another value for systemd, which takes the rest of the line as it is")]
    Value {
        /// Where.
        line: usize,
        /// The variable.
        name: BString,
    },
    /// Only systemd finds the variable.
    #[error("systemd finds `{0}`, and the shell does not")]
    More(BString),
    /// It is not certain what systemd finds.
    #[error(transparent)]
    Doubt(#[from] Doubt),
}

/// What both find in a file.
///
/// # Errors
/// When they do not find the same.
pub fn judge(text: &[u8]) -> Result<Variables, Mismatch> {
    let line = |span: Span| 1 + text[..span.start.min(text.len())].find_iter(b"\n").count();
    let script = script::parse(text)
        .map_err(|error| Mismatch::Unreadable { line: line(error.span), reason: error.to_string() })?;
    let mut found = Variables::default();
    let mut places = Vec::new();
    for statement in &script.commands {
        let command = || Mismatch::Command(line(statement.span));
        let (simple, redirections) = simple(statement).ok_or_else(command)?;
        if !redirections.is_empty() {
            return Err(command());
        }
        for assignment in &simple.assignments {
            let at = line(assignment.span);
            let value = value(&assignment.value).ok_or(Mismatch::Expansion(at))?;
            found.values.retain(|(known, _)| *known != assignment.name);
            found.values.push((assignment.name.clone(), value));
            places.push((assignment.name.clone(), at));
        }
        let words: Option<Vec<BString>> = simple.words.iter().map(Word::literal).collect();
        match words.as_deref() {
            Some([]) => {}
            Some([export, names @ ..])
                if export == "export"
                    && simple.assignments.is_empty()
                    && names.iter().all(|name| script::is_name(name)) =>
            {
                found.exported.extend(names.iter().cloned());
            }
            _ => return Err(command()),
        }
    }
    let read = environment_file::read(text)?;
    for (name, value) in &found.values {
        let same = read.iter().any(|(known, other)| known == name && other == value);
        if !same {
            let line = places.iter().rev().find(|(known, _)| known == name).map_or(1, |(_, line)| *line);
            return Err(Mismatch::Value { line, name: name.clone() });
        }
    }
    match read.into_iter().find(|(name, _)| found.values.iter().all(|(known, _)| known != name)) {
        Some((name, _)) => Err(Mismatch::More(name)),
        None => Ok(found),
    }
}

/// The value of an assignment that the shell has nothing to expand in; it looks for no files there.
fn value(word: &Word) -> Option<BString> {
    let mut value = BString::default();
    let mut add = |piece: &Piece| {
        match &piece.kind {
            PieceKind::Glob(byte) => value.push(*byte),
            kind => value.extend_from_slice(kind.text()?),
        }
        Some(())
    };
    for piece in &word.pieces {
        match &piece.kind {
            PieceKind::DoubleQuoted(inner) => inner.iter().try_for_each(&mut add)?,
            _ => add(piece)?,
        }
    }
    Some(value)
}
