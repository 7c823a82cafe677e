//! From files to settings: which files make up a unit, and which of their assignments count.

pub(crate) mod loader;
pub mod name;
pub mod problem;
pub mod unit_files;

pub use loader::{Comment, Loaded, Reason, Setting, State};
pub use name::{InvalidName, UnitName, UnitType};
pub use problem::{Problem, ProblemKind};
pub use unit_files::{Directories, Enablement, FindError, LinkKind, UnitFiles};
