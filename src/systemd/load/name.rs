//! Names of units and what they tell (systemd.unit(5)).

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::systemd::table::Section;

macro_rules! types {
    ($($kind:ident: $suffix:literal $($section:ident)?;)+) => {
        /// The types of units.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)]
        pub enum UnitType { $($kind),+ }

        impl UnitType {
            /// What stands behind the last dot of the name.
            pub fn suffix(self) -> &'static str {
                match self { $(UnitType::$kind => $suffix),+ }
            }

            /// The type of that suffix.
            pub(crate) fn of_suffix(suffix: &str) -> Option<UnitType> {
                match suffix { $($suffix => Some(UnitType::$kind),)+ _ => None }
            }

            /// The section of its own; targets and devices have none that says anything.
            pub fn section(self) -> Option<Section> {
                match self { $(UnitType::$kind => None $(.or(Some(Section::$section)))?),+ }
            }
        }
    };
}

types! {
    Service: "service" Service;
    Socket: "socket" Socket;
    Target: "target";
    Device: "device";
    Mount: "mount" Mount;
    Automount: "automount" Automount;
    Swap: "swap" Swap;
    Timer: "timer" Timer;
    Path: "path" Path;
    Slice: "slice" Slice;
    Scope: "scope" Scope;
}

impl UnitType {
    /// Whether systemd reads that section in units of this type.
    pub fn has(self, section: Section) -> bool {
        matches!(section, Section::Unit | Section::Install) || self.section() == Some(section)
    }
}

/// A unit's name in its parts: `prefix@instance.type`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnitName {
    name: String,
    at: Option<usize>,
    dot: usize,
    kind: UnitType,
}

/// A text that is no unit's name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is no name of a unit")]
pub struct InvalidName(pub String);

/// A name has to be shorter than this.
const MAX: usize = 256;

impl FromStr for UnitName {
    type Err = InvalidName;

    fn from_str(name: &str) -> Result<Self, InvalidName> {
        let invalid = || InvalidName(name.to_owned());
        let dot = name.rfind('.').filter(|dot| *dot > 0).ok_or_else(invalid)?;
        let kind = UnitType::of_suffix(&name[dot + 1..]).ok_or_else(invalid)?;
        let stem = &name.as_bytes()[..dot];
        let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b":-_.\\@".contains(byte);
        if name.len() >= MAX || !stem.iter().all(allowed) || stem.starts_with(b"@") {
            return Err(invalid());
        }
        Ok(UnitName { at: name[..dot].find('@'), dot, kind, name: name.to_owned() })
    }
}

impl UnitName {
    /// All of it.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The type.
    pub fn kind(&self) -> UnitType {
        self.kind
    }

    /// What stands ahead of `@`, or ahead of the type.
    pub fn prefix(&self) -> &str {
        &self.name[..self.at.unwrap_or(self.dot)]
    }

    /// What stands between `@` and the type; nothing for a template and for a plain unit.
    pub fn instance(&self) -> Option<&str> {
        self.at.map(|at| &self.name[at + 1..self.dot]).filter(|instance| !instance.is_empty())
    }

    /// The name without its type.
    pub fn stem(&self) -> &str {
        &self.name[..self.dot]
    }

    /// Whether it stands for units yet to be named.
    pub fn is_template(&self) -> bool {
        self.at.is_some_and(|at| at + 1 == self.dot)
    }

    /// The template of an instance.
    pub fn template(&self) -> Option<UnitName> {
        self.instance().and_then(|_| format!("{}@.{}", self.prefix(), self.kind.suffix()).parse().ok())
    }

    /// The unit that a template makes of an instance.
    #[must_use]
    pub fn with_instance(&self, instance: &str) -> Option<UnitName> {
        let name = self.is_template().then(|| format!("{}@{instance}.{}", self.prefix(), self.kind.suffix()));
        name?.parse().ok()
    }

    /// The unit that an alias of this name means: of a template, the same instance.
    pub(super) fn in_place_of(self, alias: &UnitName) -> UnitName {
        alias.instance().and_then(|instance| self.with_instance(instance)).unwrap_or(self)
    }

    /// The unit that a dependency on this name means: of a template, the instance that the dependent unit has
    /// itself, or else the one that is named like it.
    #[must_use]
    pub fn for_dependent(&self, dependent: &UnitName) -> Option<UnitName> {
        let instance = dependent.instance().unwrap_or(dependent.prefix());
        if self.is_template() { self.with_instance(instance) } else { Some(self.clone()) }
    }

    /// The name up to its last dash, for the drop-ins that a family of units shares: `a-b.service` is of
    /// the family `a-.service`.
    pub fn family(&self) -> Option<UnitName> {
        let prefix = self.prefix();
        let dash = prefix.strip_suffix('-').unwrap_or(prefix).rfind('-').filter(|dash| *dash > 0)?;
        let instance = self.instance().map(|instance| format!("@{instance}")).unwrap_or_default();
        format!("{}{instance}.{}", &prefix[..=dash], self.kind.suffix()).parse().ok()
    }
}

impl fmt::Display for UnitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
