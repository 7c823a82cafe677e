//! Codes 901 to 999: true of every unit, told once.

use super::block::codes;

codes! {
    // ---- true of every unit, told once ----
    GeneralExitStatus = "CUT901", Note, None {
    }
    GeneralStartRefused = "CUT902", Note, None {
    }
    GeneralFailedState = "CUT903", Note, None {
    }
    GeneralBuffering = "CUT904", Note, None {
    }
    GeneralEnvironment = "CUT905", Note, None {
    }
    GeneralControlGroup = "CUT906", Note, None {
    }
    GeneralStartArguments = "CUT907", Note, None {
    }
    GeneralReload = "CUT908", Note, None {
    }
    GeneralSigpipe = "CUT909", Note, None {
    }
    GeneralSpawnFailure = "CUT910", Note, None {
    }
    GeneralStartReturn = "CUT911", Note, None {
    }
    GeneralOrigin = "CUT912", Note, None {
        finding origin_of_jobs(distribution) "the jobs are taken for those of {distribution}",
            help "`--origin` says otherwise";
        finding origin_for_units(distribution) "the jobs are for {distribution}",
            help "`--origin` says otherwise";
    }
}
