//! systemd's way into the neutral model: units → service.
//!
//! Every assignment that counts is either taken into the model, or settled here with a word on why it has
//! no effect, or kept as a setting that only systemd has. There is no fourth way.

mod checks;
mod commands;
mod exec;
mod finish;
mod install;
mod lifecycle;
mod party;
mod recipes;
mod scheduling;
mod specifiers;
mod trigger;
mod unit;

pub use party::party;
pub use trigger::triggered;

use crate::findings::{Account, Code, Entry, Finding};
use crate::service::{Comment, Service, Setting as OnlySystemd, SettingKind};
use crate::systemd::catalogue::Meaning;
use crate::systemd::load::{Loaded, Reason, Setting, State, UnitFiles, UnitName, UnitType};
use crate::systemd::value;
use crate::text::{Origin, Source, Sourced, Text};

/// What a unit is to the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A service, or a group of services.
    Job,
    /// Nothing but a name for something that happens.
    Event,
    /// Nothing can start it.
    Masked,
    /// No service.
    NoService,
}

/// What reading a unit, and the units that start it on demand, gave.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The service that they describe.
    pub service: Service,
    /// What it is to the other side.
    pub kind: Kind,
    /// Every assignment of their files, in order.
    pub settings: Vec<Origin>,
    /// What is settled already.
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
    reader.begin(unit, 0);
    for (setting, row) in unit.effective() {
        reader.setting(setting, row.today().1, row.meaning);
    }
    reader.enabled_by_links(files);
    reader.finish();
    for (trigger_files, trigger) in triggers {
        let base = reader.sources.len();
        reader.begin(trigger, base);
        reader.trigger(trigger_files, trigger);
    }
    let kind = reader.kind(files, unit);
    let mut findings = reader.findings;
    if let Some(told) = of_kind(kind, unit) {
        findings.push(told);
    }
    let mut service = reader.service;
    service.files = reader.sources.iter().map(|source| source.name.clone()).collect();
    Reading {
        service,
        kind,
        settings: reader.settings,
        account: reader.account,
        findings,
        sources: reader.sources,
        units: 1 + triggers.len(),
    }
}

/// The account of a unit for which nothing is written.
pub fn unwritten(
    kind: Kind,
    mut account: Account,
    settings: &[Origin],
    findings: &mut Vec<Finding>,
) -> Vec<Entry> {
    let why = match kind {
        Kind::Job => "nothing",
        Kind::Event => "an event",
        Kind::Masked => "nothing: the unit is masked",
        Kind::NoService => "no job",
    };
    for origin in settings {
        account.is_default(*origin, why);
    }
    account.close(settings, findings)
}

fn of_kind(kind: Kind, unit: &Loaded) -> Option<Finding> {
    let name = &unit.name;
    let origins = unit.settings.iter().map(|setting| setting.origin);
    match kind {
        Kind::Job | Kind::Event => None,
        Kind::Masked => Some(
            Finding::new(
                Code::MaskedUnit,
                format!("{name} is masked: nothing can start it, and there is no job"),
            )
            .see(Origin::default(), ""),
        ),
        Kind::NoService => {
            let what = name.kind().suffix();
            let finding =
                Finding::new(Code::NoService, format!("{name}: no job can stand for a {what} unit"));
            let marked = origins.fold(finding, Finding::at);
            Some(match name.kind() {
                UnitType::Mount | UnitType::Swap => {
                    marked.help("put it into /etc/fstab, which mountall reads")
                }
                UnitType::Socket | UnitType::Timer | UnitType::Path => {
                    marked.help("convert the service that it starts in the same run")
                }
                _ => marked.help("see whether the machine needs anything like it"),
            })
        }
    }
}

struct Reader<'a> {
    name: &'a UnitName,
    service: Service,
    settings: Vec<Origin>,
    account: Account,
    findings: Vec<Finding>,
    sources: Vec<Source>,
    /// Where the files of the unit that is read begin among all.
    base: usize,
    /// What cannot be said before all of the unit has been read.
    later: finish::Later,
}

impl<'a> Reader<'a> {
    fn new(unit: &'a Loaded) -> Self {
        let service = Service { name: unit.name.prefix().into(), ..Service::default() };
        Reader {
            name: &unit.name,
            service,
            settings: Vec::new(),
            account: Account::default(),
            findings: Vec::new(),
            sources: Vec::new(),
            base: 0,
            later: finish::Later::default(),
        }
    }

