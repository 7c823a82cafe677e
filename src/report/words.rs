//! What the values of a plan are called.

use crate::findings::Outcome;
use crate::plan::model::{Action, Decision, FileKind, Grade};
use crate::text::display::shown;

/// What an action means, for a group of services.
pub(crate) fn action_means(action: Action) -> &'static str {
    match action {
        Action::Retire => "systemd, or what belongs to the system, does their work",
        Action::Adopt => "a unit that is in the root takes their place",
        Action::Convert => "they become units of their own",
        Action::Hold => "nothing could be made of them",
    }
}

pub(crate) fn grade_means(grade: Grade) -> &'static str {
    match grade {
        Grade::Exact => "all of it goes through unchanged",
        Grade::Approximated => "works, with the differences that are stated",
        Grade::Manual => "something needs manual action",
    }
}

pub(crate) fn decision_means(decision: Decision) -> &'static str {
    match decision {
        Decision::Undecided => "nobody has said yet",
        Decision::Accepted => "to be installed",
        Decision::Skipped => "not to be installed",
    }
}

pub(crate) fn outcome_means(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Exact => "exact: the same behaviour",
        Outcome::Dropped => "dropped: it has no effect with systemd, and that is safe",
        Outcome::Approximated => "approximated: works, and differs as the finding says",
        Outcome::Manual => "manual: needs manual action",
    }
}

/// A sign for an outcome, that needs no colour.
pub(crate) fn outcome_sign(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Exact => "=",
        Outcome::Dropped => "\u{2212}",
        Outcome::Approximated => "\u{2248}",
        Outcome::Manual => "!",
    }
}

pub(crate) fn kind_name(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Unit => "unit",
        FileKind::DropIn => "drop-in",
        FileKind::Script => "script",
        FileKind::Tmpfiles => "tmpfiles.d",
        FileKind::BusService => "D-Bus service",
        FileKind::UdevRule => "udev rule",
        FileKind::Preset => "preset",
    }
}

/// The permissions that a file of that kind has as a rule.
pub(crate) fn ordinary_mode(kind: FileKind) -> u32 {
    if kind == FileKind::Script { 0o755 } else { 0o644 }
}

/// A line of a file as people see it: whatever cannot be seen is escaped, but for tabs.
pub fn line(bytes: &[u8]) -> String {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.split(|byte| *byte == b'\t').map(shown).collect::<Vec<_>>().join("\t")
}
