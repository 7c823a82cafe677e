//! A machine whose jobs were converted: it comes up, writes down what happens, and goes down.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use cutover::plan::Store;
use cutover::plan::model::Plan;

use crate::boot::{Booted, boot};
use crate::common::installing::{Detail, Picture, difference, picture};
use crate::common::{Sandbox, files_below, repository};

/// Where units lie in a sandbox.
pub const UNITS: &str = "tree/etc/systemd/system";

/// A machine to boot.
pub struct Machine {
    pub name: &'static str,
    /// The folder with its jobs.
    pub jobs: PathBuf,
    pub unit_source: UnitSource,
    /// Puts into the sandbox what the jobs need.
    pub fill: Box<dyn Fn(&Sandbox) + Sync>,
}

/// How a machine gets its units.
pub enum UnitSource {
    /// Its jobs are converted.
    Converted,
    /// It is planned, reviewed and applied as a whole, and taken back in the end.
    Planned,
    /// In the same way, and this is what its root holds already.
    PlannedIn(PathBuf),
}

impl Machine {
    /// The small shop's server of our own. Its jobs bring all that they need.
    pub fn own() -> Machine {
        let jobs = repository("corpus/machine/init");
        Machine { name: "shop", jobs, unit_source: UnitSource::Converted, fill: Box::new(|_| {}) }
    }
}

/// What conditions speak of and every such server has: its network, the volume that it mounts, and a remote one.
const FURNITURE: [(&str, &str); 4] = [
    (
        "networking.service",
        "[Unit]\nDefaultDependencies=no\nAfter=local-fs.target network-pre.target\n\
         Before=network.target network-online.target shutdown.target\nWants=network.target\n\
         Conflicts=shutdown.target\n\n\
         [Service]\nType=oneshot\nRemainAfterExit=yes\n\
         ExecStart=/usr/local/bin/note networking main 0.2\n\n\
         [Install]\nWantedBy=network-online.target multi-user.target\n",
    ),
    (
        "archive.service",
        "[Unit]\nDefaultDependencies=no\nWants=network-online.target\nAfter=network-online.target\n\
         Before=remote-fs.target shutdown.target\nConflicts=shutdown.target\n\n\
         [Service]\nType=oneshot\nRemainAfterExit=yes\n\
         ExecStart=/usr/local/bin/note archive main 0.2\n\n\
         [Install]\nWantedBy=remote-fs.target\n",
    ),
    (
        "srv-shop.mount",
        "[Unit]\nBefore=local-fs.target\n\n\
         [Mount]\nWhat=tmpfs\nWhere=/srv/shop\nType=tmpfs\n\n\
         [Install]\nWantedBy=local-fs.target\n",
    ),
    // Stays until the machine is down.
    (
        "machine.service",
        "[Unit]\nDefaultDependencies=no\n\n\
         [Service]\nType=exec\nExecStart=/bin/bash /run/out/steps.sh\n\n\
         [Install]\nWantedBy=sysinit.target\n",
    ),
];

/// Waits until nothing is under way any more, and goes down.
const STEPS: &str = r"
cd /run/out
. ./wait.sh
booted 30
settled 0.8
systemctl list-jobs --no-legend >jobs
systemctl list-units --failed --plain --no-legend >failed
systemctl show --all -p Id -p InactiveExitTimestampMonotonic -p ActiveEnterTimestampMonotonic \
    -p ActiveExitTimestampMonotonic -p InactiveEnterTimestampMonotonic '*' >reached
journalctl -b -o short-monotonic --no-pager >journal 2>&1
# What turns systemd off writes over it.
cp kmsg kmsg.boot
/usr/local/bin/note machine shutdown 0.01
echo off >done
kill -s RTMIN+4 1
";

/// What one boot left behind.
#[derive(Debug)]
pub struct BootRecord {
    pub log: String,
    pub reached: String,
    /// What systemd complained of, a line each.
    pub complaints: Vec<String>,
    /// What the conversion record.
    pub findings: String,
    /// The plan by which the machine was cut over.
    pub plan: Option<Plan>,
}

