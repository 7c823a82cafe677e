//! Statements that do nothing under `sh -e` are left out: `set -e`, `:`, `true`.

use super::draft::{Draft, bare};
use crate::shell::tree::AndOr;

pub(super) fn lift(_draft: &mut Draft<'_>, statement: &AndOr) -> Option<()> {
    let words: Option<Vec<_>> = bare(statement)?.iter().map(crate::shell::tree::Word::literal).collect();
    let words = words?;
    let words: Vec<&[u8]> = words.iter().map(|word| word.as_slice()).collect();
    matches!(words.as_slice(), [b"set", b"-e"] | [b":" | b"true"]).then_some(())
}
