//! The main process: what its script prepares becomes the unit's, statement by statement from the top, and
//! the command at the end its `ExecStart=`. Where a statement is none of those, the script stays from there on.

use bstr::{BString, ByteSlice as _};

use super::draft::{Changes, Draft};
use super::{Level, directory, environment, limits, logger, mask, nothing, program, redirect};
use crate::findings::{Code, Finding};
use crate::service::{Command, Part, Phase, Run, Service, Variable};
use crate::shell::tree::{AndOr, Script};
use crate::shell::{self, bash};
use crate::text::{Origin, Sourced, Text};

type Rule = fn(&mut Draft<'_>, &AndOr) -> Option<()>;

/// What may stand before the command.
const SETTINGS: &[Rule] =
    &[directory::lift, environment::lift, limits::lift, mask::lift, nothing::lift, redirect::lift];

/// What may stand at the end.
const LAST: &[Rule] = &[program::lift, logger::lift];

pub(super) fn lift(service: &mut Service, level: Level, findings: &mut Vec<Finding>) {
    let [main] = service.main.as_slice() else { return };
    let origin = main.origin;
    // What works at shutdown has another form, and what asks Upstart for something is not understood here.
    let traits = &main.value.traits;
    let is_plain = service.phase != Phase::Shutdown
        && !traits.stops_itself
        && !traits.leaves_processes
        && traits.foreground != Some(false);
    let mut was_script = false;
    let mut draft = Draft::new(service, level, origin);
    match &main.value.run {
        Run::Line(text) | Run::Script(text) => {
            let script = match shell::parse(text) {
                Ok(script) => script,
                Err(opaque) => return findings.push(unreadable(&opaque, origin)),
            };
            remarks(&script, text, origin, findings);
            was_script = matches!(main.value.run, Run::Script(_)) || !text.starts_with(b"exec ");
            if !is_plain {
                return;
            }
            match statements(&mut draft, &script) {
                Lifted::Nothing => return,
                Lifted::All => {}
                Lifted::Part(cut) => draft.changes.run = Some(Run::Script(cut.rest(text).into())),
            }
        }
        Run::Argv(words) if is_plain => {
            let line = words.iter().map(|word| vec![Part::Text(word.clone())]).collect();
            if program::run(&mut draft, line).is_none() {
                return;
            }
        }
        Run::Argv(_) | Run::Expand(_) => return,
    }
    let changes = draft.changes;
    apply(service, changes, was_script, findings);
}

/// Puts what was lifted into the service.
fn apply(service: &mut Service, changes: Changes, was_script: bool, findings: &mut Vec<Finding>) {
    let Some(run) = changes.run else { return };
    let origin = service.main[0].origin;
    let Command { run: main, traits, .. } = &mut service.main[0].value;
    traits.dies_of_sigpipe |= was_script;
    traits.pipes &= changes.log_tag.is_none();
    *main = run;
    let put = |value: Option<Text>| value.map(|value| Sourced::new(value, origin));
    if let Some(directory) = changes.directory {
        overrule(service.directory.replace(Sourced::new(Text(directory), origin)), origin, findings);
    }
    if let Some(umask) = changes.umask {
        overrule(service.umask.replace(Sourced::new(umask, origin)), origin, findings);
    }
    if let Some(nice) = changes.nice {
        overrule(service.nice.replace(Sourced::new(nice, origin)), origin, findings);
    }
    for (resource, limit) in changes.limits {
        overrule(service.limits.insert(resource, Sourced::new(limit, origin)), origin, findings);
    }
    service.user = put(changes.user).or_else(|| service.user.take());
    service.group = put(changes.group).or_else(|| service.group.take());
    service.log_tag = put(changes.log_tag);
    service.output = changes.output.map(|output| Sourced::new(output, origin));
    for (name, value) in changes.environment {
        let is_same = |variable: &Sourced<Variable>| matches!(&variable.value, Variable::Set { name: known, .. } if *known == name);
        while let Some(at) = service.environment.iter().position(is_same) {
            overrule(Some(service.environment.remove(at)), origin, findings);
        }
        service.environment.push(Sourced::new(Variable::Set { name, value }, origin));
    }
    findings.extend(changes.findings);
}

fn unreadable(opaque: &shell::Opaque, origin: Origin) -> Finding {
    Finding::new(Code::UnreadableScript, format!("the shell cannot read this script: {opaque}"))
        .at(origin)
        .help("it fails on both inits; look at the place with `sh -n`")
}

/// Takes the statements from the top.
fn statements(draft: &mut Draft<'_>, script: &Script) -> Lifted {
    let Some((last, settings)) = script.commands.split_last() else { return Lifted::Nothing };
    let mut lifted = 0;
    // Where the script can begin without what was lifted: the values of its own variables go with that.
    let mut whole = true;
    for (index, statement) in settings.iter().enumerate() {
        if !SETTINGS.iter().any(|rule| attempt(draft, *rule, statement)) {
            whole = false;
            break;
        }
        lifted = index + 1;
    }
    if whole && LAST.iter().any(|rule| attempt(draft, *rule, last)) {
        draft.tell(Code::LiftedProgram, "the command runs without a shell around it", "");
        return Lifted::All;
    }
    // A variable of the script's own is lost with the statement that sets it.
    let nothing = draft.changes.findings.is_empty() || draft.has_locals();
    let last_lifted = lifted.checked_sub(1).and_then(|last| script.commands.get(last));
    match (last_lifted, script.commands.get(lifted)) {
        (Some(last), Some(first)) if !nothing => {
            Lifted::Part(Cut { end: last.span.end, start: first.span.start })
        }
        _ => Lifted::Nothing,
    }
}

/// How much of a script was lifted.
enum Lifted {
    Nothing,
    /// The first statements.
    Part(Cut),
    All,
}

/// Between what was lifted and what stays.
struct Cut {
    /// Where the last statement ends that was lifted.
    end: usize,
    /// Where the first one begins that stays.
    start: usize,
}

impl Cut {
    /// What stays of a script, with the comments that belong to it.
    fn rest<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        let between = text.get(self.end..self.start).unwrap_or_default();
        let from = between.find_byte(b'\n').map_or(self.start, |line| self.end + line + 1);
        text.get(from..).unwrap_or_default()
    }
}

