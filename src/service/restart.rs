//! When a service is started again.

use serde::Serialize;

use super::{Micros, Seconds, Signal};
use crate::text::Sourced;

/// When a service is started again after its main process ended by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Restart {
    /// After which endings; nothing is never.
    pub on: Option<Sourced<RestartOn>>,
    /// Endings after which it is not, whatever `on` says.
    pub except: Vec<Sourced<Exit>>,
    /// Endings after which it is, whatever `on` says.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Sourced<Exit>>,
    /// How long it waits before; nothing is the init's own habit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<Sourced<Micros>>,
    /// How often.
    pub rate: Option<Sourced<Rate>>,
}

/// After which endings a service is started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestartOn {
    /// After every ending.
    Always,
    /// After every ending that is no success.
    Failure,
    /// After every success.
    Success,
    /// After every death by a signal that is no success; not after an exit, whatever its status.
    Abnormal,
}

/// How often a service is started again before that is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rate {
    /// Without end.
    Unlimited,
    /// So many restarts (not counting the first start) within so many seconds.
    Limited {
        /// Restarts.
        restarts: u32,
        /// Seconds.
        interval: Seconds,
    },
}

/// An ending of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exit {
    /// With this exit status. Upstart's parser takes numbers that no process can exit with.
    Status(u32),
    /// By this signal.
    Signal(Signal),
}
