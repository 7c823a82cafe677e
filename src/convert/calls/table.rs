//! Upstart's commands and their options, as data (initctl(8), service(8), telinit(8)).

/// What a command asks of Upstart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    Start,
    Stop,
    Restart,
    Reload,
    Status,
    Emit,
    SetEnv,
    UnsetEnv,
    GetEnv,
    ListEnv,
    /// systemd reads its units anew when it is told to as well.
    ReloadConfiguration,
    /// Something that Upstart has to be told, and systemd not.
    Notify,
    /// A change of the runlevel.
    Runlevel,
    /// Nothing under systemd takes its place.
    Other,
}

/// How a command's words are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grammar {
    /// What it asks for is its name.
    Verb(Verb),
    /// `initctl VERB …`
    Initctl,
    /// `service JOB VERB`
    Service,
    /// `telinit LEVEL`
    Telinit,
}

/// The programs.
pub const PROGRAMS: &[(&str, Grammar)] = &[
    ("initctl", Grammar::Initctl),
    ("reload", Grammar::Verb(Verb::Reload)),
    ("restart", Grammar::Verb(Verb::Restart)),
    ("service", Grammar::Service),
    ("start", Grammar::Verb(Verb::Start)),
    ("status", Grammar::Verb(Verb::Status)),
    ("stop", Grammar::Verb(Verb::Stop)),
    ("telinit", Grammar::Telinit),
];

/// Where they lie.
const DIRECTORIES: &[&str] = &["/sbin/", "/bin/", "/usr/sbin/", "/usr/bin/"];

/// The commands of `initctl`.
pub const INITCTL: &[(&str, Verb)] = &[
    ("check-config", Verb::Other),
    ("emit", Verb::Emit),
    ("get-env", Verb::GetEnv),
    ("list", Verb::Other),
    ("list-env", Verb::ListEnv),
    ("list-sessions", Verb::Other),
    ("log-priority", Verb::Other),
    ("notify-cgroup-manager-address", Verb::Notify),
    ("notify-dbus-address", Verb::Notify),
    ("notify-disk-writeable", Verb::Notify),
    ("reload", Verb::Reload),
    ("reload-configuration", Verb::ReloadConfiguration),
    ("reset-env", Verb::Other),
    ("restart", Verb::Restart),
    ("set-env", Verb::SetEnv),
    ("show-config", Verb::Other),
    ("start", Verb::Start),
    ("status", Verb::Status),
    ("stop", Verb::Stop),
    ("unset-env", Verb::UnsetEnv),
    ("usage", Verb::Other),
    ("version", Verb::Other),
];

/// What `service` can ask of a job.
pub const SERVICE: &[(&str, Verb)] = &[
    ("force-reload", Verb::Reload),
    ("reload", Verb::Reload),
    ("restart", Verb::Restart),
    ("start", Verb::Start),
    ("status", Verb::Status),
    ("stop", Verb::Stop),
];

/// What an option changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing that counts here.
    None,
    /// It returns at once.
    NoWait,
    /// It is about the environment of all jobs, not of one.
    Global,
    /// It changes nothing that is set.
    Retain,
    /// It speaks to the Upstart of the machine.
    System,
}

/// The options. Single letters can stand together behind one dash.
pub const OPTIONS: &[(&str, Effect)] = &[
    ("--global", Effect::Global),
    ("--no-wait", Effect::NoWait),
    ("--quiet", Effect::None),
    ("--retain", Effect::Retain),
    ("--system", Effect::System),
    ("--verbose", Effect::None),
    ("-g", Effect::Global),
    ("-n", Effect::NoWait),
    ("-q", Effect::None),
    ("-r", Effect::Retain),
    ("-v", Effect::None),
];

/// What a runlevel is under systemd (runlevel(8)), and the arguments of systemctl for it.
pub const RUNLEVELS: &[(&str, &str)] = &[
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
pub const STATES: &[(&str, &[&str])] = &[
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
pub const GREP_OPTIONS: &[(&str, bool)] = &[
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

/// How a program runs a command that stands among its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runner {
    /// The words behind its own are the command, which is then as good as alone.
    Prefix,
    /// The same, behind options and words of its own.
    Words,
    /// One of its words is a text for a shell.
    Text,
}

/// Programs that run others.
pub const RUNNERS: &[(&str, Runner)] = &[
    ("bash", Runner::Text),
    ("chrt", Runner::Words),
    ("command", Runner::Prefix),
    ("dash", Runner::Text),
    ("env", Runner::Words),
    ("eval", Runner::Text),
    ("exec", Runner::Prefix),
    ("flock", Runner::Text),
    ("ionice", Runner::Words),
    ("nice", Runner::Words),
    ("nohup", Runner::Prefix),
    ("runuser", Runner::Text),
    ("setsid", Runner::Words),
    ("sh", Runner::Text),
    ("su", Runner::Text),
    ("sudo", Runner::Prefix),
    ("timeout", Runner::Words),
    ("trap", Runner::Text),
    ("xargs", Runner::Words),
];

/// The row of that name.
pub fn find<T: Copy>(table: &[(&str, T)], name: &[u8]) -> Option<T> {
    table.iter().find(|(known, _)| known.as_bytes() == name).map(|(_, value)| *value)
}

/// The program that a word names, and whether without its directory.
pub fn program(word: &[u8]) -> Option<(Grammar, bool)> {
    if let Some(grammar) = find(PROGRAMS, word) {
        return Some((grammar, true));
    }
    let name = DIRECTORIES.iter().find_map(|directory| word.strip_prefix(directory.as_bytes()))?;
    find(PROGRAMS, name).map(|grammar| (grammar, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_table_knows_a_name_once() {
        fn ordered<T>(table: &[(&str, T)]) -> bool {
            table.windows(2).all(|pair| pair[0].0 < pair[1].0)
        }
        assert!(ordered(PROGRAMS) && ordered(INITCTL) && ordered(SERVICE) && ordered(OPTIONS));
        assert!(ordered(RUNLEVELS) && ordered(STATES) && ordered(GREP_OPTIONS) && ordered(RUNNERS));
    }

    #[test]
    fn a_program_is_known_by_its_name_and_where_it_lies() {
        assert_eq!(program(b"/sbin/initctl"), Some((Grammar::Initctl, false)));
        assert_eq!(program(b"stop"), Some((Grammar::Verb(Verb::Stop), true)));
        assert_eq!(program(b"/opt/bin/stop"), None);
        assert_eq!(program(b"/etc/init.d/start"), None);
    }
}
