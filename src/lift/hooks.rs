//! Hooks: what runs around the main process.

use super::{Level, directories, guard, steps};
use crate::findings::Finding;
use crate::service::Service;

pub(super) fn lift(service: &mut Service, level: Level, findings: &mut Vec<Finding>) {
    // Another root directory may lack the programs that stand for builtins, and holds other files.
    if service.root.is_some() {
        return;
    }
    guard::lift(service, level, findings);
    directories::lift(service, level, findings);
    steps::lift(service);
}

/// What the unit of a job says of checks, directories and hooks, line by line; for the tests of the rules.
#[cfg(test)]
pub(super) fn lines(level: Level, job: &str) -> Vec<String> {
    use crate::systemd::write::Options;
    lines_for(level, job, &Options::default())
}

#[cfg(test)]
pub(super) fn lines_for(level: Level, job: &str, options: &crate::systemd::write::Options) -> Vec<String> {
    const ABOUT: &[&str] =
        &["Condition", "ExecCondition=", "ExecStartPre=", "ExecStartPost=", "ExecStopPost="];
    let says = |line: &&str| ABOUT.iter().any(|start| line.starts_with(start)) || line.contains("Directory");
    unit(level, job, options).lines().filter(says).map(str::to_owned).collect()
}

/// The unit of a job.
#[cfg(test)]
pub(super) fn unit(level: Level, job: &str, options: &crate::systemd::write::Options) -> String {
    let files = crate::upstart::read::JobFiles {
        name: "shop".to_owned(),
        conf: crate::text::Source { name: "shop.conf".to_owned(), text: job.as_bytes().to_vec() },
        over: None,
        distribution: crate::upstart::distribution::Distribution::default(),
        scope: None,
    };
    crate::convert::convert(&files, level, options).units[0].print()
}

/// The same for a pre-start with these lines.
#[cfg(test)]
pub(super) fn pre_start(level: Level, script: &str) -> Vec<String> {
    lines(level, &format!("exec /usr/sbin/shopd\npre-start script\n{script}\nend script\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_lifting_and_in_another_root_scripts_stay() {
        let job = "pre-start script\n[ -d /srv ] || { stop; exit 0; }\nmkdir -p /srv/a\nend script\nexec a\n";
        assert_eq!(
            lines(Level::Safe, job),
            ["ConditionPathIsDirectory=/srv", "ExecStartPre=mkdir -p /srv/a"]
        );
        for (level, more) in [(Level::None, ""), (Level::All, "chroot /srv/root\n")] {
            let lines = lines(level, &format!("{job}{more}"));
            assert!(lines.iter().any(|line| line.starts_with("ExecCondition=/bin/sh -e -c")), "{lines:?}");
        }
    }

    #[test]
    fn work_at_shutdown_keeps_its_scripts() {
        let job =
            "start on runlevel 0\npre-start script\n[ -d /srv ] || { stop; exit 0; }\nend script\nexec a\n";
        assert_eq!(lines(Level::All, job), [""; 0]);
    }
}
