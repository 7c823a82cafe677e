//! What a unit's processes find around them: user, directories, limits, variables, terminals.

use bstr::ByteSlice as _;

use super::occasion::event_file;
use super::{Logs, Writer};
use crate::findings::{Code, Finding};
use crate::service::{Bond, Bound, Io, Limit, Party, Resource, Scope, Variable};
use crate::systemd::directive::Directive;
use crate::systemd::quote::{assignment, environment_holds, rest_of_line};
use crate::systemd::target::Version;
use crate::systemd::{manager, names};
use crate::text::{Origin, Sourced, Text};

impl Writer<'_> {
    pub(super) fn surroundings(&mut self) {
        self.identity();
        self.numbers();
        self.limits();
        self.cgroups();
        self.environment();
        // A session hands on its own environment under both.
        if self.is_exact() && self.service.scope == Scope::System {
            self.exact_environment();
        }
        self.io();
        self.install();
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
            && service.main.first().is_none_or(|main| main.origin != user.origin)
        {
            self.find(
                Finding::new(
                    Code::SetuidKeepsGroups,
                    "on Upstart the processes keep group 0 besides the user's groups",
                )
                .at(user.origin)
                .became(format!("User={}", user.value))
                .help("where they read files of group root, give the files to a group of the user's"),
            );
        }
        if let Some(profile) = &service.apparmor_profile {
            self.text(Directive::AppArmorProfile, profile);
            self.find(
                Finding::new(
                    Code::Apparmor,
                    "systemd confines every process of the unit; Upstart the main one",
                )
                .at(profile.origin)
                .became(format!("AppArmorProfile={}", profile.value)),
            );
        }
        let loads = service.hooks.iter().filter(|hook| hook.command.value.privileged);
        for hook in loads {
            if is_apparmor(hook) {
                self.find(
                    Finding::new(Code::Apparmor, "the profile is loaded before each start")
                        .at(hook.command.origin)
                        .became("ExecStartPre="),
                );
            }
        }
    }

    /// A value that stands on its line as it is.
    fn text(&mut self, directive: Directive, value: &Sourced<Text>) {
        let valid = match directive {
            Directive::User | Directive::Group => account_name(&value.value, self.options.target),
            Directive::RootDirectory | Directive::WorkingDirectory => {
                !value.value.split_str("/").any(|part| part == b"..") && !value.value.starts_with(b"~")
            }
            _ => true,
        };
        if let Some(text) = rest_of_line(&value.value).filter(|_| valid) {
            // Upstart takes a relative directory from the root.
            let relative = matches!(directive, Directive::RootDirectory | Directive::WorkingDirectory)
                && !text.starts_with('/');
            self.put(directive, if relative { format!("/{text}") } else { text }, value.origin);
        } else {
            self.not_in_target(
                value.origin,
                &format!("takes no {}={}", directive.info().name, value.value),
                "write what is meant into the unit",
            );
            self.held_back.push(value.origin);
        }
    }

    fn numbers(&mut self) {
        let service = self.service;
        if let Some(umask) = &service.umask {
            if umask.value == 0o022 {
                self.account.is_default(umask.origin, "UMask=0022");
            } else {
                self.put(Directive::UMask, format!("{:04o}", umask.value), umask.origin);
            }
        }
        if let Some(nice) = &service.nice {
            self.put(Directive::Nice, nice.value.to_string(), nice.origin);
        }
        self.sharing();
        if let Some(score) = &service.oom_score {
            self.put(Directive::OOMScoreAdjust, score.value.to_string(), score.origin);
        }
    }

    fn limits(&mut self) {
        let service = self.service;
        for (resource, limit) in &service.limits {
            let Limit { soft, hard } = limit.value;
            let above = match (soft, hard) {
                (Bound::Unlimited, Bound::At(_)) => true,
                (Bound::At(soft), Bound::At(hard)) => soft > hard,
                _ => false,
            };
            if above {
                self.find(
                    Finding::new(
                        Code::ImpossibleLimit,
                        "the soft limit is above the hard one, so the job never started",
                    )
                    .at(limit.origin)
                    .help("choose limits that can be set"),
                );
                continue;
            }
            let soft = bound(*resource, soft);
            let hard = bound(*resource, hard);
            let directive = limit_directive(*resource);
            if soft == hard {
                self.put(directive, soft, limit.origin);
            } else if self.options.target >= Version(229) {
                self.put(directive, format!("{soft}:{hard}"), limit.origin);
            } else {
                self.put(directive, soft.clone(), limit.origin);
                self.older(
                    limit.origin,
                    &format!("sets the soft and the hard limit alike: the hard one would be {hard}"),
                    &format!("{}={soft}", directive.info().name),
                );
            }
        }
    }

    fn environment(&mut self) {
        let service = self.service;
        let path = |name: &[u8]| name == b"PATH";
        for variable in &service.environment {
            let origin = variable.origin;
            match &variable.value {
                Variable::Set { name, value } if environment_holds(name, value, self.options.target) => {
                    self.put(Directive::Environment, assignment(name, value), origin);
                    if path(name)
                        && self.has_bare_program()
                        && self.knows(Directive::ExecSearchPath)
                        && let Some(value) = rest_of_line(value)
                            .filter(|value| value.split(':').all(|dir| dir.starts_with('/')))
                    {
                        self.put(Directive::ExecSearchPath, value, origin);
                    }
                }
                Variable::Set { name, .. } => self.find(
                    Finding::new(
                        Code::ImpossibleEnvironment,
                        format!("Environment= cannot hold this value of `{name}`"),
                    )
                    .at(origin)
                    .help("set it in a script that then runs the program"),
                ),
                Variable::Inherited(name) if self.knows(Directive::PassEnvironment) => {
                    if environment_holds(name, b"", self.options.target) {
                        self.put(Directive::PassEnvironment, name.to_string(), origin);
                    } else {
                        self.find(
                            Finding::new(
                                Code::ImpossibleEnvironment,
                                format!("`{name}` is no name of a variable"),
                            )
                            .at(origin),
                        );
                    }
                }
                Variable::Inherited(name) => self.not_in_target(
                    origin,
                    &format!("cannot hand on {name} from its own environment"),
                    "write its value with Environment=",
                ),
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
                self.put(Directive::EnvironmentFile, format!("{optional}{path}"), file.origin);
            }
        }
    }

    /// A variable of the starting event, which whoever announces that event writes to a file.
    fn event_variable(&mut self, name: &Text, origin: Origin) {
        let event = self.service.relations.iter().find_map(|relation| match &relation.value.to {
            Party::Event(event) if relation.value.bond == Bond::StartedBy => {
                Some(event_file(event, self.service.scope))
            }
            _ => None,
        });
        match event {
            Some(file) => self.account.became(origin, format!("EnvironmentFile={file}")),
            None => self.find(
                Finding::new(
                    Code::EventVariable,
                    format!("`{name}` comes with the starting event, and units have no events"),
                )
                .at(origin)
                .help("set it with Environment=, or find out in the script what it stands for"),
            ),
        }
    }

    fn has_bare_program(&self) -> bool {
        let hooks = self.service.hooks.iter().map(|hook| &hook.command);
        self.service.main.iter().chain(hooks).any(|command| match &command.value.run {
            crate::service::Run::Argv(words) => words.first().is_some_and(|program| !program.contains(&b'/')),
            crate::service::Run::Expand(words) => words
                .first()
                .and_then(|word| crate::service::Part::plain(word))
                .is_some_and(|program| !program.contains(&b'/')),
            _ => false,
        })
    }

    fn io(&mut self) {
        if let Some(tag) = &self.service.log_tag {
            self.text(Directive::SyslogIdentifier, tag);
        }
        self.standard_io();
        self.output();
    }

    fn standard_io(&mut self) {
        let logs = self.options.logs == Logs::Files && self.uses_log();
        let Some(io) = &self.service.io else {
            if logs {
                self.log_file();
            }
            return;
        };
        let origin = io.origin;
        match io.value {
            Io::Log if logs => self.log_file(),
            Io::Log => self.account.is_default(origin, "StandardOutput=journal"),
            Io::Null => {
                self.put(Directive::StandardOutput, "null", origin);
                self.put(Directive::StandardError, "null", origin);
            }
            Io::Console if self.options.target >= Version(236) => {
                for directive in
                    [Directive::StandardInput, Directive::StandardOutput, Directive::StandardError]
                {
                    self.put(directive, "file:/dev/console", origin);
                }
            }
            Io::Console => {
                self.terminal(None, origin);
                self.older(
                    origin,
                    "cannot open a file: the console is opened as a terminal for output only",
                    "StandardOutput=tty",
                );
            }
            Io::ConsoleOwner => self.terminal(Some("tty-force"), origin),
        }
    }

    fn terminal(&mut self, input: Option<&str>, origin: Origin) {
        if let Some(input) = input {
            self.put(Directive::StandardInput, input, origin);
        }
        self.put(Directive::StandardOutput, "tty", origin);
        self.put(Directive::StandardError, "tty", origin);
        self.put(Directive::TTYPath, "/dev/console", origin);
    }

    fn install(&mut self) {
        let Some(instance) = &self.service.instance else { return };
        let origin = instance.origin;
        self.account.became(origin, format!("a template, {}", self.unit.name));
        if instance.value.variables.len() > 1 {
            let value = format!("-{}/upstart-env/{}@%I", manager::runtime_dir(self.service.scope), self.stem);
            self.put(Directive::EnvironmentFile, value.clone(), origin);
            self.find(
                Finding::new(
                    Code::InstanceName,
                    "the name of an instance holds several variables, and cannot be split into them",
                )
                .at(origin)
                .became(format!("EnvironmentFile={value}"))
                .help("whoever starts an instance writes its variables to that file first"),
            );
        }
        if let Some(default) = &instance.value.default {
            let default = names::escape(default);
            if default.is_empty() {
                self.find(
                    Finding::new(
                        Code::InstanceName,
                        "the default instance has an empty name, and a unit's cannot be empty",
                    )
                    .at(origin)
                    .help("choose a name for it"),
                );
            } else {
                self.put(Directive::DefaultInstance, default, origin);
            }
        }
    }
}

