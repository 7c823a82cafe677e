//! Values as texts for people: the only place where a comparison makes them.

use bstr::ByteSlice as _;

use super::aspect::Aspect;
use super::value::{AspectValue, Phrase};
use crate::service::{
    Activation, Bound, Check, DependencyKind, Exit, Failure, FileChange, IoPriority, Limit, Machine, Part, Rate, Reach,
    Ready, Resource, Restart, RestartOn, Run, Scheduling, Sink, Test, ValueTest, When,
};
use crate::systemd::counterparts;
use crate::systemd::quote::shell_word;
use crate::text::Sourced;

/// The text of a value of an aspect.
pub(super) fn value(aspect: Aspect, value: &AspectValue) -> String {
    let fixed = match value {
        AspectValue::Absent => aspect.info().words[0],
        AspectValue::Present | AspectValue::Activation(_) => aspect.info().words[1],
        AspectValue::Phrase(phrase) => phrase.text(),
        AspectValue::Failure(Failure::Ignored) => "counts for nothing",
        AspectValue::Failure(Failure::FailsStart) => "fails the start",
        AspectValue::Failure(Failure::FailsStop) => "counts as one of the stop",
        AspectValue::When(When::Always) => "at every end of a start that was done",
        AspectValue::When(When::Requested) => "only when somebody asks for the stop",
        AspectValue::Ready(_, true) => "at once (Type=simple)",
        AspectValue::Ready(Ready::Executed, _) => "when the program runs",
        AspectValue::Ready(Ready::Forked(0), _) => "when it has gone into the background",
        AspectValue::Ready(Ready::Forked(1), _) => "when it has forked once",
        AspectValue::Ready(Ready::Forked(_), _) => "when it has forked twice",
        AspectValue::Ready(Ready::Stopped, _) => "when it raises SIGSTOP",
        AspectValue::Ready(Ready::Finished, _) => "when the command has ended",
        AspectValue::Ready(Ready::Notified, _) => "when it says so (sd_notify)",
        AspectValue::Ready(Ready::OnBus, _) => "when it owns its name on D-Bus",
        AspectValue::Reach(Reach::MainThenAll) => "the main process; SIGKILL all",
        AspectValue::Reach(Reach::Main) => "the main process only",
        AspectValue::Reach(Reach::Nobody) => "nobody",
        AspectValue::Reach(Reach::All) => "all processes of the service",
        AspectValue::Sink(Sink::Log) => "the journal",
        AspectValue::Sink(Sink::Null) => "/dev/null",
        AspectValue::Sink(Sink::Console) => Phrase::Console.text(),
        AspectValue::Sink(Sink::Kernel) => "the kernel's log",
        AspectValue::Machine(Machine::Container) => "in containers only",
        AspectValue::Machine(Machine::NoContainer) => "not in containers",
        AspectValue::InstanceByName(None) => "one of several, by name",
        AspectValue::Text(value) => return text(value),
        AspectValue::Names(names) => return list(names, |name| text(name), "none"),
        AspectValue::Values(values) => return joined(values, |value| text(value), "; "),
        AspectValue::Number(number) => return number.to_string(),
        AspectValue::Mode(mode) => return format!("{mode:03o}"),
        AspectValue::Processors(numbers) => return list(numbers, ToString::to_string, "none"),
        AspectValue::Micros(time) => return micros(*time),
        AspectValue::Seconds(seconds) => return format!("{seconds} s"),
        AspectValue::Signal(signal) => return signal.to_string(),
        AspectValue::Rate(it) => return rate(*it),
        AspectValue::Limit(it) => return limit(*it),
        AspectValue::IoPriority(priority) => return io_priority(*priority),
        AspectValue::Scheduling(it) => return scheduling(*it),
        AspectValue::Machine(Machine::Kind(kind)) => return format!("in {kind} containers only"),
        AspectValue::Check(it) => return check(it),
        AspectValue::Directory(mode, removed) => {
            return format!("mode {mode:04o}{}", if *removed { ", removed at the stop" } else { "" });
        }
        AspectValue::Sink(Sink::Append(file)) => return text(file),
        AspectValue::Sink(Sink::Truncate(file)) => return format!("{}, emptied first", text(file)),
        AspectValue::Sink(Sink::Over(file)) => return format!("{}, from its beginning", text(file)),
        AspectValue::GroupOf(user) => return format!("the one of {}", text(user)),
        AspectValue::InstanceByName(Some(name)) => {
            return format!("one of several, by name, by default {}", text(name));
        }
        AspectValue::InstanceForEach(pattern) => return format!("one for each {}", text(pattern)),
        AspectValue::Command(it) => return run(it),
        AspectValue::Restart(it) => return restart(it),
        AspectValue::Exits(all) => return exits(all.iter().copied()),
        AspectValue::ReloadSignal(signal) => return format!("{signal} to the main process"),
        AspectValue::ReloadCommands(commands) => return list(commands, run, "nothing"),
        AspectValue::Dependency(kind, source) => {
            return match (kind.map_or("", DependencyKind::detail), source.is_empty()) {
                ("", true) => "yes".to_owned(),
                (manner, true) => manner.to_owned(),
                ("", false) => source.clone(),
                (manner, false) => format!("{manner}: {source}"),
            };
        }
        AspectValue::Directives(names) => return names.join(", "),
        AspectValue::StartOn(condition) => return format!("start on {}", text(condition)),
        AspectValue::AllOf(operands) => {
            return joined(operands, |names| list(names, Clone::clone, "?"), " and ");
        }
        AspectValue::Test(it) => return test(it).trim_start_matches('=').to_owned(),
        AspectValue::OneOf(tests) => {
            return joined(tests, |it| format!("{}{}", it.name, test(it)), " or ");
        }
    };
    fixed.to_owned()
}

