//! What is lifted out of a script is the same command in the same surroundings: the units with the script and
//! without it are started on a booted systemd, with a program that writes down what it finds.
//!
//! `LIFT_OUT=DIR` keeps what was written down.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use bstr::ByteSlice as _;
use common::{Booted, Sandbox, boot, files_below, shared, skip};
use cutover::convert::convert;
use cutover::findings::{Code, Finding};
use cutover::lift::Level;
use cutover::service::{Part, Run, Service};
use cutover::shell;
use cutover::shell::tree::{Command, CommandKind, Word};
use cutover::shell::walk::simple_commands;
use cutover::systemd::write::Options;
use cutover::text::Source;
use cutover::upstart::distribution::Distribution;
use cutover::upstart::read::JobFiles;

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
$out .= "$1\n" while $status =~ /^((?:Uid|Gid|Groups|Umask|SigIgn):.*)$/mg;
my @stat = split / /, (split /\) /, all("/proc/self/stat"))[1];
$out .= "nice $stat[16]\n";
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
for unit in $(cat units); do systemctl start --no-block "$unit.service"; done
quiet=0
for ((tries = 0; quiet < 4 && tries < 600; tries++)); do
    sleep 0.1
    if [ -z "$(systemctl list-jobs --no-legend | grep -v driver)" ]; then quiet=$((quiet + 1)); else quiet=0; fi
done
journalctl -b --no-pager >journal 2>&1
echo done >done
"#;

const DRIVER: &str = "[Unit]\nAfter=basic.target\n\n[Service]\nExecStart=/bin/bash /run/out/steps.sh\n\n\
     [Install]\nWantedBy=multi-user.target\n";

/// The main scripts that are tried, and whether all of the script goes.
const CASES: &[(&str, bool)] = &[
    ("exec /t/rec a 'b c' \"d\"\n", true),
    ("/t/rec last\n", true),
    ("cd /srv/a\nexec /t/rec\n", true),
    ("cd /srv\ncd a\nexec /t/rec .\n", true),
    ("cd /srv/a || exit 1\nexec /t/rec\n", true),
    ("export A=b\nexport C=\"d e\" F='g'\nexec /t/rec $A \"$C\"\n", true),
    ("A=b\nexec /t/rec \"$A\" x$A\n", true),
    ("A='b  c'\nexec /t/rec $A \"$A\"\n", true),
    ("A=b; export A\nexec /t/rec\n", true),
    ("A=b exec /t/rec\n", true),
    ("export PATH=/t:$PATH\nexec rec\n", true),
    (
        "exec /t/rec \"$ONE\" $ONE $TWO \"$TWO\" --x=$ONE --y=\"$TWO\" $EMPTY \"$EMPTY\" ${ONE:-z} ${NONE:-z} \"${TWO}\"\n",
        true,
    ),
    ("ONE=other\nexec /t/rec \"$ONE\"\n", true),
    ("ulimit -n 777\nulimit -c 0\nulimit -s 4096\nexec /t/rec\n", true),
    ("umask 027\nexec /t/rec\n", true),
    ("set -e\nexec /t/rec >>/var/log/rec.log 2>&1\n", true),
    ("exec /t/rec >/var/log/rec.log\n", true),
    ("exec >>/var/log/rec.log 2>&1\nexec /t/rec\n", true),
    ("exec /t/rec 2>/dev/null </dev/null\n", true),
    ("exec /t/rec >/dev/null 2>&1\n", true),
    ("exec /t/rec 2>&1\n", true),
    ("exec env A=b C='d e' /t/rec\n", true),
    ("exec nice -n 5 /t/rec\n", true),
    ("exec nice /t/rec %h %% 'a%n' '$ONE' \\$x \"\\\\\"\n", true),
    ("exec start-stop-daemon --start --quiet --chdir /srv/a --umask 077 --exec /t/rec -- --x y\n", true),
    ("cd /srv/a\nexport A=b\n. /dev/null\nexec /t/rec $A\n", false),
    ("cd /srv/a\n# stays\n[ -d /srv ] && umask 077\nexec /t/rec\n", false),
];

