//! Comments of a unit, and what they are about.

use crate::text::{Origin, Text};

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its text, from `#` or `;` on.
    pub text: Text,
    /// Where it stands.
    pub origin: Origin,
    /// The setting right below it, or that it stands in the midst of: an index of
    /// [`super::Loaded::settings`].
    pub setting: Option<usize>,
}
