//! Jobs of a user's session: what makes a job one, and what its events are to a user manager.

use cutover::service::{BootTarget, DependencyKind, Scope, Target, ValueTest};
use cutover::text::Sourced;
use cutover::upstart::read::{JobFiles, Reading, read};

fn of(text: &str) -> Reading {
    read(&JobFiles::named("till", text))
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

fn dependencies(condition: &str) -> Vec<(DependencyKind, Target)> {
    let reading = of(&format!("{condition}\nstop on desktop-end\nexec till\n"));
    reading.service.dependencies.into_iter().map(|it| (it.value.kind, it.value.to)).collect()
}

#[test]
fn what_ends_with_the_desktop_comes_back_with_the_next_one() {
    let desktop = Target::BootTarget(BootTarget::GraphicalSession);
    let both = [(DependencyKind::StartedBy, desktop.clone()), (DependencyKind::StopsBefore, desktop.clone())];
    assert_eq!(dependencies("start on startup"), both);
    assert!(dependencies("start on startup and desktop-start").contains(&(DependencyKind::After, desktop)));
}

#[test]
fn one_desktop_of_several_is_looked_at() {
    let tests = |condition: &str| {
        let tests = of(&format!("start on {condition}\nexec till\n")).service.environment_conditions;
        let shown =
            |test: &Sourced<ValueTest>| format!("{}{}", if test.value.negated { "!" } else { "" }, test.value.pattern);
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
    assert_eq!((service.blocked_by.len(), service.user, service.root), (2, None, None));
}
