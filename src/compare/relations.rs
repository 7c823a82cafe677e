//! When it starts and stops: what it hangs on, what hangs on it.
//!
//! Two units are compared by the names of their directives ([`unit_ties`]). Otherwise the ties are those of the model, with what the
//! inits see to by themselves left out: whoever runs in the running system comes after its set-up on both.

use super::ledger::{Ledger, Said};
use super::{Aspect, Grade, Init, Side, environment, occasions, unit_ties, words};
use crate::service::{Bond, Milestone, Party, Phase};
use crate::systemd::load::UnitName;
use crate::systemd::{names, read};
use crate::text::Origin;

pub(super) fn compare(ledger: &mut Ledger<'_>) {
    let by_itself = occasions::enablement(ledger);
    if ledger.sides().iter().all(|side| side.init == Init::Systemd) {
        unit_ties::compare(ledger, by_itself);
    } else {
        let one_phase = ledger.left.service.phase == ledger.right.service.phase;
        let ties = ledger.sides().map(|side| ties(side, by_itself, one_phase));
        for aspect in GROUPS {
            group(ledger, aspect, &ties);
        }
    }
    if by_itself {
        occasions::occasions(ledger);
    }
    occasions::at_the_end(ledger);
    occasions::written_conditions(ledger, by_itself);
    let emits = |side: &Side| side.service.emits.clone();
    environment::listed(ledger, Aspect::Emits, emits, "announced", "not announced");
    occasions::phase(ledger);
    occasions::scope(ledger);
}

/// What ties are told as; what only asks for another one is told after what waits for it.
const GROUPS: [Aspect; 8] = [
    Aspect::StartedBy,
    Aspect::After,
    Aspect::Before,
    Aspect::Starts,
    Aspect::Requires,
    Aspect::StopsWith,
    Aspect::StoppedBy,
    Aspect::StartsAtEnd,
];

/// Which aspect tells of a tie.
fn aspect(bond: Bond) -> Aspect {
    match bond {
        Bond::StartedBy
        | Bond::StartedByStopping
        | Bond::StartedByEnd
        | Bond::StartedBySuccess
        | Bond::StartedByFailure => Aspect::StartedBy,
        Bond::Starts => Aspect::Starts,
        Bond::Needs | Bond::Demands => Aspect::Requires,
        Bond::Follows | Bond::StopsBefore | Bond::StopsAfter => Aspect::StopsWith,
        Bond::StartsAtFailure | Bond::StartsAtSuccess => Aspect::StartsAtEnd,
        Bond::After => Aspect::After,
        Bond::Before => Aspect::Before,
        Bond::StoppedBy | Bond::StoppedByStarting | Bond::StoppedByStarted => Aspect::StoppedBy,
    }
}

/// What a tie says beyond what its aspect does.
fn manner(bond: Bond) -> &'static str {
    match bond {
        Bond::StartedByStopping => "its stop",
        Bond::StartedByEnd => "its end",
        Bond::StartedBySuccess => "its end without failure",
        Bond::StartedByFailure => "its failure",
        Bond::Demands => "has to be up already",
        Bond::Needs => "starts it, and fails without it",
        Bond::Follows => "when somebody stops or restarts it",
        Bond::StopsBefore => "before it, however it ends",
        Bond::StopsAfter => "after it has stopped",
        Bond::StartsAtFailure => "when this has failed",
        Bond::StartsAtSuccess => "when this has succeeded",
        Bond::StoppedByStarting => "before it starts",
        Bond::StoppedByStarted => "once it is up",
        Bond::StartedBy | Bond::Starts | Bond::After | Bond::Before | Bond::StoppedBy => "",
    }
}

/// A tie of one side.
#[derive(Clone, Debug)]
struct Tie {
    bond: Bond,
    to: Party,
    /// The unit as the definition has it, where that is taken for something else.
    name: String,
    origin: Origin,
}

// ---- ties ----

/// Services of the boot that a service need not come after by itself, although they are up before the runlevels begin
/// on Upstart; and what an order to them that only one side has means, where it does no harm.
const OF_THE_BOOT: &[(&str, &str)] = &[
    ("dbus", "the socket of the bus is there before either, and holds messages back until the bus runs"),
    ("networking", ""),
    ("network", ""),
    ("systemd-user-sessions", "until that has run nobody but root can log in"),
];

/// What a unit of that name is to a service.
fn party_of(name: &UnitName) -> Party {
    let stem = name.as_str().strip_suffix(".service");
    match stem.filter(|stem| OF_THE_BOOT.iter().any(|(known, _)| known == stem)) {
        Some(stem) => Party::Service(stem.into()),
        None => read::party(name),
    }
}

/// The unit that stands for a party, as systemd's reader knows it.
fn canonical(party: &Party) -> Party {
    names::party(party).parse().map_or_else(|_| party.clone(), |name| party_of(&name))
}

