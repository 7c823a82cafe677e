//! What is written for a job is read back to the same job: with hostile strings, for all real jobs, and by
//! a real shell.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Command;

use cutover::service::{Bound, CgroupSetting, Comment, Exit, Io, Limit, Resource, Signal};
use cutover::text::{Origin, Sourced, Span, Text};
use cutover::upstart::condition::{Condition, ConditionNode, EventMatch};
use cutover::upstart::distribution::Distribution;
use cutover::upstart::document::{Document, NodeKind};
use cutover::upstart::job::{Expect, Job, Process, ProcessType, RespawnLimit};
use cutover::upstart::version::{SINCE, UpstartVersion};
use cutover::upstart::write::command;
use cutover::upstart::write::downgrade::downgrade;
use cutover::upstart::write::quote::Why;
use cutover::upstart::write::text::{Written, text};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use crate::common::{self, Sandbox, shared};

// ---- hostile strings -----------------------------------------------------------------------------

/// Bytes that mean something to Upstart or to a shell, or that stand beside such bytes in an escape.
const PIECES: &[&[u8]] = &[
    b" ",
    b"  ",
    b"\t",
    b"\r",
    b"\"",
    b"'",
    b"\\",
    b"\\\"",
    b" \\\"",
    b" \\$",
    b"\\\\",
    b"#",
    b"$",
    b"`",
    b"(",
    b")",
    b"{",
    b"}",
    b"[",
    b"=",
    b"!=",
    b"!",
    b"-",
    b"~",
    b"*",
    b"?",
    b"|",
    b"&",
    b";",
    b"<",
    b">",
    b"a",
    b"b",
    b"HOME",
    b"and",
    b"or",
    b"end script",
    b"\x01",
    b"\x1b",
    b"\x7f",
    b"\xe9",
    b"\xc3\xa9",
    b"\xff",
];

fn hostile() -> impl Strategy<Value = Vec<u8>> {
    vec(select(PIECES), 0..7).prop_map(|pieces| pieces.concat())
}

/// Lines of them.
fn hostile_lines() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![6 => select(PIECES), 2 => Just(&b"\n"[..]), 1 => Just(&b"\n  "[..])];
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

// ---- hostile jobs --------------------------------------------------------------------------------

/// A value of an origin of its own.
fn sourced<T>(value: T, place: usize) -> Sourced<T> {
    Sourced::new(value, Origin { file: 0, span: Span::new(place, place + 1) })
}

fn string(place: usize) -> impl Strategy<Value = Option<Sourced<Text>>> {
    of(hostile().prop_map(move |value| sourced(value.into(), place)))
}

/// A list, of which some values stem from the same place.
fn strings(place: usize) -> impl Strategy<Value = Vec<Sourced<Text>>> {
    vec((hostile(), 0..3usize), 0..4)
        .prop_map(move |list| list.into_iter().map(|(value, at)| sourced(value.into(), place + at)).collect())
}

fn flag(place: usize) -> impl Strategy<Value = Option<Sourced<()>>> {
    of(Just(sourced((), place)))
}

fn event() -> impl Strategy<Value = ConditionNode> {
    let positional = hostile().prop_filter("named", |value| !value.contains(&b'='));
    let named = (hostile(), select(vec!["=", "!="]), hostile())
        .prop_map(|(name, sign, value)| [name.as_slice(), sign.as_bytes(), &value].concat());
    (hostile(), vec(positional, 0..3), vec(named, 0..3)).prop_map(|(name, positional, named)| {
        let env = positional.into_iter().chain(named).map(Into::into).collect();
        ConditionNode::Event(EventMatch { name: name.into(), env, span: Span::default() })
    })
}

fn condition() -> impl Strategy<Value = Condition> {
    let leaf = event().prop_map(|event| vec![event]);
    let tree = leaf.prop_recursive(5, 24, 2, |inner| {
        (inner.clone(), inner, any::<bool>()).prop_map(|(left, right, and)| {
            let operator = if and { ConditionNode::And } else { ConditionNode::Or };
            [left, right, vec![operator]].concat()
        })
    });
    tree.prop_map(|nodes| Condition { nodes })
}

