//! What can be seen of a command without running it.

use bstr::{BString, ByteSlice as _};

use super::scripts::Scan;
use crate::service::programs::Program;
use crate::service::{Run, Service, Traits};
use crate::text::Text;

/// What is known of a script.
pub fn of_run(service: &Service, run: &Run) -> Traits {
    let scan = match run {
        Run::Argv(words) => {
            Scan { commands: vec![words.iter().map(|w| w.0.clone()).collect()], ..Scan::default() }
        }
        Run::Line(script) | Run::Script(script) => Scan::of(script),
        Run::Expand(_) => Scan::default(),
    };
    traits(service, run, &scan)
}

/// What is known of a command.
pub fn traits(service: &Service, run: &Run, scan: &Scan) -> Traits {
    let last = scan.commands.iter().rev().find(|words| words[0] == "exec" && words.len() > 1);
    let words: Vec<&[u8]> = match (run, last) {
        (Run::Argv(words), _) => words.iter().map(|word| word.as_slice()).collect(),
        (_, Some(words)) => words[1..].iter().map(|word| word.as_slice()).collect(),
        (_, None) => scan.commands.last().map_or_else(Vec::new, |w| w.iter().map(|w| w.as_slice()).collect()),
    };
    let words = unwrapped(&words);
    let name = words.first().map(|word| base_name(word)).filter(|name| {
        // The client of the same name is not the daemon.
        *name != b"docker" || words.iter().any(|word| matches!(*word, b"-d" | b"--daemon" | b"daemon"))
    });
    let known = name.and_then(Program::find);
    Traits {
        program: name.map(Text::from),
        pid_file: pid_file(&words, name.unwrap_or_default()),
        pipes: scan.pipes,
        dies_of_sigpipe: false,
        waits: has_loop(run) || scan.commands.iter().any(|words| !is_quick(words)),
        stops_itself: scan.calls("stop").any(|words| is_own_stop(service, words)),
        stops_others: scan.calls("stop").any(|words| !is_own_stop(service, words)),
        leaves_processes: scan.backgrounds
            || scan.commands.iter().any(|words| starts_daemon(words))
            || known.is_some_and(|program| program.foreground.is_some()),
        foreground: foreground(&words, known, scan),
    }
}

/// Of a program that goes into the background: whether it is told not to.
fn foreground(words: &[&[u8]], known: Option<&Program>, scan: &Scan) -> Option<bool> {
    if let Some(flags) = known.and_then(|program| program.foreground) {
        return Some(words.iter().any(|word| flags.iter().any(|flag| flag.as_bytes() == *word)));
    }
    let says_nothing = |words: &&Vec<BString>| matches!(words[0].as_slice(), b"exit" | b"true" | b":");
    let last = scan.commands.iter().rev().find(|words| !says_nothing(words));
    let daemon = last.is_some_and(|words| starts_daemon(words))
        || (scan.backgrounds && scan.calls("wait").next().is_none() && !scan.pipes);
    daemon.then_some(false)
}

/// Whether a command plainly starts something that stays in the background.
fn starts_daemon(words: &[BString]) -> bool {
    const FLAGS: &[&str] =
        &["--daemon", "--daemonize", "-daemon", "--background", "-daemonize", "--fork", "--detach"];
    let words = if words[0] == "exec" && words.len() > 1 { &words[1..] } else { words };
    let starts = words.get(1).is_some_and(|word| word == "start");
    let script = words[0].starts_with(b"/etc/init.d/") || words[0].starts_with(b"/etc/rc.d/");
    let control = words[0].ends_with(b"ctl") && words[0] != "systemctl";
    (starts && (script || control))
        || (base_name(&words[0]) == b"service" && words.get(2).is_some_and(|word| word == "start"))
        || words.iter().enumerate().any(|(at, word)| {
            let off = words
                .get(at + 1)
                .is_some_and(|next| matches!(next.as_slice(), b"no" | b"0" | b"false" | b"off"));
            // To docker's client it says what to be, not how.
            !off && base_name(&words[0]) != b"docker"
                && FLAGS.iter().any(|flag| flag.as_bytes() == word.as_slice())
        })
}

