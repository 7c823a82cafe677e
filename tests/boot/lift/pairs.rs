//! Jobs in two forms, with their scripts and lifted, run side by side with a program that writes down what it
//! finds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use cutover::convert::{Conversion, convert};
use cutover::findings::{Code, Finding};
use cutover::lift::{Level, Lifting};
use cutover::service::{Part, Run, Service};
use cutover::systemd::write::Options;
use cutover::text::Source;
use cutover::upstart::distribution::Distribution;
use cutover::upstart::read::JobFiles;

use crate::boot::{Booted, boot};
use crate::common::{Sandbox, files_below, skip};

/// Writes down, under the name of its unit, what a process can see of itself.
const RECORDER: &str = r#"#!/usr/bin/perl
use strict;
sub all { open my $file, "<", $_[0] or return ""; local $/; my $text = <$file>; return $text }
my ($unit) = all("/proc/self/cgroup") =~ m,/([^/\n]+)\.service,;
my $out = "";
$out .= "argument <$_>\n" for @ARGV;
$out .= "directory " . readlink("/proc/self/cwd") . "\n";
for (sort split /\0/, all("/proc/self/environ")) {
    $out .= "variable $_\n" unless /^(INVOCATION_ID|JOURNAL_STREAM|SYSTEMD_EXEC_PID|PWD|OLDPWD|SHLVL|_|MEMORY_PRESSURE_\w+)=/;
}
my $status = all("/proc/self/status");
$out .= "$1\n" while $status =~ /^((?:Uid|Gid|Groups|Umask|SigIgn|Cpus_allowed_list):.*)$/mg;
my @stat = split / /, (split /\) /, all("/proc/self/stat"))[1];
$out .= "nice $stat[16], scheduling $stat[37] $stat[38]\n";
$out .= "io " . `/usr/bin/ionice -p $$`;
my $limits = all("/proc/self/limits");
$out .= "$1 $2 $3\n" while $limits =~ /^Max (\w[\w ]*?) {2,}(\S+) +(\S+)/mg;
for (0 .. 2) {
    my $to = readlink("/proc/self/fd/$_");
    $out .= "descriptor $_ " . ($to =~ /^socket:|^pipe:/ ? "log" : $to) . "\n";
}
open my $file, ">", "/run/out/said/$unit" or die;
print $file $out;
"#;

const STEPS: &str = r#"
cd /run/out
. ./wait.sh
for unit in $(cat units); do systemctl start --no-block "$unit.service"; done
settled 0.4
journalctl -b --no-pager >journal 2>&1
echo done >done
"#;

const DRIVER: &str = "[Unit]\nAfter=basic.target\n\n[Service]\nExecStart=/bin/bash /run/out/steps.sh\n\n\
     [Install]\nWantedBy=multi-user.target\n";

/// The files of a job.
pub fn job_files(text: &str) -> JobFiles {
    let conf = Source { name: "x.conf".to_owned(), text: text.into() };
    let distribution = Distribution::default();
    JobFiles { name: "x".to_owned(), conf, over: None, distribution, scope: None }
}

pub fn read(name: &str, text: &[u8], lifting: impl Into<Lifting>, scripts: &str) -> Conversion {
    let conf = Source { name: format!("{name}.conf"), text: text.into() };
    let files = JobFiles { name: name.to_owned(), conf, ..job_files("") };
    convert(&files, lifting, &Options { scripts_dir: format!("/s/{scripts}"), ..Options::default() })
}

/// The part of a unit that tells how its main process runs, for one run of it.
fn reduced(text: &str) -> String {
    const KEPT: &[&str] = &[
        "User=",
        "Group=",
        "WorkingDirectory=",
        "UMask=",
        "Limit",
        "Environment=",
        "EnvironmentFile=",
        "PassEnvironment=",
        "ExecSearchPath=",
        "Standard",
        "SyslogIdentifier=",
        "Nice=",
        "CPU",
        "IOScheduling",
        "IgnoreSIGPIPE=",
        "ExecStart=",
    ];
    let kept = text.lines().filter(|line| KEPT.iter().any(|name| line.starts_with(name)));
    // The search path is Upstart's for both.
    let mut unit =
        "[Service]\nType=oneshot\nEnvironment=PATH=/usr/local/sbin:/usr/local/bin:/usr/bin:/usr/sbin:/sbin:/bin\n"
            .to_owned();
    kept.for_each(|line| writeln!(unit, "{line}").unwrap());
    unit
}

