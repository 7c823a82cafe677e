//! Statements of a hook's script: the shapes that several rules ask for, and what is left of the script
//! when those at its head are gone.

use bstr::{BStr, BString, ByteSlice as _};

use crate::service::{Comment, Hook, Run};
use crate::shell::ScriptText;
use crate::shell::tree::{AndOr, AndOrOperator, Command, CommandKind, Pipeline, Script};
use crate::text::{Span, Text};

/// Commands that are dash's own, or that dash has another form of than the program of that name.
const BUILTINS: &[&str] = &[
    ".", ":", "[", "alias", "bg", "break", "cd", "chdir", "command", "continue", "echo", "eval", "exec",
    "exit", "export", "false", "fc", "fg", "getopts", "hash", "jobs", "kill", "local", "printf", "pwd",
    "read", "readonly", "return", "set", "shift", "source", "test", "times", "trap", "true", "type",
    "ulimit", "umask", "unalias", "unset", "wait",
];

/// What speaks to Upstart, and means something else or nothing without it.
const UPSTART: &[&str] = &[
    "start",
    "stop",
    "restart",
    "reload",
    "status",
    "initctl",
    "service",
    "invoke-rc.d",
    "telinit",
    "init",
    "shutdown",
    "reboot",
    "halt",
    "poweroff",
    "runlevel",
];

/// Whether a command is the shell's own.
pub fn is_of_shell(name: &[u8]) -> bool {
    BUILTINS.iter().any(|builtin| builtin.as_bytes() == name)
}

/// Whether a program speaks to Upstart.
pub fn is_of_upstart(program: &[u8]) -> bool {
    UPSTART.iter().any(|known| known.as_bytes() == base_name(program))
}

/// The script of a hook; none where it is a program by itself.
pub fn text(run: &Run) -> Option<&ScriptText> {
    match run {
        Run::Argv(_) | Run::Expand(_) => None,
        Run::Line(text) | Run::Script(text) => Some(text),
    }
}

/// The words of a command that only runs a program with fixed arguments: no assignments, redirections
/// or expansions.
pub fn words(command: &Command) -> Option<Vec<BString>> {
    let CommandKind::Simple(simple) = &command.kind else { return None };
    if !simple.assignments.is_empty() || !command.redirections.is_empty() || simple.words.is_empty() {
        return None;
    }
    simple.words.iter().map(crate::shell::tree::Word::literal).collect()
}

/// The words of a pipeline that is no more than such a command.
pub fn piped_words(pipeline: &Pipeline) -> Option<Vec<BString>> {
    let [command] = pipeline.commands.as_slice() else { return None };
    if pipeline.negation.is_some() { None } else { words(command) }
}

/// The words of a statement that is no more than such a command.
pub fn lone_words(statement: &AndOr) -> Option<Vec<BString>> {
    if statement.rest.is_empty() && statement.background.is_none() {
        piped_words(&statement.first)
    } else {
        None
    }
}

/// The pipelines of a list that one operator alone joins, and that operator; `&&` for a single one.
pub fn joined(statement: &AndOr) -> Option<(AndOrOperator, Vec<&Pipeline>)> {
    if statement.background.is_some() {
        return None;
    }
    let operator = statement.rest.first().map_or(AndOrOperator::And, |link| link.operator);
    let same = statement.rest.iter().all(|link| link.operator == operator);
    let all = std::iter::once(&statement.first).chain(statement.rest.iter().map(|link| &link.pipeline));
    same.then(|| (operator, all.collect()))
}

/// Whether a statement does nothing in a script that runs under `sh -e`.
pub fn is_idle(statement: &AndOr) -> bool {
    lone_words(statement).is_some_and(|words| {
        let words: Vec<&BStr> = words.iter().map(|word| word.as_bstr()).collect();
        matches!(words.as_slice(), [first] if *first == ":" || *first == "true")
            || matches!(words.as_slice(), [first, second] if *first == "set" && *second == "-e")
    })
}

/// The operand of a test with one operator, such as `[ -d D ]`, and whether it is asked for the contrary.
pub fn test(words: &[BString]) -> Option<(bool, &BStr, &BStr)> {
    let words = test_words(words)?;
    match words {
        [operator, operand] => Some((false, operator.as_bstr(), operand.as_bstr())),
        [not, operator, operand] if not == "!" => Some((true, operator.as_bstr(), operand.as_bstr())),
        _ => None,
    }
}

