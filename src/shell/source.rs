//! The text of a script, and what reading it gave.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use bstr::BString;
use serde::{Serialize, Serializer};

use super::{Opaque, Script, parse};
use crate::text::Text;

/// A script's text, which never changes, and its tree, which is read when somebody first asks for it.
#[derive(Clone, Default)]
pub struct ScriptText {
    text: Text,
    tree: OnceLock<Arc<Result<Script, Opaque>>>,
}

impl ScriptText {
    /// What the script is made of, with places in its text.
    ///
    /// # Errors
    /// As [`parse`] has them.
    pub fn tree(&self) -> Result<&Script, &Opaque> {
        self.tree.get_or_init(|| Arc::new(parse(&self.text))).as_ref().as_ref()
    }
}

impl Deref for ScriptText {
    type Target = BString;

    fn deref(&self) -> &BString {
        &self.text
    }
}

impl<T: Into<BString>> From<T> for ScriptText {
    fn from(text: T) -> Self {
        ScriptText { text: Text::from(text), tree: OnceLock::new() }
    }
}

impl PartialEq for ScriptText {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for ScriptText {}

impl std::fmt::Debug for ScriptText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.text.fmt(f)
    }
}

impl std::fmt::Display for ScriptText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.text.fmt(f)
    }
}

impl Serialize for ScriptText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_once_and_its_copies_share_what_was_read() {
        let script = ScriptText::from("a; b");
        let tree: *const Script = script.tree().unwrap();
        assert_eq!(script.tree().unwrap() as *const Script, tree);
        assert_eq!(script.clone().tree().unwrap() as *const Script, tree);
        assert!(ScriptText::from("a `b").tree().is_err());
    }
}
