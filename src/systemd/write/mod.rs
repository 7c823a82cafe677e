//! systemd's way out of the neutral model: service → units and scripts.
//!
//! Every value that is written is booked to the stanza it stems from ([`Account`]); what changes on
//! the way gets a finding. The facts are those of `mapping.md`.

mod activation;
mod all_of;
mod cgroup;
mod command;
mod comments;
mod dependencies;
mod event_environment;
mod exact;
mod exec_environment;
mod hooks;
mod lifecycle;
mod restart;
mod script;
mod streams;
mod triggers;

use super::quote::free_text;
use super::table::Directive;
use super::unit::Unit;
use super::version::{Feature, Version};
use super::{boot_target, manager, names};
use crate::findings::{Account, Became, Finding, Reported, codes};
use crate::service::{BootTarget, DependencyKind, LinkedService, Machine, Phase, Target};
use crate::text::{Origin, Text};

/// How much machinery a unit may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Style {
    /// What a careful administrator would sign: plain directives, and a finding where they differ.
    #[default]
    Idiomatic,
    /// What reproduces every corner that a unit can reproduce.
    Exact,
}

impl Style {
    /// Where logs go with it unless something else is asked for.
    pub fn logs(self) -> Logs {
        if self == Style::Exact { Logs::Files } else { Logs::Journal }
    }
}

/// Where output goes that a job sends to Upstart's log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Logs {
    /// To the journal.
    #[default]
    Journal,
    /// To the file that Upstart wrote it to, below `/var/log/upstart`.
    Files,
}

/// How to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The version of systemd that the units are for.
    pub target: Version,
    /// How much machinery they may have.
    pub style: Style,
    /// Where the log is.
    pub logs: Logs,
    /// The directory that scripts will lie in, an absolute path.
    pub scripts_dir: String,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            target: Version::default(),
            style: Style::default(),
            logs: Logs::default(),
            scripts_dir: "/usr/libexec/cutover".to_owned(),
        }
    }
}

/// A file beside the units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Companion {
    /// What it is.
    pub kind: CompanionKind,
    /// Where it will lie: an absolute path.
    pub path: String,
    /// Its text.
    pub text: Vec<u8>,
}

/// What a file beside the units is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompanionKind {
    /// A script that the unit runs.
    Script,
    /// Files and directories to create at boot (tmpfiles.d(5)).
    Tmpfiles,
    /// Directives for another unit (systemd.unit(5), "drop-in").
    DropIn,
    /// Which unit owns a name on D-Bus (D-Bus Specification, "Message Bus Starting Services").
    BusService,
    /// What to do when a device comes or goes (udev(7)).
    UdevRule,
}

/// What reproduces a habit of Upstart that units do not have by themselves; written in the exact style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machinery {
    /// The stop signals the process group of main only.
    GroupStop,
    /// Variables that systemd adds are taken away.
    PlainEnvironment,
    /// A program that cannot be executed is not started again.
    SpawnFailures,
}

/// What a service became.
#[derive(Clone, Debug)]
pub struct Written {
    /// Its unit first, then the targets that it needs and that systemd does not ship.
    pub units: Vec<Unit>,
    /// The files that it needs besides.
    pub companions: Vec<Companion>,
    /// What became of which stanza.
    pub account: Account,
    /// What is to be said.
    pub findings: Vec<Finding>,
    /// The machinery in its unit.
    pub machinery: Vec<Machinery>,
}

/// Writes a service as units.
pub fn write(service: &LinkedService, options: &Options) -> Written {
    let stem = names::unit(&service.name);
    let is_target = service.is_group && options.style == Style::Idiomatic;
    let suffix = match (is_target, &service.instance) {
        (true, _) => ".target",
        (false, Some(_)) => "@.service",
        (false, None) => ".service",
    };
    let mut writer = Writer {
        service,
        options,
        unit: Unit::new(format!("{stem}{suffix}"), options.target),
        stem,
        more: Vec::new(),
        companions: Vec::new(),
        account: Account::default(),
        findings: Vec::new(),
        needs_sigpipe: false,
        machinery: Vec::new(),
        blocked_by: service.blocked_by.iter().copied().map(Some).collect(),
    };
    writer.head();
    writer.dependencies();
    writer.all_of();
    writer.environment_conditions();
    if is_target {
        writer.account.no_effect(service.ready.origin(), "a target runs nothing");
    } else {
        writer.event_environment();
        writer.lifecycle();
        writer.exec_environment();
        writer.activation();
        writer.report_plain_form();
    }
    writer.drop_ins();
    writer.hold_back();
    writer.comments();
    let mut units = vec![writer.unit];
    units.extend(writer.more);
    units.extend(targets(service, options.target));
    let Writer { companions, account, findings, machinery, .. } = writer;
    Written { units, companions, account, findings, machinery }
}

struct Writer<'a> {
    service: &'a LinkedService,
    options: &'a Options,
    unit: Unit,
    /// The unit's name without suffix.
    stem: String,
    /// Units beside it.
    more: Vec<Unit>,
    companions: Vec<Companion>,
    account: Account,
    findings: Vec<Finding>,
    /// A process that has to die of SIGPIPE, as processes on Upstart do.
    needs_sigpipe: bool,
    machinery: Vec<Machinery>,
    /// What the unit must not start without.
    blocked_by: Vec<Option<Origin>>,
}

