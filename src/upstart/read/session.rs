//! Jobs of a user's session: Upstart ran an init of the user's own for them (init(5), "User Session Mode"),
//! systemd has a service manager for each user.
//!
//! Upstart's session is the graphical one, from log-in to log-out; the user manager lives from the user's
//! first session to the end of the last. What comes with the session itself hangs on `default.target`, what
//! comes with the desktop on `graphical-session.target` (systemd.special(7), "Units managed by the user
//! service manager").

use bstr::ByteSlice as _;

use super::bridges::{bridge, bus, device, file, is_device, socket};
use super::events::{ANY_TIME, Effect, custom, filter, is_boot_event, job, named_job};
use super::stop_events::StopEffect;
use crate::findings::{Code, Finding};
use crate::service::{Bond, Milestone, Party, Relation, Scope, Service, ValueTest};
use crate::text::{Origin, Sourced};
use crate::upstart::condition::EventMatch;
use crate::upstart::distribution::Distribution;
use crate::upstart::job::Job;

struct Row {
    event: &'static str,
    /// Whether it has come before anything else can.
    given: bool,
    pulled_by: Milestone,
    bond: Option<Bond>,
    /// The variables of the session that the event's variables are set from.
    variables: &'static [(&'static str, &'static str)],
    /// Whether the machine's own init never emits it.
    only_here: bool,
}

const ROWS: &[Row] = &[
    Row {
        event: "startup",
        given: true,
        pulled_by: Milestone::Session,
        bond: None,
        variables: &[],
        only_here: false,
    },
    Row {
        event: "session-start",
        given: true,
        pulled_by: Milestone::Session,
        bond: None,
        variables: &[],
        only_here: false,
    },
    Row {
        event: "xsession-init",
        given: false,
        pulled_by: Milestone::GraphicalSessionPre,
        bond: Some(Bond::Before),
        variables: &[],
        only_here: true,
    },
    Row {
        event: "xsession",
        given: false,
        pulled_by: Milestone::GraphicalSession,
        bond: Some(Bond::After),
        variables: &[("SESSION", "DESKTOP_SESSION"), ("SESSIONTYPE", "SESSIONTYPE")],
        only_here: true,
    },
    Row {
        event: "desktop-start",
        given: false,
        pulled_by: Milestone::GraphicalSession,
        bond: Some(Bond::After),
        variables: &[("DESKTOP_SESSION", "DESKTOP_SESSION")],
        only_here: true,
    },
];

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
pub(super) fn start(event: &EventMatch, origin: Origin) -> Effect {
    let name = event.name.to_str_lossy();
    if let Some(row) = ROWS.iter().find(|row| row.event == name) {
        return row.effect(event, origin);
    }
    match name.as_ref() {
        "starting" | "started" | "stopping" | "stopped" => of_job(&name, event, origin),
        "socket" => socket(event, origin),
        "file" => file(event, origin),
        "dbus-activation" => bus(event, origin),
        _ if is_device(&name) => device(&name, event, origin),
        _ if event.name.starts_with(OF_SYSTEM) => Effect::unconverted(of_system(event, origin)),
        "runlevel" | "dbus" | "dconf" => Effect::unconverted(of_system(event, origin)),
        name if is_boot_event(name) => Effect::unconverted(of_system(event, origin)),
        _ => custom(event, origin),
    }
}

impl Row {
    fn effect(&self, event: &EventMatch, origin: Origin) -> Effect {
        let party = Party::Milestone(self.pulled_by);
        let rank = if self.given { 1 } else { ANY_TIME };
        let mut effect = Effect::at(rank, vec![party.clone()]);
        effect.given = self.given;
        effect.ties.extend(self.bond.map(|bond| (bond, party)));
        for (index, entry) in event.env.iter().enumerate() {
            let (key, pattern) = match entry.split_once_str("=") {
                Some((key, pattern)) => (key, pattern),
                // Without a name it is the value of the variable in that place.
                None => (self.variables.get(index).map_or(&b""[..], |known| known.0.as_bytes()), &entry[..]),
            };
            let (key, negated) = key.strip_suffix(b"!").map_or((key, false), |key| (key, true));
            match self.variables.iter().find(|known| known.0.as_bytes() == key) {
                Some((_, variable)) if !pattern.contains(&b'$') => {
                    let test = ValueTest { name: (*variable).into(), pattern: pattern.into(), negated };
                    effect.manager_tests.push(vec![Sourced::new(test, origin)]);
                }
                _ => effect.findings.push(filter(event, origin)),
            }
        }
        effect
    }
}

