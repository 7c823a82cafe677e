//! The neutral model: what a service is, in words that belong to neither init.
//!
//! Both sides read their definitions into it and write theirs from it. Every value knows the stanza
//! or directive it comes from ([`Sourced`]); a value that is absent is the init's own default, which
//! each side's reader states where the two inits differ.

mod check;
mod command;
pub mod defaults;
mod dependency;
mod directory;
mod linked;
mod resource;
mod restart;
mod scope;
mod setting;
mod signal;

use indexmap::IndexMap;
use serde::Serialize;

pub use check::{Check, Test};
pub use command::{Command, CommandFacts, Failure, Hook, Part, Run, Stage, Step, When};
pub(crate) use dependency::Topic;
pub use dependency::{
    Action, Activation, AllOf, BootTarget, Dependency, DependencyKind, Enablement, FileChange, LifecycleEvent, Phase,
    Target, Trigger, ValueTest, Wait, operand_name,
};
pub use directory::{Directory, DirectoryKind};
pub use linked::LinkedService;
pub use resource::{Bound, CgroupSetting, IoClass, IoPriority, Limit, Resource, Scheduling, SchedulingPolicy};
pub use restart::{Exit, Rate, Restart, RestartOn};
pub use scope::Scope;
pub use setting::{Setting, SettingKind};
pub use signal::Signal;

use crate::text::{Origin, Sourced, Text};

