//! What stands behind each event that starts a job: a station of the boot, another job, or something that somebody
//! emits. The facts are those of `mapping.md`, measured on both inits.

use bstr::{BString, ByteSlice as _};

use super::bridges::{bridge, bus, device, file, is_bridge, is_device, socket};
use super::occasion;
use crate::findings::{Code, Finding};
use crate::service::{Activation, Bond, Machine, Milestone, Party, Relation, ValueTest};
use crate::text::{Origin, Sourced, Text};
use crate::upstart::condition::EventMatch;
use crate::upstart::distribution::Distribution;
use crate::upstart::glob;

/// What an event in `start on` means for a service.
#[derive(Clone, Debug, Default)]
pub struct Effect {
    /// How late in the boot it comes; the latest event of an `and` is the one that starts the job.
    pub rank: u8,
    /// Whether it comes before the system is set up.
    pub early: bool,
    /// What starts the service when it comes up itself.
    pub pulls: Vec<Party>,
    /// What starts the service at another moment.
    pub starts: Vec<(Bond, Party)>,
    /// What starts it only together: for each event the ties that tell of it.
    pub latch: Vec<Vec<Relation>>,
    /// What it is ordered after, and what it needs started for that.
    pub ties: Vec<(Bond, Party)>,
    /// What starts the service on demand.
    pub activation: Vec<Activation>,
    /// Values that the event must come with.
    pub tests: Vec<Sourced<ValueTest>>,
    /// Values that variables of the service manager's own environment must have: one of each list.
    pub manager_tests: Vec<Vec<Sourced<ValueTest>>>,
    /// Whether it has come before anything else can.
    pub given: bool,
    /// Whether it is work at shutdown, and if so, whether rescue mode calls for it as well.
    pub shutdown: Option<bool>,
    /// On which machines only.
    pub machine: Option<Machine>,
    /// What is to be said.
    pub findings: Vec<Finding>,
    /// The events that it stands for, for people.
    pub events: Vec<String>,
}

struct Row {
    event: &'static str,
    rank: u8,
    early: bool,
    pulled_by: Milestone,
    ties: &'static [(Bond, Milestone)],
}

/// Whether an event is one of the boot's own.
pub(super) fn is_boot_event(name: &str) -> bool {
    EVENTS.iter().any(|row| row.event == name) || matches!(name, "mounted" | "mounting")
}

/// A job's or a custom event comes at any time: later than all the boot's own.
pub const ANY_TIME: u8 = 20;

const NETWORK: &[(Bond, Milestone)] =
    &[(Bond::Starts, Milestone::NetworkOnline), (Bond::After, Milestone::NetworkOnline)];
const ALL_MOUNTED: &[(Bond, Milestone)] =
    &[(Bond::After, Milestone::LocalFs), (Bond::After, Milestone::RemoteFs)];
const EARLY: &[(Bond, Milestone)] =
    &[(Bond::Before, Milestone::LocalFsPre), (Bond::Before, Milestone::Sysinit)];

const EVENTS: &[Row] = &[
    Row { event: "startup", rank: 1, early: true, pulled_by: Milestone::Sysinit, ties: EARLY },
    Row { event: "virtual-filesystems", rank: 1, early: true, pulled_by: Milestone::Sysinit, ties: EARLY },
    Row { event: "local-filesystems", rank: 4, early: false, pulled_by: Milestone::MultiUser, ties: &[] },
    Row {
        event: "all-swaps",
        rank: 4,
        early: false,
        pulled_by: Milestone::MultiUser,
        ties: &[(Bond::After, Milestone::Swap)],
    },
    Row { event: "filesystem", rank: 5, early: false, pulled_by: Milestone::MultiUser, ties: ALL_MOUNTED },
    Row {
        event: "remote-filesystems",
        rank: 5,
        early: false,
        pulled_by: Milestone::MultiUser,
        ties: ALL_MOUNTED,
    },
    Row { event: "static-network-up", rank: 6, early: false, pulled_by: Milestone::MultiUser, ties: NETWORK },
    Row { event: "net-device-up", rank: 6, early: false, pulled_by: Milestone::MultiUser, ties: NETWORK },
    Row { event: "login-session-start", rank: 8, early: false, pulled_by: Milestone::Graphical, ties: &[] },
    Row { event: "desktop-session-start", rank: 8, early: false, pulled_by: Milestone::Graphical, ties: &[] },
    Row {
        event: "control-alt-delete",
        rank: ANY_TIME,
        early: false,
        pulled_by: Milestone::CtrlAltDel,
        ties: &[],
    },
    Row {
        event: "power-status-changed",
        rank: ANY_TIME,
        early: false,
        pulled_by: Milestone::PowerFailure,
        ties: &[],
    },
    Row {
        event: "keyboard-request",
        rank: ANY_TIME,
        early: false,
        pulled_by: Milestone::KeyboardRequest,
        ties: &[],
    },
];

