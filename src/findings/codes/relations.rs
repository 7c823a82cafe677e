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
        finding same_unit(job, unit, first) "{job} would be {unit} too, which {first} is already",
            help "rename one of the jobs, and convert again";
        finding same_job(job, first) "its job would be {job}.conf too, which {first} is already",
            help "rename one of the units, and convert again";
        finding same_file(path, other) "{path} would be written for {other} too, and differently",
            help "rename one of the jobs, and plan again";
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
        finding retired_job(job, unit, why) "`{job}` is not converted, {unit} takes its place: {why}",
            help "--keep-vendor-jobs converts it all the same";
        finding retired_for_package(job, unit, why) "`{job}` is not converted, {unit} takes its place: {why}",
            help "what was changed in the job belongs into a drop-in: systemctl edit {unit}; --keep-vendor-jobs \
            converts it all the same, and the unit then stands before that of the package";
        finding retired_for_nothing(job, why) "`{job}` is not converted, nothing has to take its place: {why}",
            help "--keep-vendor-jobs converts it all the same";
    }
    NotVendorJob = "CUT726", Warning, None {
    }
    OverrideOfRetired = "CUT727", Manual, Manual {
        finding disabled_retired(job, unit) "`{job}` is disabled by `manual`; {unit}, which takes its place, is not",
            help "systemctl disable {unit}, or systemctl mask {unit} where something else would start it";
        finding disabled_for_target(job, target)
            "`{job}` is disabled by `manual`; {target}, which takes its place, is not",
            help "{target} cannot be done without: see why the job was disabled, and whether that still holds";
        finding changed_retired(job, unit)
            "the override changes `{job}`, and {unit}, which takes its place, knows nothing of it",
            help "carry it over into a drop-in: systemctl edit {unit}";
        finding changed_unneeded(job, why) "the override changes `{job}`, which nothing takes the place of",
            help "see whether it is still needed: {why}";
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
