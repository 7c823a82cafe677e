//! Jobs of a user's session: Upstart ran an init of the user's own for them (init(5), "User Session Mode"),
//! systemd has a service manager for each user.
//!
//! Upstart's session is the graphical one, from log-in to log-out; the user manager lives from the user's
//! first session to the end of the last. What comes with the session itself hangs on `default.target`, what
//! comes with the desktop on `graphical-session.target` (systemd.special(7), "Units managed by the user
//! service manager").

use bstr::ByteSlice as _;

use super::bridges::{bridge, on_demand};
use super::effect::{ANY_TIME, Effect};
use super::events::{custom, filter, is_boot_event, job, named_job};
use super::stop_events::StopEffect;
use crate::findings::{Finding, codes};
use crate::service::{BootTarget, Dependency, DependencyKind, Scope, Service, Target, ValueTest};
use crate::text::{Origin, Sourced};
use crate::upstart::condition::{EventMatch, named};
use crate::upstart::distribution::Distribution;
use crate::upstart::job::Job;

struct Row {
    event: &'static str,
    /// Whether the machine's own init never emits it.
    only_here: bool,
    pulled_by: BootTarget,
    /// How it is ordered; what is not has come before anything else can.
    order: Option<DependencyKind>,
    /// The variables of the session that the event's variables are set from.
    variables: &'static [(&'static str, &'static str)],
}

const ROWS: &[Row] = &[
    row("startup", false, BootTarget::Session, None, &[]),
    row("session-start", false, BootTarget::Session, None, &[]),
    row("xsession-init", true, BootTarget::GraphicalSessionPre, Some(DependencyKind::Before), &[]),
    row(
        "xsession",
        true,
        BootTarget::GraphicalSession,
        Some(DependencyKind::After),
        &[("SESSION", "DESKTOP_SESSION"), ("SESSIONTYPE", "SESSIONTYPE")],
    ),
    row(
        "desktop-start",
        true,
        BootTarget::GraphicalSession,
        Some(DependencyKind::After),
        &[("DESKTOP_SESSION", "DESKTOP_SESSION")],
    ),
];

const fn row(
    event: &'static str,
    only_here: bool,
    pulled_by: BootTarget,
    order: Option<DependencyKind>,
    variables: &'static [(&'static str, &'static str)],
) -> Row {
    Row { event, only_here, pulled_by, order, variables }
}

/// Events at the end of a session.
const ENDS: &[&str] = &["desktop-end", "session-end", "xsession-end"];

/// What the machine's init announces, as a session sees it (upstart-event-bridge(8)).
const OF_SYSTEM: &[u8] = b":sys:";

/// Whose job it is, by the events that it waits for.
pub(super) fn scope_of_events(job: &Job) -> Scope {
    let conditions = [&job.start_on, &job.disabled_start_on, &job.stop_on].into_iter().flatten();
    let mut scope = Scope::System;
    for event in conditions.flat_map(|condition| condition.value.events()) {
        let name = event.name.to_str_lossy();
        if is_boot_event(&name) && name != "startup" || name == "runlevel" {
            return Scope::System;
        }
        let own = ROWS.iter().any(|row| row.only_here && row.event == name)
            || matches!(name.as_ref(), "desktop-end" | "xsession-end")
            || event.name.starts_with(OF_SYSTEM)
            || named_job(event).is_some_and(|job| job.as_slice() == b"xsession-init");
        if own {
            scope = Scope::Session;
        }
    }
    scope
}

/// What an event in `start on` means for a job of a session.
pub(super) fn start(event: &EventMatch, origin: Option<Origin>) -> Effect {
    let name = event.name.to_str_lossy();
    if let Some(row) = ROWS.iter().find(|row| row.event == name) {
        return row.effect(event, origin);
    }
    if event.is_of_job() {
        return of_job(&name, event, origin);
    }
    on_demand(event, origin).unwrap_or_else(|| {
        if is_of_machine(event) || matches!(name.as_ref(), "dbus" | "dconf") {
            Effect::unconverted(of_machine(event, origin))
        } else {
            custom(event, origin)
        }
    })
}

impl Row {
    fn effect(&self, event: &EventMatch, origin: Option<Origin>) -> Effect {
        let target = Target::BootTarget(self.pulled_by);
        let given = self.order.is_none();
        let mut effect = Effect { given, ..Effect::at(if given { 1 } else { ANY_TIME }, vec![target.clone()]) };
        effect.dependencies.extend(self.order.map(|order| (order, target)));
        for (index, entry) in event.env.iter().enumerate() {
            // Without a name it is the value of the variable in that place.
            let positional = self.variables.get(index).map_or("", |known| known.0);
            let (key, pattern, negated) = named(entry).unwrap_or((positional.as_bytes(), entry, false));
            match self.variables.iter().find(|known| known.0.as_bytes() == key) {
                Some((_, variable)) if !pattern.contains(&b'$') => {
                    let test = ValueTest { name: (*variable).into(), pattern: pattern.into(), negated };
                    effect.environment_conditions.push(vec![Sourced::new(test, origin)]);
                }
                _ => effect.findings.push(filter(event, origin)),
            }
        }
        effect
    }
}

