//! systemd's way out of the neutral model: service → units and scripts.
//!
//! Every value that is written is booked to the stanza it stems from ([`Account`]); what changes on
//! the way gets a finding. The facts are those of `mapping.md`.

mod activation;
mod cgroup;
mod command;
mod comments;
mod exact;
mod hooks;
mod latch;
mod lifecycle;
mod logs;
mod occasion;
mod output;
mod prepared;
mod reactions;
mod relations;
mod restart;
mod script;
mod sharing;
mod surroundings;

use super::directive::Directive;
use super::target::Version;
use super::unit::Unit;
use super::{manager, names};
use crate::findings::{Account, Code, Finding};
use crate::service::{Bond, Machine, Party, Phase, Service};
use crate::text::Origin;

/// How much machinery a unit may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// What a careful administrator would sign: plain directives, and a finding where they differ.
    #[default]
    Idiomatic,
    /// What reproduces every corner that a unit can reproduce.
    Exact,
}

/// Where output goes that a job sends to Upstart's log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
}

/// Writes a service as units.
pub fn write(service: &Service, options: &Options) -> Written {
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
        needs_sigpipe: None,
        held_back: service.held_back.clone(),
    };
    writer.head();
    writer.relations();
    writer.latches();
    writer.manager_tests();
    if is_target {
        writer.account.is_default(service.ready.origin, "a target runs nothing");
    } else {
        writer.occasion();
        writer.lifecycle();
        writer.surroundings();
        writer.activation();
        writer.beyond_exact();
    }
    writer.drop_ins();
    writer.hold_back();
    writer.comments();
    let mut units = vec![writer.unit];
    units.extend(writer.more);
    units.extend(targets(service, options.target));
    Written { units, companions: writer.companions, account: writer.account, findings: writer.findings }
}

struct Writer<'a> {
    service: &'a Service,
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
    needs_sigpipe: Option<Origin>,
    /// What the unit must not start without.
    held_back: Vec<Origin>,
}

