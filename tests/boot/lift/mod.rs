//! What is lifted out of a script is the same command in the same exec environment: the units with the script and
//! without it are started on a booted systemd, with a program that writes down what it finds.
//!
//! `LIFT_OUT=DIR` keeps what was written down.

mod assumed;
mod files;
mod pairs;
mod real;

use bstr::ByteSlice as _;
use cutover::convert::convert;
use cutover::findings::Code;
use cutover::lift::Level;
use cutover::service::{Run, Service};
use cutover::systemd::version::Version;
use cutover::systemd::write::Options;
use pairs::{Pair, job, job_files, judge, read, recorded};

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
    ("exec ionice -c2 -n 7 /t/rec a\n", true),
    ("exec ionice -n 0 nice /t/rec\n", true),
    ("exec ionice -c idle chrt -b 0 /t/rec\n", true),
    ("exec chrt --idle 0 taskset -c 0 /t/rec\n", true),
    ("exec taskset 0x2 /t/rec\n", true),
    ("exec /t/rec </srv/in\n", true),
    ("PROGRAM=/t/rec\nexec $PROGRAM a\n", true),
    ("export PROGRAM=/t/rec\nexec \"$PROGRAM\" $PROGRAM\n", true),
    ("exec nice -n $ONE /t/rec\n", true),
    ("export NONE\nexec /t/rec \"$NONE\"\n", true),
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
    ("exec /t/rec <in\n", "the file of the input is relative"),
    ("exec $TWO /t/rec\n", "the name of the program is two words"),
    ("export NONE\nexec /t/rec $NONE\n", "nobody knows the variable"),
    ("exec /t/rec \"$PWD\"\n", "the shell sets it by itself"),
    ("exec /t/rec ${PPID:-1}\n", "the shell sets it by itself"),
    ("export NONE\nNONE=a\nexec /t/rec\n", "it is exported before it is set"),
];

#[test]
fn what_only_looks_like_a_rule_s_case_stays_a_script() {
    for (script, why) in LOOK_ALIKES {
        let text = job(script);
        let [stays, lifted] = [Level::None, Level::Safe].map(|level| read("x", &text, level, "x").service.service.main);
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
    for start in ["told", "started other", "filesystem and told", "desktop-start", "socket PROTO=inet PORT=1"] {
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
    assert!(unit.contains("# One.") && !unit.contains("# Two.") && script.contains("# Two."), "{unit}{script}");
}

#[test]
fn syntax_of_bash_is_told_of_every_process_whatever_is_lifted() {
    let text =
        b"pre-start script\n  [[ -e /a ]] || true\nend script\npost-stop script\n  if\nend script\nexec /t/rec\n";
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
        let [stays, lifted] = [Level::None, Level::Safe].map(|level| read("x", text.as_bytes(), level, "x").service);
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
    assert_eq!(own.user.as_ref().map(|user| user.value.to_string()).as_deref(), Some("a"));
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

#[test]
fn how_the_processor_and_the_disks_are_shared_is_said_by_the_unit() {
    let lines = |job: &str| -> Vec<String> {
        let unit = read("x", job.as_bytes(), Level::Safe, "x").units[0].print();
        let said = |line: &&str| ["IOS", "CPU", "ExecStart"].iter().any(|start| line.starts_with(start));
        unit.lines().filter(said).map(str::to_owned).collect()
    };
    for (command, expected) in [
        ("ionice -c3", &["IOSchedulingClass=idle"][..]),
        ("ionice -c 1 -n 2", &["IOSchedulingClass=realtime", "IOSchedulingPriority=2"]),
        ("ionice -c best-effort", &["IOSchedulingClass=best-effort", "IOSchedulingPriority=4"]),
        ("chrt 50", &["CPUSchedulingPolicy=rr", "CPUSchedulingPriority=50"]),
        ("chrt -f 1", &["CPUSchedulingPolicy=fifo", "CPUSchedulingPriority=1"]),
        ("chrt -o 0", &["CPUSchedulingPolicy=other"]),
        ("taskset -c 3,0-1,1", &["CPUAffinity=0 1 3"]),
        ("taskset d", &["CPUAffinity=0 2 3"]),
    ] {
        let expected: Vec<&str> = expected.iter().copied().chain(["ExecStart=/t/rec a"]).collect();
        assert_eq!(lines(&format!("exec {command} /t/rec a\n")), expected, "{command}");
    }
    for command in [
        "ionice",
        "ionice -c 4",
        "ionice -c 0",
        "ionice -n 8",
        "ionice -t -c 3",
        "ionice -p 1 -c 3",
        "ionice -c 3 -n",
        "chrt -f 0",
        "chrt -o 1",
        "chrt -R -f 1",
        "chrt -p 1",
        "chrt --rr",
        "chrt 100",
        "taskset -c 0-6:2",
        "taskset -c 3-1",
        "taskset -p 1",
        "taskset 0",
        "taskset zz",
        "taskset -c 99999",
    ] {
        assert_eq!(lines(&format!("exec {command} /t/rec a\n")), [format!("ExecStart={command} /t/rec a")]);
    }
    // Whom the kernel refuses it, does not start.
    for command in ["ionice -c 1", "chrt -f 1"] {
        let lines = lines(&format!("setuid till\nexec {command} /t/rec\n"));
        assert_eq!(lines, [format!("ExecStart={command} /t/rec")]);
    }
    assert_eq!(lines("setuid till\nexec ionice -c 3 /t/rec\n").len(), 2);
    let older = Options { target: Version(235), ..Options::default() };
    let input = convert(&job_files("exec /t/rec </srv/in\n"), Level::Safe, &older).units[0].print();
    assert!(input.contains("ExecStart=/bin/sh -c 'exec \"$$@\" </srv/in' sh /t/rec"), "{input}");
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

#[test]
fn every_rule_gives_the_same_command_in_the_same_exec_environment() {
    let mut pairs = Vec::new();
    for (index, (script, whole)) in CASES.iter().enumerate() {
        let lifted = read("x", &job(script), Level::Safe, "x").service;
        let is_plain = matches!(lifted.main[0].value.run, Run::Argv(_) | Run::Expand(_));
        assert_eq!(is_plain, *whole, "{script}");
        pairs.push(Pair::of(&format!("case{index}"), &job(script)).unwrap_or_else(|| panic!("not lifted: {script}")));
    }
    let Some(said) = recorded(&pairs, &[]) else { return };
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
    let Some(said) = recorded(&pairs, &[]) else { return };
    let heard = judge(&pairs, &said);
    assert!(heard > 80, "only {heard} of {} came so far", pairs.len());
}
