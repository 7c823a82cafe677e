//! Time spans (systemd.time(7)).

use std::time::Duration;

use super::error::ValueError;
use super::number::split_digits;

/// A span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Time {
    /// This long.
    Span(Duration),
    /// `infinity`
    Forever,
}

const SECOND: u64 = 1_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;
/// A twelfth of a year.
const MONTH: u64 = 2_629_800 * SECOND;
const YEAR: u64 = 31_557_600 * SECOND;

/// The units in microseconds. The first one that the text begins with is taken, so longer ones come first.
const UNITS: &[(u64, &[&str])] = &[
    (SECOND, &["seconds", "second", "sec", "s"]),
    (MINUTE, &["minutes", "minute", "min"]),
    (MONTH, &["months", "month", "M"]),
    (1000, &["msec", "ms"]),
    (MINUTE, &["m"]),
    (HOUR, &["hours", "hour", "hr", "h"]),
    (DAY, &["days", "day", "d"]),
    (WEEK, &["weeks", "week", "w"]),
    (YEAR, &["years", "year", "y"]),
    (1, &["usec", "us", "\u{3bc}s", "\u{b5}s"]),
];

/// A time span; without a unit, seconds.
pub fn seconds(value: &[u8]) -> Result<Time, ValueError> {
    span(value, SECOND)
}

/// A time span, where 0 is no limit.
pub fn timeout(value: &[u8]) -> Result<Time, ValueError> {
    seconds(value).map(|time| if time == Time::Span(Duration::ZERO) { Time::Forever } else { time })
}

/// A time span; without a unit, microseconds.
pub(crate) fn microseconds(value: &[u8]) -> Result<Time, ValueError> {
    span(value, 1)
}

fn span(value: &[u8], default: u64) -> Result<Time, ValueError> {
    let blank = |text: &[u8]| text.iter().take_while(|byte| b" \t\n\r".contains(byte)).count();
    let mut rest = &value[blank(value)..];
    if let Some(behind) = rest.strip_prefix(b"infinity") {
        return if blank(behind) == behind.len() { Ok(Time::Forever) } else { Err(ValueError::Time) };
    }
    if rest.is_empty() {
        return Err(ValueError::Time);
    }
    let mut sum = 0u64;
    while !rest.is_empty() {
        if rest.starts_with(b"-") {
            return Err(ValueError::Range);
        }
        let number = rest.strip_prefix(b"+").unwrap_or(rest);
        let (whole, behind) = split_digits(number);
        let fraction = behind.strip_prefix(b".").map(split_digits);
        let (decimals, behind) = fraction.unwrap_or((b"", behind));
        if decimals.is_empty() && (fraction.is_some() || whole.is_empty()) {
            return Err(ValueError::Time);
        }
        let unit_at = &behind[blank(behind)..];
        let (factor, left) = UNITS
            .iter()
            .flat_map(|(factor, units)| units.iter().map(move |unit| (*factor, *unit)))
            .find_map(|(factor, unit)| Some((factor, unit_at.strip_prefix(unit.as_bytes())?)))
            .unwrap_or((default, unit_at));
        if left.len() == behind.len() && !left.is_empty() {
            // Neither a blank nor a unit is behind the number.
            return Err(ValueError::Time);
        }
        sum = sum.checked_add(product(whole, decimals, factor)?).ok_or(ValueError::Range)?;
        rest = &left[blank(left)..];
    }
    if sum == u64::MAX { Err(ValueError::Range) } else { Ok(Time::Span(Duration::from_micros(sum))) }
}

fn product(whole: &[u8], decimals: &[u8], factor: u64) -> Result<u64, ValueError> {
    let number = whole.iter().try_fold(0u64, |sum, byte| {
        sum.checked_mul(10)?.checked_add(u64::from(*byte - b'0')).filter(|sum| i64::try_from(*sum).is_ok())
    });
    let mut product = number.filter(|it| *it < u64::MAX / factor).ok_or(ValueError::Range)? * factor;
    let mut unit = factor / 10;
    for digit in decimals {
        product = product.checked_add(u64::from(*digit - b'0') * unit).ok_or(ValueError::Range)?;
        unit /= 10;
    }
    Ok(product)
}
