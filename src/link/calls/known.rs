//! What is known of the units that calls are about: their names, their instances, and their order.

use std::collections::{HashMap, HashSet};

use bstr::{BString, ByteSlice as _};
use rayon::prelude::*;

use super::variables;
use crate::link::vendor_jobs::{self, Replacement};
use crate::script::ScriptText;
use crate::script::call::{Argument, Call};
use crate::script::init_tools::{self, Verb};
use crate::script::programs::Program;
use crate::script::walk;
use crate::service::{
    BootTarget, Dependency, DependencyKind, Instance, LinkedService, Phase, Ready, Run, Scope, Service, Stage, Target,
};
use crate::systemd::names;
use crate::systemd::quote::{in_shell, shell_word};
use crate::systemd::write::Style;
use crate::text::Text;

/// The units of a set.
#[derive(Default)]
pub struct Known {
    pub scope: Scope,
    jobs: HashMap<Text, Job>,
    /// What is ordered, and its place in `order`.
    ordered: HashMap<Target, usize>,
    /// What starts behind each of them.
    order: Vec<Vec<usize>>,
    /// Which services are tied to an event.
    listeners: HashMap<Text, Vec<Listener>>,
    /// Events that some process announces with variables.
    announced_variables: HashSet<BString>,
    /// The units that stand for jobs outside the set.
    external: HashMap<Text, String>,
}

/// A service that is tied to an event, and the variable of the event that says which of its instances.
pub(crate) type Listener = (Text, Option<Text>);

/// What a call to a job has to know of its unit.
pub struct Job {
    /// The name without `@` and suffix.
    pub stem: String,
    suffix: &'static str,
    pub instance: Option<Instance>,
    /// Whether systemctl can reload it.
    pub reloads: bool,
}

impl Job {
    /// The name of its unit.
    pub fn unit(&self) -> String {
        format!("{}{}", self.stem, self.suffix)
    }
}

/// Which job of its own unit runs while a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PendingAction {
    Nothing,
    Start,
    Stop,
}

impl PendingAction {
    /// While a hook runs, or the main process if there is none.
    pub fn of(service: &Service, stage: Option<Stage>) -> PendingAction {
        match stage {
            // What works at shutdown does it at the unit's stop.
            _ if service.phase == Phase::Shutdown => PendingAction::Stop,
            Some(Stage::PreStop | Stage::PostStop) => PendingAction::Stop,
            None if service.ready.value == Ready::Executed => PendingAction::Nothing,
            _ => PendingAction::Start,
        }
    }
}

