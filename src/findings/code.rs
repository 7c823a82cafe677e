//! What a finding code is: how grave it is, and what became of the stanza. The codes themselves stand in [`codes`](super::codes).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::CODES;
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

impl Code {
    /// The code's row in the table.
    pub fn info(self) -> &'static CodeInfo {
        // Codes are made by the table alone, which is in order of their numbers.
        &CODES[CODES.partition_point(|info| info.code < self)]
    }

    /// The code of an id (`CUT101`, in any case, with or without `CUT`) or a name.
    pub fn find(text: &str) -> Option<Code> {
        let id = text.to_ascii_uppercase();
        let id = id.strip_prefix("CUT").unwrap_or(&id);
        CODES
            .iter()
            .find(|info| info.id.strip_prefix("CUT") == Some(id) || info.name.eq_ignore_ascii_case(text))
            .map(|info| info.code)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.info().id)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.info().id)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        CODES.iter().find(|info| info.id == id).map(|info| info.code).ok_or_else(|| {
            de::Error::custom(format!(
                "there is no finding `{id}`: the plan is of another version of cutover"
            ))
        })
    }
}
