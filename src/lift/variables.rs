//! Variables of files that a script reads in, and that the unit reads in its place: how the command names them,
//! which defaults they have, and what it means that they are in the environment.

use std::collections::BTreeSet;

use bstr::{BString, ByteSlice as _};

use super::context::{Context, Reading, Value, is_of_shell};
use super::environment;
use super::statement::is_among;
use crate::findings::codes;
use crate::script::is_name;
use crate::script::tree::{Operation, Parameter, Script, TestOperator, Word};
use crate::script::walk::simple_commands;
use crate::service::Run;
use crate::text::Text;

/// Variables that change what programs do which were not made for them.
const COMMON: &str = "BASH_ENV CDPATH CLASSPATH DBUS_SESSION_BUS_ADDRESS DISPLAY EDITOR ENV GCONV_PATH GREP_OPTIONS \
    HOME HOSTALIASES IFS JAVA_TOOL_OPTIONS LANG LANGUAGE LOCPATH LOGNAME MAIL MALLOC_CHECK_ NODE_OPTIONS PAGER PATH \
    POSIXLY_CORRECT PS4 PWD RES_OPTIONS SHELL TERM TMP TMPDIR TEMP TZ USER _JAVA_OPTIONS http_proxy https_proxy \
    no_proxy";

/// Beginnings of the names of such variables.
const COMMON_PREFIXES: &[&str] =
    &["LC_", "LD_", "MALLOC_", "PERL5", "PYTHON", "RUBY", "GEM_", "BUNDLE_", "XDG_", "SYSTEMD_", "LISTEN_", "NOTIFY_"];

/// What a script exports by name, wherever it does: for the variables of files this is enough, since the
/// rule only fires where all of the script goes.
pub(super) fn exported(script: &Script) -> BTreeSet<BString> {
    let mut names = BTreeSet::new();
    simple_commands(script, |command, context| {
        let Some(simple) = command.simple() else { return };
        if context.subshell || context.substitution || context.function || context.pipeline {
            return;
        }
        if let [export, rest @ ..] = simple.words.as_slice()
            && export.is("export")
        {
            names.extend(rest.iter().filter_map(Word::literal).filter(|name| is_name(name)));
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
pub(super) fn named(context: &mut Context<'_>, parameter: &Parameter) -> Named {
    let files = &context.changes.files;
    let assumed = files.iter().any(|reading| reading.assumed);
    let now = match context.value(&parameter.name) {
        _ if files.is_empty() => return Named::Elsewhere,
        Some(Value::File(value)) => Now::Set(value.clone()),
        Some(Value::Default(value)) => Now::Own(value.clone()),
        None if is_of_shell(&parameter.name) => return Named::Never,
        None if assumed => Now::Anything,
        None if context.is_unset(&parameter.name) => Now::Unset,
        _ => return Named::Elsewhere,
    };
    match value_of(context, parameter, now) {
        Some(value) => Named::Variable(Text(parameter.name.clone()), value),
        None => Named::Never,
    }
}

/// The value; a default goes to the environment of the unit.
fn value_of(context: &mut Context<'_>, parameter: &Parameter, now: Now) -> Option<BString> {
    let name = &parameter.name;
    let word = match parameter.operation {
        Operation::Value => None,
        Operation::Test(TestOperator::Default | TestOperator::Assign, colon) => {
            let word = Word { pieces: parameter.word.clone(), ..Word::default() };
            Some((context.text(&word)?, colon))
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
    if let Some(default) = default {
        offer(context, name, &default)?;
        if lends {
            context.changes.lent.insert(name.clone());
        }
    } else if context.changes.defaults.contains(name) {
        return None;
    } else {
        context.changes.bare.insert(name.clone());
    }
    Some(value)
}

/// Puts a value into the unit's environment for the case that no file says another.
fn offer(context: &mut Context<'_>, name: &BString, value: &BString) -> Option<()> {
    let set = context.changes.environment.iter().find(|(known, _)| known.0 == *name);
    match set {
        _ if context.changes.bare.contains(name) => None,
        None if hooks_name(context, name) => None,
        Some((_, known)) => (known.0 == *value).then_some(()),
        None => {
            // What is known of it stays.
            let before = context.values.remove(name);
            environment::set(context, name, value)?;
            context.values.remove(name);
            context.values.extend(before.map(|before| (name.clone(), before)));
            context.changes.defaults.insert(name.clone());
            Some(())
        }
    }
}

/// Whether a hook speaks of a variable.
fn hooks_name(context: &Context<'_>, name: &BString) -> bool {
    let mut runs = context.service.hooks.iter().map(|hook| &hook.command.value.run);
    runs.any(|run| run.script().is_none_or(|text| text.contains_str(name)) && !matches!(run, Run::Argv(_)))
}

/// Whether the unit may read the files, now that all of the script is lifted; says what that means.
pub(super) fn close(context: &mut Context<'_>) -> Option<()> {
    let files = context.changes.files.clone();
    let Some(last) = files.len().checked_sub(1) else { return Some(()) };
    let program = context.changes.run.as_ref().and_then(Run::program);
    let is_absolute = program.is_some_and(|program| program.starts_with(b"/"));
    for (index, reading) in files.iter().enumerate() {
        let mut names = reading.own.clone();
        if index == last {
            names.extend(context.changes.defaults.iter().cloned());
        }
        // Hooks are processes of their own, and what the main one exports was not theirs.
        if context.service.hooks.is_empty() {
            names.retain(|name| !context.exported.contains(name));
        }
        // Without the unit they would be in no environment, exported or not.
        if index == last {
            names.extend(context.changes.lent.iter().cloned());
        }
        if names.iter().any(|name| is_common(name)) || reading.sets_path && !is_absolute {
            return None;
        }
        report(context, reading, &names);
    }
    Some(())
}

fn is_common(name: &[u8]) -> bool {
    is_among(COMMON, name) || COMMON_PREFIXES.iter().any(|prefix| name.starts_with(prefix.as_bytes()))
}

fn report(context: &mut Context<'_>, reading: &Reading, names: &BTreeSet<BString>) {
    let list = |names: &BTreeSet<&BString>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let path = &reading.file.path;
    // What the script itself sets before, and puts in somewhere else than in the command.
    let defaults = &context.changes.defaults;
    let own = context.values.iter().filter(|(_, value)| matches!(value, Value::Default(_)));
    let own = own.map(|(name, _)| name).filter(|name| !defaults.contains(*name));
    let fixed: BTreeSet<&BString> = own.chain(&context.changes.fixed).collect();
    let some = list(&names.iter().collect());
    let finding = match (reading.assumed, names.is_empty(), fixed.is_empty()) {
        (true, _, true) => codes::lifted_file_of_all(path),
        (true, _, false) => codes::lifted_file_of_all_but_fixed(path, list(&fixed)),
        (false, true, true) => codes::lifted_file(path),
        (false, true, false) => codes::lifted_file_but_fixed(path, list(&fixed)),
        (false, false, true) => codes::lifted_file_of_some(path, some),
        (false, false, false) => codes::lifted_file_of_some_but_fixed(path, some, list(&fixed)),
    };
    let optional = if reading.file.required { "" } else { "-" };
    let finding = finding.at(context.origin).became(format!("EnvironmentFile={optional}{path}"));
    context.changes.findings.push(finding);
}
