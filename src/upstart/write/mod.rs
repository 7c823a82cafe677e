//! From services to jobs and their text.

pub mod command;
pub mod condition;
pub mod older;
pub mod quote;
pub mod text;
