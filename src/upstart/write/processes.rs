//! Commands: the main process and what runs around it.

use bstr::ByteSlice as _;

use super::command::{self, sh_word};
use super::pieces::{indented, process};
use super::quote::Why;
use super::writer::Writer;
use crate::findings::{Subject, codes};
use crate::service::{Command, Failure, Hook, Part, Ready, Run, Sink, Stage, When};
use crate::text::{Origin, Sourced, Text};
use crate::upstart::job::{Process, ProcessType};

/// What a job without a main process has in its place: the kind of process that its commands become.
const WITHOUT_MAIN: ProcessType = ProcessType::PreStart;

impl Writer<'_> {
    /// Whether the service is up without a process once its commands are done.
    pub(super) fn is_without_main(&self) -> bool {
        self.service.stays_up || self.service.main.is_empty()
    }

    pub(super) fn processes(&mut self) {
        let service = self.service;
        let head = self.head();
        self.pieces.begin_with(head);
        let is_of_start = |hook: &&Hook| matches!(hook.stage, Stage::Condition | Stage::PreStart);
        let (before, after): (Vec<_>, Vec<_>) = service.hooks.iter().partition(is_of_start);
        for hook in before {
            self.hook(hook);
        }
        if self.is_without_main() {
            for main in &service.main {
                let command = self.call(&main.value, main.origin());
                self.run(WITHOUT_MAIN, &command, false, main.origin());
            }
        } else {
            self.main();
        }
        for hook in after {
            self.hook(hook);
        }
    }

    fn hook(&mut self, hook: &Hook) {
        let origin = hook.command.origin();
        let command = &self.call(&hook.command.value, origin);
        let ignored = hook.failure == Failure::Ignored;
        let (kind, ignored) = match hook.stage {
            Stage::Condition => return self.condition(command, origin),
            Stage::PreStart => (ProcessType::PreStart, ignored),
            Stage::PostStart => {
                if !ignored {
                    self.find(codes::post_start_failure().at(origin).became("post-start"));
                }
                if self.service.ready.value == Ready::Finished && !self.is_without_main() {
                    self.find(codes::post_start_beside_task().at(origin).became("post-start"));
                }
                (ProcessType::PostStart, true)
            }
            // Upstart runs no pre-stop where there is no main process to stop.
            Stage::PreStop if self.is_without_main() => (ProcessType::PostStop, ignored),
            Stage::PreStop => {
                if hook.when == When::Always {
                    self.find(codes::stop_command().at(origin).became("pre-stop"));
                }
                (ProcessType::PreStop, true)
            }
            Stage::PostStop => (ProcessType::PostStop, ignored),
        };
        self.run(kind, command, ignored, origin);
    }

    /// A command that decides whether there is a start: exit statuses 1 to 254 say that there is none.
    fn condition(&mut self, command: &Command, origin: Option<Origin>) {
        // It says so itself, in Upstart's own way.
        if matches!(command.run, Run::Line(_) | Run::Script(_)) && command.facts.stops_itself {
            return self.run(ProcessType::PreStart, command, false, origin);
        }
        let words = self.shell(command, false);
        self.report_fields(command, origin);
        self.account.stanza(origin, "pre-start", "");
        let lines = [b"if ! ".as_slice(), &words, b"; then\n  stop\n  exit 0\nfi\n"].concat();
        self.pieces.lines(ProcessType::PreStart, lines, origin);
    }

    /// Adds a command to a process.
    fn run(&mut self, kind: ProcessType, command: &Command, ignored: bool, origin: Option<Origin>) {
        self.account.stanza(origin, if kind == ProcessType::Main { "exec" } else { kind.name() }, "");
        self.argv0(command, origin);
        let needs_number = mentions(&command.run, b"MAINPID");
        if needs_number {
            self.main_number(kind, origin);
        }
        self.report_fields(command, origin);
        let lines = self.tolerant(command, ignored);
        // By itself, Upstart does not mind the failure of these.
        let harmless = matches!(kind, ProcessType::PreStop | ProcessType::PostStart);
        let alone = if needs_number || ignored && !harmless { None } else { self.alone(command, false) };
        self.pieces.add(kind, lines, alone, origin);
    }

    /// A command as part of a script, which goes on where the failure of it is ignored.
    fn tolerant(&self, command: &Command, ignored: bool) -> Vec<u8> {
        let mut lines = self.shell(command, false);
        if ignored {
            lines.extend_from_slice(b" || :");
        }
        lines
    }

    /// The number of the main process, which systemd tells and Upstart does not.
    fn main_number(&mut self, kind: ProcessType, origin: Option<Origin>) {
        let instance = self.instance_arguments();
        let line = format!(
            "MAINPID=$(initctl status \"$UPSTART_JOB\"{instance} | sed -n 's/.*, process \\([0-9]*\\)$/\\1/p')\nexport MAINPID\n"
        );
        self.pieces.lines(kind, line, origin);
    }

    fn argv0(&mut self, command: &Command, origin: Option<Origin>) {
        if let Some(name) = &command.argv0 {
            let finding = codes::program_name(name).about(Subject::Named(name.clone()));
            self.find(finding.at(origin));
        }
    }

    /// The process that runs a command and nothing else.
    fn alone(&self, command: &Command, is_main: bool) -> Option<Process> {
        if self.drops_user() && !command.privileged {
            return command::exec(&self.as_user(plain(&command.run), is_main)).ok();
        }
        whole(&command.run).ok()
    }

    /// The shell splits a variable into words in another way than systemd.
    fn report_fields(&mut self, command: &Command, origin: Option<Origin>) {
        if let Run::Expand(words) = &command.run
            && words.iter().flatten().any(|part| matches!(part, Part::Fields(_)))
        {
            self.find(codes::variable_fields().at(origin));
        }
    }

    /// A command as part of a script.
    fn shell(&self, command: &Command, is_main: bool) -> Vec<u8> {
        if self.drops_user() && !command.privileged {
            return self.as_user(plain(&command.run), is_main);
        }
        shell(&command.run)
    }

    fn main(&mut self) {
        let service = self.service;
        let mains: Vec<Sourced<Command>> = service
            .main
            .iter()
            .map(|main| Sourced::new(self.call(&main.value, main.origin()), main.origin()))
            .collect();
        let Some((last, first)) = mains.split_last() else { return };
        for main in &mains {
            self.account.stanza(main.origin(), "exec", "");
            self.argv0(&main.value, main.origin());
            self.report_fields(&main.value, main.origin());
        }
        let ignored = last.value.ignored && service.ready.value == Ready::Finished;
        if !self.pieces.has_head() && first.is_empty() && !ignored {
            let alone = self.alone(&last.value, true);
            let lines = if alone.is_some() { Vec::new() } else { self.last(&last.value) };
            return self.pieces.add(ProcessType::Main, lines, alone, last.provenance);
        }
        for main in first {
            let lines = self.tolerant(&main.value, main.value.ignored);
            self.pieces.lines(ProcessType::Main, lines, main.provenance);
        }
        let lines = self.last(&last.value);
        self.pieces.lines(ProcessType::Main, lines, last.provenance);
    }

    /// What the script of the main process ends with.
    fn last(&self, main: &Command) -> Vec<u8> {
        match &main.run {
            _ if main.ignored && self.service.ready.value == Ready::Finished => self.tolerant(main, true),
            Run::Script(script) | Run::Line(script) if !self.drops_user() => script.to_vec(),
            _ => [b"exec ".as_slice(), &self.shell(main, true)].concat(),
        }
    }

    /// What the script of every process has to see to before its commands.
    fn head(&mut self) -> Vec<u8> {
        let service = self.service;
        let mut lines: Vec<Vec<u8>> = Vec::new();
        for file in &service.environment_files {
            let path = self.path(&file.value.path);
            let read = if file.value.required {
                [b". ".as_slice(), &path].concat()
            } else {
                [b"if [ -r ".as_slice(), &path, b" ]; then . ", &path, b"; fi"].concat()
            };
            lines.push([read.as_slice(), b"\n"].concat());
            self.account.words(file.origin(), "a script that reads the file in");
            let path = path.as_bstr();
            self.find(codes::environment_file_by_sh(path).at(file.origin()));
        }
        if !lines.is_empty() {
            // What is read in goes to the programs, too.
            lines.insert(0, b"set -a\n".to_vec());
            lines.push(b"set +a\n".to_vec());
        }
        let names: Vec<&str> = service.unset.iter().filter_map(|name| name.value.to_str().ok()).collect();
        if !names.is_empty() {
            lines.push(format!("unset {}\n", names.join(" ")).into_bytes());
        }
        for name in &service.unset {
            self.account.stanza(name.origin(), "unset", "");
        }
        if let Some(input) = &service.input {
            self.account.words(input.origin(), "exec with a redirection");
            lines.push([b"exec <".as_slice(), &sh_word(&input.value), b"\n"].concat());
        }
        if let Some(output) = &service.output {
            let path = |path: &[u8]| self.path(path);
            let out = redirection("", &output.value.out, path);
            let error = if output.value.error == output.value.out {
                b" 2>&1".to_vec()
            } else {
                redirection("2", &output.value.error, path)
            };
            let line = [out, error].concat();
            self.account.words(output.origin(), "exec with redirections");
            if !line.is_empty() {
                lines.push([b"exec".as_slice(), &line, b"\n"].concat());
            }
        }
        lines.concat()
    }
}

