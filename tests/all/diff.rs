//! `cutover diff`: what it says of two definitions, and how a run ends.

use std::io::Write as _;
use std::process::Stdio;

use insta::assert_snapshot;
use serde_json::Value;

use crate::common::{Sandbox, skip};

const JOB: &str = "description \"The shop\"\nstart on runlevel [2345]\nstop on runlevel [!2345]\nrespawn\nlimit nofile 65536 65536\nkill timeout 20\npre-start exec mkdir -p /run/web\nexec /usr/bin/web --port 80 --log\n";
const UNIT: &str = "[Unit]\nDescription=The shop\nWants=network-online.target\nAfter=network-online.target remote-fs.target\n\n[Service]\nExecStart=/usr/bin/web --port 8080 --log\nRestart=on-failure\nRuntimeDirectory=web\n\n[Install]\nWantedBy=multi-user.target\n";

// ---- behaviour -----------------------------------------------------------------------------------

#[test]
fn a_job_and_a_unit_are_compared_value_by_value() {
    let sandbox = Sandbox::with(&[("web.conf", JOB), ("web.service", UNIT)]);
    assert_snapshot!(sandbox.run(&["diff", "web.conf", "web.service", "--text", "none"]), @"
                                  web.conf                            web.service
                                  Upstart job                         systemd unit

    What runs
    ≠ command                     /usr/bin/web --port 80 --log        /usr/bin/web --port 8080 --log
                                  web.conf:8:1                        web.service:7:1
        `80` on the left only; `8080` on the right only
    ≠ directory made for it
      /run/web                    not made                            mode 0755, removed at the stop
                                  default                             web.service:9:1
        one side does not make the directory, or makes it otherwise

    Start
    ≠ before the start            mkdir -p /run/web                   nothing
                                  web.conf:7:1                        default
        on one side nothing is done then

    Restart
    ≠ started again               after every end                     after a failure
                                  web.conf:4:1                        web.service:8:1
        after exit 0, SIGHUP, SIGINT, SIGPIPE, SIGTERM on the left only
    ≠ given up after              10 restarts in 5 s                  4 restarts in 10 s
                                  default                             default
        a service that fails over and over is given up earlier or later

    Stop and reload
    ≠ time until SIGKILL          20 s                                90 s
                                  web.conf:6:1                        default
        a program that is slow to stop is killed at another time

    Resources
    ≠ limit nofile                65536                               not set
                                  web.conf:5:1                        default
        the processes run into another limit

    7 values differ, 10 differ harmlessly, 23 are the same.
    Not shown, and harmless: start is done, time limit of the start, pause before that, ends that are no
    failure, who gets the signals, reload, variables by the init, standard output, standard error,
    SIGPIPE (--all shows them).
    --- exit status 1
    ");
}

#[test]
fn what_is_the_same_is_shown_where_it_is_asked_for() {
    let sandbox = Sandbox::with(&[("a.conf", "exec /bin/a\n"), ("b.conf", "exec   '/bin/a'\n")]);
    assert_snapshot!(sandbox.run(&["diff", "a.conf", "b.conf", "--all", "--width", "72", "--text", "none"]), @"
                              a.conf                  b.conf
                              Upstart job             Upstart job

    What runs
    = command                 /bin/a                  /bin/a
                              a.conf:1:1              b.conf:1:1
    = user                    root                    root
                              default                 default
    = group                   root                    root
                              default                 default
    = further groups          the user's              the user's
                              default                 default
    = root directory          /                       /
                              default                 default
    = working directory       /                       /
                              default                 default
    = umask                   022                     022
                              default                 default
    = AppArmor profile        none                    none
                              default                 default

    Start
    = start is done           when the program runs   when the program runs
                              default                 default
    = time limit of the start none                    none
                              default                 default

    Restart
    = started again           never                   never
                              default                 default
    = ends that are no
      failure                 0                       0
                              default                 default

    Stop and reload
    = signal                  SIGTERM                 SIGTERM
                              default                 default
    = time until SIGKILL      5 s                     5 s
                              default                 default
    = who gets the signals    the process group of    the process group of
                              the main process        the main process
                              default                 default
    = reload                  SIGHUP to the main      SIGHUP to the main
                              process                 process
                              default                 default

    Resources
    = nice                    0                       0
                              default                 default
    = priority of input and
      output                  as nice says            as nice says
                              default                 default
    = scheduling              other                   other
                              default                 default
    = processors              all                     all
                              default                 default
    = OOM score               0                       0
                              default                 default

    Environment
    = variables by the init   PATH, TERM,             PATH, TERM,
                              UPSTART_JOB,            UPSTART_JOB,
                              UPSTART_INSTANCE,       UPSTART_INSTANCE,
                              UPSTART_EVENTS and the  UPSTART_EVENTS and the
                              … 1 more line           … 1 more line
                              default                 default

    Input and output
    = standard input          /dev/null               /dev/null
                              default                 default
    = standard output         /var/log/upstart/a.log  /var/log/upstart/b.log
                              default                 default
    = standard error          /var/log/upstart/a.log  /var/log/upstart/b.log
                              default                 default
    = SIGPIPE                 kills                   kills
                              default                 default

    When it starts and stops
    = starts by itself        no: no start condition  no: no start condition
                              default                 default
    = phase of the boot       in the running system   in the running system
                              default                 default
    = at shutdown             left running, and       left running, and
                              killed in the end       killed in the end
                              default                 default
    = in rescue mode          lives on                lives on
                              default                 default
    = whose service           the machine's           the machine's
                              default                 default

    0 values differ, 0 differ harmlessly, 31 are the same.
    --- exit status 0
    ");
}

#[test]
fn harmless_differences_count_where_that_is_asked_for() {
    let sandbox = Sandbox::with(&[("a.conf", "exec /usr/bin/a\n"), ("a.service", "[Service]\nExecStart=/bin/a\n")]);
    assert_snapshot!(sandbox.run(&["diff", "a.conf", "a.service", "--text", "none"]), @"
                                  a.conf                              a.service
                                  Upstart job                         systemd unit

    What runs
    ≈ command                     /usr/bin/a                          /bin/a
                                  a.conf:1:1                          a.service:2:1
        the same program, where /bin and /usr/bin are one directory

    0 values differ, 13 differ harmlessly, 17 are the same.
    Not shown, and harmless: start is done, time limit of the start, ends that are no failure, time
    until SIGKILL, who gets the signals, reload, variables by the init, standard output, standard error,
    SIGPIPE, at shutdown, in rescue mode (--all shows them).
    --- exit status 0
    ");
    assert_eq!(sandbox.status(&["diff", "a.conf", "a.service", "--strict"]), Some(1));
    assert_eq!(sandbox.status(&["diff", "a.conf", "a.conf", "--strict"]), Some(0));
}

#[test]
fn an_override_and_drop_ins_count_unless_they_are_left_aside() {
    let sandbox = Sandbox::with(&[
        ("old/web.conf", "exec web\n"),
        ("old/web.override", "manual\n"),
        ("new/web.conf", "exec web\n"),
        ("a.service", "[Service]\nExecStart=/bin/a\n"),
        ("b.service", "[Service]\nExecStart=/bin/a\n"),
        ("b.service.d/10-user.conf", "[Service]\nUser=www-data\n"),
    ]);
    sandbox.file("old/web.conf", "start on runlevel 2\nexec web\n");
    sandbox.file("new/web.conf", "start on runlevel 2\nexec web\n");
    assert_snapshot!(sandbox.run(&["diff", "old/web.conf", "new/web.conf"]), @"
                                  old/web.conf                        new/web.conf
                                  Upstart job, 2 files                Upstart job

    When it starts and stops
    ≠ starts by itself            no: manual                          yes
                                  old/web.override:1:1                new/web.conf:1:1
        one side does not start by itself

    1 value differs, 0 differ harmlessly, 33 are the same.

    --- old/web.override
    +++ /dev/null
    @@ -1 +0,0 @@
    -manual
    --- exit status 1
    ");
    assert_eq!(sandbox.status(&["diff", "old/web.conf", "new/web.conf", "--no-override"]), Some(0));
    assert_snapshot!(sandbox.run(&["diff", "a.service", "b.service"]), @"
                                  a.service                           b.service
                                  systemd unit                        systemd unit, 2 files

    What runs
    ≠ user                        root                                www-data
                                  default                             b.service.d/10-user.conf:2:1
        the processes have other rights

    1 value differs, 0 differ harmlessly, 29 are the same.

    --- /dev/null
    +++ b.service.d/10-user.conf
    @@ -0,0 +1,2 @@
    +[Service]
    +User=www-data
    --- exit status 1
    ");
    assert_eq!(sandbox.status(&["diff", "a.service", "b.service", "--no-drop-in"]), Some(0));
}

#[test]
fn what_starts_a_unit_on_demand_belongs_to_it() {
    let sandbox = Sandbox::with(&[
        ("a.service", "[Service]\nExecStart=/bin/a\n"),
        ("units/a.service", "[Service]\nExecStart=/bin/a\n"),
        ("units/a.socket", "[Socket]\nListenStream=80\n"),
        ("units/other.socket", "[Socket]\nListenStream=81\n"),
    ]);
    let document = document(&sandbox, &["a.service", "units/a.service"]);
    assert_eq!(document["right"]["files"], serde_json::json!(["units/a.service", "units/a.socket"]));
    let row = row(&document, "enablement");
    assert_eq!([&row["left"]["text"], &row["right"]["text"]], ["no: no [Install]", "yes, if it is enabled"]);
}

#[test]
fn a_job_that_upstart_refuses_is_compared_as_it_was_meant() {
    let sandbox = Sandbox::with(&[("a.conf", "exec /bin/a\nrespwan\n"), ("b.conf", "exec /bin/a\nrespawn\n")]);
    assert_snapshot!(sandbox.run(&["diff", "a.conf", "b.conf", "--text", "none"]), @"
                                  a.conf                              b.conf
                                  Upstart job                         Upstart job

    What runs
    ≠ loaded by its init          no                                  yes
                                  a.conf:2:1                          default
        its init refuses one of them, which is compared as it was meant

    1 value differs, 0 differ harmlessly, 33 are the same.
    --- stderr
    error[CUT101]: Upstart refuses this file at line 2: Unknown stanza
     --> a.conf:2:1
      |
    2 | respwan
      | ^^^^^^^ Unknown stanza
      |
      = help: on Upstart this job never ran; make sure that you want it to
    error[CUT102]: there is no stanza `respwan`; did you mean `respawn`?
     --> a.conf:2:1
      |
    2 | respwan
      | ^^^^^^^ read as `respawn`
      |
      = help: write `respawn`; Upstart refuses the whole file because of this word
    --- exit status 1
    ");
}

#[test]
fn a_narrow_table_wraps_and_nothing_of_a_terminal_gets_through() {
    let sandbox = Sandbox::with(&[("b.conf", "exec /bin/b --a-very-long-option=with/a/long/value another\n")]);
    sandbox.file("a.conf", b"exec /bin/a \x1b[31m\xff\nenv A=\x07\n");
    assert_snapshot!(sandbox.run(&["diff", "a.conf", "b.conf", "--text", "none", "--width", "50"]), @"
                      a.conf           b.conf
                      Upstart job      Upstart job

    What runs
    ≠ command         /bin/a '�[31m�'  /bin/b
                                       --a-very-long-o
                                       ption=with/a/lo
                                       ng/value
                                       … 1 more line
                      a.conf:1:1       b.conf:1:1
        another program runs

    Environment
    ≠ variable A      �                not set
                      a.conf:2:1       default
        the processes see another value

    2 values differ, 0 differ harmlessly, 30 are the same.
    --- exit status 1
    ");
}

#[test]
fn what_cannot_be_compared_is_an_error() {
    let sandbox = Sandbox::with(&[
        ("a.conf", "exec a\n"),
        ("masked.service", ""),
        ("srv.mount", "[Mount]\nWhat=/dev/x\n"),
        ("units/a.service", "[Service]\nExecStart=/bin/a\n"),
    ]);
    let run = |right: &str| sandbox.run(&["diff", "a.conf", right]);
    assert_snapshot!(run("none.conf"), @"
    --- stderr
    error: none.conf: there is no such file or directory
    --- exit status 2
    ");
    assert_snapshot!(run("none.service"), @"
    --- stderr
    error: none.service: there is no such file or directory
    --- exit status 2
    ");
    assert_snapshot!(run("units"), @"
    --- stderr
    error: units: this is a directory; name a job or a unit in it
    --- exit status 2
    ");
    assert_snapshot!(run("masked.service"), @"
    --- stderr
    error: masked.service: the unit is masked: nothing can start it
    --- exit status 2
    ");
    assert_snapshot!(run("srv.mount"), @"
    --- stderr
    error: srv.mount: this is no service, but a mount unit; compare what it starts
    --- exit status 2
    ");
}

// ---- text ----------------------------------------------------------------------------------------

#[test]
fn a_unit_is_held_against_what_the_job_becomes() {
    let sandbox = Sandbox::with(&[("web.conf", JOB), ("web.service", UNIT)]);
    let shown = sandbox.run(&["diff", "web.conf", "web.service"]);
    assert_snapshot!(shown.split_once("\n---").unwrap().1, @"
     web.service	(converted from web.conf)
    +++ web.service
    @@ -1,18 +1,12 @@
     [Unit]
     Description=The shop
     Wants=network-online.target
    -After=remote-fs.target network-online.target
    -StartLimitIntervalSec=5
    -StartLimitBurst=11
    +After=network-online.target remote-fs.target
     
     [Service]
    -Type=exec
    -LimitNOFILE=65536
    -ExecStartPre=mkdir -p /run/web
    -ExecStart=/usr/bin/web --port 80 --log
    -Restart=always
    -TimeoutStartSec=infinity
    -TimeoutStopSec=20
    +ExecStart=/usr/bin/web --port 8080 --log
    +Restart=on-failure
    +RuntimeDirectory=web
     
     [Install]
     WantedBy=multi-user.target
    --- exit status 1
    ");
    let shown = sandbox.run(&["diff", "web.service", "web.conf"]);
    assert!(shown.contains("\n--- web.conf\t(converted from web.service)\n+++ web.conf\n"), "{shown}");
}

#[test]
fn texts_stand_side_by_side() {
    let sandbox = Sandbox::with(&[
        ("a.conf", "# The shop.\nexec /bin/a --port 80\nrespawn\n"),
        ("b.conf", "# The shop.\nexec /bin/a --port 81\n\tnice 5\n"),
    ]);
    let shown = sandbox.run(&["diff", "a.conf", "b.conf", "--side-by-side", "--width", "60"]);
    assert_snapshot!(shown.split_once("harmlessly").unwrap().1.split_once("a.conf ").unwrap().1, @"
      b.conf
    # The shop.                    # The shop.
    exec /bin/a --port 80        | exec /bin/a --port 81
    respawn                      |         nice 5
    --- exit status 1
    ");
}

#[test]
fn words_are_marked_with_colours() {
    let sandbox = Sandbox::with(&[("a.conf", "exec /bin/a --port 80\n"), ("b.conf", "exec /bin/a --port 81\n")]);
    let run = |how: &str| sandbox.run(&["diff", "a.conf", "b.conf", "--text", how, "--color", "always"]);
    for how in ["unified", "side-by-side"] {
        assert!(run(how).contains("\x1b[7m80\x1b[27m"), "{}", run(how));
    }
    assert!(!sandbox.run(&["diff", "a.conf", "b.conf"]).contains('\x1b'));
}

#[test]
fn what_is_printed_is_a_patch() {
    let sandbox = Sandbox::new();
    let (old, new): (&[u8], &[u8]) = (
        b"exec /bin/a \xe4\nrespawn\n\n\n\nnice 5\nkill timeout 7",
        b"exec /bin/b \xe4\nrespawn\n\n\n\nnice 5\nkill timeout 8\n",
    );
    for tool in [&["patch", "-p1"][..], &["git", "apply", "-p1"]] {
        sandbox.file("old/web.conf", old);
        sandbox.file("new/web.conf", new);
        let printed = sandbox.output(&["diff", "old/web.conf", "new/web.conf"]);
        assert_eq!(printed.status.code(), Some(1));
        let run = std::process::Command::new(tool[0])
            .args(&tool[1..])
            .current_dir(sandbox.path("old"))
            .env("GIT_CEILING_DIRECTORIES", sandbox.path(".."))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let Ok(mut run) = run else {
            skip(&format!("no {}", tool[0]));
            continue;
        };
        run.stdin.take().unwrap().write_all(&printed.stdout).unwrap();
        let output = run.wait_with_output().unwrap();
        assert!(output.status.success(), "{tool:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(std::fs::read(sandbox.path("old/web.conf")).unwrap(), new, "{tool:?}");
    }
}

// ---- JSON ----------------------------------------------------------------------------------------

fn document(sandbox: &Sandbox, files: &[&str]) -> Value {
    let output = sandbox.output(&[&["diff", "--format", "json"], files].concat());
    serde_json::from_slice(&output.stdout).unwrap()
}

fn row<'v>(document: &'v Value, aspect: &str) -> &'v Value {
    let rows = document["differences"].as_array().unwrap();
    rows.iter().find(|row| row["aspect"] == aspect).unwrap()
}

#[test]
fn a_row_has_its_grade_and_both_places() {
    let sandbox = Sandbox::with(&[("web.conf", JOB), ("web.service", UNIT)]);
    let document = document(&sandbox, &["web.conf", "web.service"]);
    assert_eq!(document["verdict"], "differs");
    let row = row(&document, "restart");
    assert_snapshot!(serde_json::to_string_pretty(row).unwrap(), @r#"
    {
      "aspect": "restart",
      "grade": "differs",
      "item": null,
      "left": {
        "at": {
          "column": 1,
          "end": 80,
          "file": 0,
          "line": 4,
          "start": 73
        },
        "default": false,
        "text": "after every end"
      },
      "right": {
        "at": {
          "column": 1,
          "end": 171,
          "file": 0,
          "line": 8,
          "start": 153
        },
        "default": false,
        "text": "after a failure"
      },
      "why": "after exit 0, SIGHUP, SIGINT, SIGPIPE, SIGTERM on the left only"
    }
    "#);
}
