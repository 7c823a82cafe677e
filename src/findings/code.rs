//! Every finding code, as data: how grave it is, and what became of the stanza.
//!
//! Codes are stable: a number is never given to another meaning. The page behind each code is a file
//! of the book, which says what it is called and what it means, so that `cutover explain` and the book cannot differ.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::text::named;

named! {
    /// How grave a finding is.
    pub enum Severity {
        /// Worth knowing; the unit is what a careful administrator would sign.
        Note = "note",
        /// Behaves differently in circumstances that can well occur.
        Warning = "warning",
        /// It needs manual action.
        Manual = "manual",
        /// Upstart itself refused the file, or nothing could be written.
        Error = "error",
    }

    /// What became of a stanza. There is no fifth way.
    pub enum Outcome {
        /// The same behaviour.
        Exact = "exact",
        /// It has no effect on the other side, and that is safe.
        Dropped = "dropped",
        /// Works, and differs in the circumstances that the finding states.
        Approximated = "approximated",
        /// It needs manual action.
        Manual = "manual",
    }
}

macro_rules! codes {
    ($($variant:ident = $id:literal, $severity:ident, $outcome:ident;)+) => {
        /// What a finding is about.
        #[allow(clippy::doc_markdown, reason = "pages of the book are prose")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = include_str!(concat!("../../book/src/findings/", $id, ".md"))] $variant,)+
        }

        /// All codes, in order of their numbers.
        pub const CODES: &[CodeInfo] = &[
            $(CodeInfo {
                code: Code::$variant,
                id: $id,
                name: name(include_str!(concat!("../../book/src/findings/", $id, ".md"))),
                severity: Severity::$severity,
                outcome: codes!(@outcome $outcome),
                page: include_str!(concat!("../../book/src/findings/", $id, ".md")),
            },)+
        ];
    };
    (@outcome None) => { None };
    (@outcome $outcome:ident) => { Some(Outcome::$outcome) };
}