fn redirection(descriptor: &str, sink: &Sink, path_word: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let (operator, path): (&str, &[u8]) = match sink {
        Sink::Log => return Vec::new(),
        Sink::Null => (">", b"/dev/null"),
        Sink::Console => (">", b"/dev/console"),
        Sink::Kernel => (">", b"/dev/kmsg"),
        Sink::Append(path) => (">>", path),
        Sink::Truncate(path) => (">", path),
        // Without a number, this would be standard input.
        Sink::Over(path) if descriptor.is_empty() => ("1<>", path),
        Sink::Over(path) => ("<>", path),
    };
    [format!(" {descriptor}{operator}").as_bytes(), &path_word(path)].concat()
}

/// A command as the only thing that a process runs.
fn whole(run: &Run) -> Result<Process, Why> {
    match run {
        Run::Argv(words) => command::exec_line(words),
        Run::Expand(_) => command::exec(&shell(run)),
        Run::Line(line) => match line.strip_prefix(b"exec ") {
            Some(command) => command::exec(command),
            None => Ok(process(true, [line.as_slice(), b"\n"].concat())),
        },
        Run::Script(script) => command::script(script),
    }
}

/// A command as a line among others, or several lines in parentheses.
fn shell(run: &Run) -> Vec<u8> {
    match run {
        Run::Argv(words) => words.iter().map(|word| sh_word(word)).collect::<Vec<_>>().join(&b' '),
        Run::Expand(words) => words.iter().map(|word| expanded(word)).collect::<Vec<_>>().join(&b' '),
        Run::Line(line) => [b"( ".as_slice(), line, b" )"].concat(),
        Run::Script(script) => [b"(\n".as_slice(), &indented(script), b")"].concat(),
    }
}