/// What looks like a rule's case and is none, for the reason that stands beside it: the whole script stays.
const LOOK_ALIKES: &[(&str, &str)] = &[
    ("cd $NOWHERE\nexec /t/rec\n", "the directory is not known"),
    ("cd -\nexec /t/rec\n", "it goes back"),
    ("cd ~\nexec /t/rec\n", "the home directory is the shell's to find"),
    ("cd /srv/../a\nexec /t/rec\n", "the shell goes by names, the kernel by links"),
    ("cd /srv/a || exit 0\nexec /t/rec\n", "a missing directory is no failure"),
    ("cd /srv/a && exec /t/rec\n", "it is a list"),
    ("(cd /srv/a)\nexec /t/rec\n", "it is a subshell's"),
    ("cd /srv/a &\nexec /t/rec\n", "it is in the background"),
    ("export A=$(date)\nexec /t/rec\n", "the value is made at each start"),
    ("export A=~\nexec /t/rec\n", "the shell expands it"),
    ("A=b\n. /dev/null\nexec /t/rec $A\n", "what stays would lack the variable"),
    ("IFS=:\nexec /t/rec $ONE\n", "it changes how the shell splits words"),
    ("ulimit -u 100\nexec /t/rec\n", "dash refuses it"),
    ("ulimit -H -n 100\nexec /t/rec\n", "only one bound is set"),
    ("ulimit -n 10 || true\nexec /t/rec\n", "a failure is no failure"),
    ("umask g-w\nexec /t/rec\n", "it hangs on the mask before"),
    ("exec /t/rec $NONE\n", "nobody knows the variable"),
    ("exec /t/rec *.txt\n", "the shell looks for files"),
    ("exec /t/rec `date`\n", "the shell runs a command"),
    ("exec /t/rec $((1 + 1))\n", "the shell calculates"),
    ("exec /t/rec ${TWO#2}\n", "the shell takes something off"),
    ("exec /t/rec --x=$TWO\n", "the shell splits it within a word"),
    ("exec /t/rec <<E\nx\nE\n", "a here-document is its input"),
    ("exec /t/rec >log\n", "the file is relative"),
    ("exec /t/rec >>$NONE\n", "nobody knows the file"),
    ("exec /t/rec &\n", "it is in the background"),
    ("exec /t/rec | cat\n", "it is a pipeline"),
    ("exec /t/rec >/var/log/x 2>/var/log/x\n", "each output writes over the other"),
    ("! /t/rec\n", "its status is turned around"),
    ("/t/rec || true\n", "its failure counts for nothing"),
    ("/t/rec; /t/rec\n", "there are two"),
    ("if true; then exec /t/rec; fi\n", "it hangs on a condition"),
    ("echo x\n", "it is the shell's own"),
    ("trap '' HUP\nexec /t/rec\n", "the program inherits an ignored signal"),
    ("eval exec /t/rec\n", "the shell reads it twice"),
    ("exec -a x /t/rec\n", "dash takes the option for a program"),
];

#[test]
fn what_only_looks_like_a_rule_s_case_stays_a_script() {
    for (script, why) in LOOK_ALIKES {
        let text = job(script);
        let [stays, lifted] =
            [Level::None, Level::Safe].map(|level| read("x", &text, level, "x").service.main);
        assert_eq!(stays[0].value.run, lifted[0].value.run, "{why}: {script}");
    }
}

#[test]
fn what_an_event_may_say_anew_is_not_known() {
    let main = |start: &str, word: &str| {
        let text = format!("start on {start}\nenv A=b\nexec /t/rec {word}\n");
        read("x", text.as_bytes(), Level::Safe, "x").service.main.remove(0).value.run
    };
    assert!(matches!(main("startup", "$A"), Run::Expand(_)));
    assert!(matches!(main("told", "\"$A\""), Run::Expand(_)), "systemd puts any value in as it is");
    assert!(matches!(main("told", "$A"), Run::Line(_)), "only the shell splits any value as a shell does");
}

#[test]
fn what_somebody_brings_along_is_no_variable_that_is_not_set() {
    let main = |start: &str, word: &str| {
        let text = format!("start on {start}\nexec /t/rec {word}\n");
        read("x", text.as_bytes(), Level::Safe, "x").service.main.remove(0).value.run
    };
    assert!(matches!(main("filesystem", "${A:-b}"), Run::Argv(_)));
    for start in ["told", "started other", "filesystem and told", "desktop-start", "socket PROTO=inet PORT=1"]
    {
        assert!(matches!(main(start, "${A:-b}"), Run::Line(_)), "{start}");
    }
    assert!(matches!(main("runlevel [2345]", "${RUNLEVEL:-2}"), Run::Line(_)));
}

