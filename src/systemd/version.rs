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

macro_rules! features {
    ($($(#[$doc:meta])* $name:ident: $versions:expr;)+) => {
        /// What not every version can that units are written for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Feature { $($(#[$doc])* $name),+ }

        impl Version {
            /// Whether this version can that.
            pub fn has(self, feature: Feature) -> bool {
                match feature { $(Feature::$name => ($versions).contains(&self.0)),+ }
            }
        }
    };
}

features! {
    /// `$` at the beginning of a word of a command line can be escaped.
    EscapedDollar: 227..;
    /// A `Limit…=` has a soft and a hard limit.
    SoftLimits: 229..;
    /// `infinity` is no time limit; before, the time was up at once.
    InfiniteTimeout: 229..;
    /// A command line is expanded twice, and its escapes are undone only in between.
    CommandsExpandedTwice: 229..230;
    /// `StartLimitInterval=` has got its name of today and stands in `[Unit]`, together with `StartLimitBurst=`.
    StartLimitOfUnits: 230..;
    /// `+` ahead of a command: with full privileges.
    FullPrivileges: 231..;
    /// `$SERVICE_RESULT` says how a service has ended.
    ServiceResult: 232..;
    /// Names of users and groups are as useradd(8) takes them.
    StrictUserNames: 232..243;
    /// Directories of services have all that they have today: several of them, of several levels, with a mode.
    DirectoriesOfServices: 235..;
    /// Lines may be longer than 2048 bytes.
    LongLines: 235..;
    /// Variables in a command line are expanded once, and not unquoted before.
    VariablesExpandedOnce: 235..;
    /// `file:` opens files for input and output.
    FileStreams: 236..;
    /// A program may be named without its directory.
    ProgramNames: 239..;
    /// A variable may hold a line end.
    MultilineVariables: 239..;
    /// `append:` appends output to a file.
    AppendedOutput: 240..;
    /// `Type=exec`.
    TypeExec: 240..;
    /// `Restart=` counts for `Type=oneshot`.
    OneshotRestart: 244..;
    /// `truncate:` writes output to an emptied file.
    TruncatedOutput: 248..;
}

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
