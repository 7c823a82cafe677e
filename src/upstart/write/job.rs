//! From a service to a job: every value that Upstart has a stanza for, and a finding for all others.

use std::fmt::Write as _;

use bstr::BString;

use super::command::{sh_text, sh_word};
use super::pieces::Pieces;
use super::{lowered, older, scheduling, text};
use crate::findings::{Account, Code, Finding};
use crate::service::{CgroupSetting, Comment, Enablement, Instance, Io, Service, Variable};
use crate::text::{Origin, Sourced, Text};
use crate::upstart::distribution::Distribution;
use crate::upstart::job::{Cgroup, Console, Expect, Job, ProcessType};
use crate::upstart::version::UpstartVersion;

/// How to write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The version of Upstart that the jobs are for.
    pub target: UpstartVersion,
    /// Whose Upstart it is.
    pub distribution: Distribution,
    /// What programs do that go into the background; nothing is a guess.
    pub expect: Option<Expect>,
}

/// What a service became.
#[derive(Clone, Debug)]
pub struct Written {
    /// The job.
    pub job: Job,
    /// Its text.
    pub text: Vec<u8>,
    /// What became of which directive.
    pub account: Account,
    /// What is to be said.
    pub findings: Vec<Finding>,
}

/// Writes a service as a job.
pub fn write(service: &Service, options: &Options) -> Written {
    let service = &scheduling::scheduled(service);
    let mut writer = Writer {
        service,
        options,
        job: Job::default(),
        account: Account::default(),
        findings: Vec::new(),
        comments: service.comments.clone(),
        remarks: 0,
        held_back: service.held_back.clone(),
        pieces: Pieces::default(),
    };
    writer.about();
    writer.occasion();
    writer.identity();
    writer.environment();
    writer.checks();
    writer.directories();
    writer.processes();
    writer.lifecycle();
    writer.surroundings();
    writer.scheduling();
    writer.settings();
    writer.hold_back();
    writer.finish()
}

pub(super) struct Writer<'a> {
    pub(super) service: &'a Service,
    pub(super) options: &'a Options,
    pub(super) job: Job,
    pub(super) account: Account,
    pub(super) findings: Vec<Finding>,
    pub(super) comments: Vec<Comment>,
    /// How many of them are no comments of the units.
    remarks: usize,
    /// What the job must not start without.
    pub(super) held_back: Vec<Origin>,
    /// What its processes do, piece by piece.
    pub(super) pieces: Pieces,
}