/// An event of another job of the session.
fn of_job(phase: &str, event: &EventMatch, origin: Origin) -> Effect {
    let name = named_job(event);
    match (phase, name.as_ref().map(|name| name.as_slice())) {
        // It is up before anything else, for as long as the user manager is.
        ("starting" | "started", Some(b"dbus")) => {
            let bus = Party::Service("dbus".into());
            let mut effect = Effect::at(1, vec![Party::Milestone(Milestone::Session)]);
            effect.given = true;
            if phase == "started" {
                effect.ties = vec![(Bond::Starts, bus.clone()), (Bond::After, bus)];
            }
            effect
        }
        // The job emits the event, and both come at the same time.
        ("starting", Some(b"xsession-init")) => {
            start(&EventMatch { name: "xsession-init".into(), env: Vec::new(), span: event.span }, origin)
        }
        ("started" | "stopping" | "stopped", Some(b"xsession-init")) => {
            let party = Party::Milestone(Milestone::GraphicalSession);
            let after = (Bond::After, Party::Milestone(Milestone::GraphicalSessionPre));
            Effect { ties: vec![after], ..Effect::at(ANY_TIME, vec![party]) }
        }
        _ => job(phase, event, Distribution::default(), origin),
    }
}

/// What an event in `stop on` means for a job of a session.
pub(super) fn stop(event: &EventMatch, origin: Origin) -> Option<StopEffect> {
    let name = event.name.to_str_lossy();
    let mut effect = StopEffect::default();
    if ENDS.contains(&name.as_ref()) {
        effect.ties.push((Bond::StopsBefore, Party::Milestone(Milestone::GraphicalSession)));
    } else if event.name.starts_with(OF_SYSTEM)
        || matches!(name.as_ref(), "runlevel" | "shutdown" | "deconfiguring-networking")
        || is_boot_event(&name)
    {
        effect.findings.push(of_system(event, origin));
    } else if matches!(name.as_ref(), "stopping" | "stopped")
        && named_job(event).is_some_and(|job| job.as_slice() == b"dbus")
    {
        // It ends with the user manager, as the unit does.
    } else {
        return None;
    }
    Some(effect)
}

/// An event that nothing announces to a user manager.
fn of_system(event: &EventMatch, origin: Origin) -> Finding {
    let inner = event.name.strip_prefix(OF_SYSTEM);
    if matches!(event.name.as_slice(), b"dbus" | b"dconf") {
        return bridge(event, origin);
    }
    let (message, help) = match inner {
        Some(_) => (
            format!("`{event}` is an event of the machine, and the user manager does not see it"),
            "let the unit of the machine that it is about do this, by systemctl --user --machine=USER@ start (systemctl(1))",
        ),
        None => (
            format!("no init of a session announces `{event}`: the job never heard of it"),
            "where the machine's event was meant, it has `:sys:` before its name, and a user manager does not see it either",
        ),
    };
    Finding::new(Code::BridgeEvent, message).at(origin).help(help)
}

