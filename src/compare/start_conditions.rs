//! What starts it besides its dependencies, where in the life of the machine it runs, and what becomes of it at the end
//! of that.

use bstr::ByteSlice as _;

use super::diff_builder::{DiffBuilder, differs};
use super::render;
use super::value::{AspectValue, DisplayValue, Phrase};
use super::{Aspect, Definition, Grade, Init};
use crate::findings::Finding;
use crate::service::{AllOf, BootTarget, Dependency, Enablement, Phase, Ready, Scope, SettingKind, Stage, Target};
use crate::systemd::names;
use crate::systemd::value::boolean;
use crate::text::{Provenance, Sourced, Text};
use crate::upstart::read::job_events::AtShutdown;

// ---- whether it starts at all ----

fn disabled(of: &Definition) -> Option<Provenance> {
    of.service.enablement.as_ref().filter(|it| it.value == Enablement::Disabled).map(|it| it.provenance)
}

/// Whether the definition says of anything that it starts the service.
fn is_started(of: &Definition) -> bool {
    let service = &of.service;
    service.starts().next().is_some()
        || service.all_of.is_some()
        || !service.activation.is_empty()
        || service.phase == Phase::Shutdown
        || service.settings.iter().any(|it| it.value.kind == SettingKind::Clock)
}

/// Whether both start by themselves: only then it matters by what.
pub(super) fn both_start(builder: &DiffBuilder<'_>) -> bool {
    builder.both.iter().all(|of| disabled(of).is_none() && is_started(of))
}

pub(super) fn enablement(builder: &mut DiffBuilder<'_>) {
    let starts = builder.both.map(|of| disabled(of).is_none() && is_started(of));
    let values = builder.both.map(|of| {
        let phrase = match (disabled(of), is_started(of), of.init) {
            (Some(origin), ..) => return DisplayValue::at(Phrase::Disabled, origin),
            (None, true, Init::Upstart) => Phrase::Enabled,
            (None, true, Init::Systemd) => Phrase::EnabledIfInstalled,
            (None, false, Init::Upstart) => return DisplayValue::default(Phrase::NoStartCondition),
            (None, false, Init::Systemd) => return DisplayValue::default(Phrase::NoInstall),
        };
        let condition = of.service.start_on.as_ref().map(|condition| condition.provenance);
        match condition.or_else(|| of.service.starts().next().map(|dependency| dependency.provenance)) {
            Some(origin) => DisplayValue::at(phrase, origin),
            None => DisplayValue::default(phrase),
        }
    });
    let grade = if starts[0] == starts[1] { Grade::Same } else { Grade::Differs };
    builder.row(Aspect::Enablement, None, values, grade, "");
}

// ---- start conditions that are no dependencies ----

pub(super) fn activation(builder: &mut DiffBuilder<'_>) {
    let activations = |of: &Definition| {
        let all = of.service.activation.iter();
        let shown = all.map(|it| {
            let value = AspectValue::Activation(it.value.clone());
            (render::activation(&it.value), DisplayValue::at(value, it.origin()))
        });
        shown.collect()
    };
    if both_start(builder) {
        builder.listed(Aspect::Activation, activations, |_, _| DisplayValue::absent(), differs);
    }
}

pub(super) fn all_of(builder: &mut DiffBuilder<'_>) {
    let count = builder.both.iter().filter(|of| of.service.all_of.is_some()).count();
    // What starts the two has been told with the whole condition, where something else starts one of them.
    let is_reported =
        || builder.rows().iter().any(|row| row.aspect == Aspect::StartedBy && row.grade == Grade::Differs);
    if !both_start(builder) || count == 0 || count == 1 && is_reported() {
        return;
    }
    let values = builder.both.map(|of| {
        let operand = |operand: Vec<Dependency>| {
            operand.iter().filter(|it| it.kind.starts()).map(|it| names::target(&it.to)).collect()
        };
        let typed = |all_of: AllOf| {
            let mut operands: Vec<Vec<String>> = all_of.operands.into_iter().map(operand).collect();
            operands.dedup();
            AspectValue::AllOf(operands)
        };
        DisplayValue::of(of.service.all_of.as_ref(), typed, AspectValue::Absent)
    });
    builder.note(Aspect::AllOf, None, values);
}

