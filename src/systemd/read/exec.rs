//! What processes run with: systemd.exec(5), systemd.resource-control(5).

use super::{Reader, recipes};
use crate::findings::{Code, Finding};
use crate::service::{
    CgroupSetting, Directory, DirectoryKind, EnvironmentFile, Io, Output, Part, SettingKind, Sink, Variable,
};
use crate::systemd::counterparts;
use crate::systemd::load::Setting;
use crate::systemd::value::{
    self, environment, limit, number, path,
    words::{self, Rules},
};
use crate::text::Text;

/// A share of the processor that every group has unless told otherwise: as systemd says it today, and as
/// it and the kernel said it before.
const SHARES: (u64, u64) = (100, 1024);

impl Reader<'_> {
    pub(super) fn exec(&mut self, setting: &Setting, name: &str) -> bool {
        if let Some(resource) = limit::resource(name) {
            if let Ok(limit) = limit::limit(name, &setting.value) {
                let limit = self.sourced(limit, setting);
                self.service.limits.insert(resource, limit);
            }
            return true;
        }
        match counterparts::directory_kind(name) {
            Some((kind, false)) => {
                self.directories(kind, setting);
                return true;
            }
            Some((kind, true)) => {
                if let Ok(mode) = number::mode(&setting.value) {
                    self.later.modes.push((kind, self.sourced(mode, setting)));
                }
                return true;
            }
            None => {}
        }
        self.account(setting, name)
            || self.scheduling(setting, name)
            || self.place(setting, name)
            || self.variables(setting, name)
            || self.streams(setting, name)
    }

    fn account(&mut self, setting: &Setting, name: &str) -> bool {
        match name {
            "User" => {
                let user = self.resolved(&setting.value, setting);
                self.service.user = Some(self.sourced(user, setting));
            }
            "Group" => {
                let group = self.resolved(&setting.value, setting);
                self.service.group = Some(self.sourced(group, setting));
            }
            "SupplementaryGroups" => {
                for group in words::split(&setting.value, Rules::QUOTED).unwrap_or_default() {
                    let group = self.resolved(&group, setting);
                    let group = self.sourced(group, setting);
                    self.service.supplementary_groups.push(group);
                }
            }
            "DynamicUser" => match self.flag(setting) {
                Some(flag) if flag.value => self.service.dynamic_user = Some(flag.origin),
                _ => self.settled(setting, "the default"),
            },
            "SetLoginEnvironment" => self.settled(setting, "Upstart sets no such variables"),
            "AppArmorProfile" => {
                let profile = self.resolved(&setting.value, setting);
                self.service.apparmor_profile = Some(self.sourced(profile, setting));
            }
            "Nice" => {
                if let Some(nice) =
                    number::integer(&setting.value).ok().and_then(|nice| i32::try_from(nice).ok())
                {
                    self.service.nice = Some(self.sourced(nice, setting));
                }
            }
            "OOMScoreAdjust" => {
                if let Some(score) =
                    number::integer(&setting.value).ok().and_then(|score| i32::try_from(score).ok())
                {
                    self.service.oom_score = Some(self.sourced(score, setting));
                }
            }
            "CPUSchedulingResetOnFork" => match self.flag(setting) {
                Some(flag) if flag.value => {
                    self.keep(setting, SettingKind::Behaviour, "children are scheduled as usual");
                }
                _ => self.settled(setting, "the default"),
            },
            "MemoryMax" | "MemoryLimit" => match number::memory(&setting.value) {
                Ok(number::Amount::Of(bytes)) => self.cgroup("memory", "limit_in_bytes", bytes, setting),
                Ok(number::Amount::Unlimited) => self.settled(setting, "the default"),
                _ => self.keep(setting, SettingKind::Share, "memory"),
            },
            "CPUWeight" | "CPUShares" => match number::unsigned(&setting.value) {
                Ok(weight) => {
                    let shares =
                        if name == "CPUWeight" { (weight * SHARES.1 / SHARES.0).max(2) } else { weight };
                    self.cgroup("cpu", "shares", shares, setting);
                }
                Err(_) => self.keep(setting, SettingKind::Share, "time on the processors"),
            },
            _ => return false,
        }
        true
    }

    fn cgroup(&mut self, controller: &str, key: &str, value: u64, setting: &Setting) {
        let group = CgroupSetting {
            controller: controller.into(),
            name: None,
            key: Some(key.into()),
            value: Some(value.to_string().into()),
        };
        let group = self.sourced(group, setting);
        self.service.cgroups.push(group);
    }

    fn place(&mut self, setting: &Setting, name: &str) -> bool {
        match name {
            "WorkingDirectory" => {
                let Ok(said) = path::working_directory(&setting.value) else { return false };
                let Some(directory) = &said.path else {
                    self.keep(setting, SettingKind::Behaviour, "the home directory of the user");
                    return true;
                };
                let directory = self.resolved_parts(directory, setting);
                if said.optional {
                    self.later.optional_directory = Some(self.sourced(directory, setting));
                } else {
                    self.service.directory = Some(self.sourced(directory, setting));
                }
            }
            "RootDirectory" => {
                let root = self.resolved(&setting.value, setting);
                self.service.root = Some(self.sourced(root, setting));
            }
            "UMask" => {
                if let Ok(umask) = number::mode(&setting.value) {
                    self.service.umask = Some(self.sourced(umask & 0o777, setting));
                }
            }
            "RuntimeDirectoryPreserve" => self.later.preserve = Some(setting.clone()),
            "IgnoreSIGPIPE" => match self.flag(setting) {
                Some(flag) if flag.value => self.settled(setting, "told of every job"),
                _ => self.settled(setting, "Upstart lets a program die of it"),
            },
            _ => return false,
        }
        true
    }

    fn variables(&mut self, setting: &Setting, name: &str) -> bool {
        match name {
            "Environment" => {
                let list = environment::assignments(&setting.value);
                self.refused(&list.refused, setting);
                for entry in &list.items {
                    let name = Text::from(entry.name.as_slice());
                    let parts = self.known_parts(&entry.value, setting);
                    let [Part::Text(text)] = parts.as_slice() else {
                        self.later.instance_variables.push((name, parts, self.at(setting.origin)));
                        continue;
                    };
                    let variable = Variable::Set { name, value: text.clone() };
                    let variable = self.sourced(variable, setting);
                    self.service.environment.push(variable);
                }
            }
            "PassEnvironment" => {
                let list = environment::names(&setting.value);
                self.refused(&list.refused, setting);
                for name in list.items {
                    let variable = self.sourced(Variable::Inherited(name.into()), setting);
                    self.service.environment.push(variable);
                }
            }
            "UnsetEnvironment" => {
                for name in words::split(&setting.value, Rules::COMMAND).unwrap_or_default() {
                    // With a value it takes away that value only, which nobody else could have given it.
                    let name = name.split(|byte| *byte == b'=').next().unwrap_or_default();
                    let name = self.sourced(Text::from(name), setting);
                    self.service.unset.push(name);
                }
            }
            "EnvironmentFile" => {
                let Ok(file) = environment::file(&setting.value) else { return false };
                let path = self.in_script(&file.path, setting);
                if recipes::is_of_event(&path) {
                    self.settled(setting, "the event that starts the job has them");
                    return true;
                }
                let file = self.sourced(EnvironmentFile { path, required: !file.optional }, setting);
                self.service.environment_files.push(file);
            }
            _ => return false,
        }
        true
    }

    fn streams(&mut self, setting: &Setting, name: &str) -> bool {
        match name {
            "StandardInput" => match setting.value.as_slice() {
                b"null" => self.settled(setting, "the default"),
                b"file:/dev/console" => self.later.console = Some(setting.clone()),
                value if value.starts_with(b"file:/") => {
                    let input = Text::from(&value[b"file:".len()..]);
                    self.service.input = Some(self.sourced(input, setting));
                }
                b"tty" | b"tty-force" | b"tty-fail" => self.later.terminal = Some(setting.clone()),
                _ => self.keep(setting, SettingKind::Behaviour, "standard input"),
            },
            "StandardOutput" => self.later.output = Some(setting.clone()),
            "StandardError" => self.later.error = Some(setting.clone()),
            "TTYPath" => match setting.value.as_slice() {
                b"/dev/console" => self.settled(setting, "the default"),
                _ => self.keep(setting, SettingKind::Behaviour, "a terminal of its own"),
            },
            "SyslogIdentifier" => self.settled(setting, "the log has the name of the job"),
            _ => return false,
        }
        true
    }

    fn directories(&mut self, kind: DirectoryKind, setting: &Setting) {
        let list = path::directories(&setting.value);
        self.refused(&list.refused, setting);
        for directory in &list.items {
            if directory.link.is_some() {
                self.findings.push(
                    Finding::new(
                        Code::LostBehaviour,
                        format!("no link is made to the directory: {}", setting.value),
                    )
                    .at(self.at(setting.origin))
                    .help("make it in pre-start"),
                );
            }
            let name = self.in_script(&directory.path, setting);
            let directory = Directory { kind, name, mode: 0o755, removed: kind == DirectoryKind::Runtime };
            let directory = self.sourced(directory, setting);
            self.service.directories.push(directory);
        }
    }

    /// The same setting with the specifiers of its path resolved.
    fn with_path(&mut self, setting: Setting) -> Setting {
        match value::Parts::read(&setting.value) {
            Ok(parts) => {
                let value = self.in_script(&parts, &setting);
                Setting { value, ..setting }
            }
            Err(_) => setting,
        }
    }

    /// Where the outputs lead, once both are known.
    pub(super) fn outputs(&mut self) {
        let (output, error) = (self.later.output.take(), self.later.error.take());
        let terminal = self.later.terminal.take();
        let [output, error] = [output, error].map(|setting| setting.map(|setting| self.with_path(setting)));
        let sink = |setting: &Setting| match setting.value.as_slice() {
            b"journal" | b"syslog" | b"journal+console" | b"syslog+console" => Some(Sink::Log),
            b"tty" | b"file:/dev/console" => Some(Sink::Console),
            b"kmsg" | b"kmsg+console" => Some(Sink::Kernel),
            b"null" => Some(Sink::Null),
            value => {
                let file = |prefix: &[u8]| value.strip_prefix(prefix).map(Text::from);
                file(b"append:")
                    .map(Sink::Append)
                    .or_else(|| file(b"truncate:").map(Sink::Truncate))
                    .or_else(|| file(b"file:").map(Sink::Over))
            }
        };
        for setting in [&output, &error].into_iter().flatten() {
            if setting.value.ends_with(b"+console") {
                let message = format!(
                    "{}={}: it goes to the log, and not to the console as well",
                    setting.key, setting.value
                );
                self.findings.push(Finding::new(Code::LostBehaviour, message).at(self.at(setting.origin)));
            }
        }
        let inherits =
            |setting: &Option<Setting>| setting.as_ref().is_none_or(|it| it.value.as_slice() == b"inherit");
        if let Some(terminal) = terminal {
            let io = self.sourced(Io::ConsoleOwner, &terminal);
            self.service.io = Some(io);
            for setting in [&output, &error].into_iter().flatten() {
                self.settled(setting, "the console, as standard input");
            }
            return;
        }
        let out = match &output {
            Some(setting) if setting.value.as_slice() != b"inherit" => sink(setting),
            _ => Some(Sink::Log),
        };
        let err = match &error {
            Some(setting) if !inherits(&error) => sink(setting),
            _ => out.clone(),
        };
        for (setting, sink) in [(&output, &out), (&error, &err)] {
            if let (Some(setting), None) = (setting, sink) {
                self.keep(setting, SettingKind::Behaviour, "where its output goes");
            }
        }
        if let Some(input) = self.later.console.take() {
            if out == Some(Sink::Console) && err == Some(Sink::Console) {
                self.service.io = Some(self.sourced(Io::Console, &input));
                for setting in [&output, &error].into_iter().flatten() {
                    self.settled(setting, "the console, as standard input");
                }
                return;
            }
            self.keep(&input, SettingKind::Behaviour, "standard input");
        }
        let said: Vec<&Setting> = [&output, &error].into_iter().flatten().collect();
        let (Some(first), Some(out), Some(err)) = (said.first(), out, err) else { return };
        let io = match (&out, &err) {
            (Sink::Log, Sink::Log) => Some(Io::Log),
            (Sink::Null, Sink::Null) => Some(Io::Null),
            (Sink::Console, Sink::Console) => Some(Io::Console),
            _ => None,
        };
        let first = (*first).clone();
        for setting in &said[1..] {
            self.settled(setting, "together with standard output");
        }
        if let Some(io) = io {
            self.service.io = Some(self.sourced(io, &first));
        } else {
            let output = self.sourced(Output { out, error: err }, &first);
            self.service.output = Some(output);
        }
    }

    /// The modes of directories, and which of them stay.
    pub(super) fn directory_modes(&mut self) {
        for (kind, mode) in std::mem::take(&mut self.later.modes) {
            let mut any = false;
            for directory in
                self.service.directories.iter_mut().filter(|directory| directory.value.kind == kind)
            {
                directory.value.mode = mode.value;
                any = true;
            }
            let why = if any { "install -m" } else { "there is no such directory" };
            self.account.is_default(mode.origin, why);
        }
        let Some(preserve) = self.later.preserve.take() else { return };
        let stays =
            preserve.value.as_slice() != b"no" && !matches!(value::boolean(&preserve.value), Ok(false));
        if stays {
            for directory in &mut self.service.directories {
                directory.value.removed = false;
            }
        }
        self.settled(&preserve, "whether post-stop takes the directories away");
    }
}
