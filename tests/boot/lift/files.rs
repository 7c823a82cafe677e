//! Files that scripts read in: the unit reads them where the shell and systemd find the same in them.

use std::fs;

use cutover::findings::Code;
use cutover::lift::{Level, Lifting, judge as alike};
use cutover::root::Root;
use cutover::service::Run;

use super::pairs::{Pair, judge, read, recorded};
use crate::common::Sandbox;

/// A machine with these files.
fn machine(files: &[(&str, &str)]) -> (Sandbox, Lifting) {
    let sandbox = Sandbox::with(files);
    let root = Some(Root::open(&sandbox.path(".")).unwrap());
    (sandbox, Lifting { level: Level::Safe, root })
}

/// What the unit of a job says of its main process, on a machine with `/etc/default/till`.
fn lines(lifting: &Lifting, job: &str) -> Vec<String> {
    const ABOUT: &[&str] = &["Environment", "ExecStart=", "WorkingDirectory="];
    let unit = read("till", job.as_bytes(), lifting.clone(), "x").units[0].print();
    unit.lines().filter(|line| ABOUT.iter().any(|start| line.starts_with(start))).map(str::to_owned).collect()
}

fn script(body: &str) -> String {
    format!("script\n{body}\nend script\n")
}

const TILL: (&str, &str) = ("etc/default/till", "# Options.\nOPTS=\"-a -b\"\nPORT=80\nNAME='a shop'\nNOTHING=\n");

#[test]
fn every_way_to_read_a_file_in_is_the_unit_s() {
    let (_sandbox, lifting) = machine(&[TILL]);
    for reading in [
        "[ -f /etc/default/till ] && . /etc/default/till",
        "test -r /etc/default/till && . /etc/default/till || true",
        "[ ! -e /etc/default/till ] || . /etc/default/till",
        "! [ -s /etc/default/till ] || { . /etc/default/till; }",
        "if [ -r /etc/default/till ]; then . /etc/default/till; fi",
        "if test -f \"$FILE\"\nthen\n  . $FILE\n  export PORT OPTS NOTHING\nfi",
    ] {
        let job = format!("env FILE=/etc/default/till\n{}", script(&format!("{reading}\nexec /t/rec $OPTS")));
        let expected =
            ["Environment=FILE=/etc/default/till", "EnvironmentFile=-/etc/default/till", "ExecStart=/t/rec $OPTS"];
        assert_eq!(lines(&lifting, &job), expected, "{reading}");
    }
    for reading in [". /etc/default/till", "{ . /etc/default/till; }", ". /etc/default/till || :"] {
        let lines = lines(&lifting, &script(&format!("{reading}\nexec /t/rec \"$PORT\" x$PORT \"$NAME\"")));
        let expected = ["EnvironmentFile=/etc/default/till", "ExecStart=/t/rec ${PORT} x${PORT} ${NAME}"];
        assert_eq!(lines, expected, "{reading}");
    }
}

