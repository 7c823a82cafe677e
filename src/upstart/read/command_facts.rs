//! What can be seen of a command without running it.

use std::borrow::Cow;

use bstr::{BString, ByteSlice as _};

use crate::script::programs::{Program, unwrapped};
use crate::script::{Outline, base_name};
use crate::service::{CommandFacts, Run, Service};
use crate::text::Text;

/// Which commands and variables occur in what is run.
pub(super) fn outline(run: &Run) -> Cow<'_, Outline> {
    match run {
        Run::Argv(words) => Cow::Owned(Outline::of_words(words.iter().map(|word| word.0.clone()))),
        Run::Line(script) | Run::Script(script) => Cow::Borrowed(script.outline()),
        Run::Expand(_) => Cow::default(),
    }
}

/// What is known of a command.
pub fn of_run(service: &Service, run: &Run) -> CommandFacts {
    let outline = &*outline(run);
    let commands = &outline.commands;
    let exec = commands.iter().rev().find(|words| words[0] == "exec" && words.len() > 1);
    let words: &[BString] = match (run, exec) {
        (Run::Line(_) | Run::Script(_), Some(words)) => &words[1..],
        _ => outline.tail().last().map_or(&[], |words| words),
    };
    let words: Vec<&[u8]> = words.iter().map(|word| word.as_slice()).collect();
    let words = unwrapped(&words);
    let name = words.first().map(|word| base_name(word)).filter(|name| {
        // The client of the same name is not the daemon.
        *name != b"docker" || words.iter().any(|word| matches!(*word, b"-d" | b"--daemon" | b"daemon"))
    });
    let known = name.and_then(Program::find);
    CommandFacts {
        program: name.map(Text::from),
        pid_file: pid_file(&words, name.unwrap_or_default()),
        pipes: outline.pipes,
        dies_of_sigpipe: false,
        waits: outline.loops || commands.iter().any(|words| !is_quick(words)),
        stops_itself: outline.calls("stop").any(|words| is_own_stop(service, words)),
        stops_others: outline.calls("stop").any(|words| !is_own_stop(service, words)),
        leaves_processes: outline.backgrounds
            || commands.iter().any(|words| starts_daemon(words))
            || known.is_some_and(|program| program.foreground.is_some()),
        foreground: foreground(&words, known, outline),
    }
}

/// Of a program that goes into the background: whether it is told not to.
fn foreground(words: &[&[u8]], known: Option<&Program>, outline: &Outline) -> Option<bool> {
    if let Some(flags) = known.and_then(|program| program.foreground) {
        return Some(words.iter().any(|word| flags.iter().any(|flag| flag.as_bytes() == *word)));
    }
    let says_nothing = |words: &&Vec<BString>| matches!(words[0].as_slice(), b"exit" | b"true" | b":");
    let last = outline.tail().iter().rev().find(|words| !says_nothing(words));
    let daemon = last.is_some_and(|words| starts_daemon(words))
        || (outline.backgrounds && outline.calls("wait").next().is_none() && !outline.pipes);
    daemon.then_some(false)
}

/// Whether a command plainly starts something that stays in the background.
fn starts_daemon(words: &[BString]) -> bool {
    const FLAGS: &[&str] = &["--daemon", "--daemonize", "-daemon", "--background", "-daemonize", "--fork", "--detach"];
    let words = without_exec(words);
    let starts = words.get(1).is_some_and(|word| word == "start");
    let script = words[0].starts_with(b"/etc/init.d/") || words[0].starts_with(b"/etc/rc.d/");
    let control = words[0].ends_with(b"ctl") && words[0] != "systemctl";
    (starts && (script || control))
        || (base_name(&words[0]) == b"service" && words.get(2).is_some_and(|word| word == "start"))
        || words.iter().enumerate().any(|(at, word)| {
            let next = words.get(at + 1).map(|next| next.as_slice());
            let off = matches!(next, Some(b"no" | b"0" | b"false" | b"off"));
            // To docker's client it says what to be, not how.
            !off && base_name(&words[0]) != b"docker" && FLAGS.iter().any(|flag| flag.as_bytes() == word.as_slice())
        })
}

/// Whether a command is known to end at once.
pub fn is_quick(words: &[BString]) -> bool {
    const QUICK: &[&str] = &[
        "rm", "rmdir", "mkdir", "echo", "printf", "logger", "test", "[", "kill", "killall", "pkill", "touch", "chown",
        "chmod", "chgrp", "ln", "cp", "mv", "cat", "true", "false", ":", "exit", "exec", "initctl", "sysctl", "ip",
        "ifconfig", "iptables", "modprobe", "rmmod", "umount", "mount", "set", "export", "cd", "return", "start",
        "stop", "status", "case", "esac", "fi", "done", "unset", "shift", "trap", ".", "grep", "sed", "awk", "cut",
        "head", "tail", "install", "mktemp", "sync", "id", "date", "basename", "dirname", "restart", "emit", "for",
        "}", "in", "plymouth",
    ];
    let name = base_name(&without_exec(words)[0]);
    QUICK.iter().any(|quick| quick.as_bytes() == name)
}

fn without_exec(words: &[BString]) -> &[BString] {
    if words[0] == "exec" && words.len() > 1 { &words[1..] } else { words }
}

fn pid_file(words: &[&[u8]], program: &[u8]) -> Option<Text> {
    let known = Program::find(program).and_then(|program| program.pid_option);
    let names = ["--pidfile", "--pid-file", "--pid", "-pidfile", "--pid_file"];
    names.iter().copied().chain(known).find_map(|option| {
        words.iter().enumerate().find_map(|(at, word)| {
            let value = match word.strip_prefix(option.as_bytes())? {
                b"" => words.get(at + 1).copied(),
                rest => rest.strip_prefix(b"="),
            };
            let is_plain = |path: &&[u8]| path.starts_with(b"/") && path.find_byteset(b"$`*?").is_none();
            value.filter(is_plain).map(Text::from)
        })
    })
}

/// Whether a `stop` in a script is for the job that it belongs to.
pub(crate) fn is_own_stop(service: &Service, words: &[BString]) -> bool {
    match words {
        [_] => true,
        [_, job] => job == "$UPSTART_JOB" || job == "${UPSTART_JOB}" || job.as_slice() == service.name.as_slice(),
        _ => false,
    }
}
