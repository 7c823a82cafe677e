//! What a comparison says of small definitions.

use std::collections::BTreeSet;

use cutover::compare::{ASPECTS, Aspect, Definition, Difference, FIELDS, Grade, NotAService, Value, compare};
use cutover::systemd::load::UnitFiles;
use cutover::text::Source;
use cutover::upstart::read::JobFiles;

mod text;

/// A unit where the text begins with a section, and a job otherwise.
fn side(text: &str) -> Definition {
    if text.starts_with('[') {
        let name = if text.contains("%i") { "x@.service" } else { "x.service" };
        let source = Source { name: name.to_owned(), text: text.into() };
        return Definition::of_unit(&UnitFiles::single(name.parse().unwrap(), source), &[]).unwrap();
    }
    Definition::of_job(&JobFiles::named("x", text))
}

fn rows(left: &str, right: &str) -> Vec<Difference> {
    compare(&side(left), &side(right)).differences
}

/// What is told of an aspect: the grade and both values.
fn told(aspect: Aspect, left: &str, right: &str) -> Vec<(Grade, String, String)> {
    let rows = rows(left, right).into_iter().filter(|row| row.aspect == aspect);
    rows.map(|row| (row.grade, row.left.text, row.right.text)).collect()
}

/// For every aspect two definitions that differ in it; `*` stands for what every job, or unit, has.
const DIFFERENT: &[(Aspect, &str, &str)] = &[
    (Aspect::Loads, "*respwan\n", "*respawn\n"),
    (Aspect::Command, "exec /bin/a\n", "exec /bin/b\n"),
    (Aspect::CommandFailure, "*", "[Service]\nExecStart=-/bin/x\n"),
    (Aspect::ProgramName, "*", "[Service]\nExecStart=@/bin/x y\n"),
    (Aspect::Privileges, "[Service]\nUser=u\nExecStart=/bin/x\n", "[Service]\nUser=u\nExecStart=+/bin/x\n"),
    (Aspect::User, "*setuid u\n", "*"),
    (Aspect::Group, "*setgid u\n", "*"),
    (Aspect::SupplementaryGroups, "*", "[Service]*SupplementaryGroups=audio\n"),
    (Aspect::DynamicUser, "*", "[Service]*DynamicUser=yes\n"),
    (Aspect::RootDirectory, "*chroot /srv\n", "*"),
    (Aspect::WorkingDirectory, "*chdir /srv\n", "*"),
    (Aspect::Directory, "*", "[Service]*RuntimeDirectory=x\n"),
    (Aspect::Umask, "*umask 077\n", "*"),
    (Aspect::Apparmor, "*apparmor switch p\n", "*"),
    (Aspect::Readiness, "*expect fork\n", "*"),
    (Aspect::PidFile, "[Service]*Type=forking\n", "[Service]*Type=forking\nPIDFile=/run/x.pid\n"),
    (Aspect::BusName, "[Service]*Type=dbus\nBusName=org.a\n", "[Service]*Type=dbus\nBusName=org.b\n"),
    (Aspect::StaysUp, "[Service]*Type=oneshot\n", "[Service]*Type=oneshot\nRemainAfterExit=yes\n"),
    (Aspect::StartTimeout, "*expect fork\n", "[Service]*Type=forking\nTimeoutStartSec=5\n"),
    (Aspect::Condition, "*", "[Unit]\nConditionPathExists=/x\n[Service]*"),
    (Aspect::StartCheck, "*", "[Service]*ExecCondition=/bin/check\n"),
    (Aspect::PreStart, "*pre-start exec /bin/a\n", "*"),
    (Aspect::PostStart, "*post-start exec /bin/a\n", "*"),
    (Aspect::HookFailure, "*post-start exec /bin/a\n", "[Service]*ExecStartPost=/bin/a\n"),
    (Aspect::Instance, "*instance $A\n", "*"),
    (Aspect::Machine, "*", "[Unit]\nConditionVirtualization=container\n[Service]*"),
    (Aspect::BlockedBy, "*setuid a b\n", "*"),
    (Aspect::Restart, "*respawn\n", "*"),
    (Aspect::RestartDelay, "*respawn\n", "[Service]*Restart=always\nRestartSec=7\n"),
    (Aspect::RestartLimit, "*respawn\n", "*respawn\nrespawn limit 1 2\n"),
    (Aspect::Success, "*normal exit 3\n", "*"),
    (Aspect::PreStop, "*pre-stop exec /bin/a\n", "*"),
    (Aspect::PostStop, "*post-stop exec /bin/a\n", "*"),
    (Aspect::HookWhen, "*pre-stop exec /bin/a\n", "[Service]*ExecStop=/bin/a\n"),
    (Aspect::StopSignal, "*kill signal INT\n", "*"),
    (Aspect::StopTimeout, "*kill timeout 20\n", "[Service]*"),
    (Aspect::StopReach, "*", "[Service]*KillMode=process\n"),
    (Aspect::Reload, "*reload signal USR1\n", "*"),
    (Aspect::Nice, "*nice 5\n", "*"),
    (Aspect::IoPriority, "*", "[Service]*IOSchedulingClass=idle\n"),
    (Aspect::Scheduling, "*", "[Service]*CPUSchedulingPolicy=rr\n"),
    (Aspect::Cpus, "*", "[Service]*CPUAffinity=0 1\n"),
    (Aspect::OomScore, "*oom score 5\n", "*"),
    (Aspect::Limit, "*limit nofile 65536 65536\n", "*"),
    (Aspect::Cgroup, "*", "[Service]*MemoryMax=1G\n"),
    (Aspect::Variable, "*env A=b\n", "*"),
    (Aspect::EnvironmentFile, "*", "[Service]*EnvironmentFile=/etc/x\n"),
    (Aspect::Unset, "*env A=b\n", "[Service]*Environment=A=b\nUnsetEnvironment=A\n"),
    (Aspect::Exported, "*env A=b\nexport A\n", "*env A=b\n"),
    (Aspect::StandardInput, "*console output\n", "*"),
    (Aspect::StandardOutput, "*console none\n", "*"),
    (Aspect::StandardError, "*", "[Service]*StandardError=append:/x\n"),
    (Aspect::LogTag, "[Service]*", "[Service]*SyslogIdentifier=y\n"),
    (Aspect::Enablement, "*start on a\n", "*start on a\nmanual\n"),
    (Aspect::StartedBy, "*start on a\n", "*start on b\n"),
    (Aspect::StartCondition, "*start on runlevel [2345]\n", "*start on runlevel [234]\n"),
    (Aspect::Activation, "*start on socket PROTO=inet PORT=80\n", "*start on a\n"),
    (Aspect::AllOf, "*start on started a and started b\n", "*start on started a and started c\n"),
    (Aspect::EventValue, "*start on a X=1\n", "*start on a\n"),
    (Aspect::Phase, "*start on startup\n", "*start on filesystem\n"),
    (Aspect::After, "*", "[Unit]\nAfter=a.service\n[Service]*"),
    (Aspect::Before, "*", "[Unit]\nBefore=a.service\n[Service]*"),
    (Aspect::Starts, "*", "[Unit]\nWants=a.service\n[Service]*"),
    (Aspect::Requires, "*", "[Unit]\nRequires=a.service\n[Service]*"),
    (Aspect::StopsWith, "*stop on stopping a\n", "*"),
    (Aspect::StoppedBy, "*", "[Unit]\nConflicts=a.service\n[Service]*"),
    (Aspect::StartsAtEnd, "*", "[Unit]\nOnFailure=a.service\n[Service]*"),
    (Aspect::StopCondition, "*stop on a X=1\n", "*stop on a X=2\n"),
    (Aspect::StopsTogether, "*stop on stopping a and stopping b\n", "*"),
    (Aspect::Shutdown, "*stop on runlevel [016]\npost-stop exec /bin/a\n", "*post-stop exec /bin/a\n"),
    (Aspect::Rescue, "*stop on runlevel [06]\n", "*stop on runlevel [016]\n"),
    (Aspect::Emits, "*emits a\n", "*"),
    (Aspect::Scope, "*start on desktop-start\n", "*start on runlevel 2\n"),
    (Aspect::Setting, "*", "[Service]*PrivateTmp=yes\n"),
    (Aspect::Directive, "[Service]*", "[Unit]\nRequiresMountsFor=/srv\n[Service]*"),
];

