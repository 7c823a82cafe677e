//! What stands behind each event that starts a job: a boot target, another job, or something that somebody
//! emits. The facts are those of `mapping.md`, measured on both inits.

use bstr::{BString, ByteSlice as _};

use super::bridges::{bridge, device, is_bridge, on_demand};
use super::effect::{ANY_TIME, Effect};
use super::event_environment;
use crate::findings::{Finding, Subject, codes};
use crate::service::BootTarget::{
    self, CtrlAltDel, Graphical, KeyboardRequest, LocalFs, LocalFsPre, MultiUser, NetworkOnline, PowerFailure,
    RemoteFs, Rescue, Swap, Sysinit,
};
use crate::service::DependencyKind::{self, After, Before, Starts};
use crate::service::{Machine, Target};
use crate::text::{Origin, Text};
use crate::upstart::condition::EventMatch;
use crate::upstart::distribution::Distribution;
use crate::upstart::glob;

struct Row {
    event: &'static str,
    rank: u8,
    pulled_by: BootTarget,
    dependencies: &'static [(DependencyKind, BootTarget)],
}

/// The rank of the events before which nothing is set up.
const EARLIEST: u8 = 1;

const NETWORK: &[(DependencyKind, BootTarget)] = &[(Starts, NetworkOnline), (After, NetworkOnline)];
const BEFORE_RUNLEVEL: &[(DependencyKind, BootTarget)] = &[(After, RemoteFs), NETWORK[0], NETWORK[1]];
const ALL_MOUNTED: &[(DependencyKind, BootTarget)] = &[(After, LocalFs), (After, RemoteFs)];
const EARLY: &[(DependencyKind, BootTarget)] = &[(Before, LocalFsPre), (Before, Sysinit)];

const EVENTS: &[Row] = &[
    row("startup", EARLIEST, Sysinit, EARLY),
    row("virtual-filesystems", EARLIEST, Sysinit, EARLY),
    row("local-filesystems", 4, MultiUser, &[]),
    row("all-swaps", 4, MultiUser, &[(After, Swap)]),
    row("filesystem", 5, MultiUser, ALL_MOUNTED),
    row("remote-filesystems", 5, MultiUser, ALL_MOUNTED),
    row("static-network-up", 6, MultiUser, NETWORK),
    row("net-device-up", 6, MultiUser, NETWORK),
    row("login-session-start", 8, Graphical, &[]),
    row("desktop-session-start", 8, Graphical, &[]),
    row("control-alt-delete", ANY_TIME, CtrlAltDel, &[]),
    row("power-status-changed", ANY_TIME, PowerFailure, &[]),
    row("keyboard-request", ANY_TIME, KeyboardRequest, &[]),
];

const fn row(
    event: &'static str,
    rank: u8,
    pulled_by: BootTarget,
    dependencies: &'static [(DependencyKind, BootTarget)],
) -> Row {
    Row { event, rank, pulled_by, dependencies }
}

/// What starts with that boot target, and hangs on these.
fn of_boot(rank: u8, pulled_by: BootTarget, dependencies: &[(DependencyKind, BootTarget)]) -> Effect {
    let dependencies = dependencies.iter().map(|(kind, to)| (*kind, Target::BootTarget(*to))).collect();
    Effect { dependencies, ..Effect::at(rank, vec![Target::BootTarget(pulled_by)]) }
}

/// Whether an event is one of the boot's own.
pub(super) fn is_boot_event(name: &str) -> bool {
    EVENTS.iter().any(|row| row.event == name) || matches!(name, "mounted" | "mounting")
}

/// What an event in `start on` means.
pub(super) fn of_start(event: &EventMatch, distribution: Distribution, origin: Option<Origin>) -> Effect {
    let name = event.name.to_str_lossy();
    if let Some(row) = EVENTS.iter().find(|row| row.event == name) {
        return row.effect(event, origin);
    }
    match name.as_ref() {
        "runlevel" => runlevel(event, 0, distribution, origin),
        _ if event.is_of_job() => job(&name, event, distribution, origin),
        "mounted" | "mounting" => mount(name == "mounted", event, origin),
        "net-device-added" => interface(event, origin),
        "container" => container(event, origin),
        "not-container" => Effect::on(Machine::NoContainer),
        _ => match on_demand(event, origin) {
            Some(effect) => effect,
            None if is_bridge(&name) => Effect::unconverted(bridge(event, origin)),
            None => custom(event, origin),
        },
    }
}

impl Row {
    fn effect(&self, event: &EventMatch, origin: Option<Origin>) -> Effect {
        let mut effect = of_boot(self.rank, self.pulled_by, self.dependencies);
        effect.early = self.rank == EARLIEST;
        if matches!(self.pulled_by, CtrlAltDel | PowerFailure | KeyboardRequest) {
            let about = Subject::Event(self.event.into());
            effect.findings.push(codes::console_event(self.event).about(about).at(origin));
        }
        if self.event == "net-device-up" {
            match event.value(0, "IFACE") {
                // The loopback device is always up by then.
                Some((b"lo", false)) => {
                    effect.dependencies.clear();
                    effect.rank = 4;
                }
                None | Some((b"lo", true)) => {}
                Some((interface, _)) => {
                    let finding = codes::network_interface(interface.as_bstr());
                    let finding = finding.about(Subject::Named(interface.into())).at(origin);
                    effect.findings.push(finding.became("After=network-online.target"));
                }
            }
        } else if !event.env.is_empty() {
            effect.findings.push(filter(event, origin));
        }
        effect
    }
}

