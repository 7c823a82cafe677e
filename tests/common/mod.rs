//! What several test files need.
#![allow(dead_code, clippy::format_collect, clippy::format_push_string)]

pub mod html;
pub mod installing;
pub mod schema;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

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

/// A file or folder of this repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// All files below a folder, in order.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect()
}

/// Leaves of each run of general notes (CUT901 to CUT911), which every conversion brings, one line with the codes.
pub fn codes_of_general_notes(text: &str) -> String {
    let code = |line: &str| {
        let code = line.strip_prefix("note[").or_else(|| line.strip_prefix("- **note** "))?.get(..6)?.to_owned();
        ("CUT901"..="CUT911").contains(&code.as_str()).then_some(code)
    };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let runs = lines.chunk_by(|one, other| code(one).is_some() && code(other).is_some());
    let shown = runs.map(|run| match run.iter().map(|line| code(line)).collect::<Option<Vec<_>>>() {
        Some(codes) => format!("note[general]: {}\n", codes.join(" ")),
        None => run.concat(),
    });
    shown.collect()
}

/// A directory of its own for one test. The program runs in it, so that paths are short.
pub struct Sandbox(TempDir);

impl Sandbox {
    /// An empty one.
    pub fn new() -> Self {
        Sandbox(tempfile::tempdir().unwrap())
    }

    /// One with these files.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::new();
        for (name, text) in files {
            sandbox.file(name, text);
        }
        sandbox
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file and the directories above it.
    pub fn file(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn directory(&self, name: &str) {
        fs::create_dir_all(self.path(name)).unwrap();
    }

    pub fn link(&self, name: &str, to: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(to, path).unwrap();
    }

    /// A named pipe: neither a file nor a directory.
    pub fn pipe(&self, name: &str) {
        let made = Command::new("mkfifo").arg(self.path(name)).status().unwrap();
        assert!(made.success());
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The files below a directory with their permissions, one a line.
    pub fn tree(&self, name: &str) -> String {
        let root = self.path(name);
        let lines = files_below(&root).into_iter().map(|path| {
            let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o7777;
            format!("{mode:04o} {}\n", path.strip_prefix(&root).unwrap().display())
        });
        lines.collect()
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cutover"));
        command.args(args).current_dir(self.0.path());
        for variable in ["RAYON_NUM_THREADS", "CLICOLOR_FORCE", "CLICOLOR", "COLUMNS"] {
            command.env_remove(variable);
        }
        command
    }

    pub fn output(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// What the program says, and how it ends. The directory's own path reads `[DIR]`, and of general notes there are
    /// the codes alone.
    pub fn run(&self, args: &[&str]) -> String {
        self.shown(&self.output(args))
    }

    /// The same of an output.
    pub fn shown(&self, output: &Output) -> String {
        codes_of_general_notes(&self.whole(output))
    }

    /// The same with the texts of general notes.
    pub fn whole(&self, output: &Output) -> String {
        let stdout = String::from_utf8_lossy(&output.stdout);
        let stderr = String::from_utf8_lossy(&output.stderr);
        let mut shown = stdout.clone().into_owned();
        if !stderr.is_empty() {
            shown.push_str("--- stderr\n");
            shown.push_str(&stderr);
        }
        let status = output.status.code().map_or_else(|| output.status.to_string(), |code| code.to_string());
        shown += "--- exit status ";
        shown += &status;
        shown.push('\n');
        shown.replace(self.0.path().to_str().unwrap(), "[DIR]")
    }

    /// The exit status alone.
    pub fn status(&self, args: &[&str]) -> Option<i32> {
        self.output(args).status.code()
    }
}
