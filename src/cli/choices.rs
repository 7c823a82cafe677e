//! What options choose from, as people write it.

use std::path::Path;

use clap::ValueEnum;

use crate::lift::Level;
use crate::root::{Reason, Root};
use crate::service::Scope;
use crate::systemd::write::{Logs, Style};
use crate::upstart::distribution::Distribution;
use crate::upstart::job::Expect;

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StyleArg {
    Idiomatic,
    Exact,
}

impl StyleArg {
    pub fn logs(self) -> LogsArg {
        match self {
            StyleArg::Idiomatic => LogsArg::Journal,
            StyleArg::Exact => LogsArg::Files,
        }
    }
}

impl From<StyleArg> for Style {
    fn from(arg: StyleArg) -> Style {
        match arg {
            StyleArg::Idiomatic => Style::Idiomatic,
            StyleArg::Exact => Style::Exact,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OriginArg {
    /// Runlevels come when the network is up
    Ubuntu,
    /// RHEL 6, Amazon Linux 1 and their kin: runlevels come before the network
    Rhel6,
    /// Stages of the boot are jobs, and there are no runlevels
    Chromeos,
}

impl From<OriginArg> for Distribution {
    fn from(arg: OriginArg) -> Distribution {
        match arg {
            OriginArg::Ubuntu => Distribution::Ubuntu,
            OriginArg::Rhel6 => Distribution::Rhel6,
            OriginArg::Chromeos => Distribution::ChromeOs,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ManagerArg {
    System,
    User,
}

impl From<ManagerArg> for Scope {
    fn from(arg: ManagerArg) -> Scope {
        match arg {
            ManagerArg::System => Scope::System,
            ManagerArg::User => Scope::Session,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LiftArg {
    None,
    Safe,
    All,
}

impl From<LiftArg> for Level {
    fn from(arg: LiftArg) -> Level {
        match arg {
            LiftArg::None => Level::None,
            LiftArg::Safe => Level::Safe,
            LiftArg::All => Level::All,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogsArg {
    Journal,
    Files,
}

impl From<LogsArg> for Logs {
    fn from(arg: LogsArg) -> Logs {
        match arg {
            LogsArg::Journal => Logs::Journal,
            LogsArg::Files => Logs::Files,
        }
    }
}

/// How a program goes into the background.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExpectArg {
    /// It does not
    None,
    /// It raises SIGSTOP when it is ready
    Stop,
    /// It forks once
    Fork,
    /// It forks twice
    Daemon,
}

impl From<ExpectArg> for Expect {
    fn from(arg: ExpectArg) -> Expect {
        match arg {
            ExpectArg::None => Expect::None,
            ExpectArg::Stop => Expect::Stop,
            ExpectArg::Fork => Expect::Fork,
            ExpectArg::Daemon => Expect::Daemon,
        }
    }
}

/// Reads the name of a directory that holds a root.
pub fn root(directory: &str) -> Result<Root, String> {
    Root::open(Path::new(directory)).map_err(|error| match error.reason {
        Reason::Missing | Reason::NotDirectory => "there is no such directory".to_owned(),
        other => other.to_string(),
    })
}
