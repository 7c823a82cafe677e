//! `cutover convert --style` and `--logs`: what the machinery of the exact style is, when it is left out,
//! and where output goes. That it does what Upstart did is shown by the traces.

use crate::common::Sandbox;

const WEB: &str = "respawn\nexec /usr/sbin/web --fore\n";

/// The unit of one job.
fn unit(job: &str, args: &[&str]) -> String {
    let sandbox = Sandbox::with(&[("web.conf", job)]);
    let output = sandbox.output(&[&["convert", "web.conf"], args].concat());
    String::from_utf8(output.stdout).unwrap()
}

fn exact(job: &str) -> String {
    unit(job, &["--style", "exact"])
}

/// The codes of what is said of one job, general findings included.
fn codes(job: &str, args: &[&str]) -> Vec<String> {
    let sandbox = Sandbox::with(&[("web.conf", job)]);
    let said = String::from_utf8(sandbox.output(&[&["convert", "web.conf"], args].concat()).stderr).unwrap();
    let code = |line: &str| Some(line.split_once('[')?.1.split_once("]:")?.0.to_owned());
    said.lines().filter_map(code).collect()
}

fn value<'a>(unit: &'a str, directive: &str) -> Vec<&'a str> {
    unit.lines().filter_map(|line| line.strip_prefix(directive)?.strip_prefix('=')).collect()
}

#[test]
fn idiomatic_is_the_default_and_has_no_machinery() {
    assert_eq!(unit(WEB, &[]), unit(WEB, &["--style", "idiomatic"]));
    for machinery in ["systemctl", "UnsetEnvironment", "ExecReload", "UPSTART_JOB", "KillMode", "RestartPrevent"] {
        assert!(!unit(WEB, &[]).contains(machinery), "{machinery}");
        assert!(exact(WEB).contains(machinery), "{machinery}");
    }
}

#[test]
fn the_stop_goes_to_the_process_group_with_the_jobs_own_signal_and_timeout() {
    let unit = exact("kill signal QUIT\nkill timeout 30\nexec /usr/sbin/web --fore\n");
    let stop = value(&unit, "ExecStop")[0];
    assert!(stop.contains("/bin/kill -QUIT -- -$$3") && stop.contains("tenths=300"), "{stop}");
    assert_eq!(value(&unit, "KillMode"), ["process"]);
    assert_eq!(value(&unit, "TimeoutStopSec"), ["infinity"]);
}

#[test]
fn a_failed_pre_start_is_not_tried_again_and_normal_exits_are_not_restarted() {
    let unit = exact("respawn\nnormal exit 0 7 TERM\npre-start exec /bin/true\nexec /usr/sbin/web --fore\n");
    let forced: Vec<&str> = value(&unit, "RestartForceExitStatus")[0].split(' ').collect();
    assert!(value(&unit, "Restart").is_empty(), "{unit}");
    for listed in ["1", "199", "244", "255", "SIGKILL", "SIGSEGV", "SIGHUP"] {
        assert!(forced.contains(&listed), "{listed}");
    }
    for missing in ["0", "7", "SIGTERM", "200", "203", "243"] {
        assert!(!forced.contains(&missing), "{missing}");
    }
    assert!(
        !codes("respawn\npre-start exec /bin/true\nexec /usr/sbin/web\n", &["--style", "exact"])
            .contains(&"CUT202".to_owned())
    );
}

#[test]
fn a_spawn_failure_is_not_restarted() {
    assert_eq!(value(&exact(WEB), "RestartPreventExitStatus"), ["200 203 210 217"]);
    assert!(!codes(WEB, &["--style", "exact"]).contains(&"CUT910".to_owned()));
    assert!(codes(WEB, &[]).contains(&"CUT910".to_owned()));
}

#[test]
fn a_unit_is_back_at_once_but_where_others_depend_on_it() {
    assert_eq!(value(&exact(WEB), "RestartSec"), ["0"]);
    let sandbox = Sandbox::with(&[("web.conf", WEB), ("cache.conf", "start on starting web\nexec /bin/cache\n")]);
    let both = sandbox.output(&["convert", "--style", "exact", "web.conf", "cache.conf"]).stdout;
    assert!(value(&String::from_utf8(both).unwrap(), "RestartSec").is_empty());
}

#[test]
fn a_task_that_respawns_tries_again_within_its_start() {
    let task = "task\nrespawn\nrespawn limit 2 30\nnormal exit 3\nexec /usr/bin/reindex\n";
    let unit = exact(task);
    let start = value(&unit, "ExecStart")[0];
    for part in ["until \"$$@\"", "3|126|127) exit", "-lt 30", "-le 2", "sh /usr/bin/reindex"] {
        assert!(start.contains(part), "{part}: {start}");
    }
    assert!(value(&unit, "Restart").is_empty());
    // Hooks run between the attempts, which a loop cannot have.
    let hooked = exact(&format!("{task}post-stop exec /bin/true\n"));
    assert_eq!(value(&hooked, "Restart"), ["on-failure"]);
    assert!(codes(&format!("{task}post-stop exec /bin/true\n"), &["--style", "exact"]).contains(&"CUT404".to_owned()));
}

#[test]
fn the_environment_is_that_of_upstart_but_for_what_the_job_sets() {
    let unit = exact("env LANG=C\nenv TERM=dumb\nexec /usr/sbin/web --fore\n");
    let unset: Vec<&str> = value(&unit, "UnsetEnvironment")[0].split(' ').collect();
    assert!(!unset.contains(&"LANG"), "{unset:?}");
    assert!(unset.contains(&"HOME") && unset.contains(&"INVOCATION_ID"), "{unset:?}");
    let set = value(&unit, "Environment");
    assert!(set.contains(&"UPSTART_JOB=web") && set.contains(&"TERM=dumb"), "{set:?}");
    assert!(!set.contains(&"TERM=linux"), "{set:?}");
    assert!(!codes(WEB, &["--style", "exact"]).contains(&"CUT905".to_owned()));
}

