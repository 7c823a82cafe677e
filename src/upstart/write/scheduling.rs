//! How the kernel schedules processes: programs that set it and execute the command in their own place.

use super::writer::Writer;
use crate::findings::codes;
use crate::script::ScriptText;
use crate::service::{Command, IoClass, LinkedService, Part, Run, Scheduling, SchedulingPolicy, Service};
use crate::text::{Sourced, Text};

/// The service with every command behind what sets its scheduling.
pub(super) fn scheduled(service: &LinkedService) -> LinkedService {
    let mut service = service.clone();
    let prefix = prefix(&service);
    if !prefix.is_empty() {
        let before = |command: &mut Command| command.run = behind(&prefix, &command.run);
        service.main.iter_mut().for_each(|main| before(&mut main.value));
        service.hooks.iter_mut().for_each(|hook| before(&mut hook.command.value));
    }
    service
}

fn prefix(service: &Service) -> Vec<Text> {
    let mut words: Vec<String> = Vec::new();
    if let Some(priority) = &service.io_priority {
        let class = match priority.value.class {
            IoClass::Realtime => 1,
            IoClass::BestEffort => 2,
            IoClass::Idle => 3,
        };
        words.extend(["/usr/bin/ionice".to_owned(), format!("-c{class}")]);
        if let Some(level) = priority.value.level.filter(|_| class != 3) {
            words.push(format!("-n{level}"));
        }
    }
    if let Some(scheduling) = &service.scheduling {
        let Scheduling { policy, priority } = scheduling.value;
        let option = match policy {
            SchedulingPolicy::Other => "-o",
            SchedulingPolicy::Batch => "-b",
            SchedulingPolicy::Idle => "-i",
            SchedulingPolicy::Fifo => "-f",
            SchedulingPolicy::Rr => "-r",
        };
        words.extend(["/usr/bin/chrt".to_owned(), option.to_owned(), priority.to_string()]);
    }
    if let Some(cpus) = &service.cpus {
        let list: Vec<String> = cpus.value.iter().map(ToString::to_string).collect();
        words.extend(["/usr/bin/taskset".to_owned(), "-c".to_owned(), list.join(",")]);
    }
    words.into_iter().map(Text::from).collect()
}

fn behind(prefix: &[Text], run: &Run) -> Run {
    let shell = |script: &ScriptText| {
        let words = ["/bin/sh", "-e", "-c"].map(Text::from);
        Run::Argv([prefix, &words, &[Text(script.to_vec().into())]].concat())
    };
    match run {
        Run::Argv(words) => Run::Argv([prefix, words].concat()),
        Run::Expand(words) => {
            let prefix = prefix.iter().map(|word| vec![Part::Text(word.clone())]);
            Run::Expand(prefix.chain(words.iter().cloned()).collect())
        }
        Run::Line(script) | Run::Script(script) => shell(script),
    }
}

impl Writer<'_> {
    pub(super) fn scheduling(&mut self) {
        let service = self.service;
        let origins = [
            (service.io_priority.as_ref().and_then(Sourced::origin), "ionice"),
            (service.scheduling.as_ref().and_then(Sourced::origin), "chrt"),
            (service.cpus.as_ref().and_then(Sourced::origin), "taskset"),
        ];
        for (origin, program) in origins {
            self.account.words(origin, program);
        }
        if let Some(scheduling) = &service.scheduling
            && matches!(scheduling.value.policy, SchedulingPolicy::Fifo | SchedulingPolicy::Rr)
            && service.user.is_some()
        {
            self.find(codes::chrt_as_user().at(scheduling.origin()));
        }
    }
}
