//! What several test files need.
#![allow(dead_code)]

use std::path::PathBuf;

/// A folder of the shared test data: `CUTOVER_SHARED`, else `../shared`. Where neither exists the
/// test is skipped loudly; in CI that is a failure.
pub fn shared(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("CUTOVER_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = root.join(folder);
    if path.is_dir() {
        return Some(path);
    }
    skip(&format!("no test data at {} (set CUTOVER_SHARED)", path.display()));
    None
}

/// Says that a test is skipped; fails instead where `CI` is set to `true`.
pub fn skip(reason: &str) {
    assert!(std::env::var("CI").as_deref() != Ok("true"), "cannot run in CI: {reason}");
    eprintln!("SKIPPED: {reason}");
}
