//! The `cutover` program; everything is in the library.

use std::process::ExitCode;

/// Thousands of definitions are many small texts, made by several threads at once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cutover::cli::run()
}
