//! Codes 201 to 299: processes, and what of scripts became directives.

use super::block::codes;

codes! {
    // ---- processes ----
    RelativeProgram = "CUT201", Note, Approximated {
        finding relative_program(program) "`{program}` is relative to the working directory",
            help "the program sees its absolute path as argv[0]";
    }
    PreStartRetried = "CUT202", Note, Approximated {
        finding pre_start_retried()
            "systemd retries a failed pre-start up to the start limit; Upstart gives up at once";
    }
    ConditionalStart = "CUT203", Warning, Approximated {
        finding stop_in_job_fails_unit(target)
            "systemd {target} has no ExecCondition=: where the job says `stop`, the unit fails";
        finding pre_start_runs_exec() "a failure of this pre-start can pass for its `stop`: it runs `exec`",
            help "a status from 1 to 254 means \"do not start\" to systemd; \
            let the script end with 255 where it fails";
        finding pre_start_sets_trap()
            "a failure of this pre-start can pass for its `stop`: it sets a trap for its own end",
            help "a status from 1 to 254 means \"do not start\" to systemd; \
            let the script end with 255 where it fails";
    }
    PostStartAfterTask = "CUT204", Note, Approximated {
        finding post_start_after_task() "post-start runs when the task has ended, not beside it";
        label a_task() "a task";
    }
    PreStopWithoutMain = "CUT205", Note, Dropped {
        finding pre_stop_without_main() "Upstart runs pre-stop only while there is a main process",
            help "if it was meant to run, make it post-stop";
    }
    HookCutShort = "CUT206", Warning, Approximated {
        finding hook_cut_short(limit) "this may take longer than {limit} s, and then systemd kills it",
            help "raise TimeoutStopSec= to what it needs";
        finding wait_cut_short(other) "{other} waits for this at its stop, but no longer than its kill timeout",
            help "raise TimeoutStopSec= of the other unit to what this needs";
    }
    UpstartCommand = "CUT207", Manual, Manual {
        finding call_stays(written, reason, advice) "`{written}` stays a call to Upstart: {reason}", help "{advice}";
        finding stops_own_instance() "the script stops its own instance",
            help "write `systemctl stop --no-block` with the instance's unit";
    }
    PostStopFailure = "CUT208", Note, Approximated {
        finding post_stop_ends_respawning() "Upstart stops respawning when post-stop fails; systemd goes on";
        finding post_stop_fails_stop()
            "a stop exits 1 on Upstart when post-stop fails; systemd only marks the unit failed";
    }
    EventVariable = "CUT209", Manual, Manual {
        finding first_socket_only() "UPSTART_FDS names the first of the sockets only",
            help "the others follow it, in the order of the .socket unit";
        finding variable_of_event(name)
            "`{name}` comes with the starting event, and units have no events",
            help "set it with Environment=, or find out in the script what it stands for";
        finding nothing_sets_variables(names)
            "nothing under systemd sets {names}: an event or the arguments of `start` did",
            help "set it with Environment=, or find out in the script what it stands for";
        finding variable_of_systemd(name)
            "{name} is how the main process of this job ended: systemd sets it here, Upstart in events only",
            help "if what an event said was meant, set it otherwise; what is meant mostly is what systemd says";
    }
    StopDuringPreStart = "CUT210", Note, Approximated {
        finding stopped_pre_start_exits_one() "a start that is stopped before pre-start has ended exits 1; on Upstart 0";
        finding stop_kills_pre_start() "a stop waits for pre-start on Upstart; systemd kills it";
        finding stop_ends_post_start() "a stop waits for post-start on Upstart; systemd ends main at once";
        finding stop_kills_post_start() "a stop waits for post-start on Upstart; systemd kills it";
    }
    ShellPitfall = "CUT211", Warning, None {
        finding exec_ends_list()
            "the shell runs `exec` with this line, so that what stands behind the first command never runs",
            help "if the whole line was meant to run, make it a script";
        finding command_in_background()
            "the command puts itself into the background, so that its init loses sight of it",
            help "if the whole line was meant to run, make it a script";
        finding exec_of_assignment()
            "the shell runs `exec` with this line, and takes the assignment for the program's name",
            help "if the whole line was meant to run, make it a script";
        label same_under_both() "the same under both inits";
    }
    TaskWithoutMain = "CUT212", Note, Approximated {
        finding task_without_main() "on Upstart a task without a main process never ends",
            help "check that what waits for it may go on once its pre-start is done";
    }
    RestartWithPreStop = "CUT213", Note, Approximated {
        finding restart_with_pre_stop()
            "a restart stops and starts the unit; on Upstart it runs pre-stop, and no more";
    }
    DeletesRun = "CUT214", Manual, Manual {
        finding deletes_run() "this deletes what systemd keeps while it runs: nobody can talk to it after that",
            help "take it out: /run is empty when the system boots, and tmpfiles.d(5) cleans up";
    }
    CallRewritten = "CUT215", Note, Approximated {
        finding call_rewritten(written, instead) "`{written}` is `{instead}` now";
    }
    CallDoesNotWait = "CUT216", Warning, Approximated {
        finding call_does_not_wait(written, unwaited) "`{written}` does not wait: {unwaited}",
            help "see whether what follows in the script needs it to be done";
    }
    BashSyntax = "CUT220", Warning, None {
        finding bash_syntax(what, kind) "`{what}` is not what it is in bash: {kind}",
            help "where it was written on a system whose /bin/sh is bash, write it for sh, or name bash";
        label run_with_sh() "both inits run it with /bin/sh, which is dash on Debian and Ubuntu";
    }
    UnreadableScript = "CUT221", Manual, Manual {
        finding unreadable_script(error) "the shell cannot read this script: {error}",
            help "it fails on both inits; look at the place with `sh -n`";
    }
    LiftedWorkingDirectory = "CUT222", Note, None {
        finding lifted_cd() "`cd` became the unit's directory";
    }
    LiftedEnvironment = "CUT223", Note, None {
        finding lifted_variable(name) "the script's `{name}` became one of the unit's environment";
    }
    LiftedLimit = "CUT224", Note, None {
        finding lifted_limit(option, value) "`ulimit {option} {value}` became a limit of the unit";
    }
    LiftedUmask = "CUT225", Note, None {
        finding lifted_umask() "the script's umask became the unit's";
    }
    LiftedOutput = "CUT226", Note, None {
        finding lifted_input() "what the script read, the unit reads";
        finding lifted_output() "where the script sent its output, the unit sends it";
    }
    LiftedPrefix = "CUT227", Note, None {
        finding lifted_nice() "`nice` became the unit's own";
        finding lifted_ionice() "`ionice` became the unit's own";
        finding lifted_chrt() "`chrt` became the unit's own";
        finding lifted_taskset() "`taskset` became the unit's own";
    }
    LiftedAccount = "CUT228", Warning, Approximated {
        finding lifted_account_of_pam(program)
            "`{program}` became the unit's user: limits and variables that PAM gave the process are gone";
        finding lifted_account(program)
            "`{program}` became the unit's user: it has all groups of that user, and HOME, LOGNAME, SHELL and USER";
    }
    LiftedStartStopDaemon = "CUT229", Note, Approximated {
        finding lifted_start_stop_daemon() "`start-stop-daemon` became the unit's own way to start";
    }
    LiftedLogger = "CUT230", Note, Approximated {
        finding lifted_logger()
            "the journal takes the place of `logger`, and the program is the main process, \
            which on Upstart nobody saw end";
    }
    LiftedProgram = "CUT231", Note, None {
        finding lifted_program() "the command runs without a shell around it";
    }
    ShellGone = "CUT232", Note, Approximated {
        finding shell_gone()
            "the program is the main process, not a shell that waits for it; \
            its death by a signal is no exit status";
    }
    LiftedFile = "CUT233", Note, Approximated {
        finding lifted_file(path)
            "systemd reads {path}, not a shell",
            help "from now on it may hold nothing but lines KEY=value: \
            no `$`, no command, no comment behind a value";
        finding lifted_file_but_fixed(path, fixed)
            "systemd reads {path}, not a shell; what it says of {fixed} does not count",
            help "from now on it may hold nothing but lines KEY=value: \
            no `$`, no command, no comment behind a value";
        finding lifted_file_of_all(path)
            "systemd reads {path}, not a shell, and all of its variables are in the environment of the unit's programs",
            help "from now on it may hold nothing but lines KEY=value: \
            no `$`, no command, no comment behind a value";
        finding lifted_file_of_all_but_fixed(path, fixed)
            "systemd reads {path}, not a shell, and all of its variables are in the environment of the unit's programs\
            ; what it says of {fixed} does not count",
            help "from now on it may hold nothing but lines KEY=value: \
            no `$`, no command, no comment behind a value";
        finding lifted_file_of_some(path, names)
            "systemd reads {path}, not a shell, and the unit's programs find {names} in their environment",
            help "from now on it may hold nothing but lines KEY=value: \
            no `$`, no command, no comment behind a value";
        finding lifted_file_of_some_but_fixed(path, names, fixed)
            "systemd reads {path}, not a shell, and the unit's programs find {names} in their environment\
            ; what it says of {fixed} does not count",
            help "from now on it may hold nothing but lines KEY=value: \
            no `$`, no command, no comment behind a value";
    }
    FileStays = "CUT234", Note, None {
        finding file_stays(path, why) "the script reads in {path}, and keeps a shell for that: {why}",
            help "with nothing but lines of the form KEY=value in it, the unit could read it by itself";
        finding unseen_file_stays(path, why) "the script reads in {path}, and keeps a shell for that: {why}",
            help "give the root directory of the machine with --root, so that it can be looked at";
    }
    LiftedGuard = "CUT240", Note, None {
        finding lifted_guard(path) "asked for {path} before the start";
    }
    LiftedDirectory = "CUT241", Note, Approximated {
        finding lifted_directory(path) "makes {path}";
    }
    LiftedCommands = "CUT242", Note, None {
        finding lifted_command() "runs one program, and needs no shell for it";
        finding lifted_commands(count) "runs {count} programs one after the other, and needs no shell for it";
    }
    AssumedLift = "CUT243", Warning, Approximated {
        finding assumed_owner(path) "`{path}`: nobody but the pre-start gives it an owner or a mode";
        finding assumed_test(operator, path, assumption) "`test {operator} {path}`: {assumption}";
        finding assumed_plain_value(name) "`${name}`: the value holds no quote, backslash or pattern";
        finding assumed_value_in_unit(name) "`${name}`: the value is in the environment of the unit";
        finding assumed_single_word(name) "`${name}`: the value is one word";
        finding assumed_unsaid(name) "`${name}`: no event says another value";
        finding assumed_file(path, assumption) "`. {path}`: {assumption}";
        finding assumed_up_late(first) "`{first}`: nobody minds that the unit is up only when that is done";
        finding assumed_foreground() "`--background`: the program stays in the foreground by itself";
        finding assumed_pid_file(path) "nobody else looks into {path}, which is not written any more";
    }
}
