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

use super::command_line::{Line, line as words_of, plain, plain_at};
use super::context::Context;
use super::statement::bare;
use crate::findings::codes;
use crate::script;
use crate::service::Scope;
use crate::text::Text;

pub(super) fn strip(context: &mut Context<'_>, program: &[u8], line: &Line) -> Option<Line> {
    if context.strict || !may_change(context) {
        return None;
    }
    let is = |context: &mut Context<'_>, at: usize, word: &str| {
        plain_at(context, line, at).is_some_and(|known| known.as_slice() == word.as_bytes())
    };
    let (account, rest) = match program {
        b"runuser" if is(context, 1, "-u") => {
            let dashes = is(context, 3, "--");
            (Account::of(plain_at(context, line, 2)?), line.get(3 + usize::from(dashes)..)?.to_vec())
        }
        b"su" | b"runuser" => su(context, line)?,
        b"sudo" => sudo(context, line)?,
        b"chpst" if is(context, 1, "-u") => (Account::of(plain_at(context, line, 2)?), line.get(3..)?.to_vec()),
        b"setuidgid" | b"gosu" | b"su-exec" => (Account::of(plain_at(context, line, 1)?), line.get(2..)?.to_vec()),
        _ => return None,
    };
    let Account { user, group } = account;
    let is_name = |name: &Text| {
        !name.is_empty()
            && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte))
            && !name.starts_with(b"-")
    };
    let is_program = plain_at(context, &rest, 0).is_some_and(|word| !word.starts_with(b"-"));
    if !is_name(&user) || !group.as_ref().is_none_or(is_name) || !is_program {
        return None;
    }
    let finding = if matches!(program, b"su" | b"sudo" | b"runuser") {
        codes::lifted_account_of_pam(program.as_bstr())
    } else {
        codes::lifted_account(program.as_bstr())
    };
    context.report(finding.became(format!("User={user}")));
    context.changes.user = Some(user);
    context.changes.group = group;
    Some(rest)
}

/// Whether the unit can have a user: it has none yet, it is one of the machine, and nothing else would change with
/// that.
pub(super) fn may_change(context: &Context<'_>) -> bool {
    let service = context.service;
    let is_taken = service.user.is_some() || service.group.is_some() || context.changes.user.is_some();
    let only_main = service.root.is_none() && service.hooks.is_empty() && service.directories.is_empty();
    service.scope == Scope::System && !is_taken && only_main
}

/// Whose rights a program is to have.
pub(super) struct Account {
    pub user: Text,
    pub group: Option<Text>,
}

impl Account {
    /// `USER` or `USER:GROUP`.
    pub fn of(text: Text) -> Account {
        match text.split_once_str(":") {
            Some((user, group)) => Account { user: user.into(), group: Some(group.into()) },
            None => Account { user: text, group: None },
        }
    }
}

/// `su [-s SHELL] [-c COMMAND] USER [-- ARGUMENT…]`, the options in any order and before or behind the user.
fn su(context: &mut Context<'_>, line: &Line) -> Option<(Account, Line)> {
    let mut command: Option<Text> = None;
    let mut user: Option<Text> = None;
    let mut arguments: Line = Vec::new();
    let mut words = line.iter().skip(1);
    while let Some(word) = words.next() {
        let word = plain(context, word)?;
        match word.as_slice() {
            b"-c" | b"--command" => command = Some(plain(context, words.next()?)?),
            b"-s" | b"--shell" => {
                let shell = plain(context, words.next()?)?;
                let known: &[&[u8]] = &[b"/bin/sh", b"/bin/dash", b"/bin/bash", b"/usr/bin/sh", b"/usr/bin/bash"];
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
    let script = script::parse(&command).ok()?;
    let [statement] = script.commands.as_slice() else { return None };
    let statement = statement.command().filter(|_| script.remarks.is_empty())?;
    bare(statement)?;
    let (_, words) = statement.simple()?.program();
    let hands_on: Vec<&[u8]> = words.iter().map(|word| word.span.of(&command)).collect();
    let rest = match hands_on.as_slice() {
        [b"\"$0\"", b"\"$@\""] => arguments,
        [b"\"$@\""] => arguments.split_off(1.min(arguments.len())),
        _ if arguments.is_empty() => words_of(context, words)?,
        _ => return None,
    };
    Some((Account::of(user), rest))
}

/// `sudo -u USER [-g GROUP] [-E|-H|-n] [--] PROGRAM …`. Without `-E` it hands on no variable.
fn sudo(context: &mut Context<'_>, line: &Line) -> Option<(Account, Line)> {
    let (mut user, mut group) = (None, None);
    let mut words = line.get(1..)?.iter();
    let rest = loop {
        let rest = words.as_slice();
        let word = plain(context, words.next()?)?;
        match word.as_slice() {
            b"-u" | b"--user" => user = Some(plain(context, words.next()?)?),
            b"-g" | b"--group" => group = Some(plain(context, words.next()?)?),
            b"-E" | b"-H" | b"-n" | b"-EH" | b"-HE" => {}
            b"--" => break words.as_slice(),
            word if word.starts_with(b"-") || word.contains(&b'=') => return None,
            _ => break rest,
        }
    };
    let user = user?;
    let account = if group.is_some() { Account { user, group } } else { Account::of(user) };
    Some((account, rest.to_vec()))
}
