//! Units as what a service depends on.

use crate::service::{BootTarget, Target};
use crate::systemd::boot_target;
use crate::systemd::load::{UnitName, UnitType};
use crate::systemd::value::specifier::unescape;
use crate::text::Text;

/// Further units that are there before the runlevels begin, whatever init boots.
const OF_THE_BOOT: &str = "dbus.service dbus.socket syslog.service syslog.socket syslog.target rsyslog.service udev.service \
    systemd-journald.service systemd-journald.socket systemd-modules-load.service \
    systemd-random-seed.service systemd-remount-fs.service systemd-sysctl.service systemd-sysusers.service \
    systemd-tmpfiles-setup.service systemd-tmpfiles-setup-dev.service systemd-udev-settle.service \
    systemd-udev-trigger.service systemd-udevd.service systemd-user-sessions.service networking.service \
    network.service local-fs.service -.mount -.slice system.slice var.mount usr.mount tmp.mount";

/// What a unit of that name is to a service.
pub fn target(name: &UnitName) -> Target {
    let (text, stem) = (name.as_str(), name.stem());
    if OF_THE_BOOT.split(' ').any(|known| known == text) {
        return Target::BootTarget(BootTarget::Sysinit);
    }
    match name.kind() {
        UnitType::Service if name.instance().is_none() => Target::Service(stem.into()),
        UnitType::Target => match boot_target::named(text) {
            Some(target) => Target::BootTarget(target),
            // systemd waits for the clock to be set; nothing else does.
            None if matches!(stem, "time-sync" | "time-set") => Target::Other(text.into()),
            None => Target::Event(stem.strip_prefix("event-").unwrap_or(stem).into()),
        },
        UnitType::Mount => Target::Mount(path(stem)),
        UnitType::Device => match stem.strip_prefix("sys-subsystem-net-devices-") {
            Some(interface) => Target::Interface(unescape(interface).as_slice().into()),
            None => Target::Other(text.into()),
        },
        _ => Target::Other(text.into()),
    }
}

/// The path that a mount's name stands for (systemd.unit(5), "String escaping").
fn path(stem: &str) -> Text {
    if stem == "-" {
        return "/".into();
    }
    Text::from([b"/".as_slice(), &unescape(stem)].concat())
}