/// The names by which a unit's directive at that place calls a party.
fn called(side: &Side, origin: Origin, party: &Party) -> Vec<UnitName> {
    let directives = side.directives.iter().filter(|directive| directive.origin == origin);
    let values = directives.map(|directive| words::text(&directive.value));
    let names = values.flat_map(|value| {
        value.split_whitespace().filter_map(|word| word.parse::<UnitName>().ok()).collect::<Vec<_>>()
    });
    names.filter(|name| read::party(name) == *party).collect()
}

/// Stations that everything in the running system comes after, on both inits.
fn is_before_all(milestone: Milestone) -> bool {
    use Milestone as M;
    matches!(milestone, M::LocalFsPre | M::LocalFs | M::Swap | M::Sysinit)
}

/// The ties of a side that matter. Where the two run at other stations of the boot, that says all of what an early one
/// stands before.
fn ties(side: &Side, by_itself: bool, one_phase: bool) -> Vec<Tie> {
    let service = &side.service;
    let mut ties: Vec<Tie> = Vec::new();
    for relation in &service.relations {
        let bond = relation.value.bond;
        if bond.starts() && !by_itself {
            continue;
        }
        let named = called(side, relation.origin, &relation.value.to);
        let name = match named.first() {
            Some(name) => name.to_string(),
            None => names::party(&relation.value.to),
        };
        // What is started by a unit of the boot starts with that, not at a station.
        let to = match named.iter().map(party_of).find(|to| matches!(to, Party::Service(_))) {
            Some(service) => service,
            // A unit that is in no set stands for the job of its name.
            None if bond == Bond::StartedBy => {
                relation.value.to.service().map_or_else(|| relation.value.to.clone(), Party::Service)
            }
            None => canonical(&relation.value.to),
        };
        let set_up = service.phase == Phase::Running
            && matches!(bond, Bond::After | Bond::Starts | Bond::Needs)
            && matches!(&to, Party::Milestone(milestone) if is_before_all(*milestone));
        let early = !one_phase
            && bond == Bond::Before
            && matches!(&to, Party::Milestone(milestone) if is_before_all(*milestone));
        // What the end of the system does to it has a row of its own, and so has the socket that starts it.
        let down = bond == Bond::StoppedBy && to == Party::Milestone(Milestone::Shutdown);
        let own = !service.activation.is_empty() && name == format!("{}.socket", words::text(&service.name));
        let known = ties.iter().any(|tie| tie.bond == bond && tie.to == to);
        if !(set_up || early || down || own || known) {
            ties.push(Tie { bond, to, name, origin: relation.origin });
        }
    }
    ties
}

/// Whether one station of the boot comes after another one by itself.
fn comes_after(later: Milestone, earlier: Milestone) -> bool {
    use Milestone as M;
    match later {
        M::NetworkOnline => matches!(earlier, M::Network | M::NetworkPre),
        M::Network => earlier == M::NetworkPre,
        M::RemoteFs => earlier == M::RemoteFsPre,
        M::Graphical => earlier == M::MultiUser,
        _ => false,
    }
}

/// The tie, or another one that implies it.
fn holds<'t>(ties: &'t [Tie], wanted: &Tie) -> Option<&'t Tie> {
    let same = ties.iter().find(|tie| tie.bond == wanted.bond && tie.to == wanted.to);
    same.or_else(|| {
        let Party::Milestone(wanted_to) = wanted.to else { return None };
        ties.iter().find(|tie| {
            wanted.bond == Bond::After
                && tie.bond == Bond::After
                && matches!(tie.to, Party::Milestone(milestone) if comes_after(milestone, wanted_to))
        })
    })
}

fn group(ledger: &mut Ledger<'_>, wanted: Aspect, ties: &[Vec<Tie>; 2]) {
    let sides = ledger.sides();
    let in_group = |at: usize| ties[at].iter().filter(|tie| aspect(tie.bond) == wanted).collect::<Vec<_>>();
    let (ours, theirs) = (in_group(0), in_group(1));
    let mut only: [Vec<&Tie>; 2] = [Vec::new(), Vec::new()];
    for tie in &ours {
        match holds(&ties[1], tie) {
            Some(other) => {
                let said = [say(sides[0], tie), say(sides[1], other)];
                // A tie that the other side's implies is the one that they have in common.
                let item = if other.to == tie.to { both(tie, other) } else { tie.name.clone() };
                ledger.row(wanted, Some(&item), said, Grade::Same, "");
            }
            None => only[0].push(tie),
        }
    }
    for tie in &theirs {
        match holds(&ties[0], tie) {
            // The tie itself has its row already.
            Some(other) if other.bond == tie.bond && other.to == tie.to => {}
            Some(other) => {
                let said = [say(sides[0], other), say(sides[1], tie)];
                ledger.row(wanted, Some(&tie.name), said, Grade::Same, "");
            }
            None => only[1].push(tie),
        }
    }
    // Something else of the same party stands beside it; what starts them stands beside each other in any case.
    let [ours, mut theirs] = only;
    for tie in ours {
        let is_beside = |other: &&Tie| other.to == tie.to || wanted == Aspect::StartedBy;
        let beside = theirs.iter().position(is_beside);
        let other = beside.map(|at| theirs.swap_remove(at));
        extra(ledger, wanted, [Some(tie), other]);
    }
    for tie in theirs {
        extra(ledger, wanted, [None, Some(tie)]);
    }
}

