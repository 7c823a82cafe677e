//! Numbers, sizes and percentages.

use std::borrow::Cow;

use super::ValueError;

const BLANKS: &[u8] = b" \t\n\r";

/// A whole number without sign, in the notations of C: `10`, `0x1f`, `017`, and `0b1`, `0o17`.
///
/// # Errors
/// It is none, or does not fit.
pub fn unsigned(value: &[u8]) -> Result<u64, ValueError> {
    let (negative, number) = signed(value, None)?;
    if negative && number != 0 { Err(ValueError::Range) } else { Ok(number) }
}

/// A whole number, in the notations of C.
///
/// # Errors
/// It is none, or does not fit.
pub fn integer(value: &[u8]) -> Result<i64, ValueError> {
    let (negative, number) = signed(value, None)?;
    let number = i64::try_from(number).map_err(|_| ValueError::Range)?;
    Ok(if negative { -number } else { number })
}

/// A whole number between two bounds.
///
/// # Errors
/// It is none, or beyond them.
pub fn between(value: &[u8], low: i64, high: i64) -> Result<i64, ValueError> {
    integer(value).and_then(
        |number| {
            if (low..=high).contains(&number) { Ok(number) } else { Err(ValueError::Range) }
        },
    )
}

/// Permissions in octal, up to 7777.
///
/// # Errors
/// It is no octal number, or beyond that.
pub fn mode(value: &[u8]) -> Result<u32, ValueError> {
    if value.trim_ascii_start().first().is_some_and(|byte| b"+-".contains(byte)) {
        return Err(ValueError::Number);
    }
    match signed(value, Some(8))?.1 {
        number @ 0..=0o7777 => u32::try_from(number).map_err(|_| ValueError::Range),
        _ => Err(ValueError::Range),
    }
}

/// Sign and amount, as strtoul(3) and systemd on top of it read them.
fn signed(value: &[u8], base: Option<u32>) -> Result<(bool, u64), ValueError> {
    let blanks = value.iter().take_while(|byte| BLANKS.contains(byte) || b"\x0b\x0c".contains(byte)).count();
    let text = &value[blanks..];
    let (negative, text) = match text.first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let (base, digits) = match (base, text) {
        (Some(base), _) => (base, text),
        (None, [b'0', b'x' | b'X', rest @ ..]) => (16, rest),
        (None, [b'0', b'b' | b'B', rest @ ..]) => (2, rest),
        (None, [b'0', b'o' | b'O', rest @ ..]) => (8, rest),
        (None, [b'0', rest @ ..]) if !rest.is_empty() => (8, rest),
        (None, _) => (10, text),
    };
    Ok((negative, digits_of(digits, base)?))
}

fn digits_of(digits: &[u8], base: u32) -> Result<u64, ValueError> {
    if digits.is_empty() {
        return Err(ValueError::Number);
    }
    digits.iter().try_fold(0u64, |sum, byte| {
        let digit = char::from(*byte).to_digit(base).ok_or(ValueError::Number)?;
        sum.checked_mul(u64::from(base))
            .and_then(|sum| sum.checked_add(u64::from(digit)))
            .ok_or(ValueError::Range)
    })
}

/// A bound that may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// `infinity`
    Unlimited,
    /// So many bytes, tasks …
    Of(u64),
    /// A part of what the machine has, in hundredths of a percent.
    Part(u32),
}

/// Suffixes of sizes, the largest first.
const SUFFIXES: &[(&[u8], u64)] = &[
    (b"E", 1 << 60),
    (b"P", 1 << 50),
    (b"T", 1 << 40),
    (b"G", 1 << 30),
    (b"M", 1 << 20),
    (b"K", 1 << 10),
    (b"B", 1),
    (b"", 1),
];

/// A number of bytes: `1G 500M`, to the base of 1024.
///
/// # Errors
/// It is none, or does not fit.
pub fn size(value: &[u8]) -> Result<u64, ValueError> {
    let mut rest = value;
    let mut sum = 0u64;
    let mut allowed = SUFFIXES;
    loop {
        rest = rest.trim_ascii_start();
        let unsigned = rest.strip_prefix(b"+").unwrap_or(rest);
        if rest.starts_with(b"-") {
            return Err(ValueError::Range);
        }
        let (whole, behind) = split_digits(unsigned);
        let whole = digits_of(whole, 10)?;
        let mut fraction: Cow<'_, [u8]> = Cow::Borrowed(b"");
        rest = behind;
        if let Some(behind) = rest.strip_prefix(b".") {
            let (digits, behind) = split_digits(behind);
            fraction = Cow::Borrowed(digits);
            rest = behind;
        }
        rest = rest.trim_ascii_start();
        let at = allowed.iter().position(|(suffix, _)| rest.starts_with(suffix)).ok_or(ValueError::Number)?;
        let (suffix, factor) = allowed[at];
        let product = whole.checked_mul(factor).ok_or(ValueError::Range)?;
        let part = part_of(&fraction, factor);
        sum = sum.checked_add(product).and_then(|sum| sum.checked_add(part)).ok_or(ValueError::Range)?;
        rest = &rest[suffix.len()..];
        allowed = &allowed[at + 1..];
        if rest.is_empty() {
            return Ok(sum);
        }
    }
}

