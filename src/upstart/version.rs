//! The version of Upstart that jobs are for, and since which version it knows what.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::job::Console;

/// A version of Upstart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UpstartVersion {
    major: u32,
    minor: u32,
    patch: u32,
}

/// The versions that long-lived distributions shipped.
pub const TARGETS: &[(UpstartVersion, &str)] = &[
    (version(0, 6, 5), "RHEL 6, Amazon Linux 1, Ubuntu 10.04"),
    (version(1, 5, 0), "Ubuntu 12.04"),
    (version(1, 12, 0), "Ubuntu 14.04"),
    (version(1, 13, 0), "Ubuntu 14.10 and later"),
];

/// What not every version since 0.6.5 knows: the words that a stanza begins with, and the first version
/// that knows them (`NEWS` and `init/parse_job.c` of Upstart).
pub const SINCE: &[(&str, UpstartVersion)] = &[
    ("debug", version(0, 6, 7)),
    ("manual", version(0, 6, 7)),
    ("kill signal", version(1, 3, 0)),
    ("oom score", version(1, 3, 0)),
    ("console log", version(1, 4, 0)),
    ("setgid", version(1, 4, 0)),
    ("setuid", version(1, 4, 0)),
    ("usage", version(1, 5, 0)),
    ("apparmor", version(1, 9, 0)),
    ("reload signal", version(1, 10, 0)),
    ("cgroup", version(1, 13, 0)),
];

/// Since when `kill signal` takes a number: before, init crashed at one (`NEWS`, 1.6).
const NUMBERED_SIGNALS: UpstartVersion = version(1, 6, 0);

const fn version(major: u32, minor: u32, patch: u32) -> UpstartVersion {
    UpstartVersion { major, minor, patch }
}

impl UpstartVersion {
    /// The oldest version that jobs are written for; those before it read another format.
    pub const OLDEST: UpstartVersion = version(0, 6, 5);

    /// Whether this version knows the stanza that begins with these words.
    pub fn knows(self, words: &str) -> bool {
        SINCE.iter().all(|(newer, since)| *newer != words || self >= *since)
    }

    /// Whether `kill signal` may be given as a number.
    pub fn numbered_signals(self) -> bool {
        self >= NUMBERED_SIGNALS
    }

    /// Where the output of a job goes that says nothing of it.
    pub fn console(self) -> Console {
        if self.knows("console log") { Console::Log } else { Console::None }
    }
}

impl Default for UpstartVersion {
    fn default() -> Self {
        version(1, 13, 0)
    }
}

impl fmt::Display for UpstartVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        if self.patch > 0 { write!(f, ".{}", self.patch) } else { Ok(()) }
    }
}

/// A text that names no version of Upstart that jobs can be written for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is no version of Upstart from 0.6.5 on; write one such as 0.6.5, 1.5, 1.12 or 1.13")]
pub struct UnknownVersion(String);

impl FromStr for UpstartVersion {
    type Err = UnknownVersion;

    fn from_str(text: &str) -> Result<Self, UnknownVersion> {
        // `parse` alone would take a sign.
        let number =
            |part: &str| part.starts_with(|c: char| c.is_ascii_digit()).then(|| part.parse().ok())?;
        let parts: Option<Vec<u32>> = text.split('.').map(number).collect();
        let parsed = match parts.as_deref() {
            Some([major, minor]) => Some(version(*major, *minor, 0)),
            Some([major, minor, patch]) => Some(version(*major, *minor, *patch)),
            _ => None,
        };
        // There is none behind the first line of versions.
        parsed
            .filter(|parsed| (Self::OLDEST..version(2, 0, 0)).contains(parsed))
            .ok_or_else(|| UnknownVersion(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_order_by_number_and_print_as_they_are_written() {
        for text in ["0.6.5", "0.6.7", "1.4", "1.5", "1.9.1", "1.12", "1.13", "1.13.2"] {
            assert_eq!(text.parse::<UpstartVersion>().unwrap().to_string(), text);
        }
        assert!("1.9".parse::<UpstartVersion>().unwrap() < "1.12".parse().unwrap());
        assert_eq!(UpstartVersion::default().to_string(), "1.13");
        assert!(TARGETS.iter().any(|(target, _)| *target == UpstartVersion::default()));
    }

    #[test]
    fn what_is_no_version_is_told_with_examples() {
        for text in ["", "1", "0.6.3", "0.5", "1.x", "1.5.0.1", "+1.5", "2.0", "99999999999.1", "1."] {
            let error = text.parse::<UpstartVersion>().unwrap_err().to_string();
            assert!(error.contains(&format!("`{text}`")) && error.contains("0.6.5, 1.5"), "{error}");
        }
    }

    #[test]
    fn a_stanza_is_known_from_its_version_on() {
        let knows = |version: &str, words: &str| version.parse::<UpstartVersion>().unwrap().knows(words);
        assert!(knows("0.6.5", "respawn"));
        assert!(!knows("0.6.5", "manual") && knows("0.6.7", "manual"));
        assert!(!knows("1.3", "setuid") && knows("1.4", "setuid"));
        assert!(!knows("1.12", "cgroup") && knows("1.13", "cgroup"));
    }

    #[test]
    fn output_is_logged_since_1_4() {
        assert_eq!("1.3".parse::<UpstartVersion>().unwrap().console(), Console::None);
        assert_eq!(UpstartVersion::default().console(), Console::Log);
    }
}
