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
use super::{Unseen, Variables, alike};
use super::{environment, statement};
use crate::findings::{Code, Finding};
use crate::service::{EnvironmentFile, Part, Run, Scope};
use crate::shell::tree::{
    AndOr, AndOrOperator, Command, CommandKind, Operation, Parameter, Pipeline, Script, TestOperator, Word,
};
use crate::shell::walk::simple_commands;
use crate::text::Text;

/// A file that a script reads in.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub file: EnvironmentFile,
    /// Its variables that were not exported before.
    own: BTreeSet<BString>,
    sets_path: bool,
    /// Nobody has seen it.
    assumed: bool,
}

/// Variables that change what programs do which were not made for them.
const COMMON: &[&str] = &[
    "BASH_ENV",
    "CDPATH",
    "CLASSPATH",
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "EDITOR",
    "ENV",
    "GCONV_PATH",
    "GREP_OPTIONS",
    "HOME",
    "HOSTALIASES",
    "IFS",
    "JAVA_TOOL_OPTIONS",
    "LANG",
    "LANGUAGE",
    "LOCPATH",
    "LOGNAME",
    "MAIL",
    "MALLOC_CHECK_",
    "NODE_OPTIONS",
    "PAGER",
    "PATH",
    "POSIXLY_CORRECT",
    "PS4",
    "PWD",
    "RES_OPTIONS",
    "SHELL",
    "TERM",
    "TMP",
    "TMPDIR",
    "TEMP",
    "TZ",
    "USER",
    "_JAVA_OPTIONS",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// Beginnings of the names of such variables.
const COMMON_PREFIXES: &[&str] = &[
    "LC_", "LD_", "MALLOC_", "PERL5", "PYTHON", "RUBY", "GEM_", "BUNDLE_", "XDG_", "SYSTEMD_", "LISTEN_",
    "NOTIFY_",
];

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
                draft.tell(Code::AssumedLift, message, "");
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
        let finding = Finding::new(Code::FileStays, message).at(draft.origin);
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
    const PLAIN: &str = "it holds nothing but lines KEY=value without expansions and trailing comments, and no quote or pattern within values";
    let not_seen = |why: String, assumption| Obstacle { why, seen: false, assumption };
    if by_name {
        let why = "`source` is a word of bash, and fails where /bin/sh is dash".to_owned();
        return Err(not_seen(why, "/bin/sh is bash, and the file holds nothing but plain lines KEY=value"));
    }
    let Some(root) = draft.root else {
        return Err(not_seen("nobody has looked into it".to_owned(), PLAIN));
    };
    let seen = |why: String| Obstacle { why, seen: true, assumption: PLAIN };
    let file = root.read(path).map_err(|why| match why {
        Unseen::Missing => not_seen(why.to_string(), PLAIN),
        _ => seen(why.to_string()),
    })?;
    if draft.service.user.is_some() && !file.for_all {
        return Err(seen("the service's user may not read it, and systemd would".to_owned()));
    }
    alike::judge(&file.text).map_err(|why| seen(why.to_string()))
}

