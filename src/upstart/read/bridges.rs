//! Events of Upstart's bridges: sockets, files and devices that start a job, and those that no unit of its own
//! stands for.

use bstr::ByteSlice as _;

use super::events::{ANY_TIME, Effect};
use super::occasion;
use crate::findings::{Code, Finding};
use crate::service::{Activation, FileChange, ValueTest};
use crate::text::{Origin, Text};
use crate::upstart::condition::EventMatch;

/// Events that a bridge announces and that no unit of its own stands for yet.
const BRIDGES: &[(&str, &str)] = &[
    ("socket", "write a .socket unit that listens there"),
    ("file", "write a .path unit that watches the file"),
    ("dbus", "let a program that listens on the bus start the unit"),
    (
        "dbus-activation",
        "name the service on the bus that is meant: a D-Bus service file with SystemdService=",
    ),
    ("dconf", "let a program that watches the setting start the unit"),
    ("desktop-start", "make it a user unit, wanted by graphical-session.target"),
    ("desktop-end", "make it a user unit, part of graphical-session.target"),
    ("xsession", "make it a user unit, wanted by graphical-session.target"),
    ("xsession-init", "make it a user unit, wanted by graphical-session-pre.target"),
];

/// Events of `upstart-socket-bridge(8)`.
pub fn socket(event: &EventMatch, origin: Origin) -> Effect {
    let value = |name: &str| match event.value(usize::MAX, name) {
        Some((value, false)) if value.find_byteset(b"*?[$").is_none() => {
            Some(value.to_str_lossy().into_owned())
        }
        _ => None,
    };
    let address = match (value("PROTO").as_deref(), value("PORT"), value("SOCKET_PATH")) {
        (Some("inet"), Some(port), _) => {
            value("ADDR").map(|address| format!("{address}:{port}")).or(Some(format!("0.0.0.0:{port}")))
        }
        (Some("inet6"), Some(port), _) => {
            Some(format!("[{}]:{port}", value("ADDR").unwrap_or_else(|| "::".to_owned())))
        }
        (Some("unix"), _, Some(path)) => Some(path),
        _ => None,
    };
    let Some(address) = address else { return Effect::unconverted(bridge(event, origin)) };
    let activation = vec![Activation::Socket { address: address.into() }];
    Effect { activation, ..Effect::at(ANY_TIME, Vec::new()) }
}

const DEVICE_EVENTS: &[(&str, &str)] =
    &[("-device-added", "add"), ("-device-removed", "remove"), ("-device-changed", "change")];

pub fn is_device(name: &str) -> bool {
    DEVICE_EVENTS.iter().any(|(suffix, _)| name.ends_with(suffix))
}

/// Events of `upstart-udev-bridge(8)`: its variables are the device's properties.
pub fn device(name: &str, event: &EventMatch, origin: Origin) -> Effect {
    let plain = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '$' | '%'))
    };
    let found = DEVICE_EVENTS
        .iter()
        .find_map(|(suffix, action)| Some((name.strip_suffix(suffix)?, *action)))
        .filter(|(subsystem, _)| plain(subsystem));
    let tests = occasion::tests(event, origin);
    let (Some((subsystem, action)), Some(tests)) = (found, tests) else {
        return Effect::unconverted(bridge(event, origin));
    };
    let properties: Vec<ValueTest> = tests.into_iter().map(|test| test.value).collect();
    if !properties.iter().all(|test| plain(&test.pattern.to_str_lossy())) {
        return Effect::unconverted(bridge(event, origin));
    }
    let activation = vec![Activation::Device { subsystem: subsystem.into(), action, properties }];
    Effect { activation, ..Effect::at(ANY_TIME, Vec::new()) }
}

/// What `dbus-daemon --activation=upstart` emits: somebody calls for a name on the bus.
pub fn bus(event: &EventMatch, origin: Origin) -> Effect {
    let is_name = |name: &[u8]| {
        name.contains(&b'.')
            && name.len() <= 255
            && name.split(|byte| *byte == b'.').all(|part| {
                part.first().is_some_and(|first| !first.is_ascii_digit())
                    && part.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte))
            })
    };
    match event.value(0, "SERVICE") {
        Some((name, false)) if is_name(name) => {
            let activation = vec![Activation::Bus { name: name.into() }];
            Effect { activation, ..Effect::at(ANY_TIME, Vec::new()) }
        }
        _ => Effect::unconverted(bridge(event, origin)),
    }
}

/// Events of `upstart-file-bridge(8)`.
pub fn file(event: &EventMatch, origin: Origin) -> Effect {
    let path = match event.value(usize::MAX, "FILE") {
        Some((path, false)) if path.starts_with(b"/") && !path.contains(&b'$') => Text::from(path),
        _ => return Effect::unconverted(bridge(event, origin)),
    };
    let mut effect = Effect::at(ANY_TIME, Vec::new());
    let change = match event.value(usize::MAX, "EVENT") {
        Some((b"create", false)) => FileChange::Create,
        Some((b"modify", false)) => FileChange::Modify,
        Some((b"delete", false)) => FileChange::Delete,
        _ => {
            effect.findings.push(
                Finding::new(
                    Code::EventFilter,
                    format!("`{event}` means any change; the unit looks for new files only"),
                )
                .at(origin)
                .help("write PathModified= into the .path unit if changes within the file matter"),
            );
            FileChange::Create
        }
    };
    effect.activation.push(Activation::File { path, change });
    effect
}

pub fn is_bridge(name: &str) -> bool {
    BRIDGES.iter().any(|(event, _)| *event == name)
        || name.starts_with(':')
        || ["-device-added", "-device-removed", "-device-changed"].iter().any(|end| name.ends_with(end))
        || matches!(name, "net-device-removed" | "net-device-changed" | "net-device-down")
}

pub fn bridge(event: &EventMatch, origin: Origin) -> Finding {
    let name = event.name.to_str_lossy();
    let way = BRIDGES.iter().find(|(event, _)| *event == name).map(|(_, way)| *way);
    let way = way.unwrap_or(if name.starts_with(':') {
        "an event of the system as a user session sees it: order the user unit by hand"
    } else {
        "write a udev rule with TAG+=\"systemd\" and ENV{SYSTEMD_WANTS}="
    });
    Finding::new(Code::BridgeEvent, format!("nothing announces `{event}` to units")).at(origin).help(way)
}
