//! Guards at the head of a pre-start.

use super::{lines, lines_for, pre_start};
use cutover::lift::Level;
use cutover::systemd::version::Version;
use cutover::systemd::write::Options;

fn is_script(lines: &[String]) -> bool {
    matches!(lines, [line] if line.contains("/bin/sh -e"))
}

#[test]
fn a_guard_in_any_spelling_is_a_condition() {
    for script in [
        "[ -d /srv ] || { stop; exit 0; }",
        "[ -d /srv ] || { stop; exit; }",
        "[ -d /srv ] || { stop && exit 0; }",
        "[ -d /srv ] || {\n  # not here\n  stop\n  exit 0\n}",
        "[ -d /srv ] || stop",
        "test -d '/srv' || { stop shop; exit 0; }",
        "set -e\n/usr/bin/test -d /srv || { stop; exit 0; }\ntrue",
        "if [ ! -d /srv ]; then stop; exit 0; fi",
        "if ! [ -d /srv ]\nthen\n  stop\n  exit 0\nfi",
        "! [ -d /srv ] && { stop; exit 0; }\n:",
    ] {
        assert_eq!(pre_start(Level::Safe, script), ["ConditionPathIsDirectory=/srv"], "{script}");
    }
}

#[test]
fn what_looks_like_a_guard_stays() {
    for script in [
        // The program starts all the same.
        "[ -d /srv ] || exit 0",
        "if [ ! -d /srv ]; then exit 0; fi\nmkdir -p /srv/a",
        // The script goes on, and does something.
        "[ -d /srv ] || stop\nmkdir -p /srv/a",
        // A failure of the script.
        "[ -d /srv ] || { stop; exit 1; }",
        "[ -d /srv ] && { stop; exit 0; }",
        // Another message, another job, another process.
        "[ -d /srv ] || { echo missing; stop; exit 0; }",
        "[ -d /srv ] || { stop till; exit 0; }",
        "[ -d /srv ] || ( stop; exit 0 )",
        "[ -d /srv ] || { stop; exit 0; } &",
        "[ -d /srv ] || { stop; exit 0; } >/srv/log",
        // Not of one path, or not of a fixed one.
        "[ -d \"$DIR\" ] || { stop; exit 0; }",
        "[ -d srv ] || { stop; exit 0; }",
        "[ -d /srv/../etc ] || { stop; exit 0; }",
        "[ /srv -nt /etc ] || { stop; exit 0; }",
        "[ -d /srv ] || [ -d /etc ] || { stop; exit 0; }",
        "if [ -d /srv ] && [ -d /etc ]; then stop; exit 0; fi",
        "if [ ! -d /srv ]; then stop; exit 0; else mkdir -p /srv/a; fi",
        // Not before all else.
        "touch /srv/a\n[ -d /srv ] || { stop; exit 0; }",
        "stop() { echo; }\n[ -d /srv ] || { stop; exit 0; }",
    ] {
        let lines = pre_start(Level::Safe, script);
        assert!(is_script(&lines), "{script}: {lines:?}");
    }
}

#[test]
fn several_guards_are_several_conditions() {
    let both = ["ConditionPathExists=/a", "ConditionPathExists=!/b"];
    for script in [
        "[ -e /a ] || { stop; exit 0; }\n[ ! -e /b ] || { stop; exit 0; }",
        "[ -e /a ] && [ ! -e /b ] || { stop; exit 0; }",
        "if [ ! -e /a ] || [ -e /b ]; then stop; exit 0; fi",
        "[ -e /a ] || stop\n[ ! -e /b ] || stop",
    ] {
        assert_eq!(pre_start(Level::Safe, script), both, "{script}");
    }
    let both = ["ConditionPathExists=/a", "ConditionPathExists=/b"];
    assert_eq!(pre_start(Level::Safe, "[ -e /a -a -e /b ] || { stop; exit 0; }"), both);
}

#[test]
fn what_is_left_is_a_slice_of_the_script() {
    let lines = pre_start(Level::Safe, "[ -e /a ] || { stop; exit 0; } # a\n\n[ \"$X\" ] || echo no  >&2");
    assert_eq!(lines, ["ConditionPathExists=/a", r#"ExecStartPre=/bin/sh -e -c '[ "$$X" ] || echo no  >&2'"#]);
    let lines = pre_start(Level::Safe, "[ -e /a ] || { stop; exit 0; }\n[ -e \"$X\" ] || { stop; exit 0; }");
    assert_eq!(lines[0], "ConditionPathExists=/a");
    assert!(lines[1].starts_with("ExecCondition=/bin/sh -e -c"), "the rest decides as well: {lines:?}");
}

#[test]
fn a_test_that_no_condition_says_is_a_process() {
    for operator in ["-f", "-r", "-w", "-x", "-s"] {
        let lines = pre_start(Level::Safe, &format!("[ {operator} '/srv/a b' ] || {{ stop; exit 0; }}"));
        assert_eq!(lines, [format!("ExecCondition=/usr/bin/test {operator} \"/srv/a b\"")]);
    }
    let all = |operator| pre_start(Level::All, &format!("[ {operator} /srv/a ] || {{ stop; exit 0; }}"));
    for (operator, condition) in [
        ("-f", "ConditionPathExists"),
        ("-r", "ConditionPathExists"),
        ("-x", "ConditionFileIsExecutable"),
        ("-s", "ConditionFileNotEmpty"),
        ("-h", "ConditionPathIsSymbolicLink"),
    ] {
        assert_eq!(all(operator), [format!("{condition}=/srv/a")]);
    }
    assert_eq!(all("-w"), ["ExecCondition=/usr/bin/test -w /srv/a"]);
}

#[test]
fn what_hangs_on_the_start_and_who_looks_decide_the_form() {
    let job = "exec /usr/sbin/shopd\npre-start script\n[ -e /a ] || stop\nend script\n";
    for more in ["setuid games", "setgid games", "chdir /srv", "post-stop exec rm -f /srv/lock"] {
        let lines = lines(Level::All, &format!("{job}{more}\n"));
        assert!(lines.contains(&"ExecCondition=/usr/bin/test -e /a".to_owned()), "{more}: {lines:?}");
    }
}

#[test]
fn before_243_a_process_can_only_fail_the_start() {
    let options = Options { target: Version(241), ..Options::default() };
    let job = "exec /usr/sbin/shopd\npre-start script\n[ -x /a ] || stop\nend script\n";
    assert_eq!(lines_for(Level::Safe, job, &options), ["ExecStartPre=/usr/bin/test -x /a"]);
    let job = "exec /usr/sbin/shopd\npre-start script\n[ -e /a ] || stop\nend script\n";
    assert_eq!(lines_for(Level::Safe, job, &options), ["ConditionPathExists=/a"]);
}
