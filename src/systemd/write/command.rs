//! Command lines: plain where the process is plain, with a shell where it was one.

use bstr::{BString, ByteSlice as _};

use super::comments::line;
use super::{Companion, CompanionKind, Writer, script};
use crate::findings::{Code, Finding};
use crate::service::{Command, Part, Run, Scope, Stage, Variable};
use crate::systemd::directive::Directive;
use crate::systemd::quote::{exec_word, in_shell, shell_word};
use crate::systemd::target::Version;
use crate::systemd::unit::line_fits;
use crate::text::{Origin, Sourced, Text};

/// What is put around a command for its place in the unit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wrap {
    /// Its failure counts for nothing.
    pub ignored: bool,
    /// It runs only while there is a main process, as Upstart's pre-stop does.
    pub guarded: bool,
    /// `stop` in it means that there is to be no start.
    pub conditional: bool,
    /// The hook that it is.
    pub stage: Option<Stage>,
    /// It is tried again until it succeeds, within the limit of the service.
    pub repeated: bool,
}

impl Wrap {
    /// What the place of a hook in a service's life calls for.
    pub(super) fn of(stage: Stage) -> Wrap {
        let plain = Wrap { stage: Some(stage), ..Wrap::default() };
        match stage {
            Stage::PostStart => Wrap { ignored: true, ..plain },
            Stage::PreStop => Wrap { ignored: true, guarded: true, ..plain },
            Stage::Condition => Wrap { conditional: true, ..plain },
            Stage::PreStart | Stage::PostStop => plain,
        }
    }
}

/// Behind this, a script runs only while there is a main process.
const GUARD: &str = r#"[ -n "$MAINPID" ] || exit 0"#;

/// Before this, `stop` says that there is to be no start: exit status 1 of a condition. Every failure
/// of the script itself becomes 255, which fails the start.
const CONDITION: &str = r#"trap 'r=$?; [ $r = 0 ] || exit 255; [ -z "$stopped" ] || exit 1' EXIT"#;