#[test]
fn a_session_has_a_directory_and_a_search_path_of_its_own() {
    let run = |script: &str| {
        let text = format!("start on desktop-start\nscript\n{script}\nexec /t/rec\nend script\n");
        read("x", text.as_bytes(), Level::Safe, "x").service.main.remove(0).value.run
    };
    assert!(matches!(run("cd /srv\ncd a"), Run::Argv(_)));
    assert!(matches!(run("cd a"), Run::Script(_)), "from where, the session alone knows");
    assert!(matches!(run("export PATH=/t:$PATH"), Run::Script(_)));
    let text = b"start on desktop-start\nexec su till -c /t/rec\n";
    assert!(read("x", text, Level::Safe, "x").service.user.is_none(), "it cannot change the user");
}

#[test]
fn comments_of_what_is_lifted_go_to_the_unit() {
    let text = b"script\n  # One.\n  cd /srv\n  # Two.\n  exec /t/rec\nend script\n";
    let unit = read("x", text, Level::Safe, "x").units[0].print();
    assert!(unit.contains("# One.") && unit.contains("# Two."), "{unit}");
    let text = b"script\n  # One.\n  cd /srv\n  # Two.\n  . /dev/null\n  exec /t/rec\nend script\n";
    let conversion = read("x", text, Level::Safe, "x");
    let unit = conversion.units[0].print();
    let script = conversion.companions[0].text.to_str_lossy();
    assert!(
        unit.contains("# One.") && !unit.contains("# Two.") && script.contains("# Two."),
        "{unit}{script}"
    );
}

#[test]
fn syntax_of_bash_is_told_of_every_process_whatever_is_lifted() {
    let text = b"pre-start script\n  [[ -e /a ]] || true\nend script\npost-stop script\n  if\nend script\nexec /t/rec\n";
    for level in [Level::None, Level::Safe] {
        let findings = read("x", text, level, "x").findings;
        for code in [Code::BashSyntax, Code::UnreadableScript] {
            assert_eq!(findings.iter().filter(|finding| finding.code == code).count(), 1, "{code:?}");
        }
    }
}

#[test]
fn what_hooks_would_notice_stays() {
    for script in ["cd /srv/a", "export A=b", "ulimit -n 9", "umask 077", "exec >/dev/null"] {
        let hook = |hook: &str| {
            let text = format!("pre-start exec {hook}\nscript\n{script}\nexec /t/rec\nend script\n");
            let main = read("x", text.as_bytes(), Level::Safe, "x").service.main.remove(0);
            matches!(main.value.run, Run::Argv(_))
        };
        assert!(!hook("/usr/bin/anything"), "{script}");
        let indifferent = !matches!(script, "umask 077" | "exec >/dev/null");
        assert_eq!(hook("/bin/mkdir -p /run/x"), indifferent, "{script}");
    }
}

