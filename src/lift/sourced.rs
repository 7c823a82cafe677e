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
//! heeds, and else as one word. A default (`${TILL_PORT:-80}`, or an assignment before the file is read) becomes
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

use super::draft::{Draft, Value, simple};
use super::variables::Reading;
use super::{Unseen, Variables, alike, environment, program, seen, statement};
use crate::findings::{Code, Finding};
use crate::service::{EnvironmentFile, Run, Scope};
use crate::shell::tree::{AndOr, AndOrOperator, Command, CommandKind, Pipeline, Word};
use crate::text::Text;

pub(super) fn lift(draft: &mut Draft<'_>, statement: &AndOr) -> Option<()> {
    if draft.strict || draft.service.root.is_some() || draft.service.scope != Scope::System {
        return None;
    }
    let Sourcing { path, required, by_name, exports } = sourcing(draft, statement)?;
    let unusual = !path.starts_with(b"/")
        || path.find_byteset(b"*?[\\").is_some()
        || path.split_str("/").any(|part| part == b"..");
    let is_own = |name: &BString| matches!(draft.value(name), Some(Value::Local(_) | Value::Default(_)));
    if unusual || exports.iter().any(is_own) {
        return None;
    }
    let (variables, assumed) = match look(draft, &path, by_name) {
        Ok(variables) => (variables, false),
        Err(obstacle) => {
            if draft.assumes && !obstacle.seen {
                let message = format!("`. {}`: {}", path.as_bstr(), obstacle.assumption);
                program::suppose(draft, &message);
            } else {
                draft.changes.obstacles.push(obstacle.finding(&path, draft));
            }
            (Variables::default(), true)
        }
    };
    if !hooks_ignore(draft, &variables, assumed, &path) {
        return None;
    }
    let is_exported = |name: &BString| matches!(draft.value(name), Some(Value::Exported { .. }));
    let own = variables.values.iter().map(|(name, _)| name);
    let (exported, own): (Vec<_>, Vec<_>) =
        own.cloned().partition(|name| is_exported(name) || variables.exported.contains(name));
    let own: BTreeSet<BString> = own.into_iter().collect();
    let sets_path = variables.values.iter().any(|(name, _)| name == "PATH");
    for value in draft.values.values_mut() {
        if let Value::Local(text) = value {
            *value = Value::Default(std::mem::take(text));
        }
    }
    draft.exported.extend(exported);
    for (name, value) in variables.values {
        draft.set_value(name, Value::File(value));
    }
    let file = EnvironmentFile { path: Text(path), required };
    draft.changes.files.push(Reading { file, own, sets_path, assumed });
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
fn sourcing(draft: &Draft<'_>, statement: &AndOr) -> Option<Sourcing> {
    if statement.background.is_some() {
        return None;
    }
    if let ([Command { kind: CommandKind::If(conditional), redirections, .. }], [], None) =
        (statement.first.commands.as_slice(), statement.rest.as_slice(), statement.first.negation)
    {
        let ([branch], None, true) =
            (conditional.branches.as_slice(), &conditional.otherwise, redirections.is_empty())
        else {
            return None;
        };
        let [condition] = branch.condition.as_slice() else { return None };
        let asked = asked(draft, &condition.first)
            .filter(|_| condition.rest.is_empty() && condition.background.is_none());
        let found = read_in(draft, &branch.body)?;
        return (asked? == (false, found.path.clone())).then_some(Sourcing { required: false, ..found });
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
        [(_, reads)] => piped(draft, reads),
        [(_, asks), (operator, reads)] => {
            let found = piped(draft, reads)?;
            let (negated, path) = asked(draft, asks)?;
            let fits = path == found.path && negated == (*operator == AndOrOperator::Or);
            fits.then_some(Sourcing { required: false, ..found })
        }
        _ => None,
    }
}

/// The file that a test asks for, and whether it asks for the contrary.
fn asked(draft: &Draft<'_>, pipeline: &Pipeline) -> Option<(bool, BString)> {
    let [command] = pipeline.commands.as_slice() else { return None };
    let CommandKind::Simple(simple) = &command.kind else { return None };
    if !command.redirections.is_empty() || !simple.assignments.is_empty() {
        return None;
    }
    let words: Option<Vec<BString>> = simple.words.iter().map(|word| draft.text(word)).collect();
    let words = words?;
    let (negated, operator, path) = statement::test(&words)?;
    let known = [b"-f".as_bstr(), b"-r".as_bstr(), b"-e".as_bstr(), b"-s".as_bstr()].contains(&operator);
    known.then(|| (negated != pipeline.negation.is_some(), path.to_owned()))
}

/// `. X`, also between braces.
fn piped(draft: &Draft<'_>, pipeline: &Pipeline) -> Option<Sourcing> {
    let [command] = pipeline.commands.as_slice() else { return None };
    if pipeline.negation.is_some() || !command.redirections.is_empty() {
        return None;
    }
    match &command.kind {
        CommandKind::Group(body) => read_in(draft, body),
        CommandKind::Simple(simple) if simple.assignments.is_empty() => {
            let [dot, path] = simple.words.as_slice() else { return None };
            let dot = dot.literal()?;
            (dot == "." || dot == "source").then_some(())?;
            let path = draft.text(path)?;
            Some(Sourcing { path, required: true, by_name: dot == "source", exports: Vec::new() })
        }
        _ => None,
    }
}

/// `. X`, and behind it nothing but `export` of names.
fn read_in(draft: &Draft<'_>, body: &[AndOr]) -> Option<Sourcing> {
    let (first, rest) = body.split_first()?;
    let plain = first.rest.is_empty() && first.background.is_none();
    let mut found = piped(draft, &first.first).filter(|_| plain)?;
    for statement in rest {
        let (simple, redirections) = simple(statement)?;
        let words: Option<Vec<BString>> = simple.words.iter().map(Word::literal).collect();
        let words = words.filter(|_| redirections.is_empty() && simple.assignments.is_empty())?;
        let (export, names) = words.split_first()?;
        if export != "export" || !names.iter().all(|name| environment::is_name(name)) {
            return None;
        }
        found.exports.extend(names.iter().cloned());
    }
    Some(found)
}

/// What keeps a file from being read by systemd.
struct Obstacle {
    why: String,
    /// It is not that the file cannot be seen.
    seen: bool,
    assumption: &'static str,
}

impl Obstacle {
    fn finding(&self, path: &BString, draft: &Draft<'_>) -> Finding {
        let message = format!("the script reads in {path}, and keeps a shell for that: {}", self.why);
        let finding = Finding::new(Code::FileStays, message).at(draft.place);
        if self.seen {
            finding
                .help("with nothing but lines of the form KEY=value in it, the unit could read it by itself")
        } else {
            finding.help("give the root directory of the machine with --root, so that it can be looked at")
        }
    }
}

/// What the shell and systemd both find in a file.
fn look(draft: &Draft<'_>, path: &[u8], by_name: bool) -> Result<Variables, Obstacle> {
    const PLAIN: &str = "it holds nothing but lines KEY=value, without expansions or comments behind values; the values hold no quote or pattern, and are single words where they stand within one";
    let not_seen = |why: String, assumption| Obstacle { why, seen: false, assumption };
    if by_name {
        let why = "`source` is a word of bash, and fails where /bin/sh is dash".to_owned();
        return Err(not_seen(why, "/bin/sh is bash, and the file holds nothing but plain lines KEY=value"));
    }
    let Some(root) = draft.root else {
        return Err(not_seen("nobody has looked into it".to_owned(), PLAIN));
    };
    let was_seen = |why: String| Obstacle { why, seen: true, assumption: PLAIN };
    let file = seen::see(root, path).map_err(|why| match why {
        Unseen::Missing => not_seen(why.to_string(), PLAIN),
        _ => was_seen(why.to_string()),
    })?;
    if draft.service.user.is_some() && !file.for_all {
        return Err(was_seen("the service's user may not read it, and systemd would".to_owned()));
    }
    alike::judge(&file.text).map_err(|why| was_seen(why.to_string()))
}

/// Whether no script of a hook takes notice of the variables of a file: none names one of them, or it reads in
/// the same file before all else. The programs that hooks run find them in their environment.
fn hooks_ignore(draft: &Draft<'_>, variables: &Variables, assumed: bool, path: &[u8]) -> bool {
    let names = |text: &[u8]| {
        let known = variables.values.iter().any(|(name, _)| text.contains_str(name));
        known || assumed && text.contains(&b'$')
    };
    draft.service.hooks.iter().all(|hook| {
        let Some(text) = statement::text(&hook.command.value.run).filter(|text| names(text)) else {
            return !matches!(hook.command.value.run, Run::Expand(_));
        };
        let Ok(script) = crate::shell::parse(text) else { return false };
        let first = script.commands.iter().find(|command| !statement::is_idle(command));
        first.and_then(|first| sourcing(draft, first)).is_some_and(|found| found.path == path)
    })
}
