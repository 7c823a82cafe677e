//! `cutover convert --origin`: what stands behind the same event on Ubuntu, RHEL 6 and Chrome OS.

use crate::common::Sandbox;

const WEB: (&str, &str) = ("init/web.conf", "start on runlevel [2345]\nstop on runlevel [!2345]\nexec /usr/sbin/web\n");

/// What a directory becomes, and what is said.
fn convert(files: &[(&str, &str)], args: &[&str]) -> (String, String) {
    let output = Sandbox::with(files).output(&[&["convert", "init"], args].concat());
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn only_on_ubuntu_a_runlevel_comes_when_the_network_is_up() {
    assert!(convert(&[WEB], &[]).0.contains("After=remote-fs.target network-online.target"));
    for origin in ["rhel6", "chromeos"] {
        let (units, said) = convert(&[WEB], &["--origin", origin]);
        assert!(!units.contains("network-online") && units.contains("WantedBy=multi-user.target"), "{units}");
        assert!(said.contains("note[CUT912]"), "{said}");
    }
}

#[test]
fn a_job_that_only_one_distribution_has_tells_which_it_is() {
    let tty =
        ("init/start-ttys.conf", "start on stopped rc RUNLEVEL=[2345]\ntask\nexec initctl start tty TTY=/dev/tty1\n");
    let (units, said) = convert(&[WEB, tty], &[]);
    assert!(!units.contains("After=remote-fs.target network-online.target"), "{units}");
    assert!(said.contains("the jobs are taken for those of RHEL 6"), "{said}");
    let (units, said) = convert(&[WEB, tty], &["--origin", "ubuntu"]);
    assert!(units.contains("After=remote-fs.target network-online.target"), "{units}");
    assert!(!said.contains("CUT912"), "{said}");
}

#[test]
fn the_stages_of_chrome_os_are_stations_of_the_boot() {
    let shill = (
        "init/shill.conf",
        "start on started boot-services\nstop on starting pre-shutdown or starting halt\nexec /usr/bin/shill\n",
    );
    let late = ("init/late.conf", "start on started system-services\nexec /usr/bin/late\n");
    let (units, said) = convert(&[shill, late], &[]);
    assert!(units.contains("After=sysinit.target") && units.contains("WantedBy=sysinit.target"), "{units}");
    assert!(units.contains("After=multi-user.target") && units.contains("WantedBy=multi-user.target"), "{units}");
    assert!(said.contains("Chrome OS") && !said.contains("manual["), "{said}");
}

#[test]
fn the_stages_of_chrome_os_are_jobs_where_they_are_converted_too() {
    let files = [
        ("init/boot-services.conf", "start on startup\nexec /usr/bin/boot\n"),
        ("init/shill.conf", "start on started boot-services\nexec /usr/bin/shill\n"),
    ];
    assert!(convert(&files, &[]).0.contains("After=boot-services.service"));
}
