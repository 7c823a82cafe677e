//! What the kernel grants the processes: priorities, limits, control groups.

use std::collections::BTreeMap;

use indexmap::IndexSet;

use super::ledger::{Ledger, Said};
use super::{Aspect, words};
use crate::service::{CgroupSetting, Resource};

/// What stands for a limit that nobody sets.
const NOT_SET: &str = "not set";

pub(super) fn compare(ledger: &mut Ledger<'_>) {
    let sides = ledger.sides();
    let nice = sides.map(|side| Said::of(side.service.nice.as_ref(), ToString::to_string, "0"));
    ledger.texts(Aspect::Nice, None, nice);
    let io = sides.map(|side| {
        Said::of(side.service.io_priority.as_ref(), |it| words::io_priority(*it), "as nice says")
    });
    ledger.texts(Aspect::IoPriority, None, io);
    let scheduling =
        sides.map(|side| Said::of(side.service.scheduling.as_ref(), |it| words::scheduling(*it), "other"));
    ledger.texts(Aspect::Scheduling, None, scheduling);
    let cpus = sides.map(|side| {
        let show = |cpus: &Vec<u32>| words::list(cpus, ToString::to_string, "none");
        Said::of(side.service.cpus.as_ref(), show, "all")
    });
    ledger.texts(Aspect::Cpus, None, cpus);
    let oom = sides.map(|side| Said::of(side.service.oom_score.as_ref(), ToString::to_string, "0"));
    ledger.texts(Aspect::OomScore, None, oom);
    limits(ledger);
    cgroups(ledger);
}

fn limits(ledger: &mut Ledger<'_>) {
    let sides = ledger.sides();
    let resources: IndexSet<Resource> =
        sides.iter().flat_map(|side| side.service.limits.keys().copied()).collect();
    for resource in resources {
        let said = sides
            .map(|side| Said::of(side.service.limits.get(&resource), |limit| words::limit(*limit), NOT_SET));
        ledger.texts(Aspect::Limit, Some(&words::resource(resource)), said);
    }
}

fn cgroups(ledger: &mut Ledger<'_>) {
    let mut all: BTreeMap<String, [Option<Said>; 2]> = BTreeMap::new();
    for (at, side) in ledger.sides().into_iter().enumerate() {
        for setting in &side.service.cgroups {
            let CgroupSetting { controller, name, key, value } = &setting.value;
            let mut item = words::text(controller);
            for part in [name, key].into_iter().flatten() {
                item = format!("{item}.{}", words::text(part));
            }
            let value = value.as_ref().map_or_else(|| "joined".to_owned(), |value| words::text(value));
            all.entry(item).or_default()[at] = Some(Said::at(value, setting.origin));
        }
    }
    for (item, said) in all {
        let said = said.map(|said| said.unwrap_or_else(|| Said::default(NOT_SET)));
        ledger.texts(Aspect::Cgroup, Some(&item), said);
    }
}
