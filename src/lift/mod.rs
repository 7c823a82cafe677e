//! Lifting: what a script does only to prepare the ground for its program becomes a value of the service,
//! so that the unit says it in a directive and the script goes or gets shorter.
//!
//! Every rule has a module of its own, whose text at the top is its documentation. A rule fires only where
//! the result is the same as under `sh -e`: the same arguments, environment, directory, limits, mask and
//! open files, and the same way to fail. It never prints a tree: what stays of a script is a slice of it.

mod command_line;
mod context;
mod dot_include;
mod env_file_match;
mod environment;
mod guard;
mod level;
mod limits;
mod logger;
mod main_script;
mod mask;
mod pre_commands;
mod prefix;
mod program;
mod redirect;
mod run_as;
mod runtime_directories;
mod sharing;
mod start_stop_daemon;
mod statement;
mod steps;
mod syntax;
mod variables;
mod working_directory;

pub use env_file_match::{Mismatch, Variables, judge};
pub use level::{Level, Lifting};

use crate::findings::Finding;
use crate::service::Service;

/// Lifts what can be lifted of a service's scripts.
pub fn lift(service: &mut Service, lifting: &Lifting, findings: &mut Vec<Finding>) {
    let level = lifting.level;
    syntax::report(service, findings);
    if level == Level::None {
        return;
    }
    // Hooks first: what is said for the whole unit must be right for those that stay. Another root directory may lack
    // the programs that stand for builtins, and holds other files.
    if service.root.is_none() {
        guard::lift(service, level, findings);
        runtime_directories::lift(service, level, findings);
        steps::lift(service);
    }
    main_script::lift(service, lifting, findings);
}
