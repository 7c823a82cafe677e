//! From services to jobs and their text.

mod calls;
mod checks;
mod clock;
pub mod command;
pub mod condition;
mod directories;
mod expression;
pub mod helper;
mod identity;
mod job;
mod lifecycle;
mod lowered;
mod occasion;
pub mod older;
mod pieces;
mod processes;
pub mod quote;
mod scheduling;
mod settings;
mod stations;
pub mod text;

pub use job::{Options, Written, write};
