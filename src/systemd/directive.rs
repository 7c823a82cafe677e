//! The directives that are written, as data: where they stand, since when, and in which order.
//!
//! The versions are those of systemd's own parser tables, not of its manual pages, whose "added in"
//! marks are later than the truth for many old directives.

use super::target::Version;

/// The sections of a unit, in their customary order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Section {
    Unit,
    Service,
    Socket,
    Timer,
    Path,
    Mount,
    Automount,
    Swap,
    Slice,
    Scope,
    Install,
}

/// The sections of all types of units.
const SECTIONS: &[Section] = &[
    Section::Unit,
    Section::Service,
    Section::Socket,
    Section::Timer,
    Section::Path,
    Section::Mount,
    Section::Automount,
    Section::Swap,
    Section::Slice,
    Section::Scope,
    Section::Install,
];

impl Section {
    /// The name between the brackets.
    pub fn name(self) -> &'static str {
        match self {
            Section::Unit => "Unit",
            Section::Service => "Service",
            Section::Socket => "Socket",
            Section::Timer => "Timer",
            Section::Path => "Path",
            Section::Mount => "Mount",
            Section::Automount => "Automount",
            Section::Swap => "Swap",
            Section::Slice => "Slice",
            Section::Scope => "Scope",
            Section::Install => "Install",
        }
    }

    /// The section of that name; sections of other programs (`X-…`) and unknown ones have none.
    pub fn named(name: &[u8]) -> Option<Section> {
        SECTIONS.iter().copied().find(|section| section.name().as_bytes() == name)
    }
}

/// A row of the table of directives.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct DirectiveInfo {
    pub name: &'static str,
    pub section: Section,
    /// The first version that knows it; 0 where every target does.
    pub since: Version,
    /// Whether several values may stand on one line, so that repeats are joined.
    pub list: bool,
}

macro_rules! directives {
    ($($section:ident: $($name:ident $(since $since:literal)? $(list $list:literal)?),+;)+) => {
        /// A directive. The order is the one in which a careful person writes them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)]
        pub enum Directive {
            $($($name,)+)+
        }

        /// Every directive that is written, in the order of the enum.
        pub const DIRECTIVES: &[DirectiveInfo] = &[
            $($(DirectiveInfo {
                name: stringify!($name),
                section: Section::$section,
                since: Version(0 $(+ $since)?),
                list: false $(|| $list)?,
            },)+)+
        ];
    };
}

directives! {
    Unit:
        Description,
        DefaultDependencies,
        ConditionVirtualization,
        ConditionEnvironment since 247,
        ConditionPathExists,
        ConditionPathIsDirectory,
        ConditionPathIsSymbolicLink,
        ConditionPathIsMountPoint,
        ConditionPathIsReadWrite,
        ConditionPathExistsGlob,
        ConditionDirectoryNotEmpty,
        ConditionFileIsExecutable,
        ConditionFileNotEmpty,
        AssertPathExists,
        Requires list true,
        Requisite list true,
        Wants list true,
        Conflicts list true,
        PartOf list true,
        StopPropagatedFrom since 249 list true,
        After list true,
        Before list true,
        OnSuccess since 249 list true,
        OnFailure list true,
        IgnoreOnIsolate,
        StopWhenUnneeded,
        StartLimitIntervalSec since 230,
        StartLimitBurst;
    Service:
        Type,
        RemainAfterExit,
        PIDFile,
        User,
        Group,
        RootDirectory,
        WorkingDirectory,
        RuntimeDirectory since 235 list true,
        RuntimeDirectoryMode since 235,
        RuntimeDirectoryPreserve since 235,
        StateDirectory since 235 list true,
        StateDirectoryMode since 235,
        CacheDirectory since 235 list true,
        CacheDirectoryMode since 235,
        LogsDirectory since 235 list true,
        LogsDirectoryMode since 235,
        ConfigurationDirectory since 235 list true,
        ConfigurationDirectoryMode since 235,
        UMask,
        Nice,
        CPUSchedulingPolicy,
        CPUSchedulingPriority,
        CPUAffinity,
        IOSchedulingClass,
        IOSchedulingPriority,
        OOMScoreAdjust,
        LimitCPU,
        LimitFSIZE,
        LimitDATA,
        LimitSTACK,
        LimitCORE,
        LimitRSS,
        LimitNOFILE,
        LimitAS,
        LimitNPROC,
        LimitMEMLOCK,
        LimitLOCKS,
        LimitSIGPENDING,
        LimitMSGQUEUE,
        LimitNICE,
        LimitRTPRIO,
        LimitRTTIME,
        MemoryMax since 231,
        MemoryLimit,
        CPUWeight since 232,
        CPUShares,
        AllowedCPUs since 244,
        AllowedMemoryNodes since 244,
        IOWeight since 230,
        BlockIOWeight,
        IOReadBandwidthMax since 230,
        IOWriteBandwidthMax since 230,
        BlockIOReadBandwidth,
        BlockIOWriteBandwidth,
        AppArmorProfile,
        ExecSearchPath since 250,
        Environment,
        PassEnvironment since 228 list true,
        EnvironmentFile,
        UnsetEnvironment since 235 list true,
        StandardInput,
        StandardOutput,
        StandardError,
        SyslogIdentifier,
        TTYPath,
        IgnoreSIGPIPE,
        BusName,
        ExecCondition since 243,
        ExecStartPre,
        ExecStart,
        ExecStartPost,
        ExecReload,
        ExecStop,
        ExecStopPost,
        Restart,
        RestartSec,
        SuccessExitStatus list true,
        RestartPreventExitStatus list true,
        RestartForceExitStatus list true,
        KillMode,
        KillSignal,
        TimeoutStartSec,
        TimeoutStopSec,
        // Where the start limit stands for versions before 229; 230 gave it its name of today.
        StartLimitInterval;
    Socket:
        ListenStream;
    Path:
        PathExists,
        PathExistsGlob,
        DirectoryNotEmpty,
        PathChanged,
        PathModified;
    Install:
        WantedBy list true,
        DefaultInstance;
}

impl Directive {
    /// The directive's row in the table.
    pub fn info(self) -> &'static DirectiveInfo {
        &DIRECTIVES[self as usize]
    }

    /// Whether that version knows the directive.
    pub fn known_to(self, target: Version) -> bool {
        self.info().since <= target
    }

    /// The section in which that version looks for it.
    pub fn section_in(self, target: Version) -> Section {
        match self {
            // StartLimitBurst= moved together with the interval, whose name changed a version later:
            // the pair stays together in the place that every version reads.
            Directive::StartLimitBurst if target < Version(230) => Section::Service,
            _ => self.info().section,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directive_is_known_from_its_version_on() {
        assert!(!Directive::ExecCondition.known_to(Version(239)));
        assert!(Directive::ExecCondition.known_to(Version(245)));
        assert!(Directive::StartLimitInterval.known_to(Version(219)));
    }

    #[test]
    fn the_start_limit_stands_where_the_target_looks_for_it() {
        assert_eq!(Directive::StartLimitBurst.section_in(Version(229)), Section::Service);
        assert_eq!(Directive::StartLimitBurst.section_in(Version(232)), Section::Unit);
    }
}
