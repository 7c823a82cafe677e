//! Who else calls jobs, and what services need that is not there: found in files of every kind.
//!
//! `corpus/root.callers` is what is said of the machine in `corpus/root`, `corpus/root.missing` what its services lack.
//! `UPDATE_EXPECT=1 cargo test --test all callers::` writes them anew; read the difference before it is committed.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Instant;

use cutover::convert::batch::{self, Batch, Choices};
use cutover::convert::upstart_input as input;
use cutover::plan::callers::{self, Caller, CallerKind, Jobs};
use cutover::plan::missing::Facts;
use cutover::root::{Root, RootPath};
use cutover::systemd::write::{Logs, Options};
use cutover::upstart::read::JobFiles;

use crate::common::{self, Sandbox, shared};

fn job(name: &str, text: &str) -> JobFiles {
    JobFiles::named(name, text)
}

/// A few jobs: plain, of several instances, waiting for an event, a group, one with a unit of the system.
fn jobs(logs: Logs) -> Jobs {
    let files = vec![
        job("web", "start on runlevel [2345]\nexec /usr/sbin/web\n"),
        job("db", "start on runlevel [2345]\nreload signal USR1\nexec /usr/sbin/db\n"),
        job("worker", "instance $N\nexec /usr/sbin/worker $N\n"),
        job("index", "start on catalogue-changed\ntask\nexec /usr/sbin/index\n"),
        job("shop", "start on runlevel [2345]\n"),
        job("cron", "start on runlevel [2345]\nexpect fork\nrespawn\nexec cron\n"),
        job("rpcbind", "start on start-rpcbind\nexpect fork\nrespawn\nexec rpcbind -w\n"),
        job("udev", "start on virtual-filesystems\nexpect fork\nexec /lib/systemd/systemd-udevd --daemon\n"),
    ];
    let choices = Choices { options: Options { logs, ..Options::default() }, ..Choices::default() };
    Jobs::of(&batch::convert(files, &choices, || ()), &choices)
}

fn found(kind: CallerKind, text: &str) -> Vec<Caller> {
    callers::in_file(kind, &RootPath::parse("/etc/file").unwrap(), text.as_bytes(), &jobs(Logs::Journal))
}

/// Each caller in a word or two: its code, what stands there, and what is to stand there.
fn told(kind: CallerKind, text: &str) -> Vec<String> {
    let tell = |caller: &Caller| {
        let mut said = format!("{} {}", &caller.code.info().id[3..], caller.text);
        if let Some(instead) = &caller.instead {
            let _ = write!(said, " -> {instead}");
        }
        said
    };
    found(kind, text).iter().map(tell).collect()
}

const NONE: [&str; 0] = [];

// ---- what a call becomes -------------------------------------------------------------------------

