//! The jobs that Ubuntu 10.04 to 16.04, Debian's upstart and RHEL 6 shipped, those of the system and those of user
//! sessions, and what a system with systemd has instead. Names, programs and units are facts; the words are our own.

use Replacement::{Aliased, Converted, Once, Present, Retired, Unneeded};

use crate::service::Scope;

/// What becomes of a job that a distribution shipped. Units have their suffix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// systemd, or what belongs to the system, has this unit in its place.
    Retired(&'static str),
    /// The same, and the unit does its work once, while the system boots, and then stays up.
    Once(&'static str),
    /// The package of the daemon brings this unit.
    Aliased(&'static str),
    /// Nothing has to take its place.
    Unneeded,
    /// It is converted like any other; where it is not among the jobs, this unit is meant by it.
    Present(&'static str),
    /// Nothing takes its place: it is converted like any other.
    Converted,
}

impl Replacement {
    /// The unit that stands for the job.
    pub fn unit(self) -> Option<&'static str> {
        match self {
            Retired(unit) | Once(unit) | Aliased(unit) | Present(unit) => Some(unit),
            Unneeded | Converted => None,
        }
    }

    /// Whether the job is not converted.
    pub(crate) fn retires(self) -> bool {
        !matches!(self, Present(_) | Converted)
    }
}

type Str = &'static str;
type Strs = &'static [&'static str];

/// What is known of a job that a distribution shipped.
#[derive(Clone, Copy, Debug)]
pub struct VendorJob {
    /// The job's name.
    pub name: Str,
    /// What becomes of it.
    pub replacement: Replacement,
    /// The job as shipped mentions one of these in a process; `*` is its own name. An empty one: it has no process.
    pub runs: Strs,
    /// The words that stand behind the program in the job as shipped, where `exec` runs it.
    pub args: Option<Str>,
    /// Why nothing of the job is needed.
    pub why: Str,
}

/// The jobs of a distribution for one init, and what else they have to do with.
pub(super) struct Shipped {
    /// Jobs that are alike but for their names; `*` in their units, programs and arguments is the name.
    rows: &'static [VendorJob],
    /// Words of the distributions' own events, beside those of jobs: whatever waits for another one is not as shipped.
    /// A `*` in front stands for anything.
    pub events: Strs,
    /// The variables that jobs as shipped set.
    pub variables: Strs,
}

impl Shipped {
    pub(super) fn of(scope: Scope) -> &'static Shipped {
        match scope {
            Scope::System => &SYSTEM,
            Scope::Session => &SESSION,
        }
    }

    /// The jobs, one by one.
    pub(super) fn jobs(&'static self) -> impl Iterator<Item = VendorJob> {
        self.rows.iter().flat_map(|row| row.name.split(' ').map(|name| row.named(name)))
    }
}

impl VendorJob {
    /// The one of that name. (The table is read once, and lasts as long as the program.)
    fn named(&self, name: Str) -> VendorJob {
        let own = |text: Str| if text.contains('*') { text.replace('*', name).leak() } else { text };
        let replacement = match self.replacement {
            Retired(unit) => Retired(own(unit)),
            Once(unit) => Once(own(unit)),
            Aliased(unit) => Aliased(own(unit)),
            Present(unit) => Present(own(unit)),
            Unneeded | Converted => self.replacement,
        };
        VendorJob { name, replacement, args: self.args.map(own), ..*self }
    }
}

const fn row(name: Str, replacement: Replacement, runs: Strs, why: Str) -> VendorJob {
    VendorJob { name, replacement, runs, args: None, why }
}

/// Daemons of packages, whose command line is known.
const fn with(name: Str, replacement: Replacement, runs: Strs, args: Str, why: Str) -> VendorJob {
    VendorJob { args: Some(args), ..row(name, replacement, runs, why) }
}

/// A unit that the package brings, for jobs that are better converted: many write their own of that name.
const fn own(name: Str, unit: Str) -> VendorJob {
    row(name, Present(unit), &[], "")
}

