//! Laws of the reader: any bytes at all are a valid input, nothing of them is lost, and time and
//! stack do not depend on how they are nested.
#![allow(clippy::format_collect)]

use std::fs;
use std::hint::black_box;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use cutover::convert::{Conversion, convert};
use cutover::findings::{Code, Outcome};
use cutover::lift::Level;
use cutover::systemd::write::Options;
use cutover::text::{Source, Span};
use cutover::upstart::distribution::Distribution;
use cutover::upstart::document::{Document, NodeKind};
use cutover::upstart::job::Job;
use cutover::upstart::read::JobFiles;
use cutover::upstart::verdict::{Verdict, load};
use proptest::prelude::*;

use crate::common::{self, files_below, repository, shared};

// ---- the laws ------------------------------------------------------------------------------------

type Law = Result<(), String>;

macro_rules! ensure {
    ($condition:expr, $($message:tt)+) => {
        if !$condition {
            return Err(format!($($message)+));
        }
    };
}

/// The nodes tile the text, and what is in a node stands within it and in order.
fn tiles(text: &[u8], document: &Document) -> Law {
    let mut at = 0;
    for node in &document.nodes {
        ensure!(node.span.start == at, "a gap or an overlap before {node:?}");
        ensure!(node.span.end > at, "{node:?} covers nothing");
        at = node.span.end;
        let within = |span: Span| node.span.start <= span.start && span.start <= span.end && span.end <= node.span.end;
        match &node.kind {
            NodeKind::Blank => {
                let blank = |byte: &u8| b" \t\r\n\0\\".contains(byte);
                ensure!(node.span.of(text).iter().all(blank), "{node:?} is called blank");
            }
            NodeKind::Comment(span) => {
                ensure!(within(*span) && span.of(text).starts_with(b"#"), "{node:?} is called a comment");
            }
            NodeKind::Error => {}
            NodeKind::Stanza(stanza) => {
                ensure!(within(stanza.keyword) && within(stanza.span()), "a stanza reaches out of {node:?}");
                ensure!(within(Span::new(stanza.stop, stanza.stop)), "a stanza stops outside of {node:?}");
                ensure!(stanza.comments.iter().all(|comment| within(*comment)), "a comment outside of {node:?}");
                let mut behind = stanza.keyword.end;
                for part in &stanza.parts {
                    let span = part.span();
                    ensure!(within(span) && span.start >= behind, "{part:?} is out of place in {node:?}");
                    behind = span.end;
                }
            }
        }
    }
    ensure!(at == text.len(), "the end is in no node");
    Ok(())
}

fn files(conf: &[u8], over: Option<&[u8]>) -> JobFiles {
    let source = |name: &str, text: &[u8]| Source { name: name.to_owned(), text: text.to_vec() };
    JobFiles {
        name: "job".to_owned(),
        conf: source("job.conf", conf),
        over: over.map(|over| source("job.override", over)),
        distribution: Distribution::default(),
        scope: None,
    }
}

/// Where the stanzas of a file begin, and the lines that are none.
fn stanzas(text: &[u8]) -> Vec<usize> {
    let document = Document::read(text);
    let starts = document.nodes.iter().filter_map(|node| match &node.kind {
        NodeKind::Blank | NodeKind::Comment(_) => None,
        NodeKind::Stanza(stanza) => Some(stanza.span().start),
        NodeKind::Error => {
            let blanks = node.span.of(text).iter().take_while(|byte| byte.is_ascii_whitespace());
            Some(node.span.start + blanks.count())
        }
    });
    starts.collect()
}

