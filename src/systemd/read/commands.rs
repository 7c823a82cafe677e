//! `Exec…=`: the main process, what runs around it, and what a reload runs.

use bstr::ByteSlice as _;

use super::specifiers::push;
use super::{Reader, recipes};
use crate::findings::{Code, Finding};
use crate::service::{Command, Failure, Hook, Part, Reload, Run, Signal, Stage, Traits, When};
use crate::systemd::load::Setting;
use crate::systemd::value::{self, Piece, Privilege};
use crate::text::{Sourced, Text};

impl Reader<'_> {
    pub(super) fn command(&mut self, setting: &Setting, name: &str) -> bool {
        let stage = match name {
            "ExecCondition" => Stage::Condition,
            "ExecStartPre" => Stage::PreStart,
            "ExecStartPost" => Stage::PostStart,
            "ExecStop" => Stage::PreStop,
            "ExecStopPost" => Stage::PostStop,
            "ExecStart" | "ExecReload" => {
                let commands = self.commands(setting);
                if name == "ExecReload" {
                    self.reload(commands, setting);
                    return true;
                }
                for (mut command, failure) in commands {
                    peel(&mut command);
                    command.ignored = failure == Failure::Ignored;
                    let command = self.sourced(command, setting);
                    self.service.main.push(command);
                }
                return true;
            }
            _ => return false,
        };
        for (mut command, failure) in self.commands(setting) {
            if stage == Stage::Condition && recipes::is_guard(&command.run) {
                self.settled(setting, "the event that starts the job");
                continue;
            }
            if stage == Stage::PostStart && recipes::waits_for_stop(&command.run) {
                self.later.raises_stop = Some(self.at(setting.origin));
                self.settled(setting, "expect stop");
                continue;
            }
            let guarded = peel(&mut command);
            let when = if guarded { When::Requested } else { When::Always };
            let failure = match (failure, stage) {
                (Failure::Ignored, _) => Failure::Ignored,
                (_, Stage::PreStop | Stage::PostStop) => Failure::FailsStop,
                (other, _) => other,
            };
            let command = self.sourced(command, setting);
            self.service.hooks.push(Hook { stage, command, failure, when, steps: Vec::new() });
        }
        true
    }

    fn commands(&mut self, setting: &Setting) -> Vec<(Command, Failure)> {
        let Ok(commands) = value::command::commands(&setting.value) else {
            self.settled(setting, "systemd passes over it");
            return Vec::new();
        };
        if commands.is_empty() {
            self.settled(setting, "it names no command");
        }
        commands
            .iter()
            .map(|command| {
                let failure = if command.ignore_failure { Failure::Ignored } else { Failure::FailsStart };
                (self.one(command, setting), failure)
            })
            .collect()
    }

    fn one(&mut self, command: &value::Command, setting: &Setting) -> Command {
        if matches!(command.privilege, Privilege::NoSetuid | Privilege::Ambient) {
            self.findings.push(
                Finding::new(
                    Code::LostBehaviour,
                    "systemd starts the command as root and leaves it to change its user; the job runs it as the user",
                )
                .at(self.at(setting.origin))
                .help("where the program needs root first, take `setuid` out of the job"),
            );
        }
        let mut words: Vec<Vec<Part>> = vec![self.known_parts(&command.program, setting)];
        for argument in &command.arguments {
            let word = self.argument(&command.pieces(argument), setting);
            words.push(word);
        }
        let argv0 = command.argv0.as_ref().map(|name| {
            let parts = self.known_parts(name, setting);
            parts
                .iter()
                .filter_map(|part| match part {
                    Part::Text(text) => Some(text.as_slice()),
                    _ => None,
                })
                .collect::<Vec<_>>()
                .concat()
                .into()
        });
        let plain: Option<Vec<Text>> = words.iter().map(|word| Part::plain(word).cloned()).collect();
        let run = match plain {
            Some(argv) => shell_script(argv),
            None => Run::Expand(words),
        };
        Command {
            run,
            argv0,
            ignored: false,
            privileged: command.privilege == Privilege::Full,
            traits: Traits::default(),
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

    fn reload(&mut self, commands: Vec<(Command, Failure)>, setting: &Setting) {
        if let [(command, _)] = commands.as_slice()
            && !matches!(&self.service.reload, Some(Sourced { value: Reload::Signal(_), .. }))
            && let Some(signal) = kill_of_main(&command.run)
        {
            for origin in std::mem::take(&mut self.later.reload_commands) {
                let finding = Finding::new(
                    Code::ReloadCommand,
                    "`reload` sends the signal to the main process, and runs no command before it",
                );
                self.findings.push(finding.at(origin).help("run the command by hand before a reload"));
            }
            self.service.reload = Some(self.sourced(Reload::Signal(signal), setting));
            return;
        }
        let own = self.at(setting.origin);
        let before = self.service.reload.take();
        if let Some(before) = &before {
            let message = "`reload` sends HUP to the main process; this is one of several commands";
            self.findings.push(Finding::new(Code::ReloadCommand, message).at(before.origin));
        }
        let mut all = match before {
            Some(Sourced { value: Reload::Commands(commands), origin }) => {
                self.account.is_default(origin, "one of several commands");
                commands
            }
            Some(Sourced { value: Reload::Signal(signal), .. }) => {
                // A signal among other commands is one of them.
                let argv = ["/bin/kill".into(), format!("-{signal}").into(), "$MAINPID".into()];
                let run = Run::Argv(argv.to_vec());
                vec![(
                    Command {
                        run,
                        argv0: None,
                        ignored: false,
                        privileged: false,
                        traits: Traits::default(),
                    },
                    Failure::FailsStart,
                )]
            }
            None => Vec::new(),
        };
        self.later.reload_commands.push(own);
        all.extend(commands);
        self.service.reload = Some(self.sourced(Reload::Commands(all), setting));
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
            if script.contains(&b'\n') {
                Run::Script(script.0.clone().into())
            } else {
                Run::Line(script.0.clone().into())
            }
        }
        _ => Run::Argv(argv),
    }
}

/// Takes away what cutover puts ahead of a script. Tells whether that runs only while there is a main process.
fn peel(command: &mut Command) -> bool {
    let (Run::Line(script) | Run::Script(script)) = &command.run else { return false };
    let Some(peeled) = recipes::peel(script) else { return false };
    command.traits.stops_itself = peeled.says_stop;
    command.run = if peeled.script.contains(&b'\n') {
        Run::Script(peeled.script.0.into())
    } else {
        Run::Line(peeled.script.0.into())
    };
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
