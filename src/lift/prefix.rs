//! Programs that only prepare the ground for another one become directives: `env A=b`, `nice -n 5`.
//!
//! `ionice`, `chrt` and `taskset` have a module of their own. What they are told has to be known, and no hook may notice. `env` with options stays, and so do `nohup`
//! and `setsid`, which a unit has nothing for: they run as programs, as they did.
//!
//! ```upstart
//! exec env LANG=C nice -n 5 /usr/bin/till
//! ```
//!
//! ```ini
//! Environment=LANG=C
//! Nice=5
//! ExecStart=/usr/bin/till
//! ```

use bstr::ByteSlice as _;

use super::draft::{Draft, What};
use super::program::{Line, plain};
use super::{account, environment, sharing, starter};
use crate::findings::Code;
use crate::text::Text;

/// Takes such programs off the line. A program that is one of them but is told something else stays.
pub(super) fn strip(draft: &mut Draft<'_>, mut line: Line) -> Option<Line> {
    loop {
        let program = plain(draft, line.first()?)?;
        let name = program.rsplit_str("/").next().unwrap_or_default();
        let (before, values) = (draft.changes.clone(), draft.values.clone());
        let rest = match name {
            b"env" => env(draft, &line),
            b"nice" => nice(draft, &line),
            b"ionice" => sharing::ionice(draft, &line),
            b"chrt" => sharing::chrt(draft, &line),
            b"taskset" => sharing::taskset(draft, &line),
            b"su" | b"runuser" | b"sudo" | b"setuidgid" | b"gosu" | b"su-exec" | b"chpst" => {
                account::strip(draft, name, &line)
            }
            b"start-stop-daemon" => starter::strip(draft, &line),
            _ => None,
        };
        match rest {
            Some(rest) if !rest.is_empty() => line = rest,
            _ => {
                // Nothing of a program that stays was lifted.
                draft.changes = before;
                draft.values = values;
                return Some(line);
            }
        }
    }
}

/// `env A=b … PROGRAM`
fn env(draft: &mut Draft<'_>, line: &Line) -> Option<Line> {
    let words: Vec<Option<Text>> = line.iter().skip(1).map(|word| plain(draft, word)).collect();
    let assignments: Vec<(Text, Text)> = words
        .iter()
        .map_while(|word| {
            let (name, value) = word.as_ref()?.split_once_str("=")?;
            environment::is_name(name).then(|| (name.into(), value.into()))
        })
        .collect();
    let rest = line.get(1 + assignments.len()..)?;
    let program = plain(draft, rest.first()?)?;
    // Behind `env` another search path may find another program.
    let finds = program.contains(&b'/') || assignments.iter().all(|(name, _)| name.as_slice() != b"PATH");
    if program.starts_with(b"-") || program.contains(&b'=') || !finds || !draft.may_change(What::Environment)
    {
        return None;
    }
    for (name, value) in assignments {
        environment::set(draft, &name, &value)?;
    }
    Some(rest.to_vec())
}

/// `nice -n 5 PROGRAM`, `nice -5 PROGRAM`, `nice PROGRAM`
fn nice(draft: &mut Draft<'_>, line: &Line) -> Option<Line> {
    let mut word = |at: usize| line.get(at).and_then(|word| plain(draft, word));
    let first = word(1)?;
    let number = |text: &[u8]| text.to_str().ok()?.parse::<i32>().ok();
    let (more, taken) = if first.as_slice() == b"-n" {
        (number(&word(2)?)?, 3)
    } else if let Some(value) = first.strip_prefix(b"--adjustment=").or(first.strip_prefix(b"-n")) {
        (number(value)?, 2)
    } else if let Some(value) = first.strip_prefix(b"-") {
        (number(value)?, 2)
    } else {
        (10, 1)
    };
    if !draft.may_change(What::Limits) {
        return None;
    }
    let before = draft.changes.nice.or(draft.service.nice.as_ref().map(|nice| nice.value)).unwrap_or(0);
    let nice = (before + more).clamp(-20, 19);
    draft.tell(Code::LiftedPrefix, "`nice` became the unit's own", format!("Nice={nice}"));
    draft.changes.nice = Some(nice);
    Some(line.get(taken..)?.to_vec())
}
