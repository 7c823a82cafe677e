//! What directives with a fixed set of values may be set to, up to systemd 255.

/// The values of one directive.
pub type Choices = &'static [&'static str];

macro_rules! choices {
    ($($name:ident: $($value:literal)+;)+) => {
        $(
            #[doc = concat!("Values: ", $("`", $value, "` ",)+)]
            pub const $name: Choices = &[$($value),+];
        )+
    };
}

choices! {
    ACTION: "none" "reboot" "reboot-force" "reboot-immediate" "poweroff" "poweroff-force" "poweroff-immediate"
        "exit" "exit-force" "soft-reboot" "soft-reboot-force" "kexec" "kexec-force" "halt" "halt-force"
        "halt-immediate";
    COLLECT_MODE: "inactive" "inactive-or-failed";
    CPU_POLICY: "other" "batch" "idle" "fifo" "rr";
    DEVICE_POLICY: "auto" "closed" "strict";
    EXIT_TYPE: "main" "cgroup";
    FACILITY: "kern" "user" "mail" "daemon" "auth" "syslog" "lpr" "news" "uucp" "cron" "authpriv" "ftp"
        "local0" "local1" "local2" "local3" "local4" "local5" "local6" "local7";
    IO_CLASS: "none" "realtime" "best-effort" "idle";
    JOB_MODE: "fail" "replace" "replace-irreversibly" "isolate" "flush" "ignore-dependencies"
        "ignore-requirements" "triggering" "restart-dependencies";
    KEYRING_MODE: "inherit" "private" "shared";
    KILL_MODE: "control-group" "process" "mixed" "none";
    LEVEL: "emerg" "alert" "crit" "err" "warning" "notice" "info" "debug";
    MANAGED_OOM: "auto" "kill";
    MOUNT_FLAGS: "" "shared" "slave" "private";
    NOTIFY_ACCESS: "none" "main" "exec" "all";
    OOM_POLICY: "continue" "stop" "kill";
    OOM_PREFERENCE: "none" "avoid" "omit";
    PRESERVE: "no" "yes" "restart";
    PROC_SUBSET: "all" "pid";
    PROTECT_HOME: "no" "yes" "read-only" "tmpfs";
    PROTECT_PROC: "default" "noaccess" "invisible" "ptraceable";
    PROTECT_SYSTEM: "no" "yes" "full" "strict";
    RESTART: "no" "on-success" "on-failure" "on-abnormal" "on-watchdog" "on-abort" "always";
    RESTART_MODE: "normal" "direct";
    SERVICE_TYPE: "simple" "forking" "oneshot" "dbus" "notify" "notify-reload" "idle" "exec";
    TIMEOUT_FAILURE_MODE: "terminate" "abort" "kill";
    UTMP_MODE: "init" "login" "user";
}
