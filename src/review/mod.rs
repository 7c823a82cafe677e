//! Deciding on a plan, service by service.
//!
//! [`state`] is the whole behaviour: a key makes a new state and effects, without any terminal or file.
//! [`page`] and [`screen`] make lines of it, [`terminal`] brings them to people, and [`session`] ties all
//! together and saves what was decided. [`request`] decides without a terminal.

pub mod align;
pub mod behaviour;
pub mod check;
pub mod editor;
pub mod filter;
pub mod key;
pub mod keys;
pub mod line;
pub mod page;
pub mod request;
pub mod screen;
pub mod session;
pub mod state;
pub mod subject;
pub mod terminal;
pub mod verify;
