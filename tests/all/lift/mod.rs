//! What becomes of scripts: the units of jobs, rule by rule.

mod directories;
mod dot_include;
mod env_file_match;
mod guard;
mod steps;

use cutover::convert::convert;
use cutover::lift::Level;
use cutover::systemd::write::Options;
use cutover::text::Source;
use cutover::upstart::distribution::Distribution;
use cutover::upstart::read::JobFiles;

/// What the unit of a job says of checks, directories and hooks, line by line.
fn lines(level: Level, job: &str) -> Vec<String> {
    lines_for(level, job, &Options::default())
}

fn lines_for(level: Level, job: &str, options: &Options) -> Vec<String> {
    const ABOUT: &[&str] = &["Condition", "ExecCondition=", "ExecStartPre=", "ExecStartPost=", "ExecStopPost="];
    let says = |line: &&str| ABOUT.iter().any(|start| line.starts_with(start)) || line.contains("Directory");
    unit(level, job, options).lines().filter(says).map(str::to_owned).collect()
}

/// The unit of a job.
fn unit(level: Level, job: &str, options: &Options) -> String {
    let files = JobFiles {
        name: "shop".to_owned(),
        conf: Source { name: "shop.conf".to_owned(), text: job.as_bytes().to_vec() },
        over: None,
        distribution: Distribution::default(),
        scope: None,
    };
    convert(&files, level, options).units[0].print()
}

/// The same for a pre-start with these lines.
fn pre_start(level: Level, script: &str) -> Vec<String> {
    lines(level, &format!("exec /usr/sbin/shopd\npre-start script\n{script}\nend script\n"))
}

#[test]
fn without_lifting_and_in_another_root_scripts_stay() {
    let job = "pre-start script\n[ -d /srv ] || { stop; exit 0; }\nmkdir -p /srv/a\nend script\nexec a\n";
    assert_eq!(lines(Level::Safe, job), ["ConditionPathIsDirectory=/srv", "ExecStartPre=mkdir -p /srv/a"]);
    for (level, more) in [(Level::None, ""), (Level::All, "chroot /srv/root\n")] {
        let lines = lines(level, &format!("{job}{more}"));
        assert!(lines.iter().any(|line| line.starts_with("ExecCondition=/bin/sh -e -c")), "{lines:?}");
    }
}

#[test]
fn work_at_shutdown_keeps_its_scripts() {
    let job = "start on runlevel 0\npre-start script\n[ -d /srv ] || { stop; exit 0; }\nend script\nexec a\n";
    assert_eq!(lines(Level::All, job), [""; 0]);
}
