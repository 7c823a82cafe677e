//! Directories that the init makes for a service before any of its processes runs.

use serde::Serialize;

use crate::text::Text;

/// A directory of the service's user and group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Directory {
    /// Below which directory of the system.
    pub kind: DirectoryKind,
    /// Its path from there.
    pub name: Text,
    /// Its mode at each start.
    pub mode: u32,
    /// Whether it goes away when the service is down.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
}

/// What a directory is for, which says where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DirectoryKind {
    /// `/run`
    Runtime,
    /// `/var/lib`
    State,
    /// `/var/cache`
    Cache,
    /// `/var/log`
    Logs,
    /// `/etc`
    Configuration,
}

impl DirectoryKind {
    /// The kinds whose directories belong to the service's user.
    pub(crate) const OWNED: [DirectoryKind; 4] =
        [DirectoryKind::Runtime, DirectoryKind::State, DirectoryKind::Cache, DirectoryKind::Logs];

    /// The directory of the system.
    pub fn base(self) -> &'static str {
        match self {
            DirectoryKind::Runtime => "/run",
            DirectoryKind::State => "/var/lib",
            DirectoryKind::Cache => "/var/cache",
            DirectoryKind::Logs => "/var/log",
            DirectoryKind::Configuration => "/etc",
        }
    }
}
