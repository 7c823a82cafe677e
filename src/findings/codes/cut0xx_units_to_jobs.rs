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
        finding post_start_failure() "Upstart goes on where post-start fails; systemd stops the unit";
    }
    PostStartBesideTask = "CUT021", Warning, Approximated {
        finding post_start_beside_task() "post-start runs beside the task, not when it has ended",
            help "where it needs what the task has done, put it at the end of the task's script";
    }
    StopCommand = "CUT022", Note, Approximated {
        finding stop_command()
            "pre-stop runs when the job is stopped, and not when its program ends by itself",
            help "what has to be cleaned up in any case belongs into post-stop";
    }
    ReloadCommand = "CUT023", Manual, Manual {
        finding no_command_before_reload()
            "`reload` sends the signal to the main process, and runs no command before it",
            help "run the command by hand before a reload";
        finding reload_of_several_commands()
            "`reload` sends HUP to the main process; this is one of several commands";
        finding reload_is_hup() "`reload` sends HUP to the main process; no command can be run in its place",
            help "tell whoever reloads the job to run the command; \
            `reload` may end a program that does not know HUP";
    }
    ProgramName = "CUT024", Note, Approximated {
        finding program_name(name) "the program is called by its own name, and not `{name}`",
            help "where it looks at its name, run it through a link that is called so";
    }
    VariableFields = "CUT025", Note, Approximated {
        finding variable_fields()
            "the shell splits the variable at blanks, whatever quotes it holds, \
            and puts in files for `*`, `?` and `[`";
    }
    EnvironmentFileBySh = "CUT026", Warning, Approximated {
        finding environment_file_by_sh(path)
            "the shell reads {path}, and takes quotes, `$` and blanks in it in its own way",
            help "write values with blanks in quotes there, and values with `$` or a backslash in single ones";
    }
    ReadyAtOnce = "CUT027", Warning, Approximated {
        finding ready_at_once()
            "the job counts as started once its program runs, not when that says it is ready",
            help "what starts on `started` of it must bear that, or wait by itself in post-start";
        label nothing_waits_for_name() "nothing waits for the name";
    }
    ForksGuessed = "CUT028", Warning, Approximated {
        finding forks_guessed()
            "how often the program forks is a guess; where it is wrong, start and stop of the job hang",
            help "let the program run in the foreground and take `expect` out, or say --expect fork or daemon";
    }
    UserByProgram = "CUT029", Note, Approximated {
        finding user_by_program(user)
            "something of the job needs root, so every command that does not changes to {user} by itself";
    }
    AccountVariables = "CUT030", Note, Approximated {
        finding account_variables() "Upstart sets no HOME, USER, LOGNAME and SHELL for the user",
            help "where the program looks at them, add `env HOME=…`";
    }
    SupplementaryGroup = "CUT031", Manual, Manual {
        finding supplementary_group(group)
            "Upstart gives the processes the groups of their user, and not `{group}`",
            help "add the user to the group";
    }
    DynamicUser = "CUT032", Manual, Manual {
        finding dynamic_user() "Upstart makes no users: the job needs one of its own",
            help "make the user, and name it with `setuid`";
    }
    JobBlocked = "CUT033", Manual, Manual {
        finding job_blocked() "the job refuses to start until this is resolved",
            help "resolve it in the job, and take the first lines of pre-start out";
    }
    Unwritable = "CUT034", Manual, Manual {
        finding unwritable_command(why) "no job can hold this command: {why}",
            help "put it into a script of its own, and let the job run that";
        finding unwritable_value(what, why) "`{what}` cannot hold this value: {why}",
            help "set it in a script that then runs the program";
    }
    DowngradedStanza = "CUT035", Warning, Approximated {
        finding no_manual(target) "Upstart {target} has no `manual`", help "`start` starts the job";
        finding no_usage(target) "Upstart {target} has no `usage`", became "a comment";
        finding no_debug(target) "Upstart {target} has no `debug`";
        finding no_kill_signal(target, signal)
            "Upstart {target} stops every job with SIGTERM, and not with {signal}",
            help "see what the program does at SIGTERM; pre-stop can send another signal first";
        finding no_reload_signal(target, signal)
            "Upstart {target} reloads every job with SIGHUP, and not with {signal}",
            help "send the signal by hand: `kill` of the number that `status` tells";
        finding old_scale_of_oom(target, score, meant)
            "Upstart {target} has the old scale of `oom`: the score is {score} instead of {meant}";
        finding no_apparmor(target) "Upstart {target} has no AppArmor",
            help "confine the program by a profile of its path";
        finding no_control_groups(target) "Upstart {target} has no control groups", help "set them up by hand";
        finding user_by_helper(target) "Upstart {target} cannot change the user: a program does";
        finding user_by_helper_without_groups(target)
            "Upstart {target} cannot change the user: a program does; without the further groups of the user";
        finding user_by_helper_within_root(target)
            "Upstart {target} cannot change the user: a program does; \
            it has to lie within the root directory of the job";
        finding user_by_helper_within_root_without_groups(target)
            "Upstart {target} cannot change the user: a program does; without the further groups of the user; \
            it has to lie within the root directory of the job";
        finding no_log(target)
            "Upstart {target} logs nothing: the processes write to /var/log/upstart themselves",
            became "exec with redirections", help "see that something rotates the file";
    }
    // ---- life ----
    FailureIsNormal = "CUT040", Note, Approximated {
        finding exit_without_restart_is_normal()
            "an exit after which there is no restart ends the job as if nothing had failed",
            help "what starts on `stopped` of it with RESULT=failed does not see such an exit";
        finding endings_without_restart_are_normal()
            "after these endings there is no restart, and they count as no failure either",
            help "what starts on `stopped` of it with RESULT=failed does not see such an exit";
    }
    PauseInPostStop = "CUT041", Note, Approximated {
        finding pause_in_post_stop(seconds)
            "post-stop waits {seconds} s before the program is started again; a restart by hand waits as well";
    }
    KillReach = "CUT042", Warning, Approximated {
        finding first_signal_reaches_all() "the first signal reaches the whole process group of the main process",
            help "where children have to live on, let them become leaders of sessions (setsid(1))";
        finding signals_reach_all()
            "the signals reach the whole process group of the main process, not that alone",
            help "where children have to live on, let them become leaders of sessions (setsid(1))";
        finding signals_are_always_sent() "Upstart always sends signals at the stop",
            help "where children have to live on, let them become leaders of sessions (setsid(1))";
    }
    MachineCheck = "CUT043", Note, Approximated {
        finding machine_check() "/run/container_type, which Ubuntu writes, tells what the machine is",
            help "where no such file is written, look at the machine in another way";
    }
    FailureCounts = "CUT044", Note, Approximated {
        finding failure_counts() "a failure of the program counts as one on Upstart",
            help "what starts on `stopped` of it sees RESULT=failed then";
    }
    // ---- what is lost ----
    LostProtection = "CUT050", Warning, Dropped {
        finding lost_protection(setting, about) "{setting} is a protection that the job does not have{about}",
            help "a profile of AppArmor can protect much of the same: `apparmor switch`";
        finding lost_protection_without_apparmor(setting, about)
            "{setting} is a protection that the job does not have{about}";
    }
    LostShare = "CUT051", Warning, Dropped {
        finding lost_share(setting, about)
            "{setting} bounds or shares what the machine has, and the job is not bound{about}",
            help "where it matters, set it up with cgroups by hand, or with `limit`";
    }
    LostCondition = "CUT052", Manual, Manual {
        finding condition_not_tested(name) "nothing looks at {name} before the start", help "look at it in pre-start";
        finding lost_condition(setting, about)
            "{setting} keeps the unit from starting, and nothing looks at it before the job starts{about}",
            help "look at it in pre-start, and `stop; exit 0` there";
    }
    LostWatch = "CUT053", Warning, Dropped {
        finding lost_watch(setting, about)
            "{setting} lets systemd restart a program that hangs; Upstart only sees one that ends{about}",
            help "let something else watch over it";
    }
    LostTimeLimit = "CUT054", Note, Approximated {
        finding lost_time_limit(setting, about) "{setting} is a time limit, and Upstart waits without one{about}",
            help "where a start may hang, let timeout(1) run what may";
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
        finding command_speaks_to_systemd(tool) "`{tool}` speaks to systemd, which is not there",
            help "say the same with initctl(8), or take the command out";
        finding no_limit_stanza() "Upstart has no `limit` for this resource",
            help "the processes have the limit of init; set it with prlimit(1) where it matters";
        finding scripts_within_root()
            "scripts of the job run within the root directory: \
            the shell, what it calls and what it opens lie there",
            help "see that /bin/sh is there, or let the program go to the directory by itself";
        finding pre_start_tried_once() "Upstart tries a failed pre-start once",
            help "where it has to be tried again, do so in the script";
        finding chrt_as_user() "chrt runs as the user, who may not ask for a realtime policy",
            help "give the user `limit rtprio`, or let the program change to the user by itself";
        finding lost_behaviour(setting, about) "{setting} has no counterpart{about}", help "see whether the service needs it";
    }
    LostDependency = "CUT056", Warning, Approximated {
        finding both_start_at_boot(name) "both start at boot; a start of this job by hand does not start `{name}`";
        finding no_dependency(name) "the job has no tie to {name}",
            help "where the order or the stop matters, name a job or an event in `start on` or `stop on`";
        finding lost_dependency(setting, about)
            "{setting} ties the unit to something that Upstart does not know{about}",
            help "where the order or the stop matters, name a job or an event in `start on` or `stop on`";
    }
    ClockStart = "CUT057", Manual, Manual {
        finding clock_start(setting, about)
            "{setting} starts the unit by the clock, which Upstart does not look at{about}",
            help "let cron(8), or a job that sleeps between two runs, start the job";
        finding clock_start_by_cron(setting, about, when, job)
            "{setting} starts the unit by the clock, which Upstart does not look at{about}",
            help "a line for /etc/cron.d: {when} root initctl start {job}";
    }
    // ---- start and stop ----
    StartedByNobody = "CUT060", Note, None {
        finding nobody_emits(name)
            "the job starts at the event `{name}`, which stands for {name}.target: nothing emits that",
            help "let something say `initctl emit {name}`, or write another event, such as `runlevel [2345]`";
        finding event_names_no_instance(job, values)
            "the event does not say which instance is meant, and without that none starts",
            help "write a small job for each instance, with this `start on`: exec initctl start {job} {values}";
        finding started_by_nobody() "nothing starts the unit by itself, and so nothing starts the job",
            help "start it by hand, or write `start on` into the job";
    }
    BootTargetMoved = "CUT061", Warning, Approximated {
        finding starts_at_very_beginning()
            "nothing tells of mounted file systems there: the job starts at the very beginning";
        finding network_waits_for_job()
            "what brings the network up on Ubuntu waits for the job; where something else does, name it";
    }
    SocketBridge = "CUT062", Warning, Approximated {
        finding socket_bridge()
            "upstart-socket-bridge listens, and hands over the one socket that was connected to; \
            the names of sockets are lost",
            help "make sure that the bridge runs, and that the program takes a listening socket";
    }
    FileBridge = "CUT063", Warning, Approximated {
        finding file_bridge()
            "upstart-file-bridge tells of changes only, and not of what is there already when it starts",
            help "make sure that the bridge runs; start the job once at boot if the file may be there";
    }
    LostActivation = "CUT064", Manual, Manual {
        finding socket_without_connections() "Upstart's socket bridge hands over the socket, and no connections",
            help "let inetd(8) or xinetd(8) listen, and run the program";
        finding socket_of_no_stream(key, value) "Upstart's socket bridge listens on streams only: {key}={value}",
            help "let the program open it itself, and start it at boot";
        finding no_instance_at_boot(job) "nothing starts an instance at boot: `start on` does not name one",
            help "let a task start each: initctl start {job}, with the variable that `instance` holds";
        finding no_socket_bridge(address) "Upstart's socket bridge does not listen on {address}",
            help "let the program open the socket itself, and start it at boot";
        finding bus_starts_nothing(name) "the bus starts nothing by itself when somebody asks for {name}",
            help "start the job at boot";
    }
    ShutdownOrder = "CUT065", Note, Approximated {
        finding shutdown_order(name)
            "at shutdown the job and `{name}` stop at the same time, not one after the other",
            help "where it needs the other one until its end, write `stop on stopping` of that";
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
        finding stopped_and_started_with(name)
            "when `{name}` crashes, the job is stopped as well, and started again with it";
        finding stopped_with(name)
            "when `{name}` crashes or is restarted, the job is stopped, and nothing starts it again",
            help "where it has to come back, write `or started {name}` into `start on`; \
            where it can live on, take `stopping {name}` out of `stop on`";
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