/// A job in both forms: its name, and the unit with the script and without it.
pub struct Pair {
    pub name: String,
    source: String,
    units: [String; 2],
    scripts: Vec<(String, Vec<u8>)>,
    programs: BTreeSet<String>,
    /// Variables that the findings tell to differ.
    pub told: BTreeSet<String>,
}

impl Pair {
    /// Nothing if the job has no main process that lifting changes.
    pub fn of(name: &str, text: &[u8]) -> Option<Pair> {
        Pair::lifted(name, text, &Level::Safe.into())
    }

    /// The same, for jobs of a machine that can be looked at.
    pub fn lifted(name: &str, text: &[u8], lifting: &Lifting) -> Option<Pair> {
        let forms = [("n", Level::None.into()), ("l", lifting.clone())]
            .map(|(prefix, lifting)| (prefix, read(name, text, lifting, prefix)));
        let mains = forms.each_ref().map(|(_, form)| form.service.main.first().map(|main| main.value.run.clone()));
        // Lifts that are told to differ are another matter.
        let differs = |finding: &Finding| matches!(finding.code, Code::LiftedAccount | Code::LiftedLogger);
        if mains[0] == mains[1] || forms[1].1.findings.iter().any(differs) {
            return None;
        }
        let mut scripts = Vec::new();
        for (_, form) in &forms {
            scripts.extend(form.companions.iter().map(|file| (file.path.clone(), file.text.clone())));
        }
        let units = forms.each_ref().map(|(_, form)| reduced(&form.units[0].print()));
        let programs = programs(&forms[1].1.service);
        let source = String::from_utf8_lossy(text).into_owned();
        Some(Pair { name: name.to_owned(), source, units, scripts, programs, told: BTreeSet::new() })
    }
}

impl Pair {
    /// Whether its program can have a stub in its place, and finds no more than a stub needs.
    pub fn stands_alone(&self) -> bool {
        const NEEDED: &[&str] = &["bin", "lib", "lib64"];
        let system = |program: &str| {
            let name = program.rsplit('/').next().unwrap_or_default();
            // What the machine itself and the script around the program run.
            [
                "perl",
                "sh",
                "bash",
                "dash",
                "env",
                "systemctl",
                "mount",
                "rm",
                "mkdir",
                "su",
                "sudo",
                "nice",
                "start-stop-daemon",
                "cat",
                "grep",
                "ionice",
                "journalctl",
                "sleep",
                "udevadm",
            ]
            .contains(&name)
                || NEEDED.contains(&name)
        };
        !self.programs.is_empty() && !self.programs.iter().any(|program| system(program))
    }
}

/// The programs that a service's main process is, by their paths.
fn programs(service: &Service) -> BTreeSet<String> {
    let first = service.main.iter().filter_map(|main| match &main.value.run {
        Run::Argv(words) => words.first().map(ToString::to_string),
        Run::Expand(words) => match words.first().map(Vec::as_slice) {
            Some([Part::Text(program)]) => Some(program.to_string()),
            _ => None,
        },
        Run::Line(_) | Run::Script(_) => None,
    });
    first
        .map(|program| match (program.starts_with('/'), program.contains('/'), &service.directory) {
            (false, true, directory) => {
                let base = directory.as_ref().map_or("/".to_owned(), |it| it.value.to_string());
                format!("{base}/{}", program.trim_start_matches("./"))
            }
            (false, false, _) => format!("/usr/local/bin/{program}"),
            _ => program,
        })
        .collect()
}

/// Makes the users and groups that units name.
fn accounts(sandbox: &Sandbox, pairs: &[Pair]) {
    let named = |key: &str| -> BTreeSet<String> {
        let lines = pairs.iter().flat_map(|pair| &pair.units).flat_map(|unit| unit.lines());
        lines.filter_map(|line| line.strip_prefix(key)).map(str::to_owned).collect()
    };
    let (users, groups) = (named("User="), named("Group="));
    let mut passwd = crate::boot::accounts("passwd");
    let mut group = crate::boot::accounts("group");
    for (number, name) in users.union(&groups).enumerate() {
        let id = 5000 + number;
        if !passwd.lines().any(|line| line.starts_with(&format!("{name}:"))) {
            writeln!(passwd, "{name}:x:{id}:{id}::/tmp:/bin/sh").unwrap();
        }
        if !group.lines().any(|line| line.starts_with(&format!("{name}:"))) {
            writeln!(group, "{name}:x:{id}:").unwrap();
        }
    }
    sandbox.file("tree/etc/passwd", passwd);
    sandbox.file("tree/etc/group", group);
}

