//! Cycles in the order of units, found before systemd finds them by leaving a unit out at boot.

use std::collections::{BTreeMap, HashMap};

use indexmap::IndexMap;

use super::builder::PlanBuilder;
use super::model::{Cycle, FileKind, Plan};
use crate::link::components::Components;
use crate::service::Scope;
use crate::systemd::load::{LinkKind, Loaded, UnitFiles, UnitName, UnitType};
use crate::systemd::manager;
use crate::systemd::table::Section;
use crate::text::Source;

/// Finds the cycles that a unit of the plan belongs to.
pub(super) fn find(builder: &PlanBuilder<'_>) -> Vec<Cycle> {
    let units = units(builder);
    let known: HashMap<&str, usize> =
        units.iter().enumerate().map(|(at, unit)| (unit.loaded.name.as_str(), at)).collect();
    // Which unit comes before which, each with the first reason for it.
    let mut edges: IndexMap<(usize, usize), String> = IndexMap::new();
    let mut edge = |first: &str, then: &str, why: String| {
        if let (Some(&from), Some(&to)) = (known.get(first), known.get(then)) {
            edges.entry((from, to)).or_insert(why);
        }
    };
    for unit in &units {
        let name = unit.loaded.name.as_str();
        for (first, why) in unit.after(&units) {
            edge(&first, name, why);
        }
        for then in unit.words("Before") {
            edge(name, &then, format!("{name}: Before={then}"));
        }
    }
    for (directory, unit) in &pulls(&builder.plan).collect::<Vec<_>>() {
        let by_default = |name: &str| known.get(name).is_some_and(|at| units[*at].by_default());
        if directory.ends_with(".target") && by_default(directory) && by_default(unit) {
            edge(unit, directory, format!("{unit}: WantedBy={directory}"));
        }
    }
    let (pairs, reasons): (Vec<(usize, usize)>, Vec<String>) = edges.into_iter().unzip();
    let cycles = Components::of(units.len(), &pairs).shortest();
    let told = cycles.iter().filter(|cycle| cycle.iter().any(|at| units[pairs[*at].0].is_planned));
    told.map(|cycle| Cycle {
        units: cycle.iter().map(|at| units[pairs[*at].0].loaded.name.to_string()).collect(),
        message: cycle.iter().map(|at| reasons[*at].as_str()).collect::<Vec<_>>().join("; ").into(),
    })
    .collect()
}

/// A unit as it will be.
struct Unit {
    loaded: Loaded,
    /// Whether the plan writes it, or changes it by a drop-in.
    is_planned: bool,
}

/// The units of the root, with those of the plan in the place of others.
fn units(builder: &PlanBuilder<'_>) -> Vec<Unit> {
    let scope = Scope::System;
    let there = builder.survey.unit_names(scope).filter_map(|name| builder.survey.unit(scope, name));
    let mut all: BTreeMap<String, (UnitFiles, bool)> =
        there.map(|files| (files.name.to_string(), (files, false))).collect();
    let own = format!("{}/", manager::unit_dir(scope));
    let mut drop_ins = Vec::new();
    for file in &builder.plan.files {
        let path = file.path.to_string();
        let (Some(below), Some(text)) = (path.strip_prefix(&own), builder.texts.get(&file.path)) else {
            continue;
        };
        let source = Source { name: path.clone(), text: text.clone() };
        if file.kind == FileKind::DropIn {
            drop_ins.extend(below.split_once(".d/").map(|(unit, _)| (unit.to_owned(), source)));
        } else if file.kind == FileKind::Unit
            && let Ok(name) = below.parse::<UnitName>()
        {
            all.insert(below.to_owned(), (UnitFiles::single(name, source), true));
        }
    }
    for (unit, source) in drop_ins {
        if let Some((files, is_planned)) = all.get_mut(&unit) {
            files.drop_ins.push(source);
            *is_planned = true;
        }
    }
    let read = |(files, is_planned): (UnitFiles, bool)| Unit { loaded: Loaded::read(&files), is_planned };
    all.into_values().map(read).collect()
}

impl Unit {
    fn words(&self, key: &str) -> Vec<String> {
        self.loaded.words(Section::Unit, key)
    }

    /// Whether it has the default dependencies (systemd.unit(5), "`DefaultDependencies=`").
    fn by_default(&self) -> bool {
        let last = self.loaded.last(Section::Unit, "DefaultDependencies");
        last.is_none_or(|setting| !matches!(setting.value.as_slice(), b"no" | b"false" | b"off" | b"0"))
    }

    /// What it comes after, and why: what it says, and what follows from its type (systemd.service(5), "Default
    /// Dependencies"; systemd.target(5), likewise).
    fn after(&self, units: &[Unit]) -> Vec<(String, String)> {
        let name = self.loaded.name.as_str();
        let said = self.words("After").into_iter();
        let mut after: Vec<(String, String)> =
            said.map(|first| (first.clone(), format!("{name}: After={first}"))).collect();
        if !self.by_default() {
            return after;
        }
        let implied = |first: &str| (first.to_owned(), format!("{name}: After={first} by default"));
        match self.loaded.name.kind() {
            UnitType::Service => after.extend(["sysinit.target", "basic.target"].map(implied)),
            UnitType::Socket | UnitType::Timer | UnitType::Path => after.push(implied("sysinit.target")),
            UnitType::Target => {
                let pulled = ["Wants", "Requires", "BindsTo"].iter().flat_map(|key| self.words(key));
                let by_default =
                    |name: &String| units.iter().any(|unit| unit.loaded.name.as_str() == name && unit.by_default());
                after.extend(pulled.filter(by_default).map(|first| implied(&first)));
            }
            _ => {}
        }
        after
    }
}

/// What the links of a plan make units pull in: the unit that does, and the one that is.
fn pulls(plan: &Plan) -> impl Iterator<Item = (String, String)> {
    let links = plan.links.iter().filter(|link| link.to.is_some());
    links.filter_map(|link| {
        let path = link.path.to_string();
        let (directory, unit) = path.rsplit_once('/')?;
        let by = directory.rsplit('/').next()?;
        let by = LinkKind::ALL.iter().find_map(|kind| by.strip_suffix(kind.suffix()))?;
        Some((by.to_owned(), unit.to_owned()))
    })
}