/// An event of another job of the session.
fn of_job(phase: &str, event: &EventMatch, origin: Option<Origin>) -> Effect {
    let name = named_job(event);
    match (phase, name.as_ref().map(|name| name.as_slice())) {
        // It is up before anything else, for as long as the user manager is.
        ("starting" | "started", Some(b"dbus")) => {
            let bus = Target::Service("dbus".into());
            let kinds = [DependencyKind::Starts, DependencyKind::After].iter().filter(|_| phase == "started");
            let dependencies = kinds.map(|kind| (*kind, bus.clone())).collect();
            let session = Target::BootTarget(BootTarget::Session);
            Effect { given: true, dependencies, ..Effect::at(1, vec![session]) }
        }
        // The job emits the event, and both come at the same time.
        ("starting", Some(b"xsession-init")) => {
            start(&EventMatch { name: "xsession-init".into(), env: Vec::new(), span: event.span }, origin)
        }
        ("started" | "stopping" | "stopped", Some(b"xsession-init")) => {
            let target = Target::BootTarget(BootTarget::GraphicalSession);
            let after = (DependencyKind::After, Target::BootTarget(BootTarget::GraphicalSessionPre));
            Effect { dependencies: vec![after], ..Effect::at(ANY_TIME, vec![target]) }
        }
        _ => job(phase, event, Distribution::default(), origin),
    }
}

/// What an event in `stop on` means for a job of a session.
pub(super) fn stop(event: &EventMatch, origin: Option<Origin>) -> Option<StopEffect> {
    let name = event.name.to_str_lossy();
    let of_bus = || named_job(event).is_some_and(|job| job.as_slice() == b"dbus");
    match name.as_ref() {
        name if ENDS.contains(&name) => {
            let desktop = Target::BootTarget(BootTarget::GraphicalSession);
            Some(StopEffect::dependency(DependencyKind::StopsBefore, desktop))
        }
        "shutdown" | "deconfiguring-networking" => Some(StopEffect::reporting(of_machine(event, origin))),
        _ if is_of_machine(event) => Some(StopEffect::reporting(of_machine(event, origin))),
        // It ends with the user manager, as the unit does.
        "stopping" | "stopped" if of_bus() => Some(StopEffect::default()),
        _ => None,
    }
}

/// Whether only the machine's init announces an event, or its bridge to the session does.
fn is_of_machine(event: &EventMatch) -> bool {
    event.name.starts_with(OF_SYSTEM) || event.name == "runlevel" || is_boot_event(&event.name.to_str_lossy())
}

/// An event that nothing announces to a user manager.
fn of_machine(event: &EventMatch, origin: Option<Origin>) -> Finding {
    if matches!(event.name.as_slice(), b"dbus" | b"dconf") {
        return bridge(event, origin);
    }
    let finding = if event.name.starts_with(OF_SYSTEM) {
        codes::event_of_machine(event)
    } else {
        codes::event_of_no_session(event)
    };
    finding.about(event.subject()).at(origin)
}

/// What is to be said of every job of a session, and what none of its processes can do.
pub(super) fn finish(service: &mut Service, job: &Job, findings: &mut Vec<Finding>) {
    if let Some(origin) = job.processes.values().filter_map(Sourced::origin).min() {
        findings.push(codes::session_environment().beside(origin));
    }
    let rights = [
        ("setuid", service.user.take()),
        ("setgid", service.group.take()),
        ("chroot", service.root.take()),
        ("apparmor switch", service.apparmor_profile.take()),
    ];
    for (stanza, value) in rights {
        let Some(value) = value else { continue };
        findings.push(codes::session_rights(stanza).at(value.origin()));
        service.blocked_by.extend(value.origin());
    }
    // The desktop's programs go when it goes, whether the job said so or not.
    let desktop = Target::BootTarget(BootTarget::GraphicalSession);
    if service.depends(DependencyKind::StopsBefore, &desktop) {
        // What starts with the session and ends with the desktop has to come back with the next desktop.
        let session = Target::BootTarget(BootTarget::Session);
        for Sourced { value: Dependency { kind, to }, .. } in &mut service.dependencies {
            if *kind == DependencyKind::StartedBy && *to == session {
                *to = desktop.clone();
            }
        }
    }
    let starts = Dependency { kind: DependencyKind::StartedBy, to: desktop.clone() };
    if let Some(origin) = service.dependencies.iter().find(|it| it.value == starts).map(Sourced::origin) {
        service.add_dependency(DependencyKind::StopsBefore, desktop, origin);
    }
}
