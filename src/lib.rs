//! Moves service definitions between Upstart and systemd, and says of every stanza what became of it.

pub mod cli;
pub mod compare;
pub mod convert;
pub mod findings;
pub mod graph;
pub mod install;
pub mod lift;
pub mod plan;
pub mod report;
pub mod reverse;
pub mod review;
pub mod root;
pub mod service;
pub mod shell;
pub mod systemd;
pub mod text;
pub mod upstart;
