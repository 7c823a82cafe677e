//! Command lines: plain where the process is plain, with a shell where it was one.

use bstr::{BString, ByteSlice as _};

use super::comments::line;
use super::{CompanionKind, Writer, script};
use crate::findings::codes;
use crate::service::{Command, Part, Run, Scope, Stage, Variable};
use crate::systemd::counterparts::{CONDITION, GUARD, UNSET_RESULT};
use crate::systemd::manager::either;
use crate::systemd::quote::{exec_word, in_shell, shell_text, shell_word};
use crate::systemd::table::Directive;
use crate::systemd::unit::line_fits;
use crate::systemd::version::{Feature, Version};
use crate::text::{Origin, Sourced, Text};

/// What is put around a command for its place in the unit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wrap {
    /// Its failure counts for nothing.
    pub ignored: bool,
    /// The hook that it is.
    pub stage: Option<Stage>,
}

impl Wrap {
    /// What the place of a hook in a service's life calls for.
    pub(super) fn of(stage: Stage) -> Wrap {
        Wrap { ignored: matches!(stage, Stage::PostStart | Stage::PreStop), stage: Some(stage) }
    }
}

impl Writer<'_> {
    /// Writes a process as a directive and books it.
    pub(super) fn exec(&mut self, directive: Directive, hook: &str, command: &Sourced<Command>, wrap: Wrap) {
        let origin = command.origin();
        let Command { run, privileged, facts, .. } = &command.value;
        let mut prefix = if wrap.ignored { "-".to_owned() } else { String::new() };
        if *privileged {
            if self.has(Feature::FullPrivileges) {
                prefix.push('+');
            } else if self.service.user.is_some() {
                self.raise(codes::no_full_privileges(self.options.target), origin);
            }
        }
        self.needs_sigpipe |= facts.pipes || facts.dies_of_sigpipe;
        let mut prologue: Vec<String> = Vec::new();
        // It runs only while there is a main process, as Upstart's pre-stop does.
        if wrap.stage == Some(Stage::PreStop) {
            prologue.push(GUARD.to_owned());
            if self.is_exact() {
                prologue.push(UNSET_RESULT.to_owned());
            }
        }
        // `stop` in it means that there is to be no start.
        if wrap.stage == Some(Stage::Condition) {
            prologue.push(stop_function("stopped=1", &self.service.name, facts.stops_others));
            prologue.push(CONDITION.to_owned());
        } else if facts.stops_itself {
            prologue.push(self.stop_itself(facts.stops_others, origin));
        }
        let mut line = match run {
            Run::Argv(words) if prologue.is_empty() => self.plain(words, origin),
            Run::Expand(words) if prologue.is_empty() => self.expanding(words, origin),
            _ => self.shell(directive, hook, &prologue, run, origin),
        };
        if matches!(directive, Directive::ExecStart | Directive::ExecStartPre)
            && let Some(ended) = self.ended()
        {
            line = self.with_outcome(ended, &line);
        }
        let is_main = wrap.stage.is_none() && directive == Directive::ExecStart;
        if is_main {
            line = self.with_output(line);
        }
        line = match wrap.stage {
            Some(stage) if self.is_exact() && !privileged => self.exact_hook(stage, line),
            None if is_main && self.repeats_main() => {
                self.repeated(matches!(run, Run::Argv(_) | Run::Expand(_)), &line)
            }
            _ => line,
        };
        line = match line.strip_prefix('"') {
            // Before 221 a prefix in front of a quoted word is not understood.
            Some(rest) if !prefix.is_empty() => format!("\"{prefix}{rest}"),
            _ => format!("{prefix}{line}"),
        };
        self.put(directive, line, origin);
    }

    /// What a script has to call for `stop` to stop its own unit.
    fn stop_itself(&mut self, others: bool, origin: Option<Origin>) -> String {
        if self.service.instance.is_some() {
            self.raise(codes::stops_own_instance(), origin);
        }
        let stop = format!("{} stop --no-block {}", self.systemctl(), self.unit.name);
        stop_function(&stop, &self.service.name, others)
    }

    /// Whether a program has to be run by a shell, since a unit cannot name it or would find another one.
    pub(super) fn needs_shell(&self, words: &[Text]) -> bool {
        let Some((program, args)) = words.split_first() else { return false };
        let bare = !program.contains(&b'/');
        let sets_path =
            |variable: &Variable| matches!(variable, Variable::Set { name, .. } if name.as_slice() == b"PATH");
        let path = self.service.environment.iter().any(|variable| sets_path(&variable.value));
        let unsafe_name = program.find_byteset(b"\\\"'$%").is_some()
            || program.iter().any(u8::is_ascii_control)
            || program.to_str().is_err();
        unsafe_name
            || (bare && (!self.has(Feature::ProgramNames) || program.starts_with_str("-")))
            || (bare && path && !self.knows(Directive::ExecSearchPath))
            || (!self.has(Feature::EscapedDollar) && args.iter().any(|arg| arg.starts_with(b"$")))
            || program.first().is_some_and(|byte| b"@-:+!|".contains(byte))
            // Where a session stands is its own affair; behind an absolute path a program would see another
            // name of its own.
            || (!bare
                && !program.starts_with(b"/")
                && (self.service.scope == Scope::Session || self.is_exact()))
    }

    /// A program and its arguments.
    fn plain(&mut self, words: &[Text], origin: Option<Origin>) -> String {
        let target = self.options.target;
        if self.needs_shell(words) {
            return shell_line(&exec_in_shell(words), target);
        }
        let Some((program, args)) = words.split_first() else { return String::new() };
        let program: BString = if !program.contains(&b'/') || program.starts_with(b"/") {
            program.0.clone()
        } else {
            let absolute = self.absolute(program);
            self.raise(codes::relative_program(program), origin).became(format!("ExecStart={absolute}"));
            absolute
        };
        let words = std::iter::once(program.as_slice()).chain(args.iter().map(|arg| arg.as_slice()));
        words.map(|word| exec_word(word, target)).collect::<Vec<_>>().join(" ")
    }

    /// A program and its arguments, some of which systemd makes from the environment.
    fn expanding(&mut self, words: &[Vec<Part>], origin: Option<Origin>) -> String {
        let target = self.options.target;
        let plain: Option<Vec<Text>> = words.iter().map(|word| Part::plain(word).cloned()).collect();
        if let Some(plain) = plain {
            return self.plain(&plain, origin);
        }
        let in_shell = shell_line(&exec(&in_shell(words)), target);
        let program = words.first().and_then(|word| Part::plain(word).cloned());
        // Older versions expand what they have unquoted already, or twice.
        let Some(program) = program.filter(|_| self.has(Feature::VariablesExpandedOnce)) else {
            return in_shell;
        };
        let line = self.plain(std::slice::from_ref(&program), origin);
        if line.starts_with("/bin/sh -e -c ") {
            return in_shell;
        }
        let part = |part: &Part| match part {
            Part::Text(text) => exec_word(text, target),
            Part::Value(name) => format!("${{{name}}}"),
            Part::Fields(name) => format!("${name}"),
        };
        let words = words.iter().skip(1).map(|word| word.iter().map(part).collect());
        std::iter::once(line).chain(words).collect::<Vec<_>>().join(" ")
    }

    fn absolute(&self, program: &[u8]) -> BString {
        let directory = self.service.directory.as_ref().map_or(b"/".as_slice(), |dir| dir.value.as_slice());
        let program = program.strip_prefix(b"./").unwrap_or(program);
        let slash: &[u8] = if directory.ends_with(b"/") { b"" } else { b"/" };
        let root: &[u8] = if directory.starts_with(b"/") { b"" } else { b"/" };
        [root, directory, slash, program].concat().into()
    }

    /// The comment that says which job a script comes from, and which lines of it.
    fn provenance(&self, origin: Option<Origin>, lines: Option<(usize, usize)>) -> String {
        let Some(path) = origin.and_then(|origin| self.service.files.get(origin.file)) else {
            return String::new();
        };
        // Wherever the job lies, its script is the same file.
        let name = line(&Text::from(path.rsplit('/').next().unwrap_or(path)));
        match lines {
            Some((first, last)) if first < last => format!("# From {name}, lines {first}-{last}.\n"),
            Some((line, _)) => format!("# From {name}, line {line}.\n"),
            None => format!("# From {name}.\n"),
        }
    }

    /// A command line or script for a shell: on the line where it fits, else in a file.
    fn shell(
        &mut self,
        directive: Directive,
        hook: &str,
        prologue: &[String],
        run: &Run,
        origin: Option<Origin>,
    ) -> String {
        let target = self.options.target;
        let in_root = self.service.root.is_some();
        let (text, has_lines) = match run {
            Run::Argv(words) => (exec_in_shell(words).into(), false),
            Run::Expand(words) => (exec(&in_shell(words)).into(), false),
            Run::Line(text) => (BString::clone(text), false),
            Run::Script(text) => match script::one_line(text) {
                Some(line) => (line, false),
                None => (BString::clone(text), true),
            },
        };
        let lines = match run {
            Run::Line(text) | Run::Script(text) => text.lines(),
            Run::Argv(_) | Run::Expand(_) => None,
        };
        if !has_lines || in_root {
            let text = text.trim_end_with(|c| c == '\n');
            let parts = prologue.iter().map(String::as_bytes).chain([text]);
            let value = shell_line(&bstr::join("; ", parts), target);
            if line_fits(directive, &value, target) || in_root {
                return value;
            }
        }
        let below = either(self.service.scope, "", "/user");
        let path = format!("{}{below}/{}-{hook}", self.options.scripts_dir.trim_end_matches('/'), self.stem);
        let mut file = format!("#!/bin/sh -e\n{}", self.provenance(origin, lines));
        for line in prologue {
            file.extend([line, "\n"]);
        }
        let mut file = [file.as_bytes(), text.as_slice()].concat();
        if !file.ends_with(b"\n") {
            file.push(b'\n');
        }
        self.account.file(origin, path.clone());
        let line = format!("/bin/sh -e {}", exec_word(path.as_bytes(), target));
        self.companion(CompanionKind::Script, path, file);
        line
    }
}

