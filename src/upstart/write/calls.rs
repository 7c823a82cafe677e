//! Calls of systemd's own tools, which are not there where Upstart is.

use bstr::ByteSlice as _;

use super::job::Writer;
use crate::findings::{Code, Finding};
use crate::service::{Command, Part, Run};
use crate::shell::{self, tree::CommandKind, tree::Word, walk::simple_commands};
use crate::text::{Origin, Text};

/// The tools that only speak to a systemd that runs.
const TOOLS: &[&[u8]] =
    &[b"systemctl", b"systemd-notify", b"systemd-run", b"systemd-ask-password", b"journalctl", b"loginctl"];

impl Writer<'_> {
    /// A command as Upstart's tools say it, where they can; a finding where not.
    pub(super) fn call(&mut self, command: &Command, origin: Origin) -> Command {
        if let Run::Argv(words) = &command.run
            && let Some(words) = initctl(words)
        {
            return Command { run: Run::Argv(words), ..command.clone() };
        }
        let mut tools = programs(&command.run);
        tools.retain(|program| TOOLS.contains(&base(program)));
        tools.dedup();
        if let Some(tool) = tools.first() {
            self.find(
                Finding::new(
                    Code::LostBehaviour,
                    format!("`{}` speaks to systemd, which is not there", base(tool).as_bstr()),
                )
                .at(origin)
                .help("say the same with initctl(8), or take the command out"),
            );
        }
        command.clone()
    }
}

fn base(program: &[u8]) -> &[u8] {
    program.rsplit_str("/").next().unwrap_or_default()
}

/// The programs that a command runs, as far as they stand there.
fn programs(run: &Run) -> Vec<Text> {
    match run {
        Run::Argv(words) => match words.as_slice() {
            [sh, options @ .., script]
                if base(sh) == b"sh" && options.last().is_some_and(|c| c.as_slice() == b"-c") =>
            {
                programs(&Run::Line(script.0.clone().into()))
            }
            _ => words.first().cloned().into_iter().collect(),
        },
        Run::Expand(words) => words.first().and_then(|word| Part::plain(word)).cloned().into_iter().collect(),
        Run::Line(script) | Run::Script(script) => {
            let mut programs = Vec::new();
            let Ok(script) = shell::parse(script) else { return programs };
            simple_commands(&script, |command, _| {
                if let CommandKind::Simple(simple) = &command.kind {
                    let words = simple.words.iter().filter_map(Word::literal);
                    programs.extend(words.map(Text::from).find(|word| word.as_slice() != b"exec"));
                }
            });
            programs
        }
    }
}

/// The words for initctl(8) that say what these say to systemctl(1): starting and stopping of one plain service.
fn initctl(words: &[Text]) -> Option<Vec<Text>> {
    let (program, arguments) = words.split_first()?;
    if base(program) != b"systemctl" {
        return None;
    }
    let (options, plain): (Vec<&Text>, Vec<&Text>) =
        arguments.iter().partition(|word| word.starts_with(b"-"));
    let [verb, unit] = plain.as_slice() else { return None };
    let no_wait = match options.as_slice() {
        [] => false,
        [option] if option.as_slice() == b"--no-block" => true,
        _ => return None,
    };
    let verb = verb.as_slice();
    if !matches!(verb, b"start" | b"stop") {
        return None;
    }
    let name = unit.strip_suffix(b".service".as_slice()).unwrap_or(unit);
    if name.find_byteset(b"@*?[$%\\.").is_some() {
        return None;
    }
    let mut out: Vec<Text> = vec!["initctl".into(), verb.into()];
    out.extend(no_wait.then(|| "--no-wait".into()));
    out.push(name.into());
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> Option<String> {
        let words: Vec<Text> = line.split(' ').map(Text::from).collect();
        let words = initctl(&words)?;
        Some(words.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn starts_and_stops_of_services_are_said_to_upstart() {
        assert_eq!(said("/bin/systemctl stop web.service").unwrap(), "initctl stop web");
        assert_eq!(said("systemctl --no-block start web").unwrap(), "initctl start --no-wait web");
    }

    #[test]
    fn what_upstart_has_no_word_for_stays() {
        for line in [
            "systemctl daemon-reload",
            "systemctl stop a@b.service",
            "systemctl start x.target",
            "systemctl stop a b",
        ] {
            assert_eq!(said(line), None, "{line}");
        }
    }
}
