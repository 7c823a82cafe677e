//! Lifting: what a script does only to prepare the ground for its program becomes a value of the service,
//! so that the unit says it in a directive and the script goes or gets shorter.
//!
//! Every rule has a module of its own, whose text at the top is its documentation. A rule fires only where
//! the result is the same as under `sh -e`: the same arguments, environment, directory, limits, mask and
//! open files, and the same way to fail. It never prints a tree: what stays of a script is a slice of it.

mod account;
mod alike;
mod directories;
mod directory;
mod draft;
mod environment;
mod guard;
mod hooks;
mod limits;
mod logger;
mod main_script;
mod mask;
mod prefix;
mod program;
mod redirect;
mod row;
mod seen;
mod sharing;
mod sourced;
mod starter;
mod statement;
mod steps;
mod syntax;
mod variables;

pub use alike::{Unlike, Variables, judge};
pub use seen::{Seen, Unseen};

use crate::findings::Finding;
use crate::root::Root;
use crate::service::Service;
use crate::systemd::write::Style;

/// How much is lifted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing: scripts stay as they are.
    None,
    /// Of what is lifted of main scripts, only what does not differ at all.
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
    pub fn for_style(self, style: Style) -> Level {
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

/// Lifts what can be lifted of a service's scripts.
pub fn lift(service: &mut Service, lifting: &Lifting, findings: &mut Vec<Finding>) {
    let level = lifting.level;
    syntax::report(service, findings);
    if level == Level::None {
        return;
    }
    // Hooks first: what is said for the whole unit must be right for those that stay.
    hooks::lift(service, level, findings);
    main_script::lift(service, lifting, findings);
}
