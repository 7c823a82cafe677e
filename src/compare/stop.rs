//! What a stop and a reload do.

use super::diff_builder::{DiffBuilder, differs_unless};
use super::value::{AspectValue, DisplayValue, Phrase};
use super::{Aspect, Definition, Init};
use crate::service::{Reach, Reload, Signal, defaults};
use crate::text::Sourced;

pub(super) fn compare(builder: &mut DiffBuilder<'_>) {
    if builder.both.iter().any(|of| of.has_main()) {
        let signals = builder.both.map(|of| {
            let own = AspectValue::Signal(defaults::STOP_SIGNAL);
            DisplayValue::of(of.service.stop.signal.as_ref(), AspectValue::Signal, own)
        });
        builder.note(Aspect::StopSignal, None, signals);
        let own = AspectValue::Seconds(defaults::STOP_TIMEOUT);
        let timeouts = builder.both.map(|of| timeout(of, AspectValue::Absent, own.clone()));
        builder.note(Aspect::StopTimeout, None, timeouts);
        reach(builder);
        reload(builder);
    } else if builder.both.iter().all(|of| of.service.stays_up || of.init == Init::Upstart) {
        without_main(builder);
        reach(builder);
    }
}

fn timeout(of: &Definition, never: AspectValue, own: AspectValue) -> DisplayValue {
    let stop = &of.service.stop;
    if let Some(origin) = stop.never_kills {
        return DisplayValue::at(never, origin);
    }
    // The reader of units fills in the default.
    let timeout = DisplayValue::of(stop.timeout.as_ref(), AspectValue::Seconds, own);
    DisplayValue::if_placed(timeout.value, timeout.origin)
}

/// Where no process is looked after, there still are the commands of the stop.
fn without_main(builder: &mut DiffBuilder<'_>) {
    let acts = |of: &&Definition| of.service.hooks.iter().any(|hook| hook.stage.is_of_stop());
    if builder.both.iter().any(acts) {
        // `kill timeout` is about the main process alone (init(5)).
        let values = builder.both.map(|of| match of.init {
            Init::Upstart => DisplayValue::default(Phrase::NoLimit),
            Init::Systemd => timeout(of, Phrase::NoLimit.into(), Phrase::NoLimit.into()),
        });
        builder.graded(Aspect::StopTimeout, None, values, |_, values| {
            (differs_unless(values, "").0, "a command of the stop that takes longer is killed on one side")
        });
    }
}

fn reach(builder: &mut DiffBuilder<'_>) {
    let values = builder.both.map(|of| {
        let all = match of.init {
            Init::Upstart if !of.has_main() => AspectValue::Reach(Reach::Nobody),
            Init::Upstart => Phrase::ProcessGroup.into(),
            Init::Systemd => AspectValue::Reach(Reach::All),
        };
        match &of.service.stop.reach {
            Some(reach) if reach.value != Reach::All => {
                DisplayValue::at(AspectValue::Reach(reach.value), reach.origin())
            }
            reach => {
                let origin = reach.as_ref().and_then(Sourced::origin);
                DisplayValue { origin, ..DisplayValue::default(all) }
            }
        }
    });
    builder.graded(Aspect::StopReach, None, values, |builder, values| {
        let why = if builder.both.iter().all(|of| !of.has_main()) {
            "only what the commands of the start have left running can tell: on systemd it is stopped"
        } else {
            "only processes that left the process group of the main one can tell: on systemd they are stopped as well"
        };
        differs_unless(values, why)
    });
}

fn reload(builder: &mut DiffBuilder<'_>) {
    let values = builder.both.map(|of| {
        // All commands of a unit's reload are run, one after the other.
        let all: Vec<_> = of.directives.iter().filter(|it| it.name == "ExecReload").collect();
        if let [first, _, ..] = all.as_slice() {
            let names = all.iter().map(|it| it.value.clone()).collect();
            return DisplayValue::at(AspectValue::Names(names), first.origin);
        }
        let typed = |reload: Reload| match reload {
            Reload::Signal(signal) => AspectValue::ReloadSignal(signal),
            Reload::Commands(commands) => {
                AspectValue::ReloadCommands(commands.into_iter().map(|(command, _)| command.run).collect())
            }
        };
        let own = match of.init {
            Init::Upstart => AspectValue::ReloadSignal(Signal(1)),
            Init::Systemd => AspectValue::Absent,
        };
        DisplayValue::of(of.service.reload.as_ref(), typed, own)
    });
    builder.graded(Aspect::Reload, None, values, |_, values| {
        differs_unless(values, "a unit has a reload only where it says how; Upstart sends HUP to whatever runs")
    });
}