pub(super) fn event_values(builder: &mut DiffBuilder<'_>) {
    let tests = |of: &Definition| {
        let own = of.service.tests.iter().map(|it| {
            (render::text(&it.value.name), DisplayValue::at(AspectValue::Test(it.value.clone()), it.origin()))
        });
        let of_init = of.service.environment_conditions.iter().filter_map(|any| {
            let first = any.first()?;
            let tests = any.iter().map(|it| it.value.clone()).collect();
            let item = format!("{} of the init", render::text(&first.value.name));
            Some((item, DisplayValue::at(AspectValue::OneOf(tests), first.origin())))
        });
        own.chain(of_init).collect()
    };
    if both_start(builder) {
        builder.listed(Aspect::EventValue, tests, |_, _| DisplayValue::absent(), differs);
    }
}

// ---- the end of the system ----

const MAY_STOP: &str = "what its stop condition names may well come then";

pub(super) fn at_shutdown(builder: &mut DiffBuilder<'_>) {
    let both = builder.both;
    if both.iter().all(|of| is_over(of) || is_shutdown_work(of)) {
        return;
    }
    let values = both.map(|of| {
        let text = match end(of) {
            AtShutdown::Stopped => Phrase::Stopped,
            AtShutdown::Depends => Phrase::AsStopCondition,
            AtShutdown::LeftRunning => {
                let work = of.service.hooks.iter().find(|hook| hook.stage.is_of_stop());
                // What is not done then.
                let origin = work.and_then(|hook| hook.command.origin());
                return DisplayValue { origin, ..DisplayValue::default(Phrase::LeftRunning) };
            }
        };
        DisplayValue::if_placed(text, of.service.stop_on.as_ref().and_then(Sourced::origin))
    });
    builder.graded(Aspect::Shutdown, None, values, |builder, values| {
        // A unit may have a command at the stop for what a job does without one.
        let one_init = builder.is_one_init();
        let mut acting = builder.both.iter().filter(|of| one_init || of.init == Init::Upstart);
        if !acting.any(|of| of.service.hooks.iter().any(|hook| hook.stage.is_of_stop())) {
            (Grade::Harmless, "nothing of its own is done at the stop")
        } else if values.iter().any(|value| value.is(Phrase::AsStopCondition))
            && builder.both.iter().all(|of| is_stopped_with_others(of))
        {
            (Grade::Harmless, MAY_STOP)
        } else {
            (Grade::Differs, "")
        }
    });
}

pub(super) fn in_rescue(builder: &mut DiffBuilder<'_>) {
    if builder.both.iter().any(|of| is_over(of) || is_shutdown_work(of)) {
        return;
    }
    let values = builder.both.map(|of| match (of.service.ignore_on_isolate, &of.service.stop_on, of.init) {
        (Some(origin), _, _) => DisplayValue::at(Phrase::LivesOn, origin),
        (None, _, Init::Systemd) => DisplayValue::default(Phrase::Stopped),
        (None, None, Init::Upstart) => DisplayValue::default(Phrase::LivesOn),
        (None, Some(condition), Init::Upstart) => {
            let text = match of.at_shutdown {
                AtShutdown::Stopped => Phrase::Stopped,
                AtShutdown::Depends => Phrase::AsStopCondition,
                AtShutdown::LeftRunning => Phrase::LivesOn,
            };
            DisplayValue::at(text, condition.origin())
        }
    });
    if values.iter().any(|value| value.is(Phrase::AsStopCondition)) {
        builder.graded(Aspect::Rescue, None, values, |_, _| (Grade::Harmless, MAY_STOP));
    } else {
        builder.note(Aspect::Rescue, None, values);
    }
}

/// Whether what stops a job at shutdown, if it does not say that itself, is another job, which mostly stops then. Of an
/// event of somebody's own nobody knows.
fn is_stopped_with_others(of: &Definition) -> bool {
    let stops = |it: &Sourced<Dependency>| it.value.kind.stops() && !matches!(it.value.to, Target::Event(_));
    of.init == Init::Systemd
        || of.at_shutdown != AtShutdown::Depends
        || of.service.stop_all_of.is_some()
        || of.service.dependencies.iter().any(stops)
}

/// Whether it is over when its start is.
fn is_over(of: &Definition) -> bool {
    of.service.ready.value == Ready::Finished && !of.service.stays_up
}