/// What both forms of each job write down, by the unit's name.
pub fn recorded(pairs: &[Pair], files: &[(String, String)]) -> Option<BTreeMap<String, String>> {
    let sandbox = Sandbox::new();
    let mut units = String::new();
    for (path, text) in files {
        sandbox.file(&format!("tree{path}"), text);
    }
    sandbox.file("tree/srv/in", "input\n");
    for pair in pairs {
        for (prefix, unit) in ["n", "l"].into_iter().zip(&pair.units) {
            let name = format!("{prefix}-{}", pair.name);
            sandbox.file(&format!("tree/etc/systemd/system/{name}.service"), unit);
            writeln!(units, "{name}").unwrap();
        }
        for (path, text) in &pair.scripts {
            sandbox.file(&format!("tree{path}"), text);
        }
        for unit in &pair.units {
            for line in unit.lines() {
                if let Some(directory) = line.strip_prefix("WorkingDirectory=") {
                    sandbox.directory(&format!("tree/{}", directory.trim_start_matches(['-', '/'])));
                }
                for sign in ["append:", "truncate:"] {
                    if let Some((_, file)) = line.split_once(sign) {
                        let folder = Path::new(file).parent().unwrap().to_str().unwrap();
                        sandbox.directory(&format!("tree/{}", folder.trim_start_matches('/')));
                    }
                }
            }
        }
        for program in pair.programs.iter().map(String::as_str).chain(["/t/rec"]) {
            let path = format!("tree{program}");
            sandbox.file(&path, RECORDER);
            fs::set_permissions(sandbox.path(&path), fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    accounts(&sandbox, pairs);
    sandbox.directory("tree/srv/a/a");
    sandbox.directory("out/said");
    sandbox.file("tree/etc/systemd/system/driver.service", DRIVER);
    sandbox.link("tree/etc/systemd/system/multi-user.target.wants/driver.service", "../driver.service");
    sandbox.file("out/steps.sh", STEPS);
    sandbox.file("out/units", units);
    fs::set_permissions(sandbox.path("out/said"), fs::Permissions::from_mode(0o777)).unwrap();
    let booted = boot(&sandbox.path("tree"), &sandbox.path("out"), &[]);
    if let Some(keep) = std::env::var_os("LIFT_OUT") {
        for path in files_below(&sandbox.path("out")) {
            let _ = fs::copy(&path, Path::new(&keep).join(path.file_name().unwrap()));
        }
    }
    match booted {
        Booted::Done => {}
        Booted::Cannot(why) => {
            skip(&why);
            return None;
        }
        Booted::Failed(why) => panic!("{why}"),
    }
    let said = files_below(&sandbox.path("out/said"));
    Some(
        said.into_iter()
            .map(|path| {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                (name, fs::read_to_string(path).unwrap())
            })
            .collect(),
    )
}

/// Compares what the two forms of each job wrote down; hands back how many wrote anything.
pub fn judge(pairs: &[Pair], said: &BTreeMap<String, String>) -> usize {
    let mut wrong = Vec::new();
    let mut heard = 0;
    for pair in pairs {
        let is_told = |line: &str| {
            let variable = line.strip_prefix("variable ").and_then(|line| line.split_once('='));
            variable.is_some_and(|(name, _)| pair.told.contains(name))
        };
        let [script, lifted] = ["n", "l"].map(|prefix| {
            let said = said.get(&format!("{prefix}-{}", pair.name))?;
            Some(said.split_inclusive('\n').filter(|line| !is_told(line)).collect::<String>())
        });
        heard += usize::from(lifted.is_some());
        if script != lifted {
            let [one, two] = [script, lifted].map(|said| said.unwrap_or_else(|| "nothing\n".to_owned()));
            let diff = similar::TextDiff::from_lines(&one, &two);
            wrong.push(format!("{}\n{}\n{}", pair.source, pair.units[1], diff.unified_diff().context_radius(0)));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n\n{}", wrong.len(), pairs.len(), wrong.join("\n----\n"));
    heard
}

pub fn job(script: &str) -> Vec<u8> {
    format!("env ONE=1\nenv TWO=\"2 and 3\"\nenv EMPTY=\nscript\n{script}end script\n").into_bytes()
}
