//! The documentation says what the program does.

#[path = "../common/mod.rs"]
mod common;
mod explain;
mod readme;
mod reference;
mod words;
