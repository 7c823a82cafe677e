//! What starts it besides its ties, where in the life of the machine it runs, and what becomes of it at the end of that.

use std::collections::BTreeSet;

use super::ledger::{Ledger, Said};
use super::{Aspect, Grade, Init, Side, words};
use crate::service::{Enablement, Milestone, Party, Phase, Ready, Scope, Stage};
use crate::systemd::names;
use crate::text::{Origin, Sourced, Text};
use crate::upstart::read::ties::AtShutdown;

// ---- whether it starts at all ----

/// Whether the definition says of anything that it starts the service.
fn is_started(side: &Side) -> bool {
    let service = &side.service;
    service.relations.iter().any(|relation| relation.value.bond.starts())
        || service.latch.is_some()
        || !service.activation.is_empty()
        || service.phase == Phase::Shutdown
        || service.settings.iter().any(|it| it.value.kind == crate::service::SettingKind::Clock)
}

/// Notes whether they start by themselves. Tells whether both do: only then it matters by what.
pub(super) fn enablement(ledger: &mut Ledger<'_>) -> bool {
    let sides = ledger.sides();
    let disabled = sides.map(|side| {
        side.service.enablement.as_ref().filter(|it| it.value == Enablement::Disabled).map(|it| it.origin)
    });
    let mut at = 0;
    let said = sides.map(|side| {
        let disabled = disabled[at];
        at += 1;
        match (disabled, is_started(side), side.init) {
            (Some(origin), _, _) => Said::at("no: manual", origin),
            (None, true, init) => {
                let text = if init == Init::Upstart { "yes" } else { "yes, if it is enabled" };
                let tie = side.service.relations.iter().find(|tie| tie.value.bond.starts());
                let condition = side.service.start_on.as_ref().map(|condition| condition.origin);
                match condition.or(tie.map(|tie| tie.origin)) {
                    Some(origin) => Said::at(text, origin),
                    None => Said::default(text),
                }
            }
            (None, false, Init::Upstart) => Said::default("no: no start condition"),
            (None, false, Init::Systemd) => Said::default("no: no [Install]"),
        }
    });
    let yes = said.clone().map(|said| said.text.starts_with("yes"));
    let grade = if yes[0] == yes[1] { Grade::Same } else { Grade::Differs };
    ledger.row(Aspect::Enablement, None, said, grade, "");
    yes[0] && yes[1]
}

// ---- occasions that are no ties ----

