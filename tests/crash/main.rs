//! `apply` and `rollback` come to their end, or have not happened, wherever they are killed and whatever fails.
//!
//! A run is traced first; then it is repeated once for every system call that it makes, and killed at that call,
//! or told there that the disk is full, broken, read-only or forbidden.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

#[path = "../common/mod.rs"]
mod common;
mod order;
mod trace;

use crate::common::installing::{Detail, Picture, difference, example, picture};
use crate::common::{Sandbox, skip};
use trace::Trace;

/// What a run has to leave, whole.
struct Ends {
    /// As it was before the run, with times and attributes.
    old: Picture,
    /// As it is afterwards; the times of new files are those of the run.
    new: Picture,
}

/// A point at which a run is disturbed.
#[derive(Clone, Debug)]
struct Point {
    call: String,
    /// The how-manieth call of that name; with `+`, all from there on.
    when: String,
    /// `signal=KILL` or `error=EIO`.
    what: String,
}

/// Calls that change something fail for all these reasons; others can only fail to read.
const CHANGING: &[&str] = &[
    "openat",
    "write",
    "pwrite64",
    "mkdirat",
    "renameat",
    "renameat2",
    "symlinkat",
    "unlinkat",
    "fchmod",
    "fchown",
    "fchownat",
    "utimensat",
    "fsetxattr",
    "fremovexattr",
    "ftruncate",
    "fsync",
];
const KILL: &str = "signal=KILL";
const FAILURES: &[&str] = &["ENOSPC", "EIO", "EROFS", "EPERM"];

/// A directory for many copies of a small root: in memory where that is possible, since every run has the disk
/// confirm everything.
fn workshop() -> tempfile::TempDir {
    let memory = tempfile::Builder::new().prefix("cutover-crash-").tempdir_in("/dev/shm");
    memory.or_else(|_| tempfile::tempdir()).unwrap()
}

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").args([from, to]).status().unwrap();
    assert!(copied.success());
}

fn cutover(root: &Path, plan: &Path, command: &[&str]) -> Command {
    let mut run = Command::new(env!("CARGO_BIN_EXE_cutover"));
    run.args(command);
    if command[0] == "apply" {
        run.arg(plan);
    }
    run.arg("--root").arg(root);
    run
}

fn said(output: &Output) -> String {
    format!("{:?} {}", output.status, String::from_utf8_lossy(&output.stderr))
}

struct Experiment {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
    /// The root before the run.
    before: PathBuf,
    /// The run.
    command: &'static [&'static str],
    ends: Ends,
    /// What the root is once an interrupted run is undone.
    undone: End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Old,
    New,
}

impl Experiment {
    fn plan(&self) -> PathBuf {
        self.sandbox.path("plan")
    }

