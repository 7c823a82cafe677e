//! What a unit's processes find around them: user, directories, limits, shares, variables.

use bstr::ByteSlice as _;

use super::Writer;
use super::event_environment::event_file;
use crate::findings::{Became, codes};
use crate::service::{Bound, DependencyKind, Hook, Limit, Resource, Scope, Target, Variable};
use crate::systemd::counterparts::{IO_CLASSES, POLICIES, word};
use crate::systemd::quote::{assignment, environment_holds, rest_of_line};
use crate::systemd::table::Directive;
use crate::systemd::value::limit;
use crate::systemd::version::{Feature, Version};
use crate::systemd::{defaults, manager, names};
use crate::text::{Origin, Sourced, Text};

impl Writer<'_> {
    pub(super) fn exec_environment(&mut self) {
        self.identity();
        self.numbers();
        self.limits();
        self.cgroups();
        self.environment();
        // A session hands on its own environment under both.
        if self.is_exact() && self.service.scope == Scope::System {
            self.exact_environment();
        }
        self.streams();
        self.instance();
        self.environment_files();
    }

    fn identity(&mut self) {
        let service = self.service;
        let texts = [
            (Directive::User, &service.user),
            (Directive::Group, &service.group),
            (Directive::RootDirectory, &service.root),
            (Directive::WorkingDirectory, &service.directory),
        ];
        for (directive, value) in texts {
            if let Some(value) = value {
                self.text(directive, value);
            }
        }
        if let Some(user) = &service.user
            && service.group.is_none()
            && user.value.as_slice() != b"root"
            // What a program of the script did, it did for the groups as well.
            && service.main.first().is_none_or(|main| main.origin() != user.origin())
        {
            self.raise(codes::setuid_keeps_groups(), user.origin()).became(format!("User={}", user.value));
        }
        if let Some(profile) = &service.apparmor_profile {
            self.text(Directive::AppArmorProfile, profile);
            self.raise(codes::apparmor_confines_all(), profile.origin())
                .became(format!("AppArmorProfile={}", profile.value));
        }
        let loads = |hook: &&Hook| {
            let program = hook.command.value.run.program();
            hook.command.value.privileged && program.is_some_and(|it| it.ends_with(b"apparmor_parser"))
        };
        for hook in service.hooks.iter().filter(loads) {
            self.raise(codes::apparmor_loaded(), hook.command.origin()).became("ExecStartPre=");
        }
    }

    /// A value that stands on its line as it is.
    pub(super) fn text(&mut self, directive: Directive, value: &Sourced<Text>) {
        let is_directory = matches!(directive, Directive::RootDirectory | Directive::WorkingDirectory);
        let valid = match directive {
            Directive::User | Directive::Group => account_name(&value.value, self.options.target),
            _ if is_directory => {
                !value.value.split_str("/").any(|part| part == b"..") && !value.value.starts_with(b"~")
            }
            _ => true,
        };
        if let Some(text) = rest_of_line(&value.value).filter(|_| valid) {
            // Upstart takes a relative directory from the root.
            let root = if is_directory && !text.starts_with('/') { "/" } else { "" };
            self.put(directive, format!("{root}{text}"), value.origin());
        } else {
            let finding = codes::value_not_in_target(self.options.target, directive.name(), &value.value);
            self.raise(finding, value.origin());
            self.blocked_by.push(value.origin());
        }
    }

    fn numbers(&mut self) {
        let service = self.service;
        if let Some(umask) = &service.umask {
            if umask.value == defaults::UMASK {
                self.account.is_default(umask.origin(), "UMask=0022");
            } else {
                self.put(Directive::UMask, format!("{:04o}", umask.value), umask.origin());
            }
        }
        if let Some(nice) = &service.nice {
            self.put(Directive::Nice, nice.value, nice.origin());
        }
        if let Some(scheduling) = &service.scheduling {
            let (policy, priority) = (scheduling.value.policy, scheduling.value.priority);
            self.put(Directive::CPUSchedulingPolicy, word(POLICIES, &policy), scheduling.origin());
            if priority > 0 {
                self.put(Directive::CPUSchedulingPriority, priority, scheduling.origin());
            }
        }
        if let Some(cpus) = &service.cpus {
            // Every version knows single numbers.
            let numbers: Vec<String> = cpus.value.iter().map(ToString::to_string).collect();
            self.put(Directive::CPUAffinity, numbers.join(" "), cpus.origin());
        }
        if let Some(priority) = &service.io_priority {
            let class = word(IO_CLASSES, &priority.value.class);
            self.put(Directive::IOSchedulingClass, class, priority.origin());
            if let Some(level) = priority.value.level {
                self.put(Directive::IOSchedulingPriority, level, priority.origin());
            }
        }
        if let Some(score) = &service.oom_score {
            self.put(Directive::OOMScoreAdjust, score.value, score.origin());
        }
    }

    fn limits(&mut self) {
        for (resource, limit) in &self.service.limits {
            let (origin, Limit { soft, hard }) = (limit.origin(), limit.value);
            let above = match (soft, hard) {
                (Bound::Unlimited, Bound::At(_)) => true,
                (Bound::At(soft), Bound::At(hard)) => soft > hard,
                _ => false,
            };
            if above {
                self.raise(codes::impossible_limit(), origin);
                continue;
            }
            let (soft, hard) = (bound(*resource, soft), bound(*resource, hard));
            let directive = limit::directive(*resource);
            if soft == hard {
                self.put(directive, soft, origin);
            } else if self.has(Feature::SoftLimits) {
                self.put(directive, format!("{soft}:{hard}"), origin);
            } else {
                self.raise(codes::one_limit(self.options.target, hard), origin)
                    .became(format!("{}={soft}", directive.name()));
                self.put(directive, soft, origin);
            }
        }
    }

    fn environment(&mut self) {
        let target = self.options.target;
        for variable in &self.service.environment {
            let origin = variable.origin();
            match &variable.value {
                Variable::Set { name, value } if environment_holds(name, value, target) => {
                    self.put(Directive::Environment, assignment(name, value), origin);
                    if name.as_slice() == b"PATH"
                        && self.has_bare_program()
                        && self.knows(Directive::ExecSearchPath)
                        && let Some(value) = rest_of_line(value)
                        && value.split(':').all(|dir| dir.starts_with('/'))
                    {
                        self.put(Directive::ExecSearchPath, value, origin);
                    }
                }
                Variable::Set { name, .. } => {
                    self.raise(codes::impossible_environment(name), origin);
                }
                Variable::Inherited(name) if !self.knows(Directive::PassEnvironment) => {
                    self.raise(codes::no_pass_environment(target, name), origin);
                }
                Variable::Inherited(name) if environment_holds(name, b"", target) => {
                    self.put(Directive::PassEnvironment, name, origin);
                }
                Variable::Inherited(name) => {
                    self.raise(codes::no_variable_name(name), origin);
                }
                Variable::Instance(name) => {
                    self.put(Directive::Environment, format!("\"{name}=%I\""), origin);
                }
                Variable::Event(name) => self.event_variable(name, origin),
            }
        }
    }

    /// Files that count for more than all else that sets variables, as for the script that read them in.
    fn environment_files(&mut self) {
        for file in &self.service.environment_files {
            let optional = if file.value.required { "" } else { "-" };
            if let Some(path) = rest_of_line(&file.value.path) {
                self.put(Directive::EnvironmentFile, format!("{optional}{path}"), file.origin());
            }
        }
    }

    /// A variable of the starting event, which whoever announces that event writes to a file.
    fn event_variable(&mut self, name: &Text, origin: Option<Origin>) {
        let service = self.service;
        let mut starts = service.of_kind(DependencyKind::StartedBy);
        let event = starts.find_map(|dependency| match &dependency.value.to {
            Target::Event(event) => Some(event_file(event, service.scope)),
            _ => None,
        });
        if let Some(file) = event {
            self.account.became(origin, Became::Directive("EnvironmentFile", file));
        } else {
            self.raise(codes::variable_of_event(name), origin);
        }
    }

    fn has_bare_program(&self) -> bool {
        let hooks = self.service.hooks.iter().map(|hook| &hook.command);
        let mut programs = self.service.main.iter().chain(hooks).filter_map(|command| command.value.run.program());
        programs.any(|program| !program.contains(&b'/'))
    }

    fn instance(&mut self) {
        let Some(instance) = &self.service.instance else { return };
        let origin = instance.origin();
        self.account.words(origin, format!("a template, {}", self.unit.name));
        if instance.value.variables.len() > 1 {
            let value = format!("-{}/upstart-env/{}@%I", manager::runtime_dir(self.service.scope), self.stem);
            self.put(Directive::EnvironmentFile, &value, origin);
            self.raise(codes::instance_of_several_variables(), origin).became(format!("EnvironmentFile={value}"));
        }
        match instance.value.default.as_ref().map(|default| names::escape(default)) {
            Some(default) if default.is_empty() => {
                self.raise(codes::empty_instance(), origin);
            }
            Some(default) => self.put(Directive::DefaultInstance, default, origin),
            None => {}
        }
    }
}