impl Writer<'_> {
    /// Writes a directive and books it.
    fn put(&mut self, directive: Directive, value: impl Into<String>, origin: Origin) {
        let value = value.into();
        self.account.became(origin, format!("{}={value}", directive.info().name));
        self.unit.add(directive, value, Some(origin));
    }

    /// Writes a directive that follows from the service as a whole.
    fn set(&mut self, directive: Directive, value: impl Into<String>) {
        self.unit.add(directive, value, None);
    }

    /// The command that talks to the service manager of the unit.
    fn systemctl(&self) -> &'static str {
        manager::systemctl(self.service.scope)
    }

    /// The unit that stands for what the service is tied to. What only groups others needs a service to act
    /// for them, which it does in the exact style alone.
    fn party(&self, party: &Party) -> String {
        match party {
            Party::Service(name)
                if self.options.style == Style::Idiomatic && self.service.groups.contains(name) =>
            {
                format!("{}.target", names::unit(name))
            }
            _ => names::party(party),
        }
    }

    fn knows(&self, directive: Directive) -> bool {
        directive.known_to(self.options.target)
    }

    fn find(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// An older form stands in for what the target does not know.
    fn older(&mut self, origin: Origin, lost: &str, became: &str) {
        let message = format!("systemd {} {lost}", self.options.target);
        self.find(Finding::new(Code::OlderForm, message).at(origin).became(became));
    }

    /// A command that decides whether there is a start. Before version 243 it can only fail the start.
    fn condition(&mut self, line: String, otherwise: &str, origin: Origin) {
        let directive = self.condition_directive(otherwise, origin);
        self.put(directive, line, origin);
    }

    /// The directive for such a command; that it can only fail the start is told.
    fn condition_directive(&mut self, otherwise: &str, origin: Origin) -> Directive {
        if self.knows(Directive::ExecCondition) {
            return Directive::ExecCondition;
        }
        self.older(origin, &format!("has no ExecCondition=: {otherwise}"), "ExecStartPre=");
        Directive::ExecStartPre
    }

    /// The target has nothing for it.
    fn not_in_target(&mut self, origin: Origin, lost: &str, help: &str) {
        let message = format!("systemd {} {lost}", self.options.target);
        self.find(Finding::new(Code::NotInTarget, message).at(origin).help(help));
    }

    /// A unit that would run as somebody else, elsewhere, or not at all what was meant, refuses to start.
    fn hold_back(&mut self) {
        let Some((first, more)) = self.held_back.split_first() else { return };
        let mut finding =
            Finding::new(Code::HeldBack, "the unit refuses to start until this is settled").at(*first);
        for origin in more {
            finding = finding.at(*origin);
        }
        let finding =
            finding.became("AssertPathExists=!/").help("settle it in the unit, and take the line out");
        self.unit.add(Directive::AssertPathExists, "!/", None);
        if let Some(entry) = self.unit.entries.last_mut() {
            entry.comments.push("Not to be started before what CUT720 tells of is settled:".to_owned());
        }
        self.find(finding);
    }

    fn head(&mut self) {
        if let Some(description) = &self.service.description {
            let (text, changed) = super::quote::free_text(&description.value);
            if changed {
                self.find(
                    Finding::new(Code::ChangedText, "the description is not one line of UTF-8 text")
                        .at(description.origin)
                        .became(format!("Description={text}")),
                );
            }
            if text.is_empty() {
                self.account.is_default(description.origin, "no description");
            } else {
                self.put(Directive::Description, text, description.origin);
            }
        }
        if let Some(machine) = &self.service.machine {
            let value = match &machine.value {
                Machine::Container => "container".to_owned(),
                Machine::NoContainer => "!container".to_owned(),
                Machine::Kind(kind) => kind.to_string(),
            };
            self.put(Directive::ConditionVirtualization, value, machine.origin);
        }
        if names::unit(&self.service.name) != self.service.name.to_string() {
            let origin = Origin::default();
            self.find(
                Finding::new(
                    Code::EscapedName,
                    format!("the job `{}` is the unit `{}` now", self.service.name, self.unit.name),
                )
                .see(origin, ""),
            );
        }
    }
}

/// The targets that stand for events, and for keys that systemd answers in its own way.
fn targets(service: &Service, target: Version) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let operands = service.latch.iter().flat_map(|latch| latch.value.operands.iter().flatten());
    let mut wanted: Vec<(String, String)> = Vec::new();
    for relation in service.relations.iter().map(|relation| &relation.value).chain(operands) {
        let (name, description) = match &relation.to {
            // The event is a template.
            Party::Event(_) if relation.bond == Bond::StartedBy && service.is_told_instance() => continue,
            Party::Event(event) => (names::event(event), format!("Event {event}")),
            Party::Milestone(milestone) => {
                use crate::service::Milestone as M;
                let what = match milestone {
                    M::CtrlAltDel => "Control-Alt-Delete",
                    M::PowerFailure => "Power failure",
                    M::KeyboardRequest => "Keyboard request",
                    _ => continue,
                };
                (names::milestone(*milestone).to_owned(), what.to_owned())
            }
            _ => continue,
        };
        wanted.push((name, description));
    }
    // Of an event that nobody waits for, the target is there for whoever will.
    wanted.extend(service.announces.iter().map(|event| (names::event(event), format!("Event {event}"))));
    for (name, description) in wanted {
        if units.iter().any(|unit| unit.name == name) {
            continue;
        }
        let mut unit = Unit::new(name, target);
        unit.add(Directive::Description, super::quote::free_text(description.as_bytes()).0, None);
        if service.phase == Phase::Early {
            unit.add(Directive::DefaultDependencies, "no", None);
        }
        unit.add(Directive::StopWhenUnneeded, "yes", None);
        units.push(unit);
    }
    units
}
