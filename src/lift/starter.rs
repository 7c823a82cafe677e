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

use super::account;
use super::draft::{Draft, What};
use super::program::{self, Line, plain};
use crate::findings::Code;
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

pub(super) fn strip(draft: &mut Draft<'_>, line: &Line) -> Option<Line> {
    let mut values: Vec<(&str, Text)> = Vec::new();
    let mut starts = false;
    let mut daemon: Vec<&str> = Vec::new();
    let mut arguments: &[Vec<Part>] = &[];
    let mut at = 1;
    while let Some(word) = line.get(at) {
        let word = plain(draft, word)?;
        at += 1;
        if word.as_slice() == b"--" {
            arguments = line.get(at..)?;
            break;
        }
        let (name, inline) = match word.split_once_str("=") {
            Some((name, value)) if word.starts_with(b"--") => (Text::from(name), Some(Text::from(value))),
            _ => (word, None),
        };
        let is = |known: &(u8, &str)| match name.strip_prefix(b"--") {
            Some(long) => long == known.1.as_bytes(),
            None => name.as_slice() == [b'-', known.0],
        };
        if let Some((_, option)) = PLAIN.iter().find(|known| is(known)) {
            starts |= *option == "start";
        } else if let Some((_, option)) = DAEMON.iter().find(|known| is(known)).filter(|_| draft.assumes) {
            daemon.push(*option);
        } else {
            let (_, option) = WITH_VALUE.iter().find(|known| is(known))?;
            let value = if let Some(value) = inline {
                value
            } else {
                at += 1;
                plain(draft, line.get(at - 1)?)?
            };
            values.push((option, value));
        }
    }
    let value =
        |name: &str| values.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
    let program = value("startas").or_else(|| value("exec"))?;
    if draft.strict || !starts || !program.starts_with(b"/") {
        return None;
    }
    if !daemon.is_empty() {
        become_foreground(draft, daemon.contains(&"background"), value("pidfile").as_ref())?;
    }
    accept(draft, &value)?;
    draft.tell(Code::LiftedStarter, "`start-stop-daemon` became the unit's own way to start", "");
    Some(std::iter::once(vec![Part::Text(program)]).chain(arguments.iter().cloned()).collect())
}

/// Lets systemd hold the process that `start-stop-daemon` would have put into the background.
fn become_foreground(draft: &mut Draft<'_>, background: bool, pid_file: Option<&Text>) -> Option<()> {
    let service = draft.service;
    let speaks = |path: &Text| {
        let runs = service.hooks.iter().map(|hook| &hook.command.value.run);
        runs.filter_map(super::statement::text).any(|text| text.contains_str(path.as_slice()))
    };
    // A second fork would be one of the program itself.
    let forks = !matches!(service.ready.value, Ready::Executed | Ready::Finished | Ready::Forked(1));
    if pid_file.is_some_and(speaks) || background && forks {
        return None;
    }
    if background {
        program::suppose(draft, "`--background`: the program stays in the foreground by itself");
    }
    if let Some(path) = pid_file {
        program::suppose(draft, &format!("nobody else looks into {path}, which is not written any more"));
    }
    draft.changes.foreground |= background;
    draft.changes.forgets_pid_file = true;
    Some(())
}

/// Takes over what the options say of the process; nothing if the unit cannot say the same.
fn accept(draft: &mut Draft<'_>, value: &impl Fn(&str) -> Option<Text>) -> Option<()> {
    let service = draft.service;
    let chuid = value("chuid");
    let group = value("group");
    if (chuid.is_some() || group.is_some()) && !account::may_change(draft) {
        return None;
    }
    let number = |text: &Text, radix: u32| u32::from_str_radix(text.to_str().ok()?, radix).ok();
    let umask = match value("umask") {
        Some(mask) => Some(number(&mask, 8).filter(|mask| *mask <= 0o777 && draft.may_change(What::Mask))?),
        None => None,
    };
    let nice = match value("nicelevel") {
        Some(level) => {
            Some(level.to_str().ok()?.parse::<i32>().ok().filter(|_| draft.may_change(What::Limits))?)
        }
        None => None,
    };
    // Without the option it changes to the root directory.
    let directory = value("chdir").unwrap_or_else(|| "/".into());
    if draft.standing().is_none_or(|stands| stands != directory.0) {
        let plain = directory.starts_with(b"/") && !directory.split_str("/").any(|part| part == b"..");
        if !plain || !draft.may_change(What::Directory) {
            return None;
        }
        draft.changes.directory = Some(directory.0);
    }
    if let Some(chuid) = chuid {
        let (user, own) = match chuid.split_once_str(":") {
            Some((user, own)) => (Text::from(user), Some(Text::from(own))),
            None => (chuid, None),
        };
        draft.changes.user = Some(user);
        draft.changes.group = group.or(own);
    } else if group.is_some() {
        draft.changes.group = group;
    }
    if umask.is_some() {
        draft.changes.umask = umask;
    }
    if let Some(nice) = nice {
        let before = service.nice.as_ref().map_or(0, |nice| nice.value);
        draft.changes.nice = Some((before + nice).clamp(-20, 19));
    }
    Some(())
}
