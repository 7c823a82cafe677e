//! `[Service]`: how the service becomes ready, when it is started again, how it is stopped.

use super::Reader;
use super::unit::flag;
use crate::findings::codes;
use crate::service::{Exit, Reach, Ready, RestartOn, SettingKind};
use crate::systemd::load::Setting;
use crate::systemd::value::{self, Time, Value};
use crate::text::{Sourced, Text};

impl Reader<'_> {
    pub(super) fn life(&mut self, setting: &Setting, name: &str) -> bool {
        match name {
            "PIDFile" => {
                let path = self.resolved(&setting.value, setting);
                // A relative one lies below /run.
                let base: &[u8] = if path.starts_with(b"/") { b"" } else { b"/run/" };
                self.service.pid_file = Some(setting.sourced(Text::from([base, &path].concat())));
            }
            "Restart" => self.restart(setting),
            "RestartSec" => match setting.typed {
                Value::Time(Time::Span(span)) => {
                    let micros = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
                    self.service.restart.delay = Some(setting.sourced(micros));
                }
                _ => self.keep(setting, SettingKind::Behaviour, "it is never started again in time"),
            },
            "SuccessExitStatus" | "RestartPreventExitStatus" | "RestartForceExitStatus" => {
                let exits = self.exits(setting);
                let list = match name {
                    "SuccessExitStatus" => &mut self.service.success,
                    "RestartPreventExitStatus" => &mut self.service.restart.except,
                    _ => &mut self.service.restart.also,
                };
                list.extend(exits);
            }
            "TimeoutSec" | "TimeoutStopSec" => match setting.typed {
                Value::Time(Time::Span(span)) => {
                    let seconds = span.as_secs() + u64::from(span.subsec_nanos() > 0);
                    self.service.stop.timeout = Some(setting.sourced(seconds));
                }
                _ => self.service.stop.never_kills = Some(setting.origin),
            },
            "TimeoutStartSec" => match setting.typed {
                Value::Time(Time::Forever) => self.no_effect(setting, "Upstart waits without a limit"),
                _ => self.keep(setting, SettingKind::TimeLimit, ""),
            },
            "KillMode" => {
                let reach = match setting.value.as_slice() {
                    b"control-group" => Reach::All,
                    b"mixed" => Reach::MainThenAll,
                    b"process" => Reach::Main,
                    _ => Reach::Nobody,
                };
                self.service.stop.reach = Some(setting.sourced(reach));
            }
            "KillSignal" => {
                if let Value::Signal(signal) = setting.typed {
                    self.service.stop.signal = Some(setting.sourced(signal));
                }
            }
            "SendSIGKILL" => match flag(setting) {
                Some(flag) if !flag.value => self.service.stop.never_kills = flag.origin(),
                _ => self.is_default(setting, "the default"),
            },
            "ExitType" if setting.value.as_slice() == b"cgroup" => {
                self.keep(setting, SettingKind::Behaviour, "it runs as long as any process of it does");
            }
            "ExitType" => self.is_default(setting, "the default"),
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
            b"on-watchdog" => return self.keep(setting, SettingKind::Watch, ""),
            _ => return self.is_default(setting, "it is not started again"),
        };
        self.service.restart.on = Some(setting.sourced(on));
    }

    fn exits(&mut self, setting: &Setting) -> Vec<Sourced<Exit>> {
        let Ok(endings) = value::status::endings(&setting.value) else { return Vec::new() };
        if endings.statuses.is_empty() && endings.signals.is_empty() {
            self.no_effect(setting, "it names no ending");
        }
        let statuses = endings.statuses.into_iter().map(|status| Exit::Status(status.into()));
        let exits = statuses.chain(endings.signals.into_iter().map(Exit::Signal));
        exits.map(|exit| setting.sourced(exit)).collect()
    }

    /// When the start counts as done.
    pub(super) fn readiness(&mut self) {
        let kind = self.last("Type");
        let remains = self.last("RemainAfterExit").and_then(flag);
        let bus_name = self.service.bus_name.as_ref();
        let mut origin = kind.map(|kind| kind.origin);
        let mut ready = match kind.map_or(b"".as_slice(), |kind| kind.value.as_slice()) {
            b"forking" => Ready::Forked(0),
            b"oneshot" => Ready::Finished,
            b"notify" | b"notify-reload" => Ready::Notified,
            b"dbus" => Ready::OnBus,
            b"" if bus_name.is_some() => Ready::OnBus,
            b"" if self.service.main.is_empty() => Ready::Finished,
            _ => Ready::Executed,
        };
        if ready == Ready::OnBus {
            origin = origin.or(bus_name.and_then(Sourced::origin));
        }
        if let (Ready::Executed, Some(stop)) = (ready, self.deferred.raises_stop.take()) {
            (ready, origin) = (Ready::Stopped, origin.or(Some(stop)));
        }
        // A wrapper that may leave something running, or nothing: there is no process to follow.
        let is_wrapper = ready == Ready::Forked(0)
            && remains.as_ref().is_some_and(|remains| remains.value)
            && self.service.pid_file.is_none();
        if is_wrapper {
            ready = Ready::Finished;
            self.raise(codes::wrapper_leaves_processes(), origin);
        }
        self.service.ready = Sourced::new(ready, origin);
        let Some(remains) = remains else { return };
        self.service.stays_up = remains.value && ready == Ready::Finished;
        let (account, origin) = (&mut self.account, remains.origin());
        if !remains.value {
            account.is_default(origin, "the default");
        } else if self.service.stays_up {
            account.implied(origin, "no main process");
        } else {
            self.deferred.stays_without_process = true;
            account.no_effect(origin, "it stays up when its process has ended");
        }
    }
}
