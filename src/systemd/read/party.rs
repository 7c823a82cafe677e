//! Units as parties that a service is tied to.

use crate::service::{Milestone, Party};
use crate::systemd::load::{UnitName, UnitType};
use crate::text::Text;

/// Targets that are stations of the boot (systemd.special(7)).
const STATIONS: &[(&str, Milestone)] = &[
    ("local-fs-pre", Milestone::LocalFsPre),
    ("local-fs", Milestone::LocalFs),
    ("swap", Milestone::Swap),
    ("sysinit", Milestone::Sysinit),
    ("basic", Milestone::Sysinit),
    ("remote-fs-pre", Milestone::RemoteFsPre),
    ("remote-fs", Milestone::RemoteFs),
    ("network-pre", Milestone::NetworkPre),
    ("network", Milestone::Network),
    ("network-online", Milestone::NetworkOnline),
    ("nss-lookup", Milestone::Network),
    ("nss-user-lookup", Milestone::Sysinit),
    ("multi-user", Milestone::MultiUser),
    ("default", Milestone::MultiUser),
    ("getty", Milestone::MultiUser),
    ("runlevel2", Milestone::MultiUser),
    ("runlevel3", Milestone::MultiUser),
    ("runlevel4", Milestone::MultiUser),
    ("runlevel5", Milestone::Graphical),
    ("graphical", Milestone::Graphical),
    ("rescue", Milestone::Rescue),
    ("emergency", Milestone::Rescue),
    ("runlevel1", Milestone::Rescue),
    ("shutdown", Milestone::Shutdown),
    ("umount", Milestone::Shutdown),
    ("final", Milestone::Shutdown),
    ("poweroff", Milestone::Shutdown),
    ("halt", Milestone::Shutdown),
    ("reboot", Milestone::Shutdown),
    ("kexec", Milestone::Shutdown),
    ("ctrl-alt-del", Milestone::CtrlAltDel),
    ("sigpwr", Milestone::PowerFailure),
    ("kbrequest", Milestone::KeyboardRequest),
    ("graphical-session-pre", Milestone::GraphicalSessionPre),
    ("graphical-session", Milestone::GraphicalSession),
    ("sockets", Milestone::Sysinit),
    ("timers", Milestone::Sysinit),
    ("paths", Milestone::Sysinit),
    ("slices", Milestone::Sysinit),
    ("syslog", Milestone::Sysinit),
];

/// Units without a station of their own that are there before the runlevels begin, whatever init boots.
const OF_THE_BOOT: &[&str] = &[
    "dbus.service",
    "dbus.socket",
    "syslog.service",
    "syslog.socket",
    "rsyslog.service",
    "udev.service",
    "systemd-journald.service",
    "systemd-journald.socket",
    "systemd-modules-load.service",
    "systemd-random-seed.service",
    "systemd-remount-fs.service",
    "systemd-sysctl.service",
    "systemd-sysusers.service",
    "systemd-tmpfiles-setup.service",
    "systemd-tmpfiles-setup-dev.service",
    "systemd-udev-settle.service",
    "systemd-udev-trigger.service",
    "systemd-udevd.service",
    "systemd-user-sessions.service",
    "networking.service",
    "network.service",
    "local-fs.service",
    "-.mount",
    "-.slice",
    "system.slice",
    "var.mount",
    "usr.mount",
    "tmp.mount",
];

/// What a unit of that name is to a service.
pub fn party(name: &UnitName) -> Party {
    let text = name.as_str();
    let stem = text.rsplit_once('.').map_or(text, |(stem, _)| stem);
    if OF_THE_BOOT.contains(&text) {
        return Party::Milestone(Milestone::Sysinit);
    }
    match name.kind() {
        UnitType::Service if name.instance().is_none() => Party::Service(stem.into()),
        UnitType::Target => match STATIONS.iter().find(|(known, _)| *known == stem) {
            Some((_, milestone)) => Party::Milestone(*milestone),
            // systemd waits for the clock to be set; nothing else does.
            None if matches!(stem, "time-sync" | "time-set") => Party::Other(text.into()),
            None => Party::Event(stem.strip_prefix("event-").unwrap_or(stem).into()),
        },
        UnitType::Mount => Party::Mount(path(stem)),
        UnitType::Device => match stem.strip_prefix("sys-subsystem-net-devices-") {
            Some(interface) => Party::Interface(Text::from(unescaped(interface))),
            None => Party::Other(text.into()),
        },
        _ => Party::Other(text.into()),
    }
}

/// The path that a mount's name stands for (systemd.unit(5), "String escaping").
fn path(stem: &str) -> Text {
    if stem == "-" {
        return "/".into();
    }
    Text::from([b"/".as_slice(), &unescaped(stem)].concat())
}

/// What an escaped name stands for: `-` is `/`, and `\x2d` a byte.
pub(super) fn unescaped(name: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..3).filter(|hex| byte == b'\\' && hex[0] == b'x');
        let value = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(&hex[1..]).ok()?, 16).ok());
        if let Some(value) = value {
            out.push(value);
            rest = &after[3..];
            continue;
        }
        out.push(if byte == b'-' { b'/' } else { byte });
        rest = after;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> Party {
        party(&name.parse().unwrap())
    }

    #[test]
    fn the_target_that_is_written_for_a_station_is_read_as_that() {
        for (_, milestone) in STATIONS {
            assert_eq!(of(crate::systemd::names::milestone(*milestone)), Party::Milestone(*milestone));
        }
    }

    #[test]
    fn names_tell_what_a_unit_is() {
        assert_eq!(of("web.service"), Party::Service("web".into()));
        assert_eq!(of("multi-user.target"), Party::Milestone(Milestone::MultiUser));
        assert_eq!(of("shop-up.target"), Party::Event("shop-up".into()));
        assert_eq!(of("event-shutdown.target"), Party::Event("shutdown".into()));
        assert_eq!(of(r"srv-my\x20data.mount"), Party::Mount("/srv/my data".into()));
        assert_eq!(of("sys-subsystem-net-devices-eth0.device"), Party::Interface("eth0".into()));
        assert_eq!(of("a@b.service"), Party::Other("a@b.service".into()));
        assert_eq!(of("dbus.service"), Party::Milestone(Milestone::Sysinit));
    }
}
