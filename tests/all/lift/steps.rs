//! Programs in a row.

use super::{lines, lines_for, pre_start, unit};
use cutover::lift::Level;
use cutover::systemd::version::Version;
use cutover::systemd::write::{Options, Style};

fn hook(stage: &str, script: &str) -> Vec<String> {
    lines(Level::Safe, &format!("exec /usr/sbin/shopd\n{stage} script\n{script}\nend script\n"))
}

#[test]
fn programs_in_a_row_are_lines_of_the_unit() {
    for (script, expected) in [
        ("modprobe loop", &["modprobe loop"][..]),
        ("set -e\nmkdir -p /a\nexec touch '/a/b c'", &["mkdir -p /a", "touch \"/a/b c\""]),
        ("rm -f /a || true; touch /b || :\nexit 0", &["-rm -f /a", "-touch /b"]),
        ("mkdir -p /a && chmod 700 /a", &["mkdir -p /a", "chmod 700 /a"]),
        ("[ -r /a ] || exit 1\ntest ! -e /b", &["/usr/bin/test -r /a", "/usr/bin/test ! -e /b"]),
        ("[ -d /a ] || mkdir -p /a", &["mkdir -p /a"]),
        ("rm -f /a || exit\necho 100% '$b'", &["rm -f /a", "/bin/echo 100%% $$b"]),
    ] {
        let expected: Vec<String> = expected.iter().map(|line| format!("ExecStartPre={line}")).collect();
        assert_eq!(pre_start(Level::Safe, script), expected, "{script}");
    }
    assert_eq!(hook("post-stop", "rm -f /a\nrm -f /b"), ["ExecStopPost=rm -f /a", "ExecStopPost=rm -f /b"]);
    assert_eq!(hook("post-start", "touch /a"), ["ExecStartPost=-touch /a"]);
    let both = ["ExecStartPost=-touch /a", "ExecStartPost=-touch /b"];
    assert_eq!(hook("post-start", "touch /a || true\ntouch /b"), both);
}

#[test]
fn everything_else_stays_a_script() {
    for script in [
        "mkdir -p $DIR",
        "rm -f /a/*",
        "touch ~/a",
        "touch /a >/dev/null 2>&1",
        "touch /a | cat",
        "! touch /a",
        "touch /a &",
        "A=b touch /a",
        "touch $(hostname)",
        "if [ -e /a ]; then touch /b; fi",
        "[ -d /a ] || mkdir /a",
        "[ -e /a ] || mkdir -p /a",
        "[ -d /a ] || mkdir -p /b",
        "touch /a || touch /b",
        "modprobe loop || exit 1",
        // The second runs although the first failed.
        "touch /a && touch /b\ntouch /c",
        // The rest does not run.
        "exit 0\ntouch /a",
        "cd /a; touch b",
        "umask 077; touch /a",
        "export A=b; touch /a",
        "ulimit -n 5; touch /a",
        "exec >/a; touch /b",
        "exec touch /a\ntouch /b",
        "echo -e a",
        "echo 'a\\nb'",
        "printf a",
        "kill 1",
        "false",
        "[ a = b ]",
        "[ -t 0 ]",
        "start till",
        "/sbin/initctl emit sold",
        "service till start",
        // More than four.
        "touch /a; touch /b; touch /c; touch /d; touch /e",
        // What may leave something behind that the next one needs.
        "/usr/sbin/shop-helper\ntouch /a",
        "mount -t fuse.shop shop /srv\ntouch /srv/a",
        "true",
    ] {
        let lines = pre_start(Level::Safe, script);
        assert!(
            matches!(lines.as_slice(), [line] if line.starts_with("ExecStartPre=/bin/sh -e")),
            "{script}: {lines:?}"
        );
    }
    let lines = hook("post-start", "touch /a\ntouch /b");
    assert!(lines[0].starts_with("ExecStartPost=-/bin/sh -e"), "the second would run all the same: {lines:?}");
    let job = "exec a\npre-stop script\n  touch /a\nend script\n";
    assert_eq!(lines_for(Level::Safe, job, &Options::default()), [""; 0]);
}

#[test]
fn comments_stand_above_what_they_speak_of() {
    let script = "# The spool.\nmkdir -p /a # all of it\n# Its key.\ntouch /a/b\n# Done.";
    let job = format!("exec /usr/sbin/shopd\npre-start script\n{script}\nend script\n");
    let unit = unit(Level::Safe, &job, &Options::default());
    let expected =
        "# The spool.\n# all of it\nExecStartPre=mkdir -p /a\n# Its key.\n# Done.\nExecStartPre=touch /a/b\n";
    assert!(unit.contains(expected), "{unit}");
}

#[test]
fn a_job_without_main_starts_by_its_programs() {
    let job = "pre-start script\n  modprobe loop\n  modprobe nbd\nend script\n";
    let unit = unit(Level::Safe, job, &Options::default());
    assert!(unit.contains("ExecStart=modprobe loop\nExecStart=modprobe nbd\n"), "{unit}");
}

#[test]
fn in_the_exact_style_and_where_a_shell_has_to_find_programs_it_is_one_process() {
    let job = "exec /usr/sbin/shopd\npre-start script\n  mkdir -p /a\n  touch /a/b\nend script\n";
    for options in
        [Options { style: Style::Exact, ..Options::default() }, Options { target: Version(237), ..Options::default() }]
    {
        let lines = lines_for(Level::Safe, job, &options);
        assert!(lines.len() == 1 && lines[0].contains("mkdir -p /a; touch /a/b"), "{lines:?}");
    }
    let options = Options { target: Version(237), ..Options::default() };
    let job = job.replace("mkdir", "/bin/mkdir").replace("touch", "/bin/touch");
    assert_eq!(lines_for(Level::Safe, &job, &options).len(), 2);
}
