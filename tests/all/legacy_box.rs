//! What an administrator of a machine with Upstart would trip over at night, had the job it silently.

use cutover::convert::{self, Reversal};
use cutover::findings::Code;
use cutover::systemd::load::UnitFiles;
use cutover::text::Source;
use cutover::upstart::write::Options;

/// The jobs of units that belong together.
fn jobs(units: &[(&str, &str)]) -> Vec<Reversal> {
    let files = units.iter().map(|(name, text)| {
        let source = Source { name: (*name).to_owned(), text: text.as_bytes().to_vec() };
        UnitFiles::single(name.parse().unwrap(), source)
    });
    convert::reverse(&files.collect::<Vec<_>>(), &Options::default())
}

fn job(name: &str, text: &str) -> (String, Reversal) {
    let reversal = jobs(&[(name, text)]).remove(0);
    (String::from_utf8(reversal.text.clone()).unwrap(), reversal)
}

fn tells(reversal: &Reversal, code: Code, what: &str) -> bool {
    reversal.findings.iter().any(|finding| finding.code == code && finding.message.to_string().contains(what))
}

#[test]
fn a_firewall_is_up_before_the_network() {
    let (text, reversal) = job(
        "fw.service",
        "[Unit]\nBefore=network-pre.target\nWants=network-pre.target\n[Service]\nType=oneshot\nRemainAfterExit=yes\n\
         ExecStart=/sbin/iptables-restore /etc/rules\n[Install]\nWantedBy=multi-user.target\n",
    );
    assert!(text.contains("starting networking"), "{text}");
    assert!(text.contains("starting network-interface"), "{text}");
    assert!(tells(&reversal, Code::BootTargetMoved, "brings the network up"));
}

#[test]
fn a_file_that_root_opens_for_a_user_is_opened_by_root() {
    let (text, _) =
        job("web.service", "[Service]\nUser=www\nExecStart=/usr/sbin/web\nStandardOutput=append:/var/log/web.log\n");
    assert!(!text.contains("setuid"), "{text}");
    assert!(text.contains("exec >>/var/log/web.log 2>&1\n"), "{text}");
    assert!(text.contains("--chuid www"), "{text}");
}

#[test]
fn a_file_that_is_written_from_its_beginning_is_standard_output() {
    let (text, _) = job("a.service", "[Service]\nExecStart=/bin/a\nStandardOutput=file:/var/log/a\n");
    assert!(text.contains("exec 1<>/var/log/a 2>&1\n"), "{text}");
}

#[test]
fn the_instance_is_in_the_names_of_files() {
    let (text, reversal) = job(
        "a@.service",
        "[Unit]\nConditionPathExists=/etc/a/%i\n[Service]\nEnvironmentFile=/etc/default/a-%i\n\
         StandardOutput=append:/var/log/a-%i.log\nRuntimeDirectory=a-%i\nExecStart=/bin/a\n\
         [Install]\nWantedBy=multi-user.target\n",
    );
    for line in [
        r#"[ -e /etc/a/"${INSTANCE}" ]"#,
        r#". /etc/default/a-"${INSTANCE}""#,
        r#">>/var/log/a-"${INSTANCE}".log"#,
        r#"install -d -m 0755 /run/a-"${INSTANCE}""#,
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(tells(&reversal, Code::LostActivation, "nothing starts an instance at boot"));
}

#[test]
fn a_start_that_waits_for_an_event_of_nobody_is_told() {
    let unit = "[Service]\nExecStart=/usr/sbin/cupsd\n[Install]\nWantedBy=printer.target\n";
    let (text, reversal) = job("cups.service", unit);
    assert!(text.contains("start on printer\n"), "{text}");
    assert!(tells(&reversal, Code::StartedByNobody, "nothing emits"));
    let group = "[Unit]\nStopWhenUnneeded=yes\n";
    let with_target = jobs(&[("cups.service", unit), ("printer.target", group)]);
    assert!(!tells(&with_target[0], Code::StartedByNobody, "nothing emits"));
}

#[test]
fn a_condition_in_a_shell_ends_the_start_quietly() {
    let (text, _) =
        job("a.service", "[Service]\nExecCondition=/bin/sh -e -c 'test -e /x; test -e /y'\nExecStart=/bin/a\n");
    assert!(text.contains("if ! ( test -e /x; test -e /y ); then\n      stop\n      exit 0\n"), "{text}");
}

#[test]
fn a_check_before_the_signal_of_a_reload_is_told_and_the_signal_kept() {
    let (text, reversal) =
        job("a.service", "[Service]\nExecStart=/bin/a\nExecReload=/bin/a -t\nExecReload=/bin/kill -USR1 $MAINPID\n");
    assert!(text.contains("reload signal USR1\n"), "{text}");
    assert!(tells(&reversal, Code::ReloadCommand, "before it"));
    assert!(!reversal.findings.iter().any(|finding| finding.code == Code::Unaccounted));
}

#[test]
fn every_line_of_a_reload_is_accounted_for() {
    let (_, reversal) = job("a.service", "[Service]\nExecStart=/bin/a\nExecReload=/bin/a -t\nExecReload=/bin/a -r\n");
    assert!(!reversal.findings.iter().any(|finding| finding.code == Code::Unaccounted));
}

#[test]
fn calls_of_systemd_are_said_to_upstart_or_told() {
    let (text, reversal) = job(
        "a.service",
        "[Service]\nExecStart=/bin/a\nExecStop=-/bin/systemctl stop b.service\n\
         ExecStopPost=/bin/sh -c 'x || systemctl start c.service'\n",
    );
    assert!(text.contains("initctl stop b"), "{text}");
    assert!(tells(&reversal, Code::LostBehaviour, "`systemctl` speaks to systemd"));
}

#[test]
fn an_ending_without_a_restart_that_was_a_failure_is_told() {
    let (_, reversal) =
        job("a.service", "[Service]\nExecStart=/bin/a\nRestart=on-failure\nRestartPreventExitStatus=255\n");
    assert!(tells(&reversal, Code::FailureIsNormal, "count as no failure"));
}

#[test]
fn what_restricts_nothing_is_no_loss_and_an_absent_unit_is_told_of_once() {
    let (_, reversal) = job(
        "a.service",
        "[Unit]\nRequires=b.service\nAfter=b.service\n[Service]\nExecStart=/bin/a\nPrivateTmp=no\nTasksMax=infinity\n",
    );
    let ties = reversal.findings.iter().filter(|finding| finding.code == Code::LostDependency);
    assert_eq!(ties.map(|finding| finding.marks.len()).collect::<Vec<_>>(), [2]);
    let lost = [Code::LostProtection, Code::LostShare];
    assert!(!reversal.findings.iter().any(|finding| lost.contains(&finding.code)));
}

#[test]
fn a_wrapper_that_may_fork_or_not_does_not_hang_the_start() {
    let (text, reversal) = job(
        "rc-local.service",
        "[Service]\nType=forking\nRemainAfterExit=yes\nExecStart=/etc/rc.local start\nExecStop=/etc/rc.local stop\n",
    );
    assert!(!text.contains("expect"), "{text}");
    assert!(text.contains("pre-start exec /etc/rc.local start\n"), "{text}");
    assert!(text.contains("post-stop exec /etc/rc.local stop\n"), "{text}");
    assert!(tells(&reversal, Code::LostBehaviour, "belongs to no job"));
}

#[test]
fn comment_lines_stay_together() {
    let (text, _) = job("a.service", "# one\n# two\n\n# three\n[Service]\nExecStart=/bin/a\n");
    assert!(text.starts_with("# one\n# two\n\n# three\n"), "{text}");
}
