//! What the jobs of a root become on it: files, links, decisions; nothing is installed here.

mod access;
mod adopt;
pub mod audit;
mod behaviour;
pub mod callers;
mod carry;
mod cycles;
mod drop_in;
mod enable;
mod job;
mod lock;
mod make;
pub mod missing;
pub mod model;
mod picture;
mod place;
mod retire;
pub mod store;
mod survey;
pub mod transaction;

use thiserror::Error;

pub use make::{Made, Request, make};
pub use model::Plan;
pub use picture::Pictures;
pub use store::{Change, Store, StoreError};

use crate::root::{PathError, RootError, RootPath};

/// Why a root cannot be planned.
#[derive(Debug, Error)]
pub enum PlanError {
    /// Something in the root cannot be looked at.
    #[error("{0}")]
    Root(#[from] RootError),
    /// A path that cannot be one.
    #[error("{0}")]
    Path(#[from] PathError),
    /// The root's units cannot be looked at.
    #[error("the units of the root cannot be read: {0}")]
    Units(String),
    /// There is nothing to plan.
    #[error("there is no job in /etc/init, nor one of a session, below this root; --root names another one")]
    NoJobs,
    /// Two services would write different things to one place.
    #[error("{path} is needed by {other} too, with something else in it")]
    TwoTexts {
        /// The place.
        path: RootPath,
        /// The services that need it to be something else.
        other: String,
    },
}
