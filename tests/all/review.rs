//! `cutover review` without a terminal: decisions by options, lists, pages, and what it says when something is
//! wrong.

use std::fs;
use std::process::Stdio;

use insta::assert_snapshot;

use crate::common::{self, Sandbox, shared};

const WEB: (&str, &str) = (
    "root/etc/init/web.conf",
    "description \"web\"\nstart on runlevel [2345]\nstop on runlevel [!2345]\nexec /usr/sbin/web\n",
);
const DB: (&str, &str) = ("root/etc/init/db.conf", "start on filesystem\nrespawn\nexec /usr/sbin/db\n");
const TEMPORARY: (&str, &str) = (
    "root/etc/init/tmp-clean.conf",
    "start on startup\ntask\nscript\n\tcd /tmp\n\tcat >x <<END\na\tb\nEND\n\trm x\nend script\n",
);
const CRON: (&str, &str) = ("root/etc/init/cron.conf", "start on runlevel [2345]\nexpect fork\nrespawn\nexec cron\n");

/// A plan of some jobs.
fn planned(files: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::with(files);
    let status = sandbox.status(&["plan", "--root", "root", "--out", "plan"]);
    assert!(matches!(status, Some(0 | 1)), "{status:?}");
    sandbox
}

fn plan() -> Sandbox {
    planned(&[WEB, DB, TEMPORARY])
}

fn review(sandbox: &Sandbox, args: &[&str]) -> String {
    let mut command = sandbox.command(&[&["review", "plan"], args].concat());
    sandbox.shown(&command.stdin(Stdio::null()).output().unwrap())
}

/// What plan.json says.
fn json(sandbox: &Sandbox) -> serde_json::Value {
    serde_json::from_str(&sandbox.read("plan/plan.json")).unwrap()
}

fn decision(sandbox: &Sandbox, name: &str) -> String {
    let plan = json(sandbox);
    let services = plan["services"].as_array().unwrap();
    let service = services.iter().find(|service| service["name"] == name).unwrap();
    service["decision"].as_str().unwrap().to_owned()
}

const WEB_UNIT: &str = "plan/root/etc/systemd/system/web.service";

// ---- without a terminal --------------------------------------------------------------------------

