//! What is known of the units that calls are about: their names, their instances, and their order.

use std::collections::{HashMap, HashSet, VecDeque};

use bstr::{BString, ByteSlice as _};
use rayon::prelude::*;

use super::call;
use super::table::{self, Verb};
use super::{text_of, variables};
use crate::convert::plumbing::{self, Fate};
use crate::convert::set;
use crate::service::programs::Program;
use crate::service::{Bond, Instance, Milestone, Party, Phase, Ready, Scope, Service, Stage};
use crate::shell::tree::{CommandKind, Word};
use crate::shell::walk;
use crate::systemd::names;
use crate::systemd::write::Style;
use crate::text::Text;

/// The units of a set.
pub struct Known {
    pub scope: Scope,
    jobs: HashMap<Text, Job>,
    /// What starts before what.
    order: HashMap<Party, Vec<Party>>,
    /// Which services are tied to an event.
    listeners: HashMap<Text, Vec<Listener>>,
    /// Events that some process announces with variables.
    told: HashSet<BString>,
    /// The units that stand for jobs beyond the set.
    beyond: HashMap<Text, String>,
}

/// A service that is tied to an event, and the variable of the event that says which of its instances.
pub type Listener = (Text, Option<Text>);

/// What a call to a job has to know of its unit.
pub struct Job {
    /// The name without `@` and suffix.
    pub stem: String,
    /// `.service` or `.target`.
    pub suffix: &'static str,
    pub instance: Option<Instance>,
    /// Whether systemctl can reload it.
    pub reloads: bool,
}

/// Which job of its own unit runs while a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meanwhile {
    Nothing,
    Start,
    Stop,
}

impl Meanwhile {
    /// While a hook runs, or the main process if there is none.
    pub fn of(service: &Service, stage: Option<Stage>) -> Meanwhile {
        match stage {
            // What works at shutdown does it at the unit's stop.
            _ if service.phase == Phase::Shutdown => Meanwhile::Stop,
            Some(Stage::PreStop | Stage::PostStop) => Meanwhile::Stop,
            None if service.ready.value == Ready::Executed => Meanwhile::Nothing,
            _ => Meanwhile::Start,
        }
    }
}

