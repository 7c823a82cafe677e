//! What is said of a job for an older Upstart.

use super::helper::Helper;
use super::older::{Lowered, Lowering};
use crate::findings::{Code, Finding};
use crate::upstart::version::UpstartVersion;

/// The finding for what a version lacks.
pub(super) fn finding(lowered: Lowered, target: UpstartVersion) -> Finding {
    let (message, became, help) = match lowered.what {
        Lowering::Manual => ("has no `manual`".to_owned(), "no start on", "`start` starts the job"),
        Lowering::Usage => ("has no `usage`".to_owned(), "a comment", ""),
        Lowering::Debug => ("has no `debug`".to_owned(), "", ""),
        Lowering::KillSignal(signal) => (
            format!("stops every job with SIGTERM, and not with {signal}"),
            "",
            "see what the program does at SIGTERM; pre-stop can send another signal first",
        ),
        Lowering::ReloadSignal(signal) => (
            format!("reloads every job with SIGHUP, and not with {signal}"),
            "",
            "send the signal by hand: `kill` of the number that `status` tells",
        ),
        Lowering::OomScore { score, gives } => {
            (format!("has the old scale of `oom`: the score is {gives} instead of {score}"), "oom", "")
        }
        Lowering::User { by, groups, in_chroot } => {
            let mut message = "cannot change the user: a program does".to_owned();
            if !groups {
                message.push_str("; without the further groups of the user");
            }
            if in_chroot {
                message.push_str("; it has to lie within the root directory of the job");
            }
            (
                message,
                match by {
                    Helper::StartStopDaemon => "start-stop-daemon --chuid",
                    Helper::Chroot => "chroot --userspec",
                },
                "",
            )
        }
        Lowering::Log => (
            "logs nothing: the processes write to /var/log/upstart themselves".to_owned(),
            "exec with redirections",
            "see that something rotates the file",
        ),
        Lowering::Apparmor => {
            ("has no AppArmor".to_owned(), "", "confine the program by a profile of its path")
        }
        Lowering::Cgroup => ("has no control groups".to_owned(), "", "set them up by hand"),
    };
    let mut finding =
        Finding::new(Code::OlderUpstart, format!("Upstart {target} {message}")).at(lowered.origin);
    if !became.is_empty() {
        finding = finding.became(became);
    }
    if !help.is_empty() {
        finding = finding.help(help);
    }
    finding
}