pub(super) fn occasions(ledger: &mut Ledger<'_>) {
    let sides = ledger.sides();
    let all: BTreeSet<(&'static str, String)> = sides
        .iter()
        .flat_map(|side| side.service.activation.iter().map(|it| words::activation(&it.value)))
        .collect();
    for (kind, which) in all {
        let said = sides.map(|side| {
            let mut found = side.service.activation.iter();
            let known = (kind, which.clone());
            match found.find(|it| words::activation(&it.value) == known) {
                Some(it) => Said::at("yes", it.origin),
                None => Said::default("no"),
            }
        });
        ledger.texts(Aspect::Activation, Some(&format!("{kind} {which}")), said);
    }
    // What starts the two has been told with the whole condition, where something else starts one of them.
    let told = ledger.rows().iter().any(|row| row.aspect == Aspect::StartedBy && row.grade == Grade::Differs);
    let latched = sides.iter().filter(|side| side.service.latch.is_some()).count();
    if latched == 2 || latched == 1 && !told {
        let said = sides.map(|side| match &side.service.latch {
            Some(latch) => {
                let operand = |operand: &Vec<crate::service::Relation>| {
                    let parties = operand.iter().filter(|relation| relation.bond.starts());
                    words::list(parties, |relation| names::party(&relation.to), "?")
                };
                let mut operands: Vec<String> = latch.value.operands.iter().map(operand).collect();
                operands.dedup();
                Said::at(operands.join(" and "), latch.origin)
            }
            None => Said::default("no"),
        });
        ledger.texts(Aspect::Latch, None, said);
    }
    let values = sides.map(|side| {
        let service = &side.service;
        let own =
            service.tests.iter().map(|it| (words::text(&it.value.name), words::test(&it.value), it.origin));
        let of_manager = service.manager_tests.iter().filter_map(|any| {
            let first = any.first()?;
            let texts = any.iter().map(|it| format!("{}{}", it.value.name, words::test(&it.value)));
            let name = words::text(&first.value.name);
            Some((format!("{name} of the init"), texts.collect::<Vec<_>>().join(" or "), first.origin))
        });
        own.chain(of_manager).collect::<Vec<_>>()
    });
    let keys: BTreeSet<(String, String)> =
        values.iter().flatten().map(|(name, text, _)| (name.clone(), text.clone())).collect();
    for (name, text) in keys {
        let said = [&values[0], &values[1]].map(|of| {
            match of.iter().find(|(known, value, _)| *known == name && *value == text) {
                Some((_, _, origin)) => Said::at(text.trim_start_matches('=').to_owned(), *origin),
                None => Said::default("not asked for"),
            }
        });
        ledger.texts(Aspect::EventValue, Some(&name), said);
    }
}

// ---- the end of the system ----

const AS_IT_SAYS: &str = "as its stop condition says";
const MAY_STOP: &str = "what its stop condition names may well come then";

pub(super) fn at_the_end(ledger: &mut Ledger<'_>) {
    let sides = ledger.sides();
    if sides.iter().any(|side| side.service.stop_latch.is_some()) {
        let said = sides.map(|side| {
            let show = |all: &Vec<Text>| words::list(all, |name| words::text(name), "none");
            Said::of(side.service.stop_latch.as_ref(), show, "no")
        });
        ledger.texts(Aspect::StopsTogether, None, said);
    }
    if sides.iter().all(|side| is_over(side) || is_shutdown_work(side)) {
        return;
    }
    let ends = sides.map(at_shutdown);
    let mut at = ends.iter();
    let said = sides.map(|side| {
        let text = match at.next() {
            Some(AtShutdown::Stopped) => "stopped",
            Some(AtShutdown::Depends) => AS_IT_SAYS,
            Some(AtShutdown::LeftRunning) | None => {
                let hooks = &side.service.hooks;
                let work = hooks.iter().find(|hook| hook.stage.is_of_stop());
                return Said {
                    text: "left running, and killed in the end".to_owned(),
                    is_default: true,
                    // What is not done then.
                    origin: work.map(|hook| hook.command.origin),
                };
            }
        };
        let origin = side.service.stop_on.as_ref().map(|condition| condition.origin);
        Said { text: text.to_owned(), is_default: origin.is_none(), origin }
    });
    // A unit may have a command at the stop for what a job does without one.
    let one_init = ledger.is_one_init();
    let acts = sides.iter().filter(|side| one_init || side.init == Init::Upstart).any(|side| {
        let mut stages = side.service.hooks.iter().map(|hook| hook.stage);
        stages.any(Stage::is_of_stop)
    });
    let (grade, why) = if ends[0] == ends[1] {
        (Grade::Same, "")
    } else if !acts {
        (Grade::Harmless, "nothing of its own is done at the stop")
    } else if ends.contains(&AtShutdown::Depends) && sides.iter().all(|side| is_stopped_with_others(side)) {
        (Grade::Harmless, MAY_STOP)
    } else {
        (Grade::Differs, "")
    };
    ledger.row(Aspect::Shutdown, None, said, grade, why);

    if sides.iter().any(|side| is_over(side) || is_shutdown_work(side)) {
        return;
    }
    let said = sides.map(|side| match (side.service.survives_rescue, &side.service.stop_on, side.init) {
        (Some(origin), _, _) => Said::at("lives on", origin),
        (None, _, Init::Systemd) => Said::default("stopped"),
        (None, None, Init::Upstart) => Said::default("lives on"),
        (None, Some(condition), Init::Upstart) => match side.at_shutdown {
            AtShutdown::Stopped => Said::at("stopped", condition.origin),
            AtShutdown::Depends => Said::at(AS_IT_SAYS, condition.origin),
            AtShutdown::LeftRunning => Said::at("lives on", condition.origin),
        },
    });
    if said[0].text != said[1].text && said.iter().any(|said| said.text == AS_IT_SAYS) {
        ledger.row(Aspect::Rescue, None, said, Grade::Harmless, MAY_STOP);
    } else {
        ledger.texts(Aspect::Rescue, None, said);
    }
}

/// Whether what stops a job at shutdown, if it does not say that itself, is another job, which mostly stops then. Of an
/// event of somebody's own nobody knows.
fn is_stopped_with_others(side: &Side) -> bool {
    let stops = |tie: &Sourced<crate::service::Relation>| {
        tie.value.bond.is_stop() && !matches!(tie.value.to, Party::Event(_))
    };
    side.init == Init::Systemd
        || side.at_shutdown != AtShutdown::Depends
        || side.service.stop_latch.is_some()
        || side.service.relations.iter().any(stops)
}

/// Whether it is over when its start is.
fn is_over(side: &Side) -> bool {
    side.service.ready.value == Ready::Finished && !side.service.stays_up
}

fn is_shutdown_work(side: &Side) -> bool {
    side.service.phase == Phase::Shutdown
}

/// Whether it is stopped when the machine goes down, or only killed with all that is left.
fn at_shutdown(side: &Side) -> AtShutdown {
    if is_shutdown_work(side) {
        return AtShutdown::Stopped;
    }
    if side.init == Init::Upstart {
        return side.at_shutdown;
    }
    let down = Party::Milestone(Milestone::Shutdown);
    let by_default = side
        .directive("DefaultDependencies")
        .is_none_or(|directive| crate::systemd::value::boolean(&directive.value) != Ok(false));
    let conflicts = side.directives.iter().any(|directive| {
        directive.name == "Conflicts" && words::text(&directive.value).contains("shutdown.target")
    });
    let tied = side.service.relations.iter().any(|relation| relation.value.to == down);
    if by_default || conflicts || tied { AtShutdown::Stopped } else { AtShutdown::LeftRunning }
}

// ---- what the model does not tell ----

/// Conditions that read otherwise although nothing else tells of it, and what the readers could not put into the model.
pub(super) fn written_conditions(ledger: &mut Ledger<'_>, by_itself: bool) {
    let sides = ledger.sides();
    let both = [
        (Aspect::StartCondition, sides.map(|side| side.service.start_on.as_ref())),
        (Aspect::StopCondition, sides.map(|side| side.service.stop_on.as_ref())),
    ];
    for (aspect, found) in both {
        if aspect == Aspect::StartCondition && !by_itself {
            continue;
        }
        let said = found.map(|condition| Said::of(condition, |text| words::text(text), "none"));
        if ledger.is_one_init() {
            if said[0].text == said[1].text {
                if found[0].is_some() {
                    ledger.row(aspect, None, said, Grade::Same, "");
                }
                continue;
            }
            // Another row tells it already, where one of the two conditions is what it points at.
            let origins = found.map(|it| it.map(|it| it.origin));
            let told = ledger.rows().iter().any(|row| {
                let points = |value: &super::Value, origin: Option<Origin>| {
                    value.at.is_some_and(|at| Some(at.origin) == origin)
                };
                row.grade == Grade::Differs
                    && (points(&row.left, origins[0]) || points(&row.right, origins[1]))
            });
            if !told {
                ledger.row(aspect, None, said, Grade::Differs, "");
            }
            continue;
        }
        let lost = [lost(sides[0], found[0]), lost(sides[1], found[1])];
        let why: Vec<&str> = lost.iter().flatten().copied().collect();
        if !why.is_empty() {
            let why = why.join("; ");
            ledger.row(aspect, None, said, Grade::Differs, &why);
        }
    }
}

/// What of a condition the model has no words for.
fn lost<'s>(side: &'s Side, condition: Option<&Sourced<Text>>) -> Vec<&'s str> {
    let Some(condition) = condition else { return Vec::new() };
    let about = side
        .lost
        .iter()
        .filter(|finding| finding.marks.iter().any(|mark| mark.graded && mark.origin == condition.origin));
    about.map(|finding| finding.message.as_str()).collect()
}

