//! Deciding on a plan, service by service.
//!
//! [`state`] is the whole behaviour: a key makes a new state and effects, without any terminal or file.
//! [`page`] and [`screen`] make lines of it, [`terminal`] brings them to people, and [`session`] ties all
//! together and saves what was decided. [`request`] decides without a terminal.

mod align;
pub mod behaviour;
mod check;
pub mod diagnostic;
mod editor;
pub mod filter;
pub mod key;
pub mod keys;
pub mod line;
pub mod mode;
pub mod page;
pub mod request;
pub mod screen;
pub mod session;
pub mod state;
pub mod subject;
pub mod terminal;
mod verify;
