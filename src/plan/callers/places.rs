//! Where callers are looked for, as data: what kind of file lies where, and how it is read.

use bstr::ByteSlice as _;

use crate::script::base_name;
use crate::script::programs::is_shell;
use crate::upstart::glob;

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallerKind {
    /// A script of a shell, or of another interpreter, as its first line says.
    Script,
    /// A script in `/etc/init.d`.
    InitScript,
    /// A script of a package: its calls of `invoke-rc.d` and the like are made for every init.
    Maintainer,
    /// A table of cron(8), whose lines name a user before the command or do not.
    Crontab {
        /// Whether they do.
        user: bool,
    },
    /// The table of anacron(8).
    Anacrontab,
    /// Settings of logrotate(8), with scripts in them.
    Logrotate,
    /// sudoers(5)
    Sudoers,
    /// Settings of monit(1), with commands between quotes.
    Monit,
    /// Rules of udev(7).
    Udev,
    /// interfaces(5)
    Interfaces,
    /// Settings of apt.conf(5), with commands between quotes.
    Apt,
    /// An event of acpid(8).
    Acpi,
    /// Anything else.
    Other,
}

/// What lies where; the first row that matches counts. `*` stands for anything.
#[rustfmt::skip]
const PLACES: &[(&str, CallerKind)] = &[
    ("/etc/crontab", CallerKind::Crontab { user: true }),
    ("/etc/cron.d/*", CallerKind::Crontab { user: true }),
    ("/etc/anacrontab", CallerKind::Anacrontab),
    ("/etc/cron.*ly/*", CallerKind::Script),
    ("/var/spool/cron/atjobs/*", CallerKind::Script),
    ("/var/spool/cron/*", CallerKind::Crontab { user: false }),
    ("/etc/logrotate.conf", CallerKind::Logrotate),
    ("/etc/logrotate.d/*", CallerKind::Logrotate),
    ("/etc/sudoers", CallerKind::Sudoers),
    ("/etc/sudoers.d/*", CallerKind::Sudoers),
    ("/etc/monit*", CallerKind::Monit),
    ("/etc/udev/rules.d/*", CallerKind::Udev),
    ("/etc/network/interfaces*", CallerKind::Interfaces),
    ("/etc/network/if-*.d/*", CallerKind::Script),
    ("/etc/NetworkManager/dispatcher.d/*", CallerKind::Script),
    ("/etc/dhcp*/dhclient-*hooks.d/*", CallerKind::Script),
    ("/etc/dhcp*/dhclient-*hooks", CallerKind::Script),
    ("/etc/ppp/ip*-up*", CallerKind::Script),
    ("/etc/ppp/ip*-down*", CallerKind::Script),
    ("/etc/acpi/events/*", CallerKind::Acpi),
    ("/etc/acpi/*", CallerKind::Script),
    ("/etc/pm/*", CallerKind::Script),
    ("/etc/rc.local", CallerKind::Script),
    ("/etc/rc.d/rc.local", CallerKind::Script),
    ("/etc/init.d/*", CallerKind::InitScript),
    ("/etc/rc.d/init.d/*", CallerKind::InitScript),
    ("/etc/profile", CallerKind::Script),
    ("/etc/profile.d/*.sh", CallerKind::Script),
    ("/etc/bash.bashrc", CallerKind::Script),
    ("/etc/default/*", CallerKind::Script),
    ("/etc/sysconfig/*", CallerKind::Script),
    ("/etc/X11/Xsession*", CallerKind::Script),
    ("/etc/X11/Xreset*", CallerKind::Script),
    ("/etc/X11/xinit/*", CallerKind::Script),
    ("/etc/apt/apt.conf*", CallerKind::Apt),
    ("/var/lib/dpkg/info/*.preinst", CallerKind::Maintainer),
    ("/var/lib/dpkg/info/*.postinst", CallerKind::Maintainer),
    ("/var/lib/dpkg/info/*.prerm", CallerKind::Maintainer),
    ("/var/lib/dpkg/info/*.postrm", CallerKind::Maintainer),
    ("/var/lib/dpkg/info/*", CallerKind::Other),
    ("/etc/*", CallerKind::Other),
];

/// The directories in which all of this lies.
pub(crate) const TOPS: &[&str] = &["/etc", "/var/spool/cron", "/var/lib/dpkg/info"];

