//! Names of units: what they may hold, and how everything else is escaped (systemd.unit(5), "String
//! escaping for inclusion in unit names").

use super::quote::push_escape;
use crate::service::{Milestone, Party};

/// Targets that systemd ships or looks for; an event of that name needs another one.
const RESERVED: &[&str] = &[
    "basic",
    "bluetooth",
    "boot-complete",
    "cryptsetup",
    "ctrl-alt-del",
    "default",
    "emergency",
    "exit",
    "factory-reset",
    "final",
    "first-boot-complete",
    "getty",
    "graphical",
    "graphical-session",
    "graphical-session-pre",
    "halt",
    "hibernate",
    "initrd",
    "integritysetup",
    "kbrequest",
    "kexec",
    "local-fs",
    "local-fs-pre",
    "machines",
    "multi-user",
    "network",
    "network-online",
    "network-pre",
    "nss-lookup",
    "nss-user-lookup",
    "paths",
    "poweroff",
    "printer",
    "reboot",
    "remote-fs",
    "remote-fs-pre",
    "rescue",
    "rpcbind",
    "runlevel0",
    "runlevel1",
    "runlevel2",
    "runlevel3",
    "runlevel4",
    "runlevel5",
    "runlevel6",
    "shutdown",
    "sigpwr",
    "sleep",
    "slices",
    "smartcard",
    "sockets",
    "sound",
    "suspend",
    "swap",
    "sysinit",
    "system-update",
    "time-set",
    "time-sync",
    "timers",
    "umount",
    "usb-gadget",
    "veritysetup",
    "xdg-desktop-autostart",
];

/// The name of a service's unit without its suffix. A name with a directory in it is escaped as
/// `systemd-escape` does it; any other only where a character is not allowed in a unit's name.
pub fn unit(name: &[u8]) -> String {
    if name.contains(&b'/') { escape(name) } else { allowed(name) }
}

/// As `systemd-escape` does it: `/` becomes `-`, and all but letters, digits, `:`, `_` and `.` a number.
pub fn escape(name: &[u8]) -> String {
    let mut out = String::new();
    for (at, &byte) in name.iter().enumerate() {
        match byte {
            b'/' => out.push('-'),
            b'.' if at == 0 => out.push_str("\\x2e"),
            b':' | b'_' | b'.' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => push_escape(&mut out, byte),
        }
    }
    out
}

/// As `systemd-escape --path` does it.
pub fn escape_path(path: &[u8]) -> String {
    let parts: Vec<&[u8]> = path.split(|byte| *byte == b'/').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "-".to_owned() } else { escape(&parts.join(&b'/')) }
}

fn allowed(name: &[u8]) -> String {
    let mut out = String::new();
    for (at, &byte) in name.iter().enumerate() {
        match byte {
            b'.' if at == 0 => out.push_str("\\x2e"),
            b':' | b'-' | b'_' | b'.' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => push_escape(&mut out, byte),
        }
    }
    out
}

/// Whether systemd itself has a target of that name, or looks for one.
pub fn is_reserved(name: &[u8]) -> bool {
    RESERVED.contains(&allowed(name).as_str())
}

/// The target that stands for an event.
pub fn event(name: &[u8]) -> String {
    let name = allowed(name);
    if RESERVED.contains(&name.as_str()) { format!("event-{name}.target") } else { format!("{name}.target") }
}

/// The unit that stands for what a service is tied to.
pub fn party(party: &Party) -> String {
    match party {
        Party::Milestone(milestone) => self::milestone(*milestone).to_owned(),
        Party::Service(name) => format!("{}.service", unit(name)),
        Party::Mount(path) => format!("{}.mount", escape_path(path)),
        Party::Interface(name) => format!("sys-subsystem-net-devices-{}.device", escape(name)),
        Party::Event(name) => event(name),
        Party::Other(name) => name.to_string(),
    }
}

/// The target that stands for a station of the boot (systemd.special(7)).
pub fn milestone(milestone: Milestone) -> &'static str {
    match milestone {
        Milestone::LocalFsPre => "local-fs-pre.target",
        Milestone::LocalFs => "local-fs.target",
        Milestone::Swap => "swap.target",
        Milestone::Sysinit => "sysinit.target",
        Milestone::RemoteFsPre => "remote-fs-pre.target",
        Milestone::RemoteFs => "remote-fs.target",
        Milestone::NetworkPre => "network-pre.target",
        Milestone::Network => "network.target",
        Milestone::NetworkOnline => "network-online.target",
        Milestone::MultiUser => "multi-user.target",
        Milestone::Graphical => "graphical.target",
        Milestone::Rescue => "rescue.target",
        Milestone::Shutdown => "shutdown.target",
        Milestone::CtrlAltDel => "ctrl-alt-del.target",
        Milestone::PowerFailure => "sigpwr.target",
        Milestone::KeyboardRequest => "kbrequest.target",
        Milestone::Session => "default.target",
        Milestone::GraphicalSessionPre => "graphical-session-pre.target",
        Milestone::GraphicalSession => "graphical-session.target",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_directories_are_escaped_throughout() {
        assert_eq!(unit(b"my-app"), "my-app");
        assert_eq!(unit(b"net/my-app"), r"net-my\x2dapp");
        assert_eq!(unit(b"app v2+b@1"), r"app\x20v2\x2bb\x401");
        assert_eq!(escape_path(b"/srv/my data/"), r"srv-my\x20data");
        assert_eq!(escape_path(b"/"), "-");
    }

    #[test]
    fn an_event_takes_no_target_of_systemd_s_own() {
        assert_eq!(event(b"shutdown"), "event-shutdown.target");
        assert_eq!(event(b"shop.up"), "shop.up.target");
    }
}
