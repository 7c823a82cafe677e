//! The programs by which scripts speak to an init, as data (initctl(8), service(8), telinit(8), systemctl(1)).

use std::borrow::Cow;
use std::sync::LazyLock;

use bstr::{ByteSlice as _, Finder};

/// What a command asks of an init.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Verb {
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
    /// Another init reads its definitions anew when it is told to as well.
    ReloadConfiguration,
    /// Something that Upstart has to be told, and no other init.
    Notify,
    /// A change of the runlevel.
    Runlevel,
    /// That a service starts at boot, or that it does not.
    Enable,
    Disable,
    /// Something that only people ask for, and what they ask of systemd instead.
    Other(&'static str),
}

/// How a program's words are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    /// What it asks for is its name.
    Verb(Verb),
    /// `initctl VERB …`
    Initctl,
    /// `service JOB VERB`
    Service,
    /// `telinit LEVEL`
    Telinit,
    /// `/etc/init.d/JOB VERB`
    InitScript,
    /// `invoke-rc.d JOB VERB`
    InvokeRcD,
    /// `update-rc.d JOB VERB`
    UpdateRcD,
    /// `systemctl VERB UNIT`
    Systemctl,
    /// Another one that only speaks to a systemd that runs.
    OfSystemd,
    /// Another one of Upstart's, and what is used instead of it.
    OfUpstart(&'static str),
}

/// Upstart's commands, and those that speak to whichever init there is.
const COMMANDS: &[(&str, Tool)] = &[
    ("initctl", Tool::Initctl),
    ("reload", Tool::Verb(Verb::Reload)),
    ("restart", Tool::Verb(Verb::Restart)),
    ("service", Tool::Service),
    ("start", Tool::Verb(Verb::Start)),
    ("status", Tool::Verb(Verb::Status)),
    ("stop", Tool::Verb(Verb::Stop)),
    ("telinit", Tool::Telinit),
];

/// Where they lie.
const DIRECTORIES: &[&str] = &["/sbin/", "/bin/", "/usr/sbin/", "/usr/bin/"];

/// Where init scripts lie.
pub(crate) const INIT_SCRIPTS: &[&str] = &["/etc/init.d/", "/etc/rc.d/init.d/"];

/// Other programs, wherever they lie.
#[rustfmt::skip]
const OTHERS: &[(&str, Tool)] = &[
    ("init-checkconf", Tool::OfUpstart("systemd-analyze verify UNIT")),
    ("initctl2dot", Tool::OfUpstart("systemd-analyze dot")),
    ("invoke-rc.d", Tool::InvokeRcD),
    ("journalctl", Tool::OfSystemd),
    ("loginctl", Tool::OfSystemd),
    ("systemctl", Tool::Systemctl),
    ("systemd-ask-password", Tool::OfSystemd),
    ("systemd-notify", Tool::OfSystemd),
    ("systemd-run", Tool::OfSystemd),
    ("update-rc.d", Tool::UpdateRcD),
    ("upstart-dbus-bridge", Tool::OfUpstart("a unit with Type=dbus")),
    ("upstart-dconf-bridge", Tool::OfUpstart("a .path unit")),
    ("upstart-event-bridge", Tool::OfUpstart("targets of the service manager of the user")),
    ("upstart-file-bridge", Tool::OfUpstart("a .path unit")),
    ("upstart-job", Tool::OfUpstart("systemctl")),
    ("upstart-local-bridge", Tool::OfUpstart("a .socket unit")),
    ("upstart-monitor", Tool::OfUpstart("systemctl list-jobs, or busctl monitor org.freedesktop.systemd1")),
    ("upstart-socket-bridge", Tool::OfUpstart("a .socket unit")),
    ("upstart-udev-bridge", Tool::OfUpstart("a rule of udev with TAG+=\"systemd\"")),
];

/// The commands of `initctl`.
#[rustfmt::skip]
pub(super) const INITCTL: &[(&str, Verb)] = &[
    ("check-config", Verb::Other("systemd-analyze verify UNIT")),
    ("emit", Verb::Emit),
    ("get-env", Verb::GetEnv),
    ("list", Verb::Other("systemctl list-units --type=service --all")),
    ("list-env", Verb::ListEnv),
    ("list-sessions", Verb::Other("loginctl list-sessions")),
    ("log-priority", Verb::Other("systemd-analyze log-level")),
    ("notify-cgroup-manager-address", Verb::Notify),
    ("notify-dbus-address", Verb::Notify),
    ("notify-disk-writeable", Verb::Notify),
    ("reload", Verb::Reload),
    ("reload-configuration", Verb::ReloadConfiguration),
    ("reset-env", Verb::Other("systemctl unset-environment NAME…")),
    ("restart", Verb::Restart),
    ("set-env", Verb::SetEnv),
    ("show-config", Verb::Other("systemctl show -p After,Before,WantedBy,PartOf UNIT")),
    ("start", Verb::Start),
    ("status", Verb::Status),
    ("stop", Verb::Stop),
    ("unset-env", Verb::UnsetEnv),
    ("usage", Verb::Other("systemctl cat UNIT")),
    ("version", Verb::Other("systemctl --version")),
];