/// A service definition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Service {
    /// The name by which its init knows it, without suffix.
    pub name: Text,
    /// Whose it is.
    pub scope: Scope,
    /// The files that it was read from; [`Origin::file`] counts in this list.
    pub files: Vec<String>,
    /// What it is, in a line.
    pub description: Option<Sourced<Text>>,
    /// Who wrote it, and the like: a heading and a text, for people.
    pub about: Vec<(&'static str, Sourced<Text>)>,
    /// Comments of the definition, in order.
    pub comments: Vec<Comment>,

    /// The main process; a task may have several, which run one after the other.
    pub main: Vec<Sourced<Command>>,
    /// What runs around the main process, in order.
    pub hooks: Vec<Hook>,
    /// What has to be so for a start: all of it.
    pub conditions: Vec<Sourced<Check>>,
    /// When the start counts as done.
    pub ready: Sourced<Ready>,
    /// The file that the number of the main process stands in, where somebody said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid_file: Option<Sourced<Text>>,
    /// The name on D-Bus that it owns once it is up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bus_name: Option<Sourced<Text>>,
    /// Whether it stays up once its start is done although no process is left.
    pub stays_up: bool,
    /// How long the start may take; nothing is "no limit".
    pub start_timeout: Option<Seconds>,

    /// When it is started again.
    pub restart: Restart,
    /// Endings of the main process that are no failure, besides exit status 0.
    pub success: Vec<Sourced<Exit>>,
    /// How it is stopped.
    pub stop: Stop,
    /// What a reload does.
    pub reload: Option<Sourced<Reload>>,

    /// The user of every process.
    pub user: Option<Sourced<Text>>,
    /// The group of every process.
    pub group: Option<Sourced<Text>>,
    /// Groups besides those of the user.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub supplementary_groups: Vec<Sourced<Text>>,
    /// Whether the user is made for as long as it runs, and has no fixed number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dynamic_user: Option<Origin>,
    /// The root directory of every process.
    pub root: Option<Sourced<Text>>,
    /// The working directory of every process; the root directory if nothing is said.
    pub directory: Option<Sourced<Text>>,
    /// Directories that are made before any process runs.
    pub directories: Vec<Sourced<Directory>>,
    /// File mode creation mask; [`defaults::UMASK`] if nothing is said.
    pub umask: Option<Sourced<u32>>,
    /// Scheduling priority, -20 to 19.
    pub nice: Option<Sourced<i32>>,
    /// Priority of input and output.
    pub io_priority: Option<Sourced<IoPriority>>,
    /// Scheduling policy of the processor.
    pub scheduling: Option<Sourced<Scheduling>>,
    /// The processors that it may run on, by number.
    pub cpus: Option<Sourced<Vec<u32>>>,
    /// What the kernel's out-of-memory killer adds, -1000 to 1000.
    pub oom_score: Option<Sourced<i32>>,
    /// Resource limits.
    pub limits: IndexMap<Resource, Sourced<Limit>>,
    /// Settings of control groups.
    pub cgroups: Vec<Sourced<CgroupSetting>>,
    /// The `AppArmor` profile that the main process is confined by.
    pub apparmor_profile: Option<Sourced<Text>>,
    /// Variables of every process, in order; a later one of the same name holds.
    pub environment: Vec<Sourced<Variable>>,
    /// Files that set variables of every process; what they say counts for more than what the service says.
    pub environment_files: Vec<Sourced<EnvironmentFile>>,
    /// Variables that are taken away in the end.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unset: Vec<Sourced<Text>>,
    /// Variables that its init sets for each process unasked.
    #[serde(skip)]
    pub init_environment: Vec<Variable>,
    /// Variables that other services are told when this one starts or stops.
    pub exported: Vec<Sourced<Text>>,
    /// Standard input, output and error.
    pub io: Option<Sourced<Io>>,

    /// Where the main process sends its output instead.
    pub output: Option<Sourced<Output>>,
    /// The file that the main process reads as its standard input.
    pub input: Option<Sourced<Text>>,
    /// What its messages are marked with in the log.
    pub log_tag: Option<Sourced<Text>>,

    /// What makes it one of several.
    pub instance: Option<Sourced<Instance>>,
    /// The start condition as written, and the stop condition.
    pub start_on: Option<Sourced<Text>>,
    /// See `start_on`.
    pub stop_on: Option<Sourced<Text>>,
    /// Where in the life of the machine it runs.
    pub phase: Phase,
    /// Whether a change to rescue mode leaves it running.
    pub ignore_on_isolate: Option<Origin>,
    /// On which machines it starts at all.
    pub machine: Option<Sourced<Machine>>,
    /// What could not be carried over, and without which it must not start.
    pub blocked_by: Vec<Origin>,
    /// Its relations to other services and to the boot targets.
    pub dependencies: Vec<Sourced<Dependency>>,
    /// What starts it on demand.
    pub activation: Vec<Sourced<Activation>>,
    /// What the variables of the event that starts it must be.
    pub tests: Vec<Sourced<ValueTest>>,
    /// What variables of the service manager's own environment must be for a start: one of each list.
    pub environment_conditions: Vec<Vec<Sourced<ValueTest>>>,
    /// Where its processes ask how the service has ended whose end starts it.
    #[serde(skip)]
    pub reads_result: Option<Origin>,
    /// Events that start it when all of them have come.
    pub all_of: Option<Sourced<AllOf>>,
    /// Services whose stops only together stop this one.
    pub stop_all_of: Option<Sourced<Vec<Text>>>,
    /// Whether it starts by itself at all.
    pub enablement: Option<Sourced<Enablement>>,
    /// Settings that only its own init has, so that this model has no words for them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<Sourced<Setting>>,
    /// Events that it announces.
    pub emits: Vec<Sourced<Text>>,
}

/// Seconds; both inits also speak of parts of them, but only one writes them.
pub type Seconds = u64;

/// Microseconds.
pub(crate) type Micros = u64;

/// When the start of a service counts as done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ready {
    /// When the program runs: a missing program fails the start.
    #[default]
    Executed,
    /// When the process forked so often, and its parents have gone; 0 is not known.
    Forked(u8),
    /// When the process has raised SIGSTOP.
    Stopped,
    /// When the main process has ended.
    Finished,
    /// When the process says so (`sd_notify(3)`).
    Notified,
    /// When the process owns its name on D-Bus.
    OnBus,
}

/// How a service is stopped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stop {
    /// The first signal; [`defaults::STOP_SIGNAL`] if nothing is said.
    pub signal: Option<Sourced<Signal>>,
    /// Seconds until KILL; [`defaults::STOP_TIMEOUT`] if nothing is said.
    pub timeout: Option<Sourced<Seconds>>,
    /// Whom the signals reach; what is customary with its init if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reach: Option<Sourced<Reach>>,
    /// It is never sent KILL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub never_kills: Option<Origin>,
}

