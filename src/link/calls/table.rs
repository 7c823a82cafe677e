//! What is known of calls and of what stands around them, as data.

/// What a runlevel is under systemd (runlevel(8)), and the arguments of systemctl for it.
pub(crate) const RUNLEVELS: &[(&str, &str)] = &[
    ("0", "poweroff"),
    ("1", "rescue"),
    ("2", "isolate multi-user.target"),
    ("3", "isolate multi-user.target"),
    ("4", "isolate multi-user.target"),
    ("5", "isolate graphical.target"),
    ("6", "reboot"),
    ("Q", "daemon-reload"),
    ("S", "rescue"),
    ("U", "daemon-reexec"),
    ("q", "daemon-reload"),
    ("s", "rescue"),
    ("u", "daemon-reexec"),
];

/// What is looked for in the output of `status`, and the states of a unit that it is said of.
pub(crate) const STATES: &[(&str, &[&str])] = &[
    ("running", &["active"]),
    ("start", &["active", "activating", "reloading"]),
    ("start/", &["active", "activating", "reloading"]),
    ("start/running", &["active"]),
    ("stop", &["inactive", "failed", "deactivating"]),
    ("stop/", &["inactive", "failed", "deactivating"]),
    ("stop/waiting", &["inactive", "failed"]),
    ("waiting", &["inactive", "failed"]),
];

/// Options with which `grep` only tells whether it found something, or what reads the same to it.
pub(crate) const GREP_OPTIONS: &[(&str, bool)] = &[
    ("--quiet", true),
    ("-E", false),
    ("-F", false),
    ("-Fq", true),
    ("-q", true),
    ("-qE", true),
    ("-qF", true),
    ("-qs", true),
    ("-s", false),
    ("-sq", true),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_table_knows_a_name_once() {
        fn ordered<T>(table: &[(&str, T)]) -> bool {
            table.windows(2).all(|pair| pair[0].0 < pair[1].0)
        }
        assert!(ordered(RUNLEVELS) && ordered(STATES) && ordered(GREP_OPTIONS));
    }
}
