//! A job: what a `.conf` and its `.override` add up to, as Upstart resolves them.

use std::collections::BTreeMap;

use bstr::BString;
use indexmap::IndexMap;
use serde::Serialize;

use super::condition::Condition;
use crate::service::{Limit, Resource, Signal};
use crate::text::{Origin, Sourced, Span};

/// A job with every value that was set, and the stanza that set it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Job {
    pub description: Option<Sourced<BString>>,
    pub author: Option<Sourced<BString>>,
    pub version: Option<Sourced<BString>>,
    pub usage: Option<Sourced<BString>>,
    pub instance: Option<Sourced<BString>>,
    pub start_on: Option<Sourced<Condition>>,
    pub stop_on: Option<Sourced<Condition>>,
    pub emits: Vec<Sourced<BString>>,
    pub env: Vec<Sourced<BString>>,
    pub export: Vec<Sourced<BString>>,
    pub processes: BTreeMap<ProcessType, Sourced<Process>>,
    pub expect: Option<Sourced<Expect>>,
    pub task: Option<Sourced<()>>,
    pub kill_timeout: Option<Sourced<i64>>,
    pub kill_signal: Option<Sourced<Signal>>,
    pub reload_signal: Option<Sourced<Signal>>,
    pub respawn: Option<Sourced<()>>,
    pub respawn_limit: Option<Sourced<RespawnLimit>>,
    pub normal_exit: Vec<Sourced<NormalExit>>,
    pub console: Option<Sourced<Console>>,
    pub umask: Option<Sourced<u32>>,
    pub nice: Option<Sourced<i32>>,
    pub oom_score_adj: Option<Sourced<i32>>,
    pub limits: IndexMap<Resource, Sourced<Limit>>,
    pub chroot: Option<Sourced<BString>>,
    pub chdir: Option<Sourced<BString>>,
    pub setuid: Option<Sourced<BString>>,
    pub setgid: Option<Sourced<BString>>,
    pub apparmor_load: Option<Sourced<BString>>,
    pub apparmor_switch: Option<Sourced<BString>>,
    pub cgroups: Vec<Sourced<Cgroup>>,
    pub debug: Option<Sourced<()>>,
    /// `manual`, where no later `start on` counts again.
    pub manual: Option<Sourced<()>>,
    /// The `start on` that `manual` cleared.
    pub disabled_start_on: Option<Sourced<Condition>>,
    /// Chrome OS: variables of the starting event that the job's processes get.
    pub import: Vec<Sourced<BString>>,
    /// Chrome OS: tmpfiles.d files that are applied before the job starts.
    pub tmpfiles: Vec<Sourced<BString>>,
    /// Stanzas that could not be read, and without which the job must not run.
    pub held_back: Vec<Origin>,
    /// Stanzas that a later one replaced: the earlier and the later.
    pub superseded: Vec<(Origin, Origin)>,
}

/// The processes of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
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
    /// Where what is run stands there, as [`places`](super::decode::places) has it.
    pub places: Vec<(usize, usize)>,
    /// The first of its lines in the file, counted from 1.
    pub line: usize,
}

/// How Upstart learns that the main process is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Expect {
    None,
    Stop,
    Daemon,
    Fork,
}

/// How many respawns within how many seconds are allowed; 0 for either is without limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct RespawnLimit {
    pub count: i32,
    pub interval: i64,
}

impl Default for RespawnLimit {
    /// Ten respawns in five seconds (init(5), "respawn limit").
    fn default() -> Self {
        RespawnLimit { count: 10, interval: 5 }
    }
}

/// An ending of the main process that is no failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum NormalExit {
    Status(u32),
    Signal(Signal),
}

/// Where a job's output goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Console {
    None,
    Log,
    Output,
    Owner,
}

/// The score that a value of the old scale of `oom` stands for (init(5), "oom").
pub fn score_of_oom(old: i32) -> i32 {
    old * 1000 / if old < 0 { 17 } else { 15 }
}

/// A `cgroup` stanza.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Cgroup {
    pub controller: BString,
    pub name: Option<BString>,
    pub key: Option<BString>,
    pub value: Option<BString>,
}