pub(super) fn phase(ledger: &mut Ledger<'_>) {
    // The form that units have for work at the end: up since the boot, with all that they do in their stop.
    let ends = |side: &Side| {
        let mut stages = side.service.hooks.iter().map(|hook| hook.stage);
        side.service.stays_up && !side.has_main() && stages.all(Stage::is_of_stop)
    };
    let one_init = ledger.is_one_init();
    let both_end = !one_init && ledger.sides().into_iter().all(ends);
    let said = ledger.sides().map(|side| match side.service.phase {
        _ if both_end => Said::at("when the machine goes down", place_of_start(side)),
        Phase::Early => Said::at("before the system is set up", place_of_start(side)),
        Phase::Running => Said::default("in the running system"),
        Phase::Shutdown => Said::at("when the machine goes down", place_of_start(side)),
    });
    ledger.texts(Aspect::Phase, None, said);
}

fn place_of_start(side: &Side) -> Origin {
    let condition = side.service.start_on.as_ref().map(|condition| condition.origin);
    let directive = side.directive("DefaultDependencies").map(|directive| directive.origin);
    condition.or(directive).unwrap_or_default()
}

/// A unit does not say whose it is; two jobs do.
pub(super) fn scope(ledger: &mut Ledger<'_>) {
    if !ledger.is_one_init() {
        return;
    }
    let said = ledger.sides().map(|side| {
        Said::default(match side.service.scope {
            Scope::System => "the machine's",
            Scope::Session => "a user session's",
        })
    });
    let grade = if said[0].text == said[1].text { Grade::Same } else { Grade::Differs };
    ledger.row(Aspect::Scope, None, said, grade, "");
}