/// What a script exports by name, wherever it does: for the variables of files this is enough, since the
/// rule only fires where all of the script goes.
pub(super) fn exported(script: &Script) -> BTreeSet<BString> {
    let mut names = BTreeSet::new();
    simple_commands(script, |command, context| {
        let CommandKind::Simple(simple) = &command.kind else { return };
        if context.subshell || context.substitution || context.function || context.pipeline {
            return;
        }
        let words: Vec<Option<BString>> = simple.words.iter().map(Word::literal).collect();
        if let [Some(export), rest @ ..] = words.as_slice()
            && export == "export"
        {
            names.extend(rest.iter().flatten().filter(|name| environment::is_name(name)).cloned());
        }
    });
    names
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

/// What is known of a variable that a file may set.
enum Now {
    /// The file sets it to this.
    Set(BString),
    /// The script has set it to this before.
    Own(BString),
    /// Nothing sets it today.
    Unset,
    /// Nobody has seen the file.
    Anything,
}

/// The variable that an expansion names, and its value of today, where a file has a say in it. The inner
/// `None` is one that a unit cannot name so.
pub(super) fn named(draft: &mut Draft<'_>, parameter: &Parameter) -> Option<Option<(Text, BString)>> {
    let files = &draft.changes.files;
    let assumed = files.iter().any(|reading| reading.assumed);
    let now = match draft.value(&parameter.name) {
        _ if files.is_empty() => return None,
        Some(Value::File(value)) => Now::Set(value.clone()),
        Some(Value::Default(value)) => Now::Own(value.clone()),
        None if assumed => Now::Anything,
        None if draft.is_unset(&parameter.name) => Now::Unset,
        _ => return None,
    };
    Some(value_of(draft, parameter, now).map(|value| (Text(parameter.name.clone()), value)))
}

/// The value; a default goes to the environment of the unit.
fn value_of(draft: &mut Draft<'_>, parameter: &Parameter, now: Now) -> Option<BString> {
    let name = &parameter.name;
    let word = match parameter.operation {
        Operation::Value => None,
        Operation::Test(TestOperator::Default | TestOperator::Assign, colon) => {
            let word = Word { pieces: parameter.word.clone(), ..Word::default() };
            Some((draft.text(&word)?, colon))
        }
        _ => return None,
    };
    let mut lends = false;
    let (default, value) = match (now, word) {
        // To systemd an empty value is one.
        (Now::Set(value), Some((_, true))) if value.is_empty() => return None,
        (Now::Own(value), word) => {
            let value = word.filter(|(_, colon)| *colon && value.is_empty()).map_or(value, |(word, _)| word);
            (Some(value.clone()), value)
        }
        (Now::Set(value), word) => {
            lends = word.is_some();
            (word.map(|(word, _)| word), value)
        }
        (Now::Unset | Now::Anything, Some((word, _))) => {
            lends = true;
            (Some(word.clone()), word)
        }
        (Now::Unset, None) => (None, BString::default()),
        // One word: that is the assumption.
        (Now::Anything, None) => (None, "x".into()),
    };
    match default {
        Some(default) => {
            offer(draft, name, &default)?;
            if lends {
                draft.changes.lent.insert(name.clone());
            }
        }
        None if draft.changes.defaults.contains(name) => return None,
        None => _ = draft.changes.bare.insert(name.clone()),
    }
    Some(value)
}

/// Puts a value into the unit's environment for the case that no file says another.
fn offer(draft: &mut Draft<'_>, name: &BString, value: &BString) -> Option<()> {
    let set = draft.changes.environment.iter().find(|(known, _)| known.0 == *name);
    match set {
        _ if draft.changes.bare.contains(name) => None,
        None if hooks_name(draft, name) => None,
        Some((_, known)) => (known.0 == *value).then_some(()),
        None => {
            // What is known of it stays.
            let before = draft.values.remove(name);
            environment::set(draft, name, value)?;
            draft.values.remove(name);
            draft.values.extend(before.map(|before| (name.clone(), before)));
            draft.changes.defaults.insert(name.clone());
            Some(())
        }
    }
}

/// Whether a hook speaks of a variable.
fn hooks_name(draft: &Draft<'_>, name: &BString) -> bool {
    let mut runs = draft.service.hooks.iter().map(|hook| &hook.command.value.run);
    runs.any(|run| {
        statement::text(run).is_none_or(|text| text.contains_str(name)) && !matches!(run, Run::Argv(_))
    })
}

/// Whether the unit may read the files, now that all of the script is lifted; says what that means.
pub(super) fn close(draft: &mut Draft<'_>) -> Option<()> {
    let files = draft.changes.files.clone();
    let Some(last) = files.len().checked_sub(1) else { return Some(()) };
    let is_absolute = match &draft.changes.run {
        Some(Run::Argv(words)) => words.first().is_some_and(|program| program.starts_with(b"/")),
        Some(Run::Expand(words)) => {
            words.first().and_then(|word| Part::plain(word)).is_some_and(|program| program.starts_with(b"/"))
        }
        _ => false,
    };
    for (index, reading) in files.iter().enumerate() {
        let mut names = reading.own.clone();
        if index == last {
            names.extend(draft.changes.defaults.iter().cloned());
        }
        // Hooks are processes of their own, and what the main one exports was not theirs.
        if draft.service.hooks.is_empty() {
            names.retain(|name| !draft.exported.contains(name));
        }
        // Without the unit they would be in no environment, exported or not.
        if index == last {
            names.extend(draft.changes.lent.iter().cloned());
        }
        if names.iter().any(|name| is_common(name)) || reading.sets_path && !is_absolute {
            return None;
        }
        tell(draft, reading, &names);
    }
    Some(())
}

fn is_common(name: &[u8]) -> bool {
    COMMON.iter().any(|known| known.as_bytes() == name)
        || COMMON_PREFIXES.iter().any(|prefix| name.starts_with(prefix.as_bytes()))
}

fn tell(draft: &mut Draft<'_>, reading: &Reading, names: &BTreeSet<BString>) {
    let list =
        |names: &[&BString]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let path = &reading.file.path;
    let mut message = format!("systemd reads {path}, not a shell");
    if reading.assumed {
        message += ", and all of its variables are in the environment of the unit's programs";
    } else if !names.is_empty() {
        message = format!(
            "{message}, and the unit's programs find {} in their environment",
            list(&names.iter().collect::<Vec<_>>())
        );
    }
    // What the script itself sets before, and puts in somewhere else than in the command.
    let defaults = &draft.changes.defaults;
    let mut fixed: Vec<&BString> = draft
        .values
        .iter()
        .filter(|(name, value)| matches!(value, Value::Default(_)) && !defaults.contains(*name))
        .map(|(name, _)| name)
        .chain(&draft.changes.fixed)
        .collect();
    fixed.sort();
    fixed.dedup();
    if !fixed.is_empty() {
        message = format!("{message}; what it says of {} does not count", list(&fixed));
    }
    let optional = if reading.file.required { "" } else { "-" };
    let finding = Finding::new(Code::LiftedFile, message)
        .at(draft.origin)
        .became(format!("EnvironmentFile={optional}{path}"))
        .help("from now on it may hold nothing but lines KEY=value: no `$`, no command, no comment behind a value");
    draft.changes.findings.push(finding);
}
