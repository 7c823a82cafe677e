//! The aspects of a service that are compared, as data: their names, what a difference in them means, and which
//! fields of the model they look at.

use serde::{Serialize, Serializer};

use crate::service::{DependencyKind, Service, Topic};

/// What an aspect belongs to, in the order in which people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Section {
    Process,
    Start,
    Restart,
    Stop,
    Resources,
    Environment,
    Output,
    Relations,
    Rest,
    Remarks,
}

impl Section {
    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Section::Process => "What runs",
            Section::Start => "Start",
            Section::Restart => "Restart",
            Section::Stop => "Stop and reload",
            Section::Resources => "Resources",
            Section::Environment => "Environment",
            Section::Output => "Input and output",
            Section::Relations => "When it starts and stops",
            Section::Rest => "What only one init knows",
            Section::Remarks => "Remarks",
        }
    }
}

/// What is known of an aspect.
#[derive(Clone, Copy, Debug)]
pub struct AspectInfo {
    /// The aspect.
    pub aspect: Aspect,
    /// Its name for programs, which never changes.
    pub id: &'static str,
    /// What it belongs to.
    pub section: Section,
    /// Its name for people.
    pub title: &'static str,
    /// What a difference means where nothing more exact is known.
    pub why: &'static str,
    /// What it is called that there is nothing of the kind, and that it is so.
    pub(super) words: [&'static str; 2],
}

/// Of each aspect what [`AspectInfo`] holds: the section, both names, what a difference means, and the words for "nothing
/// of the kind" and "it is so".
macro_rules! aspects {
    ($($aspect:ident = $section:ident, $id:literal, $title:literal, $why:literal
        $(, $absent:literal $(/ $present:literal)?)?;)*) => {
        /// Something about a service in which two definitions can differ.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)]
        pub enum Aspect { $($aspect),* }

        /// All aspects, in the order in which they are told.
        pub const ASPECTS: &[AspectInfo] = &[$(AspectInfo {
            aspect: Aspect::$aspect,
            id: $id,
            section: Section::$section,
            title: $title,
            why: $why,
            words: [concat!($($absent)?), concat!($($($present)?)?)],
        }),*];
    };
}

aspects! {
    Loads = Process, "loads", "loaded by its init", "its init refuses one of them, which is compared as it was meant", "no" / "yes";
    Command = Process, "command", "command", "another program runs, or with other arguments", "nothing";
    CommandFailure = Process, "command-failure", "failure of the program", "a failure of the program counts on one side only", "counts" / "counts for nothing";
    ProgramName = Process, "program-name", "name of the program to itself", "the program is called otherwise in its own eyes and in ps(1)", "as written";
    Privileges = Process, "privileges", "rights of a command", "it runs as root on one side only";
    User = Process, "user", "user", "the processes have other rights";
    Group = Process, "group", "group", "the processes, and the files that they make, have another group";
    SupplementaryGroups = Process, "supplementary-groups", "further groups", "files of that group can be read on one side only";
    DynamicUser = Process, "dynamic-user", "user made for the run", "the user has no fixed number on one side", "no" / "yes";
    RootDirectory = Process, "root-directory", "root directory", "the processes see another tree of files";
    WorkingDirectory = Process, "working-directory", "working directory", "relative paths lead elsewhere";
    Directory = Process, "directory", "directory made for it", "one side does not make the directory, or makes it otherwise", "not made";
    Umask = Process, "umask", "umask", "files that the service makes have another mode";
    Apparmor = Process, "apparmor", "AppArmor profile", "the processes are confined otherwise", "none";
    Readiness = Start, "readiness", "start is done", "what waits for the start goes on at another time";
    PidFile = Start, "pid-file", "PID file", "the main process is found in another way", "none";
    BusName = Start, "bus-name", "name on D-Bus", "one side watches a name on D-Bus", "none";
    StaysUp = Start, "stays-up", "up without a process", "on one side the service counts as up although no process is left", "no" / "yes";
    StartTimeout = Start, "start-timeout", "time limit of the start", "a start that takes longer is given up on one side", "none";
    Condition = Start, "condition", "condition", "on one side the service starts although it is not so", "not asked";
    StartCheck = Start, "start-check", "check before the start", "on one side another command decides whether it starts", "nothing";
    PreStart = Start, "pre-start", "before the start", "something else is done before the main process", "nothing";
    PostStart = Start, "post-start", "after the start", "something else is done once the main process runs", "nothing";
    HookFailure = Start, "hook-failure", "failure of the command", "a failure of this command has other consequences";
    Instance = Start, "instance", "instances", "one side is one of several", "the only one";
    Machine = Start, "machine", "kind of machine", "it starts on other kinds of machines", "any";
    BlockedBy = Start, "blocked-by", "blocked by", "something of the definition could not be read, and it must not start without that", "no";
    Restart = Restart, "restart", "started again", "after some ends the service is started again on one side only";
    RestartDelay = Restart, "restart-delay", "pause before that", "the service is down for another time";
    RestartLimit = Restart, "restart-limit", "given up after", "a service that fails over and over is given up earlier or later";
    Success = Restart, "success", "ends that are no failure", "the same end is a failure on one side only";
    PreStop = Stop, "pre-stop", "before the stop", "something else is done before the main process is stopped", "nothing";
    PostStop = Stop, "post-stop", "after the stop", "something else is done after the main process has ended", "nothing";
    HookWhen = Stop, "hook-when", "when the command runs", "on one side the command also runs when the main process has ended by itself";
    StopSignal = Stop, "stop-signal", "signal", "the program is told to stop in another way";
    StopTimeout = Stop, "stop-timeout", "time until SIGKILL", "a program that is slow to stop is killed at another time", "never killed";
    StopReach = Stop, "stop-reach", "who gets the signals", "other processes of the service live on, or die, at the stop";
    Reload = Stop, "reload", "reload", "a reload does something else", "refused";
    Nice = Resources, "nice", "nice", "the processes get another share of the processor";
    IoPriority = Resources, "io-priority", "priority of input and output", "the processes wait longer or shorter for the disk", "as nice says";
    Scheduling = Resources, "scheduling", "scheduling", "the kernel schedules the processes otherwise";
    Cpus = Resources, "cpus", "processors", "the processes run on other processors", "all";
    OomScore = Resources, "oom-score", "OOM score", "the kernel picks it earlier or later when memory runs out";
    Limit = Resources, "limit", "limit", "the processes run into another limit", "not set";
    Cgroup = Resources, "cgroup", "control group", "the control group has another setting", "not set" / "joined";
    Variable = Environment, "variable", "variable", "the processes see another value", "not set";
    EnvironmentFile = Environment, "environment-file", "file of variables", "the variables of that file are read on one side only, or its absence counts otherwise", "not read";
    Unset = Environment, "unset", "variable taken away", "the processes see the variable on one side only", "not set" / "taken away";
    Exported = Environment, "exported", "variable told to others", "jobs that this one's events start do not get the variable", "not told" / "told";
    InitEnvironment = Environment, "init-environment", "variables by the init", "each init sets some variables unasked";
    StandardInput = Output, "standard-input", "standard input", "the program reads from elsewhere";
    StandardOutput = Output, "standard-output", "standard output", "what it writes ends up elsewhere";
    StandardError = Output, "standard-error", "standard error", "its messages end up elsewhere";
    LogTag = Output, "log-tag", "tag in the log", "its messages are marked otherwise in the log", "none of its own";
    Sigpipe = Output, "sigpipe", "SIGPIPE", "a program that writes to a closed pipe dies on one side, and gets an error on the other", "kills" / "ignored";
    Enablement = Relations, "enablement", "starts by itself", "one side does not start by itself";
    StartedBy = Relations, "started-by", "started by", "it comes up on other conditions", "no";
    StartCondition = Relations, "start-condition", "start condition", "the conditions say something else that no other row tells", "none";
    Activation = Relations, "activation", "started on demand", "on one side something starts it on demand", "no" / "yes";
    AllOf = Relations, "all-of", "starts after all of", "it waits for several events together on one side", "no";
    EventValue = Relations, "event-value", "value that is asked for", "the start depends on a value on one side only", "not asked for";
    Phase = Relations, "phase", "phase of the boot", "it runs in another phase of the life of the machine";
    After = Relations, "after", "waits for", "on one side it may start, and stop, in the other order", "no";
    Before = Relations, "before", "is up before", "on one side the other one may start first", "no";
    Starts = Relations, "starts", "starts as well", "on one side the start does not start the other one", "no";
    Requires = Relations, "requires", "needs", "on one side it starts and runs without the other one", "no";
    StopsWith = Relations, "stops-with", "stops with", "on one side it lives on when the other one stops", "no";
    StoppedBy = Relations, "stopped-by", "stopped by", "on one side both can be up at the same time", "no";
    StartsAtEnd = Relations, "starts-at-end", "starts at its end", "on one side its end does not start the other one", "no";
    StopCondition = Relations, "stop-condition", "stop condition", "the conditions say something else that no other row tells", "none";
    StopsTogether = Relations, "stops-together", "stops after all of", "it stops when several others have stopped, on one side", "no";
    Shutdown = Relations, "shutdown", "at shutdown", "its own work at the stop may not be done on one side";
    Rescue = Relations, "rescue", "in rescue mode", "it lives on in rescue mode on one side only";
    Emits = Relations, "emits", "events announced", "what waits for the event does not come up by this one", "not announced" / "announced";
    Scope = Relations, "scope", "whose service", "one is of the machine, the other of a user's session";
    Setting = Rest, "setting", "setting", "the other side has nothing like it", "nothing like it";
    Directive = Rest, "directive", "directive", "the two say something else", "nothing like it";
    Ignored = Rest, "ignored", "passed over by systemd", "its author meant something by it", "nothing like it";
    Description = Remarks, "description", "description", "only people read it", "none";
    About = Remarks, "about", "remark", "only people read it", "none";
}

impl Aspect {
    /// Which one tells of dependencies of that kind.
    pub(super) fn of_dependency(kind: DependencyKind) -> Aspect {
        match kind.topic() {
            Topic::StartedBy => Aspect::StartedBy,
            Topic::Starts => Aspect::Starts,
            Topic::Requires => Aspect::Requires,
            Topic::StopsWith => Aspect::StopsWith,
            Topic::StoppedBy => Aspect::StoppedBy,
            Topic::StartsAtEnd => Aspect::StartsAtEnd,
            Topic::After => Aspect::After,
            Topic::Before => Aspect::Before,
        }
    }

