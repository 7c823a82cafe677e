//! What `strace -f -y` says of a run.

use std::collections::BTreeMap;
use std::path::Path;

/// A system call.
#[derive(Clone, Debug)]
pub struct Call {
    pub name: String,
    /// The how-manieth of that name in the whole run.
    pub number: usize,
    /// What stands between the parentheses, and behind them.
    pub text: String,
}

/// The calls of a run from the first one on that has to do with the root. Its directory reads `ROOT`.
pub struct Trace {
    pub calls: Vec<Call>,
}

impl Trace {
    pub fn read(log: &str, root: &Path) -> Trace {
        let root = root.to_str().unwrap();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let mut calls = Vec::new();
        let mut begun = false;
        for line in log.lines() {
            let line = line.split_once(' ').map_or(line, |(process, rest)| {
                if process.bytes().all(|byte| byte.is_ascii_digit()) { rest.trim_start() } else { line }
            });
            let Some((name, text)) = line.split_once('(') else { continue };
            if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                continue;
            }
            let number = counts.entry(name.to_owned()).or_default();
            *number += 1;
            // The program itself is started with the root's name.
            begun |= name != "execve" && text.contains(root);
            if begun {
                let text = text.replace(root, "ROOT");
                calls.push(Call { name: name.to_owned(), number: *number, text });
            }
        }
        Trace { calls }
    }

    /// The calls that have to do with files.
    pub fn of_files(&self) -> impl Iterator<Item = &Call> {
        const OTHER: &[&str] = &[
            "brk",
            "mmap",
            "munmap",
            "mprotect",
            "mremap",
            "madvise",
            "getrandom",
            "futex",
            "sigaltstack",
            "rt_sigaction",
            "rt_sigprocmask",
            "poll",
            "geteuid",
            "getegid",
            "getpid",
            "ioctl",
            "sched_getaffinity",
            "clock_gettime",
            "exit_group",
        ];
        self.calls.iter().filter(|call| !OTHER.contains(&call.name.as_str()))
    }
}

impl Call {
    /// The path of the directory or file that the how-manieth argument is a handle on.
    pub fn handle(&self, argument: usize) -> Option<&str> {
        let argument = self.arguments().nth(argument)?;
        argument.split_once('<')?.1.strip_suffix('>')
    }

    /// The name that the how-manieth argument is.
    pub fn name_at(&self, argument: usize) -> Option<&str> {
        self.arguments().nth(argument)?.strip_prefix('"')?.split('"').next()
    }

    fn arguments(&self) -> impl Iterator<Item = &str> {
        let end = self.text.rfind(") ").unwrap_or(self.text.len());
        self.text[..end].split(", ").map(|argument| argument.trim_end_matches(')'))
    }

    pub fn succeeded(&self) -> bool {
        !self.text.contains(" = -1 ")
    }
}
