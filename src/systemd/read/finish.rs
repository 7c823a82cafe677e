//! What can be said only when all of a unit has been read.

use bstr::ByteSlice as _;

use super::{Kind, Reader};
use crate::findings::{Code, Finding};
use crate::service::{
    Bond, Command, DirectoryKind, Hook, Milestone, Part, Party, Phase, Rate, Reload, Run, Stage, When,
};
use crate::systemd::load::{Loaded, Setting, UnitFiles, UnitType};
use crate::systemd::value::{self, time::Time};
use crate::text::{Origin, Sourced, Text};

/// What is kept for the end.
#[derive(Default)]
pub(super) struct Later {
    pub(super) kind: Option<Setting>,
    pub(super) remains: Option<Sourced<bool>>,
    pub(super) default_dependencies: Option<Sourced<bool>>,
    pub(super) stops_when_unneeded: Option<Setting>,
    pub(super) limit_interval: Option<Setting>,
    pub(super) limit_burst: Option<Setting>,
    pub(super) default_instance: Option<Sourced<Text>>,
    pub(super) reload_signal: Option<Setting>,
    /// What a reload runs besides a signal.
    pub(super) reload_commands: Vec<Origin>,
    pub(super) only_start: Option<Sourced<bool>>,
    pub(super) modes: Vec<(DirectoryKind, Sourced<u32>)>,
    pub(super) preserve: Option<Setting>,
    pub(super) optional_directory: Option<Sourced<Text>>,
    pub(super) terminal: Option<Setting>,
    pub(super) output: Option<Setting>,
    pub(super) error: Option<Setting>,
    /// Standard input, where it is the console but no terminal.
    pub(super) console: Option<Setting>,
    /// Where it is said that the main process stops itself once it is ready.
    pub(super) raises_stop: Option<Origin>,
    /// Variables that hold the name of the instance.
    pub(super) instance_variables: Vec<(Text, Vec<Part>, Origin)>,
    /// It counts as up although its process has ended.
    pub(super) stays_without_process: bool,
}

/// Restarts of systemd without a word of the unit: five starts in ten seconds (systemd-system.conf(5)).
const DEFAULT_BURST: u32 = 5;
const DEFAULT_INTERVAL: u64 = 10;

/// Seconds until KILL without a word of the unit.
const DEFAULT_STOP: u64 = 90;