/// What two ties that say the same are called, whichever of them is on the left.
fn both(one: &Tie, other: &Tie) -> String {
    one.name.as_str().min(&other.name).to_owned()
}

/// A tie that only one side has, or that is of another kind on the other.
fn extra(ledger: &mut Ledger<'_>, wanted: Aspect, found: [Option<&Tie>; 2]) {
    let sides = ledger.sides();
    let Some(tie) = found[0].or(found[1]) else { return };
    // A station that one side waits for is one that it sees to as well: one row tells it.
    let told = wanted == Aspect::Starts
        && matches!(tie.to, Party::Milestone(_))
        && ledger.rows().iter().any(|row| {
            row.aspect == Aspect::After
                && row.grade == Grade::Differs
                && row.item.as_deref() == Some(tie.name.as_str())
        });
    if told {
        return;
    }
    let mut at = 0;
    let said = sides.map(|side| {
        let tie = found[at];
        at += 1;
        match (tie, &side.service.start_on) {
            (Some(tie), _) => say(side, tie),
            (None, Some(condition)) if wanted == Aspect::StartedBy && side.init == Init::Upstart => {
                Said::at(format!("start on {}", words::text(&condition.value)), condition.origin)
            }
            (None, _) => Said::default("no"),
        }
    });
    let item = match found {
        [Some(one), Some(other)] if one.to != other.to => None,
        [Some(one), Some(other)] => Some(both(one, other)),
        _ => Some(tie.name.clone()),
    };
    let item = item.as_deref();
    let stops = sides.into_iter().zip(found).any(|(side, found)| found.is_none() && stops_for(side, tie));
    if stops && matches!(wanted, Aspect::After | Aspect::Before) {
        let why =
            "on one side it stops for the other one's sake, and on systemd that takes an order of the starts";
        ledger.row(wanted, item, said, Grade::Harmless, why);
    } else if let Some(why) = harmless(wanted, tie) {
        ledger.row(wanted, item, said, Grade::Harmless, why);
    } else {
        ledger.row(wanted, item, said, Grade::Differs, why(wanted, tie));
    }
}

/// Why an order to a service of the boot does no harm where only one side has it.
fn harmless(wanted: Aspect, tie: &Tie) -> Option<&'static str> {
    let Party::Service(name) = &tie.to else { return None };
    let known = OF_THE_BOOT.iter().find(|(known, _)| known.as_bytes() == name.as_slice());
    known.map(|(_, why)| *why).filter(|why| !why.is_empty() && wanted == Aspect::After)
}

/// Whether a side stops before, or because of, what another one waits for.
fn stops_for(side: &Side, tie: &Tie) -> bool {
    side.init == Init::Upstart
        && side.service.relations.iter().any(|relation| {
            aspect(relation.value.bond) == Aspect::StopsWith && canonical(&relation.value.to) == tie.to
                || aspect(relation.value.bond) == Aspect::StoppedBy && canonical(&relation.value.to) == tie.to
        })
}

fn why(wanted: Aspect, tie: &Tie) -> &'static str {
    use Milestone as M;
    match (wanted, &tie.to) {
        (Aspect::After, Party::Milestone(M::NetworkOnline)) => {
            "on one side it starts when the network may not be up yet"
        }
        (Aspect::After, Party::Milestone(M::Network)) => {
            "on one side it may start before, and stop after, what sets the network up"
        }
        (Aspect::After, Party::Milestone(M::RemoteFs | M::RemoteFsPre)) => {
            "on one side it may start before file systems of the network are mounted"
        }
        (Aspect::Starts, Party::Milestone(_)) => {
            "where nothing else asks for it, it is not reached on one side"
        }
        _ => "",
    }
}

/// How a side says a tie.
fn say(side: &Side, tie: &Tie) -> Said {
    let source = words::text(side.source(tie.origin));
    let mut source = source.split_whitespace().collect::<Vec<_>>().join(" ");
    // Of a directive that names many units, this one.
    if side.init == Init::Systemd
        && let Some((directive, _)) = source.split_once('=')
    {
        source = format!("{}={}", directive.trim_end(), tie.name);
    }
    let manner = manner(tie.bond);
    let text = match (source.is_empty(), manner.is_empty()) {
        (true, true) => "yes".to_owned(),
        (true, false) => manner.to_owned(),
        (false, _) if side.init == Init::Systemd => source,
        (false, true) => source,
        (false, false) => format!("{manner}: {source}"),
    };
    Said::at(text, tie.origin)
}
