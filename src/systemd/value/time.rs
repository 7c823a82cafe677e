//! Time spans (systemd.time(7)).

use std::time::Duration;

use super::ValueError;
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
const UNITS: &[(&str, u64)] = &[
    ("seconds", SECOND),
    ("second", SECOND),
    ("sec", SECOND),
    ("s", SECOND),
    ("minutes", MINUTE),
    ("minute", MINUTE),
    ("min", MINUTE),
    ("months", MONTH),
    ("month", MONTH),
    ("M", MONTH),
    ("msec", 1000),
    ("ms", 1000),
    ("m", MINUTE),
    ("hours", HOUR),
    ("hour", HOUR),
    ("hr", HOUR),
    ("h", HOUR),
    ("days", DAY),
    ("day", DAY),
    ("d", DAY),
    ("weeks", WEEK),
    ("week", WEEK),
    ("w", WEEK),
    ("years", YEAR),
    ("year", YEAR),
    ("y", YEAR),
    ("usec", 1),
    ("us", 1),
    ("\u{3bc}s", 1),
    ("\u{b5}s", 1),
];

/// A time span; without a unit, seconds.
///
/// # Errors
/// It is none, or does not fit.
pub fn seconds(value: &[u8]) -> Result<Time, ValueError> {
    span(value, SECOND)
}

/// A time span, where 0 is no limit.
///
/// # Errors
/// It is none, or does not fit.
pub fn timeout(value: &[u8]) -> Result<Time, ValueError> {
    seconds(value).map(|time| if time == Time::Span(Duration::ZERO) { Time::Forever } else { time })
}

/// A time span; without a unit, microseconds.
///
/// # Errors
/// It is none, or does not fit.
pub fn microseconds(value: &[u8]) -> Result<Time, ValueError> {
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
        let (whole, mut behind) = split_digits(number);
        let mut decimals = &[][..];
        if let Some(fraction) = behind.strip_prefix(b".") {
            (decimals, behind) = split_digits(fraction);
            if decimals.is_empty() {
                return Err(ValueError::Time);
            }
        } else if whole.is_empty() {
            return Err(ValueError::Time);
        }
        let unit_at = &behind[blank(behind)..];
        let (factor, left) = UNITS
            .iter()
            .find_map(|(unit, factor)| Some((*factor, unit_at.strip_prefix(unit.as_bytes())?)))
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
    let mut product = number
        .filter(|number| *number < u64::MAX / factor)
        .map(|number| number * factor)
        .ok_or(ValueError::Range)?;
    let mut unit = factor / 10;
    for digit in decimals {
        product = product.checked_add(u64::from(*digit - b'0') * unit).ok_or(ValueError::Range)?;
        unit /= 10;
    }
    Ok(product)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(text: &str) -> Option<u64> {
        match seconds(text.as_bytes()) {
            Ok(Time::Span(span)) => u64::try_from(span.as_micros()).ok(),
            _ => None,
        }
    }

    #[test]
    fn spans_are_sums_of_numbers_with_units() {
        assert_eq!(micros("5"), Some(5 * SECOND));
        assert_eq!(micros("1min 30s"), Some(90 * SECOND));
        assert_eq!(micros("1min30s"), Some(90 * SECOND));
        assert_eq!(micros("2h 1.5 m"), Some(2 * HOUR + 90 * SECOND));
        assert_eq!(micros(".5"), Some(SECOND / 2));
        assert_eq!(micros("100ms 3us"), Some(100_003));
        assert_eq!(micros("1 2"), Some(3 * SECOND));
        assert_eq!(micros("1M"), Some(MONTH));
        for text in ["", "x", "1x", "1.", "1.5.5", "-1", "- 1", "1 min x"] {
            assert_eq!(micros(text), None, "{text}");
        }
        assert_eq!(seconds(b" infinity "), Ok(Time::Forever));
        assert_eq!(timeout(b"0"), Ok(Time::Forever));
        assert_eq!(seconds(b"99999999999999999999"), Err(ValueError::Range));
    }
}
