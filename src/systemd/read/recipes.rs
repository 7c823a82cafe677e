//! What cutover itself puts around the processes of a job to make a unit of it, read as what it stands for: a unit
//! that came from a job goes back to that job.

use bstr::ByteSlice as _;

use crate::service::Run;
use crate::systemd::counterparts::{CONDITION, GUARD, UNSET_RESULT};
use crate::text::Text;

/// A script without what made it one of a unit.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Peeled {
    /// The script that is left.
    pub(super) script: Text,
    /// It runs only while there is a main process.
    pub(super) only_while_up: bool,
    /// `stop` in it is a word to the init.
    pub(super) says_stop: bool,
}

/// Functions that make of `stop` what it is for Upstart, each up to this.
const STOPS: &[(&[u8], &[u8])] = &[
    (b"stop() { stopped=1", b"; }"),
    (b"stop() { systemctl stop --no-block ", b"; }"),
    (br#"stop() { case "$#:$1" in 0:|1:"#, b" esac; }"),
];

/// Takes away what stands ahead of a script, if any of it does.
pub(super) fn peel(script: &[u8]) -> Option<Peeled> {
    let mut peeled = Peeled::default();
    let mut rest = without_source(script);
    let joint = |rest: &'_ [u8]| rest.strip_prefix(b"; ").or_else(|| rest.strip_prefix(b"\n")).map(<[u8]>::len);
    loop {
        // These say what is so on Upstart anyway.
        let plain = [UNSET_RESULT, CONDITION].iter().find_map(|text| rest.strip_prefix(text.as_bytes()));
        let guard = rest.strip_prefix(GUARD.as_bytes());
        let stop = STOPS.iter().find_map(|(head, tail)| {
            let inner = rest.strip_prefix(*head)?;
            Some(&inner[inner.find(tail)? + tail.len()..])
        });
        let Some(behind) = plain.or(guard).or(stop) else { break };
        let Some(left) = joint(behind) else { break };
        peeled.only_while_up |= guard.is_some();
        peeled.says_stop |= stop.is_some();
        rest = &rest[rest.len() - left..];
    }
    (rest.len() < script.len()).then(|| Peeled { script: rest.into(), ..peeled })
}

/// The script without the line that says which job it comes from.
fn without_source(script: &[u8]) -> &[u8] {
    let is_source = |line: &[u8]| line.starts_with(b"# From ") && line.ends_with(b".") && line.contains_str(".conf");
    match script.split_once_str("\n") {
        Some((first, rest)) if is_source(first) => rest,
        _ => script,
    }
}

/// The text that `/bin/sh -c` is told to run.
fn shell_text(run: &Run) -> Option<&Text> {
    let Run::Argv(words) = run else { return None };
    match words.as_slice() {
        [sh, c, text] if sh.as_slice() == b"/bin/sh" && c.as_slice() == b"-c" => Some(text),
        _ => None,
    }
}

/// Whether a command keeps a unit that starts when another has ended from starting while that is up.
pub(super) fn is_guard(run: &Run) -> bool {
    shell_text(run).is_some_and(|text| {
        let asks = text.contains_str("systemctl show -p ActiveState -p Job ");
        asks && (text.starts_with(b"case \"$(") || text.starts_with(b"down=; for unit in "))
    })
}

/// Whether a command waits until the main process has stopped itself, and lets it go on.
pub(super) fn waits_for_stop(run: &Run) -> bool {
    shell_text(run).is_some_and(|text| text.contains_str("/proc/$MAINPID/status && exec kill -CONT $MAINPID;"))
}

/// Whether a file of variables is one that whoever announces an event, or starts an instance, writes.
pub(super) fn is_of_event(path: &[u8]) -> bool {
    path.starts_with(b"/run/upstart-events/") || path.starts_with(b"/run/upstart-env/")
}

/// Headings of what a job says of itself for people.
const HEADINGS: &[&str] = &["Author", "Version", "Usage", "Emits"];

/// A comment at the head of a unit that says such a thing.
pub(super) fn remark(line: &[u8]) -> Option<(&'static str, Text)> {
    let line = line.strip_prefix(b"# ")?;
    HEADINGS.iter().find_map(|heading| {
        let text = line.strip_prefix(heading.as_bytes())?.strip_prefix(b": ")?;
        Some((*heading, text.into()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_ahead_of_a_script_is_taken_away() {
        let script = br#"stop() { stopped=1; }; trap 'r=$?; [ $r = 0 ] || exit 255; [ -z "$stopped" ] || exit 1' EXIT; [ -e /a ] || stop"#;
        let peeled = peel(script).unwrap();
        assert_eq!((peeled.script.to_string().as_str(), peeled.says_stop), ("[ -e /a ] || stop", true));
        let peeled = peel(b"[ -n \"$MAINPID\" ] || exit 0\nkill 1\n").unwrap();
        assert_eq!((peeled.script.to_string().as_str(), peeled.only_while_up), ("kill 1\n", true));
        let others = br#"stop() { case "$#:$1" in 0:|1:a) systemctl stop --no-block a.service;; *) command stop "$@";; esac; }; stop b"#;
        assert_eq!(peel(others).unwrap().script.to_string(), "stop b");
    }

    #[test]
    fn a_script_of_somebody_else_stays() {
        for script in ["stop() { kill $1; }; stop 5", "[ -n \"$MAINPID\" ] || exit 0", "trap x EXIT; a"] {
            assert_eq!(peel(script.as_bytes()), None, "{script}");
        }
    }
}
