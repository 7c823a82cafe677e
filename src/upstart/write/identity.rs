//! Whose processes they are.

use super::command::sh_word;
use super::helper::Helper;
use super::processes::mentions;
use super::writer::Writer;
use crate::findings::{Subject, codes};
use crate::service::{DependencyKind, Ready, Run, Scope, Sink, Stage, Target};
use crate::text::{Sourced, Text};

impl Writer<'_> {
    pub(super) fn identity(&mut self) {
        let service = self.service;
        let drops = self.drops_user();
        if let Some(user) = &service.user {
            if drops {
                self.account.words(user.origin(), "a program that changes to the user");
                self.find(codes::user_by_program(&user.value).at(user.origin()));
            } else {
                self.job.setuid = self.string("setuid", Some(user));
            }
            if user.value.as_slice() != b"root" && service.scope == Scope::System {
                self.find(codes::account_variables().at(user.origin()));
            }
        }
        if let Some(group) = &service.group {
            if drops {
                self.account.words(group.origin(), "a program that changes to the group");
            } else {
                self.job.setgid = self.string("setgid", Some(group));
            }
        }
        for group in &service.supplementary_groups {
            let finding = codes::supplementary_group(&group.value).about(Subject::Named(group.value.clone()));
            self.find(finding.at(group.origin()));
        }
        if let Some(origin) = service.dynamic_user {
            self.find(codes::dynamic_user().at(origin));
            self.blocked_by.push(Some(origin));
        }
    }

    /// Whether every command changes to the user by itself, because others have to run as root: all
    /// processes of a job have the same user.
    pub(super) fn drops_user(&self) -> bool {
        let service = self.service;
        let is_root = service.user.as_ref().is_none_or(|user| matches!(user.value.as_slice(), b"root" | b"0"));
        // What root opens, the user may not be able to.
        let opens = |sink: &Sink| !matches!(sink, Sink::Log | Sink::Null);
        let needs_root = !service.directories.is_empty()
            || service.output.iter().any(|output| opens(&output.value.out) || opens(&output.value.error))
            || service.hooks.iter().map(|hook| &hook.command).chain(&service.main).any(|it| it.value.privileged)
            || self.calls_init();
        service.scope == Scope::System && !is_root && needs_root
    }

    /// Whether its scripts stop the job, or ask init about a job: init honors a `stop` of root's only, and
    /// answers others over D-Bus only, which need not be up.
    fn calls_init(&self) -> bool {
        let service = self.service;
        service.conditions.iter().any(|check| !check.value.required)
            || service.machine.is_some()
            || self.pauses()
            || service
                .dependencies
                .iter()
                .any(|it| it.value.kind == DependencyKind::Demands && matches!(it.value.to, Target::Service(_)))
            || service.hooks.iter().any(|hook| {
                let run = &hook.command.value.run;
                let says_stop = hook.stage == Stage::Condition && !matches!(run, Run::Line(_) | Run::Script(_));
                says_stop || mentions(run, b"MAINPID")
            })
    }

    /// The command line for a shell that runs these words as the user.
    pub(super) fn as_user(&self, words: Vec<Text>, is_main: bool) -> Vec<u8> {
        let name = |name: &Option<Sourced<Text>>| name.as_ref().map(|name| sh_word(&name.value));
        let (user, group) = (name(&self.service.user), name(&self.service.group));
        let directory = self.service.directory.as_ref().map(|directory| directory.value.as_slice());
        // init would follow a fork of the helper where a daemon is expected to do one.
        let forks = !is_main || !matches!(self.service.ready.value, Ready::Forked(_));
        let helper = Helper::of(self.options.distribution);
        helper.line(user.as_deref(), group.as_deref(), directory, forks, words)
    }
}