/// Tries a rule, and takes everything back if it does not fire.
fn attempt(draft: &mut Draft<'_>, rule: Rule, statement: &AndOr) -> bool {
    let (before, values) = (draft.changes.clone(), draft.values.clone());
    let fired = rule(draft, statement).is_some();
    if !fired {
        draft.changes = before;
        draft.values = values;
    }
    fired
}

/// A stanza whose value the script itself replaces.
fn overrule<T>(old: Option<Sourced<T>>, origin: Origin, findings: &mut Vec<Finding>) {
    if let Some(old) = old {
        findings.push(
            Finding::new(Code::Superseded, "the script sets this anew")
                .at(old.origin)
                .see(origin, "what it sets counts"),
        );
    }
}

/// What bash would have read otherwise: the author may have tried it in that.
fn remarks(script: &Script, text: &[u8], origin: Origin, findings: &mut Vec<Finding>) {
    let mut said: Vec<BString> = Vec::new();
    for bash::Remark { kind, span } in &script.remarks {
        let what = BString::from(span.of(text).lines().next().unwrap_or_default());
        if said.contains(&what) {
            continue;
        }
        findings.push(
            Finding::new(
                Code::BashSyntax,
                format!("`{what}` is not what it is in bash: {}", kind.explanation()),
            )
            .see(origin, "both inits run it with /bin/sh, which is dash on Debian and Ubuntu")
            .help("where it was written on a system whose /bin/sh is bash, write it for sh, or name bash"),
        );
        said.push(what);
    }
}