/// The unit that a name stands for.
pub enum Unit<'k> {
    /// A job of the set.
    Job(&'k Job),
    /// What the system has in a job's place.
    VendorJob(&'k str),
    /// Nobody knows: a unit of that name.
    Unknown(String),
}

impl Known {
    /// Looks at a set, and at what stands for jobs outside it.
    pub fn of<'s>(scope: Scope, style: Style, external: &vendor_jobs::Known, services: &[&'s LinkedService]) -> Known {
        let external = external.iter().filter(|((of, _), _)| *of == scope);
        let external = external.map(|((_, job), unit)| (job.clone(), format!("{unit}.service"))).collect();
        let runs = |service: &&'s LinkedService| service.commands().map(|command| &command.value.run);
        let announced_variables = services.par_iter().flat_map_iter(runs).flat_map_iter(announced).collect();
        let mut known = Known { scope, announced_variables, external, ..Known::default() };
        for service in services {
            known.add(service, style);
        }
        known
    }

    fn add(&mut self, service: &LinkedService, style: Style) {
        let program = service.main.first().and_then(|main| main.value.facts.program.as_ref());
        let reloads_on_hup = program.and_then(|name| Program::find(name)).is_some_and(|it| it.reloads_on_hup);
        let instance = service.instance.as_ref().map(|instance| &instance.value);
        let job = Job {
            stem: names::unit(&service.name),
            suffix: if service.is_group && style == Style::Idiomatic { ".target" } else { ".service" },
            instance: instance.cloned(),
            reloads: !service.main.is_empty()
                && service.phase != Phase::Shutdown
                && (service.reload.is_some()
                    || ((style == Style::Exact || reloads_on_hup) && service.ready.value != Ready::Finished)),
        };
        self.jobs.insert(service.name.clone(), job);
        let own = Target::Service(service.name.clone());
        let sysinit = Target::BootTarget(BootTarget::Sysinit);
        if service.phase == Phase::Early {
            self.before(&own, &sysinit);
        } else {
            self.before(&sysinit, &own);
        }
        for (Dependency { kind, to }, _) in service.all_dependencies() {
            if let Target::Event(event) = to {
                let told = *kind == DependencyKind::StartedBy && service.has_instance_by_event();
                let variable = instance.filter(|_| told).and_then(|it| it.variables.first().cloned());
                let listener = (service.name.clone(), variable);
                let listeners = self.listeners.entry(event.clone()).or_default();
                if !listeners.contains(&listener) {
                    listeners.push(listener);
                }
            }
            if service.unordered.contains(to) {
                continue;
            }
            match (kind, to) {
                // Instances are stopped by the other unit, in no order with it.
                (DependencyKind::StopsBefore, _) if instance.is_some() => {}
                (DependencyKind::After | DependencyKind::StopsBefore, other) => self.before(other, &own),
                (DependencyKind::Before | DependencyKind::StopsAfter | DependencyKind::StoppedBy, other) => {
                    self.before(&own, other);
                }
                // A target waits for what it pulls in.
                (DependencyKind::StartedBy, Target::BootTarget(_)) if !service.depends(DependencyKind::After, to) => {
                    self.before(&own, to);
                }
                _ => {}
            }
        }
    }

    fn before(&mut self, first: &Target, second: &Target) {
        let [first, second] = [first, second].map(|target| {
            let next = self.ordered.len();
            *self.ordered.entry(target.clone()).or_insert(next)
        });
        self.order.resize_with(self.ordered.len(), Vec::new);
        self.order[first].push(second);
    }

    /// The unit of a job's name; why there is none.
    pub fn unit(&self, name: &[u8]) -> Result<Unit<'_>, &'static str> {
        let job = Text::from(name);
        if let Some(job) = self.jobs.get(&job) {
            return Ok(Unit::Job(job));
        }
        if let Some(unit) = self.external.get(&job) {
            return Ok(Unit::VendorJob(unit));
        }
        let vendor_job = vendor_jobs::find(self.scope, name);
        match vendor_job.and_then(|it| it.replacement.unit()) {
            Some(unit) if unit.contains('@') => Err("its unit is a template"),
            Some(unit) => Ok(Unit::VendorJob(unit)),
            None => match vendor_job.filter(|it| it.replacement == Replacement::Unneeded) {
                Some(unneeded) => Err(unneeded.why),
                None => Ok(Unit::Unknown(format!("{}.service", names::unit(name)))),
            },
        }
    }

    pub fn job(&self, name: &Text) -> Option<&Job> {
        self.jobs.get(name)
    }

    /// What the set has tied to an event: services, and the variable that says which instance of them.
    pub(crate) fn listeners(&self, event: &Text) -> &[Listener] {
        self.listeners.get(event).map_or(&[], Vec::as_slice)
    }

    /// Whether a file with variables of that event may lie there when it is announced.
    pub(crate) fn announces_variables(&self, event: &Text) -> bool {
        self.announced_variables.contains(&event.0)
    }

    /// What a job's name stands for among what is ordered.
    fn node(&self, name: &Text) -> Target {
        let vendor_job = vendor_jobs::target_of(self.scope, name, DependencyKind::After);
        let of_set = self.jobs.contains_key(name);
        vendor_job.filter(|_| !of_set).unwrap_or_else(|| Target::Service(name.clone()))
    }

    /// Whether something starts only when something else has, however many stand between them.
    fn comes_after(&self, late: &Target, early: &Target) -> bool {
        let (Some(&late), Some(&early)) = (self.ordered.get(late), self.ordered.get(early)) else {
            return false;
        };
        let mut seen = vec![false; self.order.len()];
        let mut next = vec![early];
        while let Some(target) = next.pop() {
            for &after in &self.order[target] {
                if after == late {
                    return true;
                }
                if !std::mem::replace(&mut seen[after], true) {
                    next.push(after);
                }
            }
        }
        false
    }

    fn is_tied_behind(&self, late: &Target, early: &Target) -> bool {
        let (Some(late), Some(&early)) = (self.ordered.get(late), self.ordered.get(early)) else {
            return false;
        };
        self.order[early].contains(late)
    }

    /// Whether a call that waits for that unit would wait for ever: a start waits for the starts that come
    /// before it and for all stops of what it is ordered with, a stop for the stops of what starts behind it.
    pub fn hangs(&self, own: &Service, pending_action: PendingAction, verb: Verb, other: &Text) -> bool {
        if *other == own.name {
            return true;
        }
        let (own_node, other_node) = (Target::Service(own.name.clone()), self.node(other));
        let behind = || self.is_tied_behind(&other_node, &own_node);
        let ahead = || self.is_tied_behind(&own_node, &other_node);
        match (pending_action, verb) {
            (PendingAction::Start, Verb::Start | Verb::Restart) => {
                // What the set does not hold starts when the system is set up, if nothing else is known.
                let is_late = !self.jobs.contains_key(other) && !vendor_jobs::is_early(&other_node);
                (own.phase == Phase::Early && is_late) || self.comes_after(&other_node, &own_node)
            }
            (PendingAction::Stop, Verb::Start | Verb::Restart) => behind() || ahead(),
            (PendingAction::Stop, Verb::Stop) => ahead(),
            _ => false,
        }
    }
}