#[test]
fn programs_that_change_the_user_become_the_unit_s_user() {
    for (command, user, group) in [
        ("su till -c '/t/rec a'", "till", None),
        ("su -s /bin/sh -c 'exec \"$0\" \"$@\"' till -- /t/rec a", "till", None),
        ("su -c \"exec /t/rec a\" -s /bin/bash till", "till", None),
        ("sudo -u till -g shop /t/rec a", "till", Some("shop")),
        ("runuser -u till -- /t/rec a", "till", None),
        ("setuidgid till /t/rec a", "till", None),
        ("gosu till:shop /t/rec a", "till", Some("shop")),
        ("chpst -u till:shop /t/rec a", "till", Some("shop")),
        ("start-stop-daemon --start -c till:shop --exec /t/rec -- a", "till", Some("shop")),
    ] {
        let service = read("x", format!("exec {command}\n").as_bytes(), Level::Safe, "x").service;
        let text = |value: &Option<cutover::text::Sourced<cutover::text::Text>>| {
            value.as_ref().map(|value| value.value.to_string())
        };
        assert_eq!(text(&service.user).as_deref(), Some(user), "{command}");
        assert_eq!(text(&service.group).as_deref(), group, "{command}");
        assert_eq!(service.main[0].value.run, Run::Argv(vec!["/t/rec".into(), "a".into()]), "{command}");
    }
    for command in [
        "su - till -c '/t/rec a'",
        "su till",
        "su -s /bin/zsh -c '/t/rec a' till",
        "su till -c '/t/rec a; /t/rec b'",
        "su till -c '/t/rec >log'",
        "sudo /t/rec a",
        "sudo -u till -i /t/rec a",
        "start-stop-daemon --start --background --exec /t/rec",
        "start-stop-daemon --start --make-pidfile --pidfile /run/x --exec /t/rec",
        "start-stop-daemon --stop --exec /t/rec",
    ] {
        let text = format!("exec {command}\n");
        let [stays, lifted] =
            [Level::None, Level::Safe].map(|level| read("x", text.as_bytes(), level, "x").service);
        assert_eq!(stays.user, lifted.user, "{command}");
        let words = |service: &Service| service.main[0].value.run.clone();
        assert!(
            matches!(words(&lifted), Run::Argv(words) if words[0].as_slice() != b"/t/rec")
                || words(&stays) == words(&lifted),
            "{command}"
        );
    }
    // What did not fire in the end leaves nothing behind.
    let nice = read("x", b"exec nice -n 5\n", Level::Safe, "x").service;
    assert!(nice.nice.is_none());
    let env = read("x", b"exec env A=b C=\"\x01\" /t/rec\n", Level::Safe, "x").service;
    assert!(env.environment.is_empty());
    let exact = read("x", b"exec setuidgid till /t/rec\n", Level::Strict, "x").service;
    assert!(exact.user.is_none(), "it drops groups that `User=` has");
    // `su` takes care of the groups, unlike `setuid`.
    let su = read("x", b"exec su till -c /t/rec\n", Level::Safe, "x").findings;
    assert!(su.iter().all(|finding| finding.code != Code::SetuidKeepsGroups));
    let own = read("x", b"setuid a\nexec su b -c /t/rec\n", Level::Safe, "x").service;
    assert_eq!(own.user.map(|user| user.value.to_string()).as_deref(), Some("a"));
}

#[test]
fn a_pipe_into_logger_becomes_a_tag() {
    let lifted = |text: &str| read("x", text.as_bytes(), Level::Safe, "x").service;
    let tag = |service: &Service| service.log_tag.as_ref().map(|tag| tag.value.to_string());
    let service = lifted("exec /t/rec a 2>&1 | logger -t till\n");
    assert_eq!(tag(&service).as_deref(), Some("till"));
    assert_eq!(service.main[0].value.run, Run::Argv(vec!["/t/rec".into(), "a".into()]));
    for text in [
        "exec /t/rec | logger\n",
        "exec /t/rec | logger -t x -p daemon.err\n",
        "exec /t/rec | logger -t x >/dev/null\n",
        "exec /t/rec | tee x | logger -t x\n",
        "task\nexec /t/rec | logger -t x\n",
        "normal exit 3\nexec /t/rec | logger -t x\n",
    ] {
        assert_eq!(tag(&lifted(text)), None, "{text}");
    }
}

/// Statements of which scripts are made by turns.
const SETTINGS: &[&str] = &[
    "cd /srv/a",
    "cd a",
    "cd /srv",
    "export A='b c'",
    "A=d",
    "export A",
    "B=\"$A x\"",
    "export C=\"$ONE$A\"",
    "umask 077",
    "ulimit -n 555",
    "ulimit -Sn 444",
    "set -e",
    ": nothing",
    "export ONE=again",
    "exec 2>/dev/null",
    "TWO=x",
    "[ -d /srv ]",
    "true",
    "unset A",
    "B=*",
    "C=~",
    "umask u=rwx",
    "D=$NONE",
    "export D=$(echo x)",
];

/// Commands at their ends.
const COMMANDS: &[&str] = &[
    "exec /t/rec \"$A\" $B \"$C\" ${D:-none}",
    "/t/rec $A",
    "exec /t/rec $ONE$TWO",
    "exec env E=f /t/rec ${A-x} \"${B:-y z}\"",
    "exec nice -n 3 /t/rec \"$TWO\" >/dev/null",
    "exec /t/rec * ~ \"*\"",
    "/t/rec \"$@\" $# x",
];

fn read(name: &str, text: &[u8], level: Level, scripts: &str) -> cutover::convert::Conversion {
    let conf = Source { name: format!("{name}.conf"), text: text.into() };
    let distribution = Distribution::default();
    let files = JobFiles { name: name.to_owned(), conf, over: None, distribution, scope: None };
    convert(&files, level, &Options { scripts_dir: format!("/s/{scripts}"), ..Options::default() })
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
        "IgnoreSIGPIPE=",
        "ExecStart=",
    ];
    let kept = text.lines().filter(|line| KEPT.iter().any(|name| line.starts_with(name)));
    // The search path is Upstart's for both.
    let mut unit = "[Service]\nType=oneshot\nEnvironment=PATH=/usr/local/sbin:/usr/local/bin:/usr/bin:/usr/sbin:/sbin:/bin\n".to_owned();
    kept.for_each(|line| writeln!(unit, "{line}").unwrap());
    unit
}

