//! Whose processes they are.

use super::command::sh_word;
use super::helper::Helper;
use super::job::Writer;
use super::processes::mentions;
use crate::findings::{Code, Finding};
use crate::service::{Bond, Party, Ready, Run, Scope, Sink, Stage};
use crate::text::{Sourced, Text};

impl Writer<'_> {
    pub(super) fn identity(&mut self) {
        let service = self.service;
        let drops = self.drops_user();
        if let Some(user) = &service.user {
            if drops {
                self.became(user.origin, "a program that changes to the user");
                self.find(
                    Finding::new(
                        Code::UserByProgram,
                        format!(
                            "something of the job needs root, so every command that does not changes to {} by itself",
                            user.value
                        ),
                    )
                    .at(user.origin),
                );
            } else {
                self.became(user.origin, format!("setuid {}", user.value));
                self.job.setuid = Some(user.map(|user| user.0.clone()));
            }
            if user.value.as_slice() != b"root" && service.scope == Scope::System {
                self.find(
                    Finding::new(
                        Code::AccountVariables,
                        "Upstart sets no HOME, USER, LOGNAME and SHELL for the user",
                    )
                    .at(user.origin)
                    .help("where the program looks at them, add `env HOME=…`"),
                );
            }
        }
        if let Some(group) = &service.group {
            if drops {
                self.became(group.origin, "a program that changes to the group");
            } else {
                self.became(group.origin, format!("setgid {}", group.value));
                self.job.setgid = Some(group.map(|group| group.0.clone()));
            }
        }
        for group in &service.supplementary_groups {
            self.find(
                Finding::new(
                    Code::SupplementaryGroup,
                    format!(
                        "Upstart gives the processes the groups of their user, and not `{}`",
                        group.value
                    ),
                )
                .at(group.origin)
                .help("add the user to the group"),
            );
        }
        if let Some(origin) = service.dynamic_user {
            self.find(
                Finding::new(Code::DynamicUser, "Upstart makes no users: the job needs one of its own")
                    .at(origin)
                    .help("make the user, and name it with `setuid`"),
            );
            self.held_back.push(origin);
        }
    }

    /// Whether every command changes to the user by itself, because others have to run as root: all
    /// processes of a job have the same user.
    pub(super) fn drops_user(&self) -> bool {
        let service = self.service;
        let is_root =
            service.user.as_ref().is_none_or(|user| matches!(user.value.as_slice(), b"root" | b"0"));
        // What root opens, the user may not be able to.
        let opens = |sink: &Sink| !matches!(sink, Sink::Log | Sink::Null);
        let needs_root = !service.directories.is_empty()
            || service
                .output
                .as_ref()
                .is_some_and(|output| opens(&output.value.out) || opens(&output.value.error))
            || service.hooks.iter().any(|hook| hook.command.value.privileged)
            || service.main.iter().any(|main| main.value.privileged)
            || self.asks_init();
        service.scope == Scope::System && !is_root && needs_root
    }

    /// Whether its scripts stop the job, or ask init about a job: init heeds a `stop` of root's only, and
    /// answers others over D-Bus only, which need not be up.
    fn asks_init(&self) -> bool {
        let service = self.service;
        service.conditions.iter().any(|check| !check.value.required)
            || service.machine.is_some()
            || self.pauses()
            || service
                .relations
                .iter()
                .any(|tie| tie.value.bond == Bond::Demands && matches!(tie.value.to, Party::Service(_)))
            || service.hooks.iter().any(|hook| {
                let run = &hook.command.value.run;
                let says_stop =
                    hook.stage == Stage::Condition && !matches!(run, Run::Line(_) | Run::Script(_));
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

    /// The owner of what is made for the service, for a shell.
    pub(super) fn owner(&self) -> Option<Vec<u8>> {
        self.service.user.as_ref().map(|user| sh_word(&user.value))
    }
}
