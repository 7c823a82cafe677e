//! What processes run with: systemd.exec(5), systemd.resource-control(5).

use super::unit::flag;
use super::{Reader, recipes};
use crate::findings::codes;
use crate::service::{
    CgroupSetting, Directory, DirectoryKind, EnvironmentFile, Io, IoClass, IoPriority, Output, Part, Scheduling,
    SchedulingPolicy, SettingKind, Sink, Variable,
};
use crate::systemd::counterparts::{self, IO_CLASSES, POLICIES, meaning};
use crate::systemd::load::Setting;
use crate::systemd::value::{
    self, Amount, Value, environment, limit, path,
    words::{self, Rules},
};
use crate::text::{Sourced, Text};

/// A share of the processor that every group has unless told otherwise: as systemd says it today, and as
/// it and the kernel said it before.
const SHARES: (i64, i64) = (100, 1024);

/// More processors than anybody counts.
const MOST_CPUS: u32 = 8192;

impl Reader<'_> {
    pub(super) fn exec(&mut self, setting: &Setting, name: &str) -> bool {
        if let Some(resource) = limit::resource(name) {
            if let Value::Limit(limit) = setting.typed {
                self.service.limits.insert(resource, setting.sourced(limit));
            }
            return true;
        }
        match counterparts::directory_kind(name) {
            Some((kind, false)) => self.directories(kind, setting),
            // The mode counts for all of them.
            Some((_, true)) => {}
            None => {
                return self.account(setting, name)
                    || self.scheduling(setting, name)
                    || self.place(setting, name)
                    || self.variables(setting, name)
                    || self.streams(setting, name);
            }
        }
        true
    }

    fn account(&mut self, setting: &Setting, name: &str) -> bool {
        match name {
            "SupplementaryGroups" => {
                for group in words::split(&setting.value, Rules::QUOTED).unwrap_or_default() {
                    let group = self.resolved(&group, setting);
                    self.service.supplementary_groups.push(setting.sourced(group));
                }
            }
            "DynamicUser" => self.service.dynamic_user = self.is_on(setting).then_some(setting.origin),
            "MemoryMax" | "MemoryLimit" => match setting.typed {
                Value::Amount(Amount::Of(bytes)) => self.cgroup("memory", "limit_in_bytes", bytes, setting),
                Value::Amount(Amount::Unlimited) => self.is_default(setting, "the default"),
                _ => self.keep(setting, SettingKind::Share, "memory"),
            },
            "CPUWeight" | "CPUShares" => match setting.typed {
                Value::Number(weight) => {
                    let shares = if name == "CPUWeight" { (weight * SHARES.1 / SHARES.0).max(2) } else { weight };
                    self.cgroup("cpu", "shares", shares, setting);
                }
                _ => self.keep(setting, SettingKind::Share, "time on the processors"),
            },
            _ => return false,
        }
        true
    }

    #[allow(clippy::needless_pass_by_value, reason = "a text or a number, as the caller has it")]
    fn cgroup(&mut self, controller: &str, key: &str, value: impl ToString, setting: &Setting) {
        let (key, value) = (Some(key.into()), Some(value.to_string().into()));
        let group = CgroupSetting { controller: controller.into(), name: None, key, value };
        self.service.cgroups.push(setting.sourced(group));
    }

    /// How the kernel schedules processes (systemd.exec(5), "Scheduling").
    fn scheduling(&mut self, setting: &Setting, name: &str) -> bool {
        let value = setting.value.as_slice();
        let is_realtime = |policy| matches!(policy, SchedulingPolicy::Fifo | SchedulingPolicy::Rr);
        match name {
            "Nice" => self.service.nice = number(setting),
            "OOMScoreAdjust" => self.service.oom_score = number(setting),
            "IOSchedulingClass" => {
                if let Some(class) = meaning(IO_CLASSES, value) {
                    let level = self.service.io_priority.as_ref().and_then(|known| known.value.level);
                    self.service.io_priority = Some(setting.sourced(IoPriority { class, level }));
                }
                // A level that follows takes its place as what says the priority.
                self.implied(setting, "ionice");
            }
            "IOSchedulingPriority" => {
                let level = number(setting).map(|level| level.value);
                let known = self.service.io_priority.as_ref();
                let class = known.map_or(IoClass::BestEffort, |known| known.value.class);
                self.service.io_priority = Some(setting.sourced(IoPriority { class, level }));
                self.implied(setting, "ionice");
            }
            "CPUSchedulingPolicy" => {
                if let Some(policy) = meaning(POLICIES, value) {
                    let priority = self.service.scheduling.as_ref().map_or(0, |known| known.value.priority);
                    // Without a word of the unit, the lowest one.
                    let priority = if is_realtime(policy) { priority.max(1) } else { 0 };
                    self.service.scheduling = Some(setting.sourced(Scheduling { policy, priority }));
                }
            }
            "CPUSchedulingPriority" => {
                let priority = number(setting).map(|it| it.value).filter(|number| (1..=99).contains(number));
                if let (Some(priority), Some(known)) = (priority, &mut self.service.scheduling)
                    && is_realtime(known.value.policy)
                {
                    known.value.priority = priority;
                }
                self.implied(setting, "chrt");
            }
            "CPUAffinity" => match cpus(value) {
                Some(mut cpus) => {
                    cpus.extend(self.service.cpus.iter().flat_map(|known| &known.value));
                    cpus.sort_unstable();
                    cpus.dedup();
                    self.service.cpus = Some(setting.sourced(cpus));
                    self.implied(setting, "taskset");
                }
                None => self.keep(setting, SettingKind::Share, "the processors that it runs on"),
            },
            _ => return false,
        }
        true
    }

    fn place(&mut self, setting: &Setting, name: &str) -> bool {
        match name {
            "WorkingDirectory" => {
                let Value::WorkingDirectory(said) = &setting.typed else { return false };
                let Some(directory) = &said.path else {
                    self.keep(setting, SettingKind::Behaviour, "the home directory of the user");
                    return true;
                };
                let directory = Some(setting.sourced(self.resolved_parts(directory, setting)));
                if said.optional {
                    self.deferred.optional_directory = directory;
                } else {
                    self.service.directory = directory;
                }
            }
            "UMask" => {
                if let Value::Mode(umask) = setting.typed {
                    self.service.umask = Some(setting.sourced(umask & 0o777));
                }
            }
            "IgnoreSIGPIPE" => match flag(setting) {
                Some(flag) if flag.value => self.implied(setting, "told of every job"),
                _ => self.no_effect(setting, "Upstart lets a program die of it"),
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
                    if let [Part::Text(text)] = parts.as_slice() {
                        let variable = Variable::Set { name, value: text.clone() };
                        self.service.environment.push(setting.sourced(variable));
                    } else {
                        self.deferred.instance_variables.push((name, parts, setting.origin));
                    }
                }
            }
            "PassEnvironment" => {
                let list = environment::names(&setting.value);
                self.refused(&list.refused, setting);
                let variables = list.items.into_iter().map(|name| Variable::Inherited(name.into()));
                self.service.environment.extend(variables.map(|variable| setting.sourced(variable)));
            }
            "UnsetEnvironment" => {
                for name in words::split(&setting.value, Rules::COMMAND).unwrap_or_default() {
                    // With a value it takes away that value only, which nobody else could have given it.
                    let name = name.split(|byte| *byte == b'=').next().unwrap_or_default();
                    self.service.unset.push(setting.sourced(Text::from(name)));
                }
            }
            "EnvironmentFile" => {
                let Value::EnvironmentFile(file) = &setting.typed else { return false };
                let path = self.in_script(&file.path, setting);
                if recipes::is_of_event(&path) {
                    self.implied(setting, "the event that starts the job has them");
                    return true;
                }
                let file = EnvironmentFile { path, required: !file.optional };
                self.service.environment_files.push(setting.sourced(file));
            }
            _ => return false,
        }
        true
    }

    fn streams(&mut self, setting: &Setting, name: &str) -> bool {
        match (name, setting.value.as_slice()) {
            ("StandardInput", b"null") | ("TTYPath", b"/dev/console") => {
                self.is_default(setting, "the default");
            }
            // What becomes of it hangs on the outputs.
            ("StandardInput", value) if value == CONSOLE || is_terminal(value) => {}
            ("StandardInput", value) if value.starts_with(b"file:/") => {
                self.service.input = Some(setting.sourced(Text::from(&value[b"file:".len()..])));
            }
            ("StandardInput", _) => self.keep(setting, SettingKind::Behaviour, "standard input"),
            ("TTYPath", _) => self.keep(setting, SettingKind::Behaviour, "a terminal of its own"),
            _ => return false,
        }
        true
    }

    fn directories(&mut self, kind: DirectoryKind, setting: &Setting) {
        let list = path::directories(&setting.value);
        self.refused(&list.refused, setting);
        for directory in &list.items {
            if directory.link.is_some() {
                self.raise(codes::directory_without_link(&setting.value), setting.origin);
            }
            let name = self.in_script(&directory.path, setting);
            let directory = Directory { kind, name, mode: 0o755, removed: kind == DirectoryKind::Runtime };
            self.service.directories.push(setting.sourced(directory));
        }
    }

    /// A setting with the specifiers of its path resolved.
    fn with_path(&mut self, name: &str) -> Option<Setting> {
        let setting = self.last(name)?;
        let value = match value::Parts::read(&setting.value) {
            Ok(parts) => self.in_script(&parts, setting),
            Err(_) => setting.value.clone(),
        };
        Some(Setting { value, ..setting.clone() })
    }

    /// Where the outputs lead, once both are known.
    pub(super) fn outputs(&mut self) {
        let output = self.with_path("StandardOutput");
        let error = self.with_path("StandardError");
        let said: Vec<&Setting> = [&output, &error].into_iter().flatten().collect();
        for setting in said.iter().filter(|setting| setting.value.ends_with(b"+console")) {
            self.raise(codes::output_not_to_console(&setting.key, &setting.value), setting.origin);
        }
        let (terminal, console) = match self.last("StandardInput") {
            Some(input) if is_terminal(&input.value) => (Some(input), None),
            Some(input) if input.value.as_slice() == CONSOLE => (None, Some(input)),
            _ => (None, None),
        };
        if let Some(input) = terminal {
            return self.console(Io::ConsoleOwner, input, &said);
        }
        let own = |setting: Option<&'_ Setting>| setting.filter(|it| it.value.as_slice() != b"inherit").cloned();
        let out = own(output.as_ref()).map_or(Some(Sink::Log), |setting| sink(&setting.value));
        let err = own(error.as_ref()).map_or_else(|| out.clone(), |setting| sink(&setting.value));
        for (setting, sink) in [(&output, &out), (&error, &err)] {
            if let (Some(setting), None) = (setting, sink) {
                self.keep(setting, SettingKind::Behaviour, "where its output goes");
            }
        }
        if let Some(input) = console {
            if out == Some(Sink::Console) && err == Some(Sink::Console) {
                return self.console(Io::Console, input, &said);
            }
            self.keep(input, SettingKind::Behaviour, "standard input");
        }
        let ([first, others @ ..], Some(out), Some(err)) = (&said[..], out, err) else { return };
        for setting in others {
            self.implied(setting, "together with standard output");
        }
        let io = match (&out, &err) {
            (Sink::Log, Sink::Log) => Io::Log,
            (Sink::Null, Sink::Null) => Io::Null,
            (Sink::Console, Sink::Console) => Io::Console,
            _ => {
                self.service.output = Some(first.sourced(Output { out, error: err }));
                return;
            }
        };
        self.service.io = Some(first.sourced(io));
    }

    fn console(&mut self, io: Io, input: &Setting, outputs: &[&Setting]) {
        self.service.io = Some(input.sourced(io));
        for setting in outputs {
            self.implied(setting, "the console, as standard input");
        }
    }

    /// The modes of directories, and which of them stay.
    pub(super) fn directory_modes(&mut self) {
        for (setting, row) in self.unit.effective() {
            let (Some((kind, true)), Value::Mode(mode)) = (counterparts::directory_kind(row.today().1), &setting.typed)
            else {
                continue;
            };
            let mut why = "there is no such directory";
            for directory in self.service.directories.iter_mut().filter(|known| known.value.kind == kind) {
                directory.value.mode = *mode;
                why = "install -m";
            }
            self.no_effect(setting, why);
        }
        let Some(preserve) = self.last("RuntimeDirectoryPreserve") else { return };
        if !matches!(value::boolean(&preserve.value), Ok(false)) {
            self.service.directories.iter_mut().for_each(|directory| directory.value.removed = false);
        }
        self.no_effect(preserve, "whether post-stop takes the directories away");
    }
}

/// The console as a file.
const CONSOLE: &[u8] = b"file:/dev/console";

fn is_terminal(input: &[u8]) -> bool {
    matches!(input, b"tty" | b"tty-force" | b"tty-fail")
}

/// Where an output leads.
fn sink(value: &Text) -> Option<Sink> {
    let file = |prefix: &[u8]| value.strip_prefix(prefix).map(Text::from);
    match value.as_slice() {
        b"journal" | b"syslog" | b"journal+console" | b"syslog+console" => Some(Sink::Log),
        b"tty" | CONSOLE => Some(Sink::Console),
        b"kmsg" | b"kmsg+console" => Some(Sink::Kernel),
        b"null" => Some(Sink::Null),
        _ => file(b"append:")
            .map(Sink::Append)
            .or_else(|| file(b"truncate:").map(Sink::Truncate))
            .or_else(|| file(b"file:").map(Sink::Over)),
    }
}

pub(super) fn number<T: TryFrom<i64>>(setting: &Setting) -> Option<Sourced<T>> {
    let Value::Number(number) = setting.typed else { return None };
    T::try_from(number).ok().map(|number| setting.sourced(number))
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
