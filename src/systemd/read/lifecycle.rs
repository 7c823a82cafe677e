//! `[Service]`: how the service becomes ready, when it is started again, how it is stopped.

use super::Reader;
use crate::findings::{Code, Finding};
use crate::service::{Exit, Reach, Ready, Restart, RestartOn, SettingKind};
use crate::systemd::load::Setting;
use crate::systemd::value::{self, time::Time};
use crate::text::{Sourced, Text};

impl Reader<'_> {
    pub(super) fn life(&mut self, setting: &Setting, name: &str) -> bool {
        match name {
            "Type" => self.later.kind = Some(setting.clone()),
            "RemainAfterExit" => self.later.remains = self.flag(setting),
            "PIDFile" => {
                let path = self.resolved(&setting.value, setting);
                // A relative one lies below /run.
                let path = if path.starts_with(b"/") {
                    path
                } else {
                    Text::from([b"/run/".as_slice(), &path].concat())
                };
                self.service.pid_file = Some(self.sourced(path, setting));
            }
            "BusName" => {
                let name = self.resolved(&setting.value, setting);
                self.service.bus_name = Some(self.sourced(name, setting));
            }
            "GuessMainPID" | "NotifyAccess" => self.settled(setting, "Upstart finds the process by itself"),
            "Restart" => self.restart(setting),
            "RestartSec" => match value::time::seconds(&setting.value) {
                Ok(Time::Span(span)) => {
                    let micros = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
                    self.service.restart.delay = Some(self.sourced(micros, setting));
                }
                _ => self.keep(setting, SettingKind::Behaviour, "it is never started again in time"),
            },
            "RestartSteps" | "RestartMaxDelaySec" => {
                self.keep(setting, SettingKind::Behaviour, "pauses before restarts grow");
            }
            "RestartMode" => self.keep(setting, SettingKind::Behaviour, "what others see of a restart"),
            "SuccessExitStatus" => {
                let exits = self.exits(setting);
                self.service.success.extend(exits);
            }
            "RestartPreventExitStatus" => {
                let exits = self.exits(setting);
                self.service.restart.except.extend(exits);
            }
            "RestartForceExitStatus" => {
                let exits = self.exits(setting);
                self.service.restart.also.extend(exits);
            }
            "TimeoutSec" => {
                self.stop_timeout(setting);
            }
            "TimeoutStopSec" => self.stop_timeout(setting),
            "TimeoutStartSec" => match value::time::timeout(&setting.value) {
                Ok(Time::Forever) => self.settled(setting, "Upstart waits without a limit"),
                _ => self.keep(setting, SettingKind::TimeLimit, ""),
            },
            "RuntimeMaxSec" | "TimeoutAbortSec" | "RuntimeRandomizedExtraSec" => {
                self.keep(setting, SettingKind::TimeLimit, "");
            }
            "TimeoutStartFailureMode" | "TimeoutStopFailureMode" => {
                self.settled(setting, "there is no such time limit");
            }
            "KillMode" => self.kill_mode(setting),
            "KillSignal" => {
                if let Ok(signal) = value::status::signal(&setting.value) {
                    self.service.stop.signal = Some(self.sourced(signal, setting));
                }
            }
            "SendSIGKILL" => match self.flag(setting) {
                Some(flag) if !flag.value => self.service.stop.never_kills = Some(flag.origin),
                _ => self.settled(setting, "the default"),
            },
            "SendSIGHUP" => match self.flag(setting) {
                Some(flag) if flag.value => {
                    self.keep(setting, SettingKind::Behaviour, "HUP follows the first signal");
                }
                _ => self.settled(setting, "the default"),
            },
            "RestartKillSignal" | "FinalKillSignal" => {
                self.keep(setting, SettingKind::Behaviour, "another signal in its place");
            }
            "ReloadSignal" => self.later.reload_signal = Some(setting.clone()),
            "PermissionsStartOnly" => self.later.only_start = self.flag(setting),
            "RootDirectoryStartOnly" => match self.flag(setting) {
                Some(flag) if flag.value => {
                    self.keep(setting, SettingKind::Behaviour, "hooks run outside of the root directory");
                }
                _ => self.settled(setting, "the default"),
            },
            "ExitType" => match setting.value.as_slice() {
                b"cgroup" => {
                    self.keep(setting, SettingKind::Behaviour, "it runs as long as any process of it does");
                }
                _ => self.settled(setting, "the default"),
            },
            _ => return false,
        }
        true
    }

    fn restart(&mut self, setting: &Setting) {
        let on = match setting.value.as_slice() {
            b"always" => RestartOn::Always,
            b"on-failure" => RestartOn::Failure,
            b"on-success" => RestartOn::Success,
            b"on-abnormal" | b"on-abort" => RestartOn::Abnormal,
            b"on-watchdog" => {
                self.keep(setting, SettingKind::Watch, "");
                return;
            }
            _ => {
                self.settled(setting, "it is not started again");
                return;
            }
        };
        let on = self.sourced(on, setting);
        self.service.restart = Restart { on: Some(on), ..std::mem::take(&mut self.service.restart) };
    }

    fn exits(&mut self, setting: &Setting) -> Vec<Sourced<Exit>> {
        let Ok(endings) = value::status::endings(&setting.value) else { return Vec::new() };
        let statuses = endings.statuses.iter().map(|status| Exit::Status(u32::from(*status)));
        let exits: Vec<Exit> =
            statuses.chain(endings.signals.iter().map(|signal| Exit::Signal(*signal))).collect();
        if exits.is_empty() {
            self.settled(setting, "it names no ending");
        }
        exits.into_iter().map(|exit| self.sourced(exit, setting)).collect()
    }

    fn stop_timeout(&mut self, setting: &Setting) {
        match value::time::timeout(&setting.value) {
            Ok(Time::Span(span)) => {
                let seconds = span.as_secs() + u64::from(span.subsec_nanos() > 0);
                self.service.stop.timeout = Some(self.sourced(seconds, setting));
            }
            _ => self.service.stop.never_kills = Some(self.at(setting.origin)),
        }
    }

    fn kill_mode(&mut self, setting: &Setting) {
        let reach = match setting.value.as_slice() {
            b"control-group" => Reach::All,
            b"mixed" => Reach::MainThenAll,
            b"process" => Reach::Main,
            _ => Reach::Nobody,
        };
        self.service.stop.reach = Some(self.sourced(reach, setting));
    }

    /// When the start counts as done.
    pub(super) fn readiness(&mut self) {
        let kind = self.later.kind.take();
        let word = kind.as_ref().map_or(b"".as_slice(), |kind| kind.value.as_slice());
        let has_start = !self.service.main.is_empty();
        let mut ready = match word {
            b"forking" => Ready::Forked(0),
            b"oneshot" => Ready::Finished,
            b"notify" | b"notify-reload" => Ready::Notified,
            b"dbus" => Ready::OnBus,
            b"" if self.service.bus_name.is_some() => Ready::OnBus,
            b"" if !has_start => Ready::Finished,
            _ => Ready::Executed,
        };
        let mut origin = kind.as_ref().map(|kind| self.at(kind.origin));
        if ready == Ready::OnBus && origin.is_none() {
            origin = self.service.bus_name.as_ref().map(|name| name.origin);
        }
        if let (Ready::Executed, Some(stop)) = (ready, self.later.raises_stop.take()) {
            (ready, origin) = (Ready::Stopped, origin.or(Some(stop)));
        }
        let remains = self.later.remains.take();
        // A wrapper that may leave something running, or nothing: there is no process to follow.
        let is_wrapper = ready == Ready::Forked(0)
            && remains.as_ref().is_some_and(|remains| remains.value)
            && self.service.pid_file.is_none();
        if is_wrapper {
            ready = Ready::Finished;
            self.findings.push(
                Finding::new(
                    Code::LostBehaviour,
                    "what the command leaves running belongs to no job: Upstart neither sees its end nor stops it",
                )
                .at(origin.unwrap_or_default())
                .help("ExecStop= has to end it; or let the program run in the foreground"),
            );
        }
        self.service.ready = Sourced::new(ready, origin.unwrap_or_default());
        if let Some(remains) = remains {
            let stays = remains.value && ready == Ready::Finished;
            self.service.stays_up = stays;
            let why = match (remains.value, ready) {
                (false, _) => "the default",
                (true, Ready::Finished) => "no main process",
                (true, _) => {
                    self.later.stays_without_process = true;
                    "it stays up when its process has ended"
                }
            };
            self.account.is_default(remains.origin, why);
        }
    }
}
