//! Codes 001 to 099: from units to jobs.

use super::codes;

codes! {
    // ---- reading ----
    UnitProblem = "CUT001", Warning, Dropped {
    }
    ExtensionSetting = "CUT002", Note, Dropped {
    }
    MaskedUnit = "CUT003", Warning, None {
    }
    NoService = "CUT004", Manual, Manual {
    }
    ResolvedSpecifier = "CUT005", Note, Approximated {
    }
    // ---- processes ----
    PostStartFailure = "CUT020", Note, Approximated {
    }
    PostStartBesideTask = "CUT021", Warning, Approximated {
    }
    StopCommand = "CUT022", Note, Approximated {
    }
    ReloadCommand = "CUT023", Manual, Manual {
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
    }
    LostDependency = "CUT056", Warning, Approximated {
    }
    ClockStart = "CUT057", Manual, Manual {
    }
    // ---- start and stop ----
    StartedByNobody = "CUT060", Note, None {
    }
    BootTargetMoved = "CUT061", Warning, Approximated {
    }
    SocketBridge = "CUT062", Warning, Approximated {
    }
    FileBridge = "CUT063", Warning, Approximated {
    }
    LostActivation = "CUT064", Manual, Manual {
    }
    ShutdownOrder = "CUT065", Note, Approximated {
    }
    NeededMayFail = "CUT066", Warning, Approximated {
    }
    WaitsAtBoot = "CUT067", Note, Approximated {
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
