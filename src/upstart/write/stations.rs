//! Stations of the boot as events.

use super::expression::{Expression, all, any, event};
use crate::service::Milestone;
use crate::text::Text;
use crate::upstart::distribution::Distribution;

/// The event of a station.
pub(super) struct Station {
    /// What starts a job there.
    pub(super) expression: Expression,
    /// What is to be said of it.
    pub(super) told: Option<&'static str>,
}

/// The event at which a job starts that a station pulls in, and that waits for others.
pub(super) fn start(
    milestone: Milestone,
    early: bool,
    first_of_all: bool,
    after: &[Milestone],
    before: &[Milestone],
    distribution: Distribution,
) -> Station {
    use Milestone as M;
    let rhel6 = distribution == Distribution::Rhel6;
    let plain = |expression| Station { expression, told: None };
    let word = |name: &str| event(name, &[]);
    let levels = |levels: &str| runlevel("stopped", levels, distribution);
    match milestone {
        M::CtrlAltDel => return plain(word("control-alt-delete")),
        M::PowerFailure => return plain(word("power-status-changed")),
        M::KeyboardRequest => return plain(word("keyboard-request")),
        M::Rescue => return plain(event("runlevel", &[&"[1]".into()])),
        M::Shutdown => return plain(event("runlevel", &[&"[06]".into()])),
        _ => {}
    }
    if early {
        let after_files = after.iter().any(|after| matches!(after, M::LocalFs | M::RemoteFs | M::Sysinit));
        return Station {
            expression: match (rhel6, after_files, first_of_all) {
                (true, ..) | (false, false, true) => word("startup"),
                (false, true, _) => word("local-filesystems"),
                (false, false, false) => word("virtual-filesystems"),
            },
            told: (rhel6 && after_files).then_some(
                "nothing tells of mounted file systems there: the job starts at the very beginning",
            ),
        };
    }
    match milestone {
        M::Graphical if rhel6 => plain(levels("[5]")),
        M::MultiUser | M::Graphical | M::Session if after.contains(&M::MultiUser) => {
            plain(event("stopped", &[&"rc".into(), &"RUNLEVEL=[2345]".into()]))
        }
        M::MultiUser | M::Graphical | M::Session if precedes_network(before, after) => match distribution {
            // Each of them waits for the job; the last is for where none of them is.
            Distribution::Ubuntu => Station {
                expression: any(vec![
                    event("starting", &[&"network-interface".into()]),
                    event("starting", &[&"network-manager".into()]),
                    event("starting", &[&"networking".into()]),
                    runlevel("starting", "[2345]", distribution),
                ]),
                told: Some(
                    "what brings the network up on Ubuntu waits for the job; where something else does, name it",
                ),
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
fn precedes_network(before: &[Milestone], after: &[Milestone]) -> bool {
    let is_network =
        |at: &Milestone| matches!(at, Milestone::NetworkPre | Milestone::Network | Milestone::NetworkOnline);
    before.contains(&Milestone::NetworkPre) && !after.iter().any(is_network)
}

/// The end of the system, or the change to a runlevel where the job does not run.
pub(super) fn stop(levels: &str, distribution: Distribution) -> Expression {
    runlevel("starting", levels, distribution)
}

/// A change of the runlevel. On RHEL 6 a job comes after, and goes before, the scripts of the runlevel, which
/// bring the network up. Chrome OS has no runlevels, and stages of its own.
fn runlevel(moment: &str, levels: &str, distribution: Distribution) -> Expression {
    match distribution {
        Distribution::Ubuntu => event("runlevel", &[&levels.into()]),
        Distribution::Rhel6 => event(moment, &[&"rc".into(), &Text::from(format!("RUNLEVEL={levels}"))]),
        Distribution::ChromeOs if moment == "stopped" => event("started", &[&"system-services".into()]),
        Distribution::ChromeOs => event("stopping", &[&"system-services".into()]),
    }
}