/// Every stanza of both files has exactly one entry, which tells what became of it and why.
fn accounted(files: &JobFiles, conversion: &Conversion) -> Law {
    let account = &conversion.account;
    for pair in account.windows(2) {
        let (one, next) = (pair[0].at, pair[1].at);
        ensure!(
            one.file < next.file || (one.file == next.file && one.span.end <= next.span.start),
            "two entries for the same text, or in the wrong order: {one:?} {next:?}"
        );
    }
    let misspelt = conversion.findings.iter().any(|finding| finding.code == Code::MisspeltStanza);
    for (file, source) in std::iter::once(&files.conf).chain(&files.over).enumerate() {
        let of_file = account.iter().map(|entry| entry.at).filter(|origin| origin.file == file);
        let entries: Vec<Span> = of_file.map(|origin| origin.span).collect();
        let starts = stanzas(&source.text);
        for &start in &starts {
            let times = entries.iter().filter(|span| span.start == start || span.contains(start)).count();
            ensure!(times == 1, "the stanza at {start} of file {file} has {times} entries: {entries:?}");
        }
        // A misspelt `script` makes one stanza of what were many lines.
        ensure!(
            misspelt || entries.len() == starts.len(),
            "file {file} has {} entries and {} stanzas",
            entries.len(),
            starts.len()
        );
    }
    for entry in account {
        let exact = entry.outcome == Outcome::Exact;
        ensure!(!exact || !entry.became.is_empty(), "exact, but nothing became of it: {entry:?}");
        ensure!(exact || !entry.codes.is_empty(), "not exact, and no finding says why: {entry:?}");
    }
    for finding in &conversion.findings {
        ensure!(finding.code != Code::Unaccounted, "the conversion forgot {:?}", finding.marks);
        for mark in finding.marks.iter().filter(|mark| mark.graded) {
            ensure!(
                account.iter().any(|entry| mark.at.is_some_and(|place| entry.at.holds(place))),
                "{} grades what is neither a stanza nor stands in one: {mark:?}",
                finding.code
            );
        }
    }
    Ok(())
}

/// All of the laws.
fn keeps_the_laws(conf: &[u8], over: Option<&[u8]>) -> Law {
    tiles(conf, &Document::read(conf))?;
    let answer = load(conf, over);
    if let Err(refusal) = &answer {
        ensure!(refusal.at <= conf.len(), "the refusal is placed behind the end: {refusal:?}");
    }
    let verdict = serde_json::to_string(&Verdict::new("job.conf", conf, &answer));
    let verdict = verdict.map_err(|error| format!("the verdict cannot be written: {error}"))?;
    serde_json::from_str::<serde::de::IgnoredAny>(&verdict).map_err(|error| format!("{error}: {verdict}"))?;
    let files = files(conf, over);
    accounted(&files, &convert(&files, Level::default(), &Options::default()))
}

// ---- texts ---------------------------------------------------------------------------------------

/// Pieces of which jobs are made, and pieces that break them.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    const STANZAS: &[&str] = &[
        "description",
        "author",
        "version",
        "usage",
        "env",
        "export",
        "emits",
        "start on",
        "stop on",
        "manual",
        "exec",
        "script",
        "pre-start",
        "post-start",
        "pre-stop",
        "post-stop",
        "task",
        "instance",
        "expect",
        "respawn",
        "respawn limit",
        "normal exit",
        "kill signal",
        "kill timeout",
        "reload signal",
        "console",
        "umask",
        "nice",
        "oom",
        "oom score",
        "limit",
        "chroot",
        "chdir",
        "setuid",
        "setgid",
        "apparmor load",
        "apparmor switch",
        "cgroup",
        "debug",
        "import",
        "tmpfiles",
        "respwan",
        "post_script",
        "scirpt",
        "nonsense",
    ];
    const VALUES: &[&str] = &[
        "a",
        "b=c",
        "b!=c",
        "5",
        "0",
        "-1",
        "99999999999999999999",
        "0777",
        "unlimited",
        "never",
        "TERM",
        "SIGHUP",
        "fork",
        "daemon",
        "stop",
        "none",
        "log",
        "output",
        "owner",
        "nofile",
        "as",
        "nice",
        "memory",
        "cpu",
        "limit_in_bytes",
        "shares",
        "/bin/a",
        "./a",
        "$A",
        "${A:-b}",
        "$A/$B",
        "%i",
        "\"a b\"",
        "'a'",
        "\"\"",
        "runlevel",
        "[2345]",
        "[!06]",
        "[016]",
        "startup",
        "started",
        "stopping",
        "stopped",
        "starting",
        "mounted",
        "MOUNTPOINT=/x",
        "filesystem",
        "net-device-up",
        "IFACE=eth0",
        "IFACE!=lo",
        "static-network-up",
        "socket",
        "PROTO=inet",
        "PORT=80",
        "file",
        "FILE=/x",
        "EVENT=create",
        "dbus",
        "container",
        "not-container",
        "control-alt-delete",
        "started foo",
        "stopping foo",
        "starting rc",
        "RUNLEVEL=[06]",
        "and",
        "or",
        "(",
        ")",
        "x-device-added",
        ":sys:a",
        "exec",
        "script",
        "on",
        "signal",
        "exit",
        "timeout",
    ];
    const TEXTS: &[&str] = &[
        "\n",
        "\n",
        "\n",
        "\n\n",
        "\r\n",
        " ",
        "  ",
        "\t",
        "\r",
        "\\\n",
        "\\",
        "\\\\",
        "\\\"",
        "\\ ",
        "\"",
        "'",
        "#",
        "# comment",
        "#\n",
        "script\n",
        "pre-start script\n",
        "post-stop script\n",
        "end script\n",
        "  end script # x\n",
        "end scirpt\n",
        "end\n",
        "stop; exit 0\n",
        "if a; then\n  b\nfi\n",
        "cat <<E\nx\nE\n",
        "a | b &\n",
        "$(x) `y`\n",
        "initctl emit x\n",
        "/dev/null >&2 <in",
        "=",
        "%",
        "$",
        ";",
        "&&",
        "||",
        "*",
        "~",
    ];
    const BYTES: &[&[u8]] = &[b"\0", b"\xe9", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3\xa9"];
    prop_oneof![
        6 => proptest::sample::select(STANZAS).prop_map(|text| format!("\n{text} ").into_bytes()),
        6 => proptest::sample::select(VALUES).prop_map(|text| format!("{text} ").into_bytes()),
        5 => proptest::sample::select(TEXTS).prop_map(|text| text.as_bytes().to_vec()),
        1 => proptest::sample::select(BYTES).prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(any::<u8>(), 1..6),
    ]
}

