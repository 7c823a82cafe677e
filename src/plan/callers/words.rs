//! What callers name besides jobs: programs, files and variables of Upstart's, as data.

/// Programs of Upstart's that nothing takes the place of by the same name, and what is used instead.
#[rustfmt::skip]
pub const GONE: &[(&str, &str)] = &[
    ("init-checkconf", "systemd-analyze verify UNIT"),
    ("initctl2dot", "systemd-analyze dot"),
    ("upstart-dbus-bridge", "a unit with Type=dbus"),
    ("upstart-dconf-bridge", "a .path unit"),
    ("upstart-event-bridge", "targets of the service manager of the user"),
    ("upstart-file-bridge", "a .path unit"),
    ("upstart-job", "systemctl"),
    ("upstart-local-bridge", "a .socket unit"),
    ("upstart-monitor", "systemctl list-jobs, or busctl monitor org.freedesktop.systemd1"),
    ("upstart-socket-bridge", "a .socket unit"),
    ("upstart-udev-bridge", "a rule of udev with TAG+=\"systemd\""),
];

/// What is asked of `initctl` as a whole, and where systemd tells it.
pub const ASKED: &[(&str, &str)] = &[
    ("check-config", "systemd-analyze verify UNIT"),
    ("list", "systemctl list-units --type=service --all"),
    ("list-sessions", "loginctl list-sessions"),
    ("log-priority", "systemd-analyze log-level"),
    ("reset-env", "systemctl unset-environment NAME…"),
    ("show-config", "systemctl show -p After,Before,WantedBy,PartOf UNIT"),
    ("usage", "systemctl cat UNIT"),
    ("version", "systemctl --version"),
];

/// Variables that Upstart sets, and what tells the same under systemd.
pub const VARIABLES: &[(&str, &str)] = &[
    ("UPSTART_EVENTS", "nothing tells a process which events started it"),
    ("UPSTART_INSTANCE", "%i in the unit's directives names the instance"),
    (
        "UPSTART_JOB",
        "%n in the unit's directives names the unit; INVOCATION_ID is set in every process of one",
    ),
    (
        "UPSTART_SESSION",
        "`systemctl --user` talks to the service manager of the user, XDG_RUNTIME_DIR tells where it is",
    ),
];

/// Where Upstart logs.
pub const LOGS: &str = "/var/log/upstart";

/// Where jobs are defined.
pub const JOBS: &str = "/etc/init";

/// The init script that stands for every job.
pub const JOB_SCRIPT: &str = "/lib/init/upstart-job";

/// What a file that calls anybody has in it, besides the names of jobs. (`start` and `stop` stand in `restart`
/// and others as well.)
pub const SIGNS: &[&str] = &[
    "initctl",
    "telinit",
    "upstart",
    "UPSTART_",
    "/etc/init",
    "invoke-rc.d",
    "update-rc.d",
    "init-checkconf",
    "service",
    "start",
    "stop",
    "status",
    "reload",
];