impl Effect {
    /// What an event in `start on` means.
    pub fn of_start(event: &EventMatch, distribution: Distribution, origin: Origin) -> Effect {
        let name = event.name.to_str_lossy();
        if let Some(row) = EVENTS.iter().find(|row| row.event == name) {
            return row.effect(event, origin);
        }
        match name.as_ref() {
            "runlevel" => runlevel(event, 0, distribution, origin),
            "starting" | "started" | "stopping" | "stopped" => job(&name, event, distribution, origin),
            "mounted" | "mounting" => mount(name == "mounted", event, origin),
            "net-device-added" => interface(event, origin),
            "container" => container(event, origin),
            "not-container" => Effect { machine: Some(Machine::NoContainer), ..Effect::at(0, Vec::new()) },
            "socket" => socket(event, origin),
            "file" => file(event, origin),
            "dbus-activation" => bus(event, origin),
            _ if is_device(&name) => device(&name, event, origin),
            _ if is_bridge(&name) => Effect::unconverted(bridge(event, origin)),
            _ => custom(event, origin),
        }
    }

    pub fn at(rank: u8, pulls: Vec<Party>) -> Effect {
        Effect { rank, pulls, ..Effect::default() }
    }

    /// Whether it starts the service at all, and not only delays it.
    pub fn starts_something(&self) -> bool {
        !(self.pulls.is_empty()
            && self.starts.is_empty()
            && self.latch.is_empty()
            && self.activation.is_empty())
    }

    pub fn unconverted(finding: Finding) -> Effect {
        Effect { findings: vec![finding], ..Effect::at(0, Vec::new()) }
    }
}

impl Row {
    fn effect(&self, event: &EventMatch, origin: Origin) -> Effect {
        let mut effect = Effect::at(self.rank, vec![Party::Milestone(self.pulled_by)]);
        effect.early = self.early;
        effect.ties = self.ties.iter().map(|(bond, to)| (*bond, Party::Milestone(*to))).collect();
        match self.pulled_by {
            Milestone::CtrlAltDel | Milestone::PowerFailure | Milestone::KeyboardRequest => {
                effect.findings.push(
                    Finding::new(
                        Code::ConsoleEvent,
                        format!("`{}` becomes a target of the service's own", self.event),
                    )
                    .at(origin)
                    .help(
                        "the target is written along and takes the place of what systemd does by itself then",
                    ),
                );
            }
            _ => {}
        }
        if self.event == "net-device-up" {
            match event.value(0, "IFACE") {
                // The loopback device is always up by then.
                Some((b"lo", false)) => {
                    effect.ties.clear();
                    effect.rank = 4;
                }
                None | Some((b"lo", true)) => {}
                Some((interface, _)) => effect.findings.push(
                    Finding::new(
                        Code::NetworkInterface,
                        format!("the unit waits for the network as such, not for {}", interface.as_bstr()),
                    )
                    .at(origin)
                    .became("After=network-online.target")
                    .help("where several interfaces come up at different times, order the unit after what configures this one"),
                ),
            }
        } else if !event.env.is_empty() {
            effect.findings.push(filter(event, origin));
        }
        effect
    }
}

fn container(event: &EventMatch, origin: Origin) -> Effect {
    const KINDS: &[&[u8]] = &[b"lxc", b"lxc-libvirt", b"docker", b"openvz", b"systemd-nspawn"];
    let mut effect = Effect::at(0, Vec::new());
    effect.machine = match event.value(0, "CONTAINER") {
        None => Some(Machine::Container),
        Some((kind, false)) if KINDS.contains(&kind) => Some(Machine::Kind(kind.into())),
        Some(_) => {
            effect.findings.push(filter(event, origin));
            Some(Machine::Container)
        }
    };
    effect
}

pub(super) fn filter(event: &EventMatch, origin: Origin) -> Finding {
    Finding::new(Code::EventFilter, format!("the values in `{event}` are not looked at"))
        .at(origin)
        .help("the unit reacts to the event whatever its values are")
}

/// The runlevels that a value stands for, from `0` to `6` and `S`.
pub(super) fn levels((pattern, negated): (&[u8], bool)) -> Vec<u8> {
    b"0123456S".iter().copied().filter(|level| glob::matches(pattern, &[*level]) != negated).collect()
}

