//! Variables that a script hands to units, in a file for their `EnvironmentFile=`.

use bstr::BString;

use super::call::Value;
use crate::service::Scope;
use crate::systemd::manager;
use crate::systemd::quote::shell_word;
use crate::text::Text;

/// The directory of the variables of events, below the manager's.
pub const OF_EVENTS: &str = "upstart-events";

/// Commands that write the variables to a file below the manager's directory. The path is as it stands
/// between double quotes.
pub fn write(
    scope: Scope,
    directory: &str,
    path: &[u8],
    variables: &[(Text, Value)],
    plain: &dyn Fn(&[u8]) -> bool,
) -> BString {
    let directory = below(scope, directory);
    let mut text = BString::from("mkdir -p ");
    text.extend_from_slice(&quote(directory.as_bytes()));
    text.extend_from_slice(b" && printf '");
    for (name, _) in variables {
        text.extend_from_slice(name);
        text.extend_from_slice(b"=\"%s\"\\n");
    }
    text.push(b'\'');
    for (_, value) in variables {
        text.push(b' ');
        text.extend_from_slice(&argument(value, plain));
    }
    text.extend_from_slice(b" >");
    text.extend_from_slice(&quote(&[directory.as_bytes(), b"/", path].concat()));
    text
}

/// The command that removes such a file, so that nobody reads what an earlier event said.
pub fn remove(scope: Scope, directory: &str, path: &[u8]) -> BString {
    let directory = below(scope, directory);
    [b"rm -f ", quote(&[directory.as_bytes(), b"/", path].concat()).as_slice()].concat().into()
}

/// A directory below the manager's own, as it stands between double quotes.
fn below(scope: Scope, directory: &str) -> String {
    format!("{}/{directory}", manager::runtime_dir_in_shell(scope).trim_matches('"'))
}

fn quote(path: &[u8]) -> Vec<u8> {
    if shell_word(path) == path { path.to_vec() } else { [b"\"", path, b"\""].concat() }
}

/// A value as systemd reads it back between double quotes (systemd.exec(5), "`EnvironmentFile=`").
fn argument(value: &Value, plain: &dyn Fn(&[u8]) -> bool) -> Vec<u8> {
    if let Some(literal) = &value.literal {
        let mut escaped = Vec::new();
        for &byte in literal.iter() {
            if b"\"\\$`".contains(&byte) {
                escaped.push(b'\\');
            }
            escaped.push(byte);
        }
        return shell_word(&escaped);
    }
    let quoted = [b"\"", value.quoted.as_slice(), b"\""].concat();
    if value.variable.as_ref().is_some_and(|variable| plain(variable)) {
        return quoted;
    }
    [br#""$(printf %s "#, quoted.as_slice(), br#" | sed 's/["\\$`]/\\&/g')""#].concat()
}
