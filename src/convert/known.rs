//! Jobs that distributions shipped, and the units that stand for them on a system with systemd.

/// A job's name and its unit's, without suffix. Where both are the same, the unit is there already.
const KNOWN: &[(&str, &str)] = &[
    ("NetworkManager", "NetworkManager"),
    ("acpid", "acpid"),
    ("apache2", "apache2"),
    ("atd", "atd"),
    ("auditd", "auditd"),
    ("avahi-daemon", "avahi-daemon"),
    ("bluetooth", "bluetooth"),
    ("cron", "cron"),
    ("cups", "cups"),
    ("dbus", "dbus"),
    ("docker", "docker"),
    ("gdm", "gdm"),
    ("glusterfs-server", "glusterd"),
    ("haproxy", "haproxy"),
    ("kdm", "kdm"),
    ("libvirt-bin", "libvirtd"),
    ("lightdm", "lightdm"),
    ("lxc", "lxc"),
    ("lxdm", "lxdm"),
    ("memcached", "memcached"),
    ("mysql", "mysql"),
    ("network-manager", "NetworkManager"),
    ("networking", "networking"),
    ("nginx", "nginx"),
    ("ntp", "ntp"),
    ("openvswitch-switch", "openvswitch-switch"),
    ("plymouth", "plymouth-start"),
    ("postgresql", "postgresql"),
    ("procps", "systemd-sysctl"),
    ("rabbitmq-server", "rabbitmq-server"),
    ("redis-server", "redis-server"),
    ("rsyslog", "rsyslog"),
    ("smbd", "smbd"),
    ("ssh", "ssh"),
    ("syslog", "syslog"),
    ("udev", "systemd-udevd"),
    ("udev-finish", "systemd-udev-settle"),
    ("udevtrigger", "systemd-udev-trigger"),
];

/// The unit that stands for a job, without its suffix.
pub fn unit_of(job: &[u8]) -> Option<&'static str> {
    KNOWN.iter().find(|(name, _)| name.as_bytes() == job).map(|(_, unit)| *unit)
}

/// Whether a unit, named without its suffix, is one of those.
pub fn is_unit(name: &[u8]) -> bool {
    KNOWN.iter().any(|(_, unit)| unit.as_bytes() == name)
}

/// Those of them that do their work once, while the system boots, and whose units then stay up.
const BOOT_TASKS: &[&str] = &["systemd-sysctl", "systemd-udev-settle", "systemd-udev-trigger", "networking"];

/// Whether a known unit's work is done once at boot. Its end is then its being up.
pub fn is_boot_task(unit: &[u8]) -> bool {
    BOOT_TASKS.iter().any(|task| task.as_bytes() == unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_job_is_known_once() {
        assert!(KNOWN.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(unit_of(b"network-manager"), Some("NetworkManager"));
        assert_eq!(unit_of(b"nothing"), None);
    }
}
