//! What is lifted out of hooks does the same: each pre-start runs as its job has it, by `sh -e`, and as the
//! unit has it, by a booted systemd. Both have to leave the same files, with the same owners and modes, and to
//! decide alike about the start; twice in a row, since the second start finds what the first has left.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use crate::boot::{Booted, boot};
use crate::common::{Sandbox, skip};

/// A pre-start, and what comes of it.
struct Case {
    /// What there is before.
    setup: &'static str,
    pre_start: &'static str,
    post_stop: &'static str,
    /// Whose job it is.
    user: Option<&'static str>,
    /// What the first start has to come to, and the second.
    decisions: [&'static str; 2],
    /// A line that the unit must have, which says that the rule has fired; none where it must not.
    line: Option<&'static str>,
}

const PLAIN: Case = Case { setup: "", pre_start: "", post_stop: "", user: None, decisions: ["up", "up"], line: None };

const CASES: &[Case] = &[
    // Guards.
    Case {
        pre_start: "[ -d /srv/shop ] || { stop; exit 0; }\ntouch /srv/shop/a",
        decisions: ["down", "down"],
        line: Some("ConditionPathIsDirectory=/srv/shop"),
        ..PLAIN
    },
    Case {
        setup: "mkdir /srv/shop",
        pre_start: "[ -d /srv/shop ] || { stop; exit 0; }\ntouch /srv/shop/a",
        line: Some("ConditionPathIsDirectory=/srv/shop"),
        ..PLAIN
    },
    Case {
        setup: "touch /srv/shop",
        pre_start: "if ! test -d /srv/shop; then stop; exit 0; fi",
        decisions: ["down", "down"],
        line: Some("ConditionPathIsDirectory=/srv/shop"),
        ..PLAIN
    },
    Case {
        setup: "ln -s /nowhere /srv/shop",
        pre_start: "[ -e /srv/shop ] && { stop; exit 0; }\n[ ! -L /srv/shop ] || stop",
        decisions: ["down", "down"],
        line: Some("ConditionPathIsSymbolicLink=!/srv/shop"),
        ..PLAIN
    },
    Case {
        setup: "mkdir /srv/shop; ln -s shop /srv/link",
        pre_start: "[ -e /srv/link ] && [ -d /srv/link ] && { stop; exit 0; }\ntouch /srv/shop/a",
        decisions: ["down", "down"],
        ..PLAIN
    },
    Case {
        // What the pre-start leaves decides about the next start.
        pre_start: "[ ! -e /srv/shop ] || { stop; exit 0; }\nmkdir -p /srv/shop",
        decisions: ["up", "down"],
        line: Some("ConditionPathExists=!/srv/shop"),
        ..PLAIN
    },
    Case {
        setup: "mkdir /srv/shop",
        pre_start: "[ -x /srv/shop ] || { stop; exit 0; }",
        line: Some("ExecCondition=/usr/bin/test -x /srv/shop"),
        ..PLAIN
    },
    Case {
        setup: "touch /srv/shop",
        pre_start: "[ -x /srv/shop ] || { stop; exit 0; }\nchmod 700 /srv/shop",
        decisions: ["down", "down"],
        line: Some("ExecCondition=/usr/bin/test -x /srv/shop"),
        ..PLAIN
    },
    Case {
        setup: "mkdir /srv/shop",
        pre_start: "test -f /srv/shop || { stop; exit 0; }",
        decisions: ["down", "down"],
        line: Some("ExecCondition=/usr/bin/test -f /srv/shop"),
        ..PLAIN
    },
    Case {
        setup: "mkdir /srv/shop",
        pre_start: "test -s /srv/shop || { stop; exit 0; }",
        line: Some("ExecCondition=/usr/bin/test -s /srv/shop"),
        ..PLAIN
    },
    Case {
        // A post-stop runs although there was no start.
        setup: "mkdir /srv/shop; touch /srv/shop/lock",
        pre_start: "[ -e /srv/shop/open ] || { stop; exit 0; }",
        post_stop: "rm -f /srv/shop/lock\ntouch /srv/shop/open",
        decisions: ["down", "up"],
        line: Some("ExecCondition=/usr/bin/test -e /srv/shop/open"),
        ..PLAIN
    },
    Case {
        setup: "mkdir -m 700 /srv/shop; touch /srv/shop/a",
        pre_start: "[ -e /srv/shop/a ] || { stop; exit 0; }",
        user: Some("games"),
        decisions: ["down", "down"],
        line: Some("ExecCondition=/usr/bin/test -e /srv/shop/a"),
        ..PLAIN
    },
    // What looks like guards.
    Case { pre_start: "[ -d /srv/shop ] || exit 0\ntouch /srv/shop/a", ..PLAIN },
    Case { pre_start: "[ -d /srv/shop ] || stop\nmkdir -p /srv/shop", decisions: ["down", "up"], ..PLAIN },
    Case { pre_start: "[ -d /srv/shop ] && { stop; exit 0; }", decisions: ["failed", "failed"], ..PLAIN },
    Case { pre_start: "[ -d /srv/shop ] || { stop; exit 1; }", decisions: ["failed", "failed"], ..PLAIN },
    // Directories.
    Case {
        pre_start: "mkdir -p /run/shop\nchown root:root /run/shop\nchmod 0710 /run/shop",
        line: Some("RuntimeDirectory=shop"),
        ..PLAIN
    },
    Case {
        setup: "mkdir -m 777 /run/shop; touch /run/shop/a; chown games:games /run/shop/a",
        pre_start: "install -d -o root -g root /run/shop /run/till/deep\ntouch /srv/shop",
        line: Some("RuntimeDirectory=shop till/deep"),
        ..PLAIN
    },
    Case {
        setup: "mkdir -m 751 /run/shop; chown games:games /run/shop",
        pre_start: "mkdir -p /run/shop",
        line: Some("ExecStartPre=mkdir -p /run/shop"),
        ..PLAIN
    },
    Case {
        pre_start: "mkdir -p /run/shop\nchown games:games /run/shop",
        post_stop: "rmdir /run/shop",
        line: Some("ExecStartPre=chown games:games /run/shop"),
        ..PLAIN
    },
    Case {
        // systemd also sets the mode of the file that is in the way.
        setup: "touch /run/shop",
        pre_start: "install -d -o root -g root -m 0644 /run/shop",
        decisions: ["failed", "failed"],
        line: Some("RuntimeDirectory=shop"),
        ..PLAIN
    },
    // Programs in a row.
    Case {
        pre_start: "set -e\nmkdir -p /srv/shop/spool\n[ -d /srv/shop/spool ] || exit 1\nchmod 1777 /srv/shop/spool",
        post_stop: "rm -f /srv/shop/none\ntouch '/srv/shop/a $b %c'",
        line: Some("ExecStartPre=chmod 1777 /srv/shop/spool"),
        ..PLAIN
    },
    Case {
        pre_start: "rmdir /srv/shop || true\nmkdir -p /srv/shop/deep\nrmdir /srv/shop\ntouch /srv/shop/b",
        decisions: ["failed", "failed"],
        line: Some("ExecStartPre=-rmdir /srv/shop"),
        ..PLAIN
    },
    Case {
        pre_start: "mkdir -p /srv/shop\ntest -e /srv/shop/key || exit 1\ntouch /srv/shop/b",
        post_stop: "touch /srv/shop/key",
        decisions: ["failed", "up"],
        line: Some("ExecStartPre=/usr/bin/test -e /srv/shop/key"),
        ..PLAIN
    },
    Case {
        pre_start: "mkdir -p /srv/shop && rm /srv/shop/none && touch /srv/shop/b",
        post_stop: "rm /srv/shop/none\ntouch /srv/shop/c",
        decisions: ["failed", "failed"],
        line: Some("ExecStartPre=rm /srv/shop/none"),
        ..PLAIN
    },
];

/// Runs all cases in all ways; what each comes to is in the log.
const STEPS: &str = r#"
cd /run/out
exec >steps.log 2>&1
chmod 777 .
mkdir bin
printf '#!/bin/sh\n: >/run/out/stopped\n' >bin/stop
chmod 755 bin/stop
there() {
    find /srv/shop /srv/link /run/shop /run/till /var/lib/shop -printf '%p %y %u:%g %m %l\n' 2>/dev/null | sort
    echo "-- $1"
}
original() {
    local as=()
    [ ! -e "$1/user" ] || as=(setpriv --reuid "$(cat "$1/user")" --clear-groups)
    rm -f stopped
    if ! "${as[@]}" env PATH="$PWD/bin:$PATH" sh -e "$1/pre-start"; then
        verdict=failed
    elif [ -e stopped ]; then
        verdict=down
    else
        verdict=up
    fi
    [ $verdict = up ] || sh -e "$1/post-stop"
    there $verdict
    [ $verdict != up ] || sh -e "$1/post-stop"
    there stopped
}
unit() {
    if ! systemctl start "$1"; then
        verdict=failed
    elif systemctl is-active -q "$1"; then
        verdict=up
    else
        verdict=down
    fi
    there $verdict
    systemctl stop "$1"
    systemctl reset-failed "$1" 2>/dev/null
    there stopped
}
for case in cases/*; do
    name=${case#cases/}
    for way in original plain exact; do
        rm -rf /srv/shop /srv/link /run/shop /run/till /var/lib/shop
        sh -e "$case/setup"
        for round in 1 2; do
            echo "== $name $way" >>log
            case $way in
            original) original "$case" ;;
            *) unit "$way-$name.service" ;;
            esac >>log
        done
    done
done
journalctl --no-pager >journal
echo done >done
"#;

const DRIVER: &str = "[Unit]\nAfter=basic.target\n\n[Service]\nUMask=0022\n\
     ExecStart=/bin/bash /run/out/steps.sh\n\n[Install]\nWantedBy=multi-user.target\n";

/// What is in the log of a case, for each start: the files, and the decision.
fn told(log: &str, case: usize, way: &str) -> Vec<String> {
    let head = format!("{case:02} {way}\n");
    log.split("== ").filter_map(|part| part.strip_prefix(&head)).map(str::to_owned).collect()
}

#[test]
fn lifted_hooks_do_what_their_scripts_did() {
    let sandbox = Sandbox::new();
    for (number, case) in CASES.iter().enumerate() {
        let mut job = format!("exec /bin/sleep infinity\npre-start script\n{}\nend script\n", case.pre_start);
        if !case.post_stop.is_empty() {
            let _ = write!(job, "post-stop script\n{}\nend script\n", case.post_stop);
        }
        if let Some(user) = case.user {
            let _ = writeln!(job, "setuid {user}");
            sandbox.file(&format!("out/cases/{number:02}/user"), user);
        }
        for way in ["plain", "exact"] {
            sandbox.file(&format!("{way}/{way}-{number:02}.conf"), &job);
        }
        let part = |name: &str, text: &str| {
            sandbox.file(&format!("out/cases/{number:02}/{name}"), format!("{text}\n"));
        };
        part("setup", case.setup);
        part("pre-start", case.pre_start);
        part("post-stop", case.post_stop);
    }
    for (style, way) in [("idiomatic", "plain"), ("exact", "exact")] {
        let output = sandbox.output(&["convert", "--style", style, "--lift", "safe", "--out", "tree", way]);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let units = "tree/etc/systemd/system";
    for (number, case) in CASES.iter().enumerate() {
        let unit = sandbox.read(&format!("{units}/plain-{number:02}.service"));
        let is_said = |line: &str| unit.lines().any(|said| said == line);
        match case.line {
            Some(line) => assert!(is_said(line), "case {number} is not lifted:\n{unit}"),
            None => assert!(unit.contains("/bin/sh -e"), "case {number} is lifted:\n{unit}"),
        }
    }
    sandbox.file(&format!("{units}/driver.service"), DRIVER);
    let root = format!("--root={}", sandbox.path("tree").display());
    let output = Command::new("systemctl").args([&root, "enable", "driver.service"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    sandbox.file("out/steps.sh", STEPS);
    sandbox.pipe("out/done");
    match boot(&sandbox.path("tree"), &sandbox.path("out"), &[]) {
        Booted::Done => {}
        Booted::Cannot(why) => return skip(&why),
        Booted::Failed(why) => panic!("{why}"),
    }
    let log = fs::read_to_string(sandbox.path("out/log")).unwrap();
    let mut wrong = String::new();
    for (number, case) in CASES.iter().enumerate() {
        let original = told(&log, number, "original");
        assert_eq!(original.len(), 2, "case {number}: {log}");
        for (round, decision) in original.iter().zip(case.decisions) {
            assert!(round.contains(&format!("-- {decision}\n")), "case {number} itself: {round}");
        }
        for way in ["plain", "exact"] {
            let unit = told(&log, number, way);
            if unit != original {
                let _ = writeln!(
                    wrong,
                    "case {number}, {way}:\n{}\nthe script:\n{}\nthe unit:\n{}",
                    case.pre_start,
                    original.concat(),
                    unit.concat()
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}\n{}", sandbox.read("out/steps.log"));
}
