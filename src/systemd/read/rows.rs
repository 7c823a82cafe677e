//! Directives of which a row says all that there is to read.

use super::Reader;
use crate::service::{Service, SettingKind};
use crate::systemd::load::Setting;
use crate::text::{Sourced, Text};

/// A field of a service.
type Field<T> = fn(&mut Service) -> &mut Option<Sourced<T>>;

/// Where a text of the unit goes, its specifiers resolved.
const TEXTS: &[(&str, Field<Text>)] = &[
    ("Description", |service| &mut service.description),
    ("User", |service| &mut service.user),
    ("Group", |service| &mut service.group),
    ("RootDirectory", |service| &mut service.root),
    ("AppArmorProfile", |service| &mut service.apparmor_profile),
    ("BusName", |service| &mut service.bus_name),
];

/// What is kept as a setting of systemd alone, and what holds with it.
const KEPT: &[(&str, SettingKind, &str)] = &[
    ("RestartSteps", SettingKind::Behaviour, "pauses before restarts grow"),
    ("RestartMaxDelaySec", SettingKind::Behaviour, "pauses before restarts grow"),
    ("RestartMode", SettingKind::Behaviour, "what others see of a restart"),
    ("RuntimeMaxSec", SettingKind::TimeLimit, ""),
    ("TimeoutAbortSec", SettingKind::TimeLimit, ""),
    ("RuntimeRandomizedExtraSec", SettingKind::TimeLimit, ""),
    ("RestartKillSignal", SettingKind::Behaviour, "another signal in its place"),
    ("FinalKillSignal", SettingKind::Behaviour, "another signal in its place"),
    ("PropagatesReloadTo", SettingKind::Dependency, ""),
    ("ReloadPropagatedFrom", SettingKind::Dependency, ""),
    ("PropagatesStopTo", SettingKind::Dependency, ""),
    ("SurviveFinalKillSignal", SettingKind::Behaviour, "it outlives the last KILL"),
];

/// What is kept where it is switched on, and by default is not.
const KEPT_IF_ON: &[(&str, &str)] = &[
    ("SendSIGHUP", "HUP follows the first signal"),
    ("RootDirectoryStartOnly", "hooks run outside of the root directory"),
    ("CPUSchedulingResetOnFork", "children are scheduled as usual"),
];

/// What is looked at once all of the unit has been read.
const DEFERRED: &str = "Type RemainAfterExit ReloadSignal PermissionsStartOnly DefaultDependencies StartLimitIntervalSec \
    StartLimitBurst RuntimeDirectoryPreserve StandardOutput StandardError";

/// What nothing is made of, and why.
const NO_EFFECT: &[(&str, &str)] = &[
    ("GuessMainPID", "Upstart finds the process by itself"),
    ("NotifyAccess", "Upstart finds the process by itself"),
    ("TimeoutStartFailureMode", "there is no such time limit"),
    ("TimeoutStopFailureMode", "there is no such time limit"),
    ("RequiresMountsFor", "file systems are mounted by then"),
    ("SetLoginEnvironment", "Upstart sets no such variables"),
    ("SyslogIdentifier", "the log has the name of the job"),
];

impl Reader<'_> {
    pub(super) fn row(&mut self, setting: &Setting, name: &str) -> bool {
        if let Some((_, place)) = TEXTS.iter().find(|(known, _)| *known == name) {
            let text = self.resolved(&setting.value, setting);
            *place(&mut self.service) = Some(setting.sourced(text));
        } else if let Some((_, kind, about)) = KEPT.iter().find(|(known, ..)| *known == name) {
            self.keep(setting, *kind, about);
        } else if let Some((_, about)) = KEPT_IF_ON.iter().find(|(known, _)| *known == name) {
            if self.is_on(setting) {
                self.keep(setting, SettingKind::Behaviour, about);
            }
        } else if let Some((_, why)) = NO_EFFECT.iter().find(|(known, _)| *known == name) {
            self.no_effect(setting, why);
        } else {
            return DEFERRED.split(' ').any(|known| known == name);
        }
        true
    }
}
