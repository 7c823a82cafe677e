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

use super::draft::{Draft, Value, What, simple};
use crate::findings::Code;
use crate::shell::tree::AndOr;

pub(super) fn lift(draft: &mut Draft<'_>, statement: &AndOr) -> Option<()> {
    let (simple, redirections) = simple(statement)?;
    if !redirections.is_empty() {
        return None;
    }
    if simple.words.is_empty() {
        let values: Option<Vec<(BString, BString)>> = simple
            .assignments
            .iter()
            .map(|assignment| Some((assignment.name.clone(), draft.text(&assignment.value)?)))
            .collect();
        // A later one may use an earlier one's new value.
        let values = values.filter(|values| values.len() == 1)?;
        return values.into_iter().try_for_each(|(name, value)| assign(draft, &name, value));
    }
    if !simple.assignments.is_empty() || simple.words.first()?.literal()? != "export" {
        return None;
    }
    let mut exports: Vec<(BString, BString)> = Vec::new();
    for word in simple.words.get(1..)? {
        let text = draft.text(word)?;
        let (name, value) = match text.split_once_str("=") {
            Some((name, value)) => (BString::from(name), BString::from(value)),
            None => match draft.value(&text) {
                Some(Value::Exported { value, .. } | Value::Local(value) | Value::Default(value)) => {
                    (text.clone(), value.clone())
                }
                // It is in the environment already, or nowhere.
                Some(Value::File(_)) => continue,
                None if is_name(&text) => {
                    if draft.changes.files.is_empty() {
                        draft.set_value(text, Value::Unknown);
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
    if simple.words.len() < 2 || !exports.is_empty() && !draft.may_change(What::Environment) {
        return None;
    }
    exports.into_iter().try_for_each(|(name, value)| set(draft, &name, &value))
}

/// An assignment: of a variable that is exported already, it is one of the environment.
fn assign(draft: &mut Draft<'_>, name: &BString, value: BString) -> Option<()> {
    // What is exported once, stays so.
    let of_file = !draft.changes.files.is_empty() && draft.exported.contains(name);
    match draft.value(name) {
        _ if of_file => set(draft, name, &value).filter(|()| draft.may_change(What::Environment)),
        Some(Value::Exported { .. }) if draft.may_change(What::Environment) => set(draft, name, &value),
        Some(Value::Exported { .. } | Value::Unknown) => None,
        // They change how the shell itself works.
        _ if matches!(name.as_slice(), b"IFS" | b"OPTIND" | b"PATH" | b"PS4" | b"CDPATH" | b"ENV") => None,
        _ => {
            draft.set_value(name.clone(), Value::Local(value));
            Some(())
        }
    }
}

pub(super) fn set(draft: &mut Draft<'_>, name: &[u8], value: &[u8]) -> Option<()> {
    if value.iter().any(u8::is_ascii_control) || value.to_str().is_err() {
        return None;
    }
    // What a file says would count for more.
    if matches!(draft.value(name), Some(Value::File(_))) {
        return None;
    }
    let name = name.as_bstr();
    draft.tell(
        Code::LiftedEnvironment,
        format!("the script's `{name}` became one of the unit's environment"),
        format!("Environment={name}={}", value.as_bstr()),
    );
    draft.export(name, value);
    Some(())
}

pub(super) fn is_name(name: &[u8]) -> bool {
    name.first().is_some_and(|byte| !byte.is_ascii_digit())
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}
