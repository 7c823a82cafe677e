//! Codes 301 to 599: readiness, restarting, stopping and reloading.

use super::block::codes;

codes! {
    // ---- readiness ----
    DaemonWithoutPidFile = "CUT301", Warning, Approximated {
        finding daemon_without_pid_file()
            "if its first process ends before the second fork, systemd kills the daemon",
            help "let the program run in the foreground (then without `expect`), \
            or name its PID file with PIDFile=";
    }
    ForksUnexpectedly = "CUT302", Warning, Approximated {
        finding hook_leaves_processes()
            "what this leaves in the background, systemd kills when the hook has ended",
            help "make it a unit of its own, and let this one require it";
        finding forks_unexpectedly(program)
            "`{program}` leaves something in the background, and the job does not expect that",
            help "run the program itself, in the foreground; neither init sees it otherwise";
        finding task_forks() "a task that forks: the unit waits for its first process only",
            help "run the program in the foreground";
        label task_ends_with_process() "a task ends with its process";
    }
    ForksNotCounted = "CUT303", Note, None {
        finding forks_not_counted()
            "systemd does not count forks: should the program fork otherwise, the unit works where the job hung";
    }
    // ---- restarting ----
    RespawnWindow = "CUT401", Note, Approximated {
        finding respawn_window(interval)
            "after more than {interval} s without a fault, the unit may start once more than the job";
        finding respawn_window_and_delay(interval)
            "after more than {interval} s without a fault, the unit may start once more than the job; \
            it waits 0.1 s before each restart";
    }
    LimitWithoutRespawn = "CUT402", Warning, Dropped {
        finding limit_without_respawn() "`respawn limit` alone does not respawn the job",
            help "add `respawn` to the job if that was meant; then convert again";
    }
    SmallLimit = "CUT403", Note, Approximated {
        finding small_limit(starts, interval)
            "starts by hand count as well: more than {starts} within {interval} s are refused",
            help "`systemctl reset-failed` lets it start again";
    }
    TaskRespawn = "CUT404", Note, Approximated {
        finding task_respawn() "the start returns at the first failure; on Upstart it waits for a success";
    }
    WithoutMain = "CUT405", Note, Dropped {
        finding without_main(stanza) "without a main process `{stanza}` has no effect";
        finding expect_of_task() "a task is done when it ends: `expect none` adds nothing to that";
    }
    CleanSignals = "CUT406", Note, Approximated {
        finding clean_signals()
            "death by TERM, HUP, INT or PIPE leaves the unit inactive, not failed as on Upstart";
    }
    ImpossibleStatus = "CUT407", Note, Dropped {
        finding impossible_status(status) "no process can exit with status {status}";
    }
    // ---- stopping and reloading ----
    KillTimeoutZero = "CUT501", Warning, Approximated {
        finding kill_timeout_zero() "Upstart itself aborts when it stops a job with a kill timeout of 0",
            help "choose how many seconds the service may take to stop";
    }
    KillModeProcess = "CUT502", Note, Approximated {
        finding leftovers_live_on() "what this leaves running lives on at the stop, as on Upstart",
            help "post-stop has to end it";
        finding task_leftovers_live_on() "what the task leaves running lives on when it ends, as on Upstart";
        finding children_live_on(program) "what {program} has started lives on when it is stopped or restarted";
    }
    ImpossibleSignal = "CUT503", Manual, Manual {
        finding impossible_stop_signal(signal) "no process can be sent signal {signal}",
            help "the unit is stopped with SIGTERM";
        finding impossible_reload_signal(signal) "no process can be sent signal {signal}",
            help "the unit cannot be reloaded";
        finding no_such_signal(number) "no signal has the number {number}";
    }
}
