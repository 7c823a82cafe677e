//! Units, and a machine on which the steps of a scenario are taken.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use super::scenario::Scenario;
use crate::boot::{Booted, boot, support};
use crate::common::{Sandbox, files_below, shared};

const UNITS: &str = "tree/etc/systemd/system";

/// What `systemctl enable` honors.
const INSTALL: [&str; 4] = ["WantedBy=", "RequiredBy=", "Alias=", "Also="];

/// Takes the steps. It stays until the machine is down.
const STEPS: &str = "\
[Unit]
DefaultDependencies=no

[Service]
Type=exec
Environment=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/root
IgnoreSIGPIPE=no
ExecStart=/bin/bash /run/out/steps.sh

[Install]
WantedBy=sysinit.target
";

/// Lays the files below a folder over another one.
pub fn lay(from: &Path, to: &Path) {
    for file in files_below(from) {
        let to = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(file, to).unwrap();
    }
}

/// The folder of a machine to be: below `tree` what is laid over its root. Afterwards `out` holds what was said.
pub struct Machine {
    pub sandbox: Sandbox,
}

/// Why there is no trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Systemd cannot be booted here.
    Cannot(String),
    Other(String),
}

impl Machine {
    pub fn new() -> Machine {
        let sandbox = Sandbox::new();
        sandbox.directory(UNITS);
        sandbox.directory("out");
        Machine { sandbox }
    }

    /// Each file below `tree` with its permissions and its text.
    pub fn files(&self) -> Vec<(String, u32, Vec<u8>)> {
        let root = self.sandbox.path("tree");
        let files = files_below(&root).into_iter().map(|path| {
            let name = path.strip_prefix(&root).unwrap().display().to_string();
            (name, fs::metadata(&path).unwrap().permissions().mode(), fs::read(&path).unwrap())
        });
        files.collect()
    }

    /// Plays the scenario on the units that lie below `tree`, and hands back the trace.
    pub fn play(&self, scenario: &Scenario) -> Result<String, Failure> {
        self.furnish(scenario);
        match boot(&self.sandbox.path("tree"), &self.sandbox.path("out"), &[]) {
            Booted::Done => {
                let trace = fs::read(self.sandbox.path("out/log")).unwrap();
                Ok(String::from_utf8_lossy(&trace).into_owned())
            }
            Booted::Cannot(said) => Err(Failure::Cannot(said)),
            Booted::Failed(said) => Err(Failure::Other(format!("came to no end: {said}"))),
        }
    }

    /// Adds what the scenario needs besides the units.
    fn furnish(&self, scenario: &Scenario) {
        let tools = shared("tools").expect("the recorded scenarios come with their tools");
        self.sandbox.directory("tree/usr/local/bin");
        fs::copy(tools.join("tracer"), self.sandbox.path("tree/usr/local/bin/tracer")).unwrap();
        if scenario.boots() {
            for file in files_below(&tools.join("boot")) {
                if file.extension().is_some_and(|kind| kind != "conf") {
                    let to = self.sandbox.path(UNITS).join(file.file_name().unwrap());
                    fs::copy(file, to).unwrap();
                }
            }
        }

        self.sandbox.file(&format!("{UNITS}/trace-steps.service"), STEPS);
        // A unit that nothing refers to is forgotten as soon as it is down, and its start limit with it.
        let all: Vec<_> = self.units().into_iter().filter(|name| !name.contains('@')).collect();
        let loaded = format!("[Unit]\nPropagatesReloadTo={}\n", all.join(" "));
        self.sandbox.file(&format!("{UNITS}/multi-user.target.d/trace.conf"), loaded);
        // What is written outlives a shutdown.
        let outlives = "[Unit]\nDefaultDependencies=no\n";
        self.sandbox.file(&format!("{UNITS}/run-out.mount.d/trace.conf"), outlives);

        self.sandbox.link("tree/run/trace/log", "/run/out/log");
        self.sandbox.pipe("tree/run/trace/fifo");
        self.enable();
        self.sandbox.file("out/errors", "");
        self.sandbox.file("out/steps", &scenario.steps);
        self.sandbox.file("out/settle", &scenario.settle);
        fs::copy(support("steps.sh"), self.sandbox.path("out/steps.sh")).unwrap();
        // Jobs of all users write to the trace.
        for (name, mode) in [("tree/run/trace", 0o1777), ("tree/run/trace/fifo", 0o666), ("out/log", 0o666)] {
            fs::set_permissions(self.sandbox.path(name), fs::Permissions::from_mode(mode)).unwrap();
        }
    }

    /// The names of the units, in order.
    fn units(&self) -> BTreeSet<String> {
        let kinds = ["service", "target", "socket", "path", "timer", "mount"];
        let entries = fs::read_dir(self.sandbox.path(UNITS)).unwrap().map(|entry| entry.unwrap());
        let names = entries.filter(|entry| entry.file_type().unwrap().is_file());
        names
            .map(|entry| entry.file_name().into_string().unwrap())
            .filter(|name| name.rsplit_once('.').is_some_and(|(_, kind)| kinds.contains(&kind)))
            .collect()
    }

    /// Enables every unit that has something in `[Install]`. One that cannot be is a line of the trace.
    fn enable(&self) {
        let mut refused = String::new();
        for name in self.units() {
            let text = self.sandbox.read(&format!("{UNITS}/{name}"));
            if !text.lines().any(|line| INSTALL.iter().any(|key| line.starts_with(key))) {
                continue;
            }
            let root = format!("--root={}", self.sandbox.path("tree").display());
            let output = Command::new("systemctl").args([&root, "enable", &name]).output().unwrap();
            if !output.status.success() {
                writeln!(refused, "{name} cannot be enabled").unwrap();
            }
        }
        self.sandbox.file("out/log", refused);
    }
}

/// The jobs of a scenario converted.
pub struct Conversion {
    pub machine: Machine,
    /// The codes of all findings.
    pub codes: BTreeSet<String>,
}

fn converter(machine: &Machine, scenario: &Scenario, style: &str, options: &[String]) -> Command {
    let mut command = machine.sandbox.command(&["convert", "--color", "never", "--style", style]);
    command.args(options).arg(scenario.folder.join("jobs"));
    command
}

/// Converts the jobs of a scenario.
pub fn convert(scenario: &Scenario, style: &str, options: &[String]) -> Conversion {
    let machine = Machine::new();
    let mut command = converter(&machine, scenario, style, options);
    let output = command.args(["--out", "tree", "--format", "json"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let json: serde_json::Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{}: {error}: {said}", scenario.name));
    assert_eq!(json["errors"].as_array().map(Vec::len), Some(0), "{}: {said}", scenario.name);
    let jobs = json["jobs"].as_array().unwrap();
    let findings = jobs.iter().flat_map(|job| job["findings"].as_array().unwrap());
    let codes = findings
        .chain(json["general"].as_array().unwrap())
        .map(|finding| finding["code"].as_str().unwrap().to_owned())
        .collect();
    Conversion { machine, codes }
}

/// The findings as people are told them.
pub fn told(scenario: &Scenario, style: &str, options: &[String]) -> String {
    let output = converter(&Machine::new(), scenario, style, options).arg("-v").output().unwrap();
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The best units that were found by hand.
pub fn best(scenario: &Scenario) -> Machine {
    let machine = Machine::new();
    let units = machine.sandbox.path(UNITS);
    lay(&scenario.folder.join("best"), &units);
    if units.join("tree").exists() {
        lay(&units.join("tree"), &machine.sandbox.path("tree"));
        fs::remove_dir_all(units.join("tree")).unwrap();
    }
    machine
}
