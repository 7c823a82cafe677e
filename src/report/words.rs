//! What the values of a plan are called.

use crate::findings::{Outcome, Severity};
use crate::plan::model::{Action, Behaviour, Decision, FileKind, Grade};
use crate::root::shown;

/// What has a name in `plan.json`.
pub trait Named: Copy + 'static {
    /// Every one of them.
    const ALL: &'static [Self];

    /// Its name.
    fn name(self) -> &'static str;
}

macro_rules! names {
    ($($type:ident { $($variant:ident = $name:literal),+ $(,)? })+) => { $(
        impl Named for $type {
            const ALL: &'static [$type] = &[$($type::$variant),+];

            fn name(self) -> &'static str {
                match self { $($type::$variant => $name),+ }
            }
        }
    )+ };
}

names! {
    Action { Retire = "retire", Adopt = "adopt", Convert = "convert", Hold = "hold" }
    Grade { Exact = "exact", Approximated = "approximated", Manual = "manual" }
    Decision { Undecided = "undecided", Accepted = "accepted", Skipped = "skipped" }
    Severity { Note = "note", Warning = "warning", Manual = "manual", Error = "error" }
    Outcome { Exact = "exact", Dropped = "dropped", Approximated = "approximated", Manual = "manual" }
}

/// What an action means, for a group of services.
pub fn action_means(action: Action) -> &'static str {
    match action {
        Action::Retire => "systemd, or what belongs to the system, does their work",
        Action::Adopt => "a unit that is in the root takes their place",
        Action::Convert => "they become units of their own",
        Action::Hold => "nothing could be made of them",
    }
}

/// What a grade means.
pub fn grade_means(grade: Grade) -> &'static str {
    match grade {
        Grade::Exact => "all of it goes through unchanged",
        Grade::Approximated => "works, with the differences that are stated",
        Grade::Manual => "a person has to decide something",
    }
}

/// What a decision means.
pub fn decision_means(decision: Decision) -> &'static str {
    match decision {
        Decision::Undecided => "nobody has said yet",
        Decision::Accepted => "to be installed",
        Decision::Skipped => "not to be installed",
    }
}

/// What an outcome means.
pub fn outcome_means(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Exact => "exact: the same behaviour",
        Outcome::Dropped => "dropped: it has no effect with systemd, and that is safe",
        Outcome::Approximated => "approximated: works, and differs as the finding says",
        Outcome::Manual => "manual: a person has to decide",
    }
}

/// A sign for an outcome, that needs no colour.
pub fn outcome_sign(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Exact => "=",
        Outcome::Dropped => "\u{2212}",
        Outcome::Approximated => "\u{2248}",
        Outcome::Manual => "!",
    }
}

/// What a kind of file is called.
pub fn kind_name(kind: FileKind) -> &'static str {
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
pub fn ordinary_mode(kind: FileKind) -> u32 {
    if kind == FileKind::Script { 0o755 } else { 0o644 }
}

/// Whether both sides do the same.
pub fn is_same(behaviour: &Behaviour) -> bool {
    behaviour.grade == "same"
}

/// A line of a file as people see it: whatever cannot be seen is escaped, but for tabs.
pub fn line(bytes: &[u8]) -> String {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let parts: Vec<String> = bytes.split(|byte| *byte == b'\t').map(shown).collect();
    parts.join("\t")
}

/// A count with its noun.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
