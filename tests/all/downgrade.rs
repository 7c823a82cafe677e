//! Jobs for older versions of Upstart: what takes the place of a stanza that they lack, and what is told.

use cutover::upstart::distribution::Distribution;
use cutover::upstart::job::Job;
use cutover::upstart::version::UpstartVersion;
use cutover::upstart::write::downgrade::downgrade;
use cutover::upstart::write::text::text;

/// What is told of a version that logs nothing.
const LOG: &str = "logs nothing: the processes write to /var/log/upstart themselves: exec with redirections";

/// The text of a job for an older version, and what is told: what the version lacks, and what became of it.
fn lowered(job: &str, target: &str, distribution: Distribution) -> (String, Vec<String>) {
    let version: UpstartVersion = target.parse().unwrap();
    let downgraded = downgrade(Job::read(job.as_bytes()).unwrap(), version, distribution);
    assert_eq!(downgraded.unwritable, []);
    let written = text(&downgraded.job, &downgraded.comments, version);
    assert_eq!(written.unwritable, []);
    let told = downgraded.findings.iter().map(|finding| {
        let message = finding.message.to_string();
        let message = message.strip_prefix(&format!("Upstart {target} ")).unwrap().to_owned();
        finding.became.as_ref().map_or(message.clone(), |became| format!("{message}: {became}"))
    });
    (String::from_utf8(written.text).unwrap(), told.collect())
}

#[test]
fn a_version_that_knows_all_changes_nothing() {
    let job = "usage u\n\nstart on a\nmanual\n\nkill signal INT\nreload signal USR1\n\nsetuid web\nconsole log\noom score -50\napparmor switch p\ncgroup cpu\ndebug\n\nexec web\n";
    assert_eq!(lowered(job, "1.13", Distribution::Ubuntu), (job.to_owned(), vec![]));
}

#[test]
fn a_job_that_is_started_by_hand_has_no_start_condition() {
    let (text, what) =
        lowered("start on a\nmanual\nusage \"start web A=1\"\nconsole none\n", "0.6.5", Distribution::Rhel6);
    assert_eq!(text, "# Started by hand only; it would be:\n# start on a\n\n# Usage: start web A=1\n\nconsole none\n");
    assert_eq!(what, ["has no `manual`: no start on", "has no `usage`: a comment"]);
}

#[test]
fn a_helper_executes_the_program_in_its_own_place() {
    let job = "setuid web\nsetgid www\nconsole none\nexec /usr/bin/web --a 'b c'\npost-stop exec rm x\n";
    let (text, what) = lowered(job, "1.3", Distribution::Ubuntu);
    let expected = "\
console none

exec /sbin/start-stop-daemon --start --pidfile /dev/null --chuid web --group www --startas /usr/bin/web -- --a 'b c'

post-stop exec /sbin/start-stop-daemon --start --pidfile /dev/null --chuid web --group www --startas /bin/sh -- -c 'exec \"$0\" \"$@\"' rm x
";
    assert_eq!(text, expected);
    let user = "cannot change the user: a program does: start-stop-daemon --chuid";
    assert_eq!(what, [user, user]);
}

#[test]
fn on_rhel_6_the_helper_is_chroot() {
    let job = "setuid web\nchdir /srv\nconsole none\nscript\n  a\n  b \"$C\"\nend script\n";
    let (text, _) = lowered(job, "0.6.5", Distribution::Rhel6);
    let expected = "\
chdir /srv
console none

script
    exec /usr/sbin/chroot --userspec=web: --groups=\"$(id -G web | tr ' ' ,)\" / /bin/sh -c 'cd \"$0\" && exec \"$@\"' /srv /bin/sh -e -c 'a
    b \"$C\"'
end script
";
    assert_eq!(text, expected);
}

#[test]
fn nothing_forks_before_a_daemon_that_init_follows() {
    let (text, what) = lowered("setuid web\nexpect fork\nexec web -d\n", "0.6.5", Distribution::Rhel6);
    let expected = "\
expect fork

pre-start script
    mkdir -p /var/log/upstart || :
end script

script
    if [ -w /var/log/upstart ]; then exec >>\"/var/log/upstart/$UPSTART_JOB.log\" 2>&1; fi; exec /usr/sbin/chroot --userspec=web: / web -d
end script
";
    assert_eq!(text, expected);
    let user = "cannot change the user: a program does; without the further groups of the user: chroot --userspec";
    assert_eq!(what, [user, LOG]);
}

#[test]
fn a_script_logs_from_its_first_line_on() {
    let (text, what) = lowered("pre-start script\na\nb\nend script\n", "1.3", Distribution::Ubuntu);
    let expected = "\
pre-start script
    mkdir -p /var/log/upstart || :
    if [ -w /var/log/upstart ]; then exec >>\"/var/log/upstart/$UPSTART_JOB.log\" 2>&1; fi
    a
    b
end script
";
    assert_eq!((text.as_str(), what), (expected, vec![LOG.to_owned()]));
}

#[test]
fn signals_are_told_where_they_are_not_the_usual_ones() {
    let job = "kill signal INT\nreload signal HUP\nconsole none\n";
    assert_eq!(lowered(job, "0.6.5", Distribution::Ubuntu).1, ["stops every job with SIGTERM, and not with SIGINT"]);
    let job = "kill signal 40\nreload signal USR2\nconsole none\n";
    let what = ["stops every job with SIGTERM, and not with 40", "reloads every job with SIGHUP, and not with SIGUSR2"];
    assert_eq!(lowered(job, "1.5", Distribution::Ubuntu).1, what);
}

#[test]
fn the_old_scale_of_oom_comes_as_near_as_it_can() {
    let score = |score: &str| lowered(&format!("oom score {score}\nconsole none\n"), "0.6.5", Distribution::Ubuntu);
    let oom = |value: &str, score, gives| {
        (
            format!("console none\noom {value}\n"),
            vec![format!("has the old scale of `oom`: the score is {gives} instead of {score}: oom")],
        )
    };
    assert_eq!(score("never"), oom("never", -1000, -1000));
    assert_eq!(score("1000"), oom("15", 1000, 1000));
    assert_eq!(score("-999"), oom("-16", -999, -941));
    assert_eq!(score("200"), oom("3", 200, 200));
    assert_eq!(score("-100"), oom("-2", -100, -117));
}

#[test]
fn what_has_no_older_form_is_dropped_and_told() {
    let job = "apparmor load a\napparmor switch b\ncgroup cpu\ndebug\nconsole none\n";
    let (text, what) = lowered(job, "0.6.5", Distribution::Ubuntu);
    assert_eq!(text, "console none\n");
    assert_eq!(what, ["has no `debug`", "has no AppArmor", "has no AppArmor", "has no control groups"]);
}