/// Why there is nothing.
#[derive(Debug)]
pub enum Failure {
    /// Systemd cannot be booted here.
    Cannot(String),
    Other(String),
}

/// What systemd says of units that are not in order.
const COMPLAINTS: [&str; 7] = [
    "ordering cycle",
    "deleted to break",
    "Failed with result",
    "Failed to start",
    "Unknown key name",
    "State 'stop-sigterm' timed out",
    // So says the shell.
    ": not found",
];

/// Converts the jobs; hands back what is said to that.
fn convert(machine: &Machine, sandbox: &Sandbox, style: &str) -> String {
    let jobs = machine.jobs.to_str().unwrap();
    let mut arguments = vec!["convert", "-v", "--color", "never", "--style", style, jobs];
    if matches!(machine.unit_source, UnitSource::Converted) {
        arguments.extend(["--out", "tree"]);
    }
    let output = sandbox.output(&arguments);
    let messages = String::from_utf8_lossy(&output.stderr).into_owned();
    // 1 tells that there are findings.
    assert!(matches!(output.status.code(), Some(0 | 1)), "{style}: {messages}");
    messages
}

/// A machine that was cut over.
struct CutOver {
    before: Picture,
    plan: Plan,
}

impl CutOver {
    /// Plans the machine as a root, accepts everything, and applies it.
    fn of(machine: &Machine, sandbox: &Sandbox, style: &str) -> CutOver {
        for job in files_below(&machine.jobs) {
            let name = job.strip_prefix(&machine.jobs).unwrap().to_str().unwrap();
            sandbox.file(&format!("tree/etc/init/{name}"), fs::read(&job).unwrap());
        }
        let before = picture(&sandbox.path("tree"), Detail::Exact);
        let done = |args: &[&str], most: i32| {
            let output = sandbox.output(args);
            assert!(output.status.code().is_some_and(|code| code <= most), "{}", sandbox.shown(&output));
        };
        done(&["plan", "--root", "tree", "--out", "plan", "--style", style], 1);
        done(&["review", "plan", "--accept-all"], 0);
        done(&["apply", "plan", "--root", "tree"], 0);
        let plan = Store::open(&sandbox.path("plan")).unwrap().plan().clone();
        let files = plan.files.iter().map(|file| (&file.path, true));
        // A link without an end is one that is taken away.
        let links = plan.links.iter().map(|link| (&link.path, link.to.is_some()));
        for (path, expected) in files.chain(links) {
            let there = fs::symlink_metadata(sandbox.path(&format!("tree{path}"))).is_ok();
            assert_eq!(there, expected, "{path}");
        }
        CutOver { before, plan }
    }

    /// Takes the machine back. It is what it was, byte for byte and mode for mode.
    fn take_back(self, sandbox: &Sandbox) -> Plan {
        let output = sandbox.output(&["rollback", "--root", "tree"]);
        assert_eq!(output.status.code(), Some(0), "{}", sandbox.shown(&output));
        let after = picture(&sandbox.path("tree"), Detail::Exact);
        let differing: Vec<String> = difference(&self.before, &after)
            .into_iter()
            // What cutover keeps of its own lies there.
            .filter(|line| !line.starts_with("var: ") && !line.starts_with("var/lib: "))
            .collect();
        assert!(differing.is_empty(), "{differing:#?}");
        self.plan
    }
}

/// Enables the units.
fn enable(sandbox: &Sandbox) {
    let root = format!("--root={}", sandbox.path("tree").display());
    let mut names: Vec<_> = fs::read_dir(sandbox.path(UNITS))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_file())
        .filter(|entry| {
            let text = fs::read_to_string(entry.path()).unwrap();
            // Of a template, only somebody who names an instance can enable one.
            let template = entry.path().to_str().unwrap().contains("@.") && !text.contains("\nDefaultInstance=");
            text.contains("\n[Install]\n") && !template
        })
        .map(|entry| entry.file_name())
        .collect();
    names.sort();
    let output = Command::new("systemctl").args([&root, "enable"]).args(names).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Adds a unit, unless a job became one of that name.