/// The name in a page's title: `# CUT101: upstart-refused`.
const fn name(page: &'static str) -> &'static str {
    let mut end = 0;
    while page.as_bytes()[end] != b'\n' {
        end += 1;
    }
    page.split_at(end).0.split_at("# CUT101: ".len()).1
}

/// A row of the table of codes.
#[derive(Clone, Copy, Debug)]
pub struct CodeInfo {
    /// The code.
    pub code: Code,
    /// What people see: `CUT101`.
    pub id: &'static str,
    /// A name that says it: `upstart-refused`.
    pub name: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// What it means for the stanza that it marks first; nothing where it only adds to that.
    pub outcome: Option<Outcome>,
    /// What it means, why, and what to do, in Markdown.
    pub page: &'static str,
}

impl CodeInfo {
    /// What its page says first, in a sentence.
    pub fn summary(&self) -> String {
        let lines = self.page.lines().skip(1).skip_while(|line| line.is_empty());
        lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

codes! {
    // ---- 0xx: From units to jobs, reading ----
    UnitProblem = "CUT001", Warning, Dropped;
    ExtensionSetting = "CUT002", Note, Dropped;
    MaskedUnit = "CUT003", Warning, None;
    NoService = "CUT004", Manual, Manual;
    ResolvedSpecifier = "CUT005", Note, Approximated;
    // ---- 0xx: From units to jobs, processes ----
    PostStartFailure = "CUT020", Note, Approximated;
    PostStartBesideTask = "CUT021", Warning, Approximated;
    StopCommand = "CUT022", Note, Approximated;
    ReloadCommand = "CUT023", Manual, Manual;
    ProgramName = "CUT024", Note, Approximated;
    VariableFields = "CUT025", Note, Approximated;
    EnvironmentFileBySh = "CUT026", Warning, Approximated;
    ReadyAtOnce = "CUT027", Warning, Approximated;
    ForksGuessed = "CUT028", Warning, Approximated;
    UserByProgram = "CUT029", Note, Approximated;
    AccountVariables = "CUT030", Note, Approximated;
    SupplementaryGroup = "CUT031", Manual, Manual;
    DynamicUser = "CUT032", Manual, Manual;
    JobBlocked = "CUT033", Manual, Manual;
    Unwritable = "CUT034", Manual, Manual;
    DowngradedStanza = "CUT035", Warning, Approximated;
    // ---- 0xx: From units to jobs, life ----
    FailureIsNormal = "CUT040", Note, Approximated;
    PauseInPostStop = "CUT041", Note, Approximated;
    KillReach = "CUT042", Warning, Approximated;
    MachineCheck = "CUT043", Note, Approximated;
    FailureCounts = "CUT044", Note, Approximated;
    // ---- 0xx: From units to jobs, what is lost ----
    LostProtection = "CUT050", Warning, Dropped;
    LostShare = "CUT051", Warning, Dropped;
    LostCondition = "CUT052", Manual, Manual;
    LostWatch = "CUT053", Warning, Dropped;
    LostTimeLimit = "CUT054", Note, Approximated;
    LostBehaviour = "CUT055", Manual, Manual;
    LostDependency = "CUT056", Warning, Approximated;
    ClockStart = "CUT057", Manual, Manual;
    // ---- 0xx: From units to jobs, start and stop ----
    StartedByNobody = "CUT060", Note, None;
    BootTargetMoved = "CUT061", Warning, Approximated;
    SocketBridge = "CUT062", Warning, Approximated;
    FileBridge = "CUT063", Warning, Approximated;
    LostActivation = "CUT064", Manual, Manual;
    ShutdownOrder = "CUT065", Note, Approximated;
    NeededMayFail = "CUT066", Warning, Approximated;
    WaitsAtBoot = "CUT067", Note, Approximated;
    StoppedWith = "CUT068", Warning, Approximated;
    // ---- 0xx: From units to jobs, true of every job, told once ----
    GeneralNoTimeLimit = "CUT090", Note, None;
    GeneralProcessGroup = "CUT091", Note, None;
    GeneralRespawnCount = "CUT092", Note, None;
    GeneralReloadSignal = "CUT093", Note, None;
    GeneralJobEnvironment = "CUT094", Note, None;
    GeneralJobSigpipe = "CUT095", Note, None;
    GeneralJobStatus = "CUT096", Note, None;

    // ---- 1xx: reading ----
    UpstartRefused = "CUT101", Error, None;
    MisspeltStanza = "CUT102", Error, Approximated;
    UnknownStanza = "CUT103", Error, Manual;
    UnreadableLine = "CUT104", Error, Manual;
    UnquotedText = "CUT105", Error, Approximated;
    IllegalValue = "CUT106", Error, Manual;
    UnterminatedBlock = "CUT107", Error, Approximated;
    UnclosedCondition = "CUT108", Error, Approximated;
    Superseded = "CUT109", Note, Dropped;
    OverrideRefused = "CUT110", Warning, Approximated;
    OverrideAlone = "CUT111", Note, Dropped;
    ParserBug = "CUT112", Warning, Approximated;
    ExtraWords = "CUT113", Error, Approximated;
    ChromeOsStanza = "CUT114", Warning, Approximated;
    EmptyJob = "CUT115", Warning, None;

    // ---- 2xx: processes ----
    RelativeProgram = "CUT201", Note, Approximated;
    PreStartRetried = "CUT202", Note, Approximated;
    ConditionalStart = "CUT203", Warning, Approximated;
    PostStartAfterTask = "CUT204", Note, Approximated;
    PreStopWithoutMain = "CUT205", Note, Dropped;
    HookCutShort = "CUT206", Warning, Approximated;
    UpstartCommand = "CUT207", Manual, Manual;
    PostStopFailure = "CUT208", Note, Approximated;
    EventVariable = "CUT209", Manual, Manual;
    StopDuringPreStart = "CUT210", Note, Approximated;
    ShellPitfall = "CUT211", Warning, None;
    TaskWithoutMain = "CUT212", Note, Approximated;
    RestartWithPreStop = "CUT213", Note, Approximated;
    DeletesRun = "CUT214", Manual, Manual;
    CallRewritten = "CUT215", Note, Approximated;
    CallDoesNotWait = "CUT216", Warning, Approximated;

    BashSyntax = "CUT220", Warning, None;
    UnreadableScript = "CUT221", Manual, Manual;
    LiftedWorkingDirectory = "CUT222", Note, None;
    LiftedEnvironment = "CUT223", Note, None;
    LiftedLimit = "CUT224", Note, None;
    LiftedUmask = "CUT225", Note, None;
    LiftedOutput = "CUT226", Note, None;
    LiftedPrefix = "CUT227", Note, None;
    LiftedAccount = "CUT228", Warning, Approximated;
    LiftedStartStopDaemon = "CUT229", Note, Approximated;
    LiftedLogger = "CUT230", Note, Approximated;
    LiftedProgram = "CUT231", Note, None;
    ShellGone = "CUT232", Note, Approximated;
    LiftedFile = "CUT233", Note, Approximated;
    FileStays = "CUT234", Note, None;
    LiftedGuard = "CUT240", Note, None;
    LiftedDirectory = "CUT241", Note, Approximated;
    LiftedCommands = "CUT242", Note, None;
    AssumedLift = "CUT243", Warning, Approximated;

    // ---- 3xx: readiness ----
    DaemonWithoutPidFile = "CUT301", Warning, Approximated;
    ForksUnexpectedly = "CUT302", Warning, Approximated;
    ForksNotCounted = "CUT303", Note, None;

    // ---- 4xx: restarting ----
    RespawnWindow = "CUT401", Note, Approximated;
    LimitWithoutRespawn = "CUT402", Warning, Dropped;
    SmallLimit = "CUT403", Note, Approximated;
    TaskRespawn = "CUT404", Note, Approximated;
    WithoutMain = "CUT405", Note, Dropped;
    CleanSignals = "CUT406", Note, Approximated;
    ImpossibleStatus = "CUT407", Note, Dropped;

    // ---- 5xx: stopping and reloading ----
    KillTimeoutZero = "CUT501", Warning, Approximated;
    KillModeProcess = "CUT502", Note, Approximated;
    ImpossibleSignal = "CUT503", Manual, Manual;

    // ---- 6xx: environment of the processes ----
    SetuidKeepsGroups = "CUT601", Note, Approximated;
    ImpossibleEnvironment = "CUT602", Manual, Manual;
    LiteralDollar = "CUT603", Note, None;
    CgroupSetting = "CUT604", Note, Approximated;
    CgroupManual = "CUT605", Manual, Manual;
    Apparmor = "CUT606", Note, Approximated;
    ImpossibleLimit = "CUT607", Manual, Manual;
    ExportedVariables = "CUT608", Note, Dropped;
    DebugStanza = "CUT609", Note, Dropped;
    ChangedText = "CUT610", Note, Approximated;

    // ---- 7xx: starting, stopping, relations ----
    CustomEvent = "CUT701", Warning, Approximated;
    RelationElsewhere = "CUT702", Manual, Manual;
    AndOnlyAtBoot = "CUT703", Warning, Approximated;
    Runlevels = "CUT704", Note, Approximated;
    NetworkInterface = "CUT705", Warning, Approximated;
    BridgeEvent = "CUT706", Manual, Manual;
    InstanceByEvent = "CUT707", Manual, Manual;
    InstanceName = "CUT708", Manual, Manual;
    ShutdownWork = "CUT709", Note, Approximated;
    StartedThoughFailed = "CUT710", Note, Approximated;
    StopCondition = "CUT711", Manual, Manual;
    EscapedName = "CUT712", Note, None;
    NameCollision = "CUT713", Error, Manual;
    EventFilter = "CUT714", Warning, Approximated;
    ConsoleEvent = "CUT715", Note, Approximated;
    EarlyOrLate = "CUT716", Warning, Approximated;
    LostOperand = "CUT717", Manual, Manual;
    StopOrder = "CUT718", Warning, Approximated;
    UnknownJob = "CUT719", Warning, Approximated;
    Blocked = "CUT720", Manual, Manual;
    GuardedStart = "CUT721", Note, Approximated;
    NotAtShutdown = "CUT722", Note, Approximated;
    FileEvent = "CUT723", Note, Approximated;
    StopAfterCrash = "CUT724", Note, Approximated;
    RetiredJob = "CUT725", Note, Dropped;
    NotVendorJob = "CUT726", Warning, None;
    OverrideOfRetired = "CUT727", Manual, Manual;
    OrderingCycle = "CUT728", Warning, Approximated;
    DeviceEvent = "CUT729", Note, Approximated;
    StopTogether = "CUT730", Note, Approximated;
    SessionEnvironment = "CUT731", Note, None;
    SessionRights = "CUT732", Manual, Manual;
    BusActivation = "CUT733", Note, Approximated;
    EarlyTask = "CUT734", Warning, Approximated;
    HooksAtShutdown = "CUT735", Note, Approximated;

    // ---- 8xx: the target system ----
    DowngradedDirective = "CUT801", Note, Approximated;
    NotInTarget = "CUT802", Manual, Manual;
    PlainForm = "CUT803", Note, Approximated;
    LogToJournal = "CUT804", Note, Approximated;
    // ---- 8xx: who else counts on Upstart ----
    CallerFails = "CUT810", Warning, None;
    CallerUndecided = "CUT811", Manual, None;
    CallerWorks = "CUT812", Note, None;
    CallerOfLog = "CUT813", Warning, None;
    CallerOfDefinition = "CUT814", Warning, None;
    UpstartFile = "CUT815", Note, None;
    CallerMention = "CUT816", Note, None;
    MissingAccount = "CUT820", Warning, None;
    MissingProgram = "CUT821", Warning, None;
    MissingVariables = "CUT822", Warning, None;
    AbsentVariables = "CUT823", Note, None;
    MissingDirectory = "CUT824", Warning, None;
    PartialRoot = "CUT825", Note, None;
    AdoptedUnit = "CUT830", Note, None;
    OtherUnit = "CUT831", Warning, None;
    SuccessorMissing = "CUT832", Warning, None;
    NoSystemd = "CUT833", Note, None;
    NotCarried = "CUT834", Warning, None;
    MaskedSuccessor = "CUT835", Manual, None;
    EnabledElsewhere = "CUT836", Manual, None;
    EnableByHand = "CUT837", Warning, None;
    PrivateScript = "CUT838", Manual, None;
    UnitCycle = "CUT839", Manual, None;
    Unaccounted = "CUT899", Manual, Manual;

    // ---- 9xx: true of every unit, told once ----
    GeneralExitStatus = "CUT901", Note, None;
    GeneralStartRefused = "CUT902", Note, None;
    GeneralFailedState = "CUT903", Note, None;
    GeneralBuffering = "CUT904", Note, None;
    GeneralEnvironment = "CUT905", Note, None;
    GeneralControlGroup = "CUT906", Note, None;
    GeneralStartArguments = "CUT907", Note, None;
    GeneralReload = "CUT908", Note, None;
    GeneralSigpipe = "CUT909", Note, None;
    GeneralSpawnFailure = "CUT910", Note, None;
    GeneralStartReturn = "CUT911", Note, None;
    GeneralOrigin = "CUT912", Note, None;
}

impl Code {
    /// The code's row in the table.
    pub fn info(self) -> &'static CodeInfo {
        // The table is made from the same list as the enum, in the same order.
        &CODES[self as usize]
    }

    /// The code of an id (`CUT101`, in any case, with or without `CUT`) or a name.
    pub fn find(text: &str) -> Option<Code> {
        let id = text.to_ascii_uppercase();
        let id = id.strip_prefix("CUT").unwrap_or(&id);
        CODES
            .iter()
            .find(|info| info.id.strip_prefix("CUT") == Some(id) || info.name.eq_ignore_ascii_case(text))
            .map(|info| info.code)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.info().id)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.info().id)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        CODES.iter().find(|info| info.id == id).map(|info| info.code).ok_or_else(|| {
            de::Error::custom(format!(
                "there is no finding `{id}`: the plan is of another version of cutover"
            ))
        })
    }
}
