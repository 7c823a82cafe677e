//! What two units hang on, by the names of their directives and of the units that they name.

use indexmap::IndexMap;

use super::ledger::{Ledger, Said};
use super::{Aspect, words};
use crate::service::Bond;
use crate::systemd::names;
use crate::text::Origin;

/// Directives that tie a unit to others.
const DIRECTIVES: &[(&str, Aspect)] = &[
    ("WantedBy", Aspect::StartedBy),
    ("RequiredBy", Aspect::StartedBy),
    ("UpheldBy", Aspect::StartedBy),
    ("After", Aspect::After),
    ("Before", Aspect::Before),
    ("Wants", Aspect::Starts),
    ("Upholds", Aspect::Starts),
    ("Requires", Aspect::Requires),
    ("Requisite", Aspect::Requires),
    ("BindsTo", Aspect::Requires),
    ("PartOf", Aspect::StopsWith),
    ("StopPropagatedFrom", Aspect::StopsWith),
    ("Conflicts", Aspect::StoppedBy),
    ("OnFailure", Aspect::StartsAtEnd),
    ("OnSuccess", Aspect::StartsAtEnd),
];

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
pub(super) fn compare(ledger: &mut Ledger<'_>, by_itself: bool) {
    type Named = (Vec<&'static str>, Origin);
    let mut all: IndexMap<(Aspect, String), [Option<Named>; 2]> = IndexMap::new();
    for (at, side) in ledger.sides().into_iter().enumerate() {
        let mut add = |aspect: Aspect, unit: &str, name: &'static str, origin: Origin| {
            let (names, _) =
                all.entry((aspect, unit.to_owned())).or_default()[at].get_or_insert((Vec::new(), origin));
            if !names.contains(&name) {
                names.push(name);
                names.sort_unstable();
            }
        };
        for directive in &side.directives {
            let Some((name, aspect)) = DIRECTIVES.iter().find(|(name, _)| *name == directive.name) else {
                continue;
            };
            for unit in words::text(&directive.value).split_whitespace() {
                if is_implied(name, unit) {
                    continue;
                }
                add(*aspect, unit, name, directive.origin);
            }
        }
        // Links that enable it, where it does not say itself what does.
        for relation in side.service.relations.iter().filter(|it| it.value.bond == Bond::StartedBy) {
            if relation.origin == Origin::default() {
                add(Aspect::StartedBy, &names::party(&relation.value.to), "a link", relation.origin);
            }
        }
    }
    for ((aspect, unit), found) in all {
        if aspect == Aspect::StartedBy && !by_itself {
            continue;
        }
        let said = found.map(|found| match found {
            Some((names, origin)) => Said::at(names.join(", "), origin),
            None => Said::default("no"),
        });
        ledger.texts(aspect, Some(&unit), said);
    }
}
