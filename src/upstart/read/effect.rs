//! What an event in a start condition means for a service.

use crate::findings::Finding;
use crate::service::{Activation, Dependency, DependencyKind, Machine, Target, ValueTest};
use crate::text::Sourced;

/// A job's or a custom event comes at any time: later than all the boot's own.
pub(crate) const ANY_TIME: u8 = 20;

/// What an event in `start on` means for a service.
#[derive(Clone, Debug, Default)]
pub struct Effect {
    /// How late in the boot it comes; the latest event of an `and` is the one that starts the job.
    pub rank: u8,
    /// Whether it comes before the system is set up.
    pub early: bool,
    /// What starts the service when it comes up itself.
    pub pulls: Vec<Target>,
    /// What starts the service at another time.
    pub starts: Vec<(DependencyKind, Target)>,
    /// What starts it only together: for each event the ties that tell of it.
    pub all_of: Vec<Vec<Dependency>>,
    /// What it is ordered after, and what it needs started for that.
    pub dependencies: Vec<(DependencyKind, Target)>,
    /// What starts the service on demand.
    pub activation: Vec<Activation>,
    /// Values that the event must come with.
    pub tests: Vec<Sourced<ValueTest>>,
    /// Values that variables of the service manager's own environment must have: one of each list.
    pub environment_conditions: Vec<Vec<Sourced<ValueTest>>>,
    /// Whether it has come before anything else can.
    pub given: bool,
    /// Whether it is work at shutdown, and if so, whether rescue mode calls for it as well.
    pub shutdown: Option<bool>,
    /// On which machines only.
    pub machine: Option<Machine>,
    /// Whether it tells at boot what the machine is. That starts the service where nothing else does.
    pub tells_machine: bool,
    /// What is to be said.
    pub findings: Vec<Finding>,
    /// The events that it stands for, for people.
    pub events: Vec<String>,
}

impl Effect {
    pub fn at(rank: u8, pulls: Vec<Target>) -> Effect {
        Effect { rank, pulls, ..Effect::default() }
    }

    pub fn on(machine: Machine) -> Effect {
        Effect { machine: Some(machine), tells_machine: true, ..Effect::default() }
    }

    /// Whether it starts the service at all, and not only delays it.
    pub(crate) fn starts_something(&self) -> bool {
        !(self.pulls.is_empty() && self.starts.is_empty() && self.all_of.is_empty() && self.activation.is_empty())
    }

    /// What starts the service when it comes up, with the order of the two.
    pub fn beside(order: DependencyKind, target: Target) -> Effect {
        Effect { dependencies: vec![(order, target.clone())], ..Effect::at(ANY_TIME, vec![target]) }
    }

    pub(crate) fn on_demand(activation: Activation) -> Effect {
        Effect { activation: vec![activation], ..Effect::at(ANY_TIME, Vec::new()) }
    }

    pub(crate) fn unconverted(finding: Finding) -> Effect {
        Effect { findings: vec![finding], ..Effect::default() }
    }
}
