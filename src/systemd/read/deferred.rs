//! What can be said only when all of a unit has been read.

use bstr::ByteSlice as _;

use super::exec::number;
use super::specifiers::{INSTANCE, pattern};
use super::unit::flag;
use super::{Reader, UnitRole, target};
use crate::findings::{Finding, codes};
use crate::service::{
    BootTarget, DependencyKind, Failure, Hook, Part, Phase, Rate, Reload, Run, SettingKind, Stage, Target, Variable,
    When,
};
use crate::systemd::defaults;
use crate::systemd::load::{UnitFiles, UnitType};
use crate::systemd::value::{Time, Value};
use crate::text::{Init, Sourced, Text};

impl Reader<'_> {
    pub(super) fn deferred(&mut self) {
        self.readiness();
        self.start_limit();
        self.outputs();
        self.directory_modes();
        self.template();
        self.instance_variables();
        self.phase();
        self.stops();
        self.privileges();
        self.reload_signal();
        if self.unit.name.kind() == UnitType::Target {
            self.service.stays_up = true;
        } else if self.service.stop.timeout.is_none() && self.service.stop.never_kills.is_none() {
            self.service.stop.timeout = Some(Sourced::default_of(Init::Systemd, defaults::STOP_TIMEOUT));
        }
        if let Some(directory) = self.deferred.optional_directory.take() {
            let path = &directory.value;
            self.raise(codes::fails_without_directory(path), directory.origin());
            self.service.directory = Some(directory);
        }
        if self.deferred.stays_without_process {
            self.findings.push(codes::down_without_process().beside(self.service.ready.origin()));
        }
        self.without_main();
    }

    /// What stays up without a process is made by its commands before the start counts as done.
    fn without_main(&mut self) {
        if !self.service.stays_up {
            return;
        }
        for command in std::mem::take(&mut self.service.main) {
            if let Run::Argv(words) = &command.value.run
                && let [program] = words.as_slice()
                && matches!(program.as_slice(), b"/bin/true" | b"/usr/bin/true")
            {
                self.account.implied(command.origin(), "a command that does nothing");
                continue;
            }
            let failure = if command.value.ignored { Failure::Ignored } else { Failure::FailsStart };
            let (stage, when) = (Stage::PreStart, When::Always);
            self.service.hooks.push(Hook { stage, command, failure, when, steps: Vec::new() });
        }
    }

    fn start_limit(&mut self) {
        let (interval, burst) = (self.last("StartLimitIntervalSec"), self.last("StartLimitBurst"));
        let restart = &self.service.restart;
        let restarts = restart.on.as_ref().map(Sourced::origin);
        let Some(origin) = restarts.or_else(|| restart.also.first().map(Sourced::origin)) else {
            for setting in [interval, burst].into_iter().flatten() {
                self.no_effect(setting, "nothing is started again");
            }
            return;
        };
        for setting in [interval, burst].into_iter().flatten() {
            self.implied(setting, "respawn limit");
        }
        let seconds = match interval.map(|setting| &setting.typed) {
            Some(Value::Time(Time::Span(span))) => span.as_secs() + u64::from(span.subsec_nanos() > 0),
            Some(_) => u64::from(u32::MAX),
            None => defaults::START_LIMIT_INTERVAL,
        };
        let starts = burst.and_then(number).map_or(defaults::START_LIMIT_BURST, |starts| starts.value);
        let rate = if seconds == 0 || starts == 0 {
            Rate::Unlimited
        } else {
            Rate::Limited { restarts: starts - 1, interval: seconds }
        };
        let origin = burst.or(interval).map_or(origin, |setting| Some(setting.origin));
        self.service.restart.rate = Some(Sourced::new(rate, origin));
    }

    fn instance_variables(&mut self) {
        for (name, parts, origin) in std::mem::take(&mut self.deferred.instance_variables) {
            if let [Part::Value(_)] = parts.as_slice()
                && let Some(instance) = &mut self.service.instance
                && instance.value.variables == [Text::from(INSTANCE)]
            {
                // The variable that the unit gives the name to is the one that starts the instance.
                instance.value.pattern = pattern(&name, instance.value.default.as_ref());
                instance.value.variables = vec![name.clone()];
                self.rename_instance(&name);
                self.service.environment.push(Sourced::new(Variable::Instance(name), origin));
                continue;
            }
            self.raise(codes::env_without_instance(name), origin);
        }
    }

    fn rename_instance(&mut self, to: &Text) {
        let service = &mut self.service;
        let hooks = service.hooks.iter_mut().map(|hook| &mut hook.command);
        for command in service.main.iter_mut().chain(hooks) {
            let Run::Expand(words) = &mut command.value.run else { continue };
            for part in words.iter_mut().flatten() {
                if *part == Part::Value(INSTANCE.into()) {
                    *part = Part::Value(to.clone());
                }
            }
        }
        let (before, after) = (b"$INSTANCE".as_slice(), [b"$", to.as_slice()].concat());
        let rename = |text: &mut Text| *text = Text::from(text.replace(before, &after));
        service.directories.iter_mut().for_each(|directory| rename(&mut directory.value.name));
        service.conditions.iter_mut().for_each(|check| rename(&mut check.value.path));
        service.environment_files.iter_mut().for_each(|file| rename(&mut file.value.path));
        service.description.iter_mut().for_each(|description| rename(&mut description.value));
    }

    /// Where in the life of the machine it runs.
    fn phase(&mut self) {
        let Some(default) = self.last("DefaultDependencies") else { return };
        if default.typed == Value::Boolean(true) {
            return self.is_default(default, "the default");
        }
        self.implied(default, "the event that starts the job");
        let is_late = self.service.of_kind(DependencyKind::StartedBy).any(|dependency| {
            matches!(dependency.value.to, Target::BootTarget(BootTarget::MultiUser | BootTarget::Graphical))
        });
        if !is_late {
            self.service.phase = Phase::Early;
        }
    }

    /// A stop that another one's stop brings along, whoever asked for it.
    fn stops(&mut self) {
        use DependencyKind::{Before, Follows, StoppedBy, StopsAfter, StopsBefore};
        let named = |kind| self.service.of_kind(kind).map(|it| it.value.to.clone()).collect();
        let (propagated, follows): (Vec<Target>, Vec<Target>) = (named(StopsAfter), named(Follows));
        for dependency in self.service.dependencies.iter_mut().map(|known| &mut known.value) {
            let both = propagated.contains(&dependency.to) && follows.contains(&dependency.to);
            if both && matches!(dependency.kind, StopsAfter | Follows) {
                dependency.kind = StopsBefore;
            }
        }
        // At shutdown everything stops; what is there early is killed, unless it has something to do then.
        let acts = self.service.phase == Phase::Early && self.service.hooks.iter().any(|hook| hook.stage.is_of_stop());
        self.service.dependencies.retain(|dependency| {
            let kind = dependency.value.kind;
            let shutdown = dependency.value.to == Target::BootTarget(BootTarget::Shutdown)
                && (kind == Before || kind == StoppedBy && !acts);
            if shutdown {
                self.account.implied(dependency.origin(), "the end of the system");
            }
            !shutdown
        });
    }

    /// `PermissionsStartOnly=`: everything but the main process runs as root.
    fn privileges(&mut self) {
        let Some(setting) = self.last("PermissionsStartOnly") else { return };
        if flag(setting).is_some_and(|flag| flag.value) {
            self.service.hooks.iter_mut().for_each(|hook| hook.command.value.privileged = true);
        }
        self.implied(setting, "whose processes they are");
    }

    fn reload_signal(&mut self) {
        let Some(setting) = self.last("ReloadSignal") else { return };
        match setting.typed {
            Value::Signal(signal) if self.service.reload.is_none() => {
                self.service.reload = Some(setting.sourced(Reload::Signal(signal)));
            }
            _ => self.no_effect(setting, "ExecReload= says otherwise"),
        }
    }

    /// What the unit is to the other side.
    pub(super) fn kind(&mut self, files: &UnitFiles) -> UnitRole {
        let stops = self.last("StopWhenUnneeded").filter(|setting| setting.typed == Value::Boolean(true));
        let name = &self.unit.name;
        match name.kind() {
            _ if files.masked => UnitRole::Masked,
            UnitType::Target if stops.is_some() && self.service.dependencies.is_empty() => UnitRole::Event,
            UnitType::Target if matches!(target(name), Target::BootTarget(_)) => UnitRole::Event,
            UnitType::Service | UnitType::Target => {
                if let Some(setting) = stops {
                    self.keep(setting, SettingKind::Behaviour, "it stops when nothing needs it");
                }
                UnitRole::Job
            }
            _ => UnitRole::NoService,
        }
    }

    /// Tells why there is no job.
    pub(super) fn report_role(&mut self, kind: UnitRole) {
        let name = &self.unit.name;
        match kind {
            UnitRole::Job | UnitRole::Event => {}
            UnitRole::Masked => {
                self.findings.push(codes::masked_unit(name).whole());
            }
            UnitRole::NoService => {
                let kind = name.kind().suffix();
                let finding = match name.kind() {
                    UnitType::Mount | UnitType::Swap => codes::no_job_for_mount(name, kind),
                    UnitType::Socket | UnitType::Timer | UnitType::Path => codes::no_job_for_trigger(name, kind),
                    _ => codes::no_job_for_unit(name, kind),
                };
                let origins = self.unit.settings.iter().map(|setting| setting.origin);
                self.findings.push(origins.fold(finding, Finding::at));
            }
        }
    }
}
