//! Directives of timers and of watched paths.

use super::{Row, rows};

rows! {
    /// systemd.timer(5).
    TIMER: Timer;
    OnCalendar, 0, TimerSpec, Shared, Mapped;
    OnActiveSec, 0, TimerSpec, Shared, Mapped;
    OnBootSec, 0, TimerSpec, Shared, Mapped;
    OnStartupSec, 0, TimerSpec, Shared, Mapped;
    OnUnitActiveSec, 0, TimerSpec, Shared, Mapped;
    OnUnitInactiveSec, 0, TimerSpec, Shared, Mapped;
    OnClockChange, 242, Boolean, Last, Mapped;
    OnTimezoneChange, 242, Boolean, Last, Mapped;
    Persistent, 0, Boolean, Last, Mapped;
    WakeSystem, 0, Boolean, Last, Mapped;
    RemainAfterElapse, 228, Boolean, Last, Mapped;
    FixedRandomDelay, 247, Boolean, Last, Mapped;
    AccuracySec, 0, Seconds, Last, Mapped;
    RandomizedDelaySec, 229, Seconds, Last, Mapped;
    Unit, 0, Units, First, Mapped;
}

rows! {
    /// systemd.path(5).
    PATH: Path;
    PathExists, 0, PathSpec, Shared, Mapped;
    PathExistsGlob, 0, PathSpec, Shared, Mapped;
    PathChanged, 0, PathSpec, Shared, Mapped;
    PathModified, 0, PathSpec, Shared, Mapped;
    DirectoryNotEmpty, 0, PathSpec, Shared, Mapped;
    Unit, 0, Units, First, Mapped;
    MakeDirectory, 0, Boolean, Last, Mapped;
    DirectoryMode, 0, Mode, Last, Mapped;
    TriggerLimitIntervalSec, 250, Seconds, Last, Mapped;
    TriggerLimitBurst, 250, Unsigned, Last, Mapped;
}
