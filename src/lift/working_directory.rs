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

use super::context::{Context, SharedState};
use crate::findings::codes;
use crate::script::tree::{AndOr, AndOrOperator, Pipeline, Word};

pub(super) fn lift(context: &mut Context<'_>, statement: &AndOr) -> Option<()> {
    let [_, directory] = changes_directory(statement)? else { return None };
    let directory = context.text(directory)?;
    let unusual = directory.is_empty()
        || directory.starts_with(b"-")
        || directory.contains(&b'\n')
        || directory.split_str("/").any(|part| part == b"..");
    if unusual || !context.may_change(SharedState::Directory) {
        return None;
    }
    let directory = absolute(context, &directory)?;
    let became = format!("WorkingDirectory={directory}");
    context.report(codes::lifted_cd().became(became));
    context.changes.directory = Some(directory);
    Some(())
}

/// The words of `cd …` or `cd … || exit …`.
fn changes_directory(statement: &AndOr) -> Option<&[Word]> {
    let simple = statement.first.command()?.simple()?;
    let plain = match statement.rest.as_slice() {
        [] => true,
        // Under `sh -e` a failed `cd` ends the script anyway.
        [link] => link.operator == AndOrOperator::Or && simple.assignments.is_empty() && fails(&link.pipeline),
        _ => false,
    };
    let is_cd = simple.words.first().is_some_and(|name| name.is("cd") || name.is("chdir"));
    (plain && is_cd && statement.background.is_none()).then_some(&simple.words)
}

/// Whether it is `exit` with a status that is no success.
fn fails(pipeline: &Pipeline) -> bool {
    match pipeline.command().and_then(|command| command.simple()).map(|simple| simple.words.as_slice()) {
        Some([exit]) => exit.is("exit"),
        Some([exit, status]) => exit.is("exit") && !status.is("0"),
        _ => false,
    }
}

/// A directory as it is for a script that stands in the one before.
fn absolute(context: &Context<'_>, directory: &[u8]) -> Option<BString> {
    if directory.starts_with(b"/") {
        return Some(directory.into());
    }
    let base = context.standing()?;
    let directory = directory.strip_prefix(b"./").unwrap_or(directory);
    Some(match directory {
        b"." => base,
        _ => [base.trim_end_with(|c| c == '/'), b"/", directory].concat().into(),
    })
}
