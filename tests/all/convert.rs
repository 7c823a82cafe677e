//! `cutover convert`: what goes to standard output, what is written below `--out`, what is said, and
//! how a run ends.
#![allow(clippy::format_collect, clippy::format_push_string)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use insta::assert_snapshot;
use serde_json::Value;

use crate::common::{self, Sandbox, repository};

/// A file that anybody may open and nobody can read from its start, root included.
const UNREADABLE: &str = "/proc/self/mem";

/// A job of one unit, and one of a unit and a script.
const WEB: &str = "description \"Web\"\nexec /usr/bin/web --now\n";
const DB: &str = "exec /usr/bin/db
pre-start script
    mkdir -p /run/db
    for side in a b; do
        touch /run/db/$side
    done
    chown -R db /run/db
    chmod 0750 /run/db
end script
";

fn json(sandbox: &Sandbox, args: &[&str]) -> Value {
    let args = [&["convert", "--format", "json"], args].concat();
    serde_json::from_slice(&sandbox.output(&args).stdout).unwrap()
}

fn stdout(sandbox: &Sandbox, args: &[&str]) -> String {
    String::from_utf8(sandbox.output(&[&["convert"], args].concat()).stdout).unwrap()
}

fn stderr(sandbox: &Sandbox, args: &[&str]) -> String {
    String::from_utf8(sandbox.output(&[&["convert"], args].concat()).stderr).unwrap()
}

/// The lines of standard error that say that something could not be read or written.
fn errors(sandbox: &Sandbox, args: &[&str]) -> String {
    let said = stderr(sandbox, args);
    said.lines().filter(|line| line.starts_with("error: ")).map(|line| format!("{line}\n")).collect()
}

// ---- standard output -----------------------------------------------------------------------------