fn is_apparmor(hook: &crate::service::Hook) -> bool {
    matches!(&hook.command.value.run, crate::service::Run::Argv(words) if words[0].ends_with(b"apparmor_parser"))
}

/// Whether that version takes a text for the name of a user or group. 232 to 242 are strict, and two
/// of them run the service as root if the name does not please them.
fn account_name(name: &[u8], target: Version) -> bool {
    let numeric = !name.is_empty() && name.iter().all(u8::is_ascii_digit);
    let first = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'_';
    let strict = name.first().is_some_and(first)
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        && name.len() <= 31;
    let relaxed = name.first().is_some_and(|byte| *byte != b'-' && !byte.is_ascii_control())
        && name
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-.@+".contains(byte) || !byte.is_ascii())
        && name != b"."
        && name != b".."
        && name.to_str().is_ok();
    let is_strict = (Version(232)..Version(243)).contains(&target);
    numeric || strict || (relaxed && !is_strict)
}

fn limit_directive(resource: Resource) -> Directive {
    match resource {
        Resource::As => Directive::LimitAS,
        Resource::Core => Directive::LimitCORE,
        Resource::Cpu => Directive::LimitCPU,
        Resource::Data => Directive::LimitDATA,
        Resource::Fsize => Directive::LimitFSIZE,
        Resource::Locks => Directive::LimitLOCKS,
        Resource::Memlock => Directive::LimitMEMLOCK,
        Resource::Msgqueue => Directive::LimitMSGQUEUE,
        Resource::Nice => Directive::LimitNICE,
        Resource::Nofile => Directive::LimitNOFILE,
        Resource::Nproc => Directive::LimitNPROC,
        Resource::Rss => Directive::LimitRSS,
        Resource::Rtprio => Directive::LimitRTPRIO,
        Resource::Rttime => Directive::LimitRTTIME,
        Resource::Sigpending => Directive::LimitSIGPENDING,
        Resource::Stack => Directive::LimitSTACK,
    }
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
