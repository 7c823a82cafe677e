//! Variables that a script hands to units, in a file for their `EnvironmentFile=`.

use bstr::BString;

use super::script_names::ScriptNames;
use crate::script::call::Value;
use crate::service::Scope;
use crate::systemd::manager;
use crate::systemd::quote::shell_word;
use crate::text::Text;

/// The directory of the variables of events, below the manager's.
pub(crate) const OF_EVENTS: &str = "upstart-events";

/// Commands that write the variables to a file below the manager's directory. The path is as it stands
/// between double quotes.
pub fn write(scope: Scope, directory: &str, path: &[u8], variables: &[(Text, Value)], names: &ScriptNames) -> BString {
    let directory = below(scope, directory);
    let mut text = [b"mkdir -p ", quote(directory.as_bytes()).as_slice(), b" && printf '"].concat();
    text.extend(variables.iter().flat_map(|(name, _)| [name.as_slice(), br#"="%s"\n"#].concat()));
    text.push(b'\'');
    text.extend(variables.iter().flat_map(|(_, value)| [b" ", argument(value, names).as_slice()].concat()));
    text.extend([b" >", quote(&[directory.as_bytes(), b"/", path].concat()).as_slice()].concat());
    text.into()
}

/// The command that removes such a file, so that nobody reads what an earlier event said.
pub fn remove(scope: Scope, directory: &str, path: &[u8]) -> BString {
    let path = [below(scope, directory).as_bytes(), b"/", path].concat();
    [b"rm -f ", quote(&path).as_slice()].concat().into()
}

/// A directory below the manager's own, as it stands between double quotes.
fn below(scope: Scope, directory: &str) -> String {
    format!("{}/{directory}", manager::runtime_dir_in_shell(scope).trim_matches('"'))
}

fn quote(path: &[u8]) -> Vec<u8> {
    if shell_word(path) == path { path.to_vec() } else { [b"\"", path, b"\""].concat() }
}

/// A value as systemd reads it back between double quotes (systemd.exec(5), "`EnvironmentFile=`").
fn argument(value: &Value, names: &ScriptNames) -> Vec<u8> {
    if let Some(literal) = &value.literal {
        // What is escaped there is what is escaped between double quotes.
        return shell_word(&Value::literal(literal).quoted);
    }
    let quoted = [b"\"", value.quoted.as_slice(), b"\""].concat();
    if value.variable.as_ref().is_some_and(|variable| names.is_plain(variable)) {
        return quoted;
    }
    [br#""$(printf %s "#, quoted.as_slice(), br#" | sed 's/["\\$`]/\\&/g')""#].concat()
}
