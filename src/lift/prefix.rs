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

use super::command_line::{Line, plain, plain_at};
use super::context::{Context, SharedState};
use super::{environment, run_as, sharing, start_stop_daemon};
use crate::findings::codes;
use crate::script::{base_name, is_name};
use crate::text::Text;

/// Takes such programs off the line. A program that is one of them but is told something else stays.
pub(super) fn strip(context: &mut Context<'_>, mut line: Line) -> Option<Line> {
    loop {
        let program = plain_at(context, &line, 0)?;
        let rest = context.attempt(|context| {
            let rest = match base_name(&program) {
                b"env" => env(context, &line),
                b"nice" => nice(context, &line),
                b"ionice" => sharing::ionice(context, &line),
                b"chrt" => sharing::chrt(context, &line),
                b"taskset" => sharing::taskset(context, &line),
                b"start-stop-daemon" => start_stop_daemon::strip(context, &line),
                name => run_as::strip(context, name, &line),
            };
            rest.filter(|rest| !rest.is_empty())
        });
        match rest {
            Some(rest) => line = rest,
            None => return Some(line),
        }
    }
}

/// `env A=b … PROGRAM`
fn env(context: &mut Context<'_>, line: &Line) -> Option<Line> {
    let words: Vec<Option<Text>> = line.iter().skip(1).map(|word| plain(context, word)).collect();
    let assignments: Vec<(Text, Text)> = words
        .iter()
        .map_while(|word| {
            let (name, value) = word.as_ref()?.split_once_str("=")?;
            is_name(name).then(|| (name.into(), value.into()))
        })
        .collect();
    let rest = line.get(1 + assignments.len()..)?;
    let program = plain(context, rest.first()?)?;
    // Behind `env` another search path may find another program.
    let finds = program.contains(&b'/') || assignments.iter().all(|(name, _)| name.as_slice() != b"PATH");
    if program.starts_with(b"-") || program.contains(&b'=') || !finds || !context.may_change(SharedState::Environment) {
        return None;
    }
    for (name, value) in assignments {
        environment::set(context, &name, &value)?;
    }
    Some(rest.to_vec())
}

/// `nice -n 5 PROGRAM`, `nice -5 PROGRAM`, `nice PROGRAM`
fn nice(context: &mut Context<'_>, line: &Line) -> Option<Line> {
    let first = plain_at(context, line, 1)?;
    let number = |text: &[u8]| text.to_str().ok()?.parse::<i32>().ok();
    let short = || first.strip_prefix(b"-n").or(first.strip_prefix(b"-"));
    let (more, taken) = if first.as_slice() == b"-n" {
        (number(&plain_at(context, line, 2)?)?, 3)
    } else if let Some(value) = first.strip_prefix(b"--adjustment=").or_else(short) {
        (number(value)?, 2)
    } else {
        (10, 1)
    };
    if !context.may_change(SharedState::Limits) {
        return None;
    }
    let before = context.changes.nice.or(context.service.nice.as_ref().map(|nice| nice.value)).unwrap_or(0);
    let nice = (before + more).clamp(-20, 19);
    context.report(codes::lifted_nice().became(format!("Nice={nice}")));
    context.changes.nice = Some(nice);
    Some(line.get(taken..)?.to_vec())
}
