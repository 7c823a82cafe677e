//! Signals by number and name, as Linux numbers them on x86 and ARM.

use std::fmt;

use serde::{Serialize, Serializer};

/// A signal number. Numbers that have no name are possible: Upstart accepts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Signal(pub u32);

/// Names without `SIG` (signal(7)); the first of several names of a number is the customary one.
const NAMES: &[(u32, &str)] = &[
    (1, "HUP"),
    (2, "INT"),
    (3, "QUIT"),
    (4, "ILL"),
    (5, "TRAP"),
    (6, "ABRT"),
    (6, "IOT"),
    (7, "BUS"),
    (8, "FPE"),
    (9, "KILL"),
    (10, "USR1"),
    (11, "SEGV"),
    (12, "USR2"),
    (13, "PIPE"),
    (14, "ALRM"),
    (15, "TERM"),
    (16, "STKFLT"),
    (17, "CHLD"),
    (17, "CLD"),
    (18, "CONT"),
    (19, "STOP"),
    (20, "TSTP"),
    (21, "TTIN"),
    (22, "TTOU"),
    (23, "URG"),
    (24, "XCPU"),
    (25, "XFSZ"),
    (26, "VTALRM"),
    (27, "PROF"),
    (28, "WINCH"),
    (29, "IO"),
    (29, "POLL"),
    (30, "PWR"),
    (31, "SYS"),
];

impl Signal {
    /// Hang-up: what Upstart's `reload` sends unless told otherwise.
    pub const HUP: Signal = Signal(1);
    /// Termination: what both inits stop a service with unless told otherwise.
    pub const TERM: Signal = Signal(15);

    /// The signal of a name, with or without `SIG`; names are in capitals.
    pub fn from_name(name: &[u8]) -> Option<Signal> {
        let bare = name.strip_prefix(b"SIG").unwrap_or(name);
        let known = NAMES.iter().find(|(_, known)| known.as_bytes() == bare)?;
        Some(Signal(known.0))
    }

    /// The customary name without `SIG`.
    pub fn name(self) -> Option<&'static str> {
        NAMES.iter().find(|(number, _)| *number == self.0).map(|(_, name)| *name)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_both_ways() {
        assert_eq!(Signal::from_name(b"SIGUSR1"), Some(Signal(10)));
        assert_eq!(Signal::from_name(b"CLD"), Some(Signal(17)));
        assert_eq!(Signal::from_name(b"usr1"), None);
        assert_eq!(Signal(17).to_string(), "SIGCHLD");
        assert_eq!(Signal(64).to_string(), "64");
    }
}
