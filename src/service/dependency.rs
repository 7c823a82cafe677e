//! How services hang together, and how they hang on the boot.

use serde::Serialize;

use super::Service;
use crate::text::{Origin, Sourced, Text};

/// What this service has to do with something else.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Dependency {
    /// In which way.
    pub kind: DependencyKind,
    /// With what.
    pub to: Target,
}

/// What a kind of dependency is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    StartedBy,
    Starts,
    Requires,
    StopsWith,
    StoppedBy,
    StartsAtEnd,
    After,
    Before,
}

/// In whose definition a dependency stands on systemd.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WrittenBy {
    /// The service that has it.
    Own,
    /// The same; where that is not exact enough, the other service acts as well.
    Either,
    /// The other service, which has to act.
    Other,
}

/// What a kind of dependency means, whatever the init. What either init has for it follows: on systemd
/// from `systemd::dependencies`, on Upstart from the event.
struct Meaning {
    topic: Topic,
    /// At which event in the life of the other service this one is started or stopped.
    trigger: Option<(LifecycleEvent, Action)>,
    written_by: WrittenBy,
    /// Whether it orders the start of this service `After` or `Before` that of the other one, where nothing else does.
    order: Option<DependencyKind>,
    /// What it says besides its topic, for people.
    detail: &'static str,
}

