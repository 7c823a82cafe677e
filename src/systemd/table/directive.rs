//! The directives that are written, in the order in which they are.

use super::{Row, Section, find};
use crate::systemd::version::{Feature, Version};

macro_rules! directives {
    ($($section:ident: $($name:ident)+;)+) => {
        /// A directive. The order is the one in which a careful person writes them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)]
        pub enum Directive { $($($name,)+)+ }

        /// Every directive that is written.
        pub const DIRECTIVES: &[Directive] = &[$($(Directive::$name,)+)+];

        impl Directive {
            /// Its name.
            pub fn name(self) -> &'static str {
                match self { $($(Directive::$name => stringify!($name),)+)+ }
            }

            /// The section in which today's versions look for it.
            pub fn section(self) -> Section {
                match self { $($(Directive::$name)|+ => Section::$section,)+ }
            }
        }
    };
}

// `StartLimitInterval` stands for what 230 gave the name of today.
directives! {
    Unit: Description DefaultDependencies ConditionVirtualization ConditionEnvironment ConditionPathExists
        ConditionPathIsDirectory ConditionPathIsSymbolicLink ConditionPathIsMountPoint
        ConditionPathIsReadWrite ConditionPathExistsGlob ConditionDirectoryNotEmpty ConditionFileIsExecutable
        ConditionFileNotEmpty AssertPathExists Requires Requisite Wants Conflicts PartOf StopPropagatedFrom
        After Before OnSuccess OnFailure IgnoreOnIsolate StopWhenUnneeded StartLimitIntervalSec
        StartLimitBurst;
    Service: Type RemainAfterExit PIDFile User Group RootDirectory WorkingDirectory RuntimeDirectory
        RuntimeDirectoryMode RuntimeDirectoryPreserve StateDirectory StateDirectoryMode CacheDirectory
        CacheDirectoryMode LogsDirectory LogsDirectoryMode ConfigurationDirectory ConfigurationDirectoryMode
        UMask Nice CPUSchedulingPolicy CPUSchedulingPriority CPUAffinity IOSchedulingClass
        IOSchedulingPriority OOMScoreAdjust LimitCPU LimitFSIZE LimitDATA LimitSTACK LimitCORE LimitRSS
        LimitNOFILE LimitAS LimitNPROC LimitMEMLOCK LimitLOCKS LimitSIGPENDING LimitMSGQUEUE LimitNICE
        LimitRTPRIO LimitRTTIME MemoryMax MemoryLimit CPUWeight CPUShares AllowedCPUs AllowedMemoryNodes
        IOWeight BlockIOWeight IOReadBandwidthMax IOWriteBandwidthMax BlockIOReadBandwidth
        BlockIOWriteBandwidth AppArmorProfile ExecSearchPath Environment PassEnvironment EnvironmentFile
        UnsetEnvironment StandardInput StandardOutput StandardError SyslogIdentifier TTYPath IgnoreSIGPIPE
        BusName ExecCondition ExecStartPre ExecStart ExecStartPost ExecReload ExecStop ExecStopPost Restart
        RestartSec SuccessExitStatus RestartPreventExitStatus RestartForceExitStatus KillMode KillSignal
        TimeoutStartSec TimeoutStopSec StartLimitInterval;
    Socket: ListenStream;
    Path: PathExists PathExistsGlob DirectoryNotEmpty PathChanged PathModified;
    Install: WantedBy DefaultInstance;
}

impl Directive {
    /// What is known of it, in the section in which that version looks for it.
    pub fn row(self, target: Version) -> Option<&'static Row> {
        find(self.section_in(target), self.name())
    }

    /// Whether several values may stand on one line.
    pub(crate) fn is_joined(self) -> bool {
        find(self.section(), self.name()).is_some_and(|row| row.kind.is_joined())
    }

    /// Whether that version knows the directive, and means by it all that is meant when it is written.
    pub fn known_to(self, target: Version) -> bool {
        let whole = match self {
            Directive::RuntimeDirectory | Directive::RuntimeDirectoryMode => target.has(Feature::DirectoriesOfServices),
            _ => true,
        };
        whole && self.row(target).is_some_and(|row| row.since <= target)
    }

    /// The section in which that version looks for it.
    pub fn section_in(self, target: Version) -> Section {
        match self {
            Directive::StartLimitBurst if !target.has(Feature::StartLimitOfUnits) => Section::Service,
            _ => self.section(),
        }
    }
}
