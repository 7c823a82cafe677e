//! What dependencies are on systemd: directives of the unit that has them, or commands of the other unit.

use super::table::Directive;
use crate::service::{Action, DependencyKind, LifecycleEvent};

/// What a kind of dependency is in the unit that has it.
struct Row {
    kind: DependencyKind,
    /// What is written for it; nothing where the other unit has to act.
    writes: &'static [Directive],
    /// What is read as it; a directive may say several things.
    reads: &'static [&'static str],
}

const ROWS: &[Row] = {
    use DependencyKind as K;
    use Directive as D;
    const fn row(kind: K, writes: &'static [D], reads: &'static [&'static str]) -> Row {
        Row { kind, writes, reads }
    }
    &[
        row(K::StartedBy, &[D::WantedBy], &["WantedBy", "RequiredBy", "UpheldBy"]),
        row(K::Starts, &[D::Wants], &["Wants", "Upholds"]),
        row(K::Needs, &[D::Requires], &["Requires", "BindsTo"]),
        row(K::Demands, &[D::Requisite], &["Requisite"]),
        row(K::Follows, &[D::PartOf], &["PartOf"]),
        row(K::StartsAtFailure, &[D::OnFailure], &["OnFailure"]),
        row(K::StartsAtSuccess, &[D::OnSuccess], &["OnSuccess"]),
        row(K::After, &[D::After], &["After"]),
        row(K::Before, &[D::Before], &["Before"]),
        // Read together, `PartOf=` and `StopPropagatedFrom=` are this as well.
        row(K::StopsBefore, &[D::PartOf, D::StopPropagatedFrom], &["BindsTo"]),
        row(K::StopsAfter, &[D::StopPropagatedFrom], &["StopPropagatedFrom"]),
        row(K::StoppedBy, &[D::Conflicts], &["Conflicts"]),
    ]
};

/// The directives that are written for a kind.
pub(crate) fn written(kind: DependencyKind) -> &'static [Directive] {
    ROWS.iter().find(|row| row.kind == kind).map_or(&[], |row| row.writes)
}

/// What a directive of that name says.
pub(crate) fn read(directive: &str) -> impl Iterator<Item = DependencyKind> {
    ROWS.iter().filter(move |row| row.reads.contains(&directive)).map(|row| row.kind)
}

/// The directives by which a unit starts or stops another one at an event of its own life.
pub(crate) fn acting(event: LifecycleEvent, action: Action) -> &'static [Directive] {
    match (event, action) {
        (LifecycleEvent::Starting, _) => &[Directive::ExecStartPre],
        (LifecycleEvent::Started, _) => &[Directive::ExecStartPost],
        (LifecycleEvent::Stopping, Action::Start) => &[Directive::ExecStop],
        (LifecycleEvent::Stopping, Action::Stop) => &[Directive::ExecStopPost],
        (LifecycleEvent::Ended, _) => &[Directive::OnSuccess, Directive::OnFailure],
        (LifecycleEvent::Succeeded, _) => &[Directive::OnSuccess],
        (LifecycleEvent::Failed, _) => &[Directive::OnFailure],
    }
}

/// What systemctl does then. Only the start that a stop waits for, and a stop, are waited for.
pub(crate) fn verb(event: LifecycleEvent, action: Action) -> &'static str {
    match (event, action) {
        (LifecycleEvent::Started, Action::Start) => "start --no-block",
        (LifecycleEvent::Started, Action::Stop) => "stop --no-block",
        (_, Action::Start) => "start",
        (_, Action::Stop) => "stop",
    }
}

/// The names of directives with their `=`.
pub(crate) fn named(directives: &[Directive], between: &str) -> String {
    let names: Vec<String> = directives.iter().map(|it| format!("{}=", it.name())).collect();
    names.join(between)
}

/// How a unit starts or stops another one at an event, for people.
pub(crate) fn recipe(event: LifecycleEvent, action: Action, command: &str) -> String {
    let directives = acting(event, action);
    let call = if event.is_end() { String::new() } else { format!("{command} {}", verb(event, action)) };
    named(directives, " and ") + &call
}

/// What a kind of dependency is, in short.
pub(crate) fn label(kind: DependencyKind) -> String {
    match kind.trigger().filter(|_| kind.is_of_other()) {
        Some((event, _)) if event.is_end() => named(acting(event, Action::Start), " "),
        Some((event, Action::Start)) => named(acting(event, Action::Start), " ") + "systemctl start",
        Some((event, Action::Stop)) => named(acting(event, Action::Stop), " ") + "systemctl stop",
        None => named(written(kind), " "),
    }
}
