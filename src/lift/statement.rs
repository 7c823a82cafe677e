//! Statements of a script: the shapes that several rules ask for, and what is left of the script when those at its
//! head are gone.

use bstr::{BStr, BString, ByteSlice as _};

use crate::script::tree::{AndOr, AndOrOperator, Branch, CommandKind, Pipeline, Redirection, Script, ShellCommand};
use crate::script::tree::{Simple, Word};
use crate::script::{ScriptText, base_name};
use crate::service::{Comment, Run, Service};
use crate::text::{Origin, Span, Text};

/// Commands that are dash's own, or that dash has another form of than the program of that name.
const BUILTINS: &str = ". : [ alias bg break cd chdir command continue echo eval exec exit export false fc fg \
    getopts hash jobs kill local printf pwd read readonly return set shift source test times trap true type ulimit \
    umask unalias unset wait";

/// What speaks to Upstart, and means something else or nothing without it.
const UPSTART: &str = "start stop restart reload status initctl service invoke-rc.d telinit init shutdown reboot halt \
    poweroff runlevel";

/// Whether a list of words holds one.
pub(crate) fn is_among(list: &str, word: &[u8]) -> bool {
    list.split(' ').any(|known| known.as_bytes() == word)
}

/// Whether a command is the shell's own.
pub(crate) fn is_of_shell(name: &[u8]) -> bool {
    is_among(BUILTINS, name)
}

/// Whether a program speaks to Upstart.
pub(crate) fn is_of_upstart(program: &[u8]) -> bool {
    is_among(UPSTART, base_name(program))
}

/// The words of a statement that is no more than a simple command, and its redirections.
pub fn simple(statement: &AndOr) -> Option<(&Simple, &[Redirection])> {
    let command = statement.command()?;
    Some((command.simple()?, &command.redirections))
}

/// The words of a command without assignments or redirections.
pub fn bare(command: &ShellCommand) -> Option<&[Word]> {
    let simple = command.simple()?;
    (simple.assignments.is_empty() && command.redirections.is_empty()).then_some(&simple.words)
}

/// The words of a command that only runs a program with fixed arguments: no assignments, redirections
/// or expansions.
pub fn words(command: &ShellCommand) -> Option<Vec<BString>> {
    bare(command).filter(|words| !words.is_empty())?.iter().map(Word::literal).collect()
}

/// The words of a pipeline that is no more than such a command.
pub(crate) fn piped_words(pipeline: &Pipeline) -> Option<Vec<BString>> {
    words(pipeline.command()?)
}

/// The words of a statement that is no more than such a command.
pub(crate) fn lone_words(statement: &AndOr) -> Option<Vec<BString>> {
    words(statement.command()?)
}

/// The only branch of an `if` without redirections.
pub(crate) fn only_branch(command: &ShellCommand) -> Option<&Branch> {
    match &command.kind {
        CommandKind::If(it) if it.otherwise.is_none() && command.redirections.is_empty() => {
            if let [branch] = it.branches.as_slice() { Some(branch) } else { None }
        }
        _ => None,
    }
}

/// The pipelines of a list that one operator alone joins, and that operator; `&&` for a single one.
pub fn joined(statement: &AndOr) -> Option<(AndOrOperator, Vec<&Pipeline>)> {
    let operator = statement.rest.first().map_or(AndOrOperator::And, |link| link.operator);
    let same = statement.rest.iter().all(|link| link.operator == operator);
    (same && statement.background.is_none()).then(|| (operator, statement.pipelines().collect()))
}

/// Whether a statement does nothing in a script that runs under `sh -e`.
pub(crate) fn is_idle(statement: &AndOr) -> bool {
    lone_words(statement).is_some_and(|words| words == [":"] || words == ["true"] || words == ["set", "-e"])
}

/// Whether a command ends a script that has not failed, and says so.
pub(crate) fn is_exit(words: &[BString]) -> bool {
    *words == ["exit"] || *words == ["exit", "0"]
}

