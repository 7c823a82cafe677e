//! Codes 701 to 799: starting, stopping, and what other services have to do with it.

use super::block::codes;

codes! {
    // ---- starting, stopping, relations ----
    CustomEvent = "CUT701", Warning, Approximated {
        finding event_without_job(event)
            "the event `{event}` is a target now, and no job of those converted waits for it",
            help "what is to start then: WantedBy= the target";
        finding custom_event(event) "the event `{event}` is a target now",
            help "where `initctl emit` announced it, write its variables to the unit's EnvironmentFile=, \
            then `systemctl start` of the target";
        finding custom_event_misspelt(event, known) "the event `{event}` is a target now",
            help "did you mean `{known}`? Nothing that Upstart ships emits `{event}`";
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
        finding pattern_of_jobs_starts(event) "`{event}`: no single job is named here",
            help "decide what should start or stop the unit, and write it down there";
        finding pattern_of_jobs_stops(event) "`{event}`: no single job is named here",
            help "decide what should stop the unit, and write it down there";
    }
    AndOnlyAtBoot = "CUT703", Warning, Approximated {
        finding and_only_at_boot() "several things joined by `and` are waited for at boot only",
            help "a later event of one of them alone does not start the unit again, \
            and one that never comes does not hold it back";
    }
    Runlevels = "CUT704", Note, Approximated {
        finding poweroff_like_reboot() "the work is done at poweroff and at reboot alike",
            help "look for the kind of shutdown in the script, with `systemctl list-jobs`";
        finding runlevels_for_repair() "the runlevels for repair became rescue.target",
            help "check that the unit is wanted where the job was";
        finding runlevels_not_told_apart(levels)
            "systemd does not tell runlevels 2 to 5 apart; this one names {levels}",
            help "check that the unit is wanted where the job was";
        finding runlevels_without_debian(levels)
            "systemd does not tell runlevels 2 to 5 apart; this one names {levels}",
            help "runlevel 2 is the usual one on Debian and Ubuntu, 3 and 5 on Red Hat; \
            do not enable the unit if the job did not run";
        finding runlevels_of_end_too()
            "the unit starts with the system, not again when it goes down or into rescue mode",
            help "check that the unit is wanted where the job was";
        finding runlevels_of_end_too_without_debian()
            "the unit starts with the system, not again when it goes down or into rescue mode",
            help "runlevel 2 is the usual one on Debian and Ubuntu, 3 and 5 on Red Hat; \
            do not enable the unit if the job did not run";
        finding shutdown_never_emitted() "no Upstart since 0.5 emits `shutdown`; taken for the end of the system";
        finding stop_runlevels_not_told_apart(levels)
            "systemd does not tell runlevels 2 to 5 apart; the job stops in {levels}",
            help "do not enable the unit if the job did not run in the machine's usual runlevel";
        finding stopped_at_every_shutdown()
            "the unit is stopped at shutdown and at reboot, the job was not at both",
            help "on Upstart the job lived until everything was killed; check that an orderly stop is fine";
    }
    NetworkInterface = "CUT705", Warning, Approximated {
        finding goes_with_network()
            "the unit goes with the network as a whole, not with each interface that comes and goes",
            help "where it has to follow one interface, tie it to that: ifup@eth0.service, or the .device unit";
        finding network_interface(interface) "the unit waits for the network as such, not for {interface}",
            help "where several interfaces come up at different times, order the unit after what configures this one";
    }
    BridgeEvent = "CUT706", Manual, Manual {
        finding no_instance_on_demand() "what comes on demand would have to choose an instance of the unit",
            help "write a unit of its own for each instance that is meant";
        finding no_device_action_in_session(action)
            "udev can start a unit of a session when a device comes, not at `{action}`",
            help "let a program of the session that watches the device do it";
        finding no_path_unit(path) "no .path unit can watch `{path}` for that",
            help "watch the directory with PathChanged=, and look in the script at what has changed";
        finding bridge_event(event, way) "nothing announces `{event}` to units",
            help "{way}";
        finding bridge_event_of_machine(event) "nothing announces `{event}` to units",
            help "an event of the system as a user session sees it: order the user unit by hand";
        finding bridge_event_of_device(event) "nothing announces `{event}` to units",
            help "write a udev rule with TAG+=\"systemd\" and ENV{{SYSTEMD_WANTS}}=";
        finding pattern_of_mounts(event) "`{event}` names no single mount point",
            help "add Requires= and After= of the mount units that are meant";
        finding event_of_machine(event)
            "`{event}` is an event of the machine, and the user manager does not see it",
            help "let the unit of the machine that it is about do this, \
            by systemctl --user --machine=USER@ start (systemctl(1))";
        finding event_of_no_session(event)
            "no init of a session announces `{event}`: the job never heard of it",
            help "where the machine's event was meant, it has `:sys:` before its name, \
            and a user manager does not see it either";
    }
    InstanceByEvent = "CUT707", Manual, Manual {
        finding instance_by_event() "an event's variables choose the instance, and a unit cannot do that",
            help "enable the instances that are needed by name, or start them where the event was emitted";
        label name_of_instance() "the instance's name";
    }
    InstanceName = "CUT708", Manual, Manual {
        finding instance_of_several_variables()
            "the name of an instance holds several variables, and cannot be split into them",
            help "whoever starts an instance writes its variables to that file first";
        finding empty_instance() "the default instance has an empty name, and a unit's cannot be empty",
            help "choose a name for it";
    }
    ShutdownWork = "CUT709", Note, Approximated {
        finding shutdown_work() "the work is done when the unit is stopped, which is at shutdown",
            help "enable the unit: it has to be up for its stop to be run";
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
        finding stop_by_several(events) "a unit cannot wait for several events before it stops: {events}",
            help "at shutdown it stops all the same; decide what else should stop it";
        finding stop_by_boot_event(event) "the unit is not stopped by `{event}`",
            help "decide whether it has to stop then, and what should stop it";
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
        finding event_values(event) "the values in `{event}` are not looked at",
            help "the unit reacts to the event whatever its values are";
        finding event_values_among_several(names)
            "among several events, the values of {names} are not looked at",
            help "the unit reacts to the event whatever its values are";
        finding in_containers_and_elsewhere() "the unit starts in containers and elsewhere alike",
            help "add ConditionVirtualization= if it has to start in one of them only";
        finding any_change_of_file(event) "`{event}` means any change; the unit looks for new files only",
            help "write PathModified= into the .path unit if changes within the file matter";
    }
    ConsoleEvent = "CUT715", Note, Approximated {
        finding console_event(event) "`{event}` becomes a target of the service's own",
            help "the target is written along and takes the place of what systemd does by itself then";
    }
    EarlyOrLate = "CUT716", Warning, Approximated {
        finding early_before_late() "the unit comes before one that starts early, so it cannot wait for late events",
            help "split the unit if the late start is needed too";
        finding early_or_late() "of an early and a late event, the unit waits for the early one",
            help "it starts before the system is set up; split the unit if the late start is needed too";
    }
    LostOperand = "CUT717", Manual, Manual {
        finding instance_not_said(names) "it is not said which instance is meant of {names}",
            help "name the instance in the unit";
        finding starts_at_own_event() "the job starts at an event of its own, which no unit can",
            help "if it was to run again and again, write Restart=always";
        finding stops_at_own_event() "the job stops at an event of its own, which no unit can",
            help "if it was to run again and again, write Restart=always";
        finding no_such_runlevel(event, does) "no runlevel is like that, so that `{event}` never {does} the job",
            help "write the runlevels that were meant, as in `runlevel [2345]`, and convert again";
        finding no_such_runlevel_unclosed(event, does)
            "no runlevel is like that, so that `{event}` never {does} the job: \
            a `[` without its `]` stands for itself",
            help "write the runlevels that were meant, as in `runlevel [2345]`, and convert again";
        finding runlevel_missing(event) "`{event}` is no event; `runlevel` is missing before it",
            help "on Upstart this never stopped the job; at shutdown the unit stops";
        finding lost_runlevel(event) "the unit does not honor `{event}`",
            help "decide whether it matters, and what should start or stop the unit then";
        finding lost_beside_end(events)
            "the unit does not honor another event beside the end of the system: {events}",
            help "decide whether it matters, and what should start or stop the unit then";
        finding lost_with_end(events)
            "the unit does not honor the end of the system together with another event: {events}",
            help "decide whether it matters, and what should start or stop the unit then";
        finding lost_end(events)
            "the unit does not honor the end of the system, which would start the job as well: {events}",
            help "decide whether it matters, and what should start or stop the unit then";
        finding lost_above(most) "the unit does not honor more than {most} events joined by `and`",
            help "decide whether it matters, and what should start or stop the unit then";
        finding lost_with_demand(events)
            "the unit does not honor what an event that comes on demand is joined to by `and`: {events}",
            help "decide whether it matters, and what should start or stop the unit then";
        finding lost_nesting(events) "the unit does not honor `and` within `or` within `and`: {events}",
            help "decide whether it matters, and what should start or stop the unit then";
        finding lost_second_group(events)
            "the unit does not honor a second group of events joined by `and`: {events}",
            help "decide whether it matters, and what should start or stop the unit then";
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
        finding stops_before_outliving(event)
            "the unit starts behind what `{event}` outlives, so it stops before that",
            help "where it has to live on longer, start it before the network";
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
        finding session_environment()
            "the processes have the environment of the user manager, not that of the log-in",
            help "let the session say `systemctl --user import-environment DISPLAY XAUTHORITY …`; \
            most desktops do";
    }
    SessionRights = "CUT732", Manual, Manual {
        finding session_rights(stanza)
            "`{stanza}` takes rights that neither the session's init nor the user manager has",
            help "take the stanza out, or make it a job of the machine";
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
        finding hooks_at_shutdown()
            "no `stop on` stops this job when the machine goes down, so that Upstart kills it then \
            without what it does at a stop; the unit is stopped, and does it",
            help "mostly this is what one wants; where it is not, let the command ask for \
            `systemctl is-system-running`, which says `stopping` then";
    }
}
