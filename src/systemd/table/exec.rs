//! Directives of the environment in which processes run.

use super::row::rows;

rows! {
    /// systemd.exec(5).
    EXEC: Exec;
    Modelled() {
        LastOrDefault WorkingDirectory => WorkingDirectory;
        LastOrDefault Path => RootDirectory, TTYPath;
        LastOrDefault UserOrGroup => User, Group;
        List Words => SupplementaryGroups, CPUAffinity;
        LastOrDefault Boolean => SetLoginEnvironment 255;
        LastOrDefault Nice => Nice;
        LastOrDefault OomScoreAdjust => OOMScoreAdjust;
        LastOrDefault Numbered(IO_CLASS) => IOSchedulingClass;
        LastOrDefault IoPriority => IOSchedulingPriority;
        LastOrDefault Numbered(CPU_POLICY) => CPUSchedulingPolicy;
        Last Integer => CPUSchedulingPriority;
        Last Boolean => CPUSchedulingResetOnFork, DynamicUser 232, IgnoreSIGPIPE;
        Last Mode => UMask, RuntimeDirectoryMode, StateDirectoryMode 235, CacheDirectoryMode 235,
            LogsDirectoryMode 235, ConfigurationDirectoryMode 235;
        List Environment => Environment;
        List EnvironmentFile => EnvironmentFile;
        List Variables => PassEnvironment 228;
        List UnsetVariables => UnsetEnvironment 235;
        Last Input => StandardInput;
        Last Output => StandardOutput, StandardError;
        LastOrDefault Text => SyslogIdentifier, AppArmorProfile;
        Last Limit => LimitCPU, LimitFSIZE, LimitDATA, LimitSTACK, LimitCORE, LimitRSS, LimitNOFILE, LimitAS,
            LimitNPROC, LimitMEMLOCK, LimitLOCKS, LimitSIGPENDING, LimitMSGQUEUE, LimitNICE, LimitRTPRIO,
            LimitRTTIME;
        Last Choice(PRESERVE) => RuntimeDirectoryPreserve 235;
        List Directories => RuntimeDirectory, StateDirectory 235, CacheDirectory 235, LogsDirectory 235,
            ConfigurationDirectory 235;
    }
    Behaviour("the root file system is an image") {
        LastOrDefault Path => RootImage 233, RootVerity 246;
        List Words => RootImageOptions 247, ExtensionImages 248, MountImages 247;
        LastOrDefault Text => RootImagePolicy 254, RootHash 246, RootHashSignature 246,
            ExtensionImagePolicy 254, MountImagePolicy 254;
        Last Boolean => RootEphemeral 254;
        List Paths => ExtensionDirectories 251;
    }
    Protection("core dumps leave parts of memory out") { List Words => CoredumpFilter 246; }
    Behaviour("the NUMA policy") { LastOrDefault Text => NUMAPolicy 243; List Words => NUMAMask 243; }
    Protection("shared memory is removed with it") { Last Boolean => RemoveIPC 236; }
    Behaviour("input that stands in the unit") { List Text => StandardInputText 236, StandardInputData 236; }
    Behaviour("a terminal of its own") {
        Last Boolean => TTYReset, TTYVHangup, TTYVTDisallocate;
        LastOrDefault Unsigned => TTYRows 250, TTYColumns 250;
    }
    Remark("documentation") {
        Last Numbered(FACILITY) => SyslogFacility;
        Last Numbered(LEVEL) => SyslogLevel;
        Last Boolean => SyslogLevelPrefix;
        List Words => LogExtraFields 236;
    }
    Remark("a policy of the journal") {
        Last Numbered(LEVEL) => LogLevelMax 236;
        Last Seconds => LogRateLimitIntervalSec 240;
        Last Unsigned => LogRateLimitBurst 240;
        List Text => LogFilterPatterns 253;
        LastOrDefault Text => LogNamespace 245;
    }
    Removed(229) { Last Text => Capabilities; }
    Protection("capabilities are bounded") {
        List Words => SecureBits;
        ListOrNone Words => CapabilityBoundingSet;
    }
    Protection("it has capabilities without being root") { List Words => AmbientCapabilities 229; }
    Remark("timers are less exact to save power") { Last Nanoseconds => TimerSlackNSec; }
    Protection("no new privileges can be gained") { Last Boolean => NoNewPrivileges; }
    Protection("the keys of the kernel are its own") { Last Choice(KEYRING_MODE) => KeyringMode 235; }
    Protection("other processes are hidden") {
        Last Choice(PROTECT_PROC) => ProtectProc 247;
        Last Choice(PROC_SUBSET) => ProcSubset 247;
    }
    Protection("system calls are filtered") {
        List Words => SystemCallFilter, SystemCallArchitectures;
        LastOrDefault Text => SystemCallErrorNumber;
    }
    Protection("system calls are logged") { List Words => SystemCallLog 247; }
    Protection("memory cannot be both written and executed") { Last Boolean => MemoryDenyWriteExecute 231; }
    Protection("name spaces cannot be made") { List Words => RestrictNamespaces 233; }
    Protection("it cannot get real-time priority") { Last Boolean => RestrictRealtime 231; }
    Protection("it cannot make files that change the user") { Last Boolean => RestrictSUIDSGID 242; }
    Protection("only some families of addresses can be used") { List Words => RestrictAddressFamilies; }
    Protection("the personality is fixed") { Last Boolean => LockPersonality 235; }
    Protection("only some file systems can be used") { List Words => RestrictFileSystems 250; }
    Protection("paths are hidden or read-only") {
        List Paths => ReadWriteDirectories = Exec.ReadWritePaths, ReadOnlyDirectories = Exec.ReadOnlyPaths,
            InaccessibleDirectories = Exec.InaccessiblePaths, ReadWritePaths 231, ReadOnlyPaths 231,
            InaccessiblePaths 231;
    }
    Protection("only some programs can be executed") { List Paths => ExecPaths 248, NoExecPaths 248; }
    Behaviour("the program searches for others here") { List Text => ExecSearchPath 250; }
    Behaviour("mounts in a name space of its own") {
        List Words => BindPaths 233, BindReadOnlyPaths 233, TemporaryFileSystem 238;
        Last Choice(MOUNT_FLAGS) => MountFlags;
        LastOrDefault Boolean => MountAPIVFS 233;
    }
    Protection("/tmp is its own") { Last Boolean => PrivateTmp; }
    Protection("devices are hidden") { Last Boolean => PrivateDevices; }
    Protection("settings of the kernel are read-only") { Last Boolean => ProtectKernelTunables 232; }
    Protection("kernel modules cannot be loaded") { Last Boolean => ProtectKernelModules 232; }
    Protection("the log of the kernel is hidden") { Last Boolean => ProtectKernelLogs 244; }
    Protection("the clock cannot be set") { Last Boolean => ProtectClock 245; }
    Protection("control groups are read-only") { Last Boolean => ProtectControlGroups 232; }
    Behaviour("a name space that others share") {
        LastOrDefault Path => NetworkNamespacePath 242, IPCNamespacePath 248;
    }
    Protection("the network is hidden") { Last Boolean => PrivateNetwork; }
    Protection("other users are hidden") { Last Boolean => PrivateUsers 232; }
    Protection("mounts are its own") { LastOrDefault Boolean => PrivateMounts 239; }
    Protection("messages between processes are its own") { Last Boolean => PrivateIPC 248; }
    Protection("the system is read-only") { Last Choice(PROTECT_SYSTEM) => ProtectSystem; }
    Protection("home directories are hidden or read-only") { Last Choice(PROTECT_HOME) => ProtectHome; }
    Behaviour("the personality of the kernel") { LastOrDefault Text => Personality; }
    Behaviour("credentials that systemd hands over") {
        List Text => SetCredential 247, SetCredentialEncrypted 250, LoadCredential 247,
            LoadCredentialEncrypted 250, ImportCredential 254;
    }
    Remark("for `systemctl clean`") { Last Seconds => TimeoutCleanSec 243; }
    Behaviour("a session of PAM") { LastOrDefault Text => PAMName; }
    Remark("records of logins") {
        LastOrDefault Text => UtmpIdentifier;
        Last Choice(UTMP_MODE) => UtmpMode 225;
    }
    Protection("the policy of SELinux") { LastOrDefault Text => SELinuxContext; }
    Protection("the policy of Smack") { LastOrDefault Text => SmackProcessLabel; }
    Protection("the name of the host cannot be changed") { Last Boolean => ProtectHostname 242; }
    Remark("equal pages of memory are shared") { LastOrDefault Boolean => MemoryKSM 254; }
    LastKnown(208) {
        LastOrDefault Text => TCPWrapName;
        List Text => ControlGroup, ControlGroupAttribute, DeviceDeny;
        Last Text => MemorySoftLimit;
        Last Boolean => ControlGroupModify;
        LastOrDefault Boolean => ControlGroupPersistent;
    }
}
