//! A service as its set makes it: what follows for it from the others.

use std::ops::{Deref, DerefMut};

use super::{LifecycleEvent, Service, Target, Trigger, Wait};
use crate::text::{Sourced, Text};

/// A service, and what follows for it from the other services of its set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkedService {
    /// What its own definition says, in the names of the set.
    pub service: Service,
    /// Whether it runs nothing and only groups others, none of which needs it to act.
    pub is_group: bool,
    /// Which services that it is tied to are such groups.
    pub groups: Vec<Text>,
    /// Whether other services of the set come up with it and stand before it.
    pub has_dependents: bool,
    /// What it does to other services of the set, for their sake.
    pub triggers: Vec<Trigger>,
    /// Which services of the set notify it when they reach which lifecycle event.
    pub notified_by: Vec<(Text, LifecycleEvent)>,
    /// What services outside the set have to do for its sake: their units' names without suffix, and what.
    pub drop_in_requests: Vec<(Text, Sourced<Trigger>)>,
    /// Whether all the events that it starts at together come when the system boots.
    pub all_of_at_boot: bool,
    /// Services of the set that come up, or are done, when the machine boots, and that it waits for.
    pub waits: Vec<Sourced<Wait>>,
    /// What it is not ordered with after all, because that would close a cycle.
    pub unordered: Vec<Target>,
    /// Events that its processes announce, and that nothing of the set is tied to.
    pub announces: Vec<Text>,
}

impl From<Service> for LinkedService {
    /// A service of which no set is known.
    fn from(service: Service) -> LinkedService {
        LinkedService { service, ..LinkedService::default() }
    }
}

impl Deref for LinkedService {
    type Target = Service;

    fn deref(&self) -> &Service {
        &self.service
    }
}

impl DerefMut for LinkedService {
    fn deref_mut(&mut self) -> &mut Service {
        &mut self.service
    }
}