fn expanded(word: &[Part]) -> Vec<u8> {
    if let [Part::Fields(name)] = word {
        return [b"$", name.as_slice()].concat();
    }
    word.iter()
        .flat_map(|part| match part {
            Part::Text(text) => sh_word(text),
            Part::Value(name) | Part::Fields(name) => [b"\"${", name.as_slice(), b"}\""].concat(),
        })
        .collect()
}

/// The words that run a command.
pub(super) fn plain(run: &Run) -> Vec<Text> {
    let sh = |script: &[u8]| vec!["/bin/sh".into(), "-e".into(), "-c".into(), Text::from(script)];
    match run {
        Run::Argv(words) => words.clone(),
        Run::Expand(_) => sh(&[b"exec ".as_slice(), &shell(run)].concat()),
        Run::Line(line) => sh(line),
        Run::Script(script) => sh(script),
    }
}

pub(super) fn mentions(run: &Run, name: &[u8]) -> bool {
    match run {
        Run::Argv(words) => words.iter().any(|word| word.contains_str(name)),
        Run::Expand(words) => words.iter().flatten().any(|part| match part {
            Part::Text(text) => text.contains_str([b"$", name].concat()),
            Part::Value(variable) | Part::Fields(variable) => variable.as_slice() == name,
        }),
        Run::Line(text) | Run::Script(text) => text.contains_str(name),
    }
}
