//! `export A=b`, `A=b; export A` and the like become `Environment=A=b`.
//!
//! It fires where the value is plain text, or made of variables whose values are known (`env` stanzas,
//! earlier assignments, Upstart's own `PATH`), and where no hook would notice. An assignment without
//! `export` stays within the script: its value is put in where a later word names it.
//!
//! ```upstart
//! script
//!     export LANG=C
//!     exec /usr/bin/till
//! end script
//! ```
//!
//! ```ini
//! Environment=LANG=C
//! ExecStart=/usr/bin/till
//! ```

use bstr::{BString, ByteSlice as _};

use super::context::{Context, SharedState, Value};
use super::statement::simple;
use crate::findings::codes;
use crate::script::is_name;
use crate::script::tree::AndOr;

pub(super) fn lift(context: &mut Context<'_>, statement: &AndOr) -> Option<()> {
    let (simple, redirections) = simple(statement)?;
    if !redirections.is_empty() {
        return None;
    }
    if simple.words.is_empty() {
        // A later one may use an earlier one's new value.
        let [assignment] = simple.assignments.as_slice() else { return None };
        let value = context.text(&assignment.value)?;
        return assign(context, &assignment.name, value);
    }
    if !simple.assignments.is_empty() || !simple.words.first()?.is("export") {
        return None;
    }
    let mut exports: Vec<(BString, BString)> = Vec::new();
    for word in simple.words.get(1..)? {
        let text = context.text(word)?;
        let (name, value) = match text.split_once_str("=") {
            Some((name, value)) => (BString::from(name), BString::from(value)),
            None => match context.value(&text) {
                Some(Value::Exported { value, .. } | Value::Local(value) | Value::Default(value)) => {
                    (text.clone(), value.clone())
                }
                // It is in the environment already, or nowhere.
                Some(Value::File(_)) => continue,
                None if is_name(&text) => {
                    if context.changes.files.is_empty() {
                        context.set_value(text, Value::Unknown);
                    }
                    continue;
                }
                Some(Value::Unknown) | None => return None,
            },
        };
        if !is_name(&name) {
            return None;
        }
        exports.push((name, value));
    }
    if simple.words.len() < 2 || !exports.is_empty() && !context.may_change(SharedState::Environment) {
        return None;
    }
    exports.into_iter().try_for_each(|(name, value)| set(context, &name, &value))
}

/// An assignment: of a variable that is exported already, it is one of the environment.
fn assign(context: &mut Context<'_>, name: &BString, value: BString) -> Option<()> {
    // What is exported once, stays so.
    let of_file = !context.changes.files.is_empty() && context.exported.contains(name);
    match context.value(name) {
        _ if of_file => set(context, name, &value).filter(|()| context.may_change(SharedState::Environment)),
        Some(Value::Exported { .. }) if context.may_change(SharedState::Environment) => set(context, name, &value),
        Some(Value::Exported { .. } | Value::Unknown) => None,
        // They change how the shell itself works.
        _ if matches!(name.as_slice(), b"IFS" | b"OPTIND" | b"PATH" | b"PS4" | b"CDPATH" | b"ENV") => None,
        _ => {
            context.set_value(name.clone(), Value::Local(value));
            Some(())
        }
    }
}

pub(super) fn set(context: &mut Context<'_>, name: &[u8], value: &[u8]) -> Option<()> {
    // What a file says would count for more.
    let of_file = matches!(context.value(name), Some(Value::File(_)));
    if of_file || value.iter().any(u8::is_ascii_control) || value.to_str().is_err() {
        return None;
    }
    let name = name.as_bstr();
    let became = format!("Environment={name}={}", value.as_bstr());
    context.report(codes::lifted_variable(name).became(became));
    context.export(name, value);
    Some(())
}
