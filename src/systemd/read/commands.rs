//! `Exec…=`: the main process, what runs around it, and what a reload runs.

use bstr::ByteSlice as _;

use super::specifiers::push;
use super::{Reader, recipes};
use crate::findings::codes;
use crate::service::{Command, CommandFacts, Failure, Hook, Part, Reload, Run, Signal, Stage, When};
use crate::systemd::load::Setting;
use crate::systemd::value::{self, Piece, Privilege, Value};
use crate::text::{Sourced, Text};

impl Reader<'_> {
    pub(super) fn command(&mut self, setting: &Setting, name: &str) -> bool {
        let stage = match name {
            "ExecCondition" => Stage::Condition,
            "ExecStartPre" => Stage::PreStart,
            "ExecStartPost" => Stage::PostStart,
            "ExecStop" => Stage::PreStop,
            "ExecStopPost" => Stage::PostStop,
            "ExecStart" => {
                for mut command in self.commands(setting) {
                    peel(&mut command);
                    self.service.main.push(setting.sourced(command));
                }
                return true;
            }
            "ExecReload" => {
                self.reload(setting);
                return true;
            }
            _ => return false,
        };
        for mut command in self.commands(setting) {
            if stage == Stage::Condition && recipes::is_guard(&command.run) {
                self.implied(setting, "the event that starts the job");
                continue;
            }
            if stage == Stage::PostStart && recipes::waits_for_stop(&command.run) {
                self.deferred.raises_stop = Some(setting.origin);
                self.implied(setting, "expect stop");
                continue;
            }
            let when = if peel(&mut command) { When::Requested } else { When::Always };
            let failure = if std::mem::take(&mut command.ignored) {
                Failure::Ignored
            } else if stage.is_of_stop() {
                Failure::FailsStop
            } else {
                Failure::FailsStart
            };
            let command = setting.sourced(command);
            self.service.hooks.push(Hook { stage, command, failure, when, steps: Vec::new() });
        }
        true
    }

    /// The commands of a setting; whether a failure is ignored stands in each of them.
    fn commands(&mut self, setting: &Setting) -> Vec<Command> {
        let Value::Commands(commands) = &setting.typed else { return Vec::new() };
        if commands.is_empty() {
            self.no_effect(setting, "it names no command");
        }
        commands.iter().map(|command| self.one(command, setting)).collect()
    }

    fn one(&mut self, command: &value::CommandLine, setting: &Setting) -> Command {
        if matches!(command.privilege, Privilege::NoSetuid | Privilege::Ambient) {
            self.raise(codes::command_runs_as_user(), setting.origin);
        }
        let mut words: Vec<Vec<Part>> = vec![self.known_parts(&command.program, setting)];
        for argument in &command.arguments {
            words.push(self.argument(&command.pieces(argument), setting));
        }
        let argv0 = command.argv0.as_ref().map(|name| {
            let parts = self.known_parts(name, setting);
            let texts = parts.iter().filter_map(|part| match part {
                Part::Text(text) => Some(text.as_slice()),
                _ => None,
            });
            texts.collect::<Vec<_>>().concat().into()
        });
        let plain: Option<Vec<Text>> = words.iter().map(|word| Part::plain(word).cloned()).collect();
        Command {
            run: plain.map_or_else(|| Run::Expand(words), shell_script),
            argv0,
            ignored: command.ignore_failure,
            privileged: command.privilege == Privilege::Full,
            facts: CommandFacts::default(),
        }
    }

    fn argument(&mut self, pieces: &[Piece], setting: &Setting) -> Vec<Part> {
        if let [Piece::Fields(name)] = pieces {
            return vec![Part::Fields(name.as_slice().into())];
        }
        let mut out = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => push(&mut out, text),
                Piece::Specifier(letter) => self.specifier(*letter, &mut out, setting),
                Piece::Value(name) | Piece::Fields(name) => out.push(Part::Value(name.as_slice().into())),
            }
        }
        if out.is_empty() {
            out.push(Part::Text(Text::default()));
        }
        out
    }

    fn reload(&mut self, setting: &Setting) {
        let commands = self.commands(setting);
        if let [command] = commands.as_slice()
            && !matches!(&self.service.reload, Some(Sourced { value: Reload::Signal(_), .. }))
            && let Some(signal) = kill_of_main(&command.run)
        {
            for origin in std::mem::take(&mut self.deferred.reload_commands) {
                self.raise(codes::no_command_before_reload(), origin);
            }
            self.service.reload = Some(setting.sourced(Reload::Signal(signal)));
            return;
        }
        let commands = commands.into_iter().map(|mut command| {
            let ignored = std::mem::take(&mut command.ignored);
            (command, if ignored { Failure::Ignored } else { Failure::FailsStart })
        });
        let before = self.service.reload.take();
        if let Some(before) = &before {
            self.raise(codes::reload_of_several_commands(), before.origin());
        }
        let mut all = match before {
            Some(Sourced { value: Reload::Commands(commands), provenance }) => {
                self.account.implied(provenance, "one of several commands");
                commands
            }
            Some(Sourced { value: Reload::Signal(signal), .. }) => {
                // A signal among other commands is one of them.
                let run = Run::Argv(["/bin/kill", &format!("-{signal}"), "$MAINPID"].map(Text::from).to_vec());
                let facts = CommandFacts::default();
                let command = Command { run, argv0: None, ignored: false, privileged: false, facts };
                vec![(command, Failure::FailsStart)]
            }
            None => Vec::new(),
        };
        self.deferred.reload_commands.push(setting.origin);
        all.extend(commands);
        self.service.reload = Some(setting.sourced(Reload::Commands(all)));
    }
}