    /// What is known of it.
    pub fn info(self) -> &'static AspectInfo {
        // The table and the enumeration are made of the same lines.
        &ASPECTS[self as usize]
    }
}

impl Serialize for Aspect {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.info().id)
    }
}

macro_rules! fields {
    ($($field:ident: $($aspect:ident)*;)*) => {
        /// Every field of [`Service`], and the aspects that look at it. Those of fields without one are no matter of
        /// behaviour, or follow from others.
        pub const FIELDS: &[(&str, &[Aspect])] = &[$((stringify!($field), &[$(Aspect::$aspect),*])),*];

        // A field of the model that has no line here does not compile.
        #[allow(dead_code, unused_variables)]
        fn all_of_them(Service { $($field),* }: &Service) {}
    };
}

fields! {
    // The name and the files are what is compared, and comments are for people.
    name: ; files: ; comments: ; scope: Scope; description: Description; about: About;
    main: Command CommandFailure ProgramName Privileges;
    hooks: StartCheck PreStart PostStart PreStop PostStop HookFailure HookWhen Privileges;
    conditions: Condition; ready: Readiness; pid_file: PidFile; bus_name: BusName; stays_up: StaysUp;
    start_timeout: StartTimeout; restart: Restart RestartDelay RestartLimit; success: Success;
    stop: StopSignal StopTimeout StopReach; reload: Reload; user: User; group: Group;
    supplementary_groups: SupplementaryGroups; dynamic_user: DynamicUser; root: RootDirectory;
    directory: WorkingDirectory; directories: Directory; umask: Umask; nice: Nice; io_priority: IoPriority;
    scheduling: Scheduling; cpus: Cpus; oom_score: OomScore; limits: Limit; cgroups: Cgroup;
    apparmor_profile: Apparmor; environment: Variable; environment_files: EnvironmentFile; unset: Unset;
    init_environment: Variable InitEnvironment; exported: Exported;
    io: StandardInput StandardOutput StandardError; output: StandardOutput StandardError; input: StandardInput;
    log_tag: LogTag; instance: Instance; start_on: StartCondition; stop_on: StopCondition; phase: Phase;
    ignore_on_isolate: Rescue; machine: Machine; blocked_by: BlockedBy;
    dependencies: StartedBy After Before Starts Requires StopsWith StoppedBy StartsAtEnd; activation: Activation;
    tests: EventValue; environment_conditions: EventValue; all_of: AllOf; stop_all_of: StopsTogether;
    enablement: Enablement; settings: Setting; emits: Emits; reads_result: ;
}