fn container(event: &EventMatch, origin: Option<Origin>) -> Effect {
    const KINDS: &[&[u8]] = &[b"lxc", b"lxc-libvirt", b"docker", b"openvz", b"systemd-nspawn"];
    let mut effect = Effect::on(Machine::Container);
    match event.value(0, "CONTAINER") {
        None => {}
        Some((kind, false)) if KINDS.contains(&kind) => effect.machine = Some(Machine::Kind(kind.into())),
        Some(_) => effect.findings.push(filter(event, origin)),
    }
    effect
}

pub(super) fn filter(event: &EventMatch, origin: Option<Origin>) -> Finding {
    codes::event_values(event).about(event.subject()).at(origin)
}

/// The runlevels that a value stands for, from `0` to `6` and `S`.
pub(super) fn levels((pattern, negated): (&[u8], bool)) -> Vec<u8> {
    b"0123456S".iter().copied().filter(|level| glob::matches(pattern, &[*level]) != negated).collect()
}

/// A condition on runlevels that holds in none.
pub(super) fn no_level(event: &EventMatch, origin: Option<Origin>, does: &str) -> Finding {
    let open = event.env.iter().any(|entry| entry.contains(&b'[') && !entry.contains(&b']'));
    let finding =
        if open { codes::no_such_runlevel_unclosed(event, does) } else { codes::no_such_runlevel(event, does) };
    finding.about(event.subject()).at(origin)
}

fn runlevel(event: &EventMatch, position: usize, distribution: Distribution, origin: Option<Origin>) -> Effect {
    const ALL: &[u8] = b"2345";
    let value = event.value(position, "RUNLEVEL");
    if value.is_some_and(|(pattern, _)| pattern.contains(&b'$')) {
        return Effect::unconverted(codes::lost_runlevel(event).about(event.subject()).at(origin));
    }
    let levels = levels(value.unwrap_or((b"*", false)));
    if levels.is_empty() {
        return Effect::unconverted(no_level(event, origin, "starts"));
    }
    let multi: Vec<u8> = levels.iter().copied().filter(|level| ALL.contains(level)).collect();
    let down = levels.iter().any(|level| matches!(level, b'0' | b'6'));
    let rescue = levels.iter().any(|level| matches!(level, b'1' | b'S'));
    if multi.is_empty() && down {
        let mut effect = Effect { shutdown: Some(rescue), ..Effect::at(7, Vec::new()) };
        if !(levels.contains(&b'0') && levels.contains(&b'6')) {
            effect.findings.push(codes::poweroff_like_reboot().at(origin));
        }
        return effect;
    }
    let target = match multi.as_slice() {
        [] => Rescue,
        b"5" => Graphical,
        _ => MultiUser,
    };
    let is_late = target != Rescue && distribution == Distribution::Ubuntu;
    let mut effect = of_boot(7, target, if is_late { BEFORE_RUNLEVEL } else { &[] });
    let of_debian = multi.contains(&b'2');
    let odd = if multi.is_empty() {
        Some(codes::runlevels_for_repair())
    } else if multi != ALL && multi != b"5" {
        let shown = multi.as_bstr();
        Some(if of_debian { codes::runlevels_not_told_apart(shown) } else { codes::runlevels_without_debian(shown) })
    } else if down || rescue {
        Some(if of_debian { codes::runlevels_of_end_too() } else { codes::runlevels_of_end_too_without_debian() })
    } else {
        None
    };
    let about = Subject::Event(if multi == b"5" { ALL } else { &multi }.into());
    effect.findings.extend(odd.map(|finding| finding.about(about).at(origin)));
    if event.value(position + 1, "PREVLEVEL").is_some() {
        effect.findings.push(filter(event, origin));
    }
    effect
}

/// The other job that an event of its life names; nothing where that is a pattern.
pub(super) fn named_job(event: &EventMatch) -> Option<Text> {
    match event.value(0, "JOB") {
        Some((name, false)) if name.find_byteset(b"*?[$").is_none() && !name.is_empty() => Some(name.into()),
        _ => None,
    }
}

/// Whether an event about a job looks at more than the job's name.
pub(super) fn looks_closer(event: &EventMatch) -> bool {
    event.env.len() > 1
}

