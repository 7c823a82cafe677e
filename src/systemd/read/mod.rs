//! systemd's way into the neutral model: units → service.
//!
//! Every assignment that counts is either taken into the model, or accounted for here with a word on why it has
//! no effect, or kept as a setting that only systemd has. There is no fourth way.

mod commands;
mod deferred;
mod exec;
mod lifecycle;
mod recipes;
mod rows;
mod specifiers;
mod target;
mod trigger;
mod unit;

pub use target::target;
pub use trigger::triggered;

use crate::findings::{Account, Entry, Finding, Reported, codes};
use crate::service::{Comment, Part, Service, Setting as OnlySystemd, SettingKind};
use crate::systemd::load::{Loaded, Problem, Setting, State, UnitFiles, UnitType};
use crate::systemd::table::Row;
use crate::systemd::value;
use crate::text::{Origin, Source, Sourced, Text};

/// What a unit is to the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitRole {
    /// A service, or a group of services.
    Job,
    /// Nothing but a name for something that happens.
    Event,
    /// Nothing can start it.
    Masked,
    /// No service.
    NoService,
}

/// What reading a unit, and the units that start it on demand, gave: a [`Service`], which is a
/// [`crate::service::LinkedService`] once its set is known.
#[derive(Clone, Debug)]
pub struct Reading<S = Service> {
    /// The service that they describe.
    pub service: S,
    /// What it is to the other side.
    pub kind: UnitRole,
    /// Whether it is a target, which only groups others.
    pub is_target: bool,
    /// Every assignment of their files, in order.
    pub settings: Vec<Origin>,
    /// What is accounted for already.
    pub account: Account,
    /// What is to be said already.
    pub findings: Vec<Finding>,
    /// Their files, in the order of [`Origin::file`].
    pub sources: Vec<Source>,
    /// How many units they are.
    pub units: usize,
}

/// Reads a unit into the neutral model, together with those that start it on demand.
pub fn read(files: &UnitFiles, unit: &Loaded, triggers: &[(&UnitFiles, &Loaded)]) -> Reading {
    let mut reader = Reader::new(unit);
    reader.begin(unit);
    for (setting, row) in unit.effective() {
        reader.setting(setting, row);
    }
    reader.enabled_by_links(files);
    reader.deferred();
    for (_, trigger) in triggers {
        let trigger = (*trigger).clone().behind(reader.sources.len());
        reader.begin(&trigger);
        reader.trigger(&trigger);
    }
    let kind = reader.kind(files);
    reader.report_role(kind);
    let Reader { mut service, settings, account, findings, sources, .. } = reader;
    service.files = sources.iter().map(|source| source.name.clone()).collect();
    let is_target = unit.name.kind() == UnitType::Target;
    Reading { service, kind, is_target, settings, account, findings, sources, units: 1 + triggers.len() }
}

/// The account of a unit for which nothing is written.
pub(crate) fn unwritten(
    kind: UnitRole,
    mut account: Account,
    settings: &[Origin],
    findings: &mut Vec<Finding>,
) -> Vec<Entry> {
    let why = match kind {
        UnitRole::Job => "nothing",
        UnitRole::Event => "an event",
        UnitRole::Masked => "nothing: the unit is masked",
        UnitRole::NoService => "no job",
    };
    for origin in settings {
        account.no_effect(*origin, why);
    }
    account.close(settings, findings)
}

/// What is kept for the end.
#[derive(Default)]
pub(super) struct Deferred {
    pub(super) default_instance: Option<Sourced<Text>>,
    /// What a reload runs besides a signal.
    pub(super) reload_commands: Vec<Origin>,
    pub(super) optional_directory: Option<Sourced<Text>>,
    /// Where it is said that the main process stops itself once it is ready.
    pub(super) raises_stop: Option<Origin>,
    /// Variables that hold the name of the instance.
    pub(super) instance_variables: Vec<(Text, Vec<Part>, Origin)>,
    /// It counts as up although its process has ended.
    pub(super) stays_without_process: bool,
}

struct Reader<'a> {
    unit: &'a Loaded,
    service: Service,
    settings: Vec<Origin>,
    account: Account,
    findings: Vec<Finding>,
    sources: Vec<Source>,
    /// What cannot be said before all of the unit has been read.
    deferred: Deferred,
}

impl<'a> Reader<'a> {
    fn new(unit: &'a Loaded) -> Self {
        Reader {
            unit,
            service: Service { name: unit.name.prefix().into(), ..Service::default() },
            settings: Vec::new(),
            account: Account::default(),
            findings: Vec::new(),
            sources: Vec::new(),
            deferred: Deferred::default(),
        }
    }

