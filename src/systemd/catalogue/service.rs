//! Directives of services, and of how processes are killed.

use super::{Row, rows};

rows! {
    /// systemd.service(5).
    SERVICE: Service;
    PIDFile, 0, Path, LastOrDefault, Mapped;
    ExecCondition, 243, CommandLine, List, Mapped;
    ExecStartPre, 0, CommandLine, List, Mapped;
    ExecStart, 0, CommandLine, List, Mapped;
    ExecStartPost, 0, CommandLine, List, Mapped;
    ExecReload, 0, CommandLine, List, Mapped;
    ExecStop, 0, CommandLine, List, Mapped;
    ExecStopPost, 0, CommandLine, List, Mapped;
    RestartSec, 0, Seconds, Last, Mapped;
    RestartSteps, 254, Unsigned, Last, Mapped;
    RestartMaxDelaySec, 254, Seconds, Last, Mapped;
    TimeoutSec, 0, Timeout, Last, Mapped;
    TimeoutStartSec, 0, Timeout, Last, Mapped;
    TimeoutStopSec, 0, Timeout, Last, Mapped;
    TimeoutAbortSec, 243, Timeout, LastOrDefault, Mapped;
    TimeoutStartFailureMode, 246, Choice(choice::TIMEOUT_FAILURE_MODE), Last, Mapped;
    TimeoutStopFailureMode, 246, Choice(choice::TIMEOUT_FAILURE_MODE), Last, Mapped;
    RuntimeMaxSec, 229, Seconds, Last, Mapped;
    RuntimeRandomizedExtraSec, 250, Seconds, Last, Mapped;
    WatchdogSec, 0, Seconds, Last, Watchdog;
    StartLimitInterval, 0, Seconds, Last, Mapped, Unit.StartLimitIntervalSec;
    StartLimitBurst, 0, Unsigned, Last, Mapped, Unit.StartLimitBurst;
    StartLimitAction, 0, Choice(choice::ACTION), Last, Manual("the machine is rebooted or powered off"), Unit.StartLimitAction;
    FailureAction, 0, Choice(choice::ACTION), Last, Manual("the machine is rebooted or powered off"), Unit.FailureAction;
    RebootArgument, 0, Text, LastOrDefault, Manual("the machine is rebooted or powered off"), Unit.RebootArgument;
    Type, 0, Choice(choice::SERVICE_TYPE), Last, Mapped;
    ExitType, 250, Choice(choice::EXIT_TYPE), Last, Mapped;
    Restart, 0, Choice(choice::RESTART), Last, Mapped;
    RestartMode, 254, Choice(choice::RESTART_MODE), Last, Mapped;
    PermissionsStartOnly, 0, Boolean, Last, Mapped;
    RootDirectoryStartOnly, 0, Boolean, Last, Mapped;
    RemainAfterExit, 0, Boolean, Last, Mapped;
    GuessMainPID, 0, Boolean, Last, Mapped;
    RestartPreventExitStatus, 0, ExitStatuses, List, Mapped;
    RestartForceExitStatus, 0, ExitStatuses, List, Mapped;
    SuccessExitStatus, 0, ExitStatuses, List, Mapped;
    SysVStartPriority, 0, Text, Last, Obsolete("systemd 208 took it away");
    NonBlocking, 0, Boolean, Last, Manual("descriptors that systemd opens");
    BusName, 0, Text, Last, Mapped;
    FileDescriptorStoreMax, 0, Unsigned, Last, Manual("the service keeps descriptors in systemd");
    FileDescriptorStorePreserve, 254, Choice(choice::PRESERVE), Last, Manual("the service keeps descriptors in systemd");
    NotifyAccess, 0, Choice(choice::NOTIFY_ACCESS), Last, Mapped;
    Sockets, 0, Units, Ever, Manual("descriptors that systemd opens");
    BusPolicy, 221, Text, List, Obsolete("systemd 229 took it away");
    USBFunctionDescriptors, 227, Path, LastOrDefault, Manual("a USB gadget");
    USBFunctionStrings, 227, Path, LastOrDefault, Manual("a USB gadget");
    OOMPolicy, 243, Choice(choice::OOM_POLICY), Last, ResourceControl("what happens when memory runs out");
    OpenFile, 253, Text, List, Manual("descriptors that systemd opens");
    ReloadSignal, 253, Signal, Last, Mapped;
    FsckPassNo, 0, Integer, Last, Obsolete("systemd 208 was the last to know it");
}

rows! {
    /// systemd.kill(5).
    KILL: Kill;
    SendSIGKILL, 0, Boolean, Last, Mapped;
    SendSIGHUP, 0, Boolean, Last, Mapped;
    KillMode, 0, Choice(choice::KILL_MODE), LastOrDefault, Mapped;
    KillSignal, 0, Signal, Last, Mapped;
    RestartKillSignal, 244, Signal, Last, Mapped;
    FinalKillSignal, 240, Signal, Last, Mapped;
    WatchdogSignal, 240, Signal, Last, Watchdog;
}
