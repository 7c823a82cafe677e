//! systemd's side: units, their directives and their text.

pub mod directive;
pub mod environment_file;
pub mod manager;
pub mod names;
pub mod quote;
pub mod target;
pub mod unit;
pub mod write;
