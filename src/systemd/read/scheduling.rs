//! How the kernel schedules processes: systemd.exec(5), "Scheduling".

use super::Reader;
use crate::service::{IoClass, IoPriority, Scheduling, SchedulingPolicy, SettingKind};
use crate::systemd::load::Setting;
use crate::systemd::value::number;

const IO_CLASSES: &[(&[u8], &[u8], Option<IoClass>)] = &[
    (b"none", b"0", None),
    (b"realtime", b"1", Some(IoClass::Realtime)),
    (b"best-effort", b"2", Some(IoClass::BestEffort)),
    (b"idle", b"3", Some(IoClass::Idle)),
];

const POLICIES: &[(&[u8], &[u8], SchedulingPolicy)] = &[
    (b"other", b"0", SchedulingPolicy::Other),
    (b"fifo", b"1", SchedulingPolicy::Fifo),
    (b"rr", b"2", SchedulingPolicy::Rr),
    (b"batch", b"3", SchedulingPolicy::Batch),
    (b"idle", b"5", SchedulingPolicy::Idle),
];

/// More processors than anybody counts.
const MOST_CPUS: u32 = 8192;

impl Reader<'_> {
    pub(super) fn scheduling(&mut self, setting: &Setting, name: &str) -> bool {
        let value = setting.value.as_slice();
        match name {
            "IOSchedulingClass" => {
                let known = IO_CLASSES.iter().find(|(word, number, _)| value == *word || value == *number);
                if let Some((_, _, Some(class))) = known {
                    let level = self.service.io_priority.as_ref().and_then(|known| known.value.level);
                    let priority = IoPriority { class: *class, level };
                    self.service.io_priority = Some(self.sourced(priority, setting));
                }
                // A level that follows takes its place as what says the priority.
                self.settled(setting, "ionice");
            }
            "IOSchedulingPriority" => {
                let level = number::between(value, 0, 7).ok().and_then(|level| u8::try_from(level).ok());
                let class =
                    self.service.io_priority.as_ref().map_or(IoClass::BestEffort, |known| known.value.class);
                self.service.io_priority = Some(self.sourced(IoPriority { class, level }, setting));
                self.settled(setting, "ionice");
            }
            "CPUSchedulingPolicy" => {
                if let Some((_, _, policy)) =
                    POLICIES.iter().find(|(word, number, _)| value == *word || value == *number)
                {
                    let priority = self.service.scheduling.as_ref().map_or(0, |known| known.value.priority);
                    // Without a word of the unit, the lowest one.
                    let realtime = matches!(policy, SchedulingPolicy::Fifo | SchedulingPolicy::Rr);
                    let priority = if realtime { priority.max(1) } else { 0 };
                    self.service.scheduling =
                        Some(self.sourced(Scheduling { policy: *policy, priority }, setting));
                }
            }
            "CPUSchedulingPriority" => {
                let priority =
                    number::between(value, 1, 99).ok().and_then(|number| u8::try_from(number).ok());
                let realtime = self.service.scheduling.as_mut().filter(|known| {
                    matches!(known.value.policy, SchedulingPolicy::Fifo | SchedulingPolicy::Rr)
                });
                if let (Some(priority), Some(known)) = (priority, realtime) {
                    known.value.priority = priority;
                }
                self.settled(setting, "chrt");
            }
            "CPUAffinity" => match cpus(value) {
                Some(mut cpus) => {
                    cpus.extend(self.service.cpus.iter().flat_map(|known| known.value.iter().copied()));
                    cpus.sort_unstable();
                    cpus.dedup();
                    self.service.cpus = Some(self.sourced(cpus, setting));
                    self.settled(setting, "taskset");
                }
                None => self.keep(setting, SettingKind::Share, "the processors that it runs on"),
            },
            _ => return false,
        }
        true
    }
}

/// Numbers and ranges of processors.
fn cpus(value: &[u8]) -> Option<Vec<u32>> {
    let mut cpus = Vec::new();
    for word in value.split(|byte| b" ,\t".contains(byte)).filter(|word| !word.is_empty()) {
        let text = std::str::from_utf8(word).ok()?;
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
        if last >= MOST_CPUS {
            return None;
        }
        cpus.extend(first..=last);
    }
    Some(cpus)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_are_numbers_and_ranges() {
        assert_eq!(cpus(b"0-2 5,7"), Some(vec![0, 1, 2, 5, 7]));
        assert_eq!(cpus(b"numa"), None);
        assert_eq!(cpus(b"0-99999999"), None);
    }
}
