//! `respawn` and `normal exit`: when a job is started again.

use crate::findings::{Finding, codes};
use crate::service::{Exit, Rate, Restart, RestartOn, Service, Signal};
use crate::text::Sourced;
use crate::upstart::defaults;
use crate::upstart::job::Job;

/// Reads when a job is started again, and which endings are no failure.
pub fn restart(service: &mut Service, job: &Job, findings: &mut Vec<Finding>) {
    let mut exits = job.normal_exit.clone();
    exits.retain_mut(|exit| match exit.value {
        // To Upstart a signal is its number times 256, however it was written.
        Exit::Status(status) if status > 255 && status % 256 == 0 => {
            exit.value = Exit::Signal(Signal(status >> 8));
            true
        }
        Exit::Status(status) if status > 255 => {
            findings.push(codes::impossible_status(status).at(exit.origin()));
            false
        }
        _ => true,
    });
    if service.main.is_empty() {
        return;
    }
    service.success.clone_from(&exits);
    let Some(respawn) = &job.respawn else {
        if let Some(limit) = &job.respawn_limit {
            findings.push(codes::limit_without_respawn().at(limit.origin()));
        }
        return;
    };

    let on = if job.task.is_some() { RestartOn::Failure } else { RestartOn::Always };
    let limit = job.respawn_limit.clone().unwrap_or(Sourced::new(defaults::RESPAWN_LIMIT, respawn.origin()));
    let rate = match (u32::try_from(limit.value.count), u64::try_from(limit.value.interval)) {
        (Ok(restarts @ 1..), Ok(interval @ 1..)) => Rate::Limited { restarts, interval },
        _ => Rate::Unlimited,
    };
    service.restart = Restart {
        on: Some(Sourced::new(on, respawn.origin())),
        except: exits,
        also: Vec::new(),
        delay: None,
        rate: Some(Sourced::new(rate, limit.origin())),
    };
}
