//! Codes 301 to 599: readiness, restarting, stopping and reloading.

use super::codes;

codes! {
    // ---- readiness ----
    DaemonWithoutPidFile = "CUT301", Warning, Approximated {
    }
    ForksUnexpectedly = "CUT302", Warning, Approximated {
        finding hook_leaves_processes()
            "what this leaves in the background, systemd kills when the hook has ended",
            help "make it a unit of its own, and let this one require it";
    }
    ForksNotCounted = "CUT303", Note, None {
    }
    // ---- restarting ----
    RespawnWindow = "CUT401", Note, Approximated {
    }
    LimitWithoutRespawn = "CUT402", Warning, Dropped {
        finding limit_without_respawn() "`respawn limit` alone does not respawn the job",
            help "add `respawn` to the job if that was meant; then convert again";
    }
    SmallLimit = "CUT403", Note, Approximated {
    }
    TaskRespawn = "CUT404", Note, Approximated {
    }
    WithoutMain = "CUT405", Note, Dropped {
    }
    CleanSignals = "CUT406", Note, Approximated {
    }
    ImpossibleStatus = "CUT407", Note, Dropped {
        finding impossible_status(status) "no process can exit with status {status}";
    }
    // ---- stopping and reloading ----
    KillTimeoutZero = "CUT501", Warning, Approximated {
    }
    KillModeProcess = "CUT502", Note, Approximated {
    }
    ImpossibleSignal = "CUT503", Manual, Manual {
    }
}