/// Bytes as text; those that are no UTF-8 read U+FFFD.
pub(super) fn text(bytes: &[u8]) -> String {
    bytes.to_str_lossy().into_owned()
}

/// How a process is run.
fn run(run: &Run) -> String {
    match run {
        Run::Argv(words) => joined(words, |word| text(&shell_word(word)), " "),
        Run::Expand(words) => joined(words, |it| word(it), " "),
        Run::Line(script) | Run::Script(script) => text(script).trim_end().to_owned(),
    }
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

/// The texts of all items.
fn joined<T>(items: impl IntoIterator<Item = T>, show: impl Fn(T) -> String, separator: &str) -> String {
    items.into_iter().map(show).collect::<Vec<_>>().join(separator)
}

/// A list, or something else where it is empty.
fn list<T>(items: impl IntoIterator<Item = T>, show: impl Fn(T) -> String, none: &str) -> String {
    let items: Vec<String> = items.into_iter().map(show).collect();
    if items.is_empty() { none.to_owned() } else { items.join(", ") }
}

fn restart(restart: &Restart) -> String {
    let mut text = match restart.on.as_ref().map(|on| on.value) {
        None => "never",
        Some(RestartOn::Always) => "after every end",
        Some(RestartOn::Failure) => "after a failure",
        Some(RestartOn::Success) => "after a success",
        Some(RestartOn::Abnormal) => "after a death by a signal",
    }
    .to_owned();
    let all = |all: &[Sourced<Exit>]| exits(all.iter().map(|it| it.value));
    if !restart.also.is_empty() {
        text = format!("{text}, also after {}", all(&restart.also));
    }
    if restart.on.is_some() && !restart.except.is_empty() {
        text = format!("{text}, not after {}", all(&restart.except));
    }
    text
}

/// Endings of a process; statuses that follow each other are one range.
fn exits(exits: impl Iterator<Item = Exit>) -> String {
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

fn rate(rate: Rate) -> String {
    match rate {
        Rate::Unlimited => "never".to_owned(),
        Rate::Limited { restarts: 1, interval } => format!("1 restart in {interval} s"),
        Rate::Limited { restarts, interval } => format!("{restarts} restarts in {interval} s"),
    }
}

/// Ends in the order of their texts.
pub(super) fn sorted(ends: Vec<Exit>) -> impl Iterator<Item = String> {
    let mut texts: Vec<String> = ends.into_iter().map(|end| exits(std::iter::once(end))).collect();
    texts.sort();
    texts.into_iter()
}

/// Microseconds.
fn micros(micros: u64) -> String {
    match micros {
        0 => "none".to_owned(),
        _ if micros.is_multiple_of(1_000_000) => format!("{} s", micros / 1_000_000),
        _ if micros.is_multiple_of(1_000) => format!("{} ms", micros / 1_000),
        _ => format!("{micros} µs"),
    }
}

fn bound(bound: Bound) -> String {
    match bound {
        Bound::Unlimited => "unlimited".to_owned(),
        Bound::At(value) => value.to_string(),
    }
}

fn limit(limit: Limit) -> String {
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

fn io_priority(priority: IoPriority) -> String {
    let class = counterparts::word(counterparts::IO_CLASSES, &priority.class);
    match priority.level {
        Some(level) => format!("{class}, {level}"),
        None => class.to_owned(),
    }
}

fn scheduling(scheduling: Scheduling) -> String {
    let policy = counterparts::word(counterparts::POLICIES, &scheduling.policy);
    match scheduling.priority {
        0 => policy.to_owned(),
        priority => format!("{policy}, {priority}"),
    }
}

/// What a check asks, without the path.
fn check(check: &Check) -> String {
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

fn test(test: &ValueTest) -> String {
    format!("{}={}", if test.negated { "!" } else { "" }, test.pattern)
}

/// What starts a service on demand: what kind of thing, and which one.
pub(super) fn activation(activation: &Activation) -> String {
    match activation {
        Activation::Socket { address } => format!("socket {}", text(address)),
        Activation::File { path, change } => {
            let change = match change {
                FileChange::Create => "created",
                FileChange::Modify => "changed",
                FileChange::Delete => "deleted",
                FileChange::Exists => "there",
                FileChange::NotEmpty => "with something in it",
            };
            format!("file {path} {change}")
        }
        Activation::Bus { name } => format!("D-Bus {}", text(name)),
        Activation::Device { subsystem, action, properties } => {
            let mut words = vec!["device".to_owned(), text(subsystem), (*action).to_owned()];
            words.extend(properties.iter().map(|property| format!("{}{}", property.name, test(property))));
            words.join(" ")
        }
    }
}