/// Text that looks like a job, and often is one.
fn job_like() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(piece(), 0..40).prop_map(|pieces| pieces.concat())
}

/// Text in which most lines are right, so that what they mean together counts.
fn plausible() -> impl Strategy<Value = Vec<u8>> {
    fn lines(list: &'static [&'static str]) -> impl Strategy<Value = String> {
        proptest::sample::select(list).prop_map(str::to_owned)
    }
    let event = proptest::sample::select(&[
        "startup",
        "virtual-filesystems",
        "filesystem",
        "local-filesystems",
        "remote-filesystems",
        "all-swaps",
        "runlevel [2345]",
        "runlevel [06]",
        "runlevel [!2345]",
        "runlevel [016]",
        "runlevel S",
        "stopped rc RUNLEVEL=[2345]",
        "started foo",
        "starting foo",
        "stopping foo",
        "stopped foo",
        "stopped foo RESULT=ok",
        "started foo X=1",
        "mounted MOUNTPOINT=/srv",
        "mounting MOUNTPOINT=/srv",
        "net-device-up IFACE=eth0",
        "net-device-up IFACE!=lo",
        "net-device-up IFACE=lo",
        "net-device-added INTERFACE=eth1",
        "static-network-up",
        "socket PROTO=inet PORT=80",
        "file FILE=/etc/x EVENT=modify",
        "tty-device-added KERNEL=ttyS0",
        "dbus SIGNAL=x",
        "dbus-activation a.b",
        "container",
        "not-container",
        "control-alt-delete",
        "keyboard-request",
        "power-status-changed",
        "login-session-start",
        "desktop-session-start",
        "starting mountall",
        "deconfiguring-networking",
        "unmounted-remote-filesystems",
        "starting rc RUNLEVEL=[016]",
        "shop-open A=1",
        "shop-open $X",
        "shutdown",
        ":sys:x",
    ]);
    let condition = proptest::collection::vec((event, any::<bool>(), any::<bool>()), 1..5).prop_map(|events| {
        let mut text = String::new();
        let mut open = 0;
        for (index, (event, and, paren)) in events.iter().enumerate() {
            if index > 0 {
                text.push_str(if *and { " and " } else { " or " });
            }
            if *paren {
                text.push('(');
                open += 1;
            }
            text.push_str(event);
        }
        text + &")".repeat(open)
    });
    let command = lines(&[
        "/usr/bin/web --port 80",
        "web",
        "./web",
        "bin/web -x",
        "/bin/a | /bin/b",
        "/bin/a $A \"$B\" %i",
        "a; b",
        "a && b",
        "nginx",
        "nginx -g 'daemon off;'",
        "/usr/sbin/sshd -D",
        "A=1 web",
        "start-stop-daemon --start --pidfile /run/x.pid",
        "/bin/web --pidfile=/run/web.pid",
        "initctl emit shop-open",
        "stop",
        "start other",
        "sleep 5",
        "/bin/x >/dev/null 2>&1",
        "-web",
        "@web",
        "caf\u{e9} \u{fffe}",
        "/bin/a \\\n  b",
        "sh -c \"echo \\\"x\\\"\"",
    ]);
    let block = proptest::collection::vec(
        lines(&[
            "mkdir -p /run/x",
            "[ -e /etc/x ] || { stop; exit 0; }",
            "stop",
            "exec /usr/bin/web",
            "exec >/dev/null 2>&1",
            "while true; do sleep 1; done",
            "for x in a b; do",
            "done",
            "cat <<E",
            "E",
            "web &",
            "a | b",
            "echo $RUNLEVEL $FILE",
            "trap x EXIT",
            "case $1 in",
            "a) b;;",
            "esac",
            "# comment",
            "",
            "  indented",
            "initctl emit x Y=1",
            "$A",
            "'",
            "stop foo",
            "return 0",
        ]),
        0..8,
    )
    .prop_map(|lines| format!("script\n{}\nend script", lines.join("\n")));
    let process = prop_oneof![command.prop_map(|command| format!("exec {command}")), block];
    let stage = proptest::sample::select(&["", "", "pre-start ", "post-start ", "pre-stop ", "post-stop "]);
    let stanza = prop_oneof![
        3 => (stage, process).prop_map(|(stage, process)| format!("{stage}{process}")),
        2 => (proptest::sample::select(&["start on ", "stop on "]), condition).prop_map(|(on, what)| format!("{on}{what}")),
        4 => lines(&[
            "description \"A job\"", "description \"\u{e9}\t\\\\\"", "author \"a <a@b.example>\"", "version \"1\"", "usage \"x\"",
            "env A=1", "env A", "env PATH=/a:/b", "env X=$Y", "env B=\"a b\"", "env =x", "env 1=2", "export A B", "emits x y*",
            "manual", "task", "respawn", "respawn limit 3 7", "respawn limit unlimited", "respawn limit 0 5",
            "respawn limit 100 1", "respawn limit 2147483647 9223372036854775807", "normal exit 0 1 TERM", "normal exit 3840 999",
            "normal exit INT 99", "kill signal INT", "kill signal 77", "kill timeout 0", "kill timeout 30",
            "kill timeout 9223372036854775807", "reload signal USR1", "reload signal 0", "console none", "console log",
            "console output", "console owner", "umask 022", "umask 0", "umask 0777", "nice -20", "nice 19", "oom never",
            "oom -17", "oom 15", "oom score -999", "oom score never", "limit nofile 10 20", "limit nofile 20 10",
            "limit nofile unlimited unlimited", "limit nice 40 40", "limit as -1 5", "limit cpu 1 unlimited", "chroot /srv",
            "chroot srv", "chdir /srv", "chdir /", "chdir $A", "chdir /a/../b", "setuid web", "setuid web.2", "setuid 0",
            "setuid root", "setuid \"a b\"", "setgid web", "apparmor load /etc/apparmor.d/x", "apparmor switch /usr/bin/x",
            "cgroup memory", "cgroup memory limit_in_bytes 52428800", "cgroup cpu $UPSTART_CGROUP shares 100",
            "cgroup memory a limit_in_bytes 5", "cgroup cpuset cpus 0-3", "cgroup blkio throttle.read_bps_device \"8:0 1000\"",
            "cgroup devices allow x", "debug", "instance $A", "instance ${A:-1}", "instance $A-$B", "instance a", "instance ${A",
            "expect fork", "expect daemon", "expect stop", "expect none", "import A B", "tmpfiles /usr/lib/tmpfiles.d/x.conf",
            "frobnicate 5", "respwan", "# a comment", "", "nice 99", "task now", "description a b",
        ]),
    ];
    proptest::collection::vec(stanza, 0..12).prop_map(|stanzas| (stanzas.join("\n") + "\n").into_bytes())
}