impl Writer<'_> {
    /// Writes a process as a directive and books it.
    pub(super) fn exec(&mut self, directive: Directive, hook: &str, command: &Sourced<Command>, wrap: Wrap) {
        let origin = command.origin;
        let Command { run, privileged, traits, .. } = &command.value;
        let mut prefix = String::new();
        if wrap.ignored {
            prefix.push('-');
        }
        if *privileged {
            if self.options.target >= Version(231) {
                prefix.push('+');
            } else if self.service.user.is_some() {
                self.older(origin, "cannot run one process of a unit with full privileges", "");
            }
        }
        if traits.pipes || traits.dies_of_sigpipe {
            self.needs_sigpipe.get_or_insert(origin);
        }
        let mut prologue: Vec<String> = Vec::new();
        if wrap.guarded {
            prologue.push(GUARD.to_owned());
            if self.is_exact() {
                prologue.push("unset MAINPID SERVICE_RESULT".to_owned());
            }
        }
        if wrap.conditional {
            prologue.push(stop_function("stopped=1", &self.service.name, traits.stops_others));
            prologue.push(CONDITION.to_owned());
        } else if traits.stops_itself {
            prologue.push(self.stop_itself(traits.stops_others, origin));
        }
        let lines = match run {
            Run::Line(text) | Run::Script(text) => text.lines(),
            Run::Argv(_) | Run::Expand(_) => None,
        };
        let from = Provenance { origin, lines };
        let line = match run {
            Run::Argv(words) if prologue.is_empty() => self.plain(words, origin),
            Run::Argv(words) => {
                let words: Vec<Vec<u8>> = words.iter().map(|word| shell_word(word)).collect();
                let line = [b"exec ", words.join(&b' ').as_slice()].concat();
                self.shell(directive, hook, &prologue, &line, false, from)
            }
            Run::Expand(words) if prologue.is_empty() => self.expanding(words, origin),
            Run::Expand(words) => {
                let line = [b"exec ", in_shell(words).as_slice()].concat();
                self.shell(directive, hook, &prologue, &line, false, from)
            }
            Run::Line(line) => self.shell(directive, hook, &prologue, line, false, from),
            Run::Script(text) => match script::one_line(text) {
                Some(line) => self.shell(directive, hook, &prologue, &line, false, from),
                None => self.shell(directive, hook, &prologue, text, true, from),
            },
        };
        let line = match self.ended() {
            Some(ended) if matches!(directive, Directive::ExecStart | Directive::ExecStartPre) => {
                self.with_outcome(ended, &line)
            }
            _ => line,
        };
        let line = if wrap.stage.is_none() && directive == Directive::ExecStart {
            self.with_output(line)
        } else {
            line
        };
        let line = match wrap.stage {
            Some(stage) if self.is_exact() && !privileged => self.exact_hook(stage, line),
            None if wrap.repeated => self.repeated(matches!(run, Run::Argv(_) | Run::Expand(_)), &line),
            _ => line,
        };
        let line = match line.strip_prefix('"') {
            // Before 221 a prefix in front of a quoted word is not understood.
            Some(rest) if !prefix.is_empty() => format!("\"{prefix}{rest}"),
            _ => format!("{prefix}{line}"),
        };
        self.put(directive, line, origin);
    }

    /// What a script has to call for `stop` to stop its own unit.
    fn stop_itself(&mut self, others: bool, origin: Origin) -> String {
        if self.service.instance.is_some() {
            self.find(
                Finding::new(Code::UpstartCommand, "the script stops its own instance")
                    .at(origin)
                    .help("write `systemctl stop --no-block` with the instance's unit"),
            );
        }
        let stop = format!("{} stop --no-block {}", self.systemctl(), self.unit.name);
        stop_function(&stop, &self.service.name, others)
    }

    /// Whether a program has to be run by a shell, since a unit cannot name it or would find another one.
    pub(super) fn needs_shell(&self, words: &[Text]) -> bool {
        let target = self.options.target;
        let Some((program, args)) = words.split_first() else { return false };
        let bare = !program.contains(&b'/');
        let path = self.service.environment.iter().any(
            |variable| matches!(&variable.value, Variable::Set { name, .. } if name.as_slice() == b"PATH"),
        );
        let unsafe_name = program.find_byteset(b"\\\"'$%").is_some()
            || program.iter().any(u8::is_ascii_control)
            || program.to_str().is_err();
        unsafe_name
            || (bare && (target < Version(239) || program.starts_with_str("-")))
            || (bare && path && !self.knows(Directive::ExecSearchPath))
            || (target < Version(227) && args.iter().any(|arg| arg.starts_with(b"$")))
            // Where a session stands is its own affair.
            || (self.service.scope == Scope::Session && !bare && !program.starts_with(b"/"))
            || program.first().is_some_and(|byte| b"@-:+!|".contains(byte))
            // Behind an absolute path it would see another name of its own.
            || (self.is_exact() && !bare && !program.starts_with(b"/"))
    }

    /// A program and its arguments.
    fn plain(&mut self, words: &[Text], origin: Origin) -> String {
        let target = self.options.target;
        if self.needs_shell(words) {
            let words: Vec<Vec<u8>> = words.iter().map(|word| shell_word(word)).collect();
            let line = [b"exec ", words.join(&b' ').as_slice()].concat();
            return shell_line(&line, target);
        }
        let Some((program, args)) = words.split_first() else { return String::new() };
        let bare = !program.contains(&b'/');
        let program: BString = if bare || program.starts_with(b"/") {
            program.0.clone()
        } else {
            let absolute = self.absolute(program);
            self.find(
                Finding::new(
                    Code::RelativeProgram,
                    format!("`{program}` is relative to the working directory"),
                )
                .at(origin)
                .became(format!("ExecStart={absolute}"))
                .help("the program sees its absolute path as argv[0]"),
            );
            absolute
        };
        let words = std::iter::once(program.as_slice()).chain(args.iter().map(|arg| arg.as_slice()));
        words.map(|word| exec_word(word, target)).collect::<Vec<_>>().join(" ")
    }

    /// A program and its arguments, some of which systemd makes from the environment.
    fn expanding(&mut self, words: &[Vec<Part>], origin: Origin) -> String {
        let target = self.options.target;
        let plain: Option<Vec<Text>> = words.iter().map(|word| Part::plain(word).cloned()).collect();
        if let Some(plain) = plain {
            return self.plain(&plain, origin);
        }
        let program = words.first().and_then(|word| Part::plain(word).cloned());
        // Older versions expand what they have unquoted already, or twice.
        let Some(program) = program.filter(|_| target >= Version(235)) else {
            return shell_line(&[b"exec ", in_shell(words).as_slice()].concat(), target);
        };
        let line = self.plain(std::slice::from_ref(&program), origin);
        if line.starts_with("/bin/sh -e -c ") {
            return shell_line(&[b"exec ", in_shell(words).as_slice()].concat(), target);
        }
        let words = words.iter().skip(1).map(|word| {
            let parts = word.iter().map(|part| match part {
                Part::Text(text) => exec_word(text, target),
                Part::Value(name) => format!("${{{name}}}"),
                Part::Fields(name) => format!("${name}"),
            });
            parts.collect::<String>()
        });
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
    fn provenance(&self, from: Provenance) -> String {
        let Some(path) = self.service.files.get(from.origin.file) else { return String::new() };
        // Wherever the job lies, its script is the same file.
        let name = line(&Text::from(path.rsplit('/').next().unwrap_or(path)));
        match from.lines {
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
        text: &[u8],
        lines: bool,
        from: Provenance,
    ) -> String {
        let target = self.options.target;
        let in_root = self.service.root.is_some();
        if !lines || in_root {
            let mut line = BString::from(prologue.join("; "));
            if !line.is_empty() {
                line.extend_from_slice(b"; ");
            }
            line.extend_from_slice(text.trim_end_with(|c| c == '\n'));
            let value = shell_line(&line, target);
            if line_fits(directive, &value, target) || in_root {
                return value;
            }
        }
        let below = match self.service.scope {
            Scope::System => "",
            Scope::Session => "/user",
        };
        let path = format!("{}{below}/{}-{hook}", self.options.scripts_dir.trim_end_matches('/'), self.stem);
        let mut file = format!("#!/bin/sh -e\n{}", self.provenance(from)).into_bytes();
        for line in prologue {
            file.extend_from_slice(line.as_bytes());
            file.push(b'\n');
        }
        file.extend_from_slice(text);
        if !file.ends_with(b"\n") {
            file.push(b'\n');
        }
        self.account.became(from.origin, path.clone());
        let line = format!("/bin/sh -e {}", exec_word(path.as_bytes(), target));
        self.companions.push(Companion { kind: CompanionKind::Script, path, text: file });
        line
    }
}

/// Where a script comes from.
#[derive(Clone, Copy)]
struct Provenance {
    origin: Origin,
    /// The first and the last line.
    lines: Option<(usize, usize)>,
}

/// The shell's function for what a job says to stop itself; where the script stops other jobs as
/// well, it is for its own only.
fn stop_function(action: &str, job: &Text, others: bool) -> String {
    if others {
        let job = shell_word(job);
        let job = job.to_str_lossy();
        format!(r#"stop() {{ case "$#:$1" in 0:|1:{job}) {action};; *) command stop "$@";; esac; }}"#)
    } else {
        format!("stop() {{ {action}; }}")
    }
}

fn shell_line(line: &[u8], target: Version) -> String {
    // Before 227 a word that begins with an escaped `$` is lost.
    let spaced = target < Version(227) && line.starts_with(b"$");
    let line = if spaced { [b" ", line].concat() } else { line.to_vec() };
    let word = exec_word(&line, target);
    let quoted = word.starts_with(['"', '\'']);
    if quoted { format!("/bin/sh -e -c {word}") } else { format!("/bin/sh -e -c \"{word}\"") }
}
