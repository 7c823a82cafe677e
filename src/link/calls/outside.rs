//! Calls to the jobs of a set from scripts that belong to none of them.

use super::known::{Known, PendingAction};
use super::resolve::{CallSite, Caller, Replacement};
use super::rewrite::{self, FoundCall};
use super::script_names::ScriptNames;
use crate::link::vendor_jobs;
use crate::script::ScriptText;
use crate::script::call::Call;
use crate::service::{LinkedService, Scope, Service};
use crate::systemd::write::Style;

/// The jobs of a machine, as those see them who call them.
pub struct Outside {
    known: Known,
    /// No service: nobody's process calls.
    nobody: Service,
}

impl Outside {
    /// The jobs that were converted, and the units that stand for others.
    pub fn of(style: Style, external: &vendor_jobs::Known, services: &[&LinkedService]) -> Outside {
        let known = Known::of(Scope::System, style, external, services);
        Outside { known, nobody: Service::default() }
    }

    /// The calls in a script, with what takes their place.
    pub(crate) fn in_script(&self, text: &ScriptText) -> Vec<FoundCall> {
        rewrite::script(text, self.caller(), false).found
    }

    /// What takes the place of one call that stands by itself, if that is something else.
    pub fn replacement(&self, call: &Call) -> Option<Replacement> {
        let (caller, names) = (self.caller(), &ScriptNames::default());
        let place = CallSite { caller, names, condition: false, read: false };
        if caller.is_foreign(call) { None } else { place.resolve(call).ok() }
    }

    fn caller(&self) -> Caller<'_> {
        Caller { known: &self.known, own: &self.nobody, pending_action: PendingAction::Nothing }
    }
}
