//! `cutover reverse`: what goes to standard output, what is written below `--out`, what is said, and how a run ends.

use std::fs;

use insta::assert_snapshot;
use serde_json::Value;

use crate::common::Sandbox;

const WEB: &str = "[Unit]\nDescription=Web\n\n[Service]\nExecStart=/usr/bin/web --now\nRestart=always\n\n[Install]\nWantedBy=multi-user.target\n";
const DB: &str = "[Unit]\nDescription=Database\n\n[Service]\nType=forking\nExecStart=/usr/bin/db\n\n[Install]\nWantedBy=multi-user.target\n";

/// What a job says that has a stanza for everything.
const PUMA: &str = "description \"web shop (puma)\"\n\nstart on runlevel [2345]\nstop on runlevel [06]\n\nsetuid shop\nsetgid shop\nchdir /srv/shop/current\nenv HOME=/srv/shop\n\nreload signal USR1\nnormal exit 0 TERM\nrespawn\nrespawn limit 3 30\n\nexec /srv/shop/current/bin/puma -C config/puma.rb\n";

#[test]
fn the_unit_of_an_ordinary_job_becomes_a_job_that_is_the_same_to_upstart() {
    let sandbox = Sandbox::with(&[("puma.conf", PUMA)]);
    let run = |args: &[&str]| sandbox.output(args).stdout;
    let original = run(&["check", "--format", "jsonl", "puma.conf"]);
    sandbox.file("puma.service", run(&["convert", "puma.conf"]));
    sandbox.file("puma.conf", run(&["reverse", "puma.service"]));
    assert_eq!(run(&["check", "--format", "jsonl", "puma.conf"]), original);
    let old = String::from_utf8(run(&["reverse", "--target-upstart", "0.6.5", "puma.service"])).unwrap();
    assert!(old.contains("chroot --userspec=shop:shop") && !old.contains("setuid"), "{old}");
}

