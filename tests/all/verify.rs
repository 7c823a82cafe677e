//! Every unit that is written loads: `systemd-analyze verify` has nothing to say against it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{self, shared, skip};

/// What systemd 252 remarks although it takes it: names of users that are the job's, and directives that
/// an older target has no newer form of.
const REMARKS: [&str; 3] =
    ["Special user nobody configured", "does not match strict user/group name rules", "will be removed soon."];

fn has_systemd() -> bool {
    let found = Command::new("systemd-analyze").arg("--version").output().is_ok_and(|out| out.status.success());
    if !found {
        skip("systemd-analyze is not installed");
    }
    found
}

/// Converts inputs into a root of their own. Among the inputs may be options.
fn converted(inputs: &[PathBuf], target: &str, style: &str) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let out = Command::new(env!("CARGO_BIN_EXE_cutover"))
        .arg("convert")
        .args(inputs)
        .arg("--out")
        .arg(root.path())
        .args(["--target-systemd", target, "--style", style])
        .output()
        .unwrap();
    assert_ne!(out.status.code(), Some(2), "{}", String::from_utf8_lossy(&out.stderr));
    root
}

/// Puts systemd's own units and a stub for every program into a root.
fn furnish(root: &Path, units: &[String]) {
    for dir in ["usr/bin", "usr/sbin", "usr/lib/systemd"] {
        fs::create_dir_all(root.join(dir)).unwrap();
    }
    for (link, to) in [("bin", "usr/bin"), ("sbin", "usr/sbin"), ("lib", "usr/lib")] {
        if !root.join(link).exists() {
            symlink(to, root.join(link)).unwrap();
        }
    }
    let system = Path::new("/lib/systemd/system");
    let copied = Command::new("cp").arg("-a").arg(system).arg(root.join("usr/lib/systemd/")).status().unwrap();
    assert!(copied.success());
    let mut programs = BTreeSet::new();
    for unit in units {
        let text = fs::read_to_string(root.join("etc/systemd/system").join(unit)).unwrap();
        for line in text.lines().filter(|line| line.starts_with("Exec")) {
            let Some((_, command)) = line.split_once('=') else { continue };
            let command = command.trim_start_matches(['"', '\'', '-', '@', '+', '!', ':']);
            let program = command.split([' ', '"', '\'']).next().unwrap_or_default().replace("%%", "%");
            let bare = !program.contains('/');
            programs.insert(if bare { format!("/usr/bin/{program}") } else { program });
        }
    }
    for program in programs {
        let path = root.join(program.trim_start_matches('/'));
        if path.exists() || program.is_empty() {
            continue;
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "#!/bin/sh\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// The names of the units in a folder, an instance for each template.
fn units(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut units: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        // What is left are directories of drop-ins.
        .filter(|name| Path::new(name).extension().is_none_or(|end| end != "d"))
        .collect();
    units.sort();
    units
}

fn diagnostics(root: &Path) -> Vec<String> {
    let system = units(&root.join("etc/systemd/system"));
    let user = units(&root.join("etc/systemd/user"));
    assert!(system.len() + user.len() > 0);
    furnish(root, &system);
    let mut diagnostics = verify(&system, &REMARKS, |verify| {
        verify.arg(format!("--root={}", root.display()));
    });
    // For the user manager there is no other root; so the programs are missing, and one job names a directory.
    let missing = &["is not executable: No such file or directory", "/usr/local/bin is not executable: Is a directory"];
    let remarks = [&REMARKS[..], missing].concat();
    diagnostics.extend(verify(&user, &remarks, |verify| {
        let folders = format!("{}/etc/systemd/user:/usr/lib/systemd/user", root.display());
        verify.arg("--user").env("SYSTEMD_UNIT_PATH", folders).env("XDG_RUNTIME_DIR", root);
    }));
    diagnostics
}

fn verify(units: &[String], remarks: &[&str], tell: impl Fn(&mut Command)) -> Vec<String> {
    let names: Vec<String> = units.iter().map(|unit| unit.replace("@.", "@instance.")).collect();
    let mut diagnostics = Vec::new();
    for chunk in names.chunks(250) {
        let mut verify = Command::new("systemd-analyze");
        tell(&mut verify);
        let out = verify.args(["verify", "--man=no", "--recursive-errors=one"]).args(chunk).output().unwrap();
        let said = String::from_utf8_lossy(&out.stderr).into_owned() + &String::from_utf8_lossy(&out.stdout);
        let lines = said.lines().filter(|line| !remarks.iter().any(|remark| line.contains(remark)));
        let before = diagnostics.len();
        diagnostics.extend(lines.map(str::to_owned));
        // A remark alone makes for an exit status above 0 as well.
        if !out.status.success() && diagnostics.len() == before && said.trim().is_empty() {
            diagnostics.push(format!("systemd-analyze ended with {}", out.status));
        }
    }
    diagnostics
}

fn assert_loads(inputs: &[PathBuf], target: &str) {
    for style in ["idiomatic", "exact"] {
        let root = converted(inputs, target, style);
        let diagnostics = diagnostics(root.path());
        assert!(
            diagnostics.is_empty(),
            "{} and {} more for {target}, {style}:\n{}",
            inputs[0].display(),
            inputs.len() - 1,
            diagnostics[..diagnostics.len().min(20)].join("\n")
        );
    }
}

#[test]
fn a_unit_with_a_mistake_is_noticed() {
    if !has_systemd() {
        return;
    }
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("etc/systemd/system");
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("a.service"), "[Service]\nExecStart=/usr/bin/a\nRestrat=always\n").unwrap();
    assert!(!diagnostics(root.path()).is_empty());
    fs::rename(root.path().join("etc/systemd/system"), root.path().join("etc/systemd/user")).unwrap();
    assert!(!diagnostics(root.path()).is_empty());
}

#[test]
fn the_corpus_loads_for_every_target() {
    if !has_systemd() {
        return;
    }
    let corpus = ["corpus/init", "corpus/exact", "corpus/set", "corpus/calls", "corpus/vendor-jobs", "corpus/session"]
        .map(common::repository);
    for (target, _) in cutover::systemd::version::TARGETS {
        assert_loads(&corpus, &target.to_string());
        assert_loads(&[common::repository("corpus/lift"), "--lift=all".into()], &target.to_string());
    }
}

#[test]
fn whole_machines_load_as_one_system() {
    let Some(machines) = shared("machines") else { return };
    if !has_systemd() {
        return;
    }
    for machine in fs::read_dir(machines).unwrap() {
        let jobs = machine.unwrap().path().join("etc/init");
        assert_loads(&[jobs.clone(), "--keep-vendor-jobs".into()], "252");
        assert_loads(&[jobs], "252");
    }
}

#[test]
fn all_real_jobs_load() {
    let Some(jobs) = shared("real-jobs") else { return };
    if !has_systemd() {
        return;
    }
    let index = fs::read_to_string(jobs.join("index.tsv")).unwrap();
    let files = index.lines().skip(1).filter_map(|line| line.split('\t').next());
    // A file by name is a job whatever its suffix; names repeat, so each goes with its folder.
    let mut named: Vec<PathBuf> =
        files.map(|file| jobs.join(file)).filter(|path| path.extension().is_none_or(|end| end != "conf")).collect();
    let mut stems = BTreeSet::new();
    named.retain(|path| stems.insert(path.file_stem().map(ToOwned::to_owned)));
    named.push(jobs);
    assert_loads(&named, "252");
}

#[test]
fn job_and_hand_written_unit_pairs_load() {
    let Some(pairs) = shared("pairs") else { return };
    if !has_systemd() {
        return;
    }
    assert_loads(&[pairs], "252");
}
