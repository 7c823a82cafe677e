//! What the jobs of a root become on it: files, links, decisions; nothing is installed here.

mod access;
mod adopt;
pub mod audit;
mod behaviour;
mod builder;
pub mod callers;
mod carry;
mod cycles;
mod decide;
mod drop_in;
mod enable;
mod make;
pub mod missing;
pub mod model;
mod place;
pub mod store;
mod survey;
pub mod transaction;

pub use make::{Made, Request, make};
pub use model::Plan;
pub use store::{Change, Store, StoreError};
pub use survey::PlanError;
