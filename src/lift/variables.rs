//! Variables of files that a script reads in, and that the unit reads in its place: how the command names them,
//! which defaults they have, and what it means that they are in the environment.

use std::collections::BTreeSet;

use bstr::{BString, ByteSlice as _};

use super::draft::{Draft, Value, is_of_shell};
use super::{environment, statement};
use crate::findings::{Code, Finding};
use crate::service::{EnvironmentFile, Part, Run};
use crate::shell::tree::{CommandKind, Operation, Parameter, Script, TestOperator, Word};
use crate::shell::walk::simple_commands;
use crate::text::Text;

/// A file that a script reads in.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub file: EnvironmentFile,
    /// Its variables that were not exported before.
    pub own: BTreeSet<BString>,
    pub sets_path: bool,
    /// Nobody has seen it.
    pub assumed: bool,
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

/// What an expansion is to a unit that reads files.
pub(super) enum Named {
    /// No file has a say in it.
    Elsewhere,
    /// A unit cannot say it.
    Never,
    /// This variable, whose value of today is that.
    Variable(Text, BString),
}

/// What an expansion is, where a file may have a say in its variable.
pub(super) fn named(draft: &mut Draft<'_>, parameter: &Parameter) -> Named {
    let files = &draft.changes.files;
    let assumed = files.iter().any(|reading| reading.assumed);
    let now = match draft.value(&parameter.name) {
        _ if files.is_empty() => return Named::Elsewhere,
        Some(Value::File(value)) => Now::Set(value.clone()),
        Some(Value::Default(value)) => Now::Own(value.clone()),
        None if is_of_shell(&parameter.name) => return Named::Never,
        None if assumed => Now::Anything,
        None if draft.is_unset(&parameter.name) => Now::Unset,
        _ => return Named::Elsewhere,
    };
    match value_of(draft, parameter, now) {
        Some(value) => Named::Variable(Text(parameter.name.clone()), value),
        None => Named::Never,
    }
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
