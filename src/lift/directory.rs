//! `cd DIR` becomes `WorkingDirectory=DIR`.
//!
//! It fires where the directory is plain text, or made of variables whose values are known, and where no
//! hook would notice. A relative directory counts from the one before. `cd DIR || exit 1` is the same
//! thing under `sh -e`. Where the directory is missing, neither starts the program.
//!
//! ```upstart
//! script
//!     cd /srv/shop
//!     exec bin/shop
//! end script
//! ```
//!
//! ```ini
//! WorkingDirectory=/srv/shop
//! ExecStart=/srv/shop/bin/shop
//! ```

use bstr::{BString, ByteSlice as _};

use super::draft::{Draft, What, simple};
use crate::findings::Code;
use crate::shell::tree::{AndOr, AndOrOperator, CommandKind, Word};

pub(super) fn lift(draft: &mut Draft<'_>, statement: &AndOr) -> Option<()> {
    let words = changes_directory(statement)?;
    let [_, directory] = words else { return None };
    let directory = draft.text(directory)?;
    let unusual = directory.is_empty()
        || directory.starts_with(b"-")
        || directory.contains(&b'\n')
        || directory.split_str("/").any(|part| part == b"..");
    if unusual || !draft.may_change(What::Directory) {
        return None;
    }
    let directory = absolute(draft, &directory)?;
    draft.tell(
        Code::LiftedWorkingDirectory,
        "`cd` became the unit's directory",
        format!("WorkingDirectory={directory}"),
    );
    draft.changes.directory = Some(directory);
    Some(())
}

/// The words of `cd …` or `cd … || exit …`.
fn changes_directory(statement: &AndOr) -> Option<&[Word]> {
    let words = match statement.rest.as_slice() {
        [] => &simple(statement)?.0.words,
        // Under `sh -e` a failed `cd` ends the script anyway.
        [link] if link.operator == AndOrOperator::Or => {
            let is_exit = |words: &[Word]| {
                let status = words.get(1).and_then(Word::literal);
                words.first().and_then(Word::literal).is_some_and(|word| word == "exit")
                    && words.len() <= 2
                    && status.is_none_or(|status| status != "0")
            };
            let [exit] = link.pipeline.commands.as_slice() else { return None };
            let CommandKind::Simple(exit) = &exit.kind else { return None };
            let [command] = statement.first.commands.as_slice() else { return None };
            let CommandKind::Simple(command) = &command.kind else { return None };
            let plain = statement.background.is_none()
                && statement.first.negation.is_none()
                && link.pipeline.negation.is_none()
                && command.assignments.is_empty();
            if !plain || !is_exit(&exit.words) {
                return None;
            }
            &command.words
        }
        _ => return None,
    };
    let name = words.first()?.literal()?;
    (name == "cd" || name == "chdir").then_some(words.as_slice())
}

/// A directory as it is for a script that stands in the one before.
fn absolute(draft: &Draft<'_>, directory: &[u8]) -> Option<BString> {
    if directory.starts_with(b"/") {
        return Some(directory.into());
    }
    let base = draft.standing()?;
    let directory = directory.strip_prefix(b"./").unwrap_or(directory);
    Some(match directory {
        b"." => base,
        _ => [base.trim_end_with(|c| c == '/'), b"/", directory].concat().into(),
    })
}
