//! How much is lifted.

use crate::root::Root;
use crate::systemd::write::Style;

/// How much is lifted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Level {
    /// Nothing: scripts stay as they are.
    None,
    /// Of what is lifted of main scripts, only what does not differ at all.
    #[value(skip)]
    Strict,
    /// What is the same for certain; where it differs in a corner, a finding tells.
    #[default]
    Safe,
    /// Also what is the same under an assumption, which a warning then states.
    All,
}

impl Level {
    /// What is lifted for a style: the exact one has no place for what differs in a corner.
    #[must_use]
    pub(crate) fn for_style(self, style: Style) -> Level {
        match (self, style) {
            (Level::Safe, Style::Exact) => Level::Strict,
            _ => self,
        }
    }
}

/// What is lifted, and what can be known for that.
#[derive(Clone, Debug, Default)]
pub struct Lifting {
    /// How much is lifted.
    pub level: Level,
    /// The machine that the jobs come from, where it can be looked at.
    pub root: Option<Root>,
}

impl From<Level> for Lifting {
    fn from(level: Level) -> Lifting {
        Lifting { level, root: None }
    }
}