#[test]
fn in_another_root_directory_the_unit_has_the_idiomatic_form() {
    let job = "chroot /srv/jail\nexec /usr/sbin/web --fore\n";
    assert_eq!(unit(job, &["--style", "exact", "--logs", "journal"]), unit(job, &[]));
    assert!(codes(job, &["--style", "exact"]).contains(&"CUT803".to_owned()));
    assert!(!codes(job, &[]).contains(&"CUT803".to_owned()));
}

#[test]
fn what_needs_the_rights_of_root_has_them_where_the_job_has_a_user() {
    let job = "setuid www\nexec /usr/sbin/web --fore\n";
    assert!(value(&exact(job), "ExecStop")[0].starts_with("-+/bin/sh"));
    assert!(value(&exact(WEB), "ExecStop")[0].starts_with("-/bin/sh"));
}

#[test]
fn logs_go_to_the_journal_or_to_the_file_that_upstart_wrote() {
    assert!(value(&unit(WEB, &[]), "StandardOutput").is_empty());
    assert!(value(&unit(WEB, &["--style", "exact", "--logs", "journal"]), "StandardOutput").is_empty());
    for args in [&["--logs", "files"][..], &["--style", "exact"]] {
        let text = unit(WEB, args);
        assert_eq!(value(&text, "StandardOutput"), ["append:/var/log/upstart/web.log"]);
        assert_eq!(value(&text, "StandardError"), ["append:/var/log/upstart/web.log"]);
        assert!(text.ends_with(
            "# /etc/tmpfiles.d/cutover-web.conf\n# For the log of web.service.\nd /var/log/upstart 0755 root root -\n\
             f /var/log/upstart/web.log 0640 root root -\n"
        ));
    }
    // What says where its output goes is left where it is.
    let console = "console none\nexec /usr/sbin/web --fore\n";
    assert_eq!(value(&unit(console, &["--logs", "files"]), "StandardOutput"), ["null"]);
}

#[test]
fn a_log_that_cannot_be_a_file_is_said_to_go_to_the_journal() {
    let early = "start on startup\nexec /sbin/early\n";
    assert!(codes(early, &["--logs", "files"]).contains(&"CUT804".to_owned()));
    assert!(value(&unit(early, &["--logs", "files"]), "StandardOutput").is_empty());
    let old = ["--logs", "files", "--target-systemd", "239"];
    assert!(codes(WEB, &old).contains(&"CUT804".to_owned()));
    assert!(value(&unit(WEB, &old), "StandardOutput").is_empty());
}

#[test]
fn an_unknown_style_is_refused_with_those_that_there_are() {
    let sandbox = Sandbox::with(&[("web.conf", WEB)]);
    let shown = sandbox.run(&["convert", "--style", "perfect", "web.conf"]);
    assert!(shown.contains("[possible values: idiomatic, exact]") && shown.ends_with("status 2\n"), "{shown}");
}

#[test]
fn a_kill_timeout_beyond_what_a_shell_counts_is_no_kill_at_once() {
    let unit = exact("kill timeout 9223372036854775807\nexec /usr/sbin/web --fore\n");
    let stop = value(&unit, "ExecStop")[0];
    let tenths: i64 = stop.split_once("tenths=").unwrap().1.split_once(';').unwrap().0.parse().unwrap();
    assert!(tenths > 10_i64.pow(10), "{stop}");
}

#[test]
fn a_clean_signal_that_is_a_failure_on_upstart_is_told_in_both_styles() {
    let job = "normal exit 3\nexec /usr/sbin/web --fore\n";
    for style in ["idiomatic", "exact"] {
        assert!(codes(job, &["--style", style]).contains(&"CUT406".to_owned()), "{style}");
    }
    let respawns = "respawn\nnormal exit 3\npre-start exec /bin/true\nexec /usr/sbin/web --fore\n";
    assert!(!codes(respawns, &["--style", "exact"]).contains(&"CUT406".to_owned()));
}

#[test]
fn a_log_has_the_name_that_upstart_gave_it() {
    let sandbox = Sandbox::with(&[("init/net/my app.conf", WEB)]);
    let output = sandbox.output(&["convert", "init", "--logs", "files"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(value(&text, "StandardOutput"), ["append:/var/log/upstart/net_my app.log"]);
    assert!(text.contains("f \"/var/log/upstart/net_my app.log\" 0640 root root -\n"), "{text}");
}

#[test]
fn a_partner_that_cannot_act_is_not_relied_on() {
    for partner in ["chroot /srv/jail\n", "start on runlevel [06]\n"] {
        let sandbox = Sandbox::with(&[
            ("init/web.conf", &*format!("{partner}exec /usr/sbin/web --fore\n")),
            ("init/cache.conf", "start on started web\nexec /bin/cache\n"),
            ("init/drain.conf", "start on stopping web\ntask\nexec /bin/drain\n"),
        ]);
        let output = sandbox.output(&["convert", "--style", "exact", "init"]);
        let (units, said) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert!(value(&units, "WantedBy").contains(&"web.service"), "{units}");
        assert!(!units.contains("start drain.service") && said.contains("manual[CUT702]"), "{said}");
    }
}

#[test]
fn a_latch_tells_what_an_older_systemd_cannot_do() {
    let job = "start on stopped shop and foo\nexec /usr/sbin/web --fore\n";
    let said = codes(job, &["--target-systemd", "239"]);
    assert!(said.contains(&"CUT801".to_owned()) && said.contains(&"CUT802".to_owned()), "{said:?}");
}
