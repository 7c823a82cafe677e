//! Units that start a service on demand: sockets, paths and timers.

use super::Reader;
use crate::findings::codes;
use crate::service::{Activation, FileChange, SettingKind};
use crate::systemd::load::{Loaded, Setting, UnitType};
use crate::systemd::table::Section;
use crate::systemd::value::Value;

/// The service that a unit starts on demand; nothing for units that start none.
pub fn triggered(unit: &Loaded) -> Option<String> {
    let (section, directive) = match unit.name.kind() {
        UnitType::Socket => (Section::Socket, "Service"),
        UnitType::Timer => (Section::Timer, "Unit"),
        UnitType::Path => (Section::Path, "Unit"),
        _ => return None,
    };
    let named = unit.last(section, directive).and_then(|setting| String::from_utf8(setting.value.to_vec()).ok());
    let at = if accepts(unit) { "@" } else { "" };
    Some(named.unwrap_or_else(|| format!("{}{at}.service", unit.name.stem())))
}

/// Whether each connection gets a service of its own.
fn accepts(unit: &Loaded) -> bool {
    let last = unit.last(Section::Socket, "Accept");
    last.is_some_and(|setting| setting.typed == Value::Boolean(true))
}

const FILES: &[(&str, FileChange)] = &[
    ("PathExists", FileChange::Exists),
    ("PathExistsGlob", FileChange::Exists),
    ("PathChanged", FileChange::Modify),
    ("PathModified", FileChange::Modify),
    ("DirectoryNotEmpty", FileChange::NotEmpty),
];

const TIMES: &str = "OnCalendar OnActiveSec OnBootSec OnStartupSec OnUnitActiveSec OnUnitInactiveSec OnClockChange \
    OnTimezoneChange";

impl Reader<'_> {
    /// Takes in what starts the service on demand.
    pub(super) fn trigger(&mut self, unit: &Loaded) {
        for (setting, row) in unit.effective() {
            let name = row.today().1;
            let taken = match setting.section() {
                Some(Section::Unit) if name.starts_with("Condition") || name.starts_with("Assert") => {
                    self.check(setting, name)
                }
                Some(Section::Unit | Section::Install) => {
                    // What is said of the unit itself belongs to no job.
                    self.no_effect(setting, "the bridge or cron is there anyway");
                    true
                }
                Some(Section::Socket) if accepts(unit) && name.starts_with("Listen") => {
                    self.raise(codes::socket_without_connections(), setting.origin);
                    true
                }
                Some(Section::Socket | Section::Path | Section::Timer) if name == "Service" || name == "Unit" => {
                    self.implied(setting, "the job that starts");
                    true
                }
                Some(Section::Socket) => self.socket(setting, name),
                Some(Section::Path) => self.path(setting, name),
                Some(Section::Timer) => {
                    if TIMES.split(' ').any(|known| known == name) {
                        self.keep(setting, SettingKind::Clock, "");
                    } else {
                        self.no_effect(setting, "a matter of the clock, as the times themselves");
                    }
                    true
                }
                _ => false,
            };
            if !taken {
                let purpose = (SettingKind::Behaviour, "how the service is started on demand");
                self.only_systemd(setting, row.purpose.unwrap_or(purpose));
            }
        }
    }

    fn socket(&mut self, setting: &Setting, name: &str) -> bool {
        match name {
            "ListenStream" => {
                let address = self.resolved(&setting.value, setting);
                self.service.activation.push(setting.sourced(Activation::Socket { address }));
            }
            "Accept" => {
                if self.is_on(setting) {
                    let about = "a service for each connection, as inetd(8) does it";
                    self.keep(setting, SettingKind::Behaviour, about);
                }
            }
            _ if name.starts_with("Listen") => {
                self.raise(codes::socket_of_no_stream(name, &setting.value), setting.origin);
            }
            _ => return false,
        }
        true
    }

    fn path(&mut self, setting: &Setting, name: &str) -> bool {
        let Some((_, change)) = FILES.iter().find(|(known, _)| *known == name) else { return false };
        let path = self.resolved(&setting.value, setting);
        self.service.activation.push(setting.sourced(Activation::File { path, change: *change }));
        true
    }
}
