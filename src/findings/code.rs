//! Every finding code, as data: what it is called, how grave it is, and what became of the stanza.
//!
//! Codes are stable: a number is never given to another meaning. The page behind each code is a file
//! of the book, so that `cutover explain` and the book cannot differ.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; the unit is what a careful administrator would sign.
    Note,
    /// Behaves differently in circumstances that can well occur.
    Warning,
    /// A person has to decide or to do something.
    Manual,
    /// Upstart itself refused the file, or nothing could be written.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Manual => "manual",
            Severity::Error => "error",
        })
    }
}

/// What became of a stanza. There is no fifth way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The same behaviour.
    Exact,
    /// It has no effect on the other side, and that is safe.
    Dropped,
    /// Works, and differs in the circumstances that the finding states.
    Approximated,
    /// A person has to decide.
    Manual,
}

macro_rules! codes {
    ($($(#[doc = $summary:literal])+ $variant:ident = $id:literal, $name:literal, $severity:ident, $outcome:ident;)+) => {
        /// What a finding is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $summary])+ $variant,)+
        }

        /// All codes, in order of their numbers.
        pub const CODES: &[CodeInfo] = &[
            $(CodeInfo {
                code: Code::$variant,
                id: $id,
                name: $name,
                severity: Severity::$severity,
                outcome: codes!(@outcome $outcome),
                summary: concat!($($summary),+),
                page: include_str!(concat!("../../book/src/findings/", $id, ".md")),
            },)+
        ];
    };
    (@outcome None) => { None };
    (@outcome $outcome:ident) => { Some(Outcome::$outcome) };
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
    /// One line.
    pub summary: &'static str,
    /// What it means, why, and what to do, in Markdown.
    pub page: &'static str,
}

codes! {
    // ---- 0xx: From units to jobs, reading ----
    /// systemd itself does not heed this line of the unit.
    UnitProblem = "CUT001", "unit-problem", Warning, Dropped;
    /// A section or a directive for other programs (`X-…`), which systemd passes over.
    ExtensionSetting = "CUT002", "extension-setting", Note, Dropped;
    /// The unit is masked, so that nothing can start it; there is no job for it.
    MaskedUnit = "CUT003", "masked-unit", Warning, None;
    /// A unit of a kind that no job can stand for.
    NoService = "CUT004", "no-service", Manual, Manual;
    /// A specifier became what it stands for on the usual system.
    ResolvedSpecifier = "CUT005", "resolved-specifier", Note, Approximated;
    // ---- 0xx: From units to jobs, processes ----
    /// Upstart goes on where post-start fails; systemd stops the unit.
    PostStartFailure = "CUT020", "post-start-failure", Note, Approximated;
    /// post-start runs beside a task, not when it has ended.
    PostStartBesideTask = "CUT021", "post-start-beside-task", Warning, Approximated;
    /// pre-stop runs when the job is stopped, and not when its program ends by itself.
    StopCommand = "CUT022", "stop-command", Note, Approximated;
    /// `reload` sends a signal on Upstart, and can run no command.
    ReloadCommand = "CUT023", "reload-command", Manual, Manual;
    /// The program is called by its own name, and not by the one that `@` gave it.
    ProgramName = "CUT024", "program-name", Note, Approximated;
    /// The shell splits a variable into words in another way than systemd.
    VariableFields = "CUT025", "variable-fields", Note, Approximated;
    /// The shell reads a file of variables as a script, systemd as lines of its own kind.
    EnvironmentFileBySh = "CUT026", "environment-file-by-sh", Warning, Approximated;
    /// The job counts as started once its program runs, not when that says it is ready.
    ReadyAtOnce = "CUT027", "ready-at-once", Warning, Approximated;
    /// How often a program forks is a guess; where it is wrong, start and stop of the job hang.
    ForksGuessed = "CUT028", "forks-guessed", Warning, Approximated;
    /// A program changes to the user, because other processes of the job need root.
    UserByProgram = "CUT029", "user-by-program", Note, Approximated;
    /// Upstart sets no HOME, USER, LOGNAME and SHELL for a user.
    AccountVariables = "CUT030", "account-variables", Note, Approximated;
    /// Upstart gives processes the groups of their user, and no others.
    SupplementaryGroup = "CUT031", "supplementary-group", Manual, Manual;
    /// Upstart makes no users: the job needs one of its own.
    DynamicUser = "CUT032", "dynamic-user", Manual, Manual;
    /// The job refuses to start until a person has settled what could not be carried over.
    JobHeldBack = "CUT033", "job-held-back", Manual, Manual;
    /// A value that no job can hold.
    Unwritable = "CUT034", "unwritable", Manual, Manual;
    /// The version of Upstart lacks a stanza; an older form stands in for it, or nothing does.
    OlderUpstart = "CUT035", "older-upstart", Warning, Approximated;
    // ---- 0xx: From units to jobs, life ----
    /// An ending after which there is no restart counts as normal, though it is a failure.
    FailureIsNormal = "CUT040", "failure-is-normal", Note, Approximated;
    /// post-stop waits before the program is started again, as `RestartSec=` says.
    PauseInPostStop = "CUT041", "pause-in-post-stop", Note, Approximated;
    /// Upstart signals the process group of the main process, whatever `KillMode=` says.
    KillReach = "CUT042", "kill-reach", Warning, Approximated;
    /// A file that Ubuntu's Upstart writes tells what kind of machine it is.
    MachineCheck = "CUT043", "machine-check", Note, Approximated;
    /// A failure that counts for nothing on systemd is one on Upstart.
    FailureCounts = "CUT044", "failure-counts", Note, Approximated;
    // ---- 0xx: From units to jobs, what is lost ----
    /// A protection of systemd's that the job does not have.
    LostProtection = "CUT050", "lost-protection", Warning, Dropped;
    /// A bound or share of the machine's resources that the job does not have.
    LostShare = "CUT051", "lost-share", Warning, Dropped;
    /// A condition that would keep the unit from starting, and that nothing looks at.
    LostCondition = "CUT052", "lost-condition", Manual, Manual;
    /// Upstart does not watch over the program's signs of life.
    LostWatch = "CUT053", "lost-watch", Warning, Dropped;
    /// A time limit; Upstart waits without one.
    LostTimeLimit = "CUT054", "lost-time-limit", Note, Approximated;
    /// A directive that changes what the service does, and that has no counterpart.
    LostBehaviour = "CUT055", "lost-behaviour", Manual, Manual;
    /// A tie to a unit that is not in the set, and that Upstart does not know.
    LostTie = "CUT056", "lost-tie", Warning, Approximated;
    /// A timer starts the unit, and Upstart does not look at the clock.
    ClockStart = "CUT057", "clock-start", Manual, Manual;
    // ---- 0xx: From units to jobs, start and stop ----
    /// Nothing starts the unit by itself, and so nothing starts the job.
    StartedByNobody = "CUT060", "started-by-nobody", Note, None;
    /// The job starts at another point of the boot than the unit.
    StationMoved = "CUT061", "station-moved", Warning, Approximated;
    /// upstart-socket-bridge listens in systemd's place, and hands one socket over.
    SocketBridge = "CUT062", "socket-bridge", Warning, Approximated;
    /// upstart-file-bridge tells of changes to a file, and not of what is there already.
    FileBridge = "CUT063", "file-bridge", Warning, Approximated;
    /// What starts the unit on demand starts no job.
    LostActivation = "CUT064", "lost-activation", Manual, Manual;
    /// At shutdown two jobs stop at the same time, not one after the other.
    ShutdownOrder = "CUT065", "shutdown-order", Note, Approximated;
    /// The job starts although a job that it pulls in has failed.
    NeededMayFail = "CUT066", "needed-may-fail", Warning, Approximated;
    /// At boot the job waits for another one; where that is disabled, it does not start by itself.
    WaitsAtBoot = "CUT067", "waits-at-boot", Note, Approximated;
    /// The job is stopped with another one, also when that crashes; it may not come back with it.
    StoppedWith = "CUT068", "stopped-with", Warning, Approximated;
    // ---- 0xx: From units to jobs, true of every job, told once ----
    /// Upstart has no time limit for a start; systemd gives up after 90 s.
    GeneralNoTimeLimit = "CUT090", "general-no-time-limit", Note, None;
    /// At stop Upstart signals the process group of main; systemd the whole control group.
    GeneralProcessGroup = "CUT091", "general-process-group", Note, None;
    /// Upstart counts respawns only; systemd counts every start, and waits before each restart.
    GeneralRespawnCount = "CUT092", "general-respawn-count", Note, None;
    /// `reload` sends HUP to every job; a unit without `ExecReload=` refuses it.
    GeneralReloadSignal = "CUT093", "general-reload-signal", Note, None;
    /// Upstart sets other variables than systemd.
    GeneralJobEnvironment = "CUT094", "general-job-environment", Note, None;
    /// A program dies of SIGPIPE on Upstart; systemd lets it ignore that.
    GeneralJobSigpipe = "CUT095", "general-job-sigpipe", Note, None;
    /// `start` of a running and `stop` of a stopped job exit 1 on Upstart, 0 on systemd.
    GeneralJobStatus = "CUT096", "general-job-status", Note, None;

    // ---- 1xx: reading ----
    /// Upstart refuses to load this file; it is converted as its author seems to have meant it.
    UpstartRefused = "CUT101", "upstart-refused", Error, None;
    /// A misspelt stanza, understood as the one that is nearest.
    MisspeltStanza = "CUT102", "misspelt-stanza", Error, Approximated;
    /// A stanza that Upstart does not know and that resembles none.
    UnknownStanza = "CUT103", "unknown-stanza", Error, Manual;
    /// A line that could not be read at all.
    UnreadableLine = "CUT104", "unreadable-line", Error, Manual;
    /// Text of several words without quotes, taken as one string.
    UnquotedText = "CUT105", "unquoted-text", Error, Approximated;
    /// A value that Upstart does not accept; the stanza is left out.
    IllegalValue = "CUT106", "illegal-value", Error, Manual;
    /// A script block without `end script`.
    UnterminatedBlock = "CUT107", "unterminated-block", Error, Approximated;
    /// A condition with a parenthesis that is never closed.
    UnclosedCondition = "CUT108", "unclosed-condition", Error, Approximated;
    /// A stanza that a later one replaces.
    Superseded = "CUT109", "superseded", Note, Dropped;
    /// An override with an error: the job is taken without it.
    OverrideRefused = "CUT110", "override-refused", Warning, Approximated;
    /// An override without a job: Upstart ignores it.
    OverrideAlone = "CUT111", "override-without-job", Note, Dropped;
    /// Upstart's own parser garbles this command; the author's intention is converted.
    ParserBug = "CUT112", "parser-bug", Warning, Approximated;
    /// Words behind a complete stanza, which are ignored.
    ExtraWords = "CUT113", "extra-words", Error, Approximated;
    /// A stanza of Chrome OS's Upstart, unknown to all others.
    ChromeOsStanza = "CUT114", "chromeos-stanza", Warning, Approximated;
    /// A file without a stanza: a job that does nothing.
    EmptyJob = "CUT115", "empty-job", Warning, None;

    // ---- 2xx: processes ----
    /// A relative program became an absolute path, so the program sees another name of its own.
    RelativeProgram = "CUT201", "relative-program", Note, Approximated;
    /// systemd retries a failed pre-start up to the start limit; Upstart gives up at once.
    PreStartRetried = "CUT202", "pre-start-retried", Note, Approximated;
    /// `stop` within pre-start means "do not start", and the unit cannot say it exactly.
    ConditionalStart = "CUT203", "conditional-start", Warning, Approximated;
    /// post-start runs after a task instead of beside it.
    PostStartAfterTask = "CUT204", "post-start-after-task", Note, Approximated;
    /// A pre-stop without a main process: Upstart never runs it.
    PreStopWithoutMain = "CUT205", "pre-stop-without-main", Note, Dropped;
    /// A stop hook that may take longer than the kill timeout is cut short by systemd.
    HookCutShort = "CUT206", "hook-cut-short", Warning, Approximated;
    /// A call to Upstart that could not be rewritten for systemd, where it does not exist.
    UpstartCommand = "CUT207", "upstart-command", Manual, Manual;
    /// A post-stop that fails ends Upstart's respawning, and its stop exits 1; systemd goes on.
    PostStopFailure = "CUT208", "post-stop-failure", Note, Approximated;
    /// A script uses a variable that only an Upstart event sets.
    EventVariable = "CUT209", "event-variable", Manual, Manual;
    /// A stop during pre-start or post-start waits on Upstart; systemd kills the hook.
    StopDuringPreStart = "CUT210", "stop-during-pre-start", Note, Approximated;
    /// The shell's `exec` makes this command fail or cuts it off, as it did on Upstart.
    ShellPitfall = "CUT211", "shell-pitfall", Warning, None;
    /// A task without a main process never ends on Upstart; its start returns under systemd.
    TaskWithoutMain = "CUT212", "task-without-main", Note, Approximated;
    /// A restart runs every hook; on Upstart, a job with pre-stop is not restarted at all.
    RestartWithPreStop = "CUT213", "restart-with-pre-stop", Note, Approximated;
    /// A script deletes below /run or /dev, where systemd keeps what it needs.
    DeletesRun = "CUT214", "deletes-run", Manual, Manual;
    /// A call to Upstart in a script became a call to systemd.
    CallRewritten = "CUT215", "call-rewritten", Note, Approximated;
    /// A call in a script does not wait, because the two units would wait for each other.
    CallDoesNotWait = "CUT216", "call-does-not-wait", Warning, Approximated;

    /// Syntax of bash in a script that `/bin/sh` runs.
    BashSyntax = "CUT220", "bash-syntax", Warning, None;
    /// A script that the shell itself cannot read.
    UnreadableScript = "CUT221", "unreadable-script", Manual, None;
    /// `cd` in the main script became the directory of the unit.
    LiftedWorkingDirectory = "CUT222", "lifted-working-directory", Note, None;
    /// A variable that the main script sets became one of the unit.
    LiftedEnvironment = "CUT223", "lifted-environment", Note, None;
    /// `ulimit` in the main script became a limit of the unit.
    LiftedLimit = "CUT224", "lifted-limit", Note, None;
    /// `umask` in the main script became the mask of the unit.
    LiftedUmask = "CUT225", "lifted-umask", Note, None;
    /// A redirection of the main process became the output of the unit.
    LiftedOutput = "CUT226", "lifted-output", Note, None;
    /// A program that only prepares the ground for another became directives.
    LiftedPrefix = "CUT227", "lifted-prefix", Note, None;
    /// `su`, `sudo` and the like became the user of the unit, which has other groups and variables.
    LiftedAccount = "CUT228", "lifted-account", Warning, Approximated;
    /// `start-stop-daemon` became a plain command.
    LiftedStarter = "CUT229", "lifted-starter", Note, Approximated;
    /// A pipe into `logger` became a tag in the journal.
    LiftedLogger = "CUT230", "lifted-logger", Note, Approximated;
    /// A command of a script runs without a shell.
    LiftedProgram = "CUT231", "lifted-program", Note, None;
    /// The program is the main process, where on Upstart the shell waited for it.
    ShellGone = "CUT232", "shell-gone", Note, Approximated;
    /// A file that the main script reads in is read by systemd.
    LiftedFile = "CUT233", "lifted-file", Note, Approximated;
    /// A file that the main script reads in is the only thing that it keeps a shell for.
    FileStays = "CUT234", "file-stays", Note, None;
    /// A test at the head of pre-start that said `stop` is a condition of the unit.
    LiftedGuard = "CUT240", "lifted-guard", Note, None;
    /// A directory that pre-start made is one that systemd makes for the unit.
    LiftedDirectory = "CUT241", "lifted-directory", Note, Approximated;
    /// A script that ran programs one after the other is that many lines of the unit.
    LiftedCommands = "CUT242", "lifted-commands", Note, None;
    /// Lifted by `--lift all`, under an assumption.
    AssumedLift = "CUT243", "assumed-lift", Warning, Approximated;

    // ---- 3xx: readiness ----
    /// A program that forks twice, and no PID file to know it by.
    DaemonWithoutPidFile = "CUT301", "daemon-without-pid-file", Warning, Approximated;
    /// A program that goes into the background although the job does not expect it.
    ForksUnexpectedly = "CUT302", "forks-unexpectedly", Warning, Approximated;
    /// Upstart counts forks, and hangs where it was told a wrong number; systemd looks which process is left.
    ForksNotCounted = "CUT303", "forks-not-counted", Note, None;

    // ---- 4xx: restarting ----
    /// The windows of the two respawn limits are counted differently.
    RespawnWindow = "CUT401", "respawn-window", Note, Approximated;
    /// `respawn limit` without `respawn` respawns nothing.
    LimitWithoutRespawn = "CUT402", "limit-without-respawn", Warning, Dropped;
    /// Starts by hand count against the limit, which is small.
    SmallLimit = "CUT403", "small-limit", Note, Approximated;
    /// The start of a respawning task returns at its first failure.
    TaskRespawn = "CUT404", "task-respawn", Note, Approximated;
    /// A stanza about the main process, in a job that has none.
    WithoutMain = "CUT405", "without-main", Note, Dropped;
    /// Death by TERM, HUP, INT or PIPE counts as success for systemd.
    CleanSignals = "CUT406", "clean-signals", Note, Approximated;
    /// An exit status that no process can have.
    ImpossibleStatus = "CUT407", "impossible-status", Note, Dropped;

    // ---- 5xx: stopping and reloading ----
    /// `kill timeout 0`, at which Upstart itself aborts.
    KillTimeoutZero = "CUT501", "kill-timeout-zero", Warning, Approximated;
    /// Only the main process is stopped, so that what it started lives on.
    KillModeProcess = "CUT502", "kill-mode-process", Note, Approximated;
    /// A signal number that systemd cannot send.
    ImpossibleSignal = "CUT503", "impossible-signal", Manual, Manual;

    // ---- 6xx: surroundings of the processes ----
    /// Upstart leaves group 0 to a job with `setuid` alone.
    SetuidKeepsGroups = "CUT601", "setuid-keeps-groups", Note, Approximated;
    /// A value that a unit's environment cannot hold.
    ImpossibleEnvironment = "CUT602", "impossible-environment", Manual, Manual;
    /// `$` in an `env` stanza is literal: Upstart does not expand it.
    LiteralDollar = "CUT603", "literal-dollar", Note, None;
    /// A control group setting, carried over to the directive of today.
    CgroupSetting = "CUT604", "cgroup-setting", Note, Approximated;
    /// A control group setting without a directive.
    CgroupManual = "CUT605", "cgroup-manual", Manual, Manual;
    /// `AppArmor` confinement, carried over by reasoning and not by measurement.
    Apparmor = "CUT606", "apparmor", Note, Approximated;
    /// A soft limit above the hard one.
    ImpossibleLimit = "CUT607", "impossible-limit", Manual, Manual;
    /// Exported variables join a job's events; units have no events.
    ExportedVariables = "CUT608", "exported-variables", Note, Dropped;
    /// `debug` has no effect outside of special builds of Upstart.
    DebugStanza = "CUT609", "debug-stanza", Note, Dropped;
    /// A text that a unit can only hold in another form.
    ChangedText = "CUT610", "changed-text", Note, Approximated;

    // ---- 7xx: starting, stopping, relations ----
    /// An event that somebody emits: it is a target now.
    CustomEvent = "CUT701", "custom-event", Warning, Approximated;
    /// A relation to another job that needs directives in that job's unit.
    RelationElsewhere = "CUT702", "relation-elsewhere", Manual, Manual;
    /// Several conditions joined by `and` are only waited for at boot.
    AndOnlyAtBoot = "CUT703", "and-only-at-boot", Warning, Approximated;
    /// A set of runlevels that targets do not tell apart.
    Runlevels = "CUT704", "runlevels", Note, Approximated;
    /// One network interface became "the network is up".
    NetworkInterface = "CUT705", "network-interface", Warning, Approximated;
    /// An event of a bridge that is not converted.
    BridgeEvent = "CUT706", "bridge-event", Manual, Manual;
    /// An event starts instances of this job.
    InstanceByEvent = "CUT707", "instance-by-event", Manual, Manual;
    /// An instance name that a template cannot hold.
    InstanceName = "CUT708", "instance-name", Manual, Manual;
    /// Work at shutdown became the stop of a unit that does nothing else.
    ShutdownWork = "CUT709", "shutdown-work", Note, Approximated;
    /// The unit also comes up where the other job's pre-start fails.
    StartedThoughFailed = "CUT710", "started-though-failed", Note, Approximated;
    /// A stop condition that the unit does not keep.
    StopCondition = "CUT711", "stop-condition", Manual, Manual;
    /// A name that had to be escaped.
    EscapedName = "CUT712", "escaped-name", Note, None;
    /// Two jobs would become the same unit.
    NameCollision = "CUT713", "name-collision", Error, Manual;
    /// An event's value that the unit does not look at.
    EventFilter = "CUT714", "event-filter", Warning, Approximated;
    /// A key that only the console or the kernel gives: a target beside the unit stands behind it.
    ConsoleEvent = "CUT715", "console-event", Note, Approximated;
    /// An early event and a late one, either of which would start the job.
    EarlyOrLate = "CUT716", "early-or-late", Warning, Approximated;
    /// A part of a condition that the unit does not keep.
    LostOperand = "CUT717", "lost-operand", Manual, Manual;
    /// The unit stops after the other one, not before it.
    StopOrder = "CUT718", "stop-order", Warning, Approximated;
    /// No job of that name is among those converted.
    UnknownJob = "CUT719", "unknown-job", Warning, Approximated;
    /// The unit refuses to start until a person has settled something.
    HeldBack = "CUT720", "held-back", Manual, Manual;
    /// A unit that starts when another has ended: it does not start while that is up.
    GuardedStart = "CUT721", "guarded-start", Note, Approximated;
    /// What another unit's stop starts is not started at shutdown.
    NotAtShutdown = "CUT722", "not-at-shutdown", Note, Approximated;
    /// A .path unit watches a file, and does not see all that Upstart's bridge saw.
    FileEvent = "CUT723", "file-event", Note, Approximated;
    /// When the other unit ends by itself, this one is stopped after its post-stop, not before.
    StopAfterCrash = "CUT724", "stop-after-crash", Note, Approximated;
    /// A job that its distribution shipped: the target has a unit in its place.
    RetiredJob = "CUT725", "retired-job", Note, Dropped;
    /// A job with the name of one that a distribution shipped, but not that one.
    NotStock = "CUT726", "not-stock", Warning, None;
    /// A change to a job that is not converted, and that the unit in its place knows nothing of.
    OverrideOfRetired = "CUT727", "override-of-retired", Manual, Manual;
    /// Units that wait for each other in a circle, which is broken at this one.
    OrderingCycle = "CUT728", "ordering-cycle", Warning, Approximated;
    /// A device that starts the job: a udev rule starts the unit, which was reasoned and not measured.
    DeviceEvent = "CUT729", "device-event", Note, Approximated;
    /// The stops of several others only together stop the unit; each of those goes without waiting.
    StopTogether = "CUT730", "stop-together", Note, Approximated;
    /// A job of a session: its processes have the environment of the user manager.
    SessionEnvironment = "CUT731", "session-environment", Note, None;
    /// A job of a session asks for rights that no session has.
    SessionRights = "CUT732", "session-rights", Manual, Manual;
    /// A name on D-Bus that starts the job: the bus starts the unit, which is up when it owns the name.
    BusActivation = "CUT733", "bus-activation", Note, Approximated;
    /// A task of the early boot: systemd may run it again while the system still comes up.
    EarlyTask = "CUT734", "early-task", Warning, Approximated;
    /// The unit does its work at the stop also when the machine goes down.
    HooksAtShutdown = "CUT735", "hooks-at-shutdown", Note, Approximated;

    // ---- 8xx: the target system ----
    /// The target's systemd lacks a directive; an older form stands in.
    OlderForm = "CUT801", "older-form", Note, Approximated;
    /// The target's systemd has nothing for it.
    NotInTarget = "CUT802", "not-in-target", Manual, Manual;
    /// `--style exact` has no machinery for this: the unit has the idiomatic form.
    PlainForm = "CUT803", "plain-form", Note, Approximated;
    /// Output that `--logs files` cannot send to its file goes to the journal.
    LogToJournal = "CUT804", "log-to-journal", Note, Approximated;
    // ---- 8xx: who else counts on Upstart ----
    /// A command that fails without Upstart, and what to write instead.
    CallerFails = "CUT810", "caller-fails", Warning, None;
    /// A command or variable of Upstart's that a person has to find something for.
    CallerUndecided = "CUT811", "caller-undecided", Manual, None;
    /// A command that goes on working, by what systemd does for the sake of old scripts.
    CallerWorks = "CUT812", "caller-works", Note, None;
    /// A log of Upstart's, which nothing writes any more.
    CallerOfLog = "CUT813", "caller-of-log", Warning, None;
    /// A path of a job's definition, which counts for nothing any more.
    CallerOfDefinition = "CUT814", "caller-of-definition", Warning, None;
    /// A file that belongs to Upstart itself, and goes with it.
    UpstartFile = "CUT815", "upstart-file", Note, None;
    /// A text that names a call to Upstart, and may run it.
    CallerMention = "CUT816", "caller-mention", Note, None;
    /// A user or a group that the root does not have.
    MissingAccount = "CUT820", "missing-account", Warning, None;
    /// A program that the root does not have.
    MissingProgram = "CUT821", "missing-program", Warning, None;
    /// A file of variables that the root does not have, and without which the unit does not start.
    MissingVariables = "CUT822", "missing-variables", Warning, None;
    /// A file of variables that the root does not have, and that may be missing.
    AbsentVariables = "CUT823", "absent-variables", Note, None;
    /// A working or root directory that the root does not have.
    MissingDirectory = "CUT824", "missing-directory", Warning, None;
    /// The root is a part of one, so that what is missing cannot be told.
    PartialRoot = "CUT825", "partial-root", Note, None;
    /// A unit that is in the root already takes the place of the job.
    AdoptedUnit = "CUT830", "adopted-unit", Note, None;
    /// A unit in the root has the name of the job's unit, and runs another program.
    OtherUnit = "CUT831", "other-unit", Warning, None;
    /// The unit that takes the place of a retired job is not in the root.
    SuccessorMissing = "CUT832", "successor-missing", Warning, None;
    /// There is no systemd in the root.
    NoSystemd = "CUT833", "no-systemd", Note, None;
    /// The unit in the root differs from the job in a way that no drop-in carries over.
    NotCarried = "CUT834", "not-carried", Warning, None;
    /// The unit in the root is masked, so that nothing starts it.
    MaskedSuccessor = "CUT835", "masked-successor", Manual, None;
    /// The job is disabled with `manual`, and a package's link starts its unit.
    EnabledElsewhere = "CUT836", "enabled-elsewhere", Manual, None;
    /// What `[Install]` says cannot be made a link without a decision.
    EnableByHand = "CUT837", "enable-by-hand", Warning, None;
    /// A script is for root alone, as the job was, and another user has to execute it.
    PrivateScript = "CUT838", "private-script", Manual, None;
    /// Units wait for each other in a circle.
    UnitCycle = "CUT839", "unit-cycle", Manual, None;
    /// Left unaccounted for by the conversion, which is a mistake in cutover.
    Unaccounted = "CUT899", "unaccounted", Manual, Manual;

    // ---- 9xx: true of every unit, told once ----
    /// `stop` of a stopped and `start` of a running job exit 1 on Upstart, 0 on systemd.
    GeneralExitStatus = "CUT901", "general-exit-status", Note, None;
    /// After the limit, systemd refuses to start until the interval is over or `reset-failed`.
    GeneralStartRefused = "CUT902", "general-start-refused", Note, None;
    /// A forced KILL, or an exit status above 0 on the stop signal, leaves the unit failed; death by HUP, INT, TERM or PIPE does not, but fails a job.
    GeneralFailedState = "CUT903", "general-failed-state", Note, None;
    /// Output is not a terminal: programs that buffer show it later.
    GeneralBuffering = "CUT904", "general-buffering", Note, None;
    /// systemd sets other variables than Upstart.
    GeneralEnvironment = "CUT905", "general-environment", Note, None;
    /// At stop, and when main ends by itself, systemd kills the whole control group; Upstart at stop the process group of main, and else nothing.
    GeneralControlGroup = "CUT906", "general-control-group", Note, None;
    /// `start JOB KEY=VALUE` has no counterpart for a unit that is no template.
    GeneralStartArguments = "CUT907", "general-start-arguments", Note, None;
    /// `reload` of a unit without `ExecReload=` fails; Upstart sent HUP.
    GeneralReload = "CUT908", "general-reload", Note, None;
    /// A program that is no shell script ignores SIGPIPE under systemd, and dies of it on Upstart.
    GeneralSigpipe = "CUT909", "general-sigpipe", Note, None;
    /// With `respawn`, a missing program, directory or user is tried again up to the start limit.
    GeneralSpawnFailure = "CUT910", "general-spawn-failure", Note, None;
    /// `start` returns at another moment, or with another status, when the service ends before it is up.
    GeneralStartReturn = "CUT911", "general-start-return", Note, None;
    /// The jobs are taken for those of another distribution than Ubuntu, whose events mean something else.
    GeneralOrigin = "CUT912", "general-origin", Note, None;
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
