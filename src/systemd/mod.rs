//! systemd's side: units, their directives and their text.

pub mod catalogue;
pub mod counterparts;
pub mod directive;
pub mod document;
pub mod environment_file;
pub mod load;
pub mod manager;
pub mod names;
pub mod quote;
pub mod read;
pub mod target;
pub mod unit;
pub mod value;
pub mod write;