/// Commands as the constructors make them, and commands that nobody has looked at.
fn process() -> impl Strategy<Value = Process> {
    let raw = |script: bool| {
        hostile_lines().prop_map(move |command| Process { script, command: command.into(), ..Process::default() })
    };
    let argv = vec(hostile_lines(), 1..4)
        .prop_map(|argv| command::exec_line(&argv.into_iter().map(Text::from).collect::<Vec<_>>()));
    let made = prop_oneof![
        argv,
        hostile_lines().prop_map(|line| command::exec(&line)),
        hostile_lines().prop_map(|body| command::script(&body)),
    ];
    prop_oneof![
        1 => raw(false),
        1 => raw(true),
        4 => made.prop_filter_map("no command", Result::ok),
    ]
}

fn about() -> impl Strategy<Value = Job> {
    let strings_of_it = (string(0), string(1), string(2), string(3), string(4));
    let lists = (strings(10), strings(20), strings(30));
    (strings_of_it, lists).prop_map(|((description, author, version, usage, instance), (emits, env, export))| Job {
        description,
        author,
        version,
        usage,
        instance,
        emits,
        env,
        export,
        ..Job::default()
    })
}

fn with_start_condition(job: impl Strategy<Value = Job>) -> impl Strategy<Value = Job> {
    (job, of(condition()), of(condition()), flag(42)).prop_map(|(job, start_on, stop_on, manual)| {
        let start_on = start_on.map(|condition| sourced(condition, 40));
        let stop_on = stop_on.map(|condition| sourced(condition, 41));
        let (start_on, disabled_start_on) = if manual.is_some() { (None, start_on) } else { (start_on, None) };
        Job { start_on, stop_on, manual, disabled_start_on, ..job }
    })
}

fn signal() -> impl Strategy<Value = Signal> {
    (0..70u32).prop_map(Signal)
}

fn with_life(job: impl Strategy<Value = Job>) -> impl Strategy<Value = Job> {
    let exit = prop_oneof![
        any::<i32>().prop_filter_map("negative", |it| u32::try_from(it).ok()).prop_map(Exit::Status),
        (1..=31u32).prop_map(|number| Exit::Signal(Signal(number))),
    ];
    let limit = (0..=i32::MAX, 0..=i64::MAX, any::<bool>()).prop_map(|(count, interval, none)| {
        if none { RespawnLimit { count: 0, interval: 0 } } else { RespawnLimit { count, interval } }
    });
    let expect = select(vec![Expect::None, Expect::Stop, Expect::Daemon, Expect::Fork]);
    let flags = (flag(50), flag(51), flag(52));
    let values = (of(expect), of(limit), vec(exit, 0..4), of(0..=i64::MAX), of(signal()), of(signal()));
    (job, flags, values).prop_map(|(job, (task, respawn, debug), (expect, limit, exits, timeout, kill, reload))| Job {
        task,
        respawn,
        debug,
        expect: expect.map(|it| sourced(it, 53)),
        respawn_limit: limit.map(|it| sourced(it, 54)),
        normal_exit: exits.into_iter().map(|it| sourced(it, 55)).collect(),
        kill_timeout: timeout.map(|it| sourced(it, 56)),
        kill_signal: kill.map(|it| sourced(it, 57)),
        reload_signal: reload.map(|it| sourced(it, 58)),
        ..job
    })
}

fn with_exec_environment(job: impl Strategy<Value = Job>) -> impl Strategy<Value = Job> {
    let console = select(vec![Io::Null, Io::Log, Io::Console, Io::ConsoleOwner]);
    let bound = || prop_oneof![Just(Bound::Unlimited), (0..u64::MAX).prop_map(Bound::At)];
    let resource = select(vec![Resource::As, Resource::Core, Resource::Nofile, Resource::Nice, Resource::Stack]);
    let limits = vec((resource, bound(), bound()), 0..4);
    let cgroup = (hostile(), of(hostile()), of((hostile(), hostile()))).prop_map(|(controller, name, setting)| {
        let (key, value) = setting.map(|(key, value)| (key.into(), value.into())).unzip();
        CgroupSetting { controller: controller.into(), name: name.map(Into::into), key, value }
    });
    let ids = (string(60), string(61), string(62), string(63), string(64), string(65));
    let values = (of(console), of(0..=0o777u32), of(-20..=19i32), of(-1000..=1000i32), limits, vec(cgroup, 0..3));
    (job, ids, values).prop_map(|(job, ids, (console, umask, nice, oom, limits, cgroups))| {
        let (setuid, setgid, chroot, chdir, apparmor_load, apparmor_switch) = ids;
        let limits = limits.into_iter().map(|(resource, soft, hard)| (resource, sourced(Limit { soft, hard }, 70)));
        Job {
            setuid,
            setgid,
            chroot,
            chdir,
            apparmor_load,
            apparmor_switch,
            console: console.map(|it| sourced(it, 66)),
            umask: umask.map(|it| sourced(it, 67)),
            nice: nice.map(|it| sourced(it, 68)),
            oom_score_adj: oom.map(|it| sourced(it, 69)),
            limits: limits.collect(),
            cgroups: cgroups.into_iter().map(|it| sourced(it, 71)).collect(),
            ..job
        }
    })
}

