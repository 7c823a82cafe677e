//! Names of units and what they tell (systemd.unit(5)).

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::systemd::directive::Section;

/// The types of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum UnitType {
    Service,
    Socket,
    Target,
    Device,
    Mount,
    Automount,
    Swap,
    Timer,
    Path,
    Slice,
    Scope,
}

const TYPES: &[(UnitType, &str)] = &[
    (UnitType::Service, "service"),
    (UnitType::Socket, "socket"),
    (UnitType::Target, "target"),
    (UnitType::Device, "device"),
    (UnitType::Mount, "mount"),
    (UnitType::Automount, "automount"),
    (UnitType::Swap, "swap"),
    (UnitType::Timer, "timer"),
    (UnitType::Path, "path"),
    (UnitType::Slice, "slice"),
    (UnitType::Scope, "scope"),
];

impl UnitType {
    /// What stands behind the last dot of the name.
    pub fn suffix(self) -> &'static str {
        TYPES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, suffix)| suffix)
    }

    /// The type of that suffix.
    pub fn of_suffix(suffix: &str) -> Option<UnitType> {
        TYPES.iter().find(|(_, known)| *known == suffix).map(|(kind, _)| *kind)
    }

    /// The section of its own; targets and devices have none that says anything.
    pub fn section(self) -> Option<Section> {
        match self {
            UnitType::Service => Some(Section::Service),
            UnitType::Socket => Some(Section::Socket),
            UnitType::Mount => Some(Section::Mount),
            UnitType::Automount => Some(Section::Automount),
            UnitType::Swap => Some(Section::Swap),
            UnitType::Timer => Some(Section::Timer),
            UnitType::Path => Some(Section::Path),
            UnitType::Slice => Some(Section::Slice),
            UnitType::Scope => Some(Section::Scope),
            UnitType::Target | UnitType::Device => None,
        }
    }

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
        self.is_template()
            .then(|| format!("{}@{instance}.{}", self.prefix(), self.kind.suffix()).parse().ok())
            .flatten()
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
        let mut dash = prefix.rfind('-')?;
        if dash + 1 == prefix.len() {
            dash = prefix[..dash].rfind('-')?;
        }
        if dash == 0 {
            return None;
        }
        let family = &prefix[..=dash];
        let kind = self.kind.suffix();
        match self.instance() {
            Some(instance) => format!("{family}@{instance}.{kind}"),
            None => format!("{family}.{kind}"),
        }
        .parse()
        .ok()
    }
}

impl fmt::Display for UnitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> UnitName {
        text.parse().unwrap()
    }

    #[test]
    fn a_name_has_a_prefix_an_instance_and_a_type() {
        let plain = name("dbus-org.freedesktop.login1.service");
        assert_eq!((plain.prefix(), plain.instance()), ("dbus-org.freedesktop.login1", None));
        let instance = name("getty@tty1.service");
        assert_eq!(
            (instance.prefix(), instance.instance(), instance.kind()),
            ("getty", Some("tty1"), UnitType::Service)
        );
        assert_eq!(instance.template(), Some(name("getty@.service")));
        assert!(name("getty@.service").is_template() && !instance.is_template());
        assert_eq!(name("getty@.service").with_instance("tty2"), Some(name("getty@tty2.service")));
        assert_eq!(name("a@b@c.service").instance(), Some("b@c"));
    }

    #[test]
    fn a_dependency_on_a_template_means_an_instance() {
        let meant = |text: &str| name("getty@.service").for_dependent(&name(text));
        assert_eq!(meant("a@tty1.service"), Some(name("getty@tty1.service")));
        assert_eq!(meant("shop.service"), Some(name("getty@shop.service")));
        assert_eq!(name("b.service").for_dependent(&name("a.service")), Some(name("b.service")));
    }

    #[test]
    fn what_systemd_refuses_is_no_name() {
        for text in ["", "a", ".service", "@a.service", "a.conf", "a b.service", "a/b.service", "é.service"]
        {
            assert!(text.parse::<UnitName>().is_err(), "{text}");
        }
        assert!(format!("{}.service", "a".repeat(248)).parse::<UnitName>().is_err());
        assert!(format!("{}.service", "a".repeat(247)).parse::<UnitName>().is_ok());
    }

    #[test]
    fn a_family_ends_in_a_dash() {
        let family = |text: &str| name(text).family().map(|family| family.to_string());
        assert_eq!(family("a-b-c.service").as_deref(), Some("a-b-.service"));
        assert_eq!(family("a-b-.service").as_deref(), Some("a-.service"));
        assert_eq!(family("a-b@x.service").as_deref(), Some("a-@x.service"));
        assert_eq!(family("a-b@.service").as_deref(), Some("a-.service"));
        assert_eq!(family("a.service"), None);
        assert_eq!(family("-a.service"), None);
        assert_eq!(family("a-.service"), None);
        assert_eq!(family("a--.service").as_deref(), Some("a-.service"));
    }
}
