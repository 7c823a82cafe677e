//! Settings that one init has and the other has nothing for.

use serde::Serialize;

use crate::text::Text;

/// A setting by the name that its init gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// Its name.
    pub name: Text,
    /// Its value as written.
    pub value: Text,
    /// What kind of thing goes without it.
    pub kind: SettingKind,
    /// What holds with it, in a few words for people; may be empty.
    pub about: &'static str,
}

/// What goes where a setting has no counterpart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SettingKind {
    /// A protection: what the service might do without it.
    Protection,
    /// A bound or a share of what the machine has.
    Share,
    /// A time of the clock that starts it.
    Clock,
    /// A look at the machine that would keep the service from starting.
    Condition,
    /// A watch over the service while it runs.
    Watch,
    /// A time limit.
    TimeLimit,
    /// Something that the service finds when it starts, or in the way it is started or stopped.
    Behaviour,
    /// A dependency on another unit.
    Dependency,
    /// Nothing that anybody would notice at run time.
    Remark,
}