fn job() -> impl Strategy<Value = Job> {
    let kinds = select(KINDS.iter().map(|(kind, _)| *kind).collect::<Vec<_>>());
    let processes = vec((kinds, process()), 0..4);
    (with_exec_environment(with_life(with_start_condition(about()))), processes).prop_map(|(job, processes)| {
        let processes: BTreeMap<_, _> =
            processes.into_iter().map(|(kind, process)| (kind, sourced(process, 80 + kind as usize))).collect();
        Job { processes, ..job }
    })
}

const KINDS: &[(ProcessType, &str)] = &[
    (ProcessType::PreStart, "pre-start "),
    (ProcessType::Main, ""),
    (ProcessType::PostStart, "post-start "),
    (ProcessType::PreStop, "pre-stop "),
    (ProcessType::PostStop, "post-stop "),
];

// ---- laws ----------------------------------------------------------------------------------------

/// A job as text, without places in files.
fn shown(job: &Job) -> String {
    let mut job = Job { superseded: Vec::new(), ..job.clone() };
    for process in job.processes.values_mut() {
        process.value.places.clear();
        process.value.line = 0;
    }
    let debug = format!("{job:#?}");
    let place = |line: &&str| !["start: ", "end: ", "file: "].iter().any(|field| line.trim_start().starts_with(field));
    debug.lines().filter(place).collect::<Vec<_>>().join("\n")
}