fn is_shutdown_work(of: &Definition) -> bool {
    of.service.phase == Phase::Shutdown
}

/// Whether it is stopped when the machine goes down, or only killed with all that is left.
fn end(of: &Definition) -> AtShutdown {
    if is_shutdown_work(of) {
        return AtShutdown::Stopped;
    }
    if of.init == Init::Upstart {
        return of.at_shutdown;
    }
    let down = Target::BootTarget(BootTarget::Shutdown);
    let own = of.directive("DefaultDependencies");
    let by_default = own.is_none_or(|directive| boolean(&directive.value) != Ok(false));
    let mut conflicts = of.directives.iter().filter(|directive| directive.name == "Conflicts");
    let is_stopped = by_default
        || conflicts.any(|directive| directive.value.contains_str("shutdown.target"))
        || of.service.dependencies.iter().any(|dependency| dependency.value.to == down);
    if is_stopped { AtShutdown::Stopped } else { AtShutdown::LeftRunning }
}

// ---- what the model does not tell ----

/// Conditions that read otherwise although nothing else tells of it, and what the readers could not put into the model.
pub(super) fn written(builder: &mut DiffBuilder<'_>, aspect: Aspect) {
    let is_start = aspect == Aspect::StartCondition;
    if is_start && !both_start(builder) {
        return;
    }
    let found = builder.both.map(|of| if is_start { &of.service.start_on } else { &of.service.stop_on }.as_ref());
    let values = found.map(DisplayValue::text);
    if !builder.is_one_init() {
        let why: Vec<String> = [0, 1].into_iter().flat_map(|at| lost(builder.both[at], found[at])).collect();
        if !why.is_empty() {
            builder.row(aspect, None, values, Grade::Differs, why.join("; "));
        }
    } else if values[0].value == values[1].value {
        if found[0].is_some() {
            builder.row(aspect, None, values, Grade::Same, "");
        }
    } else {
        // Another row tells it already, where one of the two conditions is what it points at.
        let is_reported = builder.rows().iter().any(|row| {
            let points = |at: usize| row.values[at].origin.is_some() && row.values[at].origin == values[at].origin;
            row.grade == Grade::Differs && (points(0) || points(1))
        });
        if !is_reported {
            builder.row(aspect, None, values, Grade::Differs, "");
        }
    }
}

/// What of a condition the model has no words for.
fn lost(of: &Definition, condition: Option<&Sourced<Text>>) -> Vec<String> {
    let Some(condition) = condition else { return Vec::new() };
    let is_about = |finding: &&Finding| finding.marks.iter().any(|mark| mark.graded && mark.at == condition.origin());
    of.lost.iter().filter(is_about).map(|finding| finding.message.to_string()).collect()
}

pub(super) fn phase(builder: &mut DiffBuilder<'_>) {
    // The form that units have for work at the end: up since the boot, with all that they do in their stop.
    let ends = |of: &Definition| {
        let mut stages = of.service.hooks.iter().map(|hook| hook.stage);
        of.service.stays_up && !of.has_main() && stages.all(Stage::is_of_stop)
    };
    let both_end = !builder.is_one_init() && builder.both.into_iter().all(ends);
    let values = builder.both.map(|of| {
        let condition = of.service.start_on.as_ref().and_then(Sourced::origin);
        let directive = of.directive("DefaultDependencies").map(|directive| directive.origin);
        let place = condition.or(directive);
        match of.service.phase {
            Phase::Early if !both_end => DisplayValue::at(Phrase::EarlyBoot, place),
            Phase::Running if !both_end => DisplayValue::default(Phrase::Running),
            _ => DisplayValue::at(Phrase::Shutdown, place),
        }
    });
    builder.note(Aspect::Phase, None, values);
}

/// A unit does not say whose it is; two jobs do.
pub(super) fn scope(builder: &mut DiffBuilder<'_>) {
    if builder.is_one_init() {
        let values = builder.both.map(|of| {
            DisplayValue::default(match of.service.scope {
                Scope::System => Phrase::OfMachine,
                Scope::Session => Phrase::OfSession,
            })
        });
        builder.graded(Aspect::Scope, None, values, |_, _| (Grade::Differs, ""));
    }
}
