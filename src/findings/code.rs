//! What a finding code is: how grave it is, and what became of the stanza. The codes themselves stand in [`codes`](super::codes).

use crate::text::named;

named! {
    /// How grave a finding is.
    pub enum Severity {
        /// Worth knowing; the unit is what a careful administrator would sign.
        Note = "note",
        /// Behaves differently in circumstances that can well occur.
        Warning = "warning",
        /// It needs manual action.
        Manual = "manual",
        /// Upstart itself refused the file, or nothing could be written.
        Error = "error",
    }

    /// What became of a stanza. There is no fifth way.
    pub enum Outcome {
        /// The same behaviour.
        Exact = "exact",
        /// It has no effect on the other side, and that is safe.
        Dropped = "dropped",
        /// Works, and differs in the circumstances that the finding states.
        Approximated = "approximated",
        /// It needs manual action.
        Manual = "manual",
    }
}

/// What a finding is about: one of the constants, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(pub(super) u16);

/// A row of the table of codes.
#[derive(Clone, Copy, Debug)]
pub struct CodeInfo {
    /// The code.
    pub code: Code,
    /// What people see: `CUT101`.
    pub id: &'static str,
    /// A name that says it: `upstart-refused`.
    pub name: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// What it means for the stanza that it marks first; nothing where it only adds to that.
    pub outcome: Option<Outcome>,
    /// What it means, why, and what to do, in Markdown.
    pub page: &'static str,
}

impl CodeInfo {
    /// What its page says first, in a sentence.
    pub fn summary(&self) -> String {
        let lines = self.page.lines().skip(1).skip_while(|line| line.is_empty());
        lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    }
}