/// The job without the processes that could not be written; nothing else may be missing.
fn without_unwritable(mut job: Job, written: &Written) -> Job {
    for unwritable in &written.unwritable {
        let kind = KINDS.iter().find(|(_, prefix)| {
            [format!("{prefix}exec"), format!("{prefix}script")].contains(&unwritable.what.to_owned())
        });
        let (kind, _) = kind.unwrap_or_else(|| panic!("{unwritable:?}"));
        let process = job.processes.remove(kind).unwrap();
        let command = &process.value.command;
        match unwritable.why {
            Why::LineEnd => assert!(!command.ends_with(b"\n")),
            Why::Indented => {
                assert!(command.starts_with(b" ") || command.starts_with(b"\t") || command.starts_with(b"\r"));
            }
            Why::EndScript => assert!(command.windows(10).any(|at| at == b"end script")),
            Why::Empty | Why::Command => assert!(!process.value.script),
            other => panic!("{other:?}"),
        }
    }
    job
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_job_reads_back_from_its_text(job in job()) {
        let written = text(&job, &[], UpstartVersion::default());
        let read = Job::read(&written.text);
        let lossy = String::from_utf8_lossy(&written.text).into_owned();
        prop_assert!(read.is_ok(), "{read:?}\n{lossy}");
        prop_assert_eq!(shown(&read.unwrap()), shown(&without_unwritable(job, &written)), "{}", lossy);
    }

    #[test]
    fn no_version_meets_a_stanza_that_it_does_not_know(
        job in job(),
        version in select(vec!["0.6.5", "0.6.7", "1.3", "1.4", "1.5", "1.6", "1.9", "1.10", "1.12", "1.13"]),
        distribution in select(vec![Distribution::Ubuntu, Distribution::Rhel6]),
    ) {
        let version: UpstartVersion = version.parse().unwrap();
        let downgraded = downgrade(job, version, distribution);
        let written = text(&downgraded.job, &downgraded.comments, version);
        let lossy = String::from_utf8_lossy(&written.text).into_owned();
        let read = Job::read(&written.text);
        prop_assert!(read.is_ok(), "{read:?}\n{lossy}");
        let document = Document::read(&written.text);
        for (_, stanza) in document.stanzas() {
            let stanza = stanza.span().of(&written.text);
            let newer = SINCE.iter().find(|(words, _)| {
                stanza.strip_prefix(words.as_bytes()).is_some_and(|rest| rest.first().is_none_or(|byte| b" \n".contains(byte)))
            });
            prop_assert!(newer.is_none_or(|(_, since)| version >= *since), "{newer:?}\n{lossy}");
            let number = stanza.strip_prefix(b"kill signal ").is_some_and(|name| name[0].is_ascii_digit());
            prop_assert!(!number || version.numbered_signals(), "{lossy}");
        }
        // The values that this version has are those that were meant.
        let read = read.unwrap();
        prop_assert_eq!(shown(&read), shown(&without_unwritable(downgraded.job, &written)), "{}", lossy);
    }

    #[test]
    fn what_no_word_can_hold_is_left_out_and_told(mut value in hostile(), bad in select(vec![0u8, b'\n']), at in 0..9usize) {
        value.insert(at.min(value.len()), bad);
        let why = if value.contains(&0) { Why::Nul } else { Why::LineBreak };
        let mut job = Job { description: Some(sourced("kept".into(), 0)), ..Job::default() };
        job.chdir = Some(sourced(value.clone().into(), 1));
        job.emits = vec![sourced("one".into(), 2), sourced(value.clone().into(), 2), sourced("two".into(), 2)];
        let event = EventMatch { name: value.into(), env: Vec::new(), span: Span::default() };
        job.stop_on = Some(sourced(Condition { nodes: vec![ConditionNode::Event(event)] }, 3));
        let written = text(&job, &[], UpstartVersion::default());
        let told: Vec<_> = written.unwritable.iter().map(|it| (it.what, it.origin.unwrap().span.start, it.why)).collect();
        prop_assert_eq!(told, [("stop on", 3, why), ("emits", 2, why), ("chdir", 1, why)]);
        prop_assert_eq!(written.text, b"description kept\n\nemits one two\n");
    }

    #[test]
    fn comments_stay_with_their_stanzas(lines in vec(hostile_lines(), 1..4), above in vec(select(vec![0usize, 1, 2, 99]), 1..4)) {
        let job = Job {
            description: Some(sourced("d".into(), 0)),
            respawn: Some(sourced((), 1)),
            processes: [(ProcessType::Main, sourced(command::exec(b"web").unwrap(), 2))].into(),
            ..Job::default()
        };
        let comments: Vec<Comment> = above
            .iter()
            .map(|&place| Comment {
                lines: lines.iter().cloned().map(Text::from).collect(),
                before: sourced((), place).origin().filter(|_| place < 99),
            })
            .collect();
        let written = text(&job, &comments, UpstartVersion::default());
        prop_assert_eq!(shown(&Job::read(&written.text).unwrap()), shown(&job));
        // Every line is there, and the stanza that it belongs to is the next one.
        let mut next = Vec::new();
        let mut seen = vec![0; 3];
        let document = Document::read(&written.text);
        for node in &document.nodes {
            match &node.kind {
                NodeKind::Comment(_) => next.push(()),
                NodeKind::Stanza(stanza) => {
                    let index = ["description", "respawn", "exec"].iter().position(|it| it.as_bytes() == stanza.keyword.of(&written.text));
                    seen[index.unwrap()] = std::mem::take(&mut next).len();
                }
                _ => {}
            }
        }
        let each: usize = lines.iter().map(|line| line.split(|byte| *byte == b'\n').count()).sum();
        let expected: Vec<usize> = (0..3)
            .map(|place| each * above.iter().filter(|&&it| it == place || place == 0 && it == 99).count())
            .collect();
        prop_assert_eq!(seen, expected);
    }
}

#[test]
fn real_jobs_are_written_as_they_were_read() {
    let Some(shared) = shared("real-jobs") else { return };
    let mut count = 0;
    for path in common::files_below(&shared) {
        if path.extension().is_none_or(|extension| extension != "conf") {
            continue;
        }
        let Ok(job) = Job::read(&fs::read(&path).unwrap()) else { continue };
        let written = text(&job, &[], UpstartVersion::default());
        assert_eq!(written.unwritable, [], "{}", path.display());
        let again = Job::read(&written.text).unwrap();
        assert_eq!(shown(&again), shown(&job), "{}", path.display());
        assert_eq!(text(&again, &[], UpstartVersion::default()).text, written.text, "{}", path.display());
        count += 1;
    }
    assert!(count > 1000, "only {count} jobs");
}

// ---- commands ------------------------------------------------------------------------------------

