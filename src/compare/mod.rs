//! Two definitions held against each other by what they do.
//!
//! Both are read into the neutral model, whichever init they are for, and compared value by value, with what their
//! inits do where nothing is said made explicit. [`compare`] gives a row for every aspect that either of them has
//! anything to say about, in a fixed order; each row has a grade and both values, with the places where they stand.
//!
//! ```
//! use cutover::compare::{Aspect, Definition, Grade, compare};
//! use cutover::upstart::read::JobFiles;
//!
//! let before = JobFiles::named("web", "respawn\nexec web\n");
//! let after = JobFiles::named("web", "exec /usr/bin/web\nkill timeout 20\n");
//! let comparison = compare(&Definition::of_job(&before), &Definition::of_job(&after));
//! let differing = comparison.graded(Grade::Differs).map(|row| row.aspect);
//! assert_eq!(differing.collect::<Vec<_>>(), [Aspect::Restart, Aspect::StopTimeout]);
//! ```

mod aspect;
mod command;
mod commands;
mod comparison;
mod definition;
mod dependencies;
mod diff_builder;
mod environment;
mod output;
mod process;
mod render;
mod restart;
mod rows;
mod script;
mod settings;
mod start;
mod start_conditions;
mod stop;
pub mod table;
pub mod text;
mod value;

pub use aspect::{ASPECTS, Aspect, AspectInfo, FIELDS, Section};
pub use comparison::{Compared, Comparison, Difference, Grade, Value};
pub use definition::{Definition, Directive, Init, NotAService};

/// Compares two definitions.
pub fn compare(left: &Definition, right: &Definition) -> Comparison {
    if left.init != right.init {
        match (left.as_stop(), right.as_stop()) {
            (Some(left), _) => return rows::compare(&left, right),
            (_, Some(right)) => return rows::compare(left, &right),
            (None, None) => {}
        }
    }
    rows::compare(left, right)
}