pub fn furnish(sandbox: &Sandbox, name: &str, text: &str) {
    let path = format!("{UNITS}/{name}");
    if !sandbox.path(&path).exists() {
        sandbox.file(&path, text);
    }
}

/// Takes all orders out of the units.
fn disorder(sandbox: &Sandbox) {
    for path in files_below(&sandbox.path(UNITS)) {
        let text = fs::read_to_string(&path).unwrap();
        let order = |line: &&str| line.starts_with("After=") || line.starts_with("Before=");
        let rest: String = text.lines().filter(|line| !order(line)).flat_map(|line| [line, "\n"]).collect();
        fs::write(path, rest).unwrap();
    }
}

/// Boots a machine anew with its jobs converted in that style, with the orders of their units or without.
pub fn run(machine: &Machine, style: &str, ordered: bool) -> Result<BootRecord, Failure> {
    let sandbox = Sandbox::new();
    sandbox.directory("tree/srv/shop");
    sandbox.file("out/log", "");
    // Jobs of all users write to it.
    fs::set_permissions(sandbox.path("out/log"), fs::Permissions::from_mode(0o666)).unwrap();
    if let UnitSource::PlannedIn(root) = &machine.unit_source {
        let copied = Command::new("cp").arg("-aT").args([root, &sandbox.path("tree")]).status().unwrap();
        assert!(copied.success());
    }
    let findings = convert(machine, &sandbox, style);
    if !ordered {
        disorder(&sandbox);
    }
    for (name, text) in FURNITURE {
        furnish(&sandbox, name, text);
    }
    let remote = format!("{UNITS}/multi-user.target.wants/remote-fs.target");
    sandbox.link(&remote, "/lib/systemd/system/remote-fs.target");
    sandbox.directory("tree/usr/local/bin");
    fs::copy(repository("corpus/machine/bin/note"), sandbox.path("tree/usr/local/bin/note")).unwrap();
    (machine.fill)(&sandbox);
    // What is written outlives a shutdown.
    sandbox.file(&format!("{UNITS}/run-out.mount.d/machine.conf"), "[Unit]\nDefaultDependencies=no\n");
    sandbox.file("out/steps.sh", STEPS);
    enable(&sandbox);
    let cut_over = match machine.unit_source {
        UnitSource::Converted => None,
        UnitSource::Planned | UnitSource::PlannedIn(_) => Some(CutOver::of(machine, &sandbox, style)),
    };
    let result = boot(&sandbox.path("tree"), &sandbox.path("out"), &["--log-target=kmsg"]);
    let plan = cut_over.map(|cut_over| cut_over.take_back(&sandbox));
    if let Some(folder) = std::env::var_os("BOOT_OUT") {
        keep(&sandbox, &Path::new(&folder).join(machine.name).join(style));
    }
    let read = |name: &str| {
        let text = fs::read(sandbox.path(&format!("out/{name}"))).unwrap_or_default();
        String::from_utf8_lossy(&text).into_owned()
    };
    match result {
        Booted::Done => {}
        Booted::Cannot(why) => return Err(Failure::Cannot(why)),
        Booted::Failed(why) => return Err(Failure::Other(format!("{why}\n{}", read("log")))),
    }
    let logs = ["kmsg.boot", "kmsg", "journal"].map(&read).concat();
    let mut complaints: Vec<_> = logs
        .lines()
        .filter(|line| COMPLAINTS.iter().any(|complaint| line.contains(complaint)))
        .map(str::to_owned)
        .collect();
    complaints.extend(["failed", "jobs"].map(&read).concat().lines().map(str::to_owned));
    if !logs.contains("machine.service") {
        complaints.push("systemd said nothing at all".to_owned());
    }
    complaints.sort();
    complaints.dedup();
    Ok(BootRecord { log: read("log"), reached: read("reached"), complaints, findings, plan })
}

/// Keeps the units and what was written, of the last boot in that style.
fn keep(sandbox: &Sandbox, folder: &Path) {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).unwrap();
    let mut copy = Command::new("cp");
    copy.arg("-r").arg(sandbox.path("out")).arg(sandbox.path(UNITS)).arg(folder);
    let _ = copy.status();
}