#[test]
fn a_call_is_replaced_by_what_it_is_under_systemd() {
    for (call, expected) in [
        ("start web", "810 start web -> systemctl start web.service"),
        ("/sbin/stop web", "810 /sbin/stop web -> systemctl stop web.service"),
        ("initctl restart web", "810 initctl restart web -> systemctl try-restart web.service"),
        ("reload web", "810 reload web -> systemctl kill --kill-who=main -s HUP web.service"),
        ("reload db", "810 reload db -> systemctl reload db.service"),
        // Upstart sends HUP; whether the unit of the system can reload is not known.
        ("reload cron", "810 reload cron -> systemctl kill --kill-who=main -s HUP cron.service"),
        ("start worker N=mail", "810 start worker N=mail -> systemctl start worker@mail.service"),
        ("stop shop", "810 stop shop -> systemctl stop shop.target"),
        (
            "initctl emit -n catalogue-changed",
            "810 initctl emit -n catalogue-changed -> systemctl start --no-block catalogue-changed.target",
        ),
        ("initctl emit other", "810 initctl emit other -> :"),
        // The job that waited for it is retired: its unit waits for nothing.
        (
            "initctl emit -n start-rpcbind",
            "810 initctl emit -n start-rpcbind -> systemctl start --no-block rpcbind.service",
        ),
        ("initctl start gone", "810 initctl start gone -> systemctl start gone.service"),
        ("initctl reload-configuration", "810 initctl reload-configuration -> systemctl daemon-reload"),
        ("status web | grep -q running", "810 status web | grep -q running -> systemctl is-active -q web.service"),
        ("start web A=b", "811 start web A=b"),
        ("initctl list", "811 initctl list"),
        ("start worker", "811 start worker"),
        ("initctl emit net-device-up", "811 initctl emit net-device-up"),
        ("upstart-monitor", "811 upstart-monitor"),
        ("telinit 3", "812 telinit 3 -> systemctl --no-block isolate multi-user.target"),
        ("service web restart", "812 service web restart -> systemctl restart web.service"),
        ("invoke-rc.d --quiet web restart", "812 invoke-rc.d --quiet web restart -> systemctl restart web.service"),
        ("/etc/init.d/web restart", "812 /etc/init.d/web restart -> systemctl restart web.service"),
        ("update-rc.d web disable", "812 update-rc.d web disable -> systemctl disable web.service"),
        // No unit has the name of the job.
        ("service db reload", "812 service db reload -> systemctl reload db.service"),
        // The unit cannot reload, and `service` asks it to.
        ("service web reload", "810 service web reload -> systemctl kill --kill-who=main -s HUP web.service"),
        ("service cron reload", "812 service cron reload -> systemctl reload cron.service"),
        ("if service web status; then :; fi", "812 service web status -> systemctl status web.service"),
        ("service worker start", "810 service worker start"),
        (
            "sudo initctl emit catalogue-changed A=b",
            "810 initctl emit catalogue-changed A=b -> sh -c 'mkdir -p /run/upstart-events && printf '\\''A=\"%s\"\\n'\\'' b >/run/upstart-events/catalogue-changed.env && systemctl start catalogue-changed.target'",
        ),
        ("service shop stop", "810 service shop stop -> systemctl stop shop.target"),
        ("service udev restart", "810 service udev restart -> systemctl restart systemd-udevd.service"),
    ] {
        assert_eq!(told(CallerKind::Script, call), [expected], "{call}");
    }
}

#[test]
fn what_is_no_call_to_upstart_is_left_alone() {
    for text in [
        "# restart web\ntrue",
        "echo start web",
        "start",
        "stop $x",
        "status other",
        "restart() { x; }; restart web",
        "service other restart",
        "service \"$1\" restart",
        "service web rotate",
        "invoke-rc.d other start",
        "/etc/init.d/other start",
        "/etc/init.d/web rotate",
        "test -x /etc/init.d/web",
        "systemctl restart web.service",
        "ls /etc/init.d /etc/initramfs-tools /mnt/etc/init/web.conf",
        "printf x >/run/initctl",
        "start-stop-daemon --start --exec web",
    ] {
        assert_eq!(told(CallerKind::Script, text), NONE, "{text}");
    }
}

#[test]
fn a_call_is_found_behind_whatever_runs_it() {
    let expected = "810 restart web -> systemctl try-restart web.service";
    for text in [
        "sudo restart web",
        "sudo -n -u root restart web",
        "nice -n 5 restart web",
        "env A=b restart web",
        "sh -c 'restart web'",
        "su -c \"restart web\" root",
        "sudo sh -c 'sleep 1; restart web'",
        "if true; then restart web; fi",
        "x $(restart web)",
        "a || restart web &",
    ] {
        assert_eq!(told(CallerKind::Script, text), [expected], "{text}");
    }
    assert_eq!(
        told(CallerKind::Script, "sudo service web stop; nohup /etc/init.d/web start"),
        [
            "812 service web stop -> systemctl stop web.service",
            "812 /etc/init.d/web start -> systemctl start web.service"
        ]
    );
}

#[test]
fn a_variable_that_names_jobs_is_followed() {
    assert_eq!(
        told(CallerKind::Script, "for j in web db; do stop $j; done"),
        ["810 stop $j -> systemctl stop \"$j.service\""]
    );
    // A group is a target: the name alone is not enough.
    assert_eq!(told(CallerKind::Script, "for j in web shop; do stop $j; done"), ["810 stop $j"]);
    assert_eq!(told(CallerKind::Script, "for j in a b; do stop $j; done"), NONE);
}

