//! Every directive that systemd up to 255 knows, as data: where it stands, since when, what its value is,
//! how repeats add up, and what it is for.
//!
//! Names and versions are those of systemd's own parser tables, from 219 on, not of its manual pages, whose
//! "added in" marks are later than the truth for many old directives.

use std::collections::HashMap;
use std::sync::OnceLock;

mod activation;
pub mod choice;
pub mod directive;
mod exec;
mod mount;
mod resource_control;
mod row;
pub mod section;
mod service;
mod unit;

pub use directive::Directive;
pub use row::{Repeat, Row, ValueKind};
pub use section::{Placement, Section};

/// Every directive.
pub fn all() -> impl Iterator<Item = &'static Row> {
    let sections = [
        unit::UNIT,
        unit::INSTALL,
        service::SERVICE,
        service::KILL,
        exec::EXEC,
        resource_control::RESOURCE_CONTROL,
        activation::SOCKET,
        activation::TIMER,
        activation::PATH,
        mount::MOUNT,
        mount::AUTOMOUNT,
        mount::SWAP,
        mount::SCOPE,
    ];
    sections.into_iter().flatten()
}

/// The directive of that name in a section.
pub fn find(section: Section, name: &str) -> Option<&'static Row> {
    static INDEX: OnceLock<HashMap<(Section, &'static str), &'static Row>> = OnceLock::new();
    let index = INDEX.get_or_init(|| {
        all().flat_map(|row| row.place.sections().iter().map(move |section| ((*section, row.name), row))).collect()
    });
    index.get(&(section, name)).copied()
}
