//! How services hang together, and how they hang on the boot.

use serde::Serialize;

use crate::text::Text;

/// A tie between this service and something else.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Relation {
    /// The tie.
    pub bond: Bond,
    /// What it ties to.
    pub to: Party,
}

/// The kinds of ties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bond {
    /// Its start starts this service.
    StartedBy,
    /// Its stop starts this service, and waits for that.
    StartedByStopping,
    /// Its end starts this service, however it ended; a restart is no end.
    StartedByEnd,
    /// Its end starts this service, if it was no failure.
    StartedBySuccess,
    /// Its end starts this service, if it was a failure.
    StartedByFailure,
    /// This service's start starts it.
    Starts,
    /// The same, this service does not start without it, and stops when somebody stops it.
    Needs,
    /// This service does not start unless it is up.
    Demands,
    /// When somebody stops or restarts it, the same is done to this service.
    Follows,
    /// It is started when this service has failed.
    StartsAtFailure,
    /// It is started when this service has ended without failure.
    StartsAtSuccess,
    /// This service waits with its start until that is up; stops come in the other order.
    After,
    /// That waits with its start until this service is up.
    Before,
    /// When that stops, this service stops first.
    StopsBefore,
    /// When that has stopped, this service stops.
    StopsAfter,
    /// The two are never up at the same time: the start of either stops the other.
    StoppedBy,
    /// Its start stops this service first, which may be started again beside it.
    StoppedByStarting,
    /// Once it is up, this service is stopped, and may be started again beside it.
    StoppedByStarted,
}

impl Bond {
    /// Whether it is one that starts this service when that has ended.
    pub fn is_end(self) -> bool {
        matches!(self, Bond::StartedByEnd | Bond::StartedBySuccess | Bond::StartedByFailure)
    }

    /// Whether it is one that starts this service.
    pub fn is_stop(self) -> bool {
        matches!(
            self,
            Bond::StopsBefore
                | Bond::StopsAfter
                | Bond::StoppedBy
                | Bond::StoppedByStarting
                | Bond::StoppedByStarted
        )
    }

    /// Whether it starts the service.
    pub fn starts(self) -> bool {
        matches!(
            self,
            Bond::StartedBy
                | Bond::StartedByStopping
                | Bond::StartedByEnd
                | Bond::StartedBySuccess
                | Bond::StartedByFailure
        )
    }
}

/// A variable that must, or must not, match a pattern for the service to start (fnmatch(3)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ValueTest {
    /// The variable; one that is not set matches nothing, and passes no test.
    pub name: Text,
    /// The pattern.
    pub pattern: Text,
    /// Whether it must not match.
    pub negated: bool,
}

/// What starts a service on demand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// The first connection to a socket, which the service takes over.
    Socket {
        /// Where it listens: an address with a port, or a path.
        address: Text,
    },
    /// A change to a file.
    File {
        /// Its path; `*`, `?` and `[…]` stand for many.
        path: Text,
        /// Which change.
        change: FileChange,
    },
    /// A message to a name on D-Bus that nobody owns yet.
    Bus {
        /// The name.
        name: Text,
    },
    /// A device that comes, goes or changes.
    Device {
        /// The kernel's subsystem.
        subsystem: Text,
        /// What happens: `add`, `remove` or `change`.
        action: &'static str,
        /// What its properties must be.
        properties: Vec<ValueTest>,
    },
}

/// A change to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum FileChange {
    Create,
    Modify,
    Delete,
    /// No change: it is there.
    Exists,
    /// No change: it is a directory with something in it.
    NotEmpty,
}

/// Events that all have to come before a service starts, each with the relations that tell of it. What
/// has come is used up by the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Latch {
    /// The events; any of an event's relations tells that it has come.
    pub operands: Vec<Vec<Relation>>,
    /// Whether all of them come when the system boots.
    #[serde(skip)]
    pub at_boot: bool,
}

/// A service that another one waits for at boot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Its name.
    pub service: Text,
    /// Whether it is done when its start is, so that nothing of it stays up.
    pub ends: bool,
    /// Whether it has to have come up.
    pub needed: bool,
    /// Whether it is all that is waited for, starts at the same station of the boot, and takes the other one
    /// along when it stops: then its start says all.
    pub says_all: bool,
}

/// The name under which a latch's operand is told, counted from 1.
pub fn latch_name(service: &Text, number: usize) -> Text {
    Text([service.as_slice(), format!("-latch-{number}").as_bytes()].concat().into())
}

/// What a service does to another one at a moment of its own life, because the other one's relations
/// ask for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// When.
    pub moment: Moment,
    /// What.
    pub action: Action,
    /// To which service.
    pub to: Text,
    /// Whether that is every instance of a service that has several.
    pub instances: bool,
    /// Whether the other service can bring the same about by itself, but for corners.
    pub dispensable: bool,
    /// Whether the one that does it waits until it is done; two that are ordered must not.
    pub waits: bool,
    /// Which of how many moments it is that have to come together, counted from 1.
    pub latch: Option<(usize, usize)>,
}

/// A moment in the life of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Moment {
    /// Before its first process.
    Starting,
    /// When it is up.
    Started,
    /// Before its main process is stopped, or after that has ended by itself.
    Stopping,
    /// When it is down and is not started again, however it ended.
    Ended,
    /// The same, if it was no failure.
    Succeeded,
    /// The same, if it was a failure.
    Failed,
}

impl Moment {
    /// Whether it is one after the last process.
    pub fn is_end(self) -> bool {
        matches!(self, Moment::Ended | Moment::Succeeded | Moment::Failed)
    }
}

/// What is done to another service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Action {
    Start,
    Stop,
}

/// What a service can be tied to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Party {
    /// A station of the boot or of the shutdown.
    Milestone(Milestone),
    /// Another service, by the name that its init knows it by.
    Service(Text),
    /// The file system mounted at this path.
    Mount(Text),
    /// A network interface, once the kernel knows it.
    Interface(Text),
    /// Something that somebody announces by that name.
    Event(Text),
    /// Anything else that its init has a name for: this one.
    Other(Text),
}

impl Party {
    /// The name of the service that it is, without the suffix of its unit.
    pub fn service(&self) -> Option<Text> {
        match self {
            Party::Service(name) => Some(name.clone()),
            Party::Other(unit) => unit.strip_suffix(b".service").map(Text::from),
            _ => None,
        }
    }
}

/// Stations of the boot, in order, what can happen to a running machine, and stations of a user's session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Milestone {
    LocalFsPre,
    LocalFs,
    Swap,
    Sysinit,
    RemoteFsPre,
    RemoteFs,
    NetworkPre,
    Network,
    NetworkOnline,
    MultiUser,
    Graphical,
    Rescue,
    Shutdown,
    CtrlAltDel,
    PowerFailure,
    KeyboardRequest,
    Session,
    GraphicalSessionPre,
    GraphicalSession,
}

impl Milestone {
    /// Whether every boot comes to it, and nothing else.
    pub fn is_of_boot(self) -> bool {
        use Milestone as M;
        !matches!(
            self,
            M::Rescue
                | M::Shutdown
                | M::CtrlAltDel
                | M::PowerFailure
                | M::KeyboardRequest
                | M::GraphicalSessionPre
                | M::GraphicalSession
        )
    }
}

/// Where in the life of the machine a service runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Before the system is set up: nothing else may be taken for granted.
    Early,
    /// In the running system.
    #[default]
    Running,
    /// Its work is done when the machine goes down.
    Shutdown,
}

/// Whether a service starts by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Enablement {
    /// It does not, although it says when it would.
    Disabled,
}