#[test]
fn what_asks_for_upstart_first_is_passed_over() {
    for text in [
        "[ -x /sbin/initctl ] && restart web",
        "[ -x /sbin/initctl ] || exit 0\nrestart web",
        "if ! init_is_upstart; then exit 0; fi\nrestart web",
        "if initctl version | grep -q upstart; then restart web; fi",
    ] {
        let found = found(CallerKind::Script, text);
        let told: Vec<_> = found.iter().map(|it| (it.code.info().id, it.text.to_string())).collect();
        assert_eq!(told, [("CUT812", "restart web".to_owned())], "{text}");
        assert!(found[0].message.to_string().contains("passed over"), "{}", found[0].message);
        assert_eq!(callers_of(CallerKind::Maintainer, text), 0, "packages ask for every init: {text}");
    }
}

fn callers_of(kind: CallerKind, text: &str) -> usize {
    found(kind, text).len()
}

#[test]
fn a_script_that_cannot_be_read_as_a_whole_is_read_by_lines() {
    let text = "#!/bin/bash\nif [[ $a =~ (x|y) ]]; then\n  restart web\nfi\na=(1 2)\nstop db && x <(y)\n";
    let found = found(CallerKind::Script, text);
    let told: Vec<_> = found.iter().map(|it| (it.line, it.text.to_string(), it.certain)).collect();
    assert_eq!(told, [(3, "restart web".to_owned(), false), (6, "stop db".to_owned(), false)]);
    assert!(found.iter().all(|caller| caller.code.info().id == "CUT816" && caller.instead.is_some()));
}

// ---- kinds of files ------------------------------------------------------------------------------