    /// Takes a unit's files in: what does not count of them, and their comments.
    fn begin(&mut self, unit: &Loaded) {
        self.sources.extend(unit.sources.iter().cloned());
        for Problem { kind, origin } in &unit.problems {
            self.raise(codes::unit_problem(kind), *origin);
        }
        for setting in &unit.settings {
            self.settings.push(setting.origin);
            if unit.problems.iter().all(|problem| problem.origin != setting.origin) {
                self.ignored(unit, setting);
            }
        }
        // Where the last comment ends: lines one below the other are one.
        let mut end: Option<Origin> = None;
        for comment in &unit.comments {
            let follows =
                end.is_some_and(|end| end.file == comment.origin.file && comment.origin.span.start <= end.span.end + 1);
            end = Some(comment.origin);
            if comment.setting.is_none() && self.remark(&comment.text) {
                continue;
            }
            let before = comment.setting.map(|setting| unit.settings[setting].origin);
            let text = match comment.text.strip_prefix(b";") {
                Some(rest) => Text::from([b"#", rest].concat()),
                None => comment.text.clone(),
            };
            match self.service.comments.last_mut() {
                Some(last) if last.before == before && (before.is_some() || follows) => last.lines.push(text),
                _ => self.service.comments.push(Comment { lines: vec![text], before }),
            }
        }
    }

    /// Takes in what a comment at the head says of whose service it is.
    fn remark(&mut self, line: &[u8]) -> bool {
        let Some((heading, text)) = recipes::remark(line) else { return false };
        if heading == "Emits" {
            let events = text.split(|byte| *byte == b' ').map(|event| Sourced::implied(Text::from(event)));
            self.service.emits.extend(events);
        } else {
            self.service.about.push((heading, Sourced::implied(text)));
        }
        true
    }

    /// What systemd ignores of a unit.
    fn ignored(&mut self, unit: &Loaded, setting: &Setting) {
        let (key, origin) = (&setting.key, setting.origin);
        match &setting.state {
            State::Effective => {}
            State::Resets => self.account.implied(origin, "what came before is forgotten"),
            State::Overridden { by } | State::Reset { by } => {
                let later = unit.settings.get(*by).map_or(origin, |by| by.origin);
                let finding = codes::superseded_setting(key);
                self.findings.push(finding.at(origin).see(later, codes::this_setting_counts()));
            }
            State::Unknown => {
                self.raise(codes::extension_setting(key), origin);
            }
            State::Ignored(why) => {
                self.raise(codes::setting_not_honored(key, why), origin);
            }
        }
    }

    fn setting(&mut self, setting: &Setting, row: &Row) {
        let name = row.today().1;
        let taken = self.row(setting, name)
            || self.unit_setting(setting, name)
            || self.check(setting, name)
            || self.command(setting, name)
            || self.life(setting, name)
            || self.exec(setting, name);
        if !taken {
            self.only_systemd(setting, row.purpose.unwrap_or((SettingKind::Behaviour, "")));
        }
    }

    /// The setting of the unit that counts of a directive of which only one does.
    fn last(&self, name: &str) -> Option<&'a Setting> {
        self.unit.effective().filter(|(_, row)| row.today().1 == name).last().map(|(setting, _)| setting)
    }

    /// Keeps what the model has no word for, unless it is switched off.
    fn only_systemd(&mut self, setting: &Setting, (kind, about): (SettingKind, &'static str)) {
        let zero = setting.value.as_slice() == b"0";
        let off = setting.value.as_slice() == b"infinity"
            || matches!(value::boolean(&setting.value), Ok(false)) && !zero
            || kind == SettingKind::Watch && zero;
        if off && matches!(kind, SettingKind::Protection | SettingKind::Share | SettingKind::Watch) {
            self.is_default(setting, "switched off");
        } else {
            self.keep(setting, kind, about);
        }
    }

    fn keep(&mut self, setting: &Setting, kind: SettingKind, about: &'static str) {
        let only = OnlySystemd { name: setting.key.clone(), value: setting.value.clone(), kind, about };
        self.service.settings.push(setting.sourced(only));
    }

    /// Raises a finding about a setting.
    fn raise(&mut self, finding: Finding, at: impl Into<Option<Origin>>) -> Reported<'_> {
        finding.raise(&mut self.findings, at)
    }

    /// Notes that a setting says what is so anyway.
    fn is_default(&mut self, setting: &Setting, what: &'static str) {
        self.account.is_default(setting.origin, what);
    }

    /// Notes that a setting is a part of what others become.
    fn implied(&mut self, setting: &Setting, what: &'static str) {
        self.account.implied(setting.origin, what);
    }

    /// Notes that Upstart, or systemd itself, makes nothing of a setting.
    fn no_effect(&mut self, setting: &Setting, why: &'static str) {
        self.account.no_effect(setting.origin, why);
    }
}
