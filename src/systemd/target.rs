//! The version of systemd that the units are for.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A version of systemd, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32);

/// Versions that a distribution shipped and that people migrate to.
pub const TARGETS: &[(Version, &str)] = &[
    (Version(219), "RHEL 7"),
    (Version(229), "Ubuntu 16.04"),
    (Version(232), "Debian 9"),
    (Version(237), "Ubuntu 18.04"),
    (Version(239), "RHEL 8"),
    (Version(245), "Ubuntu 20.04"),
    (Version(249), "Ubuntu 22.04"),
    (Version(252), "Debian 12, RHEL 9"),
    (Version(255), "Ubuntu 24.04"),
];

impl Default for Version {
    fn default() -> Self {
        Version(252)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A text that names no version of systemd that units can be written for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is no version of systemd from 219 on; write its number, such as 252")]
pub struct UnknownVersion(String);

impl FromStr for Version {
    type Err = UnknownVersion;

    fn from_str(text: &str) -> Result<Self, UnknownVersion> {
        match text.parse() {
            Ok(number @ 219..=999) => Ok(Version(number)),
            _ => Err(UnknownVersion(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers_from_219_on() {
        assert_eq!("252".parse(), Ok(Version(252)));
        assert!("208".parse::<Version>().is_err());
        assert!("v252".parse::<Version>().is_err());
        assert!(TARGETS.iter().any(|(version, _)| *version == Version::default()));
    }
}
