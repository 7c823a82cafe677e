//! What Upstart's side makes of single texts.

mod command;
mod condition;
mod distribution;
mod places;
mod version;
