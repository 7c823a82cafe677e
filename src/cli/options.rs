//! What options choose from, as people write it.

use std::fmt::Display;
use std::path::Path;

use clap::ValueEnum;

use crate::convert::batch::Choices;
use crate::lift::{Level, Lifting};
use crate::link::Known;
use crate::root::{Reason, Root};
use crate::service::Scope;
use crate::systemd::version::{TARGETS, Version};
use crate::systemd::write::{Logs, Options, Style};
use crate::upstart::distribution::Distribution;

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}

/// How jobs become units.
#[derive(clap::Args)]
pub(crate) struct ConversionArgs {
    #[arg(long, value_name = "VERSION", default_value_t)]
    #[arg(help = versions("The systemd that the units are for", TARGETS))]
    pub target_systemd: Version,
    /// `idiomatic`: what a careful administrator would sign, with a finding where it differs; `exact`:
    /// with the machinery that reproduces every corner of Upstart that a unit can reproduce
    #[arg(long, default_value = "idiomatic", value_name = "STYLE")]
    pub style: Style,
    /// Where output goes that Upstart logged: `journal`, or `files`, those below /var/log/upstart
    /// [default: journal, and files with --style exact]
    #[arg(long, value_name = "WHERE")]
    pub logs: Option<Logs>,
    /// Whose Upstart the jobs were written for, and so what stands behind their events
    /// [default: found out from the jobs]
    #[arg(long, value_name = "DISTRIBUTION")]
    pub origin: Option<Distribution>,
    /// Which service manager runs the units: that of the `system`, or that of the `user`, for jobs of
    /// Upstart's user sessions [default: found out for each job from its place and its events]
    #[arg(long, value_name = "MANAGER")]
    pub manager: Option<Scope>,
    /// How much of scripts becomes directives: `none`; `safe`, what is the same for certain; `all`, also what
    /// is the same under an assumption, which a warning then states
    #[arg(long, default_value = "safe", value_name = "HOW")]
    pub lift: Level,
    /// Where scripts of several lines will lie on the root
    #[arg(long, value_name = "DIR", default_value = "/usr/libexec/cutover", value_parser = absolute)]
    pub scripts_dir: String,
    /// Leave overrides aside
    #[arg(long)]
    pub no_override: bool,
    /// Convert the jobs of the distribution, too (mountall, udev, tty1, cron …), in whose place a system
    /// with systemd has units of its own
    #[arg(long, alias = "keep-plumbing")]
    pub keep_vendor_jobs: bool,
}

impl ConversionArgs {
    /// The same for the library; files that scripts read in are looked at below `root`.
    pub fn choices(&self, root: Option<Root>) -> Choices {
        Choices {
            options: Options {
                target: self.target_systemd,
                style: self.style,
                logs: self.logs.unwrap_or_else(|| self.style.logs()),
                scripts_dir: self.scripts_dir.clone(),
            },
            lifting: Lifting { level: self.lift, root },
            origin: self.origin,
            manager: self.manager,
            keep_vendor_jobs: self.keep_vendor_jobs,
            known: Known::new(),
        }
    }
}

/// What is said of an option that chooses the version of an init, the oldest of which comes first.
pub fn versions<V: Display>(what: &str, targets: &[(V, &str)]) -> String {
    let known: Vec<String> = targets.iter().map(|(version, of)| format!("{version} ({of})")).collect();
    let oldest = targets.first().map(|(version, _)| version.to_string()).unwrap_or_default();
    format!("{what}: {} or any other from {oldest} on", known.join(", "))
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