macro_rules! kinds {
    ($($(#[$doc:meta])+ $kind:ident: $topic:ident, $trigger:expr, $by:ident, $order:expr, $detail:literal;)+) => {
        /// The kinds of dependencies.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum DependencyKind {
            $($(#[$doc])+ $kind,)+
        }

        impl DependencyKind {
            /// All of them.
            pub const ALL: &[DependencyKind] = &[$(DependencyKind::$kind),+];

            fn meaning(self) -> Meaning {
                use {Action::*, DependencyKind::{After, Before}, LifecycleEvent::*};
                match self {
                    $(DependencyKind::$kind => Meaning {
                        topic: Topic::$topic,
                        trigger: $trigger,
                        written_by: WrittenBy::$by,
                        order: $order,
                        detail: $detail,
                    },)+
                }
            }
        }
    };
}

// kind: topic, event of the other service and what it does to this one, written by, order, detail.
kinds! {
    /// Its start starts this service.
    StartedBy: StartedBy, Some((Started, Start)), Either, None, "";
    /// Its stop starts this service, and waits for that.
    StartedByStopping: StartedBy, Some((Stopping, Start)), Other, None, "its stop";
    /// Its end starts this service, however it ended; a restart is no end.
    StartedByEnd: StartedBy, Some((Ended, Start)), Other, None, "its end";
    /// Its end starts this service, if it was no failure.
    StartedBySuccess: StartedBy, Some((Succeeded, Start)), Other, None, "its end without failure";
    /// Its end starts this service, if it was a failure.
    StartedByFailure: StartedBy, Some((Failed, Start)), Other, None, "its failure";
    /// This service's start starts it.
    Starts: Starts, None, Own, None, "";
    /// The same, this service does not start without it, and stops when somebody stops it.
    Needs: Requires, Some((Stopping, Stop)), Own, None, "starts it, and fails without it";
    /// This service does not start unless it is up.
    Demands: Requires, None, Own, None, "has to be up already";
    /// When somebody stops or restarts it, the same is done to this service.
    Follows: StopsWith, Some((Stopping, Stop)), Own, None, "when somebody stops or restarts it";
    /// It is started when this service has failed.
    StartsAtFailure: StartsAtEnd, None, Own, None, "when this has failed";
    /// It is started when this service has ended without failure.
    StartsAtSuccess: StartsAtEnd, None, Own, None, "when this has succeeded";
    /// This service waits with its start until that is up; stops come in the other order.
    After: After, None, Own, Some(After), "";
    /// That waits with its start until this service is up.
    Before: Before, None, Own, Some(Before), "";
    /// When that stops, this service stops first.
    StopsBefore: StopsWith, Some((Stopping, Stop)), Either, Some(After), "before it, however it ends";
    /// When that has stopped, this service stops.
    StopsAfter: StopsWith, Some((Ended, Stop)), Own, Some(Before), "after it has stopped";
    /// The two are never up at the same time: the start of either stops the other.
    StoppedBy: StoppedBy, Some((Starting, Stop)), Own, None, "";
    /// Its start stops this service first, which may be started again beside it.
    StoppedByStarting: StoppedBy, Some((Starting, Stop)), Other, None, "before it starts";
    /// Once it is up, this service is stopped, and may be started again beside it.
    StoppedByStarted: StoppedBy, Some((Started, Stop)), Other, None, "once it is up";
}

impl DependencyKind {
    /// Whether it starts this service.
    pub fn starts(self) -> bool {
        self.meaning().topic == Topic::StartedBy
    }

    /// Whether it stops this service.
    pub fn stops(self) -> bool {
        self.meaning().trigger.is_some_and(|(_, action)| action == Action::Stop)
    }

    /// Whether the end of the other service starts this one.
    pub fn is_end(self) -> bool {
        self.starts() && self.event().is_some_and(LifecycleEvent::is_end)
    }

    /// The event of the other service at which this one is started or stopped.
    pub fn event(self) -> Option<LifecycleEvent> {
        self.meaning().trigger.map(|(event, _)| event)
    }

    /// That event, and what happens then, where the other service has to see to it, or can.
    pub(crate) fn trigger(self) -> Option<(LifecycleEvent, Action)> {
        self.meaning().trigger.filter(|_| self.meaning().written_by != WrittenBy::Own)
    }

    pub(crate) fn is_of_other(self) -> bool {
        self.meaning().written_by == WrittenBy::Other
    }

    pub(crate) fn is_order(self) -> bool {
        self.meaning().order.is_some()
    }

    pub(crate) fn topic(self) -> Topic {
        self.meaning().topic
    }

    pub(crate) fn detail(self) -> &'static str {
        self.meaning().detail
    }
}

impl Service {
    pub(crate) fn depends(&self, kind: DependencyKind, to: &Target) -> bool {
        self.dependencies.iter().any(|known| known.value.kind == kind && known.value.to == *to)
    }

    pub(crate) fn of_kind(&self, kind: DependencyKind) -> impl Iterator<Item = &Sourced<Dependency>> {
        self.dependencies.iter().filter(move |known| known.value.kind == kind)
    }

    pub(crate) fn starts(&self) -> impl Iterator<Item = &Sourced<Dependency>> {
        self.dependencies.iter().filter(|known| known.value.kind.starts())
    }

    /// Its dependencies, and those of the events that start it only together.
    pub fn all_dependencies(&self) -> impl Iterator<Item = (&Dependency, Option<Origin>)> {
        let operands = self
            .all_of
            .iter()
            .flat_map(|all_of| all_of.value.operands.iter().flatten().map(|dependency| (dependency, all_of.origin())));
        self.dependencies.iter().map(|known| (&known.value, known.origin())).chain(operands)
    }

    pub(crate) fn all_dependencies_mut(&mut self) -> impl Iterator<Item = (&mut Dependency, Option<Origin>)> {
        let operands = self.all_of.iter_mut().flat_map(|all_of| {
            let origin = all_of.origin();
            all_of.value.operands.iter_mut().flatten().map(move |dependency| (dependency, origin))
        });
        let single = self.dependencies.iter_mut().map(|known| {
            let origin = known.origin();
            (&mut known.value, origin)
        });
        single.chain(operands)
    }

    pub(crate) fn add_dependency(&mut self, kind: DependencyKind, to: Target, origin: Option<Origin>) {
        if !self.depends(kind, &to) {
            self.dependencies.push(Sourced::new(Dependency { kind, to }, origin));
        }
    }

    /// How a dependency orders the starts of the two: `After` or `Before`. The stops come in the other order, so
    /// that one about stops cannot always have its own.
    pub(crate) fn order_of(&self, kind: DependencyKind, to: &Target) -> Option<DependencyKind> {
        let has = |kind| self.depends(kind, to);
        let holds = match kind {
            DependencyKind::StopsBefore => {
                let starts_first = has(DependencyKind::Before) || self.phase == Phase::Early;
                self.instance.is_none() && (!starts_first || has(DependencyKind::After))
            }
            DependencyKind::StopsAfter => !has(DependencyKind::After),
            _ => true,
        };
        kind.meaning().order.filter(|_| holds)
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

/// Events that all have to come before a service starts, each with the dependencies that tell of it. What
/// has come is used up by the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AllOf {
    /// The events; any of an event's dependencies tells that it has come.
    pub operands: Vec<Vec<Dependency>>,
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
    /// Whether it is all that is waited for, starts at the same target of the boot, and takes the other one
    /// along when it stops: then its start says all.
    pub says_all: bool,
}

/// The name of the unit that notes that an operand of several has come, counted from 1.
pub fn operand_name(service: &Text, number: usize) -> Text {
    Text([service.as_slice(), format!("-latch-{number}").as_bytes()].concat().into())
}

/// What a service does to another one at an event of its own life, because a dependency of the other one
/// asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// When.
    pub event: LifecycleEvent,
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
    /// Which of how many events it is that have to come together, counted from 1.
    pub all_of: Option<(usize, usize)>,
}

/// An event in the life of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LifecycleEvent {
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

impl LifecycleEvent {
    /// Whether it is one after the last process.
    pub fn is_end(self) -> bool {
        matches!(self, LifecycleEvent::Ended | LifecycleEvent::Succeeded | LifecycleEvent::Failed)
    }
}

/// What is done to another service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Action {
    Start,
    Stop,
}

/// What a service can depend on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// A target of the boot or of the shutdown.
    #[serde(rename = "boot_target")]
    BootTarget(BootTarget),
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

impl Target {
    /// The name of the service that it is, without the suffix of its unit.
    pub fn service(&self) -> Option<Text> {
        match self {
            Target::Service(name) => Some(name.clone()),
            Target::Other(unit) => unit.strip_suffix(b".service").map(Text::from),
            _ => None,
        }
    }
}

/// Targets of the boot, in order, of what can happen to a running machine, and of a user's session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum BootTarget {
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

impl BootTarget {
    /// Whether every boot comes to it, and nothing else.
    pub(crate) fn is_of_boot(self) -> bool {
        use BootTarget as M;
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
