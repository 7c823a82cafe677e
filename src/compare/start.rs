//! How it starts: when the start is done, and what it depends on.

use bstr::ByteSlice as _;

use super::diff_builder::{DiffBuilder, differs};
use super::render;
use super::value::{AspectValue, DisplayValue, Phrase};
use super::{Aspect, Definition, Grade, Init};
use crate::service::{Instance, Ready, Run};
use crate::systemd::value::time::{self, Time};
use crate::text::{Origin, Sourced, Text};

// ---- the start ----

pub(super) fn readiness(of: &Definition) -> DisplayValue {
    let ready = &of.service.ready;
    let kind = of.directive("Type");
    let at_once = of.init == Init::Systemd
        && ready.value == Ready::Executed
        && kind.is_none_or(|kind| kind.value.as_slice() == b"simple");
    // The init's own way of knowing, but that an author may have had to say so.
    let is_stated = match of.init {
        Init::Upstart => ready.value != Ready::Executed,
        Init::Systemd => !at_once && (kind.is_some() || ready.value == Ready::OnBus),
    };
    let value = AspectValue::Ready(ready.value, at_once);
    DisplayValue { value, is_default: !is_stated, origin: ready.origin().filter(|_| is_stated) }
}

fn forks(ready: Ready) -> bool {
    matches!(ready, Ready::Forked(_))
}

pub(super) fn grade_readiness(builder: &DiffBuilder<'_>, _: &[DisplayValue; 2]) -> (Grade, &'static str) {
    let ready = builder.both.map(|of| of.service.ready.value);
    if ready[0] == ready[1] {
        (Grade::Harmless, "with Type=simple the start succeeds although the program cannot be run")
    } else if forks(ready[0]) && forks(ready[1]) && ready.contains(&Ready::Forked(0)) {
        (Grade::Harmless, "systemd does not count the forks: it waits until the first process has ended")
    } else {
        (Grade::Differs, "")
    }
}

pub(super) fn pid_file(of: &Definition) -> DisplayValue {
    let follows = of.init == Init::Upstart && forks(of.service.ready.value);
    let own = if follows { Phrase::FollowsForks.into() } else { AspectValue::Absent };
    DisplayValue::of(of.service.pid_file.as_ref(), AspectValue::Text, own)
}

pub(super) fn grade_pid_file(builder: &DiffBuilder<'_>, _: &[DisplayValue; 2]) -> (Grade, &'static str) {
    (if builder.is_one_init() { Grade::Differs } else { Grade::Harmless }, "")
}

pub(super) fn grade_bus_name(builder: &DiffBuilder<'_>, _: &[DisplayValue; 2]) -> (Grade, &'static str) {
    let ready = builder.both.map(|of| of.service.ready.value);
    if ready[0] != ready[1] || !builder.is_one_init() {
        (Grade::Harmless, "it matters for when the start is done, which is told there")
    } else {
        (Grade::Differs, "")
    }
}

pub(super) fn stays_up(builder: &mut DiffBuilder<'_>) {
    if builder.both.iter().any(|of| of.service.stays_up) {
        let values = builder.both.map(|of| {
            let value = if of.service.stays_up { AspectValue::Present } else { AspectValue::Absent };
            DisplayValue::at(value, of.service.ready.origin())
        });
        builder.note(Aspect::StaysUp, None, values);
    }
}

/// What systemd grants a start (systemd-system.conf(5), `DefaultTimeoutStartSec=`).
const SYSTEMD_START: u64 = 90_000_000;

pub(super) fn timeout(of: &Definition) -> DisplayValue {
    let mut limits = of.directives.iter().rev().filter(|it| matches!(it.name, "TimeoutStartSec" | "TimeoutSec"));
    match limits.next() {
        Some(limit) => match time::timeout(&limit.value) {
            Ok(Time::Span(span)) => {
                let micros = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
                DisplayValue::at(AspectValue::Micros(micros), limit.origin)
            }
            _ => DisplayValue::at(AspectValue::Absent, limit.origin),
        },
        None if of.init == Init::Systemd && of.service.ready.value != Ready::Finished => {
            DisplayValue::default(AspectValue::Micros(SYSTEMD_START))
        }
        None => DisplayValue::absent(),
    }
}

/// Whether its start can take longer than it takes to run a program.
fn start_takes_time(of: &Definition) -> bool {
    let mut stages = of.service.hooks.iter().map(|hook| hook.stage);
    stages.any(|stage| !stage.is_of_stop()) || of.service.ready.value != Ready::Executed
}

/// A limit matters to the start that it limits.
pub(super) fn grade_timeout(builder: &DiffBuilder<'_>, values: &[DisplayValue; 2]) -> (Grade, &'static str) {
    let is_limited = |at: &usize| !values[*at].is(AspectValue::Absent);
    if [0, 1].iter().filter(|at| is_limited(at)).any(|at| start_takes_time(builder.both[*at])) {
        (Grade::Differs, "")
    } else {
        (Grade::Harmless, "nothing takes long in the start that has the limit")
    }
}

/// Where a script of the service names a path.
fn names_in_script(of: &Definition, path: &[u8]) -> Option<Origin> {
    let names = |run: &Run| run.script().is_some_and(|text| text.contains_str(path));
    of.service.commands().find(|command| names(&command.value.run)).and_then(Sourced::origin)
}

pub(super) fn conditions(builder: &mut DiffBuilder<'_>) {
    let checks = |of: &Definition| {
        let checks = of.service.conditions.iter().map(|it| {
            let value = AspectValue::Check(it.value.clone());
            (render::text(&it.value.path), DisplayValue::at(value, it.origin()))
        });
        checks.collect()
    };
    let missing = |of: &Definition, wanted: &AspectValue| {
        let AspectValue::Check(check) = wanted else { return DisplayValue::absent() };
        let named = names_in_script(of, &check.path);
        named.map_or_else(DisplayValue::absent, |origin| DisplayValue::at(Phrase::NamedInScript, origin))
    };
    builder.listed(Aspect::Condition, checks, missing, |builder, values| {
        if values.iter().any(|value| value.is(Phrase::NamedInScript)) {
            (Grade::Differs, "on one side a script names it, and may look at it: read there what it does then")
        } else {
            differs(builder, values)
        }
    });
}

pub(super) fn blocked_by(of: &Definition) -> DisplayValue {
    let first = of.service.blocked_by.first();
    first.map_or_else(DisplayValue::absent, |it| DisplayValue::at(&Text::from(of.source(*it)), *it))
}

pub(super) fn instance(builder: &mut DiffBuilder<'_>) {
    let both = builder.both;
    if both.iter().all(|of| of.service.instance.is_none()) {
        return;
    }
    let values = both.map(|of| {
        let typed = |instance: Instance| match of.init {
            Init::Systemd => AspectValue::InstanceByName(instance.default),
            Init::Upstart => AspectValue::InstanceForEach(instance.pattern),
        };
        DisplayValue::of(of.service.instance.as_ref(), typed, AspectValue::Absent)
    });
    builder.graded(Aspect::Instance, None, values, |builder, _| {
        let instances = builder.both.map(|of| of.service.instance.as_ref().map(|it| &it.value));
        let defaults = instances.map(|it| it.map(|it| &it.default));
        let several = instances.iter().flatten().any(|it| it.variables.len() > 1);
        if defaults[0] == defaults[1] && !several && !builder.is_one_init() {
            (Grade::Harmless, "the name of an instance is the value of its variable")
        } else {
            (Grade::Differs, "")
        }
    });
}
