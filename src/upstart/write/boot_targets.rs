//! Boot targets as events.

use super::expression::{Expression, all, any, event, word};
use crate::findings::{Finding, codes};
use crate::service::BootTarget;
use crate::upstart::distribution::Distribution;

/// The event of a boot target.
pub(super) struct Start {
    /// What starts a job there.
    pub(super) expression: Expression,
    /// What is to be said of it.
    pub(super) note: Option<fn() -> Finding>,
}

/// The event at which a job starts that a boot target pulls in, and that waits for others.
pub(super) fn start(
    boot_target: BootTarget,
    early: bool,
    first_of_all: bool,
    after: &[BootTarget],
    before: &[BootTarget],
    distribution: Distribution,
) -> Start {
    use BootTarget as M;
    let rhel6 = distribution == Distribution::Rhel6;
    let plain = |expression| Start { expression, note: None };
    let levels = |levels: &str| runlevel("stopped", levels, distribution);
    match boot_target {
        M::CtrlAltDel => return plain(word("control-alt-delete")),
        M::PowerFailure => return plain(word("power-status-changed")),
        M::KeyboardRequest => return plain(word("keyboard-request")),
        M::Rescue => return plain(event("runlevel", ["[1]"])),
        M::Shutdown => return plain(event("runlevel", ["[06]"])),
        _ => {}
    }
    if early {
        let after_files = after.iter().any(|after| matches!(after, M::LocalFs | M::RemoteFs | M::Sysinit));
        return Start {
            expression: match (rhel6, after_files, first_of_all) {
                (true, ..) | (false, false, true) => word("startup"),
                (false, true, _) => word("local-filesystems"),
                (false, false, false) => word("virtual-filesystems"),
            },
            note: (rhel6 && after_files).then_some(codes::starts_at_very_beginning as fn() -> Finding),
        };
    }
    match boot_target {
        M::Graphical if rhel6 => plain(levels("[5]")),
        M::MultiUser | M::Graphical | M::Session if after.contains(&M::MultiUser) => {
            plain(event("stopped", ["rc", "RUNLEVEL=[2345]"]))
        }
        M::MultiUser | M::Graphical | M::Session if precedes_network(before, after) => match distribution {
            // Each of them waits for the job; the last is for where none of them is.
            Distribution::Ubuntu => Start {
                expression: any(vec![
                    event("starting", ["network-interface"]),
                    event("starting", ["network-manager"]),
                    event("starting", ["networking"]),
                    runlevel("starting", "[2345]", distribution),
                ]),
                note: Some(codes::network_waits_for_job),
            },
            _ => plain(runlevel("starting", "[2345]", distribution)),
        },
        _ if rhel6 => plain(levels("[2345]")),
        M::MultiUser | M::Graphical | M::Session => plain(levels("[2345]")),
        M::GraphicalSession | M::GraphicalSessionPre => plain(word("desktop-start")),
        M::Network | M::NetworkOnline | M::NetworkPre => plain(word("static-network-up")),
        M::RemoteFs | M::RemoteFsPre => plain(word("remote-filesystems")),
        M::Swap => plain(word("all-swaps")),
        // Of the rest nothing comes before the file systems are there.
        _ if after.iter().any(|after| matches!(after, M::Network | M::NetworkOnline)) => {
            plain(all(vec![word("filesystem"), word("static-network-up")]))
        }
        _ => plain(word("filesystem")),
    }
}

/// Whether something has to come about before the network does.
fn precedes_network(before: &[BootTarget], after: &[BootTarget]) -> bool {
    let is_network =
        |at: &BootTarget| matches!(at, BootTarget::NetworkPre | BootTarget::Network | BootTarget::NetworkOnline);
    before.contains(&BootTarget::NetworkPre) && !after.iter().any(is_network)
}

/// The end of the system, or the change to a runlevel where the job does not run.
pub(super) fn stop(levels: &str, distribution: Distribution) -> Expression {
    runlevel("starting", levels, distribution)
}

/// A change of the runlevel. On RHEL 6 a job comes after, and goes before, the scripts of the runlevel, which
/// bring the network up. Chrome OS has no runlevels, and stages of its own.
fn runlevel(phase: &str, levels: &str, distribution: Distribution) -> Expression {
    match distribution {
        Distribution::Ubuntu => event("runlevel", [levels]),
        Distribution::Rhel6 => event(phase, ["rc".to_owned(), format!("RUNLEVEL={levels}")]),
        Distribution::ChromeOs if phase == "stopped" => event("started", ["system-services"]),
        Distribution::ChromeOs => event("stopping", ["system-services"]),
    }
}
