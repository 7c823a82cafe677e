//! From services to jobs and their text.

mod boot_targets;
mod calls;
mod checks;
mod clock;
pub mod command;
pub mod condition;
mod directories;
pub mod downgrade;
mod expression;
mod helper;
mod identity;
mod job;
mod lifecycle;
mod pieces;
mod processes;
pub mod quote;
mod scheduling;
mod settings;
mod start_condition;
pub mod text;
mod writer;

pub use job::{Written, write};
pub use writer::Options;