/// The unit that a name stands for.
pub enum Unit<'k> {
    /// A job of the set.
    Job(&'k Job),
    /// What the system has in a job's place.
    Stock(&'k str),
    /// Nobody knows.
    Unknown(String),
}

impl Known {
    /// Looks at a set, and at what stands for jobs beyond it.
    pub fn of(scope: Scope, style: Style, beyond: &set::Known, services: &[&Service]) -> Known {
        let beyond = beyond.iter().filter(|((of, _), _)| *of == scope);
        let mut known = Known {
            scope,
            jobs: HashMap::new(),
            order: HashMap::new(),
            listeners: HashMap::new(),
            told: HashSet::new(),
            beyond: beyond.map(|((_, job), unit)| (job.clone(), format!("{unit}.service"))).collect(),
        };
        for service in services {
            known.add(service, style);
        }
        known.told = services.par_iter().flat_map_iter(|service| told(service)).collect();
        known
    }

    fn add(&mut self, service: &Service, style: Style) {
        let program = service.main.first().and_then(|main| main.value.traits.program.as_ref());
        let reloads_on_hup = program.and_then(|name| Program::find(name)).is_some_and(|it| it.reloads_on_hup);
        let job = Job {
            stem: names::unit(&service.name),
            suffix: if service.is_group && style == Style::Idiomatic { ".target" } else { ".service" },
            instance: service.instance.as_ref().map(|instance| instance.value.clone()),
            reloads: !service.main.is_empty()
                && service.phase != Phase::Shutdown
                && (service.reload.is_some()
                    || ((style == Style::Exact || reloads_on_hup) && service.ready.value != Ready::Finished)),
        };
        self.jobs.insert(service.name.clone(), job);
        let own = Party::Service(service.name.clone());
        let sysinit = Party::Milestone(Milestone::Sysinit);
        if service.phase == Phase::Early {
            self.before(&own, &sysinit);
        } else {
            self.before(&sysinit, &own);
        }
        let operands = service.latch.iter().flat_map(|latch| latch.value.operands.iter().flatten());
        let after: HashSet<&Party> = service
            .relations
            .iter()
            .filter(|tie| tie.value.bond == Bond::After)
            .map(|tie| &tie.value.to)
            .collect();
        for tie in service.relations.iter().map(|tie| &tie.value).chain(operands) {
            if let Party::Event(event) = &tie.to {
                let told = tie.bond == Bond::StartedBy && service.is_told_instance();
                let variable = service
                    .instance
                    .as_ref()
                    .filter(|_| told)
                    .and_then(|it| it.value.variables.first().cloned());
                let listeners = self.listeners.entry(event.clone()).or_default();
                if !listeners.iter().any(|(name, by)| *name == service.name && *by == variable) {
                    listeners.push((service.name.clone(), variable));
                }
            }
            if service.unordered.contains(&tie.to) {
                continue;
            }
            match (tie.bond, &tie.to) {
                // Instances are stopped by the other unit, in no order with it.
                (Bond::StopsBefore, _) if service.instance.is_some() => {}
                (Bond::After | Bond::StopsBefore, other) => self.before(other, &own),
                (Bond::Before | Bond::StopsAfter | Bond::StoppedBy, other) => self.before(&own, other),
                // A target waits for what it pulls in.
                (Bond::StartedBy, Party::Milestone(_)) if !after.contains(&tie.to) => {
                    self.before(&own, &tie.to);
                }
                _ => {}
            }
        }
    }

    fn before(&mut self, first: &Party, second: &Party) {
        self.order.entry(first.clone()).or_default().push(second.clone());
    }

    /// The unit of a job's name.
    pub fn unit(&self, name: &[u8]) -> Result<Unit<'_>, &'static str> {
        if let Some(job) = self.jobs.get(&Text::from(name)) {
            return Ok(Unit::Job(job));
        }
        if let Some(unit) = self.beyond.get(&Text::from(name)) {
            return Ok(Unit::Stock(unit));
        }
        match plumbing::stock(self.scope, name) {
            Some(stock) => match (stock.fate, stock.fate.unit()) {
                (Fate::Unneeded, _) => Err(stock.why),
                (_, Some(unit)) if unit.contains('@') => Err("its unit is a template"),
                (_, Some(unit)) => Ok(Unit::Stock(unit)),
                (_, None) => Ok(Unit::Unknown(names::unit(name))),
            },
            None => Ok(Unit::Unknown(names::unit(name))),
        }
    }

    pub fn job(&self, name: &Text) -> Option<&Job> {
        self.jobs.get(name)
    }

    /// What the set has tied to an event: services, and the variable that says which instance of them.
    pub fn listeners(&self, event: &Text) -> &[Listener] {
        self.listeners.get(event).map_or(&[], Vec::as_slice)
    }

    /// Whether a file with variables of that event may lie there when it is announced.
    pub fn is_told_variables(&self, event: &Text) -> bool {
        self.told.contains(&event.0)
    }

    /// What a job's name stands for among what is ordered.
    fn node(&self, name: &Text) -> Party {
        if self.jobs.contains_key(name) {
            return Party::Service(name.clone());
        }
        plumbing::party_of(self.scope, name, Bond::After).unwrap_or_else(|| Party::Service(name.clone()))
    }

    /// Whether something starts only when something else has, however many stand between them.
    fn comes_after(&self, late: &Party, early: &Party) -> bool {
        let mut seen = HashSet::from([early]);
        let mut next = VecDeque::from([early]);
        while let Some(party) = next.pop_front() {
            for after in self.order.get(party).into_iter().flatten() {
                if after == late {
                    return true;
                }
                if seen.insert(after) {
                    next.push_back(after);
                }
            }
        }
        false
    }

    fn is_tied_behind(&self, late: &Party, early: &Party) -> bool {
        self.order.get(early).is_some_and(|all| all.contains(late))
    }

    /// Whether a call that waits for that unit would wait for ever: a start waits for the starts that come
    /// before it and for all stops of what it is ordered with, a stop for the stops of what starts behind it.
    pub fn hangs(&self, own: &Service, meanwhile: Meanwhile, verb: Verb, other: &Text) -> bool {
        if *other == own.name {
            return true;
        }
        let (own_node, other_node) = (Party::Service(own.name.clone()), self.node(other));
        let behind = || self.is_tied_behind(&other_node, &own_node);
        let ahead = || self.is_tied_behind(&own_node, &other_node);
        match (meanwhile, verb) {
            (Meanwhile::Start, Verb::Start | Verb::Restart) => {
                // What the set does not hold starts when the system is set up, if nothing else is known.
                let is_late = !self.jobs.contains_key(other) && !plumbing::is_early(&other_node);
                (own.phase == Phase::Early && is_late) || self.comes_after(&other_node, &own_node)
            }
            (Meanwhile::Stop, Verb::Start | Verb::Restart) => behind() || ahead(),
            (Meanwhile::Stop, Verb::Stop) => ahead(),
            _ => false,
        }
    }
}

/// The events that a service's processes announce with variables.
fn told(service: &Service) -> Vec<BString> {
    let mut events = Vec::new();
    let hooks = service.hooks.iter().map(|hook| &hook.command);
    for command in service.main.iter().chain(hooks) {
        let text = text_of(&command.value.run);
        // A process whose calls are rewritten already writes the file by itself.
        for at in text.find_iter(variables::OF_EVENTS) {
            let file = text[at + variables::OF_EVENTS.len()..].strip_prefix(b"/").unwrap_or_default();
            let name = file.split_str(".env").next().unwrap_or_default();
            events.push(name.split(|byte| *byte == b'@').next().unwrap_or_default().into());
        }
        if !text.contains_str("emit") {
            continue;
        }
        let Ok(tree) = text.tree() else { continue };
        walk::simple_commands(tree, |command, _| {
            let CommandKind::Simple(simple) = &command.kind else { return };
            let program = |word: &Word| word.literal().and_then(|name| table::program(&name));
            for (at, word) in simple.words.iter().enumerate() {
                let Some((grammar, _)) = program(word) else { continue };
                let words: Vec<&Word> = simple.words[at + 1..].iter().collect();
                if let Ok(call) = call::read(&text, grammar, &words)
                    && call.verb == Some(Verb::Emit)
                    && !call.variables.is_empty()
                {
                    events.extend(call.name.and_then(|name| name.literal));
                }
            }
        });
    }
    events
}
