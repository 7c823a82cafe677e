//! What only systemd has.

use super::clock;
use super::writer::Writer;
use crate::findings::{Code, Finding, Subject};
use crate::service::{Comment, Setting, SettingKind};
use crate::text::Origin;

/// The code for a kind of setting, what is said of it, and what to do.
const ROWS: &[(SettingKind, Code, &str, &str)] = &[
    (
        SettingKind::Protection,
        Code::LostProtection,
        "is a protection that the job does not have",
        "a profile of AppArmor can protect much of the same: `apparmor switch`",
    ),
    (
        SettingKind::Share,
        Code::LostShare,
        "bounds or shares what the machine has, and the job is not bound",
        "where it matters, set it up with cgroups by hand, or with `limit`",
    ),
    (
        SettingKind::Condition,
        Code::LostCondition,
        "keeps the unit from starting, and nothing looks at it before the job starts",
        "look at it in pre-start, and `stop; exit 0` there",
    ),
    (
        SettingKind::Watch,
        Code::LostWatch,
        "lets systemd restart a program that hangs; Upstart only sees one that ends",
        "let something else watch over it",
    ),
    (
        SettingKind::TimeLimit,
        Code::LostTimeLimit,
        "is a time limit, and Upstart waits without one",
        "where a start may hang, let timeout(1) run what may",
    ),
    (SettingKind::Behaviour, Code::LostBehaviour, "has no counterpart", "see whether the service needs it"),
    (
        SettingKind::Dependency,
        Code::LostDependency,
        "ties the unit to something that Upstart does not know",
        "where the order or the stop matters, name a job or an event in `start on` or `stop on`",
    ),
    (
        SettingKind::Clock,
        Code::ClockStart,
        "starts the unit by the clock, which Upstart does not look at",
        "let cron(8), or a job that sleeps between two runs, start the job",
    ),
];

impl Writer<'_> {
    pub(super) fn settings(&mut self) {
        self.remove_directories();
        let service = self.service;
        for setting in &service.settings {
            self.setting(&setting.value, setting.origin());
            self.keep_comments(&setting.value, setting.origin());
        }
    }

    /// A comment on what the job does not have names it, so that nobody takes it for a comment on the job.
    fn keep_comments(&mut self, setting: &Setting, origin: Option<Origin>) {
        let is_own = |comment: &&mut Comment| comment.before.is_some() && comment.before == origin;
        for comment in self.comments.iter_mut().filter(is_own) {
            comment.before = None;
            comment.lines.push(format!("# (not in this job: {}={})", setting.name, setting.value).into());
        }
    }

    fn setting(&mut self, setting: &Setting, origin: Option<Origin>) {
        let Setting { name, value, kind, about } = setting;
        let Some((_, code, message, help)) = ROWS.iter().find(|row| row.0 == *kind) else {
            let why = if about.is_empty() { "nothing to do" } else { about };
            return self.account.no_effect(origin, why);
        };
        let about = if about.is_empty() { String::new() } else { format!(": {about}") };
        let finding = Finding::new(*code, format!("{name}={value} {message}{about}"));
        let finding = finding.about(Subject::Setting(format!("{name}={value}").into())).at(origin);
        // What to write into a crontab in the place of a time of the clock.
        let crontab = clock::crontab(name, value).filter(|_| *kind == SettingKind::Clock);
        self.find(match crontab {
            Some(when) => finding
                .help(format!("a line for /etc/cron.d: {when} root initctl start {}", self.service.name)),
            None if *kind == SettingKind::Protection && !self.options.target.knows("apparmor") => finding,
            None => finding.help(*help),
        });
    }
}
