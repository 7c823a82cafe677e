//! systemd's side: unit files, the table of directives, units to services and services to units.

pub mod boot_target;
pub mod counterparts;
pub mod defaults;
pub(crate) mod dependencies;
pub mod document;
pub mod environment_file;
pub mod load;
pub mod manager;
pub mod names;
pub mod quote;
pub mod read;
pub mod table;
pub mod unit;
pub mod value;
pub mod version;
pub mod write;