/// The events that a command announces with variables.
fn announced(run: &Run) -> Vec<BString> {
    let text = text_of(run);
    // A process whose calls are rewritten already writes the file by itself.
    let written = text.find_iter(variables::OF_EVENTS).map(|at| {
        let file = text[at + variables::OF_EVENTS.len()..].strip_prefix(b"/").unwrap_or_default();
        let name = file.split_str(".env").next().unwrap_or_default();
        name.split_str("@").next().unwrap_or_default().into()
    });
    let mut events: Vec<BString> = written.collect();
    if !text.contains_str("emit") {
        return events;
    }
    let mut note = |word: &[u8], arguments: &[Argument]| {
        if let Some(named) = init_tools::command(word)
            && let Ok(call) = Call::read(named, arguments)
            && call.verb == Some(Verb::Emit)
            && !call.variables.is_empty()
        {
            events.extend(call.literal().cloned());
        }
    };
    if let Run::Argv(words) = run {
        let arguments: Vec<Argument> = words.iter().map(|word| Argument::fixed(word)).collect();
        words.iter().enumerate().for_each(|(at, word)| note(word, &arguments[at + 1..]));
    } else if let Ok(tree) = text.tree() {
        walk::simple_commands(tree, |command, _| {
            let Some(simple) = command.simple() else { return };
            for (at, word) in simple.words.iter().enumerate() {
                if let Some(word) = word.literal() {
                    note(&word, &Argument::all(&text, &simple.words[at + 1..]));
                }
            }
        });
    }
    events
}

/// A command as a script.
pub(crate) fn text_of(run: &Run) -> ScriptText {
    match run {
        Run::Line(text) | Run::Script(text) => text.clone(),
        Run::Argv(words) => bstr::join(" ", words.iter().map(|word| shell_word(word))).into(),
        Run::Expand(words) => in_shell(words).into(),
    }
}