#[test]
fn a_table_of_cron_is_read_by_its_columns() {
    let found = found(CallerKind::Crontab { user: true }, "# restart web\n0 4 * * * root restart web >/dev/null\n");
    let caller = &found[0];
    assert_eq!((caller.line, caller.column, caller.text.as_slice()), (2, 16, &b"restart web"[..]));
    assert!(caller.certain && caller.job.as_ref().is_some_and(|job| job.as_slice() == b"web"));
    assert_eq!(told(CallerKind::Crontab { user: true }, "MAILTO=restart web\n"), NONE);
    // cron ends a command at a percent sign.
    let call = "0 4 * * * root initctl emit catalogue-changed A=b\n";
    assert!(told(CallerKind::Crontab { user: true }, call)[0].contains(r#"A="\%s""#));
    // The user is not the command.
    assert_eq!(told(CallerKind::Crontab { user: true }, "0 4 * * * restart web\n"), NONE);
}

#[test]
fn logrotate_runs_scripts() {
    assert_eq!(
        told(CallerKind::Logrotate, "/a {\n  postrotate\n    reload db\n  endscript\n}\n# /var/log/upstart/web.log\n"),
        ["810 reload db -> systemctl reload db.service"]
    );
    assert_eq!(told(CallerKind::Logrotate, "/var/log/upstart/web.log {\n}\n"), ["813 /var/log/upstart/web.log"]);
}

#[test]
fn sudoers_needs_the_path_and_the_words_that_are_typed() {
    assert_eq!(
        told(CallerKind::Sudoers, "Cmnd_Alias W = /sbin/restart web, \\\n  /sbin/status web\n"),
        [
            "810 /sbin/restart web -> /bin/systemctl restart web.service",
            "810 /sbin/status web -> /bin/systemctl status web.service"
        ]
    );
    assert_eq!(
        told(CallerKind::Sudoers, "anna ALL=(root) NOPASSWD: /sbin/start worker N\\=1\n"),
        ["810 /sbin/start worker N\\=1 -> /bin/systemctl start worker@1.service"]
    );
    assert_eq!(
        told(CallerKind::Sudoers, "anna ALL=/sbin/initctl, /sbin/start *\n"),
        ["811 /sbin/initctl", "811 /sbin/start *"]
    );
    assert_eq!(told(CallerKind::Sudoers, "# anna ALL=/sbin/stop web\n"), NONE);
}

#[test]
fn monit_and_udev_run_programs_by_their_paths() {
    assert_eq!(
        told(CallerKind::Monit, "check process web\n  start program = \"/sbin/start web\"\n"),
        ["810 /sbin/start web -> /bin/systemctl start web.service"]
    );
    assert_eq!(
        told(CallerKind::Monit, "  if x then exec \"/bin/sh -c 'restart web'\"\n"),
        ["810 restart web -> systemctl try-restart web.service"]
    );
    assert_eq!(
        told(CallerKind::Udev, "ACTION==\"add\", RUN+=\"/sbin/start web\"\n"),
        ["810 /sbin/start web -> /bin/systemctl --no-block start web.service"]
    );
}

/// udev(7) knows single quotes alone, and puts in something for each `$` and `%`.
#[test]
fn what_a_rule_of_udev_cannot_hold_is_told_in_words() {
    let [quoted] = &found(CallerKind::Udev, "RUN+=\"/sbin/initctl emit catalogue-changed DEV=%k\"\n")[..] else {
        panic!()
    };
    assert_eq!(quoted.instead, None);
    let help = quoted.help.as_ref().unwrap().to_string();
    assert!(help.starts_with("write a script and let RUN call that"), "{help}");
}

#[test]
fn the_words_of_people_at_a_shell_are_read_as_commands() {
    let text = "alias rw=\"sudo restart web\"\nalias l='ls'\n";
    assert_eq!(told(CallerKind::Script, text), ["810 restart web -> systemctl try-restart web.service"]);
    // Bash alone knows the word: what is no script of sh is certain of nothing.
    let text = "alias rw=\"sudo restart web\"\nfunction sw { sudo stop web; }\n";
    assert_eq!(
        told(CallerKind::Script, text),
        ["816 restart web -> systemctl try-restart web.service", "816 stop web -> systemctl stop web.service"]
    );
}

#[test]
fn links_to_the_init_script_of_upstart_are_told_whether_it_is_there_or_not() {
    for target in [None, Some("root/lib/init/upstart-job")] {
        let sandbox = Sandbox::with(&[("root/etc/init/db.conf", "exec /usr/sbin/db\n")]);
        sandbox.link("root/etc/init.d/db", "/lib/init/upstart-job");
        if let Some(target) = target {
            sandbox.file(target, "#!/bin/sh\n");
        }
        let root = Root::open(&sandbox.path("root")).unwrap();
        let [caller] = &callers::callers(&root, &mut jobs(Logs::Journal)).callers[..] else { panic!() };
        assert_eq!((caller.code.info().id, caller.file.to_string().as_str()), ("CUT815", "/etc/init.d/db"));
        assert_eq!(caller.job.as_ref().map(ToString::to_string).as_deref(), Some("db"));
        assert!(caller.help.as_ref().is_some_and(|help| help.to_string().starts_with("remove it")));
    }
}

#[test]
fn other_settings_name_their_commands_in_their_own_ways() {
    assert_eq!(
        told(CallerKind::Apt, "DPkg::Post-Invoke {\"restart web || true\";};\n"),
        ["810 restart web -> { systemctl is-active -q web.service && systemctl restart web.service; }"]
    );
    assert_eq!(
        told(CallerKind::Interfaces, "iface eth0 inet static\n  post-up start web\n"),
        ["810 start web -> systemctl start web.service"]
    );
    assert_eq!(told(CallerKind::Acpi, "action=/sbin/stop web\n"), ["810 /sbin/stop web -> systemctl stop web.service"]);
}

#[test]
fn other_languages_only_mention_calls() {
    let python = "#!/usr/bin/python\n# restart web\nos.system('restart web')\ncall([\"initctl\", \"stop\", \"web\"])\n\
                  x = 'service web restart'\nprint('restart webserver')\n";
    let found = found(CallerKind::Script, python);
    let told: Vec<_> = found.iter().map(|it| (it.line, it.code.info().id, it.certain)).collect();
    assert_eq!(told, [(3, "CUT816", false), (4, "CUT816", false), (5, "CUT812", false)]);
    assert_eq!(found[0].instead.as_ref().unwrap().as_slice(), b"systemctl try-restart web.service");
    assert_eq!(found[1].instead.as_ref().unwrap().as_slice(), b"systemctl\", \"stop\", \"web.service");
}

// ---- paths and variables -------------------------------------------------------------------------

#[test]
fn logs_are_in_the_journal() {
    for (text, expected) in [
        ("cp /var/log/upstart/web.log /tmp", "813 /var/log/upstart/web.log"),
        ("tail -f /var/log/upstart/web.log", "813 tail -f /var/log/upstart/web.log -> journalctl -u web.service -f"),
        ("cat /var/log/upstart/web.log", "813 cat /var/log/upstart/web.log -> journalctl -u web.service"),
        (
            "grep -c x /var/log/upstart/web.log",
            "813 grep -c x /var/log/upstart/web.log -> journalctl -u web.service -o cat | grep -c x",
        ),
        (
            "cat /var/log/upstart/worker-a.log",
            "813 cat /var/log/upstart/worker-a.log -> journalctl -u 'worker@*.service'",
        ),
        ("rm /var/log/upstart/*.gz", "813 /var/log/upstart/*.gz"),
    ] {
        assert_eq!(told(CallerKind::Script, text), [expected], "{text}");
    }
}

#[test]
fn logs_that_stay_files_are_not_told() {
    let path = RootPath::parse("/etc/file").unwrap();
    let text = b"cat /var/log/upstart/web.log /var/log/upstart/*.log /var/log/upstart/cron.log";
    let found = callers::in_file(CallerKind::Script, &path, text, &jobs(Logs::Files));
    let texts: Vec<_> = found.iter().map(|caller| caller.text.to_string()).collect();
    assert_eq!(texts, ["/var/log/upstart/cron.log"], "the system's own unit logs to the journal");
}

#[test]
fn definitions_are_units() {
    for (text, expected) in [
        ("x /etc/init/web.conf", "814 /etc/init/web.conf -> /etc/systemd/system/web.service"),
        ("x /etc/init/worker.conf", "814 /etc/init/worker.conf -> /etc/systemd/system/worker@.service"),
        ("x /etc/init/cron.conf", "814 /etc/init/cron.conf -> /lib/systemd/system/cron.service"),
        ("x /etc/init/web.override", "814 /etc/init/web.override -> /etc/systemd/system/web.service.d"),
        ("x /etc/init/", "814 /etc/init/ -> /etc/systemd/system/"),
        ("ln -s /lib/init/upstart-job x", "814 /lib/init/upstart-job"),
        ("echo $UPSTART_JOB", "811 UPSTART_JOB"),
    ] {
        assert_eq!(told(CallerKind::Script, text), [expected], "{text}");
    }
    assert_eq!(told(CallerKind::Other, "; /etc/init\n/etc/init$ R\n"), ["814 /etc/init$ -> /etc/systemd/system$"]);
}

#[test]
fn a_file_of_upstarts_own_is_told_once() {
    let path = RootPath::parse("/etc/logrotate.d/upstart").unwrap();
    let text = b"/var/log/upstart/*.log {\n}\n";
    let found = callers::in_file(CallerKind::Logrotate, &path, text, &jobs(Logs::Journal));
    let codes: Vec<_> = found.iter().map(|caller| caller.code.info().id).collect();
    assert_eq!(codes, ["CUT815"]);
}

#[test]
fn no_text_is_too_strange() {
    for text in
        ["\0restart web", "'", "restart web '", "$(", "\"\n\"", "restart web\\", "sudo", "% restart web", "\u{1}=,"]
    {
        for kind in [
            CallerKind::Script,
            CallerKind::InitScript,
            CallerKind::Maintainer,
            CallerKind::Crontab { user: true },
            CallerKind::Anacrontab,
            CallerKind::Logrotate,
            CallerKind::Sudoers,
            CallerKind::Monit,
            CallerKind::Udev,
            CallerKind::Interfaces,
            CallerKind::Apt,
            CallerKind::Acpi,
            CallerKind::Other,
        ] {
            for text in
                [text.to_owned(), format!("* * * * * root {text}"), format!("A = {text}"), format!("RUN+=\"{text}\"")]
            {
                found(kind, &text);
            }
        }
    }
}

// ---- whole machines ------------------------------------------------------------------------------

/// The jobs of a machine.
fn machine(root: &Path) -> (Batch, Choices) {
    let found = input::find(&[root.join("etc/init")]).with_jobs_of_overrides();
    let files = found.inputs.iter().map(|input| input.read(true).unwrap()).collect();
    let choices = Choices::default();
    (batch::convert(files, &choices, || ()), choices)
}

fn callers_in(root: &Path) -> Vec<Caller> {
    let (batch, choices) = machine(root);
    let found = callers::callers(&Root::open(root).unwrap(), &mut Jobs::of(&batch, &choices));
    assert!(found.errors.is_empty(), "{:?}", found.errors);
    found.callers
}

fn shown(callers: &[Caller]) -> String {
    let mut out = String::new();
    for caller in callers {
        let info = caller.code.info();
        let sure = if caller.certain { "" } else { " (perhaps)" };
        let _ = writeln!(out, "{}[{}]{sure}: {}", info.severity, info.id, caller.message);
        let _ = writeln!(out, "  {}:{}:{}", caller.file, caller.line, caller.column);
        if !caller.text.is_empty() {
            let _ = writeln!(out, "  - {}", caller.text);
        }
        if let Some(instead) = &caller.instead {
            let _ = writeln!(out, "  + {instead}");
        }
        if let Some(help) = &caller.help {
            let _ = writeln!(out, "  = {help}");
        }
        out.push('\n');
    }
    out
}

fn compare(path: &str, actual: &str) {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(path, actual).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    let diff = similar::TextDiff::from_lines(&expected, actual);
    assert_eq!(expected, actual, "{}", diff.unified_diff().header(path, "now"));
}

#[test]
fn the_callers_of_the_shop_are_those_that_stand_beside_it() {
    compare("corpus/root.callers", &shown(&callers_in(Path::new("corpus/root"))));
}

#[test]
fn the_text_of_a_caller_is_what_stands_at_its_place() {
    let callers = callers_in(Path::new("corpus/root"));
    for caller in &callers {
        let path = Path::new("corpus/root").join(caller.file.to_string().trim_start_matches('/'));
        if path.is_symlink() {
            assert!(caller.text.is_empty(), "a link is the place itself, and leads nowhere here");
            continue;
        }
        let file = fs::read(path).unwrap();
        assert_eq!(caller.span.of(&file), caller.text.as_slice());
        let line = String::from_utf8(file).unwrap().lines().nth(caller.line - 1).unwrap().to_owned();
        let first = caller.text.to_string().lines().next().unwrap_or_default().to_owned();
        assert!(line[caller.column - 1..].starts_with(&first), "{line}");
    }
    assert!(callers.len() > 30, "{}", callers.len());
}

#[test]
fn what_leads_out_of_a_root_is_not_followed() {
    let sandbox = common::Sandbox::with(&[
        ("root/etc/init/web.conf", "exec /usr/sbin/web\n"),
        ("root/etc/cron.daily/here", "restart web\n"),
        ("outside", "restart web\n"),
    ]);
    sandbox.link("root/etc/cron.daily/out", "../../../outside");
    sandbox.link("root/etc/cron.weekly", "/../");
    sandbox.pipe("root/etc/cron.daily/pipe");
    sandbox.file("root/etc/large", "restart web\n".repeat(100_000));
    let callers = callers_in(&sandbox.path("root"));
    let files: Vec<String> = callers.iter().map(|caller| caller.file.to_string()).collect();
    assert_eq!(files, ["/etc/cron.daily/here"]);
}

#[test]
fn what_the_services_of_the_shop_lack_is_told() {
    let (batch, _) = machine(Path::new("corpus/root"));
    let root = Root::open(Path::new("corpus/root")).unwrap();
    let facts = Facts::of(&root);
    let mut out = String::new();
    for job in batch.jobs.iter().filter(|job| job.vendor_job.is_none()) {
        for finding in facts.missing(&job.conversion.service) {
            let mark = finding.marks[0].at.unwrap();
            let text = job.sources()[mark.file].text.clone();
            let (name, line) = (&job.files.name, cutover::text::line(&text, mark.span.start));
            let _ = writeln!(out, "[{}] {name}:{line}: {}", finding.code, finding.message);
        }
    }
    // A machine of which there is nothing but /etc.
    let sandbox = common::Sandbox::with(&[("etc/init/a.conf", "exec a\n")]);
    let root = Root::open(&sandbox.path("")).unwrap();
    let unknown = Facts::of(&root).unknown().unwrap();
    let _ = writeln!(out, "[{}] {}", unknown.code, unknown.message);
    compare("corpus/root.missing", &out);
}

#[test]
fn the_callers_of_real_machines_are_these() {
    let Some(machines) = shared("machines") else { return };
    for (name, expected) in [
        (
            "raspbmc",
            &[
                "CUT810 /etc/logrotate.d/samba:6 /etc/init.d/samba reload",
                "CUT811 /etc/network/if-up.d/mountnfs:76 initctl emit --no-wait mounting TYPE=nfs4",
                "CUT810 /etc/network/if-up.d/mountnfs:106 initctl emit --no-wait start-portmap",
                "CUT810 /etc/network/if-up.d/mountnfs:107 initctl emit --no-wait start-rpcbind",
                "CUT815 /etc/network/if-up.d/upstart:1 ",
            ][..],
        ),
        (
            "ring",
            &[
                "CUT812 /etc/cron.d/anacron:6 /usr/sbin/invoke-rc.d anacron start",
                "CUT815 /etc/cron.daily/upstart:1 ",
                "CUT812 /etc/logrotate.d/cups-daemon:7 invoke-rc.d --quiet cups restart",
                "CUT815 /etc/logrotate.d/upstart:1 ",
                "CUT812 /etc/network/if-up.d/openssh-server:39 invoke-rc.d ssh restart",
                "CUT815 /etc/network/if-up.d/upstart:1 ",
            ],
        ),
    ] {
        let root = machines.join(name);
        let start = Instant::now();
        let callers = callers_in(&root);
        eprintln!("{name}: {:?}", start.elapsed());
        let told: Vec<String> =
            callers.iter().map(|it| format!("{} {}:{} {}", it.code, it.file, it.line, it.text)).collect();
        assert_eq!(told, *expected, "{}", shown(&callers));
    }
}

// ---- which files are read, and how -----------------------------------------------------------------

#[test]
fn a_file_is_read_as_what_lies_at_its_path() {
    for (path, expected) in [
        ("/etc/crontab", Some(CallerKind::Crontab { user: true })),
        ("/etc/cron.d/shop", Some(CallerKind::Crontab { user: true })),
        ("/etc/cron.weekly/shop", Some(CallerKind::Script)),
        ("/var/spool/cron/crontabs/anna", Some(CallerKind::Crontab { user: false })),
        ("/etc/monit/conf.d/web", Some(CallerKind::Monit)),
        ("/etc/monitrc", Some(CallerKind::Monit)),
        ("/etc/network/if-up.d/shop", Some(CallerKind::Script)),
        ("/etc/dhcp/dhclient-exit-hooks.d/shop", Some(CallerKind::Script)),
        ("/etc/shop/deploy.conf", Some(CallerKind::Other)),
        ("/var/lib/dpkg/info/shop.postinst", Some(CallerKind::Maintainer)),
        ("/etc/init/web.conf", None),
        ("/etc/rc2.d/S20web", None),
        ("/etc/cron.d/shop.dpkg-old", None),
        ("/var/lib/dpkg/info/shop.list", None),
        ("/usr/bin/shop", None),
    ] {
        assert_eq!(CallerKind::of(path.as_bytes()), expected, "{path}");
    }
}

#[test]
fn the_first_line_of_a_script_says_who_reads_it() {
    assert!(CallerKind::Script.is_shell(b"restart web\n"));
    assert!(CallerKind::Script.is_shell(b"#! /bin/sh -e\n"));
    assert!(!CallerKind::Script.is_shell(b"#!/usr/bin/python\n"));
    assert!(CallerKind::Other.is_shell(b"#!/usr/bin/env bash\n"));
    assert!(!CallerKind::Other.is_shell(b"[shop]\n"));
}
