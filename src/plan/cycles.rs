//! Circles in the order of units, found before systemd finds them by leaving a unit out at boot.

use std::collections::HashMap;

use super::make::Maker;
use super::model::{Cycle, FileKind};
use crate::graph::{Edge, Graph, Kind, Node, Sort, Tie, View, cycles};
use crate::service::Scope;
use crate::systemd::directive::Section;
use crate::systemd::load::{Loaded, UnitFiles, UnitName, UnitType};
use crate::systemd::manager;
use crate::text::Source;

/// Finds the circles that a unit of the plan belongs to.
pub(super) fn find(maker: &Maker<'_>) -> Vec<Cycle> {
    let units = units(maker);
    let mut graph = Graph { view: View::Units, ..Graph::default() };
    let mut known: HashMap<String, usize> = HashMap::new();
    for unit in &units {
        let name = unit.loaded.name.to_string();
        known.insert(name.clone(), graph.nodes.len());
        graph.nodes.push(node(name, unit.is_planned));
    }
    let mut pairs: HashMap<(usize, usize), usize> = HashMap::new();
    let mut edge = |graph: &mut Graph, first: &str, then: &str, why: &str| {
        let (Some(&from), Some(&to)) = (known.get(first), known.get(then)) else { return };
        let tie = Tie { sort: Sort::Order, text: why.to_owned(), stanza: String::new() };
        let at = *pairs.entry((from, to)).or_insert_with(|| {
            graph.edges.push(Edge { from, to, ties: Vec::new(), in_cycle: false });
            graph.edges.len() - 1
        });
        graph.edges[at].ties.push(tie);
    };
    for unit in &units {
        let name = unit.loaded.name.as_str();
        for (first, why) in unit.after(&units) {
            edge(&mut graph, &first, name, &why);
        }
        for then in unit.words("Before") {
            edge(&mut graph, name, &then, &format!("{name}: Before={then}"));
        }
    }
    for (directory, unit) in &maker.pulls() {
        let is_target = directory.ends_with(".target");
        let by_default =
            |name: &str| units.iter().any(|unit| unit.loaded.name.as_str() == name && unit.by_default());
        if is_target && by_default(directory) && by_default(unit) {
            edge(&mut graph, unit, directory, &format!("{unit}: WantedBy={directory}"));
        }
    }
    let found = cycles::mark(&mut graph, Sort::Order);
    let told =
        found.iter().filter(|cycle| cycle.iter().any(|at| graph.nodes[graph.edges[*at].from].in_focus));
    told.map(|cycle| {
        let units = cycle.iter().map(|at| graph.nodes[graph.edges[*at].from].label.clone()).collect();
        let why: Vec<&str> = cycle
            .iter()
            .filter_map(|at| graph.edges[*at].ties.first())
            .map(|tie| tie.text.as_str())
            .collect();
        Cycle { units, message: why.join("; ") }
    })
    .collect()
}

fn node(name: String, is_planned: bool) -> Node {
    Node {
        label: name,
        kind: Kind::Job,
        hover: Vec::new(),
        subtitle: String::new(),
        unresolved: false,
        in_cycle: false,
        in_focus: is_planned,
    }
}

/// A unit as it will be.
struct Unit {
    loaded: Loaded,
    /// Whether the plan writes it, or changes it by a drop-in.
    is_planned: bool,
}

/// The units of the root, with those of the plan in the place of others.
fn units(maker: &Maker<'_>) -> Vec<Unit> {
    let scope = Scope::System;
    let directory = manager::unit_dir(scope);
    let mut all: HashMap<String, (UnitFiles, bool)> = HashMap::new();
    for name in maker.survey.unit_names(scope) {
        if let Some(files) = maker.survey.unit(scope, name) {
            all.insert(files.name.to_string(), (files, false));
        }
    }
    let written = maker.plan.files.iter().filter_map(|file| Some((file, maker.texts.get(&file.path)?)));
    let mut drop_ins = Vec::new();
    for (file, text) in written {
        let path = file.path.to_string();
        let Some(below) = path.strip_prefix(directory).and_then(|below| below.strip_prefix('/')) else {
            continue;
        };
        let source = Source { name: path.clone(), text: text.clone() };
        match file.kind {
            FileKind::Unit => {
                if let Ok(name) = below.parse::<UnitName>() {
                    all.insert(below.to_owned(), (UnitFiles::single(name, source), true));
                }
            }
            FileKind::DropIn => {
                drop_ins.extend(below.split_once(".d/").map(|(unit, _)| (unit.to_owned(), source)));
            }
            _ => {}
        }
    }
    for (unit, source) in drop_ins {
        if let Some((files, is_planned)) = all.get_mut(&unit) {
            files.drop_ins.push(source);
            *is_planned = true;
        }
    }
    let mut units: Vec<Unit> = all
        .into_values()
        .map(|(files, is_planned)| Unit { loaded: Loaded::read(&files), is_planned })
        .collect();
    units.sort_by(|one, other| one.loaded.name.as_str().cmp(other.loaded.name.as_str()));
    units
}

impl Unit {
    fn words(&self, key: &str) -> Vec<String> {
        let settings = self.loaded.all(Section::Unit, key);
        let words = settings.map(|setting| setting.value.to_string());
        words.flat_map(|value| value.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
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
        let mut after: Vec<(String, String)> = self
            .words("After")
            .into_iter()
            .map(|first| (first.clone(), format!("{name}: After={first}")))
            .collect();
        if !self.by_default() {
            return after;
        }
        let implied = |first: &str| (first.to_owned(), format!("{name}: After={first} by default"));
        match self.loaded.name.kind() {
            UnitType::Service => after.extend(["sysinit.target", "basic.target"].map(implied)),
            UnitType::Socket | UnitType::Timer | UnitType::Path => after.push(implied("sysinit.target")),
            UnitType::Target => {
                let pulled = ["Wants", "Requires", "BindsTo"].iter().flat_map(|key| self.words(key));
                let by_default = |name: &String| {
                    units.iter().any(|unit| unit.loaded.name.as_str() == name && unit.by_default())
                };
                after.extend(pulled.filter(by_default).map(|first| implied(&first)));
            }
            _ => {}
        }
        after
    }
}

impl Maker<'_> {
    /// What the links of the plan make units pull in: the unit that does, and the one that is.
    fn pulls(&self) -> Vec<(String, String)> {
        let links = self.plan.links.iter().filter(|link| link.to.is_some());
        links
            .filter_map(|link| {
                let path = link.path.to_string();
                let (directory, unit) = path.rsplit_once('/')?;
                let by = directory.rsplit('/').next()?;
                let by =
                    [".wants", ".requires", ".upholds"].iter().find_map(|suffix| by.strip_suffix(suffix))?;
                Some((by.to_owned(), unit.to_owned()))
            })
            .collect()
    }
}