/// Whether that version takes a text for the name of a user or group. 232 to 242 are strict, and two
/// of them run the service as root if the name does not please them.
fn account_name(name: &[u8], target: Version) -> bool {
    let Some(first) = name.first() else { return false };
    let all = |allowed: fn(u8) -> bool| name.iter().all(|byte| allowed(*byte));
    let numeric = all(|byte| byte.is_ascii_digit());
    let strict = (first.is_ascii_alphabetic() || *first == b'_')
        && all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
        && name.len() <= 31;
    let relaxed = *first != b'-'
        && all(|byte| byte.is_ascii_alphanumeric() || b"_-.@+".contains(&byte) || !byte.is_ascii())
        && name != b"."
        && name != b".."
        && name.to_str().is_ok();
    numeric || strict || (relaxed && !target.has(Feature::StrictUserNames))
}

/// A bound as systemd writes it. That of `nice` ends at 40, which stands for a priority of -20.
fn bound(resource: Resource, bound: Bound) -> String {
    match (resource, bound) {
        (Resource::Nice, Bound::Unlimited) => "40".to_owned(),
        (Resource::Nice, Bound::At(value)) => value.min(40).to_string(),
        (_, Bound::Unlimited) => "infinity".to_owned(),
        (_, Bound::At(value)) => value.to_string(),
    }
}
