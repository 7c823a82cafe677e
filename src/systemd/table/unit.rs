//! Directives of every unit.

use super::row::rows;

rows! {
    /// systemd.unit(5): the `[Unit]` section.
    UNIT: Unit;
    Modelled() {
        LastOrDefault Text => Description;
        Ever Units => Requires, Requisite, Wants, BindsTo, BindTo = Unit.BindsTo, Upholds 249, Conflicts,
            Before, After, OnSuccess 249, OnFailure, PropagatesReloadTo,
            PropagateReloadTo = Unit.PropagatesReloadTo, ReloadPropagatedFrom,
            PropagateReloadFrom = Unit.ReloadPropagatedFrom, PropagatesStopTo 249, StopPropagatedFrom 249,
            PartOf, RequiresOverridable = Unit.Requires, RequisiteOverridable = Unit.Requisite;
        Ever Paths => RequiresMountsFor;
        Last Boolean => StopWhenUnneeded, DefaultDependencies, SurviveFinalKillSignal 255;
        Last Seconds => StartLimitIntervalSec 230, StartLimitInterval 229 = Unit.StartLimitIntervalSec;
        Last Unsigned => StartLimitBurst 229;
        Shared Condition => ConditionPathExists, ConditionPathExistsGlob, ConditionPathIsDirectory,
            ConditionPathIsSymbolicLink, ConditionPathIsMountPoint, ConditionPathIsReadWrite,
            ConditionPathIsEncrypted 247, ConditionDirectoryNotEmpty, ConditionFileNotEmpty,
            ConditionFileIsExecutable, ConditionNeedsUpdate, ConditionFirstBoot, ConditionArchitecture,
            ConditionFirmware 249, ConditionVirtualization, ConditionHost, ConditionKernelCommandLine,
            ConditionKernelVersion 237, ConditionCredential 252, ConditionSecurity, ConditionCapability,
            ConditionACPower, ConditionMemory 247, ConditionCPUFeature 251, ConditionCPUs 247,
            ConditionEnvironment 247, ConditionUser 234, ConditionGroup 234,
            ConditionControlGroupController 237, ConditionOSRelease 249, ConditionMemoryPressure 250,
            ConditionCPUPressure 250, ConditionIOPressure 250;
        Shared Assertion => AssertPathExists, AssertPathExistsGlob, AssertPathIsDirectory,
            AssertPathIsSymbolicLink, AssertPathIsMountPoint, AssertPathIsReadWrite,
            AssertPathIsEncrypted 247, AssertDirectoryNotEmpty, AssertFileNotEmpty, AssertFileIsExecutable,
            AssertNeedsUpdate, AssertFirstBoot, AssertArchitecture, AssertVirtualization, AssertHost,
            AssertKernelCommandLine, AssertKernelVersion 237, AssertCredential 252, AssertSecurity,
            AssertCapability, AssertACPower, AssertMemory 247, AssertCPUFeature 251, AssertCPUs 247,
            AssertEnvironment 247, AssertUser 234, AssertGroup 234, AssertControlGroupController 237,
            AssertOSRelease 249, AssertMemoryPressure 250, AssertCPUPressure 250, AssertIOPressure 250;
    }
    Remark("documentation") { List Words => Documentation; LastOrDefault Path => SourcePath; }
    Behaviour("mounts in a name space of its own") { Ever Units => JoinsNamespaceOf; }
    Remark("whether systemctl may be used on it") {
        Last Boolean => RefuseManualStart, RefuseManualStop, AllowIsolate;
    }
    Remark("how systemd queues jobs") {
        Last Choice(JOB_MODE) => OnSuccessJobMode 249, OnFailureJobMode;
        Last Boolean => OnFailureIsolate = Unit.OnFailureJobMode, IgnoreOnIsolate;
    }
    Removed(228) { Last Boolean => IgnoreOnSnapshot; }
    Behaviour("a time limit on jobs in the queue") {
        Last Timeout => JobTimeoutSec, JobRunningTimeoutSec 234;
    }
    Behaviour("the machine is rebooted or powered off") {
        Last Choice(ACTION) => JobTimeoutAction, StartLimitAction 229, FailureAction 236, SuccessAction 236;
        LastOrDefault Text => JobTimeoutRebootArgument, RebootArgument 229;
        LastOrDefault ExitStatus => FailureActionExitStatus 240, SuccessActionExitStatus 240;
    }
    Remark("when systemd forgets the unit") { Last Choice(COLLECT_MODE) => CollectMode 236; }
    LastKnown(246) { Shared Condition => ConditionNull; Shared Assertion => AssertNull; }
}

rows! {
    /// systemd.unit(5): the `[Install]` section, which is read when a unit is enabled.
    INSTALL: Install;
    Remark("another name of the same unit") { List Units => Alias; }
    Modelled() { List Units => WantedBy, RequiredBy, UpheldBy 254; LastOrDefault Text => DefaultInstance; }
    Remark("further units that are enabled with it") { Ever Units => Also; }
}
