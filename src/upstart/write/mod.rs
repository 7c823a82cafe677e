//! From services to jobs and their text.

pub mod command;
pub mod condition;
pub mod quote;
pub mod text;
