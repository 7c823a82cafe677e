//! Codes 201 to 299: processes, and what of scripts became directives.

use super::codes;

codes! {
    // ---- processes ----
    RelativeProgram = "CUT201", Note, Approximated {
    }
    PreStartRetried = "CUT202", Note, Approximated {
        finding pre_start_retried()
            "systemd retries a failed pre-start up to the start limit; Upstart gives up at once";
    }
    ConditionalStart = "CUT203", Warning, Approximated {
        finding stop_in_job_fails_unit(target)
            "systemd {target} has no ExecCondition=: where the job says `stop`, the unit fails";
    }
    PostStartAfterTask = "CUT204", Note, Approximated {
    }
    PreStopWithoutMain = "CUT205", Note, Dropped {
    }
    HookCutShort = "CUT206", Warning, Approximated {
        finding hook_cut_short(limit) "this may take longer than {limit} s, and then systemd kills it",
            help "raise TimeoutStopSec= to what it needs";
    }
    UpstartCommand = "CUT207", Manual, Manual {
        finding call_stays(written, reason, advice) "`{written}` stays a call to Upstart: {reason}", help "{advice}";
    }
    PostStopFailure = "CUT208", Note, Approximated {
        finding post_stop_ends_respawning() "Upstart stops respawning when post-stop fails; systemd goes on";
        finding post_stop_fails_stop()
            "a stop exits 1 on Upstart when post-stop fails; systemd only marks the unit failed";
    }
    EventVariable = "CUT209", Manual, Manual {
    }
    StopDuringPreStart = "CUT210", Note, Approximated {
        finding stopped_pre_start_exits_one() "a start that is stopped before pre-start has ended exits 1; on Upstart 0";
        finding stop_kills_pre_start() "a stop waits for pre-start on Upstart; systemd kills it";
        finding stop_ends_post_start() "a stop waits for post-start on Upstart; systemd ends main at once";
        finding stop_kills_post_start() "a stop waits for post-start on Upstart; systemd kills it";
    }
    ShellPitfall = "CUT211", Warning, None {
    }
    TaskWithoutMain = "CUT212", Note, Approximated {
    }
    RestartWithPreStop = "CUT213", Note, Approximated {
        finding restart_with_pre_stop()
            "a restart stops and starts the unit; on Upstart it runs pre-stop, and no more";
    }
    DeletesRun = "CUT214", Manual, Manual {
    }
    CallRewritten = "CUT215", Note, Approximated {
        finding call_rewritten(written, instead) "`{written}` is `{instead}` now";
    }
    CallDoesNotWait = "CUT216", Warning, Approximated {
        finding call_does_not_wait(written, unwaited) "`{written}` does not wait: {unwaited}",
            help "see whether what follows in the script needs it to be done";
    }
    BashSyntax = "CUT220", Warning, None {
    }
    UnreadableScript = "CUT221", Manual, Manual {
    }
    LiftedWorkingDirectory = "CUT222", Note, None {
    }
    LiftedEnvironment = "CUT223", Note, None {
    }
    LiftedLimit = "CUT224", Note, None {
    }
    LiftedUmask = "CUT225", Note, None {
    }
    LiftedOutput = "CUT226", Note, None {
    }
    LiftedPrefix = "CUT227", Note, None {
    }
    LiftedAccount = "CUT228", Warning, Approximated {
    }
    LiftedStartStopDaemon = "CUT229", Note, Approximated {
    }
    LiftedLogger = "CUT230", Note, Approximated {
    }
    LiftedProgram = "CUT231", Note, None {
    }
    ShellGone = "CUT232", Note, Approximated {
    }
    LiftedFile = "CUT233", Note, Approximated {
    }
    FileStays = "CUT234", Note, None {
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
    }
}