impl Writer<'_> {
    /// Writes a directive and books it; what the target does not know is told instead.
    #[allow(clippy::needless_pass_by_value, reason = "a text or a number, as the caller has it")]
    fn put(&mut self, directive: Directive, value: impl ToString, origin: impl Into<Option<Origin>>) {
        let (value, origin) = (value.to_string(), origin.into());
        if !self.knows(directive) {
            self.raise(codes::directive_not_in_target(self.options.target, directive.name()), origin);
            return;
        }
        self.account.became(origin, Became::Directive(directive.name(), value.clone()));
        self.unit.add(directive, value, origin);
    }

    /// Writes a directive that follows from the service as a whole.
    fn set(&mut self, directive: Directive, value: impl Into<String>) {
        self.unit.add(directive, value, None);
    }

    /// A comment above the directive that was written last.
    fn explain(&mut self, comment: &str) {
        if let Some(entry) = self.unit.entries.last_mut() {
            entry.comments.push(comment.to_owned());
        }
    }

    /// Adds a file, which a stanza became.
    fn companion(&mut self, kind: CompanionKind, path: String, text: impl Into<Vec<u8>>) {
        self.companions.push(Companion { kind, path, text: text.into() });
    }

    /// The command that talks to the service manager of the unit.
    fn systemctl(&self) -> &'static str {
        manager::systemctl(self.service.scope)
    }

    /// The unit that stands for what the service is tied to. What only groups others needs a service to act
    /// for them, which it does in the exact style alone.
    fn unit_of(&self, target: &Target) -> String {
        match target {
            Target::Service(name) if self.options.style == Style::Idiomatic && self.service.groups.contains(name) => {
                format!("{}.target", names::unit(name))
            }
            _ => names::target(target),
        }
    }

    fn knows(&self, directive: Directive) -> bool {
        directive.known_to(self.options.target)
    }

    fn has(&self, feature: Feature) -> bool {
        self.options.target.has(feature)
    }

    fn find(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Tells of something in a stanza.
    fn raise(&mut self, finding: Finding, origin: impl Into<Option<Origin>>) -> Reported<'_> {
        finding.raise(&mut self.findings, origin)
    }

    /// A command that decides whether there is a start. Before version 243 it can only fail the start.
    fn condition(&mut self, line: String, otherwise: fn(Version) -> Finding, origin: Option<Origin>) {
        let directive = self.condition_directive(otherwise, origin);
        self.put(directive, line, origin);
    }

    /// The directive for such a command; that it can only fail the start is told.
    fn condition_directive(&mut self, otherwise: fn(Version) -> Finding, origin: Option<Origin>) -> Directive {
        if self.knows(Directive::ExecCondition) {
            return Directive::ExecCondition;
        }
        self.raise(otherwise(self.options.target), origin).became("ExecStartPre=");
        Directive::ExecStartPre
    }

    /// A unit that would run as somebody else, elsewhere, or not at all what was meant, refuses to start.
    fn hold_back(&mut self) {
        if self.blocked_by.is_empty() {
            return;
        }
        let finding = self.blocked_by.iter().copied().fold(codes::blocked(), Finding::at);
        self.find(finding.became("AssertPathExists=!/"));
        self.set(Directive::AssertPathExists, "!/");
        self.explain("Not to be started before what CUT720 tells of is settled:");
    }

    fn head(&mut self) {
        let service = self.service;
        if let Some(description) = &service.description {
            let origin = description.origin();
            let (text, changed) = free_text(&description.value);
            if changed {
                self.raise(codes::changed_description(), origin).became(format!("Description={text}"));
            }
            if text.is_empty() {
                self.account.is_default(origin, "no description");
            } else {
                self.put(Directive::Description, text, origin);
            }
        }
        if let Some(machine) = &service.machine {
            let value = match &machine.value {
                Machine::Container => "container".to_owned(),
                Machine::NoContainer => "!container".to_owned(),
                Machine::Kind(kind) => kind.to_string(),
            };
            self.put(Directive::ConditionVirtualization, value, machine.origin());
        }
        if names::unit(&service.name) != service.name.to_string() {
            self.find(codes::escaped_name(&service.name, &self.unit.name).whole());
        }
    }
}

/// The targets that stand for events, and for keys that systemd answers in its own way.
fn targets(service: &LinkedService, target: Version) -> Vec<Unit> {
    let of_event = |event: &Text| (names::event(event), format!("Event {event}"));
    let wanted = service.all_dependencies().filter_map(|(dependency, _)| match &dependency.to {
        // The event is a template.
        Target::Event(_) if dependency.kind == DependencyKind::StartedBy && service.has_instance_by_event() => None,
        Target::Event(event) => Some(of_event(event)),
        Target::BootTarget(boot) => {
            let what = match boot {
                BootTarget::CtrlAltDel => "Control-Alt-Delete",
                BootTarget::PowerFailure => "Power failure",
                BootTarget::KeyboardRequest => "Keyboard request",
                _ => return None,
            };
            Some((boot_target::name(*boot).to_owned(), what.to_owned()))
        }
        _ => None,
    });
    let mut units: Vec<Unit> = Vec::new();
    // Of an event that nobody waits for, the target is there for whoever will.
    for (name, description) in wanted.chain(service.announces.iter().map(of_event)) {
        if units.iter().any(|unit| unit.name == name) {
            continue;
        }
        let mut unit = Unit::new(name, target);
        unit.add(Directive::Description, free_text(description.as_bytes()).0, None);
        if service.phase == Phase::Early {
            unit.add(Directive::DefaultDependencies, "no", None);
        }
        unit.add(Directive::StopWhenUnneeded, "yes", None);
        units.push(unit);
    }
    units
}
