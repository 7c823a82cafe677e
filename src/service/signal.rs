//! Signals by number and name, as Linux numbers them on x86 and ARM.

use std::fmt;

use serde::{Serialize, Serializer};

/// A signal number. Numbers that have no name are possible: Upstart accepts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Signal(pub u32);

/// The customary names without `SIG`, from 1 on (signal(7)).
const NAMES: [&str; 31] = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
    "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",
    "PWR", "SYS",
];

/// Other names of the same.
const ALIASES: [(&str, &str); 3] = [("CLD", "CHLD"), ("IOT", "ABRT"), ("POLL", "IO")];

impl Signal {
    /// Hang-up: what Upstart's `reload` sends unless told otherwise.
    pub const HUP: Signal = Signal(1);
    /// Termination: what both inits stop a service with unless told otherwise.
    pub const TERM: Signal = Signal(15);

    /// The signal of a name, with or without `SIG`; names are in capitals.
    pub fn from_name(name: &[u8]) -> Option<Signal> {
        let bare = name.strip_prefix(b"SIG").unwrap_or(name);
        let alias = ALIASES.iter().find(|(alias, _)| alias.as_bytes() == bare);
        let name = alias.map_or(bare, |(_, name)| name.as_bytes());
        (1..).zip(NAMES).find(|(_, known)| known.as_bytes() == name).map(|(number, _)| Signal(number))
    }

    /// The customary name without `SIG`.
    pub fn name(self) -> Option<&'static str> {
        NAMES.get(usize::try_from(self.0).ok()?.checked_sub(1)?).copied()
    }
}

impl fmt::Display for Signal {
    /// `SIGTERM`, or the bare number where there is no name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "SIG{name}"),
            None => write!(f, "{}", self.0),
        }
    }
}

impl Serialize for Signal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