#[test]
fn what_looks_like_it_stays_with_the_shell() {
    let (_sandbox, lifting) = machine(&[
        TILL,
        ("etc/default/shell", "A=\"$B\"\n"),
        ("etc/default/common", "LANG=C\n"),
        ("etc/default/path", "PATH=/t\n"),
        ("etc/default/quotes", "Q=\"a 'b c'\"\nG=*\n"),
    ]);
    for (body, why) in [
        ("[ -f /etc/till ] && . /etc/default/till\nexec /t/rec", "it asks for another file"),
        ("[ -d /etc/default/till ] && . /etc/default/till\nexec /t/rec", "it asks for something else"),
        ("[ -f /etc/default/till ] || . /etc/default/till\nexec /t/rec", "it is the other way around"),
        ("if [ -f /etc/default/till ]; then . /etc/default/till; else exit 1; fi\nexec /t/rec", "it can fail"),
        ("if [ -f /etc/default/till ]; then . /etc/default/till; echo x; fi\nexec /t/rec", "it does more"),
        ("(. /etc/default/till)\nexec /t/rec", "it is a subshell's"),
        (". /etc/default/till &\nexec /t/rec", "it is in the background"),
        (". /etc/default/till >/dev/null\nexec /t/rec", "its output goes elsewhere"),
        (". ./till\nexec /t/rec", "the file is relative"),
        (". till\nexec /t/rec", "the shell looks for it on PATH"),
        (". /etc/default/*ill\nexec /t/rec", "the shell looks for it"),
        (". $NOWHERE\nexec /t/rec", "nobody knows which file"),
        ("source /etc/default/till\nexec /t/rec", "dash knows no `source`"),
        (". /etc/default/none\nexec /t/rec", "it is not there"),
        (". /etc/default\nexec /t/rec", "it is a directory"),
        (". /etc/default/shell\nexec /t/rec", "it is a script"),
        (". /etc/default/common\nexec /t/rec", "the program would heed a variable that was not exported"),
        (". /etc/default/path\nexec rec", "the program is looked for on the file's PATH"),
        (". /etc/default/quotes\nexec /t/rec $Q", "systemd honors quotes in the value"),
        (". /etc/default/quotes\nexec /t/rec $G", "the shell looks for files"),
        (". /etc/default/till\nexec /t/rec x$OPTS", "the shell splits it within a word"),
        (". /etc/default/till\nexec $NAME", "the file says which program"),
        (". /etc/default/till\ncd /srv/$PORT\nexec /t/rec", "the file says which directory"),
        (". /etc/default/till\nOPTS=\"$OPTS -c\"\nexec /t/rec $OPTS", "the script adds to it"),
        (". /etc/default/till\nexport PORT=81\nexec /t/rec", "the script overrules the file"),
        (". /etc/default/till\nexport PORT\nPORT=81\nexec /t/rec", "it is exported, and the script overrules the file"),
        (". /etc/default/till\nexec /t/rec ${NOTHING:-x}", "to systemd an empty value is one"),
        (". /etc/default/till\nexec /t/rec ${MORE:-x} \"$MORE\"", "the default holds in one place only"),
        (". /etc/default/till\nexec /t/rec \"$MORE\" ${MORE:-x}", "the default holds in one place only"),
        (". /etc/default/till\nexec /t/rec ${OPTS%b}", "the shell takes something off"),
        (". /etc/default/till\n[ -e /x ] && umask 077\nexec /t/rec", "what stays would find them exported"),
        (
            "PORT=1\nif [ -f /etc/default/till ]; then . /etc/default/till; export PORT; fi\nexec /t/rec",
            "it is exported only with the file",
        ),
    ] {
        let lines = lines(&lifting, &script(body));
        assert!(
            matches!(lines.as_slice(), [line] if line.starts_with("ExecStart=/bin/sh")),
            "{why}: {body}: {lines:?}"
        );
    }
    let job = |more: &str| format!("{more}\n{}", script(". /etc/default/till\nexec /t/rec $OPTS"));
    let stays = |lifting: &Lifting, more: &str| {
        lines(lifting, &job(more)).iter().all(|line| !line.starts_with("EnvironmentFile"))
    };
    assert!(!stays(&lifting, ""));
    assert!(stays(&lifting, "chroot /srv"), "it reads the file of another root");
    assert!(stays(&lifting, "start on desktop-start"), "the machine is not that of a session");
    assert!(stays(&lifting, "pre-start script\n[ -z \"$OPTS\" ] || rm -f /x\nend script"), "the hook would notice");
    assert!(stays(&Lifting { level: Level::Strict, ..lifting.clone() }, ""), "it differs in a corner");
    assert!(stays(&Level::Safe.into(), ""), "nobody has looked");
}

#[test]
fn hooks_that_do_not_speak_of_the_variables_take_no_notice() {
    let (_sandbox, lifting) = machine(&[TILL]);
    for hook in ["/usr/lib/till/prepare", "[ -e /x ] || stop", ". /etc/default/till\n[ \"$PORT\" = 80 ] || echo $OPTS"]
    {
        let job = format!("pre-start script\n{hook}\nend script\n{}", script(". /etc/default/till\nexec /t/rec"));
        assert_eq!(lines(&lifting, &job), ["EnvironmentFile=/etc/default/till", "ExecStart=/t/rec"], "{hook}");
    }
}

