//! The `cutover` program; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    cutover::cli::run()
}
