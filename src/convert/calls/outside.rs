//! Calls to the jobs of a set from scripts that belong to none of them.

use super::known::{Known, Meanwhile};
use super::resolve::Place;
use super::rewrite::{self, Found};
use crate::convert::set;
use crate::service::{Scope, Service};
use crate::shell::ScriptText;
use crate::systemd::write::Style;

/// The jobs of a machine, as those see them who call them.
pub struct Outside {
    known: Known,
    /// No service: nobody's process calls.
    nobody: Service,
}

impl Outside {
    /// The jobs that were converted, and the units that stand for others.
    pub fn of(style: Style, beyond: &set::Known, services: &[&Service]) -> Outside {
        let known = Known::of(Scope::System, style, beyond, services);
        Outside { known, nobody: Service::default() }
    }

    /// The calls in a script, with what takes their place.
    pub fn in_script(&self, text: &ScriptText) -> Vec<Found> {
        let plain = rewrite::plain_variables(text);
        let place = Place {
            known: &self.known,
            own: &self.nobody,
            meanwhile: Meanwhile::Nothing,
            condition: false,
            read: false,
            plain: &plain,
        };
        rewrite::script(text, &place, false).found
    }
}