/// A program with its arguments, or the script that it is told to run as Upstart would run it.
fn shell_script(argv: Vec<Text>) -> Run {
    match argv.as_slice() {
        [sh, e, c, script]
            if matches!(sh.as_slice(), b"/bin/sh" | b"/usr/bin/sh")
                && e.as_slice() == b"-e"
                && c.as_slice() == b"-c" =>
        {
            script_or_line(script)
        }
        _ => Run::Argv(argv),
    }
}

fn script_or_line(text: &Text) -> Run {
    let script = text.0.clone().into();
    if text.contains(&b'\n') { Run::Script(script) } else { Run::Line(script) }
}

/// Takes away what cutover puts ahead of a script. Tells whether that runs only while there is a main process.
fn peel(command: &mut Command) -> bool {
    let (Run::Line(script) | Run::Script(script)) = &command.run else { return false };
    let Some(peeled) = recipes::peel(script) else { return false };
    command.facts.stops_itself = peeled.says_stop;
    command.run = script_or_line(&peeled.script);
    peeled.only_while_up
}

/// The signal that a command sends to the main process, if that is all that it does.
fn kill_of_main(run: &Run) -> Option<Signal> {
    let Run::Expand(words) = run else { return None };
    let text = |word: &Vec<Part>| Part::plain(word).map(|text| text.to_vec());
    let program = text(words.first()?)?;
    let is_main = |word: &Vec<Part>| matches!(word.as_slice(), [Part::Fields(name) | Part::Value(name)] if name.as_slice() == b"MAINPID");
    let (last, options) = words[1..].split_last()?;
    if program.rsplit_str("/").next()? != b"kill" || !is_main(last) {
        return None;
    }
    let options: Vec<Vec<u8>> = options.iter().map(text).collect::<Option<_>>()?;
    let options: Vec<&[u8]> = options.iter().map(Vec::as_slice).filter(|option| *option != b"--").collect();
    let name = match options.as_slice() {
        [] => b"TERM",
        [b"-s" | b"-n" | b"--signal", name] => *name,
        [option] => option.strip_prefix(b"--signal=").or_else(|| option.strip_prefix(b"-"))?,
        _ => return None,
    };
    value::status::signal(name).ok()
}