    /// A run from a root that was made by `earlier` runs.
    fn new(earlier: &[&[&str]], command: &'static [&'static str]) -> Experiment {
        let sandbox = example();
        let folder = workshop();
        let before = folder.path().join("before");
        copy(&sandbox.path("root"), &before);
        for run in earlier {
            let output = cutover(&before, &sandbox.path("plan"), run).output().unwrap();
            assert!(output.status.success(), "{}", said(&output));
        }
        let after = folder.path().join("after");
        copy(&before, &after);
        let output = cutover(&after, &sandbox.path("plan"), command).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        let ends = Ends { old: picture(&before, Detail::Exact), new: picture(&after, Detail::Content) };
        assert_ne!(picture(&before, Detail::Content), ends.new);
        Experiment { sandbox, folder, before, command, ends, undone: End::Old }
    }

    /// The run under `strace`, on a copy of the root.
    fn traced(&self, name: &str, options: &[String]) -> (PathBuf, Output) {
        let root = self.folder.path().join(name);
        copy(&self.before, &root);
        let run = cutover(&root, &self.plan(), self.command);
        let mut strace = Command::new("strace");
        strace.arg("-f").args(options).arg("--").arg(run.get_program()).args(run.get_args());
        (root, strace.output().unwrap())
    }

    /// All calls of the run that have to do with the root.
    fn trace(&self) -> Trace {
        let log = self.folder.path().join("log");
        let options = ["-y", "-o", log.to_str().unwrap()].map(str::to_owned);
        let (root, output) = self.traced("traced", &options);
        assert!(output.status.success(), "{}", said(&output));
        Trace::read(&fs::read_to_string(log).unwrap(), &root)
    }

    fn points(&self) -> Vec<Point> {
        let mut points = Vec::new();
        for call in self.trace().of_files() {
            let failures: &[&str] = match call.name.as_str() {
                "close" => &[],
                "openat" if !call.text.contains("O_CREAT") => &["EIO"],
                name if CHANGING.contains(&name) => FAILURES,
                _ => &["EIO"],
            };
            let once = |what: String| (what, "");
            let mut whats: Vec<_> = failures.iter().map(|error| once(format!("error={error}"))).collect();
            whats.push(once(KILL.to_owned()));
            if failures.len() > 1 {
                // A disk that is full stays so: what was done cannot be undone at once, either.
                whats.push(("error=ENOSPC".to_owned(), "+"));
            }
            points.extend(whats.into_iter().map(|(what, from_then_on)| Point {
                call: call.name.clone(),
                when: format!("{}{from_then_on}", call.number),
                what,
            }));
        }
        points
    }

    /// Whether the root is whole, and which of the two it is.
    fn end(&self, root: &Path) -> Result<End, String> {
        let old = difference(&self.ends.old, &picture(root, Detail::Exact));
        if old.is_empty() {
            return Ok(End::Old);
        }
        let new = difference(&self.ends.new, &picture(root, Detail::Content));
        if new.is_empty() { Ok(End::New) } else { Err(format!("half: not old: {old:#?}; not new: {new:#?}")) }
    }

    /// Disturbs the run at a point, and looks at what the next ones make of it.
    fn disturb(&self, index: usize, point: &Point) -> Result<(), String> {
        let Point { call, when, what } = point;
        let log = self.folder.path().join(format!("log{index}"));
        let mut options = vec!["-o".to_owned(), log.to_str().unwrap().to_owned()];
        options.extend(["-e".to_owned(), format!("trace={call}")]);
        options.extend(["-e".to_owned(), format!("inject={call}:{what}:when={when}")]);
        if what != KILL {
            // Much faster, but signals are not sent then.
            options.push("--seccomp-bpf".to_owned());
        }
        let (root, output) = self.traced(&format!("copy{index}"), &options);
        let happened = match what.as_str() {
            KILL => output.status.signal() == Some(9),
            _ => fs::read_to_string(&log).is_ok_and(|log| log.contains("(INJECTED)")),
        };
        if !happened {
            return Err(format!("was not disturbed: {}", said(&output)));
        }
        let plan = self.plan();
        let journal = root.join("var/lib/cutover/journal");
        if journal.exists() {
            // Whoever was not killed undoes what it did, unless that fails as well.
            let mended = cutover(&root, &plan, &["rollback"]).output().map_err(|error| error.to_string())?;
            if !mended.status.success() || self.end(&root)? != self.undone {
                return Err(format!("was not undone: {}; before: {}", said(&mended), said(&output)));
            }
        } else if self.end(&root)? != End::New && output.status.success() {
            return Err(format!("said to be done, and is not: {}", said(&output)));
        }
        // From there, all goes on as ever.
        let last: &[&str] = match (self.command[0], self.undone) {
            ("apply", _) => self.command,
            (_, End::Old) => &["rollback", "0"],
            (_, End::New) => &["status"],
        };
        let again = cutover(&root, &plan, last).output().map_err(|error| error.to_string())?;
        if !again.status.success() || self.end(&root)? != End::New {
            return Err(format!("the next run: {}; before: {}", said(&again), said(&output)));
        }
        if journal.exists() || leftovers(&root) {
            return Err("something is left".to_owned());
        }
        fs::remove_file(log).and_then(|()| fs::remove_dir_all(&root)).map_err(|error| error.to_string())
    }

    /// Disturbs the run everywhere. Gives back at how many points.
    fn run(&self) -> usize {
        let points = self.points();
        let next = AtomicUsize::new(0);
        let failures = Mutex::new(Vec::new());
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let Some(point) = points.get(index) else { return };
                        if let Err(failure) = self.disturb(index, point) {
                            failures.lock().unwrap().push(format!("{point:?}: {failure}"));
                        }
                    }
                });
            }
        });
        let failures = failures.into_inner().unwrap();
        assert!(failures.is_empty(), "{} of {} points: {}", failures.len(), points.len(), failures.join("\n"));
        points.len()
    }
}

/// Whether a temporary file is left anywhere.
fn leftovers(root: &Path) -> bool {
    let entries = walkdir::WalkDir::new(root).into_iter().filter_map(Result::ok);
    entries.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with(".cutover-"))
}

fn can_trace() -> bool {
    let can = Command::new("strace").args(["-o", "/dev/null", "true"]).status().is_ok_and(|status| status.success());
    if !can {
        skip("no strace, or it may not trace here");
    }
    can
}

#[test]
fn apply_happens_whole_or_not_at_all() {
    if !can_trace() {
        return;
    }
    let points = Experiment::new(&[], &["apply"]).run();
    eprintln!("apply: {points} points");
    assert!(points > 800, "{points}");
}

#[test]
fn rollback_happens_whole_or_not_at_all() {
    if !can_trace() {
        return;
    }
    let points = Experiment::new(&[&["apply"]], &["rollback"]).run();
    eprintln!("rollback: {points} points");
    assert!(points > 800, "{points}");
}

/// A run that undoes what was left can itself be interrupted.
#[test]
fn recovery_happens_whole_or_not_at_all() {
    if !can_trace() {
        return;
    }
    let mut experiment = Experiment::new(&[&["apply"]], &["rollback"]);
    experiment.undone = End::New;
    let own = experiment.before.join("var/lib/cutover");
    fs::rename(own.join("generations/1/applied"), own.join("journal")).unwrap();
    let points = experiment.run();
    eprintln!("recovery: {points} points");
    assert!(points > 400, "{points}");
}

#[test]
fn everything_is_on_the_disk_before_it_counts() {
    if !can_trace() {
        return;
    }
    for (earlier, command) in [(&[][..], &["apply"][..]), (&[&["apply"][..]][..], &["rollback"][..])] {
        let trace = Experiment::new(earlier, command).trace();
        let renames = order::check(&trace);
        assert!(renames >= 3, "{renames}");
    }
}
