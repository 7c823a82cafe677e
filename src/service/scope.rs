//! Whose service it is: the machine's, or a user's session's.

use serde::Serialize;

/// What a service belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The machine: the init that is process 1 runs it.
    #[default]
    System,
    /// A user's session: an init of the user's own runs it, with the user's rights and environment.
    #[value(name = "user")]
    Session,
}
