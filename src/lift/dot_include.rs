//! **Files that are read in** (`CUT233`): `. /etc/default/till` becomes `EnvironmentFile=/etc/default/till`.
//!
//! ```sh
//! . /etc/default/till                             # EnvironmentFile=/etc/default/till
//! [ -f /etc/default/till ] && . /etc/default/till # EnvironmentFile=-/etc/default/till
//! if [ -r "$FILE" ]; then . "$FILE"; fi           # the same, where $FILE is known
//! exec /usr/bin/till $TILL_OPTS                   # ExecStart=/usr/bin/till $TILL_OPTS
//! ```
//!
//! It fires where the file can be seen (`--root`) and holds nothing but assignments that the shell and systemd
//! read alike, and where the rest of the script is lifted, too. The command may name the file's variables: as
//! a word by itself (`$TILL_OPTS`) if the value holds no quote, backslash or pattern, which only one of the two
//! honors, and else as one word. A default (`${TILL_PORT:-80}`, or an assignment before the file is read) becomes
//! `Environment=`, for which the file counts more. Everything else that hangs on such a variable stays with the
//! shell: the file may say something else tomorrow.
//!
//! A file that is read in exports nothing; `EnvironmentFile=` puts its variables into the environment of the program.
//! The finding names those that the job did not export. Where one of them is known to change what programs do
//! (`LANG`, `LD_PRELOAD` …), and in the exact style, the script stays. So it does where hooks would notice, in
//! another root, and where the service's user may not read the file that systemd reads as root.
//!
//! With `--lift all`, a file that cannot be seen is taken for such a file, and its variables for single words
//! wherever they stand within one; a warning says so.

use std::collections::BTreeSet;

use bstr::{BString, ByteSlice as _};

use super::context::{Context, Reading, Value};
use super::statement::{self, bare, only_branch};
use super::{Variables, command_line, env_file_match};
use crate::findings::{Finding, Subject, codes};
use crate::root::Reason;
use crate::script::is_name;
use crate::script::tree::{AndOr, AndOrOperator, CommandKind, Pipeline, Word};
use crate::service::{EnvironmentFile, Run, Scope};
use crate::text::Text;

/// A file that only sets variables is not larger.
const MOST_BYTES: u64 = 1 << 18;

pub(super) fn lift(context: &mut Context<'_>, statement: &AndOr) -> Option<()> {
    if context.strict || context.service.root.is_some() || context.service.scope != Scope::System {
        return None;
    }
    let Sourcing { path, required, by_name, exports } = sourcing(context, statement)?;
    let unusual = !path.starts_with(b"/")
        || path.find_byteset(b"*?[\\").is_some()
        || path.split_str("/").any(|part| part == b"..");
    let is_own = |name: &BString| matches!(context.value(name), Some(Value::Local(_) | Value::Default(_)));
    if unusual || exports.iter().any(is_own) {
        return None;
    }
    let (variables, assumed) = match look(context, &path, by_name) {
        Ok(variables) => (variables, false),
        Err(unresolved) => {
            if context.assumes && !unresolved.seen {
                let finding = codes::assumed_file(path.as_bstr(), unresolved.assumption);
                let by = Subject::Call(if by_name { "source" } else { "." }.into());
                command_line::assume(context, [by, Subject::Named(Text(path.clone()))], finding);
            } else {
                context.changes.unresolved.push(unresolved.finding(&path, context));
            }
            (Variables::default(), true)
        }
    };
    if !hooks_ignore(context, &variables, assumed, &path) {
        return None;
    }
    let is_exported = |name: &BString| matches!(context.value(name), Some(Value::Exported { .. }));
    let names = variables.values.iter().map(|(name, _)| name.clone());
    let (exported, own): (BTreeSet<BString>, BTreeSet<BString>) =
        names.partition(|name| is_exported(name) || variables.exported.contains(name));
    let sets_path = variables.values.iter().any(|(name, _)| name == "PATH");
    for value in context.values.values_mut() {
        if let Value::Local(text) = value {
            *value = Value::Default(std::mem::take(text));
        }
    }
    context.exported.extend(exported);
    for (name, value) in variables.values {
        context.set_value(name, Value::File(value));
    }
    let file = EnvironmentFile { path: Text(path), required };
    context.changes.files.push(Reading { file, own, sets_path, assumed });
    Some(())
}

/// What a statement reads in, and on which condition.
struct Sourcing {
    path: BString,
    required: bool,
    /// It is written `source`, which dash does not know.
    by_name: bool,
    /// What it exports if the file is there.
    exports: Vec<BString>,
}

/// `. X`, `TEST X && . X`, `! TEST X || . X` and `if TEST X; then . X; fi`
fn sourcing(context: &Context<'_>, statement: &AndOr) -> Option<Sourcing> {
    if statement.background.is_some() {
        return None;
    }
    if let Some(branch) = statement.command().filter(|it| matches!(it.kind, CommandKind::If(_))) {
        let branch = only_branch(branch)?;
        let [condition] = branch.condition.as_slice() else { return None };
        let plain = condition.rest.is_empty() && condition.background.is_none();
        let asked = asked(context, &condition.first).filter(|_| plain)?;
        let found = read_in(context, &branch.body)?;
        return (asked == (false, found.path.clone())).then_some(Sourcing { required: false, ..found });
    }
    let mut pipelines: Vec<(AndOrOperator, &Pipeline)> = vec![(AndOrOperator::And, &statement.first)];
    pipelines.extend(statement.rest.iter().map(|link| (link.operator, &link.pipeline)));
    // Assignments do not fail.
    if let [_, .., (AndOrOperator::Or, last)] = pipelines.as_slice()
        && statement::piped_words(last).is_some_and(|words| words == ["true"] || words == [":"])
    {
        pipelines.pop();
    }
    match pipelines.as_slice() {
        [(_, reads)] => piped(context, reads),
        [(_, asks), (operator, reads)] => {
            let found = piped(context, reads)?;
            let (negated, path) = asked(context, asks)?;
            let fits = path == found.path && negated == (*operator == AndOrOperator::Or);
            fits.then_some(Sourcing { required: false, ..found })
        }
        _ => None,
    }
}

