//! From files to settings: which files make up a unit, and which of their assignments count.

pub mod comment;
pub mod directories;
pub mod name;
pub mod problem;
pub mod setting;

pub use comment::Comment;
pub use directories::{Directories, Enablement, FindError, How, UnitFiles};
pub use name::{InvalidName, UnitName, UnitType};
pub use problem::{Problem, ProblemKind};
pub use setting::{Loaded, Reason, Setting, State};
