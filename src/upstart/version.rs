//! The version of Upstart that jobs are for, and since which version it knows what.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::service::Io;

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
    pub(crate) const OLDEST: UpstartVersion = version(0, 6, 5);

    /// Whether this version knows the stanza that begins with these words.
    pub fn knows(self, words: &str) -> bool {
        SINCE.iter().all(|(newer, since)| *newer != words || self >= *since)
    }

    /// Whether `kill signal` may be given as a number.
    pub fn numbered_signals(self) -> bool {
        self >= NUMBERED_SIGNALS
    }

    /// Where the output of a job goes that says nothing of it.
    pub fn console(self) -> Io {
        if self.knows("console log") { Io::Log } else { Io::Null }
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
        let number = |part: &str| part.starts_with(|c: char| c.is_ascii_digit()).then(|| part.parse().ok())?;
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