const GETTY: &[&str] = &["getty", "agetty", "mingetty"];
const NONE: &[&str] = &[""];
const PLACE: &str = "it only marks the place of an init.d script";
const MARKER: &str = "it only holds up another job";
const BRIDGE: &str = "systemd has its own units for such events";
const LOCAL_FS: &str = "systemd mounts what fstab names";
const PACKAGE: &str = "the package brings it";
const NFS: &str = "NFS mounts bring up what they need";
const TTY: &str = "systemd-logind starts it when the console is used";
const SERIAL: &str = "enable it if console= on the kernel's command line does not name the line";
const SPLASH: &str = "plymouth brings its own units";
const READAHEAD: &str = "no reading ahead is left in systemd";
const TMPFILES: &str = "systemd-tmpfiles sets up such files";
const PACKAGE_OF_USER: &str = "the package brings it, for the user manager";

#[rustfmt::skip]
const SYSTEM: Shipped = Shipped { rows: &[
    row(
        "NetworkManager apport avahi-daemon cups-browsed irqbalance kdm lightdm lxcfs lxd lxdm nmbd \
         php5-fpm pollinate rpcbind smbd xinetd",
        Aliased("*.service"), &["*"], PACKAGE,
    ),
    with("acpid", Aliased("acpid.service"), &["acpid"], "-c /etc/acpi/events -s /var/run/acpid.socket", PACKAGE),
    row("alsa-restore alsa-store", Aliased("alsa-restore.service"), &["alsactl"], PACKAGE),
    row("alsa-utils", Aliased("alsa-restore.service"), &["", "alsactl"], PACKAGE),
    with("anacron", Aliased("anacron.service"), &["anacron"], "-s", PACKAGE),
    own(
        "apache2 auditd docker haproxy memcached postgresql rabbitmq-server redis-server sssd syslog",
        "*.service",
    ),
    row("apparmor", Once("apparmor.service"), &["apparmor_parser", "load_configured_profiles"], PACKAGE),
    with("atd cron", Aliased("*.service"), &["*"], "", PACKAGE),
    row("autofs", Aliased("autofs.service"), &["automount"], PACKAGE),
    row("avahi-cups-reload", Unneeded, &["reload cups"], "cups talks to avahi by itself"),
    row("binfmt-support", Aliased("binfmt-support.service"), &["update-binfmts"], PACKAGE),
    with("bluetooth", Aliased("bluetooth.service"), &["bluetoothd"], "", PACKAGE),
    own("boot-services", "sysinit.target"),
    row(
        "bootmisc.sh checkfs.sh checkroot-bootclean.sh checkroot.sh hostname.sh hwclock.sh hwclockfirst.sh \
         mountall-bootclean.sh mountall.sh mountdevsubfs.sh mountkernfs.sh mountnfs-bootclean.sh \
         mountnfs.sh mtab.sh",
        Unneeded, NONE, PLACE,
    ),
    row("cgmanager cgproxy", Retired("sysinit.target"), &["*"], "systemd manages the control groups"),
    row("cgroup-lite", Once("sysinit.target"), &["cgroups-mount", "cgroup"], "systemd mounts the control groups"),
    row("ck-log-system-restart ck-log-system-start ck-log-system-stop", Unneeded, &["*"], "systemd-logind took ConsoleKit's place"),
    row("cloud-config cloud-final cloud-init-local", Once("*.service"), &["cloud-init"], PACKAGE),
    row("cloud-init gpu-manager resolvconf setvtrgb", Once("*.service"), &["*"], PACKAGE),
    row("cloud-init-container network-interface-container", Unneeded, &["net-device-added"], "the network of a container comes up by itself"),
    row("cloud-init-nonet", Unneeded, &["cloud-init", "static-network-up"], "network-online.target has its own limit"),
    row("cloud-log-shutdown", Unneeded, &["ci-info"], "the journal has it"),
    row("console", Retired("console-getty.service"), GETTY, "systemd starts it in containers"),
    row("console-font", Once("console-setup.service"), &["setfont", "setupcon", "console-setup-tty"], PACKAGE),
    row("console-setup", Once("console-setup.service"), &["loadkeys", "setupcon"], PACKAGE),
    row("container-detect", Once("sysinit.target"), &["initctl emit"], "units ask by ConditionVirtualization="),
    with("control-alt-delete", Retired("ctrl-alt-del.target"), &["shutdown"], "-r now \"Control-Alt-Delete pressed\"", "systemd reboots then"),
    row("cryptdisks cryptdisks-enable", Once("cryptsetup.target"), &["cryptdisks.functions"], "systemd opens what crypttab names"),
    row("cryptdisks-udev", Unneeded, &["cryptdisks.functions"], "systemd opens what crypttab names"),
    row("cups", Aliased("cups.service"), &["cupsd"], PACKAGE),
    with("dbus", Aliased("dbus.service"), &["dbus-daemon"], "--system --fork --activation=upstart", PACKAGE),
    row("dmesg", Unneeded, &["dmesg"], "the journal keeps the kernel's messages: journalctl -k"),
    row("failsafe", Retired("network-online.target"), &["failsafe-boot"], "it has a time limit of its own"),
    row("failsafe-x", Unneeded, &["failsafeXServer", "failsafe-x"], "no unit stands for it; log in on another console"),
    row("flush-early-job-log", Once("systemd-journal-flush.service"), &["notify-disk-writeable"], "the journal does this"),
    row("friendly-recovery", Aliased("friendly-recovery.service"), &["friendly-recovery", "recovery-menu"], PACKAGE),
    row("gdm", Aliased("gdm.service"), &["gdm", "gdm-binary"], PACKAGE),
    own("glusterfs-server", "glusterd.service"),
    row("gssd", Aliased("rpc-gssd.service"), &["rpc.gssd"], NFS),
    row("gssd-mounting", Unneeded, &["status gssd", "start gssd"], MARKER),
    row("hostname", Once("sysinit.target"), &["hostname -b", "hostname -F"], "systemd itself sets the name in /etc/hostname"),
    row("hwclock", Once("sysinit.target"), &["hwclock --systz", "hwclock --hctosys"], "systemd itself sets the time zone of the clock"),
    row("hwclock-save", Unneeded, &["hwclock"], "the kernel keeps the hardware clock right while the time is synchronised"),
    row("hybrid-gfx", Once("gpu-manager.service"), &["hybrid-detect"], "ubuntu-drivers-common brings it"),
    row("idmapd", Aliased("nfs-idmapd.service"), &["rpc.idmapd"], NFS),
    row("idmapd-mounting", Unneeded, &["status idmapd"], MARKER),
    row("init-system-dbus", Unneeded, &["kill -USR1 1"], "systemd finds the bus by itself"),
    row("isc-dhcp-server isc-dhcp-server6", Aliased("*.service"), &["dhcpd"], PACKAGE),
    row("kexec-disable", Unneeded, &["kexec"], "systemctl kexec is a command of its own"),
    row("kmod module-init-tools", Once("systemd-modules-load.service"), &["modprobe"], "it loads what /etc/modules names"),
    row("libvirt-bin", Aliased("libvirtd.service"), &["libvirtd"], PACKAGE),
    row("lxc", Aliased("lxc.service"), &["lxc-autostart", "lxc-start"], PACKAGE),
    row("lxc-instance", Converted, &["lxc-start"], ""),
    row("lxc-net", Aliased("lxc-net.service"), &["lxc-net", "dnsmasq"], PACKAGE),
    row("modemmanager", Aliased("ModemManager.service"), &["ModemManager"], PACKAGE),
    row("mountall", Once("local-fs.target"), &["mountall"], LOCAL_FS),
    row("mountall-net", Unneeded, &["status mountall"], LOCAL_FS),
    with("mountall-reboot", Retired("systemd-fsck-root.service"), &["reboot"], "-f", "it reboots where the check asks for that"),
    row("mountall-shell", Retired("emergency.target"), &["sulogin"], "systemd goes there when a mount fails"),
    row("mounted-debugfs", Unneeded, &["chmod 0700"], "the kernel gives it that mode"),
    row("mounted-dev", Once("systemd-tmpfiles-setup-dev.service"), &["MAKEDEV", "/dev/shm"], "kernel and udev make the devices"),
    row("mounted-proc", Unneeded, &["slabinfo"], "the kernel gives it that mode"),
    row("mounted-run mounted-varrun", Once("systemd-tmpfiles-setup.service"), &["utmp"], TMPFILES),
    row("mounted-tmp", Once("systemd-tmpfiles-setup.service"), &["find", "TMPTIME"], TMPFILES),
    row("mounted-var", Unneeded, &["run_migrate"], "/run has been in use since"),
    row("mysql", Aliased("mysql.service"), &["mysqld"], PACKAGE),
    row("network-interface", Retired("networking.service"), &["ifup"], "ifup@.service and udev bring interfaces up"),
    row("network-interface-security", Once("apparmor.service"), &["apparmor_parser", "apparmor-profile-load"], "apparmor loads all profiles early"),
    row("network-manager", Aliased("NetworkManager.service"), &["NetworkManager"], PACKAGE),
    row("networking", Once("networking.service"), &["ifup -a"], "ifupdown brings it"),
    with("nginx", Aliased("nginx.service"), &["nginx"], "-g 'daemon on; master_process on;'", PACKAGE),
    with("ntp", Aliased("ntp.service"), &["ntpd"], "-p /var/run/ntpd.pid -g -u ntp:ntp", PACKAGE),
    row("openvswitch-switch", Aliased("openvswitch-switch.service"), &["ovs-ctl"], PACKAGE),
    row("passwd", Once("systemd-tmpfiles-setup.service"), &["passwd.lock"], TMPFILES),
    row("php5.6-fpm", Aliased("php5.6-fpm.service"), &["php-fpm5.6"], PACKAGE),
    row("php7.1-fpm", Aliased("php7.1-fpm.service"), &["php-fpm7.1"], PACKAGE),
    row("plymouth", Retired("plymouth-start.service"), &["plymouthd"], SPLASH),
    row("plymouth-log", Once("plymouth-read-write.service"), &["plymouth"], SPLASH),
    row("plymouth-ready plymouth-splash", Once("plymouth-start.service"), &["plymouth"], SPLASH),
    row("plymouth-shutdown", Retired("plymouth-poweroff.service"), &["plymouth", "plymouthd"], SPLASH),
    row("plymouth-stop quit-plymouth", Once("plymouth-quit.service"), &["plymouth"], SPLASH),
    row("plymouth-upstart-bridge", Unneeded, &["plymouth-upstart-bridge"], "systemd tells plymouth by itself"),
    row("portmap", Aliased("rpcbind.service"), &["portmap", "rpcbind"], "rpcbind took portmap's place"),
    row("portmap-boot", Unneeded, &["start-portmap", "start-rpcbind"], "rpcbind.socket starts it when it is needed"),
    row("portmap-wait", Unneeded, &["status portmap", "status rpcbind"], MARKER),
    row("prefdm", Retired("display-manager.service"), &["prefdm"], "the display manager's package brings it"),
    row("procps", Once("systemd-sysctl.service"), &["", "sysctl"], "it reads /etc/sysctl.d and, by a link there, /etc/sysctl.conf"),
    row("procps-instance", Once("systemd-sysctl.service"), &["sysctl"], "it reads /etc/sysctl.d"),
    row("qemu-kvm", Once("qemu-kvm.service"), &["qemu-kvm-init"], PACKAGE),
    row("rc", Once("multi-user.target"), &["/etc/init.d/rc", "/etc/rc.d/rc"], "systemd starts init.d scripts by units that it makes of them"),
    row("rc-sysinit", Once("multi-user.target"), &["telinit"], "there are no runlevels to go to"),
    row("rcS", Retired("rescue.target"), &["sulogin", "/etc/rc.d/rc.sysinit"], "systemd sets the system up, and has a mode for repair"),
    row("rcS-emergency", Retired("emergency.target"), &["sulogin", "SINGLE"], "systemd has a mode for that"),
    row("rcS-sulogin", Retired("rescue.target"), &["sulogin", "SINGLE"], "systemd has a mode for that"),
    row("readahead", Unneeded, &["*"], READAHEAD),
    row("readahead-collector", Unneeded, &["readahead-collector", "readahead"], READAHEAD),
    row("readahead-disable-services", Unneeded, &["readahead", "auditctl"], READAHEAD),
    row("rfkill-restore rfkill-store", Retired("systemd-rfkill.service"), &["systemd-rfkill", "rfkill"], "it does both"),
    row("rpcbind-boot", Unneeded, &["start-rpcbind"], "rpcbind.socket starts it when it is needed"),
    row("rsyslog", Aliased("rsyslog.service"), &["rsyslogd"], PACKAGE),
    row("screen-cleanup", Once("systemd-tmpfiles-setup.service"), &["screen"], TMPFILES),
    row("serial", Retired("serial-getty@.service"), GETTY, "systemd starts one for each console= of the kernel"),
    row("shutdown", Converted, &["shutdown"], ""),
    row("splash-manager", Unneeded, &["plymouth"], SPLASH),
    row("squid3", Aliased("squid.service"), &["squid3"], PACKAGE),
    with("ssh", Aliased("ssh.service"), &["sshd"], "-D", PACKAGE),
    row("start-ttys", Once("getty.target"), &["initctl start tty", "start tty"], TTY),
    row("startpar-bridge", Unneeded, &["startpar-upstart-inject", "startpar-bridge"], "systemd starts init.d scripts itself"),
    row("statd", Aliased("rpc-statd.service"), &["rpc.statd"], NFS),
    row("statd-mounting", Unneeded, &["status statd"], MARKER),
    own("system-services", "multi-user.target"),
    row("systemd-logind", Aliased("systemd-logind.service"), &["systemd-logind"], "systemd brings it"),
    row("tftpd-hpa", Aliased("tftpd-hpa.service"), &["in.tftpd"], PACKAGE),
    with("thermald", Aliased("thermald.service"), &["thermald"], "--no-daemon --dbus-enable", PACKAGE),
    row("tty", Retired("getty@.service"), GETTY, TTY),
    with("tty1 tty2 tty3 tty4 tty5 tty6", Retired("getty@*.service"), GETTY, "-8 -n 38400 * linux", TTY),
    with("ttyAMA0 ttyS0 ttyS1 ttyS2 ttyS3", Retired("serial-getty@*.service"), GETTY, "-L -8 9600 38400 57600 115200 * vt100 vt102 xterm linux", SERIAL),
    row("udev", Retired("systemd-udevd.service"), &["udevd", "systemd-udevd"], "udev is a part of systemd"),
    row("udev-fallback-graphics", Unneeded, &["modprobe", "vesafb"], "the kernel has a graphics console from the start"),
    row("udev-finish", Once("systemd-udev-settle.service"), &["udev.log", "tmp-rules"], "udev writes its rules itself"),
    row("udevmonitor", Unneeded, &["udevadm monitor"], "udevadm monitor can be run by hand"),
    row("udevtrigger", Once("systemd-udev-trigger.service"), &["udevadm trigger"], "udev is a part of systemd"),
    row("ufw", Once("ufw.service"), &["ufw-init"], PACKAGE),
    row(
        "upstart-dbus-bridge upstart-event-bridge upstart-file-bridge upstart-socket-bridge",
        Unneeded, &["*"], BRIDGE,
    ),
    row("upstart-udev-bridge", Retired("systemd-udevd.service"), &["upstart-udev-bridge"], BRIDGE),
    row("ureadahead ureadahead-other", Unneeded, &["ureadahead"], READAHEAD),
    row("usb-modeswitch-upstart", Aliased("usb_modeswitch@.service"), &["usb_modeswitch_dispatcher"], PACKAGE),
    row("wait-for-state", Unneeded, &["WAIT_FOR"], MARKER),
    with("whoopsie", Aliased("whoopsie.service"), &["whoopsie"], "-f", PACKAGE),
    row("winbind", Aliased("winbind.service"), &["winbindd"], PACKAGE),
], events: &[
    "*-device-added", "*-device-changed", "*-device-removed", "all-swaps", "cgmanager-ready", "container",
    "control-alt-delete", "deconfiguring-networking", "desktop-session-start", "desktop-shutdown",
    "failsafe-boot", "fedora.serial-console-available", "filesystem", "local-filesystems",
    "login-session-start", "mounted", "mounting", "net-device-added", "net-device-down",
    "net-device-removed", "net-device-up", "not-container", "plymouth-ready", "power-status-changed",
    "recovery", "remote-filesystems", "runlevel", "start-portmap", "start-rpcbind", "startup",
    "static-network-up", "unmounted-remote-filesystems", "usb-modeswitch-upstart", "virtual-filesystems",
], variables: &[
    "CONFIG", "CRASH_DB_URL", "DEFAULTFILE", "DEFAULTS", "DEFAULT_RUNLEVEL", "HOME", "INIT_VERBOSE",
    "LIBVIRT_LXC_UUID", "LXC_AUTO", "MANUAL_OVERRIDE", "MOUNTPOINT", "NEED_IDMAPD", "NEED_STATD", "NESTED",
    "ON_BOOT", "PIDDIR", "PIDFILE", "PIPEFS_MOUNTPOINT", "PREVLEVEL", "RFCOMM_CONF", "RUNLEVEL",
    "SSH_SIGSTOP", "SQUID_MAXFD", "TARGET_GOAL", "TIMEOUT", "TMPDIR", "UART_CONF", "UPSTART_EVENTS",
    "USE_LXC_BRIDGE", "WAIT_FOREVER", "WAIT_STATE", "XORGCONFIG", "cgm_extra_mounts", "cgmanager_opts",
    "container", "enabled", "libvirt_uris", "libvirtd_opts", "libvirtd_shutdown_timeout", "start_libvirtd",
] };

