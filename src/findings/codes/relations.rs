//! Codes 701 to 799: starting, stopping, and what other services have to do with it.

use super::block::codes;

codes! {
    // ---- starting, stopping, relations ----
    CustomEvent = "CUT701", Warning, Approximated {
        finding event_without_job(event)
            "the event `{event}` is a target now, and no job of those converted waits for it",
            help "what is to start then: WantedBy= the target";
    }
    RelationElsewhere = "CUT702", Manual, Manual {
        finding other_unit_cannot_act(other)
            "only the unit of `{other}` can act then, and it cannot: \
            it has another root directory, or works at shutdown",
            help "decide what should start or stop this unit instead";
        finding start_elsewhere(other, recipe)
            "only the unit of `{other}` can act at the start of `{other}`, and it is not among those converted",
            help "convert them together, or add to that unit: {recipe} with this unit's name";
        finding stop_elsewhere(other, recipe)
            "only the unit of `{other}` can act at the stop of `{other}`, and it is not among those converted",
            help "convert them together, or add to that unit: {recipe} with this unit's name";
        finding end_elsewhere(other, recipe)
            "only the unit of `{other}` can act at the end of `{other}`, and it is not among those converted",
            help "convert them together, or add to that unit: {recipe} with this unit's name";
    }
    AndOnlyAtBoot = "CUT703", Warning, Approximated {
        finding and_only_at_boot() "several things joined by `and` are waited for at boot only",
            help "a later event of one of them alone does not start the unit again, \
            and one that never comes does not hold it back";
    }
    Runlevels = "CUT704", Note, Approximated {
    }
    NetworkInterface = "CUT705", Warning, Approximated {
        finding goes_with_network()
            "the unit goes with the network as a whole, not with each interface that comes and goes",
            help "where it has to follow one interface, tie it to that: ifup@eth0.service, or the .device unit";
    }
    BridgeEvent = "CUT706", Manual, Manual {
        finding no_instance_on_demand() "what comes on demand would have to choose an instance of the unit",
            help "write a unit of its own for each instance that is meant";
        finding no_device_action_in_session(action)
            "udev can start a unit of a session when a device comes, not at `{action}`",
            help "let a program of the session that watches the device do it";
        finding no_path_unit(path) "no .path unit can watch `{path}` for that",
            help "watch the directory with PathChanged=, and look in the script at what has changed";
    }
    InstanceByEvent = "CUT707", Manual, Manual {
    }
    InstanceName = "CUT708", Manual, Manual {
        finding instance_of_several_variables()
            "the name of an instance holds several variables, and cannot be split into them",
            help "whoever starts an instance writes its variables to that file first";
        finding empty_instance() "the default instance has an empty name, and a unit's cannot be empty",
            help "choose a name for it";
    }
    ShutdownWork = "CUT709", Note, Approximated {
    }
    StartedThoughFailed = "CUT710", Note, Approximated {
        finding started_though_failed(job) "the unit also comes up where the start of `{job}` fails";
        finding counted_though_failed(job) "the start of `{job}` counts as come although it fails";
    }
    StopCondition = "CUT711", Manual, Manual {
        finding stopped_by_boot_task(name)
            "`{name}` runs once, while the system boots, and ends this job then; nothing stops the unit then",
            help "let something that comes late in the boot stop it: `ExecStart=/bin/systemctl stop` in a unit \
            that is wanted by, and comes after, multi-user.target";
    }
    EscapedName = "CUT712", Note, None {
        finding escaped_name(job, unit) "the job `{job}` is the unit `{unit}` now";
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
        finding session_value_not_tested(names)
            "the value of {names} in the session's environment is not looked at",
            help "test it in ExecCondition=, or in the script";
    }
    ConsoleEvent = "CUT715", Note, Approximated {
    }
    EarlyOrLate = "CUT716", Warning, Approximated {
        finding early_before_late() "the unit comes before one that starts early, so it cannot wait for late events",
            help "split the unit if the late start is needed too";
    }
    LostOperand = "CUT717", Manual, Manual {
        finding instance_not_said(names) "it is not said which instance is meant of {names}",
            help "name the instance in the unit";
        finding starts_at_own_event() "the job starts at an event of its own, which no unit can",
            help "if it was to run again and again, write Restart=always";
        finding stops_at_own_event() "the job stops at an event of its own, which no unit can",
            help "if it was to run again and again, write Restart=always";
    }
    StopOrder = "CUT718", Warning, Approximated {
        finding group_does_not_wait(group)
            "a stop of {group} stops the unit too, and does not wait until it is down",
            help "stop the unit itself where somebody has to wait for it";
        finding stops_after_not_before(other)
            "the unit starts before {other}, so it stops after it, not before",
            help "where it needs the other one for its stop, start it after that as well";
        finding stops_before_not_after(other)
            "the unit starts after {other}, so it stops before it, not after";
        finding stop_does_not_wait(other)
            "{other} does not wait with its stop until the unit is up: the two are ordered already";
    }
    UnknownJob = "CUT719", Warning, Approximated {
        finding unknown_job_called(name)
            "a process calls `{name}`, which is not among the jobs converted, nor a unit that cutover knows",
            help "make sure that there is a unit of that name; without it the call fails";
        finding unknown_jobs(names) "not among the jobs converted, nor a unit that cutover knows: {names}",
            help "make sure that there is a unit of that name; without it nothing of this kind happens";
    }
    Blocked = "CUT720", Manual, Manual {
        finding blocked() "the unit refuses to start until this is resolved",
            help "resolve it in the unit, and take the line out";
    }
    GuardedStart = "CUT721", Note, Approximated {
        finding starts_between_restarts(other) "the unit also starts between restarts of {other}",
            help "other things start it as well, so it cannot look whether that one is down for good";
        finding starts_only_while_down(others)
            "the unit starts only while {others} is down: a start by hand beside it does nothing",
            help "to start it beside the other one, run its command by hand";
        finding restart_counts_as_end(other) "a restart of {other} counts as its end";
        finding starts_only_with(value)
            "the unit starts only with {value}: a start by hand without it does nothing",
            help "take the condition out if people start it by hand";
    }
    NotAtShutdown = "CUT722", Note, Approximated {
        finding not_at_shutdown(other)
            "when {other} stops because the system goes down, systemd does not start the unit",
            help "what has to be done at shutdown too, do in ExecStopPost= of the other unit";
    }
    FileEvent = "CUT723", Note, Approximated {
        finding any_change_starts()
            "any change to the file starts the unit, because other things start it as well",
            help "where it matters what has changed, look at the file in the script";
        finding changes_count_as_one()
            "changes that follow each other at once count as one, and a file that is there at boot is not announced",
            help "start the unit once at boot if the file may be there already; \
            a start by hand looks at the file as well";
    }
    StopAfterCrash = "CUT724", Note, Approximated {
        finding stops_after_crash(other)
            "when {other} ends by itself, the unit stops after its post-stop, not before";
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
        finding not_vendor_job_of_target(name, difference, why)
            "`{name}` is the name of a vendor job, but this is not the job as shipped: {difference}",
            help "it is converted; on the target, {why}: see whether this one is still needed";
        finding not_vendor_job_of_unit(name, difference, unit)
            "`{name}` is the name of a vendor job, but this is not the job as shipped: {difference}",
            help "it is converted, and its unit would stand before the {unit} that the target has: \
            a drop-in to that with what differs is often better";
        finding not_vendor_job_beside(name, difference, unit)
            "`{name}` is the name of a vendor job, but this is not the job as shipped: {difference}",
            help "it is converted; the target has {unit} in the place of the vendor job: \
            enable the one or the other";
        finding not_vendor_job_retired(name, difference, why)
            "`{name}` is the name of a vendor job, but this is not the job as shipped: {difference}",
            help "it is converted; the vendor job needs no successor ({why}): see whether this one does";
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
        finding waits_in_cycle(chain, left_out)
            "a cycle of units that wait for each other, {chain} and again: the unit does not wait for {left_out}",
            help "decide which of them can do without the other, and take the wait out of that one";
    }
    DeviceEvent = "CUT729", Note, Approximated {
        finding started_by_udev()
            "a udev rule starts the unit; this was not measured, and the event's variables do not reach it",
            help "try it with the device, or with `udevadm trigger`";
    }
    StopTogether = "CUT730", Note, Approximated {
        finding stops_with_all(units) "it stops once {units} have been stopped; they do not wait for that";
    }
    SessionEnvironment = "CUT731", Note, None {
    }
    SessionRights = "CUT732", Manual, Manual {
    }
    BusActivation = "CUT733", Note, Approximated {
        finding started_by_bus(name)
            "the bus starts the unit when somebody calls {name}; it counts as up once it owns the name",
            help "where the package brings a D-Bus service file for it, see that this one comes first, \
            or add SystemdService= to that";
    }
    EarlyTask = "CUT734", Warning, Approximated {
        finding early_task() "it may run twice: what is started while the system comes up starts it again",
            help "RemainAfterExit=yes prevents that where no other unit waits for its end, \
            and `restart` then runs it again";
    }
    HooksAtShutdown = "CUT735", Note, Approximated {
    }
}