    /// Takes a unit's files in: what does not count of them, and their comments.
    fn begin(&mut self, unit: &Loaded, base: usize) {
        self.base = base;
        self.sources.extend(unit.sources.iter().cloned());
        let mut told: Vec<Origin> = Vec::new();
        for problem in &unit.problems {
            let origin = self.at(problem.origin);
            told.push(origin);
            self.findings.push(
                Finding::new(Code::UnitProblem, format!("systemd: {}", problem.kind))
                    .at(origin)
                    .help("mend the line, and convert again, where it is a slip of the pen"),
            );
        }
        for setting in &unit.settings {
            let origin = self.at(setting.origin);
            self.settings.push(origin);
            if !told.contains(&origin) {
                self.unheeded(unit, setting, origin);
            }
        }
        // Where the last comment ends: lines one below the other are one.
        let mut end: Option<Origin> = None;
        for comment in &unit.comments {
            let follows = end.is_some_and(|end| {
                end.file == comment.origin.file && comment.origin.span.start <= end.span.end + 1
            });
            end = Some(comment.origin);
            if comment.setting.is_none() && self.remark(&comment.text) {
                continue;
            }
            let before = comment.setting.map(|setting| self.at(unit.settings[setting].origin));
            let text = comment
                .text
                .strip_prefix(b";")
                .map_or_else(|| comment.text.clone(), |rest| Text::from([b"#", rest].concat()));
            match self.service.comments.last_mut() {
                Some(last) if last.before == before && (before.is_some() || follows) => last.lines.push(text),
                _ => self.service.comments.push(Comment { lines: vec![text], before }),
            }
        }
    }

    /// Takes in what a comment at the head says of whose service it is.
    fn remark(&mut self, line: &[u8]) -> bool {
        let Some((heading, text)) = recipes::remark(line) else { return false };
        let origin = Origin::default();
        if heading == "Emits" {
            let events =
                text.split(|byte| *byte == b' ').map(|event| Sourced::new(Text::from(event), origin));
            self.service.emits.extend(events);
        } else {
            self.service.about.push((heading, Sourced::new(text, origin)));
        }
        true
    }

    fn at(&self, origin: Origin) -> Origin {
        Origin { file: origin.file + self.base, span: origin.span }
    }

    /// What systemd does not heed of a unit.
    fn unheeded(&mut self, unit: &Loaded, setting: &Setting, origin: Origin) {
        let key = &setting.key;
        match &setting.state {
            State::Effective => {}
            State::Resets => self.account.is_default(origin, "what came before is forgotten"),
            State::Overridden { by } | State::Reset { by } => {
                let later = unit.settings.get(*by).map_or(origin, |by| self.at(by.origin));
                self.findings.push(
                    Finding::new(Code::Superseded, format!("{key}= is set anew"))
                        .at(origin)
                        .see(later, "this one counts"),
                );
            }
            State::Unknown => self.findings.push(
                Finding::new(Code::ExtensionSetting, format!("{key}= is not meant for systemd")).at(origin),
            ),
            State::Ignored(reason) => {
                let why = match reason {
                    Reason::Invalid(error) => error.to_string(),
                    Reason::OtherType => "it belongs to another type of unit".to_owned(),
                    Reason::NotRead => "systemd reads no further in this file".to_owned(),
                    Reason::Again => "it may be set only once".to_owned(),
                    Reason::Empty => "it is empty".to_owned(),
                };
                self.findings.push(
                    Finding::new(Code::UnitProblem, format!("systemd does not heed {key}=: {why}"))
                        .at(origin),
                );
            }
        }
    }

    fn setting(&mut self, setting: &Setting, name: &'static str, meaning: Meaning) {
        let taken = self.unit_setting(setting, name)
            || self.check(setting, name)
            || self.command(setting, name)
            || self.life(setting, name)
            || self.exec(setting, name)
            || self.install(setting, name);
        if !taken {
            self.only_systemd(setting, meaning);
        }
    }

    /// Keeps what the model has no word for, unless it is switched off.
    fn only_systemd(&mut self, setting: &Setting, meaning: Meaning) {
        let off = setting.value.as_slice() == b"infinity"
            || matches!(value::boolean(&setting.value), Ok(false)) && setting.value.as_slice() != b"0"
            || meaning == Meaning::Watchdog && setting.value.as_slice() == b"0";
        if off && matches!(meaning, Meaning::Security(_) | Meaning::ResourceControl(_) | Meaning::Watchdog) {
            self.settled(setting, "switched off");
            return;
        }
        let (kind, about) = match meaning {
            Meaning::Mapped => (SettingKind::Behaviour, ""),
            Meaning::Security(about) => (SettingKind::Protection, about),
            Meaning::ResourceControl(about) => (SettingKind::Share, about),
            Meaning::Watchdog => (SettingKind::Watch, ""),
            Meaning::Bookkeeping(about) | Meaning::Obsolete(about) => (SettingKind::Remark, about),
            Meaning::Manual(about) => (SettingKind::Behaviour, about),
        };
        self.keep(setting, kind, about);
    }

    fn keep(&mut self, setting: &Setting, kind: SettingKind, about: &'static str) {
        let only = OnlySystemd { name: setting.key.clone(), value: setting.value.clone(), kind, about };
        let origin = self.at(setting.origin);
        self.service.settings.push(Sourced::new(only, origin));
    }

    /// Notes that a setting says what is so anyway.
    fn settled(&mut self, setting: &Setting, why: &str) {
        let origin = self.at(setting.origin);
        self.account.is_default(origin, why);
    }

    fn sourced<T>(&self, value: T, setting: &Setting) -> Sourced<T> {
        Sourced::new(value, self.at(setting.origin))
    }
}
