//! Boots the real systemd in namespaces of its own; `support/boot.sh` tells more.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Condvar, Mutex};

use crate::common::repository;

/// How a machine that was booted came to its end.
pub enum Booted {
    /// It did what it was booted for.
    Done,
    /// It cannot be booted here.
    Cannot(String),
    /// It came to no end.
    Failed(String),
}

/// Machines mostly sleep; but what they do is held against clocks, and so many at a time do not slow each other down.
const AT_ONCE: usize = 8;

static UP: Mutex<usize> = Mutex::new(0);
static DOWN: Condvar = Condvar::new();

/// A file or folder for machines to be booted.
pub fn support(name: &str) -> std::path::PathBuf {
    repository("tests/boot/support").join(name)
}

/// What is in `/etc/passwd` or `/etc/group` of every machine.
pub fn accounts(file: &str) -> String {
    fs::read_to_string(support("etc").join(file)).unwrap()
}

/// Boots systemd with a tree laid over its root.
pub fn boot(tree: &Path, out: &Path, arguments: &[&str]) -> Booted {
    *DOWN.wait_while(UP.lock().unwrap(), |up| *up >= AT_ONCE).unwrap() += 1;
    let output = Command::new("setpriv")
        .args(["--pdeathsig", "KILL", "bash"])
        .arg(support("boot.sh"))
        .args([tree, out])
        .args(arguments)
        .output();
    *UP.lock().unwrap() -= 1;
    DOWN.notify_one();
    let Ok(output) = output else { return Booted::Cannot("no setpriv".to_owned()) };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    match output.status.code() {
        Some(0) => Booted::Done,
        Some(125) => Booted::Cannot(said),
        _ => Booted::Failed(said),
    }
}
