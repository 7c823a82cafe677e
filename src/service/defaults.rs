//! What a value of the model is where its definition says nothing, as Upstart has it. Where systemd has it otherwise, its
//! reader states the value of `systemd/defaults.rs`; what is Upstart's alone is in `upstart/defaults.rs`.

use super::{Seconds, Signal};

/// File mode creation mask (init(5), "umask"; systemd.exec(5), `UMask=`).
pub const UMASK: u32 = 0o022;

/// The first signal of a stop (init(5), "kill signal"; systemd.kill(5), `KillSignal=`).
pub const STOP_SIGNAL: Signal = Signal::TERM;

/// Seconds of a stop until KILL (init(5), "kill timeout"). What reads a unit says systemd's own.
pub const STOP_TIMEOUT: Seconds = 5;

/// The signal of a reload (init(5), "reload signal"); a unit has no reload where it names none.
pub const RELOAD_SIGNAL: Signal = Signal::HUP;