/// What the process runs: by Upstart itself, or by that shell.
fn run(process: &Process, shell: &str, sandbox: &Sandbox) -> Vec<u8> {
    let mut command = Command::new(shell);
    command.arg("-e");
    if process.script {
        sandbox.file("script", &process.command);
        command.arg(sandbox.path("script"));
    } else {
        let line = [b"exec ", process.command.as_slice()].concat();
        command.arg("-c").arg(std::ffi::OsStr::from_bytes(&line));
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{process:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn a_shell_runs_exactly_the_words() {
    let mut runner = TestRunner::deterministic();
    let sandbox = Sandbox::new();
    let shells: Vec<&str> = ["/bin/sh", "/bin/bash"].into_iter().filter(|it| fs::exists(it).unwrap()).collect();
    let lines_too = (hostile_lines(), vec(hostile_lines(), 1..12)).boxed();
    let words_alone = (hostile(), vec(hostile(), 1..12)).boxed();
    let (mut lines, mut scripts) = (0, 0);
    for case in 0..150 {
        let strategy = if case % 2 == 0 { &lines_too } else { &words_alone };
        let (name, words) = strategy.new_tree(&mut runner).unwrap().current();
        let directory = sandbox.path(&format!("{case}"));
        fs::create_dir(&directory).unwrap();
        let program = directory.join(std::ffi::OsStr::from_bytes(&[b"p", name.as_slice()].concat()));
        std::os::unix::fs::symlink("/usr/bin/printf", &program).unwrap();
        let argv: Vec<Text> = [program.as_os_str().as_bytes(), b"%s\\0"]
            .into_iter()
            .chain(words.iter().map(Vec::as_slice))
            .map(Text::from)
            .collect();
        let Ok(process) = command::exec_line(&argv) else {
            assert!(argv.iter().any(|word| word.windows(10).any(|at| at == b"end script")));
            continue;
        };
        *(if process.script { &mut scripts } else { &mut lines }) += 1;
        let expected: Vec<u8> = words.iter().flat_map(|word| [word.as_slice(), b"\0"].concat()).collect();
        for shell in &shells {
            assert_eq!(run(&process, shell, &sandbox), expected, "{process:?}");
        }
    }
    assert!(lines >= 75 && scripts > 50, "{lines} {scripts}");
}

#[test]
fn upstart_itself_runs_words_that_need_no_shell() {
    let argv = |words: &[&str]| words.iter().map(|&word| Text::from(word)).collect::<Vec<_>>();
    let process = command::exec_line(&argv(&["/usr/sbin/web", "-p", "80", "a,b:c@d%+e", "\u{e9}"])).unwrap();
    assert_eq!(process.command, "/usr/sbin/web -p 80 a,b:c@d%+e \u{e9}");
}

#[test]
fn a_helper_gets_exactly_the_words() {
    let mut runner = TestRunner::deterministic();
    let sandbox = Sandbox::new();
    let strategy = vec(hostile(), 1..8);
    for _ in 0..100 {
        let words = strategy.new_tree(&mut runner).unwrap().current();
        let argv: Vec<Text> = [b"/usr/sbin/web".to_vec()].iter().chain(&words).cloned().map(Text::from).collect();
        let process = command::exec_line(&argv).unwrap();
        let setuid = Some(sourced("root".into(), 0));
        let job = Job { setuid, processes: [(ProcessType::Main, sourced(process, 1))].into(), ..Job::default() };
        for (distribution, helper, arguments) in [
            (Distribution::Rhel6, "/usr/sbin/chroot", &["--userspec=root:", "--groups=0", "/", "/usr/sbin/web"][..]),
            (
                Distribution::Ubuntu,
                "/sbin/start-stop-daemon",
                &["--start", "--pidfile", "/dev/null", "--chuid", "root", "--startas", "/usr/sbin/web", "--"],
            ),
        ] {
            let job = Job { console: Some(sourced(Io::Null, 2)), ..job.clone() };
            let mut process =
                downgrade(job, "1.3".parse().unwrap(), distribution).job.processes[&ProcessType::Main].value.clone();
            // In the helper's place, a program that prints its arguments.
            process.command =
                bstr::ByteSlice::replacen(&**process.command, helper, "/usr/bin/printf '%s\\0'", 1).into();
            let expected: Vec<Vec<u8>> =
                arguments.iter().map(|argument| argument.as_bytes().to_vec()).chain(words.iter().cloned()).collect();
            let expected: Vec<u8> = expected.iter().flat_map(|word| [word.as_slice(), b"\0"].concat()).collect();
            assert_eq!(run(&process, "/bin/sh", &sandbox), expected, "{process:?}");
        }
    }
}
