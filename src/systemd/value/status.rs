//! Signals and exit statuses.

use std::collections::BTreeSet;

use bstr::{BString, ByteSlice as _};

use super::error::ValueError;
use super::number::{between, unsigned};
use super::words::{self, Rules};
use crate::service::Signal;

/// The first and the last real-time signal.
const REAL_TIME: (u32, u32) = (34, 64);

/// A signal by its number, or by its name with or without `SIG`: also `RTMIN+3`, `RTMAX-1`.
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

/// The names of exit statuses, those of C, of systemd itself, of LSB and of BSD's sysexits.h. A number says which
/// one the next name is for.
const STATUSES: &str = "0 SUCCESS FAILURE INVALIDARGUMENT NOTIMPLEMENTED NOPERMISSION NOTINSTALLED NOTCONFIGURED \
    NOTRUNNING 64 USAGE DATAERR NOINPUT NOUSER NOHOST UNAVAILABLE SOFTWARE OSERR OSFILE CANTCREAT IOERR TEMPFAIL \
    PROTOCOL NOPERM CONFIG 200 CHDIR NICE FDS EXEC MEMORY LIMITS OOM_ADJUST SIGNAL_MASK STDIN STDOUT CHROOT \
    IOPRIO TIMERSLACK SECUREBITS SETSCHEDULER CPUAFFINITY GROUP USER CAPABILITIES CGROUP SETSID CONFIRM STDERR \
    224 PAM NETWORK NAMESPACE NO_NEW_PRIVILEGES SECCOMP SELINUX_CONTEXT PERSONALITY APPARMOR ADDRESS_FAMILIES \
    RUNTIME_DIRECTORY 235 CHOWN SMACK_PROCESS_LABEL KEYRING STATE_DIRECTORY CACHE_DIRECTORY LOGS_DIRECTORY \
    CONFIGURATION_DIRECTORY NUMA_POLICY CREDENTIALS 245 BPF 255 EXCEPTION";

/// An exit status by number or name.
pub fn status(value: &[u8]) -> Result<u8, ValueError> {
    let mut next = 0;
    for word in STATUSES.split(' ') {
        match word.parse() {
            Ok(number) => next = number,
            Err(_) if word.as_bytes() == value => return Ok(next),
            Err(_) => next = next.saturating_add(1),
        }
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
