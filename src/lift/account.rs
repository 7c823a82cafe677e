//! `su USER -c CMD`, `su -s /bin/sh -c 'exec "$0" "$@"' USER -- CMD`, `sudo -u USER CMD`, `runuser -u USER -- CMD`,
//! `setuidgid USER CMD`, `gosu USER CMD` and `chpst -u USER CMD` become `User=USER`.
//!
//! It fires where the job has no `setuid` or `setgid` of its own, and nothing but the main process would
//! notice; not in the exact style. `su`, `sudo` and `runuser` open a session with PAM, whose limits and variables (limits.conf(5),
//! `pam_env(8)`) the unit does not have, and stay as the parent of the program; a login shell (`su -`) stays as
//! it is. The finding says so.
//!
//! ```upstart
//! exec su -s /bin/sh -c 'exec "$0" "$@"' till -- /usr/bin/till --port 8080
//! ```
//!
//! ```ini
//! User=till
//! ExecStart=/usr/bin/till --port 8080
//! ```

use bstr::ByteSlice as _;

use super::draft::{Draft, simple};
use super::program::{Line, line as words_of, plain};
use crate::findings::Code;
use crate::service::Scope;
use crate::shell;
use crate::text::Text;

pub(super) fn strip(draft: &mut Draft<'_>, program: &[u8], line: &Line) -> Option<Line> {
    if draft.strict || !may_change(draft) {
        return None;
    }
    let (user, group, rest) = match program {
        b"runuser"
            if line
                .get(1)
                .and_then(|word| plain(draft, word))
                .is_some_and(|word| word.as_slice() == b"-u") =>
        {
            let rest = line.get(3..)?;
            let dashes =
                rest.first().and_then(|word| plain(draft, word)).is_some_and(|word| word.as_slice() == b"--");
            (plain(draft, line.get(2)?)?, None, rest.get(usize::from(dashes)..)?.to_vec())
        }
        b"su" | b"runuser" => su(draft, line)?,
        b"sudo" => sudo(draft, line)?,
        b"chpst" if plain(draft, line.get(1)?)?.as_slice() == b"-u" => {
            (plain(draft, line.get(2)?)?, None, line.get(3..)?.to_vec())
        }
        b"setuidgid" | b"gosu" | b"su-exec" => (plain(draft, line.get(1)?)?, None, line.get(2..)?.to_vec()),
        _ => return None,
    };
    let (user, group) = match user.split_once_str(":") {
        Some((user, own)) if group.is_none() => (user.into(), Some(own.into())),
        _ => (user, group),
    };
    let is_name = |name: &Text| {
        !name.is_empty()
            && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte))
            && !name.starts_with(b"-")
    };
    let is_program =
        rest.first().and_then(|word| plain(draft, word)).is_some_and(|word| !word.starts_with(b"-"));
    if !is_name(&user) || !group.as_ref().is_none_or(is_name) || !is_program {
        return None;
    }
    let name = program.as_bstr();
    let differs = if matches!(program, b"su" | b"sudo" | b"runuser") {
        "limits and variables that PAM gave the process are gone"
    } else {
        "it has all groups of that user, and HOME, LOGNAME, SHELL and USER"
    };
    draft.tell(
        Code::LiftedAccount,
        format!("`{name}` became the unit's user: {differs}"),
        format!("User={user}"),
    );
    draft.changes.user = Some(user);
    draft.changes.group = group;
    Some(rest)
}

/// Whether the unit can have a user: it has none yet, it is one of the machine, and nothing else would change with
/// that.
pub(super) fn may_change(draft: &Draft<'_>) -> bool {
    let service = draft.service;
    let is_taken = service.user.is_some() || service.group.is_some() || draft.changes.user.is_some();
    let only_main = service.root.is_none() && service.hooks.is_empty() && service.directories.is_empty();
    service.scope == Scope::System && !is_taken && only_main
}

type Account = (Text, Option<Text>, Line);

/// `su [-s SHELL] [-c COMMAND] USER [-- ARGUMENT…]`, the options in any order and before or behind the user.
fn su(draft: &mut Draft<'_>, line: &Line) -> Option<Account> {
    let mut command: Option<Text> = None;
    let mut user: Option<Text> = None;
    let mut arguments: Line = Vec::new();
    let mut words = line.iter().skip(1);
    while let Some(word) = words.next() {
        let word = plain(draft, word)?;
        match word.as_slice() {
            b"-c" | b"--command" => command = Some(plain(draft, words.next()?)?),
            b"-s" | b"--shell" => {
                let shell = plain(draft, words.next()?)?;
                let known: &[&[u8]] =
                    &[b"/bin/sh", b"/bin/dash", b"/bin/bash", b"/usr/bin/sh", b"/usr/bin/bash"];
                known.contains(&shell.as_slice()).then_some(())?;
            }
            b"-m" | b"-p" | b"--preserve-environment" => {}
            b"--" => {
                arguments = words.cloned().collect();
                break;
            }
            option if option.starts_with(b"-") => return None,
            _ if user.is_none() => user = Some(word),
            _ => return None,
        }
    }
    // `su -- USER …` names nobody before the dashes.
    let user = user?;
    let command = command?;
    let script = shell::parse(&command).ok()?;
    let [statement] = script.commands.as_slice() else { return None };
    let (simple, redirections) = simple(statement)?;
    if !redirections.is_empty() || !simple.assignments.is_empty() || !script.remarks.is_empty() {
        return None;
    }
    let execs = simple.words.first()?.literal().is_some_and(|word| word == "exec");
    let words = simple.words.get(usize::from(execs)..)?;
    let hands_on: Vec<&[u8]> = words.iter().map(|word| word.span.of(&command)).collect();
    let rest = match hands_on.as_slice() {
        [b"\"$0\"", b"\"$@\""] => arguments,
        [b"\"$@\""] => arguments.split_off(1.min(arguments.len())),
        _ if arguments.is_empty() => words_of(draft, words)?,
        _ => return None,
    };
    Some((user, None, rest))
}

/// `sudo -u USER [-g GROUP] [-E|-H|-n] [--] PROGRAM …`. Without `-E` it hands on no variable.
fn sudo(draft: &mut Draft<'_>, line: &Line) -> Option<Account> {
    let (mut user, mut group) = (None, None);
    let mut at = 1;
    loop {
        let word = plain(draft, line.get(at)?)?;
        match word.as_slice() {
            b"-u" | b"--user" => {
                user = Some(plain(draft, line.get(at + 1)?)?);
                at += 2;
            }
            b"-g" | b"--group" => {
                group = Some(plain(draft, line.get(at + 1)?)?);
                at += 2;
            }
            b"-E" | b"-H" | b"-n" | b"-EH" | b"-HE" => at += 1,
            b"--" => {
                at += 1;
                break;
            }
            option if option.starts_with(b"-") => return None,
            assignment if assignment.contains(&b'=') => return None,
            _ => break,
        }
    }
    Some((user?, group, line.get(at..)?.to_vec()))
}
