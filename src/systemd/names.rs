//! Names of units: what they may hold, and how everything else is escaped (systemd.unit(5), "String
//! escaping for inclusion in unit names").

use super::boot_target;
use super::quote::push_escape;
use crate::service::Target;

/// The name of a service's unit without its suffix. A name with a directory in it is escaped as
/// `systemd-escape` does it; any other only where a character is not allowed in a unit's name.
pub fn unit(name: &[u8]) -> String {
    if name.contains(&b'/') { escape(name) } else { allowed(name) }
}

/// As `systemd-escape` does it: `/` becomes `-`, and all but letters, digits, `:`, `_` and `.` a number.
pub fn escape(name: &[u8]) -> String {
    escaped(name, b'/')
}

/// The same where that byte stands as a dash.
fn escaped(name: &[u8], dash: u8) -> String {
    let mut out = String::with_capacity(name.len());
    for (at, &byte) in name.iter().enumerate() {
        match byte {
            _ if byte == dash => out.push('-'),
            b'.' if at == 0 => push_escape(&mut out, byte),
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
    escaped(name, b'-')
}

/// Whether systemd itself has a target of that name, or looks for one.
pub(crate) fn is_reserved(name: &[u8]) -> bool {
    boot_target::is_reserved(&format!("{}.target", allowed(name)))
}

/// The target that stands for an event.
pub fn event(name: &[u8]) -> String {
    let prefix = if is_reserved(name) { "event-" } else { "" };
    format!("{prefix}{}.target", allowed(name))
}

/// The unit that stands for what a service depends on.
pub fn target(target: &Target) -> String {
    match target {
        Target::BootTarget(target) => boot_target::name(*target).to_owned(),
        Target::Service(name) => format!("{}.service", unit(name)),
        Target::Mount(path) => format!("{}.mount", escape_path(path)),
        Target::Interface(name) => format!("sys-subsystem-net-devices-{}.device", escape(name)),
        Target::Event(name) => event(name),
        Target::Other(name) => name.to_string(),
    }
}