/// A condition on runlevels that holds in none.
pub(super) fn no_level(event: &EventMatch, origin: Origin, does: &str) -> Finding {
    let open = event.env.iter().any(|entry| entry.contains(&b'[') && !entry.contains(&b']'));
    let why = if open { ": a `[` without its `]` stands for itself" } else { "" };
    Finding::new(
        Code::LostOperand,
        format!("no runlevel is like that, so that `{event}` never {does} the job{why}"),
    )
    .at(origin)
    .help("write the runlevels that were meant, as in `runlevel [2345]`, and convert again")
}

fn runlevel(event: &EventMatch, position: usize, distribution: Distribution, origin: Origin) -> Effect {
    const ALL: &[u8] = b"2345";
    let value = event.value(position, "RUNLEVEL");
    if value.is_some_and(|(pattern, _)| pattern.contains(&b'$')) {
        return Effect::unconverted(lost(format!("`{event}`"), origin));
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
            effect.findings.push(
                Finding::new(Code::Runlevels, "the work is done at poweroff and at reboot alike")
                    .at(origin)
                    .help("look for the kind of shutdown in the script, with `systemctl list-jobs`"),
            );
        }
        return effect;
    }
    let target = match multi.as_slice() {
        [] => Milestone::Rescue,
        b"5" => Milestone::Graphical,
        _ => Milestone::MultiUser,
    };
    let mut effect = Effect::at(7, vec![Party::Milestone(target)]);
    if target != Milestone::Rescue && distribution == Distribution::Ubuntu {
        effect.ties = [(Bond::After, Milestone::RemoteFs)]
            .iter()
            .chain(NETWORK)
            .map(|(bond, to)| (*bond, Party::Milestone(*to)))
            .collect();
    }
    let odd = if multi.is_empty() {
        Some("the runlevels for repair became rescue.target".to_owned())
    } else if multi != ALL && multi != b"5" {
        Some(format!("systemd does not tell runlevels 2 to 5 apart; this one names {}", multi.as_bstr()))
    } else if down || rescue {
        Some("the unit starts with the system, not again when it goes down or into rescue mode".to_owned())
    } else {
        None
    };
    if let Some(message) = odd {
        let finding = Finding::new(Code::Runlevels, message).at(origin);
        let help = if multi.contains(&b'2') || multi.is_empty() {
            "check that the unit is wanted where the job was"
        } else {
            "runlevel 2 is the usual one on Debian and Ubuntu, 3 and 5 on Red Hat; do not enable the unit if the job did not run"
        };
        effect.findings.push(finding.help(help));
    }
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

pub(super) fn job(phase: &str, event: &EventMatch, distribution: Distribution, origin: Origin) -> Effect {
    let Some(name) = named_job(event) else {
        return Effect::unconverted(elsewhere(event, origin, "no single job is named here"));
    };
    let milestone = |milestone| Party::Milestone(milestone);
    match (phase, name.as_slice()) {
        ("starting", b"mountall") => {
            return Effect {
                early: true,
                ties: vec![
                    (Bond::Before, milestone(Milestone::LocalFsPre)),
                    (Bond::Starts, milestone(Milestone::LocalFsPre)),
                ],
                ..Effect::at(2, vec![milestone(Milestone::Sysinit)])
            };
        }
        // Where it has failed, nothing is mounted.
        ("started" | "stopped", b"mountall") if ending(event) != Bond::StartedByFailure => {
            let ties = ALL_MOUNTED.iter().map(|(bond, to)| (*bond, milestone(*to)));
            return Effect { ties: ties.collect(), ..Effect::at(5, vec![milestone(Milestone::MultiUser)]) };
        }
        ("stopped", b"rc") => {
            let mut effect = runlevel(event, 99, distribution, origin);
            if effect.shutdown.is_none() {
                effect.rank = 9;
                effect.ties.push((Bond::After, milestone(Milestone::MultiUser)));
            }
            return effect;
        }
        ("starting" | "started", b"rc") => return runlevel(event, 99, distribution, origin),
        _ => {}
    }
    let party = Party::Service(name.clone());
    let mut effect = match phase {
        "started" => Effect { ties: vec![(Bond::After, party.clone())], ..Effect::at(ANY_TIME, vec![party]) },
        "starting" => {
            Effect { ties: vec![(Bond::Before, party.clone())], ..Effect::at(ANY_TIME, vec![party]) }
        }
        "stopped" => Effect { starts: vec![(ending(event), party)], ..Effect::at(ANY_TIME, Vec::new()) },
        _ => Effect { starts: vec![(Bond::StartedByStopping, party)], ..Effect::at(ANY_TIME, Vec::new()) },
    };
    let closer = event.env.len() > 1
        && (event.env.len() > 2 || phase != "stopped" || event.value(99, "RESULT").is_none());
    if closer {
        effect.findings.push(filter(event, origin));
    }
    effect
}

