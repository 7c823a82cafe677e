//! What `systemd-analyze verify` says of an edited unit, where it is installed. It looks at a directory of its own, with
//! the plan's files, the machine's own units, and a stub for every program.

use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use bstr::ByteSlice as _;

use super::diagnostic::Diagnostic;
use crate::plan::Store;
use crate::plan::model::FileKind;
use crate::root::RootPath;
use crate::service::Scope;
use crate::systemd::manager;

/// What it says of units that it takes all the same.
const REMARKS: [&str; 5] = [
    "Special user nobody configured",
    "does not match strict user/group name rules",
    "will be removed soon.",
    // The programs and units are those of another root.
    "is not executable: No such file or directory",
    "not found",
];

/// Where systemd's own units may lie.
const VENDOR: [&str; 2] = ["/usr/lib/systemd/system", "/lib/systemd/system"];

/// What it says of a text that it does not say of the plan as it is.
pub fn verify(store: &Store, path: &RootPath, text: &[u8]) -> Vec<Diagnostic> {
    // The user manager takes no other root.
    let system = RootPath::parse(manager::unit_dir(Scope::System));
    if system.is_ok_and(|system| !path.is_below(&system)) {
        return Vec::new();
    }
    let Some(after) = diagnostics(store, path, text) else { return Vec::new() };
    let before = store.generated(path).ok().and_then(|before| diagnostics(store, path, &before));
    let before = before.unwrap_or_default();
    let new = after.into_iter().filter(|line| !before.contains(line));
    new.map(|line| Diagnostic::error(None, format!("systemd-analyze: {line}"))).collect()
}

/// Nothing where it cannot be run.
fn diagnostics(store: &Store, path: &RootPath, text: &[u8]) -> Option<Vec<String>> {
    let root = tempfile::tempdir().ok()?;
    let unit = furnish(store, path, text, root.path()).ok()?;
    let output = Command::new("systemd-analyze")
        .arg(format!("--root={}", root.path().display()))
        .args(["verify", "--man=no", "--recursive-errors=one", &unit.replace("@.", "@instance.")])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let stderr = output.stderr.to_str_lossy();
    // An older one has no such option.
    if stderr.contains("unrecognized option") || stderr.contains("only supported") {
        return None;
    }
    let prefix = root.path().display().to_string();
    let name = path.name().map(|name| name.to_str_lossy().into_owned()).unwrap_or_default();
    let lines = stderr.lines().map(|line| line.replace(&prefix, ""));
    // Of other units it may say something as well.
    let own = lines.filter(|line| line.contains(&unit) || line.contains(&name) || line.contains(&path.to_string()));
    Some(own.filter(|line| !REMARKS.iter().any(|remark| line.contains(remark))).collect())
}

/// Lays out the directory; the name of the unit to look at.
fn furnish(store: &Store, edited: &RootPath, text: &[u8], root: &Path) -> io::Result<String> {
    let place = |path: &[u8]| path.to_path().map(|path| root.join(path)).map_err(io::Error::other);
    let write = |path: &[u8], text: &[u8], mode: u32| -> io::Result<()> {
        let path = place(path)?;
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(mode))
    };
    for directory in ["usr/bin", "usr/sbin", "usr/lib/systemd/system"] {
        fs::create_dir_all(root.join(directory))?;
    }
    for (link, to) in [("bin", "usr/bin"), ("sbin", "usr/sbin"), ("lib", "usr/lib")] {
        symlink(to, root.join(link))?;
    }
    for directory in VENDOR {
        let Ok(entries) = fs::read_dir(directory) else { continue };
        for entry in entries.flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_file()) {
                fs::copy(entry.path(), root.join("usr/lib/systemd/system").join(entry.file_name()))?;
            }
        }
        break;
    }
    for file in &store.plan().files {
        let text = if file.path == *edited { text.to_owned() } else { store.text(&file.path).unwrap_or_default() };
        let mode = if file.kind == FileKind::Script { 0o755 } else { 0o644 };
        write(file.path.relative(), &text, mode)?;
    }
    let name = |path: &RootPath| path.name().map(|name| name.to_str_lossy().into_owned()).unwrap_or_default();
    let is_drop_in = store.plan().file(edited).is_some_and(|file| file.kind == FileKind::DropIn);
    let unit = match edited.parent().filter(|_| is_drop_in) {
        Some(directory) => {
            let unit = name(&directory).trim_end_matches(".d").to_owned();
            let path = format!("usr/lib/systemd/system/{unit}");
            let vendor = store.plan().inputs.iter().find(|input| name(&input.path) == unit);
            let vendor = vendor.and_then(|input| store.input(&input.path));
            write(path.as_bytes(), &vendor.unwrap_or_else(|| text.to_owned()), 0o644)?;
            unit
        }
        None => name(edited),
    };
    for line in text.lines().filter(|line| line.starts_with(b"Exec")) {
        let Some((_, command)) = line.split_once_str("=") else { continue };
        let command = command.trim_start_with(|character| "\"'-@+!: ".contains(character));
        let program = command.split(|byte| b" \"'".contains(byte)).next().unwrap_or_default().replace("%%", "%");
        let Ok(path) = RootPath::parse(&program) else { continue };
        if !place(path.relative())?.exists() {
            write(path.relative(), b"#!/bin/sh\n", 0o755)?;
        }
    }
    Ok(unit)
}