pub(super) fn job(phase: &str, event: &EventMatch, distribution: Distribution, origin: Option<Origin>) -> Effect {
    let Some(name) = named_job(event) else {
        return Effect::unconverted(codes::pattern_of_jobs_starts(event).about(event.subject()).at(origin));
    };
    match (phase, name.as_slice()) {
        ("starting", b"mountall") => {
            let effect = of_boot(2, Sysinit, &[(Before, LocalFsPre), (Starts, LocalFsPre)]);
            return Effect { early: true, ..effect };
        }
        // Where it has failed, nothing is mounted.
        ("started" | "stopped", b"mountall") if ending(event) != DependencyKind::StartedByFailure => {
            return of_boot(5, MultiUser, ALL_MOUNTED);
        }
        ("stopped", b"rc") => {
            let mut effect = runlevel(event, 99, distribution, origin);
            if effect.shutdown.is_none() {
                effect.rank = 9;
                effect.dependencies.push((After, Target::BootTarget(MultiUser)));
            }
            return effect;
        }
        ("starting" | "started", b"rc") => return runlevel(event, 99, distribution, origin),
        _ => {}
    }
    let target = Target::Service(name);
    let starts = |kind| Effect { starts: vec![(kind, target.clone())], ..Effect::at(ANY_TIME, Vec::new()) };
    let mut effect = match phase {
        "started" => Effect::beside(After, target),
        "starting" => Effect::beside(Before, target),
        "stopped" => starts(ending(event)),
        _ => starts(DependencyKind::StartedByStopping),
    };
    let says_result = phase == "stopped" && event.value(99, "RESULT").is_some();
    if event.env.len() > 1 + usize::from(says_result) {
        effect.findings.push(filter(event, origin));
    }
    effect
}

/// Which ends of a job an event `stopped` means.
fn ending(event: &EventMatch) -> DependencyKind {
    let is_of_failure = |entry: &BString| entry.starts_with(b"EXIT_") || entry.starts_with(b"PROCESS=");
    match event.value(99, "RESULT") {
        Some((b"failed", false) | (b"ok", true)) => DependencyKind::StartedByFailure,
        Some((b"ok", false) | (b"failed", true)) => DependencyKind::StartedBySuccess,
        // Only a failure comes with these.
        None if event.env.iter().any(is_of_failure) => DependencyKind::StartedByFailure,
        _ => DependencyKind::StartedByEnd,
    }
}

fn mount(mounted: bool, event: &EventMatch, origin: Option<Origin>) -> Effect {
    const API: &[&[u8]] = &[b"/proc", b"/sys", b"/dev", b"/run", b"/dev/pts", b"/dev/shm", b"/sys/fs/cgroup"];
    let path = event
        .value(usize::MAX, "MOUNTPOINT")
        .filter(|(path, negated)| !negated && path.starts_with(b"/") && path.find_byteset(b"*?[$").is_none());
    let Some((path, _)) = path else {
        return Effect::unconverted(codes::pattern_of_mounts(event).about(event.subject()).at(origin));
    };
    let mut effect = if API.contains(&path) {
        // systemd itself mounts these before it starts any unit.
        of_boot(EARLIEST, Sysinit, EARLY)
    } else if mounted {
        let mut effect = Effect::beside(After, Target::Mount(path.into()));
        effect.dependencies.push((Before, Target::BootTarget(LocalFs)));
        Effect { rank: 3, ..effect }
    } else {
        Effect { rank: 3, ..Effect::beside(Before, Target::Mount(path.into())) }
    };
    effect.early = true;
    if looks_closer(event) {
        effect.findings.push(filter(event, origin));
    }
    effect
}

fn interface(event: &EventMatch, origin: Option<Origin>) -> Effect {
    match event.value(0, "INTERFACE") {
        Some((name, false)) if name.find_byteset(b"*?[$").is_none() => {
            Effect::beside(After, Target::Interface(name.into()))
        }
        _ => device(event, origin),
    }
}

pub(super) fn custom(event: &EventMatch, origin: Option<Origin>) -> Effect {
    let target = Target::Event(Text(event.name.clone()));
    let mut effect = Effect::at(ANY_TIME, vec![target]);
    effect.findings.push(announced(event, origin));
    effect.tests = event_environment::tests(event, origin).unwrap_or_else(|| {
        effect.findings.push(filter(event, origin));
        Vec::new()
    });
    effect
}

pub(super) fn announced(event: &EventMatch, origin: Option<Origin>) -> Finding {
    let finding = match similar(&event.name) {
        Some(known) => codes::custom_event_misspelt(&event.name, known),
        None => codes::custom_event(&event.name),
    };
    finding.about(Subject::Event(event.name.clone().into())).at(origin)
}

/// A well-known event that a name resembles.
fn similar(name: &BString) -> Option<&'static str> {
    let name = name.to_str_lossy();
    if matches!(name.as_ref(), "start" | "stop" | "on") {
        return Some("runlevel");
    }
    let known = EVENTS.iter().map(|row| row.event).chain(["runlevel", "mounted", "started", "stopping", "stopped"]);
    // Two edits at most, and so two letters at most that the known one has not.
    let strange = |known: &str| name.chars().filter(|letter| !known.contains(*letter)).count();
    known
        .filter(|known| name.len() > 4 && name.len().abs_diff(known.len()) <= 2 && strange(known) <= 2)
        .filter(|known| strsim::osa_distance(&name, known) <= 2)
        .min()
}
