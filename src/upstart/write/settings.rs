//! What only systemd has.

use super::job::Writer;
use crate::findings::{Code, Finding};
use crate::service::{Setting, SettingKind};
use crate::text::Origin;
use crate::upstart::version::UpstartVersion;

/// A row of the table: the code for a kind of setting, what is said of it, and what to do.
struct Row(SettingKind, Code, &'static str, &'static str);

const ROWS: &[Row] = &[
    Row(SettingKind::Protection, Code::LostProtection, "is a protection that the job does not have", ""),
    Row(
        SettingKind::Share,
        Code::LostShare,
        "bounds or shares what the machine has, and the job is not bound",
        "where it matters, set it up with cgroups by hand, or with `limit`",
    ),
    Row(
        SettingKind::Condition,
        Code::LostCondition,
        "keeps the unit from starting, and nothing looks at it before the job starts",
        "look at it in pre-start, and `stop; exit 0` there",
    ),
    Row(
        SettingKind::Watch,
        Code::LostWatch,
        "lets systemd restart a program that hangs; Upstart only sees one that ends",
        "let something else watch over it",
    ),
    Row(
        SettingKind::TimeLimit,
        Code::LostTimeLimit,
        "is a time limit, and Upstart waits without one",
        "where a start may hang, let timeout(1) run what may",
    ),
    Row(
        SettingKind::Behaviour,
        Code::LostBehaviour,
        "has no counterpart",
        "see whether the service needs it",
    ),
    Row(
        SettingKind::Tie,
        Code::LostTie,
        "ties the unit to something that Upstart does not know",
        "where the order or the stop matters, name a job or an event in `start on` or `stop on`",
    ),
    Row(
        SettingKind::Clock,
        Code::ClockStart,
        "starts the unit by the clock, which Upstart does not look at",
        "let cron(8) start the job",
    ),
];

/// Since when Upstart can confine a process with `AppArmor`.
const APPARMOR: &str = "1.9";

impl Writer<'_> {
    pub(super) fn settings(&mut self) {
        self.remove_directories();
        let service = self.service;
        for setting in &service.settings {
            self.setting(&setting.value, setting.origin);
            self.keep_comments(&setting.value, setting.origin);
        }
    }

    /// A comment on what the job does not have names it, so that nobody takes it for a comment on the job.
    fn keep_comments(&mut self, setting: &Setting, origin: Origin) {
        for comment in self.comments.iter_mut().filter(|comment| comment.before == Some(origin)) {
            comment.before = None;
            comment.lines.push(format!("# (not in this job: {}={})", setting.name, setting.value).into());
        }
    }

    fn setting(&mut self, setting: &Setting, origin: Origin) {
        let Some(Row(_, code, message, help)) = ROWS.iter().find(|row| row.0 == setting.kind) else {
            self.account
                .is_default(origin, if setting.about.is_empty() { "nothing to do" } else { setting.about });
            return;
        };
        let mut message = format!("{}={} {message}", setting.name, setting.value);
        if !setting.about.is_empty() {
            message.push_str(": ");
            message.push_str(setting.about);
        }
        let finding = Finding::new(*code, message).at(origin);
        let has_apparmor = APPARMOR.parse::<UpstartVersion>().is_ok_and(|since| self.options.target >= since);
        self.find(match setting.kind {
            SettingKind::Protection if has_apparmor => {
                finding.help("a profile of AppArmor can protect much of the same: `apparmor switch`")
            }
            SettingKind::Protection => finding,
            SettingKind::Clock => finding.help(clock_help(setting, &self.service.name.to_string())),
            _ => finding.help(*help),
        });
    }
}

/// What to write into a crontab in the place of a time of the clock.
fn clock_help(setting: &Setting, name: &str) -> String {
    match super::clock::crontab(&setting.name, &setting.value) {
        Some(when) => format!("a line for /etc/cron.d: {when} root initctl start {name}"),
        None => "let cron(8), or a job that sleeps between two runs, start the job".to_owned(),
    }
}