#[test]
fn units_go_to_standard_output_and_findings_to_standard_error() {
    let sandbox = Sandbox::with(&[("web.conf", WEB)]);
    assert_snapshot!(sandbox.run(&["convert", "web.conf"]), @"
    # /etc/systemd/system/web.service
    [Unit]
    Description=Web

    [Service]
    Type=exec
    ExecStart=/usr/bin/web --now
    TimeoutStopSec=5
    --- stderr
    note[general]: CUT901 CUT903 CUT904 CUT905 CUT906 CUT907 CUT908 CUT909 CUT911

    1 job → 1 unit
    2 stanzas: 2 exact, 0 approximated, 0 dropped, 0 manual
    --- exit status 0
    ");
}

#[test]
fn what_holds_for_every_service_is_told_once() {
    let sandbox = Sandbox::with(&[("a.conf", "respawn\nexec a\n"), ("b.conf", "respawn\nexec b\n")]);
    let output = sandbox.output(&["convert", "a.conf", "b.conf", "--out", "units"]);
    assert_snapshot!(sandbox.whole(&output), @"
    --- stderr
    note[CUT401]: a.conf:1:1: after more than 5 s without a fault, the unit may start once more than the job; it waits 0.1 s before each restart
    note[CUT401]: b.conf:1:1: after more than 5 s without a fault, the unit may start once more than the job; it waits 0.1 s before each restart
    note[CUT901]: `stop` of a stopped and `start` of a running job exit 1 on Upstart, 0 on systemd
    note[CUT902]: After the limit, systemd refuses to start until the interval is over or `reset-failed`
    note[CUT903]: A forced KILL, or an exit status above 0 on the stop signal, leaves the unit failed; death by HUP, INT, TERM or PIPE does not, but fails a job
    note[CUT904]: Output is not a terminal: programs that buffer show it later
    note[CUT905]: systemd sets other variables than Upstart
    note[CUT906]: At stop, and when main ends by itself, systemd kills the whole control group; Upstart at stop the process group of main, and else nothing
    note[CUT907]: `start JOB KEY=VALUE` has no counterpart for a unit that is no template
    note[CUT908]: `reload` of a unit without `ExecReload=` fails; Upstart sent HUP
    note[CUT909]: A program that is no shell script ignores SIGPIPE under systemd, and dies of it on Upstart
    note[CUT910]: With `respawn`, a missing program, directory or user is tried again up to the start limit
    note[CUT911]: `start` returns at another moment, or with another status, when the service ends before it is up

    2 jobs → 2 units
    4 stanzas: 2 exact, 2 approximated, 0 dropped, 0 manual
    most frequent: CUT401 respawn-window (2)
    `cutover explain CODE` tells what a finding means and what to do
    --- exit status 0
    ");
}

#[test]
fn units_and_scripts_follow_one_another_each_under_its_path() {
    let sandbox = Sandbox::with(&[("init/db.conf", DB), ("init/web.conf", WEB)]);
    assert_snapshot!(stdout(&sandbox, &["init"]), @"
    # /etc/systemd/system/db.service
    [Service]
    Type=exec
    ExecStartPre=/bin/sh -e /usr/libexec/cutover/db-pre-start
    ExecStart=/usr/bin/db
    TimeoutStartSec=infinity
    TimeoutStopSec=5

    # /usr/libexec/cutover/db-pre-start
    #!/bin/sh -e
    # From db.conf, lines 3-8.
    mkdir -p /run/db
    for side in a b; do
        touch /run/db/$side
    done
    chown -R db /run/db
    chmod 0750 /run/db

    # /etc/systemd/system/web.service
    [Unit]
    Description=Web

    [Service]
    Type=exec
    ExecStart=/usr/bin/web --now
    TimeoutStopSec=5
    ");
}

#[test]
fn a_target_that_several_jobs_need_is_one_file() {
    let sandbox = Sandbox::with(&[
        ("init/a.conf", "start on shop-open\nexec /bin/a\n"),
        ("init/b.conf", "start on shop-open\nexec /bin/b\n"),
    ]);
    let text = stdout(&sandbox, &["init"]);
    assert_eq!(text.matches("# /etc/systemd/system/shop-open.target\n").count(), 1, "{text}");
    sandbox.output(&["convert", "init", "--out", "out"]);
    assert_snapshot!(sandbox.tree("out"), @"
    0644 etc/systemd/system/a.service
    0644 etc/systemd/system/b.service
    0644 etc/systemd/system/shop-open.target
    ");
}

#[test]
fn nothing_is_written_without_out() {
    let sandbox = Sandbox::with(&[("init/db.conf", DB)]);
    let before = sandbox.tree("");
    sandbox.output(&["convert", "init"]);
    assert_eq!(sandbox.tree(""), before);
}

#[test]
fn a_summary_counts_jobs_units_scripts_and_how_stanzas_ended() {
    let sandbox = Sandbox::with(&[
        ("init/db.conf", DB),
        ("init/web.conf", WEB),
        ("init/odd.conf", "frobnicate 5\nexport A\nexec /bin/odd\n"),
    ]);
    let said = stderr(&sandbox, &["init"]);
    let summary = said.lines().skip_while(|line| !line.contains('→')).collect::<Vec<_>>().join("\n");
    assert_snapshot!(summary, @"
    3 jobs → 3 units, 1 script
    7 stanzas: 4 exact, 1 approximated, 1 dropped, 1 manual
    most frequent: CUT101 upstart-refused (1), CUT103 unknown-stanza (1), CUT210 stop-during-pre-start (1), CUT608 exported-variables (1)
    `cutover explain CODE` tells what a finding means and what to do
    ");
}

#[test]
fn what_holds_for_every_unit_is_told_once_per_run() {
    let sandbox = Sandbox::with(&[("init/a.conf", WEB), ("init/b.conf", WEB), ("init/c.conf", WEB)]);
    let said = stderr(&sandbox, &["init"]);
    for code in 901..=908 {
        let times = said.matches(&format!("[CUT{code}]")).count();
        assert!(times <= 1, "CUT{code} is told {times} times");
    }
    assert!(said.contains("[CUT901]"));
}

// ---- a tree below --out --------------------------------------------------------------------------

#[test]
fn out_holds_a_tree_as_it_will_lie_on_the_root() {
    let sandbox = Sandbox::with(&[("init/db.conf", DB), ("init/net/web.conf", WEB)]);
    let output = sandbox.output(&["convert", "init", "--out", "units"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.is_empty());
    assert_snapshot!(sandbox.tree("units"), @"
    0644 etc/systemd/system/db.service
    0644 etc/systemd/system/net-web.service
    0755 usr/libexec/cutover/db-pre-start
    ");
    assert_snapshot!(sandbox.read("units/usr/libexec/cutover/db-pre-start"), @"
    #!/bin/sh -e
    # From db.conf, lines 3-8.
    mkdir -p /run/db
    for side in a b; do
        touch /run/db/$side
    done
    chown -R db /run/db
    chmod 0750 /run/db
    ");
}

#[test]
fn out_holds_the_same_texts_that_standard_output_shows() {
    let sandbox = Sandbox::with(&[("init/db.conf", DB), ("init/web.conf", WEB)]);
    sandbox.output(&["convert", "init", "--out", "units"]);
    let shown = stdout(&sandbox, &["init"]);
    for path in ["etc/systemd/system/db.service", "etc/systemd/system/web.service", "usr/libexec/cutover/db-pre-start"]
    {
        assert!(shown.contains(&format!("# /{path}\n{}", sandbox.read(&format!("units/{path}")))), "{path}");
    }
}

#[test]
fn the_user_of_a_job_can_read_its_script_whatever_the_umask_is() {
    let sandbox = Sandbox::with(&[("db.conf", DB)]);
    let status = std::process::Command::new("sh")
        .args(["-c", r#"umask 077; exec "$0" convert db.conf --out units"#, env!("CARGO_BIN_EXE_cutover")])
        .current_dir(sandbox.path(""))
        .output()
        .unwrap()
        .status;
    assert!(status.success());
    assert_snapshot!(sandbox.tree("units"), @"
    0644 etc/systemd/system/db.service
    0755 usr/libexec/cutover/db-pre-start
    ");
    let directory = fs::metadata(sandbox.path("units/usr/libexec/cutover")).unwrap();
    assert_eq!(directory.permissions().mode() & 0o7777, 0o755);
}

#[test]
fn scripts_dir_says_where_scripts_will_lie() {
    let sandbox = Sandbox::with(&[("db.conf", DB)]);
    sandbox.output(&["convert", "db.conf", "--out", "units", "--scripts-dir", "/opt/my/scripts/"]);
    assert_snapshot!(sandbox.tree("units"), @"
    0644 etc/systemd/system/db.service
    0755 opt/my/scripts/db-pre-start
    ");
    let unit = sandbox.read("units/etc/systemd/system/db.service");
    assert!(unit.contains("ExecStartPre=/bin/sh -e /opt/my/scripts/db-pre-start\n"), "{unit}");
}

#[test]
fn scripts_dir_has_to_be_an_absolute_path() {
    let sandbox = Sandbox::with(&[("db.conf", DB)]);
    for wrong in ["scripts", "", "./x", "/with blank", "/with\nline"] {
        let output = sandbox.output(&["convert", "db.conf", "--scripts-dir", wrong]);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(output.stdout.is_empty(), "{wrong:?}");
    }
    assert_snapshot!(sandbox.run(&["convert", "db.conf", "--scripts-dir", "scripts"]), @"
    --- stderr
    error: invalid value 'scripts' for '--scripts-dir <DIR>': this has to be an absolute path without blanks and without `..`

    For more information, try '--help'.
    --- exit status 2
    ");
}

#[test]
fn scripts_dir_does_not_lead_out_of_the_tree() {
    let sandbox = Sandbox::with(&[("db.conf", DB)]);
    sandbox.output(&["convert", "db.conf", "--out", "units", "--scripts-dir", "/../escaped"]);
    assert!(!sandbox.path("escaped").exists(), "a script was written outside of --out");
}

#[test]
fn a_file_with_the_same_contents_is_no_obstacle() {
    let sandbox = Sandbox::with(&[("db.conf", DB)]);
    let args = ["convert", "db.conf", "--out", "units"];
    let first = sandbox.run(&args);
    assert_eq!(sandbox.run(&args), first);
    assert!(first.ends_with("--- exit status 0\n"), "{first}");
}

#[test]
fn a_file_with_other_contents_stays_and_the_rest_is_written() {
    let sandbox = Sandbox::with(&[("init/db.conf", DB), ("init/web.conf", WEB)]);
    sandbox.file("units/etc/systemd/system/db.service", "mine\n");
    assert_eq!(sandbox.status(&["convert", "init", "--out", "units"]), Some(2));
    assert_snapshot!(errors(&sandbox, &["init", "--out", "units"]), @"error: units/etc/systemd/system/db.service: there is another file already; --force overwrites it");
    assert_eq!(sandbox.read("units/etc/systemd/system/db.service"), "mine\n");
    assert!(sandbox.path("units/etc/systemd/system/web.service").exists());
}

#[test]
fn force_overwrites_what_is_there() {
    let sandbox = Sandbox::with(&[("db.conf", DB)]);
    sandbox.file("units/etc/systemd/system/db.service", "mine\n");
    sandbox.file("units/usr/libexec/cutover/db-pre-start", "mine\n");
    assert_eq!(sandbox.status(&["convert", "db.conf", "--out", "units", "--force"]), Some(0));
    assert!(sandbox.read("units/etc/systemd/system/db.service").starts_with("[Service]"));
    assert_snapshot!(sandbox.tree("units"), @"
    0644 etc/systemd/system/db.service
    0755 usr/libexec/cutover/db-pre-start
    ");
}

#[test]
fn a_link_in_the_tree_is_replaced_and_not_followed_by_force() {
    let sandbox = Sandbox::with(&[("web.conf", WEB), ("elsewhere", "mine\n")]);
    sandbox.directory("units/etc/systemd/system");
    sandbox.link("units/etc/systemd/system/web.service", "../../../../elsewhere");
    assert_eq!(sandbox.status(&["convert", "web.conf", "--out", "units"]), Some(2));
    assert_eq!(sandbox.status(&["convert", "web.conf", "--out", "units", "--force"]), Some(0));
    assert_eq!(sandbox.read("elsewhere"), "mine\n");
}

#[test]
fn force_needs_out() {
    let sandbox = Sandbox::with(&[("db.conf", DB)]);
    assert_eq!(sandbox.status(&["convert", "db.conf", "--force"]), Some(2));
}

#[test]
fn what_cannot_be_written_is_said_and_leaves_nothing_half_written() {
    let sandbox = Sandbox::with(&[("init/db.conf", DB), ("init/web.conf", WEB)]);
    // A directory where a unit belongs, and a file where a directory belongs.
    sandbox.directory("units/etc/systemd/system/web.service/x");
    sandbox.file("units/usr", "a file\n");
    assert_eq!(sandbox.status(&["convert", "init", "--out", "units"]), Some(2));
    assert_snapshot!(errors(&sandbox, &["init", "--out", "units"]), @"
    error: units/usr/libexec/cutover/db-pre-start: cannot be written: Not a directory (os error 20)
    error: units/etc/systemd/system/web.service: cannot be written: Is a directory (os error 21)
    ");
    assert_eq!(sandbox.status(&["convert", "init", "--out", "units", "--force"]), Some(2));
    assert_snapshot!(errors(&sandbox, &["init", "--out", "units", "--force"]), @"
    error: units/usr/libexec/cutover/db-pre-start: cannot be written: Not a directory (os error 20)
    error: units/etc/systemd/system/web.service: cannot be written: Is a directory (os error 21)
    ");
    assert_snapshot!(sandbox.tree("units"), @"
    0644 etc/systemd/system/db.service
    0644 usr
    ");
}

#[test]
fn no_temporary_file_is_left_behind() {
    let sandbox = Sandbox::with(&[("init/db.conf", DB), ("init/web.conf", WEB)]);
    sandbox.file("units/etc/systemd/system/db.service", "mine\n");
    sandbox.directory("units/etc/systemd/system/web.service/x");
    sandbox.output(&["convert", "init", "--out", "units"]);
    sandbox.output(&["convert", "init", "--out", "units", "--force"]);
    let all = walkdir::WalkDir::new(sandbox.path("units")).into_iter().map(|entry| entry.unwrap());
    let left: Vec<_> = all.filter(|entry| entry.file_name().to_string_lossy().starts_with(".cutover-")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn out_that_is_a_file_is_said() {
    let sandbox = Sandbox::with(&[("web.conf", WEB), ("units", "a file\n")]);
    assert_eq!(sandbox.status(&["convert", "web.conf", "--out", "units"]), Some(2));
    assert_snapshot!(errors(&sandbox, &["web.conf", "--out", "units"]), @"error: units/etc/systemd/system/web.service: cannot be written: Not a directory (os error 20)");
}

#[test]
fn findings_are_told_although_units_go_below_out() {
    let sandbox = Sandbox::with(&[("web.conf", "exec /bin/web\nrespwan\n")]);
    let to_stdout = sandbox.output(&["convert", "web.conf"]);
    let below_out = sandbox.output(&["convert", "web.conf", "--out", "units"]);
    assert_eq!(to_stdout.stderr, below_out.stderr);
    assert_eq!(to_stdout.status, below_out.status);
}

// ---- what cannot be read -------------------------------------------------------------------------

#[test]
fn one_bad_file_never_costs_the_rest_of_its_directory() {
    let sandbox = Sandbox::with(&[("init/web.conf", WEB)]);
    sandbox.link("init/dangling.conf", "/no/such/job.conf");
    sandbox.link("init/loop", ".");
    sandbox.link("init/self.conf", "self.conf");
    sandbox.link("init/unreadable.conf", UNREADABLE);
    sandbox.pipe("init/pipe.conf");
    sandbox.directory("init/directory.conf");
    sandbox.file("init/program.conf", b"\x7fELF\0\0\0");
    assert_eq!(sandbox.status(&["convert", "init"]), Some(2));
    assert_snapshot!(errors(&sandbox, &["init"]), @"
    error: init/dangling.conf: the link leads to /no/such/job.conf, and nothing is there
    error: init/directory.conf: this is a directory; Upstart reads only files as jobs
    error: init/loop: cannot be read: a loop of links
    error: init/pipe.conf: this is neither a file nor a directory
    error: init/self.conf: cannot be read: Too many levels of symbolic links (os error 40)
    error: init/program.conf: this is a binary file, not a job
    error: init/unreadable.conf: cannot be read: Input/output error (os error 5)
    ");
    assert!(stdout(&sandbox, &["init"]).starts_with("# /etc/systemd/system/web.service\n"));
}

#[test]
fn a_missing_file_and_a_directory_without_jobs_are_said() {
    let sandbox = Sandbox::with(&[("empty/README", "no job\n"), ("web.conf", WEB)]);
    assert_snapshot!(errors(&sandbox, &["gone.conf", "empty", "web.conf"]), @"
    error: gone.conf: there is no such file or directory
    error: empty: there is no .conf file in this directory
    ");
    assert_eq!(sandbox.status(&["convert", "gone.conf", "web.conf"]), Some(2));
    assert_eq!(sandbox.status(&["convert", "empty", "web.conf"]), Some(2));
    assert_eq!(stdout(&sandbox, &["gone.conf", "empty", "web.conf"]), stdout(&sandbox, &["web.conf"]));
}

#[test]
fn an_empty_file_is_said() {
    let sandbox = Sandbox::with(&[("empty.conf", ""), ("web.conf", WEB)]);
    let said = stderr(&sandbox, &["empty.conf", "web.conf"]);
    assert!(said.contains("empty.conf"), "nothing is said of the empty file:\n{said}");
}

#[test]
fn an_override_without_a_job_is_said() {
    let sandbox = Sandbox::with(&[("init/web.conf", WEB), ("init/gone.override", "manual\n")]);
    let said = stderr(&sandbox, &["init"]);
    assert!(said.contains("CUT111") && said.contains("init/gone.override"), "{said}");
}

#[test]
fn a_job_whose_override_cannot_be_read_is_not_converted_without_it() {
    let sandbox = Sandbox::with(&[("init/db.conf", DB), ("init/web.conf", WEB)]);
    sandbox.link("init/web.override", UNREADABLE);
    assert_snapshot!(errors(&sandbox, &["init"]), @"error: init/web.override: cannot be read: Input/output error (os error 5)");
    assert!(!stdout(&sandbox, &["init"]).contains("web.service"));
    assert_eq!(sandbox.status(&["convert", "init"]), Some(2));
    assert_eq!(sandbox.status(&["convert", "init", "--no-override"]), Some(0));
}

#[test]
fn wrong_usage_is_status_2() {
    let sandbox = Sandbox::with(&[("web.conf", WEB)]);
    assert_eq!(sandbox.status(&["convert"]), Some(2));
    for wrong in ["208", "0", "v252", "latest", "-1", "1000", ""] {
        assert_eq!(sandbox.status(&["convert", "web.conf", "--target-systemd", wrong]), Some(2), "{wrong}");
    }
    assert_snapshot!(sandbox.run(&["convert", "web.conf", "--target-systemd", "208"]), @"
    --- stderr
    error: invalid value '208' for '--target-systemd <VERSION>': `208` is no version of systemd from 219 on; write its number, such as 252

    For more information, try '--help'.
    --- exit status 2
    ");
}

#[test]
fn every_version_from_219_on_is_a_target() {
    let sandbox = Sandbox::with(&[("web.conf", WEB)]);
    for version in (219..=260).map(|version| version.to_string()) {
        assert_eq!(sandbox.status(&["convert", "web.conf", "--target-systemd", &version]), Some(0), "{version}");
    }
    assert_eq!(stdout(&sandbox, &["web.conf"]), stdout(&sandbox, &["web.conf", "--target-systemd", "252"]));
}

// ---- names ---------------------------------------------------------------------------------------

#[test]
fn a_job_in_a_subdirectory_is_named_with_it() {
    let sandbox = Sandbox::with(&[("init/net/edge/proxy.conf", WEB)]);
    assert_snapshot!(sandbox.run(&["convert", "init"]), @"
    # /etc/systemd/system/net-edge-proxy.service
    [Unit]
    Description=Web

    [Service]
    Type=exec
    ExecStart=/usr/bin/web --now
    TimeoutStopSec=5
    --- stderr
    note[CUT712]: init/net/edge/proxy.conf:1:1: the job `net/edge/proxy` is the unit `net-edge-proxy.service` now
    note[general]: CUT901 CUT903 CUT904 CUT905 CUT906 CUT907 CUT908 CUT909 CUT911

    1 job → 1 unit
    2 stanzas: 2 exact, 0 approximated, 0 dropped, 0 manual
    most frequent: CUT712 escaped-name (1)
    `cutover explain CODE` tells what a finding means and what to do
    --- exit status 0
    ");
}

#[test]
fn names_that_no_unit_can_have_are_escaped() {
    let sandbox = Sandbox::with(&[
        ("init/my app.conf", WEB),
        ("init/a@b.conf", WEB),
        ("init/50%.conf", WEB),
        ("init/caf\u{e9}.conf", WEB),
        ("init/v1.2.conf", WEB),
    ]);
    sandbox.output(&["convert", "init", "--out", "out"]);
    assert_snapshot!(sandbox.tree("out"), @r"
    0644 etc/systemd/system/50\x25.service
    0644 etc/systemd/system/a\x40b.service
    0644 etc/systemd/system/caf\xc3\xa9.service
    0644 etc/systemd/system/my\x20app.service
    0644 etc/systemd/system/v1.2.service
    ");
}

#[test]
fn a_file_without_a_name_is_no_unit_without_a_name() {
    let sandbox = Sandbox::with(&[("init/.conf", WEB)]);
    let text = stdout(&sandbox, &["init/.conf"]);
    assert!(!text.contains("/.service"), "no systemd loads `.service`:\n{text}");
}

#[test]
fn of_two_jobs_with_the_same_unit_s_name_the_first_keeps_it() {
    let sandbox = Sandbox::with(&[("init/net/a.conf", "exec /bin/first\n"), ("init/net-a.conf", "exec /bin/second\n")]);
    let output = sandbox.output(&["convert", "init", "--out", "units"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(sandbox.tree("units"), "0644 etc/systemd/system/net-a.service\n");
    assert!(sandbox.read("units/etc/systemd/system/net-a.service").contains("/bin/first"));
    let said = String::from_utf8(output.stderr).unwrap();
    let of_it = said.lines().find(|line| line.contains("CUT713")).unwrap();
    assert_snapshot!(of_it, @"error[CUT713]: init/net-a.conf would be net-a.service too, which init/net/a.conf is already");
}

#[test]
fn what_was_not_written_for_its_name_s_sake_is_not_called_exact() {
    let sandbox = Sandbox::with(&[("init/net/a.conf", "exec /bin/first\n"), ("init/net-a.conf", "exec /bin/second\n")]);
    let report = json(&sandbox, &["init"]);
    let second = &report["jobs"][1];
    assert_eq!(second["units"], serde_json::json!([]));
    for entry in second["account"].as_array().unwrap() {
        assert_eq!(entry["outcome"], "manual", "nothing was written, yet: {entry}");
    }
}

// ---- mistakes in jobs ----------------------------------------------------------------------------

#[test]
fn a_misspelt_stanza_is_read_as_meant_and_shown_with_its_place() {
    let sandbox = Sandbox::with(&[("web.conf", "# The shop.\nrespwan\nexec /usr/bin/web\n")]);
    assert_snapshot!(sandbox.run(&["convert", "web.conf"]), @"
    # /etc/systemd/system/web.service
    [Unit]
    # The shop.
    StartLimitIntervalSec=5
    StartLimitBurst=11

    [Service]
    Type=exec
    ExecStart=/usr/bin/web
    Restart=always
    TimeoutStopSec=5
    --- stderr
    error[CUT101]: Upstart refuses this file at line 2: Unknown stanza
     --> web.conf:2:1
      |
    2 | respwan
      | ^^^^^^^ Unknown stanza
      |
      = help: on Upstart this job never ran; make sure that you want it to
    error[CUT102]: there is no stanza `respwan`; did you mean `respawn`?
     --> web.conf:2:1
      |
    2 | respwan
      | ^^^^^^^ read as `respawn`
      |
      = help: write `respawn`; Upstart refuses the whole file because of this word
    note[CUT401]: web.conf:2:1: after more than 5 s without a fault, the unit may start once more than the job; it waits 0.1 s before each restart
    note[general]: CUT901 CUT902 CUT903 CUT904 CUT905 CUT906 CUT907 CUT908 CUT909 CUT910 CUT911

    1 job → 1 unit
    2 stanzas: 1 exact, 1 approximated, 0 dropped, 0 manual
    most frequent: CUT101 upstart-refused (1), CUT102 misspelt-stanza (1), CUT401 respawn-window (1)
    `cutover explain CODE` tells what a finding means and what to do
    --- exit status 1
    ");
}

#[test]
fn an_unknown_stanza_is_left_to_a_person() {
    let sandbox = Sandbox::with(&[("web.conf", "frobnicate 5\nexec /usr/bin/web\n")]);
    assert_snapshot!(sandbox.run(&["convert", "web.conf"]), @"
    # /etc/systemd/system/web.service
    [Service]
    Type=exec
    ExecStart=/usr/bin/web
    TimeoutStopSec=5
    --- stderr
    error[CUT101]: Upstart refuses this file at line 1: Unknown stanza
     --> web.conf:1:1
      |
    1 | frobnicate 5
      | ^^^^^^^^^^^^ Unknown stanza
      |
      = help: on Upstart this job never ran; make sure that you want it to
    error[CUT103]: `frobnicate` is no stanza of Upstart's
     --> web.conf:1:1
      |
    1 | frobnicate 5
      | ^^^^^^^^^^^^
      |
      = help: nothing was made of it; carry over by hand what it was for
    note[general]: CUT901 CUT903 CUT904 CUT905 CUT906 CUT907 CUT908 CUT909 CUT911

    1 job → 1 unit
    2 stanzas: 1 exact, 0 approximated, 0 dropped, 1 manual
    most frequent: CUT101 upstart-refused (1), CUT103 unknown-stanza (1)
    `cutover explain CODE` tells what a finding means and what to do
    --- exit status 1
    ");
}

#[test]
fn places_count_from_one_and_in_characters() {
    let sandbox = Sandbox::with(&[("web.conf", "exec /bin/web\n# \u{e9}\n\t nice \u{e9}\u{e9} 7\n")]);
    let said = stderr(&sandbox, &["web.conf"]);
    assert!(said.contains("web.conf:3:3"), "{said}");
}

// ---- overrides -----------------------------------------------------------------------------------

#[test]
fn the_override_beside_a_job_is_laid_over_it() {
    let sandbox = Sandbox::with(&[
        ("init/web.conf", "start on runlevel [2345]\nnice 1\nexec /bin/web\n"),
        ("init/web.override", "nice 5\nmanual\n"),
    ]);
    assert_snapshot!(sandbox.run(&["convert", "init"]), @"
    # /etc/systemd/system/web.service
    [Unit]
    Wants=network-online.target
    After=remote-fs.target network-online.target

    [Service]
    Type=exec
    Nice=5
    ExecStart=/bin/web
    TimeoutStopSec=5

    # Not enabled, because the job was disabled with `manual`:
    # [Install]
    # WantedBy=multi-user.target
    --- stderr
    note[CUT109]: init/web.conf:2:1: a later stanza replaces this one
    note[general]: CUT901 CUT903 CUT904 CUT905 CUT906 CUT907 CUT908 CUT909 CUT911

    1 job → 1 unit
    5 stanzas: 4 exact, 0 approximated, 1 dropped, 0 manual
    most frequent: CUT109 superseded (1)
    `cutover explain CODE` tells what a finding means and what to do
    --- exit status 0
    ");
    let without = stdout(&sandbox, &["init", "--no-override"]);
    assert!(without.contains("Nice=1\n") && without.contains("\n[Install]\n"), "{without}");
}

#[test]
fn an_override_with_an_error_leaves_the_job_and_is_said() {
    let sandbox =
        Sandbox::with(&[("init/web.conf", "nice 1\nexec /bin/web\n"), ("init/web.override", "nice 5\nrespwan\n")]);
    let text = stdout(&sandbox, &["init"]);
    assert!(text.contains("Nice=1\n"), "{text}");
    let said = stderr(&sandbox, &["init"]);
    assert!(said.contains("warning[CUT110]") && said.contains("init/web.override:2"), "{said}");
}

// ---- exit status ---------------------------------------------------------------------------------

#[test]
fn the_status_says_whether_a_person_is_needed() {
    let sandbox = Sandbox::with(&[
        ("exact.conf", WEB),
        ("note.conf", "exec /bin/a\nrespawn\n"),
        ("warning.conf", "exec /bin/a\nexpect daemon\n"),
        ("manual.conf", "start on dbus SIGNAL=x\nexec /bin/a\n"),
        ("error.conf", "respwan\nexec /bin/a\n"),
    ]);
    let status = |args: &[&str]| sandbox.status(&[&["convert"], args].concat()).unwrap();
    let table = [("exact", 0, 0), ("note", 0, 0), ("warning", 0, 1), ("manual", 1, 1), ("error", 1, 1)];
    for (job, usual, strict) in table {
        let file = format!("{job}.conf");
        assert_eq!(status(&[&file]), usual, "{job}");
        assert_eq!(status(&["--strict", &file]), strict, "{job} under --strict");
        assert_eq!(status(&["--format", "json", &file]), usual, "{job} as JSON");
        assert_eq!(status(&[&file, "gone.conf"]), 2, "{job} and a missing file");
    }
}

#[test]
fn strict_changes_nothing_but_the_status() {
    let sandbox = Sandbox::with(&[("web.conf", "exec /bin/a\nexpect daemon\n")]);
    let (usual, strict) =
        (sandbox.output(&["convert", "web.conf"]), sandbox.output(&["convert", "--strict", "web.conf"]));
    assert_eq!(usual.stdout, strict.stdout);
    assert_eq!(usual.stderr, strict.stderr);
}

#[test]
fn whoever_stops_reading_early_gets_no_error() {
    let sandbox = Sandbox::new();
    for number in 0..2000 {
        sandbox.file(&format!("init/{number}.conf"), WEB);
    }
    for format in ["text", "json"] {
        let mut child = sandbox
            .command(&["convert", "--format", format, "init"])
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("error") && !said.contains("panic"), "{format}: {said}");
        assert!(matches!(output.status.code(), Some(0 | 1)), "{format}: {}", output.status);
    }
}

// ---- JSON ----------------------------------------------------------------------------------------

#[test]
fn json_is_one_object_that_says_everything_the_text_says() {
    let sandbox = Sandbox::with(&[("init/db.conf", DB), ("init/net/web.conf", "respwan\nexec /bin/web\n")]);
    let output = sandbox.output(&["convert", "--format", "json", "init"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["schema"], 2);
    assert_eq!(report["target_systemd"], 252);
    assert_eq!(report["errors"], serde_json::json!([]));
    assert_snapshot!(serde_json::to_string_pretty(&report["jobs"][1]["account"]).unwrap(), @r#"
    [
      {
        "became": [
          "Restart=always",
          "StartLimitIntervalSec=5",
          "StartLimitBurst=11"
        ],
        "codes": [
          "CUT101",
          "CUT102",
          "CUT401"
        ],
        "column": 1,
        "end": 7,
        "file": 0,
        "line": 1,
        "outcome": "approximated",
        "start": 0
      },
      {
        "became": [
          "Type=exec",
          "ExecStart=/bin/web"
        ],
        "codes": [],
        "column": 1,
        "end": 21,
        "file": 0,
        "line": 2,
        "outcome": "exact",
        "start": 8
      }
    ]
    "#);
    assert_snapshot!(serde_json::to_string_pretty(&report["jobs"][1]["findings"]).unwrap(), @r#"
    [
      {
        "became": null,
        "code": "CUT712",
        "help": null,
        "marks": [
          {
            "column": 1,
            "end": 0,
            "file": 0,
            "label": "",
            "line": 1,
            "start": 0
          }
        ],
        "message": "the job `net/web` is the unit `net-web.service` now",
        "name": "escaped-name",
        "severity": "note"
      },
      {
        "became": null,
        "code": "CUT101",
        "help": "on Upstart this job never ran; make sure that you want it to",
        "marks": [
          {
            "column": 1,
            "end": 7,
            "file": 0,
            "label": "Unknown stanza",
            "line": 1,
            "start": 0
          }
        ],
        "message": "Upstart refuses this file at line 1: Unknown stanza",
        "name": "upstart-refused",
        "severity": "error"
      },
      {
        "became": null,
        "code": "CUT102",
        "help": "write `respawn`; Upstart refuses the whole file because of this word",
        "marks": [
          {
            "column": 1,
            "end": 7,
            "file": 0,
            "label": "read as `respawn`",
            "line": 1,
            "start": 0
          }
        ],
        "message": "there is no stanza `respwan`; did you mean `respawn`?",
        "name": "misspelt-stanza",
        "severity": "error"
      },
      {
        "became": "StartLimitBurst=11",
        "code": "CUT401",
        "help": null,
        "marks": [
          {
            "column": 1,
            "end": 7,
            "file": 0,
            "label": "",
            "line": 1,
            "start": 0
          }
        ],
        "message": "after more than 5 s without a fault, the unit may start once more than the job; it waits 0.1 s before each restart",
        "name": "respawn-window",
        "severity": "note"
      }
    ]
    "#);
    assert_snapshot!(serde_json::to_string_pretty(&report["jobs"][0]["scripts"]).unwrap(), @r##"
    [
      {
        "name": "/usr/libexec/cutover/db-pre-start",
        "text": "#!/bin/sh -e\n# From db.conf, lines 3-8.\nmkdir -p /run/db\nfor side in a b; do\n    touch /run/db/$side\ndone\nchown -R db /run/db\nchmod 0750 /run/db\n"
      }
    ]
    "##);
    assert_snapshot!(serde_json::to_string_pretty(&report["summary"]).unwrap(), @r#"
    {
      "approximated": 2,
      "codes": [
        [
          "CUT101",
          1
        ],
        [
          "CUT102",
          1
        ],
        [
          "CUT210",
          1
        ],
        [
          "CUT401",
          1
        ],
        [
          "CUT712",
          1
        ]
      ],
      "dropped": 0,
      "exact": 2,
      "jobs": 2,
      "manual": 0,
      "retired": 0,
      "scripts": 1,
      "units": 2
    }
    "#);
}

#[test]
fn json_has_the_same_units_as_the_text() {
    let sandbox = Sandbox::with(&[("init/db.conf", DB), ("init/web.conf", WEB)]);
    let text = stdout(&sandbox, &["init"]);
    for job in json(&sandbox, &["init"])["jobs"].as_array().unwrap() {
        for unit in job["units"].as_array().unwrap() {
            let path = unit["name"].as_str().unwrap();
            let shown = format!("# /etc/systemd/system/{path}\n{}", unit["text"].as_str().unwrap());
            assert!(text.contains(&shown), "{path}");
        }
    }
}

#[test]
fn json_gives_every_place_by_offset_and_by_line_and_column() {
    let text = "# \u{e9}\nexec /bin/web\n  nice 5 # more\n";
    let sandbox = Sandbox::with(&[("web.conf", text)]);
    let report = json(&sandbox, &["web.conf"]);
    let account = report["jobs"][0]["account"].as_array().unwrap();
    let places: Vec<_> = account
        .iter()
        .map(|entry| {
            let [start, end, line, column] =
                ["start", "end", "line", "column"].map(|key| usize::try_from(entry[key].as_u64().unwrap()).unwrap());
            format!("{line}:{column} {:?}", &text[start..end])
        })
        .collect();
    assert_eq!(places, ["2:1 \"exec /bin/web\"", "3:3 \"nice 5\""]);
}

#[test]
fn json_accounts_for_every_stanza_of_the_job_and_of_its_override() {
    let sandbox = Sandbox::with(&[
        ("init/web.conf", "nice 1\nexec /bin/web\nenv A=1\nexport A\ndebug\n"),
        ("init/web.override", "nice 5\nmanual\n"),
    ]);
    let report = json(&sandbox, &["init"]);
    let account = report["jobs"][0]["account"].as_array().unwrap();
    let entries: Vec<_> = account
        .iter()
        .map(|entry| format!("{}:{} {}", entry["file"], entry["line"], entry["outcome"].as_str().unwrap()))
        .collect();
    assert_snapshot!(entries.join("\n"), @"
    0:1 dropped
    0:2 exact
    0:3 exact
    0:4 dropped
    0:5 dropped
    1:1 exact
    1:2 exact
    ");
    assert_eq!(report["jobs"][0]["service"]["files"], serde_json::json!(["init/web.conf", "init/web.override"]));
}

#[test]
fn json_names_what_could_not_be_read() {
    let sandbox = Sandbox::with(&[("web.conf", WEB)]);
    let report = json(&sandbox, &["gone.conf", "web.conf"]);
    assert_snapshot!(report["errors"], @r#"["gone.conf: there is no such file or directory"]"#);
    assert_eq!(report["jobs"].as_array().unwrap().len(), 1);
}

#[test]
fn json_names_what_could_not_be_written() {
    let sandbox = Sandbox::with(&[("web.conf", WEB)]);
    sandbox.file("units/etc/systemd/system/web.service", "mine\n");
    let report = json(&sandbox, &["web.conf", "--out", "units"]);
    assert_eq!(
        report["errors"],
        serde_json::json!([
            "units/etc/systemd/system/web.service: there is another file already; --force overwrites it"
        ])
    );
}

#[test]
fn json_is_valid_although_a_job_is_no_utf8() {
    let sandbox = Sandbox::new();
    sandbox.file(
        "init/cafe.conf",
        b"# caf\xe9\ndescription \"caf\xe9\"\nenv A=\xff\nexec /bin/caf\xe9 \xfe\npre-start script\n  a\xe9\n  b\nend script\n",
    );
    let report = json(&sandbox, &["init"]);
    assert_eq!(report["jobs"][0]["service"]["main"][0]["value"]["run"]["argv"][1]["bytes"], serde_json::json!([0xfe]));
}

#[test]
fn json_goes_to_standard_output_and_units_below_out_all_the_same() {
    let sandbox = Sandbox::with(&[("db.conf", DB)]);
    let report = json(&sandbox, &["db.conf", "--out", "units"]);
    assert_eq!(report["summary"]["units"], 1);
    assert!(sandbox.path("units/etc/systemd/system/db.service").exists());
    assert!(sandbox.path("units/usr/libexec/cutover/db-pre-start").exists());
}

// ---- the same again ------------------------------------------------------------------------------

#[test]
fn the_same_input_gives_the_same_output_byte_for_byte() {
    let sandbox = Sandbox::new();
    let corpus = repository("corpus/init");
    let corpus = corpus.to_str().unwrap();
    for format in ["text", "json"] {
        let args = ["convert", "--format", format, corpus];
        let first = sandbox.output(&args);
        assert_eq!(sandbox.output(&args), first, "{format}");
        let alone = sandbox.command(&args).env("RAYON_NUM_THREADS", "1").output().unwrap();
        assert_eq!(alone, first, "{format}, one thread");
    }
}

#[test]
fn a_copy_of_a_directory_gives_the_same_units_wherever_it_lies() {
    let sandbox = Sandbox::new();
    let corpus = repository("corpus/init");
    // Written in another order than that of their names.
    for path in common::files_below(&corpus).iter().rev() {
        let name = path.strip_prefix(&corpus).unwrap().to_str().unwrap();
        sandbox.file(&format!("deep/down/{name}"), fs::read(path).unwrap());
    }
    assert_eq!(stdout(&sandbox, &["deep/down"]), stdout(&sandbox, &[corpus.to_str().unwrap()]));
}

#[test]
fn a_written_tree_is_the_same_again() {
    let sandbox = Sandbox::new();
    let corpus = repository("corpus/init");
    for out in ["one", "two"] {
        sandbox.output(&["convert", corpus.to_str().unwrap(), "--out", out]);
    }
    let tree = sandbox.tree("one");
    assert_eq!(sandbox.tree("two"), tree);
    for line in tree.lines() {
        let (_, name) = line.split_once(' ').unwrap();
        let (one, two) = (sandbox.path("one").join(name), sandbox.path("two").join(name));
        assert_eq!(fs::read(&one).unwrap(), fs::read(two).unwrap(), "{name}");
        let mode = fs::metadata(one).unwrap().permissions().mode() & 0o7777;
        assert_eq!(mode, if name.starts_with("usr/libexec/") { 0o755 } else { 0o644 }, "{name}");
    }
}
