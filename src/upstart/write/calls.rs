//! Calls of systemd's own tools, which are not there where Upstart is.

use bstr::ByteSlice as _;

use super::writer::Writer;
use crate::findings::{Subject, codes};
use crate::script::base_name;
use crate::script::call::{Argument, Call};
use crate::script::init_tools::{self, Tool};
use crate::script::{tree::CommandKind, tree::Word, walk::simple_commands};
use crate::service::{Command, Run};
use crate::text::{Origin, Text};

impl Writer<'_> {
    /// A command as Upstart's tools say it, where they can; a finding where not.
    pub(super) fn call(&mut self, command: &Command, origin: Option<Origin>) -> Command {
        if let Run::Argv(words) = &command.run
            && let Some(words) = initctl(words)
        {
            return Command { run: Run::Argv(words), ..command.clone() };
        }
        let mut tools = programs(&command.run);
        let is_of_systemd = |tool: Tool| matches!(tool, Tool::Systemctl | Tool::OfSystemd);
        tools.retain(|program| init_tools::named(program).is_some_and(|named| is_of_systemd(named.tool)));
        tools.dedup();
        if let Some(tool) = tools.first() {
            let tool = base_name(tool).as_bstr();
            let lost = codes::command_speaks_to_systemd(tool).about(Subject::Call(tool.into()));
            self.find(lost.at(origin));
        }
        command.clone()
    }
}

/// The programs that a command runs, as far as they stand there.
fn programs(run: &Run) -> Vec<Text> {
    match run {
        Run::Argv(words) => match words.as_slice() {
            [sh, options @ .., script]
                if base_name(sh) == b"sh" && options.last().is_some_and(|c| c.as_slice() == b"-c") =>
            {
                programs(&Run::Line(script.0.clone().into()))
            }
            _ => run.program().cloned().into_iter().collect(),
        },
        Run::Expand(_) => run.program().cloned().into_iter().collect(),
        Run::Line(script) | Run::Script(script) => {
            let mut programs = Vec::new();
            let Ok(script) = script.tree() else { return programs };
            simple_commands(script, |command, _| {
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
    let named = init_tools::named(program).filter(|named| named.tool == Tool::Systemctl)?;
    let arguments: Vec<Argument> = arguments.iter().map(|word| Argument::fixed(word)).collect();
    let call = Call::read(named, &arguments).ok().filter(|call| call.variables.is_empty())?;
    let unit = call.literal()?;
    let name = unit.strip_suffix(b".service").unwrap_or(unit);
    if name.find_byteset(b"@*?[$%\\.").is_some() {
        return None;
    }
    let mut out: Vec<Text> = vec!["initctl".into(), call.verb_text.as_ref()?.as_slice().into()];
    out.extend(call.no_wait.then(|| "--no-wait".into()));
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
        for line in
            ["systemctl daemon-reload", "systemctl stop a@b.service", "systemctl start x.target", "systemctl stop a b"]
        {
            assert_eq!(said(line), None, "{line}");
        }
    }
}
