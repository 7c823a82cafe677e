//! Events of Upstart's bridges: sockets, files and devices that start a job, and those that no unit of its own
//! stands for.

use bstr::ByteSlice as _;

use super::effect::Effect;
use super::event_environment;
use crate::findings::{Finding, codes};
use crate::service::{Activation, FileChange};
use crate::text::{Origin, Text};
use crate::upstart::condition::EventMatch;

/// Events that a bridge announces and that no unit of its own stands for yet.
const BRIDGES: &[(&str, &str)] = &[
    ("socket", "write a .socket unit that listens there"),
    ("file", "write a .path unit that watches the file"),
    ("dbus", "let a program that listens on the bus start the unit"),
    ("dbus-activation", "name the service on the bus that is meant: a D-Bus service file with SystemdService="),
    ("dconf", "let a program that watches the setting start the unit"),
    ("desktop-start", "make it a user unit, wanted by graphical-session.target"),
    ("desktop-end", "make it a user unit, part of graphical-session.target"),
    ("xsession", "make it a user unit, wanted by graphical-session.target"),
    ("xsession-init", "make it a user unit, wanted by graphical-session-pre.target"),
];

const DEVICE_EVENTS: &[(&str, &str)] =
    &[("-device-added", "add"), ("-device-removed", "remove"), ("-device-changed", "change")];

/// What an event means that starts the service on demand.
pub(crate) fn on_demand(event: &EventMatch, origin: Option<Origin>) -> Option<Effect> {
    let activation = match event.name.as_slice() {
        b"socket" => socket(event),
        b"file" => return Some(file(event, origin)),
        b"dbus-activation" => bus(event),
        name if DEVICE_EVENTS.iter().any(|(suffix, _)| name.ends_with(suffix.as_bytes())) => {
            return Some(device(event, origin));
        }
        _ => return None,
    };
    Some(activation.map_or_else(|| Effect::unconverted(bridge(event, origin)), Effect::on_demand))
}

/// Events of `upstart-socket-bridge(8)`.
fn socket(event: &EventMatch) -> Option<Activation> {
    let value = |name: &str| match event.value(usize::MAX, name) {
        Some((value, false)) if value.find_byteset(b"*?[$").is_none() => Some(value.to_str_lossy()),
        _ => None,
    };
    let address = match (value("PROTO")?.as_ref(), value("PORT"), value("SOCKET_PATH")) {
        ("inet", Some(port), _) => format!("{}:{port}", value("ADDR").unwrap_or("0.0.0.0".into())),
        ("inet6", Some(port), _) => format!("[{}]:{port}", value("ADDR").unwrap_or("::".into())),
        ("unix", _, Some(path)) => path.into_owned(),
        _ => return None,
    };
    Some(Activation::Socket { address: address.into() })
}

/// Events of `upstart-udev-bridge(8)`: its variables are the device's properties.
pub fn device(event: &EventMatch, origin: Option<Origin>) -> Effect {
    let name = event.name.to_str_lossy();
    let plain = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '$' | '%'))
    };
    let mut actions = DEVICE_EVENTS.iter();
    let found = actions.find_map(|(suffix, action)| Some((name.strip_suffix(suffix)?, *action)));
    let tests = event_environment::tests(event, origin)
        .filter(|tests| tests.iter().all(|test| plain(&test.value.pattern.to_str_lossy())));
    match (found.filter(|(subsystem, _)| plain(subsystem)), tests) {
        (Some((subsystem, action)), Some(tests)) => {
            let properties = tests.into_iter().map(|test| test.value).collect();
            Effect::on_demand(Activation::Device { subsystem: subsystem.into(), action, properties })
        }
        _ => Effect::unconverted(bridge(event, origin)),
    }
}

/// What `dbus-daemon --activation=upstart` emits: somebody calls for a name on the bus.
fn bus(event: &EventMatch) -> Option<Activation> {
    let is_name = |name: &[u8]| {
        name.contains(&b'.')
            && name.len() <= 255
            && name.split(|byte| *byte == b'.').all(|part| {
                part.first().is_some_and(|first| !first.is_ascii_digit())
                    && part.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte))
            })
    };
    let (name, _) = event.value(0, "SERVICE").filter(|(name, negated)| !negated && is_name(name))?;
    Some(Activation::Bus { name: name.into() })
}

/// Events of `upstart-file-bridge(8)`.
fn file(event: &EventMatch, origin: Option<Origin>) -> Effect {
    let path = match event.value(usize::MAX, "FILE") {
        Some((path, false)) if path.starts_with(b"/") && !path.contains(&b'$') => Text::from(path),
        _ => return Effect::unconverted(bridge(event, origin)),
    };
    let change = match event.value(usize::MAX, "EVENT") {
        Some((b"create", false)) => Some(FileChange::Create),
        Some((b"modify", false)) => Some(FileChange::Modify),
        Some((b"delete", false)) => Some(FileChange::Delete),
        _ => None,
    };
    let mut effect = Effect::on_demand(Activation::File { path, change: change.unwrap_or(FileChange::Create) });
    if change.is_none() {
        effect.findings.push(codes::any_change_of_file(event).about(event.subject()).at(origin));
    }
    effect
}

pub(crate) fn is_bridge(name: &str) -> bool {
    BRIDGES.iter().any(|(event, _)| *event == name)
        || name.starts_with(':')
        || DEVICE_EVENTS.iter().any(|(suffix, _)| name.ends_with(suffix))
        || matches!(name, "net-device-removed" | "net-device-changed" | "net-device-down")
}

pub fn bridge(event: &EventMatch, origin: Option<Origin>) -> Finding {
    let name = event.name.to_str_lossy();
    let finding = match BRIDGES.iter().find(|(event, _)| *event == name) {
        Some((_, way)) => codes::bridge_event(event, way),
        None if name.starts_with(':') => codes::bridge_event_of_machine(event),
        None => codes::bridge_event_of_device(event),
    };
    finding.about(event.subject()).at(origin)
}