/// What calls nobody: jobs themselves, what only links to elsewhere or lists names, and files that nothing reads.
#[rustfmt::skip]
const SKIPPED: &[&str] = &[
    "/etc/init/*", "/etc/rc?.d/*", "/etc/rc.d/rc?.d/*", "/etc/init.d/.depend.*", "/etc/systemd/*", "/etc/ssl/*",
    "/etc/alternatives/*", "/etc/.git/*", "/etc/shadow*", "/etc/gshadow*", "/etc/mime.types", "/etc/services",
    "/var/lib/dpkg/info/*.list", "/var/lib/dpkg/info/*.md5sums", "/var/lib/dpkg/info/*.conffiles",
    "/var/lib/dpkg/info/*.templates", "/var/lib/dpkg/info/*.shlibs", "/var/lib/dpkg/info/*.symbols",
    "/var/lib/dpkg/info/*.triggers", "/var/lib/dpkg/info/*.config",
    "*~", "*.bak", "*.orig", "*.swp", "*.dpkg-*", "*.ucf-*", "*.rpmsave", "*.rpmorig", "*.rpmnew",
];

/// The files of Upstart's own packages, and those that others ship for nobody but Upstart; and what does their work under
/// systemd.
#[rustfmt::skip]
const OWN: &[(&str, &str)] = &[
    ("/etc/X11/Xsession.d/00upstart", "systemd starts a service manager for every user"),
    ("/etc/X11/Xsession.d/99upstart", "systemd starts a service manager for every user"),
    ("/etc/bash_completion.d/upstart", "systemctl brings completions of its own"),
    ("/etc/cron.daily/upstart", "the journal bounds its own size"),
    ("/etc/dbus-1/system.d/Upstart.conf", "systemd brings its own policy"),
    ("/etc/dbus-1/system.d/com.ubuntu.Upstart.conf", "systemd brings its own policy"),
    ("/etc/logrotate.d/upstart", "the journal bounds its own size"),
    ("/etc/network/if-down.d/upstart", "network-online.target says that the network is up"),
    ("/etc/network/if-up.d/upstart", "network-online.target says that the network is up"),
    ("/etc/upstart-xsessions", "systemd starts a service manager for every user"),
    ("/var/lib/dpkg/info/upstart*", "the package goes with it"),
    ("/etc/xdg/upstart/*", "systemd starts a service manager for every user"),
];

/// Whether nothing below a directory is looked at.
pub(crate) fn is_skipped(directory: &[u8]) -> bool {
    let inside = [directory, b"/x"].concat();
    SKIPPED.iter().any(|pattern| pattern.ends_with("/*") && glob::matches(pattern.as_bytes(), &inside))
}

/// What does the work of a file under systemd, if it belongs to Upstart.
pub fn own(path: &[u8]) -> Option<&'static str> {
    OWN.iter().find(|(own, _)| glob::matches(own.as_bytes(), path)).map(|(_, instead)| *instead)
}

impl CallerKind {
    /// What kind of file lies at a path; nothing where callers are not looked for.
    pub fn of(path: &[u8]) -> Option<CallerKind> {
        let is_it = |pattern: &str| glob::matches(pattern.as_bytes(), path);
        if SKIPPED.iter().any(|pattern| is_it(pattern)) {
            return None;
        }
        PLACES.iter().find(|(pattern, _)| is_it(pattern)).map(|(_, kind)| *kind)
    }

    /// Whether a file is a script of a shell. Another interpreter's has it in its first line.
    pub fn is_shell(self, text: &[u8]) -> bool {
        let first = text.lines().next().unwrap_or_default();
        let interpreter = first.strip_prefix(b"#!").map(|line| {
            let mut words = line.fields_with(char::is_whitespace).map(base_name);
            let name = words.next().unwrap_or_default();
            if name == b"env" { words.next().unwrap_or_default() } else { name }
        });
        match self {
            CallerKind::Script | CallerKind::InitScript | CallerKind::Maintainer => interpreter.is_none_or(is_shell),
            _ => interpreter.is_some_and(is_shell),
        }
    }

    /// Whether calls that go on working, and paths of jobs and logs are told. Packages make their calls for every init, and
    /// remove the files of their own old versions.
    pub(crate) fn shows_compatible(self) -> bool {
        self != CallerKind::Maintainer
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn directories_are_skipped_as_a_whole() {
        use super::is_skipped;
        assert!(is_skipped(b"/etc/init") && !is_skipped(b"/etc/cron.d"));
    }
}