/// That fraction of a factor, rounded down.
fn part_of(digits: &[u8], factor: u64) -> u64 {
    let (mut part, mut rest) = (0u128, u128::from(factor));
    let mut scale = 1u128;
    for digit in digits.iter().take(18) {
        scale *= 10;
        part = part * 10 + u128::from(*digit - b'0');
    }
    rest = part.saturating_mul(rest) / scale;
    u64::try_from(rest).unwrap_or(u64::MAX)
}

pub(super) fn split_digits(text: &[u8]) -> (&[u8], &[u8]) {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    text.split_at(digits)
}

/// A percentage of up to two decimal places, in hundredths of a percent: `12.5%`; or per mille (`‰`) and
/// per myriad (`‱`).
///
/// # Errors
/// It is none.
pub fn percent(value: &[u8]) -> Result<u32, ValueError> {
    let units: [(&[u8], usize); 3] = [(b"%", 2), ("\u{2030}".as_bytes(), 1), ("\u{2031}".as_bytes(), 0)];
    let found = units.iter().find_map(|(unit, places)| Some((value.strip_suffix(*unit)?, *places)));
    let (number, places) = found.ok_or(ValueError::Percent)?;
    let (whole, behind) = split_digits(number);
    let decimals = match behind {
        [] => &[][..],
        [b'.', decimals @ ..] if !decimals.is_empty() && decimals.len() <= places => decimals,
        _ => return Err(ValueError::Percent),
    };
    let mut digits = [whole, decimals].concat();
    digits.resize(whole.len() + places, b'0');
    let number = digits_of(&digits, 10).map_err(|_| ValueError::Percent)?;
    if whole.is_empty() {
        return Err(ValueError::Percent);
    }
    u32::try_from(number).map_err(|_| ValueError::Range)
}

/// A number of bytes, at most all of the memory, or `infinity`.
///
/// # Errors
/// It is none.
pub fn memory(value: &[u8]) -> Result<Amount, ValueError> {
    if value == b"infinity" {
        return Ok(Amount::Unlimited);
    }
    part(value).map_or_else(|| size(value).map(Amount::Of), Ok)
}

/// A number of tasks, a percentage, or `infinity`.
///
/// # Errors
/// It is none.
pub fn tasks(value: &[u8]) -> Result<Amount, ValueError> {
    if value == b"infinity" {
        return Ok(Amount::Unlimited);
    }
    match part(value).map_or_else(|| unsigned(value).map(Amount::Of), Ok)? {
        Amount::Of(0) => Err(ValueError::Range),
        amount => Ok(amount),
    }
}

/// A percentage that is at most all.
fn part(value: &[u8]) -> Option<Amount> {
    percent(value).ok().filter(|part| *part <= 10_000).map(Amount::Part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_c() {
        assert_eq!(unsigned(b" 10"), Ok(10));
        assert_eq!(unsigned(b"0x1F"), Ok(31));
        assert_eq!(unsigned(b"010"), Ok(8));
        assert_eq!(unsigned(b"0"), Ok(0));
        assert_eq!(integer(b"-7"), Ok(-7));
        assert_eq!(unsigned(b"-1"), Err(ValueError::Range));
        for text in [&b""[..], b"1 ", b"a", b"09", b"0x", b"1.5"] {
            assert_eq!(unsigned(text), Err(ValueError::Number), "{text:?}");
        }
        assert_eq!(mode(b"0022"), Ok(0o22));
        assert_eq!(mode(b"22"), Ok(0o22));
        assert!(mode(b"10000").is_err() && mode(b"8").is_err() && mode(b"+1").is_err());
    }

    #[test]
    fn sizes_come_in_powers_of_1024_from_the_largest_down() {
        assert_eq!(size(b"1G"), Ok(1 << 30));
        assert_eq!(size(b"1.5K"), Ok(1536));
        assert_eq!(size(b"1M 2K 3"), Ok((1 << 20) + 2048 + 3));
        assert_eq!(size(b"10B"), Ok(10));
        assert!(
            size(b"1K 1M").is_err() && size(b"").is_err() && size(b"-1").is_err() && size(b"1KB").is_err()
        );
        assert_eq!(size(b"16E"), Err(ValueError::Range));
    }

    #[test]
    fn parts_are_given_in_percent() {
        assert_eq!(percent(b"12.5%"), Ok(1250));
        assert_eq!(percent(b"200%"), Ok(20_000));
        assert!(percent(b"1.234%").is_err() && percent(b"%").is_err() && percent(b"1").is_err());
        assert_eq!(memory(b"50%"), Ok(Amount::Part(5000)));
        assert_eq!(memory(b"infinity"), Ok(Amount::Unlimited));
        assert_eq!(tasks(b"0"), Err(ValueError::Range));
    }
}
