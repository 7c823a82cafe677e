//! The two service managers of systemd, and where they differ: that of the system, and one for each user
//! who is logged in (systemd(1), "--user"; systemd.unit(5), "Unit File Load Path").

use crate::service::{BootTarget, Scope};

/// What holds for the manager of that scope.
pub(super) fn either<T>(scope: Scope, system: T, session: T) -> T {
    if scope == Scope::Session { session } else { system }
}

/// The directory of units that an administrator installs.
pub(crate) fn unit_dir(scope: Scope) -> &'static str {
    either(scope, "/etc/systemd/system", "/etc/systemd/user")
}

/// The directory of an administrator's own services on the manager's message bus (dbus-daemon(1),
/// "`<standard_system_servicedirs/>`"). It comes before that of packages.
pub(crate) fn bus_dir(scope: Scope) -> &'static str {
    either(scope, "/usr/local/share/dbus-1/system-services", "/usr/local/share/dbus-1/services")
}

/// The command that talks to it.
pub fn systemctl(scope: Scope) -> &'static str {
    either(scope, "systemctl", "systemctl --user")
}

/// The directory for what lasts as long as it does, in a directive.
pub(crate) fn runtime_dir(scope: Scope) -> &'static str {
    either(scope, "/run", "%t")
}

/// The same directory, in a script of a service.
pub(crate) fn runtime_dir_in_shell(scope: Scope) -> &'static str {
    either(scope, "/run", "\"$XDG_RUNTIME_DIR\"")
}

/// What is up when it has started everything that starts by itself.
pub(crate) fn all_up(scope: Scope) -> BootTarget {
    either(scope, BootTarget::MultiUser, BootTarget::Session)
}
