//! How processes share the processor and the disks with others.

use super::Writer;
use crate::service::{IoClass, SchedulingPolicy};
use crate::systemd::directive::Directive;

impl Writer<'_> {
    /// How the processor and the disks are shared.
    pub(super) fn sharing(&mut self) {
        let service = self.service;
        if let Some(scheduling) = &service.scheduling {
            let policy = match scheduling.value.policy {
                SchedulingPolicy::Other => "other",
                SchedulingPolicy::Batch => "batch",
                SchedulingPolicy::Idle => "idle",
                SchedulingPolicy::Fifo => "fifo",
                SchedulingPolicy::Rr => "rr",
            };
            self.put(Directive::CPUSchedulingPolicy, policy, scheduling.origin);
            if scheduling.value.priority > 0 {
                let priority = scheduling.value.priority.to_string();
                self.put(Directive::CPUSchedulingPriority, priority, scheduling.origin);
            }
        }
        if let Some(cpus) = &service.cpus {
            // Every version knows single numbers.
            let numbers: Vec<String> = cpus.value.iter().map(ToString::to_string).collect();
            self.put(Directive::CPUAffinity, numbers.join(" "), cpus.origin);
        }
        if let Some(priority) = &service.io_priority {
            let class = match priority.value.class {
                IoClass::Realtime => "realtime",
                IoClass::BestEffort => "best-effort",
                IoClass::Idle => "idle",
            };
            self.put(Directive::IOSchedulingClass, class, priority.origin);
            if let Some(level) = priority.value.level {
                self.put(Directive::IOSchedulingPriority, level.to_string(), priority.origin);
            }
        }
    }
}
