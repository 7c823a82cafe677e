//! Codes 001 to 099: from units to jobs.

use super::block::codes;

codes! {
    // ---- reading ----
    UnitProblem = "CUT001", Warning, Dropped {
        finding word_passed_over(word, key, error) "systemd passes over `{word}` in {key}=: {error}",
            help "mend the word, and convert again, where it is a slip of the pen";
        finding unit_problem(kind) "systemd: {kind}",
            help "mend the line, and convert again, where it is a slip of the pen";
        finding setting_not_honored(key, why) "systemd does not honor {key}=: {why}";
    }
    ExtensionSetting = "CUT002", Note, Dropped {
        finding extension_setting(key) "{key}= is not meant for systemd";
    }
    MaskedUnit = "CUT003", Warning, None {
        finding masked_unit(name) "{name} is masked: nothing can start it, and there is no job";
    }
    NoService = "CUT004", Manual, Manual {
        finding no_job_for_mount(name, kind) "{name}: no job can stand for a {kind} unit",
            help "put it into /etc/fstab, which mountall reads";
        finding no_job_for_trigger(name, kind) "{name}: no job can stand for a {kind} unit",
            help "convert the service that it starts in the same run";
        finding no_job_for_unit(name, kind) "{name}: no job can stand for a {kind} unit",
            help "see whether the machine needs anything like it";
    }
    ResolvedSpecifier = "CUT005", Note, Approximated {
        finding resolved_specifier(letter, text) "%{letter} became {text}";
    }
    // ---- processes ----
    PostStartFailure = "CUT020", Note, Approximated {
    }
    PostStartBesideTask = "CUT021", Warning, Approximated {
    }
    StopCommand = "CUT022", Note, Approximated {
    }
    ReloadCommand = "CUT023", Manual, Manual {
        finding no_command_before_reload()
            "`reload` sends the signal to the main process, and runs no command before it",
            help "run the command by hand before a reload";
        finding reload_of_several_commands()
            "`reload` sends HUP to the main process; this is one of several commands";
    }
    ProgramName = "CUT024", Note, Approximated {
    }
    VariableFields = "CUT025", Note, Approximated {
    }
    EnvironmentFileBySh = "CUT026", Warning, Approximated {
    }
    ReadyAtOnce = "CUT027", Warning, Approximated {
    }
    ForksGuessed = "CUT028", Warning, Approximated {
    }
    UserByProgram = "CUT029", Note, Approximated {
    }
    AccountVariables = "CUT030", Note, Approximated {
    }
    SupplementaryGroup = "CUT031", Manual, Manual {
    }
    DynamicUser = "CUT032", Manual, Manual {
    }
    JobBlocked = "CUT033", Manual, Manual {
    }
    Unwritable = "CUT034", Manual, Manual {
    }
    DowngradedStanza = "CUT035", Warning, Approximated {
    }
    // ---- life ----
    FailureIsNormal = "CUT040", Note, Approximated {
    }
    PauseInPostStop = "CUT041", Note, Approximated {
    }
    KillReach = "CUT042", Warning, Approximated {
    }
    MachineCheck = "CUT043", Note, Approximated {
    }
    FailureCounts = "CUT044", Note, Approximated {
    }
    // ---- what is lost ----
    LostProtection = "CUT050", Warning, Dropped {
    }
    LostShare = "CUT051", Warning, Dropped {
    }
    LostCondition = "CUT052", Manual, Manual {
    }
    LostWatch = "CUT053", Warning, Dropped {
    }
    LostTimeLimit = "CUT054", Note, Approximated {
    }
    LostBehaviour = "CUT055", Manual, Manual {
        finding directory_without_link(value) "no link is made to the directory: {value}",
            help "make it in pre-start";
        finding output_not_to_console(key, value) "{key}={value}: it goes to the log, and not to the console as well";
        finding command_runs_as_user()
            "systemd starts the command as root and leaves it to change its user; the job runs it as the user",
            help "where the program needs root first, take `setuid` out of the job";
        finding fails_without_directory(path) "the job fails where {path} is missing; the unit goes to `/` then",
            help "see that the directory is there";
        finding down_without_process() "the job is down when its process has ended; the unit stays up",
            help "what starts or stops with it has to bear that";
        finding env_without_instance(name) "`env` cannot hold the instance: {name}",
            help "set it in a script that then runs the program";
        finding machine_specifier(letter) "only the machine knows what %{letter} stands for",
            help "write what it is on the machine";
        finding stanza_without_instance(key, value) "no stanza of a job holds the instance: {key}={value}",
            help "do it in a script, where the variable of the instance has its name";
        finding wrapper_leaves_processes()
            "what the command leaves running belongs to no job: Upstart neither sees its end nor stops it",
            help "ExecStop= has to end it; or let the program run in the foreground";
    }
    LostDependency = "CUT056", Warning, Approximated {
        finding both_start_at_boot(name) "both start at boot; a start of this job by hand does not start `{name}`";
    }
    ClockStart = "CUT057", Manual, Manual {
    }
    // ---- start and stop ----
    StartedByNobody = "CUT060", Note, None {
        finding nobody_emits(name)
            "the job starts at the event `{name}`, which stands for {name}.target: nothing emits that",
            help "let something say `initctl emit {name}`, or write another event, such as `runlevel [2345]`";
    }
    BootTargetMoved = "CUT061", Warning, Approximated {
    }
    SocketBridge = "CUT062", Warning, Approximated {
    }
    FileBridge = "CUT063", Warning, Approximated {
    }
    LostActivation = "CUT064", Manual, Manual {
        finding socket_without_connections() "Upstart's socket bridge hands over the socket, and no connections",
            help "let inetd(8) or xinetd(8) listen, and run the program";
        finding socket_of_no_stream(key, value) "Upstart's socket bridge listens on streams only: {key}={value}",
            help "let the program open it itself, and start it at boot";
    }
    ShutdownOrder = "CUT065", Note, Approximated {
    }
    NeededMayFail = "CUT066", Warning, Approximated {
        finding needed_may_fail(name) "the job starts although the start of `{name}` has failed",
            help "ask in pre-start: initctl status {name} | grep -q start/running";
    }
    WaitsAtBoot = "CUT067", Note, Approximated {
        finding waits_at_boot(name)
            "at boot the job waits for `{name}`: where that is disabled, it does not start by itself",
            help "take `and` and what is behind it out of `start on` where the other one is not to start at boot";
    }
    StoppedWith = "CUT068", Warning, Approximated {
    }
    // ---- true of every job, told once ----
    GeneralNoTimeLimit = "CUT090", Note, None {
    }
    GeneralProcessGroup = "CUT091", Note, None {
    }
    GeneralRespawnCount = "CUT092", Note, None {
    }
    GeneralReloadSignal = "CUT093", Note, None {
    }
    GeneralJobEnvironment = "CUT094", Note, None {
    }
    GeneralJobSigpipe = "CUT095", Note, None {
    }
    GeneralJobStatus = "CUT096", Note, None {
    }
}
