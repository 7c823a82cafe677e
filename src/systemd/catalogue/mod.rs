//! Every directive that systemd up to 255 knows, as data: where it stands, since when, what its value is,
//! how repeats add up, and what it means to Upstart.
//!
//! Names and versions are those of systemd's own parser tables, from 219 on.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::directive::Section;
use super::target::Version;

pub mod choice;
mod exec;
mod mount;
mod resource_control;
mod service;
mod socket;
mod trigger;
mod unit;

use choice::Choices;

/// Where a directive may stand: a section, or all sections whose units run processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Place {
    Unit,
    Install,
    Service,
    Socket,
    Timer,
    Path,
    Mount,
    Automount,
    Swap,
    Scope,
    /// Units that run processes: systemd.exec(5).
    Exec,
    /// Units that kill processes: systemd.kill(5).
    Kill,
    /// Units that have a control group: systemd.resource-control(5).
    Cgroup,
}

impl Place {
    /// The sections that it covers.
    pub fn sections(self) -> &'static [Section] {
        match self {
            Place::Unit => &[Section::Unit],
            Place::Install => &[Section::Install],
            Place::Service => &[Section::Service],
            Place::Socket => &[Section::Socket],
            Place::Timer => &[Section::Timer],
            Place::Path => &[Section::Path],
            Place::Mount => &[Section::Mount],
            Place::Automount => &[Section::Automount],
            Place::Swap => &[Section::Swap],
            Place::Scope => &[Section::Scope],
            Place::Exec => &[Section::Service, Section::Socket, Section::Mount, Section::Swap],
            Place::Kill => {
                &[Section::Service, Section::Socket, Section::Mount, Section::Swap, Section::Scope]
            }
            Place::Cgroup => &[
                Section::Service,
                Section::Socket,
                Section::Mount,
                Section::Swap,
                Section::Slice,
                Section::Scope,
            ],
        }
    }
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
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

/// What a directive means to Upstart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// There is something to make of it.
    Mapped,
    /// A protection that is lost: what holds with it.
    Security(&'static str),
    /// A bound or share of a control group: of what.
    ResourceControl(&'static str),
    /// systemd watches over the service's signs of life.
    Watchdog,
    /// It has no effect on what the service does: what it is for.
    Bookkeeping(&'static str),
    /// systemd itself takes no notice of it any more: since when.
    Obsolete(&'static str),
    /// A person has to decide: about what.
    Manual(&'static str),
}

/// A directive.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// Where it may stand.
    pub place: Place,
    /// The first version that knows it; 0 where 219 does.
    pub since: Version,
    /// What its value is.
    pub kind: Kind,
    /// How repeats add up.
    pub repeat: Repeat,
    /// What it means to Upstart.
    pub meaning: Meaning,
    /// For an old spelling: what it stands for today.
    pub stands_for: Option<(Place, &'static str)>,
}

impl Row {
    /// The place and the name of today.
    pub fn today(&self) -> (Place, &'static str) {
        self.stands_for.unwrap_or((self.place, self.name))
    }

    /// Other directives that an assignment of this one sets as well.
    pub fn also_sets(&self) -> &'static [&'static str] {
        match (self.place, self.name) {
            (Place::Service, "TimeoutSec") => &["TimeoutStartSec", "TimeoutStopSec"],
            _ => &[],
        }
    }
}

macro_rules! rows {
    (
        $(#[$doc:meta])*
        $table:ident: $place:ident;
        $($name:ident, $since:literal, $kind:expr, $repeat:ident, $meaning:expr $(, $now:ident.$today:ident)?;)+
    ) => {
        $(#[$doc])*
        pub(super) const $table: &[Row] = {
            use super::Kind::*;
            use super::Meaning::*;
            #[allow(unused_imports)]
            use super::choice;
            &[$(Row {
                name: stringify!($name),
                place: super::Place::$place,
                since: crate::systemd::target::Version($since),
                kind: $kind,
                repeat: super::Repeat::$repeat,
                meaning: $meaning,
                stands_for: rows!(@today $($now.$today)?),
            }),+]
        };
    };
    (@today) => { None };
    (@today $now:ident.$today:ident) => {
        Some((super::Place::$now, stringify!($today)))
    };
}
use rows;

const TABLES: &[&[Row]] = &[
    unit::UNIT,
    unit::INSTALL,
    service::SERVICE,
    service::KILL,
    exec::EXEC,
    resource_control::RESOURCE_CONTROL,
    socket::SOCKET,
    trigger::TIMER,
    trigger::PATH,
    mount::MOUNT,
    mount::AUTOMOUNT,
    mount::SWAP,
    mount::SCOPE,
];

/// Every directive.
pub fn all() -> impl Iterator<Item = &'static Row> {
    TABLES.iter().copied().flatten()
}

/// The directive of that name in a section.
pub fn find(section: Section, name: &str) -> Option<&'static Row> {
    static INDEX: OnceLock<HashMap<(Section, &'static str), &'static Row>> = OnceLock::new();
    let index = INDEX.get_or_init(|| {
        all()
            .flat_map(|row| row.place.sections().iter().map(move |section| ((*section, row.name), row)))
            .collect()
    });
    index.get(&(section, name)).copied()
}