/// Aspects that nothing is worse for than that.
const HARMLESS: &[(Aspect, &str, &str)] = &[
    (Aspect::InitEnvironment, "*", "[Service]*"),
    (Aspect::Sigpipe, "*", "[Service]*"),
    (Aspect::Directive, "*", "[Unit]\nRequiresMountsFor=/srv\n[Service]*"),
    (Aspect::Ignored, "*", "[Service]*ExecStopPre=/bin/y\n"),
    (Aspect::Description, "*description a\n", "*description b\n"),
    (Aspect::About, "*author a\n", "*author b\n"),
];

/// A definition with what each of its kind has.
fn whole(text: &str) -> String {
    if text.starts_with('[') { text.replace("]*", "]\nExecStart=/bin/x\n") } else { text.replace('*', "exec /bin/x\n") }
}

#[test]
fn every_aspect_is_told_where_it_differs() {
    for (cases, grade) in [(DIFFERENT, Grade::Differs), (HARMLESS, Grade::Harmless)] {
        for (aspect, left, right) in cases {
            let rows = rows(&whole(left), &whole(right));
            let found = rows.iter().any(|row| row.aspect == *aspect && row.grade == grade);
            let odd: Vec<_> = rows.iter().filter(|row| row.grade == Grade::Differs).collect();
            assert!(found, "{}: {odd:#?}", aspect.info().id);
        }
    }
    let told: BTreeSet<Aspect> = DIFFERENT.iter().chain(HARMLESS).map(|(aspect, ..)| *aspect).collect();
    let untold = ASPECTS.iter().filter(|info| !told.contains(&info.aspect)).map(|info| info.id);
    assert_eq!(untold.collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn what_an_init_does_by_itself_is_said() {
    let unit = "[Service]\nExecStart=/bin/x\nRestart=always\n";
    let job = "exec /bin/x\nrespawn\n";
    let one = |aspect| told(aspect, job, unit).remove(0);
    let row = |grade, left: &str, right: &str| (grade, left.to_owned(), right.to_owned());
    assert_eq!(one(Aspect::StopTimeout), row(Grade::Harmless, "5 s", "90 s"));
    assert_eq!(one(Aspect::RestartLimit), row(Grade::Differs, "10 restarts in 5 s", "4 restarts in 10 s"));
    assert_eq!(one(Aspect::RestartDelay), row(Grade::Harmless, "none", "100 ms"));
    assert_eq!(one(Aspect::Reload), row(Grade::Harmless, "SIGHUP to the main process", "refused"));
    assert_eq!(one(Aspect::StandardOutput), row(Grade::Harmless, "/var/log/upstart/x.log", "the journal"));
    assert_eq!(one(Aspect::WorkingDirectory), row(Grade::Same, "/", "/"));
    assert_eq!(one(Aspect::Umask), row(Grade::Same, "022", "022"));
}

#[test]
fn to_say_what_the_init_does_anyway_is_no_difference() {
    let job = "exec /bin/x\n";
    let said = "exec /bin/x\nkill timeout 5\nkill signal TERM\nreload signal HUP\numask 022\nconsole log\nnice 0\n";
    assert_eq!(compare(&side(job), &side(said)).verdict, Grade::Same);
    let unit = "[Service]\nExecStart=/bin/x\n";
    let said = "[Service]\nExecStart=/bin/x\nType=simple\nRestart=no\nKillMode=control-group\nTimeoutStopSec=90\nUser=root\nWorkingDirectory=/\n";
    assert_eq!(compare(&side(unit), &side(said)).verdict, Grade::Same);
}

#[test]
fn a_place_is_that_of_the_stanza() {
    let rows = rows("exec /bin/x\n\n  kill timeout 20\n", "[Service]\nExecStart=/bin/x\nTimeoutStopSec=7\n");
    let row = rows.iter().find(|row| row.aspect == Aspect::StopTimeout).unwrap();
    let place = |value: &Value| value.at.and_then(|at| at.place).map(|place| (place.line, place.column));
    assert_eq!((place(&row.left), place(&row.right)), (Some((3, 3)), Some((3, 1))));
}

#[test]
fn a_runlevel_and_its_target_are_one_station() {
    let unit = "[Unit]\nAfter=network-online.target remote-fs.target\nWants=network-online.target\n[Service]\nExecStart=/bin/x\n[Install]\nWantedBy=multi-user.target\n";
    let job = "start on runlevel [2345]\nstop on runlevel [!2345]\nexec /bin/x\n";
    let differ: Vec<_> = rows(job, unit).into_iter().filter(|row| row.grade == Grade::Differs).collect();
    assert_eq!(differ, []);
    let careless = unit.replace("network-online.target remote-fs.target", "network.target").replace("Wants=", "#");
    let rows = rows(job, &careless);
    let told = rows.iter().filter(|row| row.grade == Grade::Differs);
    let told: Vec<_> = told.map(|row| (row.aspect, row.item.clone().unwrap())).collect();
    let expected = [(Aspect::After, "remote-fs.target"), (Aspect::After, "network-online.target")];
    assert_eq!(told, expected.map(|(aspect, item)| (aspect, item.to_owned())));
}

#[test]
fn a_time_limit_matters_where_a_start_can_take_time() {
    let limit = |job: &str, unit: &str| told(Aspect::StartTimeout, job, unit).remove(0).0;
    let simple = "[Service]\nExecStart=/bin/x\n";
    assert_eq!(limit("exec /bin/x\n", simple), Grade::Harmless);
    assert_eq!(limit("exec /bin/x\nexpect fork\n", simple), Grade::Harmless);
    assert_eq!(limit("exec /bin/x\n", "[Service]\nExecStart=/bin/x\nType=notify\n"), Grade::Differs);
    assert_eq!(limit("task\nexec /bin/x\n", "[Service]\nExecStart=/bin/x\nType=oneshot\n"), Grade::Same);
}

#[test]
fn work_at_shutdown_is_the_same_in_the_form_of_a_unit() {
    let job = "start on runlevel [06]\ntask\nexec /bin/x\n";
    let unit = "[Unit]\nAfter=network.target\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\nExecStop=/bin/x\n[Install]\nWantedBy=multi-user.target\n";
    for aspect in [Aspect::PreStop, Aspect::StaysUp, Aspect::Phase] {
        assert!(told(aspect, job, unit).iter().all(|(grade, ..)| *grade == Grade::Same), "{aspect:?}");
    }
}

#[test]
fn units_are_told_apart_by_the_names_that_they_name() {
    let unit = |after: &str| format!("[Unit]\nAfter={after}\n[Service]\nExecStart=/bin/x\n");
    let rows = rows(&unit("network.target dbus.service"), &unit("network.target basic.target"));
    let told: Vec<_> = rows.iter().filter(|row| row.grade == Grade::Differs).collect();
    let items: Vec<_> = told.iter().map(|row| row.item.as_deref().unwrap()).collect();
    // What default dependencies say already is no difference.
    assert_eq!(items, ["dbus.service"]);
}

const UNIT: &str = "[Service]\nExecStart=/bin/x\n";
const JOB: &str = "start on runlevel [2345]\nstop on runlevel [!2345]\nexec /bin/x\n";

#[test]
fn a_unit_without_default_dependencies_is_of_the_early_boot_unless_it_waits_for_the_system() {
    let with = |unit: &str| format!("[Unit]\nDefaultDependencies=no\n{unit}{UNIT}");
    let phase = |unit: &str| told(Aspect::Phase, UNIT, unit).remove(0).0;
    let install = "[Install]\nWantedBy=multi-user.target\n";
    assert_eq!(phase(&format!("{}{install}", with(""))), Grade::Differs);
    assert_eq!(phase(&with("After=x.service basic.target\n")), Grade::Same);
    let at_shutdown = |unit: &str| told(Aspect::Shutdown, UNIT, unit).remove(0).2;
    assert_eq!(at_shutdown(&with("")), "left running, and killed in the end");
    assert_eq!(at_shutdown(&with("Conflicts=shutdown.target\n")), "stopped");
    // To write what is implied changes nothing.
    let implied = "[Unit]\nConflicts=shutdown.target\nBefore=shutdown.target\nAfter=sysinit.target basic.target\n";
    assert_eq!(compare(&side(UNIT), &side(&format!("{implied}{UNIT}"))).verdict, Grade::Same);
}

#[test]
fn an_empty_bounding_set_takes_all_capabilities_away() {
    let unit = format!("{UNIT}CapabilityBoundingSet=\n");
    assert_eq!(compare(&side(UNIT), &side(&unit)).verdict, Grade::Differs);
    assert_eq!(told(Aspect::Setting, JOB, &unit).len(), 1);
    // Other lists are only begun anew.
    assert_eq!(compare(&side(UNIT), &side(&format!("{UNIT}ReadOnlyPaths=\n"))).verdict, Grade::Same);
}

#[test]
fn what_systemd_does_anyway_is_not_felt() {
    let verdict = |line: &str| {
        let unit = format!("[Unit]\n{line}\n{UNIT}");
        told(Aspect::Setting, JOB, &unit).into_iter().map(|row| row.0).max()
    };
    assert_eq!(verdict("RefuseManualStop=yes"), Some(Grade::Differs));
    assert_eq!(verdict("RefuseManualStop=no"), Some(Grade::Harmless));
    assert_eq!(verdict("OnFailureJobMode=isolate"), Some(Grade::Differs));
    assert_eq!(verdict("OnFailureJobMode=replace"), Some(Grade::Harmless));
}

#[test]
fn every_command_of_a_reload_counts() {
    let one = format!("{UNIT}ExecReload=/bin/kill -HUP $MAINPID\n");
    let two = one.replace("ExecReload=", "ExecReload=/bin/x -t\nExecReload=");
    assert_eq!(told(Aspect::Reload, JOB, &one).remove(0).0, Grade::Same);
    let (grade, _, right) = told(Aspect::Reload, JOB, &two).remove(0);
    assert_eq!((grade, right.as_str()), (Grade::Differs, "/bin/x -t, /bin/kill -HUP $MAINPID"));
}

#[test]
fn an_order_that_another_one_implies_has_its_own_name() {
    let unit = format!("[Unit]\nAfter=network.target\n{UNIT}[Install]\nWantedBy=multi-user.target\n");
    let rows = rows(JOB, &unit);
    let grade = |item: &str| {
        let mut of = rows.iter().filter(|row| row.aspect == Aspect::After && row.item.as_deref() == Some(item));
        (of.next().map(|row| row.grade), of.next().map(|row| row.grade))
    };
    assert_eq!(grade("network.target"), (Some(Grade::Same), None));
    assert_eq!(grade("network-online.target"), (Some(Grade::Differs), None));
}

#[test]
fn orders_to_services_of_the_boot_are_told() {
    let unit = |ties: &str| format!("[Unit]\n{ties}{UNIT}[Install]\nWantedBy=default.target\n");
    let of = |unit: &str, aspect: Aspect| {
        let rows = rows(JOB, unit).into_iter().filter(move |row| row.aspect == aspect);
        rows.map(|row| (row.item.unwrap_or_default(), row.grade, row.right.text)).collect::<Vec<_>>()
    };
    let row = |item: &str, grade: Grade, text: &str| (item.to_owned(), grade, text.to_owned());
    let after = of(&unit("After=systemd-user-sessions.service\n"), Aspect::After);
    let item = "systemd-user-sessions.service";
    assert!(after.contains(&row(item, Grade::Harmless, &format!("After={item}"))), "{after:?}");
    // What it starts as well is told besides, and a unit's own names are kept.
    let starts = of(&unit("Wants=y.service\nAfter=y.service\n"), Aspect::Starts);
    assert!(starts.contains(&row("y.service", Grade::Differs, "Wants=y.service")), "{starts:?}");
    let started = of(&unit(""), Aspect::StartedBy);
    assert_eq!(started[0].2, "WantedBy=default.target");
}

#[test]
fn to_be_wanted_by_a_unit_is_to_start_when_its_job_has() {
    let job = "start on started db\nexec /bin/x\n";
    let unit = |by: &str| format!("[Unit]\nAfter=db.service\n{UNIT}[Install]\nWantedBy={by}.service\n");
    let grades = |unit: &str| told(Aspect::StartedBy, job, unit).into_iter().map(|row| row.0).collect::<Vec<_>>();
    assert_eq!(grades(&unit("db")), [Grade::Same]);
    assert_eq!(grades(&unit("web")), [Grade::Differs]);
}

#[test]
fn a_stop_without_a_main_process_has_its_limits_too() {
    let job = "start on runlevel [2345]\nstop on runlevel [!2345]\npre-start exec /bin/x\npost-stop exec /bin/y\n";
    let unit = "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/x\nExecStopPost=/bin/y\n";
    let row = |grade, left: &str, right: &str| (grade, left.to_owned(), right.to_owned());
    assert_eq!(told(Aspect::StopTimeout, job, unit), [row(Grade::Harmless, "no limit", "90 s")]);
    let limited = format!("{unit}TimeoutStopSec=5\n");
    assert_eq!(told(Aspect::StopTimeout, job, &limited), [row(Grade::Differs, "no limit", "5 s")]);
    let reach = told(Aspect::StopReach, job, unit);
    assert_eq!(reach, [row(Grade::Harmless, "nobody", "all processes of the service")]);
}

#[test]
fn what_nothing_stops_at_shutdown_is_left_running() {
    let at_shutdown = |stop: &str| {
        let job = format!("start on runlevel [2345]\n{stop}exec /bin/x\npost-stop exec /bin/y\n");
        let (grade, left, _) = told(Aspect::Shutdown, &job, UNIT).remove(0);
        (grade, left)
    };
    let row = |grade, left: &str| (grade, left.to_owned());
    assert_eq!(at_shutdown("stop on runlevel [06]\n"), row(Grade::Same, "stopped"));
    assert_eq!(at_shutdown("stop on stopping db\n"), row(Grade::Harmless, "as its stop condition says"));
    // An event of somebody's own need not come then.
    assert_eq!(at_shutdown("stop on closing\n"), row(Grade::Differs, "as its stop condition says"));
    let left = row(Grade::Differs, "left running, and killed in the end");
    assert_eq!(at_shutdown(""), left);
    // Nobody has announced that for long.
    assert_eq!(at_shutdown("stop on shutdown\n"), left);
}

#[test]
fn runlevels_that_systemd_cannot_tell_apart_are_told() {
    let job = JOB.replace("[2345]", "3");
    let unit = format!("{UNIT}[Install]\nWantedBy=multi-user.target\n");
    assert_eq!(told(Aspect::StartCondition, &job, &unit).len(), 1);
    assert_eq!(told(Aspect::StartCondition, JOB, &unit).len(), 0);
}

#[test]
fn only_standard_input_of_its_own_reads_from_the_console() {
    let input = |unit: &str| told(Aspect::StandardInput, "exec /bin/x\nconsole output\n", unit).remove(0).2;
    assert_eq!(input(&format!("{UNIT}StandardOutput=tty\n")), "/dev/null");
    assert_eq!(input(&format!("{UNIT}StandardInput=tty\n")), "the console, as controlling terminal");
}

#[test]
fn values_that_a_definition_says_itself_stand_for_their_variables() {
    let job = "env HOME_OF_X=/opt/x\nexec $HOME_OF_X/bin/x run\npost-stop exec $HOME_OF_X/bin/x clean\n";
    let unit = "[Service]\nEnvironment=HOME_OF_X=/opt/x\nExecStart=/opt/x/bin/x run\nExecStopPost=/opt/x/bin/x clean\n";
    for aspect in [Aspect::Command, Aspect::PostStop] {
        assert_eq!(told(aspect, job, unit).remove(0).0, Grade::Same, "{aspect:?}");
    }
    let other = unit.replace("/opt/x/bin/x clean", "/opt/y/bin/x clean");
    assert_eq!(told(Aspect::PostStop, job, &other).remove(0).0, Grade::Differs);
}

#[test]
fn a_script_that_names_a_path_may_look_at_it() {
    let job = "start on runlevel 2\nscript\n  [ -e /etc/x ] || exit 0\n  date\n  exec /bin/x\nend script\n";
    let unit = format!("[Unit]\nConditionPathExists=/etc/x\n{UNIT}");
    let (grade, left, _) = told(Aspect::Condition, job, &unit).remove(0);
    assert_eq!((grade, left.as_str()), (Grade::Differs, "named in a script"));
    assert_eq!(told(Aspect::Condition, JOB, &unit).remove(0).0, Grade::Differs);
}

#[test]
fn what_is_no_service_is_not_compared() {
    let source = |text: &str| Source { name: "x".to_owned(), text: text.into() };
    let of = |name: &str, text: &str| Definition::of_unit(&UnitFiles::single(name.parse().unwrap(), source(text)), &[]);
    assert_eq!(of("srv.mount", "[Mount]\nWhat=x\n").unwrap_err(), NotAService::Other("mount"));
    assert_eq!(of("x.service", "").unwrap_err(), NotAService::Masked);
}

// ---- the table of aspects ----

#[test]
fn names_are_of_their_own_and_sections_stand_together() {
    let mut ids: Vec<&str> = ASPECTS.iter().map(|info| info.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), ASPECTS.len());
    assert!(ASPECTS.iter().all(|info| info.aspect.info().id == info.id));
    assert!(ASPECTS.is_sorted_by_key(|info| info.section));
}

#[test]
fn every_aspect_that_a_field_has_is_told_of_some_field() {
    let of_no_field = [Aspect::Loads, Aspect::Sigpipe, Aspect::Shutdown, Aspect::Directive, Aspect::Ignored];
    for info in ASPECTS {
        let fields = FIELDS.iter().filter(|(_, aspects)| aspects.contains(&info.aspect)).count();
        assert_eq!(fields == 0, of_no_field.contains(&info.aspect), "{}", info.id);
    }
}
