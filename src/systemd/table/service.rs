//! Directives of services, and of how processes are killed.

use super::row::rows;

rows! {
    /// systemd.service(5).
    SERVICE: Service;
    Modelled() {
        LastOrDefault Path => PIDFile;
        List CommandLine => ExecCondition 243, ExecStartPre, ExecStart, ExecStartPost, ExecReload, ExecStop,
            ExecStopPost;
        Last Seconds => RestartSec, RestartMaxDelaySec 254, RuntimeMaxSec 229, RuntimeRandomizedExtraSec 250,
            StartLimitInterval = Unit.StartLimitIntervalSec;
        Last Unsigned => RestartSteps 254, StartLimitBurst = Unit.StartLimitBurst;
        Last Timeout => TimeoutSec, TimeoutStartSec, TimeoutStopSec;
        LastOrDefault Timeout => TimeoutAbortSec 243;
        Last Choice(TIMEOUT_FAILURE_MODE) => TimeoutStartFailureMode 246, TimeoutStopFailureMode 246;
        Last Choice(SERVICE_TYPE) => Type;
        Last Choice(EXIT_TYPE) => ExitType 250;
        Last Choice(RESTART) => Restart;
        Last Choice(RESTART_MODE) => RestartMode 254;
        Last Boolean => PermissionsStartOnly, RootDirectoryStartOnly, RemainAfterExit, GuessMainPID;
        List ExitStatuses => RestartPreventExitStatus, RestartForceExitStatus, SuccessExitStatus;
        Last Text => BusName;
        Last Choice(NOTIFY_ACCESS) => NotifyAccess;
        Last Signal => ReloadSignal 253;
    }
    Watch() { Last Seconds => WatchdogSec; }
    Behaviour("the machine is rebooted or powered off") {
        Last Choice(ACTION) => StartLimitAction = Unit.StartLimitAction, FailureAction = Unit.FailureAction;
        LastOrDefault Text => RebootArgument = Unit.RebootArgument;
    }
    Removed(208) { Last Text => SysVStartPriority; }
    Behaviour("descriptors that systemd opens") {
        Last Boolean => NonBlocking;
        Ever Units => Sockets;
        List Text => OpenFile 253;
    }
    Behaviour("the service keeps descriptors in systemd") {
        Last Unsigned => FileDescriptorStoreMax;
        Last Choice(PRESERVE) => FileDescriptorStorePreserve 254;
    }
    Removed(229) { List Text => BusPolicy 221; }
    Behaviour("a USB gadget") { LastOrDefault Path => USBFunctionDescriptors 227, USBFunctionStrings 227; }
    Share("what happens when memory runs out") { Last Choice(OOM_POLICY) => OOMPolicy 243; }
    LastKnown(208) { Last Integer => FsckPassNo; }
}

rows! {
    /// systemd.kill(5).
    KILL: Kill;
    Modelled() {
        Last Boolean => SendSIGKILL, SendSIGHUP;
        LastOrDefault Choice(KILL_MODE) => KillMode;
        Last Signal => KillSignal, RestartKillSignal 244, FinalKillSignal 240;
    }
    Watch() { Last Signal => WatchdogSignal 240; }
}