/// Which processes of a service are sent the signals of its stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// All.
    All,
    /// The first signal the main one, KILL all.
    MainThenAll,
    /// The main one.
    Main,
    /// None.
    Nobody,
}

/// What a reload does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reload {
    /// Sends this signal to the main process.
    Signal(Signal),
    /// Runs these commands, one after the other.
    Commands(Vec<(Command, Failure)>),
}

/// Where standard input, output and error lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Io {
    /// Output to the log, input from nowhere.
    Log,
    /// Everything to nowhere.
    Null,
    /// Everything to the console.
    Console,
    /// Everything to the console, which becomes the controlling terminal.
    ConsoleOwner,
}

/// Where the two outputs of a process lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    /// Standard output.
    pub out: Sink,
    /// Standard error.
    pub error: Sink,
}

/// Where an output leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sink {
    /// To the log.
    Log,
    /// To nowhere.
    Null,
    /// To the end of this file.
    Append(Text),
    /// To this file, which is emptied first.
    Truncate(Text),
    /// Into this file, from its beginning; what stands behind it is left.
    Over(Text),
    /// To the console.
    Console,
    /// To the kernel's log.
    Kernel,
}

/// A variable of the environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variable {
    /// This value.
    Set {
        /// The name.
        name: Text,
        /// The value, literally.
        value: Text,
    },
    /// What init's own environment holds.
    Inherited(Text),
    /// The variable of that name holds the instance's name.
    Instance(Text),
    /// What a file says that whoever announces the starting event writes before.
    Event(Text),
}

/// A file that sets variables of the environment, a line each: `KEY=value`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EnvironmentFile {
    /// Its absolute path; `*`, `?` and `[…]` stand for many.
    pub path: Text,
    /// Whether the start fails where it is missing.
    pub required: bool,
}

/// A kind of machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Machine {
    /// A container of any kind.
    Container,
    /// Anything but a container.
    NoContainer,
    /// A container of that kind.
    Kind(Text),
}

/// What makes a service one of several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Instance {
    /// The name of an instance as written, with its variables.
    pub pattern: Text,
    /// The variables in it, in order.
    pub variables: Vec<Text>,
    /// The value that its only variable has when nobody says one.
    pub default: Option<Text>,
}

impl Service {
    /// All commands, those of the main process first.
    pub fn commands(&self) -> impl Iterator<Item = &Sourced<Command>> {
        self.main.iter().chain(self.hooks.iter().map(|hook| &hook.command))
    }

    /// Whether there is no process in it, and nothing that only a process would have.
    pub(crate) fn runs_nothing(&self) -> bool {
        let texts = [&self.user, &self.group, &self.root, &self.directory, &self.apparmor_profile];
        self.main.is_empty()
            && self.hooks.is_empty()
            && self.directories.is_empty()
            && self.conditions.is_empty()
            && self.restart.on.is_none()
            && texts.into_iter().all(Option::is_none)
            && self.umask.is_none()
            && self.nice.is_none()
            && self.oom_score.is_none()
            && self.limits.is_empty()
            && self.cgroups.is_empty()
            && self.environment.is_empty()
            && self.io.is_none()
            && self.instance.is_none()
            && self.activation.is_empty()
            && self.tests.is_empty()
            && self.phase != Phase::Shutdown
    }

    /// Whether the name of its instance is the value of one variable, so that an event can say it.
    pub(crate) fn has_instance_by_event(&self) -> bool {
        let Some(instance) = &self.instance else { return false };
        let [variable] = instance.value.variables.as_slice() else { return false };
        let pattern = instance.value.pattern.strip_prefix(b"$").unwrap_or_default();
        let inner = pattern.strip_prefix(b"{").and_then(|braced| braced.strip_suffix(b"}")).unwrap_or(pattern);
        let behind = inner.strip_prefix(variable.as_slice());
        behind.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"-") || rest.starts_with(b":-"))
    }
}

/// A comment, and the stanza or directive that it stands before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comment {
    /// The lines, from `#` on, without line ends.
    pub lines: Vec<Text>,
    /// What it belongs to; the head of the file otherwise.
    pub before: Option<Origin>,
}

impl Default for Sourced<Ready> {
    fn default() -> Self {
        Sourced::implied(Ready::default())
    }
}
