//! What it depends on, and what depends on it.
//!
//! Two units are compared by the names of their directives (`compare_units`). Otherwise the dependencies are those of
//! the model, with what the inits see to by themselves left out: whoever runs in the running system comes after its set-up
//! on both.

use indexmap::IndexMap;

use super::diff_builder::DiffBuilder;
use super::start_conditions::both_start;
use super::value::{AspectValue, DisplayValue};
use super::{Aspect, Definition, Grade, Init, render};
use crate::service::{BootTarget, DependencyKind, Phase, Target};
use crate::systemd::load::UnitName;
use crate::systemd::{dependencies, names, read};
use crate::text::{Origin, Provenance};

pub(super) fn compare(builder: &mut DiffBuilder<'_>) {
    let by_itself = both_start(builder);
    let [left, right] = builder.both;
    if builder.both.iter().all(|of| of.init == Init::Systemd) {
        compare_units(builder, by_itself);
    } else {
        let one_phase = left.service.phase == right.service.phase;
        let all = builder.both.map(|of| edges(of, by_itself, one_phase));
        for aspect in GROUPS {
            group(builder, aspect, &all);
        }
    }
}

/// What dependencies are told as; what only asks for another one is told after what waits for it.
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

/// A dependency of one definition.
#[derive(Clone, Debug)]
struct Edge {
    kind: DependencyKind,
    to: Target,
    /// The unit as the definition has it, where that is taken for something else.
    name: String,
    origin: Option<Origin>,
}

impl Edge {
    fn is(&self, other: &Edge) -> bool {
        self.kind == other.kind && self.to == other.to
    }

    /// What it is called on both, whichever of them is on the left.
    fn common_name<'e>(&'e self, other: &'e Edge) -> &'e str {
        self.name.as_str().min(&other.name)
    }
}

/// Services of the boot that a service need not come after by itself, although they are up before the runlevels begin
/// on Upstart; and what an order to them that only one side has means, where it does no harm.
const OF_THE_BOOT: &[(&str, &str)] = &[
    ("dbus", "the socket of the bus is there before either, and holds messages back until the bus runs"),
    ("networking", ""),
    ("network", ""),
    ("systemd-user-sessions", "until that has run nobody but root can log in"),
];

/// What a unit of that name is to a service.
fn target_of(name: &UnitName) -> Target {
    let stem = name.as_str().strip_suffix(".service");
    match stem.filter(|stem| OF_THE_BOOT.iter().any(|(known, _)| known == stem)) {
        Some(stem) => Target::Service(stem.into()),
        None => read::target(name),
    }
}

/// The unit that stands for a target, as systemd's reader knows it.
fn canonical(target: &Target) -> Target {
    names::target(target).parse().map_or_else(|_| target.clone(), |name| target_of(&name))
}

/// The names by which a unit's directive at that place calls a target.
fn called(of: &Definition, origin: Option<Origin>, target: &Target) -> Vec<UnitName> {
    let directives = of.directives.iter().filter(|directive| Some(directive.origin) == origin);
    let values = directives.map(|directive| render::text(&directive.value));
    let names = values.flat_map(|value| {
        value.split_whitespace().filter_map(|word| word.parse::<UnitName>().ok()).collect::<Vec<_>>()
    });
    names.filter(|name| read::target(name) == *target).collect()
}

/// Boot targets that everything in the running system comes after, on both inits.
fn is_before_all(target: &Target) -> bool {
    use BootTarget as B;
    matches!(target, Target::BootTarget(B::LocalFsPre | B::LocalFs | B::Swap | B::Sysinit))
}

/// The dependencies of a definition that matter. Where the two run in other phases of the boot, that says all of what an
/// early one stands before.
fn edges(of: &Definition, by_itself: bool, one_phase: bool) -> Vec<Edge> {
    use DependencyKind as K;
    let service = &of.service;
    let mut edges: Vec<Edge> = Vec::new();
    for dependency in &service.dependencies {
        let kind = dependency.value.kind;
        if kind.starts() && !by_itself {
            continue;
        }
        let named = called(of, dependency.origin(), &dependency.value.to);
        let name = named.first().map_or_else(|| names::target(&dependency.value.to), ToString::to_string);
        // What is started by a unit of the boot starts with that, not at a boot target.
        let to = match named.iter().map(target_of).find(|to| matches!(to, Target::Service(_))) {
            Some(service) => service,
            // A unit that is in no set stands for the job of its name.
            None if kind == K::StartedBy => {
                dependency.value.to.service().map_or_else(|| dependency.value.to.clone(), Target::Service)
            }
            None => canonical(&dependency.value.to),
        };
        let is_set_up = is_before_all(&to)
            && match kind {
                K::After | K::Starts | K::Needs => service.phase == Phase::Running,
                K::Before => !one_phase,
                _ => false,
            };
        // What the end of the system does to it has a row of its own, and so has the socket that starts it.
        let is_end = kind == K::StoppedBy && to == Target::BootTarget(BootTarget::Shutdown);
        let is_own = !service.activation.is_empty() && name == format!("{}.socket", render::text(&service.name));
        let edge = Edge { kind, to, name, origin: dependency.origin() };
        if !(is_set_up || is_end || is_own || edges.iter().any(|known| known.is(&edge))) {
            edges.push(edge);
        }
    }
    edges
}