impl Writer<'_> {
    pub(super) fn find(&mut self, finding: Finding) {
        if self.findings.contains(&finding) {
            return;
        }
        self.findings.push(finding);
    }

    /// Notes that a directive became this stanza.
    pub(super) fn became(&mut self, origin: Origin, stanza: impl Into<String>) {
        self.account.became(origin, stanza);
    }

    /// What names the instance to initctl(8), from within a process of it.
    pub(super) fn instance_arguments(&self) -> String {
        let variables = self.service.instance.iter().flat_map(|instance| &instance.value.variables);
        variables.fold(String::new(), |mut all, name| {
            let _ = write!(all, " {name}=\"${name}\"");
            all
        })
    }

    /// A path for a shell, which may hold the instance.
    pub(super) fn path(&self, path: &[u8]) -> Vec<u8> {
        sh_text(path, self.instance_variables(), sh_word)
    }

    pub(super) fn instance_variables(&self) -> &[Text] {
        self.service.instance.as_ref().map_or(&[], |instance| &instance.value.variables)
    }

    /// A comment at the head of the job.
    pub(super) fn remark(&mut self, text: impl Into<String>) {
        let lines = text.into().lines().map(|line| Text::from(format!("# {line}"))).collect();
        self.comments.insert(self.remarks, Comment { lines, before: None });
        self.remarks += 1;
    }

    fn string(&mut self, stanza: &str, value: &Sourced<Text>) -> Sourced<BString> {
        self.became(value.origin, format!("{stanza} {}", value.value));
        value.map(|value| value.0.clone())
    }

    fn about(&mut self) {
        let service = self.service;
        if let Some(description) = &service.description {
            self.job.description = Some(self.string("description", description));
        }
        for (heading, value) in &service.about {
            match *heading {
                "Author" => self.job.author = Some(self.string("author", value)),
                "Version" => self.job.version = Some(self.string("version", value)),
                "Usage" => self.job.usage = Some(self.string("usage", value)),
                heading => {
                    self.became(value.origin, "a comment");
                    self.remark(format!("{heading}: {}", value.value));
                }
            }
        }
        for event in &service.emits {
            self.became(event.origin, format!("emits {}", event.value));
            self.job.emits.push(event.map(|event| event.0.clone()));
        }
        for name in &service.exported {
            self.became(name.origin, format!("export {}", name.value));
            self.job.export.push(name.map(|name| name.0.clone()));
        }
        if let Some(instance) = &service.instance {
            self.became(instance.origin, format!("instance {}", instance.value.pattern));
            self.job.instance = Some(instance.map(|instance| instance.pattern.0.clone()));
        }
        if let Some(Sourced { value: Enablement::Disabled, origin }) = service.enablement {
            self.became(origin, "manual");
            self.job.manual = Some(Sourced::new((), origin));
        }
    }

    fn environment(&mut self) {
        let service = self.service;
        // The default is part of the name only; the processes look at the variable.
        if let Some(Sourced { value: Instance { variables, default: Some(default), .. }, origin }) =
            &service.instance
            && let [name] = variables.as_slice()
        {
            let entry = [name.as_slice(), b"=", default.as_slice()].concat();
            self.became(*origin, format!("env {}", BString::from(entry.clone())));
            self.job.env.push(Sourced::new(entry.into(), *origin));
        }
        for variable in &service.environment {
            let origin = variable.origin;
            let entry = match &variable.value {
                Variable::Set { name, value } => [name.as_slice(), b"=", value.as_slice()].concat(),
                Variable::Inherited(name) => name.to_vec(),
                // The instance's own variable is there anyway.
                Variable::Instance(name) => {
                    self.became(origin, format!("${name}, which starts the instance"));
                    continue;
                }
                Variable::Event(name) => {
                    self.became(origin, format!("${name} of the starting event"));
                    continue;
                }
            };
            self.became(origin, format!("env {}", BString::from(entry.clone())));
            self.job.env.push(Sourced::new(entry.into(), origin));
        }
    }

    fn surroundings(&mut self) {
        let service = self.service;
        if let Some(directory) = &service.directory {
            self.job.chdir = Some(self.string("chdir", directory));
        }
        if let Some(root) = &service.root {
            self.job.chroot = Some(self.string("chroot", root));
        }
        if let Some(umask) = &service.umask {
            self.became(umask.origin, format!("umask {:03o}", umask.value));
            self.job.umask = Some(umask.clone());
        }
        if let Some(nice) = &service.nice {
            self.became(nice.origin, format!("nice {}", nice.value));
            self.job.nice = Some(nice.clone());
        }
        if let Some(score) = &service.oom_score {
            self.became(score.origin, format!("oom score {}", score.value));
            self.job.oom_score_adj = Some(score.clone());
        }
        self.limits();
        if let Some(profile) = &service.apparmor_profile {
            self.job.apparmor_switch = Some(self.string("apparmor switch", profile));
            self.find(
                Finding::new(
                    Code::Apparmor,
                    "Upstart confines the main process only; systemd every process of the unit",
                )
                .at(profile.origin),
            );
        }
        for setting in &service.cgroups {
            self.became(setting.origin, "cgroup");
            self.job.cgroups.push(setting.map(cgroup));
        }
        self.io();
    }

    fn limits(&mut self) {
        let service = self.service;
        for (resource, limit) in &service.limits {
            let known = crate::upstart::stanza::RESOURCES.iter().find(|(_, known)| known == resource);
            if let Some((name, _)) = known {
                self.became(limit.origin, format!("limit {name}"));
                self.job.limits.insert(*resource, limit.clone());
            } else {
                self.find(
                    Finding::new(Code::LostBehaviour, "Upstart has no `limit` for this resource")
                        .at(limit.origin)
                        .help(
                            "the processes have the limit of init; set it with prlimit(1) where it matters",
                        ),
                );
            }
        }
    }

    fn io(&mut self) {
        let Some(io) = &self.service.io else {
            // Versions that log nothing get what does.
            return;
        };
        let console = match io.value {
            Io::Log => Console::Log,
            Io::Null => Console::None,
            Io::Console => Console::Output,
            Io::ConsoleOwner => Console::Owner,
        };
        if console == self.options.target.console() {
            self.account.is_default(io.origin, "console log");
            return;
        }
        self.became(io.origin, "console");
        self.job.console = Some(Sourced::new(console, io.origin));
    }

    /// A job that would run as somebody else, elsewhere, or not at all what was meant, does not start by
    /// itself, and refuses to be started.
    fn hold_back(&mut self) {
        let Some((first, more)) = self.held_back.split_first() else { return };
        let mut finding =
            Finding::new(Code::JobHeldBack, "the job refuses to start until this is settled").at(*first);
        for origin in more {
            finding = finding.at(*origin);
        }
        self.findings.push(
            finding
                .became("pre-start")
                .help("settle it in the job, and take the first lines of pre-start out"),
        );
        self.pieces.refuse();
    }

    fn finish(mut self) -> Written {
        for (kind, process) in self.pieces.processes(&mut self.findings) {
            self.job.processes.insert(kind, process);
        }
        if let Some(root) =
            self.job.chroot.as_ref().filter(|_| self.job.processes.values().any(|it| it.value.script))
        {
            let message = "scripts of the job run within the root directory: the shell, what it calls and what it opens lie there";
            let finding = Finding::new(Code::LostBehaviour, message).at(root.origin);
            self.findings.push(
                finding.help("see that /bin/sh is there, or let the program go to the directory by itself"),
            );
        }
        let has_main = self.job.processes.contains_key(&ProcessType::Main);
        if !has_main {
            self.job.task = None;
        }
        let target = self.options.target;
        let older = older::lower(self.job, target, self.options.distribution);
        self.findings.extend(older.lowered.iter().map(|lowered| lowered::finding(*lowered, target)));
        self.comments.extend(older.comments);
        let written = text::text(&older.job, &self.comments, target);
        for unwritable in written.unwritable.iter().chain(&older.unwritable) {
            self.findings.push(
                Finding::new(
                    Code::Unwritable,
                    format!("`{}` cannot hold this value: {}", unwritable.what, unwritable.why),
                )
                .at(unwritable.origin)
                .help("set it in a script that then runs the program"),
            );
        }
        Written { job: older.job, text: written.text, account: self.account, findings: self.findings }
    }
}

fn cgroup(setting: &CgroupSetting) -> Cgroup {
    let bytes = |text: &Option<Text>| text.as_ref().map(|text| text.0.clone());
    Cgroup {
        controller: setting.controller.0.clone(),
        name: bytes(&setting.name),
        key: bytes(&setting.key),
        value: bytes(&setting.value),
    }
}