impl Reader<'_> {
    pub(super) fn finish(&mut self) {
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
        if self.name.kind() == UnitType::Target {
            self.service.is_group = true;
            self.service.stays_up = true;
        } else if self.service.stop.timeout.is_none() && self.service.stop.never_kills.is_none() {
            self.service.stop.timeout = Some(Sourced::new(DEFAULT_STOP, Origin::default()));
        }
        if let Some(directory) = self.later.optional_directory.take() {
            self.findings.push(
                Finding::new(
                    Code::LostBehaviour,
                    format!("the job fails where {} is missing; the unit goes to `/` then", directory.value),
                )
                .at(directory.origin)
                .help("see that the directory is there"),
            );
            self.service.directory = Some(directory);
        }
        if self.later.stays_without_process {
            self.findings.push(
                Finding::new(
                    Code::LostBehaviour,
                    "the job is down when its process has ended; the unit stays up",
                )
                .see(self.service.ready.origin, "")
                .help("what starts or stops with it has to bear that"),
            );
        }
        self.without_main();
    }

    /// What stays up without a process is made by its commands before the start counts as done.
    fn without_main(&mut self) {
        if !self.service.stays_up {
            return;
        }
        let idle = |run: &Run| {
            matches!(run, Run::Argv(words) if words.len() == 1
            && matches!(words[0].as_slice(), b"/bin/true" | b"/usr/bin/true"))
        };
        for main in std::mem::take(&mut self.service.main) {
            if idle(&main.value.run) {
                self.account.is_default(main.origin, "a command that does nothing");
                continue;
            }
            let ignored = main.value.ignored;
            let failure =
                if ignored { crate::service::Failure::Ignored } else { crate::service::Failure::FailsStart };
            self.service.hooks.push(Hook {
                stage: Stage::PreStart,
                command: main,
                failure,
                when: When::Always,
                steps: Vec::new(),
            });
        }
    }

    fn start_limit(&mut self) {
        let (interval, burst) = (self.later.limit_interval.take(), self.later.limit_burst.take());
        let restart = &self.service.restart;
        let restarts = restart.on.as_ref().map(|on| on.origin);
        let Some(mut origin) = restarts.or_else(|| restart.also.first().map(|exit| exit.origin)) else {
            for setting in [interval, burst].into_iter().flatten() {
                self.settled(&setting, "nothing is started again");
            }
            return;
        };
        let mut seconds = DEFAULT_INTERVAL;
        let mut starts = DEFAULT_BURST;
        if let Some(setting) = &interval {
            origin = self.at(setting.origin);
            seconds = match value::time::seconds(&setting.value) {
                Ok(Time::Span(span)) => span.as_secs() + u64::from(span.subsec_nanos() > 0),
                _ => u64::from(u32::MAX),
            };
        }
        if let Some(setting) = &burst {
            origin = self.at(setting.origin);
            starts = value::number::unsigned(&setting.value)
                .ok()
                .and_then(|n| u32::try_from(n).ok())
                .unwrap_or(starts);
            self.settled(setting, "respawn limit");
        }
        if let Some(setting) = &interval {
            self.settled(setting, "respawn limit");
        }
        let rate = if seconds == 0 || starts == 0 {
            Rate::Unlimited
        } else {
            Rate::Limited { restarts: starts - 1, interval: seconds }
        };
        self.service.restart.rate = Some(Sourced::new(rate, origin));
    }

    fn instance_variables(&mut self) {
        for (name, parts, origin) in std::mem::take(&mut self.later.instance_variables) {
            if let [Part::Value(_)] = parts.as_slice()
                && let Some(instance) = &mut self.service.instance
                && instance.value.variables == [Text::from("INSTANCE")]
            {
                // The variable that the unit gives the name to is the one that starts the instance.
                let pattern = instance.value.default.as_ref().map_or_else(
                    || [b"$", name.as_slice()].concat(),
                    |default| [b"${".as_slice(), &name, b":-", default, b"}"].concat(),
                );
                instance.value.pattern = pattern.into();
                instance.value.variables = vec![name.clone()];
                self.rename_instance(&name);
                self.service.environment.push(Sourced::new(crate::service::Variable::Instance(name), origin));
                continue;
            }
            self.findings.push(
                Finding::new(Code::LostBehaviour, format!("`env` cannot hold the instance: {name}"))
                    .at(origin)
                    .help("set it in a script that then runs the program"),
            );
        }
    }

    fn rename_instance(&mut self, to: &Text) {
        let rename = |command: &mut Command| {
            if let Run::Expand(words) = &mut command.run {
                for part in words.iter_mut().flatten() {
                    if let Part::Value(name) = part
                        && name.as_slice() == b"INSTANCE"
                    {
                        *name = to.clone();
                    }
                }
            }
        };
        self.service.main.iter_mut().for_each(|main| rename(&mut main.value));
        self.service.hooks.iter_mut().for_each(|hook| rename(&mut hook.command.value));
        let (before, after) = (b"$INSTANCE".as_slice(), [b"$", to.as_slice()].concat());
        let rename = |text: &mut Text| *text = Text::from(text.replace(before, &after));
        self.service.directories.iter_mut().for_each(|directory| rename(&mut directory.value.name));
        self.service.conditions.iter_mut().for_each(|check| rename(&mut check.value.path));
        self.service.environment_files.iter_mut().for_each(|file| rename(&mut file.value.path));
        if let Some(description) = &mut self.service.description {
            rename(&mut description.value);
        }
    }

    /// Where in the life of the machine it runs.
    fn phase(&mut self) {
        let Some(default) = self.later.default_dependencies.take() else { return };
        if default.value {
            self.account.is_default(default.origin, "the default");
            return;
        }
        self.account.is_default(default.origin, "the event that starts the job");
        let late = self.service.relations.iter().any(|tie| {
            matches!(tie.value.to, Party::Milestone(Milestone::MultiUser | Milestone::Graphical))
                && tie.value.bond == Bond::StartedBy
        });
        if !late {
            self.service.phase = Phase::Early;
        }
    }

    /// A stop that another one's stop brings along, whoever asked for it.
    fn stops(&mut self) {
        let propagated: Vec<Party> = self.parties(Bond::StopsAfter);
        let follows: Vec<Party> = self.parties(Bond::Follows);
        for tie in &mut self.service.relations {
            let both = propagated.contains(&tie.value.to) && follows.contains(&tie.value.to);
            if both && matches!(tie.value.bond, Bond::StopsAfter | Bond::Follows) {
                tie.value.bond = Bond::StopsBefore;
            }
        }
        // At shutdown everything stops; what is there early is killed, unless it has something to do then.
        let acts = self.service.phase == Phase::Early
            && self.service.hooks.iter().any(|hook| hook.stage.is_of_stop());
        self.service.relations.retain(|tie| {
            let shutdown = tie.value.to == Party::Milestone(Milestone::Shutdown)
                && (tie.value.bond == Bond::Before || tie.value.bond == Bond::StoppedBy && !acts);
            if shutdown {
                self.account.is_default(tie.origin, "the end of the system");
            }
            !shutdown
        });
    }

    fn parties(&self, bond: Bond) -> Vec<Party> {
        let ties = self.service.relations.iter().filter(|tie| tie.value.bond == bond);
        ties.map(|tie| tie.value.to.clone()).collect()
    }

    /// `PermissionsStartOnly=`: everything but the main process runs as root.
    fn privileges(&mut self) {
        let Some(only_start) = self.later.only_start.take() else { return };
        if only_start.value {
            for hook in &mut self.service.hooks {
                hook.command.value.privileged = true;
            }
        }
        self.account.is_default(only_start.origin, "whose processes they are");
    }

    fn reload_signal(&mut self) {
        let Some(setting) = self.later.reload_signal.take() else { return };
        if let Ok(signal) = value::status::signal(&setting.value)
            && self.service.reload.is_none()
        {
            self.service.reload = Some(self.sourced(Reload::Signal(signal), &setting));
        } else {
            self.settled(&setting, "ExecReload= says otherwise");
        }
    }

    /// What the unit is to the other side.
    pub(super) fn kind(&mut self, files: &UnitFiles, unit: &Loaded) -> Kind {
        let stops = self.later.stops_when_unneeded.take();
        if files.masked {
            return Kind::Masked;
        }
        match unit.name.kind() {
            UnitType::Target if stops.is_some() && self.service.relations.is_empty() => Kind::Event,
            UnitType::Target if matches!(super::party::party(&unit.name), Party::Milestone(_)) => Kind::Event,
            UnitType::Service | UnitType::Target => {
                if let Some(setting) = stops {
                    let about = "it stops when nothing needs it";
                    self.keep(&setting, crate::service::SettingKind::Behaviour, about);
                }
                Kind::Job
            }
            _ => Kind::NoService,
        }
    }
}
