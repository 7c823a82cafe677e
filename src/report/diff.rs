//! How a file differs from the one that it replaces.

use similar::{ChangeTag, TextDiff};

/// Lines around a change that are shown with it.
const CONTEXT: usize = 3;

/// Lines that changed, with those around them.
pub struct Hunk {
    /// Where: `@@ -1,3 +1,4 @@`.
    pub head: String,
    /// A sign and a line, without its end: `-` for one that goes, `+` for one that comes, a blank for one that stays.
    pub lines: Vec<(char, Vec<u8>)>,
}

/// What changes from one text to the other, without ends of lines.
pub fn hunks(old: &[u8], new: &[u8]) -> Vec<Hunk> {
    let diff = TextDiff::from_lines(old, new);
    let mut unified = diff.unified_diff();
    let unified = unified.context_radius(CONTEXT);
    unified
        .iter_hunks()
        .map(|hunk| Hunk {
            head: hunk.header().to_string(),
            lines: hunk
                .iter_changes()
                .map(|change| {
                    let sign = match change.tag() {
                        ChangeTag::Delete => '-',
                        ChangeTag::Insert => '+',
                        ChangeTag::Equal => ' ',
                    };
                    let line: &[u8] = change.value();
                    (sign, line.strip_suffix(b"\n").unwrap_or(line).to_vec())
                })
                .collect(),
        })
        .collect()
}
