//! What holds in a job where no stanza says otherwise.

use super::job::RespawnLimit;
use crate::service::Io;
pub use crate::service::defaults::{RELOAD_SIGNAL, STOP_SIGNAL, STOP_TIMEOUT, UMASK};

/// How often a job is respawned before that is given up (init(5), "respawn limit").
pub(crate) const RESPAWN_LIMIT: RespawnLimit = RespawnLimit { count: 10, interval: 5 };

/// Microseconds between the end of a process and its respawn (init(5), "respawn": none).
pub(crate) const RESPAWN_DELAY: u64 = 0;

/// Where input and output lead (init(5), "console").
pub const CONSOLE: Io = Io::Log;
