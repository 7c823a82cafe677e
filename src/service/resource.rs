//! Resource limits (setrlimit(2)), and how processes share the processor and the disks.

use serde::Serialize;

use crate::text::Text;

/// A resource that a process can be limited in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Resource {
    As,
    Core,
    Cpu,
    Data,
    Fsize,
    Locks,
    Memlock,
    Msgqueue,
    Nice,
    Nofile,
    Nproc,
    Rss,
    Rtprio,
    Rttime,
    Sigpending,
    Stack,
}

/// One bound of a limit, in the resource's own unit (bytes, seconds, processes, files …).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// No limit.
    Unlimited,
    /// This much.
    At(u64),
}

impl Serialize for Bound {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Bound::Unlimited => serializer.serialize_str("unlimited"),
            Bound::At(value) => serializer.serialize_u64(*value),
        }
    }
}

/// The soft bound, which holds, and the hard one, up to which a process may raise it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct Limit {
    pub soft: Bound,
    pub hard: Bound,
}

/// A class of priorities of input and output (`ioprio_set(2)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum IoClass {
    Realtime,
    BestEffort,
    Idle,
}

/// The priority of input and output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct IoPriority {
    /// The class.
    pub class: IoClass,
    /// The level within it, 0 (first) to 7; an idle one has none.
    pub level: Option<u8>,
}

/// A scheduling policy of the processor (sched(7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum SchedulingPolicy {
    Other,
    Batch,
    Idle,
    Fifo,
    Rr,
}

/// How the processor is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Scheduling {
    /// The policy.
    pub policy: SchedulingPolicy,
    /// The priority of a realtime policy, 1 to 99 (first); 0 otherwise.
    pub priority: u8,
}

/// A setting of a control group, as the kernel's first interface names it (cgroups(7)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CgroupSetting {
    /// The controller: `memory`, `cpu` …
    pub controller: Text,
    /// The group's name, where it is not one of the service's own.
    pub name: Option<Text>,
    /// The setting without the controller's prefix: `limit_in_bytes` …
    pub key: Option<Text>,
    /// Its value.
    pub value: Option<Text>,
}