/// What is to be said of every job of a session, and what none of its processes can do.
pub(super) fn settle(service: &mut Service, job: &Job, findings: &mut Vec<Finding>) {
    let first = job.processes.values().map(|process| process.origin).min();
    if let Some(origin) = first {
        findings.push(
            Finding::new(
                Code::SessionEnvironment,
                "the processes have the environment of the user manager, not that of the log-in",
            )
            .see(origin, "")
            .help("let the session say `systemctl --user import-environment DISPLAY XAUTHORITY …`; most desktops do"),
        );
    }
    let ids = [
        ("setuid", service.user.take().map(|value| value.origin)),
        ("setgid", service.group.take().map(|value| value.origin)),
        ("chroot", service.root.take().map(|value| value.origin)),
        ("apparmor switch", service.apparmor_profile.take().map(|value| value.origin)),
    ];
    for (stanza, origin) in ids.into_iter().filter_map(|(stanza, origin)| Some((stanza, origin?))) {
        findings.push(
            Finding::new(
                Code::SessionRights,
                format!("`{stanza}` takes rights that neither the session's init nor the user manager has"),
            )
            .at(origin)
            .help("take the stanza out, or make it a job of the machine"),
        );
        service.held_back.push(origin);
    }
    // The desktop's programs go when it goes, whether the job said so or not.
    let desktop = Party::Milestone(Milestone::GraphicalSession);
    let starts =
        |relation: &Sourced<Relation>| relation.value.bond == Bond::StartedBy && relation.value.to == desktop;
    // What starts with the session and ends with the desktop has to come back with the next desktop.
    let ends = Relation { bond: Bond::StopsBefore, to: desktop.clone() };
    if service.relations.iter().any(|relation| relation.value == ends) {
        let with_session = Relation { bond: Bond::StartedBy, to: Party::Milestone(Milestone::Session) };
        for relation in service.relations.iter_mut().filter(|relation| relation.value == with_session) {
            relation.value.to = desktop.clone();
        }
    }
    let with_desktop = service.relations.iter().find(|relation| starts(relation)).map(|it| it.origin);
    if let Some(origin) = with_desktop
        && !service.relations.iter().any(|relation| relation.value == ends)
    {
        service.relations.push(Sourced::new(ends, origin));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Source;
    use crate::upstart::read::{JobFiles, Reading, read};

    fn of(text: &str) -> Reading {
        let conf = Source { name: "till.conf".to_owned(), text: text.into() };
        let distribution = Distribution::default();
        read(&JobFiles { name: "till".to_owned(), conf, over: None, distribution, scope: None })
    }

    fn scope(conditions: &str) -> Scope {
        of(&format!("{conditions}\nexec till\n")).service.scope
    }

    #[test]
    fn events_that_only_sessions_have_make_a_job_one_of_a_session() {
        for condition in [
            "start on desktop-start",
            "start on xsession SESSION=till and started dbus",
            "start on starting xsession-init",
            "start on :sys:started cups",
            "start on started till-desk\nstop on desktop-end",
            "start on desktop-start\nmanual",
        ] {
            assert_eq!(scope(condition), Scope::Session, "{condition}");
        }
    }

    #[test]
    fn what_the_machine_s_init_may_announce_does_not() {
        for condition in [
            "start on startup",
            "start on started dbus",
            "start on start-user-session",
            "start on desktop-session-start",
            "start on runlevel [2345] or desktop-start",
            "stop on session-end",
        ] {
            assert_eq!(scope(condition), Scope::System, "{condition}");
        }
    }

    fn relations(condition: &str) -> Vec<(Bond, Party)> {
        let reading = of(&format!("{condition}\nstop on desktop-end\nexec till\n"));
        reading.service.relations.into_iter().map(|it| (it.value.bond, it.value.to)).collect()
    }

    #[test]
    fn what_ends_with_the_desktop_comes_back_with_the_next_one() {
        let desktop = Party::Milestone(Milestone::GraphicalSession);
        let both = [(Bond::StartedBy, desktop.clone()), (Bond::StopsBefore, desktop.clone())];
        assert_eq!(relations("start on startup"), both);
        assert!(relations("start on startup and desktop-start").contains(&(Bond::After, desktop)));
    }

    #[test]
    fn one_desktop_of_several_is_looked_at() {
        let tests = |condition: &str| {
            let tests = of(&format!("start on {condition}\nexec till\n")).service.manager_tests;
            let shown = |test: &Sourced<ValueTest>| {
                format!("{}{}", if test.value.negated { "!" } else { "" }, test.value.pattern)
            };
            tests.iter().map(|list| list.iter().map(shown).collect::<Vec<_>>().join("|")).collect::<Vec<_>>()
        };
        assert_eq!(tests("xsession SESSION=a"), ["a"]);
        assert_eq!(tests("xsession a"), ["a"]);
        assert_eq!(tests("xsession SESSION!=a"), ["!a"]);
        assert_eq!(tests("xsession SESSION=a or xsession SESSION=b"), ["a|b"]);
        assert_eq!(tests("(xsession SESSION=a or xsession SESSION=b) and started dbus"), ["a|b"]);
        assert_eq!(tests("xsession SESSION=a or xsession SESSION=b or xsession SESSION=c"), ["a|b|c"]);
        assert_eq!(tests("xsession SESSION=a SESSIONTYPE=b"), ["a", "b"]);
        assert_eq!(tests("xsession SESSION=a or desktop-start"), [] as [&str; 0]);
    }

    #[test]
    fn rights_that_no_session_has_hold_the_unit_back() {
        let service = of("start on desktop-start\nsetuid a\nchroot /b\nexec till\n").service;
        assert_eq!((service.held_back.len(), service.user, service.root), (2, None, None));
    }
}
