//! What holds in a unit where no directive says otherwise.

pub use crate::service::defaults::{STOP_SIGNAL, UMASK};
use crate::service::{Micros, Seconds};

/// Starts within [`START_LIMIT_INTERVAL`] until another is refused (systemd-system.conf(5), `DefaultStartLimitBurst=`).
pub(crate) const START_LIMIT_BURST: u32 = 5;

/// See [`START_LIMIT_BURST`] (systemd-system.conf(5), `DefaultStartLimitIntervalSec=`).
pub(crate) const START_LIMIT_INTERVAL: Seconds = 10;

/// Seconds of a stop until KILL (systemd-system.conf(5), `DefaultTimeoutStopSec=`).
pub const STOP_TIMEOUT: Seconds = 90;

/// Microseconds before a restart (systemd.service(5), `RestartSec=`).
pub(crate) const RESTART_DELAY: Micros = 100_000;
