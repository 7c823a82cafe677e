//! The two service managers of systemd, and where they differ: that of the system, and one for each user
//! who is logged in (systemd(1), "--user"; systemd.unit(5), "Unit File Load Path").

use crate::service::{Milestone, Scope};

/// The directory of units that an administrator installs.
pub fn unit_dir(scope: Scope) -> &'static str {
    match scope {
        Scope::System => "/etc/systemd/system",
        Scope::Session => "/etc/systemd/user",
    }
}

/// The directory of an administrator's own services on the manager's message bus (dbus-daemon(1),
/// "`<standard_system_servicedirs/>`"). It comes before that of packages.
pub fn bus_dir(scope: Scope) -> &'static str {
    match scope {
        Scope::System => "/usr/local/share/dbus-1/system-services",
        Scope::Session => "/usr/local/share/dbus-1/services",
    }
}

/// The command that talks to it.
pub fn systemctl(scope: Scope) -> &'static str {
    match scope {
        Scope::System => "systemctl",
        Scope::Session => "systemctl --user",
    }
}

/// The directory for what lasts as long as it does, in a directive.
pub fn runtime_dir(scope: Scope) -> &'static str {
    match scope {
        Scope::System => "/run",
        Scope::Session => "%t",
    }
}

/// The same directory, in a script of a service.
pub fn runtime_dir_in_shell(scope: Scope) -> &'static str {
    match scope {
        Scope::System => "/run",
        Scope::Session => "\"$XDG_RUNTIME_DIR\"",
    }
}

/// What is up when it has started everything that starts by itself.
pub fn all_up(scope: Scope) -> Milestone {
    match scope {
        Scope::System => Milestone::MultiUser,
        Scope::Session => Milestone::Session,
    }
}
