//! The jobs of user sessions that Ubuntu 13.04 to 16.04 shipped, and what a user manager has instead.
//! Names, programs and units are facts; the words are our own.

use super::Fate::{Aliased, Retired, Unneeded};
use super::table::{Stock, own, row};

const PACKAGE: &str = "the package brings it, for the user manager";
const BRIDGE: &str = "systemd has its own units for such events";

/// Every one, by name.
#[rustfmt::skip]
pub const SESSION_STOCK: &[Stock] = &[
    row("at-spi2-registryd", Aliased("at-spi-dbus-bus.service"), &["at-spi-bus-launcher"], PACKAGE),
    row("bamfdaemon", Aliased("bamfdaemon.service"), &["bamfdaemon"], PACKAGE),
    row("dbus", Retired("dbus.service"), &["dbus-daemon"], "the bus is up for as long as the user manager"),
    row("gnome-keyring", Aliased("gnome-keyring-daemon.service"), &["gnome-keyring-daemon"], PACKAGE),
    row("gnome-keyring-gpg", Unneeded, &["gnome-keyring-daemon"], "gpg-agent asks for passphrases by itself"),
    row("gnome-keyring-ssh", Aliased("gnome-keyring-daemon.service"), &["gnome-keyring-daemon"], PACKAGE),
    row("gnome-session", Retired("graphical-session.target"), &["gnome-session"], "the display manager starts the desktop, and that the target"),
    row("gpg-agent", Aliased("gpg-agent.service"), &["gpg-agent"], PACKAGE),
    row("hud", Aliased("hud.service"), &["hud-service"], PACKAGE),
    row("indicator-application", Aliased("indicator-application.service"), &["indicator-application-service"], PACKAGE),
    row("indicator-bluetooth", Aliased("indicator-bluetooth.service"), &["indicator-bluetooth-service"], PACKAGE),
    row("indicator-datetime", Aliased("indicator-datetime.service"), &["indicator-datetime-service"], PACKAGE),
    row("indicator-keyboard", Aliased("indicator-keyboard.service"), &["indicator-keyboard-service"], PACKAGE),
    row("indicator-messages", Aliased("indicator-messages.service"), &["indicator-messages-service"], PACKAGE),
    row("indicator-power", Aliased("indicator-power.service"), &["indicator-power-service"], PACKAGE),
    row("indicator-printers", Aliased("indicator-printers.service"), &["indicator-printers-service"], PACKAGE),
    row("indicator-session", Aliased("indicator-session.service"), &["indicator-session-service"], PACKAGE),
    row("indicator-sound", Aliased("indicator-sound.service"), &["indicator-sound-service"], PACKAGE),
    row("logrotate", Unneeded, &["logrotate"], "the journal limits itself"),
    row("notify-cgmanager", Unneeded, &["notify-cgroup-manager-address"], "systemd manages the control groups"),
    row("obexd", Aliased("obex.service"), &["obexd"], PACKAGE),
    own("pulseaudio", "pulseaudio.service"),
    row("re-exec", Unneeded, &["com.ubuntu.Upstart"], "user managers take care of that by themselves"),
    row("session-migration", Aliased("session-migration.service"), &["session-migration"], PACKAGE),
    row("ssh-agent", Aliased("ssh-agent.service"), &["ssh-agent"], PACKAGE),
    row("unity-panel-service", Aliased("unity-panel-service.service"), &["unity-panel-service"], PACKAGE),
    row("unity-settings-daemon", Aliased("unity-settings-daemon.service"), &["unity-settings-daemon"], PACKAGE),
    own("unity7", "unity7.service"),
    row("upstart-dbus-session-bridge", Unneeded, &["upstart-dbus-bridge"], BRIDGE),
    row("upstart-dbus-system-bridge", Unneeded, &["upstart-dbus-bridge"], BRIDGE),
    row("upstart-dconf-bridge", Unneeded, &["upstart-dconf-bridge"], BRIDGE),
    row("upstart-event-bridge", Unneeded, &["upstart-event-bridge"], BRIDGE),
    row("upstart-file-bridge", Unneeded, &["upstart-file-bridge"], BRIDGE),
    row("upstart-udev-bridge", Unneeded, &["upstart-udev-bridge"], BRIDGE),
    row("url-dispatcher", Aliased("url-dispatcher.service"), &["url-dispatcher"], PACKAGE),
    row("window-stack-bridge", Unneeded, &["window-stack-bridge"], BRIDGE),
    row("xsession-init", Retired("graphical-session-pre.target"), &["initctl emit --no-wait xsession"], "the desktop starts the target"),
];

/// The distribution's own events in sessions, beside those of jobs.
pub const SESSION_EVENTS: &[&str] = &[
    "*-device-added",
    ":sys:restarted",
    ":sys:rotate-logs",
    "appindicators-end",
    "appindicators-start",
    "dconf",
    "desktop-end",
    "desktop-start",
    "indicator-services-end",
    "indicator-services-start",
    "rotate-logs",
    "session-end",
    "startup",
    "xsession",
    "xsession-init",
];

/// Variables that such jobs set as shipped.
pub const SESSION_VARIABLES: &[&str] = &["DBUS_DEBUG_OUTPUT"];
