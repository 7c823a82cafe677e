//! `cutover check`: would Upstart load this? Its answers, and what it says of files it cannot read.
#![allow(clippy::format_collect)]

use insta::assert_snapshot;
use serde_json::Value;

use crate::common::Sandbox;

/// A file that anybody may open and nobody can read from its start, root included.
const UNREADABLE: &str = "/proc/self/mem";

fn lines(sandbox: &Sandbox, args: &[&str]) -> Vec<Value> {
    let output = sandbox.output(args);
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_job_that_loads_is_ok() {
    let sandbox = Sandbox::with(&[("web.conf", "description \"Web\"\nexec /usr/bin/web\n")]);
    assert_snapshot!(sandbox.run(&["check", "web.conf"]), @"
    web.conf: syntax ok
    --- exit status 0
    ");
}

#[test]
fn a_job_that_does_not_load_is_told_with_upstart_s_words_and_line() {
    let sandbox = Sandbox::with(&[
        ("value.conf", "description \"Web\"\nnice 99\nexec web\n"),
        ("unknown.conf", "exec web\nrespwan\n"),
        ("quote.conf", "exec web\ndescription \"Web\nenv A=1\n"),
        ("block.conf", "script\n  web\n"),
        ("condition.conf", "start on (a or b\nexec web\n"),
        ("slash.conf", "exec web \\"),
    ]);
    let all = ["value", "unknown", "quote", "block", "condition", "slash"].map(|name| format!("{name}.conf"));
    let args: Vec<&str> = std::iter::once("check").chain(all.iter().map(String::as_str)).collect();
    assert_snapshot!(sandbox.run(&args), @"
    value.conf:2: Illegal nice value, expected -20 to 19
    unknown.conf:2: Unknown stanza
    quote.conf:4: Unterminated quoted string
    block.conf:3: Unterminated block
    condition.conf:3: Mismatched parentheses
    slash.conf:1: Trailing slash in file
    --- exit status 1
    ");
}

#[test]
fn a_directory_is_searched_for_conf_files_at_any_depth_in_order_of_their_names() {
    let sandbox = Sandbox::with(&[
        ("init/web.conf", "exec web\n"),
        ("init/db.conf", "exec db\n"),
        ("init/net/deep/dns.conf", "exec dns\n"),
        ("init/web.conf.dpkg-old", "nonsense\n"),
        ("init/web.conf~", "nonsense\n"),
        ("init/README", "nonsense\n"),
        ("init/other.override", "nonsense\n"),
    ]);
    assert_snapshot!(sandbox.run(&["check", "init"]), @"
    init/db.conf: syntax ok
    init/net/deep/dns.conf: syntax ok
    init/web.conf: syntax ok
    --- exit status 0
    ");
}

#[test]
fn a_link_to_a_job_is_a_job() {
    let sandbox = Sandbox::with(&[("lib/web.conf", "exec web\n"), ("lib/more/db.conf", "exec db\n")]);
    sandbox.link("init/web.conf", "../lib/web.conf");
    sandbox.link("init/more", "../lib/more");
    assert_snapshot!(sandbox.run(&["check", "init"]), @"
    init/more/db.conf: syntax ok
    init/web.conf: syntax ok
    --- exit status 0
    ");
}

#[test]
fn a_file_given_by_name_is_a_job_whatever_its_suffix() {
    let sandbox = Sandbox::with(&[("web.upstart", "exec web\n"), ("db", "exec db\n"), ("old.conf~", "exe x\n")]);
    assert_snapshot!(sandbox.run(&["check", "web.upstart", "db", "old.conf~"]), @"
    web.upstart: syntax ok
    db: syntax ok
    old.conf~:1: Unknown stanza
    --- exit status 1
    ");
}

#[test]
fn paths_are_answered_in_the_order_in_which_they_are_given() {
    let sandbox = Sandbox::with(&[("init/b.conf", "exec b\n"), ("init/c.conf", "exec c\n"), ("a.conf", "exec a\n")]);
    assert_snapshot!(sandbox.run(&["check", "init/c.conf", "init", "a.conf"]), @"
    init/c.conf: syntax ok
    init/b.conf: syntax ok
    init/c.conf: syntax ok
    a.conf: syntax ok
    --- exit status 0
    ");
}

#[test]
fn an_absolute_path_is_shown_as_it_was_given() {
    let sandbox = Sandbox::with(&[("init/web.conf", "exec web\n")]);
    let init = sandbox.path("init");
    assert_snapshot!(sandbox.run(&["check", init.to_str().unwrap()]), @"
    [DIR]/init/web.conf: syntax ok
    --- exit status 0
    ");
}

#[test]
fn the_override_beside_a_job_is_laid_over_it() {
    let sandbox = Sandbox::with(&[
        ("init/web.conf", "start on filesystem\nenv MODE=a\nexec web\n"),
        ("init/web.override", "manual\nenv MODE=b\nnice 5\n"),
    ]);
    let with = &lines(&sandbox, &["check", "--format", "jsonl", "init"])[0];
    assert_eq!(with["start_on"], Value::Null);
    assert_eq!(with["env"], serde_json::json!(["MODE=a", "MODE=b"]));
    assert_eq!(with["nice"], 5);

    let without = &lines(&sandbox, &["check", "--format", "jsonl", "--no-override", "init"])[0];
    assert_eq!(without["start_on"], "filesystem");
    assert_eq!(without["env"], serde_json::json!(["MODE=a"]));
    assert_eq!(without["nice"], Value::Null);
}

#[test]
fn an_override_with_an_error_leaves_the_job_as_it_is() {
    let sandbox = Sandbox::with(&[
        ("init/web.conf", "start on filesystem\nexec web\n"),
        ("init/web.override", "nice 5\nmanual\nrespwan\n"),
    ]);
    assert_snapshot!(sandbox.run(&["check", "init"]), @"
    init/web.conf: syntax ok
    --- exit status 0
    ");
    let job = &lines(&sandbox, &["check", "--format", "jsonl", "init"])[0];
    assert_eq!(job["start_on"], "filesystem");
    assert_eq!(job["nice"], Value::Null);
}

#[test]
fn an_override_mends_no_job_that_does_not_load() {
    let sandbox = Sandbox::with(&[("init/web.conf", "nice 99\nexec web\n"), ("init/web.override", "nice 5\n")]);
    assert_snapshot!(sandbox.run(&["check", "init"]), @"
    init/web.conf:1: Illegal nice value, expected -20 to 19
    --- exit status 1
    ");
}

#[test]
fn an_override_given_by_name_is_read_as_a_job_of_its_own() {
    let sandbox = Sandbox::with(&[
        ("init/web.conf", "exec web\n"),
        ("init/web.override", "nice 99\n"),
        ("init/alone.override", "manual\n"),
    ]);
    assert_snapshot!(sandbox.run(&["check", "init/web.override", "init/alone.override"]), @"
    init/web.override:1: Illegal nice value, expected -20 to 19
    init/alone.override: syntax ok
    --- exit status 1
    ");
}

#[test]
fn jsonl_has_one_object_for_each_file_with_every_field_upstart_would_have() {
    let sandbox = Sandbox::with(&[(
        "web.conf",
        r#"description "Web of things"
start on (filesystem and started db PORT=[12] or runlevel [2345])
stop on stopping db
instance $SITE
env A="b c"
export A
respawn
respawn limit 3 7
normal exit 0 3 TERM
kill signal INT
kill timeout 9
limit nofile 10 unlimited
umask 0027
oom score never
pre-start script
  mkdir -p /run/web
end script
exec /usr/bin/web --now
"#,
    )]);
    let lines = lines(&sandbox, &["check", "--format", "jsonl", "web.conf"]);
    assert_eq!(lines.len(), 1);
    assert_snapshot!(serde_json::to_string_pretty(&lines[0]).unwrap(), @r#"
    {
      "apparmor_switch": null,
      "author": null,
      "cgroups": [],
      "chdir": null,
      "chroot": null,
      "console": "log",
      "debug": false,
      "description": "Web of things",
      "emits": [],
      "env": [
        "A=b c"
      ],
      "expect": "none",
      "export": [
        "A"
      ],
      "file": "web.conf",
      "instance": "$SITE",
      "kill_signal": 2,
      "kill_timeout": 9,
      "limits": {
        "nofile": {
          "hard": "unlimited",
          "soft": 10
        }
      },
      "nice": null,
      "normalexit": [
        0,
        3,
        3840
      ],
      "ok": true,
      "oom_score_adj": -1000,
      "process": {
        "main": {
          "command": "/usr/bin/web --now",
          "script": false
        },
        "pre-start": {
          "command": "mkdir -p /run/web\n",
          "script": true
        }
      },
      "reload_signal": 1,
      "respawn": true,
      "respawn_interval": 7,
      "respawn_limit": 3,
      "setgid": null,
      "setuid": null,
      "start_on": "((filesystem and started db PORT=[12]) or runlevel [2345])",
      "start_on_tree": {
        "left": {
          "left": {
            "env": [],
            "name": "filesystem",
            "op": "match"
          },
          "op": "and",
          "right": {
            "env": [
              "db",
              "PORT=[12]"
            ],
            "name": "started",
            "op": "match"
          }
        },
        "op": "or",
        "right": {
          "env": [
            "[2345]"
          ],
          "name": "runlevel",
          "op": "match"
        }
      },
      "stop_on": "stopping db",
      "stop_on_tree": {
        "env": [
          "db"
        ],
        "name": "stopping",
        "op": "match"
      },
      "task": false,
      "umask": "0027",
      "usage": null,
      "version": null
    }
    "#);
}

#[test]
fn jsonl_tells_why_a_file_does_not_load() {
    let sandbox = Sandbox::with(&[("a.conf", "exec a\n"), ("web.conf", "\nexec web\nnice 99\n")]);
    let lines = lines(&sandbox, &["check", "--format", "jsonl", "a.conf", "web.conf"]);
    assert_eq!(lines[0]["ok"], true);
    assert_snapshot!(lines[1], @r#"{"errname":"PARSE_ILLEGAL_NICE","error":"Illegal nice value, expected -20 to 19","file":"web.conf","line":3,"ok":false}"#);
}

#[test]
fn bytes_that_are_no_utf8_are_replaced_in_jsonl() {
    let sandbox = Sandbox::new();
    sandbox.file("cafe.conf", b"description \"caf\xe9\"\nexec caf\xe9\n");
    let job = &lines(&sandbox, &["check", "--format", "jsonl", "cafe.conf"])[0];
    assert_eq!(job["description"], "caf\u{fffd}");
    assert_eq!(job["process"]["main"]["command"], "caf\u{fffd}");
}

#[test]
fn an_empty_file_is_a_job_without_anything_in_it() {
    let sandbox = Sandbox::with(&[("empty.conf", ""), ("blank.conf", "\n\n# nothing\n")]);
    assert_snapshot!(sandbox.run(&["check", "empty.conf", "blank.conf"]), @"
    empty.conf: syntax ok
    blank.conf: syntax ok
    --- exit status 0
    ");
}

#[test]
fn a_missing_file_is_said_and_the_others_are_checked_all_the_same() {
    let sandbox = Sandbox::with(&[("web.conf", "exec web\n")]);
    assert_snapshot!(sandbox.run(&["check", "gone.conf", "web.conf", "gone/too"]), @"
    web.conf: syntax ok
    --- stderr
    error: gone.conf: there is no such file or directory
    error: gone/too: there is no such file or directory
    --- exit status 2
    ");
}

#[test]
fn a_link_that_leads_nowhere_is_said_with_its_target() {
    let sandbox = Sandbox::with(&[("init/web.conf", "exec web\n")]);
    sandbox.link("init/gone.conf", "/no/such/job.conf");
    assert_snapshot!(sandbox.run(&["check", "init"]), @"
    init/web.conf: syntax ok
    --- stderr
    error: init/gone.conf: the link leads to /no/such/job.conf, and nothing is there
    --- exit status 2
    ");
    assert_snapshot!(sandbox.run(&["check", "init/gone.conf"]), @"
    --- stderr
    error: init/gone.conf: the link leads to /no/such/job.conf, and nothing is there
    --- exit status 2
    ");
}

#[test]
fn a_link_that_leads_nowhere_and_has_no_job_s_name_concerns_nobody() {
    let sandbox = Sandbox::with(&[("init/web.conf", "exec web\n")]);
    sandbox.link("init/README", "/no/such/file");
    assert_snapshot!(sandbox.run(&["check", "init"]), @"
    init/web.conf: syntax ok
    --- exit status 0
    ");
}

#[test]
fn a_binary_file_is_no_job() {
    let sandbox = Sandbox::with(&[("init/web.conf", "exec web\n")]);
    sandbox.file("init/program.conf", b"\x7fELF\x02\x01\x01\0\0\0\0");
    assert_snapshot!(sandbox.run(&["check", "init"]), @"
    init/web.conf: syntax ok
    --- stderr
    error: init/program.conf: this is a binary file, not a job
    --- exit status 2
    ");
}

#[test]
fn a_file_that_cannot_be_read_is_said_with_the_system_s_reason() {
    let sandbox = Sandbox::with(&[("init/web.conf", "exec web\n")]);
    sandbox.link("init/broken.conf", UNREADABLE);
    assert_snapshot!(sandbox.run(&["check", "init"]), @"
    init/web.conf: syntax ok
    --- stderr
    error: init/broken.conf: cannot be read: Input/output error (os error 5)
    --- exit status 2
    ");
}

#[test]
fn a_job_whose_override_cannot_be_read_is_not_judged_without_it() {
    let sandbox = Sandbox::with(&[("init/web.conf", "exec web\n"), ("init/db.conf", "exec db\n")]);
    sandbox.link("init/web.override", "/no/such/file");
    sandbox.file("init/db.override", b"manual\n\0");
    assert_snapshot!(sandbox.run(&["check", "init"]), @"
    --- stderr
    error: init/db.override: this is a binary file, not a job
    error: init/web.override: the link leads to /no/such/file, and nothing is there
    --- exit status 2
    ");
    assert_snapshot!(sandbox.run(&["check", "--no-override", "init"]), @"
    init/db.conf: syntax ok
    init/web.conf: syntax ok
    --- exit status 0
    ");
}

#[test]
fn pipes_and_devices_are_neither_files_nor_directories() {
    let sandbox = Sandbox::with(&[("init/web.conf", "exec web\n")]);
    sandbox.pipe("init/pipe.conf");
    assert_snapshot!(sandbox.run(&["check", "init", "/dev/null"]), @"
    init/web.conf: syntax ok
    --- stderr
    error: init/pipe.conf: this is neither a file nor a directory
    error: /dev/null: this is neither a file nor a directory
    --- exit status 2
    ");
    assert_snapshot!(sandbox.run(&["check", "init/pipe.conf"]), @"
    --- stderr
    error: init/pipe.conf: this is neither a file nor a directory
    --- exit status 2
    ");
}

#[test]
fn a_directory_with_a_job_s_name_is_searched_and_said() {
    let sandbox = Sandbox::with(&[("init/web.conf/inner.conf", "exec inner\n")]);
    assert_snapshot!(sandbox.run(&["check", "init"]), @"
    init/web.conf/inner.conf: syntax ok
    --- stderr
    error: init/web.conf: this is a directory; Upstart reads only files as jobs
    --- exit status 2
    ");
}

#[test]
fn a_directory_that_leads_into_itself_is_said_once() {
    let sandbox = Sandbox::with(&[("init/web.conf", "exec web\n")]);
    sandbox.link("init/loop", ".");
    assert_snapshot!(sandbox.run(&["check", "init"]), @"
    init/web.conf: syntax ok
    --- stderr
    error: init/loop: cannot be read: a loop of links
    --- exit status 2
    ");
}

#[test]
fn a_link_that_leads_to_itself_is_said() {
    let sandbox = Sandbox::with(&[("init/web.conf", "exec web\n")]);
    sandbox.link("init/self.conf", "self.conf");
    assert_snapshot!(sandbox.run(&["check", "init"]), @"
    init/web.conf: syntax ok
    --- stderr
    error: init/self.conf: cannot be read: Too many levels of symbolic links (os error 40)
    --- exit status 2
    ");
}

#[test]
fn a_directory_without_a_job_is_said() {
    let sandbox = Sandbox::with(&[("init/README", "no job\n"), ("init/lonely.override", "manual\n")]);
    assert_snapshot!(sandbox.run(&["check", "init"]), @"
    --- stderr
    error: init: there is no .conf file in this directory
    --- exit status 2
    ");
}

#[test]
fn what_cannot_be_read_outweighs_what_does_not_load() {
    let sandbox = Sandbox::with(&[("bad.conf", "nice 99\n"), ("good.conf", "exec a\n")]);
    assert_eq!(sandbox.status(&["check", "good.conf"]), Some(0));
    assert_eq!(sandbox.status(&["check", "good.conf", "bad.conf"]), Some(1));
    assert_eq!(sandbox.status(&["check", "bad.conf", "gone.conf"]), Some(2));
    assert_eq!(sandbox.status(&["check", "gone.conf", "good.conf"]), Some(2));
}

#[test]
fn wrong_usage_is_status_2_and_checks_nothing() {
    let sandbox = Sandbox::with(&[("web.conf", "exec web\n")]);
    assert_snapshot!(sandbox.run(&["check"]), @"
    --- stderr
    error: the following required arguments were not provided:
      <FILE|DIR>...

    Usage: cutover check <FILE|DIR>...

    For more information, try '--help'.
    --- exit status 2
    ");
    assert_snapshot!(sandbox.run(&["check", "--format", "yaml", "web.conf"]), @"
    --- stderr
    error: invalid value 'yaml' for '--format <FORMAT>'
      [possible values: text, jsonl]

    For more information, try '--help'.
    --- exit status 2
    ");
}

#[test]
fn whoever_stops_reading_early_gets_no_error() {
    let sandbox = Sandbox::new();
    for number in 0..2000 {
        sandbox.file(&format!("init/{number}.conf"), "exec web\n");
    }
    let mut child = sandbox
        .command(&["check", "--format", "jsonl", "init"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(sandbox.shown(&output), "--- exit status 0\n");
}

#[test]
fn many_files_are_answered_in_the_same_order_however_many_threads_there_are() {
    let sandbox = Sandbox::new();
    for number in 0..300 {
        sandbox.file(&format!("init/{number}.conf"), if number % 3 == 0 { "nice 99\n" } else { "exec web\n" });
    }
    let alone = sandbox.command(&["check", "init"]).env("RAYON_NUM_THREADS", "1").output().unwrap();
    for _ in 0..3 {
        assert_eq!(sandbox.output(&["check", "init"]), alone);
    }
}