/// Whether one boot target comes after another one by itself.
fn comes_after(later: BootTarget, earlier: BootTarget) -> bool {
    use BootTarget as B;
    match later {
        B::NetworkOnline => matches!(earlier, B::Network | B::NetworkPre),
        B::Network => earlier == B::NetworkPre,
        B::RemoteFs => earlier == B::RemoteFsPre,
        B::Graphical => earlier == B::MultiUser,
        _ => false,
    }
}

/// The dependency, or another one that implies it.
fn holds<'e>(edges: &'e [Edge], wanted: &Edge) -> Option<&'e Edge> {
    let implies = |edge: &&Edge| match (&edge.to, &wanted.to) {
        (Target::BootTarget(later), Target::BootTarget(earlier)) => {
            [edge.kind, wanted.kind] == [DependencyKind::After; 2] && comes_after(*later, *earlier)
        }
        _ => false,
    };
    edges.iter().find(|edge| edge.is(wanted)).or_else(|| edges.iter().find(implies))
}

fn group(builder: &mut DiffBuilder<'_>, wanted: Aspect, edges: &[Vec<Edge>; 2]) {
    let [left, right] = builder.both;
    let [ours, theirs] =
        edges.each_ref().map(|edges| edges.iter().filter(|edge| Aspect::of_dependency(edge.kind) == wanted));
    let mut only: [Vec<&Edge>; 2] = [Vec::new(), Vec::new()];
    for edge in ours {
        match holds(&edges[1], edge) {
            Some(other) => {
                // A dependency that the other one's implies is the one that they have in common.
                let item = if other.to == edge.to { edge.common_name(other) } else { &edge.name };
                builder.row(wanted, Some(item), [say(left, edge), say(right, other)], Grade::Same, "");
            }
            None => only[0].push(edge),
        }
    }
    for edge in theirs {
        match holds(&edges[0], edge) {
            // It has its row already.
            Some(other) if other.is(edge) => {}
            Some(other) => {
                builder.row(wanted, Some(&edge.name), [say(left, other), say(right, edge)], Grade::Same, "");
            }
            None => only[1].push(edge),
        }
    }
    // Something else of the same target stands beside it; what starts them stands beside each other in any case.
    let [ours, mut theirs] = only;
    for edge in ours {
        let beside = theirs.iter().position(|other| other.to == edge.to || wanted == Aspect::StartedBy);
        let other = beside.map(|at| theirs.swap_remove(at));
        extra(builder, wanted, edge, [Some(edge), other]);
    }
    for edge in theirs {
        extra(builder, wanted, edge, [None, Some(edge)]);
    }
}

/// A dependency that only one definition has, or that is of another kind on the other.
fn extra(builder: &mut DiffBuilder<'_>, wanted: Aspect, edge: &Edge, found: [Option<&Edge>; 2]) {
    // A boot target that one of the two waits for is one that it sees to as well: one row tells it.
    let is_reported = wanted == Aspect::Starts
        && matches!(edge.to, Target::BootTarget(_))
        && builder.rows().iter().any(|row| {
            row.aspect == Aspect::After && row.grade == Grade::Differs && row.item.as_ref() == Some(&edge.name)
        });
    if is_reported {
        return;
    }
    let values = [0, 1].map(|at| {
        let of = builder.both[at];
        match (found[at], &of.service.start_on) {
            (Some(edge), _) => say(of, edge),
            (None, Some(condition)) if wanted == Aspect::StartedBy && of.init == Init::Upstart => {
                DisplayValue::at(AspectValue::StartOn(condition.value.clone()), condition.origin())
            }
            (None, _) => DisplayValue::absent(),
        }
    });
    let item = match found {
        [Some(one), Some(other)] if one.to != other.to => None,
        [Some(one), Some(other)] => Some(one.common_name(other)),
        _ => Some(edge.name.as_str()),
    };
    let is_order = matches!(wanted, Aspect::After | Aspect::Before);
    let stops = || [0, 1].into_iter().any(|at| found[at].is_none() && stops_for(builder.both[at], edge));
    let (grade, why) = if is_order && stops() {
        let why = "on one side it stops for the other one's sake, and on systemd that takes an order of the starts";
        (Grade::Harmless, why)
    } else if let Some(why) = harmless(wanted, edge) {
        (Grade::Harmless, why)
    } else {
        (Grade::Differs, why(wanted, edge))
    };
    builder.row(wanted, item, values, grade, why);
}