fn base_name(path: &[u8]) -> &[u8] {
    path.rfind_byte(b'/').map_or(path, |slash| &path[slash + 1..])
}

/// The command behind programs that only prepare the ground for it.
fn unwrapped<'a>(words: &[&'a [u8]]) -> Vec<&'a [u8]> {
    const PREPARE: &[&str] =
        &["nice", "ionice", "env", "nohup", "setsid", "chrt", "taskset", "setarch", "stdbuf"];
    // Options of theirs that take the next word with them.
    const WITH_VALUE: &[&[u8]] = &[b"-n", b"-c", b"-p", b"-u", b"-o", b"-e", b"-i"];
    let mut words = words.to_vec();
    loop {
        let Some(first) = words.first() else { return words };
        let name = base_name(first);
        if name == b"start-stop-daemon" {
            let at = words.iter().position(|word| matches!(*word, b"--exec" | b"-x" | b"--startas" | b"-a"));
            let Some(program) = at.and_then(|at| words.get(at + 1).copied()) else { return words };
            let args = words.iter().position(|word| *word == b"--").map_or(words.len(), |at| at + 1);
            let args: Vec<&[u8]> = words[args..].to_vec();
            words = std::iter::once(program).chain(args).collect();
            continue;
        }
        if !PREPARE.iter().any(|known| known.as_bytes() == name) {
            return words;
        }
        let mut at = 1;
        while let Some(word) = words.get(at) {
            if word.starts_with(b"-") {
                at += if WITH_VALUE.contains(word) { 2 } else { 1 };
            } else if word.contains(&b'=') || word.iter().all(|byte| byte.is_ascii_digit() || *byte == b',') {
                at += 1;
            } else {
                break;
            }
        }
        words = words.split_off(at.min(words.len()));
    }
}

/// Whether a command is known to end at once.
pub fn is_quick(words: &[BString]) -> bool {
    const QUICK: &[&str] = &[
        "rm", "rmdir", "mkdir", "echo", "printf", "logger", "test", "[", "kill", "killall", "pkill", "touch",
        "chown", "chmod", "chgrp", "ln", "cp", "mv", "cat", "true", "false", ":", "exit", "exec", "initctl",
        "sysctl", "ip", "ifconfig", "iptables", "modprobe", "rmmod", "umount", "mount", "set", "export",
        "cd", "return", "start", "stop", "status", "case", "esac", "fi", "done", "unset", "shift", "trap",
        ".", "grep", "sed", "awk", "cut", "head", "tail", "install", "mktemp", "sync", "id", "date",
        "basename", "dirname", "restart", "emit", "for", "}", "in", "plymouth",
    ];
    let words = if words[0] == "exec" && words.len() > 1 { &words[1..] } else { words };
    let name = base_name(&words[0]);
    QUICK.iter().any(|quick| quick.as_bytes() == name)
}

fn has_loop(run: &Run) -> bool {
    match run {
        Run::Line(text) | Run::Script(text) => {
            [&b"while "[..], b"until "].iter().any(|word| text.contains_str(word))
        }
        Run::Argv(_) | Run::Expand(_) => false,
    }
}

fn pid_file(words: &[&[u8]], program: &[u8]) -> Option<Text> {
    let known = Program::find(program).and_then(|program| program.pid_option);
    let names = ["--pidfile", "--pid-file", "--pid", "-pidfile", "--pid_file"];
    let options = names.iter().copied().chain(known);
    for option in options {
        for (at, word) in words.iter().enumerate() {
            let value = match word.strip_prefix(option.as_bytes()) {
                Some(b"") => words.get(at + 1).copied(),
                Some(rest) => rest.strip_prefix(b"="),
                None => None,
            };
            if let Some(path) =
                value.filter(|path| path.starts_with(b"/") && path.find_byteset(b"$`*?").is_none())
            {
                return Some(path.into());
            }
        }
    }
    None
}

/// Whether a `stop` in a script is for the job that it belongs to.
pub fn is_own_stop(service: &Service, words: &[BString]) -> bool {
    match words {
        [_] => true,
        [_, job] => {
            job == "$UPSTART_JOB" || job == "${UPSTART_JOB}" || job.as_slice() == service.name.as_slice()
        }
        _ => false,
    }
}
