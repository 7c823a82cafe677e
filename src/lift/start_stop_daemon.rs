//! `start-stop-daemon --start --exec X -- ARGS` becomes `ExecStart=X ARGS`.
//!
//! Its options become directives: `--chuid` is `User=` and `Group=`, `--chdir` `WorkingDirectory=`, `--umask`
//! `UMask=`, `--nicelevel` `Nice=`; `--quiet`, `--oknodo`, `--name` and `--pidfile` only ask whether there is such
//! a process already, which systemd knows. With `--background` or `--make-pidfile` it stays: it does more than
//! to start a program then. With `--lift all` it goes all the same, and a warning states what has to be so: the
//! program stays in the foreground by itself, where systemd holds it, and nobody else looks into its PID file.
//!
//! ```upstart
//! exec start-stop-daemon --start --chuid till --exec /usr/bin/till -- --port 8080
//! ```
//!
//! ```ini
//! User=till
//! ExecStart=/usr/bin/till --port 8080
//! ```

use bstr::ByteSlice as _;

use super::command_line::{Line, assume, plain};
use super::context::{Context, SharedState};
use super::run_as::{self, Account};
use crate::findings::{Subject, codes};
use crate::service::{Part, Ready};
use crate::text::Text;

/// Options with a value: the short and the long form.
const WITH_VALUE: &[(u8, &str)] = &[
    (b'a', "startas"),
    (b'c', "chuid"),
    (b'd', "chdir"),
    (b'g', "group"),
    (b'k', "umask"),
    (b'n', "name"),
    (b'N', "nicelevel"),
    (b'p', "pidfile"),
    (b'u', "user"),
    (b'x', "exec"),
];

/// Options without one that change nothing under systemd.
const PLAIN: &[(u8, &str)] = &[(b'S', "start"), (b'q', "quiet"), (b'o', "oknodo"), (b'v', "verbose")];

/// Options of what systemd does otherwise.
const DAEMON: &[(u8, &str)] = &[(b'b', "background"), (b'm', "make-pidfile")];

pub(super) fn strip(context: &mut Context<'_>, line: &Line) -> Option<Line> {
    let mut values: Vec<(&str, Text)> = Vec::new();
    let mut starts = false;
    let mut daemon: Vec<&str> = Vec::new();
    let mut words = line.get(1..)?.iter();
    while let Some(word) = words.next() {
        let word = plain(context, word)?;
        if word.as_slice() == b"--" {
            break;
        }
        let (name, inline) = match word.split_once_str("=") {
            Some((name, value)) if word.starts_with(b"--") => (Text::from(name), Some(Text::from(value))),
            _ => (word, None),
        };
        let is = |known: &&(u8, &str)| match name.strip_prefix(b"--") {
            Some(long) => long == known.1.as_bytes(),
            None => name.as_slice() == [b'-', known.0],
        };
        if let Some((_, option)) = PLAIN.iter().find(is) {
            starts |= *option == "start";
        } else if let Some((_, option)) = DAEMON.iter().find(is).filter(|_| context.assumes) {
            daemon.push(option);
        } else {
            let (_, option) = WITH_VALUE.iter().find(is)?;
            let value = if inline.is_some() { inline } else { plain(context, words.next()?) };
            values.push((option, value?));
        }
    }
    let value = |name: &str| values.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
    let program = value("startas").or_else(|| value("exec"))?;
    if context.strict || !starts || !program.starts_with(b"/") {
        return None;
    }
    if !daemon.is_empty() {
        become_foreground(context, daemon.contains(&"background"), value("pidfile").as_ref())?;
    }
    accept(context, &value)?;
    context.report(codes::lifted_start_stop_daemon());
    Some(std::iter::once(vec![Part::Text(program)]).chain(words.cloned()).collect())
}

/// Lets systemd hold the process that `start-stop-daemon` would have put into the background.
fn become_foreground(context: &mut Context<'_>, background: bool, pid_file: Option<&Text>) -> Option<()> {
    let service = context.service;
    let speaks = |path: &Text| {
        let mut scripts = service.hooks.iter().filter_map(|hook| hook.command.value.run.script());
        scripts.any(|text| text.contains_str(path.as_slice()))
    };
    // A second fork would be one of the program itself.
    let forks = !matches!(service.ready.value, Ready::Executed | Ready::Finished | Ready::Forked(1));
    if pid_file.is_some_and(speaks) || background && forks {
        return None;
    }
    if background {
        assume(context, [Subject::Setting("--background".into())], codes::assumed_foreground());
    }
    if let Some(path) = pid_file {
        assume(context, [Subject::Named(path.clone())], codes::assumed_pid_file(path));
    }
    context.changes.foreground |= background;
    context.changes.forgets_pid_file = true;
    Some(())
}

/// Takes over what the options say of the process; nothing if the unit cannot say the same.
fn accept(context: &mut Context<'_>, value: &impl Fn(&str) -> Option<Text>) -> Option<()> {
    let (chuid, group) = (value("chuid").map(Account::of), value("group"));
    if (chuid.is_some() || group.is_some()) && !run_as::may_change(context) {
        return None;
    }
    if let Some(mask) = value("umask") {
        let mask = u32::from_str_radix(mask.to_str().ok()?, 8).ok().filter(|mask| *mask <= 0o777)?;
        context.may_change(SharedState::Mask).then_some(())?;
        context.changes.umask = Some(mask);
    }
    if let Some(level) = value("nicelevel") {
        let level: i32 = level.to_str().ok()?.parse().ok()?;
        context.may_change(SharedState::Limits).then_some(())?;
        let before = context.service.nice.as_ref().map_or(0, |nice| nice.value);
        context.changes.nice = Some((before + level).clamp(-20, 19));
    }
    // Without the option it changes to the root directory.
    let directory = value("chdir").unwrap_or_else(|| "/".into());
    if context.standing().is_none_or(|stands| stands != directory.0) {
        let plain = directory.starts_with(b"/") && !directory.split_str("/").any(|part| part == b"..");
        if !plain || !context.may_change(SharedState::Directory) {
            return None;
        }
        context.changes.directory = Some(directory.0);
    }
    if let Some(Account { user, group: own }) = chuid {
        context.changes.user = Some(user);
        context.changes.group = group.or(own);
    } else if group.is_some() {
        context.changes.group = group;
    }
    Some(())
}