// ---- properties ----------------------------------------------------------------------------------

fn cases(number: u32) -> ProptestConfig {
    // Debug builds are an order of magnitude slower.
    let cases = if cfg!(debug_assertions) { number / 8 } else { number };
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn prop_laws(conf: &[u8], over: Option<&[u8]>) -> Result<(), TestCaseError> {
    keeps_the_laws(conf, over).map_err(|broken| {
        let over = over.map_or_else(String::new, |over| format!("\noverride: {}", over.escape_ascii()));
        TestCaseError::fail(format!("{broken}\njob: {}{over}", conf.escape_ascii()))
    })
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn any_bytes_are_a_document_and_every_stanza_is_accounted_for(
        text in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        prop_laws(&text, None)?;
    }

    #[test]
    fn text_that_looks_like_a_job_is_accounted_for(text in job_like()) {
        prop_laws(&text, None)?;
    }

    #[test]
    fn a_plausible_job_is_accounted_for(text in plausible()) {
        prop_laws(&text, None)?;
    }

    #[test]
    fn a_job_and_its_override_are_accounted_for(
        conf in plausible(),
        over in prop_oneof![plausible(), job_like()],
    ) {
        prop_laws(&conf, Some(&over))?;
    }
}

fn assert_laws_of_all(jobs: &[PathBuf]) {
    let mut broken = Vec::new();
    for job in jobs {
        let text = fs::read(job).unwrap();
        let is_job = job.extension().is_some_and(|suffix| suffix == "conf");
        let over = fs::read(job.with_extension("override")).ok().filter(|_| is_job);
        if let Err(law) = keeps_the_laws(&text, over.as_deref()) {
            broken.push(format!("{}: {law}\n", job.display()));
        }
    }
    assert!(broken.is_empty(), "{} of {}:\n{}", broken.len(), jobs.len(), broken.concat());
}

#[test]
fn every_job_of_the_corpus_is_accounted_for() {
    let jobs = files_below(&repository("corpus/init"));
    assert!(jobs.len() > 40);
    assert_laws_of_all(&jobs);
}

#[test]
fn every_real_job_is_accounted_for() {
    let Some(jobs) = shared("real-jobs") else { return };
    let jobs = files_below(&jobs);
    assert!(jobs.len() > 1900);
    assert_laws_of_all(&jobs);
}

// ---- large and deep texts ------------------------------------------------------------------------

/// Large enough that a square would show, small enough for a slow build.
const VERY_LARGE: usize = if cfg!(debug_assertions) { 1_000_000 } else { 10_000_000 };
const LARGE: usize = if cfg!(debug_assertions) { 100_000 } else { 1_000_000 };
const LARGE_JOB: usize = if cfg!(debug_assertions) { 60_000 } else { 400_000 };
const DEEP: usize = 100_000;

fn on_a_small_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(1 << 20);
        thread.spawn_scoped(scope, work).unwrap().join().unwrap()
    })
}