/// Which ends of a job an event `stopped` means.
fn ending(event: &EventMatch) -> Bond {
    match event.value(99, "RESULT") {
        Some((b"failed", false) | (b"ok", true)) => Bond::StartedByFailure,
        Some((b"ok", false) | (b"failed", true)) => Bond::StartedBySuccess,
        // Only a failure comes with these.
        None if event
            .env
            .iter()
            .any(|entry| entry.starts_with(b"EXIT_") || entry.starts_with(b"PROCESS=")) =>
        {
            Bond::StartedByFailure
        }
        _ => Bond::StartedByEnd,
    }
}

pub(super) fn elsewhere(event: &EventMatch, origin: Origin, why: &str) -> Finding {
    Finding::new(Code::RelationElsewhere, format!("`{event}`: {why}"))
        .at(origin)
        .help("decide what should start or stop the unit, and write it down there")
}

fn mount(mounted: bool, event: &EventMatch, origin: Origin) -> Effect {
    const API: &[&[u8]] = &[b"/proc", b"/sys", b"/dev", b"/run", b"/dev/pts", b"/dev/shm", b"/sys/fs/cgroup"];
    let path = event
        .value(usize::MAX, "MOUNTPOINT")
        .filter(|(path, negated)| !negated && path.starts_with(b"/") && path.find_byteset(b"*?[$").is_none());
    let Some((path, _)) = path else {
        return Effect::unconverted(
            Finding::new(Code::BridgeEvent, format!("`{event}` names no single mount point"))
                .at(origin)
                .help("add Requires= and After= of the mount units that are meant"),
        );
    };
    let mut effect = if API.contains(&path) {
        // systemd itself mounts these before it starts any unit.
        let ties = EARLY.iter().map(|(bond, to)| (*bond, Party::Milestone(*to))).collect();
        Effect { early: true, ties, ..Effect::at(1, vec![Party::Milestone(Milestone::Sysinit)]) }
    } else {
        let party = Party::Mount(path.into());
        let ties = if mounted {
            vec![(Bond::After, party.clone()), (Bond::Before, Party::Milestone(Milestone::LocalFs))]
        } else {
            vec![(Bond::Before, party.clone())]
        };
        Effect { early: true, ties, ..Effect::at(3, vec![party]) }
    };
    if looks_closer(event) {
        effect.findings.push(filter(event, origin));
    }
    effect
}

fn interface(event: &EventMatch, origin: Origin) -> Effect {
    match event.value(0, "INTERFACE") {
        Some((name, false)) if name.find_byteset(b"*?[$").is_none() => {
            let party = Party::Interface(name.into());
            Effect { ties: vec![(Bond::After, party.clone())], ..Effect::at(ANY_TIME, vec![party]) }
        }
        _ => device("net-device-added", event, origin),
    }
}

pub(super) fn custom(event: &EventMatch, origin: Origin) -> Effect {
    let party = Party::Event(Text(event.name.clone()));
    let mut effect = Effect::at(ANY_TIME, vec![party]);
    effect.findings.push(announced(event, origin));
    effect.tests = occasion::tests(event, origin).unwrap_or_else(|| {
        effect.findings.push(filter(event, origin));
        Vec::new()
    });
    effect
}

pub(super) fn announced(event: &EventMatch, origin: Origin) -> Finding {
    let finding = Finding::new(Code::CustomEvent, announcement(&event.name)).at(origin);
    match similar(&event.name) {
        Some(known) => finding.help(format!("did you mean `{known}`? Nothing that Upstart ships emits `{}`", event.name)),
        None => finding.help(
            "where `initctl emit` announced it, write its variables to the unit's EnvironmentFile=, then `systemctl start` of the target",
        ),
    }
}

/// What is said of an event that became a target.
pub(super) fn announcement(event: &BString) -> String {
    format!("the event `{event}` is a target now")
}

/// A well-known event that a name resembles.
fn similar(name: &BString) -> Option<&'static str> {
    let name = name.to_str_lossy();
    if matches!(name.as_ref(), "start" | "stop" | "on") {
        return Some("runlevel");
    }
    let known =
        EVENTS.iter().map(|row| row.event).chain(["runlevel", "mounted", "started", "stopping", "stopped"]);
    known
        .filter(|known| name.len() > 4 && name.len().abs_diff(known.len()) <= 2)
        .filter(|known| strsim::damerau_levenshtein(&name, known) <= 2)
        .min()
}

/// The finding for a part of a condition that is not kept.
pub fn lost(what: impl std::fmt::Display, origin: Origin) -> Finding {
    Finding::new(Code::LostOperand, format!("the unit does not heed {what}"))
        .at(origin)
        .help("decide whether it matters, and what should start or stop the unit then")
}
