//! The form of a row of the table.

use super::choice::Choices;
use super::section::Placement;
use crate::service::SettingKind;
use crate::systemd::version::Version;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// `yes`, `no` and their kin.
    Boolean,
    /// One of these words; where both `yes` and `no` are among them, any boolean.
    Choice(Choices),
    /// One of these words, or a number.
    Numbered(Choices),
    /// A time span; without a unit, seconds.
    Seconds,
    /// A time span where 0 is no limit.
    Timeout,
    /// A time span; without a unit, nanoseconds.
    Nanoseconds,
    /// A number of bytes, perhaps with a suffix to the base of 1024.
    Size,
    /// A number of bytes, a percentage of the memory, or `infinity`.
    MemoryLimit,
    /// A number of tasks, a percentage, or `infinity`.
    TasksMax,
    /// A percentage.
    Percent,
    /// A weight or a share of a control group.
    Weight,
    /// A weight, or `idle`.
    CpuWeight,
    /// A whole number without sign.
    Unsigned,
    /// A whole number.
    Integer,
    /// -20 to 19.
    Nice,
    /// -1000 to 1000.
    OomScoreAdjust,
    /// 0 to 7.
    IoPriority,
    /// Permissions, in octal.
    Mode,
    /// A limit of a resource: `soft:hard`.
    Limit,
    /// A signal's name or number.
    Signal,
    /// One exit status.
    ExitStatus,
    /// Exit statuses and signals.
    ExitStatuses,
    /// Commands with their arguments.
    CommandLine,
    /// Assignments of variables.
    Environment,
    /// A file of assignments; `-` ahead of it: it may be missing.
    EnvironmentFile,
    /// Names of variables.
    Variables,
    /// Names of variables, or assignments.
    UnsetVariables,
    /// A user or group by name or number.
    UserOrGroup,
    /// An absolute path.
    Path,
    /// Absolute paths with prefixes.
    Paths,
    /// An absolute path or `~`; `-` ahead of it: it may be missing.
    WorkingDirectory,
    /// Relative paths, below a directory of systemd's.
    Directories,
    /// Where standard input comes from.
    Input,
    /// Where standard output goes to.
    Output,
    /// Names of units.
    Units,
    /// A test of `Condition…=`.
    Condition,
    /// A test of `Assert…=`.
    Assertion,
    /// What a socket listens on.
    Listen,
    /// When a timer elapses.
    TimerSpec,
    /// What a path unit watches.
    PathSpec,
    /// Words.
    Words,
    /// Anything.
    Text,
}

/// How several assignments of one directive add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// The first one counts.
    First,
    /// The last one counts; an empty one is refused.
    Last,
    /// The last one counts; an empty one stands for the default.
    LastOrDefault,
    /// All count, and an empty one makes those before it forgotten.
    List,
    /// All count; an empty one makes those before it forgotten, and says itself that there is none.
    ListOrNone,
    /// All count, and an empty one makes everything of the same kind before it forgotten.
    Shared,
    /// All count, whatever follows.
    Ever,
}

impl ValueKind {
    /// Whether several values may stand on one line, so that repeats are joined when they are written.
    pub(crate) fn is_joined(self) -> bool {
        matches!(
            self,
            ValueKind::Units
                | ValueKind::Directories
                | ValueKind::Variables
                | ValueKind::UnsetVariables
                | ValueKind::ExitStatuses
        )
    }
}

/// A directive.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// Where it may stand.
    pub place: Placement,
    /// The first version that knows it; 0 where 219 does.
    pub since: Version,
    /// The last version that honors it, where it is gone.
    pub until: Option<Version>,
    /// What its value is.
    pub kind: ValueKind,
    /// How repeats add up.
    pub repeat: Repeat,
    /// What it is for and what holds with it, where the model has no words of its own for that.
    pub purpose: Option<(SettingKind, &'static str)>,
    /// For an old spelling: what it stands for today.
    pub stands_for: Option<(Placement, &'static str)>,
}

impl Row {
    /// The place and the name of today.
    pub fn today(&self) -> (Placement, &'static str) {
        self.stands_for.unwrap_or((self.place, self.name))
    }

    /// Other directives that an assignment of this one sets as well.
    pub(crate) fn also_sets(&self) -> &'static [&'static str] {
        match (self.place, self.name) {
            (Placement::Service, "TimeoutSec") => &["TimeoutStartSec", "TimeoutStopSec"],
            _ => &[],
        }
    }
}

/// Rows of the table: those of one purpose together, and among them those of one kind of value. A number behind
/// a name is the first version that knows it. `Modelled()` stands for what the model has words for, `Removed` for
/// what that version took away, `LastKnown` for what no later one than that knows.
macro_rules! rows {
    ($(#[$doc:meta])* $table:ident: $place:ident; $(
        $purpose:ident $about:tt { $(
            $repeat:ident $kind:expr => $($name:ident $($since:literal)? $(= $now:ident.$today:ident)?),+;
        )+ }
    )+) => {
        $(#[$doc])*
        pub(super) const $table: &[super::row::Row] = {
            #[allow(unused_imports)]
            use super::{choice::*, row::ValueKind::*};
            &[$($($(super::row::Row {
                name: stringify!($name),
                place: super::section::Placement::$place,
                since: crate::systemd::version::Version(0 $(+ $since)?),
                until: rows!(@until $purpose $about),
                kind: $kind,
                repeat: super::row::Repeat::$repeat,
                purpose: rows!(@purpose $purpose $about),
                stands_for: rows!(@today $($now.$today)?),
            },)+)+)+]
        };
    };
    (@purpose Modelled ()) => { None };
    (@purpose Watch ()) => { Some((crate::service::SettingKind::Watch, "")) };
    (@purpose Removed ($version:literal)) => {
        Some((crate::service::SettingKind::Remark, concat!("systemd ", $version, " took it away")))
    };
    (@purpose LastKnown ($version:literal)) => {
        Some((crate::service::SettingKind::Remark, concat!("systemd ", $version, " was the last to know it")))
    };
    (@purpose $kind:ident ($about:literal)) => { Some((crate::service::SettingKind::$kind, $about)) };
    (@until Removed ($version:literal)) => { Some(crate::systemd::version::Version($version - 1)) };
    (@until LastKnown ($version:literal)) => { Some(crate::systemd::version::Version($version)) };
    (@until $($other:tt)+) => { None };
    (@today) => { None };
    (@today $now:ident.$today:ident) => { Some((super::section::Placement::$now, stringify!($today))) };
}
pub(super) use rows;