/// Tests that measure time do so one after the other.
static CLOCK: Mutex<()> = Mutex::new(());

fn time(work: impl Fn()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// Four times the input takes about four times as long; a square would take sixteen times. What is
/// wrong is told, so that one slow case does not hide the others. The steps begin small, so that a
/// square is found before it takes minutes.
fn out_of_proportion(what: &str, text: impl Fn(usize) -> Vec<u8>, size: usize, work: impl Fn(&[u8]) + Sync) -> String {
    let _clock = CLOCK.lock().unwrap_or_else(PoisonError::into_inner);
    for step in [64, 16, 4] {
        let (small, large) = (text(size / step), text(size / step * 4));
        let (mut short, mut long) = (Duration::MAX, Duration::MAX);
        // Other tests run beside this one: what was slow once may have had to wait.
        let in_proportion = on_a_small_stack(|| {
            (0..4).any(|_| {
                short = short.min(time(|| work(&small)));
                long = long.min(time(|| work(&large)));
                long < short * 8 + Duration::from_millis(40)
            })
        });
        if !in_proportion {
            return format!("{what}: {} bytes in {short:?}, {} bytes in {long:?}\n", small.len(), large.len());
        }
    }
    String::new()
}

fn assert_in_proportion(slow: impl Iterator<Item = String>) {
    let slow: String = slow.collect();
    assert!(slow.is_empty(), "slower than in proportion:\n{slow}");
}

fn read(text: &[u8]) {
    black_box(Document::read(text));
    let answer = black_box(Job::read(text));
    black_box(serde_json::to_string(&Verdict::new("large.conf", text, &answer)).unwrap());
}

fn converts(text: &[u8]) {
    black_box(convert(&files(text, None), Level::default(), &Options::default()));
}

fn repeated(line: &'static str) -> impl Fn(usize) -> Vec<u8> {
    move |size| line.repeat(size / line.len()).into_bytes()
}

/// What would be slow or deep if reading went back, or into itself, again and again.
const LINES: &[&str] = &[
    "a\n",
    "a",
    "\n",
    " ",
    "\"\\\n",
    "\"\n",
    "'\"\n",
    "\\\n",
    "\\",
    "start on (\n",
    "start on (a\n",
    "start on a or\n",
    "script\n",
    "script\nend scrip\n",
    "pre-start script\n",
    "end script\n",
    "post_script exec x\n",
    "respwan\n",
    "# c\n",
    "#",
    "(",
    "exec \"\n",
    "exec a\n",
    "env A=1\n",
    "description \"a\n",
    "\0",
    "\u{e9}\n",
    "manual ",
    "nice 99\n",
];

fn again_and_again(line: &'static str, size: usize, work: impl Fn(&[u8]) + Sync) -> String {
    out_of_proportion(&format!("{line:?} again and again"), repeated(line), size, work)
}

#[test]
#[ignore = "measures time, which a busy machine falsifies: run it by hand"]
fn reading_a_large_file_takes_time_in_proportion() {
    assert_in_proportion(LINES.iter().map(|line| again_and_again(line, LARGE, read)));
}

#[test]
#[ignore = "measures time, which a busy machine falsifies: run it by hand"]
fn reading_ten_megabytes_takes_time_in_proportion() {
    assert_in_proportion(["a\n", "a"].iter().map(|line| again_and_again(line, VERY_LARGE, read)));
}

#[test]
#[ignore = "measures time, which a busy machine falsifies: run it by hand"]
fn converting_a_large_file_takes_time_in_proportion() {
    assert_in_proportion(LINES.iter().map(|line| again_and_again(line, LARGE_JOB, converts)));
}

#[test]
#[ignore = "measures time, which a busy machine falsifies: run it by hand"]
fn a_long_block_takes_time_in_proportion() {
    let lines = ["a\n", "end scrip\n", "  a b c\n", "'\n", "cat <<E\n", "$(", "stop\n", "$A "];
    assert_in_proportion(lines.iter().map(|line| {
        let text = |size: usize| [b"script\n", repeated(line)(size).as_slice(), b"end script\n"].concat();
        out_of_proportion(&format!("a block of {line:?}"), text, LARGE_JOB, |text| {
            read(text);
            converts(text);
        })
    }));
}

#[test]
#[ignore = "measures time, which a busy machine falsifies: run it by hand"]
fn a_broken_start_does_not_make_the_rest_slow() {
    let starts = ["\"\n", "start on (\n", "script\n", "exec '\n", "env A=\"\\"];
    let lines = ["exec a\n", "a\n", "\"\n", "start on (\n", "script\nx\nend script\n"];
    let pairs = starts.iter().flat_map(|start| lines.iter().map(move |line| (start, line)));
    assert_in_proportion(pairs.map(|(start, line)| {
        let text = |size: usize| [start.as_bytes(), &repeated(line)(size)].concat();
        out_of_proportion(&format!("{start:?} before {line:?}"), text, LARGE_JOB, read)
    }));
}

#[test]
#[ignore = "measures time, which a busy machine falsifies: run it by hand"]
fn many_different_events_variables_and_values_take_time_in_proportion() {
    type Text<'a> = (&'a str, &'a str, &'a dyn Fn(usize) -> String, &'a str);
    let texts: &[Text<'_>] = &[
        ("events joined by or", "start on ", &|n| format!("e{n}"), " or "),
        ("events joined by and", "start on ", &|n| format!("e{n}"), " and "),
        ("jobs", "start on ", &|n| format!("started j{n}"), " or "),
        ("events that stop", "stop on ", &|n| format!("e{n}"), " or "),
        ("variables", "", &|n| format!("env A{n}=1"), "\n"),
        ("emitted events", "emits ", &|n| format!("e{n}"), " "),
        ("exit statuses", "normal exit ", &|n| n.to_string(), " "),
        ("instance variables", "instance ", &|n| format!("$V{n}"), "-"),
        ("arguments", "exec a ", &|n| format!("--a{n}"), " "),
        ("control groups", "", &|n| format!("cgroup memory g{n}"), "\n"),
    ];
    assert_in_proportion(texts.iter().map(|(what, head, item, joint)| {
        let text = |size: usize| {
            let items: Vec<String> = (0..size / 12).map(item).collect();
            format!("{head}{}\n", items.join(joint)).into_bytes()
        };
        out_of_proportion(what, text, LARGE_JOB / 2, |text| {
            read(text);
            converts(text);
        })
    }));
}

#[test]
fn depth_costs_no_stack() {
    on_a_small_stack(|| {
        for depth in [DEEP, 2 * DEEP] {
            let opened = "(".repeat(depth);
            let chain = "a and (".repeat(depth);
            let closed = ")".repeat(depth);
            for text in [
                format!("start on {opened}"),
                format!("start on {opened}a{closed}\n"),
                format!("start on {opened}{closed}\n"),
                format!("start on {chain}"),
                format!("start on {chain}a{closed}\nexec x\n"),
                format!("start on {chain}a{closed})\n"),
                format!("start on {opened}a{}\n", " or b)".repeat(depth)),
                format!("stop on {opened}\nexec x\n"),
                format!("start on {}", "(\n".repeat(depth)),
                format!("exec {}", "$(".repeat(depth)),
                format!("script\n{}\nend script\n", "$(".repeat(depth)),
                format!("instance {}", "${A:-".repeat(depth)),
            ] {
                read(text.as_bytes());
                converts(text.as_bytes());
            }
        }
    });
}

#[test]
#[ignore = "measures time, which a busy machine falsifies: run it by hand"]
fn depth_takes_time_in_proportion() {
    let shapes = [("(", "a", ")"), ("a and (", "b", ")"), ("(", "a", " or b)"), ("(", "", ""), ("a or (", "", "")];
    assert_in_proportion(shapes.iter().map(|(open, middle, close)| {
        let text =
            |depth: usize| format!("start on {}{middle}{}\n", open.repeat(depth), close.repeat(depth)).into_bytes();
        out_of_proportion(&format!("{open}{middle}{close}"), text, DEEP, |text| {
            read(text);
            converts(text);
        })
    }));
}

#[test]
fn a_deep_condition_can_be_printed_and_told_as_json() {
    let text = format!("start on {}a{}\n", "a and (".repeat(DEEP), ")".repeat(DEEP));
    let (printed, json) = on_a_small_stack(|| {
        let job = Job::read(text.as_bytes()).unwrap();
        let printed = job.start_on.as_ref().unwrap().value.to_string();
        let json = serde_json::to_string(&Verdict::new("deep.conf", text.as_bytes(), &Ok(job))).unwrap();
        (printed, json)
    });
    assert_eq!(printed, format!("{}a{}", "(a and ".repeat(DEEP), ")".repeat(DEEP)));
    assert_eq!(json.matches(r#""op":"and""#).count(), DEEP);
    assert_eq!(json.matches(r#""op":"match""#).count(), DEEP + 1);
    on_a_small_stack(|| serde_json::from_str::<serde::de::IgnoredAny>(&json).unwrap());
}

#[test]
fn the_program_reads_deep_and_large_files() {
    let sandbox = common::Sandbox::new();
    sandbox.file("deep.conf", format!("start on {}a{}\n", "a and (".repeat(DEEP), ")".repeat(DEEP)));
    sandbox.file("open.conf", format!("start on {}", "(".repeat(2 * DEEP)));
    sandbox.file("line.conf", "a".repeat(1_000_000));
    for file in ["deep.conf", "open.conf", "line.conf"] {
        for args in [
            &["check", file][..],
            &["check", "--format", "jsonl", file],
            &["convert", file],
            &["convert", "--format", "json", file],
        ] {
            let output = sandbox.output(args);
            assert!(matches!(output.status.code(), Some(0 | 1)), "{args:?}: {}", output.status);
        }
    }
}
