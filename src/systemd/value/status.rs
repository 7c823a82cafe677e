//! Signals and exit statuses.

use std::collections::BTreeSet;

use bstr::{BString, ByteSlice as _};

use super::ValueError;
use super::number::{between, unsigned};
use super::words::{self, Rules};
use crate::service::Signal;

/// The first and the last real-time signal.
const REAL_TIME: (u32, u32) = (34, 64);

/// A signal by its number, or by its name with or without `SIG`: also `RTMIN+3`, `RTMAX-1`.
///
/// # Errors
/// There is no such signal.
pub fn signal(value: &[u8]) -> Result<Signal, ValueError> {
    let number = |number: i64| u32::try_from(number).map(Signal).map_err(|_| ValueError::Signal);
    match between(value, 1, i64::from(REAL_TIME.1)) {
        Ok(found) => return number(found),
        Err(ValueError::Range) => return Err(ValueError::Signal),
        Err(_) => {}
    }
    let name = value.strip_prefix(b"SIG").unwrap_or(value);
    if let Some(found) =
        Signal::from_name(name).filter(|found| found.name().is_some_and(|known| known.as_bytes() == name))
    {
        return Ok(found);
    }
    let span = i64::from(REAL_TIME.1 - REAL_TIME.0);
    let offset = |text: &[u8], sign: u8, low, high| match text {
        [] => Ok(0),
        [first, ..] if *first == sign => between(text, low, high).map_err(|_| ValueError::Signal),
        _ => Err(ValueError::Signal),
    };
    if let Some(behind) = name.strip_prefix(b"RTMIN") {
        return number(i64::from(REAL_TIME.0) + offset(behind, b'+', 0, span)?);
    }
    let behind = name.strip_prefix(b"RTMAX").ok_or(ValueError::Signal)?;
    number(i64::from(REAL_TIME.1) + offset(behind, b'-', -span, 0)?)
}

/// The names of exit statuses: those of C, of systemd itself, of LSB and of BSD's sysexits.h.
const STATUSES: &[(u8, &str)] = &[
    (0, "SUCCESS"),
    (1, "FAILURE"),
    (2, "INVALIDARGUMENT"),
    (3, "NOTIMPLEMENTED"),
    (4, "NOPERMISSION"),
    (5, "NOTINSTALLED"),
    (6, "NOTCONFIGURED"),
    (7, "NOTRUNNING"),
    (64, "USAGE"),
    (65, "DATAERR"),
    (66, "NOINPUT"),
    (67, "NOUSER"),
    (68, "NOHOST"),
    (69, "UNAVAILABLE"),
    (70, "SOFTWARE"),
    (71, "OSERR"),
    (72, "OSFILE"),
    (73, "CANTCREAT"),
    (74, "IOERR"),
    (75, "TEMPFAIL"),
    (76, "PROTOCOL"),
    (77, "NOPERM"),
    (78, "CONFIG"),
    (200, "CHDIR"),
    (201, "NICE"),
    (202, "FDS"),
    (203, "EXEC"),
    (204, "MEMORY"),
    (205, "LIMITS"),
    (206, "OOM_ADJUST"),
    (207, "SIGNAL_MASK"),
    (208, "STDIN"),
    (209, "STDOUT"),
    (210, "CHROOT"),
    (211, "IOPRIO"),
    (212, "TIMERSLACK"),
    (213, "SECUREBITS"),
    (214, "SETSCHEDULER"),
    (215, "CPUAFFINITY"),
    (216, "GROUP"),
    (217, "USER"),
    (218, "CAPABILITIES"),
    (219, "CGROUP"),
    (220, "SETSID"),
    (221, "CONFIRM"),
    (222, "STDERR"),
    (224, "PAM"),
    (225, "NETWORK"),
    (226, "NAMESPACE"),
    (227, "NO_NEW_PRIVILEGES"),
    (228, "SECCOMP"),
    (229, "SELINUX_CONTEXT"),
    (230, "PERSONALITY"),
    (231, "APPARMOR"),
    (232, "ADDRESS_FAMILIES"),
    (233, "RUNTIME_DIRECTORY"),
    (235, "CHOWN"),
    (236, "SMACK_PROCESS_LABEL"),
    (237, "KEYRING"),
    (238, "STATE_DIRECTORY"),
    (239, "CACHE_DIRECTORY"),
    (240, "LOGS_DIRECTORY"),
    (241, "CONFIGURATION_DIRECTORY"),
    (242, "NUMA_POLICY"),
    (243, "CREDENTIALS"),
    (245, "BPF"),
    (255, "EXCEPTION"),
];

/// An exit status by number or name.
///
/// # Errors
/// There is no such status.
pub fn status(value: &[u8]) -> Result<u8, ValueError> {
    if let Some((number, _)) = STATUSES.iter().find(|(_, name)| name.as_bytes() == value) {
        return Ok(*number);
    }
    unsigned(value).ok().and_then(|number| u8::try_from(number).ok()).ok_or(ValueError::ExitStatus)
}

/// Ways in which a process ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endings {
    /// Exit statuses.
    pub statuses: BTreeSet<u8>,
    /// Signals that kill it.
    pub signals: BTreeSet<Signal>,
    /// Words that are neither; systemd passes over them.
    pub unknown: Vec<BString>,
}

/// Exit statuses and signals, separated by blanks. A number is a status, never a signal.
///
/// # Errors
/// A word cannot be read; systemd keeps those ahead of it.
pub fn endings(value: &[u8]) -> Result<Endings, ValueError> {
    let mut endings = Endings::default();
    for word in words::split(value, Rules::PLAIN)? {
        if let Ok(number) = status(&word) {
            endings.statuses.insert(number);
        } else if let Ok(signal) = signal(&word) {
            endings.signals.insert(signal);
        } else {
            endings.unknown.push(word.as_bstr().into());
        }
    }
    Ok(endings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_have_names_and_numbers() {
        for (text, number) in
            [("SIGTERM", 15), ("TERM", 15), ("9", 9), ("RTMIN", 34), ("SIGRTMIN+3", 37), ("RTMAX-1", 63)]
        {
            assert_eq!(signal(text.as_bytes()), Ok(Signal(number)), "{text}");
        }
        for text in ["", "0", "65", "term", "SIGCLD", "RTMIN+31", "RTMIN3", "SIGSIGTERM"] {
            assert!(signal(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn endings_are_statuses_and_signals() {
        let endings = endings(b"TEMPFAIL 250 SIGKILL 9 DISCO 256").unwrap();
        assert_eq!(Vec::from_iter(endings.statuses), [9, 75, 250]);
        assert_eq!(Vec::from_iter(endings.signals), [Signal(9)]);
        assert_eq!(endings.unknown, ["DISCO", "256"]);
    }
}