/// The operand of a test with one operator, such as `[ -d D ]`, and whether it is asked for the contrary.
pub fn test(words: &[BString]) -> Option<(bool, &BStr, &BStr)> {
    match test_words(words)? {
        [operator, operand] => Some((false, operator.as_bstr(), operand.as_bstr())),
        [not, operator, operand] if not == "!" => Some((true, operator.as_bstr(), operand.as_bstr())),
        _ => None,
    }
}

/// What stands between the brackets of `[`, or behind `test`.
pub(crate) fn test_words(words: &[BString]) -> Option<&[BString]> {
    match words {
        [name, rest @ ..] if name == "test" || name == "/usr/bin/test" => Some(rest),
        [name, rest @ .., last] if (name == "[" || name == "/usr/bin/[") && last == "]" => Some(rest),
        _ => None,
    }
}

/// The directory of `[ -d D ] || mkdir -p D`, also written with `if`: the same as `mkdir -p D`.
pub(crate) fn made_if_missing(statement: &AndOr) -> Option<Vec<BString>> {
    let (negated, asked, made) = if let Some(branch) = statement.command().and_then(only_branch) {
        let ([asked], [made]) = (branch.condition.as_slice(), branch.body.as_slice()) else { return None };
        (true, lone_words(asked)?, lone_words(made)?)
    } else {
        let (AndOrOperator::Or, pipelines) = joined(statement)? else { return None };
        let [asked, made] = pipelines.as_slice() else { return None };
        (false, piped_words(asked)?, piped_words(made)?)
    };
    let (not, operator, asked) = test(&asked)?;
    let [mkdir, parents, path] = made.as_slice() else { return None };
    let same = not == negated && operator == "-d" && asked == path.as_bstr();
    let makes = base_name(mkdir) == b"mkdir" && (parents == "-p" || parents == "--parents");
    (same && makes && path.starts_with(b"/")).then_some(made)
}

/// The comments of a script that stand in a part of it.
pub fn comments(text: &[u8], script: &Script, part: Span) -> Vec<Text> {
    let spans = script.comments.iter().filter(|span| part.start <= span.start && span.start < part.end);
    let lines = spans.map(|span| Text::from(span.of(text).trim_ascii_end()));
    lines.filter(|line| !line.starts_with(b"#!")).collect()
}

/// Where the rest of a script begins when its first statements are gone, and the rest of their last line.
pub fn behind(text: &[u8], script: &Script, gone: usize) -> usize {
    let Some(last) = gone.checked_sub(1).and_then(|last| script.commands.get(last)) else { return 0 };
    let skip = |at: usize, set: &[u8]| at + text[at..].iter().take_while(|byte| set.contains(byte)).count();
    let mut at = skip(last.span.end, b" \t;");
    if let Some(comment) = script.comments.iter().find(|comment| comment.start == at) {
        at = comment.end;
    }
    // The next line keeps its indentation.
    let next = skip(at, b" \t\r\n");
    text[at..next].rfind_byte(b'\n').map_or(next, |newline| at + newline + 1)
}

/// Takes the first statements out of a hook's script, and the hook away where only idle ones and comments are left.
/// Their comments go to what they became. Returns where the script stands, and whether anything is left of it.
pub(crate) fn cut_hook(
    service: &mut Service,
    at: usize,
    text: &ScriptText,
    script: &Script,
    gone: usize,
) -> (Option<Origin>, bool) {
    let is_left = !script.commands[gone..].iter().all(is_idle);
    let end = if is_left { behind(text, script, gone) } else { text.len() };
    let origin = service.hooks[at].command.origin();
    let lines = comments(text, script, Span::new(0, end));
    if !lines.is_empty() {
        service.comments.push(Comment { lines, before: origin });
    }
    if !is_left {
        service.hooks.remove(at);
        return (origin, false);
    }
    let rest = Span::new(end, text.len());
    let line = rest.of(text).trim_ascii_end();
    let run = if line.contains(&b'\n') {
        Run::Script(text.part(rest))
    } else {
        let start = end + line.len() - line.trim_ascii_start().len();
        Run::Line(text.part(Span::new(start, end + line.len())))
    };
    let facts = crate::upstart::read::command_facts(service, &run);
    let command = &mut service.hooks[at].command.value;
    (command.run, command.facts) = (run, facts);
    (origin, true)
}
