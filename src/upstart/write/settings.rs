//! What only systemd has.

use super::clock;
use super::writer::Writer;
use crate::findings::{Finding, Subject, codes};
use crate::service::{Comment, Setting, SettingKind};
use crate::text::Origin;

/// Says what is lost, by an assignment and what is known of it.
type Lost = fn(String, String) -> Finding;

/// What is said of each kind of setting.
const ROWS: &[(SettingKind, Lost)] = &[
    (SettingKind::Protection, codes::lost_protection),
    (SettingKind::Share, codes::lost_share),
    (SettingKind::Condition, codes::lost_condition),
    (SettingKind::Watch, codes::lost_watch),
    (SettingKind::TimeLimit, codes::lost_time_limit),
    (SettingKind::Behaviour, codes::lost_behaviour),
    (SettingKind::Dependency, codes::lost_dependency),
    (SettingKind::Clock, codes::clock_start),
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
        let Some((_, lost)) = ROWS.iter().find(|row| row.0 == *kind) else {
            let why = if about.is_empty() { "nothing to do" } else { about };
            return self.account.no_effect(origin, why);
        };
        let about = if about.is_empty() { String::new() } else { format!(": {about}") };
        let setting = format!("{name}={value}");
        let subject = Subject::Setting(setting.as_str().into());
        // What to write into a crontab in the place of a time of the clock.
        let crontab = clock::crontab(name, value).filter(|_| *kind == SettingKind::Clock);
        let finding = match crontab {
            Some(when) => codes::clock_start_by_cron(setting, about, when, &self.service.name),
            None if *kind == SettingKind::Protection && !self.options.target.knows("apparmor") => {
                codes::lost_protection_without_apparmor(setting, about)
            }
            None => lost(setting, about),
        };
        self.find(finding.about(subject).at(origin));
    }
}