/// What stands between the brackets of `[`, or behind `test`.
pub fn test_words(words: &[BString]) -> Option<&[BString]> {
    match words {
        [name, rest @ ..] if name == "test" || name == "/usr/bin/test" => Some(rest),
        [name, rest @ .., last] if (name == "[" || name == "/usr/bin/[") && last == "]" => Some(rest),
        _ => None,
    }
}

/// The directory of `[ -d D ] || mkdir -p D`, also written with `if`: the same as `mkdir -p D`.
pub fn made_if_missing(statement: &AndOr) -> Option<Vec<BString>> {
    let (negated, asked, made) = match &statement.first.commands.as_slice() {
        [Command { kind: CommandKind::If(conditional), redirections, .. }]
            if statement.rest.is_empty()
                && statement.background.is_none()
                && statement.first.negation.is_none()
                && redirections.is_empty() =>
        {
            let ([branch], None) = (conditional.branches.as_slice(), &conditional.otherwise) else {
                return None;
            };
            let ([asked], [made]) = (branch.condition.as_slice(), branch.body.as_slice()) else {
                return None;
            };
            (true, lone_words(asked)?, lone_words(made)?)
        }
        _ => {
            let (AndOrOperator::Or, pipelines) = joined(statement)? else { return None };
            let [asked, made] = pipelines.as_slice() else { return None };
            (false, piped_words(asked)?, piped_words(made)?)
        }
    };
    let (not, operator, asked) = test(&asked)?;
    let [mkdir, parents, path] = made.as_slice() else { return None };
    let same = not == negated && operator == "-d" && asked == path.as_bstr();
    let makes = base_name(mkdir) == b"mkdir" && (parents == "-p" || parents == "--parents");
    (same && makes && path.starts_with(b"/")).then(|| made.clone())
}

/// A program's name without its directory.
pub fn base_name(path: &[u8]) -> &[u8] {
    path.rfind_byte(b'/').map_or(path, |slash| &path[slash + 1..])
}

/// The comments of a script that stand in a part of it.
pub fn comments(text: &[u8], script: &Script, part: Span) -> Vec<Text> {
    let lines = script.comments.iter().filter(|span| part.start <= span.start && span.start < part.end);
    lines
        .map(|span| Text::from(span.of(text).trim_ascii_end()))
        .filter(|line| !line.starts_with(b"#!"))
        .collect()
}

/// Where the rest of a script begins when its first statements are gone, and the rest of their last line.
pub fn behind(text: &[u8], script: &Script, gone: usize) -> usize {
    let Some(last) = gone.checked_sub(1).and_then(|last| script.commands.get(last)) else { return 0 };
    let mut at = last.span.end;
    let skip = |at: usize, set: &[u8]| at + text[at..].iter().take_while(|byte| set.contains(byte)).count();
    at = skip(at, b" \t;");
    if let Some(comment) = script.comments.iter().find(|comment| comment.start == at) {
        at = comment.end;
    }
    // The next line keeps its indentation.
    let next = skip(at, b" \t\r\n");
    text[at..next].rfind_byte(b'\n').map_or(next, |newline| at + newline + 1)
}

/// Takes the first statements out of a hook's script. Their comments go to what they became. Returns
/// whether anything is left; nothing is where only comments are.
pub fn cut(hook: &mut Hook, script: &Script, gone: usize, kept: &mut Vec<Comment>) -> bool {
    let Some(text) = text(&hook.command.value.run) else { return true };
    let left = script.commands.len() > gone;
    let end = if left { behind(text, script, gone) } else { text.len() };
    let lines = comments(text, script, Span::new(0, end));
    if !lines.is_empty() {
        kept.push(Comment { lines, before: Some(hook.command.origin) });
    }
    let rest = Span::new(end, text.len());
    let line = rest.of(text).trim_ascii_end();
    hook.command.value.run = if line.contains(&b'\n') {
        Run::Script(text.part(rest))
    } else {
        let start = end + line.len() - line.trim_ascii_start().len();
        Run::Line(text.part(Span::new(start, end + line.len())))
    };
    left
}
