//! Whether the shell that reads in a file and systemd that reads it as `EnvironmentFile=` find the same
//! variables in it, with the same values.
//!
//! To the shell such a file is a script. It has to hold nothing but assignments of plain text, besides
//! comments and `export NAME`, which systemd passes over; and systemd has to find the same in it.

use std::collections::BTreeSet;

use bstr::{BString, ByteSlice as _};
use thiserror::Error;

use crate::shell;
use crate::shell::tree::{Piece, PieceKind, Word};
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
pub enum Unlike {
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
pub fn judge(text: &[u8]) -> Result<Variables, Unlike> {
    let line = |span: Span| 1 + text[..span.start.min(text.len())].find_iter(b"\n").count();
    let script = shell::parse(text)
        .map_err(|opaque| Unlike::Unreadable { line: line(opaque.span), reason: opaque.to_string() })?;
    let mut found = Variables::default();
    let mut places = Vec::new();
    for statement in &script.commands {
        let command = || Unlike::Command(line(statement.span));
        let (simple, redirections) = super::draft::simple(statement).ok_or_else(command)?;
        if !redirections.is_empty() {
            return Err(command());
        }
        for assignment in &simple.assignments {
            let at = line(assignment.span);
            let value = value(&assignment.value).ok_or(Unlike::Expansion(at))?;
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
                    && names.iter().all(|name| super::environment::is_name(name)) =>
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
            return Err(Unlike::Value { line, name: name.clone() });
        }
    }
    match read.into_iter().find(|(name, _)| found.values.iter().all(|(known, _)| known != name)) {
        Some((name, _)) => Err(Unlike::More(name)),
        None => Ok(found),
    }
}

/// The value of an assignment that the shell has nothing to expand in; it looks for no files there.
fn value(word: &Word) -> Option<BString> {
    let mut value = BString::default();
    let mut add = |piece: &Piece| {
        match &piece.kind {
            PieceKind::Literal(bytes) | PieceKind::Escaped(bytes) | PieceKind::SingleQuoted(bytes) => {
                value.extend_from_slice(bytes);
            }
            PieceKind::Glob(byte) => value.push(*byte),
            _ => return None,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(String, String)> {
        let found = judge(text.as_bytes()).unwrap_or_else(|why| panic!("{text:?}: {why}"));
        found.values.into_iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    #[test]
    fn files_of_plain_assignments_are_read_alike() {
        for (text, value) in [
            ("A=b\n", "b"),
            ("# Options.\n\n  A=\"--b c\"  \n#C=d", "--b c"),
            ("A='$b `c` ~ *'\n", "$b `c` ~ *"),
            ("A=\"b\"'c'\n", "bc"),
            ("A=\"-x \\\n  -y\"\n", "-x   -y"),
            ("A=/dev/tty[1-6]*?\n", "/dev/tty[1-6]*?"),
            ("A=\n", ""),
            ("A=b\nA=c\n", "c"),
            ("A=b\nexport A B\n", "b"),
            ("A=a~:b=c\n", "a~:b=c"),
        ] {
            assert_eq!(values(text), [("A".to_owned(), value.to_owned())], "{text:?}");
        }
        assert_eq!(values("# nothing\n"), []);
        assert_eq!(judge(b"A=b\nexport A B\n").unwrap().exported.len(), 2);
    }

    #[test]
    fn what_either_of_them_alone_understands_is_not() {
        for (text, line) in [
            ("A=b\nA=\"$A c\"\n", 2),
            ("A=`date`\n", 1),
            ("A=$(date)\n", 1),
            ("A=$((1))\n", 1),
            ("A=~/b\n", 1),
            ("A=/b:~/c\n", 1),
            ("\nexport A=b\n", 2),
            ("A=b c\n", 1),
            ("A=b B=c\n", 1),
            ("A=b; B=c\n", 1),
            ("A=b # c\n", 1),
            ("A=\"b\" # c\n", 1),
            ("A=b\"c\"\n", 1),
            ("A=b\\ c\n", 1),
            ("A=b\r\n", 1),
            ("A =b\n", 1),
            ("if true; then A=b; fi\n", 1),
            ("[ -e /x ] && A=b\n", 1),
            (". /etc/more\n", 1),
            ("unset A\n", 1),
            ("A=b >/x\n", 1),
            ("A=b &\n", 1),
            ("A='b\nc'\n", 1),
            ("A='b\n", 1),
            ("A=\"b\\$c\"\n", 1),
            ("# b \\\nA=c\n", 1),
            ("; A=b\n", 1),
        ] {
            let why = judge(text.as_bytes()).expect_err(text).to_string();
            assert!(why.starts_with(&format!("line {line}: ")), "{text:?}: {why}");
        }
        assert_eq!(judge(b"A='b\\\n# \\\nB=c'\n").map_err(|_| ()), Err(()));
        assert_eq!(judge(b"A=\xff\n"), Err(Unlike::Doubt(Doubt::Encoding)));
    }
}