/// What `service` and its like can ask of a job.
pub(crate) const SERVICE: &[(&str, Verb)] = &[
    ("force-reload", Verb::Reload),
    ("reload", Verb::Reload),
    ("restart", Verb::Restart),
    ("start", Verb::Start),
    ("status", Verb::Status),
    ("stop", Verb::Stop),
];

/// What `update-rc.d` does with the links of an init script.
pub(super) const UPDATE_RC_D: &[(&str, Verb)] = &[
    ("defaults", Verb::Enable),
    ("disable", Verb::Disable),
    ("enable", Verb::Enable),
    ("remove", Verb::Disable),
    ("start", Verb::Enable),
    ("stop", Verb::Disable),
];

/// What is read of systemctl: that which Upstart has a word for.
pub(super) const SYSTEMCTL: &[(&str, Verb)] = &[("start", Verb::Start), ("stop", Verb::Stop)];

/// What an option changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
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

/// The options of Upstart's commands. Single letters can stand together behind one dash.
pub(super) const OPTIONS: &[(&str, Effect)] = &[
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

/// The same of systemctl.
pub(super) const SYSTEMCTL_OPTIONS: &[(&str, Effect)] = &[("--no-block", Effect::NoWait)];

/// The row of that name.
pub(crate) fn find<T: Copy>(table: &[(&str, T)], name: &[u8]) -> Option<T> {
    table.iter().find(|(known, _)| known.as_bytes() == name).map(|(_, value)| *value)
}

/// A tool, as a word names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Named<'w> {
    pub tool: Tool,
    /// Whether only the name stands there, which can be that of something else.
    pub bare: bool,
    /// The job whose init script it is.
    pub job: Option<&'w [u8]>,
}

/// The tool that a word names.
pub(crate) fn named(word: &[u8]) -> Option<Named<'_>> {
    if let Some(command) = command(word) {
        return Some(command);
    }
    if let Some(job) = INIT_SCRIPTS.iter().find_map(|directory| word.strip_prefix(directory.as_bytes())) {
        return Some(Named { tool: Tool::InitScript, bare: false, job: Some(job) });
    }
    let name = word.rsplit_str("/").next().unwrap_or_default();
    find(OTHERS, name).map(|tool| Named { tool, bare: name == word, job: None })
}

/// The same of Upstart's commands, and those that speak to whichever init there is, alone.
pub(crate) fn command(word: &[u8]) -> Option<Named<'_>> {
    let name = DIRECTORIES.iter().find_map(|directory| word.strip_prefix(directory.as_bytes()));
    let tool = find(COMMANDS, name.unwrap_or(word))?;
    Some(Named { tool, bare: name.is_none(), job: None })
}

/// Whether the name of one of these commands stands anywhere in a script, quotes within it or not. Most scripts have
/// none, and need not be read for calls.
pub(crate) fn has_command(text: &[u8]) -> bool {
    static NAMES: LazyLock<Vec<Finder<'_>>> =
        LazyLock::new(|| COMMANDS.iter().map(|(name, _)| Finder::new(name)).collect());
    let mut plain = Cow::Borrowed(text);
    if text.find_byteset(b"\"'\\").is_some() {
        let joined = plain.to_mut();
        *joined = joined.replace("\\\n", "");
        joined.retain(|byte| !matches!(byte, b'"' | b'\'' | b'\\'));
    }
    NAMES.iter().any(|name| name.find(&plain).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_table_knows_a_name_once() {
        fn ordered<T>(table: &[(&str, T)]) -> bool {
            table.windows(2).all(|pair| pair[0].0 < pair[1].0)
        }
        assert!(ordered(COMMANDS) && ordered(OTHERS) && ordered(INITCTL) && ordered(SERVICE));
        assert!(ordered(UPDATE_RC_D) && ordered(SYSTEMCTL) && ordered(OPTIONS));
    }

    #[test]
    fn a_program_is_known_by_its_name_and_where_it_lies() {
        assert_eq!(named(b"/sbin/initctl"), Some(Named { tool: Tool::Initctl, bare: false, job: None }));
        assert_eq!(named(b"stop"), Some(Named { tool: Tool::Verb(Verb::Stop), bare: true, job: None }));
        assert_eq!(named(b"/opt/bin/stop"), None);
        assert_eq!(command(b"/etc/init.d/start"), None);
        assert_eq!(named(b"/etc/init.d/start").and_then(|named| named.job), Some(&b"start"[..]));
    }
}
