//! Who may read what is installed: nobody who could not read the job.

use super::survey::Survey;
use crate::root::State;

/// Permissions and owner of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Access {
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
}

impl Access {
    /// For everybody to read.
    pub(crate) const OPEN: Access = Access { mode: 0o644, uid: 0, gid: 0 };

    /// What the state of a job's files leaves: who could not read one of them cannot read what it becomes.
    pub fn of<'s>(states: impl Iterator<Item = &'s State>) -> Access {
        states.fold(Access::OPEN, |access, state| match state {
            State::File { mode, gid, .. } if mode & 0o044 != 0o044 => {
                // Only the group that could read it may.
                let group = if mode & 0o040 != 0 { *gid } else { 0 };
                Access { mode: access.mode & (mode | 0o600), uid: 0, gid: group }
            }
            _ => access,
        })
    }

    pub(crate) fn is_open(self) -> bool {
        self.mode & 0o004 != 0
    }

    /// The same for a script, which the service's user has to read and execute.
    #[must_use]
    pub(crate) fn of_script(self, group: Option<u32>) -> Access {
        match group {
            // Its own group may read it, and nobody else.
            Some(gid) if !self.is_open() => Access { mode: 0o750, uid: 0, gid },
            _ => Access { mode: self.mode | (self.mode & 0o444) >> 2, ..self },
        }
    }
}

/// The number of the main group of an account, by its name or number, as the root's `/etc/passwd` has it.
pub(crate) fn main_group(survey: &Survey, user: &[u8]) -> Option<u32> {
    if user == b"root" || user == b"0" {
        return Some(0);
    }
    let is_it = |fields: &[&[u8]]| fields.first() == Some(&user) || fields.get(2) == Some(&user);
    field(survey, "/etc/passwd", 3, is_it)
}

/// The number of a group, by its name or number, as the root's `/etc/group` has it.
pub fn group(survey: &Survey, group: &[u8]) -> Option<u32> {
    let number = std::str::from_utf8(group).ok().and_then(|text| text.parse().ok());
    number.or_else(|| field(survey, "/etc/group", 2, |fields| fields.first() == Some(&group)))
}

/// The number in a field of the first line that is the one.
fn field(survey: &Survey, path: &str, at: usize, is_it: impl Fn(&[&[u8]]) -> bool) -> Option<u32> {
    /// Of a machine with a great many accounts.
    const MOST_BYTES: u64 = 1 << 24;
    let file = survey.root.read(path, MOST_BYTES).ok()?;
    file.bytes.split(|byte| *byte == b'\n').find_map(|line| {
        let fields: Vec<&[u8]> = line.split(|byte| *byte == b':').collect();
        let field = fields.get(at).filter(|_| is_it(&fields))?;
        std::str::from_utf8(field).ok()?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::Digest;

    fn file(mode: u32, gid: u32) -> State {
        State::File { sha256: Digest::of(b""), mode, uid: 0, gid, size: 0 }
    }

    #[test]
    fn what_nobody_else_could_read_stays_so() {
        for (states, mode, gid) in [
            (vec![file(0o644, 0)], 0o644, 0),
            (vec![file(0o600, 7)], 0o600, 0),
            (vec![file(0o640, 7)], 0o640, 7),
            (vec![file(0o444, 0)], 0o644, 0),
            (vec![file(0o644, 0), file(0o600, 0)], 0o600, 0),
            (vec![State::Absent], 0o644, 0),
        ] {
            assert_eq!(Access::of(states.iter()), Access { mode, uid: 0, gid }, "{states:?}");
        }
    }

    #[test]
    fn scripts_can_be_executed_by_whom_they_are_for() {
        assert_eq!(Access::OPEN.of_script(Some(7)).mode, 0o755);
        let private = Access { mode: 0o600, uid: 0, gid: 0 };
        assert_eq!(private.of_script(None).mode, 0o700);
        assert_eq!(private.of_script(Some(7)), Access { mode: 0o750, uid: 0, gid: 7 });
    }
}
