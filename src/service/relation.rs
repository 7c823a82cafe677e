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
    /// This service's start starts it.
    Starts,
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
}

/// Stations of the boot, in order, and of what can happen to a running machine.
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
