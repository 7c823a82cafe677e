//! Limits of resources (systemd.exec(5), "Process Properties").

use std::time::Duration;

use super::error::ValueError;
use super::number::{size, unsigned};
use super::time::{Time, microseconds, seconds};
use crate::service::{Bound, Limit, Resource};
use crate::systemd::table::Directive;

/// In what a limit is counted.
#[derive(Clone, Copy)]
enum Unit {
    Bytes,
    Seconds,
    Microseconds,
    Number,
    Nice,
}

macro_rules! resources {
    ($($resource:ident: $directive:ident $unit:ident;)+) => {
        const RESOURCES: &[(Directive, Resource, Unit)] =
            &[$((Directive::$directive, Resource::$resource, Unit::$unit)),+];

        /// The directive that limits a resource.
        pub fn directive(resource: Resource) -> Directive {
            match resource { $(Resource::$resource => Directive::$directive),+ }
        }
    };
}

resources! {
    As: LimitAS Bytes;
    Core: LimitCORE Bytes;
    Cpu: LimitCPU Seconds;
    Data: LimitDATA Bytes;
    Fsize: LimitFSIZE Bytes;
    Locks: LimitLOCKS Number;
    Memlock: LimitMEMLOCK Bytes;
    Msgqueue: LimitMSGQUEUE Bytes;
    Nice: LimitNICE Nice;
    Nofile: LimitNOFILE Number;
    Nproc: LimitNPROC Number;
    Rss: LimitRSS Bytes;
    Rtprio: LimitRTPRIO Number;
    Rttime: LimitRTTIME Microseconds;
    Sigpending: LimitSIGPENDING Number;
    Stack: LimitSTACK Bytes;
}

fn row(directive: &str) -> Option<(Resource, Unit)> {
    RESOURCES.iter().find(|(known, ..)| known.name() == directive).map(|(_, resource, unit)| (*resource, *unit))
}

/// The resource that a directive limits.
pub fn resource(directive: &str) -> Option<Resource> {
    row(directive).map(|(resource, _)| resource)
}

/// The value of a `Limit…=`: one bound for both, or `soft:hard`.
pub fn limit(directive: &str, value: &[u8]) -> Result<Limit, ValueError> {
    let (_, unit) = row(directive).ok_or(ValueError::Limit)?;
    // A backslash makes what follows stand for itself; nobody writes one.
    let (soft, hard) = match value.iter().position(|byte| *byte == b':') {
        Some(at) => (&value[..at], &value[at + 1..]),
        None => (value, value),
    };
    let (soft, hard) = (bound(unit, soft)?, bound(unit, hard)?);
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
        [b'+', level @ ..] => unsigned(level)?.checked_add(1).filter(|level| *level <= 20).map(|level| 21 - level),
        [b'-', level @ ..] => Some(unsigned(level)?).filter(|level| *level <= 20).map(|level| 20 + level),
        number => Some(unsigned(number)?).filter(|number| *number <= 40),
    };
    number.ok_or(ValueError::Range)
}