/// The file that a test asks for, and whether it asks for the contrary.
fn asked(context: &Context<'_>, pipeline: &Pipeline) -> Option<(bool, BString)> {
    let [command] = pipeline.commands.as_slice() else { return None };
    let words: Option<Vec<BString>> = bare(command)?.iter().map(|word| context.text(word)).collect();
    let words = words?;
    let (negated, operator, path) = statement::test(&words)?;
    let known = ["-f", "-r", "-e", "-s"].iter().any(|known| operator == known.as_bytes());
    known.then(|| (negated != pipeline.negation.is_some(), path.to_owned()))
}

/// `. X`, also between braces.
fn piped(context: &Context<'_>, pipeline: &Pipeline) -> Option<Sourcing> {
    let command = pipeline.command()?;
    match &command.kind {
        CommandKind::Group(body) if command.redirections.is_empty() => read_in(context, body),
        _ => {
            let [dot, path] = bare(command)? else { return None };
            let by_name = dot.is("source");
            let path = context.text(path).filter(|_| by_name || dot.is("."))?;
            Some(Sourcing { path, required: true, by_name, exports: Vec::new() })
        }
    }
}

/// `. X`, and behind it nothing but `export` of names.
fn read_in(context: &Context<'_>, body: &[AndOr]) -> Option<Sourcing> {
    let (first, rest) = body.split_first()?;
    let plain = first.rest.is_empty() && first.background.is_none();
    let mut found = piped(context, &first.first).filter(|_| plain)?;
    for statement in rest {
        let (export, names) = bare(statement.command()?)?.split_first()?;
        let names = names.iter().map(Word::literal).collect::<Option<Vec<BString>>>()?;
        if !export.is("export") || !names.iter().all(|name| is_name(name)) {
            return None;
        }
        found.exports.extend(names);
    }
    Some(found)
}

/// What keeps a file from being read by systemd.
struct Unresolved {
    why: String,
    /// It is not that the file cannot be seen.
    seen: bool,
    assumption: &'static str,
}

impl Unresolved {
    fn finding(&self, path: &BString, context: &Context<'_>) -> Finding {
        let finding =
            if self.seen { codes::file_stays(path, &self.why) } else { codes::unseen_file_stays(path, &self.why) };
        finding.at(context.place)
    }
}

/// What the shell and systemd both find in a file.
fn look(context: &Context<'_>, path: &[u8], by_name: bool) -> Result<Variables, Unresolved> {
    const PLAIN: &str = "it holds nothing but lines KEY=value, without expansions or comments behind values; the values hold no quote or pattern, and are single words where they stand within one";
    let not_seen = |why: String, assumption| Unresolved { why, seen: false, assumption };
    if by_name {
        let why = "`source` is a word of bash, and fails where /bin/sh is dash".to_owned();
        return Err(not_seen(why, "/bin/sh is bash, and the file holds nothing but plain lines KEY=value"));
    }
    let Some(root) = context.root else {
        return Err(not_seen("nobody has looked into it".to_owned(), PLAIN));
    };
    let was_seen = |why: String| Unresolved { why, seen: true, assumption: PLAIN };
    let file = root.read(path, MOST_BYTES).map_err(|error| match error.reason {
        Reason::Missing | Reason::NotDirectory | Reason::Dangling => {
            not_seen("it is not below the root directory that was given".to_owned(), PLAIN)
        }
        Reason::Changed | Reason::System(_) => was_seen("it cannot be read here".to_owned()),
        reason => was_seen(reason.to_string()),
    })?;
    if context.service.user.is_some() && file.mode & 0o004 == 0 {
        return Err(was_seen("the service's user may not read it, and systemd would".to_owned()));
    }
    env_file_match::judge(&file.bytes).map_err(|why| was_seen(why.to_string()))
}

/// Whether no script of a hook takes notice of the variables of a file: none names one of them, or it reads in
/// the same file before all else. The programs that hooks run find them in their environment.
fn hooks_ignore(context: &Context<'_>, variables: &Variables, assumed: bool, path: &[u8]) -> bool {
    let names = |text: &[u8]| {
        let known = variables.values.iter().any(|(name, _)| text.contains_str(name));
        known || assumed && text.contains(&b'$')
    };
    context.service.hooks.iter().all(|hook| {
        let Some(text) = hook.command.value.run.script().filter(|text| names(text)) else {
            return !matches!(hook.command.value.run, Run::Expand(_));
        };
        let Ok(script) = text.tree() else { return false };
        let first = script.commands.iter().find(|command| !statement::is_idle(command));
        first.and_then(|first| sourcing(context, first)).is_some_and(|found| found.path == path)
    })
}
