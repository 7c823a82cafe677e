//! What `--lift all` lifts of main scripts besides: each under an assumption, which a warning states.

use cutover::findings::Code;
use cutover::lift::Level;

use super::pairs::{Pair, judge, read, recorded};

/// What the unit of a job says of its processes, and the assumptions.
fn lines(level: Level, job: &str) -> (Vec<String>, Vec<String>) {
    const ABOUT: &[&str] = &["Exec", "Type=forking", "PIDFile=", "User="];
    let conversion = read("till", job.as_bytes(), level, "x");
    let unit = conversion.units[0].print();
    let lines = unit.lines().filter(|line| ABOUT.iter().any(|start| line.starts_with(start)));
    let assumed = conversion.findings.iter().filter(|finding| finding.code == Code::AssumedLift);
    (lines.map(str::to_owned).collect(), assumed.map(|finding| finding.message.to_string()).collect())
}

/// A job, its lines, and what is assumed for them; without assumptions it keeps its shell or its starter.
const CASES: &[(&str, &[&str], &[&str])] = &[
    (
        "instance $ID\nexec /t/rec --id=$ID -c /etc/$ID.conf $ID \"$ID\"",
        &["ExecStart=/t/rec --id=${ID} -c /etc/${ID}.conf $ID ${ID}"],
        &["`$ID`: the value is one word", "`$ID`: the value holds no quote, backslash or pattern"],
    ),
    (
        "start on told\nenv DIR=/t\nexec $DIR/rec --home $DIR",
        &["ExecStart=/t/rec --home $DIR"],
        &[
            "`$DIR`: the value is one word",
            "`$DIR`: the value holds no quote, backslash or pattern",
            "`$DIR`: no event says another value",
        ],
    ),
    (
        "exec start-stop-daemon --start --make-pidfile --pidfile /run/till.pid --chuid till --exec /t/rec -- a",
        &["User=till", "ExecStart=/t/rec a"],
        &["nobody else looks into /run/till.pid, which is not written any more"],
    ),
    (
        "expect fork\nexec start-stop-daemon --start -b -m -p /run/till.pid -x /t/rec",
        &["ExecStart=/t/rec"],
        &[
            "`--background`: the program stays in the foreground by itself",
            "nobody else looks into /run/till.pid, which is not written any more",
        ],
    ),
    (
        "script\nmkdir -p /run/till\nmodprobe loop || true\nset -e\nexec /t/rec a\nend script",
        &["ExecStartPre=mkdir -p /run/till", "ExecStartPre=-modprobe loop", "ExecStart=/t/rec a"],
        &["`mkdir -p /run/till`: nobody minds that the unit is up only when that is done"],
    ),
    (
        "script\ncd /srv\nchown till .\nexec /t/rec >>/srv/log\nend script",
        &["ExecStartPre=chown till .", "ExecStart=/t/rec"],
        &["`chown till .`: nobody minds that the unit is up only when that is done"],
    ),
    (
        "script\ninstall -d -o till /run/till\nexec setuidgid till /t/rec\nend script",
        &["User=till", "ExecStartPre=+install -d -o till /run/till", "ExecStart=/t/rec"],
        &["`install -d -o till /run/till`: nobody minds that the unit is up only when that is done"],
    ),
];

#[test]
fn every_assumption_is_stated() {
    for (job, expected, assumptions) in CASES {
        let (lines, assumed) = lines(Level::All, &format!("{job}\n"));
        assert_eq!((lines, assumed), (owned(expected), owned(assumptions)), "{job}");
    }
}

#[test]
fn without_assumptions_they_stay() {
    for (job, expected, _) in CASES {
        let (lines, assumed) = lines(Level::Safe, &format!("{job}\n"));
        assert_ne!(lines, owned(expected), "{job}");
        assert!(assumed.is_empty(), "{job}");
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn what_no_assumption_makes_the_same_stays() {
    for (job, why) in [
        ("exec $PROGRAM a", "nobody knows which program"),
        ("exec /t/rec $1 \"$@\"", "they are no variables of the environment"),
        ("exec /t/rec ${A#b}", "the shell takes something off"),
        ("exec /t/rec --in=$PWD \"$PPID\"", "the shell sets them by itself"),
        ("script\n. /etc/till\nexec /t/rec \"$PWD\"\nend script", "the shell sets it by itself"),
        ("exec start-stop-daemon --start --background --exec rec", "the program has no path"),
        ("expect daemon\nexec start-stop-daemon --start --background --exec /t/rec", "it forks once more by itself"),
        (
            "post-stop script\nkill $(cat /run/x.pid)\nend script\nexec start-stop-daemon --start -m -p /run/x.pid -x /t/rec",
            "the hook looks into the file",
        ),
        ("script\nsleep 2\nexec /t/rec\nend script", "it takes its time"),
        ("script\n/usr/lib/prepare\nexec /t/rec\nend script", "it may leave something behind"),
        ("script\nmkdir -p $DIR\nexec /t/rec\nend script", "the shell has something to do"),
        ("script\nmkdir -p /srv/a\ncd /srv/a\nexec /t/rec\nend script", "the directory is not there before"),
        ("script\nrm -f /a\nexec /t/rec >/srv/log\nend script", "each of them would write over the file"),
        ("script\nmkdir /a\nexec start-stop-daemon --start --umask 077 --exec /t/rec\nend script", "another mask"),
        ("script\nrm -f /a\n[ -e /b ] && exec /t/rec\nend script", "it hangs on a condition"),
        ("expect stop\nscript\nrm -f /a\nexec /t/rec\nend script", "Upstart waits for the signal of the shell"),
    ] {
        let (lines, _) = lines(Level::All, &format!("{job}\n"));
        assert!(
            lines.iter().any(|line| line.starts_with("ExecStart=/bin/sh") || line.contains("start-stop-daemon")),
            "{why}: {lines:?}"
        );
    }
}

#[test]
fn where_the_assumption_holds_it_is_the_same() {
    let jobs = [
        "start on told\nenv DIR=/t\nenv WORDS=\"a b\"\nexec $DIR/rec x$DIR $DIR $WORDS\n",
        "start on told\nenv A=b\nscript\nexec /t/rec --a=$A \"$NONE\" $NONE\nend script\n",
        "exec start-stop-daemon --start --make-pidfile --pidfile /run/till.pid --exec /t/rec -- a\n",
    ];
    let pairs: Vec<Pair> = jobs
        .iter()
        .enumerate()
        .map(|(index, job)| Pair::lifted(&format!("all{index}"), job.as_bytes(), &Level::All.into()).expect(job))
        .collect();
    let Some(said) = recorded(&pairs, &[]) else { return };
    assert_eq!(judge(&pairs, &said), pairs.len());
}
