//! Codes 801 to 899: the target system, and who else counts on Upstart.

use super::codes;

codes! {
    // ---- the target system ----
    DowngradedDirective = "CUT801", Note, Approximated {
    }
    NotInTarget = "CUT802", Manual, Manual {
    }
    PlainForm = "CUT803", Note, Approximated {
    }
    LogToJournal = "CUT804", Note, Approximated {
    }
    // ---- who else counts on Upstart ----
    CallerFails = "CUT810", Warning, None {
    }
    CallerUndecided = "CUT811", Manual, None {
    }
    CallerWorks = "CUT812", Note, None {
    }
    CallerOfLog = "CUT813", Warning, None {
    }
    CallerOfDefinition = "CUT814", Warning, None {
    }
    UpstartFile = "CUT815", Note, None {
    }
    CallerMention = "CUT816", Note, None {
    }
    MissingAccount = "CUT820", Warning, None {
    }
    MissingProgram = "CUT821", Warning, None {
    }
    MissingVariables = "CUT822", Warning, None {
    }
    AbsentVariables = "CUT823", Note, None {
    }
    MissingDirectory = "CUT824", Warning, None {
    }
    PartialRoot = "CUT825", Note, None {
    }
    AdoptedUnit = "CUT830", Note, None {
    }
    OtherUnit = "CUT831", Warning, None {
    }
    SuccessorMissing = "CUT832", Warning, None {
    }
    NoSystemd = "CUT833", Note, None {
    }
    NotCarried = "CUT834", Warning, None {
    }
    MaskedSuccessor = "CUT835", Manual, None {
    }
    EnabledElsewhere = "CUT836", Manual, None {
    }
    EnableByHand = "CUT837", Warning, None {
    }
    PrivateScript = "CUT838", Manual, None {
    }
    UnitCycle = "CUT839", Manual, None {
    }
    Unaccounted = "CUT899", Manual, Manual {
    }
}
