//! The targets of the boot (systemd.special(7)), as data.

use crate::service::BootTarget;

macro_rules! targets {
    ($($target:ident: $($name:literal)+;)+) => {
        /// What there is of targets of the boot, and their names: first the one that is written.
        const TARGETS: &[(BootTarget, &[&str])] = &[$((BootTarget::$target, &[$(concat!($name, ".target")),+])),+];
    };
}

targets! {
    LocalFsPre: "local-fs-pre";
    LocalFs: "local-fs";
    Swap: "swap";
    Sysinit: "sysinit" "basic" "nss-user-lookup" "sockets" "timers" "paths" "slices";
    RemoteFsPre: "remote-fs-pre";
    RemoteFs: "remote-fs";
    NetworkPre: "network-pre";
    Network: "network" "nss-lookup";
    NetworkOnline: "network-online";
    MultiUser: "multi-user" "default" "getty" "runlevel2" "runlevel3" "runlevel4";
    Graphical: "graphical" "runlevel5";
    Rescue: "rescue" "emergency" "runlevel1";
    Shutdown: "shutdown" "umount" "final" "poweroff" "halt" "reboot" "kexec";
    CtrlAltDel: "ctrl-alt-del";
    PowerFailure: "sigpwr";
    KeyboardRequest: "kbrequest";
    GraphicalSessionPre: "graphical-session-pre";
    GraphicalSession: "graphical-session";
    // To the manager of the system, the default is one of the above.
    Session: "default";
}

/// Further targets that systemd ships or looks for.
const OTHERS: &str = "bluetooth boot-complete cryptsetup exit factory-reset first-boot-complete hibernate initrd \
    integritysetup machines printer rpcbind runlevel0 runlevel6 sleep smartcard sound suspend system-update \
    time-set time-sync usb-gadget veritysetup xdg-desktop-autostart";

/// The target that stands for one of the boot.
pub fn name(target: BootTarget) -> &'static str {
    TARGETS.iter().find(|(known, _)| *known == target).map_or("", |(_, names)| names[0])
}

/// The target of the boot that a unit of that name is.
pub fn named(unit: &str) -> Option<BootTarget> {
    TARGETS.iter().find(|(_, names)| names.contains(&unit)).map(|(target, _)| *target)
}

/// Whether systemd itself has a target of that name, or looks for one; an event of that name needs another one.
pub(crate) fn is_reserved(unit: &str) -> bool {
    let stem = unit.strip_suffix(".target");
    named(unit).is_some() || stem.is_some_and(|stem| OTHERS.split(' ').any(|known| known == stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_that_is_written_is_read_as_what_it_stands_for() {
        for (target, _) in TARGETS.iter().filter(|(target, _)| *target != BootTarget::Session) {
            assert_eq!(named(name(*target)), Some(*target));
        }
        assert!(is_reserved("printer.target") && is_reserved("halt.target") && !is_reserved("shop.target"));
    }
}
