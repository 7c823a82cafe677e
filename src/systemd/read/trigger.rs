//! Units that start a service on demand: sockets, paths and timers.

use super::Reader;
use crate::findings::{Code, Finding};
use crate::service::{Activation, FileChange, SettingKind};
use crate::systemd::catalogue::Meaning;
use crate::systemd::directive::Section;
use crate::systemd::load::{Loaded, Setting, UnitFiles, UnitType};

/// The service that a unit starts on demand; nothing for units that start none.
pub fn triggered(unit: &Loaded) -> Option<String> {
    let (section, directive) = match unit.name.kind() {
        UnitType::Socket => (Section::Socket, "Service"),
        UnitType::Timer => (Section::Timer, "Unit"),
        UnitType::Path => (Section::Path, "Unit"),
        _ => return None,
    };
    let named =
        unit.last(section, directive).and_then(|setting| String::from_utf8(setting.value.to_vec()).ok());
    let stem = unit.name.as_str().rsplit_once('.').map_or(unit.name.as_str(), |(stem, _)| stem);
    Some(named.unwrap_or_else(|| {
        if accepts(unit) { format!("{stem}@.service") } else { format!("{stem}.service") }
    }))
}

/// Whether each connection gets a service of its own.
fn accepts(unit: &Loaded) -> bool {
    let last = unit.last(Section::Socket, "Accept");
    last.is_some_and(|setting| matches!(crate::systemd::value::boolean(&setting.value), Ok(true)))
}

const FILES: &[(&str, FileChange)] = &[
    ("PathExists", FileChange::Exists),
    ("PathExistsGlob", FileChange::Exists),
    ("PathChanged", FileChange::Modify),
    ("PathModified", FileChange::Modify),
    ("DirectoryNotEmpty", FileChange::NotEmpty),
];

const TIMES: &[&str] = &[
    "OnCalendar",
    "OnActiveSec",
    "OnBootSec",
    "OnStartupSec",
    "OnUnitActiveSec",
    "OnUnitInactiveSec",
    "OnClockChange",
    "OnTimezoneChange",
];

impl Reader<'_> {
    /// Takes in what starts the service on demand.
    pub(super) fn trigger(&mut self, _files: &UnitFiles, unit: &Loaded) {
        for (setting, row) in unit.effective() {
            let name = row.today().1;
            let taken = match setting.section() {
                Some(Section::Unit | Section::Install) => self.of_trigger(setting, name),
                Some(Section::Socket) if accepts(unit) && name.starts_with("Listen") => {
                    let message = "Upstart's socket bridge hands over the socket, and no connections";
                    let finding = Finding::new(Code::LostActivation, message).at(self.at(setting.origin));
                    self.findings.push(finding.help("let inetd(8) or xinetd(8) listen, and run the program"));
                    true
                }
                Some(Section::Socket) => self.socket(setting, name),
                Some(Section::Path) => self.path(setting, name),
                Some(Section::Timer) => self.timer(setting, name),
                _ => false,
            };
            if !taken {
                match row.meaning {
                    Meaning::Mapped => {
                        self.keep(setting, SettingKind::Behaviour, "how the service is started on demand");
                    }
                    meaning => self.only_systemd(setting, meaning),
                }
            }
        }
    }

    /// What is said of the unit itself belongs to no job.
    fn of_trigger(&mut self, setting: &Setting, name: &str) -> bool {
        if name.starts_with("Condition") || name.starts_with("Assert") {
            return self.check(setting, name);
        }
        self.settled(setting, "the bridge or cron is there anyway");
        true
    }

    fn socket(&mut self, setting: &Setting, name: &str) -> bool {
        match name {
            "ListenStream" => {
                let address = self.resolved(&setting.value, setting);
                let activation = self.sourced(Activation::Socket { address }, setting);
                self.service.activation.push(activation);
            }
            "Service" => self.settled(setting, "the job that starts"),
            "Accept" => match self.flag(setting) {
                Some(flag) if flag.value => {
                    self.keep(
                        setting,
                        SettingKind::Behaviour,
                        "a service for each connection, as inetd(8) does it",
                    );
                }
                _ => self.settled(setting, "the default"),
            },
            _ if name.starts_with("Listen") => {
                let message =
                    format!("Upstart's socket bridge listens on streams only: {name}={}", setting.value);
                let finding = Finding::new(Code::LostActivation, message).at(self.at(setting.origin));
                self.findings.push(finding.help("let the program open it itself, and start it at boot"));
            }
            _ => return false,
        }
        true
    }

    fn path(&mut self, setting: &Setting, name: &str) -> bool {
        if let Some((_, change)) = FILES.iter().find(|(known, _)| *known == name) {
            let path = self.resolved(&setting.value, setting);
            let activation = self.sourced(Activation::File { path, change: *change }, setting);
            self.service.activation.push(activation);
            return true;
        }
        if name == "Unit" {
            self.settled(setting, "the job that starts");
            return true;
        }
        false
    }

    fn timer(&mut self, setting: &Setting, name: &str) -> bool {
        if TIMES.contains(&name) {
            self.keep(setting, SettingKind::Clock, "");
        } else if name == "Unit" {
            self.settled(setting, "the job that starts");
        } else {
            self.settled(setting, "a matter of the clock, as the times themselves");
        }
        true
    }
}
