//! The neutral model.
mod resource;
mod signal;
pub use resource::{Bound, Limit, Resource};
pub use signal::Signal;
