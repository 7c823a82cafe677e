//! Codes 701 to 799: starting, stopping, and what other services have to do with it.

use super::codes;

codes! {
    // ---- starting, stopping, relations ----
    CustomEvent = "CUT701", Warning, Approximated {
    }
    RelationElsewhere = "CUT702", Manual, Manual {
    }
    AndOnlyAtBoot = "CUT703", Warning, Approximated {
    }
    Runlevels = "CUT704", Note, Approximated {
    }
    NetworkInterface = "CUT705", Warning, Approximated {
    }
    BridgeEvent = "CUT706", Manual, Manual {
    }
    InstanceByEvent = "CUT707", Manual, Manual {
    }
    InstanceName = "CUT708", Manual, Manual {
    }
    ShutdownWork = "CUT709", Note, Approximated {
    }
    StartedThoughFailed = "CUT710", Note, Approximated {
    }
    StopCondition = "CUT711", Manual, Manual {
    }
    EscapedName = "CUT712", Note, None {
    }
    NameCollision = "CUT713", Error, Manual {
    }
    EventFilter = "CUT714", Warning, Approximated {
    }
    ConsoleEvent = "CUT715", Note, Approximated {
    }
    EarlyOrLate = "CUT716", Warning, Approximated {
    }
    LostOperand = "CUT717", Manual, Manual {
    }
    StopOrder = "CUT718", Warning, Approximated {
    }
    UnknownJob = "CUT719", Warning, Approximated {
    }
    Blocked = "CUT720", Manual, Manual {
    }
    GuardedStart = "CUT721", Note, Approximated {
    }
    NotAtShutdown = "CUT722", Note, Approximated {
    }
    FileEvent = "CUT723", Note, Approximated {
    }
    StopAfterCrash = "CUT724", Note, Approximated {
    }
    RetiredJob = "CUT725", Note, Dropped {
    }
    NotVendorJob = "CUT726", Warning, None {
    }
    OverrideOfRetired = "CUT727", Manual, Manual {
    }
    OrderingCycle = "CUT728", Warning, Approximated {
    }
    DeviceEvent = "CUT729", Note, Approximated {
    }
    StopTogether = "CUT730", Note, Approximated {
    }
    SessionEnvironment = "CUT731", Note, None {
    }
    SessionRights = "CUT732", Manual, Manual {
    }
    BusActivation = "CUT733", Note, Approximated {
    }
    EarlyTask = "CUT734", Warning, Approximated {
    }
    HooksAtShutdown = "CUT735", Note, Approximated {
    }
}