/// Ubuntu had jobs in sessions from 13.04 on.
#[rustfmt::skip]
const SESSION: Shipped = Shipped { rows: &[
    row("at-spi2-registryd", Aliased("at-spi-dbus-bus.service"), &["at-spi-bus-launcher"], PACKAGE_OF_USER),
    row(
        "bamfdaemon gpg-agent session-migration ssh-agent unity-panel-service unity-settings-daemon \
         url-dispatcher",
        Aliased("*.service"), &["*"], PACKAGE_OF_USER,
    ),
    row("dbus", Retired("dbus.service"), &["dbus-daemon"], "the bus is up for as long as the user manager"),
    row("gnome-keyring gnome-keyring-ssh", Aliased("gnome-keyring-daemon.service"), &["gnome-keyring-daemon"], PACKAGE_OF_USER),
    row("gnome-keyring-gpg", Unneeded, &["gnome-keyring-daemon"], "gpg-agent asks for passphrases by itself"),
    row("gnome-session", Retired("graphical-session.target"), &["gnome-session"], "the display manager starts the desktop, and that the target"),
    row(
        "hud indicator-application indicator-bluetooth indicator-datetime indicator-keyboard \
         indicator-messages indicator-power indicator-printers indicator-session indicator-sound",
        Aliased("*.service"), &["*-service"], PACKAGE_OF_USER,
    ),
    row("logrotate", Unneeded, &["logrotate"], "the journal limits itself"),
    row("notify-cgmanager", Unneeded, &["notify-cgroup-manager-address"], "systemd manages the control groups"),
    row("obexd", Aliased("obex.service"), &["obexd"], PACKAGE_OF_USER),
    own("pulseaudio unity7", "*.service"),
    row("re-exec", Unneeded, &["com.ubuntu.Upstart"], "user managers take care of that by themselves"),
    row("upstart-dbus-session-bridge upstart-dbus-system-bridge", Unneeded, &["upstart-dbus-bridge"], BRIDGE),
    row(
        "upstart-dconf-bridge upstart-event-bridge upstart-file-bridge upstart-udev-bridge \
         window-stack-bridge",
        Unneeded, &["*"], BRIDGE,
    ),
    row("xsession-init", Retired("graphical-session-pre.target"), &["initctl emit --no-wait xsession"], "the desktop starts the target"),
], events: &[
    "*-device-added", ":sys:restarted", ":sys:rotate-logs", "appindicators-end", "appindicators-start",
    "dconf", "desktop-end", "desktop-start", "indicator-services-end", "indicator-services-start",
    "rotate-logs", "session-end", "startup", "xsession", "xsession-init",
], variables: &["DBUS_DEBUG_OUTPUT"] };

/// Jobs that as shipped set something of the exec environment: the job and the stanza.
pub(super) const EXEC_ENVIRONMENTS: &[(&str, &str)] =
    &[("lxd", "limit"), ("mysql", "umask"), ("ssh", "oom score"), ("ssh", "umask")];