/// A job in both forms: its name, and the unit with the script and without it.
struct Pair {
    name: String,
    source: String,
    units: [String; 2],
    scripts: Vec<(String, Vec<u8>)>,
    programs: BTreeSet<String>,
}

impl Pair {
    /// Nothing if the job has no main process that lifting changes.
    fn of(name: &str, text: &[u8]) -> Option<Pair> {
        let forms = [("n", Level::None), ("l", Level::Safe)]
            .map(|(prefix, level)| (prefix, read(name, text, level, prefix)));
        let mains =
            forms.each_ref().map(|(_, form)| form.service.main.first().map(|main| main.value.run.clone()));
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
        Some(Pair { name: name.to_owned(), source, units, scripts, programs })
    }
}

impl Pair {
    /// Whether its program can have a stub in its place, and finds no more than a stub needs.
    fn stands_alone(&self) -> bool {
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
    let mut passwd = fs::read_to_string("/etc/passwd").unwrap();
    let mut group = fs::read_to_string("/etc/group").unwrap();
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
fn recorded(pairs: &[Pair]) -> Option<BTreeMap<String, String>> {
    let sandbox = Sandbox::new();
    let mut units = String::new();
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
fn judge(pairs: &[Pair], said: &BTreeMap<String, String>) -> usize {
    let mut wrong = Vec::new();
    let mut heard = 0;
    for pair in pairs {
        let [script, lifted] = ["n", "l"].map(|prefix| said.get(&format!("{prefix}-{}", pair.name)));
        heard += usize::from(lifted.is_some());
        if script != lifted {
            let [one, two] =
                [script, lifted].map(|said| said.cloned().unwrap_or_else(|| "nothing\n".to_owned()));
            let diff = similar::TextDiff::from_lines(&one, &two);
            wrong.push(format!(
                "{}\n{}\n{}",
                pair.source,
                pair.units[1],
                diff.unified_diff().context_radius(0)
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n\n{}", wrong.len(), pairs.len(), wrong.join("\n----\n"));
    heard
}

fn job(script: &str) -> Vec<u8> {
    format!("env ONE=1\nenv TWO=\"2 and 3\"\nenv EMPTY=\nscript\n{script}end script\n").into_bytes()
}

#[test]
fn every_rule_gives_the_same_command_in_the_same_surroundings() {
    let mut pairs = Vec::new();
    for (index, (script, whole)) in CASES.iter().enumerate() {
        let lifted = read("x", &job(script), Level::Safe, "x").service;
        let is_plain = matches!(lifted.main[0].value.run, Run::Argv(_) | Run::Expand(_));
        assert_eq!(is_plain, *whole, "{script}");
        pairs.push(
            Pair::of(&format!("case{index}"), &job(script)).unwrap_or_else(|| panic!("not lifted: {script}")),
        );
    }
    let Some(said) = recorded(&pairs) else { return };
    assert_eq!(judge(&pairs, &said), CASES.len(), "every program has to write down what it finds");
}

#[test]
fn scripts_made_by_turns_are_the_same_with_and_without_their_shell() {
    // A small generator, always from the same seed: a failure can be looked at again.
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut pairs = Vec::new();
    for index in 0..400 {
        let settings: Vec<&str> = (0..next(4)).map(|_| SETTINGS[next(SETTINGS.len())]).collect();
        let script = format!("{}\n{}\n", settings.join("\n"), COMMANDS[next(COMMANDS.len())]);
        pairs.extend(Pair::of(&format!("made{index}"), &job(script.trim_start_matches('\n'))));
    }
    assert!(pairs.len() > 100, "only {} are lifted", pairs.len());
    let Some(said) = recorded(&pairs) else { return };
    let heard = judge(&pairs, &said);
    assert!(heard > 80, "only {heard} of {} came so far", pairs.len());
}

#[test]
fn real_jobs_run_the_same_with_and_without_their_shell() {
    let Some(jobs) = shared("real-jobs") else { return };
    let mut pairs = Vec::new();
    for (index, path) in files_below(&jobs).iter().enumerate() {
        if path.extension().is_some_and(|end| end == "conf") {
            let text = fs::read(path).unwrap();
            let pair = if text.contains(&0) { None } else { Pair::of(&format!("real{index}"), &text) };
            pairs.extend(pair.filter(Pair::stands_alone));
        }
    }
    assert!(pairs.len() > 100, "only {} are lifted", pairs.len());
    let Some(said) = recorded(&pairs) else { return };
    let heard = judge(&pairs, &said);
    assert!(heard * 10 > pairs.len() * 8, "only {heard} of {} came so far", pairs.len());
}

/// Why a script stays, by what stands in it: the first of these that does.
fn reason(text: &[u8], hooks: bool) -> &'static str {
    let Ok(script) = shell::parse(text) else { return "the shell cannot read it" };
    let mut sources = false;
    let mut upstart = false;
    let mut builtin = false;
    let mut commands = 0;
    let mut unknown = false;
    simple_commands(&script, |command, _| {
        let CommandKind::Simple(simple) = &command.kind else { return };
        commands += usize::from(!simple.words.is_empty());
        let Some(name) = simple.words.first().and_then(Word::literal) else {
            unknown |= !simple.words.is_empty();
            return;
        };
        match name.as_slice() {
            b"." | b"source" | b"eval" => sources = true,
            b"start" | b"stop" | b"restart" | b"status" | b"initctl" | b"telinit" => upstart = true,
            b"echo" | b"[" | b"test" | b"exit" | b"trap" | b"wait" | b"kill" => builtin = true,
            _ => {}
        }
    });
    let branches = script.commands.iter().any(|statement| {
        let links = std::iter::once(&statement.first).chain(statement.rest.iter().map(|link| &link.pipeline));
        let compound = |command: &Command| !matches!(command.kind, CommandKind::Simple(_));
        let mut all = links.flat_map(|pipeline| &pipeline.commands);
        !statement.rest.is_empty() || all.any(compound)
    });
    match () {
        () if sources => "it reads in a file",
        () if upstart => "it asks Upstart for something",
        () if branches => "it branches or loops",
        () if text.contains_str("$(") || text.contains(&b'`') => "it puts in what a command says",
        () if commands > 1 => "it runs several programs",
        () if builtin => "its command is the shell's own",
        () if unknown || text.contains(&b'$') => "a variable is not known",
        () if hooks => "hooks would notice",
        () => "something else",
    }
}

/// `tests/lifted.txt`: how many main scripts of real jobs are lifted, and why the others are not.
/// `UPDATE_EXPECT=1` writes it anew.
#[test]
fn no_fewer_real_scripts_are_lifted_than_before() {
    const OTHERS: &[&str] = &["chromium", "chromeos", "openfyde", "cros"];
    let Some(jobs) = shared("real-jobs") else { return };
    let mut table: BTreeMap<String, usize> = BTreeMap::new();
    for path in files_below(&jobs) {
        let shown = path.strip_prefix(&jobs).unwrap().to_string_lossy().to_lowercase();
        let text = fs::read(&path).unwrap();
        let is_job = path.extension().is_some_and(|end| end == "conf") && !text.contains(&0);
        if !is_job || OTHERS.iter().any(|other| shown.contains(other)) {
            continue;
        }
        let [script, lifted] = [Level::None, Level::Safe].map(|level| read("x", &text, level, "x").service);
        let (Some(script), Some(after)) = (script.main.first(), lifted.main.first()) else { continue };
        let (kind, before) = match &script.value.run {
            Run::Line(text) if text.starts_with(b"exec ") => ("exec", text),
            Run::Line(text) | Run::Script(text) => ("script", text),
            Run::Argv(_) | Run::Expand(_) => continue,
        };
        let became = match &after.value.run {
            Run::Argv(_) | Run::Expand(_) => "lifted".to_owned(),
            run if *run != script.value.run => "lifted in part".to_owned(),
            _ => format!("stays, because {}", reason(before, !lifted.hooks.is_empty())),
        };
        *table.entry(format!("{kind}: {became}")).or_default() += 1;
    }
    let lines: Vec<String> = table.iter().map(|(what, count)| format!("{what}: {count}\n")).collect();
    let now = lines.concat();
    let path = common::repository("tests/lifted.txt");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let before = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(before, now, "read the difference; UPDATE_EXPECT=1 writes it anew if it is for the better");
}