#[test]
fn jobs_go_to_standard_output_and_findings_to_standard_error() {
    let sandbox = Sandbox::with(&[("web.service", WEB)]);
    assert_snapshot!(sandbox.run(&["reverse", "web.service"]), @"
    # /etc/init/web.conf
    description Web

    start on runlevel [2345]
    stop on runlevel [!2345]

    respawn
    respawn limit 4 10
    kill timeout 90

    exec /usr/bin/web --now
    --- stderr
    note[CUT091]: At stop Upstart signals the process group of main; systemd the whole control group
    note[CUT092]: Upstart counts respawns only; systemd counts every start, and waits before each restart
    note[CUT093]: `reload` sends HUP to every job; a unit without `ExecReload=` refuses it
    note[CUT094]: Upstart sets other variables than systemd
    note[CUT095]: A program dies of SIGPIPE on Upstart; systemd lets it ignore that
    note[CUT096]: `start` of a running and `stop` of a stopped job exit 1 on Upstart, 0 on systemd

    1 unit → 1 job
    4 directives: 4 exact, 0 approximated, 0 dropped, 0 manual
    --- exit status 0
    ");
}

#[test]
fn drop_ins_beside_a_unit_are_laid_over_it() {
    let sandbox = Sandbox::with(&[
        ("web.service", WEB),
        ("web.service.d/10-user.conf", "[Service]\nUser=www-data\n"),
        ("web.service.d/20-restart.conf", "[Service]\nRestart=no\n"),
    ]);
    assert_snapshot!(sandbox.run(&["reverse", "web.service"]), @"
    # /etc/init/web.conf
    description Web

    start on runlevel [2345]
    stop on runlevel [!2345]

    kill timeout 90

    setuid www-data

    exec /usr/bin/web --now
    --- stderr
    note[CUT109]: web.service:6:1: Restart= is set anew
    note[CUT030]: web.service.d/10-user.conf:2:1: Upstart sets no HOME, USER, LOGNAME and SHELL for the user
    note[CUT091]: At stop Upstart signals the process group of main; systemd the whole control group
    note[CUT093]: `reload` sends HUP to every job; a unit without `ExecReload=` refuses it
    note[CUT094]: Upstart sets other variables than systemd
    note[CUT095]: A program dies of SIGPIPE on Upstart; systemd lets it ignore that
    note[CUT096]: `start` of a running and `stop` of a stopped job exit 1 on Upstart, 0 on systemd

    1 unit → 1 job
    6 directives: 4 exact, 1 approximated, 1 dropped, 0 manual
    most frequent: CUT030 account-variables (1), CUT109 superseded (1)
    `cutover explain CODE` tells what a finding means and what to do
    --- exit status 0
    ");
}

#[test]
fn units_of_a_directory_know_of_each_other() {
    let sandbox = Sandbox::with(&[
        (
            "units/web.service",
            "[Unit]\nDescription=Web\nRequires=db.service\nAfter=db.service\n\n[Service]\nExecStart=/usr/bin/web --now\nRestart=always\n\n[Install]\nWantedBy=multi-user.target\n",
        ),
        ("units/db.service", "[Service]\nExecStart=/usr/bin/db\n"),
    ]);
    assert_snapshot!(sandbox.run(&["reverse", "units"]), @"
    # /etc/init/db.conf
    start on starting web
    stop on runlevel [!2345]

    kill timeout 90

    exec /usr/bin/db

    # /etc/init/web.conf
    description Web

    start on runlevel [2345]
    stop on stopping db

    respawn
    respawn limit 4 10
    kill timeout 90

    exec /usr/bin/web --now
    --- stderr
    warning[CUT066]: the job starts although the start of `db` has failed
     --> units/web.service:3:1
      |
    3 | Requires=db.service
      | ^^^^^^^^^^^^^^^^^^^
      |
      = became: start on starting web, in db
      = help: ask in pre-start: initctl status db | grep -q start/running
    warning[CUT068]: when `db` crashes or is restarted, the job is stopped, and nothing starts it again
     --> units/web.service:3:1
      |
    3 | Requires=db.service
      | ^^^^^^^^^^^^^^^^^^^
      |
      = became: stop on stopping db
      = help: where it has to come back, write `or started db` into `start on`; where it can live on, take `stopping db` out of `stop on`
    note[CUT091]: At stop Upstart signals the process group of main; systemd the whole control group
    note[CUT092]: Upstart counts respawns only; systemd counts every start, and waits before each restart
    note[CUT093]: `reload` sends HUP to every job; a unit without `ExecReload=` refuses it
    note[CUT094]: Upstart sets other variables than systemd
    note[CUT095]: A program dies of SIGPIPE on Upstart; systemd lets it ignore that
    note[CUT096]: `start` of a running and `stop` of a stopped job exit 1 on Upstart, 0 on systemd

    2 units → 2 jobs
    7 directives: 6 exact, 1 approximated, 0 dropped, 0 manual
    most frequent: CUT066 needed-may-fail (1), CUT068 stopped-with (1)
    `cutover explain CODE` tells what a finding means and what to do
    --- exit status 0
    ");
}

#[test]
fn of_a_root_etc_counts_for_more_and_links_say_what_starts_at_boot() {
    let sandbox = Sandbox::with(&[
        ("root/usr/lib/systemd/system/web.service", "[Service]\nExecStart=/usr/bin/old\n"),
        ("root/etc/systemd/system/web.service", "[Service]\nExecStart=/usr/bin/new\n"),
        ("root/usr/lib/systemd/system/db.service", "[Service]\nExecStart=/usr/bin/db\n"),
    ]);
    sandbox.link("root/etc/systemd/system/multi-user.target.wants/db.service", "/usr/lib/systemd/system/db.service");
    assert_snapshot!(sandbox.run(&["reverse", "root"]), @"
    # /etc/init/db.conf
    start on runlevel [2345]
    stop on runlevel [!2345]

    kill timeout 90

    exec /usr/bin/db

    # /etc/init/web.conf
    stop on runlevel [!2345]

    kill timeout 90

    exec /usr/bin/new
    --- stderr
    note[CUT060]: root/etc/systemd/system/web.service:1:1: nothing starts the unit by itself, and so nothing starts the job
    note[CUT091]: At stop Upstart signals the process group of main; systemd the whole control group
    note[CUT093]: `reload` sends HUP to every job; a unit without `ExecReload=` refuses it
    note[CUT094]: Upstart sets other variables than systemd
    note[CUT095]: A program dies of SIGPIPE on Upstart; systemd lets it ignore that
    note[CUT096]: `start` of a running and `stop` of a stopped job exit 1 on Upstart, 0 on systemd

    2 units → 2 jobs
    2 directives: 2 exact, 0 approximated, 0 dropped, 0 manual
    most frequent: CUT060 started-by-nobody (1)
    `cutover explain CODE` tells what a finding means and what to do
    --- exit status 0
    ");
}

#[test]
fn a_masked_unit_has_no_job() {
    let sandbox = Sandbox::new();
    sandbox.link("web.service", "/dev/null");
    assert_snapshot!(sandbox.run(&["reverse", "web.service"]), @"
    --- stderr
    warning[CUT003]: web.service is masked: nothing can start it, and there is no job

    1 unit → 0 jobs
    0 directives: 0 exact, 0 approximated, 0 dropped, 0 manual
    most frequent: CUT003 masked-unit (1)
    `cutover explain CODE` tells what a finding means and what to do
    --- exit status 0
    ");
}

#[test]
fn how_often_a_program_forks_is_a_guess_unless_somebody_says_it() {
    let sandbox = Sandbox::with(&[("db.service", DB)]);
    assert_snapshot!(sandbox.run(&["reverse", "db.service"]), @"
    # /etc/init/db.conf
    description Database

    start on runlevel [2345]
    stop on runlevel [!2345]

    expect fork
    kill timeout 90

    exec /usr/bin/db
    --- stderr
    warning[CUT028]: how often the program forks is a guess; where it is wrong, start and stop of the job hang
     --> db.service:5:1
      |
    5 | Type=forking
      | ^^^^^^^^^^^^
      |
      = became: expect fork
      = help: let the program run in the foreground and take `expect` out, or say --expect fork or daemon
    note[CUT090]: Upstart has no time limit for a start; systemd gives up after 90 s
    note[CUT091]: At stop Upstart signals the process group of main; systemd the whole control group
    note[CUT093]: `reload` sends HUP to every job; a unit without `ExecReload=` refuses it
    note[CUT094]: Upstart sets other variables than systemd
    note[CUT095]: A program dies of SIGPIPE on Upstart; systemd lets it ignore that
    note[CUT096]: `start` of a running and `stop` of a stopped job exit 1 on Upstart, 0 on systemd

    1 unit → 1 job
    4 directives: 3 exact, 1 approximated, 0 dropped, 0 manual
    most frequent: CUT028 forks-guessed (1)
    `cutover explain CODE` tells what a finding means and what to do
    --- exit status 0
    ");
    assert_snapshot!(sandbox.run(&["reverse", "--expect", "daemon", "db.service"]), @"
    # /etc/init/db.conf
    description Database

    start on runlevel [2345]
    stop on runlevel [!2345]

    expect daemon
    kill timeout 90

    exec /usr/bin/db
    --- stderr
    note[CUT090]: Upstart has no time limit for a start; systemd gives up after 90 s
    note[CUT091]: At stop Upstart signals the process group of main; systemd the whole control group
    note[CUT093]: `reload` sends HUP to every job; a unit without `ExecReload=` refuses it
    note[CUT094]: Upstart sets other variables than systemd
    note[CUT095]: A program dies of SIGPIPE on Upstart; systemd lets it ignore that
    note[CUT096]: `start` of a running and `stop` of a stopped job exit 1 on Upstart, 0 on systemd

    1 unit → 1 job
    4 directives: 4 exact, 0 approximated, 0 dropped, 0 manual
    --- exit status 0
    ");
    assert_snapshot!(sandbox.run(&["reverse", "--expect", "twice", "db.service"]), @"
    --- stderr
    error: invalid value 'twice' for '--expect <HOW>'
      [possible values: none, stop, fork, daemon]

    For more information, try '--help'.
    --- exit status 2
    ");
}

#[test]
fn an_older_upstart_gets_the_older_form() {
    let sandbox = Sandbox::with(&[(
        "web.service",
        "[Unit]\nDescription=Web\n\n[Service]\nUser=www\nExecStart=/usr/bin/web --now\nRestart=always\n\n[Install]\nWantedBy=multi-user.target\n",
    )]);
    assert_snapshot!(sandbox.run(&["reverse", "--target-upstart", "1.3", "web.service"]), @r#"
    # /etc/init/web.conf
    description Web

    start on runlevel [2345]
    stop on runlevel [!2345]

    respawn
    respawn limit 4 10
    kill timeout 90

    pre-start script
        mkdir -p /var/log/upstart || :
    end script

    script
        if [ -w /var/log/upstart ]; then exec >>"/var/log/upstart/$UPSTART_JOB.log" 2>&1; fi; exec /sbin/start-stop-daemon --start --pidfile /dev/null --chuid www --startas /usr/bin/web -- --now
    end script
    --- stderr
    note[CUT030]: web.service:5:1: Upstart sets no HOME, USER, LOGNAME and SHELL for the user
    warning[CUT035]: Upstart 1.3 cannot change the user: a program does
     --> web.service:5:1
      |
    5 | User=www
      | ^^^^^^^^
      |
      = became: start-stop-daemon --chuid
    warning[CUT035]: Upstart 1.3 logs nothing: the processes write to /var/log/upstart themselves
     --> web.service:6:1
      |
    6 | ExecStart=/usr/bin/web --now
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = became: exec with redirections
      = help: see that something rotates the file
    note[CUT090]: Upstart has no time limit for a start; systemd gives up after 90 s
    note[CUT091]: At stop Upstart signals the process group of main; systemd the whole control group
    note[CUT092]: Upstart counts respawns only; systemd counts every start, and waits before each restart
    note[CUT093]: `reload` sends HUP to every job; a unit without `ExecReload=` refuses it
    note[CUT094]: Upstart sets other variables than systemd
    note[CUT095]: A program dies of SIGPIPE on Upstart; systemd lets it ignore that
    note[CUT096]: `start` of a running and `stop` of a stopped job exit 1 on Upstart, 0 on systemd

    1 unit → 1 job
    5 directives: 3 exact, 2 approximated, 0 dropped, 0 manual
    most frequent: CUT035 downgraded-stanza (2), CUT030 account-variables (1)
    `cutover explain CODE` tells what a finding means and what to do
    --- exit status 0
    "#);
    assert_snapshot!(sandbox.run(&["reverse", "--target-upstart", "0.6.5", "web.service"]), @r#"
    # /etc/init/web.conf
    description Web

    start on stopped rc RUNLEVEL=[2345]
    stop on starting rc RUNLEVEL=[!2345]

    respawn
    respawn limit 4 10
    kill timeout 90

    pre-start script
        mkdir -p /var/log/upstart || :
    end script

    script
        if [ -w /var/log/upstart ]; then exec >>"/var/log/upstart/$UPSTART_JOB.log" 2>&1; fi; exec /usr/sbin/chroot --userspec=www: --groups="$(id -G www | tr ' ' ,)" / /usr/bin/web --now
    end script
    --- stderr
    note[CUT030]: web.service:5:1: Upstart sets no HOME, USER, LOGNAME and SHELL for the user
    warning[CUT035]: Upstart 0.6.5 cannot change the user: a program does
     --> web.service:5:1
      |
    5 | User=www
      | ^^^^^^^^
      |
      = became: chroot --userspec
    warning[CUT035]: Upstart 0.6.5 logs nothing: the processes write to /var/log/upstart themselves
     --> web.service:6:1
      |
    6 | ExecStart=/usr/bin/web --now
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = became: exec with redirections
      = help: see that something rotates the file
    note[CUT090]: Upstart has no time limit for a start; systemd gives up after 90 s
    note[CUT091]: At stop Upstart signals the process group of main; systemd the whole control group
    note[CUT092]: Upstart counts respawns only; systemd counts every start, and waits before each restart
    note[CUT093]: `reload` sends HUP to every job; a unit without `ExecReload=` refuses it
    note[CUT094]: Upstart sets other variables than systemd
    note[CUT095]: A program dies of SIGPIPE on Upstart; systemd lets it ignore that
    note[CUT096]: `start` of a running and `stop` of a stopped job exit 1 on Upstart, 0 on systemd
    note[CUT912]: the jobs are for RHEL 6

    1 unit → 1 job
    5 directives: 3 exact, 2 approximated, 0 dropped, 0 manual
    most frequent: CUT035 downgraded-stanza (2), CUT030 account-variables (1)
    `cutover explain CODE` tells what a finding means and what to do
    --- exit status 0
    "#);
}

#[test]
fn a_version_that_is_none_is_told_with_examples() {
    let sandbox = Sandbox::with(&[("web.service", WEB)]);
    assert_snapshot!(sandbox.run(&["reverse", "--target-upstart", "2.0", "web.service"]), @"
    --- stderr
    error: invalid value '2.0' for '--target-upstart <VERSION>': `2.0` is no version of Upstart from 0.6.5 on; write one such as 0.6.5, 1.5, 1.12 or 1.13

    For more information, try '--help'.
    --- exit status 2
    ");
    assert_snapshot!(sandbox.run(&["reverse", "--target-upstart", "0.5", "web.service"]), @"
    --- stderr
    error: invalid value '0.5' for '--target-upstart <VERSION>': `0.5` is no version of Upstart from 0.6.5 on; write one such as 0.6.5, 1.5, 1.12 or 1.13

    For more information, try '--help'.
    --- exit status 2
    ");
}

#[test]
fn the_origin_says_which_events_there_are() {
    let sandbox = Sandbox::with(&[("web.service", WEB)]);
    assert_snapshot!(sandbox.run(&["reverse", "--origin", "rhel6", "web.service"]), @"
    # /etc/init/web.conf
    description Web

    start on stopped rc RUNLEVEL=[2345]
    stop on starting rc RUNLEVEL=[!2345]

    respawn
    respawn limit 4 10
    kill timeout 90

    exec /usr/bin/web --now
    --- stderr
    note[CUT091]: At stop Upstart signals the process group of main; systemd the whole control group
    note[CUT092]: Upstart counts respawns only; systemd counts every start, and waits before each restart
    note[CUT093]: `reload` sends HUP to every job; a unit without `ExecReload=` refuses it
    note[CUT094]: Upstart sets other variables than systemd
    note[CUT095]: A program dies of SIGPIPE on Upstart; systemd lets it ignore that
    note[CUT096]: `start` of a running and `stop` of a stopped job exit 1 on Upstart, 0 on systemd
    note[CUT912]: the jobs are for RHEL 6

    1 unit → 1 job
    4 directives: 4 exact, 0 approximated, 0 dropped, 0 manual
    --- exit status 0
    ");
    assert_snapshot!(sandbox.run(&["reverse", "--origin", "chromeos", "web.service"]), @"
    # /etc/init/web.conf
    description Web

    start on started system-services
    stop on stopping system-services

    respawn
    respawn limit 4 10
    kill timeout 90

    exec /usr/bin/web --now
    --- stderr
    note[CUT091]: At stop Upstart signals the process group of main; systemd the whole control group
    note[CUT092]: Upstart counts respawns only; systemd counts every start, and waits before each restart
    note[CUT093]: `reload` sends HUP to every job; a unit without `ExecReload=` refuses it
    note[CUT094]: Upstart sets other variables than systemd
    note[CUT095]: A program dies of SIGPIPE on Upstart; systemd lets it ignore that
    note[CUT096]: `start` of a running and `stop` of a stopped job exit 1 on Upstart, 0 on systemd
    note[CUT912]: the jobs are for Chrome OS

    1 unit → 1 job
    4 directives: 4 exact, 0 approximated, 0 dropped, 0 manual
    --- exit status 0
    ");
    assert_snapshot!(sandbox.run(&["reverse", "--target-upstart", "0.6.5", "--origin", "ubuntu", "web.service"]), @r#"
    # /etc/init/web.conf
    description Web

    start on runlevel [2345]
    stop on runlevel [!2345]

    respawn
    respawn limit 4 10
    kill timeout 90

    pre-start script
        mkdir -p /var/log/upstart || :
    end script

    script
        if [ -w /var/log/upstart ]; then exec >>"/var/log/upstart/$UPSTART_JOB.log" 2>&1; fi; exec /usr/bin/web --now
    end script
    --- stderr
    warning[CUT035]: Upstart 0.6.5 logs nothing: the processes write to /var/log/upstart themselves
     --> web.service:5:1
      |
    5 | ExecStart=/usr/bin/web --now
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = became: exec with redirections
      = help: see that something rotates the file
    note[CUT090]: Upstart has no time limit for a start; systemd gives up after 90 s
    note[CUT091]: At stop Upstart signals the process group of main; systemd the whole control group
    note[CUT092]: Upstart counts respawns only; systemd counts every start, and waits before each restart
    note[CUT093]: `reload` sends HUP to every job; a unit without `ExecReload=` refuses it
    note[CUT094]: Upstart sets other variables than systemd
    note[CUT095]: A program dies of SIGPIPE on Upstart; systemd lets it ignore that
    note[CUT096]: `start` of a running and `stop` of a stopped job exit 1 on Upstart, 0 on systemd

    1 unit → 1 job
    4 directives: 3 exact, 1 approximated, 0 dropped, 0 manual
    most frequent: CUT035 downgraded-stanza (1)
    `cutover explain CODE` tells what a finding means and what to do
    --- exit status 0
    "#);
}

#[test]
fn a_directory_without_units_is_told() {
    let sandbox = Sandbox::with(&[("empty/README", "x\n")]);
    assert_snapshot!(sandbox.run(&["reverse", "empty"]), @"
    --- stderr
    error: empty: there is no unit in this directory

    0 units → 0 jobs
    0 directives: 0 exact, 0 approximated, 0 dropped, 0 manual
    --- exit status 2
    ");
    assert_snapshot!(sandbox.run(&["reverse", "missing"]), @"
    --- stderr
    error: missing: there is no such file or directory

    0 units → 0 jobs
    0 directives: 0 exact, 0 approximated, 0 dropped, 0 manual
    --- exit status 2
    ");
}

#[test]
fn a_job_is_told_to_be_one() {
    let sandbox = Sandbox::with(&[
        ("web.conf", "exec /usr/bin/web\n"),
        ("web.override", "manual\n"),
        ("init/db.conf", "exec /usr/bin/db\n"),
        ("notes.txt", "x\n"),
    ]);
    assert_snapshot!(sandbox.run(&["reverse", "web.conf", "web.override", "init", "notes.txt"]), @"
    --- stderr
    error: web.conf: this is a job of Upstart; `cutover convert` makes a unit of it
    error: web.override: this is a job of Upstart; `cutover convert` makes a unit of it
    error: init: there are only jobs of Upstart in this directory; `cutover convert` makes units of them
    error: notes.txt: this is not the name of a unit, such as web.service

    0 units → 0 jobs
    0 directives: 0 exact, 0 approximated, 0 dropped, 0 manual
    --- exit status 2
    ");
}

#[test]
fn convert_tells_a_unit_to_be_one() {
    let sandbox = Sandbox::with(&[
        ("web.service", WEB),
        ("web.socket", "[Socket]\nListenStream=80\n"),
        ("units/db.service", DB),
        ("units/db.service.d/site.conf", "[Service]\nNice=3\n"),
    ]);
    assert_snapshot!(sandbox.run(&["convert", "web.service", "web.socket", "units"]), @"
    --- stderr
    error: web.service: this is a unit of systemd; `cutover reverse` makes a job of it
    error: web.socket: this is a unit of systemd; `cutover reverse` makes a job of it
    error: units: there are only units of systemd in this directory; `cutover reverse` makes jobs of them

    0 jobs → 0 units
    0 stanzas: 0 exact, 0 approximated, 0 dropped, 0 manual
    --- exit status 2
    ");
}

#[test]
fn jobs_beside_units_are_converted() {
    let sandbox = Sandbox::with(&[
        ("both/web.service", WEB),
        ("both/web.service.d/site.conf", "[Service]\nNice=3\n"),
        ("both/db.conf", "exec /usr/bin/db\n"),
    ]);
    assert_snapshot!(sandbox.run(&["convert", "both"]), @"
    # /etc/systemd/system/db.service
    [Service]
    Type=exec
    ExecStart=/usr/bin/db
    TimeoutStopSec=5
    --- stderr
    note[general]: CUT901 CUT903 CUT904 CUT905 CUT906 CUT907 CUT908 CUT909 CUT911

    1 job → 1 unit
    1 stanza: 1 exact, 0 approximated, 0 dropped, 0 manual
    --- exit status 0
    ");
}

#[test]
fn one_bad_input_does_not_cost_the_others() {
    let sandbox = Sandbox::with(&[("web.service", WEB)]);
    assert_snapshot!(sandbox.run(&["reverse", "missing.service", "web.service"]), @"
    # /etc/init/web.conf
    description Web

    start on runlevel [2345]
    stop on runlevel [!2345]

    respawn
    respawn limit 4 10
    kill timeout 90

    exec /usr/bin/web --now
    --- stderr
    error: missing.service: there is no such file or directory
    note[CUT091]: At stop Upstart signals the process group of main; systemd the whole control group
    note[CUT092]: Upstart counts respawns only; systemd counts every start, and waits before each restart
    note[CUT093]: `reload` sends HUP to every job; a unit without `ExecReload=` refuses it
    note[CUT094]: Upstart sets other variables than systemd
    note[CUT095]: A program dies of SIGPIPE on Upstart; systemd lets it ignore that
    note[CUT096]: `start` of a running and `stop` of a stopped job exit 1 on Upstart, 0 on systemd

    1 unit → 1 job
    4 directives: 4 exact, 0 approximated, 0 dropped, 0 manual
    --- exit status 2
    ");
}

#[test]
fn two_units_with_one_name_of_a_job_are_told() {
    let sandbox = Sandbox::with(&[("a/web.service", WEB), ("b/web.service", "[Service]\nExecStart=/usr/bin/other\n")]);
    assert_snapshot!(sandbox.run(&["reverse", "a", "b"]), @"
    # /etc/init/web.conf
    description Web

    start on runlevel [2345]
    stop on runlevel [!2345]

    respawn
    respawn limit 4 10
    kill timeout 90

    exec /usr/bin/web --now
    --- stderr
    note[CUT060]: b/web.service:1:1: nothing starts the unit by itself, and so nothing starts the job
    error[CUT713]: its job would be web.conf too, which a/web.service is already
     --> b/web.service:1:1
      |
    1 | [Service]
      | ^
      |
      = help: rename one of the units, and convert again
    note[CUT091]: At stop Upstart signals the process group of main; systemd the whole control group
    note[CUT092]: Upstart counts respawns only; systemd counts every start, and waits before each restart
    note[CUT093]: `reload` sends HUP to every job; a unit without `ExecReload=` refuses it
    note[CUT094]: Upstart sets other variables than systemd
    note[CUT095]: A program dies of SIGPIPE on Upstart; systemd lets it ignore that
    note[CUT096]: `start` of a running and `stop` of a stopped job exit 1 on Upstart, 0 on systemd

    2 units → 1 job
    5 directives: 4 exact, 0 approximated, 0 dropped, 1 manual
    most frequent: CUT060 started-by-nobody (1), CUT713 name-collision (1)
    `cutover explain CODE` tells what a finding means and what to do
    --- exit status 1
    ");
}

#[test]
fn a_socket_joins_its_service() {
    let sandbox = Sandbox::with(&[
        ("units/web.service", "[Service]\nExecStart=/usr/bin/web\n"),
        ("units/web.socket", "[Socket]\nListenStream=8080\n"),
    ]);
    assert_snapshot!(sandbox.run(&["reverse", "units"]), @"
    # /etc/init/web.conf
    start on socket PROTO=inet PORT=8080
    stop on runlevel [!2345]

    kill timeout 90

    exec /usr/bin/web
    --- stderr
    warning[CUT062]: upstart-socket-bridge listens, and hands over the one socket that was connected to; the names of sockets are lost
     --> units/web.socket:2:1
      |
    2 | ListenStream=8080
      | ^^^^^^^^^^^^^^^^^
      |
      = became: start on socket, LISTEN_FDS=1
      = help: make sure that the bridge runs, and that the program takes a listening socket
    note[CUT091]: At stop Upstart signals the process group of main; systemd the whole control group
    note[CUT093]: `reload` sends HUP to every job; a unit without `ExecReload=` refuses it
    note[CUT094]: Upstart sets other variables than systemd
    note[CUT095]: A program dies of SIGPIPE on Upstart; systemd lets it ignore that
    note[CUT096]: `start` of a running and `stop` of a stopped job exit 1 on Upstart, 0 on systemd

    2 units → 1 job
    2 directives: 1 exact, 1 approximated, 0 dropped, 0 manual
    most frequent: CUT062 socket-bridge (1)
    `cutover explain CODE` tells what a finding means and what to do
    --- exit status 0
    ");
    assert_snapshot!(sandbox.run(&["reverse", "units/web.socket"]), @"
    --- stderr
    manual[CUT004]: web.socket: no job can stand for a socket unit
     --> units/web.socket:2:1
      |
    2 | ListenStream=8080
      | ^^^^^^^^^^^^^^^^^
      |
      = help: convert the service that it starts in the same run

    1 unit → 0 jobs
    1 directive: 0 exact, 0 approximated, 0 dropped, 1 manual
    most frequent: CUT004 no-service (1)
    `cutover explain CODE` tells what a finding means and what to do
    --- exit status 1
    ");
}

#[test]
fn strict_lets_warnings_need_a_person() {
    let sandbox = Sandbox::with(&[(
        "web.service",
        "[Unit]\nDescription=Web\n\n[Service]\nType=notify\nExecStart=/usr/bin/web --now\nRestart=always\n\n[Install]\nWantedBy=multi-user.target\n",
    )]);
    assert_snapshot!(sandbox.run(&["reverse", "web.service"]), @"
    # /etc/init/web.conf
    description Web

    start on runlevel [2345]
    stop on runlevel [!2345]

    respawn
    respawn limit 4 10
    kill timeout 90

    exec /usr/bin/web --now
    --- stderr
    warning[CUT027]: the job counts as started once its program runs, not when that says it is ready
     --> web.service:5:1
      |
    5 | Type=notify
      | ^^^^^^^^^^^
      |
      = help: what starts on `started` of it must bear that, or wait by itself in post-start
    note[CUT091]: At stop Upstart signals the process group of main; systemd the whole control group
    note[CUT092]: Upstart counts respawns only; systemd counts every start, and waits before each restart
    note[CUT093]: `reload` sends HUP to every job; a unit without `ExecReload=` refuses it
    note[CUT094]: Upstart sets other variables than systemd
    note[CUT095]: A program dies of SIGPIPE on Upstart; systemd lets it ignore that
    note[CUT096]: `start` of a running and `stop` of a stopped job exit 1 on Upstart, 0 on systemd

    1 unit → 1 job
    5 directives: 4 exact, 1 approximated, 0 dropped, 0 manual
    most frequent: CUT027 ready-at-once (1)
    `cutover explain CODE` tells what a finding means and what to do
    --- exit status 0
    ");
    assert_snapshot!(sandbox.run(&["reverse", "--strict", "web.service"]), @"
    # /etc/init/web.conf
    description Web

    start on runlevel [2345]
    stop on runlevel [!2345]

    respawn
    respawn limit 4 10
    kill timeout 90

    exec /usr/bin/web --now
    --- stderr
    warning[CUT027]: the job counts as started once its program runs, not when that says it is ready
     --> web.service:5:1
      |
    5 | Type=notify
      | ^^^^^^^^^^^
      |
      = help: what starts on `started` of it must bear that, or wait by itself in post-start
    note[CUT091]: At stop Upstart signals the process group of main; systemd the whole control group
    note[CUT092]: Upstart counts respawns only; systemd counts every start, and waits before each restart
    note[CUT093]: `reload` sends HUP to every job; a unit without `ExecReload=` refuses it
    note[CUT094]: Upstart sets other variables than systemd
    note[CUT095]: A program dies of SIGPIPE on Upstart; systemd lets it ignore that
    note[CUT096]: `start` of a running and `stop` of a stopped job exit 1 on Upstart, 0 on systemd

    1 unit → 1 job
    5 directives: 4 exact, 1 approximated, 0 dropped, 0 manual
    most frequent: CUT027 ready-at-once (1)
    `cutover explain CODE` tells what a finding means and what to do
    --- exit status 1
    ");
}

// ---- --out ---------------------------------------------------------------------------------------

#[test]
fn a_tree_lies_as_it_will_on_the_root_and_replaces_nothing_unasked() {
    let sandbox = Sandbox::with(&[("units/web.service", WEB), ("units/db@.service", DB)]);
    assert_eq!(sandbox.status(&["reverse", "units", "--out", "root"]), Some(1));
    assert_eq!(sandbox.tree("root"), "0644 etc/init/db.conf\n0644 etc/init/web.conf\n");
    let job = sandbox.read("root/etc/init/web.conf");
    assert!(job.contains("exec /usr/bin/web --now\n"), "{job}");

    sandbox.file("root/etc/init/web.conf", "mine\n");
    let said = sandbox.run(&["reverse", "units/web.service", "--out", "root"]);
    assert!(said.contains("web.conf") && said.contains("--force") && said.ends_with("exit status 2\n"), "{said}");
    assert_eq!(sandbox.read("root/etc/init/web.conf"), "mine\n");

    assert_eq!(sandbox.status(&["reverse", "units/web.service", "--out", "root", "--force"]), Some(0));
    assert_eq!(sandbox.read("root/etc/init/web.conf"), job);
    assert_eq!(sandbox.status(&["reverse", "units/web.service", "--force"]), Some(2), "--force needs --out");
}

#[test]
fn what_is_written_is_what_would_be_printed_and_check_accepts_it() {
    let sandbox = Sandbox::with(&[("web.service", WEB)]);
    let printed = String::from_utf8(sandbox.output(&["reverse", "web.service"]).stdout).unwrap();
    sandbox.output(&["reverse", "web.service", "--out", "root"]);
    let written = sandbox.read("root/etc/init/web.conf");
    assert_eq!(printed, format!("# /etc/init/web.conf\n{written}"));
    assert_eq!(sandbox.status(&["check", "root"]), Some(0));
}

#[test]
fn the_units_are_not_touched() {
    let sandbox = Sandbox::with(&[("web.service", WEB)]);
    let before = fs::metadata(sandbox.path("web.service")).unwrap().modified().unwrap();
    sandbox.output(&["reverse", "web.service"]);
    assert_eq!(sandbox.tree(""), "0644 web.service\n");
    assert_eq!(fs::metadata(sandbox.path("web.service")).unwrap().modified().unwrap(), before);
}

// ---- JSON ----------------------------------------------------------------------------------------

#[test]
fn json_has_the_same_job_and_the_account_of_every_directive() {
    let sandbox = Sandbox::with(&[("web.service", WEB)]);
    let output = sandbox.output(&["reverse", "--format", "json", "--target-upstart", "1.5", "web.service"]);
    assert!(output.stderr.is_empty());
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["target_upstart"], "1.5");
    let unit = &document["units"][0];
    let text =
        String::from_utf8(sandbox.output(&["reverse", "--target-upstart", "1.5", "web.service"]).stdout).unwrap();
    assert_eq!(unit["job"]["name"], "web");
    assert_eq!(text, format!("# /etc/init/web.conf\n{}", unit["job"]["text"].as_str().unwrap()));
    let lines: Vec<u64> =
        unit["account"].as_array().unwrap().iter().map(|entry| entry["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [2, 5, 6, 9]);
}

#[test]
fn json_has_no_job_for_a_masked_unit() {
    let sandbox = Sandbox::new();
    sandbox.link("web.service", "/dev/null");
    let output = sandbox.output(&["reverse", "--format", "json", "web.service"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(document["units"][0]["job"].is_null());
    assert_eq!(document["units"][0]["findings"][0]["code"], "CUT003");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let sandbox = Sandbox::with(&[("units/web.service", WEB), ("units/db.service", DB)]);
    for args in [&["reverse", "units"][..], &["reverse", "--format", "json", "units"]] {
        let first = sandbox.output(args);
        assert!(!first.stdout.is_empty());
        assert_eq!(first.stdout, sandbox.output(args).stdout);
    }
}