/// A program and its arguments, as a shell becomes them.
fn exec_in_shell(words: &[Text]) -> Vec<u8> {
    let words: Vec<Vec<u8>> = words.iter().map(|word| shell_word(word)).collect();
    exec(&words.join(&b' '))
}

/// A command that the shell becomes.
fn exec(line: &[u8]) -> Vec<u8> {
    [b"exec ", line].concat()
}

/// The shell's function for what a job says to stop itself; where the script stops other jobs as
/// well, it is for its own only.
fn stop_function(action: &str, job: &Text, others: bool) -> String {
    if others {
        let job = shell_text(job);
        format!(r#"stop() {{ case "$#:$1" in 0:|1:{job}) {action};; *) command stop "$@";; esac; }}"#)
    } else {
        format!("stop() {{ {action}; }}")
    }
}

fn shell_line(line: &[u8], target: Version) -> String {
    // Before 227 a word that begins with an escaped `$` is lost.
    let spaced = !target.has(Feature::EscapedDollar) && line.starts_with(b"$");
    let line = if spaced { [b" ", line].concat() } else { line.to_vec() };
    let word = exec_word(&line, target);
    let quoted = word.starts_with(['"', '\'']);
    if quoted { format!("/bin/sh -e -c {word}") } else { format!("/bin/sh -e -c \"{word}\"") }
}