/// Why an order to a service of the boot does no harm where only one of the two has it.
fn harmless(wanted: Aspect, edge: &Edge) -> Option<&'static str> {
    let Target::Service(name) = &edge.to else { return None };
    let known = OF_THE_BOOT.iter().find(|(known, _)| known.as_bytes() == name.as_slice());
    known.map(|(_, why)| *why).filter(|why| !why.is_empty() && wanted == Aspect::After)
}

/// Whether a job stops before, or because of, what another one waits for.
fn stops_for(of: &Definition, edge: &Edge) -> bool {
    of.init == Init::Upstart
        && of.service.dependencies.iter().any(|dependency| {
            matches!(Aspect::of_dependency(dependency.value.kind), Aspect::StopsWith | Aspect::StoppedBy)
                && canonical(&dependency.value.to) == edge.to
        })
}

fn why(wanted: Aspect, edge: &Edge) -> &'static str {
    use BootTarget as B;
    match (wanted, &edge.to) {
        (Aspect::After, Target::BootTarget(B::NetworkOnline)) => {
            "on one side it starts when the network may not be up yet"
        }
        (Aspect::After, Target::BootTarget(B::Network)) => {
            "on one side it may start before, and stop after, what sets the network up"
        }
        (Aspect::After, Target::BootTarget(B::RemoteFs | B::RemoteFsPre)) => {
            "on one side it may start before file systems of the network are mounted"
        }
        (Aspect::Starts, Target::BootTarget(_)) => "where nothing else asks for it, it is not reached on one side",
        _ => "",
    }
}

/// How a definition says a dependency.
fn say(of: &Definition, edge: &Edge) -> DisplayValue {
    let source = render::text(of.source(edge.origin));
    let mut source = source.split_whitespace().collect::<Vec<_>>().join(" ");
    // A directive says its kind.
    let kind = Some(edge.kind).filter(|_| of.init == Init::Upstart || source.is_empty());
    if of.init == Init::Systemd
        && let Some((directive, _)) = source.split_once('=')
    {
        // Of one that names many units, this one.
        source = format!("{}={}", directive.trim_end(), edge.name);
    }
    DisplayValue::at(AspectValue::Dependency(kind, source), edge.origin)
}

// ---- two units ----

/// What enables a unit without a word in it.
const LINK: &str = "a link";

/// What default dependencies add to every unit (systemd.service(5), "Default Dependencies"): to write it as well changes
/// nothing. Units without them are told apart by the phase of the boot, and by what becomes of them at shutdown.
const IMPLIED: &[(&str, &[&str])] = &[
    ("Requires", &["sysinit.target"]),
    ("After", &["sysinit.target", "basic.target"]),
    ("Before", &["shutdown.target"]),
    ("Conflicts", &["shutdown.target"]),
];

/// Whether a directive names that unit by itself.
pub(super) fn is_implied(directive: &str, unit: &str) -> bool {
    IMPLIED.iter().any(|(known, units)| *known == directive && units.contains(&unit))
}

/// Two units name other units by the names that these have, so that none has to be taken for another.
fn compare_units(builder: &mut DiffBuilder<'_>, by_itself: bool) {
    type Named = (Vec<&'static str>, Option<Origin>);
    let mut all: IndexMap<(Aspect, String), [Option<Named>; 2]> = IndexMap::new();
    for (at, of) in builder.both.into_iter().enumerate() {
        let mut add = |aspect: Aspect, unit: &str, name: &'static str, origin: Option<Origin>| {
            let found = &mut all.entry((aspect, unit.to_owned())).or_default()[at];
            let (names, _) = found.get_or_insert_with(|| (Vec::new(), origin));
            if !names.contains(&name) {
                names.push(name);
                names.sort_unstable();
            }
        };
        for directive in &of.directives {
            let name = directive.name;
            let Some(kind) = dependencies::read(name).next() else { continue };
            let units = render::text(&directive.value);
            for unit in units.split_whitespace().filter(|unit| !is_implied(name, unit)) {
                add(Aspect::of_dependency(kind), unit, name, Some(directive.origin));
            }
        }
        // Links that enable it, where it does not say itself what does.
        let links = of.service.of_kind(DependencyKind::StartedBy);
        for link in links.filter(|link| link.provenance == Provenance::Implied) {
            add(Aspect::StartedBy, &names::target(&link.value.to), LINK, link.origin());
        }
    }
    for ((aspect, unit), found) in all {
        if aspect != Aspect::StartedBy || by_itself {
            let values = found.map(|found| match found {
                Some((names, origin)) => DisplayValue::at(AspectValue::Directives(names), origin),
                None => DisplayValue::absent(),
            });
            builder.note(aspect, Some(&unit), values);
        }
    }
}
