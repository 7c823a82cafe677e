//! `ionice`, `chrt` and `taskset` in front of the program become directives, as `nice` does.
//!
//! | program | directives |
//! | --- | --- |
//! | `ionice -c 2 -n 6`, `ionice -c3`, `ionice -n 6` | `IOSchedulingClass=`, `IOSchedulingPriority=` |
//! | `chrt -f 50`, `chrt -b 0`, `chrt 50` (which is `-r`) | `CPUSchedulingPolicy=`, `CPUSchedulingPriority=` |
//! | `taskset -c 0,2-3`, `taskset 0xd` | `CPUAffinity=0 2 3` |
//!
//! Each of them fails where the kernel refuses, and so does the start of the unit; only `ionice -t` goes on, and
//! stays. A realtime class or policy takes root's rights: where the job has another user, the program would
//! have failed, and stays too. So does what another process is asked about (`-p`), and what hooks would notice.
//!
//! ```upstart
//! exec ionice -c 3 taskset -c 0 /usr/bin/till
//! ```
//!
//! ```ini
//! CPUAffinity=0
//! IOSchedulingClass=idle
//! ExecStart=/usr/bin/till
//! ```

use bstr::ByteSlice as _;

use super::command_line::{Line, plain};
use super::context::{Context, SharedState};
use crate::findings::codes;
use crate::service::{IoClass, IoPriority, Scheduling, SchedulingPolicy};
use crate::systemd::counterparts;
use crate::text::Text;

/// Processors have smaller numbers.
const MOST_CPUS: u32 = 1024;

/// What stands behind the program's name, while it is known.
fn words(context: &mut Context<'_>, line: &Line) -> Vec<Text> {
    line.iter().skip(1).map_while(|word| plain(context, word)).collect()
}

fn number<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    text.to_str().ok().filter(|text| text.starts_with(|first: char| first.is_ascii_digit()))?.parse().ok()
}

fn may_change(context: &Context<'_>, realtime: bool) -> bool {
    context.may_change(SharedState::Limits) && !(realtime && context.service.user.is_some())
}

/// `ionice [-c CLASS] [-n LEVEL] PROGRAM`
pub(super) fn ionice(context: &mut Context<'_>, line: &Line) -> Option<Line> {
    let words = words(context, line);
    let (mut class, mut level) = (None, None);
    let mut at = 0;
    while let Some(option) = words.get(at).filter(|word| word.starts_with(b"-")) {
        let (letter, inline) = option.split_at_checked(2)?;
        let value = if inline.is_empty() { words.get(at + 1)?.as_slice() } else { inline };
        at += if inline.is_empty() { 2 } else { 1 };
        match letter {
            b"-c" => class = Some(counterparts::meaning(counterparts::IO_CLASSES, value)?),
            b"-n" => level = Some(number::<u8>(value).filter(|level| *level <= 7)?),
            _ => return None,
        }
    }
    if class.is_none() && level.is_none() {
        return None;
    }
    let class = class.unwrap_or(IoClass::BestEffort);
    if !may_change(context, class == IoClass::Realtime) {
        return None;
    }
    let level = if class == IoClass::Idle { None } else { Some(level.unwrap_or(4)) };
    context.report(codes::lifted_ionice().became("IOSchedulingClass="));
    context.changes.io_priority = Some(IoPriority { class, level });
    line.get(1 + at..).map(<[_]>::to_vec)
}

/// `chrt [-f|-r|-o|-b|-i] PRIORITY PROGRAM`
pub(super) fn chrt(context: &mut Context<'_>, line: &Line) -> Option<Line> {
    let words = words(context, line);
    let mut policy = SchedulingPolicy::Rr;
    let mut at = 0;
    while let Some(option) = words.get(at).filter(|word| word.starts_with(b"-")) {
        policy = match option.as_slice() {
            b"-f" | b"--fifo" => SchedulingPolicy::Fifo,
            b"-r" | b"--rr" => SchedulingPolicy::Rr,
            b"-o" | b"--other" => SchedulingPolicy::Other,
            b"-b" | b"--batch" => SchedulingPolicy::Batch,
            b"-i" | b"--idle" => SchedulingPolicy::Idle,
            _ => return None,
        };
        at += 1;
    }
    let priority: u8 = number(words.get(at)?)?;
    let realtime = matches!(policy, SchedulingPolicy::Fifo | SchedulingPolicy::Rr);
    let valid = if realtime { (1..=99).contains(&priority) } else { priority == 0 };
    if !valid || !may_change(context, realtime) {
        return None;
    }
    context.report(codes::lifted_chrt().became("CPUSchedulingPolicy="));
    context.changes.scheduling = Some(Scheduling { policy, priority });
    line.get(2 + at..).map(<[_]>::to_vec)
}

/// `taskset -c LIST PROGRAM`, `taskset MASK PROGRAM`
pub(super) fn taskset(context: &mut Context<'_>, line: &Line) -> Option<Line> {
    let words = words(context, line);
    let (cpus, taken) = match words.as_slice() {
        [option, list, ..] if option.as_slice() == b"-c" || option.as_slice() == b"--cpu-list" => (listed(list)?, 3),
        [mask, ..] => (masked(mask)?, 2),
        [] => return None,
    };
    if cpus.is_empty() || !may_change(context, false) {
        return None;
    }
    context.report(codes::lifted_taskset().became("CPUAffinity="));
    context.changes.cpus = Some(cpus);
    line.get(taken..).map(<[_]>::to_vec)
}

/// `0,2-3`
fn listed(list: &[u8]) -> Option<Vec<u32>> {
    let mut cpus = Vec::new();
    for range in list.split_str(",") {
        let (from, to) = range.split_once_str("-").unwrap_or((range, range));
        let (from, to): (u32, u32) = (number(from)?, number(to)?);
        if from > to || to >= MOST_CPUS {
            return None;
        }
        cpus.extend(from..=to);
    }
    cpus.sort_unstable();
    cpus.dedup();
    Some(cpus)
}

/// A hexadecimal number with a bit for each processor.
fn masked(mask: &[u8]) -> Option<Vec<u32>> {
    let digits = mask.strip_prefix(b"0x").unwrap_or(mask);
    let plain = digits.iter().all(u8::is_ascii_hexdigit);
    let mask = u64::from_str_radix(digits.to_str().ok().filter(|_| plain)?, 16).ok()?;
    Some((0..64).filter(|cpu| mask >> cpu & 1 == 1).collect())
}
