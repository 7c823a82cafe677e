//! `respawn` and `normal exit`: when a job is started again.

use crate::findings::{Code, Finding};
use crate::service::{Exit, Rate, Restart, RestartOn, Service, Signal};
use crate::text::Sourced;
use crate::upstart::job::{Job, NormalExit, RespawnLimit};

/// Reads when a job is started again, and which endings are no failure.
pub fn restart(service: &mut Service, job: &Job, findings: &mut Vec<Finding>) {
    let exits: Vec<Sourced<Exit>> = job
        .normal_exit
        .iter()
        .filter_map(|exit| match exit.value {
            // To Upstart a signal is its number times 256, however it was written.
            NormalExit::Status(status) if status > 255 && status % 256 == 0 => {
                Some(Sourced::new(Exit::Signal(Signal(status >> 8)), exit.origin))
            }
            NormalExit::Status(status) if status > 255 => {
                findings.push(
                    Finding::new(Code::ImpossibleStatus, format!("no process can exit with status {status}"))
                        .at(exit.origin),
                );
                None
            }
            NormalExit::Status(status) => Some(Sourced::new(Exit::Status(status), exit.origin)),
            NormalExit::Signal(signal) => Some(Sourced::new(Exit::Signal(signal), exit.origin)),
        })
        .collect();
    if service.main.is_empty() {
        return;
    }
    service.success.clone_from(&exits);
    let Some(respawn) = &job.respawn else {
        if let Some(limit) = &job.respawn_limit {
            findings.push(
                Finding::new(Code::LimitWithoutRespawn, "`respawn limit` alone does not respawn the job")
                    .at(limit.origin)
                    .help("add `respawn` to the job if that was meant; then convert again"),
            );
        }
        return;
    };

    let on = if job.task.is_some() { RestartOn::Failure } else { RestartOn::Always };
    let limit = job.respawn_limit.clone().unwrap_or(Sourced::new(RespawnLimit::default(), respawn.origin));
    let rate = match (u32::try_from(limit.value.count), u64::try_from(limit.value.interval)) {
        (Ok(restarts @ 1..), Ok(interval @ 1..)) => Rate::Limited { restarts, interval },
        _ => Rate::Unlimited,
    };
    service.restart = Restart {
        on: Some(Sourced::new(on, respawn.origin)),
        except: exits,
        also: Vec::new(),
        delay: None,
        rate: Some(Sourced::new(rate, limit.origin)),
    };
}
