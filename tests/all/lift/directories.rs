//! Directories that a pre-start makes.

use super::{lines, lines_for, pre_start};
use cutover::lift::Level;
use cutover::systemd::version::Version;
use cutover::systemd::write::Options;

const SAID: &str = "mkdir -p /run/shop\nchown root:root /run/shop\nchmod 0750 /run/shop";

#[test]
fn a_directory_with_owner_and_mode_is_the_unit_s() {
    let directory = ["RuntimeDirectory=shop", "RuntimeDirectoryMode=0750", "RuntimeDirectoryPreserve=yes"];
    for script in [
        SAID,
        "set -e\nmkdir --parents /var/run/shop/\nchown 0:0 /var/run/shop; chmod 750 /var/run/shop\ntrue",
        "[ -d /run/shop ] || mkdir -p /run/shop\nchmod 0750 /run/shop\nchown root:root /run/shop",
        "if [ ! -d /run/shop ]; then mkdir -p /run/shop; fi\nchown root:root /run/shop\nchmod 0750 /run/shop",
        "install -d -o root -g root -m 0750 /run/shop",
        "/usr/bin/install --directory --owner=root --group=root -m750 /run/shop",
    ] {
        assert_eq!(pre_start(Level::Safe, script), directory, "{script}");
    }
}

#[test]
fn the_rest_of_the_script_stays() {
    let lines = pre_start(Level::Safe, &format!("{SAID}\necho $X >/srv/shop"));
    assert_eq!(lines.last().unwrap(), r#"ExecStartPre=/bin/sh -e -c "echo $$X >/srv/shop""#);
    assert_eq!(lines[0], "RuntimeDirectory=shop");
}

#[test]
fn directories_of_one_mode_are_one_line() {
    let lines = pre_start(Level::Safe, "install -d -o root -g root /run/shop /run/till/spool");
    assert_eq!(lines, ["RuntimeDirectory=shop till/spool", "RuntimeDirectoryPreserve=yes"]);
    let lines = pre_start(Level::Safe, &format!("{SAID}\ninstall -d -o root -g root -m 0700 /run/till"));
    assert_eq!(lines.last().unwrap(), "ExecStartPre=install -d -o root -g root -m 0700 /run/till");
}

#[test]
fn what_is_not_the_same_stays() {
    for script in [
        // Neither owner nor mode are touched if it is there.
        "mkdir -p /run/shop",
        "mkdir -p -m 0750 /run/shop",
        "mkdir -p /run/shop\nchown root:root /run/shop",
        "mkdir -p /run/shop\nchmod 0750 /run/shop",
        "[ -d /run/shop ] || install -d -o root -g root /run/shop",
        // Another owner, or that of all that is in it.
        "install -d -o games -g root /run/shop",
        "install -d -o root -g games /run/shop",
        "mkdir -p /run/shop; chown -R root:root /run/shop; chmod 0750 /run/shop",
        // It fails if it is there.
        "mkdir /run/shop; chown root:root /run/shop; chmod 0750 /run/shop",
        // Data of years, and other places.
        "install -d -o root -g root /var/lib/shop",
        "install -d -o root -g root /srv/shop",
        "install -d -o root -g root /run/../srv/shop",
        "install -d -o root -g root /run/private/shop",
        "install -d -o root -g root '/run/my shop'",
        // After something that may fail, or see it.
        "/usr/sbin/shop-check\ninstall -d -o root -g root /run/shop",
        // It is spoken of again.
        "install -d -o root -g root /run/shop\nchown -R games /var/run/shop",
        "install -d -o root -g root /run/shop\ncd /run\nchown games shop",
    ] {
        let lines = pre_start(Level::Safe, script);
        assert!(lines.iter().all(|line| line.starts_with("ExecStartPre=")), "{script}: {lines:?}");
    }
}

#[test]
fn what_another_script_gives_away_stays_with_the_commands() {
    let job = format!("pre-start script\n{SAID}\nend script\n");
    for (main, first) in [
        ("chown games /run/shop; exec shopd", "ExecStartPre=mkdir -p /run/shop"),
        ("chown games /srv/shop; exec shopd", "RuntimeDirectory=shop"),
        (": >/run/shop/lock; exec shopd", "RuntimeDirectory=shop"),
    ] {
        let job = format!("{job}script\n  {main}\nend script\n");
        assert_eq!(lines(Level::Safe, &job)[0], first, "{main}");
    }
}

#[test]
fn what_decides_about_the_start_comes_first() {
    let lines = pre_start(Level::All, &format!("[ -e /a ] || {{ stop; exit 0; }}\n{SAID}"));
    assert_eq!(lines[..2], ["ConditionPathExists=/a", "ExecStartPre=mkdir -p /run/shop"]);
}

#[test]
fn a_user_of_the_job_s_own_makes_no_directory_below_run() {
    for more in ["setuid games", "setgid games"] {
        let job = format!("{more}\nexec shopd\npre-start script\n{SAID}\nend script\n");
        assert_eq!(lines(Level::All, &job)[0], "ExecStartPre=mkdir -p /run/shop", "{more}");
    }
}

#[test]
fn under_an_assumption_what_is_not_said_is_that_of_a_new_directory() {
    let preserve = "RuntimeDirectoryPreserve=yes".to_owned();
    let shop = ["RuntimeDirectory=shop".to_owned(), preserve.clone()];
    assert_eq!(pre_start(Level::All, "mkdir -p /run/shop"), shop);
    let job = "umask 027\nexec shopd\npre-start script\nmkdir -p /run/shop\nend script\n";
    assert_eq!(lines(Level::All, job)[1], "RuntimeDirectoryMode=0750");
    for (path, directory) in [("/var/lib", "State"), ("/var/cache", "Cache"), ("/var/log", "Logs")] {
        let lines = pre_start(Level::All, &format!("install -d -o root -g root {path}/shop"));
        assert_eq!(lines, [format!("{directory}Directory=shop")]);
        let lines = pre_start(Level::All, &format!("mkdir -p {path}/shop"));
        assert_eq!(lines, [format!("ExecStartPre=mkdir -p {path}/shop")], "it may be anybody's");
    }
}

#[test]
fn before_235_the_directory_is_made_by_a_command() {
    let options = Options { target: Version(229), ..Options::default() };
    let job = format!("exec /usr/sbin/shopd\npre-start script\n{SAID}\nend script\n");
    let install = "ExecStartPre=/usr/bin/install -d -o root -g root -m 0750 /run/shop";
    assert_eq!(lines_for(Level::Safe, &job, &options), [install]);
}
