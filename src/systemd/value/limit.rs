//! Limits of resources (systemd.exec(5), "Process Properties").

use std::time::Duration;

use super::ValueError;
use super::number::{size, unsigned};
use super::time::{Time, microseconds, seconds};
use crate::service::{Bound, Limit, Resource};

/// In what a limit is counted.
#[derive(Clone, Copy)]
enum Unit {
    Bytes,
    Seconds,
    Microseconds,
    Number,
    Nice,
}

const RESOURCES: &[(&str, Resource, Unit)] = &[
    ("LimitAS", Resource::As, Unit::Bytes),
    ("LimitCORE", Resource::Core, Unit::Bytes),
    ("LimitCPU", Resource::Cpu, Unit::Seconds),
    ("LimitDATA", Resource::Data, Unit::Bytes),
    ("LimitFSIZE", Resource::Fsize, Unit::Bytes),
    ("LimitLOCKS", Resource::Locks, Unit::Number),
    ("LimitMEMLOCK", Resource::Memlock, Unit::Bytes),
    ("LimitMSGQUEUE", Resource::Msgqueue, Unit::Bytes),
    ("LimitNICE", Resource::Nice, Unit::Nice),
    ("LimitNOFILE", Resource::Nofile, Unit::Number),
    ("LimitNPROC", Resource::Nproc, Unit::Number),
    ("LimitRSS", Resource::Rss, Unit::Bytes),
    ("LimitRTPRIO", Resource::Rtprio, Unit::Number),
    ("LimitRTTIME", Resource::Rttime, Unit::Microseconds),
    ("LimitSIGPENDING", Resource::Sigpending, Unit::Number),
    ("LimitSTACK", Resource::Stack, Unit::Bytes),
];

/// The resource that a directive limits.
pub fn resource(directive: &str) -> Option<Resource> {
    RESOURCES.iter().find(|(name, _, _)| *name == directive).map(|(_, resource, _)| *resource)
}

/// The value of a `Limit…=`: one bound for both, or `soft:hard`.
///
/// # Errors
/// It is none, or the soft bound is above the hard one.
pub fn limit(directive: &str, value: &[u8]) -> Result<Limit, ValueError> {
    let (_, _, unit) = RESOURCES.iter().find(|(name, _, _)| *name == directive).ok_or(ValueError::Limit)?;
    // A backslash makes what follows stand for itself; nobody writes one.
    let (soft, hard) = match value.iter().position(|byte| *byte == b':') {
        Some(at) => (&value[..at], &value[at + 1..]),
        None => (value, value),
    };
    let (soft, hard) = (bound(*unit, soft)?, bound(*unit, hard)?);
    match (soft, hard) {
        (Bound::Unlimited, Bound::At(_)) => Err(ValueError::Limit),
        (Bound::At(soft), Bound::At(hard)) if soft > hard => Err(ValueError::Limit),
        _ => Ok(Limit { soft, hard }),
    }
}

fn bound(unit: Unit, value: &[u8]) -> Result<Bound, ValueError> {
    if value == b"infinity" && !matches!(unit, Unit::Nice) {
        return Ok(Bound::Unlimited);
    }
    let of_time = |time: Time, number: fn(Duration) -> u128| match time {
        Time::Forever => Ok(Bound::Unlimited),
        Time::Span(span) => u64::try_from(number(span)).map(Bound::At).map_err(|_| ValueError::Range),
    };
    let number = match unit {
        Unit::Seconds => return of_time(seconds(value)?, |span| span.as_micros().div_ceil(1_000_000)),
        Unit::Microseconds => return of_time(microseconds(value)?, |span| span.as_micros()),
        Unit::Bytes => size(value)?,
        Unit::Number => unsigned(value)?,
        Unit::Nice => nice(value)?,
    };
    if number == u64::MAX { Err(ValueError::Range) } else { Ok(Bound::At(number)) }
}

/// A nice level with its sign, or the kernel's own number: 20 less the level.
fn nice(value: &[u8]) -> Result<u64, ValueError> {
    let number = match value {
        [b'+', level @ ..] => {
            unsigned(level)?.checked_add(1).filter(|level| *level <= 20).map(|level| 21 - level)
        }
        [b'-', level @ ..] => Some(unsigned(level)?).filter(|level| *level <= 20).map(|level| 20 + level),
        number => Some(unsigned(number)?).filter(|number| *number <= 40),
    };
    number.ok_or(ValueError::Range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_resource_has_its_unit() {
        let both = |number| Ok(Limit { soft: Bound::At(number), hard: Bound::At(number) });
        assert_eq!(
            limit("LimitNOFILE", b"1024:4096"),
            Ok(Limit { soft: Bound::At(1024), hard: Bound::At(4096) })
        );
        assert_eq!(limit("LimitCPU", b"1min"), both(60));
        assert_eq!(limit("LimitCPU", b"1500ms"), both(2));
        assert_eq!(limit("LimitRTTIME", b"5"), both(5));
        assert_eq!(limit("LimitAS", b"1K"), both(1024));
        assert_eq!(limit("LimitNICE", b"-5"), both(25));
        assert_eq!(limit("LimitNICE", b"+5"), both(15));
        assert_eq!(
            limit("LimitCORE", b"0:infinity"),
            Ok(Limit { soft: Bound::At(0), hard: Bound::Unlimited })
        );
        for value in ["2:1", "", ":", "1:2:3", "1K", "infinity:1"] {
            assert!(limit("LimitNOFILE", value.as_bytes()).is_err(), "{value}");
        }
    }
}
