//! A job: what a `.conf` and its `.override` add up to, as Upstart resolves them.

use std::collections::BTreeMap;

use bstr::BString;
use indexmap::IndexMap;

use super::condition::Condition;
use crate::service::{CgroupSetting, Exit, Io, Limit, Resource, Signal};
use crate::text::{Origin, Sourced, Span, Text};

/// A job with every value that was set, and the stanza that set it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Job {
    pub description: Option<Sourced<Text>>,
    pub author: Option<Sourced<Text>>,
    pub version: Option<Sourced<Text>>,
    pub usage: Option<Sourced<Text>>,
    pub instance: Option<Sourced<Text>>,
    pub start_on: Option<Sourced<Condition>>,
    pub stop_on: Option<Sourced<Condition>>,
    pub emits: Vec<Sourced<Text>>,
    pub env: Vec<Sourced<Text>>,
    pub export: Vec<Sourced<Text>>,
    pub processes: BTreeMap<ProcessType, Sourced<Process>>,
    pub expect: Option<Sourced<Expect>>,
    pub task: Option<Sourced<()>>,
    pub kill_timeout: Option<Sourced<i64>>,
    pub kill_signal: Option<Sourced<Signal>>,
    pub reload_signal: Option<Sourced<Signal>>,
    pub respawn: Option<Sourced<()>>,
    pub respawn_limit: Option<Sourced<RespawnLimit>>,
    pub normal_exit: Vec<Sourced<Exit>>,
    pub console: Option<Sourced<Io>>,
    pub umask: Option<Sourced<u32>>,
    pub nice: Option<Sourced<i32>>,
    pub oom_score_adj: Option<Sourced<i32>>,
    pub limits: IndexMap<Resource, Sourced<Limit>>,
    pub chroot: Option<Sourced<Text>>,
    pub chdir: Option<Sourced<Text>>,
    pub setuid: Option<Sourced<Text>>,
    pub setgid: Option<Sourced<Text>>,
    pub apparmor_load: Option<Sourced<Text>>,
    pub apparmor_switch: Option<Sourced<Text>>,
    pub cgroups: Vec<Sourced<CgroupSetting>>,
    pub debug: Option<Sourced<()>>,
    /// `manual`, where no later `start on` counts again.
    pub manual: Option<Sourced<()>>,
    /// The `start on` that `manual` cleared.
    pub disabled_start_on: Option<Sourced<Condition>>,
    /// Chrome OS: variables of the starting event that the job's processes get.
    pub import: Vec<Sourced<Text>>,
    /// Chrome OS: tmpfiles.d files that are applied before the job starts.
    pub tmpfiles: Vec<Sourced<Text>>,
    /// Stanzas that could not be read, and without which the job must not run.
    pub blocked_by: Vec<Origin>,
    /// Stanzas that a later one replaced: the earlier and the later.
    pub superseded: Vec<(Origin, Origin)>,
}

/// The processes of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum ProcessType {
    PreStart,
    Main,
    PostStart,
    PreStop,
    PostStop,
}

/// A process's command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Process {
    /// Whether it is a `script` block rather than an `exec` command.
    pub script: bool,
    /// What Upstart hands to the shell, or splits and executes.
    pub command: BString,
    /// What its author meant, where a bug of Upstart's own parser runs something else.
    pub meant: Option<BString>,
    /// The command or the block's lines in the file.
    pub span: Span,
    /// Where what is run stands there, as `decode::places` has it.
    pub places: Vec<(usize, usize)>,
    /// The first of its lines in the file, counted from 1.
    pub line: usize,
}

impl Process {
    /// What is meant to be run.
    pub(crate) fn intended(&self) -> &BString {
        self.meant.as_ref().unwrap_or(&self.command)
    }
}

/// How Upstart learns that the main process is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Expect {
    /// It does not
    None,
    /// It raises SIGSTOP when it is ready
    Stop,
    /// It forks once
    Fork,
    /// It forks twice
    Daemon,
}

/// How many respawns within how many seconds are allowed; 0 for either is without limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct RespawnLimit {
    pub count: i32,
    pub interval: i64,
}

/// The score that a value of the old scale of `oom` stands for (init(5), "oom").
pub(crate) fn score_of_oom(old: i32) -> i32 {
    old * 1000 / if old < 0 { 17 } else { 15 }
}