#[test]
fn a_file_that_the_service_s_user_may_not_read_stays_with_the_shell() {
    use std::os::unix::fs::PermissionsExt as _;
    let (sandbox, lifting) = machine(&[TILL]);
    let job = format!("setuid till\n{}", script("[ -r /etc/default/till ] && . /etc/default/till\nexec /t/rec"));
    for (mode, reads) in [(0o644, true), (0o640, false)] {
        fs::set_permissions(sandbox.path(TILL.0), fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(lines(&lifting, &job).iter().any(|line| line.starts_with("EnvironmentFile")), reads, "{mode:o}");
    }
}

#[test]
fn defaults_go_to_the_unit_and_count_for_less_than_the_file() {
    let (_sandbox, lifting) = machine(&[TILL]);
    let body = "DAEMON=/t/rec\nOPTS=-x\nHOST=here\n. /etc/default/till\nexec $DAEMON $OPTS --host \"$HOST\" ${PORT:-81} ${MORE:=m}";
    let expected = [
        "Environment=HOST=here",
        "Environment=PORT=81",
        "Environment=MORE=m",
        "EnvironmentFile=/etc/default/till",
        "ExecStart=/t/rec $OPTS --host ${HOST} $PORT $MORE",
    ];
    let found = lines(&lifting, &script(body));
    assert_eq!(found, expected);
    let findings = read("till", script(body).as_bytes(), lifting, "x").findings;
    let told = findings.iter().find(|finding| finding.code == Code::LiftedFile).unwrap();
    assert!(told.message.to_string().contains("`HOST`, `MORE`, `NAME`, `NOTHING`, `OPTS`, `PORT`"), "{}", told.message);
    assert!(told.message.to_string().ends_with("of `DAEMON` does not count"), "{}", told.message);
}

#[test]
fn what_could_be_done_with_a_look_at_the_file_is_told_once() {
    let codes = |lifting: &Lifting, body: &str| -> Vec<String> {
        let findings = read("till", script(body).as_bytes(), lifting.clone(), "x").findings;
        let about = findings
            .iter()
            .filter(|finding| matches!(finding.code, Code::FileStays | Code::LiftedFile | Code::AssumedLift));
        about.map(|finding| format!("{} {}", finding.code, finding.message)).collect()
    };
    let body = ". /etc/default/till\nexec /t/rec $OPTS";
    assert!(matches!(codes(&Level::Safe.into(), body).as_slice(), [one] if one.contains("nobody has looked")));
    let (_sandbox, lifting) = machine(&[("etc/default/till", "A=b\nOPTS=`date`\n")]);
    assert!(matches!(codes(&lifting, body).as_slice(), [one] if one.contains("line 2: the shell expands")));
    let all = Lifting { level: Level::All, ..lifting };
    assert!(matches!(codes(&all, body).as_slice(), [one] if one.starts_with("CUT234")), "it is seen to be another");
    let mut both = codes(&Level::All.into(), body);
    both.sort();
    let [lifted, assumed] = &both[..] else { panic!("{both:?}") };
    assert!(lifted.starts_with("CUT233") && assumed.starts_with("CUT243"));
    // There a look would not help.
    assert_eq!(codes(&Level::Safe.into(), ". /etc/default/till\n[ -e /x ] || exit 0\nexec /t/rec"), [""; 0]);
    assert_eq!(codes(&Level::Strict.into(), body), [""; 0]);
}

#[test]
fn under_an_assumption_a_file_that_nobody_sees_is_the_unit_s() {
    let all = Level::All.into();
    let body = "source /etc/default/till\ncd /srv\nexec /t/rec $OPTS --x=$PORT ${NAME:-shop} \"$OTHER\"";
    let expected = [
        "WorkingDirectory=/srv",
        "Environment=NAME=shop",
        "EnvironmentFile=/etc/default/till",
        "ExecStart=/t/rec $OPTS --x=${PORT} $NAME ${OTHER}",
    ];
    assert_eq!(lines(&all, &script(body)), expected);
}

#[test]
fn what_the_script_reads_in_last_counts_last() {
    let (_sandbox, lifting) = machine(&[TILL, ("etc/till.more", "PORT=81\n")]);
    let body = ". /etc/default/till\n. /etc/till.more\nexec /t/rec";
    let files = |job: &str| -> Vec<String> {
        let mut lines = lines(&lifting, job);
        lines.retain(|line| line.starts_with("EnvironmentFile"));
        lines
    };
    let own = ["EnvironmentFile=/etc/default/till", "EnvironmentFile=/etc/till.more"];
    assert_eq!(files(&script(body)), own);
    let told = files(&format!("start on told\ninstance $A$B\n{}", script(body)));
    assert!(told.len() > 2 && told.ends_with(&own.map(str::to_owned)), "{told:?}");
}

/// Lines of which files are made by turns.
const LINES: &[&str] = &[
    "A=b",
    "B='c d'",
    "C=\"e  f\"",
    "A=\"x\"'y'",
    "D=",
    "# note",
    "",
    "export A",
    "A='$HOME `x`'",
    "B=~",
    "C=$A",
    "D=a\\ b",
    "A=b # c",
    "E=[a-z]*",
    "  F=g",
    "A=b B=c",
    "B=\"a \\\n b\"",
    "G=\"h\" ",
    "C=c;D=d",
    "A=\"a\"b",
    "if true; then A=z; fi",
    "E=\u{e9}",
    "F=a\\\nb",
    "# x \\",
    "G=-x=y:z",
    "B=a~",
    "C=\"a'b\"",
    "D='a\"b'",
    "export E=f",
    "A=\"`echo x`\"",
    "G=a\tb",
    "F='\\'",
    "; E=x",
    "E=a:~",
    "G=%n%%",
    "F='a # b'",
    "D=\"$\"",
    "C=#c",
    "G=x\r",
];

/// Commands that name their variables.
const COMMANDS: &[&str] = &[
    "exec /t/rec $A \"$B\" x\"$C\"",
    "exec /t/rec \"$D\" ${E-none} \"${F:-n o}\" $G",
    "/t/rec $B$C $A",
    "exec env H=i /t/rec \"$G\" $F",
    "exec /t/rec \"$A$B$C\" \"$D$E$F$G\"",
];

#[test]
fn files_made_by_turns_hold_the_same_for_the_shell_and_for_systemd() {
    let mut state: u64 = 0x2545_f491_4f6c_dd1d;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let (sandbox, lifting) = machine(&[]);
    let (mut pairs, mut files) = (Vec::new(), Vec::new());
    for index in 0..1200 {
        let lines: Vec<&str> = (0..=next(4)).map(|_| LINES[next(LINES.len())]).collect();
        let text = lines.join("\n") + "\n";
        let Ok(variables) = alike(text.as_bytes()) else { continue };
        let path = format!("/etc/default/f{index}");
        sandbox.file(path.trim_start_matches('/'), &text);
        let exports = next(2) == 0;
        let export = if exports { "export A B C D E F G\n" } else { "" };
        let job = script(&format!("B=before\n. {path}\n{export}{}", COMMANDS[next(COMMANDS.len())]));
        let Some(mut pair) = Pair::lifted(&format!("file{index}"), job.as_bytes(), &lifting) else {
            continue;
        };
        // A default is in the environment of the unit, and so is what nobody exports.
        pair.told = ["E", "F"].map(str::to_owned).into();
        if !exports {
            pair.told.extend(variables.values.iter().map(|(name, _)| name.to_string()).chain(["B".to_owned()]));
        }
        pairs.push(pair);
        files.push((path, text));
    }
    assert!(pairs.len() > 100, "only {} are lifted", pairs.len());
    let all = read("x", b"script\n. /etc/default/f\nexec /t/rec\nend script\n", Level::All, "x").service;
    assert!(matches!(all.main[0].value.run, Run::Argv(_)));
    let Some(said) = recorded(&pairs, &files) else { return };
    assert_eq!(judge(&pairs, &said), pairs.len(), "every program has to write down what it finds");
}
