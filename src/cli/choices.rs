//! What options choose from, as people write it.

use std::path::Path;

use clap::ValueEnum;

use crate::convert::batch::Choices;
use crate::convert::set::Known;
use crate::lift::{Level, Lifting};
use crate::root::{Reason, Root};
use crate::service::Scope;
use crate::systemd::target::Version;
use crate::systemd::write::{Logs, Options, Style};
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

/// How jobs become units.
#[derive(clap::Args)]
pub struct How {
    /// The systemd that the units are for: 219 (RHEL 7), 229 (Ubuntu 16.04), 232, 237, 239 (RHEL 8),
    /// 245, 249, 252, 255 or any other from 219 on
    #[arg(long, value_name = "VERSION", default_value_t)]
    pub target_systemd: Version,

    /// `idiomatic`: what a careful administrator would sign, with a finding where it differs; `exact`:
    /// with the machinery that reproduces every corner of Upstart that a unit can reproduce
    #[arg(long, default_value = "idiomatic", value_name = "STYLE")]
    pub style: StyleArg,

    /// Where output goes that Upstart logged: `journal`, or `files`, those below /var/log/upstart
    /// [default: journal, and files with --style exact]
    #[arg(long, value_name = "WHERE")]
    pub logs: Option<LogsArg>,

    /// Whose Upstart the jobs were written for, and so what stands behind their events
    /// [default: found out from the jobs]
    #[arg(long, value_name = "DISTRIBUTION")]
    pub origin: Option<OriginArg>,

    /// Which service manager runs the units: that of the `system`, or that of the `user`, for jobs of
    /// Upstart's user sessions [default: found out for each job from its place and its events]
    #[arg(long, value_name = "MANAGER")]
    pub manager: Option<ManagerArg>,

    /// How much of scripts becomes directives: `none`; `safe`, what is the same for certain; `all`, also what
    /// is the same under an assumption, which a warning then states
    #[arg(long, default_value = "safe", value_name = "HOW")]
    pub lift: LiftArg,

    /// Where scripts of several lines will lie on the root
    #[arg(long, value_name = "DIR", default_value = "/usr/libexec/cutover", value_parser = absolute)]
    pub scripts_dir: String,

    /// Leave overrides aside
    #[arg(long)]
    pub no_override: bool,

    /// Convert the jobs of the distribution, too (mountall, udev, tty1, cron …), in whose place a system
    /// with systemd has units of its own
    #[arg(long)]
    pub keep_plumbing: bool,
}

impl How {
    /// The same for the library; files that scripts read in are looked at below `root`.
    pub fn choices(&self, root: Option<Root>) -> Choices {
        Choices {
            options: Options {
                target: self.target_systemd,
                style: self.style.into(),
                logs: self.logs.unwrap_or_else(|| self.style.logs()).into(),
                scripts_dir: self.scripts_dir.clone(),
            },
            lifting: Lifting { level: self.lift.into(), root },
            origin: self.origin.map(Into::into),
            manager: self.manager.map(Into::into),
            keep_plumbing: self.keep_plumbing,
            known: Known::new(),
        }
    }
}

fn absolute(text: &str) -> Result<String, String> {
    let plain = !text.contains(|c: char| c.is_whitespace() || c.is_control());
    if text.starts_with('/') && plain && !text.split('/').any(|part| part == "..") {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err("this has to be an absolute path without blanks and without `..`".to_owned())
    }
}

/// Reads the name of a directory that holds a root.
pub fn root(directory: &str) -> Result<Root, String> {
    Root::open(Path::new(directory)).map_err(|error| match error.reason {
        Reason::Missing | Reason::NotDirectory => "there is no such directory".to_owned(),
        other => other.to_string(),
    })
}
