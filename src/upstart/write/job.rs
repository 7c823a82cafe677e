//! From a service to a job: every value that Upstart has a stanza for, and a finding for all others.

use super::writer::{Options, Writer};
use super::{downgrade, scheduling, text};
use crate::findings::{Account, Finding, codes};
use crate::service::{Enablement, Instance, LinkedService, Variable};
use crate::text::{Provenance, Sourced, Text};
use crate::upstart::job::{Job, ProcessType};
use crate::upstart::keywords::RESOURCES;

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
pub fn write(service: &LinkedService, options: &Options) -> Written {
    let service = &scheduling::scheduled(service);
    let mut writer = Writer::new(service, options);
    writer.about();
    writer.conditions();
    writer.identity();
    writer.environment();
    writer.checks();
    writer.directories();
    writer.processes();
    writer.lifecycle();
    writer.exec_environment();
    writer.scheduling();
    writer.settings();
    writer.hold_back();
    writer.finish()
}

impl Writer<'_> {
    pub(super) fn string(&mut self, stanza: &'static str, value: Option<&Sourced<Text>>) -> Option<Sourced<Text>> {
        self.valued(stanza, value, ToString::to_string)
    }

    /// A value that the stanza takes as it is.
    pub(super) fn valued<T: Clone, S: ToString>(
        &mut self,
        stanza: &'static str,
        value: Option<&Sourced<T>>,
        shown: impl Fn(&T) -> S,
    ) -> Option<Sourced<T>> {
        let value = value?;
        self.account.stanza(value.origin(), stanza, shown(&value.value));
        Some(value.clone())
    }

    fn about(&mut self) {
        let service = self.service;
        self.job.description = self.string("description", service.description.as_ref());
        for (heading, value) in &service.about {
            match *heading {
                "Author" => self.job.author = self.string("author", Some(value)),
                "Version" => self.job.version = self.string("version", Some(value)),
                "Usage" => self.job.usage = self.string("usage", Some(value)),
                heading => {
                    self.account.words(value.origin(), "a comment");
                    self.remark(format!("{heading}: {}", value.value));
                }
            }
        }
        self.job.emits = service.emits.iter().filter_map(|it| self.string("emits", Some(it))).collect();
        self.job.export = service.exported.iter().filter_map(|it| self.string("export", Some(it))).collect();
        let pattern = service.instance.as_ref().map(|it| it.map(|instance| instance.pattern.clone()));
        self.job.instance = self.string("instance", pattern.as_ref());
        let disabled = service.enablement.as_ref().map(|it| it.map(|Enablement::Disabled| ()));
        self.job.manual = self.valued("manual", disabled.as_ref(), |()| "");
    }

    fn environment(&mut self) {
        let service = self.service;
        // The default is part of the name only; the processes look at the variable.
        if let Some(instance) = &service.instance
            && let Instance { variables, default: Some(default), .. } = &instance.value
            && let [name] = variables.as_slice()
        {
            self.env([name.as_slice(), b"=", default.as_slice()].concat(), instance.provenance);
        }
        for variable in &service.environment {
            match &variable.value {
                Variable::Set { name, value } => {
                    self.env([name.as_slice(), b"=", value.as_slice()].concat(), variable.provenance);
                }
                Variable::Inherited(name) => self.env(name.to_vec(), variable.provenance),
                // The instance's own variable is there anyway.
                Variable::Instance(name) => {
                    self.account.words(variable.origin(), format!("${name}, which starts the instance"));
                }
                Variable::Event(name) => {
                    self.account.words(variable.origin(), format!("${name} of the starting event"));
                }
            }
        }
    }

    fn env(&mut self, entry: Vec<u8>, provenance: Provenance) {
        let entry = self.string("env", Some(&Sourced::new(entry.into(), provenance)));
        self.job.env.extend(entry);
    }

    fn exec_environment(&mut self) {
        let service = self.service;
        self.job.chdir = self.string("chdir", service.directory.as_ref());
        self.job.chroot = self.string("chroot", service.root.as_ref());
        self.job.umask = self.valued("umask", service.umask.as_ref(), |umask| format!("{umask:03o}"));
        self.job.nice = self.valued("nice", service.nice.as_ref(), i32::to_string);
        self.job.oom_score_adj = self.valued("oom score", service.oom_score.as_ref(), i32::to_string);
        for (resource, limit) in &service.limits {
            if let Some((name, _)) = RESOURCES.iter().find(|(_, known)| known == resource) {
                self.account.stanza(limit.origin(), "limit", name);
                self.job.limits.insert(*resource, limit.clone());
            } else {
                self.find(codes::no_limit_stanza().at(limit.origin()));
            }
        }
        self.job.apparmor_switch = self.string("apparmor switch", service.apparmor_profile.as_ref());
        if let Some(profile) = &service.apparmor_profile {
            self.find(codes::apparmor_confines_main().at(profile.origin()));
        }
        self.job.cgroups = service.cgroups.iter().filter_map(|it| self.valued("cgroup", Some(it), |_| "")).collect();
        // Versions that log nothing get what does.
        if let Some(io) = &service.io {
            if io.value == self.options.target.console() {
                self.account.is_default(io.origin(), "console log");
            } else {
                self.job.console = self.valued("console", Some(io), |_| "");
            }
        }
    }

    /// A job that would run as somebody else, elsewhere, or not at all what was meant, does not start by
    /// itself, and refuses to be started.
    fn hold_back(&mut self) {
        if self.blocked_by.is_empty() {
            return;
        }
        let finding = codes::job_blocked().became("pre-start");
        self.findings.push(self.blocked_by.iter().copied().fold(finding, Finding::at));
        self.pieces.refuse();
    }

    fn finish(mut self) -> Written {
        self.job.processes.extend(self.pieces.processes(&mut self.findings));
        if let Some(root) = &self.job.chroot
            && self.job.processes.values().any(|it| it.value.script)
        {
            self.findings.push(codes::scripts_within_root().at(root.origin()));
        }
        if !self.job.processes.contains_key(&ProcessType::Main) {
            self.job.task = None;
        }
        let downgraded = downgrade::downgrade(self.job, self.options.target, self.options.distribution);
        self.findings.extend(downgraded.findings);
        self.comments.extend(downgraded.comments);
        let written = text::text(&downgraded.job, &self.comments, self.options.target);
        self.findings.extend(
            written
                .unwritable
                .iter()
                .chain(&downgraded.unwritable)
                .map(|unwritable| codes::unwritable_value(unwritable.what, unwritable.why).at(unwritable.origin)),
        );
        Written { job: downgraded.job, text: written.text, account: self.account, findings: self.findings }
    }
}