#[test]
fn without_options_it_tells_what_is_undecided_and_how_to_decide() {
    assert_snapshot!(review(&plan(), &[]), @r"
    undecided  approximated  convert  db
    undecided  approximated  convert  tmp-clean
    undecided  exact         convert  web        plain

    cutover review plan --show NAME                   all that is to be known of a service
    cutover review plan --accept NAME...              install these
    cutover review plan --skip NAME...                do not install these
    cutover review plan --accept-plain                install what is exact and has no warning
    cutover review plan --accept-all                  install the rest
    cutover review plan --skip-rest                   do not install the rest
    3 services are undecided: cutover review plan
    --- exit status 1
    ");
}

#[test]
fn names_are_accepted_and_skipped() {
    let sandbox = plan();
    assert_snapshot!(review(&sandbox, &["--accept", "web", "--skip", "db"]), @r"
    skipped    db
    accepted   web
    1 service is undecided: cutover review plan
    --- exit status 1
    ");
    assert_eq!(decision(&sandbox, "web"), "accepted");
    assert_eq!(decision(&sandbox, "db"), "skipped");
    assert_eq!(decision(&sandbox, "tmp-clean"), "undecided");
    assert_snapshot!(review(&sandbox, &["--skip-rest"]), @r"
    skipped    tmp-clean
    all is decided: cutover apply plan (with the --root of the plan, if it has one)
    --- exit status 0
    ");
    assert_snapshot!(review(&sandbox, &["--undecide", "*b"]), @r"
    undecided  db
    undecided  web
    2 services are undecided: cutover review plan
    --- exit status 1
    ");
}

#[test]
fn accepting_what_is_plain_leaves_the_rest() {
    let sandbox = plan();
    assert_snapshot!(review(&sandbox, &["--accept-plain"]), @r"
    accepted   web
    2 services are undecided: cutover review plan
    --- exit status 1
    ");
    assert_snapshot!(review(&sandbox, &["--accept-exact", "--accept-all"]), @r"
    accepted   db
    accepted   tmp-clean
    all is decided: cutover apply plan (with the --root of the plan, if it has one)
    --- exit status 0
    ");
}

#[test]
fn a_rest_may_be_of_some_services_only() {
    let sandbox = plan();
    review(&sandbox, &["--accept-all", "--only", "tmp"]);
    let decisions = ["web", "db", "tmp-clean"].map(|name| decision(&sandbox, name));
    assert_eq!(decisions, ["undecided", "undecided", "accepted"]);
}

#[test]
fn the_rest_is_what_is_undecided() {
    let sandbox = plan();
    review(&sandbox, &["--skip-rest", "--accept", "web"]);
    assert_eq!(decision(&sandbox, "web"), "accepted");
    review(&sandbox, &["--accept-all"]);
    assert_eq!(decision(&sandbox, "db"), "skipped");
}

#[test]
fn a_pattern_stands_for_all_names_that_fit() {
    let sandbox = plan();
    review(&sandbox, &["--accept", "[wt]*"]);
    let decisions = ["web", "db", "tmp-clean"].map(|name| decision(&sandbox, name));
    assert_eq!(decisions, ["accepted", "undecided", "accepted"]);
}

#[test]
fn an_unknown_name_changes_nothing() {
    let sandbox = plan();
    let before = sandbox.read("plan/plan.json");
    assert_snapshot!(review(&sandbox, &["--accept", "web", "dbb"]), @r"
    --- stderr
    error: there is no service `dbb` in the plan; did you mean `db`?
    --- exit status 2
    ");
    assert_snapshot!(review(&sandbox, &["--skip", "z*"]), @r"
    --- stderr
    error: there is no service `z*` in the plan; --list tells what there is
    --- exit status 2
    ");
    assert_snapshot!(review(&sandbox, &["--accept", "web", "--skip", "web"]), @r"
    --- stderr
    error: `web` cannot be both accepted and skipped
    --- exit status 2
    ");
    assert_snapshot!(review(&sandbox, &["--accept-all", "--only", "CUT999"]), @r"
    --- stderr
    error: there is no finding `CUT999`; `cutover explain` lists all of them
    --- exit status 2
    ");
    assert_snapshot!(review(&sandbox, &["--accept", "web", "--show", "webb"]), @r"
    --- stderr
    error: there is no service `webb` in the plan; did you mean `web`?
    --- exit status 2
    ");
    assert_eq!(sandbox.read("plan/plan.json"), before);
}

#[test]
fn of_a_retired_job_nothing_is_decided() {
    let sandbox = planned(&[WEB, CRON]);
    assert_snapshot!(review(&sandbox, &["--skip", "cron"]), @r"
    --- stderr
    error: `cron` is retired: nothing is installed for it, and there is nothing to decide
    --- exit status 2
    ");
    review(&sandbox, &["--skip", "*"]);
    assert_eq!(decision(&sandbox, "cron"), "accepted");
    assert_snapshot!(review(&sandbox, &["--list", "--only", "all"]), @r"
    accepted   exact         retire   cron
    skipped    exact         convert  web
    --- exit status 0
    ");
}

#[test]
fn a_plan_of_another_format_is_refused_by_its_format() {
    let sandbox = planned(&[WEB]);
    // As an older version left it: another number, and fields of other names.
    let older =
        sandbox.read("plan/plan.json").replace("\"schema\": 2", "\"schema\": 1").replace("line_origins", "lines");
    sandbox.file("plan/plan.json", &older);
    assert_snapshot!(review(&sandbox, &["--list"]), @r"
    --- stderr
    error: plan/plan.json cannot be understood: it has format 1, and this cutover reads 2; make the plan again
    --- exit status 2
    ");
}

#[test]
fn there_has_to_be_a_plan() {
    assert_snapshot!(review(&Sandbox::new(), &["--accept-all"]), @r"
    --- stderr
    error: plan: there is no plan.json: `cutover plan --out plan` makes a plan
    --- exit status 2
    ");
    assert_snapshot!(review(&Sandbox::new(), &[]), @r"
    --- stderr
    error: plan: there is no plan.json: `cutover plan --out plan` makes a plan
    --- exit status 2
    ");
}

// ---- lists and pages -----------------------------------------------------------------------------

#[test]
fn a_list_is_for_people_or_programs() {
    let sandbox = plan();
    review(&sandbox, &["--accept", "db"]);
    assert_snapshot!(review(&sandbox, &["--list"]), @r"
    accepted   approximated  convert  db
    undecided  approximated  convert  tmp-clean
    undecided  exact         convert  web        plain
    --- exit status 1
    ");
    assert_snapshot!(review(&sandbox, &["--list", "--format", "json", "--only", "undecided web"]), @r#"
    [
      {
        "name": "web",
        "decision": "undecided",
        "edited": false,
        "grade": "exact",
        "action": "convert",
        "plain": true,
        "unit": "web.service",
        "files": [
          "/etc/systemd/system/web.service"
        ],
        "codes": []
      }
    ]
    --- exit status 1
    "#);
}

#[test]
fn a_page_tells_all_of_a_service() {
    let sandbox = plan();
    let mut narrow = sandbox.command(&["review", "plan", "--show", "tmp-clean"]);
    assert_snapshot!(sandbox.shown(&narrow.env("COLUMNS", "60").output().unwrap()), @r"
    tmp-clean: approximated · convert · undecided
    Becomes tmp-clean.service: it is not a job of the
    distribution, and the root has no unit for it.
    Its stanzas: 2 exact, 1 approximated.

    ── /etc/init/tmp-clean.conf ────────────────────────────────
      1 start on startup
      2 task
        └ warning[CUT734] it may run twice: what is started
          while the system comes up starts it again
          help: RemainAfterExit=yes prevents that where no other
          unit waits for its end, and `restart` then runs it
          again
      3 script
      4     cd /tmp
        └ note[CUT222] `cd` became the unit's directory
      5     cat >x <<END
      6 a   b
      7 END
      8     rm x
      9 end script

    ── /etc/systemd/system/tmp-clean.service ───────────────────
           1 # Made by cutover from /etc/init/tmp-clean.conf
           2 [Unit]
       1→  3 DefaultDependencies=no
       1→  4 Conflicts=shutdown.target
       1→  5 Before=local-fs-pre.target sysinit.target shutdown.
             target
           6
           7 [Service]
       2→  8 Type=oneshot
       3→  9 WorkingDirectory=/tmp
          10 IgnoreSIGPIPE=no
       3→ 11 ExecStart=/bin/sh -e /usr/libexec/cutover/tmp-clean
             -main
          12 TimeoutStopSec=5
          13
          14 [Install]
       1→ 15 WantedBy=sysinit.target

    ── /usr/libexec/cutover/tmp-clean-main ─────────────────────
      (mode 0755)
           1 #!/bin/sh -e
           2 # From tmp-clean.conf, lines 5-8.
       5→  3     cat >x <<END
       6→  4 a   b
       7→  5 END
       8→  6     rm x

    ── Behaviour ───────────────────────────────────────────────
        value                  before           after
      ~ who gets the signals   the process      all processes of
                               group of the     the service
                               main process
          only processes that left the process group of the main
          one can tell: on systemd they are stopped as well
      ~ reload                 SIGHUP to the    refused
                               main process
          a unit has a reload only where it says how; Upstart
          sends HUP to whatever runs
      ~ variables by the init  PATH, TERM,      PATH, LANG,
                               UPSTART_JOB,     INVOCATION_ID,
                               UPSTART_INSTANC  JOURNAL_STREAM,
                               E,               SYSTEMD_EXEC_PID
                               UPSTART_EVENTS
                               and the event's
          what the processes are seen to use of them has a row
          of its own
      ~ standard output        /var/log/upstar  the journal
                               t/tmp-clean.log
          each init keeps a log of its own
      ~ standard error         /var/log/upstar  the journal
                               t/tmp-clean.log
          each init keeps a log of its own

    ── Links ───────────────────────────────────────────────────
      + /etc/systemd/system/sysinit.target.wants/tmp-clean.servi
        ce → /etc/systemd/system/tmp-clean.service

    --- exit status 1
    ");
    let mut wide = sandbox.command(&["review", "plan", "--show", "web"]);
    assert_snapshot!(sandbox.shown(&wide.env("COLUMNS", "120").output().unwrap()), @r#"
    web: exact · convert · undecided
    Becomes web.service: it is not a job of the distribution, and the root has no unit for it.
    Its stanzas: 4 exact.

    /etc/init/web.conf                                         │ /etc/systemd/system/web.service
    ───────────────────────────────────────────────────────────┼────────────────────────────────────────────────────────────
                                                               │        1 # Made by cutover from /etc/init/web.conf
                                                               │        2 [Unit]
      1 description "web"                                      │    1→  3 Description=web
      2 start on runlevel [2345]                               │    2→  4 Wants=network-online.target
      3 stop on runlevel [!2345]                               │    2→  5 After=remote-fs.target network-online.target
                                                               │        6
                                                               │        7 [Service]
      4 exec /usr/sbin/web                                     │    4→  8 Type=exec
                                                               │    4→  9 ExecStart=/usr/sbin/web
                                                               │       10 TimeoutStopSec=5
                                                               │       11
                                                               │       12 [Install]
                                                               │    2→ 13 WantedBy=multi-user.target

    ── Behaviour ───────────────────────────────────────────────────────────────────────────────────────────────────────────
        value                     before                                        after
      ~ time limit of the start   none                                          90 s
          nothing takes long in the start that has the limit
      ~ ends that are no failure  0                                             0, SIGHUP, SIGINT, SIGPIPE, SIGTERM
          a death by HUP, INT, PIPE or TERM, which somebody sent, is a failure to Upstart; after it the unit is shown as
          inactive, not as failed
      ~ who gets the signals      the process group of the main process         all processes of the service
          only processes that left the process group of the main one can tell: on systemd they are stopped as well
      ~ reload                    SIGHUP to the main process                    refused
          a unit has a reload only where it says how; Upstart sends HUP to whatever runs
      ~ variables by the init     PATH, TERM, UPSTART_JOB, UPSTART_INSTANCE,    PATH, LANG, INVOCATION_ID, JOURNAL_STREAM,
                                  UPSTART_EVENTS and the event's                SYSTEMD_EXEC_PID
          what the processes are seen to use of them has a row of its own
      ~ standard output           /var/log/upstart/web.log                      the journal
          each init keeps a log of its own
      ~ standard error            /var/log/upstart/web.log                      the journal
          each init keeps a log of its own
      ~ SIGPIPE                   kills                                         ignored
          only a program that writes to a pipe that nobody reads can tell

    ── Links ───────────────────────────────────────────────────────────────────────────────────────────────────────────────
      + /etc/systemd/system/multi-user.target.wants/web.service → /etc/systemd/system/web.service

    --- exit status 1
    "#);
}

#[test]
fn what_is_replaced_is_compared() {
    let sandbox = planned(&[WEB, ("root/etc/systemd/system/web.service", "[Service]\nExecStart=/usr/bin/old\n")]);
    let page = review(&sandbox, &["--show", "web"]);
    let (_, replaced) = page.split_once("── What is replaced: /etc/systemd/system/web.service ──").unwrap();
    assert!(replaced.contains("\n-ExecStart=/usr/bin/old\n+Type=exec\n"), "{page}");
}

#[test]
fn what_changed_since_the_last_plan_is_said() {
    let sandbox = plan();
    review(&sandbox, &["--accept-all"]);
    sandbox.file("root/etc/init/db.conf", "start on filesystem\nexec /usr/sbin/db --fast\n");
    sandbox.status(&["plan", "--root", "root", "--out", "plan"]);
    let list = review(&sandbox, &["--list", "--only", "again"]);
    assert!(list.contains("db") && !list.contains("web"), "{list}");
    assert!(review(&sandbox, &["--show", "db"]).contains("Asked again: what it is made from changed."));
}

#[test]
fn hostile_jobs_do_not_drive_the_terminal() {
    let sandbox = planned(&[(
        "root/etc/init/bad.conf",
        "description \"\x1b[2J\u{9b}31m\u{202e}\"\n# \x07\x1b]0;x\x07\nexec /bin/x '\x1b[1m'\nscript\n\x1b[31m\nend script\n",
    )]);
    for columns in ["30", "80", "120"] {
        let mut command = sandbox.command(&["review", "plan", "--show", "bad"]);
        let page = String::from_utf8(command.env("COLUMNS", columns).output().unwrap().stdout).unwrap();
        assert!(page.contains("\\u{1b}[2J"), "{page}");
        let drives = |character: char| character.is_control() && character != '\n' || character == '\u{202e}';
        assert!(!page.contains(drives), "{page:?}");
    }
}

#[test]
fn colours_are_only_there_when_wanted() {
    let sandbox = plan();
    let shown = |args: &[&str]| review(&sandbox, &[&["--show", "web"], args].concat());
    assert!(!shown(&[]).contains('\x1b'));
    assert!(shown(&["--color", "always"]).contains('\x1b'));
}

#[test]
fn who_calls_a_job_is_told_with_it() {
    let sandbox = planned(&[WEB, DB, ("root/etc/cron.d/web", "0 3 * * * root initctl restart web\n")]);
    let page = review(&sandbox, &["--show", "web"]);
    assert!(page.contains("── Who calls it ──") && page.contains("/etc/cron.d/web:1:"), "{page}");
    assert!(page.contains("write: systemctl try-restart web.service"), "{page}");
    assert!(!review(&sandbox, &["--show", "db"]).contains("Who calls it"));
}

// ---- edits ---------------------------------------------------------------------------------------

#[test]
fn a_file_is_written_anew_and_back() {
    let sandbox = plan();
    let own = sandbox.read(WEB_UNIT);
    sandbox.file("web.service", own.replace("/usr/sbin/web", "/usr/sbin/web --fast"));
    assert_snapshot!(review(&sandbox, &["--edit", "web=web.service", "--accept", "web"]), @r"
    edited     /etc/systemd/system/web.service
    accepted   web
    2 services are undecided: cutover review plan
    --- exit status 1
    ");
    assert!(sandbox.read(WEB_UNIT).contains("--fast"));
    let page = review(&sandbox, &["--show", "web"]);
    assert!(
        page.contains("Edited: /etc/systemd/system/web.service") && page.contains("+ExecStart=/usr/sbin/web --fast"),
        "{page}"
    );
    assert_snapshot!(review(&sandbox, &["--unedit", "web:web.service"]), @r"
    unedited   /etc/systemd/system/web.service
    2 services are undecided: cutover review plan
    --- exit status 1
    ");
    assert_eq!(sandbox.read(WEB_UNIT), own);
    assert_eq!(decision(&sandbox, "web"), "accepted");
}

#[test]
fn a_unit_with_mistakes_is_refused_with_their_lines() {
    let sandbox = plan();
    let before = sandbox.read("plan/plan.json");
    sandbox.file("web.service", "[Service]\nExecStart=/usr/sbin/web\nRestrat=always\nnothing\n");
    let mut command = sandbox.command(&["review", "plan", "--edit", "web=web.service", "--accept", "web"]);
    // What systemd-analyze says differs by its version.
    let said = sandbox.shown(&command.env("PATH", "/nowhere").output().unwrap());
    assert_snapshot!(said, @r"
    --- stderr
    error: something is wrong with the text for /etc/systemd/system/web.service; --force takes it in all the same
      line 3: unknown key `Restrat` in section `Service`
      line 4: there is no `=`
      the links of the plan stay as they are, although [Install] changed
    --- exit status 2
    ");
    assert_eq!(sandbox.read("plan/plan.json"), before);
    let forced = review(&sandbox, &["--edit", "web=web.service", "--force"]);
    assert!(forced.contains("edited     /etc/systemd/system/web.service"), "{forced}");
    assert!(sandbox.read(WEB_UNIT).contains("Restrat"));
}

#[test]
fn systemd_has_its_say_where_it_is_there() {
    if std::process::Command::new("systemd-analyze").arg("--version").output().is_err() {
        return common::skip("systemd-analyze is not installed");
    }
    let sandbox = plan();
    // Our reader has nothing against it.
    sandbox
        .file("web.service", "[Unit]\nDescription=x\n[Service]\nType=simple\n[Install]\nWantedBy=multi-user.target\n");
    let said = review(&sandbox, &["--edit", "web=web.service"]);
    assert!(said.contains("systemd-analyze: ") && said.contains("exit status 2"), "{said}");
}

#[test]
fn a_directive_that_the_target_does_not_know_is_told() {
    let sandbox = Sandbox::with(&[WEB]);
    sandbox.status(&["plan", "--root", "root", "--out", "plan", "--target-systemd", "229"]);
    sandbox.file("web.service", "[Service]\nExecStart=/usr/sbin/web\nExitType=cgroup\n");
    let said = review(&sandbox, &["--edit", "web=web.service"]);
    assert!(said.contains("line 3: systemd 229 does not know `ExitType=`: 250 is the first that does"), "{said}");
}

#[test]
fn a_script_is_read_by_the_shell() {
    let sandbox = plan();
    let scripts: Vec<_> = common::files_below(&sandbox.path("plan/root/usr")).into_iter().collect();
    let [script] = scripts.as_slice() else { panic!("{scripts:?}") };
    let path = script.strip_prefix(sandbox.path("plan/root")).unwrap();
    let which = format!("/{}=new.sh", path.display());
    sandbox.file("new.sh", "#!/bin/sh\ncd /tmp\nif true; then\n");
    assert_snapshot!(review(&sandbox, &["--edit", &which]), @r#"
    --- stderr
    error: something is wrong with the text for /usr/libexec/cutover/tmp-clean-main; --force takes it in all the same
      line 4: the end of the script cannot stand here, where `fi` has to
      line 4: sh: Syntax error: end of file unexpected (expecting "fi")
    --- exit status 2
    "#);
    sandbox.file("new.sh", "#!/bin/sh\ncd /tmp\n");
    assert!(review(&sandbox, &["--edit", &which]).contains("edited"));
}

#[test]
fn an_edit_has_to_be_of_a_file_of_the_plan() {
    let sandbox = plan();
    sandbox.file("x", "x");
    assert_snapshot!(review(&sandbox, &["--edit", "webb=x"]), @r"
    --- stderr
    error: `webb` names no file of the plan; did you mean `web`?
    --- exit status 2
    ");
    assert_snapshot!(review(&sandbox, &["--edit", "tmp-clean=x"]), @r"
    --- stderr
    error: `tmp-clean` has several files; name one of them: tmp-clean:/etc/systemd/system/tmp-clean.service, tmp-clean:/usr/libexec/cutover/tmp-clean-main
    --- exit status 2
    ");
    assert_snapshot!(review(&sandbox, &["--edit", "web=missing"]), @r"
    --- stderr
    error: missing: No such file or directory (os error 2)
    --- exit status 2
    ");
    assert_snapshot!(review(&sandbox, &["--unedit", "web:other.service"]), @r"
    --- stderr
    error: `web:other.service` names no file of the plan; `web` has /etc/systemd/system/web.service
    --- exit status 2
    ");
}

#[test]
fn a_file_that_was_changed_past_the_plan_can_be_taken_in_or_back() {
    let sandbox = plan();
    let own = sandbox.read(WEB_UNIT);
    let changed = own.replace("/usr/sbin/web", "/usr/sbin/other");
    sandbox.file(WEB_UNIT, &changed);
    assert!(review(&sandbox, &["--show", "web"]).contains("was changed in the plan's directory"));
    let which = format!("web={WEB_UNIT}");
    assert!(review(&sandbox, &["--edit", &which]).contains("edited"));
    assert_eq!(sandbox.read(WEB_UNIT), changed);
}

// ---- one at a time -------------------------------------------------------------------------------

#[test]
fn a_plan_that_somebody_works_on_is_left_alone() {
    let sandbox = plan();
    let lock = fs::File::open(sandbox.path("plan")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    assert_snapshot!(review(&sandbox, &["--accept-all"]), @r"
    --- stderr
    error: plan: another cutover is at work on this plan; wait until it is done
    --- exit status 2
    ");
    assert_snapshot!(sandbox.run(&["plan", "--root", "root", "--out", "plan"]), @r"
    --- stderr
    error: plan: another cutover is at work on this plan; wait until it is done
    --- exit status 2
    ");
    assert!(review(&sandbox, &["--list"]).contains("exit status 1"));
    drop(lock);
    assert!(review(&sandbox, &["--accept-all"]).contains("exit status 0"));
}

// ---- real machines -------------------------------------------------------------------------------

#[test]
fn every_page_of_real_machines_fits_its_width() {
    let Some(machines) = shared("machines") else { return };
    for machine in fs::read_dir(machines).unwrap() {
        let sandbox = Sandbox::new();
        let root = machine.unwrap().path();
        let root = root.to_str().unwrap();
        if sandbox.status(&["plan", "--root", root, "--out", "plan"]) == Some(2) {
            continue;
        }
        for columns in [40, 80, 120] {
            let mut command = sandbox.command(&["review", "plan", "--show", "*"]);
            let page = command.env("COLUMNS", columns.to_string()).output().unwrap().stdout;
            let page = String::from_utf8(page).unwrap();
            let wide = page.lines().find(|line| cutover::text::display::width(line) > columns);
            // The first line of each page is its name.
            assert!(wide.is_none_or(|line| line.contains(" · ")), "{root}: {wide:?}");
        }
    }
}
