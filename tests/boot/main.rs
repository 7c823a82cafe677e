//! What a real systemd does with converted units: it is booted in namespaces of its own, as root.

mod boot;
#[path = "../common/mod.rs"]
mod common;
mod lift;
mod lifted_hooks;
mod quoting;
mod server;
mod session;
mod traces;
mod unit_reader;
