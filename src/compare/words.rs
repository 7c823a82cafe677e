//! Values in words for people.

use bstr::ByteSlice as _;

use crate::service::{
    Activation, Bound, Check, Exit, FileChange, IoClass, IoPriority, Limit, Machine, Part, Rate, Resource,
    Run, Scheduling, SchedulingPolicy, Test, ValueTest,
};
use crate::systemd::quote::shell_word;
use crate::text::Text;

/// Bytes as text; those that are no UTF-8 read U+FFFD.
pub(super) fn text(bytes: &[u8]) -> String {
    bytes.to_str_lossy().into_owned()
}

/// How a process is run.
pub(super) fn run(run: &Run) -> String {
    match run {
        Run::Argv(words) => argv(words),
        Run::Expand(words) => words.iter().map(|it| word(it)).collect::<Vec<_>>().join(" "),
        Run::Line(script) | Run::Script(script) => text(script).trim_end().to_owned(),
    }
}

/// Words, quoted where a shell would need that.
pub(super) fn argv(words: &[Text]) -> String {
    words.iter().map(|word| text(&shell_word(word))).collect::<Vec<_>>().join(" ")
}

/// A word with its variables.
pub(super) fn word(parts: &[Part]) -> String {
    let mut out = String::new();
    for part in parts {
        match part {
            Part::Text(literal) => out.push_str(&text(literal)),
            Part::Value(name) => out.extend(["${", &text(name), "}"]),
            Part::Fields(name) => out.extend(["$", &text(name)]),
        }
    }
    if out.is_empty() { "''".to_owned() } else { out }
}

/// A list, or something else where it is empty.
pub(super) fn list<T>(items: impl IntoIterator<Item = T>, show: impl Fn(T) -> String, none: &str) -> String {
    let items: Vec<String> = items.into_iter().map(show).collect();
    if items.is_empty() { none.to_owned() } else { items.join(", ") }
}

pub(super) fn exit(exit: Exit) -> String {
    match exit {
        Exit::Status(status) => status.to_string(),
        Exit::Signal(signal) => signal.to_string(),
    }
}

/// Endings of a process; statuses that follow each other are one range.
pub(super) fn exits(exits: impl Iterator<Item = Exit>) -> String {
    const MOST: usize = 6;
    let (mut statuses, mut signals) = (Vec::new(), Vec::new());
    for exit in exits {
        match exit {
            Exit::Status(status) => statuses.push(status),
            Exit::Signal(signal) => signals.push(signal.to_string()),
        }
    }
    statuses.sort_unstable();
    statuses.dedup();
    let mut words: Vec<String> = statuses
        .chunk_by(|one, next| *next == one + 1)
        .flat_map(|run| match run {
            [first, .., last] if run.len() > 2 => vec![format!("{first}–{last}")],
            _ => run.iter().map(ToString::to_string).collect(),
        })
        .collect();
    if signals.len() > MOST {
        words.push(format!("{} signals", signals.len()));
    } else {
        words.append(&mut signals);
    }
    words.join(", ")
}

pub(super) fn rate(rate: Rate) -> String {
    match rate {
        Rate::Unlimited => "never".to_owned(),
        Rate::Limited { restarts, interval } => format!("{} in {interval} s", counted(restarts, "restart")),
    }
}

/// A number and what it counts.
pub(super) fn counted(count: u32, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Microseconds.
pub(super) fn micros(micros: u64) -> String {
    match micros {
        0 => "none".to_owned(),
        _ if micros.is_multiple_of(1_000_000) => format!("{} s", micros / 1_000_000),
        _ if micros.is_multiple_of(1_000) => format!("{} ms", micros / 1_000),
        _ => format!("{micros} µs"),
    }
}

pub(super) fn bound(bound: Bound) -> String {
    match bound {
        Bound::Unlimited => "unlimited".to_owned(),
        Bound::At(value) => value.to_string(),
    }
}

pub(super) fn limit(limit: Limit) -> String {
    if limit.soft == limit.hard {
        bound(limit.soft)
    } else {
        format!("{}, at most {}", bound(limit.soft), bound(limit.hard))
    }
}

/// The name of a resource, as `limit` and `Limit…=` have it.
pub(super) fn resource(resource: Resource) -> String {
    format!("{resource:?}").to_lowercase()
}

pub(super) fn io_priority(priority: IoPriority) -> String {
    let class = match priority.class {
        IoClass::Realtime => "realtime",
        IoClass::BestEffort => "best-effort",
        IoClass::Idle => "idle",
    };
    match priority.level {
        Some(level) => format!("{class}, {level}"),
        None => class.to_owned(),
    }
}

pub(super) fn scheduling(scheduling: Scheduling) -> String {
    let policy = match scheduling.policy {
        SchedulingPolicy::Other => "other",
        SchedulingPolicy::Batch => "batch",
        SchedulingPolicy::Idle => "idle",
        SchedulingPolicy::Fifo => "fifo",
        SchedulingPolicy::Rr => "rr",
    };
    match scheduling.priority {
        0 => policy.to_owned(),
        priority => format!("{policy}, {priority}"),
    }
}

pub(super) fn machine(machine: &Machine) -> String {
    match machine {
        Machine::Container => "in containers only".to_owned(),
        Machine::NoContainer => "not in containers".to_owned(),
        Machine::Kind(kind) => format!("in {kind} containers only"),
    }
}

/// What a check asks, without the path.
pub(super) fn check(check: &Check) -> String {
    let asked = match check.test {
        Test::Exists => "be there",
        Test::Directory => "be a directory",
        Test::SymbolicLink => "be a symbolic link",
        Test::File => "be a file",
        Test::Readable => "be readable",
        Test::Writable => "be writable",
        Test::Executable => "be executable",
        Test::NotEmpty => "be not empty",
        Test::ExecutableFile => "be an executable file",
        Test::NonEmptyFile => "be a file with something in it",
        Test::Matches => "match something",
        Test::NonEmptyDirectory => "be a directory with something in it",
        Test::MountPoint => "be a mount point",
        Test::WritableFileSystem => "lie on a file system that can be written to",
    };
    let not = if check.negated { " not" } else { "" };
    let one = if check.alternative { ", or another one" } else { "" };
    let fails = if check.required { ", or the start fails" } else { "" };
    format!("must{not} {asked}{one}{fails}")
}

pub(super) fn test(test: &ValueTest) -> String {
    format!("{}={}", if test.negated { "!" } else { "" }, test.pattern)
}

/// What starts a service on demand: what kind of thing, and which one.
pub(super) fn activation(activation: &Activation) -> (&'static str, String) {
    match activation {
        Activation::Socket { address } => ("socket", text(address)),
        Activation::File { path, change } => {
            let change = match change {
                FileChange::Create => "created",
                FileChange::Modify => "changed",
                FileChange::Delete => "deleted",
                FileChange::Exists => "there",
                FileChange::NotEmpty => "with something in it",
            };
            ("file", format!("{path} {change}"))
        }
        Activation::Bus { name } => ("D-Bus", text(name)),
        Activation::Device { subsystem, action, properties } => {
            let mut words = vec![text(subsystem), (*action).to_owned()];
            words.extend(properties.iter().map(|property| format!("{}{}", property.name, test(property))));
            ("device", words.join(" "))
        }
    }
}
